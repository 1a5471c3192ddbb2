/* From outside: what becomes of resources with faults where a sender's mode is
 * not to reject: quarantine and tag. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static outside *gw;

static const char *const options[] = { "--sender-header",
                                       "X-Sender",
                                       "--sender-validation",
                                       "lab=quarantine; ward = tag",
                                       "--quarantine-max",
                                       "40",
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

static const outside_answer *send_as(const char *sender, const char *key,
                                     const char *method, const char *path,
                                     const char *body) {
  char sender_line[100], key_line[200];
  (void)snprintf(sender_line, sizeof sender_line, "X-Sender: %s", sender);
  (void)snprintf(key_line, sizeof key_line, "Idempotency-Key: %s", key);
  const char *headers[] = { "Content-Type: application/fhir+json", sender_line,
                            *key ? key_line : NULL, NULL };
  return outside_send(gw, method, path, headers, body, body ? strlen(body) : 0);
}

/* A Patient with the number `value`; `gender` "purple" is a fault. */
static const char *patient(const char *id, const char *value,
                           const char *gender) {
  static char body[500];
  char with_id[100] = "";
  if (*id) (void)snprintf(with_id, sizeof with_id, "\"id\":\"%s\",", id);
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Patient\",%s\"identifier\":[{\"system\":"
                 "\"urn:q\",\"value\":\"%s\"}],\"gender\":\"%s\"}",
                 with_id, value, gender);
  return body;
}

static size_t patients(const char *value) {
  char query[200];
  (void)snprintf(query, sizeof query, "/Patient?identifier=urn:q|%s", value);
  return patients_count(gw, query);
}

/* The id at the end of where the answer says it is kept. */
static const char *kept_as(const outside_answer *a) {
  static char id[80];
  const char *place = outside_header(a, "Content-Location");
  const char *at = strstr(place, "/$quarantine/");
  assert_int_equal(a->status, 202);
  assert_non_null(at);
  (void)snprintf(id, sizeof id, "%s", at + strlen("/$quarantine/"));
  return id;
}

static const outside_answer *operate(const char *method, const char *id,
                                     const char *body) {
  char path[200];
  (void)snprintf(path, sizeof path, "//admin/quarantine/%s", id);
  return outside_operate(gw, method, path, body);
}

static const char release[] = "{\"act\":\"release\",\"who\":\"nurse\","
                              "\"why\":\"looked at it\"}";

/* The release with a corrected resource. */
static const char *release_as(const char *resource) {
  static char body[2000];
  (void)snprintf(body, sizeof body,
                 "{\"act\":\"release\",\"who\":\"nurse\",\"why\":\"typing "
                 "error\",\"resource\":%s}",
                 resource);
  return body;
}

static size_t waiting(void) {
  const outside_answer *a =
      outside_operate(gw, "GET", "//admin/quarantine?state=waiting", NULL);
  assert_int_equal(a->status, 200);
  return ax_json_count(outside_at(a->json, "rows"));
}

/* --- quarantine ------------------------------------------------------------
 */

static void the_standard_is_to_reject(void **s) {
  (void)s;
  outside_refused(
      send_as("clinic", "", "POST", "/Patient", patient("", "r1", "purple")),
      422, "code-invalid", "administrative-gender");
  assert_int_equal(patients("r1"), 0);
}

static void what_is_faulty_is_kept_apart_and_the_sender_is_told(void **s) {
  (void)s;
  size_t before = waiting();
  const outside_answer *a =
      send_as("lab", "", "POST", "/Patient", patient("", "q1", "purple"));
  char id[80], path[200];
  (void)snprintf(id, sizeof id, "%s", kept_as(a));
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
  assert_str(outside_find(a->json, "issue[0].severity"), "warning");
  assert_non_null(strstr(outside_find(a->json, "issue[0].details.text").ptr,
                         "kept in quarantine"));
  assert_str(outside_find(a->json, "issue[1].severity"), "error");
  assert_int_equal(patients("q1"), 0);
  assert_int_equal(waiting(), before + 1);
  (void)snprintf(path, sizeof path, "/$quarantine/%s", id);
  a = send_as("lab", "", "GET", path, NULL);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "issue[1].severity"), "error");
  outside_refused(send_as("ward", "", "GET", path, NULL), 404, "not-found",
                  "quarantine");
  /* It survives, and what was sent is all there. */
  outside_kill(gw);
  outside_again(gw, options);
  a = operate("GET", id, NULL);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "state"), "waiting");
  assert_str(outside_find(a->json, "sender"), "lab");
  assert_str(outside_find(a->json, "resource.gender"), "purple");
  assert_str(outside_find(a->json, "outcome.issue[1].severity"), "error");
}

static void a_corrected_one_is_released_once(void **s) {
  (void)s;
  char id[80], path[200];
  (void)snprintf(id, sizeof id, "%s",
                 kept_as(send_as("lab", "", "POST", "/Patient",
                                 patient("", "q2", "purple"))));
  /* As it is it stays where it is. */
  outside_refused(operate("POST", id, release), 422, "code-invalid",
                  "administrative-gender");
  assert_int_equal(patients("q2"), 0);
  const outside_answer *a =
      operate("POST", id, release_as(patient("", "q2", "female")));
  assert_int_equal(a->status, 200);
  assert_true(
      ax_str_starts(outside_find(a->json, "stored"), AX_STR("Patient/")));
  assert_int_equal(patients("q2"), 1);
  outside_refused(operate("POST", id, release_as(patient("", "q2", "female"))),
                  409, "conflict", "does not wait");
  assert_int_equal(patients("q2"), 1);
  (void)snprintf(path, sizeof path, "/$quarantine/%s", id);
  a = send_as("lab", "", "GET", path, NULL);
  assert_non_null(strstr(outside_find(a->json, "issue[0].details.text").ptr,
                         "stored as Patient/"));
}

static void one_is_discarded_for_a_reason(void **s) {
  (void)s;
  char id[80];
  (void)snprintf(id, sizeof id, "%s",
                 kept_as(send_as("lab", "", "POST", "/Patient",
                                 patient("", "q3", "purple"))));
  outside_refused(
      operate("POST", id, "{\"act\":\"discard\",\"who\":\"nurse\"}"), 400,
      "required", "reason");
  const outside_answer *a = operate(
      "POST", id,
      "{\"act\":\"discard\",\"who\":\"nurse\",\"why\":\"wrong patient\"}");
  assert_int_equal(a->status, 200);
  outside_refused(operate("POST", id, release_as(patient("", "q3", "male"))),
                  409, "conflict", "does not wait");
  a = operate("GET", id, NULL);
  assert_str(outside_find(a->json, "state"), "discarded");
  assert_null(outside_at(a->json, "resource"));
  assert_non_null(strstr(outside_find(a->json, "note").ptr, "wrong patient"));
  assert_int_equal(patients("q3"), 0);
}

static void a_repeat_under_its_key_is_kept_once(void **s) {
  (void)s;
  char id[80];
  size_t before = waiting();
  const char *body = patient("", "q4", "purple");
  (void)snprintf(id, sizeof id, "%s",
                 kept_as(send_as("lab", "qk1", "POST", "/Patient", body)));
  assert_string_equal(kept_as(send_as("lab", "qk1", "POST", "/Patient", body)),
                      id);
  assert_int_equal(waiting(), before + 1);
  outside_refused(
      send_as("lab", "qk1", "POST", "/Patient", patient("", "q4", "orange")),
      422, "duplicate", "Idempotency-Key");
  assert_int_equal(waiting(), before + 1);
}

static void a_release_does_not_undo_what_came_since(void **s) {
  (void)s;
  char id[80];
  (void)snprintf(id, sizeof id, "%s",
                 kept_as(send_as("lab", "", "PUT", "/Patient/q5",
                                 patient("q5", "q5", "purple"))));
  assert_int_equal(
      send_as("clinic", "", "PUT", "/Patient/q5", patient("q5", "q5", "female"))
          ->status,
      201);
  outside_refused(operate("POST", id, release_as(patient("q5", "q5", "male"))),
                  409, "conflict", "changed after");
  assert_str(outside_find(outside_get(gw, "/Patient/q5")->json, "gender"),
             "female");
}

static void a_request_that_is_not_understood_is_refused(void **s) {
  (void)s;
  size_t before = waiting();
  outside_refused(send_as("lab", "", "POST", "/Patient", "{"), 400, "structure",
                  "JSON");
  outside_refused(
      send_as("lab", "", "PUT", "/Patient/x", patient("y", "q6", "purple")),
      400, "invalid", "id");
  assert_int_equal(waiting(), before);
}

static const char bundle[] =
    "{\"resourceType\":\"Bundle\",\"type\":\"%s\",\"entry\":["
    "{\"fullUrl\":\"urn:uuid:0d8f1f0a-6a4c-4c8f-9d0e-0123456789ab\","
    "\"resource\":{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
    "\"urn:q\",\"value\":\"%s\"}]},"
    "\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}},"
    "{\"resource\":{\"resourceType\":\"Patient\",\"gender\":\"%s\","
    "\"identifier\":[{\"system\":\"urn:q\",\"value\":\"%s\"}]},"
    "\"request\":{\"method\":\"POST\",\"url\":\"%s\"}}]}";

static const char *bundle_of(const char *type, const char *value,
                             const char *gender, const char *url) {
  static char body[1500];
  (void)snprintf(body, sizeof body, bundle, type, value, gender, value, url);
  return body;
}

static void a_transaction_is_kept_whole(void **s) {
  (void)s;
  char id[80];
  const char *body = bundle_of("transaction", "t1", "purple", "Patient");
  (void)snprintf(id, sizeof id, "%s",
                 kept_as(send_as("lab", "tk", "POST", "", body)));
  assert_string_equal(kept_as(send_as("lab", "tk", "POST", "", body)), id);
  assert_int_equal(patients("t1"), 0);
  outside_refused(operate("POST", id, release), 422, "code-invalid",
                  "administrative-gender");
  const outside_answer *a =
      operate("POST", id,
              release_as(bundle_of("transaction", "t1", "male", "Patient")));
  assert_int_equal(a->status, 200);
  assert_int_equal(patients("t1"), 2);
  assert_string_equal(
      kept_as(send_as("lab", "tk", "POST", "",
                      bundle_of("transaction", "t1", "purple", "Patient"))),
      id);
  assert_int_equal(patients("t1"), 2);
}

/* A fault that is not inside a resource cannot be borne. */
static void a_transaction_with_other_faults_is_refused(void **s) {
  (void)s;
  size_t before = waiting();
  const outside_answer *a =
      send_as("lab", "", "POST", "",
              bundle_of("transaction", "t2", "purple", "Potato"));
  assert_true(a->status == 404 || a->status == 422);
  assert_int_equal(waiting(), before);
  a = send_as("ward", "", "POST", "",
              bundle_of("transaction", "t2", "purple", "Potato"));
  assert_true(a->status == 404 || a->status == 422);
  assert_int_equal(patients("t2"), 0);
}

static void of_a_batch_only_the_faulty_entries_are_kept(void **s) {
  (void)s;
  char id[80];
  size_t before = waiting();
  const char *body = bundle_of("batch", "b1", "purple", "Patient");
  for (int round = 0; round < 2; round++) {
    const outside_answer *a = send_as("lab", "bk", "POST", "", body);
    assert_int_equal(a->status, 200);
    assert_str(outside_find(a->json, "entry[0].response.status"),
               "201 Created");
    assert_str(outside_find(a->json, "entry[1].response.status"),
               "202 Accepted");
    assert_non_null(
        strstr(outside_find(a->json, "entry[1].response.outcome.issue[0]"
                                     ".details.text")
                   .ptr,
               "kept in quarantine"));
    ax_str place = outside_find(a->json, "entry[1].response.location");
    assert_true(ax_str_starts(place, AX_STR("$quarantine/")));
    if (round) assert_true(ax_str_ends(place, ax_str_from(id)));
    (void)snprintf(id, sizeof id, "%.*s", (int)place.len - 12, place.ptr + 12);
  }
  assert_int_equal(patients("b1"), 1);
  assert_int_equal(waiting(), before + 1);
  assert_int_equal(
      operate("POST", id, release_as(patient("", "b1", "male")))->status, 200);
  assert_int_equal(patients("b1"), 2);
}

/* --- what is seen only when it is to be stored -----------------------------
 */

static const char purple[] =
    "[{\"op\":\"replace\",\"path\":\"/gender\",\"value\":\"purple\"}]";

static const outside_answer *patch_as(const char *sender, const char *more,
                                      const char *path, const char *body) {
  char line[100];
  /* What was written in the same millisecond counts as written after it. */
  ax_clock_sleep_ms(2);
  (void)snprintf(line, sizeof line, "X-Sender: %s", sender);
  const char *headers[] = { "Content-Type: application/json-patch+json", line,
                            more, NULL };
  return outside_send(gw, "PATCH", path, headers, body, strlen(body));
}

static void a_patient_is_there(const char *id) {
  char path[100];
  (void)snprintf(path, sizeof path, "/Patient/%s", id);
  assert_int_equal(
      send_as("clinic", "", "PUT", path, patient(id, id, "female"))->status,
      201);
}

static ax_str gender_of(const char *id) {
  char path[100];
  (void)snprintf(path, sizeof path, "/Patient/%s", id);
  return outside_find(outside_get(gw, path)->json, "gender");
}

static void the_result_of_a_patch_is_kept_as_the_patch(void **s) {
  (void)s;
  char id[80], again[80];
  a_patient_is_there("p1");
  (void)snprintf(
      id, sizeof id, "%s",
      kept_as(patch_as("lab", "Idempotency-Key: pk", "/Patient/p1", purple)));
  (void)snprintf(
      again, sizeof again, "%s",
      kept_as(patch_as("lab", "Idempotency-Key: pk", "/Patient/p1", purple)));
  assert_string_equal(id, again);
  assert_str(gender_of("p1"), "female");
  const outside_answer *a = operate("GET", id, NULL);
  assert_str(outside_find(a->json, "asked.method"), "PATCH");
  assert_str(outside_find(a->json, "target"), "Patient/p1");
  assert_str(outside_find(a->json, "resource[0].value"), "purple");
  assert_str(outside_find(a->json, "outcome.issue[1].expression[0]"),
             "Patient.gender");
  outside_refused(operate("POST", id, release), 422, "code-invalid",
                  "administrative-gender");
  a = operate("POST", id,
              release_as("[{\"op\":\"replace\",\"path\":\"/gender\","
                         "\"value\":\"male\"}]"));
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "stored"), "Patient/p1/_history/2");
  assert_str(gender_of("p1"), "male");
}

static void
a_patch_is_released_as_the_whole_resource_or_not_after_others(void **s) {
  (void)s;
  char id[80];
  a_patient_is_there("p2");
  (void)snprintf(
      id, sizeof id, "%s",
      kept_as(patch_as("lab", NULL, "/Patient?identifier=urn:q|p2", purple)));
  assert_int_equal(
      operate("POST", id, release_as(patient("p2", "p2", "other")))->status,
      200);
  assert_str(gender_of("p2"), "other");
  (void)snprintf(id, sizeof id, "%s",
                 kept_as(patch_as("lab", NULL, "/Patient/p2", purple)));
  assert_int_equal(
      send_as("clinic", "", "PUT", "/Patient/p2", patient("p2", "p2", "male"))
          ->status,
      200);
  outside_refused(operate("POST", id, release_as("[]")), 409, "conflict",
                  "changed after");
}

static void a_patch_that_cannot_be_applied_is_refused(void **s) {
  (void)s;
  size_t before = waiting();
  a_patient_is_there("p3");
  outside_refused(
      patch_as("lab", NULL, "/Patient/p3",
               "[{\"op\":\"test\",\"path\":\"/gender\",\"value\":\"male\"}]"),
      422, "processing", "patch cannot be applied");
  outside_refused(patch_as("lab", "If-Match: W/\"7\"", "/Patient/p3", purple),
                  412, "conflict", "version 7");
  outside_refused(patch_as("lab", NULL, "/Patient/nobody", purple), 404,
                  "not-found", "to patch");
  outside_refused(patch_as("clinic", NULL, "/Patient/p3", purple), 422,
                  "code-invalid", "administrative-gender");
  assert_int_equal(waiting(), before);
}

#define PURPLE_PATCH(id)                                                     \
  "{\"resource\":{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":" \
  "\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"replace\"},"   \
  "{\"name\":\"path\",\"valueString\":\"Patient.gender\"},{\"name\":"        \
  "\"value\",\"valueCode\":\"purple\"}]}]},\"request\":{\"method\":"         \
  "\"PATCH\",\"url\":\"Patient/" id "\"}}"

static void patches_in_bundles_are_kept_like_other_entries(void **s) {
  (void)s;
  char id[80];
  a_patient_is_there("p4");
  const outside_answer *a =
      send_as("lab", "", "POST", "",
              "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":"
              "[" PURPLE_PATCH("p4") "]}");
  assert_str(outside_find(a->json, "entry[0].response.status"), "202 Accepted");
  ax_str place = outside_find(a->json, "entry[0].response.location");
  (void)snprintf(id, sizeof id, "%.*s", (int)place.len - 12, place.ptr + 12);
  assert_str(
      outside_find(operate("GET", id, NULL)->json, "resource.resourceType"),
      "Parameters");
  assert_int_equal(
      operate("POST", id, release_as(patient("p4", "p4", "unknown")))->status,
      200);
  assert_str(gender_of("p4"), "unknown");
  (void)snprintf(
      id, sizeof id, "%s",
      kept_as(send_as("lab", "", "POST", "",
                      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\","
                      "\"entry\":[" PURPLE_PATCH("p4") "]}")));
  assert_str(outside_find(operate("GET", id, NULL)->json, "resource.type"),
             "transaction");
  assert_str(gender_of("p4"), "unknown");
}

#define NOBODY "urn:uuid:0a4d8c53-7f51-4c7c-8a55-3a9c6d9d9c77"
#define OF_NOBODY(more)                   \
  "{\"resourceType\":\"Condition\"," more \
  "\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"" NOBODY "\"}}"

/* An entry of a batch is held to the same alone as it was beside others. */
static void a_reference_to_nobody_is_kept_and_not_released(void **s) {
  (void)s;
  static const char batch[] =
      "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{"
      "\"resource\":" OF_NOBODY(
          "\"recordedDate\":\"yesterday\",") ",\"request"
                                             "\":{"
                                             "\"method\":"
                                             "\"POST\","
                                             "\"url\":"
                                             "\"Condition"
                                             "\"}},{"
                                             "\"resource"
                                             "\""
                                             ":" OF_NOBODY("\"id\":"
                                                           "\"n1\""
                                                           ",") ","
                                                                "\""
                                                                "re"
                                                                "qu"
                                                                "es"
                                                                "t"
                                                                "\""
                                                                ":{"
                                                                "\""
                                                                "me"
                                                                "th"
                                                                "od"
                                                                "\""
                                                                ":"
                                                                "\""
                                                                "PU"
                                                                "T"
                                                                "\""
                                                                ","
                                                                "\""
                                                                "ur"
                                                                "l"
                                                                "\""
                                                                ":"
                                                                "\""
                                                                "Co"
                                                                "nd"
                                                                "it"
                                                                "io"
                                                                "n/"
                                                                "n1"
                                                                "\""
                                                                "}}"
                                                                "]"
                                                                "}";
  const outside_answer *a = send_as("lab", "", "POST", "", batch);
  char ids[2][80];
  for (int i = 0; i < 2; i++) {
    char path[60];
    (void)snprintf(path, sizeof path, "entry[%d].response.status", i);
    assert_str(outside_find(a->json, path), "202 Accepted");
    (void)snprintf(path, sizeof path, "entry[%d].response.location", i);
    ax_str place = outside_find(a->json, path);
    (void)snprintf(ids[i], sizeof ids[i], "%.*s", (int)place.len - 12,
                   place.ptr + 12);
  }
  for (int i = 0; i < 2; i++) {
    outside_refused(
        operate("POST", ids[i],
                release_as(i ? OF_NOBODY("\"id\":\"n1\",") : OF_NOBODY(""))),
        422, "not-found", NOBODY);
    assert_int_equal(
        operate("POST", ids[i],
                "{\"act\":\"discard\",\"who\":\"x\",\"why\":\"y\"}")
            ->status,
        200);
  }
  outside_refused(send_as("clinic", "", "POST", "/Condition", OF_NOBODY("")),
                  422, "not-found", NOBODY);
}

static void a_message_is_followed_through_quarantine(void **s) {
  (void)s;
  char id[80];
  (void)snprintf(id, sizeof id, "%s",
                 kept_as(send_as("lab", "msg-1", "POST", "/Patient",
                                 patient("", "m1", "purple"))));
  const outside_answer *a =
      outside_operate(gw, "GET", "//admin/messages/msg-1", NULL);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "accepted[0].action"), "quarantine");
  assert_non_null(strstr(outside_find(a->json, "accepted[0].target").ptr, id));
  assert_int_equal(
      operate("POST", id, release_as(patient("", "m1", "male")))->status, 200);
  a = outside_operate(gw, "GET", "//admin/messages/msg-1", NULL);
  assert_int_equal(ax_json_count(outside_at(a->json, "accepted")), 2);
}

static void a_full_quarantine_refuses(void **s) {
  (void)s;
  const outside_answer *a = NULL;
  for (int i = 0; i < 60; i++) {
    a = send_as("lab", "", "POST", "/Patient", patient("", "full", "purple"));
    if (a->status != 202) break;
  }
  outside_refused(a, 503, "transient", "quarantine is full");
  assert_true(strlen(outside_header(a, "Retry-After")) > 0);
  a = send_as("lab", "", "POST", "",
              bundle_of("batch", "b9", "purple", "Patient"));
  assert_str(outside_find(a->json, "entry[0].response.status"), "201 Created");
  assert_str(outside_find(a->json, "entry[1].response.status"),
             "503 Service Unavailable");
  assert_int_equal(waiting(), 40);
}

static void how_many_wait_is_a_metric(void **s) {
  (void)s;
  char line[60];
  const outside_answer *a = outside_operate(gw, "GET", "//admin/metrics", NULL);
  assert_int_equal(a->status, 200);
  (void)snprintf(line, sizeof line, "\nauspex_quarantine_waiting %zu\n",
                 waiting());
  assert_non_null(strstr(a->body.ptr, line));
  assert_non_null(strstr(a->body.ptr, "\nauspex_async_waiting 0\n"));
}

static void the_command_line_lists_shows_releases_and_discards(void **s) {
  (void)s;
  char listen[60], file[] = "/tmp/ax_quarantine_XXXXXX";
  (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", outside_port(gw));
  const char *list[] = { "quarantine", "--data", outside_data(gw),
                         "--listen",   listen,   NULL };
  outside_run_result r = outside_run(list, NULL);
  assert_int_equal(r.code, 0);
  assert_non_null(strstr(r.out, "waiting"));
  char first[40] = "", second[40] = "";
  (void)snprintf(first, sizeof first, "%.36s", r.out);
  const char *next = strchr(r.out, '\n');
  assert_non_null(next);
  (void)snprintf(second, sizeof second, "%.36s", next + 1);
  const char *show[] = { "quarantine",     "show",     first,  "--data",
                         outside_data(gw), "--listen", listen, NULL };
  r = outside_run(show, NULL);
  assert_int_equal(r.code, 0);
  assert_non_null(strstr(r.out, "purple"));
  int fd = mkstemp(file);
  assert_true(fd >= 0);
  FILE *f = fdopen(fd, "w");
  assert_non_null(f);
  assert_true(fputs(patient("", "cli", "male"), f) >= 0);
  assert_int_equal(fclose(f), 0);
  const char *out[] = { "quarantine",     "release",  first,  "--data",
                        outside_data(gw), "--listen", listen, NULL };
  r = outside_run(out, NULL);
  assert_int_equal(r.code, 1);
  const char *with[] = { "quarantine",     "release",  first,  file, "--data",
                         outside_data(gw), "--listen", listen, NULL };
  r = outside_run(with, NULL);
  assert_int_equal(r.code, 0);
  assert_int_equal(patients("cli"), 1);
  const char *away[] = { "quarantine", "discard", second,           "--why",
                         "a test",     "--data",  outside_data(gw), "--listen",
                         listen,       NULL };
  r = outside_run(away, NULL);
  assert_int_equal(r.code, 0);
  assert_int_equal(waiting(), 38);
  (void)remove(file);
}

/* --- tag -------------------------------------------------------------------
 */

static const char tagged[] =
    "https://auspex-gateway.org/fhir/CodeSystem/tags|validation-failed";

static void what_is_faulty_is_accepted_with_a_tag(void **s) {
  (void)s;
  char query[300];
  const outside_answer *a =
      send_as("ward", "", "PUT", "/Patient/w1", patient("w1", "w1", "purple"));
  assert_int_equal(a->status, 201);
  assert_str(outside_find(a->json, "meta.tag[0].code"), "validation-failed");
  assert_str(outside_find(a->json, "gender"), "purple");
  (void)snprintf(query, sizeof query, "/Patient?_tag=%s", tagged);
  assert_int_equal(patients_count(gw, query), 1);
  outside_kill(gw);
  outside_again(gw, options);
  a = outside_get(gw, "/Patient/w1/$validation-outcome");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
  assert_str(outside_find(a->json, "issue[0].code"), "code-invalid");
  a = outside_operate(gw, "GET", "//admin/tagged?sender=ward", NULL);
  assert_str(outside_find(a->json, "rows[0].target"), "Patient/w1/_history/1");
  /* The corrected resource, read and sent back, has no tag. */
  a = send_as("ward", "", "PUT", "/Patient/w1",
              "{\"resourceType\":\"Patient\",\"id\":\"w1\",\"meta\":{\"tag\":[{"
              "\"system\":\"https://auspex-gateway.org/fhir/CodeSystem/tags\","
              "\"code\":\"validation-failed\"},{\"system\":\"urn:x\",\"code\":"
              "\"y\"}]},\"gender\":\"female\"}");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "meta.tag[0].code"), "y");
  assert_int_equal(ax_json_count(outside_at(a->json, "meta.tag")), 1);
  outside_refused(outside_get(gw, "/Patient/w1/$validation-outcome"), 404,
                  "not-found", "no fault");
}

/* Nobody else can say so. */
static void the_tag_is_the_gateways_own(void **s) {
  (void)s;
  const outside_answer *a =
      send_as("clinic", "", "POST", "/Patient",
              "{\"resourceType\":\"Patient\",\"meta\":{\"tag\":[{\"system\":"
              "\"https://auspex-gateway.org/fhir/CodeSystem/tags\",\"code\":"
              "\"validation-failed\"}]}}");
  assert_int_equal(a->status, 201);
  assert_null(outside_at(a->json, "meta.tag"));
}

static void bundles_are_tagged_by_entry(void **s) {
  (void)s;
  static const char *const types[] = { "transaction", "batch" };
  for (int i = 0; i < 2; i++) {
    char value[20], query[300];
    (void)snprintf(value, sizeof value, "tag-%d", i);
    const outside_answer *a =
        send_as("ward", "", "POST", "",
                bundle_of(types[i], value, "purple", "Patient"));
    assert_int_equal(a->status, 200);
    assert_str(outside_find(a->json, "entry[0].response.status"),
               "201 Created");
    assert_null(outside_at(a->json, "entry[0].response.outcome"));
    assert_str(outside_find(a->json, "entry[1].response.status"),
               "201 Created");
    assert_str(
        outside_find(a->json, "entry[1].response.outcome.issue[0].severity"),
        "error");
    assert_int_equal(patients(value), 2);
    (void)snprintf(query, sizeof query, "/Patient?identifier=urn:q|%s&_tag=%s",
                   value, tagged);
    assert_int_equal(patients_count(gw, query), 1);
  }
}

static void a_tagged_one_can_be_patched(void **s) {
  (void)s;
  assert_int_equal(
      send_as("ward", "", "PUT", "/Patient/w2", patient("w2", "w2", "purple"))
          ->status,
      201);
  const char *headers[] = { "Content-Type: application/json-patch+json",
                            "X-Sender: ward", NULL };
  const char *add = "[{\"op\":\"add\",\"path\":\"/active\",\"value\":true}]";
  const outside_answer *a =
      outside_send(gw, "PATCH", "/Patient/w2", headers, add, strlen(add));
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "meta.tag[0].code"), "validation-failed");
  const char *mend =
      "[{\"op\":\"replace\",\"path\":\"/gender\",\"value\":\"male\"}]";
  a = outside_send(gw, "PATCH", "/Patient/w2", headers, mend, strlen(mend));
  assert_int_equal(a->status, 200);
  assert_null(outside_at(a->json, "meta.tag"));
}

static void an_unknown_mode_is_no_start(void **s) {
  (void)s;
  static const char *const wrong[][2] = {
    { "--validation", "accept" },
    { "--sender-validation", "lab=accept" },
    { "--sender-validation", "lab" },
    { "--sender-validation", "lab=tag;lab=reject" },
  };
  for (size_t i = 0; i < AX_COUNT(wrong); i++) {
    const char *args[] = { "serve",     "--listen",  "127.0.0.1:0",
                           wrong[i][0], wrong[i][1], NULL };
    outside_run_result r = outside_run(args, NULL);
    assert_int_equal(r.code, 2);
    assert_true(strlen(r.err) > 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_standard_is_to_reject),
    cmocka_unit_test(what_is_faulty_is_kept_apart_and_the_sender_is_told),
    cmocka_unit_test(a_corrected_one_is_released_once),
    cmocka_unit_test(one_is_discarded_for_a_reason),
    cmocka_unit_test(a_repeat_under_its_key_is_kept_once),
    cmocka_unit_test(a_release_does_not_undo_what_came_since),
    cmocka_unit_test(a_request_that_is_not_understood_is_refused),
    cmocka_unit_test(a_transaction_is_kept_whole),
    cmocka_unit_test(a_transaction_with_other_faults_is_refused),
    cmocka_unit_test(of_a_batch_only_the_faulty_entries_are_kept),
    cmocka_unit_test(the_result_of_a_patch_is_kept_as_the_patch),
    cmocka_unit_test(
        a_patch_is_released_as_the_whole_resource_or_not_after_others),
    cmocka_unit_test(a_patch_that_cannot_be_applied_is_refused),
    cmocka_unit_test(patches_in_bundles_are_kept_like_other_entries),
    cmocka_unit_test(a_reference_to_nobody_is_kept_and_not_released),
    cmocka_unit_test(a_message_is_followed_through_quarantine),
    cmocka_unit_test(a_full_quarantine_refuses),
    cmocka_unit_test(how_many_wait_is_a_metric),
    cmocka_unit_test(the_command_line_lists_shows_releases_and_discards),
    cmocka_unit_test(what_is_faulty_is_accepted_with_a_tag),
    cmocka_unit_test(the_tag_is_the_gateways_own),
    cmocka_unit_test(bundles_are_tagged_by_entry),
    cmocka_unit_test(a_tagged_one_can_be_patched),
    cmocka_unit_test(an_unknown_mode_is_no_start),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
