/* Unit tests of features from Observations: windows, picks, values. */
#include "support/feature_kit.h"

#include <math.h>

#define WITH_KIT                     \
  feature_kit k;                     \
  (void)state;                       \
  feature_kit_begin(&k);             \
  ax_model_input *in = &k.inputs[0]; \
  (void)in

#define DONE feature_kit_end(&k)

#define RUN feature_kit_run(&k)
#define WEIGHT(date, value) \
  feature_kit_observe(&k, "29463-7", date, value, "kg")

/* --- latest ------------------------------------------------------------------
 */

static void the_latest_value_is_taken_wherever_it_stands(void **state) {
  WITH_KIT;
  WEIGHT("2024-01-01", 80);
  WEIGHT("2024-03-01", 82);
  WEIGHT("2024-02-01", 81);
  RUN;
  EXPECT_VALUE(&k, 0, 82);
  assert_int_equal(k.row.verdict, AX_FEATURE_READY);
  assert_int_equal(k.row.cells[0].time_ms, feature_kit_ms("2024-03-01"));
  assert_int_equal(k.row.basis_count, 1);
  assert_ptr_equal(k.row.basis[0], &k.facts[2]);
  DONE;
}

static void no_value_is_a_gap_that_says_so(void **state) {
  WITH_KIT;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  assert_int_equal(k.row.verdict, AX_FEATURE_REFUSED);
  assert_int_equal(k.row.gap_count, 1);
  assert_int_equal(k.row.gaps[0].input, 0);
  assert_int_equal(k.row.gaps[0].state, AUSPEX_CELL_ABSENT);
  assert_str(k.row.gaps[0].detail, "there is no value");
  DONE;
}

static void
a_missing_value_is_passed_on_or_replaced_where_declared(void **state) {
  WITH_KIT;
  in->missing = AUSPEX_MISSING_PASS;
  ax_model_input *other =
      feature_kit_input(&k, AUSPEX_FROM_OBSERVATION, feature_kit_glucose, "");
  other->missing = AUSPEX_MISSING_DEFAULT;
  other->fallback = 5;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  EXPECT_STATE(&k, 1, AUSPEX_CELL_IMPUTED);
  assert_true(k.row.cells[1].value == 5);
  assert_int_equal(k.row.verdict, AX_FEATURE_READY);
  DONE;
}

static void a_value_after_as_of_is_never_used(void **state) {
  WITH_KIT;
  in->window_to_days = 90;
  WEIGHT("2024-06-15T11:59:59Z", 80);
  WEIGHT("2024-06-15T12:00:00.001Z", 99);
  WEIGHT("2024-06-16", 98);
  RUN;
  EXPECT_VALUE(&k, 0, 80);
  DONE;
}

static void a_date_of_today_is_not_in_the_future(void **state) {
  WITH_KIT;
  WEIGHT("2024-06-15", 80);
  RUN;
  EXPECT_VALUE(&k, 0, 80);
  DONE;
}

static void a_value_without_time_is_unfit(void **state) {
  WITH_KIT;
  WEIGHT(NULL, 80);
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  DONE;
}

static void only_final_statements_about_the_patient_count(void **state) {
  WITH_KIT;
  WEIGHT("2024-01-01", 80);
  WEIGHT("2024-02-01", 81)->status = AX_FACT_STATUS_OTHER;
  WEIGHT("2024-03-01", 82)->status = AX_FACT_STATUS_ERROR;
  WEIGHT("2024-04-01", 83)->flags |= AX_FACT_HAS_FOCUS;
  WEIGHT("2024-05-01", 84)->flags |= AX_FACT_TEST_DATA;
  WEIGHT("2024-05-02", 85)->flags |= AX_FACT_MADE_HERE;
  RUN;
  EXPECT_VALUE(&k, 0, 80);
  DONE;
}

static void
what_the_gateway_made_counts_when_asked_for_by_its_own_code(void **state) {
  WITH_KIT;
  static const ax_model_code own[] = {
    { AX_STR_INIT("https://auspex-gateway.org/fhir/CodeSystem/qlq-c30"),
      AX_STR_INIT("summary"), AX_STR_INIT(""), AUSPEX_MATCH_EXACT }
  };
  feature_kit_source(&k, in)->codes = feature_kit_set(&k, (ax_model_codes){ .items = own, .count = 1 });
  ax_fact *made = feature_kit_observe(&k, "summary", "2024-01-01", 80, "kg");
  made->system = own[0].system;
  made->flags |= AX_FACT_MADE_HERE;
  RUN;
  EXPECT_VALUE(&k, 0, 80);
  DONE;
}

static void
data_absent_is_missing_and_does_not_hide_an_earlier_value(void **state) {
  WITH_KIT;
  ax_fact *absent = WEIGHT("2024-05-01", 0);
  absent->value_kind = AX_FACT_VALUE_ABSENT;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_WITHHELD);
  WEIGHT("2024-01-01", 80);
  RUN;
  EXPECT_VALUE(&k, 0, 80);
  DONE;
}

/* --- windows
 * -------------------------------------------------------------------- */

static void both_ends_of_a_window_are_inside_counted_in_utc_days(void **state) {
  static const struct {
    const char *date;
    uint8_t state;
  } cases[] = {
    { "2024-05-16T00:00:00Z", AUSPEX_CELL_PRESENT }, /* 30 days before */
    { "2024-05-15T23:59:59Z", AUSPEX_CELL_STALE },
    { "2024-05-16T01:30:00+02:00", AUSPEX_CELL_STALE }, /* the 15th in UTC */
    { "2024-06-10T23:59:59Z", AUSPEX_CELL_PRESENT },    /* 5 days before */
    { "2024-06-11T00:00:00Z", AUSPEX_CELL_STALE },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    WITH_KIT;
    in->window_from_days = -30;
    in->window_to_days = -5;
    WEIGHT(cases[i].date, 80);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, 80, cases[i].date, (int)i);
    DONE;
  }
}

static void a_month_counts_only_when_all_of_it_is_inside(void **state) {
  static const struct {
    const char *date;
    uint8_t state;
  } cases[] = {
    { "2024-03", AUSPEX_CELL_PRESENT },   { "2024-02", AUSPEX_CELL_IMPRECISE },
    { "2024-06", AUSPEX_CELL_IMPRECISE }, { "2024", AUSPEX_CELL_IMPRECISE },
    { "2024-01", AUSPEX_CELL_STALE },     { "2023", AUSPEX_CELL_STALE },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    WITH_KIT;
    in->window_from_days = -120; /* from 2024-02-16 */
    WEIGHT(cases[i].date, 80);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, 80, cases[i].date, (int)i);
    DONE;
  }
}

static void
a_partial_date_refuses_only_when_it_could_change_the_pick(void **state) {
  static const struct {
    const char *date;
    double value;
    uint8_t state;
  } cases[] = {
    { "2024-05", 70, AUSPEX_CELL_IMPRECISE }, /* before or after the 10th */
    { "2024-05", 80, AUSPEX_CELL_PRESENT },   /* but it says the same */
    { "2024-04", 70, AUSPEX_CELL_PRESENT },
    { "2024", 70, AUSPEX_CELL_IMPRECISE },
    { "2023", 70, AUSPEX_CELL_PRESENT },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    WITH_KIT;
    WEIGHT("2024-05-10", 80);
    WEIGHT(cases[i].date, cases[i].value);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, 80, cases[i].date, (int)i);
    DONE;
  }
}

static void a_window_may_begin_where_another_input_was_found(void **state) {
  WITH_KIT;
  ax_model_input *before =
      feature_kit_input(&k, AUSPEX_FROM_OBSERVATION, feature_kit_weight, "kg");
  before->relative_to = AUSPEX_AT_INPUT;
  before->relative_inputs = 1;
  before->window_from_days = -400;
  before->window_to_days = -7;
  WEIGHT("2024-05-10", 80);
  WEIGHT("2024-05-04", 81); /* six days before: too near */
  WEIGHT("2024-05-03", 82);
  WEIGHT("2022-01-01", 83);
  RUN;
  EXPECT_VALUE(&k, 0, 80);
  EXPECT_VALUE(&k, 1, 82);
  DONE;
}

static void without_what_it_is_relative_to_an_input_is_absent(void **state) {
  WITH_KIT;
  in->missing = AUSPEX_MISSING_PASS;
  in->window_from_days = -10;
  ax_model_input *before =
      feature_kit_input(&k, AUSPEX_FROM_OBSERVATION, feature_kit_weight, "kg");
  before->relative_to = AUSPEX_AT_INPUT;
  before->relative_inputs = 1;
  before->missing = AUSPEX_MISSING_PASS;
  WEIGHT("2024-01-01", 80);
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_STALE);
  EXPECT_STATE(&k, 1, AUSPEX_CELL_ABSENT);
  DONE;
}

/* --- duplicates and conflicts
 * ---------------------------------------------------- */

static void the_same_value_twice_counts_once(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->pick = AUSPEX_PICK_COUNT;
  feature_kit_source(&k, in)->unit = AX_STR("kg");
  WEIGHT("2024-05-10T08:00:00Z", 80);
  WEIGHT("2024-05-10T08:00:00Z", 80);
  feature_kit_observe(&k, "29463-7", "2024-05-10T08:00:00Z", 80000, "g");
  WEIGHT("2024-05-11T08:00:00Z", 80);
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  DONE;
}

static void
two_values_of_one_time_are_a_conflict_whatever_their_code(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->codes = feature_kit_set(&k, feature_kit_glucose);
  feature_kit_source(&k, in)->unit = AX_STR("mg/dL");
  feature_kit_source(&k, in)->molar_mass = 180.156;
  feature_kit_observe(&k, "2345-7", "2024-05-10T08:00:00Z", 126, "mg/dL");
  feature_kit_observe(&k, "14749-6", "2024-05-10T08:00:00Z", 7.2, "mmol/L");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_CONFLICT);
  assert_int_equal(k.row.verdict, AX_FEATURE_REFUSED);
  DONE;
}

static void
an_old_conflict_does_not_matter_when_a_newer_value_is_picked(void **state) {
  WITH_KIT;
  WEIGHT("2024-05-10T08:00:00Z", 80);
  WEIGHT("2024-05-10T08:00:00Z", 90);
  WEIGHT("2024-05-11T08:00:00Z", 81);
  RUN;
  EXPECT_VALUE(&k, 0, 81);
  feature_kit_source(&k, in)->pick = AUSPEX_PICK_MIN;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_CONFLICT);
  DONE;
}

static void sources_go_in_order(void **state) {
  WITH_KIT;
  static const ax_model_code fasting = { AX_STR_INIT("http://loinc.org"),
                                         AX_STR_INIT("1558-6"), AX_STR_INIT(""),
                                         AUSPEX_MATCH_EXACT };
  feature_kit_source(&k, in)->codes =
      feature_kit_set(&k, (ax_model_codes){ .items = &fasting, .count = 1 });
  feature_kit_source(&k, in)->unit = AX_STR("mg/dL");
  (void)feature_kit_more(&k, in, feature_kit_glucose);
  in->window_from_days = -60;
  feature_kit_observe(&k, "2345-7", "2024-06-10", 150, "mg/dL");
  feature_kit_observe(&k, "1558-6", "2024-05-01", 110, "mg/dL");
  RUN;
  EXPECT_VALUE(&k, 0, 110);
  in->window_from_days = -30; /* the fasting value is not in it */
  RUN;
  EXPECT_VALUE(&k, 0, 150);
  DONE;
}

/* --- picks
 * ------------------------------------------------------------------------ */

static void each_pick_takes_what_it_says(void **state) {
  static const struct {
    uint32_t pick;
    double value;
    const char *time;
  } cases[] = {
    { AUSPEX_PICK_LATEST, 82, "2024-03-01" },
    { AUSPEX_PICK_EARLIEST, 81, "2024-01-01" },
    { AUSPEX_PICK_MIN, 79, "2024-02-01" },
    { AUSPEX_PICK_MAX, 82, "2024-03-01" },
    { AUSPEX_PICK_MEAN, (81 + 79 + 82) / 3.0, "2024-03-01" },
    { AUSPEX_PICK_COUNT, 3, "2024-03-01" },
    { AUSPEX_PICK_EVER, 1, "2024-03-01" },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    WITH_KIT;
    feature_kit_source(&k, in)->pick = cases[i].pick;
    WEIGHT("2024-02-01", 79);
    WEIGHT("2024-01-01", 81);
    WEIGHT("2024-03-01", 82);
    RUN;
    feature_kit_expect(&k, 0, AUSPEX_CELL_PRESENT, cases[i].value, __FILE__,
                       (int)i);
    assert_int_equal(k.row.cells[0].time_ms, feature_kit_ms(cases[i].time));
    DONE;
  }
}

static void nearest_counts_days_and_takes_the_earlier_of_two(void **state) {
  static const struct {
    const char *a, *b;
    double value; /* a is 1, b is 2 */
  } cases[] = {
    { "2024-02-01", "2024-02-21", 1 }, /* ten days either way */
    { "2024-02-21", "2024-02-01", 2 },
    { "2024-02-01", "2024-02-20", 2 },
    { "2024-02-11T23:00:00Z", "2024-02-10T23:00:00Z", 1 },
    { "2024-02-11T23:00:00Z", "2024-02-11T08:00:00Z", 2 }, /* the same day */
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    WITH_KIT;
    feature_kit_source(&k, in)->pick = AUSPEX_PICK_NEAREST;
    in->pick_days = -125; /* 2024-02-11 */
    WEIGHT(cases[i].a, 1);
    WEIGHT(cases[i].b, 2);
    RUN;
    feature_kit_expect(&k, 0, AUSPEX_CELL_PRESENT, cases[i].value, cases[i].a,
                       (int)i);
    DONE;
  }
}

static void nearest_refuses_when_a_partial_date_may_be_nearer(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->pick = AUSPEX_PICK_NEAREST;
  in->pick_days = -125; /* 2024-02-11 */
  WEIGHT("2024-02-01", 1);
  WEIGHT("2024-02", 2);
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_IMPRECISE);
  DONE;
}

static void a_series_is_all_values_oldest_first(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->pick = AUSPEX_PICK_SERIES;
  WEIGHT("2024-02-01", 79);
  WEIGHT("2024-01-01", 81);
  WEIGHT("2024-03-01", 82);
  WEIGHT("2024-01-01", 81);
  RUN;
  assert_int_equal(k.row.sample_count, 3);
  assert_int_equal(k.row.cells[0].sample_count, 3);
  assert_true(k.row.sample_values[0] == 81);
  assert_true(k.row.sample_values[2] == 82);
  assert_int_equal(k.row.sample_times[1], feature_kit_ms("2024-02-01"));
  assert_int_equal(k.row.basis_count, 3);
  DONE;
}

/* --- values
 * ------------------------------------------------------------------------ */

static void units_are_converted(void **state) {
  static const struct {
    double value;
    const char *unit;
    double kg;
  } cases[] = { { 80, "kg", 80 },
                { 80000, "g", 80 },
                { 100, "[lb_av]", 45.359237 } };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    WITH_KIT;
    feature_kit_observe(&k, "29463-7", "2024-05-01", cases[i].value,
                        cases[i].unit);
    RUN;
    EXPECT_VALUE(&k, 0, cases[i].kg);
    DONE;
  }
}

static void shares_numbers_and_enzymes_have_units_of_their_own(void **state) {
  static const struct {
    const char *wanted, *unit;
    uint8_t state;
  } cases[] = { { "%", "%", AUSPEX_CELL_PRESENT },
                { "%", "1", AUSPEX_CELL_UNIT_ERROR }, /* 0.25 or 25? */
                { "%", "{share}", AUSPEX_CELL_UNIT_ERROR },
                { "{score}", "%", AUSPEX_CELL_UNIT_ERROR },
                { "{score}", "1", AUSPEX_CELL_PRESENT },
                { "U/L", "[IU]/L", AUSPEX_CELL_PRESENT },
                { "U/L", "[iU]/L", AUSPEX_CELL_PRESENT },
                { "[IU]/L", "U/L", AUSPEX_CELL_UNIT_ERROR },
                { "ng/mL", "[IU]/L", AUSPEX_CELL_UNIT_ERROR } };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    WITH_KIT;
    feature_kit_source(&k, in)->unit = ax_str_from(cases[i].wanted);
    feature_kit_observe(&k, "29463-7", "2024-05-01", 2, cases[i].unit);
    RUN;
    if (cases[i].state == AUSPEX_CELL_PRESENT)
      EXPECT_VALUE(&k, 0, 2);
    else
      EXPECT_STATE(&k, 0, cases[i].state);
    DONE;
  }
}

static void plain_numbers_are_in_the_unit_wanted_where_declared(void **state) {
  WITH_KIT;
  const char *integer = "{'resourceType':'Observation','status':'final',"
                        "'code':{'coding':[{'system':'http://loinc.org',"
                        "'code':'29463-7'}]},'subject':{'reference':"
                        "'Patient/p'},'effectiveDateTime':'2024-05-01',"
                        "'valueInteger':30}";
  feature_kit_resource(&k, integer);
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_UNIT_ERROR);
  feature_kit_source(&k, in)->flags = AUSPEX_PLAIN_NUMBER;
  RUN;
  EXPECT_VALUE(&k, 0, 30);
  DONE;
}

static void a_quantity_without_unit_is_not_a_plain_number(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->flags = AUSPEX_PLAIN_NUMBER;
  WEIGHT("2024-05-01", 30)->flags &= ~(unsigned)AX_FACT_HAS_UNIT;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_UNIT_ERROR);
  DONE;
}

static void moles_become_grams_with_the_molar_mass(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->codes = feature_kit_set(&k, feature_kit_glucose);
  feature_kit_source(&k, in)->unit = AX_STR("mg/dL");
  feature_kit_observe(&k, "14749-6", "2024-05-01", 7.2, "mmol/L");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_UNIT_ERROR);
  feature_kit_source(&k, in)->molar_mass = 180.156;
  RUN;
  EXPECT_VALUE(&k, 0, 129.71232);
  DONE;
}

static void
a_value_that_cannot_be_read_is_refused_and_no_other_is_tried(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->valid_min = 25;
  feature_kit_source(&k, in)->valid_max = 350;
  WEIGHT("2024-01-01", 80);
  ax_fact *fact = WEIGHT("2024-05-01", 800);
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_IMPLAUSIBLE);
  assert_ptr_equal(k.row.gaps[0].fact, fact);
  fact->number = 82;
  fact->comparator = '<';
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_COMPARATOR);
  fact->comparator = 0;
  fact->unit = AX_STR("m");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_UNIT_ERROR);
  fact->unit = AX_STR("kg"); /* as text only */
  fact->flags &= ~(unsigned)AX_FACT_HAS_UNIT;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_UNIT_ERROR);
  fact->unit = AX_STR("");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_UNIT_ERROR);
  fact->unit = AX_STR("kg");
  fact->flags |= AX_FACT_HAS_UNIT;
  RUN;
  EXPECT_VALUE(&k, 0, 82);
  DONE;
}

static void the_ends_of_what_is_plausible_are_plausible(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->valid_min = 80;
  feature_kit_source(&k, in)->valid_max = 80;
  WEIGHT("2024-01-01", 80);
  RUN;
  EXPECT_VALUE(&k, 0, 80);
  DONE;
}

static void a_plain_integer_will_do_where_things_are_counted(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->unit = AX_STR("{score}");
  feature_kit_observe(&k, "29463-7", "2024-05-01", 12, "");
  RUN;
  EXPECT_VALUE(&k, 0, 12);
  feature_kit_observe(&k, "29463-7", "2024-05-02", 13, "1");
  RUN;
  EXPECT_VALUE(&k, 0, 13);
  DONE;
}

static void the_reference_range_comes_in_the_same_unit(void **state) {
  WITH_KIT;
  in->wants_range = true;
  ax_fact *fact = feature_kit_observe(&k, "29463-7", "2024-05-01", 80000, "g");
  fact->has_high = true;
  fact->high = 90000;
  RUN;
  EXPECT_VALUE(&k, 0, 80);
  assert_true(fabs(k.row.cells[0].high - 90) < 1e-9);
  assert_true(isnan(k.row.cells[0].low));
  DONE;
}

static void a_range_in_a_unit_of_its_own_is_converted(void **state) {
  static const struct {
    const char *unit;
    double high;
  } cases[] = { { "kg", 90 }, { "[lb_av]", 90 * 0.45359237 }, { "mm", -1 } };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    WITH_KIT;
    in->wants_range = true;
    ax_fact *fact =
        feature_kit_observe(&k, "29463-7", "2024-05-01", 80000, "g");
    fact->has_high = true;
    fact->high = 90;
    fact->details = ax_arena_printf(
        k.arena, "highUnit\x1fhttp://unitsofmeasure.org\x1f%s\n",
        cases[i].unit);
    RUN;
    EXPECT_VALUE(&k, 0, 80);
    if (cases[i].high < 0) /* a length is no bound of a mass */
      assert_true(isnan(k.row.cells[0].high));
    else
      assert_true(fabs(k.row.cells[0].high - cases[i].high) < 1e-9);
    feature_kit_end(&k);
  }
}

/* --- sets
 * -----------------------------------------------------------------------------
 */

static void a_set_is_of_the_newest_day_that_has_any_of_it(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->from = AUSPEX_FROM_OBSERVATION_SET;
  feature_kit_source(&k, in)->codes = feature_kit_set(&k, feature_kit_glucose);
  feature_kit_source(&k, in)->unit = AX_STR("mg/dL");
  feature_kit_observe(&k, "1558-6", "2024-05-01T08:00:00Z", 100, "mg/dL");
  feature_kit_observe(&k, "2345-7", "2024-05-01T09:00:00Z", 110, "mg/dL");
  feature_kit_observe(&k, "2345-7", "2024-05-03T07:00:00Z", 120, "mg/dL");
  feature_kit_observe(&k, "2345-7", "2024-05-03T09:00:00Z", 130, "mg/dL");
  feature_kit_observe(&k, "14749-6", "2024-05-03T10:00:00Z", 140, "mg/dL");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  EXPECT_VALUE(&k, 1, 130);
  EXPECT_VALUE(&k, 2, 140);
  for (int c = 0; c < 3; c++)
    assert_int_equal(k.row.cells[c].time_ms,
                     feature_kit_ms("2024-05-03T10:00:00Z"));
  assert_int_equal(k.row.verdict, AX_FEATURE_READY);
  assert_int_equal(k.row.basis_count, 2);
  DONE;
}

static void a_set_that_is_not_there_has_no_time(void **state) {
  WITH_KIT;
  feature_kit_source(&k, in)->from = AUSPEX_FROM_OBSERVATION_SET;
  feature_kit_source(&k, in)->codes = feature_kit_set(&k, feature_kit_glucose);
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  assert_int_equal(k.row.cells[2].time_ms, 0);
  assert_int_equal(k.row.verdict, AX_FEATURE_REFUSED);
  DONE;
}

/* --- freshness
 * -------------------------------------------------------------------------- */

static void automatic_scoring_leaves_old_values_alone(void **state) {
  WITH_KIT;
  in->freshness_days = 30;
  WEIGHT("2024-05-15T23:59:59Z", 80);
  RUN;
  assert_int_equal(k.row.verdict, AX_FEATURE_READY); /* asked for by hand */
  k.automatic = true;
  RUN;
  assert_int_equal(k.row.verdict, AX_FEATURE_STALE);
  WEIGHT("2024-05-16T00:00:00Z", 81);
  RUN;
  assert_int_equal(k.row.verdict, AX_FEATURE_READY);
  DONE;
}

static void an_old_value_that_may_be_missing_counts_as_missing(void **state) {
  WITH_KIT;
  in->missing = AUSPEX_MISSING_PASS;
  in->freshness_days = 30;
  ax_model_input *other = feature_kit_input(&k, AUSPEX_FROM_OBSERVATION,
                                            feature_kit_glucose, "mg/dL");
  other->missing = AUSPEX_MISSING_PASS;
  other->freshness_days = 30;
  k.automatic = true;
  WEIGHT("2024-01-01", 80);
  feature_kit_observe(&k, "1558-6", "2024-06-01", 100, "mg/dL");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_STALE);
  EXPECT_VALUE(&k, 1, 100);
  assert_int_equal(k.row.verdict, AX_FEATURE_READY);
  k.facts[2].lo_ms = k.facts[2].hi_ms = feature_kit_ms("2024-02-01");
  RUN;
  assert_int_equal(k.row.verdict, AX_FEATURE_STALE);
  DONE;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_latest_value_is_taken_wherever_it_stands),
    cmocka_unit_test(no_value_is_a_gap_that_says_so),
    cmocka_unit_test(a_missing_value_is_passed_on_or_replaced_where_declared),
    cmocka_unit_test(a_value_after_as_of_is_never_used),
    cmocka_unit_test(a_date_of_today_is_not_in_the_future),
    cmocka_unit_test(a_value_without_time_is_unfit),
    cmocka_unit_test(only_final_statements_about_the_patient_count),
    cmocka_unit_test(
        what_the_gateway_made_counts_when_asked_for_by_its_own_code),
    cmocka_unit_test(data_absent_is_missing_and_does_not_hide_an_earlier_value),
    cmocka_unit_test(both_ends_of_a_window_are_inside_counted_in_utc_days),
    cmocka_unit_test(a_month_counts_only_when_all_of_it_is_inside),
    cmocka_unit_test(a_partial_date_refuses_only_when_it_could_change_the_pick),
    cmocka_unit_test(a_window_may_begin_where_another_input_was_found),
    cmocka_unit_test(without_what_it_is_relative_to_an_input_is_absent),
    cmocka_unit_test(the_same_value_twice_counts_once),
    cmocka_unit_test(two_values_of_one_time_are_a_conflict_whatever_their_code),
    cmocka_unit_test(
        an_old_conflict_does_not_matter_when_a_newer_value_is_picked),
    cmocka_unit_test(sources_go_in_order),
    cmocka_unit_test(each_pick_takes_what_it_says),
    cmocka_unit_test(nearest_counts_days_and_takes_the_earlier_of_two),
    cmocka_unit_test(nearest_refuses_when_a_partial_date_may_be_nearer),
    cmocka_unit_test(a_series_is_all_values_oldest_first),
    cmocka_unit_test(units_are_converted),
    cmocka_unit_test(shares_numbers_and_enzymes_have_units_of_their_own),
    cmocka_unit_test(plain_numbers_are_in_the_unit_wanted_where_declared),
    cmocka_unit_test(a_quantity_without_unit_is_not_a_plain_number),
    cmocka_unit_test(moles_become_grams_with_the_molar_mass),
    cmocka_unit_test(
        a_value_that_cannot_be_read_is_refused_and_no_other_is_tried),
    cmocka_unit_test(the_ends_of_what_is_plausible_are_plausible),
    cmocka_unit_test(a_plain_integer_will_do_where_things_are_counted),
    cmocka_unit_test(the_reference_range_comes_in_the_same_unit),
    cmocka_unit_test(a_range_in_a_unit_of_its_own_is_converted),
    cmocka_unit_test(a_set_is_of_the_newest_day_that_has_any_of_it),
    cmocka_unit_test(a_set_that_is_not_there_has_no_time),
    cmocka_unit_test(automatic_scoring_leaves_old_values_alone),
    cmocka_unit_test(an_old_value_that_may_be_missing_counts_as_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
