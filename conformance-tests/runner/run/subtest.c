#include "run/subtest.h"

#include "run/evaluate.h"
#include "run/run_inner.h"
#include "run/source.h"
#include "run/variable.h"

enum { RUNS_MAX = 1000 };

/* What came of one run. */
typedef struct {
  ax_result_kind kind;
  ax_str message;
  const ax_result_exchange *exchange;
} verdict;

/* --- bindings ------------------------------------------------------------- */

static ax_status lend_fixture(ax_state *s, const ax_script_binding *b,
                              ax_run_loan *loan, ax_error *err) {
  ax_source source;
  AX_TRY(ax_source_find(s, b->outer, false, &source, err));
  if (source.exchange) {
    /* The map holds what nobody changes; its type says otherwise. */
    ax_result_exchange *e = AX_NEW(s->arena, ax_result_exchange);
    if (!e) return AX_NOMEM;
    *e = *source.exchange;
    return ax_map_put(loan->responses, b->inner, e);
  }
  AX_TRY(ax_source_need_json(&source, err));
  ax_json *tree = AX_NEW(s->arena, ax_json);
  if (!tree) return AX_NOMEM;
  *tree = *source.json;
  return ax_map_put(loan->fixtures, b->inner, tree);
}

typedef AX_VEC(ax_run_setting) settings;

static ax_status lend_variable(ax_state *s, const ax_script_binding *b,
                               settings *out, ax_error *err) {
  ax_run_setting *slot = AX_VEC_PUSH(out, s->arena);
  if (!slot) return AX_NOMEM;
  slot->name = b->inner;
  slot->value = b->value;
  if (!b->outer.len) return AX_OK;
  return ax_variable_value(s, b->outer, AX_STR(""), &slot->value, err);
}

static ax_status lend(ax_state *s, const ax_script_subtest *sub, ax_str each,
                      ax_run_loan *loan, ax_error *err) {
  settings bound = { 0 };
  loan->fixtures = ax_map_new(s->arena);
  loan->responses = ax_map_new(s->arena);
  if (!loan->fixtures || !loan->responses) return AX_NOMEM;
  for (size_t i = 0; i < sub->bindings.count; i++) {
    const ax_script_binding *b = &sub->bindings.items[i];
    if (b->is_out) continue;
    AX_TRY(b->is_fixture ? lend_fixture(s, b, loan, err)
                         : lend_variable(s, b, &bound, err));
  }
  if (sub->each.len) {
    ax_run_setting *slot = AX_VEC_PUSH(&bound, s->arena);
    if (!slot) return AX_NOMEM;
    slot->name = sub->each;
    slot->value = each;
  }
  loan->bound = bound.items;
  loan->bound_count = bound.count;
  return AX_OK;
}

/* What the inner script gives back: an answer, or the value of a variable. */
static ax_status take_back(ax_state *s, const ax_script_subtest *sub,
                           ax_state *inner) {
  for (size_t i = 0; i < sub->bindings.count; i++) {
    const ax_script_binding *b = &sub->bindings.items[i];
    ax_str value;
    if (!b->is_out) continue;
    if (b->is_fixture) {
      void *e = ax_map_get(inner->responses, b->inner);
      if (e) AX_TRY(ax_map_put(s->responses, b->outer, e));
      continue;
    }
    ax_status status =
        ax_variable_value(inner, b->inner, AX_STR(""), &value, NULL);
    if (status == AX_NOMEM) return status;
    if (status) continue; /* whoever needs it will say that it is not there */
    ax_run_setting *slot = AX_VEC_PUSH(&s->bound, s->arena);
    if (!slot) return AX_NOMEM;
    slot->name = b->outer;
    slot->value = value;
  }
  return AX_OK;
}

/* --- one run -------------------------------------------------------------- */

/* The action that decided. */
static const ax_result_action *deciding(const ax_result_script *r) {
  for (size_t p = 0; p < r->phases.count; p++)
    for (size_t a = 0; a < r->phases.items[p].actions.count; a++) {
      const ax_result_action *one = &r->phases.items[p].actions.items[a];
      if (one->kind == r->kind) return one;
    }
  return NULL;
}

static ax_status judge(ax_state *s, const ax_script *script,
                       const ax_result_script *r, verdict *out) {
  const ax_result_action *one = deciding(r);
  ax_str name = script->name.len ? script->name : script->file;
  out->kind = r->kind;
  out->exchange = one ? one->exchange : NULL;
  if (r->kind <= AX_RESULT_WARNING) return AX_OK;
  ax_str why = one && one->message.len ? one->message : r->message;
  if (ax_str_starts(why, AX_STR("unsupported: ")))
    why = ax_str_skip(why, sizeof "unsupported: " - 1);
  out->message = ax_arena_printf(
      s->arena, AX_STR_FMT " (in " AX_STR_FMT "%s" AX_STR_FMT ")",
      AX_STR_ARG(why), AX_STR_ARG(name), one && one->rule.len ? ": " : "",
      AX_STR_ARG(one ? one->rule : AX_STR("")));
  return out->message.ptr ? AX_OK : AX_NOMEM;
}

static ax_status run_one(ax_state *s, const ax_script_action *action,
                         ax_str each, verdict *out, ax_error *err) {
  const ax_script_subtest *sub = action->subtest;
  ax_run_loan loan = { 0 };
  ax_state inner;
  ax_result_script result;
  AX_TRY(lend(s, sub, each, &loan, err));
  AX_TRY(ax_run_inner(s, sub->script, &loan, &inner, &result));
  s->answered |= inner.answered;
  s->unreachable |= inner.unreachable;
  s->out->wire_changed |= result.wire_changed;
  /* An operation is followed by asserts about its answer. */
  if (!action->is_assert && inner.last) s->last = inner.last;
  for (size_t i = 0; i < result.notices.count; i++)
    AX_TRY(ax_state_note(s, result.notices.items[i].place,
                         result.notices.items[i].text));
  AX_TRY(judge(s, sub->script, &result, out));
  return take_back(s, sub, &inner);
}

/* What an ax_error holds of a message. */
static int shown(const verdict *v) {
  return v->message.len > 200 ? 200 : (int)v->message.len;
}

static ax_status tell(const verdict *v, ax_result_action *out, ax_error *err) {
  out->exchange = v->exchange;
  switch (v->kind) {
  case AX_RESULT_UNSUPPORTED:
    return ax_error_set(err, AX_UNSUPPORTED, "%.*s", shown(v), v->message.ptr);
  case AX_RESULT_ERROR:
    return ax_error_set(err, AX_INVALID, "%.*s", shown(v), v->message.ptr);
  case AX_RESULT_FAIL:
    out->kind = AX_RESULT_FAIL;
    out->message = v->message;
    return AX_OK;
  case AX_RESULT_SKIP:
    out->cause = AX_RESULT_BY_SCRIPT;
    break;
  case AX_RESULT_PASS:
  case AX_RESULT_WARNING:
  case AX_RESULT_KINDS:
    break;
  }
  out->kind = v->kind;
  out->message = v->message;
  return AX_OK;
}

/* --- for each value ------------------------------------------------------- */

static ax_status values_of(ax_state *s, const ax_script_action *action,
                           ax_evaluate_values *out, ax_error *err) {
  ax_source source;
  ax_str id, expression;
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(action->json, "sourceId"), &id, err));
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(action->json, "expression"),
                          &expression, err));
  AX_TRY(ax_source_find(s, id, false, &source, err));
  AX_TRY(ax_source_need_json(&source, err));
  AX_TRY(ax_evaluate_expression(s, expression, &source, out, err));
  if (!out->count)
    return ax_error_set(err, AX_NOT_FOUND,
                        "the expression gives no value, so the subtest was "
                        "never run");
  if (out->count <= RUNS_MAX) return AX_OK;
  return ax_error_set(err, AX_TOO_LARGE,
                      "the expression gives %zu values; a subtest is run for "
                      "at most %d",
                      out->count, RUNS_MAX);
}

/* With all: the worst verdict decides; else the best. */
static ax_status run_each(ax_state *s, const ax_script_action *action,
                          verdict *out, ax_error *err) {
  ax_evaluate_values values = { 0 };
  bool all = action->subtest->all_must_pass;
  AX_TRY(values_of(s, action, &values, err));
  for (size_t i = 0; i < values.count; i++) {
    verdict v = { 0 };
    AX_TRY(run_one(s, action, values.items[i], &v, err));
    bool decides = all ? v.kind > out->kind : v.kind < out->kind;
    if (i == 0 || decides) *out = v;
  }
  return AX_OK;
}

ax_status ax_subtest_run(ax_state *s, const ax_script_action *action,
                         ax_result_action *out, ax_error *err) {
  const ax_script_subtest *sub = action->subtest;
  verdict v = { 0 };
  out->rule = ax_arena_printf(s->arena, "subtest " AX_STR_FMT "%s",
                              AX_STR_ARG(sub->script->name),
                              sub->each.len ? " for each value" : "");
  if (!out->rule.ptr) return AX_NOMEM;
  AX_TRY(sub->each.len ? run_each(s, action, &v, err)
                       : run_one(s, action, AX_STR(""), &v, err));
  return tell(&v, out, err);
}
