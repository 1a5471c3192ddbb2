/* Unit tests of gateway/src/store: tasks, evidence, audit. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#include <string.h>

#include "store/store_evidence.h"

static ax_task task_of(const char *patient, int64_t not_before) {
  return (ax_task){ .model = AX_STR("org.example.model"),
                    .patient = ax_str_from(patient),
                    .as_of_ms = 123,
                    .not_before_ms = not_before };
}

static uint64_t add(ax_test_store *t, const char *patient, int64_t not_before) {
  ax_task task = task_of(patient, not_before);
  ax_commit c = { .tasks = &task, .task_count = 1 };
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_OK);
  assert_int_not_equal(task.key, 0);
  return task.key;
}

static ax_status finish(ax_test_store *t, ax_task task, ax_task_state state) {
  ax_commit c = { .finished = &task,
                  .finished_state = &state,
                  .finished_count = 1 };
  t->err = (ax_error){ 0 };
  return ax_store_commit(t->store, &c, &t->err);
}

static size_t due(ax_test_store *t, int64_t now, size_t max, ax_task **tasks) {
  size_t count = 0;
  assert_int_equal(
      ax_store_tasks_due(t->store, t->arena, now, max, tasks, &count, &t->err),
      AX_OK);
  return count;
}

static void tasks_come_when_they_are_due_longest_first(void **state) {
  ax_test_store *t = *state;
  ax_task *tasks = NULL;
  (void)add(t, "Patient/later", 2000);
  (void)add(t, "Patient/b", 1000);
  (void)add(t, "Patient/a", 500);
  (void)add(t, "Patient/c", 1000);
  assert_int_equal(due(t, 499, 10, &tasks), 0);
  assert_int_equal(due(t, 1999, 10, &tasks), 3);
  assert_str(tasks[0].patient, "Patient/a");
  assert_str(tasks[1].patient, "Patient/b");
  assert_str(tasks[2].patient, "Patient/c");
  assert_str(tasks[0].model, "org.example.model");
  assert_int_equal(tasks[0].as_of_ms, 123);
  assert_int_equal(due(t, 5000, 2, &tasks), 2);
  assert_int_equal(due(t, 5000, 0, &tasks), 0);
}

/* Put off until 10 minutes from then; then the clock is set back by a day. */
static void a_clock_set_back_does_not_hold_tasks_back(void **state) {
  ax_test_store *t = *state;
  ax_task *tasks = NULL;
  const int64_t day = 86400000;
  (void)add(t, "Patient/a", 5 * day + 600000);
  assert_int_equal(due(t, 5 * day, 10, &tasks), 0);
  assert_int_equal(due(t, 4 * day, 10, &tasks), 1);
}

static void a_task_is_finished_once(void **state) {
  ax_test_store *t = *state;
  ax_task *tasks = NULL;
  ax_task task = task_of("Patient/a", 0);
  task.key = add(t, "Patient/a", 0);
  assert_int_equal(finish(t, task, AX_TASK_DONE), AX_OK);
  assert_int_equal(due(t, 5000, 10, &tasks), 0);
  assert_int_equal(finish(t, task, AX_TASK_DONE), AX_CONFLICT);
  assert_string_equal(t->err.text, "task 1 was finished before");
  assert_int_equal(finish(t, task, AX_TASK_FAILED), AX_CONFLICT);
  task.key = 99;
  assert_int_equal(finish(t, task, AX_TASK_DONE), AX_CONFLICT);
  assert_string_equal(t->err.text, "task 99 does not exist");
  assert_int_equal(finish(t, task, (ax_task_state)7), AX_INVALID);
}

static void a_failed_attempt_waits_for_its_time(void **state) {
  ax_test_store *t = *state;
  ax_task *tasks = NULL;
  ax_task task = task_of("Patient/a", 3000);
  task.key = add(t, "Patient/a", 0);
  task.attempts = 2;
  task.note = AX_STR("worker died");
  assert_int_equal(finish(t, task, AX_TASK_WAITING), AX_OK);
  assert_int_equal(due(t, 2999, 10, &tasks), 0);
  assert_int_equal(due(t, 3000, 10, &tasks), 1);
  assert_int_equal(tasks[0].attempts, 2);
  assert_str(tasks[0].note, "worker died");
  assert_int_equal(finish(t, task, AX_TASK_FAILED), AX_OK);
  assert_int_equal(due(t, 9000, 10, &tasks), 0);
}

static void a_result_and_its_task_are_one_commit(void **state) {
  ax_test_store *t = *state;
  ax_stored got;
  ax_task task = task_of("Patient/a", 0);
  ax_task_state done = AX_TASK_DONE;
  ax_write w = ax_test_store_write("RiskAssessment", "r1", 1, 1);
  ax_commit c = { .writes = &w,
                  .write_count = 1,
                  .finished = &task,
                  .finished_state = &done,
                  .finished_count = 1 };
  task.key = add(t, "Patient/a", 0);
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_OK);
  w.id = AX_STR("r2"); /* somebody else comes with the same task */
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  assert_int_equal(
      ax_store_read(t->store, t->arena, w.type, w.id, 0, &got, &t->err),
      AX_NOT_FOUND);
}

static void a_task_finished_twice_in_one_commit_is_a_conflict(void **state) {
  ax_test_store *t = *state;
  ax_task *tasks = NULL;
  ax_task two[2] = { task_of("Patient/a", 0), task_of("Patient/a", 0) };
  ax_task_state states[2] = { AX_TASK_DONE, AX_TASK_DONE };
  ax_commit c = { .finished = two,
                  .finished_state = states,
                  .finished_count = 2 };
  two[0].key = two[1].key = add(t, "Patient/a", 0);
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  assert_int_equal(due(t, 1, 10, &tasks), 1);
}

static void tasks_are_counted_and_survive(void **state) {
  ax_test_store *t = *state;
  ax_store_stats stats;
  ax_task *tasks = NULL;
  ax_task task = task_of("Patient/a", 0);
  for (int i = 0; i < 3; i++) task.key = add(t, "Patient/a", 0);
  assert_int_equal(finish(t, task, AX_TASK_DONE), AX_OK);
  task.key--;
  assert_int_equal(finish(t, task, AX_TASK_FAILED), AX_OK);
  ax_test_store_reopen(t);
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  assert_int_equal(stats.tasks_waiting, 1);
  assert_int_equal(stats.tasks_done, 1);
  assert_int_equal(stats.tasks_failed, 1);
  assert_int_equal(due(t, 1, 10, &tasks), 1);
  assert_int_equal(add(t, "Patient/b", 0), 4); /* keys go on */
}

/* --- evidence ----------------------------------------------------------------
 */

static ax_evidence evidence_of(const char *output) {
  return (ax_evidence){ .model = AX_STR("m"),
                        .model_version = AX_STR("1"),
                        .module_digest = AX_STR("d"),
                        .row = AX_STR("{\"a\":\"b\"}"),
                        .output = ax_str_from(output),
                        .as_of_ms = 5,
                        .at_ms = 6,
                        .took_us = 7 };
}

static void put_evidence(ax_test_store *t, const char *output) {
  ax_evidence e = evidence_of(output);
  ax_commit c = { .evidence = &e, .evidence_count = 1 };
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_OK);
}

static size_t faults(ax_test_store *t, ax_store_report *report) {
  assert_int_equal(ax_store_check(t->store, t->arena, report, &t->err), AX_OK);
  return report->count;
}

static void evidence_text_is_always_the_same(void **state) {
  ax_test_store *t = *state;
  ax_evidence e = evidence_of("1.50");
  ax_str text;
  assert_int_equal(ax_store_evidence_text(t->arena, &e, &text), AX_OK);
  assert_str(
      text, "{\"model\":\"m\",\"modelVersion\":\"1\",\"module\":\"d\","
            "\"params\":\"\",\"engine\":\"\",\"row\":\"{\\\"a\\\":\\\"b\\\"}\","
            "\"output\":\"1.50\",\"results\":\"\",\"caller\":\"\",\"asOf\":5,"
            "\"at\":6,\"tookUs\":7}");
}

static void the_chain_of_evidence_goes_on_after_opening(void **state) {
  ax_test_store *t = *state;
  ax_store_report report;
  put_evidence(t, "1");
  put_evidence(t, "2");
  ax_test_store_reopen(t);
  put_evidence(t, "3");
  assert_int_equal(faults(t, &report), 0);
  assert_int_equal(report.evidence, 3);
}

static void refused_commits_leave_the_chain_whole(void **state) {
  ax_test_store *t = *state;
  ax_store_report report;
  ax_evidence e = evidence_of("2");
  ax_write twice[] = { ax_test_store_write("Basic", "x", 1, 1),
                       ax_test_store_write("Basic", "x", 1, 1) };
  ax_commit c = {
    .evidence = &e, .evidence_count = 1, .writes = twice, .write_count = 2
  };
  put_evidence(t, "1");
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  put_evidence(t, "3");
  assert_int_equal(faults(t, &report), 0);
  assert_int_equal(report.evidence, 2);
}

static void changed_evidence_is_noticed(void **state) {
  ax_test_store *t = *state;
  ax_store_report report;
  for (int i = 0; i < 5; i++) put_evidence(t, "1");
  ax_test_store_sql(t,
                    "UPDATE evidence SET record ="
                    " replace(record, '\"output\":\"1\"', '\"output\":\"2\"')"
                    " WHERE key = 3");
  assert_int_equal(faults(t, &report), 1);
  assert_non_null(strstr(report.faults[0].ptr, "evidence 3"));
}

static void evidence_taken_out_is_noticed(void **state) {
  ax_test_store *t = *state;
  ax_store_report report;
  for (int i = 0; i < 5; i++) put_evidence(t, "1");
  ax_test_store_sql(t, "DELETE FROM evidence WHERE key = 2;"
                       "UPDATE total SET evidence = 4");
  assert_int_equal(faults(t, &report), 1);
  assert_non_null(strstr(report.faults[0].ptr, "evidence 3"));
}

static void an_audit_row_stands_with_its_commit(void **state) {
  ax_test_store *t = *state;
  ax_audit a = { .at_ms = 1,
                 .request_id = AX_STR("r"),
                 .action = AX_STR("create"),
                 .outcome = AX_STR("201") };
  ax_write w = ax_test_store_write("Basic", "x", 2, 1);
  ax_commit c = { .audit = &a };
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_OK);
  c.writes = &w;
  c.write_count = 1;
  assert_int_equal(ax_store_commit(t->store, &c, &t->err), AX_CONFLICT);
  assert_int_equal(
      ax_test_store_count(t, "SELECT count(*) FROM audit"
                             " WHERE action = 'create' AND outcome = '201'"),
      1);
}

#define T(name)                                              \
  cmocka_unit_test_setup_teardown(name, ax_test_store_setup, \
                                  ax_test_store_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(tasks_come_when_they_are_due_longest_first),
    T(a_clock_set_back_does_not_hold_tasks_back),
    T(a_task_is_finished_once),
    T(a_failed_attempt_waits_for_its_time),
    T(a_result_and_its_task_are_one_commit),
    T(a_task_finished_twice_in_one_commit_is_a_conflict),
    T(tasks_are_counted_and_survive),
    T(evidence_text_is_always_the_same),
    T(the_chain_of_evidence_goes_on_after_opening),
    T(refused_commits_leave_the_chain_whole),
    T(changed_evidence_is_noticed),
    T(evidence_taken_out_is_noticed),
    T(an_audit_row_stands_with_its_commit),
  };
  return cmocka_run_group_tests_name("store_tasks", tests, NULL, NULL);
}
