/*
 * From outside: senders that are slow, idle, or too fast, and a gateway that
 * stands still for a while. The others are served, and nothing is lost.
 *
 * AUSPEX_IDLE, AUSPEX_TRICKLE and AUSPEX_PRESSURE_MS set how many idle
 * connections and one-byte-a-second senders there are and for how long (default
 * 40, 20 and 800); `make pressure-test` has 500, 200 and 20 s, and fails when
 * the others' 99th percentile is above AUSPEX_P99_MS.
 */
#include "../support/outside.h"
#include "../support/patients.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { CROWD_MAX = 900, OTHERS = 4, TIMES_MAX = 200000 };

static int number_of(const char *name, int standard) {
  const char *text = getenv(name);
  int n = text ? (int)strtol(text, NULL, 10) : standard;
  return n < 0 ? 0 : n;
}

static int dial(const outside *gw) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
  } to = { .v4 = { .sin_family = AF_INET } };
  to.v4.sin_port = htons((uint16_t)outside_port(gw));
  to.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_true(fd >= 0);
  assert_int_equal(connect(fd, &to.any, sizeof to.v4), 0);
  return fd;
}

/* --- the others ------------------------------------------------------------
 */

typedef struct {
  outside *visitor;
  int number;
  size_t sent, accepted;
  int64_t *took_us;
} other;

static atomic_bool finished;

static const char *patient(char body[300], const char *run, int sender,
                           size_t n) {
  (void)snprintf(body, 300,
                 "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
                 "\"urn:pressure:%s\",\"value\":\"%d-%zu\"}]}",
                 run, sender, n);
  return body;
}

static void *send_on(void *ctx) {
  other *o = ctx;
  char body[300];
  while (!atomic_load(&finished) && o->sent < TIMES_MAX) {
    int64_t begun = ax_clock_mono_ns();
    const outside_answer *a = outside_post(
        o->visitor, "/Patient", patient(body, "crowd", o->number, o->sent));
    o->took_us[o->sent++] = (ax_clock_mono_ns() - begun) / 1000;
    o->accepted += a->status == 201;
    ax_clock_sleep_ms(2);
  }
  return NULL;
}

static int by_size(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static double percentile(const other *others, double p) {
  size_t n = 0;
  int64_t *all = calloc((size_t)OTHERS * TIMES_MAX, sizeof *all);
  assert_non_null(all);
  for (int i = 0; i < OTHERS; i++)
    for (size_t k = 0; k < others[i].sent; k++) all[n++] = others[i].took_us[k];
  assert_true(n > 0);
  qsort(all, n, sizeof *all, by_size);
  double value = (double)all[(size_t)(p * (double)(n - 1))] / 1000;
  free(all);
  return value;
}

/* --- the crowd -------------------------------------------------------------
 */

static const char head[] = "POST /fhir/Patient HTTP/1.1\r\nHost: x\r\n"
                           "Content-Type: application/fhir+json\r\n"
                           "Content-Length: 5000\r\n\r\n";

/* One byte each, once a second, until the time is over. */
static void trickle(const int *fds, int count, int ms) {
  int64_t until = ax_clock_mono_ns() + (int64_t)ms * 1000000;
  for (size_t at = 0; ax_clock_mono_ns() < until; at++) {
    for (int i = 0; i < count; i++) {
      const char *byte = at < sizeof head - 1 ? &head[at] : " ";
      (void)!send(fds[i], byte, 1, MSG_NOSIGNAL);
    }
    int64_t left = (until - ax_clock_mono_ns()) / 1000000;
    ax_clock_sleep_ms(left < 1000 ? (left > 0 ? left : 1) : 1000);
  }
}

/* A connection that has had one answer and waits for nothing more. */
static int idle_connection(const outside *gw) {
  static const char get[] = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
  char answer[2000];
  int fd = dial(gw);
  assert_true(send(fd, get, sizeof get - 1, MSG_NOSIGNAL) > 0);
  assert_true(recv(fd, answer, sizeof answer, 0) > 0);
  return fd;
}

static void slow_and_idle_senders_do_not_stop_the_others(void **state) {
  (void)state;
  static const char *const args[] = { "--keep-alive", "60s", NULL };
  int idle = number_of("AUSPEX_IDLE", 40);
  int slow = number_of("AUSPEX_TRICKLE", 20);
  int ms = number_of("AUSPEX_PRESSURE_MS", 800);
  int allowed = number_of("AUSPEX_P99_MS", 0);
  static int fds[CROWD_MAX];
  assert_true(idle + slow <= CROWD_MAX);
  outside *gw = outside_start(args);
  for (int i = 0; i < slow; i++) fds[i] = dial(gw);
  for (int i = slow; i < slow + idle; i++) fds[i] = idle_connection(gw);
  other others[OTHERS];
  pthread_t threads[OTHERS];
  atomic_store(&finished, false);
  for (int i = 0; i < OTHERS; i++) {
    others[i] = (other){ .visitor = outside_visitor(gw), .number = i };
    others[i].took_us = calloc(TIMES_MAX, sizeof(int64_t));
    assert_non_null(others[i].took_us);
    assert_int_equal(pthread_create(&threads[i], NULL, send_on, &others[i]), 0);
  }
  trickle(fds, slow, ms);
  atomic_store(&finished, true);
  size_t sent = 0, accepted = 0;
  for (int i = 0; i < OTHERS; i++) {
    (void)pthread_join(threads[i], NULL);
    sent += others[i].sent;
    accepted += others[i].accepted;
  }
  double p99 = percentile(others, 0.99);
  print_message("# pressure: %d idle, %d at one byte a second; the others sent "
                "%zu, accepted %zu, p50 %.1f ms, p99 %.1f ms\n",
                idle, slow, sent, accepted, percentile(others, 0.5), p99);
  assert_int_equal(sent, accepted);
  for (int i = 0; i < slow + idle; i++) (void)close(fds[i]);
  for (int i = 0; i < OTHERS; i++) {
    outside_leave(others[i].visitor);
    free(others[i].took_us);
  }
  const outside_answer *a =
      outside_get(gw, "/Patient?_count=0&_total=accurate");
  char want[24];
  (void)snprintf(want, sizeof want, "%zu", accepted);
  assert_str(ax_json_text(AX_JSON_GET(a->json, "total")), want);
  outside_stop(gw);
  if (allowed && p99 > allowed)
    fail_msg("the others' p99 is %.1f ms, not %d", p99, allowed);
}

/* --- a pause ---------------------------------------------------------------
 */

static void a_gateway_that_stood_still_goes_on(void **state) {
  (void)state;
  outside *gw = outside_start(NULL);
  other o = { .visitor = outside_visitor(gw), .number = 1 };
  pthread_t thread;
  o.took_us = calloc(TIMES_MAX, sizeof(int64_t));
  assert_non_null(o.took_us);
  atomic_store(&finished, false);
  assert_int_equal(pthread_create(&thread, NULL, send_on, &o), 0);
  for (int i = 0; i < 3; i++) {
    ax_clock_sleep_ms(60);
    assert_int_equal(kill(outside_pid(gw), SIGSTOP), 0);
    ax_clock_sleep_ms(150);
    assert_int_equal(kill(outside_pid(gw), SIGCONT), 0);
  }
  atomic_store(&finished, true);
  (void)pthread_join(thread, NULL);
  assert_true(o.sent > 0);
  assert_int_equal(o.sent, o.accepted);
  const outside_answer *a =
      outside_get(gw, "/Patient?_count=0&_total=accurate");
  char want[24];
  (void)snprintf(want, sizeof want, "%zu", o.accepted);
  assert_str(ax_json_text(AX_JSON_GET(a->json, "total")), want);
  outside_leave(o.visitor);
  free(o.took_us);
  outside_stop(gw);
}

/* --- too fast --------------------------------------------------------------
 */

static void a_sender_that_is_too_fast_is_told_so(void **state) {
  (void)state;
  static const char *const args[] = {
    "--sender-rate", "1", "--sender-burst", "3", "--sender-header",
    "X-Sender",      NULL
  };
  outside *gw = outside_start(args);
  char body[300];
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(
        outside_post(gw, "/Patient", patient(body, "fast", 0, i))->status, 201);
  const outside_answer *a =
      outside_post(gw, "/Patient", patient(body, "fast", 0, 3));
  outside_refused(a, 429, "throttled", "faster than is agreed");
  assert_string_equal(outside_header(a, "Retry-After"), "1");
  a = outside_post_with(gw, "/Patient", "X-Sender: another",
                        patient(body, "fast", 1, 0));
  assert_int_equal(a->status, 201);
  assert_int_equal(outside_get(gw, "//health/ready")->status, 200);
  ax_clock_sleep_ms(1100);
  assert_int_equal(
      outside_post(gw, "/Patient", patient(body, "fast", 0, 3))->status, 201);
  outside_stop(gw);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(slow_and_idle_senders_do_not_stop_the_others),
    cmocka_unit_test(a_gateway_that_stood_still_goes_on),
    cmocka_unit_test(a_sender_that_is_too_fast_is_told_so),
  };
  return cmocka_run_group_tests_name("pressure", tests, NULL, NULL);
}
