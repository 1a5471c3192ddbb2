/* Lexer, parser and the bounds of the language, without a model. */
#include <stdio.h>
#include <string.h>

#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_lex.h"
#include "fhirpath/fp_parse.h"
#include "support/ax_test.h"
#include "json/json_parse.h"

enum { MEMORY = 64 * 1024 * 1024 };

static ax_arena *fresh(void) {
  ax_arena *arena = ax_arena_new(MEMORY);
  assert_non_null(arena);
  return arena;
}

/* --- lexer -----------------------------------------------------------------
 */

static void expect_tokens(const char *source, const ax_fp_token_kind *kinds,
                          const char *const *texts, size_t count) {
  ax_fp_fault fault = { .status = AX_OK };
  ax_arena *arena = fresh();
  ax_fp_lexer lexer = { .arena = arena,
                        .source = ax_str_from(source),
                        .fault = &fault };
  for (size_t i = 0; i < count; i++) {
    ax_fp_token token;
    assert_int_equal(ax_fp_lex_next(&lexer, &token), AX_OK);
    assert_int_equal(token.kind, kinds[i]);
    assert_str(token.text, texts[i]);
  }
  ax_fp_token end;
  assert_int_equal(ax_fp_lex_next(&lexer, &end), AX_OK);
  assert_int_equal(end.kind, AX_FP_TOKEN_END);
  ax_arena_free(arena);
}

static void lexer_takes_numbers_apart_from_dots(void **state) {
  (void)state;
  const ax_fp_token_kind kinds[] = { AX_FP_TOKEN_INTEGER, AX_FP_TOKEN_SYMBOL,
                                     AX_FP_TOKEN_WORD,    AX_FP_TOKEN_DECIMAL,
                                     AX_FP_TOKEN_SYMBOL,  AX_FP_TOKEN_WORD };
  const char *const texts[] = { "1", ".", "x", "1.50", ".", "y" };
  expect_tokens("1.x 1.50.y", kinds, texts, AX_COUNT(kinds));
}

static void lexer_reads_dates_as_far_as_they_go(void **state) {
  (void)state;
  const ax_fp_token_kind kinds[] = {
    AX_FP_TOKEN_DATE,   AX_FP_TOKEN_DATETIME, AX_FP_TOKEN_SYMBOL,
    AX_FP_TOKEN_WORD,   AX_FP_TOKEN_DATETIME, AX_FP_TOKEN_TIME,
    AX_FP_TOKEN_SYMBOL, AX_FP_TOKEN_INTEGER,
  };
  const char *const texts[] = {
    "2024-05", "2024-05-06T07:08:09.5", ".", "is", "2024T", "10:30", "-", "5"
  };
  expect_tokens("@2024-05 @2024-05-06T07:08:09.5.is @2024T @T10:30 - 5", kinds,
                texts, AX_COUNT(kinds));
}

static void lexer_unescapes_text_and_names(void **state) {
  (void)state;
  const ax_fp_token_kind kinds[] = { AX_FP_TOKEN_STRING, AX_FP_TOKEN_DELIMITED,
                                     AX_FP_TOKEN_VARIABLE, AX_FP_TOKEN_VARIABLE,
                                     AX_FP_TOKEN_DOLLAR };
  const char *const texts[] = { "a'b", "PID-1", "vs-x", "y", "this" };
  expect_tokens("'a\\'b' `PID-1` %`vs-x` %y $this", kinds, texts,
                AX_COUNT(kinds));
}

/* --- faults say where ------------------------------------------------------
 */

static ax_fp_fault fault_of(const char *source) {
  ax_fp_program program;
  ax_fp_fault fault = { .status = AX_OK };
  ax_arena *arena = fresh();
  if (!ax_fp_parse(arena, ax_str_from(source), &program, &fault))
    fail_msg("taken for an expression: %s", source);
  ax_arena_free(arena);
  return fault;
}

static void faults_carry_line_and_column(void **state) {
  (void)state;
  ax_fp_fault fault = fault_of("name.where(\n  use = \n)");
  assert_int_equal(fault.kind, AX_FP_SYNTAX);
  assert_int_equal(fault.line, 3);
  assert_int_equal(fault.column, 1);
  assert_string_equal(fault.text, "an expression expected, not ')'");
  assert_int_equal(fault_of("a.foo()").column, 3);
  assert_int_equal(fault_of("1 ! 2").column, 3);
}

static void broken_expressions_are_refused(void **state) {
  (void)state;
  static const char *const sources[] = {
    "",          ".",           "a.",          "a..b",  "a b",
    "(",         ")",           "[0]",         "a[",    "a[0",
    "a[]",       "{",           "{1}",         "f(",    "'",
    "`",         "`a",          "%",           "$",     "@",
    "@T",        "@20",         "1 is",        "1 as ", "a and",
    "and",       "1.",          "1..2",        "-",     "'\\u12'",
    "'\\uD800'", "'\\u0000'",   "a.1",         "a.'x'", "@2024-13-01",
    "a,b",       "a.exists(,)", "a.where(b,)", "\xff",  "a\x01",
    "!",         "a!b",         "a ! = b"
  };
  for (size_t i = 0; i < AX_COUNT(sources); i++)
    if (fault_of(sources[i]).status != AX_INVALID) fail_msg("%s", sources[i]);
}

/* --- bounds ----------------------------------------------------------------
 */

/* `head`, then `middle` `count` times, then `tail` as often. */
static char *repeated(const char *middle, const char *seed, const char *tail,
                      size_t count) {
  size_t size = (strlen(middle) + strlen(tail)) * count + strlen(seed) + 1;
  char *text = test_malloc(size);
  size_t len = 0;
  for (size_t i = 0; i < count; i++)
    for (const char *c = middle; *c; c++) text[len++] = *c;
  for (const char *c = seed; *c; c++) text[len++] = *c;
  for (size_t i = 0; i < count; i++)
    for (const char *c = tail; *c; c++) text[len++] = *c;
  text[len] = '\0';
  return text;
}

static void expect_limit(const char *middle, const char *seed,
                         const char *tail) {
  char *text = repeated(middle, seed, tail, 5000);
  ax_fp_fault fault = fault_of(text);
  assert_int_equal(fault.kind, AX_FP_LIMIT);
  assert_int_equal(fault.status, AX_TOO_LARGE);
  test_free(text);
}

static void deep_nesting_is_refused(void **state) {
  (void)state;
  expect_limit("(", "1", ")");
  expect_limit("-", "1", "");
  expect_limit("not(", "1", ")");
  expect_limit("", "a", ".a");
  expect_limit("", "1", "+1");
  expect_limit("a[", "0", "]");
  expect_limit("", "a", "[0]");
  expect_limit("", "1", " is A");
}

static void long_expressions_are_refused(void **state) {
  (void)state;
  char *text = repeated("", "1", " ", AX_FP_SOURCE_MAX);
  assert_int_equal(fault_of(text).kind, AX_FP_LIMIT);
  test_free(text);
}

static ax_status run(ax_arena *arena, const char *source, const char *json,
                     ax_fp_limits limits, ax_fp_fault *fault) {
  ax_fp_program program;
  ax_fp_list list;
  const ax_json *input = NULL;
  ax_json_fault json_fault;
  *fault = (ax_fp_fault){ .status = AX_OK };
  AX_TRY(ax_fp_parse(arena, ax_str_from(source), &program, fault));
  if (json)
    AX_TRY(ax_json_parse(arena, ax_str_from(json), &input, &json_fault));
  ax_fp_input in = { .arena = arena,
                     .no_context = !json,
                     .limits = limits,
                     .context = ax_fp_value_node(input, NULL, NULL) };
  return ax_fp_eval(&program, &in, &list, fault);
}

static void expect_stop(const char *source, uint64_t steps, const char *part) {
  ax_arena *arena = fresh();
  ax_fp_fault fault;
  ax_fp_limits limits = { .steps = steps, .items = 20000 };
  ax_status status = run(arena, source, "{\"a\":[1,2,3]}", limits, &fault);
  assert_int_equal(status, AX_TOO_LARGE);
  assert_int_equal(fault.kind, AX_FP_LIMIT);
  assert_non_null(strstr(fault.text, part));
  ax_arena_free(arena);
}

static void evaluation_stops_when_its_steps_are_used(void **state) {
  (void)state;
  expect_stop("1.repeat($this + 1)", 20000, "steps");
  expect_stop("1.repeat($this + 1).count()", 20000, "steps");
}

static void collections_stop_growing(void **state) {
  (void)state;
  expect_stop("a.select(%context.a).select(%context.a).select(%context.a)"
              ".select(%context.a).select(%context.a).select(%context.a)"
              ".select(%context.a).select(%context.a).select(%context.a)",
              1000000, "grows above 20000 items");
}

static void texts_stop_growing(void **state) {
  (void)state;
  ax_arena *arena = fresh();
  ax_fp_fault fault;
  ax_fp_limits limits = { 0 };
  ax_status status =
      run(arena,
          "(0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24"
          "|25).aggregate($total & $total, 'x').length()",
          NULL, limits, &fault);
  assert_true(status == AX_TOO_LARGE || status == AX_NOMEM);
  ax_arena_free(arena);
}

static void runaway_patterns_are_stopped(void **state) {
  (void)state;
  expect_stop("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'"
              ".matches('^(a+)+$')",
              1000, "matching the regular expression");
  expect_stop("('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' & '!')"
              ".replaceMatches('(a|aa)+$' & '', 'x')",
              1000, "matching the regular expression");
}

static void an_arena_that_runs_out_is_an_outcome(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(64 * 1024);
  ax_fp_fault fault;
  ax_fp_limits limits = { 0 };
  assert_non_null(arena);
  assert_int_equal(run(arena, "1.repeat($this + 1)", NULL, limits, &fault),
                   AX_NOMEM);
  ax_arena_free(arena);
}

/* --- memory ----------------------------------------------------------------
 */

static const char *const tortured[] = {
  "name.where(given = 'x' or family.exists()).select(given | family)",
  "'a,b'.split(',').join('-').upper().replace('A', 'xx').matches('^x+')",
  "(3 | 1 | 2).sort(-$this).aggregate($this + $total, 0) * 2.5",
  "@2024-01-31T10:00:00.5Z + 1 month > @2024 or 4 'g' + 3 'mg' > 2 'g'",
  "descendants().distinct().count() + repeat(a).count() - children().count()",
  "'abc'.replaceMatches('b' & '', '$0$0').encode('base64').escape('html')",
  "1.5.highBoundary().toString() & '4 days'.toQuantity().toString()",
};

static ax_status tortured_run(ax_arena *arena) {
  for (size_t i = 0; i < AX_COUNT(tortured); i++) {
    ax_fp_fault fault;
    ax_fp_limits limits = { 0 };
    AX_TRY(run(arena, tortured[i],
               "{\"name\":[{\"given\":[\"x\"],\"family\":\"y\"}],\"a\":{}}",
               limits, &fault));
  }
  return AX_OK;
}

static void every_failed_allocation_is_told(void **state) {
  (void)state;
  size_t n = 0;
  for (;; n++) {
    ax_arena *arena = ax_arena_new(MEMORY);
    assert_non_null(arena);
    ax_arena_fail_after(arena, n);
    ax_status status = tortured_run(arena);
    ax_arena_free(arena);
    if (status == AX_OK) break;
    assert_int_equal(status, AX_NOMEM);
  }
  assert_true(n > 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lexer_takes_numbers_apart_from_dots),
    cmocka_unit_test(lexer_reads_dates_as_far_as_they_go),
    cmocka_unit_test(lexer_unescapes_text_and_names),
    cmocka_unit_test(faults_carry_line_and_column),
    cmocka_unit_test(broken_expressions_are_refused),
    cmocka_unit_test(deep_nesting_is_refused),
    cmocka_unit_test(long_expressions_are_refused),
    cmocka_unit_test(evaluation_stops_when_its_steps_are_used),
    cmocka_unit_test(collections_stop_growing),
    cmocka_unit_test(texts_stop_growing),
    cmocka_unit_test(runaway_patterns_are_stopped),
    cmocka_unit_test(an_arena_that_runs_out_is_an_outcome),
    cmocka_unit_test(every_failed_allocation_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
