/*
 * cli_session.h - runs many scripts, several at once where that is asked for,
 * and keeps what reports need of each (report_keep.h).
 *
 * The results are in the order of the scripts whatever the number of threads.
 * A script that was not begun (--fail-fast, the target went away, SIGINT) is in
 * them, skipped, with the reason. One that cannot be loaded is an error in
 * them.
 *
 * Threads: one calls; more are started and joined within.
 */
#ifndef AX_CLI_CLI_SESSION_H
#define AX_CLI_CLI_SESSION_H

#include "cli/cli_requirements.h"
#include "cli/cli_rules.h"
#include "cli/cli_target.h"

/* Whose requests scripts judge. */
typedef struct {
  ax_run_client *client; /* NULL: nobody's */
  /* It is one of ax_recording_open(), and each script sees it from its
   * beginning; else scripts take what comes, one after the other. */
  bool recorded;
  /* Of a recording: the scripts are run so often, the first time for its first
   * message alone and so on; 0: once, for all of it. */
  size_t times;
} ax_cli_clients;

typedef struct {
  const ax_cli_options *options;
  const ax_cli_rules *rules;
  ax_cli_target *target;
  const ax_map *requirements;
  const ax_cli_words *files;
  uint64_t seed;
  ax_cli_clients clients;
  bool colours; /* of the lines on standard output */
} ax_cli_session;

typedef struct {
  bool unreachable;
  bool unloadable;  /* a script was broken */
  bool interrupted; /* SIGINT or SIGTERM came */
  /* Which patterns of --include meant something; NULL: not all scripts were
   * looked at. */
  const bool *matched;
} ax_cli_session_end;

/* Fills scripts and times of `run`, in `arena`. NOMEM, IO (standard output). */
ax_status ax_cli_session_run(const ax_cli_session *session, ax_arena *arena,
                             ax_result_run *run, ax_cli_session_end *end,
                             ax_error *err) AX_MUST_USE;

#endif
