/*
 * Large Bundles beside small requests. A feed of single Observations is timed
 * alone, then while Bundles of AUSPEX_LARGE_MB (50) megabytes are stored, a
 * transaction and a batch, and while AUSPEX_LARGE_PUTS (50000) updates make
 * first and second versions in a transaction, third ones in a batch: what does
 * a small request wait, how long does the Bundle take, how much memory does the
 * gateway need at most?
 */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "bench_client.h"

enum {
  SINGLES = 4,       /* clients of the feed */
  PAUSE_MS = 5,      /* between two requests of one of them */
  SAMPLES = 200000,  /* of each of them */
  PER_PATIENT = 100, /* resources of one patient in a Bundle */
  CONDITIONS = 10,   /* of them */
  ALONE_MS = 3000,
  SETTLE_MS = 1000, /* then what is resident is what stays */
  PATIENTS = 100    /* of the feed */
};

/* --- the feed ---------------------------------------------------------------
 */

typedef struct {
  const gateway *g;
  int number;
  int64_t *ns;
  size_t count;
} feeder;

static atomic_bool finished;

static size_t single(char *out, size_t room, int feeder_number, size_t n) {
  return (size_t)snprintf(
      out, room,
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
      "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2339-0\"}]},"
      "\"subject\":{\"reference\":\"Patient/feed-%d-%zu\"},"
      "\"effectiveDateTime\":\"2024-05-%02uT%02u:%02u:00Z\",\"valueQuantity\":"
      "{\"value\":%u,\"unit\":\"mg/dL\",\"system\":"
      "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}",
      feeder_number, n % PATIENTS, 1 + (unsigned)n % 28, (unsigned)n / 60 % 24,
      (unsigned)n % 60, 80 + (unsigned)n % 40);
}

static void *feed_on(void *ctx) {
  feeder *f = ctx;
  client c = client_of(f->g->port);
  char body[1024];
  while (!atomic_load(&finished) && f->count < SAMPLES) {
    size_t len = single(body, sizeof body, f->number, f->count);
    int64_t asked = ax_clock_mono_ns();
    if (post(&c, "/Observation", body, len) != 201) {
      (void)fprintf(stderr, "%s\n", c.heard.bytes);
      give_up("an Observation was not accepted");
    }
    f->ns[f->count++] = ax_clock_mono_ns() - asked;
    ax_clock_sleep_ms(PAUSE_MS);
  }
  client_leave(&c);
  return NULL;
}

static void start_feed(const gateway *g, feeder *feeders, pthread_t *threads) {
  atomic_store(&finished, false);
  for (int i = 0; i < SINGLES; i++) {
    feeders[i] = (feeder){ .g = g,
                           .number = i,
                           .ns = malloc(SAMPLES * sizeof(int64_t)) };
    if (!feeders[i].ns ||
        pthread_create(&threads[i], NULL, feed_on, &feeders[i]) != 0)
      give_up("no memory");
  }
}

static void end_feed(const char *name, feeder *feeders, pthread_t *threads) {
  static int64_t all[(size_t)SINGLES * SAMPLES];
  size_t count = 0;
  atomic_store(&finished, true);
  for (int i = 0; i < SINGLES; i++) {
    (void)pthread_join(threads[i], NULL);
    memcpy(&all[count], feeders[i].ns, feeders[i].count * sizeof *all);
    count += feeders[i].count;
    free(feeders[i].ns);
  }
  if (count == 0) give_up("nothing was measured");
  qsort(all, count, sizeof *all, by_size);
  (void)printf("bench: single-%s count=%zu p50_us=%.0f p99_us=%.0f "
               "most_us=%.0f\n",
               name, count, (double)all[count / 2] / 1e3,
               (double)all[count * 99 / 100] / 1e3,
               (double)all[count - 1] / 1e3);
  (void)fflush(stdout);
}

/* --- a Bundle ---------------------------------------------------------------
 */

static const struct {
  const char *code, *display, *unit;
  unsigned low;
} tests[] = {
  { "2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", 80 },
  { "718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 9 },
  { "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 1 },
  { "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 3 },
  { "6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL",
    4 },
  { "29463-7", "Body weight", "kg", 60 },
};

static void put_request(ax_buf *b, const char *type) {
  ax_buf_printf(b, "},\"request\":{\"method\":\"POST\",\"url\":\"%s\"}}", type);
}

static void put_patient(ax_buf *b, size_t round, size_t n) {
  ax_buf_printf(
      b,
      "{\"fullUrl\":\"urn:uuid:00000000-0000-4000-8000-%04zu%08zu\","
      "\"resource\":{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
      "\"urn:bench:mrn\",\"value\":\"%zu-%zu\"}],\"name\":[{\"family\":"
      "\"Family%zu\",\"given\":[\"Given\"]}],\"gender\":\"%s\",\"birthDate\":"
      "\"19%02zu-03-%02zu\"",
      round, n, round, n, n, n % 2 ? "female" : "male", 30 + n % 60,
      1 + n % 28);
  put_request(b, "Patient");
}

static void put_condition(ax_buf *b, size_t round, size_t n, size_t i) {
  ax_buf_printf(
      b,
      ",{\"resource\":{\"resourceType\":\"Condition\",\"clinicalStatus\":{"
      "\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
      "condition-clinical\",\"code\":\"active\"}]},\"verificationStatus\":{"
      "\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
      "condition-ver-status\",\"code\":\"confirmed\"}]},\"category\":[{"
      "\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
      "condition-category\",\"code\":\"encounter-diagnosis\"}]}],\"code\":{"
      "\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":"
      "\"%s\"}],\"text\":\"A condition\"},\"subject\":{\"reference\":"
      "\"urn:uuid:00000000-0000-4000-8000-%04zu%08zu\"},\"onsetDateTime\":"
      "\"20%02zu-0%zu-11\",\"recordedDate\":\"2023-05-11\"",
      i % 2 ? "44054006" : "38341003", round, n, 10 + i, 1 + i % 9);
  put_request(b, "Condition");
}

static void put_observation(ax_buf *b, size_t round, size_t n, size_t i,
                            const char *day) {
  size_t t = i % AX_COUNT(tests);
  ax_buf_printf(
      b,
      ",{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\","
      "\"category\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/"
      "CodeSystem/observation-category\",\"code\":\"%s\",\"display\":\"%s\"}]}"
      "],\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":"
      "\"%s\",\"display\":\"%s\"}],\"text\":\"%s\"},\"subject\":{"
      "\"reference\":\"urn:uuid:00000000-0000-4000-8000-%04zu%08zu\"},"
      "\"effectiveDateTime\":\"%sT%02zu:%02zu:00Z\",\"issued\":"
      "\"%sT23:%02zu:00.000Z\",\"valueQuantity\":{\"value\":%zu.%zu,"
      "\"unit\":\"%s\",\"system\":\"http://unitsofmeasure.org\",\"code\":"
      "\"%s\"}",
      t == 5 ? "vital-signs" : "laboratory",
      t == 5 ? "Vital Signs" : "Laboratory", tests[t].code, tests[t].display,
      tests[t].display, round, n, day, i / 60 % 24, i % 60, day, i % 60,
      tests[t].low + n % 3, i % 10, tests[t].unit, tests[t].unit);
  put_request(b, "Observation");
}

/* Each patient's values are of another day of the last 60. */
static void day_of(size_t n, char out[16]) {
  time_t then = time(NULL) - (time_t)(n % 60 + 2) * 86400;
  struct tm day;
  if (!gmtime_r(&then, &day) || !strftime(out, 16, "%Y-%m-%d", &day))
    give_up("no date");
}

static size_t write_bundle(ax_buf *b, const char *type, size_t round,
                           size_t bytes) {
  char day[16];
  size_t resources = 0;
  ax_buf_clear(b);
  ax_buf_printf(b, "{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":[",
                type);
  for (size_t n = 0; b->len + (size_t)64 * 1024 < bytes || n == 0; n++) {
    if (n) ax_buf_append_char(b, ',');
    day_of(n, day);
    put_patient(b, round, n);
    for (size_t i = 0; i < CONDITIONS; i++) put_condition(b, round, n, i);
    for (size_t i = 0; i < PER_PATIENT - CONDITIONS - 1; i++)
      put_observation(b, round, n, i, day);
    resources += PER_PATIENT;
  }
  ax_buf_printf(b, "]}");
  if (b->status) give_up("no memory");
  return resources;
}

/* --- the measure ------------------------------------------------------------
 */

/* Entries of a batch may not refer to each other (R4 3.1.0.11.1): theirs are
 * patients who are not here yet, with names of the same length. */
static void point_outside(ax_buf *body) {
  static const char from[] = "\"reference\":\"urn:uuid:",
                    to[] = "\"reference\":\"Patient/u";
  char *end = body->bytes + body->len;
  for (char *c = body->bytes; (size_t)(end - c) > sizeof from; c++) {
    c = memchr(c, '"', (size_t)(end - c) - sizeof from);
    if (!c) return;
    if (memcmp(c, from, sizeof from - 1) == 0) memcpy(c, to, sizeof to - 1);
  }
}

/* Updates that make versions of `count` Observations with ids of their own. */
static size_t write_updates(ax_buf *b, const char *type, size_t version,
                            size_t count) {
  char day[16];
  ax_buf_clear(b);
  ax_buf_printf(b, "{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":[",
                type);
  for (size_t n = 0; n < count; n++) {
    day_of(n, day);
    ax_buf_printf(
        b,
        "%s{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"put-%zu\","
        "\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":"
        "\"http://terminology.hl7.org/CodeSystem/observation-category\","
        "\"code\":\"laboratory\"}]}],\"code\":{\"coding\":[{\"system\":"
        "\"http://loinc.org\",\"code\":\"2339-0\"}]},\"subject\":{"
        "\"reference\":\"Patient/put-%zu\"},\"effectiveDateTime\":"
        "\"%sT%02zu:%02zu:00Z\",\"valueQuantity\":{\"value\":%zu,\"unit\":"
        "\"mg/dL\",\"system\":\"http://unitsofmeasure.org\",\"code\":"
        "\"mg/dL\"}},\"request\":{\"method\":\"PUT\",\"url\":"
        "\"Observation/put-%zu\"}}",
        n ? "," : "", n, n / PER_PATIENT, day, n / 60 % 24, n % 60,
        80 + n % 40 + version, n);
  }
  ax_buf_printf(b, "]}");
  if (b->status) give_up("no memory");
  return count;
}

/* Sends it while the feed goes on; `name` is what is printed. */
static void send_while_fed(const gateway *g, const char *name,
                           const ax_buf *body, size_t resources) {
  feeder feeders[SINGLES];
  pthread_t threads[SINGLES];
  client c = client_of(g->port);
  start_feed(g, feeders, threads);
  double before = ticks(g->pid);
  int64_t asked = ax_clock_mono_ns();
  if (post(&c, "", body->bytes, body->len) != 200) {
    (void)fprintf(stderr, "%.2000s\n", c.heard.bytes);
    give_up("a Bundle was not accepted");
  }
  double took = (double)(ax_clock_mono_ns() - asked) / 1e9;
  end_feed(name, feeders, threads);
  ax_clock_sleep_ms(SETTLE_MS);
  if (strstr(c.body, "\"status\":\"4") || strstr(c.body, "\"status\":\"5"))
    give_up("an entry was not accepted");
  (void)printf("bench: large-%s mb=%.1f resources=%zu seconds=%.2f "
               "resources_per_second=%.0f cpu_s=%.2f rss_mb=%.0f "
               "most_mb=%.0f\n",
               name, (double)body->len / 1e6, resources, took,
               (double)resources / took,
               (ticks(g->pid) - before) / (double)sysconf(_SC_CLK_TCK),
               rss_mb(g->pid), most_mb(g->pid));
  (void)fflush(stdout);
  client_leave(&c);
}

static void send_bundle(const gateway *g, ax_buf *body, const char *type,
                        size_t round, size_t bytes) {
  size_t resources = write_bundle(body, type, round, bytes);
  if (strcmp(type, "batch") == 0) point_outside(body);
  send_while_fed(g, type, body, resources);
}

static size_t from_env(const char *name, size_t standard) {
  const char *wanted = getenv(name);
  return wanted ? (size_t)strtoul(wanted, NULL, 10) : standard;
}

int main(void) {
  static ax_buf body = AX_BUF_INIT((size_t)1 << 30);
  size_t bytes = from_env("AUSPEX_LARGE_MB", 50) * 1024 * 1024;
  size_t puts = from_env("AUSPEX_LARGE_PUTS", 50000);
  feeder feeders[SINGLES];
  pthread_t threads[SINGLES];
  gateway g = start();
  start_feed(&g, feeders, threads);
  ax_clock_sleep_ms(ALONE_MS);
  end_feed("alone", feeders, threads);
  if (bytes) {
    send_bundle(&g, &body, "transaction", 1, bytes);
    send_bundle(&g, &body, "batch", 2, bytes);
    send_bundle(&g, &body, "transaction", 3, bytes);
  }
  if (puts) {
    send_while_fed(&g, "first-versions", &body,
                   write_updates(&body, "transaction", 1, puts));
    send_while_fed(&g, "second-versions", &body,
                   write_updates(&body, "transaction", 2, puts));
    send_while_fed(&g, "third-versions-in-batch", &body,
                   write_updates(&body, "batch", 3, puts));
  }
  stop(&g);
  return 0;
}
