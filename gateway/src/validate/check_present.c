/*
 * mustHaveValue: extensions do not do instead of a value (an R5 rule that
 * profiles on R4 state by extension).
 */
#include "validate/check.h"

static const char MUST_HAVE_VALUE[] =
    "http://hl7.org/fhir/5.0/StructureDefinition/"
    "extension-ElementDefinition.mustHaveValue";

static ax_status compile(const ax_check_source *source, ax_check **out) {
  const ax_json *list = AX_JSON_GET(source->definition, "extension");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *e = ax_json_item(list, i);
    const ax_json *value = AX_JSON_GET(e, "valueBoolean");
    if (!value || !value->truth ||
        !ax_str_eq(AX_JSON_STR(e, "url"), ax_str_from(MUST_HAVE_VALUE)))
      continue;
    *out = AX_NEW(source->arena, ax_check);
    return *out ? AX_OK : AX_NOMEM;
  }
  return AX_OK;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  (void)self;
  if (place->value && place->value->kind != AX_JSON_NULL) return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "value-missing", place,
                "The profile requires that a value be present in this "
                "element, not extensions alone");
}

static void explain(const ax_check *self, ax_json_writer *w) {
  (void)self;
  ax_json_write_bool(w, true);
}

const ax_check_kind ax_check_present = { "present", compile, run, explain };
