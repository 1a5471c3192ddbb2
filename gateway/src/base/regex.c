#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdalign.h>
#include <stddef.h>

enum {
  PATTERN_MAX = 16 * 1024,
  PARENS_MAX = 100,
  HEAP_KB = 8 * 1024,
  RESULT_MAX = 16 * 1024 * 1024,
  COMPILE_NOMEM = 121 /* pcre2_compile: failed to allocate heap memory */
};

static void *arena_malloc(size_t size, void *arena) {
  return ax_arena_take((ax_arena *)arena, 1, size, alignof(max_align_t));
}

static void arena_free(void *block, void *arena) {
  (void)block;
  (void)arena;
}

/* The arena ran out, or PCRE2 says what is wrong with the pattern. */
static ax_status pattern_fault(int code, size_t offset, ax_error *err) {
  unsigned char text[160] = "";
  if (code == PCRE2_ERROR_NOMEMORY || code == COMPILE_NOMEM) return AX_NOMEM;
  (void)pcre2_get_error_message(code, text, sizeof text);
  return ax_error_set(err, AX_INVALID,
                      "the regular expression is wrong at character %zu: %s",
                      offset + 1, (const char *)text);
}

ax_status ax_regex_compile(ax_arena *arena, ax_str pattern,
                           const ax_regex **out, ax_error *err) {
  int code = 0;
  PCRE2_SIZE offset = 0;
  *out = NULL;
  if (pattern.len > PATTERN_MAX)
    return ax_error_set(err, AX_TOO_LARGE,
                        "the regular expression is longer than %d bytes",
                        PATTERN_MAX);
  pcre2_general_context *general =
      pcre2_general_context_create(arena_malloc, arena_free, arena);
  if (!general) return AX_NOMEM;
  pcre2_compile_context *context = pcre2_compile_context_create(general);
  if (!context) return AX_NOMEM;
  (void)pcre2_set_parens_nest_limit(context, PARENS_MAX);
  *out = (const ax_regex *)pcre2_compile(
      (PCRE2_SPTR)pattern.ptr, pattern.len,
      PCRE2_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
      &code, &offset, context);
  return *out ? AX_OK : pattern_fault(code, offset, err);
}

/* --- matching ------------------------------------------------------------- */

typedef struct {
  const pcre2_code *code;
  uint32_t steps;
  pcre2_match_context *context;
  pcre2_match_data *data;
} matcher;

static ax_status match_begin(const ax_regex *regex, ax_arena *arena,
                             uint32_t steps, matcher *m) {
  pcre2_general_context *general =
      pcre2_general_context_create(arena_malloc, arena_free, arena);
  if (!general) return AX_NOMEM;
  m->code = (const pcre2_code *)regex;
  m->steps = steps;
  m->context = pcre2_match_context_create(general);
  if (!m->context) return AX_NOMEM;
  (void)pcre2_set_match_limit(m->context, steps);
  (void)pcre2_set_heap_limit(m->context, HEAP_KB);
  m->data = pcre2_match_data_create_from_pattern(m->code, general);
  return m->data ? AX_OK : AX_NOMEM;
}

static ax_status match_fault(const matcher *m, int code, ax_error *err) {
  if (code == PCRE2_ERROR_NOMEMORY) return AX_NOMEM;
  if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_HEAPLIMIT ||
      code == PCRE2_ERROR_DEPTHLIMIT)
    return ax_error_set(err, AX_TIMEOUT,
                        "matching the regular expression takes more than %u "
                        "steps",
                        m->steps);
  unsigned char text[160] = "";
  (void)pcre2_get_error_message(code, text, sizeof text);
  return ax_error_set(err, AX_INVALID,
                      "the regular expression cannot be matched: %s",
                      (const char *)text);
}

ax_status ax_regex_match(const ax_regex *regex, ax_arena *arena, ax_str text,
                         bool whole, uint32_t steps, bool *out, ax_error *err) {
  matcher m;
  ax_arena_mark mark = ax_arena_mark_here(arena);
  AX_TRY(match_begin(regex, arena, steps, &m));
  uint32_t options = whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
  int found = pcre2_match(m.code, (PCRE2_SPTR)text.ptr, text.len, 0, options,
                          m.data, m.context);
  ax_arena_rewind(arena, mark);
  *out = found >= 0;
  if (found >= 0 || found == PCRE2_ERROR_NOMATCH) return AX_OK;
  return match_fault(&m, found, err);
}

static int substitute(const matcher *m, ax_str text, ax_str with,
                      uint32_t options, unsigned char *result,
                      PCRE2_SIZE *size) {
  options |= PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY |
             PCRE2_SUBSTITUTE_UNKNOWN_UNSET;
  return pcre2_substitute(m->code, (PCRE2_SPTR)text.ptr, text.len, 0, options,
                          m->data, m->context, (PCRE2_SPTR)with.ptr, with.len,
                          result, size);
}

/* First asks how long the result is, then makes it. */
ax_status ax_regex_replace(const ax_regex *regex, ax_arena *arena, ax_str text,
                           ax_str with, uint32_t steps, ax_str *out,
                           ax_error *err) {
  matcher m;
  unsigned char none[1];
  PCRE2_SIZE size = 0;
  AX_TRY(match_begin(regex, arena, steps, &m));
  int n =
      substitute(&m, text, with, PCRE2_SUBSTITUTE_OVERFLOW_LENGTH, none, &size);
  if (n < 0 && n != PCRE2_ERROR_NOMEMORY) return match_fault(&m, n, err);
  /* Too little room for the result says how much is wanted; too little
   * memory says nothing. */
  if (n == PCRE2_ERROR_NOMEMORY && (size == 0 || size == PCRE2_UNSET))
    return AX_NOMEM;
  if (n == PCRE2_ERROR_NOMEMORY && size > RESULT_MAX)
    return ax_error_set(err, AX_TOO_LARGE,
                        "the text with its matches replaced is longer than %d "
                        "bytes",
                        RESULT_MAX);
  size = n < 0 ? size + 1 : 1;
  unsigned char *result = AX_TAKE_ARRAY(arena, unsigned char, size + 1);
  if (!result) return AX_NOMEM;
  n = substitute(&m, text, with, 0, result, &size);
  if (n < 0) return match_fault(&m, n, err);
  *out = (ax_str){ (const char *)result, size };
  return AX_OK;
}
