#include "report/report_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

static void put_char(ax_buf *out, uint32_t c) {
  char bytes[4];
  ax_buf_append(out, (ax_str){ bytes, ax_utf8_encode(c, bytes) });
}

/* --- XML and HTML --------------------------------------------------------- */

/* Char of XML 1.0, without the C1 controls. */
static bool xml_has(uint32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c < 0x7F || (c > 0x9F && c != 0xFFFE && c != 0xFFFF);
}

static const char *xml_escape(uint32_t c, bool attribute) {
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  case '\r':
    return "&#13;";
  case '\n':
    return attribute ? "&#10;" : NULL;
  case '\t':
    return attribute ? "&#9;" : NULL;
  default:
    return NULL;
  }
}

static void put_xml(ax_buf *out, ax_str text, bool attribute) {
  while (text.len) {
    uint32_t c = ax_utf8_next(&text);
    const char *escape = xml_escape(c, attribute);
    if (escape)
      ax_buf_append(out, ax_str_from(escape));
    else
      put_char(out, xml_has(c) ? c : 0xFFFD);
  }
}

void ax_report_text_xml(ax_buf *out, ax_str text) {
  put_xml(out, text, false);
}

void ax_report_text_attribute(ax_buf *out, ax_str text) {
  put_xml(out, text, true);
}

void ax_report_text_fhir(ax_buf *out, ax_str text) {
  while (text.len) {
    uint32_t c = ax_utf8_next(&text);
    put_char(out, xml_has(c) ? c : 0xFFFD);
  }
}

/* --- terminals ------------------------------------------------------------ */

/* Control characters, and those that turn the direction of a line. */
static bool obeyed(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x200E && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static void put_shown(ax_buf *out, uint32_t c) {
  if (!obeyed(c))
    put_char(out, c);
  else if (c == '\t')
    ax_buf_append_char(out, ' ');
  else
    ax_buf_printf(out, c < 0x100 ? "\\x%02" PRIx32 : "\\u%04" PRIx32, c);
}

void ax_report_text_plain(ax_buf *out, ax_str text, unsigned indent) {
  while (text.len) {
    uint32_t c = ax_utf8_next(&text);
    if (c == '\r' && text.len && text.ptr[0] == '\n') continue;
    if (c == '\n')
      ax_buf_printf(out, "\n%*s", (int)indent, "");
    else
      put_shown(out, c);
  }
}

void ax_report_text_line(ax_buf *out, ax_str text, size_t max) {
  size_t end = out->len + max;
  while (text.len && out->len < end) {
    uint32_t c = ax_utf8_next(&text);
    if (c == '\n' || c == '\r')
      ax_buf_append_char(out, ' ');
    else
      put_shown(out, c);
  }
  if (text.len) ax_buf_append(out, AX_STR("..."));
}

/* --- JSON ----------------------------------------------------------------- */

void ax_report_text_value(ax_json_writer *w, ax_str text) {
  if (ax_utf8_valid(text, NULL)) {
    ax_json_write_str(w, text);
    return;
  }
  ax_buf clean = AX_BUF_INIT(text.len * 3 + 1);
  while (text.len) put_char(&clean, ax_utf8_next(&text));
  if (clean.status && !w->out->status) w->out->status = clean.status;
  ax_json_write_str(w, ax_buf_view(&clean));
  ax_buf_free(&clean);
}

void ax_report_text_member(ax_json_writer *w, ax_str key, ax_str text) {
  if (!text.len) return;
  ax_json_write_key(w, key);
  ax_report_text_value(w, text);
}

void ax_report_text_json(ax_buf *out, ax_str text) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_report_text_value(&w, text);
}

/* --- the rest ------------------------------------------------------------- */

void ax_report_text_seconds(ax_buf *out, int64_t us) {
  if (us < 0) us = 0;
  int64_t ms = (us + 500) / 1000;
  ax_buf_printf(out, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}

static void put_quoted(ax_buf *out, ax_str text) {
  ax_buf_append_char(out, '\'');
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] == '\'')
      ax_buf_append(out, AX_STR("'\\''"));
    else
      ax_buf_append_char(out, text.ptr[i]);
  ax_buf_append_char(out, '\'');
}

/* What a shell takes as one word and a person can read. */
static bool shell_holds(ax_str text) {
  if (!ax_utf8_valid(text, NULL)) return false;
  while (text.len) {
    uint32_t c = ax_utf8_next(&text);
    if (obeyed(c) && c != '\n' && c != '\r' && c != '\t') return false;
  }
  return true;
}

/* curl writes these itself. */
static bool is_curls_own(ax_str name) {
  return ax_str_eq_nocase(name, AX_STR("Host")) ||
         ax_str_eq_nocase(name, AX_STR("Content-Length")) ||
         ax_str_eq_nocase(name, AX_STR("User-Agent"));
}

static void put_header(ax_buf *out, const ax_result_header *header) {
  ax_str mask = AX_STR(AX_REPORT_TEXT_MASK), value = header->value;
  if (is_curls_own(header->name) || !shell_holds(header->name)) return;
  ax_buf_append(out, AX_STR(" -H "));
  if (ax_str_ends(value, mask) && shell_holds(value)) {
    ax_str before = { value.ptr, value.len - mask.len };
    put_quoted(out, header->name);
    ax_buf_append(out, AX_STR("': '"));
    if (before.len) put_quoted(out, before);
    ax_buf_append(out, AX_STR("\"$TOKEN\""));
  } else {
    ax_buf line = AX_BUF_INIT(1 << 20);
    ax_buf_append(&line, header->name);
    ax_buf_append(&line, AX_STR(": "));
    ax_report_text_line(&line, value, 1 << 16);
    put_quoted(out, ax_buf_view(&line));
    ax_buf_free(&line);
  }
}

static void put_body(ax_buf *out, ax_str body, size_t body_max) {
  if (!body.len) return;
  ax_buf_append(out, AX_STR(" --data-binary "));
  if (body.len > body_max || !shell_holds(body) ||
      ax_str_find(body, AX_STR(AX_REPORT_TEXT_CUT)) != AX_STR_NONE)
    ax_buf_append(out, AX_STR("@body"));
  else
    put_quoted(out, body);
}

/* curl needs no -X for what it would send anyway, and must not be told
 * "-X HEAD": it would wait for a body. */
static void put_method(ax_buf *out, ax_str method, bool has_body) {
  if (ax_str_eq(method, AX_STR("HEAD"))) {
    ax_buf_append(out, AX_STR(" --head"));
  } else if (has_body || !ax_str_eq(method, AX_STR("GET"))) {
    ax_buf_append(out, AX_STR(" -X "));
    ax_report_text_line(out, method, 40);
  }
}

void ax_report_text_curl(ax_buf *out, const ax_result_exchange *exchange,
                         size_t body_max) {
  ax_buf url = AX_BUF_INIT(1 << 20);
  ax_report_text_line(&url, exchange->url, 1 << 18);
  ax_buf_append(out, AX_STR("curl -sS -i"));
  put_method(out, exchange->method, exchange->request_body.len > 0);
  ax_buf_append_char(out, ' ');
  put_quoted(out, ax_buf_view(&url));
  ax_buf_free(&url);
  for (size_t i = 0; i < exchange->request_headers.count; i++)
    put_header(out, &exchange->request_headers.items[i]);
  put_body(out, exchange->request_body, body_max);
}
