/*
 * Steady use for a while: memory, descriptors, threads and files do not grow,
 * beyond what the data need.
 *
 * Caches fill for a while, and each of the gateway's threads has a stack that
 * its first requests touch: the senders begin with many short connections, and
 * the first half of the run is not judged. Of the second half, the median of
 * its first part is held against the median of its second part: single looks
 * swing, medians do not. A run that is too short to fill the caches can only
 * find what leaks fast.
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

enum { SENDERS = 4, RESET_EVERY = 200, LOOKS = 120 };

/* At first, so that each thread has done everything: a connection for each of
 * the kinds of request in turn. */
enum { KINDS = 8, SHORT_ONES = 8192 };

/* Requests after which the caches are full, and what may come and go. */
enum { WARM = 200000, SWING_KB = 2048, COLD_KB = 32768 };

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

/* A few patients at a time, after a while others: as in a hospital, where
 * nobody gets more values without end. */
static size_t patient_of(size_t n, size_t turn) {
  enum { AT_A_TIME = 20, STAY = 400 };
  return n / STAY * AT_A_TIME + turn % AT_A_TIME;
}

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
      sender_number, patient_of(n, n), 1 + (unsigned)n % 28,
      (unsigned)n / 60 % 24, (unsigned)n % 60, 80 + (unsigned)n % 40);
  return outside_post(visitor, "/Observation", body);
}

/* Mostly writes, some reads, searches and refusals, as a hospital's feed. */
static bool send_one(outside *visitor, const sender *s) {
  static const char *const headers[] = { "Content-Type: application/fhir+json",
                                         NULL };
  char text[300], path[120];
  size_t n = s->sent;
  switch (n % KINDS) {
  case 0: /* a Patient, new or again */
    (void)snprintf(path, sizeof path, "/Patient/soak-%d-%zu", s->number,
                   patient_of(n, n / KINDS));
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
                   s->number, patient_of(n, n));
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
    s->sent++;
    if (s->sent % (s->sent < SHORT_ONES ? KINDS : RESET_EVERY)) continue;
    outside_leave(visitor); /* it keeps all its answers */
    visitor = outside_visitor(s->gw);
  }
  outside_leave(visitor);
  return NULL;
}

/* --- looking ---------------------------------------------------------------
 */

typedef enum {
  MEMORY, /* kB that belong to no file */
  THREADS,
  DESCRIPTORS,
  FILES,
  LOG, /* kB of the write-ahead log */
  FIGURES
} figure;

typedef struct {
  long of[FIGURES];
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
    if (strncmp(line, "RssAnon:", 8) == 0)
      l.of[MEMORY] = strtol(line + 8, NULL, 10);
    if (strncmp(line, "Threads:", 8) == 0)
      l.of[THREADS] = strtol(line + 8, NULL, 10);
  }
  if (status) (void)fclose(status);
  (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)outside_pid(gw));
  l.of[DESCRIPTORS] = (long)count_in(path);
  l.of[FILES] = (long)count_in(outside_data(gw));
  (void)snprintf(path, sizeof path, "%s/auspex.db-wal", outside_data(gw));
  if (stat(path, &log) == 0) l.of[LOG] = (long)(log.st_size / 1024);
  return l;
}

/* --- judging ---------------------------------------------------------------
 */

static int by_size(const void *a, const void *b) {
  long x = *(const long *)a, y = *(const long *)b;
  return (x > y) - (x < y);
}

static long median(const look *looks, size_t from, size_t to, figure f) {
  long values[LOOKS];
  for (size_t i = from; i < to; i++) values[i - from] = looks[i].of[f];
  qsort(values, to - from, sizeof *values, by_size);
  return values[(to - from) / 2];
}

/* How much it grew within the second half. */
static long growth(const look *looks, figure f) {
  return median(looks, LOOKS * 3 / 4, LOOKS, f) -
         median(looks, LOOKS / 2, LOOKS * 3 / 4, f);
}

/* What is too much; NULL: nothing. */
static const char *judge(const look *looks, size_t requests) {
  bool cold = requests < WARM;
  if (growth(looks, MEMORY) > (cold ? COLD_KB : SWING_KB))
    return "memory grows";
  if (growth(looks, THREADS) > 0) return "threads grow";
  if (growth(looks, DESCRIPTORS) > 8) return "descriptors grow";
  if (growth(looks, FILES) > 0) return "files grow";
  if (median(looks, LOOKS / 2, LOOKS, LOG) > 80 * 1024)
    return "the write-ahead log is not kept short";
  return NULL;
}

/* Looks as a gateway gives them that uses `each` bytes more with each of a
 * million requests, after its caches have filled. */
static void imagine(look *looks, long each) {
  unsigned random = 7;
  for (long i = 0; i < LOOKS; i++) {
    long warm = i < LOOKS / 3 ? i : LOOKS / 3;
    random = random * 1103515245u + 12345u;
    looks[i] = (look){ .of = { [MEMORY] = 60000 + warm * 1000 +
                                          (long)(random >> 16) % 3000 +
                                          each * i * (1000000L / LOOKS) / 1024,
                               [THREADS] = 1035,
                               [DESCRIPTORS] = 40 + (long)(random >> 16) % 8,
                               [FILES] = 8,
                               [LOG] = 50000 } };
  }
}

static void what_grows_is_noticed(void **state) {
  (void)state;
  look looks[LOOKS];
  imagine(looks, 0);
  assert_null(judge(looks, 1000000));
  imagine(looks, 16);
  assert_string_equal(judge(looks, 1000000), "memory grows");
  imagine(looks, 0);
  for (int i = 0; i < LOOKS; i++) looks[i].of[DESCRIPTORS] += i;
  assert_string_equal(judge(looks, 1000000), "descriptors grow");
  imagine(looks, 0);
  for (int i = 0; i < LOOKS; i++) looks[i].of[THREADS] += i / 30;
  assert_string_equal(judge(looks, 1000000), "threads grow");
  imagine(looks, 0);
  for (int i = 0; i < LOOKS; i++) looks[i].of[FILES] += i / 30;
  assert_string_equal(judge(looks, 1000000), "files grow");
}

/* Else each of the many threads keeps freed blocks of every size. */
static void little_is_kept_for_each_thread(void **state) {
  (void)state;
  char path[64], text[65536];
  outside *gw = outside_start(NULL);
  (void)snprintf(path, sizeof path, "/proc/%d/environ", (int)outside_pid(gw));
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  size_t len = fread(text, 1, sizeof text, file);
  (void)fclose(file);
  ax_str all = { text, len };
  assert_true(ax_str_find(all, AX_STR("GLIBC_TUNABLES=")) != AX_STR_NONE);
  outside_stop(gw);
}

/* --- the run ---------------------------------------------------------------
 */

static void tell(const look *looks, int seconds, size_t sent, size_t refused) {
  static const char *const names[] = { "memory kB", "threads", "descriptors",
                                       "files", "log kB" };
  print_message("# soak: %d s, %zu requests, %zu not as expected\n", seconds,
                sent, refused);
  for (figure f = MEMORY; f < FIGURES; f++)
    print_message("# soak: %s: first %ld, third quarter %ld, last quarter "
                  "%ld\n",
                  names[f], looks[0].of[f],
                  median(looks, LOOKS / 2, LOOKS * 3 / 4, f),
                  median(looks, LOOKS * 3 / 4, LOOKS, f));
}

/* A sanitizer keeps freed memory back on purpose: it would be judged, not the
 * gateway. */
static void forget_memory(look *looks) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  for (int i = 0; i < LOOKS; i++) looks[i].of[MEMORY] = 0;
#else
  (void)looks;
#endif
}

static void nothing_grows_but_the_data(void **state) {
  (void)state;
  int seconds = number_of("AUSPEX_SOAK_SECONDS", 2);
  int rate = number_of("AUSPEX_SOAK_RATE", 400);
  outside *gw = outside_start(NULL);
  sender senders[SENDERS];
  pthread_t threads[SENDERS];
  look looks[LOOKS];
  size_t sent = 0, refused = 0;
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
  for (int i = 0; i < SENDERS; i++) {
    (void)pthread_join(threads[i], NULL);
    sent += senders[i].sent;
    refused += senders[i].refused;
  }
  tell(looks, seconds, sent, refused);
  assert_true(sent > 0);
  assert_int_equal(refused, 0);
  forget_memory(looks);
  const char *why = judge(looks, sent);
  if (why) fail_msg("%s", why);
  outside_stop(gw);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_grows_is_noticed),
    cmocka_unit_test(little_is_kept_for_each_thread),
    cmocka_unit_test(nothing_grows_but_the_data),
  };
  return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
