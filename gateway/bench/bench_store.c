/*
 * bench_store.c - how fast the store takes, finds and gives back.
 *
 * A commit is what one POST of an Observation hands in: 1.5 kB of JSON, eight
 * index rows, a fact, a score task. AUSPEX_BENCH_FOLDER names the disk.
 */
#include "bench.h"

#include <dirent.h>
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/store.h"

enum {
  THREADS = 64,
  EACH = 300,
  SINGLES = 2000,
  BUNDLES = 100,
  BUNDLE = 100,
  PATIENTS = 500,
  LOOKS = 5000
};

typedef struct {
  char id[40], patient[40], number[40], body[2000];
  ax_index_row rows[8];
  ax_fact fact;
  ax_write write;
} observation;

static const char body_format[] =
    "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"meta\":{\"versionId\":"
    "\"1\",\"lastUpdated\":\"2026-11-23T20:41:00.123Z\",\"profile\":[\"http://"
    "hl7.org/fhir/StructureDefinition/vitalsigns\"]},\"identifier\":[{"
    "\"system\":\"urn:oid:2.16.840.1.113883.3.9\",\"value\":\"%s\"}],"
    "\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":\"http://"
    "terminology.hl7.org/CodeSystem/observation-category\",\"code\":"
    "\"laboratory\",\"display\":\"Laboratory\"}],\"text\":\"Laboratory\"}],"
    "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"%s\","
    "\"display\":\"Glucose [Mass/volume] in Blood\"}],\"text\":\"Glucose\"},"
    "\"subject\":{\"reference\":\"%s\"},\"encounter\":{\"reference\":"
    "\"Encounter/0193597c-5e7a-7c3f-b6f5-6f4c2f4d1a11\"},\"effectiveDateTime\":"
    "\"2026-11-2%dT0%d:14:00+01:00\",\"issued\":\"2026-11-23T09:15:30.000+01:"
    "00\",\"performer\":[{\"reference\":\"Practitioner/0193597c-5e7a-7c3f-b6f5-"
    "000000000001\"}],\"valueQuantity\":{\"value\":%d.%d,\"unit\":\"mg/dL\","
    "\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"},"
    "\"referenceRange\":[{\"low\":{\"value\":70,\"unit\":\"mg/dL\",\"system\":"
    "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"},\"high\":{\"value\":100,"
    "\"unit\":\"mg/dL\",\"system\":\"http://unitsofmeasure.org\",\"code\":"
    "\"mg/dL\"},\"text\":\"70 - 100 mg/dL\"}]}";

static const char *const codes[] = { "2339-0", "4548-4", "29463-7", "8302-2",
                                     "2160-0" };

static ax_index_row text_row(ax_index_kind kind, const char *param,
                             const char *system, const char *code) {
  return (ax_index_row){ .kind = kind,
                         .param = ax_str_from(param),
                         .system = ax_str_from(system),
                         .code = ax_str_from(code) };
}

static void fill_rows(observation *o, const char *code, int64_t at) {
  ax_index_row rows[8] = {
    text_row(AX_INDEX_TOKEN, "identifier", "urn:oid:2.16.840.1.113883.3.9",
             o->number),
    text_row(AX_INDEX_REFERENCE, "patient", "", o->patient),
    text_row(AX_INDEX_REFERENCE, "subject", "", o->patient),
    text_row(AX_INDEX_TOKEN, "code", "http://loinc.org", code),
    text_row(AX_INDEX_TOKEN, "status", "http://hl7.org/fhir/observation-status",
             "final"),
    text_row(AX_INDEX_TOKEN, "category", "http://category", "laboratory"),
    text_row(AX_INDEX_REFERENCE, "encounter", "", "Encounter/1"),
    { .kind = AX_INDEX_DATE, .param = AX_STR("date"), .lo = at, .hi = at },
  };
  memcpy(o->rows, rows, sizeof rows);
}

/* The `n`th Observation of all, by `thread`. */
static void make(observation *o, int thread, int n) {
  int64_t now = ax_clock_wall_ms();
  unsigned mix = (unsigned)n * 2654435761u + (unsigned)thread * 40503u;
  const char *code = codes[mix % AX_COUNT(codes)];
  (void)snprintf(o->id, sizeof o->id, "%012llx-7%03x-%08x",
                 (unsigned long long)now, (unsigned)thread, (unsigned)n);
  (void)snprintf(o->patient, sizeof o->patient, "Patient/p%u",
                 mix / 7 % PATIENTS);
  (void)snprintf(o->number, sizeof o->number, "%d-%d", thread, n);
  int len = snprintf(o->body, sizeof o->body, body_format, o->id, o->number,
                     code, o->patient, n % 9, n % 10, 60 + n % 200, n % 10);
  fill_rows(o, code, now);
  o->fact = (ax_fact){ .kind = AX_FACT_OBSERVATION,
                       .status = AX_FACT_STATUS_FINAL,
                       .system = AX_STR("http://loinc.org"),
                       .code = ax_str_from(code),
                       .has_time = true,
                       .lo_ms = now,
                       .hi_ms = now,
                       .value_kind = AX_FACT_VALUE_NUMBER,
                       .number = n,
                       .digits = AX_STR("99.5"),
                       .unit = AX_STR("mg/dL") };
  o->write = (ax_write){ .type = AX_STR("Observation"),
                         .id = ax_str_from(o->id),
                         .version = 1,
                         .updated_ms = now,
                         .body = { o->body, (size_t)len },
                         .patient = ax_str_from(o->patient),
                         .index = o->rows,
                         .index_count = AX_COUNT(o->rows),
                         .facts = &o->fact,
                         .fact_count = 1 };
}

static void commit(ax_store *store, ax_write *writes, size_t count) {
  ax_error err = { 0 };
  ax_task task = { .model = AX_STR("org.auspex-gateway.endpac"),
                   .patient = writes[0].patient };
  ax_commit c = {
    .writes = writes, .write_count = count, .tasks = &task, .task_count = 1
  };
  if (!ax_store_commit(store, &c, &err)) return;
  (void)fprintf(stderr, "bench_store: %s\n", err.text);
  exit(1);
}

static void singles(ax_store *store) {
  observation o;
  int n = 0;
  ax_bench b = ax_bench_begin("store-commit-single", SINGLES);
  while (ax_bench_next(&b)) {
    make(&o, 999, n++);
    commit(store, &o.write, 1);
  }
  ax_bench_end(&b);
}

typedef struct {
  ax_store *store;
  int64_t *ns;
  int thread;
} feeder;

static void *feed(void *ctx) {
  feeder *f = ctx;
  observation o;
  for (int n = 0; n < EACH; n++) {
    int64_t start = ax_clock_mono_ns();
    make(&o, f->thread, n);
    commit(f->store, &o.write, 1);
    f->ns[n] = ax_clock_mono_ns() - start;
  }
  return NULL;
}

static void sixty_four(ax_store *store) {
  feeder feeders[THREADS];
  pthread_t threads[THREADS];
  ax_bench b = ax_bench_begin("store-commit-64", (size_t)THREADS * EACH);
  int64_t start = ax_clock_mono_ns();
  for (int i = 0; i < THREADS; i++) {
    feeders[i] = (feeder){ store, b.ns + (ptrdiff_t)i * EACH, i };
    if (pthread_create(&threads[i], NULL, feed, &feeders[i])) exit(1);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  double seconds = (double)(ax_clock_mono_ns() - start) / 1e9;
  b.count = (size_t)THREADS * EACH;
  qsort(b.ns, b.count, sizeof *b.ns, ax_bench_by_value);
  ax_bench_print(b.name, ax_bench_percentile(&b, 50),
                 ax_bench_percentile(&b, 99), (double)b.count / seconds);
  free(b.ns);
}

static void bundles(ax_store *store) {
  observation *o = calloc(BUNDLE, sizeof *o);
  ax_write writes[BUNDLE];
  int n = 0;
  int64_t spent = 0;
  if (!o) exit(1);
  for (int i = 0; i < BUNDLES; i++) {
    for (int k = 0; k < BUNDLE; k++) {
      make(&o[k], 500, n++);
      writes[k] = o[k].write;
    }
    int64_t start = ax_clock_mono_ns();
    commit(store, writes, BUNDLE);
    spent += ax_clock_mono_ns() - start;
  }
  ax_bench_print("store-bundle-100-resources", 0, 0,
                 (double)BUNDLES * BUNDLE * 1e9 / (double)spent);
  free(o);
}

static void search(ax_store *store) {
  int n = 0;
  ax_bench b = ax_bench_begin("store-search-patient-code", LOOKS);
  while (ax_bench_next(&b)) {
    char patient[32];
    ax_page page;
    (void)snprintf(patient, sizeof patient, "Patient/p%d", n++ % PATIENTS);
    ax_query_value who = { .code = ax_str_from(patient) };
    ax_query_value what = { .system = AX_STR("http://loinc.org"),
                            .code = AX_STR("4548-4") };
    ax_query_term terms[] = {
      { .param = AX_STR("code"),
        .kind = AX_INDEX_TOKEN,
        .values = &what,
        .value_count = 1 },
      { .param = AX_STR("patient"),
        .kind = AX_INDEX_REFERENCE,
        .values = &who,
        .value_count = 1 },
    };
    ax_query q = { .type = AX_STR("Observation"),
                   .terms = terms,
                   .term_count = 2,
                   .newest_first = true,
                   .limit = 10 };
    ax_arena *arena = ax_arena_new(16u << 20);
    if (ax_store_search(store, arena, &q, &page, NULL)) exit(1);
    ax_arena_free(arena);
  }
  ax_bench_end(&b);
}

static void identifier(ax_store *store) {
  int n = 0;
  ax_bench b = ax_bench_begin("store-search-identifier", LOOKS);
  while (ax_bench_next(&b)) {
    char number[32];
    ax_page page;
    (void)snprintf(number, sizeof number, "%d-%d", n % THREADS, n % EACH);
    n++;
    ax_query_value v = { .system = AX_STR("urn:oid:2.16.840.1.113883.3.9"),
                         .code = ax_str_from(number) };
    ax_query_term term = { .param = AX_STR("identifier"),
                           .kind = AX_INDEX_TOKEN,
                           .values = &v,
                           .value_count = 1 };
    ax_query q = {
      .type = AX_STR("Observation"), .terms = &term, .term_count = 1, .limit = 2
    };
    ax_arena *arena = ax_arena_new(16u << 20);
    if (ax_store_search(store, arena, &q, &page, NULL) || page.count != 1)
      exit(1);
    ax_arena_free(arena);
  }
  ax_bench_end(&b);
}

static void facts(ax_store *store) {
  int n = 0;
  ax_bench b = ax_bench_begin("store-facts-5-codes", LOOKS);
  while (ax_bench_next(&b)) {
    char patient[32];
    ax_fact_code filters[AX_COUNT(codes)];
    ax_facts out;
    (void)snprintf(patient, sizeof patient, "Patient/p%d", n++ % PATIENTS);
    for (size_t i = 0; i < AX_COUNT(codes); i++)
      filters[i] = (ax_fact_code){ AX_STR("http://loinc.org"),
                                   ax_str_from(codes[i]), AX_FACT_MATCH_EXACT };
    ax_arena *arena = ax_arena_new(16u << 20);
    if (ax_store_facts(store, arena, ax_str_from(patient), filters,
                       AX_COUNT(codes), &out, NULL))
      exit(1);
    ax_arena_free(arena);
  }
  ax_bench_end(&b);
}

static void read_back(ax_store *store) {
  ax_bench b = ax_bench_begin("store-read", LOOKS);
  ax_arena *arena = ax_arena_new(64u << 20);
  ax_query q = { .type = AX_STR("Observation"), .limit = 100 };
  ax_page page;
  if (ax_store_search(store, arena, &q, &page, NULL) || !page.count) exit(1);
  size_t n = 0;
  while (ax_bench_next(&b)) {
    ax_stored got;
    const ax_stored *one = &page.items[n++ % page.count];
    ax_arena *own = ax_arena_new(1u << 20);
    if (ax_store_read(store, own, one->type, one->id, 0, &got, NULL)) exit(1);
    ax_arena_free(own);
  }
  ax_bench_end(&b);
  ax_arena_free(arena);
}

static void sizes(ax_store *store) {
  ax_store_stats s;
  if (ax_store_stats_read(store, &s, NULL)) exit(1);
  printf("bench: store-size bytes_per_resource=%llu commits_per_sync=%.1f\n",
         (unsigned long long)(s.bytes / s.resources),
         (double)s.commits / (double)s.transactions);
}

static void remove_folder(const char *folder) {
  char path[1024];
  DIR *dir = opendir(folder);
  for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
    (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    (void)unlink(path);
  }
  if (dir) closedir(dir);
  (void)rmdir(folder);
}

static void run(ax_store *store) {
  singles(store);
  sixty_four(store);
  bundles(store);
  read_back(store);
  identifier(store);
  search(store);
  facts(store);
  sizes(store);
}

int main(void) {
  char folder[256];
  const char *disk = getenv("AUSPEX_BENCH_FOLDER");
  (void)snprintf(folder, sizeof folder, "%s/ax_bench_XXXXXX",
                 disk ? disk : "/tmp");
  if (!mkdtemp(folder)) return 1;
  ax_error err = { 0 };
  ax_store *store = NULL;
  ax_store_options options = { .folder = folder };
  if (ax_store_open(&options, &store, &err)) {
    (void)fprintf(stderr, "bench_store: %s\n", err.text);
    return 1;
  }
  run(store);
  ax_store_close(store);
  remove_folder(folder);
  return 0;
}
