/* Unit tests of gateway/src/store: large commits, written ahead and hidden. The
 * backend is driven by hand, so that each moment can be looked at. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_backend.h"

enum { MANY = 450, WIDTH = 24 };

#define CODE "http://loinc.org"

typedef struct {
  char ids[MANY][WIDTH];
  ax_write writes[MANY];
  ax_store_packed bodies[MANY];
  ax_index_row row;
  ax_fact fact;
  ax_task task;
  ax_commit commit;
  ax_store_job job;
} large;

typedef struct {
  char folder[64];
  ax_store_backend *backend;
  ax_arena *arena;
  ax_error err;
  large load;
} bench;

static const ax_store_ops *const ops = &ax_store_sqlite_ops;

static void open_backend(bench *b) {
  const ax_store_options options = { .folder = b->folder };
  if (ops->open(&options, &b->backend, &b->err)) fail_msg("%s", b->err.text);
}

/* 450 Observations of one patient, each to be found by its code. */
static void prepare(large *l) {
  *l = (large){ .row = ax_test_store_token("code", CODE, "2339-0") };
  l->fact = (ax_fact){ .kind = AX_FACT_OBSERVATION,
                       .system = AX_STR(CODE),
                       .code = AX_STR("2339-0") };
  l->task = (ax_task){ .model = AX_STR("m"), .patient = AX_STR("Patient/p") };
  for (size_t i = 0; i < MANY; i++) {
    (void)snprintf(l->ids[i], WIDTH, "large-%zu", i);
    l->writes[i] = ax_test_store_write("Observation", l->ids[i], 1, 5000);
    l->writes[i].patient = AX_STR("Patient/p");
    l->writes[i].index = &l->row;
    l->writes[i].index_count = 1;
    l->writes[i].facts = &l->fact;
    l->writes[i].fact_count = 1;
    l->bodies[i].bytes = l->writes[i].body;
  }
  l->commit = (ax_commit){ .writes = l->writes,
                           .write_count = MANY,
                           .tasks = &l->task,
                           .task_count = 1 };
  l->job = (ax_store_job){ .commit = &l->commit, .bodies = l->bodies };
}

static int set_up(void **state) {
  bench *b = calloc(1, sizeof *b);
  if (!b) return -1;
  b->arena = ax_arena_new(64u << 20);
  ax_test_store_folder(b->folder);
  open_backend(b);
  prepare(&b->load);
  *state = b;
  return 0;
}

static int tear_down(void **state) {
  bench *b = *state;
  ops->close(b->backend);
  ax_arena_free(b->arena);
  ax_test_store_remove(b->folder);
  free(b);
  return 0;
}

static ax_status put_with(bench *b, ax_write write,
                          const ax_precondition *condition) {
  ax_commit commit = { .writes = &write,
                       .write_count = 1,
                       .preconditions = condition,
                       .precondition_count = condition != NULL };
  ax_store_packed body = { .bytes = write.body };
  ax_store_job job = { .commit = &commit, .bodies = &body };
  ax_store_job *jobs[] = { &job };
  (void)ops->run(b->backend, jobs, 1);
  return job.status;
}

static ax_status put(bench *b, const char *id, uint64_t version) {
  return put_with(b, ax_test_store_write("Observation", id, version, 6000),
                  NULL);
}

static void run_large(bench *b, ax_status wanted) {
  ax_store_job *jobs[] = { &b->load.job };
  (void)ops->run(b->backend, jobs, 1);
  if (b->load.job.status != wanted) fail_msg("%s", b->load.job.err.text);
}

/* --- looking in every way there is ---------------------------------------- */

static uint64_t found_by(bench *b, const ax_query_term *term) {
  ax_query q = { .type = AX_STR("Observation"),
                 .terms = term,
                 .term_count = term != NULL,
                 .limit = 1,
                 .want_total = true };
  ax_page page = { 0 };
  assert_int_equal(ops->search(b->backend, b->arena, &q, &page, &b->err),
                   AX_OK);
  assert_int_equal(page.count, page.total > 0);
  return page.total;
}

static uint64_t versions_of(bench *b, const char *type) {
  ax_history ask = { .type = ax_str_from(type) };
  ax_page page = { 0 };
  assert_int_equal(ops->history(b->backend, b->arena, &ask, &page, &b->err),
                   AX_OK);
  return page.total;
}

static bool is_read(bench *b, const char *id, uint64_t version) {
  ax_stored got;
  return ops->read(b->backend, b->arena, AX_STR("Observation"),
                   ax_str_from(id), version, &got, &b->err) == AX_OK;
}

static size_t facts_of(bench *b, const ax_fact_code *filter) {
  ax_facts facts = { 0 };
  assert_int_equal(ops->facts(b->backend, b->arena, AX_STR("Patient/p"), filter,
                              filter != NULL, &facts, &b->err),
                   AX_OK);
  return facts.count;
}

/* `others` is how many Observations there are besides. */
static void sees(bench *b, size_t of_large, size_t others) {
  static const ax_query_value value = { .system = AX_STR_INIT(CODE),
                                        .code = AX_STR_INIT("2339-0") };
  static const ax_query_term code = { .param = AX_STR_INIT("code"),
                                      .kind = AX_INDEX_TOKEN,
                                      .values = &value,
                                      .value_count = 1 };
  const ax_fact_code filter = { .system = AX_STR(CODE),
                                .code = AX_STR("2339-0") };
  const ax_str param = AX_STR("code"), *values = NULL;
  const ax_rows_of of = { AX_STR("Observation"), AX_STR("large-0"), &param, 1 };
  size_t count = 0;
  bool whole = of_large > 0;
  assert_int_equal(found_by(b, NULL), of_large + others);
  assert_int_equal(found_by(b, &code), of_large);
  assert_int_equal(versions_of(b, "Observation"), of_large + others);
  assert_int_equal(is_read(b, "large-0", 0), whole);
  assert_int_equal(is_read(b, "large-0", 1), whole);
  assert_int_equal(is_read(b, "large-449", 0), whole);
  assert_int_equal(facts_of(b, NULL), of_large);
  assert_int_equal(facts_of(b, &filter), of_large);
  assert_int_equal(ops->values(b->backend, b->arena, &of, &values, &count,
                               &b->err),
                   AX_OK);
  assert_int_equal(count, whole);
  ax_history one = { .type = AX_STR("Observation"), .id = AX_STR("large-0") };
  ax_page page = { 0 };
  assert_int_equal(ops->history(b->backend, b->arena, &one, &page, &b->err),
                   whole ? AX_OK : AX_NOT_FOUND);
}

static void is_sound(bench *b, uint64_t resources, uint64_t facts) {
  ax_store_report report = { 0 };
  ax_store_stats stats = { 0 };
  assert_int_equal(ops->check(b->backend, b->arena, &report, &b->err), AX_OK);
  if (report.count) fail_msg("%s", report.faults[0].ptr);
  assert_int_equal(ops->stats(b->backend, &stats, &b->err), AX_OK);
  assert_int_equal(stats.resources, resources);
  assert_int_equal(stats.facts, facts);
}

static size_t rows_in(const bench *b, const char *table) {
  char sql[64];
  ax_test_store t = { 0 };
  memcpy(t.folder, b->folder, sizeof t.folder);
  (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
  return (size_t)ax_test_store_count(&t, sql);
}

/* --- tests -------------------------------------------------------------------
 */

static void a_large_commit_is_seen_whole_or_not_at_all(void **state) {
  bench *b = *state;
  size_t steps = 1, small = 0;
  assert_int_equal(put(b, "small-0", 1), AX_OK);
  while (ops->step(b->backend, &b->load.job)) {
    char id[WIDTH];
    sees(b, 0, ++small);
    assert_int_equal(versions_of(b, ""), small);
    (void)snprintf(id, sizeof id, "small-%zu", steps++);
    assert_int_equal(put(b, id, 1), AX_OK); /* others get their turn */
  }
  assert_true(steps >= 3);
  assert_int_equal(b->load.job.status, AX_OK);
  sees(b, 0, steps);
  is_sound(b, steps, 0);
  assert_true(rows_in(b, "version") >= MANY); /* they are there, hidden */
  run_large(b, AX_OK);
  assert_int_not_equal(b->load.task.key, 0);
  sees(b, MANY, steps);
  is_sound(b, steps + MANY, MANY);
}

static void what_is_written_ahead_holds_its_ids(void **state) {
  bench *b = *state;
  (void)ops->step(b->backend, &b->load.job);
  assert_int_equal(put(b, "large-0", 1), AX_CONFLICT);
  assert_int_equal(put(b, "large-0", 2), AX_CONFLICT);
  while (ops->step(b->backend, &b->load.job)) {
  }
  run_large(b, AX_OK);
  assert_int_equal(put(b, "large-0", 1), AX_CONFLICT);
  assert_int_equal(put(b, "large-0", 2), AX_OK); /* without facts */
  is_sound(b, MANY, MANY - 1);
}

/* Later versions come with the commit, beside what is new. */
static void a_large_commit_may_change_what_is_there(void **state) {
  bench *b = *state;
  assert_int_equal(put(b, "large-3", 1), AX_OK);
  assert_int_equal(put(b, "large-4", 1), AX_OK);
  b->load.writes[3].version = 2;
  b->load.writes[4].version = 2;
  b->load.writes[4].body = AX_STR("");
  b->load.writes[4].fact_count = b->load.writes[4].index_count = 0;
  while (ops->step(b->backend, &b->load.job)) {
  }
  assert_int_equal(b->load.job.status, AX_OK);
  assert_true(is_read(b, "large-3", 0));
  assert_false(is_read(b, "large-3", 2));
  run_large(b, AX_OK);
  assert_true(is_read(b, "large-3", 2));
  assert_int_equal(found_by(b, NULL), MANY - 1);
  assert_int_equal(facts_of(b, NULL), MANY - 1);
}

static void remove_litter(bench *b) {
  static const char *const tables[] = { "resource", "version", "index_value",
                                        "fact" };
  while (ops->step(b->backend, NULL)) {
  }
  for (size_t i = 0; i < AX_COUNT(tables); i++)
    assert_true(rows_in(b, tables[i]) <= 1);
}

/* A condition that held when it began and does not when it ends. */
static void a_large_commit_that_fails_leaves_nothing(void **state) {
  bench *b = *state;
  ax_query q = { .type = AX_STR("Patient") };
  const ax_precondition none = { .query = &q };
  b->load.commit.preconditions = &none;
  b->load.commit.precondition_count = 1;
  while (ops->step(b->backend, &b->load.job)) {
  }
  assert_int_equal(b->load.job.status, AX_OK);
  assert_int_equal(
      put_with(b, ax_test_store_write("Patient", "other", 1, 6000), NULL),
      AX_OK);
  run_large(b, AX_CONFLICT);
  sees(b, 0, 0);
  remove_litter(b);
  is_sound(b, 1, 0);
  assert_int_equal(put(b, "large-0", 1), AX_OK); /* its ids are free again */
}

/* The next one first removes what the one before left. */
static void a_large_commit_follows_one_that_failed(void **state) {
  bench *b = *state;
  (void)ops->step(b->backend, &b->load.job);
  prepare(&b->load); /* as if the first were gone */
  while (ops->step(b->backend, &b->load.job)) {
  }
  assert_int_equal(b->load.job.status, AX_OK);
  run_large(b, AX_OK);
  sees(b, MANY, 0);
  is_sound(b, MANY, MANY);
}

static void a_step_that_cannot_be_fails_the_commit(void **state) {
  bench *b = *state;
  assert_int_equal(put(b, "large-440", 1), AX_OK);
  while (ops->step(b->backend, &b->load.job)) {
  }
  assert_int_equal(b->load.job.status, AX_CONFLICT);
  remove_litter(b);
  is_sound(b, 1, 0);
}

static void what_a_crash_left_is_hidden_and_removed(void **state) {
  bench *b = *state;
  (void)ops->step(b->backend, &b->load.job);
  ops->close(b->backend);
  open_backend(b);
  sees(b, 0, 0);
  is_sound(b, 0, 0);
  remove_litter(b);
  prepare(&b->load);
  while (ops->step(b->backend, &b->load.job)) {
  }
  run_large(b, AX_OK);
  ops->close(b->backend);
  open_backend(b);
  assert_int_equal(put(b, "small", 1), AX_OK); /* keys go on where they were */
  sees(b, MANY, 1);
  is_sound(b, MANY + 1, MANY);
}

#define AHEAD_TEST(name) \
  cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    AHEAD_TEST(a_large_commit_is_seen_whole_or_not_at_all),
    AHEAD_TEST(what_is_written_ahead_holds_its_ids),
    AHEAD_TEST(a_large_commit_may_change_what_is_there),
    AHEAD_TEST(a_large_commit_that_fails_leaves_nothing),
    AHEAD_TEST(a_large_commit_follows_one_that_failed),
    AHEAD_TEST(a_step_that_cannot_be_fails_the_commit),
    AHEAD_TEST(what_a_crash_left_is_hidden_and_removed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
