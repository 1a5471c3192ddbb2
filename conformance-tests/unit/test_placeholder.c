/* Unit tests of conformance-tests/runner/run/placeholder.c. */
#include "run/placeholder.h"

#include <string.h>

#include "support/ax_test.h"
#include "json/json_parse.h"

static ax_arena *arena;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(64 << 20);
  return arena ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

/* `a` is "A", `long` a megabyte, `same` its own placeholder; all others are
 * unknown. */
static ax_status value(void *ctx, ax_str name, ax_str *out, ax_error *err) {
  static char big[1 << 20];
  unsigned *asked = ctx;
  ++*asked;
  if (ax_str_eq(name, AX_STR("a")))
    *out = AX_STR("A");
  else if (ax_str_eq(name, AX_STR("same")))
    *out = AX_STR("${same}");
  else if (ax_str_eq(name, AX_STR("long"))) {
    memset(big, 'x', sizeof big);
    *out = (ax_str){ big, sizeof big };
  } else
    return ax_error_set(err, AX_INVALID, "no '" AX_STR_FMT "'",
                        AX_STR_ARG(name));
  return AX_OK;
}

static ax_str fill(const char *text) {
  unsigned asked = 0;
  ax_str out;
  const ax_placeholder_source source = { value, &asked };
  assert_int_equal(
      ax_placeholder_fill(arena, ax_str_from(text), &source, &out, NULL),
      AX_OK);
  return out;
}

static void placeholders_are_replaced_wherever_they_stand(void **state) {
  (void)state;
  assert_str(fill("${a}"), "A");
  assert_str(fill("x${a}${a}y"), "xAAy");
  assert_str(fill("$${a}"), "$A");
  assert_str(fill("{${a}}"), "{A}");
  /* A value is not looked at again. */
  assert_str(fill("${same}"), "${same}");
}

static void what_is_none_stays(void **state) {
  (void)state;
  assert_str(fill(""), "");
  assert_str(fill("$a {a} $"), "$a {a} $");
  assert_str(fill("${"), "${");
  assert_str(fill("${a"), "${a");
  assert_str(fill("${}"), "${}");
  assert_str(fill("${} ${a}"), "${} A");
}

static void an_unknown_name_is_an_error(void **state) {
  (void)state;
  unsigned asked = 0;
  ax_str out;
  ax_error err = { 0 };
  const ax_placeholder_source source = { value, &asked };
  assert_int_equal(
      ax_placeholder_fill(arena, AX_STR("${a}${b}"), &source, &out, &err),
      AX_INVALID);
  assert_string_equal(err.text, "no 'b'");
}

static void a_text_that_grows_too_large_is_refused(void **state) {
  (void)state;
  char text[200] = "";
  unsigned asked = 0;
  ax_str out;
  ax_error err = { 0 };
  const ax_placeholder_source source = { value, &asked };
  for (int i = 0; i < 17; i++) strcat(text, "${long}");
  assert_int_equal(
      ax_placeholder_fill(arena, ax_str_from(text), &source, &out, &err),
      AX_TOO_LARGE);
}

static void strings_of_a_tree_are_filled_and_keys_are_not(void **state) {
  (void)state;
  const ax_json *tree, *filled;
  ax_json_fault fault;
  unsigned asked = 0;
  const ax_placeholder_source source = { value, &asked };
  assert_int_equal(
      ax_json_parse(arena,
                    AX_STR("{\"${a}\":1,\"b\":[\"x${a}\",{\"c\":\"${a}\"}],"
                           "\"d\":\"plain\"}"),
                    &tree, &fault),
      AX_OK);
  assert_int_equal(
      ax_placeholder_fill_tree(arena, tree, &source, &filled, NULL), AX_OK);
  assert_non_null(AX_JSON_GET(filled, "${a}"));
  const ax_json *list = AX_JSON_GET(filled, "b");
  assert_str(ax_json_text(ax_json_item(list, 0)), "xA");
  assert_str(AX_JSON_STR(ax_json_item(list, 1), "c"), "A");
  assert_str(AX_JSON_STR(filled, "d"), "plain");
  assert_int_equal(asked, 2);
}

static void a_tree_with_an_unknown_name_is_an_error(void **state) {
  (void)state;
  const ax_json *tree, *filled;
  ax_json_fault fault;
  unsigned asked = 0;
  const ax_placeholder_source source = { value, &asked };
  assert_int_equal(
      ax_json_parse(arena, AX_STR("[\"${x}\",\"${y}\"]"), &tree, &fault),
      AX_OK);
  ax_error err = { 0 };
  assert_int_equal(
      ax_placeholder_fill_tree(arena, tree, &source, &filled, &err),
      AX_INVALID);
  assert_string_equal(err.text, "no 'x'");
  assert_int_equal(asked, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
        placeholders_are_replaced_wherever_they_stand, begin, end),
    cmocka_unit_test_setup_teardown(what_is_none_stays, begin, end),
    cmocka_unit_test_setup_teardown(an_unknown_name_is_an_error, begin, end),
    cmocka_unit_test_setup_teardown(a_text_that_grows_too_large_is_refused,
                                    begin, end),
    cmocka_unit_test_setup_teardown(
        strings_of_a_tree_are_filled_and_keys_are_not, begin, end),
    cmocka_unit_test_setup_teardown(a_tree_with_an_unknown_name_is_an_error,
                                    begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
