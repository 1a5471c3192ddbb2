/* Unit tests of gateway/src/net/net_token.c: what token servers answer. */
#include "support/ax_test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/http_server.h"
#include "net/net_token.h"

static ax_arena *arena;
static ax_http_server *server;
static ax_net_client *client;
static char url[64];

static struct {
  pthread_mutex_t lock; /* the server has threads of its own */
  int status;
  const char *body;
  char form[80], authorization[40];
} next = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void answer(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  ax_str sent = ax_http_get_header(rq, AX_STR("Authorization"));
  pthread_mutex_lock(&next.lock);
  (void)snprintf(next.form, sizeof next.form, "%.*s", AX_STR_ARG(rq->body));
  (void)snprintf(next.authorization, sizeof next.authorization, "%.*s",
                 AX_STR_ARG(sent));
  rs->status = next.status;
  rs->content_type = AX_STR("application/json");
  rs->body = ax_str_from(next.body);
  pthread_mutex_unlock(&next.lock);
}

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

static int set_up(void **state) {
  (void)state;
  const ax_http_server_options options = { .address = "127.0.0.1",
                                           .threads = 2,
                                           .keep_alive_ms = 1000,
                                           .request_timeout_ms = 5000,
                                           .drain_ms = 1000,
                                           .body_max = 1 << 20,
                                           .request_memory = 1 << 20,
                                           .handler = answer,
                                           .refuse = refuse };
  arena = ax_arena_new(8 << 20);
  if (!arena || ax_http_server_start(&options, &server, NULL)) return -1;
  (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/token",
                 ax_http_server_port(server));
  const char *const origins[] = { url };
  const ax_net_client_options net = { .origins = origins, .origin_count = 1 };
  return ax_net_client_new(&net, &client, NULL) ? -1 : 0;
}

static int tear_down(void **state) {
  (void)state;
  ax_net_client_free(client);
  ax_http_server_stop(server);
  ax_arena_free(arena);
  return 0;
}

static ax_status fetch(ax_net_token *token, int status, const char *body,
                       ax_error *err) {
  const ax_net_token_ask ask = { client, ax_str_from(url),
                                 AX_STR("grant_type=client_credentials"),
                                 AX_STR("Basic abc") };
  pthread_mutex_lock(&next.lock);
  next.status = status;
  next.body = body;
  pthread_mutex_unlock(&next.lock);
  return ax_net_token_fetch(token, &ask, arena, err);
}

static void a_token_is_good_until_shortly_before_its_end(void **state) {
  (void)state;
  static const struct {
    const char *body;
    int64_t seconds; /* that it is good for, about; 0: not good */
  } rows[] = {
    { "{\"access_token\":\"t\",\"expires_in\":300}", 270 },
    { "{\"access_token\":\"t\",\"expires_in\":\"600\"}", 570 },
    { "{\"access_token\":\"t\",\"expires_in\":40}", 20 },
    { "{\"access_token\":\"t\"}", 270 },
    { "{\"access_token\":\"t\",\"expires_in\":-5}", 270 },
    { "{\"access_token\":\"t\",\"expires_in\":99999999}", 270 },
    { "{\"access_token\":\"t\",\"expires_in\":1}", 0 },
  };
  ax_net_token token = AX_NET_TOKEN_INIT;
  assert_false(ax_net_token_is_good(&token));
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    assert_int_equal(fetch(&token, 200, rows[i].body, NULL), AX_OK);
    assert_str(ax_net_token_text(&token), "t");
    assert_int_equal(ax_net_token_is_good(&token), rows[i].seconds > 0);
    int64_t left = (token.until_ns - ax_clock_mono_ns()) / 1000000000;
    assert_true(left <= rows[i].seconds && left >= rows[i].seconds - 5);
  }
  pthread_mutex_lock(&next.lock);
  assert_string_equal(next.form, "grant_type=client_credentials");
  assert_string_equal(next.authorization, "Basic abc");
  pthread_mutex_unlock(&next.lock);
  assert_int_equal(fetch(&token, 200, rows[0].body, NULL), AX_OK);
  ax_net_token_drop(&token);
  assert_false(ax_net_token_is_good(&token));
  ax_net_token_clear(&token);
}

static void what_is_no_token_is_said_so(void **state) {
  (void)state;
  static const struct {
    int status;
    const char *body;
    ax_status want;
    const char *why;
  } rows[] = {
    { 401, "{}", AX_DENIED, "gives no token (status 401)" },
    { 400, "{\"error\":\"invalid_client\",\"error_description\":\"s3cret\"}",
      AX_DENIED, "gives no token (status 400, invalid_client)" },
    { 403, "<html>", AX_DENIED, "gives no token (status 403)" },
    { 302, "", AX_DENIED, "gives no token (status 302)" },
    { 200, "{}", AX_DENIED, "holds no access_token" },
    { 200, "{\"access_token\":7}", AX_DENIED, "holds no access_token" },
    { 200, "<html>", AX_DENIED, "holds no access_token" },
    { 503, "{\"access_token\":\"t\"}", AX_UNAVAILABLE, "answers 503" },
  };
  ax_net_token token = AX_NET_TOKEN_INIT;
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_error err = { 0 };
    assert_int_equal(fetch(&token, 200,
                           "{\"access_token\":\"old\",\"expires_in\":300}",
                           NULL),
                     AX_OK);
    assert_int_equal(fetch(&token, rows[i].status, rows[i].body, &err),
                     rows[i].want);
    if (!strstr(err.text, rows[i].why)) fail_msg("%zu: %s", i, err.text);
    assert_null(strstr(err.text, "s3cret"));
    assert_false(ax_net_token_is_good(&token));
  }
  ax_net_token_clear(&token);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_token_is_good_until_shortly_before_its_end),
    cmocka_unit_test(what_is_no_token_is_said_so),
  };
  return cmocka_run_group_tests_name("net_token", tests, set_up, tear_down);
}
