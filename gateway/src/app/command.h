/*
 * command.h - what all subcommands begin with: their configuration, --help,
 * --print-config and --check-config; and how they say that something failed.
 */
#ifndef AX_APP_COMMAND_H
#define AX_APP_COMMAND_H

#include "app/config.h"

typedef struct {
  const char *usage; /* "serve [OPTION]..." */
  const char *about; /* one paragraph */
  const ax_config_extra *extras;
  /* What else --check-config looks at; NULL: nothing. */
  ax_status (*check)(ax_arena *arena, const ax_config *config, ax_error *err);
} ax_command_manual;

/*
 * Loads the configuration and answers --help, --print-config and
 * --check-config. True: go on. False: end with `*exit_code`. The log level is
 * set.
 */
bool ax_command_begin(ax_arena *arena, const ax_command_manual *manual,
                      int argc, char **argv, ax_config_command *out,
                      int *exit_code);

/* Prints "auspex: SENTENCE" on standard error and returns `exit_code`. */
int ax_command_fail(int exit_code, ax_status status, const ax_error *err);

/* Writes all of `text` to standard output; false when that failed. */
bool ax_command_print(ax_str text);

/* The end of a command that asked a running gateway: what it was told goes to
 * standard output, or the failure is said. Frees `out`; returns the exit
 * code. */
int ax_command_tell(ax_status status, ax_buf *out, const ax_error *err);

#endif
