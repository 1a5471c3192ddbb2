#include "validate/invariant.h"

#include <stdio.h>

#include "fhirpath/fp_parse.h"

enum { MESSAGE = 1024 };
static const char BEST_PRACTICE[] =
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice";

/* --- compiling -------------------------------------------------------------
 */

static bool is_best_practice(const ax_json *constraint) {
  const ax_json *list = AX_JSON_GET(constraint, "extension");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *e = ax_json_item(list, i);
    const ax_json *value = AX_JSON_GET(e, "valueBoolean");
    if (value && value->truth &&
        ax_str_eq(AX_JSON_STR(e, "url"), ax_str_from(BEST_PRACTICE)))
      return true;
  }
  return false;
}

static ax_status compile_expression(ax_arena *arena, ax_str text,
                                    ax_invariant *made) {
  ax_fp_fault fault = { .status = AX_OK };
  ax_str source = ax_arena_str(arena, text);
  if (!source.ptr) return AX_NOMEM;
  ax_status status = ax_fp_parse(arena, source, &made->program, &fault);
  if (status == AX_OK || status == AX_NOMEM) return status;
  made->broken =
      ax_arena_printf(arena, "%u:%u: %s", fault.line, fault.column, fault.text)
          .ptr;
  return made->broken ? AX_OK : AX_NOMEM;
}

ax_status ax_invariant_compile(ax_arena *arena, const ax_json *constraint,
                               bool is_base, ax_invariant **out) {
  ax_str key = AX_JSON_STR(constraint, "key");
  ax_str expression = AX_JSON_STR(constraint, "expression");
  const ax_invariant_known *known = is_base ? ax_invariant_known_as(key) : NULL;
  *out = NULL;
  if (!expression.len || is_best_practice(constraint) ||
      (known && known->elsewhere))
    return AX_OK;
  ax_invariant *made = AX_NEW(arena, ax_invariant);
  if (!made) return AX_NOMEM;
  made->key = ax_arena_str(arena, key);
  made->human = ax_arena_str(arena, AX_JSON_STR(constraint, "human"));
  made->known = known;
  made->severity =
      ax_str_eq(AX_JSON_STR(constraint, "severity"), AX_STR("warning"))
          ? AX_WARNING
          : AX_ERROR;
  if (!made->key.ptr || !made->human.ptr) return AX_NOMEM;
  if (known && known->instead) expression = ax_str_from(known->instead);
  *out = made;
  return compile_expression(arena, expression, made);
}

/* --- running ---------------------------------------------------------------
 */

static void report(const ax_invariant *v, ax_walk *walk, const ax_place *place,
                   ax_issue issue, const char *fault) {
  char text[MESSAGE];
  if (fault)
    (void)snprintf(text, sizeof text,
                   "Constraint " AX_STR_FMT " cannot be evaluated: %s",
                   AX_STR_ARG(v->key), fault);
  else
    (void)snprintf(text, sizeof text,
                   "Constraint failed: " AX_STR_FMT ": '" AX_STR_FMT "'",
                   AX_STR_ARG(v->key), AX_STR_ARG(v->human));
  issue.rule = v->key;
  ax_walk_report(walk, issue, place, ax_place_json(place), text);
}

static void report_failure(const ax_invariant *v, ax_walk *walk,
                           const ax_place *place) {
  report(v, walk, place,
         (ax_issue){ .severity = v->severity,
                     .type = AX_ISSUE_INVARIANT,
                     .id = "invariant-failed" },
         NULL);
}

/* An expression that takes too much time lets nothing pass. */
static void report_fault(const ax_invariant *v, ax_walk *walk,
                         const ax_place *place, ax_status status,
                         const char *fault) {
  bool costly = status == AX_TOO_LARGE;
  report(v, walk, place,
         (ax_issue){ .severity = costly ? v->severity : AX_WARNING,
                     .type = costly ? AX_ISSUE_TOO_COSTLY : AX_ISSUE_PROCESSING,
                     .id = "invariant-fault" },
         fault);
}

static void evaluate(const ax_invariant *v, ax_walk *walk,
                     const ax_place *place, const ax_fp_type *type) {
  ax_arena *arena = ax_walk_scratch(walk);
  ax_fp_fault fault = { .status = AX_OK };
  bool holds = false;
  if (!arena) return;
  const ax_fp_host host = ax_invariant_host(walk);
  const ax_json *inner = walk->contained ? walk->contained : walk->resource;
  const ax_fp_input in = {
    .arena = arena,
    .model = walk->model,
    .host = &host,
    .context = ax_fp_value_node(place->value, place->sibling, type),
    .resource = inner,
    .root = walk->resource,
  };
  ax_arena_mark mark = ax_arena_mark_here(arena);
  ax_status status = ax_fp_eval_boolean(&v->program, &in, &holds, &fault);
  ax_arena_rewind(arena, mark);
  if (status == AX_NOMEM)
    walk->no_memory = true;
  else if (status)
    report_fault(v, walk, place, status, fault.text);
  else if (!holds)
    report_failure(v, walk, place);
}

void ax_invariant_run(const ax_invariant *invariant, ax_walk *walk,
                      const ax_place *place, const ax_fp_type *type) {
  const ax_invariant_known *known = invariant->known;
  ax_invariant_answer answer =
      known && known->native
          ? known->native(place->value,
                          walk->contained ? walk->contained : walk->resource)
          : AX_INVARIANT_ASK;
  if (answer == AX_INVARIANT_HOLDS) return;
  if (answer == AX_INVARIANT_FAILS)
    report_failure(invariant, walk, place);
  else if (invariant->broken)
    report_fault(invariant, walk, place, AX_INVALID, invariant->broken);
  else
    evaluate(invariant, walk, place, type);
}
