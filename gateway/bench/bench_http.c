/*
 * POST Observation over HTTP to a real gateway: validated, durable, scored
 * before the answer. One client thread with many keep-alive connections on the
 * same machine, so the figures include the client's share of the processors.
 *
 *   post-observation  glucose of patients to whom the models that read it do
 *                     not apply: the facts are looked at, nothing comes of it
 *   post-scored       bilirubin of patients with cancer and an albumin: each
 *                     gives an ALBI score and grade
 *
 * Beside the times stands what one fsync of that disk takes. Percentiles hold
 * what checkpoints do to them. Afterwards what is stored is counted: as many
 * Observations as were sent, as many scores as there must be.
 */
#include <poll.h>
#include <time.h>

#include "bench_client.h"

enum { CONNECTIONS_MAX = 64, SAMPLES_MAX = 400000, ROOM = 16384 };

/* Enough that nobody gets more results than a patient may have in a stay. */
enum { PATIENTS = 500, COUNT_WAIT_MS = 20000, FSYNCS = 200 };
static char patients[PATIENTS][80];

typedef struct {
  const char *name, *code, *unit;
  unsigned low, range;
  const char *result; /* code of what each must give; NULL: nothing */
} scenario;

static const scenario scenarios[] = {
  { "post-observation", "2339-0", "mg/dL", 80, 40, NULL },
  { "post-scored", "14631-6", "umol/L", 5, 30, "albi-score" },
};

static size_t sent; /* in this scenario */
static char today[16];

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
static int hear_some(connection *c) {
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

/* Each is a tenth of a second later than the one before: the newest counts. */
static void observation(const scenario *of, char *out, size_t room) {
  unsigned n = (unsigned)sent++;
  (void)snprintf(
      out, room,
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
      "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"%s\"}]},"
      "\"subject\":{\"reference\":\"Patient/%.79s\"},\"effectiveDateTime\":"
      "\"%sT%02u:%02u:%02u.%uZ\",\"valueQuantity\":{\"value\":%u.%u,\"unit\":"
      "\"%s\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"%s\"}}",
      of->code, patients[n % PATIENTS], today, n / 36000, n / 600 % 60,
      n / 10 % 60, n % 10, of->low + n % of->range, n % 10, of->unit, of->unit);
}

static void report(const scenario *of, int connections, int64_t *ns,
                   size_t count, int64_t took, const gateway *g, double used) {
  if (count == 0) give_up("nothing was measured");
  qsort(ns, count, sizeof *ns, by_size);
  (void)printf(
      "bench: %s-%d p50_us=%.0f p99_us=%.0f "
      "per_second=%.0f cpu_us=%.0f rss_mb=%.0f\n",
      of->name, connections, (double)ns[count / 2] / 1e3,
      (double)ns[count * 99 / 100] / 1e3, (double)count * 1e9 / (double)took,
      used * 1e6 / (double)sysconf(_SC_CLK_TCK) / (double)count,
      rss_mb(g->pid));
  (void)fflush(stdout);
}

/* Takes what was asked for and not answered when the time was over. */
static void hear_out(connection *all, int connections) {
  for (int i = 0; i < connections; i++) {
    while (!hear_some(&all[i])) {
    }
    (void)close(all[i].fd);
  }
}

static void measure(const gateway *g, const scenario *of, int connections,
                    int64_t for_ns) {
  static connection all[CONNECTIONS_MAX];
  struct pollfd waits[CONNECTIONS_MAX];
  int64_t *ns = malloc(SAMPLES_MAX * sizeof *ns);
  if (!ns) give_up("no memory");
  size_t count = 0;
  char body[1024];
  double before = ticks(g->pid);
  int64_t begin = ax_clock_mono_ns(), end = begin + for_ns, now = begin;
  for (int i = 0; i < connections; i++) {
    all[i].fd = dial(g->port);
    waits[i] = (struct pollfd){ .fd = all[i].fd, .events = POLLIN };
    observation(of, body, sizeof body);
    ask(&all[i], "Observation", body);
  }
  while (now < end && count < SAMPLES_MAX) {
    if (poll(waits, (nfds_t)connections, 10000) <= 0) give_up("no answer");
    for (int i = 0; i < connections; i++) {
      if (!waits[i].revents || !hear_some(&all[i])) continue;
      now = ax_clock_mono_ns();
      if (count < SAMPLES_MAX) ns[count++] = now - all[i].asked;
      observation(of, body, sizeof body);
      ask(&all[i], "Observation", body);
    }
  }
  report(of, connections, ns, count, now - begin, g, ticks(g->pid) - before);
  hear_out(all, connections);
  free(ns);
}

/* --- counting ---------------------------------------------------------------
 */

static size_t count_of(client *c, const char *code) {
  char path[200];
  (void)snprintf(path, sizeof path,
                 "/Observation?code=%s&_count=0&_total=accurate", code);
  const char *at = get(c, path) == 200 ? strstr(c->body, "\"total\":") : NULL;
  if (!at) give_up("no total");
  return strtoul(at + strlen("\"total\":"), NULL, 10);
}

/* What missed its deadline is scored a moment later. */
static int count_results(const gateway *g, const scenario *of) {
  client c = client_of(g->port);
  size_t stored = count_of(&c, of->code), results = 0;
  size_t wanted = of->result ? sent : 0;
  int64_t until = ax_clock_mono_ns() + (int64_t)COUNT_WAIT_MS * 1000000;
  for (;;) {
    if (of->result) results = count_of(&c, of->result);
    if (results >= wanted || ax_clock_mono_ns() > until) break;
    ax_clock_sleep_ms(100);
  }
  client_leave(&c);
  bool failed = stored != sent || results != wanted;
  (void)printf("bench: %s sent=%zu stored=%zu results=%zu of %zu%s\n", of->name,
               sent, stored, results, wanted, failed ? " FAILED" : "");
  return failed;
}

/* The middle one of many appends of a page to a file beside the store. */
static void measure_fsync(const gateway *g) {
  static int64_t ns[FSYNCS];
  static char page[8192];
  char path[100];
  (void)snprintf(path, sizeof path, "%s/fsync", g->data);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  for (int i = 0; i < FSYNCS; i++) {
    int64_t begin = ax_clock_mono_ns();
    if (write(fd, page, sizeof page) != sizeof page || fdatasync(fd) != 0)
      give_up("the disk refuses");
    ns[i] = ax_clock_mono_ns() - begin;
  }
  (void)close(fd);
  (void)unlink(path);
  qsort(ns, FSYNCS, sizeof *ns, by_size);
  (void)printf("bench: fsync p50_us=%.0f p99_us=%.0f\n",
               (double)ns[FSYNCS / 2] / 1e3,
               (double)ns[FSYNCS * 99 / 100] / 1e3);
}

/* --- patients ---------------------------------------------------------------
 */

static void create(connection *c, const char *type, const char *body) {
  ask(c, type, body);
  while (!hear_some(c)) {
  }
}

/* Liver cancer, and an albumin of this morning. */
static void make_ill(connection *c, const char *id) {
  char body[1024];
  (void)snprintf(
      body, sizeof body,
      "{\"resourceType\":\"Condition\",\"clinicalStatus\":{\"coding\":[{"
      "\"system\":\"http://terminology.hl7.org/CodeSystem/condition-clinical\","
      "\"code\":\"active\"}]},\"verificationStatus\":{\"coding\":[{\"system\":"
      "\"http://terminology.hl7.org/CodeSystem/condition-ver-status\",\"code\":"
      "\"confirmed\"}]},\"code\":{\"coding\":[{\"system\":"
      "\"http://hl7.org/fhir/sid/icd-10\",\"code\":\"C22.0\"}]},\"subject\":{"
      "\"reference\":\"Patient/%.79s\"},\"recordedDate\":\"2024-05-11\"}",
      id);
  create(c, "Condition", body);
  (void)snprintf(
      body, sizeof body,
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
      "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1751-7\"}]},"
      "\"subject\":{\"reference\":\"Patient/%.79s\"},\"effectiveDateTime\":"
      "\"%sT00:00:00Z\",\"valueQuantity\":{\"value\":38,\"unit\":\"g/L\","
      "\"system\":\"http://unitsofmeasure.org\",\"code\":\"g/L\"}}",
      id, today);
  create(c, "Observation", body);
}

static void make_patients(const gateway *g, bool ill) {
  static connection c;
  c.fd = dial(g->port);
  for (size_t i = 0; i < PATIENTS; i++) {
    create(&c, "Patient",
           "{\"resourceType\":\"Patient\",\"gender\":\"female\","
           "\"birthDate\":\"1955-03-01\"}");
    const char *at = strstr(c.answer, "/Patient/");
    if (!at) give_up("no Location");
    at += strlen("/Patient/");
    (void)snprintf(patients[i], sizeof patients[i], "%.*s",
                   (int)strcspn(at, "/\r"), at);
    if (ill) make_ill(&c, patients[i]);
  }
  (void)close(c.fd);
}

static int run(const gateway *g, const scenario *of) {
  sent = 0;
  make_patients(g, of->result != NULL);
  measure(g, of, 1, 1000000000);
  measure(g, of, CONNECTIONS_MAX, 3000000000);
  return count_results(g, of);
}

int main(void) {
  /* Yesterday: no time of it lies in the future. */
  time_t then = time(NULL) - 86400;
  struct tm day;
  int failed = 0;
  if (!gmtime_r(&then, &day) ||
      !strftime(today, sizeof today, "%Y-%m-%d", &day))
    give_up("no date");
  gateway g = start();
  measure_fsync(&g);
  for (size_t i = 0; i < AX_COUNT(scenarios); i++)
    failed |= run(&g, &scenarios[i]);
  stop(&g);
  return failed;
}
