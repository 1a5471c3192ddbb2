#include "intake/intake_link.h"

static void append_escaped(ax_buf *out, ax_str text) {
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                 (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
                 c == '~' || c == ':' || c == ',' || c == '/' || c == '*';
    if (plain) {
      ax_buf_append_char(out, (char)c);
      continue;
    }
    ax_buf_append_char(out, '%');
    ax_buf_append_char(out, hex[c >> 4]);
    ax_buf_append_char(out, hex[c & 15]);
  }
}

void ax_intake_link_param(ax_buf *url, ax_str name, ax_str value) {
  bool first = ax_str_find(ax_buf_view(url), AX_STR("?")) == AX_STR_NONE;
  ax_buf_append_char(url, first ? '?' : '&');
  append_escaped(url, name);
  ax_buf_append_char(url, '=');
  append_escaped(url, value);
}

void ax_intake_link_write(ax_json_writer *w, ax_str relation, ax_str url) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("relation"), relation);
  ax_json_write_member(w, AX_STR("url"), url);
  ax_json_write_close(w);
}
