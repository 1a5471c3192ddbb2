/*
 * plugin_words.h - the words behind `auspex plugin SUBCOMMAND`: one PATH or
 * more, and options "--name VALUE" or "--name". For the author's tools, which
 * need no configuration of a gateway.
 */
#ifndef AX_APP_PLUGIN_WORDS_H
#define AX_APP_PLUGIN_WORDS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct {
  const char *name;  /* "--model" */
  const char *value; /* "NAME"; NULL: a switch */
  const char *help;
} ax_plugin_option; /* a list ends with NULL */

typedef struct {
  const char *usage; /* "lint [OPTION]... FILE|FOLDER" */
  const char *about;
  const ax_plugin_option *options;
  size_t least, most; /* words that are no options */
} ax_plugin_manual;

enum { AX_PLUGIN_WORDS = 16 };

typedef struct {
  const char *words[AX_PLUGIN_WORDS];
  size_t count;
  const char *values[AX_PLUGIN_WORDS]; /* by option; "" for a switch, NULL: not
                                          given */
} ax_plugin_words;

/* A command of the kit: reads its words, and runs with an arena of `memory`
 * bytes, quiet but for errors. Returns the exit code. */
int ax_plugin_words_run(const ax_plugin_manual *manual, int argc, char **argv,
                        size_t memory,
                        int (*run)(ax_arena *arena,
                                   const ax_plugin_words *words));

/* False: end with `*exit_code` (help was printed, or what is wrong). */
bool ax_plugin_words_read(const ax_plugin_manual *manual, int argc, char **argv,
                          ax_plugin_words *out, int *exit_code);

#endif
