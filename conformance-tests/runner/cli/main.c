/* auspex-conformance: runs TestScripts against FHIR servers and tells what came
 * of them. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/attrs.h"
#include "base/log.h"
#include "cli/cli_exits.h"
#include "cli/cmd.h"

static int print_version(int argc, char **argv) {
  (void)argc;
  (void)argv;
  (void)printf("auspex-conformance %s (FHIR R4, 4.0.1)\n", AX_CLI_VERSION);
  return AX_CLI_EXIT_OK;
}

static int print_help(int argc, char **argv);

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *help;
} commands[] = {
  { "run", ax_cmd_run, "run TestScripts against a server" },
  { "proxy", ax_cmd_proxy, "judge a client, on its way or recorded" },
  { "list", ax_cmd_list, "list scripts and tests" },
  { "check", ax_cmd_check, "read scripts and say what is wrong in them" },
  { "version", print_version, "print the version" },
  { "help", print_help, "this text" },
};

static int print_help(int argc, char **argv) {
  (void)argc;
  (void)argv;
  (void)printf("usage: auspex-conformance COMMAND [OPTION]...\n\nCommands:\n");
  for (size_t i = 0; i < AX_COUNT(commands); i++)
    (void)printf("  %-10s %s\n", commands[i].name, commands[i].help);
  (void)printf("\n`auspex-conformance COMMAND --help` says more.\n\n"
               "Exit codes:\n");
#define X(name, code, meaning) (void)printf("  %d  %s\n", code, meaning);
  AX_CLI_EXITS(X)
#undef X
  return AX_CLI_EXIT_OK;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)fprintf(stderr, "auspex-conformance: name a command; "
                          "`auspex-conformance help` lists them\n");
    return AX_CLI_EXIT_INPUT;
  }
  (void)signal(SIGPIPE, SIG_IGN);
  ax_log_set_level(AX_LOG_WARN);
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
    return print_help(0, NULL);
  if (strcmp(argv[1], "--version") == 0) return print_version(0, NULL);
  for (size_t i = 0; i < AX_COUNT(commands); i++)
    if (strcmp(argv[1], commands[i].name) == 0)
      return commands[i].run(argc - 2, argv + 2);
  (void)fprintf(stderr,
                "auspex-conformance: there is no command \"%.60s\"; "
                "`auspex-conformance help` lists them\n",
                argv[1]);
  return AX_CLI_EXIT_INPUT;
}
