/* Unit tests of gateway/src/intake/intake_reindex.c: new index rows for what is
 * stored, and where a walk goes on. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"
#include "support/search_kit.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "intake/intake_reindex.h"

enum { COUNT = 10, AWAIT_MS = 20000 };

static search_kit kit;

static int set_up(void **state) {
  (void)state;
  kit = search_kit_open(NULL);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  search_kit_close(&kit);
  return 0;
}

static ax_status then(void *ctx, ax_error *err) {
  (void)err;
  atomic_fetch_add((atomic_int *)ctx, 1);
  return AX_OK;
}

/* Patients without index rows, as from a time without the parameter. */
static void fill(ax_test_store *t) {
  for (int i = 0; i < COUNT; i++) {
    char id[20];
    (void)snprintf(id, sizeof id, "p%d", i);
    ax_write write = ax_test_store_write("Patient", id, 1, 1000);
    write.body = AX_STR("{\"resourceType\":\"Patient\",\"gender\":\"male\"}");
    assert_int_equal(ax_test_store_put(t, write), AX_OK);
  }
}

static size_t males(ax_test_store *t) {
  ax_page page;
  const ax_query_value value = { .any_system = true, .code = AX_STR("male") };
  const ax_query_term term = { .param = AX_STR("gender"),
                               .kind = AX_INDEX_TOKEN,
                               .values = &value,
                               .value_count = 1 };
  const ax_query query = { .type = AX_STR("Patient"),
                           .terms = &term,
                           .term_count = 1,
                           .limit = 2 * COUNT };
  assert_int_equal(
      ax_store_search(t->store, t->arena, &query, &page, &t->err), AX_OK);
  return page.count;
}

static int reindex(ax_test_store *t) {
  atomic_int called = 0;
  ax_intake_reindex *r = NULL;
  const ax_intake_reindex_options options = {
    .store = t->store, .search = kit.search, .then = then, .ctx = &called
  };
  assert_int_equal(ax_intake_reindex_begin(&options, &r, &t->err), AX_OK);
  int64_t until = ax_clock_mono_ns() + ax_test_ms(AWAIT_MS) * 1000000;
  while (ax_intake_reindex_running(r, NULL) && ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(1);
  assert_false(ax_intake_reindex_running(r, NULL));
  ax_intake_reindex_stop(r);
  return called;
}

static ax_str setting(ax_test_store *t, const char *name) {
  ax_str value;
  assert_int_equal(ax_store_setting(t->store, t->arena, ax_str_from(name),
                                    &value, &t->err),
                   AX_OK);
  return value;
}

static void rows_are_made_once(void **s) {
  ax_test_store *t = *s;
  char digest[65];
  ax_search_digest(kit.search, digest);
  fill(t);
  assert_int_equal(males(t), 0);
  assert_int_equal(reindex(t), 1);
  assert_int_equal(males(t), COUNT);
  assert_str(setting(t, "index_digest"), digest);
  assert_str(setting(t, "index_place"), "");
  /* Nothing to do: rows that are taken away stay away. */
  ax_test_store_sql(t, "DELETE FROM index_value");
  assert_int_equal(reindex(t), 1);
  assert_int_equal(males(t), 0);
}

static void a_walk_goes_on_where_it_stopped(void **s) {
  ax_test_store *t = *s;
  char digest[65], sql[300];
  ax_search_digest(kit.search, digest);
  fill(t);
  (void)snprintf(sql, sizeof sql,
                 "INSERT INTO setting SELECT 'index_place', '%s ' || key || "
                 "' 4' FROM resource WHERE id = 'p3'",
                 digest);
  ax_test_store_sql(t, sql);
  assert_int_equal(reindex(t), 1);
  assert_int_equal(males(t), COUNT - 4);
}

static void a_walk_for_other_parameters_begins_anew(void **s) {
  ax_test_store *t = *s;
  fill(t);
  ax_test_store_sql(t, "INSERT INTO setting VALUES('index_place', 'abc 9 9')");
  assert_int_equal(reindex(t), 1);
  assert_int_equal(males(t), COUNT);
}

static void an_empty_store_needs_no_walk(void **s) {
  ax_test_store *t = *s;
  char digest[65];
  ax_search_digest(kit.search, digest);
  assert_int_equal(reindex(t), 1);
  assert_str(setting(t, "index_digest"), digest);
}

int main(void) {
#define T(f)                                              \
  cmocka_unit_test_setup_teardown(f, ax_test_store_setup, \
                                  ax_test_store_teardown)
  const struct CMUnitTest tests[] = {
    T(rows_are_made_once),
    T(a_walk_goes_on_where_it_stopped),
    T(a_walk_for_other_parameters_begins_anew),
    T(an_empty_store_needs_no_walk),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
