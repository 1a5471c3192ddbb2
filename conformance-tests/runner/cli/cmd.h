/*
 * cmd.h - the subcommands of auspex-conformance, a file cmd_NAME.c each. They
 * get the words behind their name and return an exit code (cli_exits.h).
 */
#ifndef AX_CLI_CMD_H
#define AX_CLI_CMD_H

#include "base/error.h"
#include "cli/cli_session.h"

int ax_cmd_run(int argc, char **argv);
int ax_cmd_proxy(int argc, char **argv);
int ax_cmd_list(int argc, char **argv);
int ax_cmd_check(int argc, char **argv);

/* As ax_cmd_run(), with somebody whose requests scripts judge (NULL: nobody).
 */
int ax_cmd_run_clients(int argc, char **argv, const ax_cli_clients *clients);

/* Prints "auspex-conformance: SENTENCE" on standard error, returns
 * `exit_code`. */
int ax_cmd_fail(int exit_code, ax_status status, const ax_error *err);

/* The exit code for a failure before any test. */
int ax_cmd_exit_of(ax_status status);

#endif
