#include "base/utf8.h"

#include <string.h>

/* Bytes of the well-formed sequence at `p`, 0 when there is none (Unicode
 * table 3-7: the second byte's range excludes overlong forms, surrogates and
 * code points above U+10FFFF). */
static size_t sequence(const unsigned char *p, size_t left) {
  unsigned char lead = p[0], low = 0x80, high = 0xBF;
  size_t len = 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) len = 2;
  if (lead >= 0xE0 && lead <= 0xEF) len = 3;
  if (lead >= 0xF0 && lead <= 0xF4) len = 4;
  if (len == 0 || len > left) return 0;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (p[1] < low || p[1] > high) return 0;
  for (size_t i = 2; i < len; i++)
    if ((p[i] & 0xC0) != 0x80) return 0;
  return len;
}

/* Length of the run of ASCII at `p`, eight bytes at a time. */
static size_t ascii_run(const unsigned char *p, size_t left) {
  size_t at = 0;
  for (; left - at >= 8; at += 8) {
    uint64_t word;
    memcpy(&word, p + at, 8);
    if (word & UINT64_C(0x8080808080808080)) break;
  }
  while (at < left && p[at] < 0x80) at++;
  return at;
}

bool ax_utf8_valid(ax_str s, size_t *bad_at) {
  const unsigned char *p = (const unsigned char *)s.ptr;
  size_t at = 0;
  while (at < s.len) {
    at += ascii_run(p + at, s.len - at);
    if (at == s.len) break;
    size_t len = sequence(p + at, s.len - at);
    if (len == 0) {
      if (bad_at) *bad_at = at;
      return false;
    }
    at += len;
  }
  return true;
}

size_t ax_utf8_length(ax_str s) {
  size_t count = 0;
  for (size_t i = 0; i < s.len; i++)
    count += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
  return count;
}

uint32_t ax_utf8_next(ax_str *rest) {
  if (rest->len == 0) return 0xFFFD;
  const unsigned char *p = (const unsigned char *)rest->ptr;
  size_t len = sequence(p, rest->len);
  *rest = ax_str_skip(*rest, len ? len : 1);
  if (len == 0) return 0xFFFD;
  uint32_t c = len == 1 ? p[0] : p[0] & (0x7Fu >> len);
  for (size_t i = 1; i < len; i++) c = c << 6 | (p[i] & 0x3F);
  return c;
}

size_t ax_utf8_encode(uint32_t c, char out[4]) {
  size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  if (len == 1) {
    out[0] = (char)c;
    return 1;
  }
  static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
  for (size_t i = len - 1; i > 0; i--) {
    out[i] = (char)(0x80 | (c & 0x3F));
    c >>= 6;
  }
  out[0] = (char)(lead[len] | c);
  return len;
}
