/* Unit tests of score tasks in gateway/src/intake/: planned with the inputs,
 * done before the answer or later. */
#include "support/intake_kit.h"

#include "base/limits.h"
#include "fhir/fhir_date.h"

static void store_patient(world *w, const char *more) {
  char json[500];
  (void)snprintf(json, sizeof json,
                 BUNDLE("transaction",
                        "{\"resource\":{\"resourceType\":\"Patient\",\"id\":"
                        "\"mine\"%s},\"request\":{\"method\":\"PUT\",\"url\":"
                        "\"Patient/mine\"}}"),
                 more);
  assert_int_equal(200, post(w, json));
}

static void what_concerns_a_model_is_scored_before_the_answer(void **state) {
  world *w = *state;
  store_patient(w, "");
  fake_runs = 0;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(1, fake_runs);
  assert_int_equal(0, stats(w).tasks_waiting);
  assert_int_equal(1, stats(w).evidence);
  ax_stored found;
  assert_int_equal(AX_OK,
                   ax_store_read(w->store, w->arena, AX_STR("RiskAssessment"),
                                 AX_STR("r-2"), 0, &found, NULL));
  assert_true(has(found.body, "\"versionId\":\"1\""));
}

static void a_result_feeds_the_model_that_asks_for_it(void **state) {
  world *w = *state;
  store_patient(w, "");
  fake_has_reader = true;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  ax_task *tasks = NULL;
  size_t count = 0;
  assert_int_equal(AX_OK, ax_store_tasks_due(w->store, w->arena, INT64_MAX / 2,
                                             10, &tasks, &count, NULL));
  assert_int_equal(count, 1);
  assert_str(tasks[0].model, "reader");
  assert_str(tasks[0].patient, "Patient/mine");
}

static void
the_same_result_is_stored_once_and_the_task_still_ends(void **state) {
  world *w = *state;
  fake_verdict = AX_SCORE_REFUSED;
  store_patient(w, "");
  for (int i = 0; i < 2; i++)
    assert_int_equal(201,
                     create(w, "Observation",
                            OBSERVATION("http://here/fhir/Patient/mine"), ""));
  assert_int_equal(2, fake_runs);
  assert_int_equal(0, stats(w).tasks_waiting);
  assert_int_equal(4, stats(w).resources); /* 1 + 2 + one refusal */
}

static void the_dead_and_the_unknown_are_not_scored(void **state) {
  world *w = *state;
  store_patient(w, ",\"deceasedBoolean\":true");
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/none"), ""));
  assert_int_equal(201, create(w, "Observation", OBSERVATION("Group/1"), ""));
  assert_int_equal(0, fake_runs);
  assert_int_equal(0, stats(w).tasks_waiting);
}

static void a_patient_that_comes_late_is_scored_then(void **state) {
  world *w = *state;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(0, fake_runs);
  store_patient(w, "");
  assert_int_equal(1, fake_runs);
}

static void one_task_for_each_patient_of_a_commit(void **state) {
  world *w = *state;
  assert_int_equal(
      200,
      post(
          w,
          BUNDLE(
              "transaction",
              "{\"fullUrl\":\"urn:uuid:p\",\"resource\":" PATIENT "," POST(
                  "Patient") "},"
                             "{\"resource\":" OBSERVATION("urn:uuid:p") "," POST(
                                 "Observation") "},"
                                                "{\"resource\""
                                                ":" OBSERVATION(
                                                    "urn:uuid:"
                                                    "p") "," POST("Observatio"
                                                                  "n") "}")));
  assert_int_equal(1, fake_runs);
  assert_int_equal(1, stats(w).tasks_done);
}

/* The Observation, dated `ahead` milliseconds from now; returns that time. */
static int64_t create_ahead(world *w, int64_t ahead) {
  char instant[AX_FHIR_DATE_INSTANT + 1], json[600];
  int64_t then = ax_clock_wall_ms() + ahead;
  ax_fhir_date_instant(then, instant);
  (void)snprintf(json, sizeof json,
                 "{\"resourceType\":\"Observation\",\"status\":\"final\","
                 "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","
                 "\"code\":\"1-8\"}]},\"subject\":{\"reference\":"
                 "\"Patient/mine\"},\"effectiveDateTime\":\"%s\","
                 "\"valueQuantity\":{\"value\":11.5,\"unit\":\"g/dL\","
                 "\"system\":\"http://unitsofmeasure.org\",\"code\":"
                 "\"g/dL\"}}",
                 instant);
  assert_int_equal(201, create(w, "Observation", json, ""));
  return then;
}

static void
what_a_fast_clock_says_is_scored_when_its_time_has_come(void **state) {
  world *w = *state;
  ax_task *tasks = NULL;
  size_t count = 0;
  store_patient(w, "");
  fake_runs = 0;
  int64_t then = create_ahead(w, 60000);
  assert_int_equal(0, fake_runs);
  assert_int_equal(AX_OK, ax_store_tasks_due(w->store, w->arena, then - 1, 9,
                                             &tasks, &count, NULL));
  assert_int_equal(0, count);
  assert_int_equal(AX_OK, ax_store_tasks_due(w->store, w->arena, then, 9,
                                             &tasks, &count, NULL));
  assert_int_equal(1, count);
  assert_true(tasks[0].as_of_ms == then);
  assert_true(tasks[0].not_before_ms == then);
}

/* A monitor's clock is fast, and it sends an hour of values at once. */
static void many_values_of_a_fast_clock_need_little_memory(void **state) {
  enum { VALUES = 2000, MOST = 64 << 20 };
  world *w = *state;
  char instant[AX_FHIR_DATE_INSTANT + 1];
  store_patient(w, "");
  ax_fhir_date_instant(ax_clock_wall_ms() + 60000, instant);
  ax_buf text = AX_BUF_INIT(4 << 20);
  ax_buf_append(&text, AX_STR("{\"resourceType\":\"Bundle\",\"type\":"
                              "\"transaction\",\"entry\":["));
  for (int i = 0; i < VALUES; i++)
    ax_buf_printf(
        &text,
        "%s{\"resource\":{\"resourceType\":\"Observation\","
        "\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"
        "\"http://loinc.org\",\"code\":\"1-8\"}]},\"subject\":{"
        "\"reference\":\"Patient/mine\"},\"effectiveDateTime\":"
        "\"%s\",\"valueQuantity\":{\"value\":%d}}," POST("Observation") "}",
        i ? "," : "", instant, i);
  ax_buf_append(&text, AX_STR("]}"));
  size_t before = ax_arena_used(w->arena);
  assert_int_equal(200, post(w, ax_arena_cstr(w->arena, ax_buf_view(&text))));
  assert_true(ax_arena_used(w->arena) - before < MOST);
  assert_int_equal(1, stats(w).tasks_waiting);
  ax_buf_free(&text);
}

static void what_lies_further_ahead_waits_for_nothing(void **state) {
  world *w = *state;
  store_patient(w, "");
  fake_runs = 0;
  int64_t before = ax_clock_wall_ms();
  (void)create_ahead(w, AX_LIMIT_CLOCK_AHEAD_MS + 60000);
  assert_int_equal(1, fake_runs);
  assert_true(fake_as_of >= before && fake_as_of <= ax_clock_wall_ms());
  assert_int_equal(0, stats(w).tasks_waiting);
}

static void wait_for_tasks(world *w) {
  for (int i = 0; i < 500 && stats(w).tasks_waiting; i++) ax_clock_sleep_ms(10);
  assert_int_equal(0, stats(w).tasks_waiting);
}

static void a_task_that_finds_no_worker_is_done_later(void **state) {
  world *w = *state;
  store_patient(w, "");
  fake_failures = 1;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(1, stats(w).tasks_waiting);
  assert_int_equal(AX_OK, ax_intake_start(w->intake, NULL));
  wait_for_tasks(w);
  assert_int_equal(2, fake_runs);
  assert_int_equal(2, stats(w).tasks_done); /* and one for the Patient */
}

static void a_task_that_fails_in_any_way_waits_longer_each_time(void **state) {
  world *w = *state;
  ax_task *tasks = NULL;
  size_t count = 0;
  store_patient(w, "");
  fake_failures = 1;
  fake_failure = AX_INVALID;
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(1, stats(w).tasks_waiting);
  assert_int_equal(AX_OK,
                   ax_store_tasks_due(w->store, w->arena, ax_clock_wall_ms(), 9,
                                      &tasks, &count, NULL));
  assert_int_equal(0, count);
  assert_int_equal(AX_OK, ax_store_tasks_due(w->store, w->arena,
                                             ax_clock_wall_ms() + 600000, 9,
                                             &tasks, &count, NULL));
  assert_int_equal(1, count);
  assert_int_equal(1, tasks[0].attempts);
  assert_str(tasks[0].note, "no worker");
}

static void tasks_left_by_a_crash_are_done_at_the_next_start(void **state) {
  world *w = *state;
  store_patient(w, "");
  close_world(w);
  open_world(w, HOST, 0); /* the request does not wait, no thread runs */
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(0, fake_runs);
  assert_int_equal(1, stats(w).tasks_waiting);
  close_world(w);
  open_world(w, HOST, 0);
  assert_int_equal(AX_OK, ax_intake_start(w->intake, NULL));
  wait_for_tasks(w);
  assert_int_equal(1, fake_runs);
  assert_int_equal(1, stats(w).evidence);
  assert_int_equal(4, stats(w).resources); /* with the model's Device */
}

static void without_a_host_nothing_is_planned(void **state) {
  world *w = *state;
  close_world(w);
  open_world(w, NULL, 100);
  assert_int_equal(AX_OK, ax_intake_start(w->intake, NULL));
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
  assert_int_equal(0, stats(w).tasks_waiting);
}

/* --- corrections -------------------------------------------------------------
 */

static void correct_patient(world *w, const char *more) {
  fake_runs = 0;
  store_patient(w, more);
}

static void one_observation(world *w) {
  assert_int_equal(201,
                   create(w, "Observation", OBSERVATION("Patient/mine"), ""));
}

static void a_corrected_person_is_scored_by_who_asks_for_it(void **state) {
  world *w = *state;
  store_patient(w, ",\"birthDate\":\"1950-01-01\"");
  one_observation(w);
  correct_patient(w, ",\"birthDate\":\"1960-01-01\"");
  assert_int_equal(0, fake_runs); /* the model does not ask for age */
  fake_reads_person = true;
  correct_patient(w, ",\"birthDate\":\"1970-01-01\"");
  assert_int_equal(1, fake_runs);
  correct_patient(w, ",\"birthDate\":\"1970-01-01\",\"gender\":\"female\"");
  assert_int_equal(1, fake_runs);
  correct_patient(w, ",\"birthDate\":\"1970-01-01\",\"gender\":\"female\","
                     "\"address\":[{\"city\":\"Lund\"}]");
  assert_int_equal(0, fake_runs); /* an address changes no score */
}

static void who_may_be_scored_again_is(void **state) {
  world *w = *state;
  store_patient(w, ",\"active\":false");
  one_observation(w);
  assert_int_equal(0, fake_runs);
  correct_patient(w, ",\"active\":true");
  assert_int_equal(1, fake_runs);
  correct_patient(w, ",\"deceasedBoolean\":true");
  assert_int_equal(0, fake_runs);
  correct_patient(w, ",\"deceasedBoolean\":false");
  assert_int_equal(1, fake_runs);
}

#define AS(method, id) \
  "\"request\":{\"method\":\"" method "\",\"url\":\"Observation/" id "\"}"
#define OTHER_CODE                                                       \
  "{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\"," \
  "\"code\":{\"coding\":[{\"system\":\"http://"                          \
  "loinc.org\",\"code\":\"2-6\"}]},"                                     \
  "\"subject\":{\"reference\":\"Patient/mine\"},\"valueInteger\":1}"

static void send_entry(world *w, const char *entry) {
  char json[1500];
  (void)snprintf(json, sizeof json,
                 "{\"resourceType\":\"Bundle\",\"type\":\"transaction\","
                 "\"entry\":[{%s}]}",
                 entry);
  fake_runs = 0;
  assert_int_equal(200, post(w, json));
}

/* The model has an older value, too: it is asked about that. */
static void what_is_said_no_more_is_scored(void **state) {
  world *w = *state;
  store_patient(w, "");
  one_observation(w);
  send_entry(w, "\"resource\":" OTHER_CODE "," AS("PUT", "o"));
  assert_int_equal(0, fake_runs);
  send_entry(w, "\"resource\":" OBSERVATION_AS(
                    "\"id\":\"o\",", "Patient/mine") "," AS("PUT", "o"));
  assert_int_equal(1, fake_runs);
  send_entry(w, "\"resource\":" OTHER_CODE "," AS("PUT", "o"));
  assert_int_equal(1, fake_runs); /* coded anew */
  send_entry(w, "\"resource\":" OBSERVATION_AS(
                    "\"id\":\"o\",", "Patient/mine") "," AS("PUT", "o"));
  send_entry(w, AS("DELETE", "o"));
  assert_int_equal(1, fake_runs);
}

static void both_patients_of_what_moves_are_scored(void **state) {
  world *w = *state;
  store_patient(w, "");
  assert_int_equal(
      200, post(w, BUNDLE("transaction",
                          "{\"resource\":{\"resourceType\":\"Patient\",\"id\":"
                          "\"yours\"},\"request\":{\"method\":\"PUT\",\"url\":"
                          "\"Patient/yours\"}}")));
  one_observation(w);
  send_entry(w, "\"resource\":" OBSERVATION_AS(
                    "\"id\":\"o\",", "Patient/mine") "," AS("PUT", "o"));
  send_entry(w, "\"resource\":" OBSERVATION_AS(
                    "\"id\":\"o\",", "Patient/yours") "," AS("PUT", "o"));
  assert_int_equal(2, fake_runs);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    T(what_concerns_a_model_is_scored_before_the_answer),
    T(a_result_feeds_the_model_that_asks_for_it),
    T(the_same_result_is_stored_once_and_the_task_still_ends),
    T(the_dead_and_the_unknown_are_not_scored),
    T(a_patient_that_comes_late_is_scored_then),
    T(one_task_for_each_patient_of_a_commit),
    T(a_task_that_finds_no_worker_is_done_later),
    T(what_a_fast_clock_says_is_scored_when_its_time_has_come),
    T(many_values_of_a_fast_clock_need_little_memory),
    T(what_lies_further_ahead_waits_for_nothing),
    T(a_task_that_fails_in_any_way_waits_longer_each_time),
    T(tasks_left_by_a_crash_are_done_at_the_next_start),
    T(without_a_host_nothing_is_planned),
    T(a_corrected_person_is_scored_by_who_asks_for_it),
    T(who_may_be_scored_again_is),
    T(what_is_said_no_more_is_scored),
    T(both_patients_of_what_moves_are_scored),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
