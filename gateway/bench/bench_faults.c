/*
 * The fault programme: every kind of fault in plugins/faulty, AUSPEX_FAULTS
 * rows that do harm (20) among as many that do not, with a neighbour that is
 * scored all the while. Counts what came of the rows and says what a fault
 * costs:
 *
 *   answered   rows that got a score or a recorded failure; all must
 *   deaths     workers that ended while rows that do harm were scored: at most
 *              two for each
 *   late       rows that do no harm and met the deadline of a module that
 *              hangs, which is short: none where nothing else is to be done
 *   good_p99   of rows of the same module that do no harm, in microseconds
 *   bad_p99    of rows that do
 *   before, during  p99 of the neighbour while nothing and while something goes
 *              wrong next to it
 *   added_ms   what harm next to them adds to the p99 of rows that do none
 *
 * At the end the worst of these beside the bounds that are promised. Ends with
 * 1 when a row was lost, answered wrongly, or killed a third worker; times,
 * and with them rows that were late, are judged only with AUSPEX_FAULTS_JUDGE,
 * for the machine may have other things to do.
 */
#include "bench.h"

#include <auspex_plugin.h>

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "scoring/score_deploy.h"
#include "scoring/score_view.h"

enum {
  TRIES = 2000,
  SAMPLES = 200000,
  ENOUGH = 2000, /* of the neighbour, so that its p99 means something */
  PACE_US = 1000,
  POISON = 1000,
  HANG_MS = 100,
  CRASH_MS = 10, /* the bounds */
  HANG_MORE_MS = 10,
  NEIGHBOUR_PERCENT = 10
};

/* Those that load. Others show at loading what is wrong with them. */
static const char *const kinds[] = {
  "segfault", "abort",   "exit",     "destructor", "fpe",         "loop",
  "sleep",    "stack",   "heap",     "leak",       "memory",      "fork",
  "exec",     "thread",  "threads",  "socket",     "file",        "killer",
  "garbage",  "counts",  "row",      "nan",        "probability", "text",
  "utf8",     "chatter", "declines",
};

static const char *const broken[] = {
  "constructor", "early_socket", "create_fails", "no_export",
  "no_note",     "no_model",     "wrong_abi",
};

static const char *build(const char *rest) {
  static char path[4][600];
  static unsigned turn;
  char *out = path[turn++ % 4];
  const char *folder = getenv("AUSPEX_BUILD");
  (void)snprintf(out, sizeof path[0], "%s/%s", folder ? folder : "build", rest);
  return out;
}

/* A folder with links to two modules. */
static void link_module(const char *folder, const char *name) {
  char part[100], from[1400], to[600], here[600] = "";
  (void)snprintf(part, sizeof part, "faulty/%s", name);
  const char *path = build(part);
  if (*path != '/' && !getcwd(here, sizeof here)) abort();
  (void)snprintf(from, sizeof from, "%s%s%s", here, *here ? "/" : "", path);
  (void)snprintf(to, sizeof to, "%s/%s", folder, name);
  if (symlink(from, to) != 0) abort();
}

static void unlink_module(const char *folder, const char *name) {
  char path[600];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  (void)unlink(path);
}

/* What hangs is to cost little here; what crashes must not be ended by a
 * deadline on a busy machine. */
static int64_t deadline_of(const char *kind) {
  static const char *const hang[] = { "loop", "sleep", "memory" };
  for (size_t i = 0; i < AX_COUNT(hang); i++)
    if (!strcmp(kind, hang[i])) return HANG_MS;
  return 2000;
}

static bool hangs(const char *kind) {
  return !strcmp(kind, "loop") || !strcmp(kind, "sleep");
}

static ax_score_host *open_host(const char *folder, const char *kind) {
  ax_error err = { 0 };
  ax_score_host *host = NULL;
  ax_score_options options = { .plugins = folder,
                               .worker = build("bin/auspex-worker"),
                               .deadline_ms = deadline_of(kind),
                               .worker_memory = 256 << 20 };
  if (ax_score_host_new(&options, &host, &err)) {
    (void)fprintf(stderr, "bench_faults: %s\n", err.text);
    exit(1);
  }
  return host;
}

static void pause_us(long us) {
  (void)nanosleep(&(struct timespec){ 0, us * 1000 }, NULL);
}

/* AUSPEX_FAULTS_PACE_MS: between two rows of the faulty module; every second
 * one does harm. As it stands, more than a hundred workers die in a second. */
static long row_pace_us(void) {
  const char *text = getenv("AUSPEX_FAULTS_PACE_MS");
  long ms = text ? strtol(text, NULL, 10) : 0;
  return ms > 0 && ms < 1000 ? ms * 1000 : PACE_US;
}

/* --- one row -----------------------------------------------------------------
 */

typedef enum { SCORED, RECORDED, LOST } ending;

static ax_fact facts_of(double x, size_t i) {
  static const int64_t when = INT64_C(1700000000000);
  return i == 0 ? (ax_fact){ .kind = AX_FACT_PATIENT,
                             .status = AX_FACT_STATUS_FINAL,
                             .source_type = AX_STR("Patient"),
                             .source_id = AX_STR("p"),
                             .code = AX_STR("female"),
                             .has_time = true,
                             .lo_ms = INT64_C(-300000000000),
                             .hi_ms = INT64_C(-300000000000),
                             .precision = AX_DATE_DAY }
                : (ax_fact){ .kind = AX_FACT_OBSERVATION,
                             .status = AX_FACT_STATUS_FINAL,
                             .source_type = AX_STR("Observation"),
                             .source_id = AX_STR("o"),
                             .source_version = 1,
                             .system = AX_STR("http://loinc.org"),
                             .code = AX_STR("718-7"),
                             .has_time = true,
                             .lo_ms = when,
                             .hi_ms = when,
                             .precision = AX_DATE_DAY,
                             .value_kind = AX_FACT_VALUE_NUMBER,
                             .number = x,
                             .unit = AX_STR("g/dL"),
                             .flags = AX_FACT_HAS_UNIT };
}

/* Scores x; what cannot be asked now is asked again, as the scorer would. */
static ending score(ax_score_host *host, const char *model, double x,
                    int64_t *took_ns) {
  ax_arena *arena = ax_arena_new(4 << 20);
  ax_fact facts[] = { facts_of(x, 0), facts_of(x, 1) };
  int64_t start = ax_clock_mono_ns();
  ending end = LOST;
  for (int i = 0; i < TRIES && end == LOST; i++) {
    const ax_score_view *view = NULL;
    ax_score_result out = { 0 };
    ax_error err = { 0 };
    if (ax_score_view_hold(host, arena, &view)) abort();
    ax_score_request request = { .model = ax_score_view_named(
                                     view, ax_str_from(model)),
                                 .subject = AX_STR("Patient/p"),
                                 .facts = { .items = facts, .count = 2 },
                                 .as_of_ms = INT64_C(1700000001000),
                                 .authored_ms = INT64_C(1700000001000) };
    ax_status status = ax_score_run(
        host, arena, &request, ax_clock_mono_ns() + 30000000000, &out, &err);
    if (!status && out.verdict == AX_SCORED) end = SCORED;
    if (!status && out.verdict == AX_SCORE_FAILED) end = RECORDED;
    ax_arena_reset(arena);
    if (status) pause_us(5000);
  }
  *took_ns = ax_clock_mono_ns() - start;
  ax_arena_free(arena);
  return end;
}

/* --- the neighbour -----------------------------------------------------------
 */

typedef struct {
  ax_score_host *host;
  atomic_bool over;
  int64_t *ns;
  atomic_size_t count;
  size_t wrong;
} neighbour;

static void *be_scored(void *arg) {
  neighbour *n = arg;
  while (!atomic_load(&n->over) && n->count < SAMPLES) {
    if (score(n->host, "neighbour", (double)(n->count % 900),
              &n->ns[n->count]) != SCORED)
      n->wrong++;
    atomic_fetch_add(&n->count, 1);
    pause_us(PACE_US);
  }
  return NULL;
}

static double p99_us(int64_t *ns, size_t count) {
  if (!count) return 0;
  qsort(ns, count, sizeof *ns, ax_bench_by_value);
  return (double)ns[count * 99 / 100 < count ? count * 99 / 100 : count - 1] /
         1000;
}

/* --- a kind ------------------------------------------------------------------
 */

typedef struct {
  size_t good, bad, lost, late, recorded;
  uint64_t deaths, most_deaths; /* of rows that do harm: all; of one row */
  int64_t *good_ns, *bad_ns;
} tally;

static uint64_t deaths_of(ax_score_host *host, const char *module) {
  ax_arena *arena = ax_arena_new(1 << 20);
  uint64_t deaths = 0;
  for (size_t i = 0; i < ax_score_module_count(host); i++) {
    ax_score_module m;
    if (ax_score_module_at(host, i, arena, &m)) abort();
    if (ax_str_eq(m.name, ax_str_from(module))) deaths = m.deaths;
  }
  ax_arena_free(arena);
  return deaths;
}

/* A worker is buried by the caller whose row it had, before the answer. */
static void count_deaths(tally *t, uint64_t deaths) {
  t->deaths += deaths;
  if (deaths > t->most_deaths) t->most_deaths = deaths;
}

/* `harm`: every second row does it, each with values of its own. */
static void send_rows(ax_score_host *host, const char *kind, size_t count,
                      bool harm, tally *t) {
  bool hurried = deadline_of(kind) == HANG_MS;
  for (size_t i = 0; i < 2 * count; i++) {
    bool bad = harm && i % 2;
    int64_t took;
    uint64_t before = bad ? deaths_of(host, kind) : 0;
    ending end = score(host, "faulty",
                       bad ? POISON + (double)i : (double)(i % 900), &took);
    pause_us(row_pace_us()); /* with harm or without: the same pace */
    bool late = !bad && hurried && end == RECORDED;
    t->lost += end == LOST || (!bad && end != SCORED && !late);
    t->late += late;
    t->recorded += end == RECORDED;
    if (bad) count_deaths(t, deaths_of(host, kind) - before);
    if (bad)
      t->bad_ns[t->bad++] = took;
    else
      t->good_ns[t->good++] = took;
  }
}

static double with_neighbour(ax_score_host *host, const char *kind,
                             size_t count, bool harm, tally *t, size_t *wrong) {
  neighbour n = { .host = host, .ns = malloc(SAMPLES * sizeof(int64_t)) };
  pthread_t thread;
  if (!n.ns || pthread_create(&thread, NULL, be_scored, &n) != 0) abort();
  send_rows(host, kind, count, harm, t);
  while (!harm && atomic_load(&n.count) < ENOUGH) {
    int64_t took;
    ending end = score(host, "faulty", 1, &took);
    *wrong += end == LOST;
    t->late += end == RECORDED;
    pause_us(PACE_US);
  }
  atomic_store(&n.over, true);
  pthread_join(thread, NULL);
  double p99 = p99_us(n.ns, n.count);
  *wrong += n.wrong;
  free(n.ns);
  return p99;
}

/* The worst of all kinds. */
typedef struct {
  double crash_ms, hang_ms, neighbour; /* added; in all; ratio */
  const char *crash, *hang, *beside;
  size_t late;
} worst;

static void note_worst(worst *w, const char *kind, double added_ms,
                       double bad_ms, double ratio) {
  if (!hangs(kind) && (!w->crash || added_ms > w->crash_ms)) {
    w->crash = kind;
    w->crash_ms = added_ms;
  }
  if (hangs(kind) && (!w->hang || bad_ms > w->hang_ms)) {
    w->hang = kind;
    w->hang_ms = bad_ms;
  }
  if (!w->beside || ratio > w->neighbour) {
    w->beside = kind;
    w->neighbour = ratio;
  }
}

/* Returns how many bounds are not kept. */
static int tell_worst(const worst *w) {
  double percent = (w->neighbour - 1) * 100;
  int hang_bound = 2 * HANG_MS + HANG_MORE_MS;
  if (w->crash)
    (void)printf("crash: adds at most %.1f ms to p99 (%s); wanted: %d\n",
                 w->crash_ms, w->crash, CRASH_MS);
  if (w->hang)
    (void)printf("hang: p99 of at most %.1f ms (%s); wanted: %d (two deadlines "
                 "of %d ms and %d ms)\n",
                 w->hang_ms, w->hang, hang_bound, HANG_MS, HANG_MORE_MS);
  if (w->beside)
    (void)printf("neighbour: p99 at most %.0f %% above what it was (%s); "
                 "wanted: %d %%\n",
                 percent, w->beside, NEIGHBOUR_PERCENT);
  if (w->late)
    (void)printf("late: %zu rows that do no harm; wanted: none\n", w->late);
  return (w->crash_ms > CRASH_MS) + (w->hang_ms > hang_bound) +
         (percent > NEIGHBOUR_PERCENT) + (w->late != 0);
}

static int run_kind(const char *kind, size_t count, worst *w) {
  char folder[] = "/tmp/auspex-faults-XXXXXX";
  if (!mkdtemp(folder)) abort();
  link_module(folder, kind);
  link_module(folder, "neighbour");
  ax_score_host *host = open_host(folder, kind);
  tally calm = { .good_ns = malloc((2 * count + 1) * sizeof(int64_t)) };
  tally storm = { .good_ns = malloc((2 * count + 1) * sizeof(int64_t)),
                  .bad_ns = malloc((2 * count + 1) * sizeof(int64_t)) };
  if (!calm.good_ns || !storm.good_ns || !storm.bad_ns) abort();
  size_t wrong = 0;
  double before = with_neighbour(host, kind, count, false, &calm, &wrong);
  double during = with_neighbour(host, kind, count, true, &storm, &wrong);
  uint64_t strangers = deaths_of(host, "neighbour");
  double calm_us = p99_us(calm.good_ns, calm.good);
  double good_us = p99_us(storm.good_ns, storm.good);
  double bad_us = p99_us(storm.bad_ns, storm.bad);
  note_worst(w, kind, (good_us - calm_us) / 1000, bad_us / 1000,
             during / before);
  w->late += calm.late + storm.late;
  (void)printf(
      "fault: %-12s rows=%zu answered=%zu recorded=%zu deaths=%llu "
      "most_deaths=%llu late=%zu "
      "calm_p99_us=%.0f good_p99_us=%.0f bad_p99_us=%.0f "
      "added_ms=%.1f neighbour_before_us=%.0f during_us=%.0f\n",
      kind, storm.good + storm.bad, storm.good + storm.bad - storm.lost,
      storm.recorded, (unsigned long long)storm.deaths,
      (unsigned long long)storm.most_deaths, calm.late + storm.late, calm_us,
      good_us, bad_us, (good_us - calm_us) / 1000, before, during);
  (void)fflush(stdout);
  bool bad =
      storm.lost || calm.lost || wrong || strangers || storm.most_deaths > 2;
  if (bad)
    (void)printf("fault: %s FAILED: lost %zu, neighbour wrong %zu, its deaths "
                 "%llu, most deaths of a row %llu\n",
                 kind, storm.lost + calm.lost, wrong,
                 (unsigned long long)strangers,
                 (unsigned long long)storm.most_deaths);
  free(calm.good_ns);
  free(storm.good_ns);
  free(storm.bad_ns);
  ax_score_host_free(host);
  unlink_module(folder, kind);
  unlink_module(folder, "neighbour");
  (void)rmdir(folder);
  return bad;
}

/* --- modules that do not load ------------------------------------------------
 */

static int run_broken(const char *kind, size_t count) {
  char folder[] = "/tmp/auspex-faults-XXXXXX";
  if (!mkdtemp(folder)) abort();
  link_module(folder, kind);
  link_module(folder, "neighbour");
  ax_score_host *host = open_host(folder, kind);
  size_t wrong = 0, found = 0;
  for (size_t i = 0; i < count; i++) {
    int64_t took;
    ax_error err = { 0 };
    if (ax_score_deploy_rescan(host, &found, &err) || found != 1) wrong++;
    if (score(host, "neighbour", (double)(i % 900), &took) != SCORED) wrong++;
  }
  (void)printf("fault: %-12s loads=%zu refused=%zu neighbour_wrong=%zu\n", kind,
               count, count, wrong);
  (void)fflush(stdout);
  ax_score_host_free(host);
  unlink_module(folder, kind);
  unlink_module(folder, "neighbour");
  (void)rmdir(folder);
  return wrong != 0;
}

int main(int argc, char **argv) {
  const char *wanted = getenv("AUSPEX_FAULTS");
  size_t count = wanted ? (size_t)strtoul(wanted, NULL, 10) : 20;
  int failed = 0;
  worst w = { 0 };
  ax_log_set_level(AX_LOG_ERROR);
  /* What is expected here is no news. */
  if (!freopen("/dev/null", "w", stderr)) abort();
  for (size_t i = 0; i < AX_COUNT(kinds); i++)
    if (argc < 2 || !strcmp(argv[1], kinds[i]))
      failed += run_kind(kinds[i], count, &w);
  for (size_t i = 0; i < AX_COUNT(broken); i++)
    if (argc < 2 || !strcmp(argv[1], broken[i]))
      failed += run_broken(broken[i], count);
  (void)printf("faults: %zu kinds, %d failed\n",
               argc < 2 ? AX_COUNT(kinds) + AX_COUNT(broken) : 1, failed);
  int above = tell_worst(&w);
  return failed != 0 || (above && getenv("AUSPEX_FAULTS_JUDGE"));
}
