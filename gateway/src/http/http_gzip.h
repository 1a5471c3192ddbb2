/*
 * http_gzip.h - gzip and deflate (RFC 1952, RFC 1950); the only file that
 * includes zlib.h here. A bomb meets the ceiling of `out`.
 */
#ifndef AX_HTTP_HTTP_GZIP_H
#define AX_HTTP_HTTP_GZIP_H

#include "base/buf.h"

/* Appends what `packed` holds: gzip, zlib, or the bare deflate that some send
 * under the name deflate. INVALID when it is none of them or cut off,
 * TOO_LARGE past the ceiling of `out`, NOMEM. */
ax_status ax_http_gzip_unpack(ax_str packed, ax_buf *out) AX_MUST_USE;

/* Appends `plain` as gzip, or as zlib (what HTTP calls deflate). NOMEM,
 * TOO_LARGE past the ceiling of `out`. */
ax_status ax_http_gzip_pack(ax_str plain, bool zlib, ax_buf *out) AX_MUST_USE;

#endif
