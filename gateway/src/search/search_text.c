#include "search/search_text.h"

#include <string.h>

#include "base/utf8.h"

/* U+00C0 .. U+017F without marks; '_' is no letter, a digit stands for two. */
static const char latin[] =
    "aaaaaa1ceeeeiiiidnooooo_ouuuuy23aaaaaa1ceeeeiiiidnooooo_ouuuuy2y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii44jjkkklllllll"
    "lllnnnnnnnnnoooooo55rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static const char *const pairs[] = { "", "ae", "th", "ss", "ij", "oe" };

static uint32_t lower(uint32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0x391 && c <= 0x3a9) return c + 32; /* Greek */
  if (c >= 0x410 && c <= 0x42f) return c + 32; /* Cyrillic */
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

static bool is_separator(uint32_t c) {
  return c <= ' ' || c == '-' || c == ',' || c == '.' || c == '\'' ||
         c == '"' || c == 0xa0 || c == 0x2019;
}

/* Writes what `c` becomes (at most 4 bytes), returns how many. */
static size_t fold_one(uint32_t c, char out[4]) {
  char plain = '_';
  if (c >= 0xc0 && c <= 0x17f) plain = latin[c - 0xc0];
  if (plain >= '1' && plain <= '5') {
    memcpy(out, pairs[plain - '0'], 2);
    return 2;
  }
  if (plain == '_') return ax_utf8_encode(lower(c), out);
  out[0] = plain;
  return 1;
}

ax_status ax_search_text_fold(ax_arena *arena, ax_str text, ax_str *out) {
  /* The replacement of a broken byte has three. */
  char *folded = AX_NEW_ARRAY(arena, char, text.len * 3 + 4);
  size_t n = 0;
  bool gap = false;
  if (!folded) return AX_NOMEM;
  while (text.len) {
    uint32_t c = ax_utf8_next(&text);
    if (is_separator(c)) {
      gap = n > 0;
      continue;
    }
    if (c >= 0x300 && c <= 0x36f) continue; /* a mark of its own */
    if (gap) folded[n++] = ' ';
    gap = false;
    n += fold_one(c, folded + n);
  }
  *out = (ax_str){ folded, n };
  return AX_OK;
}

ax_status ax_search_text_sound(ax_arena *arena, ax_str word, ax_str *out) {
  /* a to z; vowels (0) separate equal digits, h and w do not. */
  static const char codes[] = "01230120022455012623010202";
  *out = AX_STR("");
  if (word.len == 0 || word.ptr[0] < 'a' || word.ptr[0] > 'z') return AX_OK;
  char *code = AX_NEW_ARRAY(arena, char, 4);
  if (!code) return AX_NOMEM;
  memset(code, '0', 4);
  code[0] = word.ptr[0];
  size_t n = 1;
  char last = codes[word.ptr[0] - 'a'];
  for (size_t i = 1; i < word.len && n < 4; i++) {
    char c = word.ptr[i];
    if (c < 'a' || c > 'z' || c == 'h' || c == 'w') continue;
    char digit = codes[c - 'a'];
    if (digit != '0' && digit != last) code[n++] = digit;
    last = digit;
  }
  *out = (ax_str){ code, 4 };
  return AX_OK;
}

ax_status ax_search_text_local(ax_arena *arena, ax_str type, ax_str id,
                               ax_str *out) {
  char *text = AX_NEW_ARRAY(arena, char, type.len + id.len + 2);
  if (!text) return AX_NOMEM;
  memcpy(text, type.ptr, type.len);
  text[type.len] = '/';
  memcpy(text + type.len + 1, id.ptr, id.len);
  *out = (ax_str){ text, type.len + 1 + id.len };
  return AX_OK;
}
