/* Unit tests of gateway/src/fhir/fhir_decimal.c. */
#include "support/ax_test.h"

#include <math.h>

#include "fhir/fhir_decimal.h"

static ax_fhir_decimal dec(const char *text) {
  ax_fhir_decimal d;
  if (!ax_fhir_decimal_parse(ax_str_from(text), &d))
    fail_msg("%s was refused", text);
  return d;
}

static void is(ax_fhir_decimal d, const char *want) {
  char text[AX_FHIR_DECIMAL_TEXT];
  (void)ax_fhir_decimal_text(d, text);
  assert_string_equal(text, want);
}

static void digits_are_kept_as_written(void **state) {
  (void)state;
  is(dec("1.50"), "1.50");
  is(dec("-0.001"), "-0.001");
  is(dec("0"), "0");
  is(dec("-0.0"), "0.0");
  is(dec("1.5e3"), "1500");
  is(dec("1.5E-3"), "0.0015");
  is(dec("1e+2"), "100");
  is(dec("99999999999999999999999999999999999999"),
     "99999999999999999999999999999999999999");
  is(dec("-0.00000000000000000000000000000000000001"),
     "-0.00000000000000000000000000000000000001");
  is(dec("0e500"), "0");
}

static void what_is_no_decimal_is_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
    "",
    "-",
    "+1",
    ".5",
    "5.",
    "1.2.3",
    "1e",
    "e1",
    "1e+-2",
    "1e1.5",
    "0x10",
    "1 ",
    " 1",
    "NaN",
    "1,5",
    "1e39",
    "100000000000000000000000000000000000000",
    "1e-39",
    "340282366920938463463374607431768211457"
  };
  ax_fhir_decimal d;
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    if (ax_fhir_decimal_parse(ax_str_from(bad[i]), &d))
      fail_msg("%s was taken", bad[i]);
}

static void order_ignores_how_it_is_written(void **state) {
  (void)state;
  assert_int_equal(ax_fhir_decimal_compare(dec("1.5"), dec("1.500")), 0);
  assert_int_equal(ax_fhir_decimal_compare(dec("0"), dec("-0.0")), 0);
  assert_true(ax_fhir_decimal_compare(dec("-2"), dec("1")) < 0);
  assert_true(ax_fhir_decimal_compare(dec("-2"), dec("-1")) < 0);
  assert_true(ax_fhir_decimal_compare(dec("0.1"), dec("0.09999")) > 0);
  assert_true(ax_fhir_decimal_compare(
                  dec("99999999999999999999999999999999999999"),
                  dec("0.00000000000000000000000000000000000001")) > 0);
}

static void equivalence_rounds_to_the_coarser(void **state) {
  (void)state;
  assert_true(ax_fhir_decimal_equivalent(dec("1.54"), dec("1.5")));
  assert_true(ax_fhir_decimal_equivalent(dec("1.50"), dec("1.5")));
  assert_false(ax_fhir_decimal_equivalent(dec("1.56"), dec("1.5")));
  assert_true(ax_fhir_decimal_equivalent(dec("0.67"), dec("0.665")));
}

static void sums_are_exact(void **state) {
  (void)state;
  ax_fhir_decimal out;
  assert_true(ax_fhir_decimal_add(dec("0.1"), dec("0.2"), &out));
  is(out, "0.3");
  assert_true(ax_fhir_decimal_add(dec("1.50"), dec("-1.5"), &out));
  is(out, "0.00");
  assert_true(ax_fhir_decimal_subtract(dec("1"), dec("2.25"), &out));
  is(out, "-1.25");
  assert_false(ax_fhir_decimal_add(
      dec("99999999999999999999999999999999999999"), dec("1"), &out));
}

static void products_add_their_scales(void **state) {
  (void)state;
  ax_fhir_decimal out;
  assert_true(ax_fhir_decimal_multiply(dec("1.5"), dec("-0.20"), &out));
  is(out, "-0.300");
  assert_true(ax_fhir_decimal_multiply(dec("12345678901234567890"),
                                       dec("98765432109876543"), &out));
  is(out, "1219326311370217949644871231852004270");
  assert_true(ax_fhir_decimal_multiply(dec("0.1234567890123456789012345"),
                                       dec("0.1234567890123456789012345"),
                                       &out));
  is(out, "0.01524157875323883675049533479957338669");
  assert_false(ax_fhir_decimal_multiply(dec("1e20"), dec("1e20"), &out));
}

static void quotients_are_rounded_where_asked(void **state) {
  (void)state;
  ax_fhir_decimal out;
  assert_true(ax_fhir_decimal_divide(dec("1"), dec("3"), 8, &out));
  is(out, "0.33333333");
  assert_true(ax_fhir_decimal_divide(dec("2"), dec("-3"), 8, &out));
  is(out, "-0.66666667");
  assert_true(ax_fhir_decimal_divide(dec("1.2"), dec("0.3"), 0, &out));
  is(out, "4");
  assert_false(ax_fhir_decimal_divide(dec("1"), dec("0.0"), 8, &out));
  assert_true(ax_fhir_decimal_quotient(dec("-7"), dec("2"), &out));
  is(out, "-3");
  assert_true(ax_fhir_decimal_remainder(dec("-7.5"), dec("2"), &out));
  is(out, "-1.5");
  assert_true(ax_fhir_decimal_remainder(dec("5.5"), dec("0.7"), &out));
  is(out, "0.6");
  assert_false(ax_fhir_decimal_remainder(dec("1"), dec("0"), &out));
}

static void rounding_goes_where_its_name_says(void **state) {
  (void)state;
  is(ax_fhir_decimal_round(dec("2.345"), 2), "2.35");
  is(ax_fhir_decimal_round(dec("-2.5"), 0), "-3");
  is(ax_fhir_decimal_round(dec("2.3"), 5), "2.3");
  is(ax_fhir_decimal_round(dec("-0.4"), 0), "0");
  is(ax_fhir_decimal_truncate(dec("-2.9"), 0), "-2");
  is(ax_fhir_decimal_floor(dec("-2.1")), "-3");
  is(ax_fhir_decimal_floor(dec("2.9")), "2");
  is(ax_fhir_decimal_ceiling(dec("2.1")), "3");
  is(ax_fhir_decimal_ceiling(dec("-2.9")), "-2");
  is(ax_fhir_decimal_trim(dec("1.500")), "1.5");
  is(ax_fhir_decimal_trim(dec("100")), "100");
}

static void other_kinds_of_number_come_and_go(void **state) {
  (void)state;
  int64_t whole = 0;
  ax_fhir_decimal d;
  is(ax_fhir_decimal_from_int(INT64_MIN), "-9223372036854775808");
  assert_true(ax_fhir_decimal_to_int(dec("-9223372036854775808.0"), &whole));
  assert_true(whole == INT64_MIN);
  assert_false(ax_fhir_decimal_to_int(dec("9223372036854775808"), &whole));
  assert_false(ax_fhir_decimal_to_int(dec("1.5"), &whole));
  assert_true(ax_fhir_decimal_from_double(0.1, &d));
  is(d, "0.1");
  assert_true(ax_fhir_decimal_from_double(-1e15, &d));
  is(d, "-1000000000000000");
  assert_false(ax_fhir_decimal_from_double((double)INFINITY, &d));
  assert_false(ax_fhir_decimal_from_double(1e300, &d));
  assert_true(ax_fhir_decimal_to_double(dec("0.1")) == 0.1);
  assert_int_equal(ax_fhir_decimal_precision(dec("0.050")), 2);
  assert_int_equal(ax_fhir_decimal_precision(dec("120")), 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(digits_are_kept_as_written),
    cmocka_unit_test(what_is_no_decimal_is_refused),
    cmocka_unit_test(order_ignores_how_it_is_written),
    cmocka_unit_test(equivalence_rounds_to_the_coarser),
    cmocka_unit_test(sums_are_exact),
    cmocka_unit_test(products_add_their_scales),
    cmocka_unit_test(quotients_are_rounded_where_asked),
    cmocka_unit_test(rounding_goes_where_its_name_says),
    cmocka_unit_test(other_kinds_of_number_come_and_go),
  };
  return cmocka_run_group_tests_name("fhir_decimal", tests, NULL, NULL);
}
