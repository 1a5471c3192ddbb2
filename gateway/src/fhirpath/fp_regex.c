#include "fhirpath/fp_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/clock.h"
#include "fhirpath/fp_function.h"

enum {
  PATTERN_MAX = 16 * 1024,
  PARENS_MAX = 100,
  HEAP_KB = 8 * 1024,
  RESULT_MAX = 16 * 1024 * 1024
};

static void *arena_malloc(size_t size, void *arena) {
  return ax_arena_take((ax_arena *)arena, 1, size, alignof(max_align_t));
}

static void arena_free(void *block, void *arena) {
  (void)block;
  (void)arena;
}

/* The arena ran out, or PCRE2 says what is wrong with the pattern. */
static ax_status pattern_fault(int code, size_t offset, ax_str source,
                               uint32_t at, ax_fp_fault *fault) {
  unsigned char text[160] = "";
  if (code == PCRE2_ERROR_NOMEMORY || code == 121) return AX_NOMEM;
  (void)pcre2_get_error_message(code, text, sizeof text);
  return ax_fp_fault_set(fault, AX_FP_EXECUTION, source, at,
                         "the regular expression is wrong at character %zu: %s",
                         offset + 1, (const char *)text);
}

static ax_status compile(ax_arena *arena, ax_str pattern, ax_str source,
                         uint32_t at, ax_fp_fault *fault, pcre2_code **out) {
  int code = 0;
  PCRE2_SIZE offset = 0;
  if (pattern.len > PATTERN_MAX)
    return ax_fp_fault_set(fault, AX_FP_LIMIT, source, at,
                           "the regular expression is longer than %d bytes",
                           PATTERN_MAX);
  pcre2_general_context *general =
      pcre2_general_context_create(arena_malloc, arena_free, arena);
  if (!general) return AX_NOMEM;
  pcre2_compile_context *context = pcre2_compile_context_create(general);
  if (!context) return AX_NOMEM;
  (void)pcre2_set_parens_nest_limit(context, PARENS_MAX);
  /* 5.6.9: single-line mode (a dot matches a new line), Unicode. */
  *out = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len,
                       PCRE2_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY |
                           PCRE2_NEVER_BACKSLASH_C,
                       &code, &offset, context);
  if (*out) return AX_OK;
  return pattern_fault(code, offset, source, at, fault);
}

static bool is_pattern_function(const ax_fp_ast *node) {
  return node->function->run == ax_fp_pattern_matches ||
         node->function->run == ax_fp_pattern_matches_full ||
         node->function->run == ax_fp_pattern_replace;
}

ax_status ax_fp_regex_prepare(ax_arena *arena, ax_fp_ast *node, ax_str source,
                              ax_fp_fault *fault) {
  pcre2_code *code = NULL;
  if (!is_pattern_function(node)) return AX_OK;
  const ax_fp_ast *arg = node->args[0];
  if (arg->kind != AX_FP_AST_LITERAL || arg->literal.kind != AX_FP_STRING)
    return AX_OK;
  AX_TRY(compile(arena, arg->literal.u.text, source, arg->at, fault, &code));
  node->regex = code;
  return AX_OK;
}

/* --- matching --------------------------------------------------------------
 */

typedef struct {
  const pcre2_code *code;
  pcre2_general_context *general;
  pcre2_match_context *context;
  pcre2_match_data *data;
} matcher;

static ax_status match_begin(ax_fp_call *call, ax_str pattern, matcher *m) {
  ax_fp_run *run = call->run;
  pcre2_code *code = NULL;
  m->code = call->node->regex;
  if (!m->code) {
    AX_TRY(compile(run->arena, pattern, run->program->source,
                   call->node->args[0]->at, run->fault, &code));
    m->code = code;
  }
  m->general =
      pcre2_general_context_create(arena_malloc, arena_free, run->arena);
  if (!m->general) return AX_NOMEM;
  m->context = pcre2_match_context_create(m->general);
  if (!m->context) return AX_NOMEM;
  (void)pcre2_set_match_limit(m->context, run->limits.regex_steps);
  (void)pcre2_set_heap_limit(m->context, HEAP_KB);
  m->data = pcre2_match_data_create_from_pattern(m->code, m->general);
  return m->data ? AX_OK : AX_NOMEM;
}

static ax_status match_fault(ax_fp_call *call, int code) {
  if (code == PCRE2_ERROR_NOMEMORY) return AX_NOMEM;
  if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_HEAPLIMIT ||
      code == PCRE2_ERROR_DEPTHLIMIT)
    return ax_fp_fault_set(call->run->fault, AX_FP_LIMIT,
                           call->run->program->source, call->node->at,
                           "matching the regular expression takes more than "
                           "%u steps",
                           call->run->limits.regex_steps);
  unsigned char text[160] = "";
  (void)pcre2_get_error_message(code, text, sizeof text);
  return ax_fp_run_fault(call->run, call->node,
                         "the regular expression cannot be matched: %s",
                         (const char *)text);
}

/* PCRE2 does not say how many steps a match took, so its time is charged as
 * steps of the evaluation (50 ns each): many slow matches end it too. */
static ax_status charge(ax_fp_call *call, int64_t started) {
  int64_t taken = ax_clock_mono_ns() - started;
  return ax_fp_run_spend(call->run, call->node,
                         taken > 0 ? (uint64_t)taken / 50 : 0);
}

ax_status ax_fp_regex_match(ax_fp_call *call, ax_str pattern, ax_str text,
                            bool whole, bool *out) {
  matcher m;
  int64_t started = ax_clock_mono_ns();
  ax_arena_mark mark = ax_arena_mark_here(call->run->arena);
  AX_TRY(match_begin(call, pattern, &m));
  uint32_t options = whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
  int found = pcre2_match(m.code, (PCRE2_SPTR)text.ptr, text.len, 0, options,
                          m.data, m.context);
  ax_arena_rewind(call->run->arena, mark);
  *out = found >= 0;
  if (found >= 0 || found == PCRE2_ERROR_NOMATCH) return charge(call, started);
  return match_fault(call, found);
}

/* First asks how long the result is, then makes it. */
ax_status ax_fp_regex_replace(ax_fp_call *call, ax_str pattern, ax_str text,
                              ax_str with, ax_str *out) {
  matcher m;
  unsigned char none[1];
  PCRE2_SIZE size = 0;
  int64_t started = ax_clock_mono_ns();
  uint32_t options = PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY |
                     PCRE2_SUBSTITUTE_UNKNOWN_UNSET;
  AX_TRY(match_begin(call, pattern, &m));
  int n =
      pcre2_substitute(m.code, (PCRE2_SPTR)text.ptr, text.len, 0,
                       options | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH, m.data,
                       m.context, (PCRE2_SPTR)with.ptr, with.len, none, &size);
  if (n < 0 && n != PCRE2_ERROR_NOMEMORY) return match_fault(call, n);
  /* Too little room for the result says how much is wanted; too little
   * memory says nothing. */
  if (n == PCRE2_ERROR_NOMEMORY && (size == 0 || size == PCRE2_UNSET))
    return AX_NOMEM;
  if (n == PCRE2_ERROR_NOMEMORY && size > RESULT_MAX)
    return match_fault(call, PCRE2_ERROR_MATCHLIMIT);
  size = n < 0 ? size + 1 : 1;
  unsigned char *result =
      AX_TAKE_ARRAY(call->run->arena, unsigned char, size + 1);
  if (!result) return AX_NOMEM;
  n = pcre2_substitute(m.code, (PCRE2_SPTR)text.ptr, text.len, 0, options,
                       m.data, m.context, (PCRE2_SPTR)with.ptr, with.len,
                       result, &size);
  if (n < 0) return match_fault(call, n);
  *out = (ax_str){ (const char *)result, size };
  return charge(call, started);
}
