/*
 * commands.h - the subcommands. Each gets the words behind its name and
 * returns an exit code (exits.h). cmd_validate.h has one of its own.
 */
#ifndef AX_APP_COMMANDS_H
#define AX_APP_COMMANDS_H

#define AX_APP_VERSION "0.1.0"
#define AX_APP_DATE "2026-11-23"

int ax_cmd_serve(int argc, char **argv);
int ax_cmd_explain(int argc, char **argv);
int ax_cmd_score(int argc, char **argv);
int ax_cmd_quarantine(int argc, char **argv);
int ax_cmd_store_check(int argc, char **argv);
int ax_cmd_store_backup(int argc, char **argv);

#endif
