/*
 * net_token.h - an access token as OAuth 2.0 gives it (RFC 6749 4.4), kept
 * until shortly before it ends. How the client proves who it is, a secret or a
 * signed assertion, is the caller's: it brings the form and the header.
 *
 *     ax_net_token token = AX_NET_TOKEN_INIT;
 *     if (!ax_net_token_is_good(&token))
 *       AX_TRY(ax_net_token_fetch(&token, &ask, arena, err));
 *     bearer = ax_net_token_text(&token);
 *     ...
 *     ax_net_token_clear(&token);
 *
 * Sentences never hold a token. Threads: one at a time.
 */
#ifndef AX_NET_NET_TOKEN_H
#define AX_NET_NET_TOKEN_H

#include "base/buf.h"
#include "net/net_client.h"

enum { AX_NET_TOKEN_MAX = 64 * 1024 };

typedef struct {
  ax_buf text;
  int64_t until_ns; /* monotonic; 0: none */
} ax_net_token;

#define AX_NET_TOKEN_INIT \
  ((ax_net_token){ .text = { .ceiling = AX_NET_TOKEN_MAX } })

typedef struct {
  ax_net_client *client;
  ax_str url;
  ax_str form;          /* the body, urlencoded */
  ax_str authorization; /* the header's value; "": none */
} ax_net_token_ask;

bool ax_net_token_is_good(const ax_net_token *token);

/* Asks the server. UNAVAILABLE, TIMEOUT; DENIED when it does not give one. */
ax_status ax_net_token_fetch(ax_net_token *token, const ax_net_token_ask *ask,
                             ax_arena *arena, ax_error *err) AX_MUST_USE;

/* Good until the next fetch. */
ax_str ax_net_token_text(const ax_net_token *token);

/* Nobody takes it any more: it is not good. */
void ax_net_token_drop(ax_net_token *token);
void ax_net_token_clear(ax_net_token *token);

#endif
