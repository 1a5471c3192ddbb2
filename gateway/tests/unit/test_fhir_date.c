/* Unit tests of gateway/src/fhir/fhir_date.c. */
#include "support/ax_test.h"

#include "fhir/fhir_date.h"

static void instant_of(int64_t ms, const char *want) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(ms, text);
  assert_string_equal(text, want);
}

static void spans(const char *text, const char *lo, const char *hi) {
  ax_fhir_date d;
  if (!ax_fhir_date_parse_datetime(ax_str_from(text), &d))
    fail_msg("%s was refused", text);
  instant_of(d.lo_ms, lo);
  instant_of(d.hi_ms, hi);
}

static void a_partial_date_is_an_interval(void **state) {
  (void)state;
  spans("2024", "2024-01-01T00:00:00.000Z", "2024-12-31T23:59:59.999Z");
  spans("2024-02", "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z");
  spans("2023-02", "2023-02-01T00:00:00.000Z", "2023-02-28T23:59:59.999Z");
  spans("1970-01-01", "1970-01-01T00:00:00.000Z", "1970-01-01T23:59:59.999Z");
  spans("0001", "0001-01-01T00:00:00.000Z", "0001-12-31T23:59:59.999Z");
}

static void a_time_is_moved_by_its_zone(void **state) {
  (void)state;
  spans("2024-01-01T00:30:00+02:00", "2023-12-31T22:30:00.000Z",
        "2023-12-31T22:30:00.999Z");
  spans("2024-01-01T00:30:00.5-14:00", "2024-01-01T14:30:00.500Z",
        "2024-01-01T14:30:00.500Z");
  spans("2024-01-01T00:00:00.1239Z", "2024-01-01T00:00:00.123Z",
        "2024-01-01T00:00:00.123Z");
  spans("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z",
        "2016-12-31T23:59:59.999Z");
}

static void what_is_no_datetime_is_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
    "",
    "0000",
    "24",
    "2024-",
    "2024-13",
    "2024-00",
    "2024-1",
    "2023-02-29",
    "1900-02-29",
    "2024-04-31",
    "2024-01-00",
    "2024-01-01T",
    "2024-01-01T10",
    "2024-01-01T10:00",
    "2024-01-01T10:00Z",
    "2024-01-01T10:00:00",
    "2024-01-01T24:00:00Z",
    "2024-01-01T10:60:00Z",
    "2024-01-01T10:00:61Z",
    "2024-01-01T10:00:00.Z",
    "2024-01-01T10:00:00+14:01",
    "2024-01-01T10:00:00+15:00",
    "2024-01-01T10:00:00+1400",
    "2024-01-01T10:00:00z",
    "2024-01-01 10:00:00Z",
    "2024-01-01T10:00:00Z ",
    " 2024",
    "2024-01-01Z",
    "-2024",
    "12024",
  };
  ax_fhir_date d;
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    if (ax_fhir_date_parse_datetime(ax_str_from(bad[i]), &d))
      fail_msg("%s was taken", bad[i]);
}

static void each_type_takes_only_its_own_shapes(void **state) {
  (void)state;
  ax_fhir_date d;
  assert_true(ax_fhir_date_parse_date(AX_STR("2024-02-29"), &d));
  assert_false(ax_fhir_date_parse_date(AX_STR("2024-02-29T00:00:00Z"), &d));
  assert_false(ax_fhir_date_parse_instant(AX_STR("2024-02-29"), &d));
  assert_true(ax_fhir_date_parse_instant(AX_STR("2024-02-29T00:00:00Z"), &d));
  assert_true(ax_fhir_date_parse_time(AX_STR("23:59:59.25"), &d));
  assert_int_equal(d.lo_ms, 86399250);
  assert_false(ax_fhir_date_parse_time(AX_STR("23:59"), &d));
  assert_false(ax_fhir_date_parse_time(AX_STR("23:59:59Z"), &d));
}

static void the_calendar_goes_both_ways(void **state) {
  (void)state;
  int64_t first = ax_fhir_date_from_civil(1, 1, 1);
  int64_t last = ax_fhir_date_from_civil(9999, 12, 31);
  assert_int_equal(ax_fhir_date_from_civil(1970, 1, 1), 0);
  assert_int_equal(ax_fhir_date_from_civil(2000, 3, 1), 11017);
  assert_int_equal(last - first + 1, 3652059);
  for (int64_t n = first; n <= last; n += 13) {
    int y = 0, m = 0, d = 0;
    ax_fhir_date_to_civil(n, &y, &m, &d);
    assert_int_equal(ax_fhir_date_from_civil(y, m, d), n);
  }
  assert_int_equal(ax_fhir_date_day_number(-1), -1);
  assert_int_equal(ax_fhir_date_day_number(86399999), 0);
}

static void instants_stay_within_four_digits(void **state) {
  (void)state;
  instant_of(0, "1970-01-01T00:00:00.000Z");
  instant_of(-1, "1969-12-31T23:59:59.999Z");
  instant_of(INT64_MAX, "9999-12-31T23:59:59.999Z");
  instant_of(INT64_MIN, "0001-01-01T00:00:00.000Z");
  char day[11];
  ax_fhir_date_day(1732394460123, day);
  assert_string_equal(day, "2024-11-23");
}

static void months_end_where_the_month_ends(void **state) {
  (void)state;
  ax_fhir_date d;
  assert_true(ax_fhir_date_parse_datetime(AX_STR("2024-01-31T10:00:00Z"), &d));
  instant_of(ax_fhir_date_add_months(d.lo_ms, 1), "2024-02-29T10:00:00.000Z");
  instant_of(ax_fhir_date_add_months(d.lo_ms, -2), "2023-11-30T10:00:00.000Z");
  instant_of(ax_fhir_date_add_months(d.lo_ms, 12), "2025-01-31T10:00:00.000Z");
}

static void age_of(const char *birth, const char *at, int least, int greatest) {
  ax_fhir_date b, a;
  int lo = 0, hi = 0;
  assert_true(ax_fhir_date_parse_date(ax_str_from(birth), &b));
  assert_true(ax_fhir_date_parse_date(ax_str_from(at), &a));
  ax_fhir_date_age(&b, a.lo_ms, &lo, &hi);
  assert_int_equal(lo, least);
  assert_int_equal(hi, greatest);
}

static void a_partial_birth_date_leaves_the_age_open(void **state) {
  (void)state;
  age_of("1960-05-17", "2024-05-16", 63, 63);
  age_of("1960-05-17", "2024-05-17", 64, 64);
  age_of("1960-05", "2024-05-17", 63, 64);
  age_of("1960-05", "2024-06-01", 64, 64);
  age_of("1960", "2024-05-17", 63, 64);
  age_of("2004-02-29", "2023-02-28", 18, 18);
  age_of("2004-02-29", "2023-03-01", 19, 19);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_partial_date_is_an_interval),
    cmocka_unit_test(a_time_is_moved_by_its_zone),
    cmocka_unit_test(what_is_no_datetime_is_refused),
    cmocka_unit_test(each_type_takes_only_its_own_shapes),
    cmocka_unit_test(the_calendar_goes_both_ways),
    cmocka_unit_test(instants_stay_within_four_digits),
    cmocka_unit_test(months_end_where_the_month_ends),
    cmocka_unit_test(a_partial_birth_date_leaves_the_age_open),
  };
  return cmocka_run_group_tests_name("fhir_date", tests, NULL, NULL);
}
