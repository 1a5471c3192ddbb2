/* Transaction Bundles of 100 Observations over HTTP to a real gateway: a
 * Patient for each Bundle, validated, durable, scored before the answer. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "bench_client.h"

enum { SENDERS = 4, ENTRIES = 100, BODY = 128 * 1024 };

typedef struct {
  const gateway *g;
  int number;
  size_t bundles;
  int64_t *ns;
} sender;

enum { SAMPLES = 20000 };

static atomic_bool finished;

static size_t write_bundle(char *out, int sender_number, size_t n) {
  size_t at = (size_t)snprintf(
      out, BODY,
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{"
      "\"fullUrl\":\"urn:uuid:00000000-0000-4000-8000-%06d%06zu\",\"resource\":"
      "{\"resourceType\":\"Patient\",\"gender\":\"female\",\"birthDate\":"
      "\"1955-03-01\",\"identifier\":[{\"system\":\"urn:bench\",\"value\":"
      "\"%d-%zu\"}]},\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}}",
      sender_number, n, sender_number, n);
  for (unsigned i = 1; i < ENTRIES; i++)
    at += (size_t)snprintf(
        out + at, BODY - at,
        ",{\"resource\":{\"resourceType\":\"Observation\",\"status\":\"final\","
        "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":"
        "\"2339-0\",\"display\":\"Glucose [Mass/volume] in Blood\"}]},"
        "\"subject\":{\"reference\":\"urn:uuid:00000000-0000-4000-8000-%06d"
        "%06zu\"},\"effectiveDateTime\":\"2024-05-%02uT%02u:00:00Z\","
        "\"valueQuantity\":{\"value\":%u,\"unit\":\"mg/dL\",\"system\":"
        "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}},\"request\":{"
        "\"method\":\"POST\",\"url\":\"Observation\"}}",
        sender_number, n, 1 + i % 28, i % 24, 80 + i % 40);
  return at + (size_t)snprintf(out + at, BODY - at, "]}");
}

static void *send_on(void *ctx) {
  sender *s = ctx;
  char *body = malloc(BODY);
  if (!body) give_up("no memory");
  client c = client_of(s->g->port);
  while (!atomic_load(&finished) && s->bundles < SAMPLES) {
    size_t len = write_bundle(body, s->number, s->bundles);
    int64_t asked = ax_clock_mono_ns();
    if (post(&c, "", body, len) != 200) {
      (void)fprintf(stderr, "%.2000s\n", c.heard.bytes);
      give_up("a Bundle was not accepted");
    }
    s->ns[s->bundles++] = ax_clock_mono_ns() - asked;
  }
  client_leave(&c);
  free(body);
  return NULL;
}

int main(void) {
  gateway g = start();
  static sender senders[SENDERS];
  pthread_t threads[SENDERS];
  double before = ticks(g.pid);
  int64_t begin = ax_clock_mono_ns();
  int64_t *all = malloc((size_t)SENDERS * SAMPLES * sizeof *all);
  if (!all) give_up("no memory");
  for (int i = 0; i < SENDERS; i++) {
    senders[i] = (sender){ .g = &g,
                           .number = i,
                           .ns = malloc(SAMPLES * sizeof(int64_t)) };
    if (!senders[i].ns ||
        pthread_create(&threads[i], NULL, send_on, &senders[i]) != 0)
      give_up("no memory");
  }
  ax_clock_sleep_ms(3000);
  atomic_store(&finished, true);
  size_t bundles = 0;
  for (int i = 0; i < SENDERS; i++) {
    (void)pthread_join(threads[i], NULL);
    for (size_t k = 0; k < senders[i].bundles; k++)
      all[bundles++] = senders[i].ns[k];
    free(senders[i].ns);
  }
  double took = (double)(ax_clock_mono_ns() - begin) / 1e9;
  if (bundles == 0) give_up("nothing was measured");
  qsort(all, bundles, sizeof *all, by_size);
  (void)printf("bench: bundle-of-%d senders=%d p50_us=%.0f p99_us=%.0f "
               "resources_per_second=%.0f cpu_us_per_resource=%.1f "
               "rss_mb=%.0f\n",
               ENTRIES, SENDERS, (double)all[bundles / 2] / 1e3,
               (double)all[bundles * 99 / 100] / 1e3,
               (double)bundles * ENTRIES / took,
               (ticks(g.pid) - before) * 1e6 / (double)sysconf(_SC_CLK_TCK) /
                   (double)(bundles * ENTRIES),
               rss_mb(g.pid));
  free(all);
  stop(&g);
  return 0;
}
