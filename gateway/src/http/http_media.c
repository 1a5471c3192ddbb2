#include "http/http_media.h"

#include "http/http.h"
#include "http/http_headers.h"

typedef struct {
  ax_str type; /* "application/fhir+json" */
  ax_str charset, fhir_version;
  int q; /* thousandths */
  bool bad;
} range;

/* Cuts at the next ';' outside quotes. */
static ax_str next_part(ax_str *rest) {
  size_t end = 0;
  bool quoted = false;
  while (end < rest->len && (quoted || rest->ptr[end] != ';')) {
    if (rest->ptr[end] == '"') quoted = !quoted;
    end++;
  }
  ax_str part = ax_http_trim((ax_str){ rest->ptr, end });
  size_t used = end < rest->len ? end + 1 : end;
  rest->ptr += used;
  rest->len -= used;
  return part;
}

static ax_str unquote(ax_str s) {
  if (s.len < 2 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"') return s;
  return (ax_str){ s.ptr + 1, s.len - 2 };
}

/* "0", "0.5", "1.000" in thousandths, -1 for anything else. */
static int read_q(ax_str s) {
  if (s.len == 0 || s.len > 5 || (s.ptr[0] != '0' && s.ptr[0] != '1'))
    return -1;
  int q = (s.ptr[0] - '0') * 1000;
  if (s.len > 1 && s.ptr[1] != '.') return -1;
  int weight = 100;
  for (size_t i = 2; i < s.len; i++, weight /= 10) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return -1;
    q += (s.ptr[i] - '0') * weight;
  }
  return q <= 1000 ? q : -1;
}

static range parse(ax_str text) {
  range r = { .q = 1000 };
  r.type = next_part(&text);
  while (text.len) {
    ax_str value = next_part(&text);
    if (value.len == 0) continue;
    ax_str name = ax_http_trim(ax_str_cut(&value, '='));
    value = unquote(ax_http_trim(value));
    if (ax_http_equal(name, AX_STR("charset"))) r.charset = value;
    if (ax_http_equal(name, AX_STR("fhirVersion"))) r.fhir_version = value;
    if (ax_http_equal(name, AX_STR("q"))) r.q = read_q(value);
  }
  r.bad = r.type.len == 0 || r.q < 0;
  return r;
}

static bool is_utf8(ax_str charset) {
  return charset.len == 0 || ax_http_equal(charset, AX_STR("utf-8")) ||
         ax_http_equal(charset, AX_STR("utf8")) ||
         ax_http_equal(charset, AX_STR("us-ascii"));
}

static bool is_r4(ax_str version) {
  return version.len == 0 || ax_str_eq(version, AX_STR("4.0")) ||
         ax_str_eq(version, AX_STR("4.0.1"));
}

static ax_http_media media_of_type(ax_str type) {
  if (ax_http_equal(type, AX_STR("application/fhir+json")))
    return AX_HTTP_MEDIA_FHIR;
  if (ax_http_equal(type, AX_STR("application/json")) ||
      ax_http_equal(type, AX_STR("text/json")))
    return AX_HTTP_MEDIA_JSON;
  if (ax_http_equal(type, AX_STR("application/x-www-form-urlencoded")))
    return AX_HTTP_MEDIA_FORM;
  if (ax_http_equal(type, AX_STR("application/fhir+ndjson")) ||
      ax_http_equal(type, AX_STR("application/ndjson")) ||
      ax_http_equal(type, AX_STR("application/x-ndjson")))
    return AX_HTTP_MEDIA_LINES;
  return AX_HTTP_MEDIA_NONE;
}

ax_http_media ax_http_media_of_body(ax_str content_type, const char **why) {
  range r = parse(ax_http_trim(content_type));
  ax_http_media media = media_of_type(r.type);
  *why = "";
  if (r.type.len == 0)
    *why = "the request has a body but no Content-Type";
  else if (media == AX_HTTP_MEDIA_NONE)
    *why = "the Content-Type is not one that is understood here";
  else if (!is_utf8(r.charset))
    *why = "FHIR JSON is written in UTF-8, the charset says otherwise";
  else if (!is_r4(r.fhir_version))
    *why = "the fhirVersion is not 4.0, the only one spoken here";
  else
    return media;
  return AX_HTTP_MEDIA_NONE;
}

/* How specific a range is about `media`: 0 not at all, 1 by any type, 2 by any
 * subtype, 3 by name. RFC 9110 12.5.1: the most specific range decides. */
static int fits(const range *r, ax_http_media media) {
  if (!is_utf8(r->charset) || !is_r4(r->fhir_version)) return 0;
  if (media_of_type(r->type) == media) return 3;
  if (ax_http_equal(r->type, AX_STR("application/*"))) return 2;
  if (ax_str_eq(r->type, AX_STR("*/*")) || ax_str_eq(r->type, AX_STR("*")))
    return 1;
  return 0;
}

static int quality(ax_str accept, ax_http_media media) {
  int best_fit = 0, q = 0;
  ax_str element;
  while (ax_http_headers_next(&accept, &element)) {
    range r = parse(element);
    if (r.bad) continue;
    int fit = fits(&r, media);
    if (fit < best_fit || fit == 0) continue;
    if (fit > best_fit || r.q > q) q = r.q;
    best_fit = fit;
  }
  return q;
}

ax_http_media ax_http_media_accepted(ax_str accept) {
  if (ax_http_trim(accept).len == 0) return AX_HTTP_MEDIA_FHIR;
  int fhir = quality(accept, AX_HTTP_MEDIA_FHIR);
  int json = quality(accept, AX_HTTP_MEDIA_JSON);
  if (fhir == 0 && json == 0) return AX_HTTP_MEDIA_NONE;
  return fhir >= json ? AX_HTTP_MEDIA_FHIR : AX_HTTP_MEDIA_JSON;
}

ax_http_media ax_http_media_format(ax_str format) {
  range r = parse(ax_http_trim(format));
  if (!is_utf8(r.charset) || !is_r4(r.fhir_version)) return AX_HTTP_MEDIA_NONE;
  if (ax_http_equal(r.type, AX_STR("json")) ||
      ax_http_equal(r.type, AX_STR("application/fhir json")))
    return AX_HTTP_MEDIA_FHIR;
  ax_http_media media = media_of_type(r.type);
  return media == AX_HTTP_MEDIA_JSON || media == AX_HTTP_MEDIA_FHIR
             ? media
             : AX_HTTP_MEDIA_NONE;
}

ax_str ax_http_media_name(ax_http_media media) {
  if (media == AX_HTTP_MEDIA_JSON)
    return AX_STR("application/json; charset=utf-8");
  return AX_STR("application/fhir+json; charset=utf-8");
}
