/* Batches and transactions as a sender sees them. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

static outside *gw;
static ax_arena *arena;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new((size_t)1 << 30);
  gw = outside_start(NULL);
  return 0;
}

static int end(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

#define BUNDLE(type, entries)                                                  \
  "{\"resourceType\":\"Bundle\",\"type\":\"" type "\",\"entry\":[" entries "]" \
  "}"
#define POST(type) "\"request\":{\"method\":\"POST\",\"url\":\"" type "\"}"
#define PATIENT(value)                                         \
  "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":" \
  "\"http://hospital.example.org/mrn\",\"value\":\"" value "\"}]}"
#define BAD_PATIENT                                                     \
  "{\"resourceType\":\"Patient\",\"gender\":\"no such\",\"birthDate\":" \
  "\"2020-13-01\",\"unheard\":true}"
#define OBSERVATION(subject)                                             \
  "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"    \
  "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"718-7\"}]},"  \
  "\"subject\":{\"reference\":\"" subject "\"},\"effectiveDateTime\":"   \
  "\"2020-02-03\",\"valueQuantity\":{\"value\":11.50,\"unit\":\"g/dL\"," \
  "\"system\":\"http://unitsofmeasure.org\",\"code\":\"g/dL\"}}"

static ax_str field(const outside_answer *a, size_t i, const char *rest) {
  char path[120];
  (void)snprintf(path, sizeof path, "entry[%zu].%s", i, rest);
  return outside_find(a->json, path);
}

static const outside_answer *read_back(ax_str location) {
  char path[200];
  (void)snprintf(path, sizeof path, "/" AX_STR_FMT, AX_STR_ARG(location));
  const outside_answer *a = outside_get(gw, path);
  assert_int_equal(a->status, 200);
  return a;
}

/* --- transactions --------------------------------------------------------- */

static void a_transaction_is_stored_with_its_references(void **state) {
  (void)state;
  const outside_answer *a = outside_post(
      gw, "",
      BUNDLE(
          "transaction",
          "{\"fullUrl\":\"urn:uuid:6b1a4e0c-21f3-4d3f-9e68-0d9a3f1c2b11\","
          "\"resource\":" OBSERVATION(
              "urn:uuid:0a4d8c53-7f51-4c7c-8a55-"
              "3a9c6d9d9c01") "," POST("Observation") "},"
                                                      "{\"fullUrl\":\"urn:"
                                                      "uuid:0a4d8c53-7f51-"
                                                      "4c7c-"
                                                      "8a55-3a9c6d9d9c01\","
                                                      "\"resource\""
                                                      ":" PATIENT("t-1") "," POST(
                                                          "Patient") "}"));
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "type"), "transaction-response");
  assert_int_equal(ax_json_count(AX_JSON_GET(a->json, "entry")), 2);
  assert_str(field(a, 0, "response.status"), "201 Created");
  assert_str(field(a, 0, "response.etag"), "W/\"1\"");
  const outside_answer *o = read_back(field(a, 0, "response.location"));
  ax_str patient = field(a, 1, "response.location");
  ax_str subject = outside_find(o->json, "subject.reference");
  assert_true(subject.len > 0 && ax_str_starts(patient, subject));
  assert_true(ax_str_find(o->body, AX_STR("11.50")) != AX_STR_NONE);
}

static void
every_fault_of_every_entry_is_named_and_nothing_is_stored(void **state) {
  (void)state;
  const outside_answer *a = outside_post(
      gw, "",
      BUNDLE(
          "transaction",
          "{\"resource\":" PATIENT("never-1") "," POST(
              "Patient") "},"
                         "{\"resource\":" BAD_PATIENT "," POST(
                             "Patient") "},"
                                        "{\"resource\":{\"resourceType\":"
                                        "\"Observation\",\"code\":{}}," POST(
                                            "Observation") "},"
                                                           "{\"request\":{"
                                                           "\"method\":"
                                                           "\"DELETE\",\"url\":"
                                                           "\"Patient/x/"
                                                           "y\"}}"));
  assert_true(a->status == 400 || a->status == 405 || a->status == 422);
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
  static const char *const places[] = { "Bundle.entry[1].resource.gender",
                                        "Bundle.entry[1].resource.birthDate",
                                        "unheard", "Bundle.entry[2].resource",
                                        "Bundle.entry[3].request.url" };
  for (size_t i = 0; i < AX_COUNT(places); i++)
    if (ax_str_find(a->body, ax_str_from(places[i])) == AX_STR_NONE)
      fail_msg("%s is not among\n" AX_STR_FMT, places[i], AX_STR_ARG(a->body));
  assert_true(ax_str_find(a->body, AX_STR("operationoutcome-issue-line")) !=
              AX_STR_NONE);
  assert_int_equal(patients_id(gw, "never-1").len, 0);
}

static void a_conditional_create_is_done_once(void **state) {
  static const char json[] = BUNDLE(
      "transaction",
      "{\"resource\":" PATIENT(
          "once") ",\"request\":{\"method\":\"POST\",\"url\":\"Patient\","
                  "\"ifNoneExist\":\"identifier=http://hospital.example.org/"
                  "mrn|once\"}}");
  (void)state;
  const outside_answer *first = outside_post(gw, "", json);
  const outside_answer *second = outside_post(gw, "", json);
  assert_str(field(first, 0, "response.status"), "201 Created");
  assert_str(field(second, 0, "response.status"), "200 OK");
  assert_true(ax_str_eq(field(first, 0, "response.location"),
                        field(second, 0, "response.location")));
  assert_true(patients_id(gw, "once").len > 0);
}

static void conditional_references_name_one_resource_or_fail(void **state) {
#define REFERS(value)                                                         \
  BUNDLE("transaction", "{\"resource\":" OBSERVATION(                         \
                            "Patient?identifier=http://hospital.example.org/" \
                            "mrn|" value) "," POST("Observation") "}")
  (void)state;
  assert_int_equal(outside_post(gw, "/Patient", PATIENT("ref"))->status, 201);
  const outside_answer *a = outside_post(gw, "", REFERS("ref"));
  assert_int_equal(a->status, 200);
  const outside_answer *o = read_back(field(a, 0, "response.location"));
  ax_str subject = outside_find(o->json, "subject.reference");
  assert_true(ax_str_ends(subject, patients_id(gw, "ref")));

  a = outside_post(gw, "", REFERS("nobody"));
  outside_refused(a, 422, "not-found", "mrn|nobody");
  assert_str(outside_find(a->json, "issue[0].expression[0]"),
             "Bundle.entry[0].resource.subject.reference");

  assert_int_equal(outside_post(gw, "/Patient", PATIENT("two"))->status, 201);
  assert_int_equal(outside_post(gw, "/Patient", PATIENT("two"))->status, 201);
  outside_refused(outside_post(gw, "", REFERS("two")), 422, "multiple-matches",
                  "more than one");
}

static void reads_in_a_transaction_come_after_its_writes(void **state) {
  (void)state;
  const outside_answer *a = outside_post(
      gw, "",
      BUNDLE("transaction",
             "{\"request\":{\"method\":\"GET\",\"url\":\"Patient?identifier="
             "http://hospital.example.org/mrn|fresh\"}},"
             "{\"resource\":" PATIENT("fresh") "," POST("Patient") "}"));
  assert_int_equal(a->status, 200);
  assert_str(field(a, 0, "resource.type"), "searchset");
  assert_str(field(a, 0, "resource.entry[0].resource.identifier[0].value"),
             "fresh");
}

/* What the reader has is not sent again; HEAD tells without sending. */
/* R4 3.1.0.11.2: deletes, creates, updates, then reads. */
static void a_history_in_a_bundle_shows_what_the_bundle_did(void **state) {
#define GET(url) "{\"request\":{\"method\":\"GET\",\"url\":\"" url "\"}}"
  static const char put[] = BUNDLE(
      "transaction",
      GET("Location/old/_history") "," GET(
          "Location/_history?_count=1") ","
                                        "{\"resource\":{\"resourceType\":"
                                        "\"Location\",\"id\":\"old\"},"
                                        "\"request\":{\"method\":\"PUT\","
                                        "\"url\":\"Location/old\"}}");
  static const char gone[] =
      BUNDLE("transaction",
             GET("Location/old/_history") ","
                                          "{\"request\":{\"method\":\"DELETE\","
                                          "\"url\":\"Location/old\"}}");
  static const char batch[] = BUNDLE(
      "batch",
      GET("_history?_count=2") "," GET("Location/never/_history") "," GET(
          "Location/old/_history?_sinse=2020"));
  (void)state;
  const outside_answer *a = outside_post(gw, "", put);
  assert_int_equal(a->status, 200);
  assert_str(field(a, 0, "resource.type"), "history");
  assert_str(field(a, 0, "resource.entry[0].resource.meta.versionId"), "1");
  assert_str(field(a, 1, "resource.entry[0].resource.id"), "old");
  a = outside_post(gw, "", gone);
  assert_int_equal(a->status, 200);
  assert_str(field(a, 0, "response.status"), "200 OK");
  assert_str(field(a, 0, "resource.entry[0].request.method"), "DELETE");
  assert_str(field(a, 0, "resource.entry[1].request.method"), "PUT");
  a = outside_post(gw, "", batch);
  assert_int_equal(a->status, 200);
  assert_str(field(a, 0, "resource.entry[1].resource.id"), "old");
  assert_str(field(a, 1, "response.status"), "404 Not Found");
  assert_str(field(a, 2, "response.status"), "400 Bad Request");
  assert_str(field(a, 2, "response.outcome.issue[0].expression[0]"),
             "Bundle.entry[2].request.url");
}

static void a_urn_that_no_entry_has_is_refused_with_its_place(void **state) {
#define NOBODY "urn:uuid:0a4d8c53-7f51-4c7c-8a55-3a9c6d9d9c99"
  static const char whole[] = BUNDLE(
      "transaction", "{\"resource\":" PATIENT("nowhere") "," POST("Patient")
      "},{\"resource\":" OBSERVATION(NOBODY) "," POST("Observation") "}");
  static const char each[] = BUNDLE(
      "batch", "{\"fullUrl\":\"" NOBODY "\",\"resource\":"
      PATIENT("nowhere-2") "," POST("Patient") "},{\"resource\":"
      OBSERVATION(NOBODY) "," POST("Observation") "}");
  (void)state;
  const outside_answer *a = outside_post(gw, "", whole);
  assert_int_equal(a->status, 422);
  assert_str(outside_find(a->json, "issue[0].code"), "not-found");
  assert_str(outside_find(a->json, "issue[0].expression[0]"),
             "Bundle.entry[1].resource.subject.reference");
  assert_non_null(strstr(outside_find(a->json, "issue[0].details.text").ptr,
                         NOBODY));
  assert_int_equal(patients_id(gw, "nowhere").len, 0);
  a = outside_post(gw, "", each);
  assert_int_equal(a->status, 200);
  assert_str(field(a, 0, "response.status"), "201 Created");
  assert_str(field(a, 1, "response.status"), "422 Unprocessable Entity");
  assert_str(field(a, 1, "response.outcome.issue[0].expression[0]"),
             "Bundle.entry[1].resource.subject.reference");
}

/* What is not stored is not said to be (its PUT had been "201 Created"). */
static void an_update_with_such_a_reference_is_refused_too(void **state) {
  static const char one[] = BUNDLE(
      "batch",
      "{\"resource\":{\"resourceType\":\"Condition\",\"id\":\"nowhere\","
      "\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"" NOBODY "\"}},"
      "\"request\":{\"method\":\"PUT\",\"url\":\"Condition/nowhere\"}}");
  (void)state;
  const outside_answer *a = outside_post(gw, "", one);
  assert_str(field(a, 0, "response.status"), "422 Unprocessable Entity");
  assert_null(outside_at(a->json, "entry[0].response.location"));
  assert_int_equal(outside_get(gw, "/Condition/nowhere")->status, 404);
}

static void reads_may_be_conditional_and_without_a_body(void **state) {
  (void)state;
#define READ(method, more)                                              \
  "{\"request\":{\"method\":\"" method "\",\"url\":\"Patient/cond-read\"" more \
  "}}"
  static const char put[] =
      "{\"resourceType\":\"Patient\",\"id\":\"cond-read\"}";
  const char *headers[] = { "Content-Type: application/fhir+json", NULL };
  assert_int_equal(
      outside_send(gw, "PUT", "/Patient/cond-read", headers, put, strlen(put))
          ->status,
      201);
  static const struct {
    const char *status;
    bool body;
  } want[] = { { "304 Not Modified", false }, { "200 OK", true },
               { "304 Not Modified", false }, { "200 OK", true },
               { "200 OK", false },           { "200 OK", false },
               { "404 Not Found", false },    { "400 Bad Request", false } };
  const outside_answer *a = outside_post(
      gw, "",
      BUNDLE("batch",
             READ("GET", ",\"ifNoneMatch\":\"W/\\\"1\\\"\"") ","
             READ("GET", ",\"ifNoneMatch\":\"W/\\\"2\\\"\"") ","
             READ("GET", ",\"ifModifiedSince\":\"2100-01-01T00:00:00Z\"") ","
             READ("GET", ",\"ifModifiedSince\":\"2001-01-01T00:00:00Z\"") ","
             READ("HEAD", "") ","
             "{\"request\":{\"method\":\"HEAD\",\"url\":\"Patient\"}},"
             "{\"request\":{\"method\":\"HEAD\",\"url\":\"Patient/nobody\"}},"
             READ("GET", ",\"ifNoneMatch\":\"one\"")));
  assert_int_equal(a->status, 200);
  for (size_t i = 0; i < AX_COUNT(want); i++) {
    assert_str(field(a, i, "response.status"), want[i].status);
    assert_int_equal(field(a, i, "resource.resourceType").len > 0,
                     want[i].body);
  }
  assert_str(field(a, 0, "response.etag"), "W/\"1\"");
  assert_str(field(a, 4, "response.etag"), "W/\"1\"");
}

static void a_put_in_a_transaction_makes_versions(void **state) {
#define PUT_ONE(active, more)                                            \
  BUNDLE("transaction",                                                  \
         "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"put-1\"," \
         "\"active\":" active "},\"request\":{\"method\":\"PUT\","       \
         "\"url\":\"Patient/put-1\"" more "}}")
  (void)state;
  assert_str(
      field(outside_post(gw, "", PUT_ONE("true", "")), 0, "response.status"),
      "201 Created");
  assert_str(
      field(outside_post(gw, "", PUT_ONE("true", "")), 0, "response.etag"),
      "W/\"1\""); /* changes nothing */
  assert_str(
      field(outside_post(gw, "", PUT_ONE("false", "")), 0, "response.etag"),
      "W/\"2\"");
  outside_refused(
      outside_post(gw, "", PUT_ONE("true", ",\"ifMatch\":\"W/\\\"1\\\"\"")),
      412, "conflict", "version 2");
}

/* --- batches -------------------------------------------------------------- */

static void a_batch_answers_each_entry_in_its_order(void **state) {
  (void)state;
  const outside_answer *a = outside_post(
      gw, "",
      BUNDLE("batch",
             "{\"resource\":" PATIENT("b-1") "," POST(
                 "Patient") "},"
                            "{\"resource\":" BAD_PATIENT "," POST(
                                "Patient") "},"
                                           "{\"request\":{\"method\":\"GET\","
                                           "\"url\":\"Patient/nobody\"}},"
                                           "{\"resource\":" PATIENT(
                                               "b-2") "," POST("Patient") "}"));
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "type"), "batch-response");
  assert_int_equal(ax_json_count(AX_JSON_GET(a->json, "entry")), 4);
  assert_str(field(a, 0, "response.status"), "201 Created");
  assert_str(field(a, 1, "response.status"), "422 Unprocessable Entity");
  assert_str(field(a, 1, "response.outcome.resourceType"), "OperationOutcome");
  assert_str(field(a, 2, "response.status"), "404 Not Found");
  assert_str(field(a, 3, "response.status"), "201 Created");
  assert_true(patients_id(gw, "b-1").len && patients_id(gw, "b-2").len);
}

static void what_is_no_batch_or_transaction_is_refused(void **state) {
  (void)state;
  outside_refused(outside_post(gw, "", BUNDLE("collection", "")), 400,
                  "not-supported", "batch or transaction");
  assert_int_equal(
      outside_post(gw, "", "{\"resourceType\":\"Patient\"}")->status, 400);
}

/* --- size ----------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MANY = 5000, RSS_MB = 4000 };
#else
enum { MANY = 50000, RSS_MB = 900 };
#endif

static long resident_mb(void) {
  char path[64], line[200];
  long kb = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/status", (int)outside_pid(gw));
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  while (fgets(line, sizeof line, f))
    if (sscanf(line, "VmHWM: %ld", &kb) == 1) break;
  (void)fclose(f);
  return kb / 1024;
}

static void
a_bundle_of_very_many_entries_is_stored_within_memory(void **state) {
  (void)state;
  ax_buf text = AX_BUF_INIT(64 << 20);
  ax_buf_append(&text, AX_STR("{\"resourceType\":\"Bundle\",\"type\":"
                              "\"transaction\",\"entry\":["));
  for (int i = 0; i < MANY; i++)
    ax_buf_printf(&text,
                  "%s{\"resource\":{\"resourceType\":\"Basic\","
                  "\"code\":{\"text\":\"%d\"}}," POST("Basic") "}",
                  i ? "," : "", i);
  ax_buf_append(&text, AX_STR("]}"));
  const char *headers[] = { "Content-Type: application/fhir+json", NULL };
  ax_str view = ax_buf_view(&text);
  assert_true(view.len > 0);
  const outside_answer *a =
      outside_send(gw, "POST", "", headers, view.ptr, view.len);
  ax_buf_free(&text);
  assert_int_equal(a->status, 200);
  assert_int_equal(ax_json_count(AX_JSON_GET(a->json, "entry")), MANY);
  if (resident_mb() > RSS_MB) fail_msg("it took %ld MB", resident_mb());
}

static void a_bundle_past_the_size_limit_is_refused(void **state) {
  static const char *const args[] = { "--max-body", "16k", NULL };
  (void)state;
  outside *small = outside_start(args);
  ax_str text = patients_sample(arena, "endpac-high.json", "x", 0);
  assert_true(text.len > 16384);
  assert_int_equal(outside_post(small, "", text.ptr)->status, 413);
  assert_int_equal(patients_id(small, "x").len, 0);
  outside_stop(small);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_transaction_is_stored_with_its_references),
    cmocka_unit_test(every_fault_of_every_entry_is_named_and_nothing_is_stored),
    cmocka_unit_test(a_conditional_create_is_done_once),
    cmocka_unit_test(conditional_references_name_one_resource_or_fail),
    cmocka_unit_test(reads_in_a_transaction_come_after_its_writes),
    cmocka_unit_test(a_history_in_a_bundle_shows_what_the_bundle_did),
    cmocka_unit_test(a_urn_that_no_entry_has_is_refused_with_its_place),
    cmocka_unit_test(an_update_with_such_a_reference_is_refused_too),
    cmocka_unit_test(reads_may_be_conditional_and_without_a_body),
    cmocka_unit_test(a_put_in_a_transaction_makes_versions),
    cmocka_unit_test(a_batch_answers_each_entry_in_its_order),
    cmocka_unit_test(what_is_no_batch_or_transaction_is_refused),
    cmocka_unit_test(a_bundle_past_the_size_limit_is_refused),
    cmocka_unit_test(a_bundle_of_very_many_entries_is_stored_within_memory),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
