/* A query string as a form encodes it (WHATWG URL 5.1). */
#include "base/utf8.h"
#include "base/vec.h"
#include "search/search.h"

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* The byte behind '%' at `at`, or -1. */
static int escape(ax_str s, size_t at) {
  if (s.len - at < 3) return -1;
  int high = hex(s.ptr[at + 1]), low = hex(s.ptr[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static ax_status decode(ax_arena *arena, ax_str s, ax_str *out, ax_error *err) {
  char *text = AX_NEW_ARRAY(arena, char, s.len + 1);
  size_t n = 0;
  if (!text) return AX_NOMEM;
  for (size_t i = 0; i < s.len; i++) {
    int c = s.ptr[i] == '+' ? ' ' : (unsigned char)s.ptr[i];
    if (c == '%') {
      c = escape(s, i);
      if (c < 0)
        return ax_error_set(err, AX_INVALID,
                            "the query string has a '%%' that two hexadecimal "
                            "digits do not follow: write %%25");
      i += 2;
    }
    if (c == 0)
      return ax_error_set(err, AX_INVALID,
                          "the query string has a NUL character");
    text[n++] = (char)c;
  }
  *out = (ax_str){ text, n };
  if (!ax_utf8_valid(*out, NULL))
    return ax_error_set(err, AX_INVALID, "the query string is not UTF-8");
  return AX_OK;
}

ax_status ax_search_pairs(ax_arena *arena, ax_str query_string,
                          ax_search_pair **pairs, size_t *count,
                          ax_error *err) {
  AX_VEC(ax_search_pair) list = { 0 };
  while (query_string.len) {
    ax_str value = ax_str_cut(&query_string, '&');
    ax_str name = ax_str_cut(&value, '=');
    if (name.len == 0 && value.len == 0) continue; /* "&&" */
    ax_search_pair *pair = AX_VEC_PUSH(&list, arena);
    if (!pair) return AX_NOMEM;
    AX_TRY(decode(arena, name, &pair->name, err));
    AX_TRY(decode(arena, value, &pair->value, err));
  }
  *pairs = list.items;
  *count = list.count;
  return AX_OK;
}
