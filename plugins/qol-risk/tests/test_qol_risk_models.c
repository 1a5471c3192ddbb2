/* The module qol-risk as the host sees it: rows in, results out; QLQ-C30 has a
 * test of its own. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdlib.h>

static const int64_t day = 86400000;

static ax_plugin *begin(const char *model) {
  ax_plugin *p =
      ax_plugin_open(auspex_module_open, "plugins/qol-risk/data", model);
  ax_plugin_rows(p, 1, ax_plugin_columns(p));
  p->anchor_ms[0] = INT64_C(19990) * day; /* values are of day 20000 */
  return p;
}

static void every_model_keeps_the_contract(void **state) {
  (void)state;
  static const struct {
    const char *model;
    uint32_t scored;
  } models[] = { { "eq5d5l", 5 },    { "screeners", 100 },
                 { "bss-canto", 0 }, { "ctcae-labs", 300 },
                 { "lipi", 0 },      { "khorana", 100 },
                 { "mascc", 100 } };
  for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
    ax_plugin *p = begin(models[i].model);
    ax_plugin_keeps_contract(p, models[i].scored);
    ax_plugin_close(p);
  }
}

/* ---- CTCAE ---- */

static void set_value(ax_plugin *p, const char *name, double value, double low,
                      double high) {
  uint32_t column = ax_plugin_column(p, name);
  ax_plugin_put(p, name, value);
  p->low[column] = low;
  p->high[column] = high;
}

static void grades_are_measurements_and_hepatic_ones_a_concern(void **state) {
  (void)state;
  ax_plugin *p = begin("ctcae-labs");
  set_value(p, "alt", 130, NAN, 40);
  set_value(p, "bilirubin", 3.1, NAN, 1);
  set_value(p, "neutrophils", 0.9, 1.8, NAN);
  set_value(p, "hemoglobin", 13, 12, NAN);
  ax_plugin_score(p);
  assert_close(ax_plugin_result(p, 0, "grade-alt")->score, 2);
  assert_close(ax_plugin_result(p, 0, "grade-bilirubin")->score, 3);
  assert_close(ax_plugin_result(p, 0, "grade-neutrophils")->score, 3);
  assert_close(ax_plugin_result(p, 0, "grade-hemoglobin")->score, 0);
  assert_true(ax_plugin_says(p, ax_plugin_result(p, 0, "grade-neutrophils"),
                             "not held against the published table"));
  const auspex_result *event = ax_plugin_result(p, 0, "hepatic-adverse-event");
  assert_int_equal(event->level, AUSPEX_LEVEL_HIGH);
  assert_true(isnan(event->probability));
  ax_plugin_close(p);
}

static void low_counts_alone_raise_no_concern(void **state) {
  (void)state;
  ax_plugin *p = begin("ctcae-labs");
  set_value(p, "neutrophils", 0.3, 1.8, NAN);
  set_value(p, "alt", 100, NAN, 40); /* grade 1 */
  ax_plugin_score(p);
  assert_close(ax_plugin_result(p, 0, "grade-neutrophils")->score, 4);
  assert_null(ax_plugin_result(p, 0, "hepatic-adverse-event"));
  ax_plugin_close(p);
}

static void a_value_up_to_the_first_dose_is_no_toxicity(void **state) {
  (void)state;
  ax_plugin *p = begin("ctcae-labs");
  set_value(p, "alt", 130, NAN, 40);
  p->anchor_ms[0] = INT64_C(20000) * day + 1;
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "alt");
  p->anchor_ms[0] = INT64_C(19999) * day;
  ax_plugin_score(p);
  assert_close(ax_plugin_result(p, 0, "grade-alt")->score, 2);
  ax_plugin_close(p);
}

static void without_a_limit_nothing_is_graded(void **state) {
  (void)state;
  ax_plugin *p = begin("ctcae-labs");
  set_value(p, "creatinine", 2, NAN, NAN);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "creatinine");
  assert_true(ax_plugin_says(p, &p->results[0], "no limit of normal"));
  set_value(p, "alt", 30, NAN, 40);
  ax_plugin_score(p);
  assert_close(ax_plugin_result(p, 0, "grade-alt")->score, 0);
  assert_null(ax_plugin_result(p, 0, "grade-creatinine"));
  assert_true(ax_plugin_says(p, ax_plugin_result(p, 0, "grade-alt"),
                             "Measured and not graded: Creatinine (no limit"));
  ax_plugin_lack(p, 0, ax_plugin_column(p, "bilirubin"),
                 AUSPEX_CELL_UNIT_ERROR);
  ax_plugin_score(p);
  assert_true(ax_plugin_says(p, ax_plugin_result(p, 0, "grade-alt"),
                             "Total bilirubin (has no fitting unit), Creat"));
  ax_plugin_close(p);
}

static void an_abnormal_baseline_is_named(void **state) {
  (void)state;
  ax_plugin *p = begin("ctcae-labs");
  set_value(p, "alt", 130, NAN, 40);
  set_value(p, "alt_baseline", 60, NAN, 40);
  ax_plugin_score(p);
  const auspex_result *r = ax_plugin_result(p, 0, "grade-alt");
  assert_close(r->score, 1);
  assert_true(ax_plugin_says(p, r, "value before treatment"));
  ax_plugin_close(p);
}

/* ---- screeners ---- */

static void bands_are_measurements_and_actionable_ones_a_concern(void **state) {
  (void)state;
  ax_plugin *p = begin("screeners");
  ax_plugin_put(p, "phq9", 19);
  ax_plugin_put(p, "gad7", 9);
  ax_plugin_put(p, "hads_a", 10);
  ax_plugin_put(p, "fatigue_nrs", 4);
  ax_plugin_score(p);
  assert_close(ax_plugin_result(p, 0, "phq9-band")->score, 3);
  assert_close(ax_plugin_result(p, 0, "gad7-band")->score, 1);
  assert_close(ax_plugin_result(p, 0, "hads-a-band")->score, 1);
  assert_int_equal(ax_plugin_result(p, 0, "phq9-concern")->level,
                   AUSPEX_LEVEL_HIGH);
  assert_null(ax_plugin_result(p, 0, "gad7-concern"));
  assert_null(ax_plugin_result(p, 0, "hads-a-concern"));
  assert_int_equal(ax_plugin_result(p, 0, "fatigue-concern")->level,
                   AUSPEX_LEVEL_MODERATE);
  assert_null(ax_plugin_result(p, 0, "phq9-item-9"));
  ax_plugin_close(p);
}

static void item_nine_overrides_a_low_total(void **state) {
  (void)state;
  ax_plugin *p = begin("screeners");
  ax_plugin_put(p, "phq9", 2);
  ax_plugin_put(p, "phq9_item9", 1);
  ax_plugin_score(p);
  assert_int_equal(ax_plugin_result(p, 0, "phq9-item-9")->level,
                   AUSPEX_LEVEL_HIGH);
  assert_null(ax_plugin_result(p, 0, "phq9-concern"));
  ax_plugin_close(p);
}

static void each_screener_stands_alone(void **state) {
  (void)state;
  ax_plugin *p = begin("screeners");
  ax_plugin_lack(p, 0, ax_plugin_column(p, "phq9"), AUSPEX_CELL_IMPLAUSIBLE);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "phq9");
  ax_plugin_put(p, "gad7", 21);
  ax_plugin_score(p);
  assert_close(ax_plugin_result(p, 0, "gad7-band")->score, 3);
  assert_null(ax_plugin_result(p, 0, "phq9-band"));
  assert_true(ax_plugin_says(p, ax_plugin_result(p, 0, "gad7-band"),
                             "Not counted: PHQ-9, which is not plausible."));
  ax_plugin_lack(p, 0, ax_plugin_column(p, "phq9"), AUSPEX_CELL_ABSENT);
  ax_plugin_put(p, "phq9_answers", 1); /* the first question alone */
  ax_plugin_score(p);
  assert_true(
      ax_plugin_says(p, ax_plugin_result(p, 0, "gad7-band"),
                     "Not counted: PHQ-9, which has questions left open."));
  ax_plugin_close(p);
}

/* ---- LIPI, Khorana, MASCC ---- */

static void lipi_needs_counts_of_one_day_and_a_limit(void **state) {
  (void)state;
  ax_plugin *p = begin("lipi");
  ax_plugin_put(p, "wbc", 12);
  ax_plugin_put(p, "neut", 9.6);
  set_value(p, "ldh", 300, NAN, 225);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 2);
  assert_int_equal(p->results[0].level, AUSPEX_LEVEL_HIGH);
  assert_true(isnan(p->results[0].probability));
  set_value(p, "ldh", 300, NAN, NAN);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "ldh");
  set_value(p, "ldh", 300, NAN, 225);
  ax_plugin_put(p, "neut", 12);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "neut");
  ax_plugin_put(p, "neut", 6);
  p->time_ms[ax_plugin_column(p, "neut")] -= day;
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "neut");
  ax_plugin_close(p);
}

static void khorana_gives_the_groups_incidence(void **state) {
  (void)state;
  ax_plugin *p = begin("khorana");
  ax_plugin_put(p, "site", 8); /* pancreas */
  ax_plugin_put(p, "platelets", 360);
  ax_plugin_put(p, "hb_g_dl", 11);
  ax_plugin_put(p, "on_esa", 0);
  ax_plugin_put(p, "wbc", 9);
  ax_plugin_put(p, "bmi", 27);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 3);
  assert_close(p->results[0].probability, 0.11);
  ax_plugin_lack(p, 0, ax_plugin_column(p, "on_esa"), AUSPEX_CELL_ABSENT);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "on_esa");
  ax_plugin_close(p);
}

static void mascc_is_better_when_higher(void **state) {
  (void)state;
  ax_plugin *p = begin("mascc");
  ax_plugin_put(p, "burden", 0);
  ax_plugin_put(p, "hypotension", 0);
  ax_plugin_put(p, "copd", 0);
  ax_plugin_put(p, "dehydration", 0);
  ax_plugin_put(p, "solid_or_no_fungal", 1);
  ax_plugin_put(p, "outpatient", 1);
  ax_plugin_put(p, "age", 50);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 26);
  assert_int_equal(p->results[0].level, AUSPEX_LEVEL_LOW);
  ax_plugin_put(p, "hypotension", 1);
  ax_plugin_put(p, "burden", 2);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 16);
  assert_int_equal(p->results[0].level, AUSPEX_LEVEL_HIGH);
  ax_plugin_close(p);
}

/* ---- EQ-5D-5L, BSS ---- */

static void eq5d_needs_five_answers_of_one_response(void **state) {
  (void)state;
  static const char *const names[] = { "mo", "sc", "ua", "pd", "ad" };
  ax_plugin *p = begin("eq5d5l");
  ax_plugin_put(p, "country", 4); /* Germany */
  for (size_t i = 0; i < 5; i++) ax_plugin_put(p, names[i], (double)i + 1);
  ax_plugin_score(p);
  assert_true(fabs(p->results[0].score - 0.141) < 0.0011);
  p->source[ax_plugin_column(p, "ad")] = 1;
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "mo");
  p->source[ax_plugin_column(p, "ad")] = 0;
  ax_plugin_lack(p, 0, ax_plugin_column(p, "ua"), AUSPEX_CELL_ABSENT);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "ua");
  ax_plugin_put(p, "ua", 2.5);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "ua");
  ax_plugin_close(p);
}

static ax_plugin *survivor(double fatigue, double cognition, double anxiety,
                           double depression, double insomnia) {
  ax_plugin *p = begin("bss-canto");
  ax_plugin_put(p, "fatigue_c30", fatigue);
  ax_plugin_put(p, "cognitive_c30", cognition);
  ax_plugin_put(p, "hads_anxiety", anxiety);
  ax_plugin_put(p, "hads_depression", depression);
  ax_plugin_put(p, "insomnia_c30", insomnia);
  return p;
}

static void bss_has_odds_ratios_for_one_and_five_only(void **state) {
  (void)state;
  ax_plugin *p = survivor(44.44, 83.33, 8, 4, 33.33);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 1);
  assert_close(p->results[0].relative_risk, 2.17);
  assert_true(isnan(p->results[0].probability));
  ax_plugin_close(p);
  p = survivor(40, 66.67, 11, 10, 50);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 3);
  assert_true(isnan(p->results[0].relative_risk));
  assert_int_equal(p->results[0].level, AUSPEX_LEVEL_HIGH);
  ax_plugin_close(p);
  p = survivor(33.33, 75, 10, 10, 50);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 0);
  assert_true(isnan(p->results[0].relative_risk));
  ax_plugin_close(p);
}

static void bss_takes_answers_before_scores(void **state) {
  (void)state;
  ax_plugin *p = survivor(0, 100, 0, 0, 0);
  uint32_t items = ax_plugin_column(p, "items");
  for (uint32_t i = 0; i < 28; i++)
    ax_plugin_set(p, 0, items + i, 4, p->time_ms[0]);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 3); /* fatigue, cognition, insomnia */
  ax_plugin_set(p, 0, items + 10, 5, p->time_ms[0]); /* impossible */
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "insomnia_c30");
  ax_plugin_close(p);
}

static void bss_needs_scores_of_two_weeks(void **state) {
  (void)state;
  ax_plugin *p = survivor(44.44, 83.33, 8, 4, 33.33);
  p->time_ms[ax_plugin_column(p, "hads_anxiety")] -= 14 * day;
  ax_plugin_score(p);
  assert_int_equal(p->results[0].status, AUSPEX_ROW_SCORED);
  p->time_ms[ax_plugin_column(p, "hads_anxiety")] -= day;
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "fatigue_c30");
  ax_plugin_close(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_model_keeps_the_contract),
    cmocka_unit_test(grades_are_measurements_and_hepatic_ones_a_concern),
    cmocka_unit_test(low_counts_alone_raise_no_concern),
    cmocka_unit_test(a_value_up_to_the_first_dose_is_no_toxicity),
    cmocka_unit_test(without_a_limit_nothing_is_graded),
    cmocka_unit_test(an_abnormal_baseline_is_named),
    cmocka_unit_test(bands_are_measurements_and_actionable_ones_a_concern),
    cmocka_unit_test(item_nine_overrides_a_low_total),
    cmocka_unit_test(each_screener_stands_alone),
    cmocka_unit_test(lipi_needs_counts_of_one_day_and_a_limit),
    cmocka_unit_test(khorana_gives_the_groups_incidence),
    cmocka_unit_test(mascc_is_better_when_higher),
    cmocka_unit_test(eq5d_needs_five_answers_of_one_response),
    cmocka_unit_test(bss_has_odds_ratios_for_one_and_five_only),
    cmocka_unit_test(bss_takes_answers_before_scores),
    cmocka_unit_test(bss_needs_scores_of_two_weeks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
