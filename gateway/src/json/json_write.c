#include "json/json_write.h"

#include <assert.h>

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

static void put_escaped(ax_json_writer *w, ax_str s) {
  static const char hex[] = "0123456789abcdef";
  ax_buf_append_char(w->out, '"');
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if (c == '"' || c == '\\') {
      ax_buf_append_char(w->out, '\\');
      ax_buf_append_char(w->out, (char)c);
    } else if (c < 0x20) {
      char esc[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
      put(w, (ax_str){ esc, sizeof esc });
    } else {
      ax_buf_append_char(w->out, (char)c);
    }
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

ax_status ax_json_write_end(ax_json_writer *w) {
  assert(w->depth == 0 && (failed(w) || !w->after_key));
  return w->out->status;
}
