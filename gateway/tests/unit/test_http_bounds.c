/* Unit tests of gateway/src/http/http_server.c: what happens when more comes
 * than can be handled. The handler waits at a gate until the test opens it. */
#include "support/ax_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http_server.h"

static ax_http_server *server;
static atomic_bool gate_open;
static atomic_int inside;
static atomic_uint load_seen;

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

static void wait_at_gate(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  rs->status = 200;
  if (ax_str_starts(rq->path, AX_STR("/health/"))) {
    atomic_store(&load_seen, rq->load);
    return;
  }
  (void)atomic_fetch_add(&inside, 1);
  while (!atomic_load(&gate_open)) ax_clock_sleep_ms(2);
  (void)atomic_fetch_sub(&inside, 1);
}

static void start_with(unsigned running_max, size_t bodies_max,
                       unsigned turn_ms) {
  ax_error err = { 0 };
  ax_http_server_options options = { .address = "127.0.0.1",
                                     .threads = 16,
                                     .keep_alive_ms = 30000,
                                     .request_timeout_ms = 30000,
                                     .drain_ms = 5000,
                                     .running_max = running_max,
                                     .always = "/health/",
                                     .bodies_max = bodies_max,
                                     .body_max = 400000,
                                     .large_at_once = 500000,
                                     .turn_ms = turn_ms,
                                     .request_memory = 1 << 20,
                                     .handler = wait_at_gate,
                                     .refuse = refuse };
  atomic_store(&gate_open, false);
  assert_int_equal(ax_http_server_start(&options, &server, &err), AX_OK);
}

static void start(unsigned running_max, size_t bodies_max) {
  start_with(running_max, bodies_max, 0);
}

static int tear_down(void **state) {
  (void)state;
  atomic_store(&gate_open, true);
  ax_http_server_stop(server);
  server = NULL;
  return 0;
}

static int dial(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
  } to = { .v4 = { .sin_family = AF_INET } };
  to.v4.sin_port = htons((uint16_t)ax_http_server_port(server));
  to.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(connect(fd, &to.any, sizeof to.v4), 0);
  return fd;
}

static void say(int fd, const char *path, size_t body) {
  char text[2000];
  int n = snprintf(text, sizeof text,
                   "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
                   path, body);
  assert_true(n > 0 && (size_t)n + body < sizeof text);
  memset(text + n, 'b', body);
  assert_int_equal(send(fd, text, (size_t)n + body, MSG_NOSIGNAL),
                   (ssize_t)((size_t)n + body));
}

static void say_large(int fd, size_t body) {
  char head[100], *text = calloc(1, body);
  int n = snprintf(head, sizeof head,
                   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
                   body);
  assert_non_null(text);
  assert_int_equal(send(fd, head, (size_t)n, MSG_NOSIGNAL), n);
  assert_int_equal(send(fd, text, body, MSG_NOSIGNAL), (ssize_t)body);
  free(text);
}

/* Has all of an answer come? */
static bool is_whole(const char *heard, size_t len) {
  const char *end = strstr(heard, "\r\n\r\n");
  const char *length = strstr(heard, "Content-Length: ");
  if (!end || !length) return end != NULL;
  return len >=
         (size_t)(end + 4 - heard) +
             (size_t)strtoul(length + strlen("Content-Length: "), NULL, 10);
}

/* One answer, head and body. */
static const char *hear(int fd) {
  static char heard[4000];
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  size_t len = 0;
  heard[0] = '\0';
  while (!is_whole(heard, len) && len < sizeof heard - 1) {
    if (poll(&wait, 1, (int)ax_test_ms(10000)) != 1) break;
    ssize_t n = recv(fd, heard + len, sizeof heard - 1 - len, 0);
    if (n <= 0) break;
    len += (size_t)n;
    heard[len] = '\0';
  }
  return heard;
}

/* Memory comes free a moment after an answer has gone out. */
static int dial_until_taken(size_t body) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(10000) * 1000000;
  for (;;) {
    int fd = dial();
    say(fd, "/", body);
    if (strstr(hear(fd), "HTTP/1.1 200 ")) return fd;
    (void)close(fd);
    if (ax_clock_mono_ns() >= until) fail_msg("the memory never came free");
    ax_clock_sleep_ms(2);
  }
}

static void await_inside(int count) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(10000) * 1000000;
  while (atomic_load(&inside) != count && ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(2);
  assert_int_equal(atomic_load(&inside), count);
}

static void more_than_may_run_are_told_when_to_come_again(void **state) {
  (void)state;
  start(2, 0);
  int a = dial(), b = dial(), c = dial(), h = dial();
  say(a, "/", 1);
  say(b, "/", 1);
  await_inside(2);
  say(c, "/", 1);
  const char *heard = hear(c);
  assert_non_null(strstr(heard, "HTTP/1.1 503 "));
  assert_non_null(strstr(heard, "Retry-After: "));
  assert_non_null(strstr(heard, "too many requests are being handled"));
  say(h, "/health/ready", 0);
  assert_non_null(strstr(hear(h), "HTTP/1.1 200 "));
  assert_int_equal(atomic_load(&load_seen), 100);
  atomic_store(&gate_open, true);
  assert_non_null(strstr(hear(a), "HTTP/1.1 200 "));
  assert_non_null(strstr(hear(b), "HTTP/1.1 200 "));
  await_inside(0);
  (void)close(c);
  c = dial();
  say(c, "/", 1);
  assert_non_null(strstr(hear(c), "HTTP/1.1 200 "));
  int all[] = { a, b, c, h };
  for (size_t i = 0; i < AX_COUNT(all); i++) (void)close(all[i]);
}

static void bodies_have_a_bound_together(void **state) {
  (void)state;
  start(0, 1000);
  int a = dial(), b = dial(), c = dial();
  say(a, "/", 800);
  await_inside(1);
  say(b, "/", 800);
  assert_non_null(strstr(hear(b), "HTTP/1.1 503 "));
  say(c, "/", 150);
  await_inside(2);
  atomic_store(&gate_open, true);
  assert_non_null(strstr(hear(a), "HTTP/1.1 200 "));
  assert_non_null(strstr(hear(c), "HTTP/1.1 200 "));
  (void)close(b);
  b = dial_until_taken(900);
  int all[] = { a, b, c };
  for (size_t i = 0; i < AX_COUNT(all); i++) (void)close(all[i]);
}

/* A body larger than the bound is taken when it is the only one: else it could
 * never be sent. */
static void one_body_may_be_larger_than_the_bound(void **state) {
  (void)state;
  start(0, 100);
  int a = dial();
  say(a, "/", 900);
  await_inside(1);
  atomic_store(&gate_open, true);
  assert_non_null(strstr(hear(a), "HTTP/1.1 200 "));
  (void)close(a);
}

/* Large ones wait for each other, small ones for nobody. */
static void large_requests_take_turns(void **state) {
  (void)state;
  start_with(0, 0, (unsigned)ax_test_ms(10000));
  int a = dial(), b = dial(), c = dial();
  say_large(a, 300000);
  await_inside(1);
  say_large(b, 300000);
  say(c, "/", 800);
  await_inside(2); /* a and c */
  atomic_store(&gate_open, true);
  assert_non_null(strstr(hear(a), "HTTP/1.1 200 "));
  assert_non_null(strstr(hear(b), "HTTP/1.1 200 "));
  assert_non_null(strstr(hear(c), "HTTP/1.1 200 "));
  int all[] = { a, b, c };
  for (size_t i = 0; i < AX_COUNT(all); i++) (void)close(all[i]);
}

static void a_turn_that_does_not_come_is_told(void **state) {
  (void)state;
  start(0, 0);
  int a = dial(), b = dial();
  say_large(a, 300000);
  await_inside(1);
  say_large(b, 300000);
  const char *heard = hear(b);
  assert_non_null(strstr(heard, "HTTP/1.1 503 "));
  assert_non_null(strstr(heard, "Retry-After: "));
  assert_non_null(strstr(heard, "other large requests are being handled"));
  atomic_store(&gate_open, true);
  assert_non_null(strstr(hear(a), "HTTP/1.1 200 "));
  (void)close(a);
  (void)close(b);
}

/* Idle for long enough, they make room when all threads are taken. */
static void idle_connections_leave_when_it_gets_crowded(void **state) {
  (void)state;
  start(0, 0);
  enum { IDLE = 13, SILENT = 3 }; /* together as many as there are threads */
  int fds[IDLE + SILENT];
  char byte;
  atomic_store(&gate_open, true);
  for (int i = 0; i < IDLE; i++) {
    fds[i] = dial();
    say(fds[i], "/", 1);
    assert_non_null(strstr(hear(fds[i]), "HTTP/1.1 200 "));
  }
  for (int i = IDLE; i < IDLE + SILENT; i++) fds[i] = dial();
  int fd = dial();
  say(fd, "/", 1);
  assert_non_null(strstr(hear(fd), "HTTP/1.1 200 "));
  assert_int_equal(recv(fds[0], &byte, 1, 0), 0); /* hung up on */
  (void)close(fd);
  for (int i = 0; i < IDLE + SILENT; i++) (void)close(fds[i]);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, NULL, tear_down)
  const struct CMUnitTest tests[] = {
    T(more_than_may_run_are_told_when_to_come_again),
    T(bodies_have_a_bound_together),
    T(one_body_may_be_larger_than_the_bound),
    T(large_requests_take_turns),
    T(a_turn_that_does_not_come_is_told),
    T(idle_connections_leave_when_it_gets_crowded),
  };
  return cmocka_run_group_tests_name("http_bounds", tests, NULL, NULL);
}
