/* sha256.h - digests (FIPS 180-4) through OpenSSL's libcrypto; the only file
 * in base that includes its headers. Digests cannot fail in ways a caller could
 * mend: without memory for one the process ends.
 * Threads: any; no state. */
#ifndef AX_BASE_SHA256_H
#define AX_BASE_SHA256_H

#include "base/attrs.h"
#include "base/error.h"
#include "base/str.h"

enum { AX_SHA256_BYTES = 32, AX_SHA256_HEX = 64, AX_SHA1_BYTES = 20 };

/* The digest of `data` in one go. */
void ax_sha256(ax_str data, unsigned char out[AX_SHA256_BYTES]);

/* The same as 64 lower-case hex digits and a NUL. */
void ax_sha256_hex(ax_str data, char out[AX_SHA256_HEX + 1]);

/* SHA-1 of `first` followed by `second`, for version 5 UUIDs only. */
void ax_sha256_sha1_of_two(ax_str first, ax_str second,
                           unsigned char out[AX_SHA1_BYTES]);

#endif
