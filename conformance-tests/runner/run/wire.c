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

ax_status ax_wire_media(ax_state *s, ax_str code, ax_str *out, ax_error *err) {
  *out = code;
  if (ax_http_equal(code, AX_STR("none"))) *out = AX_STR("");
  if (ax_http_equal(code, AX_STR("json"))) *out = ax_str_from(json_type);
  if (ax_http_equal(code, AX_STR("ttl")))
    *out = AX_STR("application/fhir+turtle");
  if (!ax_http_equal(code, AX_STR("xml")) && !ax_wire_is_xml(code))
    return AX_OK;
  if (s->options->wire == AX_RUN_WIRE_AS_ASKED)
    return ax_error_set(err, AX_UNSUPPORTED,
                        "XML on the wire (run with --wire json to ask for "
                        "JSON instead)");
  s->out->wire_changed = true;
  *out = ax_str_from(json_type);
  return AX_OK;
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
