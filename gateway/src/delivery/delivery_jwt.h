/*
 * delivery_jwt.h - signed JSON Web Tokens for ourselves as a client (RFC 7515,
 * RFC 7518), through OpenSSL's libcrypto. RS384 and ES384 only: what SMART
 * Backend Services asks for. Nothing is verified here.
 *
 * Threads: a key belongs to one thread at a time.
 */
#ifndef AX_DELIVERY_DELIVERY_JWT_H
#define AX_DELIVERY_DELIVERY_JWT_H

#include "base/arena.h"
#include "base/error.h"

typedef struct ax_delivery_jwt_key ax_delivery_jwt_key;

/* A private key from a PEM file; `algorithm` is "RS384" or "ES384". IO, INVALID
 * (no key, or one that does not fit the algorithm), NOMEM. */
ax_status ax_delivery_jwt_key_new(const char *path, const char *algorithm,
                                  ax_delivery_jwt_key **out,
                                  ax_error *err) AX_MUST_USE;
void ax_delivery_jwt_key_free(ax_delivery_jwt_key *key);

/* header.payload.signature over the JSON texts given. */
ax_status ax_delivery_jwt_sign(const ax_delivery_jwt_key *key, ax_arena *arena,
                               ax_str header, ax_str payload, ax_str *out,
                               ax_error *err) AX_MUST_USE;

#endif
