/* Unit tests of gateway/src/net/net_client.c: a server in this process, raw
 * sockets for what no server does, and openssl's test server for TLS. */
#include "support/ax_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http_server.h"
#include "net/net_client.h"

static ax_http_server *server;
static ax_arena *arena;
static char base[64];

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

/* "Host, Accept" */
static ax_str names_of(const ax_http_request *rq) {
  ax_str names = AX_STR("");
  for (size_t i = 0; i < rq->header_count; i++)
    names = AX_JOIN(rq->arena, names, i ? AX_STR(", ") : AX_STR(""),
                    rq->headers[i].name);
  return names;
}

static void answer(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  ax_http_set_header(rs, AX_STR("X-Names"), names_of(rq));
  ax_http_set_header(rs, AX_STR("X-Host"),
                     ax_http_get_header(rq, AX_STR("Host")));
  rs->status = 200;
  rs->content_type = AX_STR("text/plain");
  if (ax_str_eq(rq->path, AX_STR("/slow"))) ax_clock_sleep_ms(1500);
  if (ax_str_eq(rq->path, AX_STR("/away"))) {
    rs->status = 302;
    ax_http_set_header(rs, AX_STR("Location"), AX_STR("/elsewhere"));
  }
  if (ax_str_eq(rq->path, AX_STR("/missing"))) rs->status = 404;
  rs->body = ax_arena_printf(
      rq->arena, "%.*s %.*s?%.*s [%.*s] [%.*s] [%.*s] %.*s",
      AX_STR_ARG(rq->method_name), AX_STR_ARG(rq->path), AX_STR_ARG(rq->query),
      AX_STR_ARG(ax_http_get_header(rq, AX_STR("Content-Type"))),
      AX_STR_ARG(ax_http_get_header(rq, AX_STR("Authorization"))),
      AX_STR_ARG(ax_http_get_header(rq, AX_STR("X-Empty"))),
      AX_STR_ARG(rq->body));
  ax_http_set_header(rs, AX_STR("X-Method"), rq->method_name);
}

static int set_up(void **state) {
  (void)state;
  ax_http_server_options options = {
    .address = "127.0.0.1",
    .threads = 4,
    .keep_alive_ms = 1000,
    .request_timeout_ms = (unsigned)ax_test_ms(3000),
    .drain_ms = 3000,
    .body_max = 1 << 20,
    .request_memory = 4 << 20,
    .handler = answer,
    .refuse = refuse,
  };
  arena = ax_arena_new(64 << 20);
  if (!arena || ax_http_server_start(&options, &server, NULL)) return -1;
  (void)snprintf(base, sizeof base, "http://127.0.0.1:%u",
                 ax_http_server_port(server));
  (void)signal(SIGPIPE, SIG_IGN);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  ax_http_server_stop(server);
  ax_arena_free(arena);
  return 0;
}

static ax_net_client *client_with(ax_net_client_options options) {
  const char *const origins[] = { base };
  ax_net_client *client = NULL;
  if (!options.origins) {
    options.origins = origins;
    options.origin_count = 1;
  }
  if (!options.timeout_ms) options.timeout_ms = (unsigned)ax_test_ms(2000);
  ax_error err = { 0 };
  assert_int_equal(ax_net_client_new(&options, &client, &err), AX_OK);
  return client;
}

static ax_str at(const char *path) {
  return ax_arena_printf(arena, "%s%s", base, path);
}

static ax_status send_to(ax_net_client *client, ax_net_method method,
                         ax_str url, ax_str body, ax_net_response *out,
                         ax_error *err) {
  static const ax_net_header headers[] = {
    { AX_STR_INIT("Content-Type"), AX_STR_INIT("application/fhir+json") },
    { AX_STR_INIT("X-Empty"), AX_STR_INIT("") }
  };
  ax_net_request request = { .method = method,
                             .url = url,
                             .headers = headers,
                             .header_count = body.len ? 2 : 0,
                             .body = body,
                             .bearer = AX_STR("abc.def") };
  return ax_net_client_send(client, &request, arena, out, err);
}

static void every_method_arrives_with_body_and_headers(void **state) {
  (void)state;
  static const struct {
    ax_net_method method;
    const char *body, *want;
  } rows[] = {
    { AX_NET_GET, "", "GET /a?b=c [] [Bearer abc.def] [] " },
    { AX_NET_POST, "{}",
      "POST /a?b=c [application/fhir+json] [Bearer abc.def] [] {}" },
    { AX_NET_POST, "", "POST /a?b=c [] [Bearer abc.def] [] " },
    { AX_NET_PUT, "{1}",
      "PUT /a?b=c [application/fhir+json] [Bearer abc.def] [] {1}" },
    { AX_NET_PATCH, "{2}",
      "PATCH /a?b=c [application/fhir+json] [Bearer abc.def] [] {2}" },
    { AX_NET_DELETE, "", "DELETE /a?b=c [] [Bearer abc.def] [] " },
    { AX_NET_OPTIONS, "", "OPTIONS /a?b=c [] [Bearer abc.def] [] " },
  };
  ax_net_client *client = client_with((ax_net_client_options){ 0 });
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_net_response got;
    ax_error err = { 0 };
    assert_int_equal(send_to(client, rows[i].method, at("/a?b=c"),
                             ax_str_from(rows[i].body), &got, &err),
                     AX_OK);
    assert_int_equal(got.status, 200);
    assert_str(got.body, rows[i].want);
    assert_str(ax_net_client_header(&got, AX_STR("content-type")),
               "text/plain");
  }
  ax_net_client_free(client);
}

static void a_relayed_request_is_sent_as_it_came(void **state) {
  (void)state;
  static const ax_net_header headers[] = {
    { AX_STR_INIT("Host"), AX_STR_INIT("elsewhere.example:1") },
    { AX_STR_INIT("X-Own"), AX_STR_INIT("1") }
  };
  ax_net_client *client = client_with((ax_net_client_options){ 0 });
  ax_net_request request = { .method = AX_NET_OTHER,
                             .method_name = AX_STR("PROPFIND"),
                             .url = at("/a/../b?c"),
                             .headers = headers,
                             .header_count = 2,
                             .relayed = true };
  ax_net_response got;
  assert_int_equal(ax_net_client_send(client, &request, arena, &got, NULL),
                   AX_OK);
  assert_str(got.body, "PROPFIND /a/../b?c [] [] [] ");
  assert_str(ax_net_client_header(&got, AX_STR("X-Names")), "Host, X-Own");
  assert_str(ax_net_client_header(&got, AX_STR("X-Host")),
             "elsewhere.example:1");
  request.method_name = AX_STR("BAD\r\nX: y");
  assert_int_equal(ax_net_client_send(client, &request, arena, &got, NULL),
                   AX_INVALID);
  ax_net_client_free(client);
}

static void head_has_headers_and_no_body(void **state) {
  (void)state;
  ax_net_client *client = client_with((ax_net_client_options){ 0 });
  ax_net_response got;
  assert_int_equal(
      send_to(client, AX_NET_HEAD, at("/a"), AX_STR(""), &got, NULL), AX_OK);
  assert_str(ax_net_client_header(&got, AX_STR("X-METHOD")), "HEAD");
  assert_str(got.body, "");
  assert_str(ax_net_client_header(&got, AX_STR("X-None")), "");
  ax_net_client_free(client);
}

static void redirects_and_faults_are_answers(void **state) {
  (void)state;
  ax_net_client *client = client_with((ax_net_client_options){ 0 });
  ax_net_response got;
  assert_int_equal(
      send_to(client, AX_NET_GET, at("/away"), AX_STR(""), &got, NULL), AX_OK);
  assert_int_equal(got.status, 302);
  assert_str(ax_net_client_header(&got, AX_STR("Location")), "/elsewhere");
  assert_int_equal(
      send_to(client, AX_NET_GET, at("/missing"), AX_STR(""), &got, NULL),
      AX_OK);
  assert_int_equal(got.status, 404);
  ax_net_client_free(client);
}

static void only_allowed_origins_are_asked(void **state) {
  (void)state;
  static const char *const origins[] = { "https://tx.example.org/fhir",
                                         "http://LOCAL.example:8080" };
  static const struct {
    const char *url;
    ax_status want;
  } rows[] = {
    { "https://tx.example.org/r4/$validate-code?a=b", AX_OK },
    { "https://TX.example.org:443/", AX_OK },
    { "http://local.example:8080/x", AX_OK },
    { "http://tx.example.org/fhir", AX_DENIED },
    { "https://tx.example.org:8443/fhir", AX_DENIED },
    { "https://tx.example.org.evil.test/fhir", AX_DENIED },
    { "https://tx.example.orgevil.test/fhir", AX_DENIED },
    { "https://evil.test/https://tx.example.org/", AX_DENIED },
    { "https://evil.test#https://tx.example.org/", AX_DENIED },
    { "https://tx.example.org@evil.test/fhir", AX_INVALID },
    { "https://user:pw@tx.example.org/fhir", AX_INVALID },
    { "http://local.example/x", AX_DENIED },
    { "ftp://tx.example.org/fhir", AX_INVALID },
    { "file:///etc/passwd", AX_INVALID },
    { "tx.example.org/fhir", AX_INVALID },
    { "/fhir", AX_INVALID },
    { "", AX_INVALID },
  };
  ax_net_client *client = client_with((ax_net_client_options){
      .origins = origins, .origin_count = AX_COUNT(origins) });
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_error err = { 0 };
    ax_status got =
        ax_net_client_allows(client, ax_str_from(rows[i].url), &err);
    if (got != rows[i].want) print_error("%s: %s\n", rows[i].url, err.text);
    assert_int_equal(got, rows[i].want);
  }
  ax_net_response answer_;
  assert_int_equal(
      send_to(client, AX_NET_GET, at("/a"), AX_STR(""), &answer_, NULL),
      AX_DENIED);
  ax_net_client_free(client);
}

static void odd_origins_make_no_client(void **state) {
  (void)state;
  static const char *const rows[] = { "not a url", "ftp://a.example",
                                      "https://u@a.example", "" };
  ax_net_client *client = NULL;
  ax_error err = { 0 };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_net_client_options options = { .origins = &rows[i], .origin_count = 1 };
    assert_int_equal(ax_net_client_new(&options, &client, NULL), AX_INVALID);
  }
  ax_net_client_options none = { 0 };
  assert_int_equal(ax_net_client_new(&none, &client, &err), AX_INVALID);
  const char *const origins[] = { base };
  ax_net_client_options no_file = { .origins = origins,
                                    .origin_count = 1,
                                    .ca_file = "/nonexistent/ca.pem" };
  err = (ax_error){ 0 };
  assert_int_equal(ax_net_client_new(&no_file, &client, &err), AX_IO);
  assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
}

static void a_header_with_a_line_break_is_not_sent(void **state) {
  (void)state;
  static const ax_net_header rows[] = {
    { AX_STR_INIT("X-A"), AX_STR_INIT("a\r\nX-B: b") },
    { AX_STR_INIT("X-A\n"), AX_STR_INIT("a") },
    { AX_STR_INIT("X-A:"), AX_STR_INIT("a") },
    { AX_STR_INIT(""), AX_STR_INIT("a") },
  };
  ax_net_client *client = client_with((ax_net_client_options){ 0 });
  ax_net_response got;
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_net_request request = { .url = at("/a"),
                               .headers = &rows[i],
                               .header_count = 1 };
    assert_int_equal(ax_net_client_send(client, &request, arena, &got, NULL),
                     AX_INVALID);
  }
  ax_net_request token = { .url = at("/a"), .bearer = AX_STR("a\nb") };
  assert_int_equal(ax_net_client_send(client, &token, arena, &got, NULL),
                   AX_INVALID);
  ax_net_client_free(client);
}

static void a_large_answer_is_refused_and_the_next_one_read(void **state) {
  (void)state;
  ax_net_client *client =
      client_with((ax_net_client_options){ .response_max = 100 });
  char *large = AX_NEW_ARRAY(arena, char, 2001);
  memset(large, 'x', 2000);
  ax_net_response got;
  ax_error err = { 0 };
  assert_int_equal(send_to(client, AX_NET_POST, at("/a"),
                           (ax_str){ large, 2000 }, &got, &err),
                   AX_TOO_LARGE);
  assert_non_null(strstr(err.text, "larger than 100 bytes"));
  assert_int_equal(
      send_to(client, AX_NET_GET, at("/b"), AX_STR(""), &got, NULL), AX_OK);
  assert_str(got.body, "GET /b? [] [Bearer abc.def] [] ");
  ax_net_client_free(client);
}

static void a_slow_answer_is_a_timeout(void **state) {
  (void)state;
  ax_net_client *client =
      client_with((ax_net_client_options){ .timeout_ms = 100 });
  ax_net_response got;
  ax_error err = { 0 };
  assert_int_equal(
      send_to(client, AX_NET_GET, at("/slow"), AX_STR(""), &got, &err),
      AX_TIMEOUT);
  assert_non_null(strstr(err.text, base));
  assert_null(strstr(err.text, "/slow"));
  ax_net_client_free(client);
}

static bool always(void *ctx) {
  *(bool *)ctx = true;
  return true;
}

static void a_stopping_program_waits_for_nobody(void **state) {
  (void)state;
  bool asked = false;
  ax_net_client *client =
      client_with((ax_net_client_options){ .stop = always, .ctx = &asked });
  ax_net_response got;
  ax_error err = { 0 };
  assert_int_equal(
      send_to(client, AX_NET_GET, at("/slow"), AX_STR(""), &got, &err),
      AX_UNAVAILABLE);
  assert_true(asked);
  assert_non_null(strstr(err.text, "stopping"));
  ax_net_client_free(client);
}

/* --- raw sockets ---------------------------------------------------------- */

static int listen_raw(unsigned *port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = { .sin_family = AF_INET };
  socklen_t size = sizeof to;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct sockaddr *any = (struct sockaddr *)&to;
  assert_int_equal(bind(fd, any, size), 0);
  assert_int_equal(listen(fd, 4), 0);
  assert_int_equal(getsockname(fd, any, &size), 0);
  *port = ntohs(to.sin_port);
  return fd;
}

typedef struct {
  int listener;
  unsigned requests;  /* answered on the one connection taken */
  const char *answer; /* to each */
} one_connection;

static void *serve_one_connection(void *ctx) {
  one_connection *c = ctx;
  char heard[4096];
  int fd = accept(c->listener, NULL, NULL);
  for (ssize_t n = 1; n > 0;) {
    size_t have = 0;
    heard[0] = '\0';
    while (!strstr(heard, "\r\n\r\n")) {
      n = recv(fd, heard + have, sizeof heard - 1 - have, 0);
      if (n <= 0) break;
      have += (size_t)n;
      heard[have] = '\0';
    }
    if (n <= 0) break;
    c->requests++;
    n = send(fd, c->answer, strlen(c->answer), MSG_NOSIGNAL);
    if (!strstr(c->answer, "Content-Length: 2\r\n")) break;
  }
  (void)close(fd);
  return NULL;
}

static ax_status ask_raw(const char *said, unsigned times, unsigned *requests,
                         ax_net_response *got, ax_error *err) {
  one_connection c = { .answer = said };
  pthread_t thread;
  unsigned port = 0;
  char url[64];
  c.listener = listen_raw(&port);
  (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
  const char *const origins[] = { url };
  ax_net_client *client = client_with((ax_net_client_options){
      .origins = origins, .origin_count = 1 });
  assert_int_equal(pthread_create(&thread, NULL, serve_one_connection, &c), 0);
  ax_status status = AX_OK;
  for (unsigned i = 0; i < times && !status; i++)
    status = send_to(client, AX_NET_GET, ax_str_from(url), AX_STR(""), got,
                     err);
  ax_net_client_free(client);
  (void)pthread_join(thread, NULL);
  (void)close(c.listener);
  *requests = c.requests;
  return status;
}

static void a_connection_is_used_again(void **state) {
  (void)state;
  ax_net_response got;
  unsigned requests = 0;
  const char *said = "HTTP/1.1 100 Continue\r\nX-Early: yes\r\n\r\n"
                     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  assert_int_equal(ask_raw(said, 3, &requests, &got, NULL), AX_OK);
  assert_int_equal(requests, 3);
  assert_str(got.body, "ok");
  assert_str(ax_net_client_header(&got, AX_STR("X-Early")), "");
}

static void a_broken_answer_is_unavailable(void **state) {
  (void)state;
  static const char *const rows[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf",
    "SSH-2.0-OpenSSH_9.2\r\n",
    "",
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_net_response got;
    ax_error err = { 0 };
    unsigned requests = 0;
    assert_int_equal(ask_raw(rows[i], 1, &requests, &got, &err),
                     AX_UNAVAILABLE);
    assert_non_null(strstr(err.text, "http://127.0.0.1:"));
  }
}

static void nobody_at_home_is_unavailable(void **state) {
  (void)state;
  unsigned port = 0;
  char url[64];
  (void)close(listen_raw(&port));
  (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
  const char *const origins[] = { url };
  ax_net_client *client = client_with((ax_net_client_options){
      .origins = origins, .origin_count = 1 });
  ax_net_response got;
  ax_error err = { 0 };
  assert_int_equal(send_to(client, AX_NET_GET, ax_str_from(url), AX_STR(""),
                           &got, &err),
                   AX_UNAVAILABLE);
  assert_non_null(strstr(err.text, url));
  ax_net_client_free(client);
}

/* --- TLS ------------------------------------------------------------------ */

extern char **environ;

static pid_t spawn_shell(const char *command) {
  char *const argv[] = { (char[]){ "sh" }, (char[]){ "-c" },
                         ax_arena_cstr(arena, ax_str_from(command)), NULL };
  pid_t pid = -1;
  assert_int_equal(posix_spawnp(&pid, "sh", NULL, NULL, argv, environ), 0);
  return pid;
}

static int run_shell(const char *command) {
  int status = -1;
  assert_true(waitpid(spawn_shell(command), &status, 0) > 0);
  return status;
}

static const char make_certificate[] =
    "command -v openssl >/dev/null && openssl req -x509 -newkey ec "
    "-pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test "
    "-addext subjectAltName=IP:127.0.0.1 -keyout %s/key.pem -out %s/cert.pem "
    "2>/dev/null";

typedef struct {
  char folder[32], url[64], ca[64], cert[64], key[64];
  pid_t pid;
} tls_server;

static bool tls_begin(tls_server *s) {
  unsigned port = 0;
  (void)snprintf(s->folder, sizeof s->folder, "/tmp/auspex-tls-XXXXXX");
  assert_non_null(mkdtemp(s->folder));
  ax_str make = ax_arena_printf(arena, make_certificate, s->folder, s->folder);
  if (run_shell(make.ptr) != 0) return false;
  (void)close(listen_raw(&port));
  (void)snprintf(s->url, sizeof s->url, "https://127.0.0.1:%u/", port);
  (void)snprintf(s->ca, sizeof s->ca, "%s/cert.pem", s->folder);
  (void)snprintf(s->cert, sizeof s->cert, "%s/cert.pem", s->folder);
  (void)snprintf(s->key, sizeof s->key, "%s/key.pem", s->folder);
  ax_str serve = ax_arena_printf(
      arena,
      "exec openssl s_server -accept 127.0.0.1:%u -cert %s -key %s -CAfile %s "
      "-Verify 1 -verify_return_error -www >/dev/null 2>&1",
      port, s->cert, s->key, s->ca);
  s->pid = spawn_shell(serve.ptr);
  return true;
}

static void tls_end(const tls_server *s) {
  if (s->pid > 0) {
    (void)kill(s->pid, SIGKILL);
    (void)waitpid(s->pid, NULL, 0);
  }
  (void)run_shell(ax_arena_printf(arena, "rm -r %s", s->folder).ptr);
}

/* The server needs a moment; a verdict about certificates is final. */
static ax_status ask_tls(const tls_server *s, const char *ca, const char *cert,
                         const char *key, ax_net_response *got) {
  const char *const origins[] = { s->url };
  ax_net_client *client =
      client_with((ax_net_client_options){ .origins = origins,
                                           .origin_count = 1,
                                           .ca_file = ca,
                                           .cert_file = cert,
                                           .key_file = key });
  ax_status status = AX_UNAVAILABLE;
  for (int i = 0; i < 100 && status == AX_UNAVAILABLE; i++) {
    ax_error err = { 0 };
    status = send_to(client, AX_NET_GET, ax_str_from(s->url), AX_STR(""), got,
                     &err);
    if (strstr(err.text, "SSL") || strstr(err.text, "certificate")) break;
    if (status) ax_clock_sleep_ms(20);
  }
  ax_net_client_free(client);
  return status;
}

static void tls_checks_the_server_and_shows_the_client(void **state) {
  (void)state;
  tls_server s = { 0 };
  ax_net_response got;
  if (!tls_begin(&s)) {
    tls_end(&s);
    skip();
  }
  ax_status both = ask_tls(&s, s.ca, s.cert, s.key, &got);
  int answered = got.status;
  ax_status nobodys_ca = ask_tls(&s, NULL, s.cert, s.key, &got);
  ax_status no_client = ask_tls(&s, s.ca, NULL, NULL, &got);
  tls_end(&s);
  assert_int_equal(both, AX_OK);
  assert_int_equal(answered, 200);
  assert_int_equal(nobodys_ca, AX_UNAVAILABLE);
  assert_int_equal(no_client, AX_UNAVAILABLE);
}

/* --- escaping ------------------------------------------------------------- */

static void everything_but_unreserved_is_escaped(void **state) {
  (void)state;
  assert_str(ax_net_client_escape(arena, AX_STR("http://a b/\xc3\xa4|1.0~_-")),
             "http%3A%2F%2Fa%20b%2F%C3%A4%7C1.0~_-");
  assert_str(ax_net_client_escape(arena, AX_STR("")), "");
}

static ax_status escape(ax_arena *memory) {
  return ax_net_client_escape(memory, AX_STR("a/b")).ptr ? AX_OK : AX_NOMEM;
}

static void escaping_survives_without_memory(void **state) {
  (void)state;
  ax_test_torture(escape, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_method_arrives_with_body_and_headers),
    cmocka_unit_test(a_relayed_request_is_sent_as_it_came),
    cmocka_unit_test(head_has_headers_and_no_body),
    cmocka_unit_test(redirects_and_faults_are_answers),
    cmocka_unit_test(only_allowed_origins_are_asked),
    cmocka_unit_test(odd_origins_make_no_client),
    cmocka_unit_test(a_header_with_a_line_break_is_not_sent),
    cmocka_unit_test(a_large_answer_is_refused_and_the_next_one_read),
    cmocka_unit_test(a_slow_answer_is_a_timeout),
    cmocka_unit_test(a_stopping_program_waits_for_nobody),
    cmocka_unit_test(a_connection_is_used_again),
    cmocka_unit_test(a_broken_answer_is_unavailable),
    cmocka_unit_test(nobody_at_home_is_unavailable),
    cmocka_unit_test(tls_checks_the_server_and_shows_the_client),
    cmocka_unit_test(everything_but_unreserved_is_escaped),
    cmocka_unit_test(escaping_survives_without_memory),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
