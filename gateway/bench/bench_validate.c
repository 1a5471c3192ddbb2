/*
 * How long it takes to validate an Observation that is parsed already, on one
 * thread, with the schemas compiled.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "terminology/valueset.h"
#include "validate/validate.h"
#include "json/json_parse.h"

#define PACKAGE "build/packages/hl7.fhir.r4.examples#4.0.1"

enum { ROUNDS = 100000, WARM = 1000 };

static ax_code_answer code_in(void *ctx, ax_str set, ax_str system, ax_str code,
                              const char **why) {
  switch (ax_valueset_contains(ctx, set, system, code, why)) {
  case AX_MEMBER_YES:
    return AX_CODE_IN;
  case AX_MEMBER_NO:
    return AX_CODE_NOT_IN;
  case AX_MEMBER_UNKNOWN:
    break;
  }
  return AX_CODE_UNDECIDED;
}

static int by_time(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static double resident_mb(void) {
  unsigned long pages = 0, resident = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  if (!f) return 0;
  if (fscanf(f, "%lu %lu", &pages, &resident) != 2) resident = 0;
  (void)fclose(f);
  return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

typedef struct {
  ax_validator *validator;
  const ax_json *doc;
  ax_str profile;
  size_t profile_count;
} task;

static size_t once(const task *t, ax_arena *arena) {
  ax_arena_reset(arena);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  if (!issues || ax_validate_run(t->validator, t->doc, AX_STR("Observation"),
                                 &t->profile, t->profile_count, issues))
    return SIZE_MAX;
  return ax_fhir_issues_errors(issues);
}

static int measure(const char *name, const task *t, ax_arena *arena) {
  static int64_t times[ROUNDS];
  for (size_t i = 0; i < WARM; i++)
    if (once(t, arena) != 0) {
      (void)fprintf(stderr, "%s: the example is not valid\n", name);
      return 1;
    }
  int64_t start = ax_clock_mono_ns(), last = start;
  for (size_t i = 0; i < ROUNDS; i++) {
    if (once(t, arena)) return 1;
    int64_t now = ax_clock_mono_ns();
    times[i] = now - last;
    last = now;
  }
  qsort(times, ROUNDS, sizeof *times, by_time);
  (void)printf(
      "bench: %s p50_us=%.2f p99_us=%.2f per_second=%.0f rss_mb=%.1f\n", name,
      (double)times[ROUNDS / 2] / 1e3, (double)times[ROUNDS / 100 * 99] / 1e3,
      ROUNDS / ((double)(last - start) / 1e9), resident_mb());
  return 0;
}

static int run(ax_registry *registry, ax_arena *arena, const char *path) {
  ax_valuesets *valuesets = NULL;
  ax_validator *validator = NULL;
  ax_error err = { 0 };
  ax_str text;
  const ax_json *doc;
  ax_json_fault fault;
  ax_arena *scratch = ax_arena_new(64u << 20);
  if (!scratch || ax_valueset_new(registry, &valuesets, &err)) return 1;
  const ax_validate_host host = { .ctx = valuesets,
                                  .code_in_value_set = code_in };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING };
  if (ax_validate_new(registry, &host, &how, &validator, &err) ||
      ax_file_read(arena, path, 1 << 20, &text, &err) ||
      ax_json_parse(arena, text, &doc, &fault))
    return 1;
  task t = { .validator = validator, .doc = doc };
  int failed = measure("observation", &t, scratch);
  t.profile = AX_STR("http://hl7.org/fhir/StructureDefinition/bmi");
  t.profile_count = 1;
  failed |= measure("observation-profile", &t, scratch);
  ax_validate_free(validator);
  ax_valueset_free(valuesets);
  ax_arena_free(scratch);
  return failed;
}

int main(void) {
  const char *root = getenv("AUSPEX_ROOT");
  char package[400], example[500];
  (void)snprintf(package, sizeof package, "%s/" PACKAGE, root ? root : ".");
  (void)snprintf(example, sizeof example, "%s/package/Observation-bmi.json",
                 package);
  const char *const packages[] = { package };
  const ax_registry_options options = { packages, 1, NULL };
  ax_registry *registry = NULL;
  ax_error err = { 0 };
  ax_arena *arena = ax_arena_new(64u << 20);
  if (!arena || ax_registry_open(&options, &registry, &err)) {
    (void)fprintf(stderr, "bench_validate: %s\n", err.text);
    return 1;
  }
  int failed = run(registry, arena, example);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return failed;
}
