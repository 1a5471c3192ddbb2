#include "run/wire.h"

#include "base/buf.h"
#include "http/http.h"

static const char *const xml_types[] = { "application/fhir+xml",
                                         "application/xml+fhir",
                                         "application/xml", "text/xml" };
static const char json_type[] = "application/fhir+json";

bool ax_wire_is_xml(ax_str media) {
  ax_str rest = media, type = ax_str_trim(ax_str_cut(&rest, ';'));
  for (size_t i = 0; i < sizeof xml_types / sizeof xml_types[0]; i++)
    if (ax_http_equal(type, ax_str_from(xml_types[i]))) return true;
  return false;
}

ax_status ax_wire_media(ax_state *s, ax_str code, ax_str *out) {
  *out = code;
  if (ax_http_equal(code, AX_STR("none"))) *out = AX_STR("");
  if (ax_http_equal(code, AX_STR("json"))) *out = ax_str_from(json_type);
  if (ax_http_equal(code, AX_STR("ttl")))
    *out = AX_STR("application/fhir+turtle");
  if (ax_http_equal(code, AX_STR("xml"))) *out = AX_STR("application/fhir+xml");
  if (s->options->wire == AX_RUN_WIRE_AS_ASKED || !ax_wire_is_xml(*out))
    return AX_OK;
  s->out->wire_changed = true;
  *out = ax_str_from(json_type);
  return AX_OK;
}

/* Where the value of _format begins, and its length; false: there is none. */
static bool find_format(ax_str url, size_t *from, size_t *len) {
  ax_str key = AX_STR("_format=");
  size_t at = ax_str_find(url, key);
  bool whole = at != AX_STR_NONE && at > 0 &&
               (url.ptr[at - 1] == '?' || url.ptr[at - 1] == '&');
  if (!whole) return false;
  ax_str rest = ax_str_skip(url, at + key.len);
  *from = at + key.len;
  *len = ax_str_cut(&rest, '&').len;
  return true;
}

/* As it stands in a URL: "xml", or a media type, perhaps encoded. */
static bool asks_for_xml(ax_str value) {
  return ax_http_equal(value, AX_STR("xml")) || ax_wire_is_xml(value) ||
         ax_str_ends(value, AX_STR("/xml")) ||
         ax_str_find_nocase(value, AX_STR("fhir+xml")) != AX_STR_NONE ||
         ax_str_find_nocase(value, AX_STR("fhir%2bxml")) != AX_STR_NONE ||
         ax_str_find_nocase(value, AX_STR("%2fxml")) != AX_STR_NONE;
}

ax_status ax_wire_url(ax_state *s, ax_str url, ax_str *out) {
  size_t from, len;
  *out = url;
  if (s->options->wire == AX_RUN_WIRE_AS_ASKED ||
      !find_format(url, &from, &len) ||
      !asks_for_xml((ax_str){ url.ptr + from, len }))
    return AX_OK;
  ax_str before = { url.ptr, from };
  *out =
      AX_JOIN(s->arena, before, AX_STR("json"), ax_str_skip(url, from + len));
  s->out->wire_changed = true;
  return out->ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_wire_value(ax_state *s, ax_str value, ax_str *out) {
  *out = value;
  if (s->options->wire == AX_RUN_WIRE_AS_ASKED) return AX_OK;
  for (size_t i = 0; i < sizeof xml_types / sizeof xml_types[0]; i++) {
    ax_str type = ax_str_from(xml_types[i]);
    size_t at = ax_str_find(*out, type);
    if (at == AX_STR_NONE) continue;
    ax_str before = { out->ptr, at }, after = ax_str_skip(*out, at + type.len);
    *out = AX_JOIN(s->arena, before, ax_str_from(json_type), after);
    if (!out->ptr) return AX_NOMEM;
    s->out->wire_changed = true;
  }
  return AX_OK;
}
