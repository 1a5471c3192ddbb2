/* Set-up, tests and teardown: what is to be done, one action after the other.
 */
#include <stdio.h>

#include "script/script_parts.h"

/* --- one action --------------------------------------------------------------
 */

static const char *action_fault(const ax_json *operation,
                                const ax_json *assertion) {
  if (operation && assertion)
    return "an action is an operation or an assert, not both";
  if (!operation && !assertion)
    return "an action needs an operation or an assert";
  return NULL;
}

/* Ways of other versions to say what is to be done, that R4 has nothing for:
 * without them the action would be another one. */
static ax_str of_other_version(const ax_json *element,
                               const ax_json *assertion) {
  if (AX_JSON_GET(element, "common")) return AX_STR("common (R6)");
  if (AX_JSON_GET(assertion, "rule")) return AX_STR("rule (STU3)");
  if (AX_JSON_GET(assertion, "ruleset")) return AX_STR("ruleset (STU3)");
  return AX_STR("");
}

static ax_status read_action(const ax_script_loading *l, const ax_json *element,
                             ax_str place,
                             ax_script_action *a) {
  const ax_json *operation = AX_JSON_GET(element, "operation");
  const ax_json *assertion = AX_JSON_GET(element, "assert");
  const char *fault = action_fault(operation, assertion);
  a->place = place;
  a->is_assert = assertion && !operation;
  a->unsupported = of_other_version(element, assertion);
  if (fault) {
    a->fault = ax_str_from(fault);
    return AX_OK;
  }
  a->json = a->is_assert ? assertion : operation;
  if (a->json->kind != AX_JSON_OBJECT) {
    a->json = NULL;
    a->fault = AX_STR("an operation or an assert is an object");
    return AX_OK;
  }
  a->label = AX_JSON_STR(a->json, "label");
  a->description = AX_JSON_STR(a->json, "description");
  a->place = ax_arena_printf(l->arena, AX_STR_FMT ".%s", AX_STR_ARG(place),
                             a->is_assert ? "assert" : "operation");
  if (!a->place.ptr) return AX_NOMEM;
  return ax_script_subtest_read(l, a);
}

/* --- one phase ---------------------------------------------------------------
 */

static ax_status read_actions(const ax_script_loading *l,
                              ax_script_phase *phase) {
  size_t count;
  const ax_json *items =
      ax_script_list(phase->json, AX_STR("action"), &count);
  for (size_t i = 0; i < count; i++) {
    ax_script_action *a = AX_VEC_PUSH(&phase->actions, l->arena);
    if (!a) return AX_NOMEM;
    ax_str place = ax_arena_printf(l->arena, AX_STR_FMT ".action[%zu]",
                                   AX_STR_ARG(phase->place), i);
    if (!place.ptr) return AX_NOMEM;
    AX_TRY(read_action(l, &items[i], place, a));
  }
  return AX_OK;
}

static ax_status read_phase(const ax_script_loading *l, const ax_json *element,
                            ax_str place, ax_script_phase *phase) {
  phase->json = element;
  phase->place = place;
  phase->id = AX_JSON_STR(element, "id");
  phase->name = AX_JSON_STR(element, "name");
  phase->description = AX_JSON_STR(element, "description");
  return read_actions(l, phase);
}

/* --- tests, each as often as its parameter has values ------------------------
 */

static ax_status bind(const ax_script_loading *l,
                      const ax_script_binding *binding,
                      ax_script_phase *phase) {
  ax_script_binding *slot = AX_VEC_PUSH(&phase->bindings, l->arena);
  if (!slot) return AX_NOMEM;
  *slot = *binding;
  phase->name = ax_arena_printf(
      l->arena, AX_STR_FMT "%s[" AX_STR_FMT "=" AX_STR_FMT "]",
      AX_STR_ARG(phase->name), phase->name.len ? " " : "",
      AX_STR_ARG(binding->inner), AX_STR_ARG(binding->value));
  return phase->name.ptr ? AX_OK : AX_NOMEM;
}

static ax_status read_test(const ax_script_loading *l, const ax_json *element,
                           ax_str place) {
  ax_script_values values = { 0 };
  ax_script_phase phase = { 0 };
  AX_TRY(read_phase(l, element, place, &phase));
  AX_TRY(ax_script_parameter_read(l, element, place, &values));
  for (size_t i = 0; i < values.count || i == 0; i++) {
    ax_script_phase *slot = AX_VEC_PUSH(&l->script->tests, l->arena);
    if (!slot) return AX_NOMEM;
    *slot = phase;
    if (values.count) AX_TRY(bind(l, &values.items[i], slot));
  }
  return AX_OK;
}

ax_status ax_script_phase_read_all(const ax_script_loading *l) {
  ax_script *s = l->script;
  const ax_json *setup = AX_JSON_GET(s->resource, "setup");
  const ax_json *teardown = AX_JSON_GET(s->resource, "teardown");
  if (setup)
    AX_TRY(read_phase(l, setup, AX_STR("TestScript.setup"), &s->setup));
  size_t count;
  const ax_json *tests = ax_script_list(s->resource, AX_STR("test"), &count);
  for (size_t i = 0; i < count; i++) {
    ax_str place = ax_arena_printf(l->arena, "TestScript.test[%zu]", i);
    if (!place.ptr) return AX_NOMEM;
    AX_TRY(read_test(l, &tests[i], place));
  }
  if (!teardown) return AX_OK;
  return read_phase(l, teardown, AX_STR("TestScript.teardown"),
                    &s->teardown);
}
