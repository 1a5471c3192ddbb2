/* Unit tests of gateway/src/scoring/result*.c: what results look like; what
 * there is instead of them stands in test_result_guidance.c. */
#include "support/result_scene.h"

#include "scoring/result_parts.h"

/* --- RiskAssessment ------------------------------------------------------ */

static void a_prediction_becomes_a_risk_assessment(void **state) {
  (void)state;
  scene s;
  begin(&s);
  static const ax_result_contribution parts[] = { { 0, 3 }, { 1, -0.25 } };
  ax_result r = blank(OUT_CANCER);
  r.score = 3;
  r.level = AUSPEX_LEVEL_HIGH;
  r.relative_risk = 4.4;
  r.contributions = parts;
  r.contribution_count = 2;
  r.text = AX_STR("Because.");
  r.mitigation = 0;
  const ax_json *t = one_risk(&s, r);
  assert_at(t, "resourceType", "RiskAssessment");
  assert_at(t, "status", "preliminary");
  assert_at(t, "identifier.0.system",
            "https://auspex-gateway.org/fhir/NamingSystem/score-id");
  assert_true(ax_json_equal(at(t, "identifier.0.value"), at(t, "id")));
  assert_at(t, "method.coding.0.system",
            "https://auspex-gateway.org/fhir/CodeSystem/model");
  assert_at(t, "method.coding.0.code", "m");
  assert_at(t, "method.coding.0.version", "1.2.0");
  assert_at(t, "method.text", "Example model, version 1.2.0");
  assert_at(t, "code.text", "Malignant tumor of pancreas");
  assert_at(t, "subject.reference", "Patient/p1");
  assert_at(t, "occurrenceDateTime", "2026-06-15T10:30:00.000Z");
  assert_at(t, "prediction.0.outcome.coding.0.code", "363418001");
  assert_at(t, "prediction.0.qualitativeRisk.coding.0.system",
            "http://terminology.hl7.org/CodeSystem/risk-probability");
  assert_at(t, "prediction.0.qualitativeRisk.coding.0.code", "high");
  assert_at(t, "prediction.0.relativeRisk", "4.4");
  assert_at(t, "prediction.0.rationale", "Because.");
  assert_at(t, "mitigation", "Imaging could be considered.");
  assert_null(at(t, "prediction.0.probabilityDecimal"));
  const ax_json *p = at(t, "prediction.0");
  assert_at(extension(p, "score"), "valueQuantity.value", "3");
  assert_at(extension(p, "score"), "valueQuantity.unit", "points");
  assert_at(extension(p, "score"), "valueQuantity.code", "{points}");
  assert_at(extension(p, "comparator"), "valueString", "new-onset diabetes");
  const ax_json *c = extension(p, "contribution");
  assert_at(extension(c, "factor"), "valueString", "Glucose category");
  assert_at(extension(c, "amount"), "valueDecimal", "3");
  assert_at(extension(c, "basis"), "valueCode", "points");
  assert_null(extension(p, "interval"));
  ax_arena_free(s.arena);
}

static void basis_names_exact_versions_once(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.basis[3] = &s.diabetes; /* twice */
  const ax_json *t = one_risk(&s, blank(OUT_PLAIN));
  assert_int_equal(ax_json_count(at(t, "basis")), 3);
  assert_at(t, "basis.0.reference", "Condition/d1/_history/1");
  assert_at(t, "basis.1.reference", "Observation/g1/_history/2");
  assert_at(t, "basis.2.reference", "QuestionnaireResponse/q1/_history/1");
  s.glucose.source_version = 0;
  s.glucose.source_id = AX_STR("");
  s.glucose.source_url = AX_STR("urn:uuid:1b7f");
  t = one_risk(&s, blank(OUT_PLAIN));
  assert_at(t, "basis.1.reference", "urn:uuid:1b7f");
  s.glucose.source_url = AX_STR("");
  t = one_risk(&s, blank(OUT_PLAIN));
  assert_int_equal(ax_json_count(at(t, "basis")), 2);
  ax_arena_free(s.arena);
}

static void a_result_names_only_what_it_rests_on(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r = blank(OUT_PLAIN);
  r.inputs = 1u << IN_ANSWERS;
  const ax_json *t = one_risk(&s, r);
  assert_int_equal(ax_json_count(at(t, "basis")), 2); /* and the anchor */
  assert_at(t, "basis.1.reference", "QuestionnaireResponse/q1/_history/1");
  assert_int_equal(ax_json_count(at(t, "extension")), 1);
  assert_at(extension(extension(t, "data-quality"), "input"), "valueString",
            "Answers");
  ax_arena_free(s.arena);
}

static void quality_of_the_inputs_is_shown(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.cells[5].state = AUSPEX_CELL_UNIT_ERROR;
  const ax_json *t = one_risk(&s, blank(OUT_PLAIN));
  const ax_json *glucose = at(t, "extension.0");
  assert_at(extension(glucose, "state"), "valueCode", "present");
  assert_at(extension(glucose, "value"), "valueQuantity.value", "130");
  assert_at(extension(glucose, "value"), "valueQuantity.code", "mg/dL");
  assert_at(extension(glucose, "time"), "valueDateTime",
            "2026-05-02T00:00:00.000Z");
  assert_at(extension(glucose, "source"), "valueReference.reference",
            "Observation/g1/_history/2");
  assert_null(extension(at(t, "extension.1"), "value"));
  assert_at(extension(at(t, "extension.3"), "state"), "valueCode",
            "unit-error");
  ax_arena_free(s.arena);
}

static void probabilities_become_percent_in_exact_digits(void **state) {
  (void)state;
  static const struct {
    double probability;
    const char *percent;
  } cases[] = {
    { 0, "0" },
    { 1, "100" },
    { 0.07, "7" },
    { 0.29, "29" },
    { 0.5, "50" },
    { 0.145, "14.5" },
    { 0.000168, "0.0168" },
    { 1.0 / 3, "33.333333333" },
    { 0.57, "57" },
    { 0.999999999999, "100" },
    { 1e-9, "0.0000001" },
  };
  scene s;
  begin(&s);
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    ax_result r = blank(OUT_CANCER);
    r.probability = cases[i].probability;
    const ax_json *t = one_risk(&s, r);
    assert_at(t, "prediction.0.probabilityDecimal", cases[i].percent);
  }
  ax_result r = blank(OUT_CANCER);
  r.probability = 0.2;
  r.low = 0.14;
  r.high = 0.28;
  const ax_json *t = one_risk(&s, r);
  const ax_json *range = extension(at(t, "prediction.0"), "interval");
  assert_at(range, "valueRange.low.value", "14");
  assert_at(range, "valueRange.high.value", "28");
  assert_at(range, "valueRange.high.code", "%");
  ax_arena_free(s.arena);
}

static void horizons_are_calendar_months_from_anchor_or_as_of(void **state) {
  (void)state;
  scene s;
  begin(&s);
  const ax_json *t = one_risk(&s, blank(OUT_CANCER));
  assert_at(t, "prediction.0.whenPeriod.start", "2026-05-01");
  assert_at(t, "prediction.0.whenPeriod.end", "2029-05-01");
  assert_null(at(t, "prediction.0.whenRange"));
  t = one_risk(&s, blank(OUT_CANCER_LATER));
  assert_at(t, "prediction.0.whenPeriod.start", "2026-06-15T10:30:00.000Z");
  assert_at(t, "prediction.0.whenPeriod.end", "2031-06-15T10:30:00.000Z");
  t = one_risk(&s, blank(OUT_PLAIN));
  assert_null(at(t, "prediction.0.whenPeriod"));
  ax_arena_free(s.arena);
}

static void an_outcome_without_its_event_has_no_period(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.model.flags |= AUSPEX_MODEL_DATED;
  s.row.event = s.row.anchor;
  s.row.event_ms = s.row.anchor_ms;
  s.row.anchor = NULL;
  s.row.anchor_ms = s.row.as_of_ms;
  const ax_json *t = one_risk(&s, blank(OUT_CANCER));
  assert_at(t, "prediction.0.whenPeriod.start", "2026-05-01");
  assert_at(t, "prediction.0.whenPeriod.end", "2029-05-01");
  s.row.event = NULL;
  t = one_risk(&s, blank(OUT_CANCER));
  assert_null(at(t, "prediction.0.whenPeriod"));
  ax_arena_free(s.arena);
}

static void horizons_of_one_outcome_share_an_assessment(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r[] = { blank(OUT_CANCER), blank(OUT_PLAIN),
                    blank(OUT_CANCER_LATER) };
  r[2].mitigation = 0;
  const ax_score_resource *made = make(&s, r, 3, 2);
  const ax_json *t = parsed(&s, &made[0]);
  assert_int_equal(ax_json_count(at(t, "prediction")), 2);
  assert_at(t, "prediction.1.whenPeriod.end", "2031-06-15T10:30:00.000Z");
  assert_at(t, "mitigation", "Imaging could be considered.");
  assert_int_equal(ax_json_count(at(parsed(&s, &made[1]), "prediction")), 1);
  ax_arena_free(s.arena);
}

static void what_is_not_scored_gives_nothing(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r[] = { blank(OUT_CANCER), blank(OUT_SCORE), blank(OUT_PLAIN) };
  r[0].status = AUSPEX_ROW_NOT_APPLICABLE;
  r[2].status = AUSPEX_ROW_FAILED; /* and a measurement without a value */
  (void)make(&s, r, 3, 0);
  (void)make(&s, r, 0, 0);
  /* One that is not scored does not swallow its group. */
  ax_result later[] = { r[0], blank(OUT_CANCER_LATER) };
  (void)make(&s, later, 2, 1);
  ax_arena_free(s.arena);
}

static void results_are_tagged_as_made_here(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r[] = { blank(OUT_PLAIN), blank(OUT_SCORE) };
  r[1].score = 1;
  const ax_score_resource *made = make(&s, r, 2, 2);
  for (size_t i = 0; i < 2; i++) {
    const ax_json *t = parsed(&s, &made[i]);
    assert_int_equal(ax_json_count(at(t, "meta.tag")), 1);
    ax_facts facts = { 0 };
    ax_str subject;
    assert_int_equal(ax_fhir_fact_extract(s.arena, t, &facts, &subject), AX_OK);
    for (size_t k = 0; k < facts.count; k++)
      assert_true(facts.items[k].flags & AX_FACT_MADE_HERE);
    assert_int_equal(facts.count, i); /* the Observation gives one */
  }
  s.request.retrospective = true;
  const ax_json *t = one_risk(&s, blank(OUT_PLAIN));
  assert_at(t, "meta.tag.1.code", "retrospective");
  ax_arena_free(s.arena);
}

/* --- identity ------------------------------------------------------------ */

static const char *id_of(scene *s, ax_result result) {
  const char *id = ax_arena_cstr(s->arena, make(s, &result, 1, 1)->id);
  assert_non_null(id);
  return id;
}

static void an_identity_hangs_on_inputs_model_and_anchor_only(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r = blank(OUT_PLAIN);
  const char *first = id_of(&s, r);
  assert_int_equal(strlen(first), 36);
  assert_int_equal(first[14], '5');
  r.score = 7; /* values do not make an identity */
  assert_string_equal(id_of(&s, r), first);
  s.row.as_of_ms += DAY; /* the event is the anchor, not as-of */
  assert_string_equal(id_of(&s, r), first);
  const ax_fact *kept = s.basis[0]; /* nor does the order of the inputs */
  s.basis[0] = s.basis[2];
  s.basis[2] = kept;
  assert_string_equal(id_of(&s, r), first);
  s.glucose.source_version = 3;
  assert_string_not_equal(id_of(&s, r), first);
  s.glucose.source_version = 2;
  s.row.anchor_ms += DAY;
  assert_string_not_equal(id_of(&s, r), first);
  s.row.anchor_ms -= DAY;
  s.patient.source_version = 4; /* a new address, */
  assert_string_equal(id_of(&s, r), first);
  s.cells[4].value = 67; /* another birth date */
  assert_string_not_equal(id_of(&s, r), first);
  s.cells[4].value = 66;
  s.model.data_digest = AX_STR("cc");
  assert_string_not_equal(id_of(&s, r), first);
  s.model.data_digest = AX_STR("bb");
  s.model.version = AX_STR("1.2.1");
  assert_string_not_equal(id_of(&s, r), first);
  s.model.version = AX_STR("1.2.0");
  assert_string_not_equal(id_of(&s, blank(OUT_CANCER)), first);
  assert_string_equal(id_of(&s, r), first);
  ax_arena_free(s.arena);
}

static void two_moments_without_an_event_stay_two(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.model.anchor.sources.count = 0;
  const char *first = id_of(&s, blank(OUT_PLAIN));
  assert_string_equal(id_of(&s, blank(OUT_PLAIN)), first);
  s.row.as_of_ms += 1;
  assert_string_not_equal(id_of(&s, blank(OUT_PLAIN)), first);
  ax_result m = blank(OUT_SCORE); /* a measurement is of its answers' time */
  m.score = 50;
  m.input = IN_ANSWERS;
  m.inputs = 1u << IN_ANSWERS;
  const char *measured = id_of(&s, m);
  s.row.as_of_ms += DAY;
  assert_string_equal(id_of(&s, m), measured);
  ax_arena_free(s.arena);
}

static void patients_without_any_basis_are_told_apart(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.row.basis_count = 0;
  const char *first = id_of(&s, blank(OUT_PLAIN));
  s.request.subject = AX_STR("Patient/p2");
  assert_string_not_equal(id_of(&s, blank(OUT_PLAIN)), first);
  ax_arena_free(s.arena);
}

/* --- Observation --------------------------------------------------------- */

static void a_measurement_becomes_an_observation(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r = blank(OUT_SCORE);
  r.score = 200.0 / 3;
  r.input = IN_ANSWERS;
  r.inputs = 1u << IN_ANSWERS;
  const ax_json *t = parsed(&s, make(&s, &r, 1, 1));
  assert_at(t, "resourceType", "Observation");
  assert_at(t, "status", "final");
  assert_at(t, "category.0.coding.0.code", "survey");
  assert_at(t, "code.coding.0.code", "pf");
  assert_at(t, "code.text", "Physical functioning");
  assert_at(t, "subject.reference", "Patient/p1");
  assert_at(t, "effectiveDateTime", "2026-06-14"); /* as precise as it was */
  assert_at(t, "issued", "2026-06-15T10:30:00.005Z");
  assert_at(t, "valueQuantity.value", "66.666666667");
  assert_at(t, "valueQuantity.code", "{score}");
  assert_at(t, "method.coding.0.code", "m");
  assert_int_equal(ax_json_count(at(t, "derivedFrom")), 1);
  assert_at(t, "derivedFrom.0.reference",
            "QuestionnaireResponse/q1/_history/1");
  assert_null(at(t, "note"));
  s.answer.precision = AX_DATE_SECOND;
  t = parsed(&s, make(&s, &r, 1, 1));
  assert_at(t, "effectiveDateTime", "2026-06-14T10:30:00.000Z");
  ax_arena_free(s.arena);
}

/* --- memory -------------------------------------------------------------- */

static ax_status all_kinds(ax_arena *arena) {
  scene s;
  begin_in(&s, arena);
  ax_result r[] = { blank(OUT_CANCER), blank(OUT_SCORE) };
  r[1].score = 1;
  ax_results results = { r, 2 };
  const ax_score_resource *out = NULL;
  size_t count = 0;
  AX_TRY(ax_result_resources(arena, &s.request, &s.row, &results, &out, &count,
                             NULL));
  const ax_feature_gap gap = { IN_GLUCOSE, AUSPEX_CELL_ABSENT, AX_STR(""),
                               NULL };
  s.row.gaps = &gap;
  s.row.gap_count = 1;
  ax_score_resource one;
  AX_TRY(ax_result_guidance(arena, &s.request, &s.row, &one, NULL));
  return ax_result_device(arena, &s.model, &one, NULL);
}

static void running_out_of_memory_is_said_everywhere(void **state) {
  (void)state;
  size_t n = 0;
  ax_status status = AX_NOMEM;
  for (; status == AX_NOMEM && n < 500; n++) {
    ax_arena *arena = ax_arena_new(8u << 20);
    assert_non_null(arena);
    ax_arena_fail_after(arena, n);
    status = all_kinds(arena);
    ax_arena_free(arena);
  }
  assert_int_equal(status, AX_OK);
  assert_true(n > 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_prediction_becomes_a_risk_assessment),
    cmocka_unit_test(basis_names_exact_versions_once),
    cmocka_unit_test(a_result_names_only_what_it_rests_on),
    cmocka_unit_test(quality_of_the_inputs_is_shown),
    cmocka_unit_test(probabilities_become_percent_in_exact_digits),
    cmocka_unit_test(horizons_are_calendar_months_from_anchor_or_as_of),
    cmocka_unit_test(an_outcome_without_its_event_has_no_period),
    cmocka_unit_test(horizons_of_one_outcome_share_an_assessment),
    cmocka_unit_test(what_is_not_scored_gives_nothing),
    cmocka_unit_test(results_are_tagged_as_made_here),
    cmocka_unit_test(an_identity_hangs_on_inputs_model_and_anchor_only),
    cmocka_unit_test(two_moments_without_an_event_stay_two),
    cmocka_unit_test(patients_without_any_basis_are_told_apart),
    cmocka_unit_test(a_measurement_becomes_an_observation),
    cmocka_unit_test(running_out_of_memory_is_said_everywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
