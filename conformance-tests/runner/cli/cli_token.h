/*
 * cli_token.h - access tokens by client credentials (RFC 6749 4.4), with a
 * secret as HTTP Basic credentials (2.3.1). A token is kept until shortly
 * before it ends.
 *
 * Lifetime: texts of the options are borrowed. Threads: one at a time.
 */
#ifndef AX_CLI_CLI_TOKEN_H
#define AX_CLI_CLI_TOKEN_H

#include "net/net_token.h"

typedef struct {
  ax_str url, client_id, secret, scope;
} ax_cli_token_options;

/* A token that is good now, valid until the next call. UNAVAILABLE, TIMEOUT;
 * DENIED when the server does not give one. */
ax_status ax_cli_token_get(ax_net_token *token,
                           const ax_cli_token_options *options,
                           ax_net_client *client, ax_arena *arena, ax_str *out,
                           ax_error *err) AX_MUST_USE;

/* "Basic " and the credentials (each percent-encoded, RFC 6749 2.3.1). */
ax_status ax_cli_token_basic(ax_arena *arena, ax_str id, ax_str secret,
                             ax_str *out) AX_MUST_USE;

#endif
