/*
 * assert.h - judges one assert of a script. Private to run/.
 *
 * Each kind of assert has a file of its own (assert_response.c ...) with one
 * function; assert.c knows which element asks for which and turns an outcome
 * into a result.
 */
#ifndef AX_RUN_ASSERT_H
#define AX_RUN_ASSERT_H

#include "run/compare.h"
#include "run/source.h"

/* An assert being judged. */
typedef struct {
  ax_state *s;
  const ax_json *json;
  const ax_script_action *action;
  bool request; /* direction */
  ax_compare_operator op;
  bool has_operator; /* it was written */
  ax_str source_id;  /* filled; empty: the last exchange */
  bool has_value;
  ax_str value; /* filled */
} ax_assert;

/* What came of it; texts in the arena. */
typedef struct {
  bool holds;
  ax_str expected, actual;
  ax_str message; /* instead of "expected ..., got ..."; may be empty */
  const ax_result_exchange *exchange; /* looked at */
} ax_assert_outcome;

/*
 * Judges the assert and fills kind, rule, message, expected, actual and
 * exchange of `out` (PASS, WARNING or FAIL). Failures: see state.h.
 */
ax_status ax_assert_run(ax_state *s, const ax_script_action *action,
                        ax_result_action *out, ax_error *err) AX_MUST_USE;

/* --- the kinds: `text` is the filled text of the element that asks -------- */

typedef ax_status (*ax_assert_kind)(const ax_assert *a, ax_str text,
                                    ax_assert_outcome *out, ax_error *err);

ax_status ax_assert_response_judge(const ax_assert *a, ax_str text,
                                   ax_assert_outcome *out,
                                   ax_error *err) AX_MUST_USE;
ax_status ax_assert_response_code_judge(const ax_assert *a, ax_str text,
                                        ax_assert_outcome *out,
                                        ax_error *err) AX_MUST_USE;
ax_status ax_assert_header_judge(const ax_assert *a, ax_str text,
                                 ax_assert_outcome *out,
                                 ax_error *err) AX_MUST_USE;
ax_status ax_assert_content_type_judge(const ax_assert *a, ax_str text,
                                       ax_assert_outcome *out,
                                       ax_error *err) AX_MUST_USE;
ax_status ax_assert_request_method_judge(const ax_assert *a, ax_str text,
                                         ax_assert_outcome *out,
                                         ax_error *err) AX_MUST_USE;
ax_status ax_assert_request_url_judge(const ax_assert *a, ax_str text,
                                      ax_assert_outcome *out,
                                      ax_error *err) AX_MUST_USE;
ax_status ax_assert_resource_judge(const ax_assert *a, ax_str text,
                                   ax_assert_outcome *out,
                                   ax_error *err) AX_MUST_USE;
ax_status ax_assert_expression_judge(const ax_assert *a, ax_str text,
                                     ax_assert_outcome *out,
                                     ax_error *err) AX_MUST_USE;
ax_status ax_assert_path_judge(const ax_assert *a, ax_str text,
                               ax_assert_outcome *out,
                               ax_error *err) AX_MUST_USE;
ax_status ax_assert_compare_judge(const ax_assert *a, ax_str text,
                                  ax_assert_outcome *out,
                                  ax_error *err) AX_MUST_USE;
ax_status ax_assert_minimum_judge(const ax_assert *a, ax_str text,
                                  ax_assert_outcome *out,
                                  ax_error *err) AX_MUST_USE;
ax_status ax_assert_profile_judge(const ax_assert *a, ax_str text,
                                  ax_assert_outcome *out,
                                  ax_error *err) AX_MUST_USE;
ax_status ax_assert_links_judge(const ax_assert *a, ax_str text,
                                ax_assert_outcome *out,
                                ax_error *err) AX_MUST_USE;

/* --- what kinds share ----------------------------------------------------- */

/* The source the assert is about; also sets the outcome's exchange. */
ax_status ax_assert_source(const ax_assert *a, ax_source *source,
                           ax_assert_outcome *out, ax_error *err) AX_MUST_USE;

/* The same, which must be an exchange that was answered. */
ax_status ax_assert_answer(const ax_assert *a, ax_assert_outcome *out,
                           ax_error *err) AX_MUST_USE;

/* Compares `values` with `expected` by the assert's operator and fills the
 * outcome. */
ax_status ax_assert_compare(const ax_assert *a, const ax_str *values,
                            size_t count, ax_str expected, bool any,
                            ax_assert_outcome *out) AX_MUST_USE;

/* Writes the message of an answer with another status than `expected`. */
ax_status ax_assert_response_code_explain(const ax_assert *a,
                                          ax_assert_outcome *out) AX_MUST_USE;

/* "'a', 'b'" of the first values, cut to a size that people read. */
ax_status ax_assert_list(ax_arena *arena, const ax_str *values, size_t count,
                         ax_str *out) AX_MUST_USE;

#endif
