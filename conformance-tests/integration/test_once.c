/* From outside: what is sent again has no second effect. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <string.h>

static outside *gw;

static const char *const options[] = { "--sender-header", "X-Sender",
                                       "--same-body", "0", NULL };

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

static const outside_answer *post(const char *path, const char *key,
                                  const char *sender, const char *body) {
  char key_line[400], sender_line[100];
  (void)snprintf(key_line, sizeof key_line, "Idempotency-Key: %s", key);
  (void)snprintf(sender_line, sizeof sender_line, "X-Sender: %s", sender);
  const char *headers[] = { "Content-Type: application/fhir+json", key_line,
                            sender_line, NULL };
  return outside_send(gw, "POST", path, headers, body, strlen(body));
}

/* A Patient known by `value`. */
static const char *patient(const char *value) {
  static char body[300];
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
                 "\"urn:once\",\"value\":\"%s\"}]}",
                 value);
  return body;
}

static size_t patients(const char *value) {
  char query[200];
  (void)snprintf(query, sizeof query, "/Patient?identifier=urn:once|%s", value);
  return patients_count(gw, query);
}

static void a_key_gives_the_same_answer_again_also_after_a_restart(void **s) {
  (void)s;
  const outside_answer *first = post("/Patient", "k1", "lab", patient("a"));
  assert_int_equal(first->status, 201);
  char location[300];
  (void)snprintf(location, sizeof location, "%s",
                 outside_header(first, "Location"));
  for (int round = 0; round < 2; round++) {
    const outside_answer *again =
        post("/Patient", round ? "\"k1\"" : "k1", "lab", patient("a"));
    assert_int_equal(again->status, 201);
    assert_string_equal(strstr(outside_header(again, "Location"), "/Patient/"),
                        strstr(location, "/Patient/"));
    assert_int_equal(again->body.len, first->body.len);
    assert_memory_equal(again->body.ptr, first->body.ptr, first->body.len);
    assert_int_equal(patients("a"), 1);
    if (round) break;
    assert_int_equal(outside_end(gw), 0);
    outside_again(gw, options);
  }
}

static void a_key_belongs_to_one_request_of_one_sender(void **s) {
  (void)s;
  assert_int_equal(post("/Patient", "k2", "lab", patient("b"))->status, 201);
  outside_refused(post("/Patient", "k2", "lab", patient("c")), 422, "duplicate",
                  "Idempotency-Key");
  assert_int_equal(patients("c"), 0);
  assert_int_equal(post("/Patient", "k2", "ward", patient("b"))->status, 201);
  assert_int_equal(patients("b"), 2);
}

static void a_key_that_cannot_be_one_is_refused(void **s) {
  (void)s;
  char long_key[300];
  memset(long_key, 'k', sizeof long_key - 1);
  long_key[sizeof long_key - 1] = '\0';
  outside_refused(post("/Patient", long_key, "lab", patient("d")), 400, "value",
                  "1 to 255");
  outside_refused(post("/Patient", "two words", "lab", patient("d")), 400,
                  "value", "two words");
  const char *twice[] = { "Content-Type: application/fhir+json",
                          "Idempotency-Key: a", "Idempotency-Key: b", NULL };
  const char *body = patient("d");
  outside_refused(
      outside_send(gw, "POST", "/Patient", twice, body, strlen(body)), 400,
      "value", "more than once");
  assert_int_equal(patients("d"), 0);
}

static void a_refusal_is_decided_anew(void **s) {
  (void)s;
  const char *bad = "{\"resourceType\":\"Patient\",\"gender\":\"x\"}";
  assert_int_equal(post("/Patient", "k3", "lab", bad)->status, 422);
  assert_int_equal(post("/Patient", "k3", "lab", patient("e"))->status, 201);
}

static const char bundle[] =
    "{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":["
    "{\"fullUrl\":\"urn:uuid:0d8f1f0a-6a4c-4c8f-9d0e-0123456789ab\","
    "\"resource\":{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
    "\"urn:once\",\"value\":\"%s\"}]},"
    "\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}},"
    "{\"resource\":{\"resourceType\":\"Patient\",\"gender\":\"%s\","
    "\"identifier\":[{\"system\":\"urn:once\",\"value\":\"%s\"}]},"
    "\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}}]}";

static void a_bundle_is_done_once(void **s) {
  (void)s;
  static const char *const types[] = { "transaction", "batch" };
  for (int i = 0; i < 2; i++) {
    char body[900];
    const char *value = types[i];
    (void)snprintf(body, sizeof body, bundle, types[i], value, "male", value);
    const outside_answer *first = post("", types[i], "lab", body);
    assert_int_equal(first->status, 200);
    assert_int_equal(patients(value), 2);
    const outside_answer *again = post("", types[i], "lab", body);
    assert_int_equal(again->status, 200);
    assert_int_equal(again->body.len, first->body.len);
    assert_memory_equal(again->body.ptr, first->body.ptr, first->body.len);
    assert_int_equal(patients(value), 2);
    body[strlen(body) - 1] = ' ';
    body[strlen(body) - 2] = ']';
    (void)strcat(body, "}");
    assert_int_equal(post("", types[i], "lab", body)->status, 422);
  }
}

/* Of a batch only the entries that were stored are kept; the others are tried
 * again. */
static void a_batch_goes_on_where_it_stopped(void **s) {
  (void)s;
  char body[900];
  (void)snprintf(body, sizeof body, bundle, "batch", "half", "purple", "half");
  for (int round = 0; round < 2; round++) {
    const outside_answer *a = post("", "half", "lab", body);
    assert_int_equal(a->status, 200);
    assert_str(outside_find(a->json, "entry[0].response.status"),
               "201 Created");
    assert_str(outside_find(a->json, "entry[1].response.status"),
               "422 Unprocessable Entity");
    assert_int_equal(patients("half"), 1);
  }
}

static void equal_bodies_are_repeats_only_where_configured(void **s) {
  (void)s;
  static const char *const window[] = { "--same-body", "10min", NULL };
  assert_int_equal(outside_post(gw, "/Patient", patient("w"))->status, 201);
  assert_int_equal(outside_post(gw, "/Patient", patient("w"))->status, 201);
  assert_int_equal(patients("w"), 2);
  assert_int_equal(outside_end(gw), 0);
  outside_again(gw, window);
  for (int i = 0; i < 3; i++)
    assert_int_equal(outside_post(gw, "/Patient", patient("v"))->status, 201);
  assert_int_equal(patients("v"), 1);
  assert_int_equal(outside_post(gw, "/Patient", patient("u"))->status, 201);
  assert_int_equal(patients("u"), 1);
}

/* The sender may ask by either of its names. */
static void a_message_has_the_name_of_its_key_and_of_its_bundle(void **s) {
  (void)s;
  static const char named[] =
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"identifier\":{"
      "\"system\":\"urn:msg\",\"value\":\"bundle-77\"},\"entry\":[{"
      "\"resource\":{\"resourceType\":\"Patient\"},\"request\":{\"method\":"
      "\"POST\",\"url\":\"Patient\"}}]}";
  static const char *const names[] = { "key-77", "bundle-77" };
  assert_int_equal(post("", "key-77", "lab", named)->status, 200);
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    char path[100];
    (void)snprintf(path, sizeof path, "//admin/messages/%s", names[i]);
    const outside_answer *a = outside_operate(gw, "GET", path, NULL);
    assert_int_equal(a->status, 200);
    assert_int_equal(ax_json_count(outside_at(a->json, "accepted")), 1);
    assert_str(outside_find(a->json, "accepted[0].message"), "key-77");
    assert_str(outside_find(a->json, "accepted[0].identifier"), "bundle-77");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_key_gives_the_same_answer_again_also_after_a_restart),
    cmocka_unit_test(a_key_belongs_to_one_request_of_one_sender),
    cmocka_unit_test(a_key_that_cannot_be_one_is_refused),
    cmocka_unit_test(a_refusal_is_decided_anew),
    cmocka_unit_test(a_message_has_the_name_of_its_key_and_of_its_bundle),
    cmocka_unit_test(a_bundle_is_done_once),
    cmocka_unit_test(a_batch_goes_on_where_it_stopped),
    cmocka_unit_test(equal_bodies_are_repeats_only_where_configured),
  };
  return cmocka_run_group_tests_name("once", tests, set_up, tear_down);
}
