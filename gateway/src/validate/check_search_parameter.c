/*
 * SearchParameter: its expression is FHIRPath that fits each of its bases, one
 * with components is composite (R4 searchparameter.html).
 */
#include "fhirpath/fp_check.h"
#include "fhirpath/fp_parse.h"
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "SearchParameter", out);
}

/* "Patient.name | Person.name" of several bases: each looks at its own part. */
static bool is_of_one(const ax_json *bases) {
  ax_str base = ax_json_text(ax_json_item(bases, 0));
  return ax_json_count(bases) == 1 && !ax_str_eq(base, AX_STR("Resource")) &&
         !ax_str_eq(base, AX_STR("DomainResource"));
}

static ax_status check_types(ax_walk *walk, const ax_place *at,
                             const ax_json *bases, const ax_fp_program *program,
                             ax_arena *arena) {
  const ax_fp_model *model = walk->model;
  ax_fp_fault fault = { .status = AX_OK };
  if (!model || !is_of_one(bases)) return AX_OK;
  ax_str base = ax_json_text(ax_json_item(bases, 0));
  const ax_fp_type *type = model->type(model->ctx, base);
  if (!type) return AX_OK;
  ax_status status = ax_fp_check(arena, program, model, type, NULL, &fault);
  if (status == AX_NOMEM || !status) return status;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "search-expression-types", at,
                "The expression does not fit " AX_STR_FMT ": at %u:%u: %s",
                AX_STR_ARG(base), fault.line, fault.column, fault.text);
  return AX_OK;
}

static ax_status check_expression(ax_walk *walk, const ax_place *owner,
                                  const ax_json *bases, ax_arena *arena) {
  const ax_place at = ax_place_member(owner, AX_STR("expression"));
  ax_str text = ax_json_text(at.value);
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  if (!text.len) return AX_OK;
  ax_status status = ax_fp_parse(arena, text, &program, &fault);
  if (!status) return check_types(walk, &at, bases, &program, arena);
  if (status == AX_NOMEM) return status;
  ax_walk_issue(walk, AX_ERROR, AX_ISSUE_INVALID, "search-expression", &at,
                "The expression is not FHIRPath: at %u:%u: %s", fault.line,
                fault.column, fault.text);
  return AX_OK;
}

static ax_status check_parameter(ax_walk *walk, const ax_place *place,
                                 ax_arena *arena) {
  const ax_json *components = AX_JSON_GET(place->value, "component");
  ax_str type = AX_JSON_STR(place->value, "type");
  size_t count = ax_json_count(components);
  bool composite = ax_str_eq(type, AX_STR("composite"));
  if (type.len && composite != (count > 0))
    ax_walk_issue(walk, AX_ERROR, AX_ISSUE_BUSINESS_RULE, "search-components",
                  place,
                  composite ? "A composite parameter must have components"
                            : "Only a composite parameter has components; "
                              "this one is of type " AX_STR_FMT,
                  AX_STR_ARG(type));
  AX_TRY(
      check_expression(walk, place, AX_JSON_GET(place->value, "base"), arena));
  for (size_t i = 0; i < count; i++) {
    const ax_place one = ax_place_item(place, AX_STR("component"), i);
    AX_TRY(check_expression(walk, &one, NULL, arena));
  }
  return AX_OK;
}

static void run(const ax_check *self, ax_walk *walk, const ax_place *place) {
  ax_arena *arena = ax_walk_scratch(walk);
  (void)self;
  if (!arena) return;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  if (check_parameter(walk, place, arena)) walk->no_memory = true;
  ax_arena_rewind(arena, mark);
}

const ax_check_kind ax_check_search_parameter = { "search-parameter", compile,
                                                  run, ax_check_explain };
