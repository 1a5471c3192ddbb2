/* Unit tests of gateway/src/store: many threads, sudden death, a full disk. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 64 };

/* --- races -------------------------------------------------------------------
 */

typedef struct {
  ax_test_store *t;
  int number, round;
  ax_status status;
} racer;

/* "If none has this identifier yet": all ask at the same time. */
static ax_status commit_if_none(ax_store *store, int round, int number) {
  char id[32], code[32];
  (void)snprintf(id, sizeof id, "r%d-%d", round, number);
  (void)snprintf(code, sizeof code, "n%d", round);
  ax_query_value v = { .system = AX_STR("urn:sys"), .code = ax_str_from(code) };
  ax_query_term term = { .param = AX_STR("identifier"),
                         .kind = AX_INDEX_TOKEN,
                         .values = &v,
                         .value_count = 1 };
  ax_query q = { .type = AX_STR("Patient"), .terms = &term, .term_count = 1 };
  ax_precondition none = { .query = &q };
  ax_index_row row = ax_test_store_token("identifier", "urn:sys", code);
  ax_write w = ax_test_store_write("Patient", id, 1, 1000 + round);
  w.index = &row;
  w.index_count = 1;
  ax_commit c = { .writes = &w,
                  .write_count = 1,
                  .preconditions = &none,
                  .precondition_count = 1 };
  return ax_store_commit(store, &c, NULL);
}

static void *race(void *ctx) {
  racer *r = ctx;
  r->status = commit_if_none(r->t->store, r->round, r->number);
  return NULL;
}

static void run_all(racer *racers, void *(*body)(void *)) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, body, &racers[i]), 0);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

static void of_many_with_one_condition_exactly_one_wins(void **state) {
  ax_test_store *t = *state;
  ax_store_report report;
  racer racers[THREADS];
  for (int round = 0; round < 10; round++) {
    int won = 0, lost = 0;
    for (int i = 0; i < THREADS; i++)
      racers[i] = (racer){ .t = t, .number = i, .round = round };
    run_all(racers, race);
    for (int i = 0; i < THREADS; i++) {
      won += racers[i].status == AX_OK;
      lost += racers[i].status == AX_CONFLICT;
    }
    assert_int_equal(won, 1);
    assert_int_equal(lost, THREADS - 1);
  }
  assert_int_equal(ax_test_store_count(t, "SELECT count(*) FROM resource"), 10);
  assert_int_equal(ax_store_check(t->store, t->arena, &report, &t->err), AX_OK);
  assert_int_equal(report.count, 0);
}

/* Odd ones write the same id twice: a fault found only after writing began. */
static void *good_or_broken(void *ctx) {
  racer *r = ctx;
  char id[32];
  (void)snprintf(id, sizeof id, "x%d", r->number);
  ax_write w[2] = { ax_test_store_write("Basic", id, 1, 1),
                    ax_test_store_write("Basic", id, 1, 1) };
  ax_commit c = { .writes = w, .write_count = r->number % 2 ? 2 : 1 };
  r->status = ax_store_commit(r->t->store, &c, NULL);
  return NULL;
}

static void a_broken_commit_never_hurts_its_neighbours(void **state) {
  ax_test_store *t = *state;
  ax_store_stats stats;
  racer racers[THREADS];
  for (int i = 0; i < THREADS; i++) racers[i] = (racer){ .t = t, .number = i };
  run_all(racers, good_or_broken);
  for (int i = 0; i < THREADS; i++)
    assert_int_equal(racers[i].status, i % 2 ? AX_CONFLICT : AX_OK);
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  assert_int_equal(stats.resources, THREADS / 2);
  assert_int_equal(stats.commits, THREADS / 2);
  assert_int_equal(stats.queue, 0);
}

/* Writes a chain of versions of one resource and reads what others wrote. */
static void *write_and_read(void *ctx) {
  racer *r = ctx;
  char id[32];
  (void)snprintf(id, sizeof id, "w%d", r->number);
  ax_arena *arena = ax_arena_new(64u << 20);
  ax_query q = { .type = AX_STR("Basic"), .limit = 20, .want_total = true };
  for (uint64_t v = 1; v <= 10 && !r->status; v++) {
    ax_page page;
    ax_stored got;
    ax_write w = ax_test_store_write("Basic", id, v, (int64_t)v);
    ax_commit c = { .writes = &w, .write_count = 1 };
    r->status = ax_store_commit(r->t->store, &c, NULL);
    if (!r->status)
      r->status =
          ax_store_read(r->t->store, arena, w.type, w.id, 0, &got, NULL);
    if (!r->status && got.version != v) r->status = AX_INVALID;
    if (!r->status)
      r->status = ax_store_search(r->t->store, arena, &q, &page, NULL);
    if (!r->status && page.total == 0) r->status = AX_NOT_FOUND;
  }
  ax_arena_free(arena);
  return NULL;
}

static void everybody_reads_what_he_wrote(void **state) {
  ax_test_store *t = *state;
  racer racers[THREADS];
  for (int i = 0; i < THREADS; i++) racers[i] = (racer){ .t = t, .number = i };
  run_all(racers, write_and_read);
  for (int i = 0; i < THREADS; i++) assert_int_equal(racers[i].status, AX_OK);
  assert_int_equal(ax_test_store_count(t, "SELECT count(*) FROM version"),
                   THREADS * 10);
}

static void a_full_queue_refuses_at_once(void **state) {
  ax_test_store *t = *state;
  ax_store_options options = { .folder = t->folder,
                               .queue_max = 1,
                               .batch_max = 1 };
  racer racers[THREADS];
  ax_store_close(t->store);
  t->store = NULL;
  assert_int_equal(ax_store_open(&options, &t->store, &t->err), AX_OK);
  int refused = 0;
  for (int i = 0; i < THREADS; i++)
    racers[i] = (racer){ .t = t, .number = i * 2 };
  run_all(racers, good_or_broken);
  for (int i = 0; i < THREADS; i++) {
    assert_true(racers[i].status == AX_OK ||
                racers[i].status == AX_UNAVAILABLE);
    refused += racers[i].status == AX_UNAVAILABLE;
  }
  assert_int_equal(ax_test_store_count(t, "SELECT count(*) FROM resource"),
                   THREADS - refused);
}

/* --- large commits beside small ones ---------------------------------------
 */

enum { LARGE = 6000 };

typedef struct {
  ax_store *store;
  ax_status status;
  atomic_bool done;
} carrier;

static void *carry(void *ctx) {
  carrier *c = ctx;
  char(*ids)[16] = calloc(LARGE, sizeof *ids);
  ax_write *writes = calloc(LARGE, sizeof *writes);
  ax_commit commit = { .writes = writes, .write_count = LARGE };
  for (int i = 0; ids && writes && i < LARGE; i++) {
    (void)snprintf(ids[i], sizeof *ids, "l%d", i);
    writes[i] = ax_test_store_write("Basic", ids[i], 1, 1);
  }
  c->status = ids && writes ? ax_store_commit(c->store, &commit, NULL)
                            : AX_NOMEM;
  atomic_store(&c->done, true);
  free(ids);
  free(writes);
  return NULL;
}

static uint64_t basics(ax_test_store *t) {
  ax_query q = { .type = AX_STR("Basic"), .want_total = true };
  ax_page page;
  assert_int_equal(ax_store_search(t->store, t->arena, &q, &page, &t->err),
                   AX_OK);
  return page.total;
}

static void small_commits_go_on_beside_a_large_one(void **state) {
  ax_test_store *t = *state;
  carrier c = { .store = t->store };
  pthread_t thread;
  ax_store_report report;
  uint64_t beside = 0, small = 0;
  atomic_init(&c.done, false);
  assert_int_equal(pthread_create(&thread, NULL, carry, &c), 0);
  while (!atomic_load(&c.done)) {
    char id[32];
    (void)snprintf(id, sizeof id, "s%d", (int)small);
    assert_int_equal(
        ax_test_store_put(t, ax_test_store_write("Basic", id, 1, 1)), AX_OK);
    small++;
    uint64_t seen = basics(t);
    assert_true(seen == small || seen == small + LARGE);
    beside += seen == small;
  }
  (void)pthread_join(thread, NULL);
  assert_int_equal(c.status, AX_OK);
  assert_true(beside > 1);
  assert_int_equal(basics(t), small + LARGE);
  assert_int_equal(ax_store_check(t->store, t->arena, &report, &t->err), AX_OK);
  if (report.count) fail_msg("%s", report.faults[0].ptr);
}

/* --- sudden death
 * ------------------------------------------------------------- */

typedef struct {
  ax_store *store;
  int pipe, number;
} feeder;

/* Each commit: two resources, a fact's worth of index, a task, evidence; its
 * number goes into the pipe when it is acknowledged. */
static void *feed(void *ctx) {
  feeder *f = ctx;
  for (int n = 0;; n++) {
    char a[32], b[32];
    int said[2] = { f->number, n };
    (void)snprintf(a, sizeof a, "a%d-%d", f->number, n);
    (void)snprintf(b, sizeof b, "b%d-%d", f->number, n);
    ax_index_row row = ax_test_store_token("identifier", "urn:sys", a);
    ax_write w[2] = { ax_test_store_write("Basic", a, 1, n + 1),
                      ax_test_store_write("Basic", b, 1, n + 1) };
    ax_task task = { .model = AX_STR("m"), .patient = ax_str_from(a) };
    ax_evidence e = { .model = AX_STR("m"), .row = ax_str_from(a) };
    ax_commit c = { .writes = w,
                    .write_count = 2,
                    .tasks = &task,
                    .task_count = 1,
                    .evidence = &e,
                    .evidence_count = 1 };
    w[0].index = &row;
    w[0].index_count = 1;
    if (ax_store_commit(f->store, &c, NULL)) _exit(3);
    if (write(f->pipe, said, sizeof said) != sizeof said) _exit(4);
  }
  return NULL;
}

enum { FEEDERS = 8 };

static void feed_until_killed(const char *folder, int pipe) {
  ax_store_options options = { .folder = folder };
  feeder feeders[FEEDERS];
  pthread_t threads[FEEDERS];
  ax_store *store = NULL;
  if (ax_store_open(&options, &store, NULL)) _exit(2);
  for (int i = 0; i < FEEDERS; i++) {
    feeders[i] = (feeder){ store, pipe, i };
    if (pthread_create(&threads[i], NULL, feed, &feeders[i])) _exit(5);
  }
  for (;;) pause();
}

/* Reads what was acknowledged until the pipe breaks: the newest number of
 * each feeder, -1 for none. */
static void hear(int pipe, int newest[FEEDERS]) {
  int said[2];
  for (int i = 0; i < FEEDERS; i++) newest[i] = -1;
  while (read(pipe, said, sizeof said) == (ssize_t)sizeof said) {
    assert_in_range(said[0], 0, FEEDERS - 1);
    newest[said[0]] = said[1];
  }
}

static void expect_there(ax_test_store *t, char kind, int feeder_number,
                         int n) {
  char id[32];
  ax_stored got;
  (void)snprintf(id, sizeof id, "%c%d-%d", kind, feeder_number, n);
  ax_status status = ax_store_read(t->store, t->arena, AX_STR("Basic"),
                                   ax_str_from(id), 0, &got, &t->err);
  if (status) fail_msg("%s was acknowledged and is lost", id);
}

static void compare(ax_test_store *t, const int newest[FEEDERS]) {
  ax_store_report report;
  for (int f = 0; f < FEEDERS; f++)
    for (int n = 0; n <= newest[f]; n++) {
      expect_there(t, 'a', f, n);
      expect_there(t, 'b', f, n);
    }
  /* No half commit: as many of each kind as there are of the other. */
  int64_t a = ax_test_store_count(
      t, "SELECT count(*) FROM resource WHERE id LIKE 'a%'");
  assert_int_equal(ax_test_store_count(
                       t, "SELECT count(*) FROM resource WHERE id LIKE 'b%'"),
                   a);
  assert_int_equal(ax_test_store_count(t, "SELECT count(*) FROM task"), a);
  assert_int_equal(ax_test_store_count(t, "SELECT count(*) FROM evidence"), a);
  assert_int_equal(ax_store_check(t->store, t->arena, &report, &t->err), AX_OK);
  if (report.count) fail_msg("%s", report.faults[0].ptr);
}

static void kill_once(ax_test_store *t, unsigned *seed) {
  int ends[2], newest[FEEDERS];
  ax_test_store_folder(t->folder);
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    feed_until_killed(t->folder, ends[1]);
  }
  close(ends[1]);
  *seed = *seed * 1103515245u + 12345u;
  struct timespec pause_for = { 0, 1000000L * (20 + *seed / 65536 % 80) };
  nanosleep(&pause_for, NULL);
  kill(child, SIGKILL);
  hear(ends[0], newest);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  ax_test_store_reopen(t);
  compare(t, newest);
  ax_store_close(t->store);
  t->store = NULL;
  ax_test_store_remove(t->folder);
}

/* AUSPEX_KILLS: how often (a few by default). */
static void what_was_acknowledged_survives_sudden_death(void **state) {
  (void)state;
  const char *often = getenv("AUSPEX_KILLS");
  unsigned seed = (unsigned)time(NULL);
  int rounds = often ? atoi(often) : 5;
  for (int i = 0; i < rounds; i++) {
    ax_test_store t = { .arena = ax_arena_new(1u << 30) };
    kill_once(&t, &seed);
    ax_arena_free(t.arena);
  }
}

/* --- a disk that refuses
 * -------------------------------------------------------- */

static void limit_files(rlim_t bytes) {
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static ax_status put_large(ax_test_store *t, const char *id) {
  enum { SIZE = 400000 };
  char *body = malloc(SIZE);
  assert_non_null(body);
  for (unsigned i = 0, x = 7; i < SIZE; i++, x = x * 1103515245u + 12345u)
    body[i] = (char)(x >> 16);
  ax_write w = ax_test_store_write("Binary", id, 1, 1);
  w.body = (ax_str){ body, SIZE };
  ax_status status = ax_test_store_put(t, w);
  free(body);
  return status;
}

static void a_disk_that_refuses_is_told_and_recovered_from(void **state) {
  ax_test_store *t = *state;
  ax_stored got;
  ax_store_stats stats;
  ax_store_report report;
  (void)signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(
      ax_test_store_put(t, ax_test_store_write("Basic", "a", 1, 1)), AX_OK);
  limit_files(300000);
  assert_int_equal(put_large(t, "large"), AX_FULL);
  assert_true(strlen(t->err.text) > 20);
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  assert_true(stats.failing);
  /* Reading goes on. */
  assert_int_equal(ax_store_read(t->store, t->arena, AX_STR("Basic"),
                                 AX_STR("a"), 0, &got, &t->err),
                   AX_OK);
  assert_int_equal(ax_store_read(t->store, t->arena, AX_STR("Binary"),
                                 AX_STR("large"), 0, &got, &t->err),
                   AX_NOT_FOUND);
  limit_files(RLIM_INFINITY);
  assert_int_equal(put_large(t, "large"), AX_OK);
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  assert_false(stats.failing);
  assert_int_equal(stats.versions, 2);
  assert_int_equal(ax_store_check(t->store, t->arena, &report, &t->err), AX_OK);
  assert_int_equal(report.count, 0);
}

static void steady_writing_does_not_grow_the_log_without_end(void **state) {
  ax_test_store *t = *state;
  char path[128], id[32];
  struct stat log;
  for (int i = 0; i < 300; i++) { /* 120 MB */
    (void)snprintf(id, sizeof id, "l%d", i);
    assert_int_equal(put_large(t, id), AX_OK);
  }
  (void)snprintf(path, sizeof path, "%s/auspex.db-wal", t->folder);
  assert_int_equal(stat(path, &log), 0);
  assert_true(log.st_size < 80 << 20);
}

#define T(name)                                              \
  cmocka_unit_test_setup_teardown(name, ax_test_store_setup, \
                                  ax_test_store_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(of_many_with_one_condition_exactly_one_wins),
    T(a_broken_commit_never_hurts_its_neighbours),
    T(everybody_reads_what_he_wrote),
    T(a_full_queue_refuses_at_once),
    T(small_commits_go_on_beside_a_large_one),
    cmocka_unit_test(what_was_acknowledged_survives_sudden_death),
    T(a_disk_that_refuses_is_told_and_recovered_from),
    T(steady_writing_does_not_grow_the_log_without_end),
  };
  return cmocka_run_group_tests_name("store_threads", tests, NULL, NULL);
}
