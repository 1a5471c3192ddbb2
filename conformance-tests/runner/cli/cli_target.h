/*
 * cli_target.h - the server under test as the command line describes it: where
 * it is, how it is talked to, what it says of itself, and what it is given
 * before the tests.
 *
 * Lifetime: the arena given to ax_cli_target_open. Threads: ax_cli_target_token
 * may be called from any thread; the rest before threads are started.
 */
#ifndef AX_CLI_CLI_TARGET_H
#define AX_CLI_CLI_TARGET_H

#include "cli/cli_options.h"

typedef struct ax_cli_target ax_cli_target;

/*
 * Checks and takes the options; asks for a token where there are client
 * credentials, then for /metadata. INVALID (options), NOT_FOUND and IO (files);
 * UNAVAILABLE, TIMEOUT: the target cannot be reached; DENIED: no token.
 */
ax_status ax_cli_target_open(ax_arena *arena, const ax_cli_options *options,
                             ax_cli_target **out, ax_error *err) AX_MUST_USE;
void ax_cli_target_close(ax_cli_target *target);

/* A client of its own, for a thread; freed with ax_net_client_free. */
ax_status ax_cli_target_client(const ax_cli_target *target, ax_net_client **out,
                               ax_error *err) AX_MUST_USE;

/* All but client and bearer of ax_run_target. */
ax_run_target ax_cli_target_run(const ax_cli_target *target);

/* A bearer token that is good now, renewed where it has to be; empty: none. In
 * `arena`. */
ax_status ax_cli_target_token(ax_cli_target *target, ax_arena *arena,
                              ax_str *out, ax_error *err) AX_MUST_USE;

/* Everything of the command line and the token server that no report may
 * show, as of now. In `arena`. */
ax_status ax_cli_target_secrets(ax_cli_target *target, ax_arena *arena,
                                const ax_str **out, size_t *count) AX_MUST_USE;

/* Why there is no CapabilityStatement; empty: there is one. */
ax_str ax_cli_target_silence(const ax_cli_target *target);

/*
 * Gives the target the resources of --load; `*count` is how many it took.
 * INVALID names the file and what the target said; UNAVAILABLE, TIMEOUT.
 */
ax_status ax_cli_target_load(ax_cli_target *target, size_t *count,
                             ax_error *err) AX_MUST_USE;

#endif
