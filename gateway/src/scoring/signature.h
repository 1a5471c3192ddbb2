/*
 * signature.h - who vouches for a module: Ed25519 signatures as minisign
 * writes them (https://jedisct1.github.io/minisign/), both over the file
 * itself ("Ed", legacy) and over its BLAKE2b-512 digest ("ED", the standard
 * since 0.10). The trusted comment is signed, too, and checked.
 *
 * The one file that includes libsodium is signature.c.
 *
 * Threads: any. Signature files and keys are foreign input.
 */
#ifndef AX_SCORING_SIGNATURE_H
#define AX_SCORING_SIGNATURE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum {
  AX_SIGNATURE_KEY = 32,
  AX_SIGNATURE_KEYS = 64,
  AX_SIGNATURE_ID = 16,   /* hex digits of a key's number */
  AX_SIGNATURE_MAX = 8192 /* bytes of a signature file */
};

typedef struct {
  unsigned char number[8]; /* as minisign keeps it: least byte first */
  unsigned char key[AX_SIGNATURE_KEY];
} ax_signature_key;

typedef struct {
  const ax_signature_key *items;
  size_t count;
} ax_signature_keys;

/* Reads public keys ("RWQ..." as minisign prints them), separated by spaces or
 * commas. INVALID names the one that is none; TOO_LARGE; NOMEM. */
ax_status ax_signature_keys_read(ax_arena *arena, ax_str text,
                                 ax_signature_keys *out,
                                 ax_error *err) AX_MUST_USE;

typedef struct {
  char key[AX_SIGNATURE_ID + 1]; /* "1B2C..." as minisign prints it */
  ax_str comment;                /* the trusted one; points into `file` */
} ax_signature;

/*
 * Is `file` (a .minisig) a signature over `bytes` by one of `keys`? DENIED: by
 * nobody we know, or not over these bytes; INVALID: it is no signature file.
 */
ax_status ax_signature_check(ax_str file, ax_str bytes,
                             const ax_signature_keys *keys, ax_signature *out,
                             ax_error *err) AX_MUST_USE;

#endif
