/*
 * delivery_token.h - access tokens for a target: OAuth2 client credentials with
 * a signed assertion (RFC 7523; SMART App Launch 2, Backend Services). A token
 * is kept until shortly before it ends.
 *
 * Threads: one at a time.
 */
#ifndef AX_DELIVERY_DELIVERY_TOKEN_H
#define AX_DELIVERY_DELIVERY_TOKEN_H

#include "delivery/delivery_config.h"
#include "net/net_client.h"

typedef struct ax_delivery_token ax_delivery_token;

/* `client` must be allowed to ask options->url and outlives the token. */
ax_status ax_delivery_token_new(const ax_delivery_token_options *options,
                                ax_net_client *client, ax_delivery_token **out,
                                ax_error *err) AX_MUST_USE;
void ax_delivery_token_free(ax_delivery_token *token);

/* A token that is good now; the text lives until the next call. UNAVAILABLE,
 * TIMEOUT; DENIED when the server does not give one. */
ax_status ax_delivery_token_get(ax_delivery_token *token, ax_arena *arena,
                                ax_str *out, ax_error *err) AX_MUST_USE;

/* The target did not take it: get another one next time. */
void ax_delivery_token_drop(ax_delivery_token *token);

#endif
