/*
 * SearchParameter: its expression is FHIRPath, one with components is composite
 * (R4 searchparameter.html).
 */
#include "fhirpath/fp_parse.h"
#include "validate/check.h"

static ax_status compile(const ax_check_source *source, ax_check **out) {
  return ax_check_on_type(source, "SearchParameter", out);
}

static ax_status check_expression(ax_walk *walk, const ax_place *owner,
                                  ax_arena *arena) {
  const ax_place at = ax_place_member(owner, AX_STR("expression"));
  ax_str text = ax_json_text(at.value);
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  if (!text.len) return AX_OK;
  ax_status status = ax_fp_parse(arena, text, &program, &fault);
  if (status == AX_NOMEM || !status) return status;
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
  AX_TRY(check_expression(walk, place, arena));
  for (size_t i = 0; i < count; i++) {
    const ax_place one = ax_place_item(place, AX_STR("component"), i);
    AX_TRY(check_expression(walk, &one, arena));
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
