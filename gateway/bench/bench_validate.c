/*
 * How long validation takes, on one thread, with the schemas compiled:
 *
 *   observation, observation-profile   an Observation that is parsed already,
 *                    against its type and against a profile; AUSPEX_BENCH_COUNT
 *                    times (100,000); with mCODE loaded when build/igs holds it
 *                    (make igs), and then also
 *   observation-mcode                  one of its examples
 *   bundle           Observations that refer to 1,000 Patients, parsing included
 *   synthea          the Bundles of $CORPORA/synthea, parsing included
 *   one-file         auspex validate FILE from exec to exit
 *
 * cpu_ is processor time, which others on the machine disturb less. rss_mb is
 * taken at the end of the rounds, rss_begin_mb after a tenth of them.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/app_rules.h"
#include "base/clock.h"
#include "base/file.h"
#include "json/json_parse.h"

#define PACKAGE "build/packages/hl7.fhir.r4.examples#4.0.1"
#define MCODE "build/igs/hl7.fhir.us.mcode#4.0.0"
#define MORE "build/igs"

enum { WARM = 1000, PATIENTS = 1000, FILE_MAX = 256 << 20 };

/* Times in tenths of microseconds, up to 10 ms: small beside what is measured.
 */
enum { SLOTS = 100000 };

typedef struct {
  unsigned slots[SLOTS + 1];
  size_t count;
} histogram;

static void add_time(histogram *h, int64_t ns) {
  int64_t slot = ns / 100;
  h->slots[slot < SLOTS ? slot : SLOTS]++;
  h->count++;
}

static double quantile_us(const histogram *h, double share) {
  size_t want = (size_t)((double)h->count * share), seen = 0;
  for (size_t i = 0; i <= SLOTS; i++) {
    seen += h->slots[i];
    if (seen > want) return (double)i / 10;
  }
  return SLOTS / 10.0;
}

static double cpu_seconds(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double resident_mb(void) {
  unsigned long pages = 0, resident = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  if (!f) return 0;
  if (fscanf(f, "%lu %lu", &pages, &resident) != 2) resident = 0;
  (void)fclose(f);
  return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static size_t rounds(void) {
  const char *text = getenv("AUSPEX_BENCH_COUNT");
  uint64_t count = 100000;
  if (text && !ax_str_uint64(ax_str_from(text), 1u << 30, &count)) return 0;
  return count ? (size_t)count : 1;
}

static const char *under_root(ax_arena *arena, const char *path) {
  const char *root = getenv("AUSPEX_ROOT");
  return ax_arena_printf(arena, "%s/%s", root ? root : ".", path).ptr;
}

static const ax_json *read_json(ax_arena *arena, const char *path) {
  ax_str text;
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_error err = { 0 };
  if (ax_file_read(arena, path, FILE_MAX, &text, &err) ||
      ax_json_parse(arena, text, &doc, &fault)) {
    (void)fprintf(stderr, "bench_validate: %s cannot be read\n", path);
    return NULL;
  }
  return doc;
}

/* --- one resource, many times --------------------------------------------- */

/* Errors found, or SIZE_MAX. */
static size_t judge(const ax_app_rules *rules, ax_arena *arena,
                    const ax_json *doc, const char *profile) {
  const ax_str one = ax_str_from(profile ? profile : "");
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  if (!issues ||
      ax_validate_run(rules->validator, doc, AX_JSON_STR(doc, "resourceType"),
                      &one, profile ? 1 : 0, issues))
    return SIZE_MAX;
  return ax_fhir_issues_errors(issues);
}

static int repeat(const char *name, const ax_app_rules *rules,
                  const ax_json *doc, const char *profile) {
  static histogram times;
  size_t count = rounds();
  double begin_mb = 0;
  ax_arena *arena = ax_arena_new(64u << 20);
  if (!arena || !doc || !count) return 1;
  for (size_t i = 0; i < WARM; i++, ax_arena_reset(arena))
    if (judge(rules, arena, doc, profile) != 0) {
      (void)fprintf(stderr, "%s: the example is not valid\n", name);
      return 1;
    }
  times = (histogram){ 0 };
  double cpu = cpu_seconds();
  int64_t start = ax_clock_mono_ns(), last = start;
  for (size_t i = 0; i < count; i++) {
    if (judge(rules, arena, doc, profile)) return 1;
    ax_arena_reset(arena);
    int64_t now = ax_clock_mono_ns();
    add_time(&times, now - last);
    last = now;
    if (i == count / 10) begin_mb = resident_mb();
  }
  cpu = cpu_seconds() - cpu;
  (void)printf("bench: %s p50_us=%.1f p99_us=%.1f per_s=%.0f cpu_us=%.2f "
               "rss_mb=%.1f rss_begin_mb=%.1f rounds=%zu\n",
               name, quantile_us(&times, 0.5), quantile_us(&times, 0.99),
               (double)count / ((double)(last - start) / 1e9),
               cpu / (double)count * 1e6, resident_mb(), begin_mb, count);
  ax_arena_free(arena);
  return 0;
}

/* --- Bundles -------------------------------------------------------------- */

static void write_patient(ax_buf *out, size_t i) {
  ax_buf_printf(out,
                "%s{\"fullUrl\":\"http://a.test/Patient/p%zu\",\"resource\":{"
                "\"resourceType\":\"Patient\",\"id\":\"p%zu\",\"name\":[{"
                "\"family\":\"F%zu\"}],\"gender\":\"female\",\"birthDate\":"
                "\"1970-01-01\"}}",
                i ? "," : "", i, i, i);
}

static void write_observation(ax_buf *out, size_t i) {
  ax_buf_printf(
      out,
      ",{\"fullUrl\":\"http://a.test/Observation/o%zu\",\"resource\":{"
      "\"resourceType\":\"Observation\",\"id\":\"o%zu\",\"status\":\"final\","
      "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":"
      "\"2160-0\"}]},\"subject\":{\"reference\":\"Patient/p%zu\"},"
      "\"effectiveDateTime\":\"2024-02-29T12:00:00Z\",\"valueQuantity\":{"
      "\"value\":0.9,\"unit\":\"mg/dL\",\"system\":"
      "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}}",
      i, i, i % PATIENTS);
}

static int judge_text(const ax_app_rules *rules, ax_str text, size_t *errors) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_arena *arena = ax_arena_new((size_t)4 << 30);
  bool good = arena && ax_json_parse(arena, text, &doc, &fault) == AX_OK;
  *errors = good ? judge(rules, arena, doc, NULL) : SIZE_MAX;
  ax_arena_free(arena);
  return *errors == SIZE_MAX;
}

static int bundle(const ax_app_rules *rules, size_t observations) {
  ax_buf text = AX_BUF_INIT(FILE_MAX);
  size_t errors = 0;
  ax_buf_append(&text, AX_STR("{\"resourceType\":\"Bundle\",\"type\":"
                              "\"collection\",\"entry\":["));
  for (size_t i = 0; i < PATIENTS; i++) write_patient(&text, i);
  for (size_t i = 0; i < observations; i++) write_observation(&text, i);
  ax_buf_append(&text, AX_STR("]}"));
  double cpu = cpu_seconds();
  int64_t start = ax_clock_mono_ns();
  int failed = judge_text(rules, ax_buf_view(&text), &errors);
  double s = (double)(ax_clock_mono_ns() - start) / 1e9;
  (void)printf("bench: bundle observations=%zu s=%.3f cpu_s=%.3f errors=%zu\n",
               observations, s, cpu_seconds() - cpu, errors);
  ax_buf_free(&text);
  return failed || errors;
}

/* The text of a file; of a .bz2 what bzip2 makes of it. */
static bool read_text(ax_arena *arena, const char *path, ax_buf *out) {
  ax_str command = ax_arena_printf(arena, "bzip2 -dc '%s'", path);
  ax_buf_clear(out);
  FILE *pipe = command.ptr ? popen(command.ptr, "r") : NULL;
  if (!pipe) return false;
  bool good = ax_file_read_fd(fileno(pipe), FILE_MAX, out, NULL) == AX_OK;
  return pclose(pipe) == 0 && good;
}

static size_t count_resources(ax_str text) {
  size_t count = 0;
  for (size_t at; (at = ax_str_find(text, AX_STR("\"resourceType\""))) !=
                  AX_STR_NONE;
       text = ax_str_skip(text, at + 1))
    count++;
  return count;
}

static int synthea(const ax_app_rules *rules, ax_arena *arena,
                   const char *folder) {
  const char *const *names;
  size_t count, errors = 0, resources = 0;
  double cpu = 0;
  ax_buf text = AX_BUF_INIT(FILE_MAX);
  if (ax_file_list(arena, folder, &names, &count, NULL)) return 1;
  for (size_t i = 0; i < count; i++) {
    size_t found = 0;
    const char *path = ax_arena_printf(arena, "%s/%s", folder, names[i]).ptr;
    if (!ax_str_ends(ax_str_from(names[i]), AX_STR(".bz2")) || !path ||
        !read_text(arena, path, &text))
      continue;
    double begin = cpu_seconds();
    if (judge_text(rules, ax_buf_view(&text), &found)) return 1;
    cpu += cpu_seconds() - begin;
    errors += found;
    resources += count_resources(ax_buf_view(&text));
  }
  ax_buf_free(&text);
  (void)printf("bench: synthea resources=%zu per_cpu_s=%.0f cpu_s=%.2f "
               "errors=%zu\n",
               resources, cpu > 0 ? (double)resources / cpu : 0, cpu, errors);
  return 0;
}

/* --- the program ---------------------------------------------------------- */

extern char **environ;

static int one_file(ax_arena *arena, const char *file) {
  enum { TIMES = 10 };
  const char *build = getenv("AUSPEX_BUILD");
  ax_str program =
      ax_arena_printf(arena, "%s/bin/auspex", build ? build : "build");
  double best = 1e9, sum = 0;
  posix_spawn_file_actions_t quiet;
  if (!program.ptr || posix_spawn_file_actions_init(&quiet) ||
      posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1 /*O_WRONLY*/,
                                       0))
    return 1;
  for (int i = 0; i <= TIMES; i++) { /* the first saves the index */
    char *const argv[] = { ax_arena_cstr(arena, program),
                           (char[]){ "validate" },
                           ax_arena_cstr(arena, ax_str_from(file)), NULL };
    pid_t pid;
    int status = -1;
    int64_t start = ax_clock_mono_ns();
    if (posix_spawn(&pid, argv[0], &quiet, NULL, argv, environ) ||
        waitpid(pid, &status, 0) != pid || status != 0)
      return 1;
    double ms = (double)(ax_clock_mono_ns() - start) / 1e6;
    if (i == 0) continue;
    sum += ms;
    if (ms < best) best = ms;
  }
  (void)posix_spawn_file_actions_destroy(&quiet);
  (void)printf("bench: one-file mean_ms=%.1f best_ms=%.1f\n", sum / TIMES,
               best);
  return 0;
}

static int run(const ax_app_rules *rules, ax_arena *arena, bool mcode) {
  const char *bmi =
      under_root(arena, PACKAGE "/package/Observation-bmi.json");
  const char *corpora = getenv("CORPORA");
  const ax_json *doc = read_json(arena, bmi);
  int failed = repeat("observation", rules, doc, NULL);
  failed |= repeat("observation-profile", rules, doc,
                   "http://hl7.org/fhir/StructureDefinition/bmi");
  if (mcode)
    failed |= repeat(
        "observation-mcode", rules,
        read_json(arena,
                  under_root(arena, MCODE
                             "/package/example/Observation-tumor-marker-test-"
                             "er-jenny-m.json")),
        NULL);
  failed |= bundle(rules, 10000) | bundle(rules, 100000);
  if (corpora)
    failed |= synthea(rules, arena,
                      ax_arena_printf(arena, "%s/synthea", corpora).ptr);
  return failed | one_file(arena, bmi);
}

int main(void) {
  ax_arena *arena = ax_arena_new((size_t)1 << 30);
  ax_app_rules rules = { 0 };
  ax_registry *registry = NULL;
  ax_error err = { 0 };
  if (!arena) return 1;
  const char *const packages[] = { under_root(arena, PACKAGE),
                                   under_root(arena, MCODE) };
  bool mcode = ax_file_exists(packages[1]);
  const ax_registry_options options = { packages, mcode ? 2 : 1, NULL };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING,
                                    .wrong_display = AX_WARNING,
                                    .tell_unchecked = true,
                                    .unchecked_code = AX_INFORMATION };
  if (ax_registry_open_with(&options, under_root(arena, MORE), &registry,
                            &err) ||
      ax_app_rules_over(registry, &how, &rules, &err)) {
    (void)fprintf(stderr, "bench_validate: %s\n", err.text);
    return 1;
  }
  int failed = run(&rules, arena, mcode);
  ax_app_rules_close(&rules);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return failed;
}
