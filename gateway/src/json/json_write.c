#include "json/json_write.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool failed(const ax_json_writer *w) {
  return w->out->status != AX_OK;
}

static void put(ax_json_writer *w, ax_str text) {
  ax_buf_append(w->out, text);
}

/* Writes whatever must stand between the previous member and this one. */
static void separate(ax_json_writer *w) {
  if (w->after_key) {
    w->after_key = false;
    return;
  }
  assert(w->depth == 0 || !w->in_object[w->depth]);
  if (w->not_first[w->depth]) ax_buf_append_char(w->out, ',');
  w->not_first[w->depth] = 1;
}

/* Two-character escapes where JSON has them, else 0. */
static char short_escape(unsigned char c) {
  switch (c) {
  case '"':
  case '\\':
    return (char)c;
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  default:
    return 0;
  }
}

static void put_escape(ax_json_writer *w, unsigned char c) {
  static const char hex[] = "0123456789abcdef";
  char brief = short_escape(c);
  if (brief) {
    put(w, (ax_str){ (char[]){ '\\', brief }, 2 });
  } else {
    char esc[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
    put(w, (ax_str){ esc, sizeof esc });
  }
}

/* Does one of eight bytes need an escape (below 0x20, '"' or '\\')? Each
 * difference borrows into the top bit of a byte that is smaller or zero; bytes
 * of UTF-8 above 0x7F have it set already and are masked out. */
static bool any_escape(uint64_t word) {
  const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
  uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');
  uint64_t hits = (word - ones * 0x20) | (quote - ones) | (slash - ones);
  return (hits & ~word & tops) != 0;
}

/* How many bytes from `at` on can be copied as they are; may stop early. */
static size_t plain_run(ax_str s, size_t at) {
  size_t start = at;
  for (; s.len - at >= 8; at += 8) {
    uint64_t word;
    memcpy(&word, s.ptr + at, 8);
    if (any_escape(word)) break;
  }
  for (; at < s.len; at++) {
    unsigned char c = (unsigned char)s.ptr[at];
    if (c < 0x20 || c == '"' || c == '\\') break;
  }
  return at - start;
}

static void put_escaped(ax_json_writer *w, ax_str s) {
  ax_buf_append_char(w->out, '"');
  for (size_t at = 0; at < s.len;) {
    size_t run = plain_run(s, at);
    put(w, (ax_str){ s.ptr + at, run });
    at += run;
    if (at < s.len) put_escape(w, (unsigned char)s.ptr[at++]);
  }
  ax_buf_append_char(w->out, '"');
}

/* After a failure only the depth is kept up, so that scopes stay balanced. */
static void open_scope(ax_json_writer *w, bool is_object) {
  if (!failed(w) && w->depth + 1 >= AX_JSON_WRITE_DEPTH)
    w->out->status = AX_TOO_LARGE;
  if (failed(w)) {
    w->depth++;
    return;
  }
  separate(w);
  w->depth++;
  w->not_first[w->depth] = 0;
  w->in_object[w->depth] = is_object;
  ax_buf_append_char(w->out, is_object ? '{' : '[');
}

ax_json_writer ax_json_write_begin(ax_buf *out) {
  return (ax_json_writer){ .out = out };
}

void ax_json_write_object(ax_json_writer *w) {
  open_scope(w, true);
}

void ax_json_write_array(ax_json_writer *w) {
  open_scope(w, false);
}

void ax_json_write_close(ax_json_writer *w) {
  assert(w->depth > 0);
  if (failed(w)) {
    w->depth--;
    return;
  }
  assert(!w->after_key);
  ax_buf_append_char(w->out, w->in_object[w->depth] ? '}' : ']');
  w->depth--;
}

void ax_json_write_key(ax_json_writer *w, ax_str key) {
  if (failed(w)) return;
  assert(w->in_object[w->depth] && !w->after_key);
  if (w->not_first[w->depth]) ax_buf_append_char(w->out, ',');
  w->not_first[w->depth] = 1;
  put_escaped(w, key);
  ax_buf_append_char(w->out, ':');
  w->after_key = true;
}

void ax_json_write_str(ax_json_writer *w, ax_str value) {
  if (failed(w)) return;
  separate(w);
  put_escaped(w, value);
}

void ax_json_write_number(ax_json_writer *w, ax_str digits) {
  if (failed(w)) return;
  separate(w);
  put(w, digits);
}

void ax_json_write_bool(ax_json_writer *w, bool value) {
  ax_json_write_raw(w, value ? AX_STR("true") : AX_STR("false"));
}

void ax_json_write_null(ax_json_writer *w) {
  ax_json_write_raw(w, AX_STR("null"));
}

void ax_json_write_int(ax_json_writer *w, int64_t value) {
  if (failed(w)) return;
  separate(w);
  ax_buf_append_int(w->out, value);
}

/* Rewrites "d.ddde-05" without exponent; `text` holds what %.*e gave. */
static size_t without_exponent(const char *text, int exponent, char *out) {
  char digits[24];
  size_t count = 0, at = 0;
  if (*text == '-') out[at++] = *text++;
  for (; *text && *text != 'e'; text++)
    if (*text != '.') digits[count++] = *text;
  if (exponent < 0) {
    out[at++] = '0';
    out[at++] = '.';
    for (int i = exponent + 1; i < 0; i++) out[at++] = '0';
  }
  for (size_t i = 0; i < count || (int)i <= exponent; i++) {
    if (exponent >= 0 && (int)i == exponent + 1) out[at++] = '.';
    if (i < count)
      out[at++] = digits[i];
    else
      out[at++] = '0';
  }
  return at;
}

size_t ax_json_write_shortest(double value, char out[AX_JSON_WRITE_DOUBLE]) {
  char text[AX_JSON_WRITE_DOUBLE] = "0";
  if (value == 0) {
    out[0] = '0';
    return 1;
  }
  for (int precision = 0; precision < 17; precision++) {
    (void)snprintf(text, sizeof text, "%.*e", precision, value);
    if (strtod(text, NULL) == value) break; /* NOLINT(cert-err34-c) */
  }
  int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
  if (exponent >= -6 && exponent < 16)
    return without_exponent(text, exponent, out);
  size_t mantissa = (size_t)(strchr(text, 'e') - text);
  int len = snprintf(out, AX_JSON_WRITE_DOUBLE, "%.*se%+d", (int)mantissa, text,
                     exponent);
  return len > 0 ? (size_t)len : 0;
}

void ax_json_write_double(ax_json_writer *w, double value) {
  char text[AX_JSON_WRITE_DOUBLE];
  assert(isfinite(value));
  ax_json_write_number(w,
                       (ax_str){ text, ax_json_write_shortest(value, text) });
}

static void write_members(ax_json_writer *w, const ax_json *object) {
  ax_json_write_object(w);
  for (uint32_t i = 0; i < object->count; i++) {
    ax_json_write_key(w, object->u.members[i].key);
    ax_json_write_tree(w, &object->u.members[i].value);
  }
  ax_json_write_close(w);
}

static void write_items(ax_json_writer *w, const ax_json *array) {
  ax_json_write_array(w);
  for (uint32_t i = 0; i < array->count; i++)
    ax_json_write_tree(w, &array->u.items[i]);
  ax_json_write_close(w);
}

/* Recursion is bounded by the writer's own depth: beyond it nothing is
 * written, and the parser lets nothing deeper in. */
void ax_json_write_tree(ax_json_writer *w, const ax_json *value) {
  if (failed(w)) return;
  switch ((ax_json_kind)value->kind) {
  case AX_JSON_NULL:
    ax_json_write_null(w);
    break;
  case AX_JSON_BOOL:
    ax_json_write_bool(w, value->truth);
    break;
  case AX_JSON_NUMBER:
    ax_json_write_number(w, ax_json_text(value));
    break;
  case AX_JSON_STRING:
    ax_json_write_str(w, ax_json_text(value));
    break;
  case AX_JSON_ARRAY:
    write_items(w, value);
    break;
  case AX_JSON_OBJECT:
    write_members(w, value);
    break;
  }
}

void ax_json_write_raw(ax_json_writer *w, ax_str json) {
  if (failed(w)) return;
  separate(w);
  put(w, json);
}

void ax_json_write_member(ax_json_writer *w, ax_str key, ax_str value) {
  if (value.len == 0) return;
  ax_json_write_key(w, key);
  ax_json_write_str(w, value);
}

ax_status ax_json_write_end(ax_json_writer *w) {
  assert(w->depth == 0 && (failed(w) || !w->after_key));
  return w->out->status;
}
