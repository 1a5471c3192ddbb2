/* Unit tests of conformance-tests/runner/run/compare.c: the operators. */
#include "run/compare.h"

#include "support/ax_test.h"

typedef struct {
  const char *op;
  const char *values[3]; /* until NULL */
  const char *expected;
  bool holds, any; /* with `any` */
} row;

static const row rows[] = {
  { "equals", { "a" }, "a", true, true },
  { "equals", { "a" }, "A", false, false },
  { "equals", { "1.50" }, "1.5", true, true },
  { "equals", { "a", "b" }, "a", false, true },
  { "equals", { NULL }, "a", false, false },
  { "equals", { NULL }, "", false, false },
  { "notEquals", { "a" }, "a", false, false },
  { "notEquals", { "b" }, "a", true, true },
  { "notEquals", { "a", "b" }, "a", true, false },
  { "notEquals", { NULL }, "a", true, true },
  { "in", { "200" }, "200,201", true, true },
  { "in", { "201" }, "200, 201 ", true, true },
  { "in", { "20" }, "200,201", false, false },
  { "in", { "a", "c" }, "a,b", false, true },
  { "in", { NULL }, "a", false, false },
  { "notIn", { "202" }, "200,201", true, true },
  { "notIn", { "a", "c" }, "a,b", false, false },
  { "notIn", { NULL }, "a", true, true },
  { "greaterThan", { "10" }, "9", true, true },
  { "greaterThan", { "9" }, "10", false, false },
  { "greaterThan", { "10" }, "10", false, false },
  { "greaterThan", { "1", "10" }, "9", false, true },
  { "greaterThan", { "b" }, "a", false, false },
  { "greaterThan", { "2024-02" }, "2024-01-31", true, true },
  { "greaterThan", { "2024-01" }, "2024-01-31", false, false },
  { "greaterThan", { "2024-01-01T00:00:00Z" }, "2023", true, true },
  { "greaterThan", { NULL }, "1", false, false },
  { "lessThan", { "9" }, "10", true, true },
  { "lessThan", { "-1" }, "0", true, true },
  { "lessThan", { "2023-12-31" }, "2024", true, true },
  { "lessThan", { "2024-12-31" }, "2024", false, false },
  { "empty", { NULL }, "", true, true },
  { "empty", { "" }, "", true, true },
  { "empty", { "", "x" }, "", false, false },
  { "notEmpty", { "x" }, "", true, true },
  { "notEmpty", { "" }, "", false, false },
  { "notEmpty", { NULL }, "", false, false },
  { "contains", { "a/_history/1" }, "_history", true, true },
  { "contains", { "x", "xyz" }, "yz", true, true },
  { "contains", { NULL }, "x", false, false },
  { "notContains", { "abc" }, "d", true, true },
  { "notContains", { "x", "abc" }, "b", false, false },
  { "notContains", { NULL }, "x", true, true },
};

static void each_operator_judges_as_r4_says(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const row *r = &rows[i];
    ax_compare_operator op;
    ax_str values[3];
    size_t n = 0;
    for (; n < 3 && r->values[n]; n++) values[n] = ax_str_from(r->values[n]);
    assert_true(ax_compare_named(ax_str_from(r->op), &op));
    ax_str expected = ax_str_from(r->expected);
    if (ax_compare_holds(op, values, n, expected, false) != r->holds ||
        ax_compare_holds(op, values, n, expected, true) != r->any)
      fail_msg("row %zu: %s '%s'", i, r->op, r->expected);
  }
}

static void operators_have_the_names_of_r4(void **state) {
  (void)state;
  ax_compare_operator op;
  assert_true(ax_compare_named(AX_STR(""), &op));
  assert_int_equal(op, AX_COMPARE_EQUALS);
  assert_true(ax_compare_named(AX_STR("eval"), &op));
  assert_int_equal(op, AX_COMPARE_EVAL);
  assert_false(ax_compare_wants_value(op));
  assert_false(ax_compare_named(AX_STR("manualEval"), &op));
  assert_false(ax_compare_named(AX_STR("Equals"), &op));
  assert_string_equal(ax_compare_name(AX_COMPARE_NOT_IN), "notIn");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_operator_judges_as_r4_says),
    cmocka_unit_test(operators_have_the_names_of_r4),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
