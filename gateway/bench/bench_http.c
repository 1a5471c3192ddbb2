/* POST Observation over HTTP to a real gateway: validated, durable, scored
 * before the answer. One client thread with many keep-alive connections on the
 * same machine, so the figures include the client's share of the processors. */
#include <poll.h>

#include "bench_gateway.h"

enum { CONNECTIONS_MAX = 64, SAMPLES_MAX = 400000, ROOM = 16384 };

/* Enough that nobody gets more results than a patient may have in a stay. */
enum { PATIENTS = 500 };
static char patients[PATIENTS][80];

typedef struct {
  int fd;
  int64_t asked; /* when the request under way was sent */
  size_t heard;
  char answer[ROOM];
} connection;

/* --- the client -------------------------------------------------------------
 */

static void ask(connection *c, const char *path, const char *body) {
  char request[2048];
  int len = snprintf(request, sizeof request,
                     "POST /fhir/%s HTTP/1.1\r\nHost: bench\r\n"
                     "Content-Type: application/fhir+json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     path, strlen(body), body);
  c->heard = 0;
  c->asked = ax_clock_mono_ns();
  if (send(c->fd, request, (size_t)len, MSG_NOSIGNAL) != len)
    give_up("cannot send");
}

/* Reads what is there; 1 when the answer is whole. */
static int hear(connection *c) {
  ssize_t n = recv(c->fd, c->answer + c->heard, ROOM - 1 - c->heard, 0);
  if (n <= 0) give_up("the gateway hung up");
  c->heard += (size_t)n;
  c->answer[c->heard] = '\0';
  const char *end = strstr(c->answer, "\r\n\r\n");
  const char *length = strstr(c->answer, "Content-Length: ");
  if (!end || !length) return 0;
  size_t whole = (size_t)(end + 4 - c->answer) +
                 strtoul(length + strlen("Content-Length: "), NULL, 10);
  if (c->heard < whole) return 0;
  if (strncmp(c->answer, "HTTP/1.1 201", 12) != 0) {
    (void)fprintf(stderr, "%s\n", c->answer);
    give_up("an Observation was not accepted");
  }
  return 1;
}

static void observation(char *out, size_t room, unsigned n) {
  (void)snprintf(
      out, room,
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
      "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2339-0\","
      "\"display\":\"Glucose [Mass/volume] in Blood\"}]},\"subject\":{"
      "\"reference\":\"Patient/%s\"},\"effectiveDateTime\":"
      "\"2024-05-%02uT%02u:%02u:00Z\",\"valueQuantity\":{\"value\":%u.%u,"
      "\"unit\":\"mg/dL\",\"system\":\"http://unitsofmeasure.org\",\"code\":"
      "\"mg/dL\"}}",
      patients[n % PATIENTS], 1 + n % 28, n / 60 % 24, n % 60, 80 + n % 40,
      n % 10);
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void report(int connections, int64_t *ns, size_t count, int64_t took,
                   double used, pid_t pid) {
  if (count == 0) give_up("nothing was measured");
  qsort(ns, count, sizeof *ns, by_size);
  (void)printf(
      "bench: post-observation-%d p50_us=%.0f p99_us=%.0f "
      "per_second=%.0f cpu_us=%.0f rss_mb=%.0f\n",
      connections, (double)ns[count / 2] / 1e3,
      (double)ns[count * 99 / 100] / 1e3, (double)count * 1e9 / (double)took,
      used * 1e6 / (double)sysconf(_SC_CLK_TCK) / (double)count, rss_mb(pid));
  (void)fflush(stdout);
}

static void measure(const gateway *g, int connections, int64_t for_ns) {
  static connection all[CONNECTIONS_MAX];
  struct pollfd waits[CONNECTIONS_MAX];
  int64_t *ns = malloc(SAMPLES_MAX * sizeof *ns);
  if (!ns) give_up("no memory");
  size_t count = 0;
  unsigned n = 0;
  char body[1024];
  double before = ticks(g->pid);
  int64_t begin = ax_clock_mono_ns(), end = begin + for_ns, now = begin;
  for (int i = 0; i < connections; i++) {
    all[i].fd = dial(g->port);
    waits[i] = (struct pollfd){ .fd = all[i].fd, .events = POLLIN };
    observation(body, sizeof body, n++);
    ask(&all[i], "Observation", body);
  }
  while (now < end && count < SAMPLES_MAX) {
    if (poll(waits, (nfds_t)connections, 10000) <= 0) give_up("no answer");
    for (int i = 0; i < connections; i++) {
      if (!waits[i].revents || !hear(&all[i])) continue;
      now = ax_clock_mono_ns();
      if (count < SAMPLES_MAX) ns[count++] = now - all[i].asked;
      observation(body, sizeof body, n++);
      ask(&all[i], "Observation", body);
    }
  }
  report(connections, ns, count, now - begin, ticks(g->pid) - before, g->pid);
  for (int i = 0; i < connections; i++) (void)close(all[i].fd);
  free(ns);
}

/* Patients to hang the Observations on. */
static void make_patients(const gateway *g) {
  static connection c;
  c.fd = dial(g->port);
  for (size_t i = 0; i < PATIENTS; i++) {
    ask(&c, "Patient",
        "{\"resourceType\":\"Patient\",\"gender\":\"female\","
        "\"birthDate\":\"1955-03-01\"}");
    while (!hear(&c)) {
    }
    const char *at = strstr(c.answer, "/Patient/");
    if (!at) give_up("no Location");
    at += strlen("/Patient/");
    (void)snprintf(patients[i], sizeof patients[i], "%.*s",
                   (int)strcspn(at, "/\r"), at);
  }
  (void)close(c.fd);
}

int main(void) {
  gateway g = start();
  make_patients(&g);
  measure(&g, 1, 1000000000);
  measure(&g, CONNECTIONS_MAX, 3000000000);
  stop(&g);
  return 0;
}
