/* auspex: the gateway and its tools, one subcommand each. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/app_memory.h"
#include "app/cmd_fhirpath.h"
#include "app/cmd_plugin.h"
#include "app/cmd_validate.h"
#include "app/commands.h"
#include "app/exits.h"
#include "base/attrs.h"

static int print_version(int argc, char **argv) {
  (void)argc;
  (void)argv;
  (void)printf("auspex %s (FHIR R4, 4.0.1)\n", AX_APP_VERSION);
  return AX_EXIT_OK;
}

static int print_help(int argc, char **argv);

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *help;
} commands[] = {
  { "serve", ax_cmd_serve, "serve FHIR over HTTP" },
  { "validate", ax_cmd_validate, "validate files" },
  { "explain", ax_cmd_explain, "show what a profile checks" },
  { "score", ax_cmd_score, "score a Bundle" },
  { "fhirpath", ax_cmd_fhirpath, "evaluate an expression" },
  { "check", ax_cmd_store_check, "inspect the store" },
  { "backup", ax_cmd_store_backup, "copy the store while it is served" },
  { "quarantine", ax_cmd_quarantine, "what was refused and waits there" },
  { "plugin", ax_cmd_plugin, "look at, write and run plug-ins" },
  { "version", print_version, "print the version" },
  { "help", print_help, "this text" },
};

static int print_help(int argc, char **argv) {
  (void)argc;
  (void)argv;
  (void)printf("usage: auspex COMMAND [OPTION]...\n\nCommands:\n");
  for (size_t i = 0; i < AX_COUNT(commands); i++)
    (void)printf("  %-10s %s\n", commands[i].name, commands[i].help);
  (void)printf("\n`auspex COMMAND --help` says more.\n\nExit codes:\n");
#define X(name, code, meaning) (void)printf("  %d  %s\n", code, meaning);
  AX_EXITS(X)
#undef X
  return AX_EXIT_OK;
}

static bool wants_help(int argc, char **argv) {
  return argc > 0 &&
         (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)fprintf(stderr, "auspex: name a command; `auspex help` lists them\n");
    return AX_EXIT_USAGE;
  }
  if (wants_help(argc - 1, argv + 1)) return print_help(0, NULL);
  if (strcmp(argv[1], "--version") == 0) return print_version(0, NULL);
  if (strcmp(argv[1], "serve") == 0) ax_app_memory_begin(argv);
  for (size_t i = 0; i < AX_COUNT(commands); i++)
    if (strcmp(argv[1], commands[i].name) == 0)
      return commands[i].run(argc - 2, argv + 2);
  (void)fprintf(stderr,
                "auspex: there is no command \"%s\"; `auspex help` lists "
                "them\n",
                argv[1]);
  return AX_EXIT_USAGE;
}
