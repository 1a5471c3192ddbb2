/*
 * config.h - what an operator may set. One table (config_options.c) says for
 * each option its name, kind, standard, bounds and help; everything else here
 * walks it.
 *
 * Sources, later ones win: the standards in the table, the file given with
 * --config (lines `key = value`, `#` begins a comment line), the environment
 * (AUSPEX_MAX_BODY for max_body), the flags (--max-body VALUE or
 * --max-body=VALUE). An unknown key, one that is given twice in the file and a
 * value out of bounds are errors that name the place.
 *
 * Lifetime: texts live in the arena given, or in argv and the environment.
 * Threads: read-only after loading.
 */
#ifndef AX_APP_CONFIG_H
#define AX_APP_CONFIG_H

#include <stdint.h>

#include "app/config_rules.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

typedef struct {
  const char *listen, *base_url, *cors_origins;
  const char *data, *packages, *package_cache, *profiles, *cache;
  const char *implied_profiles;
  const char *plugins, *worker, *module_keys, *activate, *site;
  const char *log_level, *search_exclude;
  bool insecure_no_auth, modules_unsigned, ready_modules, sandbox_strict;
  bool risk_observations;
  uint64_t threads, keep_alive_ms, request_timeout_ms, drain_ms;
  uint64_t max_body, request_memory, requests_memory, running, bodies;
  uint64_t large_at_once, turn_wait_ms;
  uint64_t sender_rate, sender_burst;
  uint64_t score_wait_ms, score_deadline_ms, worker_memory;
  const char *sender_header, *targets, *known_as;
  const char *translations, *mitigations, *validation, *sender_validation;
  uint64_t quarantine_max, quarantine_keep_ms;
  uint64_t async_max, async_keep_ms;
  uint64_t key_keep_ms, same_body_ms;
  uint64_t store_cache, store_batch, store_queue;
  const char *terminology_server, *terminology_token_file;
  const char *terminology_ca, *terminology_cert, *terminology_key;
  uint64_t terminology_timeout_ms, terminology_cache;
  const char *unchecked_codes, *wrong_displays;
} ax_config;

typedef enum {
  AX_OPTION_TEXT,
  AX_OPTION_COUNT,   /* a whole number */
  AX_OPTION_SIZE,    /* bytes: 1024, 64k, 4M, 1G */
  AX_OPTION_TIME_MS, /* 250ms, 5s, 24h; without a unit only 0 */
  AX_OPTION_SWITCH,  /* true, false; a flag alone means true */
  AX_OPTION_CHOICE   /* one of the words in `choices` */
} ax_option_kind;

typedef struct {
  const char *name; /* "max_body" */
  ax_option_kind kind;
  size_t at; /* offset in ax_config */
  const char *standard;
  uint64_t min, max;
  const char *choices;        /* "error warn info debug" */
  const ax_config_rule *rule; /* of a TEXT; NULL: any */
  const char *value;          /* what --help calls it: "FOLDER" */
  const char *help;
} ax_option;

/* The table (config_options.c). */
extern const ax_option ax_config_options[];
extern const size_t ax_config_option_count;

/* A command's own flag. */
typedef struct {
  const char *name;  /* "--model" */
  const char *value; /* "NAME"; NULL: a switch, its word's value is "true" */
  const char *help;
} ax_config_extra;

/* What was on the command line besides options: a file name (`name` NULL) or
 * one of the command's own flags. */
typedef struct {
  const char *name;
  const char *value;
} ax_config_word;

typedef struct {
  ax_config config;
  const ax_config_word *words;
  size_t word_count;
  bool help, print, check; /* --help, --print-config, --check-config */
} ax_config_command;

/*
 * Loads the configuration for `argv` (behind the subcommand). `extras` ends
 * with a row whose name is NULL; may be NULL. INVALID with a sentence that
 * names the flag, the variable or file:line.
 */
ax_status ax_config_load(ax_arena *arena, int argc, char **argv,
                         const ax_config_extra *extras, ax_config_command *out,
                         ax_error *err) AX_MUST_USE;

/* Sets one option from text. `where` begins the sentence of a failure. */
ax_status ax_config_set(ax_config *config, const char *name, const char *text,
                        const char *where, ax_error *err) AX_MUST_USE;

/* All options as a configuration file that gives the same again. */
void ax_config_print(const ax_config *config, ax_buf *out);

/* The options as lines of help. */
void ax_config_help(const ax_config_extra *extras, ax_buf *out);

/* Parses "ADDR:PORT" ("[::1]:8080" for IPv6) into a text of the arena. */
ax_status ax_config_listen(ax_arena *arena, const char *listen,
                           const char **address, unsigned *port,
                           ax_error *err) AX_MUST_USE;

/* Is `address` one that only this machine can reach? */
bool ax_config_is_loopback(const char *address);

#endif
