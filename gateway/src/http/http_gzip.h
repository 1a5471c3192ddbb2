/*
 * http_gzip.h - gzip request bodies (RFC 1952); the only file that includes
 * zlib.h here. A bomb meets the ceiling of `out`.
 */
#ifndef AX_HTTP_HTTP_GZIP_H
#define AX_HTTP_HTTP_GZIP_H

#include "base/buf.h"

/* Appends what `packed` holds. INVALID when it is not gzip or cut off,
 * TOO_LARGE past the ceiling of `out`, NOMEM. */
ax_status ax_http_gzip_unpack(ax_str packed, ax_buf *out) AX_MUST_USE;

#endif
