/*
 * AUSPEX_SWAPS (50) hot swaps while four callers score without pause: two
 * versions of a module take over from each other, and every tenth swap brings
 * one that nobody has seen. Ends with 1 when a row was not scored, or when the
 * gateway's memory grew by more than a megabyte after the first tenth.
 */
#include "bench.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "scoring/score_deploy.h"
#include "scoring/score_view.h"

enum { CALLERS = 4, EVERY = 10 };

static ax_score_host *host;
static atomic_bool over;
static atomic_ulong scored, wrong;

static const char *build(const char *rest) {
  static char path[4][600];
  static unsigned turn;
  char *out = path[turn++ % 4];
  const char *folder = getenv("AUSPEX_BUILD");
  (void)snprintf(out, sizeof path[0], "%s/%s", folder ? folder : "build", rest);
  return out;
}

static void must(ax_status status, const ax_error *err) {
  if (!status) return;
  (void)fprintf(stderr, "bench_swaps: %s\n", err->text);
  exit(1);
}

/* `folder`/`name` with the module that behaves and the data `text`. */
static void put(const char *folder, const char *name, const char *text) {
  char path[300];
  ax_arena *arena = ax_arena_new(16 << 20);
  ax_str bytes;
  ax_error err = { 0 };
  must(ax_file_read(arena, build("faulty/behaves/behaves.so"), 8 << 20, &bytes,
                    &err),
       &err);
  (void)snprintf(path, sizeof path, "%s/%s/data", folder, name);
  must(ax_file_make_dirs(path, &err), &err);
  (void)snprintf(path, sizeof path, "%s/%s/behaves.so", folder, name);
  must(ax_file_write(path, bytes, &err), &err);
  (void)snprintf(path, sizeof path, "%s/%s/data/version", folder, name);
  must(ax_file_write(path, ax_str_from(text), &err), &err);
  ax_arena_free(arena);
}

static const ax_fact patient = { .kind = AX_FACT_PATIENT,
                                 .status = AX_FACT_STATUS_FINAL,
                                 .source_type = AX_STR_INIT("Patient"),
                                 .source_id = AX_STR_INIT("p"),
                                 .code = AX_STR_INIT("female"),
                                 .has_time = true,
                                 .precision = AX_DATE_DAY };
static const ax_fact observation = { .kind = AX_FACT_OBSERVATION,
                                     .status = AX_FACT_STATUS_FINAL,
                                     .source_type = AX_STR_INIT("Observation"),
                                     .source_id = AX_STR_INIT("o"),
                                     .source_version = 1,
                                     .system = AX_STR_INIT("http://loinc.org"),
                                     .code = AX_STR_INIT("718-7"),
                                     .has_time = true,
                                     .lo_ms = INT64_C(1700000000000),
                                     .hi_ms = INT64_C(1700000000000),
                                     .precision = AX_DATE_DAY,
                                     .value_kind = AX_FACT_VALUE_NUMBER,
                                     .number = 12,
                                     .unit = AX_STR_INIT("g/dL"),
                                     .flags = AX_FACT_HAS_UNIT };

static void *call(void *nothing) {
  ax_arena *arena = ax_arena_new(4 << 20);
  ax_fact facts[] = { patient, observation };
  while (!atomic_load(&over)) {
    const ax_score_view *view = NULL;
    ax_score_result out = { 0 };
    ax_error err = { 0 };
    if (ax_score_view_hold(host, arena, &view)) abort();
    ax_score_request request = { .model = ax_score_view_model(view, 0),
                                 .subject = AX_STR("Patient/p"),
                                 .facts = { .items = facts, .count = 2 },
                                 .as_of_ms = INT64_C(1700000001000),
                                 .authored_ms = INT64_C(1700000001000) };
    ax_status status = ax_score_run(
        host, arena, &request, ax_clock_mono_ns() + 30000000000, &out, &err);
    atomic_fetch_add(!status && out.verdict == AX_SCORED ? &scored : &wrong, 1);
    ax_arena_reset(arena);
  }
  ax_arena_free(arena);
  return nothing;
}

static void act(ax_score_act_kind kind) {
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_error err = { 0 };
  ax_score_order order = { kind, AX_STR("behaves"), AX_STR("bench"),
                           AX_STR("a swap") };
  must(ax_score_deploy_do(host, &order, arena, NULL, &err), &err);
  ax_arena_free(arena);
}

/* The next version, in the folder where the one before last was. */
static void bring_new(const char *folder, size_t number) {
  char text[40];
  ax_error err = { 0 };
  (void)snprintf(text, sizeof text, "%zu", number);
  put(folder, number / EVERY % 2 ? "a" : "b", text);
  must(ax_score_deploy_rescan(host, NULL, &err), &err);
  act(AX_SCORE_ACT_ACTIVATE);
}

int main(void) {
  const char *wanted = getenv("AUSPEX_SWAPS");
  size_t swaps = wanted ? (size_t)strtoul(wanted, NULL, 10) : 50;
  char folder[] = "/tmp/auspex-swaps-XXXXXX", command[100];
  pthread_t threads[CALLERS];
  ax_error err = { 0 };
  ax_log_set_level(AX_LOG_ERROR);
  if (!mkdtemp(folder)) abort();
  put(folder, "a", "first");
  ax_score_options options = { .plugins = folder,
                               .worker = build("bin/auspex-worker"),
                               .deadline_ms = 5000,
                               .staged = true };
  ax_score_history nothing = { .activate = "behaves" };
  must(ax_score_host_new(&options, &host, &err), &err);
  must(ax_score_deploy_begin(host, &nothing, &err), &err);
  for (int i = 0; i < CALLERS; i++)
    if (pthread_create(&threads[i], NULL, call, NULL) != 0) abort();
  double base = 0, most_ms = 0;
  for (size_t i = 0; i < swaps; i++) {
    int64_t start = ax_clock_mono_ns();
    if (i % EVERY == 0)
      bring_new(folder, i);
    else
      act(AX_SCORE_ACT_ROLLBACK);
    double took = (double)(ax_clock_mono_ns() - start) / 1e6;
    if (took > most_ms) most_ms = took;
    unsigned long before = atomic_load(&scored);
    while (atomic_load(&scored) < before + CALLERS && !atomic_load(&wrong))
      (void)sched_yield();
    if (i == swaps / 10) base = ax_bench_rss_mb();
  }
  double grown = ax_bench_rss_mb() - base;
  atomic_store(&over, true);
  for (int i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
  ax_score_host_free(host);
  (void)snprintf(command, sizeof command, "rm -rf %s", folder);
  if (system(command) != 0) abort(); /* NOLINT(cert-env33-c) */
  bool failed = atomic_load(&wrong) || (swaps >= 100 && grown > 1);
  (void)printf("swaps: %zu swaps, %lu rows scored, %lu not, slowest swap "
               "%.1f ms, memory grew by %.2f MB%s\n",
               swaps, atomic_load(&scored), atomic_load(&wrong), most_ms, grown,
               failed ? " FAILED" : "");
  return failed;
}
