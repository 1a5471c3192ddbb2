/* Set-up, tests and teardown: what is to be done, one action after the other.
 */
#include <stdio.h>

#include "script/script_parts.h"

enum { PARAMETERS = 4 /* of one test: the values multiply */ };

/* --- what nobody here has ----------------------------------------------------
 */

/* Modifier extensions that are known here or in run/, by their last part. */
static const ax_str modifiers[] = {
  AX_STR_INIT("TestScript-Import"),
  AX_STR_INIT("TestScript-OncePerType"),
  AX_STR_INIT("TestScript-Conditional"),
};

static bool is_known(const ax_json *extension) {
  for (size_t i = 0; i < AX_COUNT(modifiers); i++)
    if (ax_script_extension_is(extension, modifiers[i])) return true;
  return false;
}

/* R4 extensibility.html#modifier: what carries a modifier extension that one
 * does not know must not be processed. */
static ax_status unknown_modifier(const ax_script_loading *l,
                                  const ax_json *element, ax_str *out) {
  size_t count;
  const ax_json *items =
      ax_script_list(element, AX_STR("modifierExtension"), &count);
  for (size_t i = 0; i < count && !out->len; i++) {
    if (is_known(&items[i])) continue;
    ax_str url = AX_JSON_STR(&items[i], "url");
    *out = AX_JOIN(l->arena, AX_STR("modifierExtension "), url);
    if (!out->ptr) return AX_NOMEM;
  }
  return AX_OK;
}

/* All actions of the phase need `what`. */
static void lacks(ax_script_phase *phase, ax_str what) {
  for (size_t i = 0; i < phase->actions.count && what.len; i++)
    if (!phase->actions.items[i].unsupported.len)
      phase->actions.items[i].unsupported = what;
}

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
  if (ax_script_extension_named(assertion, AX_STR("testscript-assert-rule")))
    return AX_STR("testscript-assert-rule");
  if (ax_script_extension_named(assertion, AX_STR("testscript-assert-ruleset")))
    return AX_STR("testscript-assert-ruleset");
  return AX_STR("");
}

static ax_status read_action(const ax_script_loading *l, const ax_json *element,
                             ax_str place, ax_script_action *a) {
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
  AX_TRY(unknown_modifier(l, a->json, &a->unsupported));
  return ax_script_subtest_read(l, a);
}

/* --- one phase ---------------------------------------------------------------
 */

static ax_status read_actions(const ax_script_loading *l,
                              ax_script_phase *phase) {
  size_t count;
  const ax_json *items = ax_script_list(phase->json, AX_STR("action"), &count);
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

/* What is no object cannot be run, and must not pass for done. */
static ax_status no_phase(const ax_script_loading *l, ax_str place,
                          ax_script_phase *phase) {
  static const ax_json nothing = { .kind = AX_JSON_OBJECT };
  ax_script_action *a = AX_VEC_PUSH(&phase->actions, l->arena);
  if (!a) return AX_NOMEM;
  phase->json = &nothing;
  phase->place = a->place = place;
  a->fault = ax_arena_printf(l->arena, AX_STR_FMT " is no object with actions",
                             AX_STR_ARG(place));
  return a->fault.ptr ? AX_OK : AX_NOMEM;
}

static ax_status read_phase(const ax_script_loading *l, const ax_json *element,
                            ax_str place, ax_script_phase *phase) {
  /* A list of one set-up or teardown is meant as the one. */
  if (element->kind == AX_JSON_ARRAY && element->count == 1)
    element = ax_json_item(element, 0);
  if (element->kind != AX_JSON_OBJECT) return no_phase(l, place, phase);
  phase->json = element;
  phase->place = place;
  phase->id = AX_JSON_STR(element, "id");
  phase->name = AX_JSON_STR(element, "name");
  phase->description = AX_JSON_STR(element, "description");
  ax_str modifier = AX_STR("");
  AX_TRY(read_actions(l, phase));
  AX_TRY(unknown_modifier(l, element, &modifier));
  AX_TRY(unknown_modifier(l, l->script->resource, &modifier));
  lacks(phase, modifier);
  return AX_OK;
}

/* --- tests, each as often as its parameters have values ----------------------
 */

static ax_status bind(const ax_script_loading *l,
                      const ax_script_binding *binding,
                      ax_script_phase *phase) {
  ax_script_binding *slot = AX_VEC_PUSH(&phase->bindings, l->arena);
  if (!slot) return AX_NOMEM;
  *slot = *binding;
  phase->name =
      ax_arena_printf(l->arena, AX_STR_FMT "%s[" AX_STR_FMT "=" AX_STR_FMT "]",
                      AX_STR_ARG(phase->name), phase->name.len ? " " : "",
                      AX_STR_ARG(binding->inner), AX_STR_ARG(binding->value));
  return phase->name.ptr ? AX_OK : AX_NOMEM;
}

/* Adds the test for every value of its `n`th parameter and, by recursion, of
 * those after it. */
static ax_status add_test(const ax_script_loading *l,
                          const ax_script_phase *phase, size_t n) {
  const ax_json *extension = ax_script_parameter_at(phase->json, n);
  ax_script_values values = { 0 };
  if (!extension || n == PARAMETERS) {
    ax_script_phase *slot = AX_VEC_PUSH(&l->script->tests, l->arena);
    if (slot) *slot = *phase;
    return slot ? AX_OK : AX_NOMEM;
  }
  AX_TRY(ax_script_parameter_read(l, extension, phase->place, &values));
  if (!values.count) return add_test(l, phase, n + 1);
  for (size_t i = 0; i < values.count; i++) {
    ax_script_phase one = *phase;
    /* A list of its own: pushing to a copy would write into the other's. */
    one.bindings.capacity = one.bindings.count;
    AX_TRY(bind(l, &values.items[i], &one));
    AX_TRY(add_test(l, &one, n + 1));
  }
  return AX_OK;
}

/* A script contained for the condition (script.h). */
static ax_status read_condition(const ax_script_loading *l,
                                ax_script_phase *phase) {
  const ax_json *extension =
      ax_script_extension_named(phase->json, AX_STR("TestScript-Conditional"));
  ax_str reference =
      AX_JSON_STR(ax_script_extension_value(extension), "reference");
  const ax_json *resource = ax_script_contained(l, reference);
  ax_script *condition;
  if (!extension) return AX_OK;
  if (!resource || l->depth >= AX_SCRIPT_SUBTESTS) {
    lacks(phase, AX_STR("a condition that is not contained"));
    return AX_OK;
  }
  AX_TRY(ax_script_load_tree(l, resource, &condition));
  phase->condition = condition;
  if (condition->tests.count != 2)
    lacks(phase, AX_STR("a condition that has not two tests"));
  return AX_OK;
}

static ax_status read_test(const ax_script_loading *l, const ax_json *element,
                           ax_str place) {
  ax_script_phase phase = { 0 };
  AX_TRY(read_phase(l, element, place, &phase));
  AX_TRY(read_condition(l, &phase));
  return add_test(l, &phase, 0);
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
  return read_phase(l, teardown, AX_STR("TestScript.teardown"), &s->teardown);
}
