/* Unit tests of result_guidance.c and result_device.c: what is said where there
 * is no score, and of the model. */
#include "support/result_scene.h"

/* --- GuidanceResponse ---------------------------------------------------- */

static const ax_json *guidance(scene *s, const ax_feature_gap *gaps,
                               size_t count, ax_str *id) {
  s->row.verdict = AX_FEATURE_REFUSED;
  s->row.gaps = gaps;
  s->row.gap_count = count;
  ax_score_resource out;
  ax_error err = { 0 };
  assert_int_equal(
      ax_result_guidance(s->arena, &s->request, &s->row, &out, &err), AX_OK);
  if (id) *id = out.id;
  return parsed(s, &out);
}

static void every_gap_becomes_a_requirement(void **state) {
  (void)state;
  scene s;
  begin(&s);
  const ax_feature_gap gaps[] = {
    { IN_GLUCOSE, AUSPEX_CELL_UNIT_ERROR, AX_STR("unit 'mg' is no use"),
      &s.glucose },
    { IN_ANSWERS, AUSPEX_CELL_ABSENT, AX_STR("no response"), NULL },
    { IN_AGE, AUSPEX_CELL_IMPRECISE, AX_STR("the birth date is a year"),
      &s.patient },
    { IN_EARLIER, AUSPEX_CELL_STALE, AX_STR(""), NULL },
    { AX_FEATURE_GAP_ANCHOR, AUSPEX_CELL_ABSENT, AX_STR("no onset"), NULL },
    { AX_FEATURE_GAP_PATIENT, AUSPEX_CELL_ABSENT, AX_STR("no birth date"),
      NULL },
  };
  const ax_json *t = guidance(&s, gaps, AX_COUNT(gaps), NULL);
  assert_at(t, "resourceType", "GuidanceResponse");
  assert_at(t, "status", "data-required");
  assert_at(t, "moduleCodeableConcept.coding.0.code", "m");
  assert_at(t, "subject.reference", "Patient/p1");
  assert_at(t, "occurrenceDateTime", "2026-06-15T10:30:00.000Z");
  assert_int_equal(ax_json_count(at(t, "dataRequirement")), 6);
  const ax_json *d = at(t, "dataRequirement.0");
  assert_at(d, "type", "Observation");
  assert_at(d, "codeFilter.0.path", "code");
  assert_at(d, "codeFilter.0.code.1.code", "2345-7");
  assert_at(d, "dateFilter.0.path", "effective");
  assert_at(d, "dateFilter.0.valuePeriod.start", "2026-04-01");
  assert_at(d, "dateFilter.0.valuePeriod.end", "2026-07-30");
  const ax_json *gap = extension(d, "input-gap");
  assert_at(extension(gap, "input"), "valueString", "glucose");
  assert_at(extension(gap, "state"), "valueCode", "unit-error");
  assert_at(extension(gap, "unit"), "valueCode", "mg/dL");
  assert_at(extension(gap, "reason"), "valueString", "unit 'mg' is no use");
  assert_at(extension(gap, "source"), "valueReference.reference",
            "Observation/g1/_history/2");
  assert_at(t, "dataRequirement.1.type", "QuestionnaireResponse");
  assert_at(t, "dataRequirement.1.dateFilter.0.valuePeriod.end", "2026-06-15");
  assert_at(t, "dataRequirement.2.type", "Patient");
  assert_null(at(t, "dataRequirement.2.dateFilter"));
  assert_null(at(t, "dataRequirement.3.dateFilter"));
  assert_at(t, "dataRequirement.4.type", "Condition");
  assert_at(t, "dataRequirement.4.codeFilter.0.code.0.code", "E11");
  assert_at(t, "dataRequirement.5.type", "Patient");
  ax_arena_free(s.arena);
}

static void without_the_anchor_no_window_is_made_up(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.row.anchor = NULL;
  const ax_feature_gap gap = { IN_GLUCOSE, AUSPEX_CELL_ABSENT, AX_STR(""),
                               NULL };
  const ax_json *t = guidance(&s, &gap, 1, NULL);
  assert_null(at(t, "dataRequirement.0.dateFilter"));
  ax_arena_free(s.arena);
}

static void the_same_gaps_on_one_day_are_one_answer(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.row.anchor = NULL;
  ax_feature_gap gap = { IN_GLUCOSE, AUSPEX_CELL_ABSENT, AX_STR(""), NULL };
  ax_str first, again;
  (void)guidance(&s, &gap, 1, &first);
  s.row.as_of_ms += 1000;
  (void)guidance(&s, &gap, 1, &again);
  assert_true(ax_str_eq(first, again));
  gap.state = AUSPEX_CELL_STALE;
  (void)guidance(&s, &gap, 1, &again);
  assert_false(ax_str_eq(first, again));
  gap.state = AUSPEX_CELL_ABSENT;
  s.row.as_of_ms += DAY;
  (void)guidance(&s, &gap, 1, &again);
  assert_false(ax_str_eq(first, again));
  s.row.as_of_ms = as_of;
  s.request.subject = AX_STR("Patient/p2");
  (void)guidance(&s, &gap, 1, &again);
  assert_false(ax_str_eq(first, again));
  ax_arena_free(s.arena);
}

/* --- Device -------------------------------------------------------------- */

static void a_model_becomes_the_device_its_results_name(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_score_resource device;
  ax_error err = { 0 };
  assert_int_equal(ax_result_device(s.arena, &s.model, &device, &err), AX_OK);
  const ax_json *t = parsed(&s, &device);
  assert_at(t, "deviceName.0.name", "Example model");
  assert_at(t, "deviceName.0.type", "model-name");
  assert_at(t, "version.0.value", "1.2.0");
  assert_at(t, "version.1.value", "aa");
  assert_at(t, "identifier.0.value", "org.example.m");
  assert_at(t, "property.1.type.text", "population");
  assert_at(t, "property.1.valueCode.0.text", "Adults.");
  assert_null(at(t, "udiCarrier"));
  const ax_json *risk = one_risk(&s, blank(OUT_PLAIN));
  ax_str performer = AX_JSON_STR(AX_JSON_GET(risk, "performer"), "reference");
  assert_true(ax_str_starts(performer, AX_STR("Device/")));
  assert_true(
      ax_str_eq((ax_str){ performer.ptr + 7, performer.len - 7 }, device.id));
  ax_arena_free(s.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_gap_becomes_a_requirement),
    cmocka_unit_test(without_the_anchor_no_window_is_made_up),
    cmocka_unit_test(the_same_gaps_on_one_day_are_one_answer),
    cmocka_unit_test(a_model_becomes_the_device_its_results_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
