/* From outside: patients as hospitals have them: data before their Patient,
 * subjects by identifier and by the EHR's URL, two records of one person. */
#include "../support/outside.h"
#include "../support/patients.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define EHR "https://ehr.example.org/fhir"
#define SUBJECT \
  "\"reference\": \"urn:uuid:e09f9170-f9c5-5695-9c79-e6c92d11c59d\""

static outside *gw;
static ax_arena *arena;

static const char *const options[] = { "--known-as",
                                       "https://other.example/r4, " EHR "/",
                                       NULL };

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(64u << 20);
  gw = outside_start(options);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

/* The data of a patient with a high result, about `subject` instead of the
 * Patient in the Bundle, who is somebody without data. */
static void send_data(const char *bystander, const char *subject) {
  ax_str text = patients_sample(arena, "endpac-high.json", bystander, 0);
  text = patients_replace(arena, text, SUBJECT, subject);
  const outside_answer *a = outside_post(gw, "", text.ptr);
  if (a->status != 200) fail_msg("%.*s", AX_STR_ARG(a->body));
}

static const char *by_identifier(const char *value) {
  return ax_arena_printf(arena,
                         "\"identifier\": {\"system\": \"" PATIENTS_MRN
                         "\", \"value\": \"%s\"}",
                         value)
      .ptr;
}

static ax_str patient_body(const char *id, const char *mrn, const char *more) {
  return ax_arena_printf(
      arena,
      "{\"resourceType\":\"Patient\",%s%s%s\"identifier\":[{\"system\":"
      "\"" PATIENTS_MRN
      "\",\"value\":\"%s\"},{\"system\":\"urn:old\",\"value\":"
      "\"old-%s\"}],\"gender\":\"female\",\"birthDate\":\"1958-03-04\"%s}",
      id ? "\"id\":\"" : "", id ? id : "", id ? "\"," : "", mrn, mrn, more);
}

static ax_str post_patient(const char *mrn) {
  const outside_answer *a =
      outside_post(gw, "/Patient", patient_body(NULL, mrn, "").ptr);
  if (a->status != 201) fail_msg("%.*s", AX_STR_ARG(a->body));
  return outside_find(a->json, "id");
}

static void put_patient(const char *id, const char *mrn, const char *more) {
  static const char *const headers[] = { "Content-Type: application/fhir+json",
                                         NULL };
  char path[80];
  (void)snprintf(path, sizeof path, "/Patient/%s", id);
  ax_str body = patient_body(id, mrn, more);
  const outside_answer *a =
      outside_send(gw, "PUT", path, headers, body.ptr, body.len);
  if (a->status != 200 && a->status != 201)
    fail_msg("%.*s", AX_STR_ARG(a->body));
}

static void await_results(ax_str id, size_t count) {
  char query[200];
  (void)snprintf(query, sizeof query, "/RiskAssessment?patient=Patient/%.*s",
                 AX_STR_ARG(id));
  assert_int_equal(patients_await(gw, query, count), count);
}

static size_t results(void) {
  return patients_count(gw, "/RiskAssessment?_count=100");
}

static void data_wait_for_their_patient(void **state) {
  (void)state;
  size_t before = results();
  send_data("by-1", by_identifier("late-1"));
  assert_int_equal(results(), before);
  await_results(post_patient("late-1"), 1);
  await_results(patients_id(gw, "by-1"), 0);
}

static void any_of_several_identifiers_will_do(void **state) {
  (void)state;
  ax_str id = post_patient("many-1");
  send_data("by-2", "\"identifier\": {\"system\": \"urn:old\", \"value\": "
                    "\"old-many-1\"}");
  await_results(id, 1);
}

/* Two Patients with one identifier: nobody can say whose it is. */
static void an_ambiguous_identifier_scores_nobody(void **state) {
  (void)state;
  size_t before = results();
  (void)post_patient("twin-1");
  (void)post_patient("twin-1");
  send_data("by-3", by_identifier("twin-1"));
  assert_int_equal(patients_await(gw, "/RiskAssessment?_count=100", before),
                   before);
}

static void the_url_of_the_ehr_is_our_patient(void **state) {
  (void)state;
  put_patient("ehr-1", "ehr-1", "");
  send_data("by-4", "\"reference\": \"" EHR "/Patient/ehr-1\"");
  await_results(AX_STR("ehr-1"), 1);
  size_t count = patients_count(gw, "/Observation?subject=Patient/ehr-1");
  assert_true(count > 0);
  assert_int_equal(
      patients_count(gw, "/Observation?subject=" EHR "/Patient/ehr-1"), count);
  assert_int_equal(
      patients_count(gw, "/Patient?_has:Observation:subject:status=final"
                         "&_id=ehr-1"),
      1);
  size_t before = results();
  send_data("by-5",
            "\"reference\": \"https://stranger.example/Patient/ehr-1\"");
  assert_int_equal(results(), before);
}

static void a_put_patient_gets_what_came_before(void **state) {
  (void)state;
  size_t before = results();
  send_data("by-6", "\"reference\": \"" EHR "/Patient/early-1\"");
  assert_int_equal(results(), before);
  put_patient("early-1", "early-1", "");
  await_results(AX_STR("early-1"), 1);
}

static void the_survivor_has_the_data_of_both(void **state) {
  (void)state;
  put_patient("a-1", "a-1", "");
  put_patient("b-1", "b-1", "");
  send_data("by-7", "\"reference\": \"" EHR "/Patient/a-1\"");
  await_results(AX_STR("a-1"), 1);
  await_results(AX_STR("b-1"), 0);
  put_patient("a-1", "a-1",
              ",\"link\":[{\"type\":\"replaced-by\",\"other\":{\"reference\":"
              "\"Patient/b-1\"}}]");
  await_results(AX_STR("b-1"), 1);
  await_results(AX_STR("a-1"), 1);
}

static void what_comes_late_for_the_replaced_follows(void **state) {
  (void)state;
  put_patient("b-2", "b-2", "");
  put_patient("a-2", "a-2",
              ",\"link\":[{\"type\":\"replaced-by\",\"other\":{\"reference\":"
              "\"Patient/b-2\"}}]");
  send_data("by-8", "\"reference\": \"" EHR "/Patient/a-2\"");
  await_results(AX_STR("b-2"), 1);
  await_results(AX_STR("a-2"), 0);
}

#define REPLACED_BY(id)                                                  \
  ",\"link\":[{\"type\":\"replaced-by\",\"other\":{\"reference\":\"Patient/" id \
  "\"}}]"
#define REPLACES(id)                                                     \
  ",\"link\":[{\"type\":\"replaces\",\"other\":{\"reference\":\"Patient/" id    \
  "\"}}]"

/* How many of a patient's results have this status. */
static size_t with_status(const char *id, const char *status) {
  char query[100];
  size_t n = 0;
  (void)snprintf(query, sizeof query, "/RiskAssessment?subject=Patient/%s", id);
  const outside_answer *a = outside_get(gw, query);
  const ax_json *entries = AX_JSON_GET(a->json, "entry");
  for (size_t i = 0; i < ax_json_count(entries); i++)
    n += ax_str_eq(outside_find(ax_json_item(entries, i), "resource.status"),
                   ax_str_from(status));
  return n;
}

static void await_status(const char *id, const char *status, size_t count) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(20000) * 1000000;
  while (with_status(id, status) != count && ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(20);
  assert_int_equal(with_status(id, status), count);
}

/* Two records were taken for one person's, and are not. */
static void an_undone_merge_gives_back(void **state) {
  (void)state;
  put_patient("a-5", "a-5", "");
  put_patient("b-5", "b-5", "");
  send_data("by-10", "\"reference\": \"" EHR "/Patient/a-5\"");
  await_status("a-5", "preliminary", 1);
  put_patient("a-5", "a-5", REPLACED_BY("b-5"));
  await_status("b-5", "preliminary", 1);
  put_patient("a-5", "a-5", "");
  await_status("b-5", "entered-in-error", 1);
  assert_int_equal(with_status("b-5", "preliminary"), 0);
  await_status("a-5", "preliminary", 1); /* it is the one from before */
  /* What comes later for either is its own. */
  send_data("by-11", "\"reference\": \"" EHR "/Patient/b-5\"");
  await_status("b-5", "preliminary", 1);
  /* And they may be merged and parted again. */
  put_patient("a-5", "a-5", REPLACED_BY("b-5"));
  await_status("b-5", "preliminary", 2);
  put_patient("a-5", "a-5", "");
  await_status("b-5", "entered-in-error", 2);
}

static void what_was_merged_before_goes_along(void **state) {
  (void)state;
  put_patient("a-7", "a-7", "");
  put_patient("b-7", "b-7", "");
  put_patient("c-7", "c-7", "");
  send_data("by-13", "\"reference\": \"" EHR "/Patient/a-7\"");
  await_status("a-7", "preliminary", 1);
  put_patient("a-7", "a-7", REPLACED_BY("b-7"));
  await_status("b-7", "preliminary", 1);
  put_patient("b-7", "b-7", REPLACED_BY("c-7"));
  await_status("c-7", "preliminary", 1);
  put_patient("b-7", "b-7", "");
  await_status("c-7", "entered-in-error", 1);
  await_status("b-7", "preliminary", 1);
  put_patient("a-7", "a-7", "");
  await_status("b-7", "entered-in-error", 1);
  await_status("a-7", "preliminary", 1);
}

/* What the replaced record says of itself counts. */
static void a_survivor_alone_undoes_only_what_it_alone_said(void **state) {
  (void)state;
  put_patient("a-6", "a-6", "");
  put_patient("b-6", "b-6", "");
  send_data("by-12", "\"reference\": \"" EHR "/Patient/a-6\"");
  await_status("a-6", "preliminary", 1);
  put_patient("b-6", "b-6", REPLACES("a-6"));
  await_status("b-6", "preliminary", 1);
  put_patient("b-6", "b-6", "");
  await_status("b-6", "entered-in-error", 1);
  await_status("a-6", "preliminary", 1);
  put_patient("b-6", "b-6", REPLACES("a-6"));
  await_status("b-6", "preliminary", 1); /* it stands again */
  await_status("b-6", "entered-in-error", 0);
  put_patient("a-6", "a-6", REPLACED_BY("b-6"));
  put_patient("b-6", "b-6", "");
  await_results(AX_STR("b-6"), 1); /* and lingers */
  await_status("b-6", "preliminary", 1);
}

static void links_in_a_circle_end(void **state) {
  (void)state;
  put_patient("b-3", "b-3", "");
  put_patient("a-3", "a-3",
              ",\"link\":[{\"type\":\"replaced-by\",\"other\":{\"reference\":"
              "\"Patient/b-3\"}}]");
  put_patient("b-3", "b-3",
              ",\"link\":[{\"type\":\"replaced-by\",\"other\":{\"reference\":"
              "\"Patient/a-3\"}}]");
  send_data("by-9", "\"reference\": \"" EHR "/Patient/a-3\"");
  await_results(AX_STR("a-3"), 0);
  await_results(AX_STR("b-3"), 0);
  assert_int_equal(outside_get(gw, "//health/ready")->status, 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(data_wait_for_their_patient),
    cmocka_unit_test(any_of_several_identifiers_will_do),
    cmocka_unit_test(an_ambiguous_identifier_scores_nobody),
    cmocka_unit_test(the_url_of_the_ehr_is_our_patient),
    cmocka_unit_test(a_put_patient_gets_what_came_before),
    cmocka_unit_test(the_survivor_has_the_data_of_both),
    cmocka_unit_test(what_comes_late_for_the_replaced_follows),
    cmocka_unit_test(an_undone_merge_gives_back),
    cmocka_unit_test(what_was_merged_before_goes_along),
    cmocka_unit_test(a_survivor_alone_undoes_only_what_it_alone_said),
    cmocka_unit_test(links_in_a_circle_end),
  };
  return cmocka_run_group_tests_name("whose", tests, set_up, tear_down);
}
