#include "cli/cli_check.h"

#include <string.h>

#include "base/map.h"
#include "fhirpath/fp_parse.h"

typedef struct {
  const ax_script *script;
  ax_arena *arena;
  ax_map *answers; /* responseId and requestId of all operations */
  ax_cli_faults *out;
} check;

static ax_status tell(check *c, ax_str place, ax_str text) {
  ax_script_notice *slot = AX_VEC_PUSH(c->out, c->arena);
  if (!slot || !text.ptr || !place.ptr) return AX_NOMEM;
  *slot = (ax_script_notice){ .place = place, .text = text };
  return AX_OK;
}

/* Its value is known when it runs. */
static bool is_filled(ax_str text) {
  return ax_str_find(text, AX_STR("${")) != AX_STR_NONE;
}

/* --- values --------------------------------------------------------------- */

/* Faults of structure and of rules are remarked by the loader, leniently. */
static bool is_of_values(const ax_issue *issue) {
  static const char *const ids[] = { "value-format", "value-null",
                                     "code-unknown", "code-not-in-value-set" };
  if (issue->severity > AX_ERROR || is_filled(issue->text) ||
      ax_str_starts(issue->path, AX_STR("TestScript.contained")))
    return false;
  for (size_t i = 0; i < AX_COUNT(ids); i++)
    if (strcmp(issue->id, ids[i]) == 0) return true;
  return false;
}

static ax_status check_values(check *c, ax_validator *validator) {
  ax_fhir_issues *issues = ax_fhir_issues_new(c->arena);
  if (!issues) return AX_NOMEM;
  AX_TRY(ax_validate_run(validator, c->script->resource, AX_STR("TestScript"),
                         NULL, 0, issues));
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (is_of_values(issue)) AX_TRY(tell(c, issue->path, issue->text));
  }
  return AX_OK;
}

/* --- what names lead to --------------------------------------------------- */

static ax_status note_answers(check *c, const ax_script_phase *phase) {
  static char known;
  static const ax_str keys[] = { AX_STR_INIT("responseId"),
                                 AX_STR_INIT("requestId") };
  for (size_t i = 0; i < phase->actions.count; i++)
    for (size_t k = 0; k < AX_COUNT(keys); k++) {
      ax_str id = ax_json_str(phase->actions.items[i].json, keys[k]);
      if (id.len) AX_TRY(ax_map_put(c->answers, id, &known));
    }
  return AX_OK;
}

static bool is_known(const check *c, ax_str id) {
  return !id.len || is_filled(id) || ax_map_get(c->answers, id) ||
         ax_script_find_fixture(c->script, id) ||
         ax_str_eq(id, AX_STR("request")) || ax_str_eq(id, AX_STR("response"));
}

static ax_status check_source(check *c, ax_str place, const char *what,
                              ax_str id) {
  if (is_known(c, id)) return AX_OK;
  return tell(c, place,
              ax_arena_printf(c->arena,
                              "%s: nothing is called '" AX_STR_FMT
                              "': no fixture, responseId or requestId",
                              what, AX_STR_ARG(id)));
}

static ax_status check_profile(check *c, ax_str place, ax_str id) {
  if (!id.len || is_filled(id) || ax_script_find_profile(c->script, id))
    return AX_OK;
  return tell(c, place,
              ax_arena_printf(c->arena,
                              "validateProfileId: the script has no profile "
                              "'" AX_STR_FMT "'",
                              AX_STR_ARG(id)));
}

static ax_status check_expression(check *c, ax_str place, ax_str expression) {
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  if (!expression.len || is_filled(expression)) return AX_OK;
  ax_status status = ax_fp_parse(c->arena, expression, &program, &fault);
  if (!status || status == AX_NOMEM) return status;
  return tell(c, place,
              ax_arena_printf(c->arena,
                              "%s fault in the expression \"%.*s\" at column "
                              "%u: %s",
                              ax_fp_fault_kind_name(fault.kind),
                              expression.len > 60 ? 60 : (int)expression.len,
                              expression.ptr, fault.column, fault.text));
}

static ax_status check_action(check *c, const ax_script_action *action) {
  static const char *const sources[] = { "sourceId", "targetId", "minimumId",
                                         "compareToSourceId" };
  static const char *const expressions[] = { "expression",
                                             "compareToSourceExpression" };
  if (!action->json) return AX_OK; /* remarked by the loader */
  if (action->fault.len) AX_TRY(tell(c, action->place, action->fault));
  if (action->subtest) return AX_OK;
  for (size_t i = 0; i < AX_COUNT(sources); i++)
    AX_TRY(check_source(c, action->place, sources[i],
                        ax_json_str(action->json, ax_str_from(sources[i]))));
  for (size_t i = 0; i < AX_COUNT(expressions); i++)
    AX_TRY(check_expression(
        c, action->place,
        ax_json_str(action->json, ax_str_from(expressions[i]))));
  return check_profile(c, action->place,
                       AX_JSON_STR(action->json, "validateProfileId"));
}

static ax_status check_phase(check *c, const ax_script_phase *phase) {
  for (size_t i = 0; i < phase->actions.count; i++)
    AX_TRY(check_action(c, &phase->actions.items[i]));
  return AX_OK;
}

/* --- fixtures and variables ----------------------------------------------- */

static ax_status twice(check *c, ax_str place, const char *what, ax_str name) {
  return tell(c, place,
              ax_arena_printf(c->arena,
                              "another %s before it is called '" AX_STR_FMT "'",
                              what, AX_STR_ARG(name)));
}

static ax_status check_fixtures(check *c) {
  for (size_t i = 0; i < c->script->fixtures.count; i++) {
    const ax_script_fixture *f = &c->script->fixtures.items[i];
    if (f->missing.len) AX_TRY(tell(c, f->place, f->missing));
    if (f->id.len && ax_script_find_fixture(c->script, f->id) != f)
      AX_TRY(twice(c, f->place, "fixture", f->id));
  }
  return AX_OK;
}

static ax_status check_variables(check *c) {
  for (size_t i = 0; i < c->script->variables.count; i++) {
    const ax_script_variable *v = &c->script->variables.items[i];
    if (v->name.len && ax_script_find_variable(c->script, v->name) != v)
      AX_TRY(twice(c, v->place, "variable", v->name));
    AX_TRY(check_source(c, v->place, "sourceId", v->source_id));
    AX_TRY(check_expression(c, v->place, v->expression));
  }
  return AX_OK;
}

/* --- together ------------------------------------------------------------- */

ax_status ax_cli_check_script(const ax_cli_rules *rules,
                              const ax_script *script, ax_arena *arena,
                              ax_cli_faults *out) {
  check c = { script, arena, ax_map_new(arena), out };
  if (!c.answers) return AX_NOMEM;
  AX_TRY(check_values(&c, rules->rules.validator));
  AX_TRY(check_fixtures(&c));
  AX_TRY(note_answers(&c, &script->setup));
  for (size_t i = 0; i < script->tests.count; i++)
    AX_TRY(note_answers(&c, &script->tests.items[i]));
  AX_TRY(note_answers(&c, &script->teardown));
  AX_TRY(check_variables(&c));
  AX_TRY(check_phase(&c, &script->setup));
  for (size_t i = 0; i < script->tests.count; i++)
    AX_TRY(check_phase(&c, &script->tests.items[i]));
  return check_phase(&c, &script->teardown);
}
