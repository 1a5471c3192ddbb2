#include "http/http_headers.h"

#include <string.h>

static bool is_alnum(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

static bool is_token(ax_str s) {
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if (!is_alnum(c) && (c == 0 || !strchr("!#$%&'*+-.^_`|~", c))) return false;
  }
  return s.len > 0;
}

static bool is_value(ax_str s) {
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
  }
  return true;
}

static bool read_length(ax_str s, uint64_t *out) {
  uint64_t n = 0;
  if (s.len == 0 || s.len > 18) return false;
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    n = n * 10 + (uint64_t)(s.ptr[i] - '0');
  }
  *out = n;
  return true;
}

/* host[:port]; goes into URLs we answer with, so nothing else gets through. */
static bool is_host(ax_str s) {
  if (s.len == 0 || s.len > 255) return false;
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if (!is_alnum(c) && (c == 0 || !strchr("-._~:[]", c))) return false;
  }
  return true;
}

bool ax_http_headers_next(ax_str *rest, ax_str *element) {
  while (rest->len > 0) {
    size_t end = 0;
    bool quoted = false;
    while (end < rest->len && (quoted || rest->ptr[end] != ',')) {
      if (rest->ptr[end] == '"') quoted = !quoted;
      if (quoted && rest->ptr[end] == '\\' && end + 1 < rest->len) end++;
      end++;
    }
    *element = ax_http_trim((ax_str){ rest->ptr, end });
    size_t used = end < rest->len ? end + 1 : end;
    rest->ptr += used;
    rest->len -= used;
    if (element->len) return true;
  }
  return false;
}

static void refuse(ax_http_framing *out, int status, const char *why) {
  if (out->refuse) return;
  out->refuse = status;
  out->why = why;
}

static void see_length(ax_http_framing *out, ax_str value) {
  if (out->has_length)
    refuse(out, 400, "the request has more than one Content-Length");
  else if (!read_length(value, &out->length))
    refuse(out, 400, "Content-Length is not a plain decimal number");
  out->has_length = true;
}

static void see_transfer(ax_http_framing *out, ax_str value) {
  if (out->chunked)
    refuse(out, 400, "the request has more than one Transfer-Encoding");
  else if (!ax_http_equal(value, AX_STR("chunked")))
    refuse(out, 501, "the only Transfer-Encoding understood is chunked");
  out->chunked = true;
}

static void see_coding(ax_http_framing *out, ax_str value) {
  if (ax_http_equal(value, AX_STR("identity"))) return;
  bool known = ax_http_equal(value, AX_STR("gzip")) ||
               ax_http_equal(value, AX_STR("x-gzip")) ||
               ax_http_equal(value, AX_STR("deflate"));
  if (out->packed || !known)
    refuse(out, 415,
           "the Content-Encoding may be gzip or deflate, and only once");
  out->packed = true;
}

static void see_host(ax_http_framing *out, ax_str value) {
  if (out->host.len)
    refuse(out, 400, "the request has more than one Host");
  else if (!is_host(value))
    refuse(out, 400, "Host is not a host name with an optional port");
  else
    out->host = value;
}

static void see_connection(ax_http_framing *out, ax_str value) {
  ax_str option;
  while (ax_http_headers_next(&value, &option)) {
    if (ax_http_equal(option, AX_STR("close"))) out->wants_close = true;
    if (ax_http_equal(option, AX_STR("keep-alive")))
      out->wants_keep_alive = true;
  }
}

static void see_expect(ax_http_framing *out, ax_str value) {
  if (ax_http_equal(value, AX_STR("100-continue")))
    out->expects_continue = true;
  else
    refuse(out, 417, "the only expectation understood is 100-continue");
}

static const struct {
  ax_str name;
  void (*see)(ax_http_framing *out, ax_str value);
} seen_fields[] = {
  { AX_STR_INIT("Content-Length"), see_length },
  { AX_STR_INIT("Transfer-Encoding"), see_transfer },
  { AX_STR_INIT("Content-Encoding"), see_coding },
  { AX_STR_INIT("Host"), see_host },
  { AX_STR_INIT("Connection"), see_connection },
  { AX_STR_INIT("Expect"), see_expect },
};

void ax_http_headers_frame(const ax_http_header *headers, size_t count,
                           bool http_1_0, ax_http_framing *out) {
  *out = (ax_http_framing){ 0 };
  for (size_t i = 0; i < count; i++) {
    if (!is_token(headers[i].name))
      refuse(out, 400, "a header field has a name that is not a token");
    if (!is_value(headers[i].value))
      refuse(out, 400, "a header field has a control character in its value");
    for (size_t f = 0; f < AX_COUNT(seen_fields); f++)
      if (ax_http_equal(headers[i].name, seen_fields[f].name))
        seen_fields[f].see(out, ax_http_trim(headers[i].value));
  }
  if (out->has_length && out->chunked)
    refuse(out, 400,
           "the request has both Content-Length and Transfer-Encoding");
  if (!http_1_0 && out->host.len == 0)
    refuse(out, 400, "an HTTP/1.1 request must name its Host");
}

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool ax_http_headers_target(ax_str target, ax_str *path, ax_str *query) {
  if (target.len == 0 || target.ptr[0] != '/') return false;
  for (size_t i = 0; i < target.len; i++) {
    unsigned char c = (unsigned char)target.ptr[i];
    if (c <= 0x20 || c >= 0x7f || c == '#') return false;
    if (c != '%') continue;
    if (target.len - i < 3 || hex(target.ptr[i + 1]) < 0 ||
        hex(target.ptr[i + 2]) < 0)
      return false;
    if (hex(target.ptr[i + 1]) == 0 && hex(target.ptr[i + 2]) == 0)
      return false;
  }
  *query = target;
  *path = ax_str_cut(query, '?');
  return true;
}

bool ax_http_headers_safe_id(ax_str id) {
  if (id.len == 0 || id.len > 64) return false;
  for (size_t i = 0; i < id.len; i++) {
    unsigned char c = (unsigned char)id.ptr[i];
    if (!is_alnum(c) && c != '-' && c != '.' && c != '_') return false;
  }
  return true;
}

static ax_str strong(ax_str tag) {
  if (tag.len < 2 || tag.ptr[0] != 'W' || tag.ptr[1] != '/') return tag;
  return (ax_str){ tag.ptr + 2, tag.len - 2 };
}

bool ax_http_headers_has_tag(ax_str list, ax_str tag) {
  ax_str element;
  while (ax_http_headers_next(&list, &element)) {
    if (ax_str_eq(element, AX_STR("*"))) return true;
    if (ax_str_eq(strong(element), strong(tag))) return true;
  }
  return false;
}
