#include "app/explain_text.h"

#include "base/attrs.h"
#include "json/json_write.h"

/* JSON nests no deeper than this (limits.h); lines are indented less. */
enum { INDENT_MAX = 40, VALUE_MAX = 1 << 20 };

static void begin_line(unsigned depth, ax_buf *out) {
  if (depth > INDENT_MAX) depth = INDENT_MAX;
  for (unsigned i = 0; i < depth; i++) ax_buf_append(out, AX_STR("  "));
}

static void append_value(const ax_json *value, ax_buf *out) {
  ax_buf text = AX_BUF_INIT(VALUE_MAX);
  ax_json_writer w = ax_json_write_begin(&text);
  ax_json_write_tree(&w, value);
  if (ax_json_write_end(&w) == AX_OK) ax_buf_append(out, ax_buf_view(&text));
  ax_buf_free(&text);
}

/* Texts as they are, everything else as JSON. */
static void append_plain(const ax_json *value, ax_buf *out) {
  if (ax_json_is(value, AX_JSON_STRING))
    ax_buf_append(out, ax_json_text(value));
  else
    append_value(value, out);
}

static void append_list(const ax_json *list, ax_buf *out) {
  for (size_t i = 0; i < ax_json_count(list); i++) {
    if (i) ax_buf_append(out, AX_STR(" | "));
    append_plain(ax_json_item(list, i), out);
  }
}

static ax_str last_part(ax_str path) {
  ax_str part = path;
  while (path.len) part = ax_str_cut(&path, '.');
  return part;
}

/* --- the lines below an element ------------------------------------------- */

static void write_invariants(const ax_json *list, unsigned depth, ax_buf *out) {
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    begin_line(depth, out);
    ax_buf_append(out, AX_STR("rule "));
    ax_buf_append(out, AX_JSON_STR(one, "key"));
    ax_buf_append(out, AX_STR(": "));
    ax_buf_append(out, AX_JSON_STR(one, "human"));
    ax_buf_append_char(out, '\n');
    begin_line(depth + 1, out);
    ax_buf_append(out, AX_JSON_STR(one, "expression"));
    ax_buf_append_char(out, '\n');
  }
}

static void write_binding(const ax_json *binding, unsigned depth, ax_buf *out) {
  ax_str greatest = AX_JSON_STR(binding, "maxValueSet");
  begin_line(depth, out);
  ax_buf_append(out, AX_STR("binding, "));
  ax_buf_append(out, AX_JSON_STR(binding, "strength"));
  ax_buf_append(out, AX_STR(": "));
  ax_buf_append(out, AX_JSON_STR(binding, "valueSet"));
  if (greatest.len) {
    ax_buf_append(out, AX_STR(", at most "));
    ax_buf_append(out, greatest);
  }
  const ax_json *more = AX_JSON_GET(binding, "additional");
  for (size_t i = 0; i < ax_json_count(more); i++) {
    ax_buf_append(out, AX_STR(", and "));
    ax_buf_append(out, ax_json_text(ax_json_item(more, i)));
  }
  ax_buf_append_char(out, '\n');
}

/* A kind of check without lines of its own: "reference: Patient | Group". */
static void write_other(ax_str key, const ax_json *value, unsigned depth,
                        ax_buf *out) {
  begin_line(depth, out);
  ax_buf_append(out, key);
  if (!ax_json_is(value, AX_JSON_BOOL)) {
    ax_buf_append(out, AX_STR(": "));
    if (ax_json_is(value, AX_JSON_ARRAY))
      append_list(value, out);
    else
      append_plain(value, out);
  }
  ax_buf_append_char(out, '\n');
}

static bool is_in_head(ax_str key) {
  static const ax_str keys[] = { AX_STR_INIT("path"),    AX_STR_INIT("slice"),
                                 AX_STR_INIT("min"),     AX_STR_INIT("max"),
                                 AX_STR_INIT("types"),   AX_STR_INIT("slices"),
                                 AX_STR_INIT("children") };
  for (size_t i = 0; i < AX_COUNT(keys); i++)
    if (ax_str_eq(key, keys[i])) return true;
  return false;
}

static void write_checks(const ax_json *element, unsigned depth, ax_buf *out) {
  for (size_t i = 0; i < ax_json_count(element); i++) {
    const ax_json_member *m = &element->u.members[i];
    if (is_in_head(m->key) ||
        (ax_json_is(&m->value, AX_JSON_STRING) && !ax_json_text(&m->value).len))
      continue;
    if (ax_str_eq(m->key, AX_STR("invariant")))
      write_invariants(&m->value, depth, out);
    else if (ax_str_eq(m->key, AX_STR("binding")))
      write_binding(&m->value, depth, out);
    else
      write_other(m->key, &m->value, depth, out);
  }
}

/* --- elements ------------------------------------------------------------- */

static void write_head(const ax_json *element, unsigned depth, ax_buf *out) {
  ax_str slice = AX_JSON_STR(element, "slice");
  const ax_json *types = AX_JSON_GET(element, "types");
  begin_line(depth, out);
  if (slice.len) ax_buf_append(out, AX_STR("slice "));
  ax_buf_append(out,
                slice.len ? slice : last_part(AX_JSON_STR(element, "path")));
  ax_buf_append_char(out, ' ');
  append_plain(AX_JSON_GET(element, "min"), out);
  ax_buf_append(out, AX_STR(".."));
  append_plain(AX_JSON_GET(element, "max"), out);
  if (types) ax_buf_append_char(out, ' ');
  append_list(types, out);
  ax_buf_append_char(out, '\n');
}

static void write_element(const ax_json *element, unsigned depth, ax_buf *out) {
  static const ax_str below[] = { AX_STR_INIT("slices"),
                                  AX_STR_INIT("children") };
  write_head(element, depth, out);
  write_checks(element, depth + 1, out);
  for (size_t k = 0; k < AX_COUNT(below); k++) {
    const ax_json *list = ax_json_get(element, below[k]);
    for (size_t i = 0; i < ax_json_count(list); i++)
      write_element(ax_json_item(list, i), depth + 1, out);
  }
}

void ax_explain_text_write(const ax_json *schema, ax_buf *out) {
  const ax_json *profile = AX_JSON_GET(schema, "profile");
  ax_buf_append(out, AX_JSON_STR(schema, "url"));
  ax_buf_append(out, profile && profile->truth ? AX_STR("\na profile of ")
                                               : AX_STR("\nthe type "));
  ax_buf_append(out, AX_JSON_STR(schema, "type"));
  ax_buf_append(out, AX_STR("\n\n"));
  write_element(AX_JSON_GET(schema, "root"), 0, out);
}
