/*
 * Identifier: the system is an absolute URI; where it says that the value is
 * one, too (urn:ietf:rfc:3986), the value is a full one, and an OID or UUID of
 * the right form (R4 datatypes.html#Identifier, identifier-registry.html).
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

static void check_value(ax_walk *walk, const ax_place *place) {
  ax_str value = AX_JSON_STR(place->value, "value");
  if (!value.len) return;
  if (!has_scheme(value)) {
    ax_walk_issue(
        walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "identifier-uri", place,
        "The identifier's system says that its value is a URI, but "
        "'" AX_STR_FMT "' is none: it must begin with a scheme (an OID with "
        "urn:oid:, a UUID with urn:uuid:)",
        AX_STR_ARG(value));
    return;
  }
  const char *fault = ax_fhir_primitive_urn_fault(value);
  if (fault)
    ax_walk_issue(walk,
                  walk->options.refuse_malformed_urns ? AX_ERROR : AX_WARNING,
                  AX_ISSUE_CODE_INVALID, "identifier-uri", place,
                  "The identifier '" AX_STR_FMT "' is no URI: %s",
                  AX_STR_ARG(value), fault);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_str system = AX_JSON_STR(place->value, "system");
  (void)self;
  if (!system.len) return;
  if (!has_scheme(system))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_CODE_INVALID, "identifier-system",
                  place,
                  "The identifier's system '" AX_STR_FMT
                  "' is a local reference; it must be an absolute URI",
                  AX_STR_ARG(system));
  if (ax_str_eq(system, AX_STR("urn:ietf:rfc:3986"))) check_value(walk, place);
}

const ax_check_kind ax_check_identifier = { "identifier", compile, run,
                                            ax_check_explain };
