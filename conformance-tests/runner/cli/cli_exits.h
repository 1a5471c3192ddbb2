/* cli_exits.h - what the exit codes of `auspex-conformance` mean; its help
 * lists them. When several apply, the greatest one is given. */
#ifndef AX_CLI_CLI_EXITS_H
#define AX_CLI_CLI_EXITS_H

#define AX_CLI_EXITS(X)                                                       \
  X(OK, 0, "something was tested and nothing failed")                         \
  X(FAILED, 1,                                                                \
    "an assert failed, something could not be judged, or nothing was tested") \
  X(INPUT, 2, "wrong options, or files that cannot be used")                  \
  X(UNREACHABLE, 3, "the target cannot be reached")

enum {
#define X(name, code, meaning) AX_CLI_EXIT_##name = (code),
  AX_CLI_EXITS(X)
#undef X
};

#define AX_CLI_VERSION "0.1.0"

#endif
