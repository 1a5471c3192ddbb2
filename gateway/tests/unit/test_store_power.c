/*
 * The power fails: what was acknowledged is there, of every commit all or
 * nothing, under each key and for each task one effect.
 *
 * AUSPEX_POWER_ROUNDS sets how often (default 8); `make power-test` 200.
 */
#include "support/ax_test.h"
#include "support/ax_test_disk.h"
#include "support/ax_test_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENDERS = 4, PARTS = 3, ROUND_MAX = 4000, OPERATIONS = 300 };

/* So large that it is written ahead, in steps; some are. */
enum { LARGE_PARTS = 1000, LARGE_EVERY = 60 };

/* Some rounds are long enough for checkpoints. */
enum { LONG_EVERY = 8, LONG_OPERATIONS = 15000 };

typedef enum { SINGLE, TOGETHER, KEYED, TASK, KINDS, LARGE } kind;

typedef struct {
  bool acknowledged[ROUND_MAX]; /* before the cut */
  size_t count;
} record;

typedef struct {
  ax_store *store;
  int number;
  record log;
} sender;

static kind kind_of(size_t n) {
  return n % LARGE_EVERY == 7 ? LARGE : (kind)(n % KINDS);
}

static int parts_of(size_t n) {
  return kind_of(n) == LARGE ? LARGE_PARTS : PARTS;
}

static void name_of(char out[40], int number, size_t n, int part) {
  (void)snprintf(out, 40, "s%d-%zu-%d", number, n, part);
}

/* --- sending ---------------------------------------------------------------
 */

static ax_write write_of(char id[40]) {
  ax_write w = ax_test_store_write("Observation", id, 1, 1700000000000);
  static const char body[] =
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"note\":[{"
      "\"text\":\"long enough to be packed and to fill more than one sector of "
      "a disk together with what lies beside it, again and again and again and "
      "again and again and again and again and again and again and again\"}]}";
  w.body = AX_STR(body);
  return w;
}

/* The result of a task in the same commit that ends it. */
static ax_status end_task(sender *s, const ax_task *task, size_t n) {
  char id[40];
  name_of(id, s->number, n, 1);
  ax_write write = write_of(id);
  ax_task_state done = AX_TASK_DONE;
  ax_evidence evidence = { .model = AX_STR("m"), .row = AX_STR("{}") };
  ax_commit commit = { .writes = &write,
                       .write_count = 1,
                       .finished = task,
                       .finished_state = &done,
                       .finished_count = 1,
                       .evidence = &evidence,
                       .evidence_count = 1 };
  return ax_store_commit(s->store, &commit, NULL);
}

static ax_status send_large(sender *s, size_t n) {
  ax_status status = AX_NOMEM;
  char(*ids)[40] = calloc(LARGE_PARTS, sizeof *ids);
  ax_write *writes = calloc(LARGE_PARTS, sizeof *writes);
  ax_commit commit = { .writes = writes, .write_count = LARGE_PARTS };
  for (int part = 0; ids && writes && part < LARGE_PARTS; part++) {
    name_of(ids[part], s->number, n, part);
    writes[part] = write_of(ids[part]);
  }
  if (ids && writes) status = ax_store_commit(s->store, &commit, NULL);
  free(ids);
  free(writes);
  return status;
}

static ax_status send_one(sender *s, size_t n) {
  char ids[PARTS][40], key_text[40];
  ax_write writes[PARTS];
  ax_task task = { .model = AX_STR("m"), .patient = AX_STR("Patient/p") };
  if (kind_of(n) == LARGE) return send_large(s, n);
  name_of(key_text, s->number, n, 9);
  ax_once_key key = { .sender = AX_STR("s"),
                      .name = ax_str_from(key_text),
                      .digest = AX_STR("d") };
  ax_once once = { .key = &key, .until_ms = 1, .note = AX_STR("n") };
  ax_commit commit = { .writes = writes, .write_count = 1 };
  for (int part = 0; part < PARTS; part++) {
    name_of(ids[part], s->number, n, part);
    writes[part] = write_of(ids[part]);
  }
  if (kind_of(n) == TOGETHER) commit.write_count = PARTS;
  if (kind_of(n) == KEYED) commit.once = &once;
  if (kind_of(n) == TASK) {
    commit.tasks = &task;
    commit.task_count = 1;
  }
  AX_TRY(ax_store_commit(s->store, &commit, NULL));
  return kind_of(n) == TASK ? end_task(s, &task, n) : AX_OK;
}

static void *send_on(void *ctx) {
  sender *s = ctx;
  while (!ax_test_disk_was_cut() && s->log.count < ROUND_MAX) {
    size_t n = s->log.count;
    ax_status status = send_one(s, n);
    s->log.acknowledged[n] = !status && !ax_test_disk_was_cut();
    s->log.count = n + 1;
  }
  return NULL;
}

/* --- after the cut ---------------------------------------------------------
 */

typedef struct {
  size_t sent, acknowledged, stored;
} figures;

static bool is_there(ax_test_store *t, int number, size_t n, int part) {
  char id[40];
  ax_stored got;
  name_of(id, number, n, part);
  ax_arena_mark mark = ax_arena_mark_here(t->arena);
  ax_status status = ax_store_read(t->store, t->arena, AX_STR("Observation"),
                                   ax_str_from(id), 0, &got, &t->err);
  ax_arena_rewind(t->arena, mark);
  if (status && status != AX_NOT_FOUND) fail_msg("%s: %s", id, t->err.text);
  return status == AX_OK;
}

static void check_one(ax_test_store *t, const sender *s, size_t n, figures *f) {
  int parts = 0;
  bool together = kind_of(n) == TOGETHER || kind_of(n) == LARGE;
  bool task = kind_of(n) == TASK;
  int whole = together ? parts_of(n) : task ? 2 : 1;
  for (int part = 0; part < parts_of(n); part++)
    parts += is_there(t, s->number, n, part);
  f->sent++;
  f->stored += parts > 0;
  f->acknowledged += s->log.acknowledged[n];
  if (together && parts != 0 && parts != whole)
    fail_msg("s%d-%zu is there by half: %d parts", s->number, n, parts);
  if (s->log.acknowledged[n] && parts != whole)
    fail_msg("s%d-%zu was acknowledged and is lost", s->number, n);
  if (kind_of(n) != KEYED) return;
  char key_text[40];
  name_of(key_text, s->number, n, 9);
  ax_once_key key = { .sender = AX_STR("s"), .name = ax_str_from(key_text) };
  ax_once_record *records = NULL;
  size_t count = 0;
  assert_int_equal(
      ax_store_once(t->store, t->arena, &key, &records, &count, &t->err),
      AX_OK);
  assert_int_equal(count, parts);
}

static void check_picture(const char *folder, const sender *senders,
                          figures *f) {
  ax_test_store t = { .arena = ax_arena_new(256u << 20) };
  ax_store_report report;
  ax_store_stats stats;
  ax_store_options options = { .folder = folder };
  (void)snprintf(t.folder, sizeof t.folder, "%s", folder);
  if (ax_store_open(&options, &t.store, &t.err) != AX_OK)
    fail_msg("after the cut: %s", t.err.text);
  assert_int_equal(ax_store_check(t.store, t.arena, &report, &t.err), AX_OK);
  if (report.count) fail_msg("%s", report.faults[0].ptr);
  for (int i = 0; i < SENDERS; i++)
    for (size_t n = 0; n < senders[i].log.count; n++)
      check_one(&t, &senders[i], n, f);
  assert_int_equal(ax_store_stats_read(t.store, &stats, &t.err), AX_OK);
  assert_int_equal(stats.tasks_done, stats.evidence);
  ax_store_close(t.store);
  ax_arena_free(t.arena);
}

static void one_round(unsigned round, figures *f) {
  char folder[64], picture[64];
  pthread_t threads[SENDERS];
  sender *senders = calloc(SENDERS, sizeof *senders);
  ax_store_options options = { .folder = folder };
  ax_store *store = NULL;
  ax_error err = { 0 };
  assert_non_null(senders);
  ax_test_store_folder(folder);
  ax_test_store_folder(picture);
  ax_test_disk_mount();
  assert_int_equal(ax_store_open(&options, &store, &err), AX_OK);
  unsigned random = round * 2654435761u;
  unsigned most = round % LONG_EVERY == 0 ? LONG_OPERATIONS : OPERATIONS;
  ax_test_disk_cut_after(1 + (random >> 8) % most, random, picture);
  for (int i = 0; i < SENDERS; i++) {
    senders[i].store = store;
    senders[i].number = i;
    assert_int_equal(pthread_create(&threads[i], NULL, send_on, &senders[i]),
                     0);
  }
  for (int i = 0; i < SENDERS; i++) (void)pthread_join(threads[i], NULL);
  assert_true(ax_test_disk_was_cut());
  ax_store_close(store);
  ax_test_disk_unmount();
  check_picture(picture, senders, f);
  ax_test_store_remove(folder);
  ax_test_store_remove(picture);
  free(senders);
}

static void a_power_cut_loses_halves_and_doubles_nothing(void **state) {
  (void)state;
  const char *wanted = getenv("AUSPEX_POWER_ROUNDS");
  unsigned rounds = wanted ? (unsigned)strtoul(wanted, NULL, 10) : 8;
  figures f = { 0 };
  for (unsigned round = 1; round <= rounds; round++) one_round(round, &f);
  print_message("# power: %u cuts, %zu commits begun, %zu acknowledged before "
                "the cut, %zu stored, 0 acknowledged lost\n",
                rounds, f.sent, f.acknowledged, f.stored);
  assert_true(f.stored >= f.acknowledged);
}

/* The disk itself must forget, or the test above shows nothing. */
static void the_disk_forgets_what_was_not_synced(void **state) {
  (void)state;
  char folder[64], picture[64];
  ax_store *store = NULL;
  ax_error err = { 0 };
  ax_store_options options = { .folder = folder };
  size_t lost = 0;
  for (unsigned seed = 1; seed <= 6; seed++) {
    ax_test_store_folder(folder);
    ax_test_store_folder(picture);
    ax_test_disk_mount();
    assert_int_equal(ax_store_open(&options, &store, &err), AX_OK);
    ax_write first = ax_test_store_write("Basic", "one", 1, 1);
    ax_commit commit = { .writes = &first, .write_count = 1 };
    /* At its first write: nothing of this commit was synced. */
    ax_test_disk_cut_after(1, seed * 77777u, picture);
    assert_int_equal(ax_store_commit(store, &commit, &err), AX_OK);
    ax_store_close(store);
    ax_test_disk_unmount();
    ax_test_store t = { .arena = ax_arena_new(1 << 20) };
    ax_stored got;
    options.folder = picture;
    assert_int_equal(ax_store_open(&options, &t.store, &err), AX_OK);
    lost += ax_store_read(t.store, t.arena, AX_STR("Basic"), AX_STR("one"), 0,
                          &got, &err) == AX_NOT_FOUND;
    ax_store_close(t.store);
    ax_arena_free(t.arena);
    ax_test_store_remove(folder);
    ax_test_store_remove(picture);
    options.folder = folder;
  }
  assert_int_equal(lost, 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_disk_forgets_what_was_not_synced),
    cmocka_unit_test(a_power_cut_loses_halves_and_doubles_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
