/*
 * Steady use for a while: memory, descriptors, threads and files do not grow,
 * beyond what the data need.
 *
 * AUSPEX_SOAK_SECONDS sets how long (default 2), AUSPEX_SOAK_RATE how many
 * requests a second (default 400); `make soak` takes SOAK_MINUTES=30.
 */
#include "../support/outside.h"
#include "../support/patients.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"

enum { SENDERS = 4, RESET_EVERY = 200, LOOKS = 20 };

static int number_of(const char *name, int standard) {
  const char *text = getenv(name);
  int n = text ? (int)strtol(text, NULL, 10) : standard;
  return n < 1 ? 1 : n;
}

/* --- senders ---------------------------------------------------------------
 */

typedef struct {
  const outside *gw;
  int number, rate;
  size_t sent, refused;
} sender;

static atomic_bool finished;

static const outside_answer *observe(outside *visitor, int sender_number,
                                     size_t n) {
  char body[600];
  (void)snprintf(
      body, sizeof body,
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"
      "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2339-0\"}]},"
      "\"subject\":{\"reference\":\"Patient/soak-%d-%zu\"},"
      "\"effectiveDateTime\":\"2024-05-%02uT%02u:%02u:00Z\",\"valueQuantity\":"
      "{\"value\":%u,\"unit\":\"mg/dL\",\"system\":"
      "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}",
      sender_number, n % 200, 1 + (unsigned)n % 28, (unsigned)n / 60 % 24,
      (unsigned)n % 60, 80 + (unsigned)n % 40);
  return outside_post(visitor, "/Observation", body);
}

/* Mostly writes, some reads, searches and refusals, as a hospital's feed. */
static bool send_one(outside *visitor, const sender *s) {
  static const char *const headers[] = { "Content-Type: application/fhir+json",
                                         NULL };
  char text[300], path[120];
  size_t n = s->sent;
  switch (n % 8) {
  case 0: /* a Patient, new or again */
    (void)snprintf(path, sizeof path, "/Patient/soak-%d-%zu", s->number,
                   n / 8 % 200);
    (void)snprintf(text, sizeof text,
                   "{\"resourceType\":\"Patient\",\"id\":\"%s\",\"gender\":"
                   "\"female\",\"birthDate\":\"1955-03-%02u\"}",
                   path + 9, 1 + (unsigned)n % 28);
    return outside_send(visitor, "PUT", path, headers, text, strlen(text))
                   ->status /
               100 ==
           2;
  case 1:
    (void)snprintf(path, sizeof path,
                   "/Observation?patient=Patient/soak-%d-%zu&_count=10",
                   s->number, n % 200);
    return outside_get(visitor, path)->status == 200;
  case 2: /* refused */
    return outside_post(visitor, "/Observation",
                        "{\"resourceType\":\"Observation\"}")
               ->status == 422;
  default:
    return observe(visitor, s->number, n)->status == 201;
  }
}

static void *send_on(void *ctx) {
  sender *s = ctx;
  outside *visitor = outside_visitor(s->gw);
  int64_t begun = ax_clock_mono_ns();
  while (!atomic_load(&finished)) {
    int64_t due = begun + (int64_t)s->sent * SENDERS * 1000000000 / s->rate;
    int64_t wait = (due - ax_clock_mono_ns()) / 1000000;
    if (wait > 0) ax_clock_sleep_ms(wait < 100 ? wait : 100);
    if (wait > 100) continue;
    s->refused += !send_one(visitor, s);
    if (++s->sent % RESET_EVERY) continue;
    outside_leave(visitor); /* it keeps all its answers */
    visitor = outside_visitor(s->gw);
  }
  outside_leave(visitor);
  return NULL;
}

/* --- looking ---------------------------------------------------------------
 */

typedef struct {
  long rss_kb, threads;
  size_t descriptors, files;
  long log_kb; /* the write-ahead log */
} look;

static size_t count_in(const char *folder) {
  DIR *dir = opendir(folder);
  size_t n = 0;
  if (!dir) return 0;
  while (readdir(dir)) n++;
  (void)closedir(dir);
  return n;
}

static look look_at(const outside *gw) {
  char path[200], line[256];
  look l = { 0 };
  struct stat log;
  (void)snprintf(path, sizeof path, "/proc/%d/status", (int)outside_pid(gw));
  FILE *status = fopen(path, "r");
  while (status && fgets(line, sizeof line, status)) {
    if (strncmp(line, "VmRSS:", 6) == 0) l.rss_kb = strtol(line + 6, NULL, 10);
    if (strncmp(line, "Threads:", 8) == 0)
      l.threads = strtol(line + 8, NULL, 10);
  }
  if (status) (void)fclose(status);
  (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)outside_pid(gw));
  l.descriptors = count_in(path);
  l.files = count_in(outside_data(gw));
  (void)snprintf(path, sizeof path, "%s/auspex.db-wal", outside_data(gw));
  if (stat(path, &log) == 0) l.log_kb = (long)(log.st_size / 1024);
  return l;
}

static void nothing_grows_but_the_data(void **state) {
  (void)state;
  int seconds = number_of("AUSPEX_SOAK_SECONDS", 2);
  int rate = number_of("AUSPEX_SOAK_RATE", 400);
  outside *gw = outside_start(NULL);
  sender senders[SENDERS];
  pthread_t threads[SENDERS];
  look looks[LOOKS];
  atomic_store(&finished, false);
  for (int i = 0; i < SENDERS; i++) {
    senders[i] = (sender){ .gw = gw, .number = i, .rate = rate };
    assert_int_equal(pthread_create(&threads[i], NULL, send_on, &senders[i]),
                     0);
  }
  for (int i = 0; i < LOOKS; i++) {
    ax_clock_sleep_ms((int64_t)seconds * 1000 / LOOKS);
    looks[i] = look_at(gw);
  }
  atomic_store(&finished, true);
  size_t sent = 0, refused = 0;
  for (int i = 0; i < SENDERS; i++) {
    (void)pthread_join(threads[i], NULL);
    sent += senders[i].sent;
    refused += senders[i].refused;
  }
  const look *half = &looks[LOOKS / 2], *end = &looks[LOOKS - 1];
  print_message(
      "# soak: %d s, %zu requests, %zu not as expected; half-time and "
      "end: rss %ld and %ld kB, descriptors %zu and %zu, threads %ld "
      "and %ld, files %zu and %zu, log %ld and %ld kB\n",
      seconds, sent, refused, half->rss_kb, end->rss_kb, half->descriptors,
      end->descriptors, half->threads, end->threads, half->files, end->files,
      half->log_kb, end->log_kb);
  assert_true(sent > 0);
  assert_int_equal(refused, 0);
  /* Caches fill for a while; what grows without end shows in a long run. */
  assert_true(end->rss_kb < half->rss_kb + half->rss_kb / 4 + 16384);
  assert_true(end->descriptors <= half->descriptors + 16);
  assert_int_equal(end->threads, half->threads);
  assert_true(end->files <= half->files + 1);
  assert_true(end->log_kb < 80 * 1024);
  outside_stop(gw);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_grows_but_the_data),
  };
  return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
