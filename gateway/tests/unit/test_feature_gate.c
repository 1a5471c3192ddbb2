/* Unit tests of features: who is scored, criteria, anchors, age, sex, evidence
 * from Conditions. */
#include "support/feature_kit.h"

#include <math.h>

#define SCT "http://snomed.info/sct"
#define ICD "http://hl7.org/fhir/sid/icd-10"
#define ICD_CM "http://hl7.org/fhir/sid/icd-10-cm"

/* A model that needs diabetes and nothing else. */
static void begin(feature_kit *k) {
  feature_kit_begin(k);
  k->model.input_count = 0;
}

/* The same, anchored at its first onset, which must be known. */
static void begin_anchored(feature_kit *k) {
  begin(k);
  feature_kit_anchor(k, feature_kit_diabetes);
  (void)feature_kit_criterion(k, AUSPEX_NEEDS_ANCHOR, (ax_model_codes){ 0 });
}

static ax_fact *diabetes(feature_kit *k, const char *onset) {
  return feature_kit_condition(k, SCT, "44054006", onset);
}

#define EXPECT(verdict_)                         \
  do {                                           \
    feature_kit_run(&k);                         \
    assert_int_equal(k.row.verdict, (verdict_)); \
  } while (0)

/* --- who is scored
 * -------------------------------------------------------------- */

static void
a_patient_that_is_not_there_is_not_scored_and_it_is_said(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  EXPECT(AX_FEATURE_READY);
  k.facts[0].kind = AX_FACT_OBSERVATION;
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  assert_str(k.row.why, "there is no Patient resource for the subject");
  feature_kit_end(&k);
}

static void
test_patients_replaced_and_inactive_ones_are_not_scored(void **state) {
  (void)state;
  static const unsigned flags[] = { AX_FACT_TEST_DATA, AX_FACT_PATIENT_REPLACED,
                                    AX_FACT_PATIENT_INACTIVE };
  for (size_t i = 0; i < AX_COUNT(flags); i++) {
    feature_kit k;
    begin(&k);
    feature_kit_patient(&k)->flags |= flags[i];
    EXPECT(AX_FEATURE_NOT_APPLICABLE);
    assert_true(k.row.why.len > 0);
    feature_kit_end(&k);
  }
}

static void the_dead_are_not_scored_but_were_while_they_lived(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ax_fact *patient = feature_kit_patient(&k);
  patient->flags |= AX_FACT_PATIENT_DECEASED;
  EXPECT(AX_FEATURE_NOT_APPLICABLE); /* nobody knows when */
  patient->has_end = true;
  patient->end_lo_ms = feature_kit_ms("2024-06-15T12:00:00Z");
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  patient->end_lo_ms = feature_kit_ms("2024-06-15T12:00:01Z");
  EXPECT(AX_FEATURE_READY);
  feature_kit_end(&k);
}

/* --- conditions
 * -------------------------------------------------------------------- */

static void a_gate_needs_positive_evidence(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  (void)feature_kit_criterion(&k, AUSPEX_NEEDS, feature_kit_diabetes);
  EXPECT(AX_FEATURE_NOT_APPLICABLE); /* nothing is said: unknown */
  assert_str(k.row.why, "not in the population");
  ax_fact *fact = diabetes(&k, "2020-01-01");
  EXPECT(AX_FEATURE_READY);
  assert_int_equal(k.row.basis_count, 1);
  fact->flags = AX_FACT_VERIFIED; /* resolved */
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  fact->flags = AX_FACT_CLINICAL_ACTIVE; /* provisional */
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  fact->flags = AX_FACT_VERIFIED | AX_FACT_CLINICAL_ACTIVE;
  fact->status = AX_FACT_STATUS_ERROR;
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  fact->status = AX_FACT_STATUS_FINAL;
  fact->lo_ms = feature_kit_ms("2024-06-16"); /* not yet */
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  fact->has_time = false;
  EXPECT(AX_FEATURE_READY);
  feature_kit_end(&k);
}

static void an_exclusion_counts_for_ever_but_only_when_confirmed(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  (void)feature_kit_criterion(&k, AUSPEX_EXCLUDES,
                              feature_kit_cancer);
  EXPECT(AX_FEATURE_READY);
  ax_fact *fact = feature_kit_condition(&k, ICD, "C25.1", "2001");
  fact->flags = AX_FACT_VERIFIED; /* long resolved */
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  fact->flags = AX_FACT_CLINICAL_ACTIVE; /* suspected */
  EXPECT(AX_FEATURE_READY);
  fact->flags = AX_FACT_REFUTED;
  EXPECT(AX_FEATURE_READY);
  feature_kit_end(&k);
}

static void icd_10_matches_by_prefix_in_all_its_systems(void **state) {
  (void)state;
  static const struct {
    const char *system, *code;
    ax_feature_verdict verdict;
  } cases[] = {
    { ICD, "E11", AX_FEATURE_READY },
    { ICD, "E11.65", AX_FEATURE_READY },
    { ICD_CM, "E11.9", AX_FEATURE_READY },
    { "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "E11.90", AX_FEATURE_READY },
    { ICD, "E10", AX_FEATURE_NOT_APPLICABLE },
    { ICD, "E1", AX_FEATURE_NOT_APPLICABLE },
    { SCT, "E11", AX_FEATURE_NOT_APPLICABLE },
    { SCT, "440540061", AX_FEATURE_NOT_APPLICABLE },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    begin(&k);
    (void)feature_kit_criterion(&k, AUSPEX_NEEDS,
                                feature_kit_diabetes);
    feature_kit_condition(&k, cases[i].system, cases[i].code, "2020-01-01");
    EXPECT(cases[i].verdict);
    feature_kit_end(&k);
  }
}

static void a_flag_is_one_or_zero_by_word_and_else_unknown(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ax_model_input *in =
      feature_kit_input(&k, AUSPEX_FROM_CONDITION, feature_kit_diabetes, "");
  feature_kit_source(&k, in)->pick = AUSPEX_PICK_EVER;
  EXPECT(AX_FEATURE_REFUSED);
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  ax_fact *fact = diabetes(&k, "2020-01-01");
  fact->flags = AX_FACT_REFUTED;
  EXPECT(AX_FEATURE_READY);
  EXPECT_VALUE(&k, 0, 0);
  fact->flags = AX_FACT_VERIFIED; /* once, resolved: ever */
  EXPECT(AX_FEATURE_READY);
  EXPECT_VALUE(&k, 0, 1);
  diabetes(&k, "2021-01-01")->flags = AX_FACT_REFUTED;
  EXPECT(AX_FEATURE_REFUSED);
  EXPECT_STATE(&k, 0, AUSPEX_CELL_CONFLICT);
  feature_kit_end(&k);
}

/* --- the anchor
 * ---------------------------------------------------------------------- */

static void the_anchor_is_the_first_confirmed_onset(void **state) {
  (void)state;
  feature_kit k;
  begin_anchored(&k);
  diabetes(&k, "2023-05-01");
  feature_kit_condition(&k, ICD_CM, "E11.9", "2022-03-04")->flags =
      AX_FACT_VERIFIED;
  diabetes(&k, "2021-01-01")->flags = AX_FACT_CLINICAL_ACTIVE;
  EXPECT(AX_FEATURE_READY);
  assert_int_equal(k.row.anchor_ms, feature_kit_ms("2022-03-04"));
  assert_ptr_equal(k.row.anchor, &k.facts[2]);
  assert_ptr_equal(k.row.basis[0], &k.facts[2]);
  feature_kit_end(&k);
}

static void an_onset_that_is_not_known_to_the_day_is_asked_for(void **state) {
  (void)state;
  static const struct {
    const char *onset;
    unsigned flags;
    uint8_t state;
  } cases[] = {
    { "2023", 0, AUSPEX_CELL_IMPRECISE },
    { "2023-05", 0, AUSPEX_CELL_IMPRECISE },
    { NULL, AX_FACT_ONSET_NOT_DATE, AUSPEX_CELL_IMPRECISE },
    { NULL, 0, AUSPEX_CELL_ABSENT },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    begin_anchored(&k);
    ax_model_input *in = feature_kit_input(&k, AUSPEX_FROM_OBSERVATION,
                                           feature_kit_weight, "kg");
    in->relative_to = AUSPEX_AT_ANCHOR;
    diabetes(&k, cases[i].onset)->flags |= cases[i].flags;
    EXPECT(AX_FEATURE_REFUSED);
    assert_int_equal(k.row.gap_count, 1); /* the event, not all that needs it */
    assert_int_equal(k.row.gaps[0].input, AX_FEATURE_GAP_ANCHOR);
    assert_int_equal(k.row.gaps[0].state, cases[i].state);
    assert_ptr_equal(k.row.gaps[0].fact, &k.facts[1]);
    feature_kit_end(&k);
  }
}

static void
an_undated_onset_matters_only_when_it_may_be_the_first(void **state) {
  (void)state;
  static const struct {
    const char *onset;
    unsigned flags;
    ax_feature_verdict verdict;
  } cases[] = {
    { "2022", 0, AX_FEATURE_REFUSED },
    { "2023-05", 0, AX_FEATURE_REFUSED }, /* perhaps before the 10th */
    { "2023-06", 0, AX_FEATURE_READY },
    { NULL, AX_FACT_ONSET_NOT_DATE, AX_FEATURE_REFUSED }, /* "at 45" */
    { NULL, 0, AX_FEATURE_READY },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    begin_anchored(&k);
    diabetes(&k, "2023-05-10");
    diabetes(&k, cases[i].onset)->flags |= cases[i].flags;
    EXPECT(cases[i].verdict);
    feature_kit_end(&k);
  }
}

static void an_event_may_be_too_long_ago(void **state) {
  (void)state;
  static const struct {
    const char *onset;
    ax_feature_verdict verdict;
  } cases[] = {
    { "2021-06-16", AX_FEATURE_READY }, /* 1095 days before as-of */
    { "2021-06-15", AX_FEATURE_NOT_APPLICABLE },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    begin_anchored(&k);
    feature_kit_criterion(&k, AUSPEX_EXCLUDES_OLD_ANCHOR, (ax_model_codes){ 0 })
        ->max = 1095;
    diabetes(&k, cases[i].onset);
    EXPECT(cases[i].verdict);
    feature_kit_end(&k);
  }
}

static void freshness_counts_from_the_event(void **state) {
  (void)state;
  feature_kit k;
  begin_anchored(&k);
  ax_model_input *in =
      feature_kit_input(&k, AUSPEX_FROM_OBSERVATION, feature_kit_weight, "kg");
  in->relative_to = AUSPEX_AT_ANCHOR;
  in->window_to_days = 400;
  in->freshness_days = 365;
  k.automatic = true;
  ax_fact *fact = diabetes(&k, "2023-06-16"); /* 365 days */
  EXPECT(AX_FEATURE_REFUSED);                 /* fresh, but no weight */
  feature_kit_observe(&k, "29463-7", "2023-07-01", 80, "kg");
  EXPECT(AX_FEATURE_READY);
  fact->lo_ms = fact->hi_ms = feature_kit_ms("2023-06-15");
  EXPECT(AX_FEATURE_STALE);
  k.all.count--; /* a load of old records asks nobody for what it lacks */
  EXPECT(AX_FEATURE_STALE);
  feature_kit_end(&k);
}

/* --- age and sex
 * ------------------------------------------------------------------------ */

static void age_is_completed_years_at_the_anchor(void **state) {
  (void)state;
  static const struct {
    const char *onset;
    double age;
  } cases[] = { { "2024-05-16", 63 },
                { "2024-05-17", 64 },
                { "2010-05-17", 50 },
                { "2010-05-16", 49 } };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    begin_anchored(&k);
    feature_kit_input(&k, AUSPEX_FROM_AGE, (ax_model_codes){ 0 }, "a");
    ax_model_criterion *c =
        feature_kit_criterion(&k, AUSPEX_NEEDS_AGE, (ax_model_codes){ 0 });
    c->min = 50;
    diabetes(&k, cases[i].onset);
    EXPECT(cases[i].age >= 50 ? AX_FEATURE_READY : AX_FEATURE_NOT_APPLICABLE);
    EXPECT_VALUE(&k, 0, cases[i].age);
    assert_int_equal(k.row.basis_count, 1); /* the Patient is not an input */
    feature_kit_end(&k);
  }
}

/* Of a model whose anchor only dates outcomes, age goes by as-of. */
static void an_event_that_dates_outcomes_changes_nothing_else(void **state) {
  (void)state;
  static const struct {
    const char *onset;
  } cases[] = { { "2010-05-16" }, { "2010" }, { NULL } };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    begin(&k);
    feature_kit_anchor(&k, feature_kit_diabetes);
    k.model.flags |= AUSPEX_MODEL_DATED;
    k.model.anchor.freshness_days = 30;
    feature_kit_input(&k, AUSPEX_FROM_AGE, (ax_model_codes){ 0 }, "a");
    ax_model_criterion *c =
        feature_kit_criterion(&k, AUSPEX_NEEDS_AGE, (ax_model_codes){ 0 });
    c->min = 50;
    const ax_fact *fact = diabetes(&k, cases[i].onset);
    EXPECT(AX_FEATURE_READY);
    EXPECT_VALUE(&k, 0, 64);
    assert_null(k.row.anchor);
    assert_int_equal(k.row.anchor_ms, k.row.as_of_ms);
    assert_ptr_equal(k.row.event, i == 0 ? fact : NULL);
    if (i == 0) assert_int_equal(k.row.event_ms, feature_kit_ms("2010-05-16"));
    feature_kit_end(&k);
  }
}

static void a_partial_birth_date_refuses_only_when_it_matters(void **state) {
  (void)state;
  static const struct {
    const char *lo, *hi;
    ax_feature_verdict verdict;
  } cases[] = {
    { "1974-01-01", "1974-12-31", AX_FEATURE_REFUSED }, /* 49 or 50 */
    { "1973-01-01", "1973-12-31", AX_FEATURE_READY },   /* 50 or 51 */
    { "1975-01-01", "1975-12-31", AX_FEATURE_NOT_APPLICABLE },
    { "1974-06-01", "1974-06-15", AX_FEATURE_READY },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    begin(&k);
    ax_model_criterion *c =
        feature_kit_criterion(&k, AUSPEX_NEEDS_AGE, (ax_model_codes){ 0 });
    c->min = 50;
    feature_kit_patient(&k)->lo_ms = feature_kit_ms(cases[i].lo);
    feature_kit_patient(&k)->hi_ms = feature_kit_ms(cases[i].hi);
    EXPECT(cases[i].verdict);
    if (cases[i].verdict == AX_FEATURE_REFUSED)
      assert_int_equal(k.row.gaps[0].input, AX_FEATURE_GAP_PATIENT);
    /* As an input the years themselves must be known. */
    feature_kit_input(&k, AUSPEX_FROM_AGE, (ax_model_codes){ 0 }, "a");
    if (i == 1) EXPECT(AX_FEATURE_REFUSED);
    if (i == 1) EXPECT_STATE(&k, 0, AUSPEX_CELL_IMPRECISE);
    feature_kit_end(&k);
  }
}

static void without_a_birth_date_nobody_has_an_age(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  feature_kit_input(&k, AUSPEX_FROM_AGE, (ax_model_codes){ 0 }, "a");
  feature_kit_criterion(&k, AUSPEX_NEEDS_AGE, (ax_model_codes){ 0 })->min = 50;
  feature_kit_patient(&k)->has_time = false;
  EXPECT(AX_FEATURE_REFUSED);
  assert_int_equal(k.row.gap_count, 1); /* named once, as the input */
  assert_int_equal(k.row.gaps[0].input, 0);
  feature_kit_end(&k);
}

static void sex_is_male_or_female_and_never_guessed(void **state) {
  (void)state;
  static const struct {
    const char *gender;
    ax_feature_verdict verdict;
  } cases[] = { { "female", AX_FEATURE_READY },
                { "male", AX_FEATURE_NOT_APPLICABLE },
                { "other", AX_FEATURE_REFUSED },
                { "unknown", AX_FEATURE_REFUSED },
                { "", AX_FEATURE_REFUSED } };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    begin(&k);
    feature_kit_input(&k, AUSPEX_FROM_SEX, (ax_model_codes){ 0 }, "");
    feature_kit_criterion(&k, AUSPEX_NEEDS_SEX, (ax_model_codes){ 0 })->min = 1;
    feature_kit_patient(&k)->code = ax_str_from(cases[i].gender);
    EXPECT(cases[i].verdict);
    if (i == 0) EXPECT_VALUE(&k, 0, 1);
    if (i == 1) EXPECT_VALUE(&k, 0, 0);
    if (i > 1) EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
    feature_kit_end(&k);
  }
}

/* --- alternatives
 * -------------------------------------------------------------------------- */

static void one_criterion_of_a_group_is_enough(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  for (int i = 0; i < 2; i++) {
    feature_kit_input(&k, AUSPEX_FROM_OBSERVATION,
                      i ? feature_kit_weight : feature_kit_glucose,
                      i ? "kg" : "mg/dL")
        ->missing = AUSPEX_MISSING_PASS;
    ax_model_criterion *c =
        feature_kit_criterion(&k, AUSPEX_NEEDS_INPUT, (ax_model_codes){ 0 });
    c->input = (uint32_t)i;
    c->group = 1;
  }
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  ax_fact *fact = feature_kit_observe(&k, "29463-7", "2024-01-01", 80, "kg");
  EXPECT(AX_FEATURE_READY);
  fact->comparator = '<'; /* there is one, though unfit */
  EXPECT(AX_FEATURE_READY);
  EXPECT_STATE(&k, 1, AUSPEX_CELL_COMPARATOR);
  feature_kit_end(&k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_patient_that_is_not_there_is_not_scored_and_it_is_said),
    cmocka_unit_test(test_patients_replaced_and_inactive_ones_are_not_scored),
    cmocka_unit_test(the_dead_are_not_scored_but_were_while_they_lived),
    cmocka_unit_test(a_gate_needs_positive_evidence),
    cmocka_unit_test(an_exclusion_counts_for_ever_but_only_when_confirmed),
    cmocka_unit_test(icd_10_matches_by_prefix_in_all_its_systems),
    cmocka_unit_test(a_flag_is_one_or_zero_by_word_and_else_unknown),
    cmocka_unit_test(the_anchor_is_the_first_confirmed_onset),
    cmocka_unit_test(an_onset_that_is_not_known_to_the_day_is_asked_for),
    cmocka_unit_test(an_undated_onset_matters_only_when_it_may_be_the_first),
    cmocka_unit_test(an_event_may_be_too_long_ago),
    cmocka_unit_test(freshness_counts_from_the_event),
    cmocka_unit_test(age_is_completed_years_at_the_anchor),
    cmocka_unit_test(an_event_that_dates_outcomes_changes_nothing_else),
    cmocka_unit_test(a_partial_birth_date_refuses_only_when_it_matters),
    cmocka_unit_test(without_a_birth_date_nobody_has_an_age),
    cmocka_unit_test(sex_is_male_or_female_and_never_guessed),
    cmocka_unit_test(one_criterion_of_a_group_is_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
