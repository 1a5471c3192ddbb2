/* The module trajectory as the host sees it: rows in, results out. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdlib.h>

static ax_plugin *begin(const char *model) {
  ax_plugin *p =
      ax_plugin_open(auspex_module_open, "plugins/trajectory/data", model);
  ax_plugin_rows(p, 1, ax_plugin_columns(p));
  return p;
}

static void every_model_keeps_the_contract(void **state) {
  (void)state;
  static const struct {
    const char *model;
    uint32_t scored;
  } models[] = { { "predict-breast", 100 },
                 { "predict-prostate", 20 },
                 { "capra", 20 },
                 { "npi", 20 },
                 { "ipi", 100 },
                 { "nccn-ipi", 100 },
                 { "flipi", 100 },
                 { "mgps", 200 },
                 { "albi", 200 } };
  for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
    ax_plugin *p = begin(models[i].model);
    ax_plugin_keeps_contract(p, models[i].scored);
    ax_plugin_close(p);
  }
}

/* ---- PREDICT Breast ---- */

static ax_plugin *breast(void) {
  ax_plugin *p = begin("predict-breast");
  ax_plugin_put(p, "age", 50);
  ax_plugin_put(p, "screen", 0);
  ax_plugin_put(p, "size", 20);
  ax_plugin_put(p, "grade", 2);
  ax_plugin_put(p, "nodes", 2);
  ax_plugin_put(p, "er", 1);
  ax_plugin_put(p, "her2", 0);
  ax_plugin_put(p, "ki67", 1);
  ax_plugin_put(p, "pr", 1);
  ax_plugin_put(p, "smoker", 1);
  ax_plugin_put(p, "heart_gy", 4);
  return p;
}

static double chance(const ax_plugin *p, const char *outcome) {
  const auspex_result *r = ax_plugin_result(p, 0, outcome);
  assert_non_null(r);
  assert_int_equal(r->status, AUSPEX_ROW_SCORED);
  return 100 * r->probability;
}

static void predict_breast_gives_each_arm_at_each_horizon(void **state) {
  (void)state;
  ax_plugin *p = breast();
  ax_plugin_score(p);
  assert_close(chance(p, "death-5y-surgery"), 100 - 93.48877825);
  assert_close(chance(p, "death-10y-surgery"), 100 - 83.143121217);
  assert_close(chance(p, "death-15y-surgery"), 100 - 72.950337289);
  assert_close(chance(p, "breast-death-10y-surgery"), 14.598700086);
  assert_close(chance(p, "other-death-10y-surgery"), 2.258178697);
  /* HER2 negative: all options are the sheet's arm without trastuzumab, which
   * does nothing there. */
  assert_close(chance(p, "death-10y-all"), 100 - 92.535980789);
  const auspex_result *r = ax_plugin_result(p, 0, "death-10y-all");
  assert_int_equal(r->contribution_count, 1);
  assert_close(p->contributions[r->contribution_first].amount,
               (92.535980789 - 83.143121217) / 100);
  assert_non_null(ax_plugin_result(p, 0, "death-15y-hormone-extended"));
  assert_null(ax_plugin_result(p, 0, "death-5y-trastuzumab"));
  ax_plugin_close(p);
}

static void predict_breast_takes_unknowns_as_its_authors_do(void **state) {
  (void)state;
  ax_plugin *p = begin("predict-breast"); /* vector 11 of the sheet */
  ax_plugin_put(p, "age", 55);
  ax_plugin_put(p, "size", 22);
  ax_plugin_put(p, "nodes", 0);
  ax_plugin_put(p, "er", 0);
  ax_plugin_put(p, "her2", 0);
  ax_plugin_put(p, "ki67", 1);
  ax_plugin_put(p, "pr", 1);
  ax_plugin_put(p, "smoker", 0);
  ax_plugin_score(p);
  assert_close(chance(p, "death-10y-surgery"), 100 - 87.398306);
  assert_null(ax_plugin_result(p, 0, "death-10y-radiotherapy"));
  assert_null(ax_plugin_result(p, 0, "death-10y-hormone"));
  ax_plugin_close(p);
}

static void predict_breast_counts_micrometastases_as_half_a_node(void **state) {
  (void)state;
  ax_plugin *p = breast();
  ax_plugin_put(p, "micrometastases", 1);
  ax_plugin_put(p, "nodes", 1);
  ax_plugin_score(p);
  double half = chance(p, "death-10y-surgery");
  ax_plugin_lack(p, 0, ax_plugin_column(p, "nodes"), AUSPEX_CELL_ABSENT);
  ax_plugin_score(p);
  assert_close(chance(p, "death-10y-surgery"), half);
  ax_plugin_put(p, "nodes", 3);
  ax_plugin_score(p);
  assert_true(chance(p, "death-10y-surgery") > half);
  ax_plugin_put(p, "micrometastases", 0);
  ax_plugin_lack(p, 0, ax_plugin_column(p, "nodes"), AUSPEX_CELL_ABSENT);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "nodes");
  ax_plugin_close(p);
}

static void an_unfit_optional_input_is_not_taken_for_unknown(void **state) {
  (void)state;
  ax_plugin *p = breast();
  ax_plugin_lack(p, 0, ax_plugin_column(p, "grade"), AUSPEX_CELL_IMPLAUSIBLE);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "grade");
  ax_plugin_close(p);
}

/* ---- PREDICT Prostate ---- */

static ax_plugin *prostate(void) {
  ax_plugin *p = begin("predict-prostate");
  ax_plugin_put(p, "age", 65);
  ax_plugin_put(p, "psa", 11);
  ax_plugin_put(p, "t_stage", 2);
  ax_plugin_put(p, "charlson", 0);
  return p;
}

static void predict_prostate_gives_causes_and_treatments(void **state) {
  (void)state;
  ax_plugin *p = prostate();
  ax_plugin_put(p, "grade_group", 4);
  ax_plugin_score(p);
  assert_close(chance(p, "cancer-death-10y-conservative"), 10.76059716);
  assert_close(chance(p, "other-death-10y-conservative"), 10.976698209);
  assert_close(chance(p, "death-15y-conservative"), 100 - 55.381158578);
  ax_plugin_put(p, "charlson", 1);
  ax_plugin_score(p);
  assert_close(chance(p, "cancer-death-10y-radical"), 5.651712396);
  assert_close(chance(p, "death-10y-radical"), 100 - 74.436988987);
  ax_plugin_close(p);
}

static void the_grade_group_is_told_from_patterns_or_a_sum(void **state) {
  (void)state;
  static const struct {
    double primary, secondary, sum; /* mapped sum: a grade group */
    double group;                   /* NaN: refused */
  } cases[] = { { 3, 4, NAN, 2 },   { 4, 3, NAN, 3 },      { 3, 3, NAN, 1 },
                { 5, 3, NAN, 4 },   { 4, 5, NAN, 5 },      { 5, 2, NAN, NAN },
                { NAN, NAN, 1, 1 }, { NAN, NAN, 5, 5 },    { 3, NAN, 4, 4 },
                { 4, 4, 1, 4 },     { NAN, NAN, NAN, NAN } };
  ax_plugin *p = prostate();
  double by_group[6] = { 0 };
  for (int group = 1; group <= 5; group++) {
    ax_plugin_put(p, "grade_group", group);
    ax_plugin_score(p);
    by_group[group] = chance(p, "cancer-death-10y-conservative");
  }
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ax_plugin_close(p);
    p = prostate();
    if (!isnan(cases[i].primary))
      ax_plugin_put(p, "gleason_primary", cases[i].primary);
    if (!isnan(cases[i].secondary))
      ax_plugin_put(p, "gleason_secondary", cases[i].secondary);
    if (!isnan(cases[i].sum)) ax_plugin_put(p, "gleason_sum", cases[i].sum);
    ax_plugin_score(p);
    if (isnan(cases[i].group))
      assert_int_equal(p->results[0].status, AUSPEX_ROW_MISSING_INPUT);
    else
      assert_close(chance(p, "cancer-death-10y-conservative"),
                   by_group[(int)cases[i].group]);
  }
  ax_plugin_close(p);
}

static void an_unfit_grade_group_does_not_fall_back_to_the_sum(void **state) {
  (void)state;
  ax_plugin *p = prostate();
  ax_plugin_lack(p, 0, ax_plugin_column(p, "grade_group"),
                 AUSPEX_CELL_CONFLICT);
  ax_plugin_put(p, "gleason_sum", 4);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "grade_group");
  ax_plugin_close(p);
}

/* ---- CAPRA, NPI, lymphoma ---- */

static void capra_gives_the_groups_share_with_its_interval(void **state) {
  (void)state;
  ax_plugin *p = begin("capra");
  ax_plugin_put(p, "psa", 6.1);
  ax_plugin_put(p, "gleason_primary", 3);
  ax_plugin_put(p, "gleason_secondary", 4);
  ax_plugin_put(p, "t_stage", 0);
  ax_plugin_put(p, "pct_positive_cores", 33.9);
  ax_plugin_put(p, "age", 62);
  ax_plugin_score(p);
  const auspex_result *r = ax_plugin_result(p, 0, "recurrence");
  assert_close(r->score, 3);
  assert_close(r->probability, 0.34);
  assert_close(r->low, 0.24);
  assert_close(r->high, 0.46);
  assert_int_equal(r->level, AUSPEX_LEVEL_MODERATE);
  ax_plugin_put(p, "psa", 1.5);
  ax_plugin_score(p);
  assert_true(ax_plugin_says(p, &p->results[0], "below the table"));
  ax_plugin_close(p);
}

static void npi_gives_a_group_and_never_a_probability(void **state) {
  (void)state;
  ax_plugin *p = begin("npi");
  ax_plugin_put(p, "size_cm", 2);
  ax_plugin_put(p, "nodes", 0);
  ax_plugin_put(p, "grade", 1);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 2.4);
  assert_int_equal(p->results[0].level, AUSPEX_LEVEL_LOW);
  assert_true(isnan(p->results[0].probability));
  assert_true(ax_plugin_says(p, &p->results[0], "excellent"));
  ax_plugin_put(p, "nodes", 0.5);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "nodes");
  ax_plugin_close(p);
}

static void lactate_dehydrogenase_counts_by_its_own_limit(void **state) {
  (void)state;
  ax_plugin *p = begin("ipi");
  uint32_t ldh = ax_plugin_column(p, "ldh_uln");
  ax_plugin_put(p, "age", 61);
  ax_plugin_put(p, "ldh_uln", 300);
  ax_plugin_put(p, "stage", 3);
  ax_plugin_put(p, "ecog", 2);
  ax_plugin_put(p, "extranodal_sites", 2);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "ldh_uln"); /* no limit */
  p->high[ldh] = 250;
  ax_plugin_score(p);
  assert_close(p->results[0].score, 5);
  assert_close(p->results[0].probability, 0.74);
  p->high[ldh] = 300;
  ax_plugin_score(p);
  assert_close(p->results[0].score, 4);
  p->high[ldh] = 5; /* 60 times */
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "ldh_uln");
  ax_plugin_close(p);
}

static void flipi_gives_no_probability(void **state) {
  (void)state;
  ax_plugin *p = begin("flipi");
  ax_plugin_put(p, "age", 61);
  ax_plugin_put(p, "ldh_uln", 275);
  p->high[ax_plugin_column(p, "ldh_uln")] = 250;
  ax_plugin_put(p, "stage", 3);
  ax_plugin_put(p, "nodal_areas", 5);
  ax_plugin_put(p, "hb_g_dl", 11.9);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 5);
  assert_true(isnan(p->results[0].probability));
  assert_int_equal(p->results[0].level, AUSPEX_LEVEL_HIGH);
  ax_plugin_close(p);
}

/* ---- states ---- */

static void mgps_and_albi_measure_and_do_not_predict(void **state) {
  (void)state;
  ax_plugin *p = begin("mgps");
  ax_plugin_put(p, "crp_mg_l", 80);
  ax_plugin_put(p, "albumin_g_l", 34.9);
  ax_plugin_score(p);
  assert_close(p->results[0].score, 2);
  assert_int_equal(p->results[0].level, AUSPEX_LEVEL_NONE);
  ax_plugin_close(p);
  p = begin("albi");
  ax_plugin_put(p, "bilirubin_umol_l", 20);
  ax_plugin_put(p, "albumin_g_l", 40);
  ax_plugin_score(p);
  assert_close(ax_plugin_result(p, 0, "albi-score")->score, -2.541320203);
  assert_close(ax_plugin_result(p, 0, "albi-grade")->score, 2);
  ax_plugin_close(p);
}

static void samples_more_than_a_week_apart_are_refused(void **state) {
  (void)state;
  const int64_t day = 86400000;
  static const char *const models[][3] = {
    { "mgps", "crp_mg_l", "albumin_g_l" },
    { "albi", "bilirubin_umol_l", "albumin_g_l" },
  };
  for (size_t i = 0; i < 2; i++) {
    ax_plugin *p = begin(models[i][0]);
    ax_plugin_put(p, models[i][1], 20);
    ax_plugin_put(p, models[i][2], 40);
    p->time_ms[1] -= 7 * day;
    ax_plugin_score(p);
    assert_int_equal(p->results[0].status, AUSPEX_ROW_SCORED);
    p->time_ms[1] -= day;
    ax_plugin_score(p);
    ax_plugin_expect_refusal(p, "albumin_g_l");
    ax_plugin_close(p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_model_keeps_the_contract),
    cmocka_unit_test(predict_breast_gives_each_arm_at_each_horizon),
    cmocka_unit_test(predict_breast_takes_unknowns_as_its_authors_do),
    cmocka_unit_test(predict_breast_counts_micrometastases_as_half_a_node),
    cmocka_unit_test(an_unfit_optional_input_is_not_taken_for_unknown),
    cmocka_unit_test(predict_prostate_gives_causes_and_treatments),
    cmocka_unit_test(the_grade_group_is_told_from_patterns_or_a_sum),
    cmocka_unit_test(an_unfit_grade_group_does_not_fall_back_to_the_sum),
    cmocka_unit_test(capra_gives_the_groups_share_with_its_interval),
    cmocka_unit_test(npi_gives_a_group_and_never_a_probability),
    cmocka_unit_test(lactate_dehydrogenase_counts_by_its_own_limit),
    cmocka_unit_test(flipi_gives_no_probability),
    cmocka_unit_test(mgps_and_albi_measure_and_do_not_predict),
    cmocka_unit_test(samples_more_than_a_week_apart_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
