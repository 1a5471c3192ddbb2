#include "validate/base64.h"

#include <stdint.h>

static int symbol(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

size_t ax_base64_decode(ax_str text, char *out) {
  uint32_t bits = 0;
  unsigned have = 0;
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++) {
    int value = symbol(text.ptr[i]);
    if (value < 0) continue;
    bits = bits << 6 | (uint32_t)value;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    if (out) out[count] = (char)(bits >> have & 0xFF);
    count++;
  }
  return count;
}
