/* Unit tests of gateway/src/terminology/tx.c and tx_answer.c: a server in this
 * process that knows a little, and forgets how to answer when told to. */
#include "support/ax_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/http_server.h"
#include "terminology/tx.h"
#include "terminology/tx_answer.h"
#include "terminology/valueset.h"
#include "json/json_parse.h"

static char folder[] = "/tmp/auspex-tx-XXXXXX";
static ax_http_server *server;
static char base[80];
static atomic_uint asked;
static atomic_int broken; /* 0: answers, 1: HTTP 503, 2: too slow */
static char last_query[1000], last_token[100];
static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;

#define RESULT(value, more)                                                \
  "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"result\", " \
  "\"valueBoolean\":" value "}" more "]}"

static const char *says(ax_str path, ax_str query) {
  bool good = ax_str_find(query, AX_STR("code=good")) != AX_STR_NONE;
  bool other = ax_str_find(query, AX_STR("display=Other")) != AX_STR_NONE;
  if (ax_str_find(query, AX_STR("unknown")) != AX_STR_NONE)
    return RESULT("false", ",{\"name\":\"x-caused-by-unknown-system\","
                           "\"valueCanonical\":\"urn:unknown\"}");
  if (other) return RESULT("false", "");
  if (ax_str_ends(path, AX_STR("/CodeSystem/$validate-code")) && good)
    return RESULT("true",
                  ",{\"name\":\"display\",\"valueString\":\"Good one\"}");
  return good ? RESULT("true", "") : RESULT("false", "");
}

static void answer(void *ctx, ax_http_request *rq, ax_http_response *rs) {
  (void)ctx;
  atomic_fetch_add(&asked, 1);
  (void)pthread_mutex_lock(&last_lock);
  (void)snprintf(last_query, sizeof last_query, "%.*s?%.*s",
                 AX_STR_ARG(rq->path), AX_STR_ARG(rq->query));
  (void)snprintf(last_token, sizeof last_token, "%.*s",
                 AX_STR_ARG(ax_http_get_header(rq, AX_STR("Authorization"))));
  (void)pthread_mutex_unlock(&last_lock);
  if (atomic_load(&broken) == 2) ax_clock_sleep_ms(700);
  rs->status = atomic_load(&broken) == 1 ? 503 : 200;
  if (ax_str_find(rq->query, AX_STR("code=strange")) != AX_STR_NONE)
    rs->status = 404;
  rs->content_type = AX_STR("application/fhir+json");
  rs->body = ax_str_from(says(rq->path, rq->query));
}

/* What was asked last: a copy, since the server's threads write it. */
static const char *last(const char *what) {
  static char copy[sizeof last_query];
  (void)pthread_mutex_lock(&last_lock);
  (void)snprintf(copy, sizeof copy, "%s", what);
  (void)pthread_mutex_unlock(&last_lock);
  return copy;
}

static ax_str refuse(int status, ax_str text, ax_buf *body) {
  (void)status;
  ax_buf_append(body, text);
  return AX_STR("text/plain");
}

static int set_up(void **state) {
  (void)state;
  ax_http_server_options options = {
    .address = "127.0.0.1",
    .threads = 8,
    .keep_alive_ms = 500,
    .request_timeout_ms = (unsigned)ax_test_ms(3000),
    .drain_ms = 3000,
    .body_max = 1 << 20,
    .request_memory = 4 << 20,
    .handler = answer,
    .refuse = refuse,
  };
  if (!mkdtemp(folder) || ax_http_server_start(&options, &server, NULL))
    return -1;
  (void)snprintf(base, sizeof base, "http://127.0.0.1:%u/r4/",
                 ax_http_server_port(server));
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  char command[100];
  ax_http_server_stop(server);
  (void)snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command); // NOLINT: a fixed command of this test
}

static _Atomic int64_t today;

static int64_t now_ms(void) {
  return today;
}

static ax_tx *open_tx(const char *cache, unsigned timeout_ms) {
  ax_tx *tx = NULL;
  ax_error err = { 0 };
  ax_tx_options options = { .url = base,
                            .token = "abc",
                            .timeout_ms = timeout_ms
                                              ? timeout_ms
                                              : (unsigned)ax_test_ms(2000),
                            .failures = 2,
                            .pause_ms = 200,
                            .cache = cache,
                            .cache_max = 100,
                            .yes_ms = 1000,
                            .no_ms = 100,
                            .unknown_ms = 10,
                            .now_ms = now_ms };
  assert_int_equal(ax_tx_new(&options, &tx, &err), AX_OK);
  atomic_store(&broken, 0);
  atomic_store(&asked, 0);
  return tx;
}

static ax_membership ask(ax_tx *tx, const char *set, const char *system,
                         const char *code, const char **why) {
  ax_tx_question q = { .value_set = ax_str_from(set),
                       .system = ax_str_from(system),
                       .code = ax_str_from(code) };
  return ax_tx_ask(tx, &q, NULL, why);
}

static void sets_and_systems_are_asked_for_codes(void **state) {
  (void)state;
  ax_tx *tx = open_tx(NULL, 0);
  assert_int_equal(ask(tx, "urn:v|2", "urn:s", "good code&x=1", NULL),
                   AX_MEMBER_YES);
  assert_string_equal(last(last_query),
                      "/r4/ValueSet/$validate-code?_format=json&url=urn%3Av"
                      "&valueSetVersion=2&system=urn%3As"
                      "&code=good%20code%26x%3D1");
  assert_string_equal(last(last_token), "Bearer abc");
  assert_int_equal(ask(tx, "urn:v", "", "bad", NULL), AX_MEMBER_NO);
  assert_string_equal(last(last_query),
                      "/r4/ValueSet/$validate-code?_format=json&url=urn%3Av"
                      "&inferSystem=true&code=bad");
  ax_buf display = AX_BUF_INIT(100);
  ax_tx_question q = { .system = AX_STR("urn:s"),
                       .version = AX_STR("7"),
                       .code = AX_STR("good") };
  for (int i = 0; i < 2; i++) { /* the second from memory */
    ax_buf_clear(&display);
    assert_int_equal(ax_tx_ask(tx, &q, &display, NULL), AX_MEMBER_YES);
    assert_str(ax_buf_view(&display), "Good one");
  }
  assert_string_equal(last(last_query),
                      "/r4/CodeSystem/$validate-code?_format=json&url=urn%3As"
                      "&version=7&code=good");
  assert_int_equal(asked, 3);
  ax_buf_free(&display);
  ax_tx_free(tx);
}

static void what_the_server_lacks_is_unknown(void **state) {
  (void)state;
  ax_tx *tx = open_tx(NULL, 0);
  const char *why = NULL;
  assert_int_equal(ask(tx, "", "urn:unknown", "good", &why), AX_MEMBER_UNKNOWN);
  assert_non_null(strstr(why, "does not know"));
  assert_int_equal(ask(tx, "", "urn:s", "strange", &why), AX_MEMBER_UNKNOWN);
  assert_false(ax_tx_stats_read(tx).resting);
  ax_tx_free(tx);
}

static void answers_are_believed_for_a_time_and_over_restarts(void **state) {
  (void)state;
  today = 1000000;
  ax_tx *tx = open_tx(folder, 0);
  (void)ask(tx, "", "urn:s", "good", NULL);
  (void)ask(tx, "", "urn:s", "bad", NULL);
  ax_tx_free(tx);
  tx = open_tx(folder, 0);
  today += 50;
  assert_int_equal(ask(tx, "", "urn:s", "good", NULL), AX_MEMBER_YES);
  assert_int_equal(ask(tx, "", "urn:s", "bad", NULL), AX_MEMBER_NO);
  assert_int_equal(asked, 0);
  today += 100; /* no is believed for 100 ms, yes for 1000 */
  assert_int_equal(ask(tx, "", "urn:s", "good", NULL), AX_MEMBER_YES);
  assert_int_equal(asked, 0);
  assert_int_equal(ask(tx, "", "urn:s", "bad", NULL), AX_MEMBER_NO);
  assert_int_equal(asked, 1);
  assert_int_equal(ax_tx_stats_read(tx).from_cache, 3);
  ax_tx_free(tx);
}

static void a_broken_server_is_left_alone_and_tried_again(void **state) {
  (void)state;
  ax_tx *tx = open_tx(NULL, 0);
  const char *why = NULL;
  atomic_store(&broken, 1);
  assert_int_equal(ask(tx, "", "urn:s", "good", &why), AX_MEMBER_UNKNOWN);
  assert_int_equal(ask(tx, "", "urn:s", "good", &why), AX_MEMBER_UNKNOWN);
  assert_true(ax_tx_stats_read(tx).resting);
  for (int i = 0; i < 10; i++)
    assert_int_equal(ask(tx, "", "urn:s", "good", &why), AX_MEMBER_UNKNOWN);
  assert_non_null(strstr(why, "not answering"));
  assert_int_equal(asked, 2); /* nobody waited for it */
  ax_clock_sleep_ms(250);
  assert_int_equal(ask(tx, "", "urn:s", "good", NULL), AX_MEMBER_UNKNOWN);
  assert_int_equal(asked, 3); /* one try, and it rests again */
  assert_int_equal(ask(tx, "", "urn:s", "good", NULL), AX_MEMBER_UNKNOWN);
  assert_int_equal(asked, 3);
  atomic_store(&broken, 0);
  ax_clock_sleep_ms(250);
  assert_int_equal(ask(tx, "", "urn:s", "good", NULL), AX_MEMBER_YES);
  assert_false(ax_tx_stats_read(tx).resting);
  ax_tx_free(tx);
}

static void a_slow_server_costs_no_more_than_the_time_out(void **state) {
  (void)state;
  ax_tx *tx = open_tx(NULL, 100);
  const char *why = NULL;
  atomic_store(&broken, 2);
  assert_int_equal(ask(tx, "", "urn:s", "good", &why), AX_MEMBER_UNKNOWN);
  assert_non_null(strstr(why, "not answering"));
  assert_int_equal(ax_tx_stats_read(tx).failed, 1);
  ax_tx_free(tx);
}

static void what_is_no_code_is_not_sent(void **state) {
  (void)state;
  static char endless[4000];
  ax_tx *tx = open_tx(NULL, 0);
  memset(endless, 'x', sizeof endless - 1);
  assert_int_equal(ask(tx, "", "urn:s", endless, NULL), AX_MEMBER_UNKNOWN);
  assert_int_equal(ask(tx, "", "urn:s", "a\tb", NULL), AX_MEMBER_UNKNOWN);
  assert_int_equal(ask(tx, "", "urn:s", "", NULL), AX_MEMBER_UNKNOWN);
  assert_int_equal(asked, 0);
  ax_tx_free(tx);
}

/* What the packages decide is not sent; what they do not, is. */
static void value_sets_ask_for_what_they_do_not_know(void **state) {
  (void)state;
  static const char text[] =
      "[{\"resourceType\":\"ValueSet\",\"url\":\"urn:v\",\"compose\":{"
      "\"include\":[{\"system\":\"urn:s\"},{\"system\":\"urn:t\",\"concept\":"
      "[{\"code\":\"here\"}]}]}}]";
  ax_arena *arena = ax_arena_new(1 << 20);
  const ax_json *list;
  ax_json_fault fault;
  ax_registry *base_registry = NULL, *registry = NULL;
  ax_valuesets *sets = NULL;
  ax_tx *tx = open_tx(NULL, 0);
  ax_buf right = AX_BUF_INIT(1000);
  assert_int_equal(ax_json_parse(arena, ax_str_from(text), &list, &fault),
                   AX_OK);
  const ax_json *tree = ax_json_item(list, 0);
  assert_int_equal(ax_registry_overlay(NULL, NULL, 0, &base_registry, NULL),
                   AX_OK);
  assert_int_equal(
      ax_registry_overlay(base_registry, &tree, 1, &registry, NULL), AX_OK);
  assert_int_equal(ax_valueset_new(registry, &sets, NULL), AX_OK);
  ax_valueset_set_server(sets, tx);
#define IN(system, code)                                                    \
  ax_valueset_contains(sets, AX_STR("urn:v"), AX_STR(system), AX_STR(code), \
                       NULL)
  assert_int_equal(IN("urn:t", "here"), AX_MEMBER_YES);
  assert_int_equal(IN("urn:t", "gone"), AX_MEMBER_NO);
  assert_int_equal(asked, 0);
  assert_int_equal(IN("urn:s", "good"), AX_MEMBER_YES);
  assert_int_equal(IN("urn:s", "bad"), AX_MEMBER_NO);
  assert_int_equal(asked, 2);
  assert_int_equal(
      ax_valueset_lookup(sets, AX_STR("urn:s"), AX_STR("good"), NULL, NULL),
      AX_MEMBER_YES);
  assert_int_equal(ax_valueset_display(sets, AX_STR("urn:s"), AX_STR(""),
                                       AX_STR("good"), AX_STR("GOOD ONE"),
                                       &right),
                   AX_MEMBER_YES);
  assert_int_equal(ax_valueset_display(sets, AX_STR("urn:s"), AX_STR(""),
                                       AX_STR("good"), AX_STR("Other"), &right),
                   AX_MEMBER_NO);
  assert_str(ax_buf_view(&right), "'Good one'");
  ax_buf_free(&right);
  ax_valueset_free(sets);
  ax_registry_close(registry);
  ax_registry_close(base_registry);
  ax_tx_free(tx);
  ax_arena_free(arena);
}

static void *ask_often(void *ctx) {
  char code[20];
  size_t yes = 0;
  for (int i = 0; i < 40; i++) {
    (void)snprintf(code, sizeof code, "good%d", i);
    if (ask(ctx, "", "urn:s", code, NULL) == AX_MEMBER_YES) yes++;
  }
  return yes == 40 ? ctx : NULL;
}

static void many_threads_may_ask(void **state) {
  (void)state;
  ax_tx *tx = open_tx(NULL, 0);
  pthread_t threads[6];
  for (size_t i = 0; i < AX_COUNT(threads); i++)
    assert_int_equal(pthread_create(&threads[i], NULL, ask_often, tx), 0);
  for (size_t i = 0; i < AX_COUNT(threads); i++) {
    void *good = NULL;
    (void)pthread_join(threads[i], &good);
    assert_ptr_equal(good, tx);
  }
  ax_tx_free(tx);
}

static void answers_are_read_with_care(void **state) {
  (void)state;
  static const struct {
    const char *body;
    ax_membership want;
  } rows[] = {
    { RESULT("true", ""), AX_MEMBER_YES },
    { RESULT("false", ""), AX_MEMBER_NO },
    { RESULT("\"true\"", ""), AX_MEMBER_UNKNOWN },
    { RESULT("false",
             ",{\"name\":\"issues\",\"resource\":{\"issue\":[{\"details\":{"
             "\"coding\":[{\"system\":\"http://hl7.org/fhir/tools/CodeSystem/"
             "tx-issue-type\",\"code\":\"not-found\"}]}}]}}"),
      AX_MEMBER_UNKNOWN },
    { RESULT("false",
             ",{\"name\":\"issues\",\"resource\":{\"issue\":[{\"details\":{"
             "\"coding\":[{\"system\":\"http://hl7.org/fhir/tools/CodeSystem/"
             "tx-issue-type\",\"code\":\"not-in-vs\"}]}}]}}"),
      AX_MEMBER_NO },
    { "{\"resourceType\":\"OperationOutcome\"}", AX_MEMBER_UNKNOWN },
    { "{\"resourceType\":\"Parameters\"}", AX_MEMBER_UNKNOWN },
    { "<html>", AX_MEMBER_UNKNOWN },
    { "", AX_MEMBER_UNKNOWN },
    { "[]", AX_MEMBER_UNKNOWN },
  };
  ax_arena *arena = ax_arena_new(1 << 20);
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_str display;
    ax_membership got =
        ax_tx_answer_read(arena, ax_str_from(rows[i].body), &display);
    if (got != rows[i].want) fail_msg("row %zu", i);
  }
  ax_arena_free(arena);
}

static void a_url_that_cannot_be_asked_is_refused(void **state) {
  (void)state;
  ax_tx *tx = NULL;
  ax_error err = { 0 };
  assert_int_equal(
      ax_tx_new(&(ax_tx_options){ .url = "tx.example" }, &tx, &err),
      AX_INVALID);
  assert_true(err.text[0] != 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sets_and_systems_are_asked_for_codes),
    cmocka_unit_test(what_the_server_lacks_is_unknown),
    cmocka_unit_test(answers_are_believed_for_a_time_and_over_restarts),
    cmocka_unit_test(a_broken_server_is_left_alone_and_tried_again),
    cmocka_unit_test(a_slow_server_costs_no_more_than_the_time_out),
    cmocka_unit_test(what_is_no_code_is_not_sent),
    cmocka_unit_test(value_sets_ask_for_what_they_do_not_know),
    cmocka_unit_test(many_threads_may_ask),
    cmocka_unit_test(answers_are_read_with_care),
    cmocka_unit_test(a_url_that_cannot_be_asked_is_refused),
  };
  return cmocka_run_group_tests_name("tx", tests, set_up, tear_down);
}
