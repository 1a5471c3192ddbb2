/*
 * sign.h - makes Ed25519 signatures and keys as minisign does
 * (https://jedisct1.github.io/minisign/): what `minisign -V` and a gateway
 * accept. Keys are kept without a password (`minisign -G -W`); one that is
 * protected by a password is refused.
 *
 * Threads: any.
 */
#ifndef AX_KIT_SIGN_H
#define AX_KIT_SIGN_H

#include "base/buf.h"
#include "base/error.h"

enum { AX_SIGN_FILE = 8192 };

/* A new pair of keys: the texts of the two files. */
ax_status ax_sign_new_key(ax_buf *secret, ax_buf *public_text,
                          ax_error *err) AX_MUST_USE;

/* The signature of `bytes` with the key file `secret`; `comment` is signed, too
 * (one line). INVALID: it is no key file, or needs a password. */
ax_status ax_sign_make(ax_str secret, ax_str bytes, ax_str comment, ax_buf *out,
                       ax_error *err) AX_MUST_USE;

#endif
