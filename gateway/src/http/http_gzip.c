#include "http/http_gzip.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

enum { STEP = 16 * 1024, GZIP_ONLY = 16 };

static ax_status pump(z_stream *z, ax_buf *out) {
  char step[STEP];
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    z->next_out = (unsigned char *)step;
    z->avail_out = sizeof step;
    code = inflate(z, Z_NO_FLUSH);
    if (code == Z_MEM_ERROR) return AX_NOMEM;
    if (code != Z_OK && code != Z_STREAM_END) return AX_INVALID;
    ax_buf_append(out, (ax_str){ step, sizeof step - z->avail_out });
    if (out->status) return out->status;
  }
  return z->avail_in == 0 ? AX_OK : AX_INVALID;
}

ax_status ax_http_gzip_unpack(ax_str packed, ax_buf *out) {
  if (packed.len > UINT_MAX) return AX_TOO_LARGE;
  z_stream z = { 0 };
  /* zlib never writes through next_in; its field lacks a const. */
  memcpy(&z.next_in, &packed.ptr, sizeof z.next_in);
  z.avail_in = (unsigned)packed.len;
  if (inflateInit2(&z, MAX_WBITS + GZIP_ONLY) != Z_OK) return AX_NOMEM;
  ax_status status = pump(&z, out);
  (void)inflateEnd(&z);
  return status;
}
