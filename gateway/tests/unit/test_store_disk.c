/* Unit tests of gateway/src/store: disks that are full, read-only or broken,
 * damaged files, and copies. */
#include "support/ax_test.h"
#include "support/ax_test_disk.h"
#include "support/ax_test_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int set_up(void **state) {
  ax_test_disk_mount();
  return ax_test_store_setup(state);
}

static int tear_down(void **state) {
  ax_test_disk_turn(AX_TEST_DISK_FINE);
  int failed = ax_test_store_teardown(state);
  ax_test_disk_unmount();
  return failed;
}

static ax_status put(ax_test_store *t, const char *id) {
  return ax_test_store_put(t, ax_test_store_write("Patient", id, 1, 1000));
}

static bool is_there(ax_test_store *t, const char *id) {
  ax_stored got;
  ax_error err = { 0 };
  return ax_store_read(t->store, t->arena, AX_STR("Patient"), ax_str_from(id),
                       0, &got, &err) == AX_OK;
}

static bool is_failing(ax_test_store *t) {
  ax_store_stats stats;
  ax_error err = { 0 };
  assert_int_equal(ax_store_stats_read(t->store, &stats, &err), AX_OK);
  return stats.failing;
}

static void refuse_and_recover(ax_test_store *t, ax_test_disk_state state,
                               ax_status want, const char *part) {
  assert_int_equal(put(t, "before"), AX_OK);
  ax_test_disk_turn(state);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(put(t, "during"), want);
    assert_non_null(strstr(t->err.text, part));
    assert_true(is_failing(t));
  }
  assert_true(is_there(t, "before"));
  assert_false(is_there(t, "during"));
  ax_commit nothing = { 0 };
  assert_int_equal(ax_store_commit(t->store, &nothing, &t->err), want);
  ax_test_disk_turn(AX_TEST_DISK_FINE);
  assert_int_equal(ax_store_commit(t->store, &nothing, &t->err), AX_OK);
  assert_false(is_failing(t));
  assert_int_equal(put(t, "after"), AX_OK);
  ax_test_store_reopen(t);
  assert_true(is_there(t, "before"));
  assert_true(is_there(t, "after"));
}

static void a_full_disk_refuses_until_there_is_room(void **s) {
  refuse_and_recover(*s, AX_TEST_DISK_FULL, AX_FULL, "the disk is full");
}

static void a_read_only_disk_refuses_until_it_is_writable(void **s) {
  refuse_and_recover(*s, AX_TEST_DISK_READ_ONLY, AX_IO, "read-only");
}

static void what_could_not_be_synced_is_not_acknowledged(void **s) {
  refuse_and_recover(*s, AX_TEST_DISK_NO_SYNC, AX_IO, "the disk refused");
}

/* Many at once: each is refused, none is left waiting, none is stored. */
static void a_whole_batch_is_refused_on_a_full_disk(void **s) {
  ax_test_store *t = *s;
  assert_int_equal(put(t, "a"), AX_OK);
  ax_test_disk_turn(AX_TEST_DISK_FULL);
  ax_write writes[3] = { ax_test_store_write("Patient", "x", 1, 1),
                         ax_test_store_write("Patient", "y", 1, 1),
                         ax_test_store_write("Patient", "z", 1, 1) };
  ax_commit commit = { .writes = writes, .write_count = 3 };
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_FULL);
  ax_test_disk_turn(AX_TEST_DISK_FINE);
  assert_false(is_there(t, "x") || is_there(t, "y") || is_there(t, "z"));
  assert_int_equal(ax_store_commit(t->store, &commit, &t->err), AX_OK);
}

/* --- damage ----------------------------------------------------------------
 */

static void scribble(ax_test_store *t, off_t at, size_t len) {
  char path[128];
  static char noise[65536];
  memset(noise, 0x5a, sizeof noise);
  (void)snprintf(path, sizeof path, "%s/auspex.db", t->folder);
  int fd = open(path, O_WRONLY);
  assert_true(fd >= 0);
  assert_int_equal(pwrite(fd, noise, len, at), (ssize_t)len);
  (void)close(fd);
}

static void a_damaged_file_is_not_opened_and_it_is_said_why(void **s) {
  ax_test_store *t = *s;
  assert_int_equal(put(t, "a"), AX_OK);
  ax_store_close(t->store);
  t->store = NULL;
  scribble(t, 0, 100);
  ax_store_options options = { .folder = t->folder };
  ax_error err = { 0 };
  assert_int_equal(ax_store_open(&options, &t->store, &err), AX_IO);
  assert_non_null(strstr(err.text, "damaged: restore a backup"));
}

/* One body of many: whoever reads it learns which. */
static void a_damaged_body_is_named(void **s) {
  ax_test_store *t = *s;
  char path[128];
  sqlite3 *db = NULL;
  ax_stored out = { 0 };
  ax_walked *walked = NULL;
  size_t count = 0;
  assert_int_equal(put(t, "a"), AX_OK);
  (void)snprintf(path, sizeof path, "%s/auspex.db", t->folder);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  assert_int_equal(
      sqlite3_exec(db, "UPDATE version SET codec = 1, body = zeroblob(64)",
                   NULL, NULL, NULL),
      SQLITE_OK);
  assert_int_equal(sqlite3_close(db), SQLITE_OK);
  for (int i = 0; i < 2; i++) {
    const ax_walk walk = { .max = 10, .bytes = 1 << 20 };
    ax_error err = { 0 };
    ax_status status =
        i ? ax_store_walk(t->store, t->arena, &walk, &walked, &count, &err)
          : ax_store_read(t->store, t->arena, AX_STR("Patient"), AX_STR("a"),
                          AX_VERSION_ANY, &out, &err);
    assert_int_equal(status, AX_IO);
    if (!strstr(err.text, "store: Patient/a version 1: a stored body is "
                          "damaged") ||
        !strstr(err.text, "restore a backup"))
      fail_msg("%s", err.text);
  }
}

static void a_damaged_page_is_found_and_does_not_end_the_process(void **s) {
  ax_test_store *t = *s;
  ax_store_report report;
  ax_error err = { 0 };
  for (int i = 0; i < 300; i++) {
    char id[20];
    (void)snprintf(id, sizeof id, "p%d", i);
    assert_int_equal(put(t, id), AX_OK);
  }
  ax_store_close(t->store);
  t->store = NULL;
  /* The second half of the file: tables, not the schema. */
  char path[128];
  (void)snprintf(path, sizeof path, "%s/auspex.db", t->folder);
  int fd = open(path, O_RDONLY);
  off_t size = lseek(fd, 0, SEEK_END);
  (void)close(fd);
  scribble(t, size / 2, 40000);
  ax_store_options options = { .folder = t->folder, .read_only = true };
  ax_status opened = ax_store_open(&options, &t->store, &err);
  if (opened) {
    assert_non_null(strstr(err.text, "damaged"));
    return;
  }
  ax_status looked = ax_store_check(t->store, t->arena, &report, &err);
  assert_true(looked == AX_IO || report.count > 0);
  for (size_t i = 0; i < report.count; i++)
    assert_int_equal(ax_str_find(report.faults[i], AX_STR("\n")), AX_STR_NONE);
}

/* --- looking and copying ---------------------------------------------------
 */

static void a_reader_beside_the_writer_changes_nothing(void **s) {
  ax_test_store *t = *s;
  ax_store_options options = { .folder = t->folder, .read_only = true };
  ax_store *reader = NULL;
  ax_store_report report;
  ax_stored got;
  ax_error err = { 0 };
  assert_int_equal(put(t, "a"), AX_OK);
  assert_int_equal(ax_store_open(&options, &reader, &err), AX_OK);
  assert_int_equal(put(t, "b"), AX_OK);
  assert_int_equal(ax_store_read(reader, t->arena, AX_STR("Patient"),
                                 AX_STR("b"), 0, &got, &err),
                   AX_OK);
  assert_int_equal(ax_store_check(reader, t->arena, &report, &err), AX_OK);
  assert_int_equal(report.count, 0);
  ax_write write = ax_test_store_write("Patient", "c", 1, 1);
  ax_commit commit = { .writes = &write, .write_count = 1 };
  assert_int_equal(ax_store_commit(reader, &commit, &err), AX_UNAVAILABLE);
  ax_store_close(reader);
  assert_int_equal(put(t, "c"), AX_OK);
}

static void where_there_is_no_store_none_is_made_to_look_at(void **s) {
  ax_test_store *t = *s;
  char folder[64];
  ax_store *store = NULL;
  ax_error err = { 0 };
  ax_test_store_folder(folder);
  ax_store_options options = { .folder = folder, .read_only = true };
  assert_int_equal(ax_store_open(&options, &store, &err), AX_NOT_FOUND);
  assert_null(store);
  assert_int_equal(rmdir(folder), 0);
  (void)t;
}

static void a_copy_is_a_store_of_that_moment(void **s) {
  ax_test_store *t = *s;
  char folder[64];
  ax_store_report report;
  ax_test_store copy = { .arena = ax_arena_new(1 << 20) };
  ax_test_store_folder(folder);
  assert_int_equal(put(t, "a"), AX_OK);
  assert_int_equal(
      ax_store_backup(t->store, t->arena, folder, &report, &t->err), AX_OK);
  assert_int_equal(report.versions, 1);
  assert_int_equal(put(t, "b"), AX_OK);
  assert_int_equal(
      ax_store_backup(t->store, t->arena, folder, &report, &t->err),
      AX_CONFLICT);
  ax_store_options options = { .folder = folder };
  assert_int_equal(ax_store_open(&options, &copy.store, &copy.err), AX_OK);
  assert_true(is_there(&copy, "a"));
  assert_false(is_there(&copy, "b"));
  assert_int_equal(put(&copy, "b"), AX_OK);
  ax_store_close(copy.store);
  ax_arena_free(copy.arena);
  ax_test_store_remove(folder);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    T(a_full_disk_refuses_until_there_is_room),
    T(a_read_only_disk_refuses_until_it_is_writable),
    T(what_could_not_be_synced_is_not_acknowledged),
    T(a_whole_batch_is_refused_on_a_full_disk),
    T(a_damaged_file_is_not_opened_and_it_is_said_why),
    T(a_damaged_body_is_named),
    T(a_damaged_page_is_found_and_does_not_end_the_process),
    T(a_reader_beside_the_writer_changes_nothing),
    T(where_there_is_no_store_none_is_made_to_look_at),
    T(a_copy_is_a_store_of_that_moment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
