#include "http/http_gzip.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

enum { STEP = 16 * 1024, GZIP = 16, GZIP_OR_ZLIB = 32 };

static ax_status pump(z_stream *z, ax_buf *out) {
  char step[STEP];
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    z->next_out = (unsigned char *)step;
    z->avail_out = sizeof step;
    code = inflate(z, Z_NO_FLUSH);
    if (code == Z_MEM_ERROR) return AX_NOMEM;
    if (code == Z_BUF_ERROR) return AX_INVALID;
    if (code != Z_OK && code != Z_STREAM_END) return AX_INVALID;
    ax_buf_append(out, (ax_str){ step, sizeof step - z->avail_out });
    if (out->status) return out->status;
  }
  return z->avail_in == 0 ? AX_OK : AX_INVALID;
}

static ax_status unpack(ax_str packed, int window, ax_buf *out) {
  z_stream z = { 0 };
  /* zlib never writes through next_in; its field lacks a const. */
  memcpy(&z.next_in, &packed.ptr, sizeof z.next_in);
  z.avail_in = (unsigned)packed.len;
  if (inflateInit2(&z, window) != Z_OK) return AX_NOMEM;
  ax_status status = pump(&z, out);
  (void)inflateEnd(&z);
  return status;
}

ax_status ax_http_gzip_unpack(ax_str packed, ax_buf *out) {
  if (packed.len > UINT_MAX) return AX_TOO_LARGE;
  size_t before = out->len;
  ax_status status = unpack(packed, MAX_WBITS + GZIP_OR_ZLIB, out);
  bool gzip = packed.len && (unsigned char)packed.ptr[0] == 0x1f;
  if (status != AX_INVALID || gzip || out->status) return status;
  out->len = before;
  return unpack(packed, -MAX_WBITS, out);
}

static ax_status squeeze(z_stream *z, ax_buf *out) {
  char step[STEP];
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    z->next_out = (unsigned char *)step;
    z->avail_out = sizeof step;
    code = deflate(z, Z_FINISH);
    if (code != Z_OK && code != Z_STREAM_END) return AX_INVALID;
    ax_buf_append(out, (ax_str){ step, sizeof step - z->avail_out });
    if (out->status) return out->status;
  }
  return AX_OK;
}

ax_status ax_http_gzip_pack(ax_str plain, bool zlib, ax_buf *out) {
  enum { LEVEL = 1, MEMORY = 8 }; /* the answers of a local network */
  if (plain.len > UINT_MAX) return AX_TOO_LARGE;
  z_stream z = { 0 };
  memcpy(&z.next_in, &plain.ptr, sizeof z.next_in);
  z.avail_in = (unsigned)plain.len;
  if (deflateInit2(&z, LEVEL, Z_DEFLATED, zlib ? MAX_WBITS : MAX_WBITS + GZIP,
                   MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
    return AX_NOMEM;
  ax_status status = squeeze(&z, out);
  (void)deflateEnd(&z);
  return status;
}
