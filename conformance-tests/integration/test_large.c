/* Large Bundles: whole or not there, small requests beside them, and memory
 * that has bounds. */
#include "../support/outside.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { ENTRIES = 4000 };

#define COUNT "/Observation?code=urn:large%7Cx&_count=0&_total=accurate"

static void write_bundle(ax_buf *b, const char *type, int entries) {
  ax_buf_printf(b, "{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":[",
                type);
  for (int i = 0; i < entries; i++)
    ax_buf_printf(b,
                  "%s{\"resource\":{\"resourceType\":\"Observation\","
                  "\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"
                  "\"urn:large\",\"code\":\"x\"}]},\"subject\":{\"reference\":"
                  "\"Patient/p\"},\"effectiveDateTime\":\"2024-05-11\","
                  "\"valueInteger\":%d},\"request\":{\"method\":\"POST\","
                  "\"url\":\"Observation\"}}",
                  i ? "," : "", i);
  ax_buf_append(b, AX_STR("]}"));
  ax_buf_append_char(b, '\0');
  assert_int_equal(b->status, AX_OK);
}

static const outside_answer *post_bundle(outside *gw, const char *type,
                                         int entries) {
  ax_buf body = AX_BUF_INIT(64u << 20);
  write_bundle(&body, type, entries);
  const outside_answer *a = outside_post(gw, "", body.bytes);
  ax_buf_free(&body);
  return a;
}

static void post_small(outside *gw, int n) {
  char body[300];
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Observation\",\"status\":\"final\","
                 "\"code\":{\"coding\":[{\"system\":\"urn:small\",\"code\":"
                 "\"x\"}]},\"subject\":{\"reference\":\"Patient/p\"},"
                 "\"effectiveDateTime\":\"2024-05-11\",\"valueInteger\":%d}",
                 n);
  assert_int_equal(outside_post(gw, "/Observation", body)->status, 201);
}

static uint64_t count(outside *gw) {
  uint64_t total = 0;
  const outside_answer *a = outside_get(gw, COUNT);
  assert_int_equal(a->status, 200);
  assert_true(ax_str_uint64(ax_json_text(AX_JSON_GET(a->json, "total")),
                            SIZE_MAX, &total));
  return total;
}

typedef struct {
  outside *visitor;
  int status;
  atomic_bool done;
} carrier;

static void *carry(void *ctx) {
  carrier *c = ctx;
  c->status = post_bundle(c->visitor, "transaction", ENTRIES)->status;
  atomic_store(&c->done, true);
  return NULL;
}

static void a_large_transaction_is_whole_or_not_there(void **state) {
  (void)state;
  outside *gw = outside_start(NULL);
  carrier c = { .visitor = outside_visitor(gw) };
  pthread_t thread;
  int small = 0, before = 0;
  atomic_init(&c.done, false);
  assert_int_equal(pthread_create(&thread, NULL, carry, &c), 0);
  while (!atomic_load(&c.done)) {
    post_small(gw, small++);
    uint64_t seen = count(gw);
    if (seen != 0 && seen != ENTRIES)
      fail_msg("%d of %d are seen", (int)seen, ENTRIES);
    before += seen == 0;
  }
  (void)pthread_join(thread, NULL);
  outside_leave(c.visitor);
  assert_int_equal(c.status, 200);
  assert_int_equal(count(gw), ENTRIES);
  assert_true(before > 0);
  outside_kill(gw);
  outside_again(gw, NULL); /* it was on disk */
  assert_int_equal(count(gw), ENTRIES);
  outside_stop(gw);
}

static void a_request_has_a_bound(void **state) {
  (void)state;
  static const char *const args[] = { "--request-memory", "4M", NULL };
  outside *gw = outside_start(args);
  outside_refused(post_bundle(gw, "transaction", ENTRIES), 413, "too-costly",
                  "more memory than one request may have");
  post_small(gw, 1);
  assert_int_equal(post_bundle(gw, "batch", 100)->status, 200);
  assert_int_equal(count(gw), 100);
  outside_stop(gw);
}

static void all_requests_together_have_one(void **state) {
  (void)state;
  static const char *const args[] = { "--requests-memory", "4M", NULL };
  outside *gw = outside_start(args);
  const outside_answer *a = post_bundle(gw, "transaction", ENTRIES);
  outside_refused(a, 503, "throttled", "send it again later");
  assert_true(outside_header(a, "Retry-After")[0] != '\0');
  post_small(gw, 1);
  assert_int_equal(post_bundle(gw, "transaction", 100)->status, 200);
  assert_int_equal(count(gw), 100);
  outside_stop(gw);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_large_transaction_is_whole_or_not_there),
    cmocka_unit_test(a_request_has_a_bound),
    cmocka_unit_test(all_requests_together_have_one),
  };
  return cmocka_run_group_tests_name("large", tests, NULL, NULL);
}
