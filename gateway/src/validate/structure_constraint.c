/*
 * The constraints of an element of a differential: they are FHIRPath, and they
 * fit the type of the element (FHIRPath 10.1: what no type has cannot hold).
 * Where the type is not one alone, or is only being defined, what holds for all
 * types is looked at.
 */
#include "fhirpath/fp_check.h"
#include "fhirpath/fp_parse.h"
#include "validate/structure.h"

/* The type defined in place at "Patient.contact"; NULL: not to be told. */
static const ax_fp_type *type_at(const ax_fp_model *model, ax_str path) {
  const ax_fp_type *type = model->type(model->ctx, ax_str_cut(&path, '.'));
  while (type && path.len) {
    ax_str step = ax_str_cut(&path, '.');
    if (ax_str_ends(step, AX_STR("[x]"))) return NULL;
    const ax_fp_element *e = model->element(model->ctx, type, step);
    type = e && e->type_count == 1 ? e->types[0] : NULL;
  }
  return type;
}

/* `whole`: the element with what its base says. */
static const ax_fp_type *type_of(const ax_structure *s, const ax_json *whole) {
  const ax_fp_model *model = s->walk->model;
  const ax_json *types = AX_JSON_GET(whole, "type");
  ax_str path = AX_JSON_STR(AX_JSON_GET(whole, "base"), "path");
  ax_str code = AX_JSON_STR(ax_json_item(types, 0), "code");
  if (!whole || !s->constrains || ax_json_count(types) > 1) return NULL;
  if (!code.len && !ax_str_eq(path, AX_JSON_STR(s->base, "type"))) return NULL;
  if (!code.len) return model->type(model->ctx, path);
  if (ax_str_eq(code, AX_STR("BackboneElement")) ||
      ax_str_eq(code, AX_STR("Element")))
    return type_at(model, path);
  return model->type(model->ctx, code);
}

static ax_status check_constraint(const ax_structure *s, const ax_place *at,
                                  const ax_fp_type *type) {
  ax_str expression = AX_JSON_STR(at->value, "expression");
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  if (!expression.len) return AX_OK;
  ax_status status = ax_fp_parse(s->arena, expression, &program, &fault);
  bool parses = status == AX_OK;
  if (parses && s->walk->model)
    status =
        ax_fp_check(s->arena, &program, s->walk->model, type, NULL, &fault);
  if (status == AX_NOMEM || !status) return status;
  ax_walk_issue(
      s->walk, AX_ERROR, AX_ISSUE_INVALID,
      parses ? "structure-constraint-types" : "structure-constraint", at,
      "The expression of the constraint '" AX_STR_FMT "' %s: at %u:%u: %s",
      AX_STR_ARG(AX_JSON_STR(at->value, "key")),
      parses ? "does not fit the types of R4" : "is not FHIRPath", fault.line,
      fault.column, fault.text);
  return AX_OK;
}

ax_status ax_structure_constraints(const ax_structure *s,
                                   const ax_place *element) {
  size_t count = ax_json_count(AX_JSON_GET(element->value, "constraint"));
  ax_str id = AX_JSON_STR(element->value, "id");
  const ax_json *whole = id.len ? ax_map_get(s->ids, id) : NULL;
  const ax_fp_type *type = count && s->walk->model ? type_of(s, whole) : NULL;
  for (size_t i = 0; i < count; i++) {
    const ax_place one = ax_place_item(element, AX_STR("constraint"), i);
    AX_TRY(check_constraint(s, &one, type));
  }
  return AX_OK;
}
