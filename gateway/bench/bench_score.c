/*
 * What isolation costs: rows through one worker with a model that does nothing
 * (plugins/faulty/behaves), alone, in batches of 32, and from eight threads at
 * once; and a whole END-PAC score, from facts to resources.
 */
#include "bench.h"
#include "bench_facts.h"

#include <math.h>
#include <pthread.h>

#include <auspex_plugin.h>

#include "base/log.h"
#include "scoring/frame_model.h"
#include "scoring/module_files.h"
#include "scoring/score.h"
#include "scoring/worker_pool.h"

enum {
  BATCH = 32,
  THREADS = 8,
  SINGLES = 20000,
  BATCHES = 5000,
  EACH = 5000,
  STARTS = 300
};

static void must(ax_status status, const ax_error *err) {
  if (!status) return;
  (void)fprintf(stderr, "bench_score: %s\n", err->text);
  exit(1);
}

static const char *build(const char *rest) {
  static char path[4][600];
  static unsigned turn;
  char *out = path[turn++ % 4];
  const char *folder = getenv("AUSPEX_BUILD");
  (void)snprintf(out, sizeof path[0], "%s/%s", folder ? folder : "build", rest);
  return out;
}

static const ax_feature_cell cell = { .value = 12,
                                      .state = AUSPEX_CELL_PRESENT,
                                      .time_ms = 1,
                                      .low = (double)NAN,
                                      .high = (double)NAN };

static ax_feature_row a_row(void) {
  return (ax_feature_row){ .as_of_ms = 1700000000000,
                           .cells = (ax_feature_cell *)(uintptr_t)&cell };
}

/* --- one worker
 * ----------------------------------------------------------------
 */

static void ask(ax_worker_proc *w, const ax_model *model,
                const ax_feature_row *const *rows, size_t count) {
  ax_str answer;
  ax_error err = { 0 };
  must(ax_worker_proc_score(w, model, rows, count,
                            ax_clock_mono_ns() + 1000000000, &answer, &err),
       &err);
}

static void one_worker(ax_broker *broker, const ax_frame_load *order,
                       const ax_model *model) {
  ax_error err = { 0 };
  ax_worker_proc *w = NULL;
  must(ax_worker_proc_start(broker, "behaves", order,
                            ax_clock_mono_ns() + 10000000000, &w, &err),
       &err);
  ax_feature_row row = a_row();
  const ax_feature_row *rows[BATCH];
  for (size_t i = 0; i < BATCH; i++) rows[i] = &row;

  ax_bench b = ax_bench_begin("score-single", SINGLES);
  while (ax_bench_next(&b)) ask(w, model, rows, 1);
  ax_bench_end(&b);

  b = ax_bench_begin("score-batch-32", BATCHES);
  while (ax_bench_next(&b)) ask(w, model, rows, BATCH);
  int64_t total = 0;
  for (size_t i = 0; i < b.count; i++) total += b.ns[i];
  qsort(b.ns, b.count, sizeof *b.ns, ax_bench_by_value);
  ax_bench_print("score-batch-32", ax_bench_percentile(&b, 50),
                 ax_bench_percentile(&b, 99),
                 (double)BATCHES * BATCH * 1e9 / (double)total);
  free(b.ns);
  ax_worker_proc_end(w, NULL, 0);
}

/* From asking the broker to a worker that has loaded and told its models. */
static void worker_ready(ax_broker *broker, const ax_frame_load *order) {
  ax_bench b = ax_bench_begin("score-worker-ready", STARTS);
  while (ax_bench_next(&b)) {
    ax_error err = { 0 };
    ax_worker_proc *w = NULL;
    must(ax_worker_proc_start(broker, "behaves", order,
                              ax_clock_mono_ns() + 10000000000, &w, &err),
         &err);
    ax_worker_proc_end(w, NULL, 0);
  }
  ax_bench_end(&b);
}

/* --- many callers
 * ------------------------------------------------------------------
 */

typedef struct {
  ax_worker_pool *pool;
  const ax_model *model;
} caller;

static void *call(void *arg) {
  const caller *c = arg;
  ax_feature_row row = a_row();
  for (int i = 0; i < EACH; i++) {
    ax_arena *arena = ax_arena_new(1 << 20);
    ax_results results;
    ax_error err = { 0 };
    must(ax_worker_pool_score(c->pool, arena, c->model, &row,
                              ax_clock_mono_ns() + 5000000000, &results, &err),
         &err);
    ax_arena_free(arena);
  }
  return NULL;
}

static void many_callers(ax_worker_pool *pool, const ax_model *model) {
  pthread_t threads[THREADS];
  caller c = { pool, model };
  int64_t start = ax_clock_mono_ns();
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, call, &c)) abort();
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  int64_t took = ax_clock_mono_ns() - start;
  ax_bench_print("score-8-threads", 0, 0,
                 (double)THREADS * EACH * 1e9 / (double)took);
}

static void isolation(void) {
  ax_error err = { 0 };
  ax_broker *broker = NULL;
  ax_arena *arena = ax_arena_new(16 << 20);
  ax_module_files files;
  must(ax_broker_start(build("bin/auspex-worker"), &broker, &err), &err);
  must(ax_module_files_open(arena, build("faulty"), "behaves", &files, &err),
       &err);
  ax_worker_pool_options options = { .module = "behaves",
                                     .order = files.order,
                                     .start_ms = 10000,
                                     .batch_ms = 1000,
                                     .queue_max = 1000 };
  ax_worker_pool *pool = NULL;
  must(ax_worker_pool_new(broker, &options, &pool, &err), &err);
  ax_str payload;
  ax_model *model = NULL;
  size_t count = 0;
  must(ax_worker_pool_models(pool, &payload, &err), &err);
  must(ax_frame_model_read(arena, payload, &model, &count, &err), &err);
  worker_ready(broker, &files.order);
  one_worker(broker, &files.order, model);
  many_callers(pool, model);
  ax_worker_pool_free(pool);
  ax_module_files_close(&files);
  ax_broker_stop(broker);
  ax_arena_free(arena);
}

/* --- a whole score
 * ---------------------------------------------------------------------
 */

enum { DAY = 86400000 };
static const int64_t onset = INT64_C(1700006400000); /* 2023-11-15 */

/* A patient with what END-PAC reads among 200 Observations. */
static size_t patient(ax_fact *facts) {
  size_t n = 0;
  facts[n] = fact(AX_FACT_PATIENT, "", "female", INT64_C(-300000000000));
  facts[n++].source_type = AX_STR("Patient");
  facts[n] =
      fact(AX_FACT_CONDITION, "http://snomed.info/sct", "44054006", onset);
  facts[n++].flags = AX_FACT_VERIFIED | AX_FACT_CLINICAL_ACTIVE;
  facts[n++] = value("2345-7", onset, 9.2, "mmol/L");
  facts[n++] = value("2345-7", onset - 365LL * DAY, 98, "mg/dL");
  facts[n++] = value("29463-7", onset, 70, "kg");
  facts[n++] = value("29463-7", onset - 365LL * DAY, 76.5, "kg");
  for (; n < 206; n++)
    facts[n] = value(n % 2 ? "718-7" : "29463-7",
                     onset - (int64_t)(600 + n) * DAY, 80, "kg");
  return n;
}

static void whole_score(void) {
  ax_error err = { 0 };
  ax_score_host *host = NULL;
  ax_score_options options = { .plugins = build("plugins"),
                               .worker = build("bin/auspex-worker"),
                               .deadline_ms = 1000 };
  must(ax_score_host_new(&options, &host, &err), &err);
  ax_fact facts[256];
  size_t count = patient(facts);
  ax_score_request request = { .model =
                                   ax_score_model_named(host, AX_STR("endpac")),
                               .subject = AX_STR("Patient/p"),
                               .facts = { .items = facts, .count = count },
                               .as_of_ms = onset + 30LL * DAY,
                               .authored_ms = onset + 30LL * DAY };
  ax_bench b = ax_bench_begin("score-endpac", EACH);
  while (ax_bench_next(&b)) {
    ax_arena *arena = ax_arena_new(4 << 20);
    ax_score_result out;
    must(ax_score_run(host, arena, &request, ax_clock_mono_ns() + 5000000000,
                      &out, &err),
         &err);
    if (out.verdict != AX_SCORED) {
      (void)fprintf(stderr, "bench_score: %.*s\n", AX_STR_ARG(out.why));
      exit(1);
    }
    ax_arena_free(arena);
  }
  ax_bench_end(&b);
  ax_score_host_free(host);
}

int main(void) {
  ax_log_set_level(AX_LOG_ERROR);
  isolation();
  whole_score();
  return 0;
}
