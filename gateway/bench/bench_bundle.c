/* Transaction Bundles of 100 Observations over HTTP to a real gateway: a
 * Patient for each Bundle, validated, durable, scored before the answer. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "bench_gateway.h"

enum { SENDERS = 4, ENTRIES = 100, BODY = 128 * 1024, ANSWER = 256 * 1024 };

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

static void say(int fd, const char *bytes, size_t len) {
  for (size_t done = 0; done < len;) {
    ssize_t n = send(fd, bytes + done, len - done, MSG_NOSIGNAL);
    if (n <= 0) give_up("cannot send");
    done += (size_t)n;
  }
}

static void hear(int fd, char *answer) {
  size_t heard = 0, whole = SIZE_MAX;
  while (heard < whole) {
    ssize_t n = recv(fd, answer + heard, ANSWER - 1 - heard, 0);
    if (n <= 0) give_up("the gateway hung up");
    heard += (size_t)n;
    answer[heard] = '\0';
    const char *end = strstr(answer, "\r\n\r\n");
    const char *length = strstr(answer, "Content-Length: ");
    if (whole == SIZE_MAX && end && length)
      whole = (size_t)(end + 4 - answer) +
              strtoul(length + strlen("Content-Length: "), NULL, 10);
  }
  if (strncmp(answer, "HTTP/1.1 200", 12) == 0) return;
  (void)fprintf(stderr, "%.2000s\n", answer);
  give_up("a Bundle was not accepted");
}

static void *send_on(void *ctx) {
  sender *s = ctx;
  char *body = malloc(BODY), *answer = malloc(ANSWER), head[200];
  if (!body || !answer) give_up("no memory");
  int fd = dial(s->g->port);
  while (!atomic_load(&finished) && s->bundles < SAMPLES) {
    size_t len = write_bundle(body, s->number, s->bundles);
    int n = snprintf(head, sizeof head,
                     "POST /fhir HTTP/1.1\r\nHost: bench\r\nPrefer: "
                     "return=minimal\r\nContent-Type: application/fhir+json\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     len);
    int64_t asked = ax_clock_mono_ns();
    say(fd, head, (size_t)n);
    say(fd, body, len);
    hear(fd, answer);
    s->ns[s->bundles++] = ax_clock_mono_ns() - asked;
  }
  (void)close(fd);
  free(body);
  free(answer);
  return NULL;
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
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
