/*
 * Reference.type says the same as the reference itself, where both say what
 * they are about (R4 references.html#Reference).
 */
#include "validate/check.h"
#include "validate/walk_find.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "Reference", out);
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_str type = AX_JSON_STR(place->value, "type");
  ax_str text = AX_JSON_STR(place->value, "reference");
  (void)self;
  if (!type.len || !text.len) return;
  ax_str found = ax_walk_find_type(walk, text);
  if (!found.len) found = ax_fhir_reference_parse(text).type;
  if (!ax_registry_is_resource(walk->registry, found) || ax_str_eq(found, type))
    return;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_STRUCTURE, "reference-type-differs",
                place,
                "The reference '" AX_STR_FMT "' leads to a " AX_STR_FMT
                ", but its type is said to be '" AX_STR_FMT "'",
                AX_STR_ARG(text), AX_STR_ARG(found), AX_STR_ARG(type));
}

const ax_check_kind ax_check_reference_type = { "reference-type", compile, run,
                                                ax_check_explain };
