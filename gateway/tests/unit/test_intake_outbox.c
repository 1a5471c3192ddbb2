/* Unit tests of gateway/src/intake/intake_outbox.c: who is told of what; and of
 * the outbox in the store. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"
#include "support/search_kit.h"

#include <stdio.h>
#include <string.h>

#include "intake/intake_outbox.h"

#define PATIENT "Patient/p"

typedef struct {
  ax_test_store *t;
  int64_t now;
  const ax_intake_outbox *rules;
} world;

static search_kit kit;

static int open_kit(void **state) {
  (void)state;
  kit = search_kit_open(NULL);
  return 0;
}

static int close_kit(void **state) {
  (void)state;
  search_kit_close(&kit);
  return 0;
}

static const ax_intake_target changes = { .name = AX_STR_INIT("changes") };
static const ax_intake_target every = { .name = AX_STR_INIT("every"),
                                        .every = true };
static const ax_str high[] = { AX_STR_INIT("high") };
static const ax_intake_target only_high = {
  .name = AX_STR_INIT("high"), .levels = high, .level_count = 1, .every = true
};

/* Stores a result and what it is worth telling; how many that are. */
static size_t tell(world *w, const char *id, const char *level,
                   const char *status, uint64_t version) {
  char body[700], risk[200] = "";
  if (level[0])
    (void)snprintf(risk, sizeof risk,
                   ",\"qualitativeRisk\":{\"coding\":[{\"code\":\"%s\"}]}",
                   level);
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"RiskAssessment\",\"id\":\"%s\","
                 "\"status\":\"%s\",\"method\":{\"coding\":[{\"system\":"
                 "\"urn:m\",\"code\":\"endpac\"}]},\"subject\":{\"reference\":"
                 "\"" PATIENT "\"},\"prediction\":[{\"outcome\":{\"text\":"
                 "\"x\"}%s}]}",
                 id, status, risk);
  ax_index_row index[] = {
    ax_test_store_reference("subject", PATIENT),
    ax_test_store_token("method", "urn:m", "endpac"),
  };
  ax_write write =
      ax_test_store_write("RiskAssessment", id, version, w->now += 1000);
  write.body = ax_str_from(body);
  write.patient = AX_STR(PATIENT);
  write.index = index;
  write.index_count = AX_COUNT(index);
  ax_commit commit = { .writes = &write, .write_count = 1 };
  assert_int_equal(ax_intake_outbox_plan(w->rules, w->t->store, kit.search,
                                         w->t->arena, 7, &commit, &w->t->err),
                   AX_OK);
  assert_int_equal(ax_store_commit(w->t->store, &commit, &w->t->err), AX_OK);
  return commit.outbox_count;
}

static size_t say(world *w, const char *id, const char *level) {
  return tell(w, id, level, "preliminary", 1);
}

static world world_of(void **state, const ax_intake_target *target) {
  static ax_intake_outbox rules;
  rules = (ax_intake_outbox){ .targets = target, .target_count = 1 };
  return (world){ .t = *state, .now = 1000000, .rules = &rules };
}

static void a_level_is_told_when_it_changes(void **state) {
  world w = world_of(state, &changes);
  assert_int_equal(say(&w, "a", "low"), 0);
  assert_int_equal(say(&w, "b", "high"), 1);
  assert_int_equal(say(&w, "c", "high"), 0);
  assert_int_equal(say(&w, "d", "low"), 1);
  assert_int_equal(say(&w, "e", "low"), 0);
}

static void high_is_told_the_first_time(void **state) {
  world w = world_of(state, &changes);
  assert_int_equal(say(&w, "a", "high"), 1);
}

static void without_a_level_there_is_nothing_to_compare(void **state) {
  world w = world_of(state, &changes);
  assert_int_equal(say(&w, "a", ""), 1);
  assert_int_equal(say(&w, "b", ""), 1);
}

static void who_wants_everything_gets_it(void **state) {
  world w = world_of(state, &every);
  assert_int_equal(say(&w, "a", "low"), 1);
  assert_int_equal(say(&w, "b", "low"), 1);
}

/* Whoever was told that it is high must hear that it is not any more. */
static void a_level_that_was_told_is_told_to_have_ended(void **state) {
  world w = world_of(state, &only_high);
  assert_int_equal(say(&w, "a", "low"), 0);
  assert_int_equal(say(&w, "b", "high"), 1);
  assert_int_equal(say(&w, "c", "low"), 1);
  assert_int_equal(say(&w, "d", "low"), 0);
}

static void what_is_taken_back_is_told_to_who_was_told(void **state) {
  world w = world_of(state, &changes);
  assert_int_equal(say(&w, "a", "high"), 1);
  assert_int_equal(tell(&w, "a", "high", "entered-in-error", 2), 1);
  /* It does not count as the result before. */
  assert_int_equal(say(&w, "b", "high"), 1);
  assert_int_equal(say(&w, "c", "high"), 0);
  assert_int_equal(tell(&w, "c", "high", "entered-in-error", 2), 0);
}

static void without_rules_nothing_is_planned(void **state) {
  world w = world_of(state, &every);
  w.rules = NULL;
  assert_int_equal(say(&w, "a", "high"), 0);
}

/* --- the outbox ------------------------------------------------------------
 */

static ax_outbox row_of(const char *target, const char *patient,
                        const char *id) {
  return (ax_outbox){ .target = ax_str_from(target),
                      .patient = ax_str_from(patient),
                      .type = AX_STR("RiskAssessment"),
                      .id = ax_str_from(id),
                      .version = 1 };
}

static void add(ax_test_store *t, ax_outbox *rows, size_t count) {
  ax_commit commit = { .outbox = rows, .outbox_count = count };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
}

static ax_status settle(ax_test_store *t, ax_outbox row) {
  ax_commit commit = { .sent = &row, .sent_count = 1 };
  t->err = (ax_error){ 0 };
  return ax_store_commit(t->store, &commit, &t->err);
}

static size_t due(ax_test_store *t, const char *target, bool begins,
                  ax_outbox **rows) {
  size_t count = 99;
  const ax_outbox_due wanted = {
    .target = ax_str_from(target), .begins = begins, .now_ms = 5000, .max = 100
  };
  assert_int_equal(
      ax_store_outbox_due(t->store, t->arena, &wanted, rows, &count, &t->err),
      AX_OK);
  return count;
}

static void one_patient_is_told_of_in_order(void **state) {
  ax_test_store *t = *state;
  ax_outbox *got = NULL;
  ax_outbox rows[] = { row_of("ehr", "Patient/a", "1"),
                       row_of("ehr", "Patient/a", "2"),
                       row_of("ehr", "Patient/b", "3"),
                       row_of("lab", "Patient/a", "4") };
  add(t, rows, AX_COUNT(rows));
  assert_int_equal(due(t, "ehr", false, &got), 2);
  assert_str(got[0].id, "1");
  assert_str(got[1].id, "3");
  /* Put off: what comes after it waits, too; others do not. */
  rows[0].not_before_ms = 9000;
  rows[0].attempts = 1;
  assert_int_equal(settle(t, rows[0]), AX_OK);
  assert_int_equal(due(t, "ehr", false, &got), 1);
  assert_str(got[0].id, "3");
  rows[0].state = AX_OUTBOX_SENT;
  assert_int_equal(settle(t, rows[0]), AX_OK);
  assert_int_equal(due(t, "ehr", false, &got), 2);
  assert_str(got[0].id, "2");
  assert_int_equal(settle(t, rows[0]), AX_CONFLICT);
}

static void subscriptions_are_found_by_how_their_name_begins(void **state) {
  ax_test_store *t = *state;
  ax_outbox *got = NULL;
  ax_outbox rows[] = { row_of("Subscription/1", "Patient/a", "1"),
                       row_of("Subscription/2", "Patient/a", "1"),
                       row_of("Subscriptions", "Patient/a", "1"),
                       row_of("Subscription", "Patient/a", "1") };
  add(t, rows, AX_COUNT(rows));
  assert_int_equal(due(t, "Subscription/", true, &got), 2);
}

static void a_message_is_followed_to_its_end(void **state) {
  ax_test_store *t = *state;
  ax_trace *traces = NULL;
  size_t count = 0;
  ax_task task = { .model = AX_STR("m"), .patient = AX_STR("Patient/a") };
  ax_audit audit = { .at_ms = 5,
                     .request_id = AX_STR("r1"),
                     .action = AX_STR("create"),
                     .message = AX_STR("bundle-7") };
  ax_commit commit = { .tasks = &task, .task_count = 1, .audit = &audit };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  ax_task_state done = AX_TASK_DONE;
  ax_outbox row = row_of("ehr", "Patient/a", "1");
  row.task = task.key;
  task.results = AX_STR("RiskAssessment/1");
  ax_commit end = { .finished = &task,
                    .finished_state = &done,
                    .finished_count = 1,
                    .outbox = &row,
                    .outbox_count = 1 };
  assert_int_equal(ax_store_commit(t->store, &end, &t->err), AX_OK);
  static const char *const names[] = { "r1", "bundle-7" };
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    assert_int_equal(ax_store_trace(t->store, t->arena, ax_str_from(names[i]),
                                    10, &traces, &count, &t->err),
                     AX_OK);
    assert_int_equal(count, 1);
    assert_int_equal(traces[0].task_count, 1);
    assert_int_equal(traces[0].states[0], AX_TASK_DONE);
    assert_str(traces[0].tasks[0].results, "RiskAssessment/1");
    assert_int_equal(traces[0].outbox_count, 1);
    assert_str(traces[0].outbox[0].target, "ehr");
  }
  assert_int_equal(ax_store_trace(t->store, t->arena, AX_STR(""), 10, &traces,
                                  &count, &t->err),
                   AX_OK);
  assert_int_equal(count, 0);
}

int main(void) {
#define T(f)                                              \
  cmocka_unit_test_setup_teardown(f, ax_test_store_setup, \
                                  ax_test_store_teardown)
  const struct CMUnitTest tests[] = {
    T(a_level_is_told_when_it_changes),
    T(high_is_told_the_first_time),
    T(without_a_level_there_is_nothing_to_compare),
    T(who_wants_everything_gets_it),
    T(a_level_that_was_told_is_told_to_have_ended),
    T(what_is_taken_back_is_told_to_who_was_told),
    T(without_rules_nothing_is_planned),
    T(one_patient_is_told_of_in_order),
    T(subscriptions_are_found_by_how_their_name_begins),
    T(a_message_is_followed_to_its_end),
  };
  return cmocka_run_group_tests_name("intake_outbox", tests, open_kit,
                                     close_kit);
}
