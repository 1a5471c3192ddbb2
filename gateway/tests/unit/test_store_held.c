/* Unit tests of gateway/src/store: requests that are held apart, settings, the
 * walk over everything and new index rows. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#include <string.h>

static ax_held held_of(const char *id, ax_held_kind kind) {
  return (ax_held){ .id = ax_str_from(id),
                    .kind = kind,
                    .sender = AX_STR("lab"),
                    .request_id = AX_STR("r-1"),
                    .message = AX_STR("m-1"),
                    .target = AX_STR("Patient"),
                    .request = AX_STR("{\"method\":\"POST\"}"),
                    .at_ms = 1000,
                    .body = AX_STR("{\"resourceType\":\"Patient\"}"),
                    .status = 202,
                    .outcome = AX_STR("{\"resourceType\":\"OperationOutcome\"}"),
                    .note = AX_STR("") };
}

static ax_status hold(ax_test_store *t, ax_held *held) {
  ax_commit commit = { .held = held, .held_count = 1 };
  t->err = (ax_error){ 0 };
  return ax_store_commit(t->store, &commit, &t->err);
}

static ax_status settle(ax_test_store *t, const char *id, ax_held_state state,
                        int64_t until_ms) {
  ax_held held = { .id = ax_str_from(id),
                   .state = state,
                   .status = 201,
                   .outcome = AX_STR("{\"a\":1}"),
                   .note = AX_STR("why"),
                   .until_ms = until_ms };
  ax_commit commit = { .settled = &held, .settled_count = 1 };
  t->err = (ax_error){ 0 };
  return ax_store_commit(t->store, &commit, &t->err);
}

static size_t find(ax_test_store *t, ax_held_filter filter, int64_t now_ms,
                   ax_held **out) {
  size_t count = 99;
  if (!filter.max) filter.max = 100;
  t->err = (ax_error){ 0 };
  assert_int_equal(ax_store_held(t->store, t->arena, &filter, now_ms, out,
                                 &count, &t->err),
                   AX_OK);
  return count;
}

static size_t find_id(ax_test_store *t, const char *id, int64_t now_ms,
                      ax_held **out) {
  return find(t,
              (ax_held_filter){ .any_state = true,
                                .id = ax_str_from(id),
                                .whole = true },
              now_ms, out);
}

static ax_store_stats stats_of(ax_test_store *t) {
  ax_store_stats stats;
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  return stats;
}

static void no_faults(ax_test_store *t) {
  ax_store_report report;
  assert_int_equal(ax_store_check(t->store, t->arena, &report, &t->err), AX_OK);
  assert_int_equal(report.count, 0);
}

static void a_request_is_held_whole_also_after_opening_again(void **s) {
  ax_test_store *t = *s;
  ax_held *got = NULL;
  ax_held held = held_of("h1", AX_HELD_REFUSED);
  char *large = AX_NEW_ARRAY(t->arena, char, 3000000);
  memset(large, 'x', 3000000);
  held.body = (ax_str){ large, 3000000 };
  assert_int_equal(hold(t, &held), AX_OK);
  assert_true(held.key > 0);
  ax_test_store_reopen(t);
  assert_int_equal(find_id(t, "h1", 2000, &got), 1);
  assert_int_equal(got->body.len, 3000000);
  assert_memory_equal(got->body.ptr, large, 3000000);
  assert_str(got->outcome, "{\"resourceType\":\"OperationOutcome\"}");
  assert_str(got->sender, "lab");
  assert_str(got->request_id, "r-1");
  assert_str(got->message, "m-1");
  assert_str(got->target, "Patient");
  assert_str(got->request, "{\"method\":\"POST\"}");
  assert_int_equal(got->status, 202);
  assert_int_equal(got->at_ms, 1000);
  assert_int_equal(stats_of(t).held[AX_HELD_REFUSED], 1);
  assert_int_equal(stats_of(t).resources, 0);
  no_faults(t);
}

static void the_same_id_is_held_once(void **s) {
  ax_test_store *t = *s;
  ax_held held = held_of("h1", AX_HELD_JOB);
  assert_int_equal(hold(t, &held), AX_OK);
  assert_int_not_equal(hold(t, &held), AX_OK);
  assert_int_equal(stats_of(t).held[AX_HELD_JOB], 1);
}

static void what_waits_is_settled_once(void **s) {
  ax_test_store *t = *s;
  ax_held *got = NULL;
  ax_held held = held_of("h1", AX_HELD_REFUSED);
  assert_int_equal(settle(t, "h1", AX_HELD_DONE, 0), AX_CONFLICT);
  assert_int_equal(hold(t, &held), AX_OK);
  assert_int_equal(settle(t, "h1", AX_HELD_WAITING, 0), AX_OK);
  assert_int_equal(find_id(t, "h1", 2000, &got), 1);
  assert_true(got->body.len > 0);
  assert_str(got->outcome, "{\"a\":1}");
  assert_int_equal(settle(t, "h1", AX_HELD_DONE, 0), AX_OK);
  assert_int_equal(find_id(t, "h1", 2000, &got), 1);
  assert_int_equal(got->body.len, 0);
  assert_int_equal(got->state, AX_HELD_DONE);
  assert_int_equal(got->status, 201);
  assert_str(got->note, "why");
  assert_int_equal(settle(t, "h1", AX_HELD_DROPPED, 0), AX_CONFLICT);
  assert_int_equal(stats_of(t).held[AX_HELD_REFUSED], 0);
  no_faults(t);
}

static void a_commit_may_need_one_that_waits(void **s) {
  ax_test_store *t = *s;
  ax_held held = held_of("h1", AX_HELD_JOB);
  ax_write write = ax_test_store_write("Patient", "p", 1, 1000);
  ax_commit commit = { .writes = &write,
                       .write_count = 1,
                       .needs_held = AX_STR("h1") };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_CONFLICT);
  assert_int_equal(hold(t, &held), AX_OK);
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(settle(t, "h1", AX_HELD_DROPPED, 5000), AX_OK);
  write.id = AX_STR("q");
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_CONFLICT);
}

/* A release: the resource and the end of what was held are one commit. */
static void a_write_and_its_release_are_one(void **s) {
  ax_test_store *t = *s;
  ax_stored got;
  ax_held held = held_of("h1", AX_HELD_REFUSED);
  ax_held end = { .id = AX_STR("h1"), .state = AX_HELD_DONE };
  ax_write write = ax_test_store_write("Patient", "p", 1, 1000);
  ax_commit commit = {
    .writes = &write, .write_count = 1, .settled = &end, .settled_count = 1
  };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_CONFLICT);
  assert_int_equal(ax_store_read(t->store, t->arena, AX_STR("Patient"),
                                 AX_STR("p"), 0, &got, &t->err),
                   AX_NOT_FOUND);
  assert_int_equal(hold(t, &held), AX_OK);
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(stats_of(t).held[AX_HELD_REFUSED], 0);
  assert_int_equal(stats_of(t).resources, 1);
}

static void they_are_listed_by_kind_state_and_sender(void **s) {
  ax_test_store *t = *s;
  ax_held *got = NULL;
  ax_held a = held_of("a", AX_HELD_REFUSED), b = held_of("b", AX_HELD_REFUSED),
          c = held_of("c", AX_HELD_JOB), d = held_of("d", AX_HELD_TAGGED);
  b.sender = AX_STR("ward");
  d.state = AX_HELD_DONE;
  d.target = AX_STR("Patient/1/_history/2");
  assert_int_equal(hold(t, &a), AX_OK);
  assert_int_equal(hold(t, &b), AX_OK);
  assert_int_equal(hold(t, &c), AX_OK);
  assert_int_equal(hold(t, &d), AX_OK);
  assert_int_equal(settle(t, "a", AX_HELD_DONE, 0), AX_OK);
  assert_int_equal(find(t, (ax_held_filter){ .any_state = true }, 0, &got), 2);
  assert_str(got[0].id, "a");
  assert_int_equal(got[1].body.len, 0);
  assert_int_equal(
      find(t, (ax_held_filter){ .any_state = true, .after = got[0].key }, 0,
           &got),
      1);
  assert_int_equal(
      find(t, (ax_held_filter){ .state = AX_HELD_WAITING }, 0, &got), 1);
  assert_str(got[0].id, "b");
  assert_int_equal(find(t,
                        (ax_held_filter){ .any_state = true,
                                          .sender = AX_STR("ward") },
                        0, &got),
                   1);
  assert_int_equal(find(t,
                        (ax_held_filter){ .kind = AX_HELD_TAGGED,
                                          .any_state = true,
                                          .target = d.target,
                                          .whole = true },
                        0, &got),
                   1);
  assert_str(got[0].outcome, "{\"resourceType\":\"OperationOutcome\"}");
  /* Ids of another kind are not these. */
  assert_int_equal(find_id(t, "c", 0, &got), 0);
}

static void what_ended_is_forgotten_and_swept_in_time(void **s) {
  ax_test_store *t = *s;
  ax_held *got = NULL;
  ax_held a = held_of("a", AX_HELD_REFUSED), b = held_of("b", AX_HELD_REFUSED);
  assert_int_equal(hold(t, &a), AX_OK);
  assert_int_equal(settle(t, "a", AX_HELD_DONE, 1500), AX_OK);
  assert_int_equal(find_id(t, "a", 1500, &got), 1);
  assert_int_equal(find_id(t, "a", 1501, &got), 0);
  b.at_ms = 1600;
  assert_int_equal(hold(t, &b), AX_OK);
  assert_int_equal(ax_test_store_count(t, "SELECT count(*) FROM held"), 1);
}

/* --- settings and the walk -------------------------------------------------
 */

static ax_status set(ax_test_store *t, const char *name, const char *value) {
  ax_setting setting = { ax_str_from(name), ax_str_from(value) };
  ax_commit commit = { .settings = &setting, .setting_count = 1 };
  return ax_store_commit(t->store, &commit, &t->err);
}

static ax_str setting(ax_test_store *t, const char *name) {
  ax_str value;
  assert_int_equal(ax_store_setting(t->store, t->arena, ax_str_from(name),
                                    &value, &t->err),
                   AX_OK);
  return value;
}

static void a_setting_is_remembered_changed_and_forgotten(void **s) {
  ax_test_store *t = *s;
  assert_str(setting(t, "a"), "");
  assert_int_equal(set(t, "a", "1"), AX_OK);
  assert_int_equal(set(t, "b", "3"), AX_OK);
  assert_int_equal(set(t, "a", "2"), AX_OK);
  ax_test_store_reopen(t);
  assert_str(setting(t, "a"), "2");
  assert_int_equal(set(t, "a", ""), AX_OK);
  assert_str(setting(t, "a"), "");
  assert_str(setting(t, "b"), "3");
}

static size_t walk_on(ax_test_store *t, uint64_t after, size_t max, size_t bytes,
                   ax_walked **out) {
  size_t count = 0;
  const ax_walk walk = { after, max, bytes };
  assert_int_equal(
      ax_store_walk(t->store, t->arena, &walk, out, &count, &t->err), AX_OK);
  return count;
}

static void the_walk_meets_each_current_version_once(void **s) {
  ax_test_store *t = *s;
  ax_walked *got = NULL;
  ax_write gone = ax_test_store_write("Patient", "b", 2, 3000);
  gone.body = AX_STR("");
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", "a", 1, 1000)),
      AX_OK);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", "b", 1, 1000)),
      AX_OK);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Group", "c", 1, 1000)), AX_OK);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Patient", "a", 2, 2000)),
      AX_OK);
  assert_int_equal(ax_test_store_put(t, gone), AX_OK);
  assert_int_equal(walk_on(t, 0, 1, 1 << 20, &got), 1);
  assert_str(got->stored.id, "a");
  assert_int_equal(got->stored.version, 2);
  assert_true(got->stored.body.len > 0);
  assert_int_equal(walk_on(t, got->key, 10, 1 << 20, &got), 1);
  assert_str(got->stored.type, "Group");
  assert_int_equal(walk_on(t, got->key, 10, 1 << 20, &got), 0);
  assert_int_equal(walk_on(t, 0, 10, 1, &got), 1); /* one at least */
}

static size_t found(ax_test_store *t, const char *param, const char *code) {
  ax_page page;
  const ax_query_value value = { .any_system = true,
                                 .code = ax_str_from(code) };
  const ax_query_term term = { .param = ax_str_from(param),
                               .kind = AX_INDEX_TOKEN,
                               .values = &value,
                               .value_count = 1 };
  const ax_query query = { .type = AX_STR("Patient"),
                           .terms = &term,
                           .term_count = 1,
                           .limit = 10 };
  assert_int_equal(
      ax_store_search(t->store, t->arena, &query, &page, &t->err), AX_OK);
  return page.count;
}

static void new_rows_take_the_place_of_the_old_ones(void **s) {
  ax_test_store *t = *s;
  ax_index_row old = ax_test_store_token("old", "", "x");
  ax_index_row new = ax_test_store_token("new", "", "x");
  ax_write write = ax_test_store_write("Patient", "a", 1, 1000);
  write.index = &old;
  write.index_count = 1;
  assert_int_equal(ax_test_store_put(t, write), AX_OK);
  assert_int_equal(found(t, "old", "x"), 1);
  write.index = &new;
  ax_commit commit = { .reindexed = &write, .reindexed_count = 1 };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(found(t, "old", "x"), 0);
  assert_int_equal(found(t, "new", "x"), 1);
  no_faults(t);
  /* What has another version meanwhile keeps its rows. */
  write.version = 7;
  write.index = &old;
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
  assert_int_equal(found(t, "new", "x"), 1);
  assert_int_equal(found(t, "old", "x"), 0);
}

int main(void) {
#define T(f)                                              \
  cmocka_unit_test_setup_teardown(f, ax_test_store_setup, \
                                  ax_test_store_teardown)
  const struct CMUnitTest tests[] = {
    T(a_request_is_held_whole_also_after_opening_again),
    T(the_same_id_is_held_once),
    T(what_waits_is_settled_once),
    T(a_commit_may_need_one_that_waits),
    T(a_write_and_its_release_are_one),
    T(they_are_listed_by_kind_state_and_sender),
    T(what_ended_is_forgotten_and_swept_in_time),
    T(a_setting_is_remembered_changed_and_forgotten),
    T(the_walk_meets_each_current_version_once),
    T(new_rows_take_the_place_of_the_old_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
