#include "json/json_pretty.h"

static void line(ax_buf *out, size_t depth) {
  ax_buf_append_char(out, '\n');
  for (size_t i = 0; i < depth; i++) ax_buf_append(out, AX_STR("  "));
}

/* The string that begins at `at`, its quotes with it. */
static ax_str string_at(ax_str json, size_t at) {
  size_t end = at + 1;
  while (end < json.len && json.ptr[end] != '"')
    end += json.ptr[end] == '\\' ? 2 : 1;
  if (end < json.len) end++;
  if (end > json.len) end = json.len;
  return (ax_str){ json.ptr + at, end - at };
}

static bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_empty_container(ax_str json, size_t at) {
  for (size_t i = at + 1; i < json.len; i++)
    if (!is_blank(json.ptr[i])) return json.ptr[i] == ']' || json.ptr[i] == '}';
  return false;
}

void ax_json_pretty_write(ax_str json, ax_buf *out) {
  size_t depth = 0;
  bool empty = false; /* between the brackets of an empty container */
  for (size_t i = 0; i < json.len; i++) {
    char c = json.ptr[i];
    if (is_blank(c)) continue;
    if (c == '"') {
      ax_str text = string_at(json, i);
      ax_buf_append(out, text);
      i += text.len - 1;
      continue;
    }
    bool closes = c == '}' || c == ']';
    if (closes && depth) depth--;
    if (closes && !empty) line(out, depth);
    if (closes) empty = false;
    ax_buf_append_char(out, c);
    if (c == ':') ax_buf_append_char(out, ' ');
    if (c == ',') line(out, depth);
    if (c != '{' && c != '[') continue;
    depth++;
    empty = is_empty_container(json, i);
    if (!empty) line(out, depth);
  }
}
