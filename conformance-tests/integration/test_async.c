/* From outside: Bundles that are done later (Prefer: respond-async). */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

enum { AWAIT_MS = 60000, LARGE = 3000 };

static outside *gw;

static const char *const options[] = { "--sender-header", "X-Sender",
                                       "--sender-validation",
                                       "careful=quarantine", "--async-max", "3",
                                       NULL };

static int set_up(void **state) {
  (void)state;
  gw = outside_start(options);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  return 0;
}

/* A Bundle of `count` Patients with the number `value`; the last one's gender
 * is `gender`. free() it. */
static char *bundle(const char *type, const char *value, size_t count,
                    const char *gender) {
  enum { ENTRY = 300 };
  char *body = malloc(count * ENTRY + 200);
  assert_non_null(body);
  size_t at = (size_t)sprintf(
      body, "{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":[", type);
  for (size_t i = 0; i < count; i++)
    at += (size_t)sprintf(
        body + at,
        "%s{\"resource\":{\"resourceType\":\"Patient\",\"gender\":\"%s\","
        "\"identifier\":[{\"system\":\"urn:async\",\"value\":\"%s\"},{"
        "\"system\":\"urn:n\",\"value\":\"%zu\"}]},\"request\":{\"method\":"
        "\"POST\",\"url\":\"Patient\"}}",
        i ? "," : "", i + 1 == count ? gender : "male", value, i);
  (void)strcpy(body + at, "]}");
  return body;
}

static const outside_answer *send_as(const char *sender, const char *key,
                                     const char *body) {
  char sender_line[100], key_line[100];
  (void)snprintf(sender_line, sizeof sender_line, "X-Sender: %s", sender);
  (void)snprintf(key_line, sizeof key_line, "Idempotency-Key: %s", key);
  const char *headers[] = { "Content-Type: application/fhir+json",
                            "Prefer: respond-async", sender_line,
                            *key ? key_line : NULL, NULL };
  return outside_send(gw, "POST", "", headers, body, strlen(body));
}

/* The path of the status URL below the base. */
static const char *place_of(const outside_answer *a, char out[100]) {
  const char *place = strstr(outside_header(a, "Content-Location"), "/$async/");
  assert_int_equal(a->status, 202);
  assert_non_null(place);
  assert_string_equal(outside_header(a, "Preference-Applied"), "respond-async");
  (void)snprintf(out, 100, "%s", place);
  return out;
}

static const outside_answer *ask(const char *sender, const char *method,
                                 const char *place) {
  char line[100];
  (void)snprintf(line, sizeof line, "X-Sender: %s", sender);
  const char *headers[] = { line, NULL };
  return outside_send(gw, method, place, headers, NULL, 0);
}

static void nap(void) {
  const struct timespec pause = { .tv_nsec = 20000000 };
  (void)nanosleep(&pause, NULL);
}

/* What comes in the end. */
static const outside_answer *await(const char *sender, const char *place) {
  int64_t until = ax_clock_mono_ns() + (int64_t)AWAIT_MS * 1000000;
  const outside_answer *a = ask(sender, "GET", place);
  while (a->status == 202 && ax_clock_mono_ns() < until) {
    assert_true(strlen(outside_header(a, "X-Progress")) > 0);
    assert_true(atoi(outside_header(a, "Retry-After")) > 0);
    nap();
    a = ask(sender, "GET", place);
  }
  return a;
}

static size_t patients(const char *value) {
  char query[200];
  (void)snprintf(query, sizeof query,
                 "/Patient?identifier=urn:async|%s&_count=0&_total=accurate",
                 value);
  const outside_answer *a = outside_get(gw, query);
  assert_int_equal(a->status, 200);
  return strtoul(ax_json_text(AX_JSON_GET(a->json, "total")).ptr, NULL, 10);
}

static void a_bundle_is_answered_later(void **s) {
  (void)s;
  static const char *const types[] = { "transaction", "batch" };
  for (int i = 0; i < 2; i++) {
    char place[100], type[40];
    char *body = bundle(types[i], types[i], 20, "male");
    (void)place_of(send_as("lab", "", body), place);
    const outside_answer *a = await("lab", place);
    assert_int_equal(a->status, 200);
    (void)snprintf(type, sizeof type, "%s-response", types[i]);
    assert_str(outside_find(a->json, "type"), type);
    assert_int_equal(ax_json_count(outside_at(a->json, "entry")), 20);
    assert_str(outside_find(a->json, "entry[19].response.status"),
               "201 Created");
    assert_true(strlen(outside_header(a, "Expires")) > 0);
    assert_int_equal(patients(types[i]), 20);
    outside_refused(ask("ward", "GET", place), 404, "not-found", "no such job");
    outside_refused(ask("ward", "DELETE", place), 404, "not-found",
                    "no such job");
    free(body);
  }
}

static void what_is_wrong_is_told_in_the_end(void **s) {
  (void)s;
  char place[100];
  char *body = bundle("transaction", "wrong", 3, "purple");
  (void)place_of(send_as("lab", "", body), place);
  outside_refused(await("lab", place), 422, "code-invalid",
                  "administrative-gender");
  (void)place_of(send_as("careful", "", body), place);
  const outside_answer *a = await("careful", place);
  assert_int_equal(a->status, 200);
  assert_non_null(strstr(outside_find(a->json, "issue[0].details.text").ptr,
                         "kept in quarantine"));
  assert_int_equal(patients("wrong"), 0);
  free(body);
  body = bundle("collection", "wrong", 1, "male");
  outside_refused(send_as("lab", "", body), 400, "not-supported",
                  "batch or transaction");
  free(body);
}

static void one_key_is_one_job(void **s) {
  (void)s;
  char place[100], again[100];
  char *body = bundle("batch", "key", 5, "male");
  char *other = bundle("batch", "key", 6, "male");
  (void)place_of(send_as("lab", "ak", body), place);
  assert_string_equal(place_of(send_as("lab", "ak", body), again), place);
  assert_int_equal(await("lab", place)->status, 200);
  assert_string_equal(place_of(send_as("lab", "ak", body), again), place);
  outside_refused(send_as("lab", "ak", other), 422, "duplicate",
                  "Idempotency-Key");
  assert_int_equal(patients("key"), 5);
  /* Without the wish it is the same request. */
  const char *headers[] = { "Content-Type: application/fhir+json",
                            "X-Sender: lab", "Idempotency-Key: ak", NULL };
  assert_string_equal(place_of(outside_send(gw, "POST", "", headers, body,
                                            strlen(body)),
                               again),
                      place);
  /* And what was done at once is answered at once. */
  headers[2] = "Idempotency-Key: bk";
  assert_int_equal(
      outside_send(gw, "POST", "", headers, other, strlen(other))->status, 200);
  const outside_answer *a = send_as("lab", "bk", other);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "type"), "batch-response");
  assert_int_equal(patients("key"), 11);
  free(body);
  free(other);
}

static void what_is_accepted_survives_and_is_done_once(void **s) {
  (void)s;
  static const char *const types[] = { "batch", "transaction" };
  for (int i = 0; i < 6; i++) {
    char value[20], place[100];
    (void)snprintf(value, sizeof value, "kill-%d", i);
    char *body = bundle(types[i % 2], value, LARGE, "male");
    (void)place_of(send_as("lab", "", body), place);
    /* At once, and in the midst. */
    for (int pause = 0; pause < i * 3; pause++) nap();
    outside_kill(gw);
    outside_again(gw, options);
    const outside_answer *a = await("lab", place);
    assert_int_equal(a->status, 200);
    assert_int_equal(ax_json_count(outside_at(a->json, "entry")), LARGE);
    for (size_t k = 0; k < LARGE; k += 100) {
      char at[60];
      (void)snprintf(at, sizeof at, "entry[%zu].response.status", k);
      assert_str(outside_find(a->json, at), "201 Created");
    }
    assert_int_equal(patients(value), LARGE);
    free(body);
  }
}

static void a_stop_does_not_wait_for_it_and_loses_nothing(void **s) {
  (void)s;
  char place[100];
  char *body = bundle("batch", "stop", LARGE, "male");
  (void)place_of(send_as("lab", "", body), place);
  assert_int_equal(outside_end(gw), 0);
  outside_again(gw, options);
  assert_int_equal(await("lab", place)->status, 200);
  assert_int_equal(patients("stop"), LARGE);
  free(body);
}

static void too_many_are_refused_and_one_is_cancelled(void **s) {
  (void)s;
  char first[100], places[3][100];
  size_t accepted = 0;
  char *large = bundle("transaction", "large", 5 * LARGE, "male");
  char *small = bundle("transaction", "small", 2, "male");
  (void)place_of(send_as("lab", "", large), first);
  const outside_answer *a = send_as("lab", "", small);
  for (; a->status == 202 && accepted < 3; a = send_as("lab", "", small))
    (void)place_of(a, places[accepted++]);
  outside_refused(a, 503, "transient", "wait to be done later");
  assert_true(strlen(outside_header(a, "Retry-After")) > 0);
  assert_int_equal(accepted, 2);
  assert_int_equal(ask("lab", "DELETE", places[0])->status, 202);
  outside_refused(ask("lab", "GET", places[0]), 404, "not-found", "cancelled");
  outside_refused(ask("lab", "DELETE", places[0]), 404, "not-found",
                  "cancelled");
  assert_int_equal(await("lab", places[1])->status, 200);
  assert_int_equal(await("lab", first)->status, 200);
  assert_int_equal(patients("small"), 2);
  /* An answer that was fetched can be thrown away. */
  assert_int_equal(ask("lab", "DELETE", first)->status, 202);
  outside_refused(ask("lab", "GET", first), 404, "not-found", "no such job");
  assert_int_equal(patients("large"), 5 * LARGE);
  free(large);
  free(small);
}

/* A transaction is stopped as a whole, or was done as a whole. */
static void a_running_one_is_cancelled_whole(void **s) {
  (void)s;
  char place[100];
  char *body = bundle("transaction", "whole", LARGE, "male");
  (void)place_of(send_as("lab", "", body), place);
  while (strncmp(outside_header(ask("lab", "GET", place), "X-Progress"),
                 "waiting", 7) == 0)
    nap();
  assert_int_equal(ask("lab", "DELETE", place)->status, 202);
  outside_refused(ask("lab", "GET", place), 404, "not-found", "cancelled");
  free(body);
  /* The next one waits until this one has stopped. */
  body = bundle("batch", "next", 1, "male");
  (void)place_of(send_as("lab", "", body), place);
  assert_int_equal(await("lab", place)->status, 200);
  size_t n = patients("whole");
  assert_true(n == 0 || n == LARGE);
  free(body);
}

/* One that ends the process each time does not do so for ever; what is given up
 * is said. */
static void what_never_ends_is_given_up(void **s) {
  (void)s;
  enum { TIMES = 14, NOTED_MS = 60 };
  char place[100];
  char *body = bundle("transaction", "poison", 7 * LARGE, "male");
  (void)place_of(send_as("lab", "", body), place);
  free(body);
  for (int i = 0; i < TIMES; i++) {
    const outside_answer *a = ask("lab", "GET", place);
    while (a->status == 202 &&
           strncmp(outside_header(a, "X-Progress"), "waiting", 7) == 0)
      a = ask("lab", "GET", place);
    if (a->status != 202) break;
    ax_clock_sleep_ms(NOTED_MS); /* its attempt is on disk, it is not done */
    outside_kill(gw);
    outside_again(gw, options);
  }
  const outside_answer *a = await("lab", place);
  if (a->status == 200) skip(); /* a machine too fast, or too slow, to kill it
                                   ten times in its midst */
  outside_refused(a, 500, "exception", "never came to an end");
  assert_int_equal(patients("poison"), 0);
}

static void an_answer_is_kept_for_its_time(void **s) {
  (void)s;
  char place[100];
  static const char *const brief[] = { "--sender-header", "X-Sender",
                                       "--async-keep", "1s", NULL };
  assert_int_equal(outside_end(gw), 0);
  outside_again(gw, brief);
  char *body = bundle("batch", "brief", 1, "male");
  (void)place_of(send_as("lab", "", body), place);
  const outside_answer *a = await("lab", place);
  int64_t until = ax_clock_mono_ns() + (int64_t)AWAIT_MS * 1000000;
  while (a->status != 404 && ax_clock_mono_ns() < until) {
    assert_true(a->status == 200 || a->status == 202);
    nap();
    a = ask("lab", "GET", place);
  }
  outside_refused(a, 404, "not-found", "kept long enough");
  assert_int_equal(patients("brief"), 1);
  free(body);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_bundle_is_answered_later),
    cmocka_unit_test(what_is_wrong_is_told_in_the_end),
    cmocka_unit_test(one_key_is_one_job),
    cmocka_unit_test(what_is_accepted_survives_and_is_done_once),
    cmocka_unit_test(a_stop_does_not_wait_for_it_and_loses_nothing),
    cmocka_unit_test(too_many_are_refused_and_one_is_cancelled),
    cmocka_unit_test(a_running_one_is_cancelled_whole),
    cmocka_unit_test(what_never_ends_is_given_up),
    cmocka_unit_test(an_answer_is_kept_for_its_time),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
