/*
 * Records AUSPEX_REPLAY (2000) scores of END-PAC, with inputs that differ in
 * their last digits, as evidence in a store, reads the evidence back, and has
 * the module score it again. Ends with 1 unless every answer is the same bit
 * for bit.
 */
#include "bench.h"
#include "bench_facts.h"

#include <math.h>
#include <unistd.h>

#include "app/app_replay.h"
#include "base/log.h"

enum { AT_ONCE = 200 };
static const int64_t day = 86400000, onset = INT64_C(1700006400000);

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
  (void)fprintf(stderr, "bench_replay: %s\n", err->text);
  exit(1);
}

/* The same numbers on every run, with many digits. */
static double vary(uint64_t *state, double low, double high) {
  *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
  return low + (high - low) * ((double)(*state >> 11) / 9007199254740992.0);
}

static void patient(ax_fact *f, uint64_t *state) {
  f[0] = fact(AX_FACT_PATIENT, "", "female",
              INT64_C(-300000000000) - (int64_t)vary(state, 0, 3e11));
  f[0].source_type = AX_STR("Patient");
  f[1] = fact(AX_FACT_CONDITION, "http://snomed.info/sct", "44054006", onset);
  f[1].flags = AX_FACT_VERIFIED | AX_FACT_CLINICAL_ACTIVE;
  f[2] = value("2345-7", onset, vary(state, 7, 15), "mmol/L");
  f[3] = value("2345-7", onset - 365 * day, vary(state, 80, 120), "mg/dL");
  f[4] = value("29463-7", onset, vary(state, 50, 120), "kg");
  f[5] = value("29463-7", onset - 365 * day, vary(state, 50, 120), "kg");
}

static size_t record(ax_score_host *host, ax_store *store, size_t wanted) {
  ax_arena *arena = ax_arena_new(256 << 20);
  const ax_model *model = ax_score_model_named(host, AX_STR("endpac"));
  uint64_t state = 1;
  size_t recorded = 0, batch = 0;
  ax_evidence evidence[AT_ONCE];
  ax_error err = { 0 };
  if (!model) must(AX_NOT_FOUND, &(ax_error){ .text = "no endpac" });
  while (recorded < wanted) {
    ax_fact *facts = AX_NEW_ARRAY(arena, ax_fact, 6);
    ax_score_result out;
    patient(facts, &state);
    ax_score_request request = { .model = model,
                                 .subject = AX_STR("Patient/p"),
                                 .facts = { .items = facts, .count = 6 },
                                 .as_of_ms = onset + 30 * day,
                                 .authored_ms = onset + 30 * day };
    must(ax_score_run(host, arena, &request, ax_clock_mono_ns() + 5000000000,
                      &out, &err),
         &err);
    if (out.verdict != AX_SCORED) continue; /* younger than the population */
    evidence[batch++] = (ax_evidence){ .model = model->id,
                                       .model_version = model->version,
                                       .module_digest = model->module_digest,
                                       .params_digest = model->data_digest,
                                       .engine = AX_STR("bench"),
                                       .row = out.row,
                                       .output = out.output,
                                       .results = AX_STR(""),
                                       .caller = AX_STR("bench"),
                                       .as_of_ms = request.as_of_ms };
    recorded++;
    if (batch < AT_ONCE && recorded < wanted) continue;
    ax_commit commit = { .evidence = evidence, .evidence_count = batch };
    must(ax_store_commit(store, &commit, &err), &err);
    batch = 0;
    ax_arena_reset(arena);
  }
  ax_arena_free(arena);
  return recorded;
}

int main(void) {
  const char *wanted = getenv("AUSPEX_REPLAY");
  size_t count = wanted ? (size_t)strtoul(wanted, NULL, 10) : 2000;
  char folder[] = "/tmp/auspex-replay-XXXXXX", command[100];
  ax_error err = { 0 };
  ax_score_host *host = NULL;
  ax_store *store = NULL;
  ax_app_replay r;
  ax_log_set_level(AX_LOG_ERROR);
  if (!mkdtemp(folder)) abort();
  ax_score_options options = { .plugins = build("plugins"),
                               .worker = build("bin/auspex-worker"),
                               .deadline_ms = 5000 };
  ax_store_options where = { .folder = folder };
  must(ax_score_host_new(&options, &host, &err), &err);
  must(ax_store_open(&where, &store, &err), &err);
  int64_t start = ax_clock_mono_ns();
  size_t recorded = record(host, store, count);
  int64_t middle = ax_clock_mono_ns();
  must(ax_app_replay_run(store, host, &r, &err), &err);
  int64_t end = ax_clock_mono_ns();
  bool failed = r.same != recorded;
  (void)printf("replay: %zu recorded in %.1f s, %llu the same, %llu different, "
               "%llu unreadable, %.1f s%s%s\n",
               recorded, (double)(middle - start) / 1e9,
               (unsigned long long)r.same, (unsigned long long)r.different,
               (unsigned long long)r.unreadable, (double)(end - middle) / 1e9,
               failed ? " FAILED: " : "", r.first);
  ax_store_close(store);
  ax_score_host_free(host);
  (void)snprintf(command, sizeof command, "rm -rf %s", folder);
  if (system(command) != 0) abort(); /* NOLINT(cert-env33-c) */
  return failed;
}
