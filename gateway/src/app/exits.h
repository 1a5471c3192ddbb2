/* exits.h - what the exit codes of `auspex` mean; `auspex help` lists them. */
#ifndef AX_APP_EXITS_H
#define AX_APP_EXITS_H

#define AX_EXITS(X)                                               \
  X(OK, 0, "done")                                                \
  X(INPUT, 1, "the input is invalid; it was said why")            \
  X(USAGE, 2, "wrong usage, configuration or unreadable file")    \
  X(DATA, 3, "the data folder or the store in it cannot be used") \
  X(PACKAGES, 4, "the FHIR packages cannot be used")              \
  X(PORT, 5, "the address cannot be listened on")                 \
  X(SCORING, 6, "the scoring host cannot be started, or scoring failed")

enum {
#define X(name, code, meaning) AX_EXIT_##name = (code),
  AX_EXITS(X)
#undef X
};

#endif
