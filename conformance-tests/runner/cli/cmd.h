/*
 * cmd.h - the subcommands of auspex-conformance, a file cmd_NAME.c each. They
 * get the words behind their name and return an exit code (cli_exits.h).
 */
#ifndef AX_CLI_CMD_H
#define AX_CLI_CMD_H

#include "base/error.h"

int ax_cmd_run(int argc, char **argv);
int ax_cmd_list(int argc, char **argv);
int ax_cmd_check(int argc, char **argv);

/* Prints "auspex-conformance: SENTENCE" on standard error, returns
 * `exit_code`. */
int ax_cmd_fail(int exit_code, ax_status status, const ax_error *err);

/* The exit code for a failure before any test. */
int ax_cmd_exit_of(ax_status status);

#endif
