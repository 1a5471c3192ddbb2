/*
 * cli_options.h - the options of a run: one table (cli_options.c) says for each
 * its name, kind, standard, bounds and help; everything here walks it.
 *
 * Flags are written `--name VALUE` or `--name=VALUE`; a list's flag repeats.
 * An unknown flag or a value out of bounds is refused by name.
 *
 * Lifetime: texts live in argv or the arena. Threads: read-only after reading.
 */
#ifndef AX_CLI_CLI_OPTIONS_H
#define AX_CLI_CLI_OPTIONS_H

#include "base/buf.h"
#include "base/vec.h"
#include "run/run.h"

typedef AX_VEC(const char *) ax_cli_words;

typedef struct {
  const char *base;
  ax_cli_words destinations; /* "2=http://..." */
  const char *token, *token_file;
  const char *client_id, *client_secret, *client_secret_file, *client_key;
  const char *client_key_id, *client_algorithm, *token_url, *scope;
  ax_cli_words headers; /* "Name: value" */
  const char *ca, *cert, *key;
  ax_cli_words include, exclude, vars; /* patterns; "NAME=VALUE" */
  ax_cli_words fixtures, load;
  const char *packages;
  ax_cli_words profiles;
  const char *requirements;
  const char *wire, *colour, *suite, *summary;
  uint64_t timeout_ms, jobs, seed;
  bool fail_fast, demand_warning_only, strict, quiet;
  bool offline;         /* no option: there is no server, and none is asked */
  ax_cli_words reports; /* "junit=FILE" */
  const char *report_dir;
  bool help;
  ax_cli_words paths; /* what is no option */
} ax_cli_options;

typedef enum {
  AX_CLI_TEXT,
  AX_CLI_LIST,
  AX_CLI_COUNT,   /* a whole number */
  AX_CLI_TIME_MS, /* 250ms, 5s, 2min; a bare number is milliseconds */
  AX_CLI_SWITCH,
  AX_CLI_CHOICE /* one of the words in `choices` */
} ax_cli_kind;

typedef struct {
  const char *name; /* "--base" */
  ax_cli_kind kind;
  size_t at;            /* offset in ax_cli_options */
  const char *standard; /* NULL: none */
  uint64_t min, max;
  const char *choices;
  const char *value; /* what help calls it: "URL" */
  const char *help;
} ax_cli_option;

/* Reads `argv` (behind the subcommand). INVALID with a sentence that names the
 * flag; NOMEM. */
ax_status ax_cli_options_read(ax_arena *arena, int argc, char **argv,
                              ax_cli_options *out, ax_error *err) AX_MUST_USE;

/* The options as lines of help. */
void ax_cli_options_help(ax_buf *out);

/* "NAME=VALUE" into its halves. INVALID names the flag. */
ax_status ax_cli_options_pair(const char *flag, const char *word, char between,
                              ax_str *name, ax_str *value,
                              ax_error *err) AX_MUST_USE;

/* The whole text of `file` without white space at its end, for secrets in
 * files. */
ax_status ax_cli_options_file(ax_arena *arena, const char *file, ax_str *out,
                              ax_error *err) AX_MUST_USE;

#endif
