/* From posted inputs to results that a GET finds, and when there are none. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "fhir/fhir_date.h"

static ax_arena *arena;
static outside *gw; /* of the tests that share one */

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(64 << 20);
  gw = outside_start(NULL);
  return 0;
}

static int end(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

static const char *of_patient(const char *type, ax_str id) {
  ax_str query =
      ax_arena_printf(arena, "/%s?patient=Patient/" AX_STR_FMT "&_count=1000",
                      type, AX_STR_ARG(id));
  assert_non_null(query.ptr);
  return query.ptr;
}

static void a_score_is_there_when_the_post_is_answered(void **state) {
  (void)state;
  ax_str id = patients_post(arena, gw, "endpac-high.json", "flow-1", 0);
  const outside_answer *a = outside_get(gw, of_patient("RiskAssessment", id));
  assert_int_equal(ax_json_count(AX_JSON_GET(a->json, "entry")), 1);
  assert_str(outside_find(a->json, "entry[0].resource.status"), "preliminary");
  assert_str(outside_find(a->json, "entry[0].resource.meta.versionId"), "1");
  ax_str system =
      outside_find(a->json, "entry[0].resource.method.coding[0].system");
  ax_str code =
      outside_find(a->json, "entry[0].resource.method.coding[0].code");
  assert_true(code.len > 0);
  ax_str query = ax_arena_printf(
      arena, "/RiskAssessment?method=" AX_STR_FMT "%%7C" AX_STR_FMT,
      AX_STR_ARG(system), AX_STR_ARG(code));
  assert_true(patients_count(gw, query.ptr) >= 1);
}

static void
a_result_rests_on_stored_versions_and_a_stored_device(void **state) {
  (void)state;
  ax_str id = patients_post(arena, gw, "endpac-high.json", "flow-2", 0);
  const outside_answer *a = outside_get(gw, of_patient("RiskAssessment", id));
  const ax_json *basis = outside_at(a->json, "entry[0].resource.basis");
  assert_true(ax_json_count(basis) > 0);
  for (size_t i = 0; i < ax_json_count(basis); i++) {
    ax_str path = ax_arena_printf(
        arena, "/" AX_STR_FMT,
        AX_STR_ARG(AX_JSON_STR(ax_json_item(basis, i), "reference")));
    assert_int_equal(outside_get(gw, path.ptr)->status, 200);
  }
  ax_str device =
      ax_arena_printf(arena, "/" AX_STR_FMT,
                      AX_STR_ARG(outside_find(
                          a->json, "entry[0].resource.performer.reference")));
  assert_int_equal(outside_get(gw, device.ptr)->status, 200);
}

static void the_deceased_are_stored_and_not_scored(void **state) {
  (void)state;
  ax_str id = patients_post(arena, gw, "deceased.json", "flow-3", 0);
  assert_true(patients_count(gw, of_patient("Observation", id)) > 0);
  assert_int_equal(patients_await(gw, of_patient("RiskAssessment", id), 0), 0);
}

static void old_records_are_stored_and_not_scored(void **state) {
  (void)state;
  ax_str id = patients_post(arena, gw, "endpac-high.json", "flow-4", -700);
  assert_true(patients_count(gw, of_patient("Observation", id)) > 0);
  assert_int_equal(patients_await(gw, of_patient("RiskAssessment", id), 0), 0);
}

static void missing_inputs_give_no_score_but_a_question(void **state) {
  (void)state;
  ax_str id =
      patients_post(arena, gw, "endpac-missing-weight.json", "flow-5", 0);
  assert_int_equal(patients_await(gw, of_patient("RiskAssessment", id), 0), 0);
  const outside_answer *a = outside_get(gw, "/GuidanceResponse?_count=1000");
  assert_int_equal(a->status, 200);
  assert_true(ax_str_find(a->body, id) != AX_STR_NONE);
  assert_true(ax_str_find(a->body, AX_STR("data-required")) != AX_STR_NONE);
}

#define LAB(code, value, unit, time)                                         \
  "{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\","      \
  "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"" code    \
  "\"}]},\"subject\":{\"reference\":\"Patient/fast\"},"                      \
  "\"effectiveDateTime\":\"" time "\",\"valueQuantity\":{\"value\":" value    \
  ",\"unit\":\"" unit "\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"" \
  unit "\"}},\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}"

/* A sender whose clock is two seconds fast: its values count when it is then,
 * and the result says so. */
static void what_a_fast_clock_says_is_scored_two_seconds_later(void **state) {
  static const char body[] =
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{"
      "\"resource\":{\"resourceType\":\"Patient\",\"id\":\"fast\",\"gender\":"
      "\"male\",\"birthDate\":\"1960-02-03\"},\"request\":{\"method\":\"PUT\","
      "\"url\":\"Patient/fast\"}},{\"resource\":{\"resourceType\":"
      "\"Condition\",\"clinicalStatus\":{\"coding\":[{\"system\":"
      "\"http://terminology.hl7.org/CodeSystem/condition-clinical\",\"code\":"
      "\"active\"}]},\"verificationStatus\":{\"coding\":[{\"system\":"
      "\"http://terminology.hl7.org/CodeSystem/condition-ver-status\",\"code\":"
      "\"confirmed\"}]},\"code\":{\"coding\":[{\"system\":"
      "\"http://snomed.info/sct\",\"code\":\"363346000\"}]},\"subject\":{"
      "\"reference\":\"Patient/fast\"}},\"request\":{\"method\":\"POST\",\"url\":"
      "\"Condition\"}}," LAB("1988-5", "12", "mg/L", "%s") ","
      LAB("1751-7", "3.1", "g/dL", "%s") "]}";
  static const char query[] = "/Observation?patient=Patient/fast&code=mgps";
  char text[sizeof body + 100], instant[AX_FHIR_DATE_INSTANT + 1];
  (void)state;
  int64_t then = ax_clock_wall_ms() + 2000;
  ax_fhir_date_instant(then, instant);
  (void)snprintf(text, sizeof text, body, instant, instant);
  assert_int_equal(outside_post(gw, "", text)->status, 200);
  assert_true(patients_await(gw, query, 1) >= 1);
  assert_true(ax_clock_wall_ms() >= then);
  const outside_answer *a = outside_get(gw, query);
  assert_str(outside_find(a->json, "entry[0].resource.effectiveDateTime"),
             instant);
}

static void questionnaires_give_scores_as_observations(void **state) {
  (void)state;
  ax_str id = patients_post(arena, gw, "qlq-first.json", "flow-6", 0);
  const outside_answer *a = outside_get(gw, of_patient("Observation", id));
  size_t first = ax_json_count(AX_JSON_GET(a->json, "entry"));
  assert_true(first >= 15);
  ax_str again = patients_post(arena, gw, "qlq-later.json", "flow-6", 0);
  assert_true(ax_str_eq(id, again));
  assert_true(patients_count(gw, of_patient("RiskAssessment", id)) > 0);
  assert_true(patients_count(gw, of_patient("Observation", id)) > first + 14);
}

/* Patient and Organization are conditional in the sample: sent again they are
 * found; the other entries are new resources with equal values. */
static void what_is_sent_again_has_one_patient_and_counts_once(void **state) {
  (void)state;
  ax_str id = patients_post(arena, gw, "endpac-high.json", "flow-7", 0);
  ax_str again = patients_post(arena, gw, "endpac-high.json", "flow-7", 0);
  assert_true(ax_str_eq(id, again));
  const outside_answer *a = outside_get(gw, of_patient("RiskAssessment", id));
  size_t count = ax_json_count(AX_JSON_GET(a->json, "entry"));
  assert_true(count == 1 || count == 2);
  ax_str first = outside_find(a->json, "entry[0].resource.prediction[0]."
                                       "qualitativeRisk.coding[0].code");
  for (size_t i = 1; i < count; i++)
    assert_true(ax_str_eq(
        first, outside_find(a->json, "entry[1].resource.prediction[0]."
                                     "qualitativeRisk.coding[0].code")));
}

static void unrelated_observations_give_nothing_new(void **state) {
  (void)state;
  ax_str id = patients_post(arena, gw, "endpac-low.json", "flow-8", 0);
  size_t before = patients_count(gw, of_patient("RiskAssessment", id));
  ax_str other = ax_arena_printf(
      arena,
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
      "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2093-3\"}]},"
      "\"subject\":{\"reference\":\"Patient/" AX_STR_FMT "\"},"
      "\"effectiveDateTime\":\"2020-02-03\",\"valueQuantity\":{\"value\":180,"
      "\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}",
      AX_STR_ARG(id));
  assert_int_equal(outside_post(gw, "/Observation", other.ptr)->status, 201);
  assert_int_equal(patients_await(gw, of_patient("RiskAssessment", id), before),
                   before);
}

static void score_answers_at_once_and_stores_nothing(void **state) {
  (void)state;
  size_t before = patients_count(gw, "/RiskAssessment?_count=1000");
  ax_str text = patients_sample(arena, "endpac-high.json", "flow-9", 0);
  const outside_answer *a = outside_post(gw, "/$score", text.ptr);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "type"), "collection");
  assert_true(ax_str_find(a->body, AX_STR("RiskAssessment")) != AX_STR_NONE);
  assert_int_equal(patients_id(gw, "flow-9").len, 0);
  assert_int_equal(patients_count(gw, "/RiskAssessment?_count=1000"), before);
}

/* A weight without the category that R4 wants of vital signs must not be stored
 * so; calculating with it does no harm. */
static void score_holds_inputs_only_to_what_they_claim(void **state) {
  static const char weight[] =
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
      "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"29463-7\"}]},"
      "\"subject\":{\"reference\":\"Patient/1\"},\"effectiveDateTime\":"
      "\"2026-01-02\",\"valueQuantity\":{\"value\":80,\"unit\":\"kg\","
      "\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}}";
  (void)state;
  ax_str bundle = ax_arena_printf(
      arena,
      "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{"
      "\"fullUrl\":\"urn:uuid:11111111-2222-4333-8444-555555555555\","
      "\"resource\":%s}]}",
      weight);
  assert_int_equal(outside_post(gw, "/$score", bundle.ptr)->status, 200);
  outside_refused(outside_post(gw, "/Observation", weight), 422, "structure",
                  "category");
}

static void a_score_survives_kill_9_between_input_and_score(void **state) {
  static const char *const no_wait[] = { "--score-wait", "0", NULL };
  (void)state;
  outside *mortal = outside_start(no_wait);
  ax_str text = patients_sample(arena, "endpac-high.json", "kill-1", 0);
  assert_int_equal(outside_post(mortal, "", text.ptr)->status, 200);
  outside_kill(mortal);
  outside_again(mortal, no_wait);
  ax_str id = patients_id(mortal, "kill-1");
  assert_true(id.len > 0);
  assert_int_equal(patients_await(mortal, of_patient("RiskAssessment", id), 1),
                   1);
  outside_kill(mortal);
  outside_again(mortal, NULL);
  assert_int_equal(patients_await(mortal, of_patient("RiskAssessment", id), 1),
                   1);
  outside_stop(mortal);
}

static void the_sites_own_words_are_said(void **state) {
  static const char words[] =
      "{\"endpac\":{\"consider-pancreas-work-up\":\"Call the pancreas "
      "clinic.\"}}";
  (void)state;
  char file[60];
  ax_error err = { 0 };
  (void)snprintf(file, sizeof file, "/tmp/auspex-mitigations-%ld.json",
                 (long)getpid());
  assert_int_equal(ax_file_write(file, AX_STR(words), &err), AX_OK);
  const char *const args[] = { "--mitigations", file, NULL };
  outside *own = outside_start(args);
  ax_str id = patients_post(arena, own, "endpac-high.json", "flow-own", 0);
  const outside_answer *a = outside_get(own, of_patient("RiskAssessment", id));
  assert_str(outside_find(a->json, "entry[0].resource.mitigation"),
             "Call the pancreas clinic.");
  outside_stop(own);
  /* a file that says nothing is told at the start */
  assert_int_equal(ax_file_write(file, AX_STR("{\"endpac\":1}"), &err), AX_OK);
  const char *const serve[] = { "serve",         "--data", "/tmp/nowhere",
                                "--mitigations", file,     NULL };
  outside_run_result r = outside_run(serve, NULL);
  assert_int_not_equal(r.code, 0);
  assert_non_null(strstr(r.err, "line 1, column 11"));
  (void)remove(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_score_is_there_when_the_post_is_answered),
    cmocka_unit_test(a_result_rests_on_stored_versions_and_a_stored_device),
    cmocka_unit_test(the_deceased_are_stored_and_not_scored),
    cmocka_unit_test(old_records_are_stored_and_not_scored),
    cmocka_unit_test(missing_inputs_give_no_score_but_a_question),
    cmocka_unit_test(what_a_fast_clock_says_is_scored_two_seconds_later),
    cmocka_unit_test(questionnaires_give_scores_as_observations),
    cmocka_unit_test(what_is_sent_again_has_one_patient_and_counts_once),
    cmocka_unit_test(unrelated_observations_give_nothing_new),
    cmocka_unit_test(score_answers_at_once_and_stores_nothing),
    cmocka_unit_test(score_holds_inputs_only_to_what_they_claim),
    cmocka_unit_test(a_score_survives_kill_9_between_input_and_score),
    cmocka_unit_test(the_sites_own_words_are_said),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
