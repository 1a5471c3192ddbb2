#include "fhirpath/fp_regex.h"

#include "base/clock.h"
#include "base/regex.h"
#include "fhirpath/fp_function.h"

/* What the expression did wrong: a pattern that is none, or one too costly. */
static ax_status fault_at(const ax_error *err, ax_status status, ax_str source,
                          uint32_t at, ax_fp_fault *fault) {
  if (!status || status == AX_NOMEM) return status;
  return ax_fp_fault_set(fault,
                         status == AX_INVALID ? AX_FP_EXECUTION : AX_FP_LIMIT,
                         source, at, "%s", err->text);
}

static ax_status compile(ax_arena *arena, ax_str pattern, ax_str source,
                         uint32_t at, ax_fp_fault *fault,
                         const ax_regex **out) {
  ax_error err = { 0 };
  ax_status status = ax_regex_compile(arena, pattern, out, &err);
  return fault_at(&err, status, source, at, fault);
}

static bool is_pattern_function(const ax_fp_ast *node) {
  return node->function->run == ax_fp_pattern_matches ||
         node->function->run == ax_fp_pattern_matches_full ||
         node->function->run == ax_fp_pattern_replace;
}

ax_status ax_fp_regex_prepare(ax_arena *arena, ax_fp_ast *node, ax_str source,
                              ax_fp_fault *fault) {
  if (!is_pattern_function(node)) return AX_OK;
  const ax_fp_ast *arg = node->args[0];
  if (arg->kind != AX_FP_AST_LITERAL || arg->literal.kind != AX_FP_STRING)
    return AX_OK;
  return compile(arena, arg->literal.u.text, source, arg->at, fault,
                 &node->regex);
}

static ax_status regex_of(ax_fp_call *call, ax_str pattern,
                          const ax_regex **out) {
  ax_fp_run *run = call->run;
  *out = call->node->regex;
  if (*out) return AX_OK;
  return compile(run->arena, pattern, run->program->source,
                 call->node->args[0]->at, run->fault, out);
}

/* PCRE2 does not say how many steps a match took, so its time is charged as
 * steps of the evaluation (50 ns each): many slow matches end it too. */
static ax_status end_of(ax_fp_call *call, const ax_error *err, ax_status status,
                        int64_t started) {
  int64_t taken = ax_clock_mono_ns() - started;
  AX_TRY(fault_at(err, status, call->run->program->source, call->node->at,
                  call->run->fault));
  return ax_fp_run_spend(call->run, call->node,
                         taken > 0 ? (uint64_t)taken / 50 : 0);
}

ax_status ax_fp_regex_match(ax_fp_call *call, ax_str pattern, ax_str text,
                            bool whole, bool *out) {
  ax_fp_run *run = call->run;
  const ax_regex *regex;
  ax_error err = { 0 };
  int64_t started = ax_clock_mono_ns();
  ax_arena_mark mark = ax_arena_mark_here(run->arena);
  AX_TRY(regex_of(call, pattern, &regex));
  ax_status status = ax_regex_match(regex, run->arena, text, whole,
                                    run->limits.regex_steps, out, &err);
  ax_arena_rewind(run->arena, mark);
  return end_of(call, &err, status, started);
}

ax_status ax_fp_regex_replace(ax_fp_call *call, ax_str pattern, ax_str text,
                              ax_str with, ax_str *out) {
  ax_fp_run *run = call->run;
  const ax_regex *regex;
  ax_error err = { 0 };
  int64_t started = ax_clock_mono_ns();
  AX_TRY(regex_of(call, pattern, &regex));
  ax_status status = ax_regex_replace(regex, run->arena, text, with,
                                      run->limits.regex_steps, out, &err);
  return end_of(call, &err, status, started);
}
