/* From outside: a drug that is named in a resource of its own counts as one
 * that the administration names. */
#include "../support/dates.h"
#include "../support/outside.h"
#include "../support/patients.h"

#include "base/clock.h"
#include <stdlib.h>

#define FILE_NAME "fhir-profiles/patients/lipi-scored-1.json"
#define DRUG                                            \
  "{\"resourceType\":\"Medication\",\"id\":\"drug-1\"," \
  "\"code\":{\"coding\":[{\"system\":"                  \
  "\"http://www.whocc.no/atc\",\"code\":\"L01FF02\"}]}}"

static outside *gw;
static ax_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(64u << 20);
  gw = outside_start(NULL);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

/* The patient, whose drug is what `reference` says. */
static ax_str patient(const char *reference) {
  char *file = outside_file(FILE_NAME);
  ax_str text = dates_fill(arena, ax_str_from(file), ax_clock_wall_ms());
  size_t from = ax_str_find(text, AX_STR("\"medicationCodeableConcept\""));
  assert_true(from != AX_STR_NONE);
  ax_str rest = ax_str_skip(text, from);
  size_t to = ax_str_find(rest, AX_STR("\"effectiveDateTime\""));
  assert_true(to != AX_STR_NONE);
  ax_str out = ax_arena_printf(
      arena, "%.*s\"medicationReference\":{\"reference\":\"%s\"}," AX_STR_FMT,
      (int)from, text.ptr, reference, AX_STR_ARG(ax_str_skip(rest, to)));
  free(file);
  return out;
}

/* Another one. */
static ax_str patient_called(const char *name, const char *reference) {
  return patients_replace(arena, patient(reference), "lipi-scored-1", name);
}

static size_t scores(void) {
  return patients_count(gw, "/RiskAssessment?method=lipi&_count=100");
}

static void send_patient(ax_str text) {
  const outside_answer *a = outside_post(gw, "", text.ptr);
  if (a->status != 200) fail_msg("%.*s", AX_STR_ARG(a->body));
}

static void one_in_the_store_counts(void **state) {
  (void)state;
  static const char *const json[] = { "Content-Type: application/fhir+json",
                                      NULL };
  size_t before = scores();
  send_patient(patient("Medication/unheard-of"));
  assert_int_equal(scores(), before); /* nobody knows what it is */
  const outside_answer *a = outside_send(gw, "PUT", "/Medication/drug-1", json,
                                         DRUG, sizeof DRUG - 1);
  assert_int_equal(a->status, 201);
  send_patient(patient("Medication/drug-1"));
  assert_int_equal(
      patients_await(gw, "/RiskAssessment?method=lipi&_count=100", before + 1),
      before + 1);
}

/* In a transaction both are new. */
static ax_str with_drug(ax_str bundle) {
  static const char urn[] = "urn:uuid:0d3c1a52-7f0e-4a51-9d0f-6a0c8f3f1b77";
  size_t at = ax_str_find(bundle, AX_STR("\"entry\": ["));
  assert_true(at != AX_STR_NONE);
  at += sizeof "\"entry\": [" - 1;
  return ax_arena_printf(
      arena,
      "%.*s{\"fullUrl\":\"%s\",\"resource\":" DRUG
      ",\"request\":{\"method\":\"POST\",\"url\":\"Medication\"}}," AX_STR_FMT,
      (int)at, bundle.ptr, urn, AX_STR_ARG(ax_str_skip(bundle, at)));
}

static void one_in_the_same_bundle_counts(void **state) {
  (void)state;
  size_t before = scores();
  ax_str text = patient("urn:uuid:0d3c1a52-7f0e-4a51-9d0f-6a0c8f3f1b77");
  send_patient(with_drug(text));
  assert_int_equal(
      patients_await(gw, "/RiskAssessment?method=lipi&_count=100", before + 1),
      before + 1);
}

static void score_looks_into_its_bundle(void **state) {
  (void)state;
  ax_str text = patient("urn:uuid:0d3c1a52-7f0e-4a51-9d0f-6a0c8f3f1b77");
  const outside_answer *a = outside_post(gw, "/$score", with_drug(text).ptr);
  assert_int_equal(a->status, 200);
  assert_true(ax_str_find(a->body, AX_STR("\"lipi\"")) != AX_STR_NONE);
  assert_true(ax_str_find(a->body, AX_STR("RiskAssessment")) != AX_STR_NONE);
}

/* --- a Medication that says something else later -----------------------------
 */

static void put_drug(const char *id, const char *code, int status) {
  static const char *const json[] = { "Content-Type: application/fhir+json",
                                      NULL };
  ax_str path = ax_arena_printf(arena, "/Medication/%s", id);
  ax_str body = ax_arena_printf(
      arena,
      "{\"resourceType\":\"Medication\",\"id\":\"%s\",\"code\":{\"coding\":[{"
      "\"system\":\"http://www.whocc.no/atc\",\"code\":\"%s\"}]}}",
      id, code);
  const outside_answer *a =
      outside_send(gw, "PUT", path.ptr, json, body.ptr, body.len);
  if (a->status != status) fail_msg("%d %.*s", a->status, AX_STR_ARG(a->body));
}

static size_t live(void) {
  return patients_live(gw, "/RiskAssessment?method=lipi&_count=1000");
}

/* Waits up to ten seconds for so many results that are not taken back. */
static size_t standing(size_t wanted) {
  for (int i = 0; i < 500 && live() != wanted; i++) ax_clock_sleep_ms(20);
  return live();
}

static void one_that_comes_later_counts(void **state) {
  (void)state;
  size_t before = scores();
  send_patient(patient_called("late-1", "Medication/late-1"));
  send_patient(patient_called("late-2", "Medication/late-1"));
  assert_int_equal(scores(), before);
  put_drug("late-1", "N02BE01", 201); /* another drug */
  put_drug("late-1", "L01FF02", 200);
  assert_int_equal(standing(before + 2), before + 2);
  put_drug("late-1", "L01FF02", 200); /* it says the same */
  assert_int_equal(standing(before + 2), before + 2);
}

static void one_that_is_corrected_takes_results_back(void **state) {
  (void)state;
  size_t before = live();
  put_drug("wrong-1", "L01FF02", 201);
  send_patient(patient_called("wrong-1", "Medication/wrong-1"));
  assert_int_equal(standing(before + 1), before + 1);
  size_t all = scores();
  put_drug("wrong-1", "N02BE01", 200);
  assert_int_equal(standing(before), before);
  put_drug("wrong-1", "L01FF02", 200); /* that was wrong: as it was before */
  assert_int_equal(standing(before + 1), before + 1);
  assert_int_equal(scores(), all);
  const outside_answer *a =
      outside_send(gw, "DELETE", "/Medication/wrong-1", NULL, NULL, 0);
  assert_true(a->status == 204 || a->status == 200);
  assert_int_equal(standing(before), before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_in_the_store_counts),
    cmocka_unit_test(one_in_the_same_bundle_counts),
    cmocka_unit_test(score_looks_into_its_bundle),
    cmocka_unit_test(one_that_comes_later_counts),
    cmocka_unit_test(one_that_is_corrected_takes_results_back),
  };
  return cmocka_run_group_tests_name("medication", tests, set_up, tear_down);
}
