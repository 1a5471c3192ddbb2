#include "cli/cmd.h"

#include <stdio.h>

#include "cli/cli_exits.h"

int ax_cmd_fail(int exit_code, ax_status status, const ax_error *err) {
  const char *text = err && err->text[0] ? err->text : NULL;
  if (!text && status == AX_NOMEM) text = "there is not enough memory";
  (void)fprintf(stderr, "auspex-conformance: %s\n",
                text ? text : ax_error_name(status));
  return exit_code;
}

int ax_cmd_exit_of(ax_status status) {
  return status == AX_UNAVAILABLE || status == AX_TIMEOUT
             ? AX_CLI_EXIT_UNREACHABLE
             : AX_CLI_EXIT_INPUT;
}
