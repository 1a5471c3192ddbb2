/* The module early-diagnosis as the host sees it: rows in, results out; END-PAC
 * has a test of its own. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdlib.h>

static ax_plugin *begin(const char *model) {
  ax_plugin *p =
      ax_plugin_open(auspex_module_open, "plugins/early-diagnosis/data", model);
  ax_plugin_rows(p, 1, ax_plugin_columns(p));
  return p;
}

static void every_model_keeps_the_contract(void **state) {
  (void)state;
  static const struct {
    const char *model;
    uint32_t scored;
  } models[] = { { "endpac", 50 },
                 { "germline-pancreas", 100 },
                 { "plcom2012", 10 },
                 { "brock-nodule", 50 },
                 { "pbcg-extended-2022", 400 } };
  for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
    ax_plugin *p = begin(models[i].model);
    ax_plugin_keeps_contract(p, models[i].scored);
    ax_plugin_close(p);
  }
}

/* ---- PLCOm2012 ---- */

static ax_plugin *smoker(void) { /* vector 2 of the sheet */
  ax_plugin *p = begin("plcom2012");
  ax_plugin_put(p, "age", 66);
  ax_plugin_put(p, "education", 3);
  ax_plugin_put(p, "bmi", 24);
  ax_plugin_put(p, "copd", 1);
  ax_plugin_put(p, "personal_cancer", 1);
  ax_plugin_put(p, "fh_lung", 0);
  ax_plugin_put(p, "current_smoker", 1);
  ax_plugin_put(p, "cigs_per_day", 20);
  ax_plugin_put(p, "duration_years", 45);
  return p;
}

static void
plcom_gives_its_probability_and_says_when_race_is_unknown(void **state) {
  (void)state;
  ax_plugin *p = smoker();
  ax_plugin_score(p);
  const auspex_result *r = &p->results[0];
  assert_close(100 * r->probability, 9.262772474);
  assert_int_equal(r->level, AUSPEX_LEVEL_HIGH);
  assert_int_equal(r->contribution_count, 11);
  assert_true(ax_plugin_says(p, r, "reference category"));
  ax_plugin_put(p, "race", 0);
  ax_plugin_score(p);
  assert_close(100 * p->results[0].probability, 9.262772474);
  assert_false(ax_plugin_says(p, &p->results[0], "reference category"));
  ax_plugin_close(p);
}

static void hispanic_goes_before_race(void **state) {
  (void)state;
  ax_plugin *p = smoker();
  ax_plugin_put(p, "race", 1);
  ax_plugin_put(p, "ethnicity", 1);
  ax_plugin_score(p);
  assert_close(p->contributions[1].amount, -0.7434744);
  ax_plugin_put(p, "ethnicity", 0);
  ax_plugin_score(p);
  assert_close(p->contributions[1].amount, 0.3944778);
  ax_plugin_lack(p, 0, ax_plugin_column(p, "race"), AUSPEX_CELL_CONFLICT);
  ax_plugin_score(p);
  assert_close(p->contributions[1].amount, 0);
  ax_plugin_close(p);
}

static void who_has_stopped_needs_the_years_since(void **state) {
  (void)state;
  ax_plugin *p = smoker();
  ax_plugin_put(p, "current_smoker", 0);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "duration_years_former");
  ax_plugin_put(p, "duration_years_former", 30);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "quit_years");
  ax_plugin_put(p, "quit_years", 10);
  ax_plugin_score(p);
  assert_int_equal(p->results[0].status, AUSPEX_ROW_SCORED);
  ax_plugin_put(p, "quit_years", 32);
  ax_plugin_score(p); /* 62 years of 66 */
  ax_plugin_expect_refusal(p, "duration_years_former");
  ax_plugin_close(p);
}

/* ---- Brock ---- */

static void brock_takes_2a_without_and_2b_with_spiculation(void **state) {
  (void)state;
  ax_plugin *p = begin("brock-nodule");
  ax_plugin_put(p, "age", 62);
  ax_plugin_put(p, "female", 0);
  ax_plugin_put(p, "fh_lung", 0);
  ax_plugin_put(p, "emphysema", 0);
  ax_plugin_put(p, "size_mm", 8);
  ax_plugin_put(p, "nodule_type", 0);
  ax_plugin_put(p, "upper_lobe", 0);
  ax_plugin_put(p, "nodule_count", 1);
  ax_plugin_score(p);
  assert_close(100 * p->results[0].probability, 1.90637336);
  assert_true(ax_plugin_says(p, &p->results[0], "model 2a"));
  ax_plugin_put(p, "female", 1);
  ax_plugin_put(p, "size_mm", 10);
  ax_plugin_put(p, "upper_lobe", 1);
  ax_plugin_put(p, "spiculation", 1);
  ax_plugin_score(p);
  assert_close(100 * p->results[0].probability, 20.097126922);
  assert_true(ax_plugin_says(p, &p->results[0], "model 2b"));
  ax_plugin_put(p, "nodule_count", 1.5);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "nodule_count");
  ax_plugin_close(p);
}

/* ---- PBCG ---- */

static void pbcg_takes_the_model_of_what_is_known(void **state) {
  (void)state;
  ax_plugin *p = begin("pbcg-extended-2022");
  ax_plugin_put(p, "age", 65);
  ax_plugin_put(p, "psa", 5);
  ax_plugin_score(p);
  assert_close(100 * p->results[0].probability, 24.476766621);
  assert_int_equal(p->results[0].contribution_count, 2);
  assert_true(ax_plugin_says(p, &p->results[0], "0 of 10"));
  ax_plugin_put(p, "age", 60);
  ax_plugin_put(p, "psa", 3.5);
  ax_plugin_put(p, "race", 0);
  ax_plugin_put(p, "prior_biopsy", 0);
  ax_plugin_put(p, "dre_abnormal", 1);
  ax_plugin_score(p);
  assert_close(100 * p->results[0].probability, 27.054861045);
  assert_true(ax_plugin_says(p, &p->results[0], "3 of 10"));
  ax_plugin_close(p);
}

static void
pbcg_refuses_an_unfit_volume_and_forgives_the_patients_race(void **state) {
  (void)state;
  ax_plugin *p = begin("pbcg-extended-2022");
  ax_plugin_put(p, "age", 65);
  ax_plugin_put(p, "psa", 5);
  uint32_t race = ax_plugin_column(p, "race");
  ax_plugin_lack(p, 0, race, AUSPEX_CELL_CONFLICT);
  p->source[race] = 1; /* the Patient's extension: two categories */
  ax_plugin_score(p);
  assert_close(100 * p->results[0].probability, 24.476766621);
  p->source[race] = 0; /* two Observations that contradict each other */
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "race");
  ax_plugin_lack(p, 0, race, AUSPEX_CELL_ABSENT);
  ax_plugin_lack(p, 0, ax_plugin_column(p, "prostate_volume"),
                 AUSPEX_CELL_UNIT_ERROR);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "prostate_volume");
  ax_plugin_close(p);
}

/* ---- germline ---- */

enum { CDKN2A, TP53, MLH1, BRCA1, BRCA2, OTHER_GENE = 9 };

static ax_plugin *carrier(const double *germline, size_t germline_count,
                          size_t classified, size_t any) {
  ax_plugin *p = begin("germline-pancreas");
  for (size_t i = 0; i < germline_count; i++)
    ax_plugin_sample(p, 0, 0, germline[i], 1);
  for (size_t i = 0; i < classified; i++) ax_plugin_sample(p, 0, 1, 0, 1);
  for (size_t i = 0; i < any; i++) ax_plugin_sample(p, 0, 2, 0, 1);
  ax_plugin_score(p);
  return p;
}

static void each_gene_has_a_result_of_its_own(void **state) {
  (void)state;
  const double genes[] = { MLH1, CDKN2A, MLH1, BRCA2 };
  ax_plugin *p = carrier(genes, 4, 4, 4);
  assert_int_equal(p->output.result_count, 3);
  assert_close(
      ax_plugin_result(p, 0, "pancreatic-cancer-cdkn2a")->relative_risk, 12.33);
  assert_close(ax_plugin_result(p, 0, "pancreatic-cancer-mlh1")->relative_risk,
               6.66);
  const auspex_result *brca2 =
      ax_plugin_result(p, 0, "pancreatic-cancer-brca2");
  assert_true(isnan(brca2->relative_risk));
  assert_int_equal(brca2->level, AUSPEX_LEVEL_MODERATE);
  ax_plugin_close(p);
}

static void
an_unknown_source_is_asked_for_and_a_somatic_one_is_nothing(void **state) {
  (void)state;
  ax_plugin *p = carrier(NULL, 0, 0, 1);
  ax_plugin_expect_refusal(p, "gene");
  ax_plugin_close(p);
  p = carrier(NULL, 0, 1, 1);
  assert_int_equal(p->results[0].status, AUSPEX_ROW_NOT_APPLICABLE);
  ax_plugin_close(p);
  const double other[] = { OTHER_GENE };
  p = carrier(other, 1, 1, 1);
  assert_int_equal(p->results[0].status, AUSPEX_ROW_NOT_APPLICABLE);
  ax_plugin_close(p);
}

static void
a_later_report_to_the_contrary_is_told_and_not_weighed(void **state) {
  (void)state;
  ax_plugin *p = begin("germline-pancreas");
  ax_plugin_sample(p, 0, 0, CDKN2A, 1);
  ax_plugin_sample(p, 0, 0, BRCA2, 1);
  ax_plugin_sample(p, 0, 3, BRCA2, 2 * INT64_C(86400000));
  ax_plugin_score(p);
  assert_int_equal(ax_plugin_result(p, 0, "pancreatic-cancer-cdkn2a")->status,
                   AUSPEX_ROW_SCORED);
  assert_non_null(strstr(p->text, "Nothing is said of BRCA2"));
  ax_plugin_close(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_later_report_to_the_contrary_is_told_and_not_weighed),
    cmocka_unit_test(every_model_keeps_the_contract),
    cmocka_unit_test(plcom_gives_its_probability_and_says_when_race_is_unknown),
    cmocka_unit_test(hispanic_goes_before_race),
    cmocka_unit_test(who_has_stopped_needs_the_years_since),
    cmocka_unit_test(brock_takes_2a_without_and_2b_with_spiculation),
    cmocka_unit_test(pbcg_takes_the_model_of_what_is_known),
    cmocka_unit_test(
        pbcg_refuses_an_unfit_volume_and_forgives_the_patients_race),
    cmocka_unit_test(each_gene_has_a_result_of_its_own),
    cmocka_unit_test(
        an_unknown_source_is_asked_for_and_a_somatic_one_is_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
