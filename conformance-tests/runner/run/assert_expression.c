/* expression, path, and compareToSource* without either of them. */
#include "run/assert.h"
#include "run/evaluate.h"
#include "run/variable.h"

/* What compareToSource* gives: the values to compare with. */
static ax_status expected_of(const ax_assert *a, ax_str own, bool is_path,
                             ax_evaluate_values *out, ax_error *err) {
  ax_source source;
  ax_str id, expression, path;
  const ax_json *json = a->json;
  ax_state *s = a->s;
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(json, "compareToSourceId"), &id, err));
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(json, "compareToSourceExpression"),
                          &expression, err));
  AX_TRY(ax_variable_fill(s, AX_JSON_STR(json, "compareToSourcePath"), &path,
                          err));
  AX_TRY(ax_source_find(s, id, a->request, &source, err));
  AX_TRY(ax_source_need_json(&source, err));
  if (expression.len)
    return ax_evaluate_expression(s, expression, &source, out, err);
  if (path.len) return ax_evaluate_path(s, path, &source, out, err);
  /* R4 wants one of them; without, the same is looked for in both. */
  return is_path ? ax_evaluate_path(s, own, &source, out, err)
                 : ax_evaluate_expression(s, own, &source, out, err);
}

/* Are both lists the same? For values of one, that is "equals". */
static bool same_lists(const ax_evaluate_values *a,
                       const ax_evaluate_values *b) {
  if (a->count != b->count || !a->count) return false;
  for (size_t i = 0; i < a->count; i++)
    if (!ax_compare_holds(AX_COMPARE_EQUALS, &a->items[i], 1, b->items[i],
                          false))
      return false;
  return true;
}

static ax_status compare_sources(const ax_assert *a, ax_str text, bool is_path,
                                 const ax_evaluate_values *values,
                                 ax_assert_outcome *out, ax_error *err) {
  ax_evaluate_values wanted = { 0 };
  AX_TRY(expected_of(a, text, is_path, &wanted, err));
  if (!wanted.count)
    return ax_error_set(err, AX_NOT_FOUND,
                        "there is nothing to compare with: the other source "
                        "gives no value");
  AX_TRY(ax_assert_compare(a, values->items, values->count, wanted.items[0],
                           is_path, out));
  if (wanted.count == 1) return AX_OK;
  bool same = same_lists(values, &wanted);
  if (a->op == AX_COMPARE_EQUALS) out->holds = same;
  if (a->op == AX_COMPARE_NOT_EQUALS) out->holds = !same;
  return ax_assert_list(a->s->arena, wanted.items, wanted.count,
                        &out->expected);
}

/* An expression by itself is a condition. */
static ax_status judge_truth(const ax_assert *a, ax_str text,
                             const ax_source *source, ax_assert_outcome *out,
                             ax_error *err) {
  ax_evaluate_values values = { 0 };
  AX_TRY(ax_evaluate_truth(a->s, text, source, &out->holds, err));
  if (a->op == AX_COMPARE_NOT_EQUALS) out->holds = !out->holds;
  AX_TRY(ax_evaluate_expression(a->s, text, source, &values, err));
  out->expected =
      a->op == AX_COMPARE_NOT_EQUALS ? AX_STR("false") : AX_STR("true");
  AX_TRY(ax_assert_list(a->s->arena, values.items, values.count, &out->actual));
  if (out->holds) return AX_OK;
  out->message =
      ax_arena_printf(a->s->arena,
                      "in " AX_STR_FMT ", the expression gives " AX_STR_FMT
                      " and not " AX_STR_FMT,
                      AX_STR_ARG(source->name), AX_STR_ARG(out->actual),
                      AX_STR_ARG(out->expected));
  return out->message.ptr ? AX_OK : AX_NOMEM;
}

static bool compares_sources(const ax_assert *a) {
  return !a->has_value && AX_JSON_GET(a->json, "compareToSourceId") &&
         ax_compare_wants_value(a->op);
}

ax_status ax_assert_expression_judge(const ax_assert *a, ax_str text,
                                     ax_assert_outcome *out, ax_error *err) {
  ax_source source;
  ax_evaluate_values values = { 0 };
  AX_TRY(ax_assert_source(a, &source, out, err));
  AX_TRY(ax_source_need_json(&source, err));
  bool alone = !a->has_value && !compares_sources(a);
  if (a->op == AX_COMPARE_EVAL || (alone && ax_compare_wants_value(a->op)))
    return judge_truth(a, text, &source, out, err);
  AX_TRY(ax_evaluate_expression(a->s, text, &source, &values, err));
  if (compares_sources(a))
    return compare_sources(a, text, false, &values, out, err);
  return ax_assert_compare(a, values.items, values.count, a->value, false, out);
}

/* XPath compares a set of nodes with a value as XPath 1.0 does: one of them is
 * enough. */
ax_status ax_assert_path_judge(const ax_assert *a, ax_str text,
                               ax_assert_outcome *out, ax_error *err) {
  ax_source source;
  ax_evaluate_values values = { 0 };
  ax_assert with = *a;
  AX_TRY(ax_assert_source(a, &source, out, err));
  AX_TRY(ax_source_need_json(&source, err));
  AX_TRY(ax_evaluate_path(a->s, text, &source, &values, err));
  if (compares_sources(a))
    return compare_sources(a, text, true, &values, out, err);
  /* A path by itself must find something. */
  if (!a->has_value && ax_compare_wants_value(a->op))
    with.op = AX_COMPARE_NOT_EMPTY;
  return ax_assert_compare(&with, values.items, values.count, a->value, true,
                           out);
}

/* Without an expression of its own, the assert is a condition on the source it
 * names for comparison (as in NIST's scripts). */
ax_status ax_assert_compare_judge(const ax_assert *a, ax_str text,
                                  ax_assert_outcome *out, ax_error *err) {
  ax_source source;
  ax_str id;
  ax_evaluate_values values = { 0 };
  bool is_path = AX_JSON_GET(a->json, "compareToSourcePath") != NULL;
  AX_TRY(ax_variable_fill(a->s, AX_JSON_STR(a->json, "compareToSourceId"), &id,
                          err));
  AX_TRY(ax_source_find(a->s, id, a->request, &source, err));
  AX_TRY(ax_source_need_json(&source, err));
  out->exchange = source.exchange;
  if (!is_path && !a->has_value) return judge_truth(a, text, &source, out, err);
  AX_TRY(is_path ? ax_evaluate_path(a->s, text, &source, &values, err)
                 : ax_evaluate_expression(a->s, text, &source, &values, err));
  ax_assert with = *a;
  if (!a->has_value && ax_compare_wants_value(a->op))
    with.op = AX_COMPARE_NOT_EMPTY;
  return ax_assert_compare(&with, values.items, values.count, a->value, is_path,
                           out);
}
