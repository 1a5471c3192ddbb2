#include "json/json_comment.h"

#include <string.h>

/* The byte behind the string that begins at `at`. */
static size_t skip_string(ax_str s, size_t at) {
  for (at++; at < s.len && s.ptr[at] != '"'; at++)
    if (s.ptr[at] == '\\') at++;
  return at < s.len ? at + 1 : s.len;
}

/* The byte behind the comment that begins at `at`; `at`: there is none. */
static size_t skip_comment(ax_str s, size_t at) {
  ax_str rest = ax_str_skip(s, at);
  if (ax_str_starts(rest, AX_STR("//"))) {
    size_t line = ax_str_find(rest, AX_STR("\n"));
    return line == AX_STR_NONE ? s.len : at + line;
  }
  if (!ax_str_starts(rest, AX_STR("/*"))) return at;
  size_t end = ax_str_find(ax_str_skip(rest, 2), AX_STR("*/"));
  return end == AX_STR_NONE ? at : at + end + 4;
}

ax_str ax_json_comment_blank(ax_arena *arena, ax_str source) {
  char *copy = AX_NEW_ARRAY(arena, char, source.len + 1);
  if (!copy) return (ax_str){ NULL, 0 };
  memcpy(copy, source.ptr, source.len);
  copy[source.len] = '\0';
  for (size_t at = 0; at < source.len;) {
    size_t end = skip_comment(source, at);
    for (size_t i = at; i < end; i++)
      if (copy[i] != '\n' && copy[i] != '\r') copy[i] = ' ';
    if (end > at)
      at = end;
    else
      at = source.ptr[at] == '"' ? skip_string(source, at) : at + 1;
  }
  return (ax_str){ copy, source.len };
}
