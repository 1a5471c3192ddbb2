/* The sample patients, from their Bundles to result resources. */
#include "support/ax_test.h"

#include <stdio.h>
#include <string.h>

#include "../support/samples.h"
#include "base/clock.h"

static bool says(const ax_score_resource *resource, const char *words) {
  return strstr(resource->body.ptr, words) != NULL;
}

static size_t count_of(const samples_result *s, const char *type,
                       const char *words) {
  size_t count = 0;
  for (size_t i = 0; i < s->count; i++)
    count += ax_str_eq(s->resources[i].type, ax_str_from(type)) &&
             says(&s->resources[i], words);
  return count;
}

/* --- END-PAC ------------------------------------------------------------- */

static void endpac_high_is_found_through_other_units_and_codes(void **state) {
  (void)state;
  samples_module m = samples_open("early-diagnosis");
  samples_result s = samples_score_one(&m, "endpac-high.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_READY);
  assert_int_equal(s.count, 1);
  /* 5.4 to 8.9 mmol/L is +4, 84.2 kg to 171.3 lb is +6, 67 years 0. */
  assert_true(says(s.resources, "END-PAC +10 points, high band"));
  assert_true(says(s.resources, "weight change -6.5 kg: +6"));
  assert_true(says(s.resources, "\"relativeRisk\":4.4"));
  assert_false(says(s.resources, "probabilityDecimal"));
  assert_true(says(s.resources, "whenPeriod"));
  const ax_json *basis = AX_JSON_GET(samples_tree(&m, s.resources), "basis");
  assert_int_equal(ax_json_count(basis), 5); /* the onset and 4 values */
  samples_close(&m);
}

static void endpac_low_has_neither_relative_risk_nor_mitigation(void **state) {
  (void)state;
  samples_module m = samples_open("early-diagnosis");
  samples_result s = samples_score_one(&m, "endpac-low.json");
  assert_int_equal(s.count, 1);
  assert_true(says(s.resources, "END-PAC -1 points, very low band"));
  assert_true(says(s.resources, "\"code\":\"low\""));
  assert_false(says(s.resources, "relativeRisk"));
  assert_false(says(s.resources, "mitigation"));
  samples_close(&m);
}

static void a_missing_weight_is_asked_for_with_its_window(void **state) {
  (void)state;
  samples_module m = samples_open("early-diagnosis");
  samples_result s = samples_score_one(&m, "endpac-missing-weight.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_REFUSED);
  assert_int_equal(s.count, 1);
  const ax_json *tree = samples_tree(&m, s.resources);
  const ax_json *wanted = AX_JSON_GET(tree, "dataRequirement");
  assert_int_equal(ax_json_count(wanted), 1);
  assert_true(says(s.resources, "weight_1y_before_kg"));
  assert_true(says(s.resources, "29463-7"));
  char start[64], from[11];
  int64_t onset = ax_clock_wall_ms() - INT64_C(30) * 86400000;
  ax_fhir_date_day(onset - INT64_C(548) * 86400000, from);
  (void)snprintf(start, sizeof start, "\"start\":\"%s\"", from);
  assert_true(says(s.resources, start));
  samples_close(&m);
}

static void the_deceased_are_not_scored(void **state) {
  (void)state;
  samples_module m = samples_open("early-diagnosis");
  samples_result s = samples_score_one(&m, "deceased.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_NOT_APPLICABLE);
  assert_int_equal(s.count, 0);
  samples_close(&m);
}

static void other_patients_are_not_applicable(void **state) {
  (void)state;
  samples_module m = samples_open("early-diagnosis");
  samples_result s = samples_score_one(&m, "qlq-first.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_NOT_APPLICABLE);
  samples_close(&m);
  m = samples_open("qol-risk");
  s = samples_score_one(&m, "endpac-high.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_NOT_APPLICABLE);
  samples_close(&m);
}

/* --- QLQ-C30 ------------------------------------------------------------- */

static void a_first_response_gives_its_scores(void **state) {
  (void)state;
  samples_module m = samples_open("qol-risk");
  samples_result s = samples_score_one(&m, "qlq-first.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_READY);
  assert_int_equal(count_of(&s, "Observation", "eortc-qlq-c30-"), 15);
  assert_int_equal(count_of(&s, "Observation", "\"code\":\"summary\""), 1);
  assert_int_equal(s.count, 16);
  for (size_t i = 0; i < s.count; i++) {
    const ax_json *tree = samples_tree(&m, &s.resources[i]);
    assert_int_equal(ax_json_count(AX_JSON_GET(tree, "derivedFrom")), 1);
  }
  /* Coded answers with ordinal values count like whole numbers. */
  assert_int_equal(count_of(&s, "Observation", "\"value\":73.333333333"), 1);
  samples_close(&m);
}

static void a_worse_response_raises_concerns(void **state) {
  (void)state;
  samples_module m = samples_open("qol-risk");
  const char *const both[] = { "qlq-first.json", "qlq-later.json", NULL };
  samples_result s = samples_score(&m, both);
  assert_int_equal(count_of(&s, "Observation", "\"final\""), 16);
  assert_int_equal(
      count_of(&s, "RiskAssessment", "clinically-important-fatigue"), 1);
  assert_int_equal(
      count_of(&s, "RiskAssessment", "clinically-important-insomnia"), 1);
  assert_int_equal(count_of(&s, "RiskAssessment", "\"deterioration-pf\""), 1);
  assert_int_equal(count_of(&s, "RiskAssessment", "\"deterioration-di\""), 0);
  assert_int_equal(count_of(&s, "RiskAssessment", "probabilityDecimal"), 0);
  for (size_t i = 0; i < s.count; i++) {
    const ax_score_resource *one = &s.resources[i];
    size_t basis = ax_json_count(AX_JSON_GET(samples_tree(&m, one), "basis"));
    if (says(one, "\"deterioration-")) assert_int_equal(basis, 2);
    if (says(one, "\"clinically-important-")) assert_int_equal(basis, 1);
  }
  samples_close(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(endpac_high_is_found_through_other_units_and_codes),
    cmocka_unit_test(endpac_low_has_neither_relative_risk_nor_mitigation),
    cmocka_unit_test(a_missing_weight_is_asked_for_with_its_window),
    cmocka_unit_test(the_deceased_are_not_scored),
    cmocka_unit_test(other_patients_are_not_applicable),
    cmocka_unit_test(a_first_response_gives_its_scores),
    cmocka_unit_test(a_worse_response_raises_concerns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
