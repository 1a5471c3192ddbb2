#include "search/search_cursor.h"

#include <string.h>

#include "base/sha256.h"

enum { CHECK = 9, POSITION_MAX = 4096 };

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static ax_status check_of(ax_arena *arena, ax_str scope, ax_str position,
                          unsigned char out[AX_SHA256_BYTES]) {
  ax_str both = AX_JOIN(arena, AX_STR("auspex cursor 1\n"), scope, AX_STR("\n"),
                        position);
  if (!both.ptr) return AX_NOMEM;
  ax_sha256(both, out);
  return AX_OK;
}

/* base64url without padding; whole groups of three bytes need none. */
static size_t encode(const unsigned char *in, size_t len, char *out) {
  size_t n = 0;
  for (size_t i = 0; i < len; i += 3) {
    unsigned bits = (unsigned)in[i] << 16;
    if (i + 1 < len) bits |= (unsigned)in[i + 1] << 8;
    if (i + 2 < len) bits |= in[i + 2];
    size_t digits = len - i >= 3 ? 4 : len - i + 1;
    for (size_t d = 0; d < digits; d++)
      out[n++] = alphabet[bits >> (18 - 6 * d) & 63];
  }
  return n;
}

static bool decode(ax_str in, unsigned char *out, size_t *len) {
  unsigned bits = 0, have = 0;
  size_t n = 0;
  for (size_t i = 0; i < in.len; i++) {
    const char *at = in.ptr[i] ? strchr(alphabet, in.ptr[i]) : NULL;
    if (!at) return false;
    bits = bits << 6 | (unsigned)(at - alphabet);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out[n++] = (unsigned char)(bits >> have & 0xff);
  }
  *len = n;
  return true;
}

ax_status ax_search_cursor_write(ax_arena *arena, ax_str scope, ax_str position,
                                 ax_str *out) {
  unsigned char check[AX_SHA256_BYTES];
  AX_TRY(check_of(arena, scope, position, check));
  unsigned char *raw = AX_NEW_ARRAY(arena, unsigned char, position.len + CHECK);
  char *text = AX_NEW_ARRAY(arena, char, (position.len + CHECK) * 2);
  if (!raw || !text) return AX_NOMEM;
  memcpy(raw, check, CHECK);
  if (position.len) memcpy(raw + CHECK, position.ptr, position.len);
  *out = (ax_str){ text, encode(raw, position.len + CHECK, text) };
  return AX_OK;
}

ax_status ax_search_cursor_read(ax_arena *arena, ax_str scope, ax_str token,
                                ax_str *position) {
  unsigned char check[AX_SHA256_BYTES];
  size_t len = 0;
  if (token.len > POSITION_MAX) return AX_INVALID;
  unsigned char *raw = AX_NEW_ARRAY(arena, unsigned char, token.len + 1);
  if (!raw) return AX_NOMEM;
  if (!decode(token, raw, &len) || len < CHECK) return AX_INVALID;
  *position = (ax_str){ (const char *)raw + CHECK, len - CHECK };
  AX_TRY(check_of(arena, scope, *position, check));
  return memcmp(check, raw, CHECK) == 0 ? AX_OK : AX_INVALID;
}
