/*
 * cmd_plugin.h - `auspex plugin SUBCOMMAND ...`: one table of subcommands in
 * cmd_plugin.c; what they do stands in files of their own. Each gets the words
 * behind its name and returns an exit code (exits.h).
 */
#ifndef AX_APP_CMD_PLUGIN_H
#define AX_APP_CMD_PLUGIN_H

int ax_cmd_plugin(int argc, char **argv);

/* cmd_plugin_admin.c: the plug-ins of a gateway. */
int ax_cmd_plugin_admin_list(int argc, char **argv);
int ax_cmd_plugin_admin_activate(int argc, char **argv);
int ax_cmd_plugin_admin_shadow(int argc, char **argv);
int ax_cmd_plugin_admin_rollback(int argc, char **argv);
int ax_cmd_plugin_admin_retire(int argc, char **argv);
int ax_cmd_plugin_admin_kill(int argc, char **argv);
int ax_cmd_plugin_admin_revive(int argc, char **argv);
int ax_cmd_plugin_admin_rescan(int argc, char **argv);

/* The author's kit; each in a file of its own. */
int ax_cmd_plugin_check(int argc, char **argv);
int ax_cmd_plugin_fuzz(int argc, char **argv);
int ax_cmd_plugin_golden(int argc, char **argv);
int ax_cmd_plugin_lint(int argc, char **argv);
int ax_cmd_plugin_new(int argc, char **argv);
int ax_cmd_plugin_pack(int argc, char **argv);
int ax_cmd_plugin_run(int argc, char **argv);
int ax_cmd_plugin_sign(int argc, char **argv);

/* cmd_plugin_stats.c */
int ax_cmd_plugin_stats(int argc, char **argv);

/* cmd_plugin_replay.c */
int ax_cmd_plugin_replay(int argc, char **argv);

#endif
