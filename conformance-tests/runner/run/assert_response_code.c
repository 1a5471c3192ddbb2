/* responseCode: the status of an answer by its number. */
#include "run/assert.h"
#include "run/exchange.h"

ax_status ax_assert_response_code_explain(const ax_assert *a,
                                          ax_assert_outcome *out) {
  const ax_result_exchange *e = out->exchange;
  ax_str why = ax_exchange_reason(e);
  out->message = ax_arena_printf(
      a->s->arena,
      "expected status " AX_STR_FMT ", got " AX_STR_FMT " to " AX_STR_FMT
      " " AX_STR_FMT "%s%.*s",
      AX_STR_ARG(out->expected), AX_STR_ARG(out->actual), AX_STR_ARG(e->method),
      AX_STR_ARG(e->url), why.len ? ": " : "",
      why.len > 300 ? 300 : (int)why.len, why.ptr ? why.ptr : "");
  return out->message.ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_assert_response_code_judge(const ax_assert *a, ax_str text,
                                        ax_assert_outcome *out, ax_error *err) {
  AX_TRY(ax_assert_answer(a, out, err));
  ax_str status = ax_arena_printf(a->s->arena, "%d", out->exchange->status);
  if (!status.ptr) return AX_NOMEM;
  ax_assert with = *a;
  /* A list without its operator can only mean "in". */
  if (!a->has_operator && ax_str_find(text, AX_STR(",")) != AX_STR_NONE)
    with.op = AX_COMPARE_IN;
  AX_TRY(ax_assert_compare(&with, &status, 1, text, false, out));
  out->actual = status;
  return out->holds ? AX_OK : ax_assert_response_code_explain(a, out);
}
