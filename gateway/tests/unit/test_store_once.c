/* Unit tests of gateway/src/store: records of what was done under a key, and
 * stores made by older releases. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static const char digest[] = "0123456789abcdef0123456789abcdef";

static ax_once_key key_of(const char *sender, const char *name, int64_t now) {
  return (ax_once_key){ .sender = ax_str_from(sender),
                        .name = ax_str_from(name),
                        .digest = AX_STR("0123456789abcdef0123456789abcdef"),
                        .now_ms = now };
}

static ax_status put(ax_test_store *t, const char *id, const ax_once_key *key,
                     uint64_t seen) {
  ax_write write = ax_test_store_write("Patient", id, 1, 1000);
  ax_once once = { .key = key,
                   .until_ms = key->now_ms + 500,
                   .seen = seen,
                   .note = ax_str_from(id) };
  ax_commit commit = { .writes = &write, .write_count = 1, .once = &once };
  t->err = (ax_error){ 0 };
  return ax_store_commit(t->store, &commit, &t->err);
}

static size_t count_of(ax_test_store *t, const ax_once_key *key,
                       ax_once_record **records) {
  size_t count = 99;
  assert_int_equal(
      ax_store_once(t->store, t->arena, key, records, &count, &t->err), AX_OK);
  return count;
}

static void a_record_is_found_by_its_sender_also_after_opening_again(void **s) {
  ax_test_store *t = *s;
  ax_once_record *records = NULL;
  ax_once_key mine = key_of("lab", "k", 1000),
              other = key_of("ward", "k", 1000);
  assert_int_equal(put(t, "p1", &mine, 0), AX_OK);
  ax_test_store_reopen(t);
  assert_int_equal(count_of(t, &mine, &records), 1);
  assert_str(records[0].digest, digest);
  assert_str(records[0].note, "p1");
  assert_int_equal(count_of(t, &other, &records), 0);
}

static void two_who_saw_nothing_do_not_both_get_through(void **s) {
  ax_test_store *t = *s;
  ax_stored got;
  ax_once_key key = key_of("lab", "k", 1000);
  assert_int_equal(put(t, "p1", &key, 0), AX_OK);
  assert_int_equal(put(t, "p2", &key, 0), AX_CONFLICT);
  assert_int_equal(ax_store_read(t->store, t->arena, AX_STR("Patient"),
                                 AX_STR("p2"), 0, &got, &t->err),
                   AX_NOT_FOUND);
  assert_int_equal(put(t, "p2", &key, 1), AX_OK);
}

static void a_record_ends_and_is_swept(void **s) {
  ax_test_store *t = *s;
  ax_once_record *records = NULL;
  ax_once_key early = key_of("lab", "k", 1000), late = key_of("lab", "k", 1501);
  assert_int_equal(put(t, "p1", &early, 0), AX_OK);
  assert_int_equal(count_of(t, &late, &records), 0);
  assert_int_equal(put(t, "p2", &late, 0), AX_OK);
  assert_int_equal(count_of(t, &late, &records), 1);
  assert_str(records[0].note, "p2");
  assert_int_equal(ax_test_store_count(t, "SELECT count(*) FROM once"), 1);
}

/* --- stores of older releases ----------------------------------------------
 */

static void take_fixture(ax_test_store *t, const char *name) {
  char path[300];
  ax_str sql;
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/gateway/tests/cases/store/%s",
                 root ? root : ".", name);
  assert_int_equal(ax_file_read(t->arena, path, 1 << 20, &sql, &t->err), AX_OK);
  ax_store_close(t->store);
  t->store = NULL;
  (void)snprintf(path, sizeof path, "%s/auspex.db", t->folder);
  assert_int_equal(unlink(path), 0);
  ax_test_store_sql(t, sql.ptr);
  ax_test_store_reopen(t);
}

static void a_store_of_release_0_1_0_comes_forward(void **s) {
  ax_test_store *t = *s;
  ax_store_report report;
  ax_store_stats stats;
  ax_once_key key = key_of("lab", "k", 1000);
  take_fixture(t, "version_1.sql");
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  assert_int_equal(stats.versions, 4);
  assert_int_equal(stats.tasks_done, 1);
  assert_int_equal(put(t, "p1", &key, 0), AX_OK);
  assert_int_equal(ax_store_check(t->store, t->arena, &report, &t->err), AX_OK);
  assert_int_equal(report.versions, 5);
  assert_int_equal(report.count, 0);
  assert_int_equal(
      ax_test_store_count(t, "SELECT count(*) FROM version WHERE codec = 1"),
      4);
}

int main(void) {
#define T(f)                                              \
  cmocka_unit_test_setup_teardown(f, ax_test_store_setup, \
                                  ax_test_store_teardown)
  const struct CMUnitTest tests[] = {
    T(a_record_is_found_by_its_sender_also_after_opening_again),
    T(two_who_saw_nothing_do_not_both_get_through),
    T(a_record_ends_and_is_swept),
    T(a_store_of_release_0_1_0_comes_forward),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
