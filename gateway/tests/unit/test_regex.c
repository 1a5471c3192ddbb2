#include <string.h>

#include "base/regex.h"
#include "support/ax_test.h"

enum { STEPS = 100000 };

static ax_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(64u << 20);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static const ax_regex *compiled(const char *pattern) {
  const ax_regex *regex;
  ax_error err = { 0 };
  if (ax_regex_compile(arena, ax_str_from(pattern), &regex, &err))
    fail_msg("%s: %s", pattern, err.text);
  return regex;
}

static bool matches(const char *pattern, const char *text, bool whole) {
  bool found = false;
  assert_int_equal(ax_regex_match(compiled(pattern), arena, ax_str_from(text),
                                  whole, STEPS, &found, NULL),
                   AX_OK);
  return found;
}

static void a_match_is_somewhere_or_whole(void **state) {
  (void)state;
  assert_true(matches("b+", "abbc", false));
  assert_false(matches("b+", "abbc", true));
  assert_true(matches("a|abbc", "abbc", true));
  assert_true(matches("", "", true));
  assert_false(matches("", "a", true));
}

static void a_dot_matches_new_lines_and_whole_characters(void **state) {
  (void)state;
  assert_true(matches("a.b", "a\nb", true));
  assert_true(matches("a.b",
                      "a\xC3\xA4"
                      "b",
                      true));
  assert_false(matches("a$", "a\n", false));
}

static void a_wrong_pattern_says_where(void **state) {
  (void)state;
  const ax_regex *regex;
  ax_error err = { 0 };
  assert_int_equal(ax_regex_compile(arena, AX_STR("a[0-9"), &regex, &err),
                   AX_INVALID);
  assert_null(regex);
  assert_non_null(strstr(err.text, "wrong at character 6: missing"));
  assert_int_equal(ax_regex_compile(arena, AX_STR("a\\Cb"), &regex, NULL),
                   AX_INVALID);
  assert_int_equal(ax_regex_compile(arena, AX_STR("\xFF"), &regex, NULL),
                   AX_INVALID);
}

static void patterns_are_bounded(void **state) {
  (void)state;
  enum { LONG = 16 * 1024 };
  static char text[LONG + 1];
  const ax_regex *regex;
  memset(text, 'a', sizeof text);
  assert_int_equal(
      ax_regex_compile(arena, (ax_str){ text, LONG }, &regex, NULL), AX_OK);
  assert_int_equal(
      ax_regex_compile(arena, (ax_str){ text, LONG + 1 }, &regex, NULL),
      AX_TOO_LARGE);
  memset(text, '(', 101);
  memset(text + 101, ')', 101);
  assert_int_equal(ax_regex_compile(arena, (ax_str){ text, 202 }, &regex, NULL),
                   AX_INVALID);
  assert_int_equal(
      ax_regex_compile(arena, (ax_str){ text + 1, 200 }, &regex, NULL), AX_OK);
}

static void endless_backtracking_ends(void **state) {
  (void)state;
  bool found;
  ax_str out;
  ax_error err = { 0 };
  const ax_regex *regex = compiled("^(a+)+$");
  ax_str text = AX_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
  assert_int_equal(
      ax_regex_match(regex, arena, text, false, STEPS, &found, &err),
      AX_TIMEOUT);
  assert_string_equal(err.text, "matching the regular expression takes more "
                                "than 100000 steps");
  assert_int_equal(
      ax_regex_replace(regex, arena, text, AX_STR("-"), STEPS, &out, NULL),
      AX_TIMEOUT);
}

static ax_str replaced(const char *pattern, const char *text,
                       const char *with) {
  ax_str out = AX_STR("");
  assert_int_equal(ax_regex_replace(compiled(pattern), arena, ax_str_from(text),
                                    ax_str_from(with), STEPS, &out, NULL),
                   AX_OK);
  return out;
}

static void all_matches_are_replaced(void **state) {
  (void)state;
  assert_str(replaced("[0-9]+", "a1b22c", "#"), "a#b#c");
  assert_str(replaced("(x)|(y)", "xy", "<$1$2>"), "<x><y>");
  assert_str(replaced("(?<m>a)", "ab", "${m}${m}"), "aab");
  assert_str(replaced("z", "ab", "#"), "ab");
  assert_str(replaced("ab", "ab", ""), "");
}

static void a_replacement_cannot_grow_without_bound(void **state) {
  (void)state;
  enum { MANY = 5000 };
  static char text[MANY];
  ax_str out;
  memset(text, 'a', sizeof text);
  assert_int_equal(ax_regex_replace(compiled("a"), arena,
                                    (ax_str){ text, MANY },
                                    (ax_str){ text, MANY }, STEPS, &out, NULL),
                   AX_TOO_LARGE);
}

static void text_that_is_not_utf_8_is_told(void **state) {
  (void)state;
  bool found;
  assert_int_equal(ax_regex_match(compiled("a"), arena, AX_STR("\xC3("), false,
                                  STEPS, &found, NULL),
                   AX_INVALID);
}

static void a_match_leaves_the_arena_as_it_was(void **state) {
  (void)state;
  bool found;
  const ax_regex *regex = compiled("(a|b)*c");
  for (int i = 0; i < 100000; i++)
    assert_int_equal(ax_regex_match(regex, arena, AX_STR("ababc"), true, STEPS,
                                    &found, NULL),
                     AX_OK);
  assert_true(found);
}

static ax_status compile_and_match(ax_arena *scarce) {
  const ax_regex *regex;
  bool found;
  AX_TRY(ax_regex_compile(scarce, AX_STR("(a|b)*c"), &regex, NULL));
  return ax_regex_match(regex, scarce, AX_STR("ababc"), true, STEPS, &found,
                        NULL);
}

static void every_failed_allocation_is_told(void **state) {
  (void)state;
  ax_test_torture(compile_and_match, 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_match_is_somewhere_or_whole),
    cmocka_unit_test(a_dot_matches_new_lines_and_whole_characters),
    cmocka_unit_test(a_wrong_pattern_says_where),
    cmocka_unit_test(patterns_are_bounded),
    cmocka_unit_test(endless_backtracking_ends),
    cmocka_unit_test(all_matches_are_replaced),
    cmocka_unit_test(a_replacement_cannot_grow_without_bound),
    cmocka_unit_test(text_that_is_not_utf_8_is_told),
    cmocka_unit_test(a_match_leaves_the_arena_as_it_was),
    cmocka_unit_test(every_failed_allocation_is_told),
  };
  return cmocka_run_group_tests_name("regex", tests, set_up, tear_down);
}
