/* From outside: results reach those who are to be told, once, in order, and
 * when they are there again. The others are played by a server in this
 * process. */
#include "../support/other_server.h"
#include "../support/outside.h"
#include "../support/patients.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { CALLS_MAX = 400, AWAIT_MS = 20000, LINGER_MS = 250 };

typedef struct {
  char method[8], path[200], condition[200], token[200], extra[80];
  char *body;
} call;

static struct {
  ax_http_server *server;
  unsigned port;
  pthread_mutex_t mutex;
  call calls[CALLS_MAX];
  size_t count;
  int status;           /* to answer with */
  int refusals;         /* so many 401 first */
  const char *patience; /* the Retry-After; NULL: none */
} other = { .mutex = PTHREAD_MUTEX_INITIALIZER, .status = 201 };

static void keep(char *out, size_t room, ax_str text) {
  (void)snprintf(out, room, "%.*s", AX_STR_ARG(text));
}

static void take_call(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  pthread_mutex_lock(&other.mutex);
  call *c = &other.calls[other.count];
  rs->status = other.status;
  if (other.patience)
    ax_http_set_header(rs, AX_STR("Retry-After"), ax_str_from(other.patience));
  if (other.count < CALLS_MAX) {
    other.count++;
    keep(c->method, sizeof c->method, rq->method_name);
    keep(c->path, sizeof c->path, rq->path);
    keep(c->condition, sizeof c->condition,
         ax_http_get_header(rq, AX_STR("If-None-Exist")));
    keep(c->token, sizeof c->token,
         ax_http_get_header(rq, AX_STR("Authorization")));
    keep(c->extra, sizeof c->extra, ax_http_get_header(rq, AX_STR("X-Hook")));
    free(c->body);
    c->body = calloc(1, rq->body.len + 1);
    if (c->body && rq->body.len) memcpy(c->body, rq->body.ptr, rq->body.len);
  }
  if (ax_str_eq(rq->path, AX_STR("/token"))) {
    rs->status = 200;
    rs->content_type = AX_STR("application/json");
    rs->body = ax_arena_printf(rq->arena,
                               "{\"access_token\":\"t%zu\",\"expires_in\":300}",
                               other.count);
  } else if (other.refusals > 0) {
    other.refusals--;
    rs->status = 401;
  }
  pthread_mutex_unlock(&other.mutex);
}

static void other_opens(void) {
  other.server = other_server_start(take_call, NULL, other.port);
  other.port = ax_http_server_port(other.server);
}

static void other_closes(void) {
  ax_http_server_stop(other.server);
  other.server = NULL;
}

static void other_answers(int status) {
  pthread_mutex_lock(&other.mutex);
  other.status = status;
  pthread_mutex_unlock(&other.mutex);
}

static size_t heard(void) {
  pthread_mutex_lock(&other.mutex);
  size_t n = other.count;
  pthread_mutex_unlock(&other.mutex);
  return n;
}

/* Waits until `count` calls came, then a moment for one too many. */
static void await_calls(size_t count) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(AWAIT_MS) * 1000000;
  while (heard() < count && ax_clock_mono_ns() < until) ax_clock_sleep_ms(10);
  ax_clock_sleep_ms(LINGER_MS);
  assert_int_equal(heard(), count);
}

/* --- the gateway -----------------------------------------------------------
 */

static outside *gw;
static ax_arena *arena;
static char targets[64];

static const char *with_port(const char *text) {
  char port[8];
  (void)snprintf(port, sizeof port, "%u", other.port);
  return patients_replace(arena, ax_str_from(text), "PORT", port).ptr;
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static const char *const *options(void) {
  static const char *args[3];
  args[0] = "--targets";
  args[1] = targets;
  args[2] = NULL;
  return args;
}

static void start(const char *config) {
  pthread_mutex_lock(&other.mutex);
  other.count = 0;
  other.status = 201;
  other.refusals = 0;
  other.patience = NULL;
  pthread_mutex_unlock(&other.mutex);
  write_file(targets, with_port(config));
  gw = outside_start(options());
}

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(64u << 20);
  (void)snprintf(targets, sizeof targets, "/tmp/auspex-targets-%d.json",
                 (int)getpid());
  other_opens();
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  other_closes();
  for (size_t i = 0; i < CALLS_MAX; i++) {
    free(other.calls[i].body);
    other.calls[i].body = NULL;
  }
  (void)remove(targets);
  ax_arena_free(arena);
  return 0;
}

/* A patient whose result is high, or low. */
static void send_sample(const char *sample, const char *mrn) {
  ax_str text = patients_sample(arena, sample, mrn, 0);
  const outside_answer *a =
      outside_post_with(gw, "", "X-Request-Id: message-1", text.ptr);
  if (a->status != 200) fail_msg("%.*s", AX_STR_ARG(a->body));
}

#define HIGH "endpac-high.json"
#define LOW "endpac-low.json"
#define PUT_TARGET \
  "{\"targets\":[{\"name\":\"ehr\",\"base\":\"http://127.0.0.1:PORT/fhir\"}]}"

static size_t rows(const char *state) {
  char path[80];
  (void)snprintf(path, sizeof path, "//admin/outbox?state=%s", state);
  const outside_answer *a = outside_operate(gw, "GET", path, NULL);
  assert_int_equal(a->status, 200);
  return ax_json_count(AX_JSON_GET(a->json, "rows"));
}

static void await_rows(const char *state, size_t count) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(AWAIT_MS) * 1000000;
  while (rows(state) != count && ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(20);
  assert_int_equal(rows(state), count);
}

/* --- tests -----------------------------------------------------------------
 */

static void only_what_is_news_is_told(void **state) {
  (void)state;
  start(PUT_TARGET);
  send_sample(LOW, "d-1");
  send_sample(HIGH, "d-2");
  await_calls(1);
  const call *c = &other.calls[0];
  assert_string_equal(c->method, "PUT");
  assert_non_null(strstr(c->path, "/fhir/RiskAssessment/"));
  assert_non_null(strstr(c->body, "\"code\":\"high\""));
  assert_non_null(strstr(c->body, strrchr(c->path, '/') + 1));
  await_rows("sent", 1);
  outside_stop(gw);
}

static void who_is_away_is_told_later_and_once(void **state) {
  (void)state;
  start(PUT_TARGET);
  other_closes();
  for (int i = 0; i < 4; i++) {
    char mrn[20];
    (void)snprintf(mrn, sizeof mrn, "away-%d", i);
    send_sample(HIGH, mrn);
  }
  assert_int_equal(rows("waiting"), 4);
  outside_kill(gw);
  outside_again(gw, options());
  assert_int_equal(rows("waiting"), 4);
  ax_clock_sleep_ms(300);
  other_opens();
  await_calls(4);
  for (int i = 0; i < 4; i++)
    for (int k = 0; k < i; k++)
      assert_string_not_equal(other.calls[i].path, other.calls[k].path);
  await_rows("sent", 4);
  assert_int_equal(rows("waiting"), 0);
  outside_stop(gw);
}

/* As long as it says, but not for ever; nothing else is sent meanwhile. */
static void a_target_that_asks_for_patience_gets_it(void **state) {
  (void)state;
  static const struct {
    const char *says, *waits;
  } rows_[] = { { "40", "wait_ms=40000 " },
                { "7200", "wait_ms=3600000 " },
                { "99999999999999", "wait_ms=3600000 " } };
  for (size_t i = 0; i < AX_COUNT(rows_); i++) {
    start(PUT_TARGET);
    pthread_mutex_lock(&other.mutex);
    other.status = 429;
    other.patience = rows_[i].says;
    pthread_mutex_unlock(&other.mutex);
    send_sample(HIGH, "patience-1");
    send_sample(HIGH, "patience-2");
    int64_t until = ax_clock_mono_ns() + ax_test_ms(AWAIT_MS) * 1000000;
    while (!strstr(outside_log(gw), "delivery_target_down") &&
           ax_clock_mono_ns() < until)
      ax_clock_sleep_ms(20);
    const char *down = strstr(outside_log(gw), "delivery_target_down");
    if (!down || !strstr(down, rows_[i].waits))
      fail_msg("%s: %s", rows_[i].says, outside_log(gw));
    await_calls(1);
    outside_stop(gw);
  }
}

static void what_is_refused_for_good_is_listed_and_sent_again(void **state) {
  (void)state;
  start(PUT_TARGET);
  other_answers(422);
  send_sample(HIGH, "dead-1");
  await_rows("dead", 1);
  const outside_answer *a =
      outside_operate(gw, "GET", "//admin/outbox?state=dead", NULL);
  assert_str(outside_find(a->json, "rows[0].note"), "answered 422");
  char path[80];
  (void)snprintf(path, sizeof path, "//admin/outbox/%.*s/retry",
                 AX_STR_ARG(outside_find(a->json, "rows[0].key")));
  other_answers(200);
  assert_int_equal(outside_operate(gw, "POST", path, "")->status, 204);
  await_rows("sent", 1);
  assert_int_equal(rows("dead"), 0);
  assert_int_equal(outside_operate(gw, "POST", path, "")->status, 409);
  assert_int_equal(
      outside_operate(gw, "POST", "//admin/outbox/999/retry", "")->status, 404);
  assert_int_equal(
      outside_operate(gw, "GET", "//admin/outbox?state=lost", NULL)->status,
      400);
  outside_stop(gw);
}

static void assert_metric(const char *line) {
  const outside_answer *a = outside_operate(gw, "GET", "//admin/metrics", NULL);
  assert_int_equal(a->status, 200);
  if (!strstr(a->body.ptr, line))
    fail_msg("no %s in %.*s", line, AX_STR_ARG(a->body));
}

/* An operator is told before anybody asks for the rows. */
static void what_waits_and_what_is_dead_are_metrics(void **state) {
  (void)state;
  start(PUT_TARGET);
  other_answers(503);
  send_sample(HIGH, "metric-1");
  send_sample(HIGH, "metric-2");
  await_rows("waiting", 2);
  assert_metric("\nauspex_outbox_waiting{target=\"ehr\"} 2\n");
  assert_metric("\nauspex_outbox_dead{target=\"ehr\"} 0\n");
  ax_clock_sleep_ms(1100);
  const outside_answer *a = outside_operate(gw, "GET", "//admin/metrics", NULL);
  const char *age = strstr(a->body.ptr, "oldest_seconds{target=\"ehr\"} ");
  assert_non_null(age);
  assert_in_range(atoi(strchr(age, '}') + 2), 1, 60);
  other_answers(422);
  await_rows("dead", 2);
  assert_metric("\nauspex_outbox_waiting{target=\"ehr\"} 0\n");
  assert_metric("\nauspex_outbox_dead{target=\"ehr\"} 2\n");
  assert_metric("\nauspex_outbox_oldest_seconds{target=\"ehr\"} 0\n");
  outside_stop(gw);
}

static void a_target_gets_it_as_it_wants_it(void **state) {
  (void)state;
  start("{\"targets\":["
        "{\"name\":\"p\",\"base\":\"http://127.0.0.1:PORT/post\",\"way\":"
        "\"post\",\"levels\":[\"high\"]},"
        "{\"name\":\"b\",\"base\":\"http://127.0.0.1:PORT/bundle/\",\"way\":"
        "\"bundle\",\"models\":[\"endpac\"],\"when\":\"every\"},"
        "{\"name\":\"n\",\"base\":\"http://127.0.0.1:PORT/none\",\"models\":"
        "[\"another\"]},"
        "{\"name\":\"g\",\"base\":\"http://127.0.0.1:PORT/group\",\"group\":"
        "\"Group/nobody\"}]}");
  send_sample(HIGH, "way-1");
  await_calls(2);
  const call *post = &other.calls[0], *bundle = &other.calls[1];
  if (!strstr(post->path, "/post")) {
    post = &other.calls[1];
    bundle = &other.calls[0];
  }
  assert_string_equal(post->method, "POST");
  assert_string_equal(post->path, "/post/RiskAssessment");
  assert_non_null(strstr(post->condition, "identifier="));
  assert_non_null(strstr(post->condition, "%7C"));
  assert_string_equal(bundle->path, "/bundle");
  assert_non_null(strstr(bundle->body, "\"type\":\"transaction\""));
  assert_non_null(strstr(bundle->body, "\"resourceType\":\"Observation\""));
  assert_non_null(strstr(bundle->body, "\"resourceType\":\"Patient\""));
  assert_non_null(strstr(bundle->body, "\"url\":\"RiskAssessment/"));
  outside_stop(gw);
}

static const call *call_to(const char *path) {
  for (size_t i = 0; i < heard(); i++)
    if (strstr(other.calls[i].path, path)) return &other.calls[i];
  fail_msg("nobody called %s", path);
  return NULL;
}

/* A relative reference would mean somebody else's resource there; one to what
 * travels along means the copy. */
static void references_mean_something_at_the_target(void **state) {
  (void)state;
  static const char *const published[] = { "--targets", targets, "--base-url",
                                           "https://gw.example.org/fhir",
                                           NULL };
  const char ours[] = "\"reference\":\"https://gw.example.org/fhir/";
  start("{\"targets\":[]}");
  write_file(
      targets,
      with_port("{\"targets\":["
                "{\"name\":\"p\",\"base\":\"http://127.0.0.1:PORT/abs\"},"
                "{\"name\":\"r\",\"base\":\"http://127.0.0.1:PORT/rel\","
                "\"references\":\"relative\"},"
                "{\"name\":\"b\",\"base\":\"http://127.0.0.1:PORT/along\","
                "\"way\":\"bundle\"}]}"));
  assert_int_equal(outside_end(gw), 0);
  outside_again(gw, published);
  outside_await_ready(gw); /* another base makes another search index */
  send_sample(HIGH, "refs-1");
  await_calls(3);
  const call *c = call_to("/abs");
  assert_non_null(strstr(c->body, ours));
  assert_non_null(strstr(c->body, "gw.example.org/fhir/Patient/"));
  assert_null(strstr(c->body, "\"reference\":\"Patient/"));
  assert_null(strstr(c->body, "\"reference\":\"Observation/"));
  assert_non_null(strstr(c->body, "/_history/1\""));
  c = call_to("/rel");
  assert_null(strstr(c->body, ours));
  assert_non_null(strstr(c->body, "\"reference\":\"Patient/"));
  c = call_to("/along");
  assert_non_null(strstr(c->body, "\"reference\":\"Patient/"));
  assert_non_null(strstr(c->body, "\"reference\":\"Observation/"));
  assert_null(strstr(c->body, "gw.example.org/fhir/Patient/"));
  assert_non_null(strstr(c->body, "gw.example.org/fhir/Device/"));
  assert_null(strstr(c->body, "/_history/"));
  outside_stop(gw);
}

static const outside_answer *
try_subscribe(const char *criteria, const char *endpoint, const char *payload) {
  char body[900];
  (void)snprintf(
      body, sizeof body,
      "{\"resourceType\":\"Subscription\",\"status\":\"requested\",\"reason\":"
      "\"test\",\"criteria\":\"%s\",\"channel\":{\"type\":\"rest-hook\","
      "\"endpoint\":\"%s\"%s,\"header\":[\"X-Hook: mine\"]}}",
      criteria, with_port(endpoint), payload);
  return outside_post(gw, "/Subscription", body);
}

static void subscribe(const char *criteria, const char *endpoint,
                      const char *payload) {
  const outside_answer *a = try_subscribe(criteria, endpoint, payload);
  if (a->status != 201) fail_msg("%.*s", AX_STR_ARG(a->body));
  assert_str(outside_find(a->json, "status"), "active");
}

static void subscriptions_are_served_where_that_is_allowed(void **state) {
  (void)state;
  start("{\"subscriptions\":{\"allow\":[\"http://127.0.0.1:PORT\"]}}");
  subscribe("RiskAssessment?method=endpac", "http://127.0.0.1:PORT/empty", "");
  subscribe("RiskAssessment", "http://127.0.0.1:PORT/full",
            ",\"payload\":\"application/fhir+json\"");
  subscribe("RiskAssessment?method=another", "http://127.0.0.1:PORT/other", "");
  outside_refused(
      try_subscribe("RiskAssessment", "http://127.0.0.1:1/away", ""), 422,
      "business-rule", "not among those that the configuration allows");
  outside_refused(
      try_subscribe("Observation?code=1", "http://127.0.0.1:PORT/x", ""), 422,
      "business-rule", "on RiskAssessment only");
  outside_refused(
      try_subscribe("RiskAssessment?oops=1", "http://127.0.0.1:PORT/x", ""),
      422, "business-rule", "not a usable search");
  outside_refused(try_subscribe("RiskAssessment", "http://127.0.0.1:PORT/x",
                                ",\"payload\":\"text/plain\""),
                  422, "business-rule", "Only an empty payload");
  send_sample(LOW, "sub-1");
  await_calls(2);
  const call *empty = &other.calls[0], *full = &other.calls[1];
  if (strcmp(empty->path, "/empty") != 0) {
    empty = &other.calls[1];
    full = &other.calls[0];
  }
  assert_string_equal(empty->path, "/empty");
  assert_string_equal(empty->method, "POST");
  assert_string_equal(empty->body, "");
  assert_string_equal(empty->extra, "mine");
  assert_string_equal(full->method, "PUT");
  assert_non_null(strstr(full->path, "/full/RiskAssessment/"));
  assert_non_null(strstr(full->body, "\"RiskAssessment\""));
  assert_int_equal(rows("dead"), 0);
  outside_stop(gw);
}

static void a_token_is_fetched_kept_and_renewed(void **state) {
  (void)state;
  char key[80], command[300], config[900];
  (void)snprintf(key, sizeof key, "%s.pem", targets);
  (void)snprintf(command, sizeof command,
                 "openssl ecparam -name secp384r1 -genkey -noout -out %s", key);
  if (system(command) != 0) skip(); /* NOLINT(cert-env33-c) no openssl here */
  (void)snprintf(config, sizeof config,
                 "{\"targets\":[{\"name\":\"ehr\",\"base\":"
                 "\"http://127.0.0.1:PORT/fhir\",\"token\":{\"url\":"
                 "\"http://127.0.0.1:PORT/token\",\"client_id\":\"auspex\","
                 "\"key\":\"%s\",\"algorithm\":\"ES384\",\"kid\":\"k\","
                 "\"scope\":\"system/*.write\"}}]}",
                 key);
  start(config);
  pthread_mutex_lock(&other.mutex);
  other.refusals = 1;
  pthread_mutex_unlock(&other.mutex);
  send_sample(HIGH, "token-1");
  await_rows("sent", 1);
  send_sample(HIGH, "token-2");
  await_rows("sent", 2);
  assert_int_equal(heard(), 5); /* token, refused, token, taken, taken */
  assert_string_equal(other.calls[0].path, "/token");
  assert_non_null(strstr(other.calls[0].body, "grant_type=client_credentials"));
  assert_non_null(strstr(other.calls[0].body, "client_assertion=ey"));
  assert_non_null(strstr(other.calls[0].body, "scope=system%2F%2A.write"));
  assert_string_equal(other.calls[1].token, "Bearer t1");
  assert_string_equal(other.calls[3].token, "Bearer t3");
  assert_string_equal(other.calls[4].token, "Bearer t3");
  outside_stop(gw);
  (void)remove(key);
}

/* Waits until every task of the message has ended: the end of one that left
 * nothing behind is written a moment later. */
static const outside_answer *await_ends(void) {
  int64_t until = ax_clock_mono_ns() + ax_test_ms(AWAIT_MS) * 1000000;
  for (;;) {
    const outside_answer *a =
        outside_operate(gw, "GET", "//admin/messages/message-1", NULL);
    const ax_json *scored = outside_at(a->json, "accepted[0].scored");
    size_t done = 0, count = ax_json_count(scored);
    assert_int_equal(a->status, 200);
    for (size_t i = 0; i < count; i++)
      done += ax_str_eq(AX_JSON_STR(ax_json_item(scored, i), "state"),
                        AX_STR("done"));
    if (count && done == count) return a;
    if (ax_clock_mono_ns() > until) fail_msg("%.*s", AX_STR_ARG(a->body));
    ax_clock_sleep_ms(20);
  }
}

static void one_look_tells_what_became_of_a_message(void **state) {
  (void)state;
  start(PUT_TARGET);
  send_sample(HIGH, "trace-1");
  await_rows("sent", 1);
  const outside_answer *a = await_ends();
  assert_str(outside_find(a->json, "accepted[0].action"), "transaction");
  const ax_json *scored = outside_at(a->json, "accepted[0].scored");
  bool told = false;
  for (size_t i = 0; i < ax_json_count(scored); i++)
    told |= ax_str_starts(AX_JSON_STR(ax_json_item(scored, i), "results"),
                          AX_STR("RiskAssessment/"));
  assert_true(told);
  assert_str(outside_find(a->json, "accepted[0].delivered[0].target"), "ehr");
  assert_str(outside_find(a->json, "accepted[0].delivered[0].state"), "sent");
  assert_int_equal(
      outside_operate(gw, "GET", "//admin/messages/nothing", NULL)->status,
      404);
  outside_stop(gw);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_is_news_is_told),
    cmocka_unit_test(who_is_away_is_told_later_and_once),
    cmocka_unit_test(a_target_that_asks_for_patience_gets_it),
    cmocka_unit_test(what_is_refused_for_good_is_listed_and_sent_again),
    cmocka_unit_test(what_waits_and_what_is_dead_are_metrics),
    cmocka_unit_test(a_target_gets_it_as_it_wants_it),
    cmocka_unit_test(references_mean_something_at_the_target),
    cmocka_unit_test(subscriptions_are_served_where_that_is_allowed),
    cmocka_unit_test(a_token_is_fetched_kept_and_renewed),
    cmocka_unit_test(one_look_tells_what_became_of_a_message),
  };
  return cmocka_run_group_tests_name("delivery", tests, set_up, tear_down);
}
