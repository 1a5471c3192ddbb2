/*
 * The context of an extension (R4 defining-extensions.html#context): elements
 * that there are, extensions by their url, expressions that are FHIRPath.
 */
#include "fhirpath/fp_parse.h"
#include "validate/structure.h"

/* Names of later versions that extensions for R4 use in contexts, and what R4
 * means by any element. */
static bool is_common(ax_str name) {
  static const char *const names[] = {
    "CanonicalResource", "MetadataResource", "Any",          "Base",
    "DataType",          "BackboneType",     "PrimitiveType"
  };
  for (size_t i = 0; i < AX_COUNT(names); i++)
    if (ax_str_eq(name, ax_str_from(names[i]))) return true;
  return false;
}

/* "Patient.contact", "Observation.value[x]", "HumanName". What stands in a
 * slice or below an element of several types is not looked for. */
static bool is_element(const ax_fp_model *model, ax_str path) {
  ax_str first = ax_str_cut(&path, '.');
  const ax_fp_type *type = model->type(model->ctx, first);
  if (!type) return is_common(first);
  while (path.len) {
    ax_str step = ax_str_cut(&path, '.');
    step = ax_str_cut(&step, ':');
    if (ax_str_ends(step, AX_STR("[x]"))) step.len -= 3;
    const ax_fp_element *e = model->element(model->ctx, type, step);
    const ax_fp_type *chosen = NULL;
    if (!e) e = model->key(model->ctx, type, step, &chosen);
    if (!e) return false;
    if (!chosen && e->type_count != 1) return true;
    type = chosen ? chosen : e->types[0];
  }
  return true;
}

static ax_status check_fhirpath(const ax_structure *s, const ax_place *at,
                                ax_str text) {
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  ax_status status = ax_fp_parse(s->arena, text, &program, &fault);
  if (status == AX_NOMEM || !status) return status;
  ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_INVALID, "structure-context", at,
                "'" AX_STR_FMT "' is not FHIRPath: at %u:%u: %s",
                AX_STR_ARG(text), fault.line, fault.column, fault.text);
  return AX_OK;
}

static ax_status check_context(const ax_structure *s, const ax_place *context) {
  const ax_place at = ax_place_member(context, AX_STR("expression"));
  ax_str type = AX_JSON_STR(context->value, "type");
  ax_str text = ax_json_text(at.value);
  if (!text.len) return AX_OK;
  if (ax_str_eq(type, AX_STR("fhirpath"))) return check_fhirpath(s, &at, text);
  if (!ax_str_eq(type, AX_STR("element")) || !s->walk->model ||
      ax_str_find(text, AX_STR("#")) != AX_STR_NONE ||
      is_element(s->walk->model, text))
    return AX_OK;
  ax_walk_issue(s->walk, AX_WARNING, AX_ISSUE_INVALID, "structure-context", &at,
                "R4 has no element '" AX_STR_FMT
                "', so the extension can be used nowhere there",
                AX_STR_ARG(text));
  return AX_OK;
}

static void check_use(const ax_structure *s, const ax_place *place) {
  const ax_place first = ax_place_item(place, AX_STR("context"), 0);
  ax_str type = AX_JSON_STR(s->definition, "type");
  if (first.value && s->constrains && type.len &&
      !ax_str_eq(type, AX_STR("Extension")))
    ax_walk_issue(s->walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE,
                  "structure-context", &first,
                  "Only an extension has a context; this is about " AX_STR_FMT,
                  AX_STR_ARG(type));
}

ax_status ax_structure_contexts(const ax_structure *s, const ax_place *place) {
  check_use(s, place);
  const ax_json *invariants = AX_JSON_GET(place->value, "contextInvariant");
  size_t count = ax_json_count(AX_JSON_GET(place->value, "context"));
  for (size_t i = 0; i < count; i++) {
    const ax_place context = ax_place_item(place, AX_STR("context"), i);
    AX_TRY(check_context(s, &context));
  }
  for (size_t i = 0; i < ax_json_count(invariants); i++) {
    const ax_place at = ax_place_item(place, AX_STR("contextInvariant"), i);
    if (ax_json_text(at.value).len)
      AX_TRY(check_fhirpath(s, &at, ax_json_text(at.value)));
  }
  return AX_OK;
}
