/*
 * Identifier: where the system says that the value is a URI
 * (urn:ietf:rfc:3986), it is a full one, and an OID or UUID one of the right
 * form (R4 datatypes.html#Identifier, identifier-registry.html).
 */
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "Identifier", out);
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 3986 3.1: a letter, then letters, digits, + - . */
static bool has_scheme(ax_str text) {
  size_t i = 0;
  if (!text.len || !is_letter(text.ptr[0])) return false;
  while (i < text.len &&
         (is_letter(text.ptr[i]) ||
          (text.ptr[i] >= '0' && text.ptr[i] <= '9') || text.ptr[i] == '+' ||
          text.ptr[i] == '-' || text.ptr[i] == '.'))
    i++;
  return i < text.len && text.ptr[i] == ':';
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  const ax_json *json = AX_JSON_GET(place->value, "value");
  ax_str value = ax_json_text(json);
  (void)self;
  if (!value.len || !ax_str_eq(AX_JSON_STR(place->value, "system"),
                               AX_STR("urn:ietf:rfc:3986")))
    return;
  if (!has_scheme(value)) {
    ax_walk_issue(
        walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "identifier-uri", place,
        "The identifier's system says that its value is a URI, but "
        "'" AX_STR_FMT "' is none: it must begin with a scheme (an OID with "
        "urn:oid:, a UUID with urn:uuid:)",
        AX_STR_ARG(value));
    return;
  }
  const char *fault = ax_fhir_primitive_fault(AX_FHIR_URI, json);
  if (fault)
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "identifier-uri",
                  place, "The identifier '" AX_STR_FMT "' is no URI: %s",
                  AX_STR_ARG(value), fault);
}

const ax_check_kind ax_check_identifier = { "identifier", compile, run,
                                            ax_check_explain };
