/*
 * Unit tests of worker_pool and all below it (broker, worker_proc, the worker
 * program and its sandbox), with plug-ins that misbehave in every way we know.
 */
#include "support/ax_test.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "kit/folder.h"
#include "scoring/frame_model.h"
#include "scoring/module_files.h"
#include "scoring/worker_pool.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANDBOXED = 0 }; /* see worker/sandbox.h */
#else
enum { SANDBOXED = 1 };
#endif

enum { POISON = 1000, MEMORY = 160 << 20 };

typedef struct { /* one module with its workers */
  ax_broker *broker;
  ax_arena *arena;
  ax_module_files files;
  ax_worker_pool *pool;
  ax_model *model;
  ax_error err;
  uint64_t grow_max;
  ax_status (*probe)(void *ctx, ax_worker_proc *worker, ax_error *err);
  int probes;
  double batches, rows_seen; /* counters of the module, and all their names */
  size_t names;
} module;

static const char *build(const char *rest) {
  static char path[400];
  const char *folder = getenv("AUSPEX_BUILD");
  (void)snprintf(path, sizeof path, "%s/%s", folder ? folder : "build", rest);
  return path;
}

static ax_broker *new_broker(void) {
  ax_broker *broker = NULL;
  ax_error err = { 0 };
  if (ax_broker_start(build("bin/auspex-worker"), &broker, &err))
    fail_msg("%s", err.text);
  return broker;
}

static void counted(void *ctx, const ax_model *model, const char *name,
                    double add) {
  module *m = ctx;
  assert_true(ax_str_eq(model->name, AX_STR("faulty")));
  m->names++;
  if (strcmp(name, "batches") == 0) m->batches += add;
  if (strcmp(name, "rows_seen") == 0) m->rows_seen += add;
}

/* Starts the workers; the status is that of loading. */
static ax_status open_module(module *m, const char *name, int64_t start_ms,
                             int64_t batch_ms) {
  m->err = (ax_error){ 0 };
  m->arena = ax_arena_new(16 << 20);
  assert_non_null(m->arena);
  if (ax_module_files_open(m->arena, build("faulty"), name, &m->files, &m->err))
    fail_msg("%s: %s", name, m->err.text);
  m->files.order.memory = MEMORY;
  ax_worker_pool_options options = { .module = name,
                                     .order = m->files.order,
                                     .start_ms = start_ms,
                                     .batch_ms = batch_ms,
                                     .queue_max = 1000,
                                     .grow_max = m->grow_max,
                                     .probe = m->probe,
                                     .counted = counted,
                                     .ctx = m };
  if (ax_worker_pool_new(m->broker, &options, &m->pool, &m->err))
    fail_msg("%s", m->err.text);
  ax_str models;
  ax_status status = ax_worker_pool_models(m->pool, &models, &m->err);
  size_t count = 0;
  if (!status)
    status = ax_frame_model_read(m->arena, models, &m->model, &count, &m->err);
  return status;
}

static void close_module(module *m) {
  ax_worker_pool_free(m->pool);
  ax_module_files_close(&m->files);
  ax_arena_free(m->arena);
}

/* Scores x; the value answered goes to `out`. */
static ax_status score(module *m, double x, double *out, ax_error *err) {
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_feature_cell cell = { .value = x,
                           .state = AUSPEX_CELL_PRESENT,
                           .time_ms = 1,
                           .low = (double)NAN,
                           .high = (double)NAN };
  ax_feature_row row = { .as_of_ms = 1700000000000, .cells = &cell };
  ax_results results = { 0 };
  ax_status status =
      ax_worker_pool_score(m->pool, arena, m->model, &row,
                           ax_clock_mono_ns() + 20000000000LL, &results, err);
  *out = !status && results.count ? results.items[0].score : -1;
  ax_arena_free(arena);
  return status;
}

static void assert_scores(module *m, double x) {
  double got = 0;
  ax_error err = { 0 };
  if (score(m, x, &got, &err)) fail_msg("%s", err.text);
  assert_true(got == 2 * x);
}

static void assert_has(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("'%s' does not say '%s'", text, part);
}

/* --- what a worker is given
 * ---------------------------------------------------
 */

/* Of the first worker: what /proc says about its namespace, "net:[number]". */
static void namespace_of(int pid, const char *which, char text[64]) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, which);
  ssize_t got = readlink(path, text, 63);
  if (got < 0) fail_msg("%s: %s", path, strerror(errno));
  text[got] = '\0';
}

static void workers_share_namespaces_apart_from_ours(void **state) {
  (void)state;
  static const char *const all[] = { "net", "ipc", "uts" };
  ax_broker *broker = new_broker();
  ax_broker_worker one, other;
  ax_error err = { 0 };
  assert_int_equal(ax_broker_spawn(broker, &one, &err), AX_OK);
  assert_int_equal(ax_broker_spawn(broker, &other, &err), AX_OK);
  for (size_t i = 0; i < AX_COUNT(all); i++) {
    char ours[64], of_one[64], of_other[64];
    namespace_of(getpid(), all[i], ours);
    namespace_of(one.pid, all[i], of_one);
    namespace_of(other.pid, all[i], of_other);
    assert_string_equal(of_one, of_other);
    /* Not everybody may have them; root may. */
    if (geteuid() == 0) assert_string_not_equal(of_one, ours);
  }
  (void)ax_broker_end(broker, &one);
  (void)ax_broker_end(broker, &other);
  ax_broker_stop(broker);
}

static void a_worker_starts_gently_and_scores_like_all_others(void **state) {
  (void)state;
  enum { IDLE = 5 /* SCHED_IDLE of Linux */ };
  ax_broker *broker = new_broker();
  ax_broker_worker worker;
  ax_error err = { 0 };
  assert_int_equal(ax_broker_spawn(broker, &worker, &err), AX_OK);
  int policy = SCHED_OTHER; /* until it has got to run */
  for (int i = 0; i < 200 && policy == SCHED_OTHER; i++) {
    ax_clock_sleep_ms(1);
    policy = sched_getscheduler(worker.pid);
  }
  /* Who may be more than others (as root mostly) may give back what it took. */
  int before = getpriority(PRIO_PROCESS, 0);
  bool may = geteuid() == 0 && setpriority(PRIO_PROCESS, 0, before - 1) == 0 &&
             setpriority(PRIO_PROCESS, 0, before) == 0;
  if (may)
    assert_int_equal(policy, IDLE);
  else
    assert_true(policy == IDLE || policy == SCHED_OTHER);
  assert_true(ax_broker_raise(broker, &worker));
  assert_int_equal(sched_getscheduler(worker.pid), SCHED_OTHER);
  (void)ax_broker_end(broker, &worker);
  assert_false(ax_broker_raise(broker, &worker)); /* it is gone */
  ax_broker_stop(broker);
}

static void workers_that_are_kept_are_as_good_as_new(void **state) {
  (void)state;
  enum { MANY = 3 * AX_BROKER_READY };
  ax_broker *broker = new_broker();
  ax_broker_worker workers[MANY];
  ax_error err = { 0 };
  assert_true(ax_broker_keep(broker, AX_BROKER_READY));
  ax_clock_sleep_ms(50); /* or less: then they are begun when asked for */
  for (size_t i = 0; i < MANY; i++) {
    assert_int_equal(ax_broker_spawn(broker, &workers[i], &err), AX_OK);
    for (size_t k = 0; k < i; k++)
      assert_true(workers[k].pid != workers[i].pid &&
                  workers[k].socket != workers[i].socket);
  }
  for (size_t i = 0; i < MANY; i++) {
    assert_int_equal(kill(workers[i].pid, 0), 0);
    assert_int_not_equal(ax_broker_end(broker, &workers[i]), -1);
  }
  ax_broker_stop(broker);
}

/* Memory may run out while nobody looks. */
static void a_kept_worker_that_ended_is_not_handed_out(void **state) {
  (void)state;
  ax_broker *broker = NULL;
  ax_broker_worker worker;
  ax_error err = { 0 };
  char byte;
  assert_int_equal(ax_broker_start("/bin/true", &broker, &err), AX_OK);
  assert_true(ax_broker_keep(broker, 2));
  ax_clock_sleep_ms(100);
  for (int i = 0; i < 5; i++) { /* the fresh one ends as well, with 0 */
    assert_int_equal(ax_broker_spawn(broker, &worker, &err), AX_OK);
    ax_clock_sleep_ms(20);
    assert_int_equal(recv(worker.socket, &byte, 1, 0), 0);
    assert_int_equal(ax_broker_end(broker, &worker), 0);
  }
  ax_broker_stop(broker);
}

/* --- misbehaviour while scoring ----------------------------------------------
 */

typedef struct {
  const char *name;
  bool fails;   /* the row; otherwise it gets `value` */
  bool sandbox; /* only where the sandbox is complete */
  double value;
  const char *says; /* part of the reason, where no sanitizer interferes */
} fault;

static const fault faults[] = {
  { "segfault", true, false, 0, "signal 11" },
  { "abort", true, false, 0, "signal 6" },
  { "exit", true, false, 0, "exited with status 0" },
  { "fpe", true, false, 0, "signal 8" },
  { "loop", true, false, 0, "in time" },
  { "sleep", true, false, 0, "" }, /* the deadline or the filter */
  { "stack", true, false, 0, "signal 11" },
  { "heap", true, false, 0, "" },
  { "destructor", true, false, 0, "signal 11" },
  { "threads", true, true, 0, "" },
  { "memory", true, true, 0, "" },
  { "fork", true, true, 0, "signal 31" },
  { "exec", true, true, 0, "signal 31" },
  { "thread", true, true, 0, "" }, /* refused or killed: either will do */
  { "socket", true, true, 0, "signal 31" },
  { "killer", true, true, 0, "signal 31" },
  { "file", false, true, 0, "" },
  { "counts", true, false, 0, "more results" },
  { "row", true, false, 0, "row does not exist" },
  { "nan", true, false, 0, "no value" },
  { "probability", true, false, 0, "between 0 and 1" },
  { "text", true, false, 0, "text is out of range" },
  { "utf8", true, false, 0, "not UTF-8" },
  { "garbage", true, false, 0, "no message of ours" },
  { "chatter", false, false, 1, "" },
  { "declines", true, false, 0, "no reason given" },
};

static void misbehaves(module *m, const fault *f) {
  double got = 0;
  ax_error err = { 0 };
  assert_scores(m, 7);
  ax_status status = score(m, POISON, &got, &err);
  assert_int_equal(status, f->fails ? AX_INVALID : AX_OK);
  if (!f->fails) assert_true(got == f->value);
  if (f->fails && SANDBOXED) assert_has(err.text, f->says);
  for (int i = 0; i < 5; i++) assert_scores(m, i);
  ax_worker_pool_stats stats;
  ax_worker_pool_look(m->pool, &stats);
  assert_true(stats.running);
  assert_int_equal(stats.failed, f->fails);
}

static void
a_row_that_does_harm_fails_and_the_next_ones_are_scored(void **state) {
  (void)state;
  module neighbour = { .broker = new_broker() };
  assert_int_equal(open_module(&neighbour, "behaves", 5000, 5000), AX_OK);
  for (size_t i = 0; i < AX_COUNT(faults); i++) {
    if (faults[i].sandbox && !SANDBOXED) continue;
    print_message("# %s\n", faults[i].name);
    module m = { .broker = neighbour.broker };
    if (open_module(&m, faults[i].name, 5000, 300)) fail_msg("%s", m.err.text);
    misbehaves(&m, &faults[i]);
    assert_scores(&neighbour, (double)i);
    close_module(&m);
  }
  ax_worker_pool_stats stats;
  ax_worker_pool_look(neighbour.pool, &stats);
  assert_int_equal(stats.deaths, 0);
  close_module(&neighbour);
  ax_broker_stop(neighbour.broker);
}

static void what_a_plug_in_counts_arrives_with_its_answer(void **state) {
  (void)state;
  double got;
  ax_error err = { 0 };
  module m = { .broker = new_broker() };
  assert_int_equal(open_module(&m, "counting", 5000, 5000), AX_OK);
  assert_scores(&m, 1);
  assert_scores(&m, 2);
  assert_true(m.names == 2 && m.batches == 2 && m.rows_seen == 0);
  m.names = 0;
  assert_int_equal(score(&m, POISON, &got, &err), AX_OK);
  assert_true(m.batches == 3 && m.rows_seen == 1.5);
  /* Of 54 good names the first ones; none of the others. */
  assert_int_equal(m.names, AX_FRAME_COUNTERS_MAX);
  close_module(&m);
  ax_broker_stop(m.broker);
}

/* --- modules that cannot be used
 * ------------------------------------------------
 */

static const fault broken[] = {
  { "constructor", true, false, 0, "it died while loading" },
  { "early_socket", true, true, 0, "signal 31" },
  { "slow_start", true, false, 0, "in time" },
  { "create_fails", true, false, 0, "no file coefficients.json" },
  { "wrong_abi", true, false, 0, "plug-in ABI 99.7" },
  { "no_export", true, false, 0, "auspex_module_open" },
  { "no_note", true, false, 0, "no ELF note" },
  { "no_model", true, false, 0, "no model" },
  { "bad_model", true, false, 0, "relative_inputs" },
};

static void a_broken_module_says_what_is_wrong_with_it(void **state) {
  (void)state;
  ax_broker *broker = new_broker();
  for (size_t i = 0; i < AX_COUNT(broken); i++) {
    if (broken[i].sandbox && !SANDBOXED) continue;
    print_message("# %s\n", broken[i].name);
    module m = { .broker = broker };
    assert_int_not_equal(open_module(&m, broken[i].name, 1500, 300), AX_OK);
    assert_has(m.err.text, broken[i].says);
    close_module(&m);
  }
  ax_broker_stop(broker);
}

static void a_constructor_sees_no_files(void **state) {
  (void)state;
  module m = { .broker = new_broker() };
  assert_int_equal(open_module(&m, "early_file", 5000, 300), AX_OK);
  close_module(&m);
  ax_broker_stop(m.broker);
}

static void a_module_that_changes_its_models_is_not_trusted(void **state) {
  (void)state;
  double got;
  ax_error err = { 0 };
  module m = { .broker = new_broker() };
  assert_int_equal(open_module(&m, "two_faces", 5000, 300), AX_OK);
  assert_scores(&m, 1);
  assert_int_not_equal(score(&m, POISON, &got, &err), AX_OK);
  ax_error later = { 0 };
  assert_int_equal(score(&m, 1, &got, &later), AX_UNAVAILABLE);
  close_module(&m);
  ax_broker_stop(m.broker);
}

static void
a_leak_costs_the_worker_its_life_and_nobody_else_anything(void **state) {
  (void)state;
  if (!SANDBOXED) skip();
  module m = { .broker = new_broker() };
  assert_int_equal(open_module(&m, "leak", 5000, 2000), AX_OK);
  for (int i = 0; i < 60; i++) {
    double got;
    ax_error err = { 0 };
    if (score(&m, POISON, &got, &err)) fail_msg("%d: %.200s", i, err.text);
  }
  ax_worker_pool_stats stats;
  ax_worker_pool_look(m.pool, &stats);
  assert_true(stats.deaths >= 1);
  assert_int_equal(stats.failed, 0);
  close_module(&m);
  ax_broker_stop(m.broker);
}

static void a_worker_that_grows_is_replaced_between_batches(void **state) {
  (void)state;
  if (!SANDBOXED) skip();
  module m = { .broker = new_broker(), .grow_max = 8 << 20 };
  assert_int_equal(open_module(&m, "leak", 5000, 2000), AX_OK);
  ax_worker_pool_stats stats = { 0 };
  for (int i = 0; i < 400 && !stats.recycled; i++) {
    double got;
    ax_error err = { 0 };
    if (score(&m, POISON, &got, &err)) fail_msg("%d: %.200s", i, err.text);
    ax_worker_pool_look(m.pool, &stats);
    if (i > 2) nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
  }
  assert_int_equal(stats.recycled, 1);
  assert_int_equal(stats.deaths, 0);
  assert_scores(&m, 1);
  close_module(&m);
  ax_broker_stop(m.broker);
}

/* Fails twice, then is satisfied. */
static ax_status probe(void *ctx, ax_worker_proc *worker, ax_error *err) {
  module *m = ctx;
  AX_TRY(ax_worker_proc_ping(worker, ax_clock_mono_ns() + 5000000000LL, err));
  if (++m->probes <= 2) return ax_error_set(err, AX_INVALID, "not as it was");
  return AX_OK;
}

static void
an_open_circuit_turns_rows_away_until_a_probe_succeeds(void **state) {
  (void)state;
  module m = { .broker = new_broker(), .probe = probe };
  assert_int_equal(open_module(&m, "abort", 5000, 2000), AX_OK);
  ax_worker_pool_stats stats = { 0 };
  double got;
  for (int i = 0; i < 20 && stats.breaker != AX_BREAKER_OPEN; i++) {
    ax_error err = { 0 };
    (void)!score(&m, POISON + i, &got, &err); /* the same are not sent again */
    ax_worker_pool_look(m.pool, &stats);
  }
  assert_int_equal(stats.breaker, AX_BREAKER_OPEN);
  uint64_t before = stats.deaths;
  bool scored = false;
  for (int i = 0; i < 1000 && !scored; i++) {
    ax_error err = { 0 };
    scored = score(&m, 7, &got, &err) == AX_OK;
    if (!scored) nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
  }
  assert_true(scored);
  assert_int_equal(m.probes, 3);
  ax_worker_pool_look(m.pool, &stats);
  assert_int_equal(stats.breaker, AX_BREAKER_CLOSED);
  assert_true(stats.opened >= 3);
  assert_true(stats.deaths <= before + 1);
  close_module(&m);
  ax_broker_stop(m.broker);
}

/* --- many at once
 * ------------------------------------------------------------------
 */

enum { THREADS = 8, ROWS = 50 };

typedef struct {
  module *m;
  int number;
  unsigned scored, failed, wrong;
  char text[240];
} caller;

/* Every seventh row of every caller does harm. */
static void *call(void *arg) {
  caller *c = arg;
  for (int i = 0; i < ROWS; i++) {
    bool harm = (i + c->number) % 7 == 3;
    double x = harm ? POISON : c->number * 100 + i, got = 0;
    ax_error err = { 0 };
    ax_status status = score(c->m, x, &got, &err);
    if (status == AX_OK && !harm && got == 2 * x)
      c->scored++;
    else if (status == AX_INVALID && harm)
      c->failed++;
    else if (!c->wrong++)
      (void)snprintf(c->text, sizeof c->text, "%d: %.200s", i, err.text);
  }
  return NULL;
}

static void only_the_rows_that_do_harm_fail_when_many_call(void **state) {
  (void)state;
  module m = { .broker = new_broker() };
  assert_int_equal(open_module(&m, "segfault", 5000, 1000), AX_OK);
  pthread_t threads[THREADS];
  caller callers[THREADS] = { { 0 } };
  for (int i = 0; i < THREADS; i++) {
    callers[i] = (caller){ .m = &m, .number = i };
    pthread_create(&threads[i], NULL, call, &callers[i]);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  unsigned scored = 0, failed = 0;
  for (int i = 0; i < THREADS; i++) {
    if (callers[i].wrong) fail_msg("%s", callers[i].text);
    scored += callers[i].scored;
    failed += callers[i].failed;
  }
  assert_int_equal(scored + failed, THREADS * ROWS);
  ax_worker_pool_stats stats;
  ax_worker_pool_look(m.pool, &stats);
  assert_int_equal(stats.failed, failed);
  assert_int_equal(stats.rows, THREADS * ROWS);
  assert_true(stats.deaths <= 2); /* all harm was done by the same values */
  close_module(&m);
  ax_broker_stop(m.broker);
}

/* --- two deaths at most
 * -------------------------------------------------------------- */

/* A worker program that can be taken away and put back. */
typedef struct {
  char folder[40], link[60], program[AX_FOLDER_PATH];
} removable;

static void put_back(const removable *r) {
  assert_int_equal(symlink(r->program, r->link), 0);
}

static ax_broker *begin_removable(removable *r) {
  ax_broker *broker = NULL;
  ax_error err = { 0 };
  (void)snprintf(r->folder, sizeof r->folder, "/tmp/auspex-pool-XXXXXX");
  assert_non_null(mkdtemp(r->folder));
  (void)snprintf(r->link, sizeof r->link, "%s/worker", r->folder);
  assert_true(ax_folder_full(build("bin/auspex-worker"), r->program));
  put_back(r);
  if (ax_broker_start(r->link, &broker, &err)) fail_msg("%s", err.text);
  return broker;
}

/* The first worker ends over it, and there is no second one to try it again:
 * that is a strike, and when it comes back only one more worker ends. */
static void a_row_that_comes_back_later_ends_no_third_worker(void **state) {
  (void)state;
  removable program;
  double got;
  ax_worker_pool_stats stats;
  module m = { .broker = begin_removable(&program) };
  assert_int_equal(open_module(&m, "abort", 1000, 2000), AX_OK);
  assert_int_equal(unlink(program.link), 0);
  ax_error err = { 0 };
  assert_int_equal(score(&m, POISON, &got, &err), AX_UNAVAILABLE);
  ax_worker_pool_look(m.pool, &stats);
  assert_int_equal(stats.deaths, 1);
  put_back(&program);
  ax_status status = AX_UNAVAILABLE;
  for (int i = 0; i < 1000 && status == AX_UNAVAILABLE; i++) {
    err = (ax_error){ 0 };
    status = score(&m, POISON, &got, &err);
    if (status) nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
  }
  assert_int_equal(status, AX_INVALID);
  for (int i = 0; i < 3; i++) {
    err = (ax_error){ 0 };
    assert_int_equal(score(&m, POISON, &got, &err), AX_INVALID);
  }
  ax_worker_pool_look(m.pool, &stats);
  assert_int_equal(stats.deaths, 2);
  close_module(&m);
  ax_broker_stop(m.broker);
  assert_int_equal(unlink(program.link), 0);
  assert_int_equal(rmdir(program.folder), 0);
}

int main(void) {
  ax_log_set_level(AX_LOG_ERROR);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(workers_share_namespaces_apart_from_ours),
    cmocka_unit_test(a_worker_starts_gently_and_scores_like_all_others),
    cmocka_unit_test(workers_that_are_kept_are_as_good_as_new),
    cmocka_unit_test(a_kept_worker_that_ended_is_not_handed_out),
    cmocka_unit_test(a_row_that_does_harm_fails_and_the_next_ones_are_scored),
    cmocka_unit_test(what_a_plug_in_counts_arrives_with_its_answer),
    cmocka_unit_test(a_broken_module_says_what_is_wrong_with_it),
    cmocka_unit_test(a_constructor_sees_no_files),
    cmocka_unit_test(a_module_that_changes_its_models_is_not_trusted),
    cmocka_unit_test(a_leak_costs_the_worker_its_life_and_nobody_else_anything),
    cmocka_unit_test(a_worker_that_grows_is_replaced_between_batches),
    cmocka_unit_test(an_open_circuit_turns_rows_away_until_a_probe_succeeds),
    cmocka_unit_test(only_the_rows_that_do_harm_fail_when_many_call),
    cmocka_unit_test(a_row_that_comes_back_later_ends_no_third_worker),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
