/* Unit tests of gateway/src/http/http_server.c: a server in this process and
 * clients on raw sockets. */
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
#include <zlib.h>

#include "base/clock.h"
#include "http/http_server.h"

static ax_http_server *server;
static atomic_bool slow_begun;

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  char number[16];
  (void)snprintf(number, sizeof number, "%d ", status);
  ax_buf_append(body, ax_str_from(number));
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

/* Answers with the body it got; "/slow" takes its time. */
static void echo(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  if (ax_str_eq(rq->path, AX_STR("/slow"))) {
    atomic_store(&slow_begun, true);
    ax_clock_sleep_ms(300);
  }
  rs->status = 200;
  rs->content_type = AX_STR("text/plain");
  rs->body = rq->body.len ? rq->body : rq->path;
  ax_http_set_header(rs, AX_STR("X-Request-Id"), rq->id);
}

static const ax_http_server_options standard = {
  .address = "127.0.0.1",
  .threads = 4,
  .keep_alive_ms = 300,
  .request_timeout_ms = 400,
  .drain_ms = 5000,
  .body_max = 200000,
  .request_memory = 1 << 20,
  .handler = echo,
  .refuse = refuse,
};

static int set_up(void **state) {
  (void)state;
  ax_error err = { 0 };
  return ax_http_server_start(&standard, &server, &err) ? -1 : 0;
}

static int tear_down(void **state) {
  (void)state;
  ax_http_server_stop(server);
  server = NULL;
  return 0;
}

static int dial(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = { .sin_family = AF_INET };
  to.sin_port = htons((uint16_t)ax_http_server_port(server));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct sockaddr *any = (struct sockaddr *)&to;
  assert_int_equal(connect(fd, any, sizeof to), 0);
  return fd;
}

static void say(int fd, const char *text) {
  assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
                   (ssize_t)strlen(text));
}

static char heard[300000];

/* Reads until `until` was seen, the end, or two seconds of silence. */
static const char *hear(int fd, const char *until) {
  size_t n = 0;
  heard[0] = '\0';
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  while (n < sizeof heard - 1 && poll(&wait, 1, 2000) == 1) {
    ssize_t got = recv(fd, heard + n, sizeof heard - 1 - n, 0);
    if (got <= 0) break;
    n += (size_t)got;
    heard[n] = '\0';
    if (until && strstr(heard, until)) break;
  }
  return heard;
}

static const char *ask(const char *text) {
  int fd = dial();
  say(fd, text);
  (void)hear(fd, NULL);
  (void)close(fd);
  return heard;
}

#define assert_heard(part) assert_non_null(strstr(heard, part))

static void keeps_a_connection_for_the_next_request(void **state) {
  (void)state;
  int fd = dial();
  say(fd, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none");
  (void)hear(fd, "one");
  assert_heard("HTTP/1.1 200 OK\r\n");
  assert_null(strstr(heard, "Connection: close"));
  say(fd, "GET /two HTTP/1.1\r\nHost: x\r\n\r\nGET /three HTTP/1.1\r\n"
          "Host: x\r\nConnection: close\r\n\r\n");
  (void)hear(fd, NULL);
  assert_heard("/two");
  assert_heard("Connection: close");
  assert_heard("/three");
  (void)close(fd);
}

static void head_answers_with_the_length_and_no_body(void **state) {
  (void)state;
  (void)ask("HEAD /abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert_heard("Content-Length: 4\r\n");
  assert_null(strstr(heard, "/abc"));
}

static void chunked_bodies_arrive_whole(void **state) {
  (void)state;
  (void)ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n");
  assert_heard("\r\n\r\nhello, world");
  assert_heard("Connection: close");
}

static void a_chunked_body_cut_off_is_refused(void **state) {
  (void)state;
  int fd = dial();
  say(fd, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
          "5\r\nhello\r\n7\r\n, w");
  (void)shutdown(fd, SHUT_WR);
  (void)hear(fd, NULL);
  assert_heard("HTTP/1.1 400 ");
  (void)close(fd);
}

static void framing_that_two_could_read_differently_is_refused(void **state) {
  (void)state;
  const char *requests[] = {
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
    "Content-Length: 4\r\n\r\nabcd",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3x\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: x\r\nX: a\r\nbroken\r\n"
    "Content-Length: 3\r\n\r\nabc",
  };
  for (size_t i = 0; i < AX_COUNT(requests); i++) {
    (void)ask(requests[i]);
    assert_heard("HTTP/1.1 400 ");
    assert_heard("Connection: close");
    assert_null(strstr(heard + 1, "HTTP/1.1 "));
  }
}

static void hidden_header_fields_are_refused(void **state) {
  (void)state;
  char text[4096] = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 62; i++) strcat(text, "A: b\r\n");
  strcat(text, "Connection: close\r\n\r\n");
  (void)ask(text);
  assert_heard("HTTP/1.1 431 ");
}

static void a_body_too_large_is_refused_before_it_is_read(void **state) {
  (void)state;
  (void)ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\n"
            "Expect: 100-continue\r\n\r\n");
  assert_heard("HTTP/1.1 413 ");
  assert_null(strstr(heard, "100 Continue"));
}

static void who_asks_to_continue_is_told_so(void **state) {
  (void)state;
  int fd = dial();
  say(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
          "Expect: 100-continue\r\n\r\n");
  (void)hear(fd, "\r\n\r\n");
  assert_heard("HTTP/1.1 100 Continue\r\n\r\n");
  say(fd, "ok");
  (void)hear(fd, "ok");
  assert_heard("HTTP/1.1 200 ");
  (void)close(fd);
}

static void a_body_that_trickles_is_cut_short(void **state) {
  (void)state;
  int fd = dial();
  int64_t begin = ax_clock_mono_ns();
  say(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  for (int i = 0; i < 60 && poll(&wait, 1, 50) == 0; i++) say(fd, "x");
  (void)hear(fd, NULL);
  assert_heard("HTTP/1.1 408 ");
  assert_true(ax_clock_mono_ns() - begin < 2000000000);
  (void)close(fd);
}

static void a_head_that_trickles_is_cut_short(void **state) {
  (void)state;
  int fd = dial();
  int64_t begin = ax_clock_mono_ns();
  say(fd, "GET / HTTP/1.1\r\n");
  struct pollfd wait = { .fd = fd, .events = POLLIN };
  for (int i = 0; i < 60 && poll(&wait, 1, 50) == 0; i++)
    (void)send(fd, "X: y\r\n", 6, MSG_NOSIGNAL);
  assert_true(ax_clock_mono_ns() - begin < 2500000000);
  (void)close(fd);
}

static void idle_clients_do_not_starve_new_ones(void **state) {
  (void)state;
  int idle[4];
  for (size_t i = 0; i < AX_COUNT(idle); i++) {
    idle[i] = dial();
    say(idle[i], "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    (void)hear(idle[i], "/a");
  }
  int64_t begin = ax_clock_mono_ns();
  (void)ask("GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert_heard("HTTP/1.1 200 ");
  assert_true(ax_clock_mono_ns() - begin < 250000000);
  for (size_t i = 0; i < AX_COUNT(idle); i++) (void)close(idle[i]);
}

static void large_answers_arrive_whole(void **state) {
  (void)state;
  static char body[150000];
  memset(body, 'x', sizeof body);
  int fd = dial();
  say(fd, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 150000\r\n"
          "Connection: close\r\n\r\n");
  for (size_t done = 0; done < sizeof body;) {
    ssize_t n = send(fd, body + done, sizeof body - done, MSG_NOSIGNAL);
    assert_true(n > 0);
    done += (size_t)n;
  }
  (void)hear(fd, NULL);
  assert_int_equal(strlen(strstr(heard, "\r\n\r\n") + 4), sizeof body);
  (void)close(fd);
}

static size_t gzip(const char *text, size_t len, unsigned char *out,
                   size_t room) {
  z_stream z = { 0 };
  assert_int_equal(
      deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY),
      Z_OK);
  memcpy(&z.next_in, &text, sizeof z.next_in);
  z.avail_in = (unsigned)len;
  z.next_out = out;
  z.avail_out = (unsigned)room;
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  size_t size = room - z.avail_out;
  (void)deflateEnd(&z);
  return size;
}

static void post_gzip(const unsigned char *body, size_t len) {
  char head[128];
  (void)snprintf(head, sizeof head,
                 "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                 "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
                 len);
  int fd = dial();
  say(fd, head);
  assert_int_equal(send(fd, body, len, MSG_NOSIGNAL), (ssize_t)len);
  (void)hear(fd, NULL);
  (void)close(fd);
}

static void gzip_bodies_are_unpacked_and_bombs_refused(void **state) {
  (void)state;
  unsigned char packed[4096];
  size_t len = gzip("hello gzip", 10, packed, sizeof packed);
  post_gzip(packed, len);
  assert_heard("\r\n\r\nhello gzip");
  post_gzip(packed, len - 1);
  assert_heard("HTTP/1.1 400 ");
  packed[0] = 'x';
  post_gzip(packed, len);
  assert_heard("HTTP/1.1 400 ");
  char *zeros = calloc(1, 400000);
  assert_non_null(zeros);
  len = gzip(zeros, 400000, packed, sizeof packed);
  free(zeros);
  post_gzip(packed, len);
  assert_heard("HTTP/1.1 413 ");
}

static void what_is_no_http_is_refused_politely(void **state) {
  (void)state;
  (void)ask("garbage\r\n\r\n");
  assert_heard("HTTP/1.1 400 ");
  (void)ask("GET / HTTP/2.0\r\nHost: x\r\n\r\n");
  assert_heard("HTTP/1.1 505 ");
  (void)ask("GET / HTTP/1.1\r\n\r\n");
  assert_heard("HTTP/1.1 400 ");
  (void)ask("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n");
  assert_heard("HTTP/1.1 400 ");
  (void)ask("GET /a?b=%zz HTTP/1.1\r\nHost: x\r\n\r\n");
  assert_heard("HTTP/1.1 400 ");
}

static void request_ids_are_echoed_when_safe(void **state) {
  (void)state;
  (void)ask("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: abc-1\r\n"
            "Connection: close\r\n\r\n");
  assert_heard("X-Request-Id: abc-1\r\n");
  (void)ask("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b\r\n"
            "Connection: close\r\n\r\n");
  assert_null(strstr(heard, "X-Request-Id: a b"));
  assert_heard("X-Request-Id: ");
}

static void *ask_slowly(void *arg) {
  int fd = *(int *)arg;
  char text[400] = { 0 };
  (void)send(fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n", 31, MSG_NOSIGNAL);
  size_t n = 0;
  for (ssize_t got = 1; got > 0 && n < sizeof text - 1; n += (size_t)got) {
    got = recv(fd, text + n, sizeof text - 1 - n, 0);
    if (got < 0) break;
  }
  return strstr(text, "HTTP/1.1 200 ") ? arg : NULL;
}

static void a_stop_lets_running_requests_finish(void **state) {
  (void)state;
  int idle = dial(), busy = dial();
  say(idle, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  (void)hear(idle, "/a");
  pthread_t client;
  assert_int_equal(pthread_create(&client, NULL, ask_slowly, &busy), 0);
  for (int i = 0; i < 200 && !atomic_load(&slow_begun); i++)
    ax_clock_sleep_ms(5);
  int64_t begin = ax_clock_mono_ns();
  ax_http_server_stop(server);
  int64_t took_ms = (ax_clock_mono_ns() - begin) / 1000000;
  void *answered = NULL;
  assert_int_equal(pthread_join(client, &answered), 0);
  (void)close(idle);
  (void)close(busy);
  server = NULL;
  assert_int_equal(set_up(NULL), 0);
  assert_non_null(answered);
  assert_true(took_ms < ax_test_ms(1500));
}

static void a_taken_port_is_said(void **state) {
  (void)state;
  ax_http_server_options options = standard;
  options.port = ax_http_server_port(server);
  ax_http_server *second = NULL;
  ax_error err = { 0 };
  assert_int_equal(ax_http_server_start(&options, &second, &err), AX_IO);
  assert_null(second);
  assert_non_null(strstr(err.text, "cannot listen on 127.0.0.1:"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keeps_a_connection_for_the_next_request),
    cmocka_unit_test(head_answers_with_the_length_and_no_body),
    cmocka_unit_test(chunked_bodies_arrive_whole),
    cmocka_unit_test(a_chunked_body_cut_off_is_refused),
    cmocka_unit_test(framing_that_two_could_read_differently_is_refused),
    cmocka_unit_test(hidden_header_fields_are_refused),
    cmocka_unit_test(a_body_too_large_is_refused_before_it_is_read),
    cmocka_unit_test(who_asks_to_continue_is_told_so),
    cmocka_unit_test(a_body_that_trickles_is_cut_short),
    cmocka_unit_test(a_head_that_trickles_is_cut_short),
    cmocka_unit_test(idle_clients_do_not_starve_new_ones),
    cmocka_unit_test(large_answers_arrive_whole),
    cmocka_unit_test(gzip_bodies_are_unpacked_and_bombs_refused),
    cmocka_unit_test(what_is_no_http_is_refused_politely),
    cmocka_unit_test(request_ids_are_echoed_when_safe),
    cmocka_unit_test(a_stop_lets_running_requests_finish),
    cmocka_unit_test(a_taken_port_is_said),
  };
  return cmocka_run_group_tests_name("http_server", tests, set_up, tear_down);
}
