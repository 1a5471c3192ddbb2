/* Unit tests of gateway/src/intake/intake_ends.c: ends written together. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#include <stdio.h>

#include "intake/intake_ends.h"

static ax_task add_task(ax_test_store *t) {
  ax_task task = { .model = AX_STR("m"), .patient = AX_STR("Patient/p") };
  ax_commit commit = { .tasks = &task, .task_count = 1 };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  return task;
}

static ax_store_stats stats_of(ax_test_store *t) {
  ax_store_stats stats;
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  return stats;
}

static void many_ends_are_one_transaction(void **state) {
  ax_test_store *t = *state;
  ax_intake_ends *ends = ax_intake_ends_new();
  for (size_t i = 1; i <= 50; i++) {
    ax_task task = add_task(t);
    assert_int_equal(
        ax_intake_ends_add(ends, &task, AX_STR("does not apply"), AX_STR("")),
        i);
  }
  uint64_t before = stats_of(t).transactions;
  assert_int_equal(stats_of(t).tasks_waiting, 50);
  ax_intake_ends_flush(ends, t->store);
  assert_int_equal(stats_of(t).tasks_done, 50);
  assert_int_equal(stats_of(t).transactions, before + 1);
  assert_int_equal(ax_intake_ends_count(ends), 0);
  assert_int_equal(
      ax_test_store_count(
          t, "SELECT count(*) FROM task WHERE note = 'does not apply'"),
      50);
  ax_intake_ends_flush(ends, t->store);
  assert_int_equal(stats_of(t).transactions, before + 1);
  ax_intake_ends_free(ends);
}

/* Somebody else ended one of them: the others end all the same. */
static void one_that_was_ended_before_holds_nobody_up(void **state) {
  ax_test_store *t = *state;
  ax_intake_ends *ends = ax_intake_ends_new();
  ax_task tasks[3];
  for (size_t i = 0; i < 3; i++) {
    tasks[i] = add_task(t);
    assert_int_not_equal(
        ax_intake_ends_add(ends, &tasks[i], AX_STR("n"), AX_STR("r")), 0);
  }
  ax_task_state failed = AX_TASK_FAILED;
  ax_commit commit = { .finished = &tasks[1],
                       .finished_state = &failed,
                       .finished_count = 1 };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  ax_intake_ends_flush(ends, t->store);
  assert_int_equal(stats_of(t).tasks_done, 2);
  assert_int_equal(stats_of(t).tasks_failed, 1);
  ax_intake_ends_free(ends);
}

static void what_has_no_room_is_refused(void **state) {
  ax_test_store *t = *state;
  ax_intake_ends *ends = ax_intake_ends_new();
  char long_text[400];
  ax_task task = { .key = 1 };
  size_t kept = 0;
  for (size_t i = 0; i < sizeof long_text; i++) long_text[i] = 'x';
  ax_str text = { long_text, sizeof long_text };
  assert_int_equal(ax_intake_ends_add(ends, &task, AX_STR(""), text), 0);
  assert_int_equal(ax_intake_ends_add(ends, &task, text, AX_STR("")), 1);
  while (ax_intake_ends_add(ends, &task, AX_STR(""), AX_STR(""))) kept++;
  assert_true(kept > 100 && kept < 100000);
  ax_intake_ends_free(ends);
  (void)t;
}

int main(void) {
#define T(f)                                              \
  cmocka_unit_test_setup_teardown(f, ax_test_store_setup, \
                                  ax_test_store_teardown)
  const struct CMUnitTest tests[] = {
    T(many_ends_are_one_transaction),
    T(one_that_was_ended_before_holds_nobody_up),
    T(what_has_no_room_is_refused),
  };
  return cmocka_run_group_tests_name("intake_ends", tests, NULL, NULL);
}
