#include "base/base64.h"

#include <stdint.h>

void ax_base64_append(ax_buf *out, ax_str bytes) {
  static const char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.len; i += 3) {
    size_t left = bytes.len - i;
    uint32_t three = (uint32_t)(unsigned char)bytes.ptr[i] << 16;
    if (left > 1) three |= (uint32_t)(unsigned char)bytes.ptr[i + 1] << 8;
    if (left > 2) three |= (uint32_t)(unsigned char)bytes.ptr[i + 2];
    char four[4] = { digits[three >> 18], digits[three >> 12 & 63], '=', '=' };
    if (left > 1) four[2] = digits[three >> 6 & 63];
    if (left > 2) four[3] = digits[three & 63];
    ax_buf_append(out, (ax_str){ four, sizeof four });
  }
}

static int symbol(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool decode(ax_str text, bool strict, char *out, size_t *len) {
  uint32_t bits = 0;
  unsigned have = 0;
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++) {
    int value = symbol(text.ptr[i]);
    if (value < 0 && strict && text.ptr[i] == '=') break;
    if (value < 0 && strict && !is_blank(text.ptr[i])) return false;
    if (value < 0) continue;
    bits = bits << 6 | (uint32_t)value;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    if (out) out[count] = (char)(bits >> have & 0xFF);
    count++;
  }
  *len = count;
  return true;
}

size_t ax_base64_decode(ax_str text, char *out) {
  size_t len = 0;
  (void)decode(text, false, out, &len);
  return len;
}

bool ax_base64_decode_strict(ax_str text, char *out, size_t *len) {
  return decode(text, true, out, len);
}
