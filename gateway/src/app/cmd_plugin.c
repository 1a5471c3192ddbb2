#include "app/cmd_plugin.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/exits.h"
#include "base/attrs.h"

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *help;
} subcommands[] = {
  { "new", ax_cmd_plugin_new, "a plug-in that builds and passes check" },
  { "lint", ax_cmd_plugin_lint, "find mistakes without loading" },
  { "check", ax_cmd_plugin_check, "try a module out in a worker" },
  { "run", ax_cmd_plugin_run, "score a Bundle or rows with one module" },
  { "golden", ax_cmd_plugin_golden, "write golden rows" },
  { "fuzz", ax_cmd_plugin_fuzz, "rows and files that chance makes" },
  { "pack", ax_cmd_plugin_pack, "a module folder as one archive" },
  { "sign", ax_cmd_plugin_sign, "vouch for a module folder" },
  { "list", ax_cmd_plugin_admin_list, "the modules, their models and states" },
  { "activate", ax_cmd_plugin_admin_activate, "take a version into service" },
  { "shadow", ax_cmd_plugin_admin_shadow, "score for evidence only" },
  { "rollback", ax_cmd_plugin_admin_rollback, "back to the version before" },
  { "retire", ax_cmd_plugin_admin_retire, "take a version out of service" },
  { "kill", ax_cmd_plugin_admin_kill, "switch one model off" },
  { "revive", ax_cmd_plugin_admin_revive, "switch it on again" },
  { "stats", ax_cmd_plugin_stats, "how the models of a gateway are doing" },
  { "rescan", ax_cmd_plugin_admin_rescan, "look for new modules" },
  { "replay", ax_cmd_plugin_replay,
    "recorded scores through their modules again" },
};

static int print_help(void) {
  (void)printf("usage: auspex plugin SUBCOMMAND [OPTION]...\n\n"
               "Subcommands:\n");
  for (size_t i = 0; i < AX_COUNT(subcommands); i++)
    (void)printf("  %-10s %s\n", subcommands[i].name, subcommands[i].help);
  (void)printf("\n`auspex plugin SUBCOMMAND --help` says more.\n");
  return AX_EXIT_OK;
}

int ax_cmd_plugin(int argc, char **argv) {
  const char *name = argc > 0 ? argv[0] : "";
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
    return print_help();
  for (size_t i = 0; i < AX_COUNT(subcommands); i++)
    if (strcmp(name, subcommands[i].name) == 0)
      return subcommands[i].run(argc - 1, argv + 1);
  (void)fprintf(stderr,
                "auspex: plugin needs a subcommand%s%s%s; `auspex plugin "
                "--help` lists them\n",
                *name ? ", not \"" : "", name, *name ? "\"" : "");
  return AX_EXIT_USAGE;
}
