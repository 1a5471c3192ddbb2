/* Unit tests of gateway/src/intake/intake_bundle.c: transactions and batches.
 */
#include "support/intake_kit.h"

/* --- transactions -----------------------------------------------------------
 */

static void a_transaction_ties_its_entries_together(void **state) {
  world *w = *state;
  assert_int_equal(
      200, post(w, BUNDLE("transaction",
                          "{\"resource\":" OBSERVATION("urn:uuid:p") "," POST(
                              "Observation") "},"
                                             "{\"fullUrl\":\"urn:uuid:p\","
                                             "\"resource\":" PATIENT
                                             "," POST("Patient") "}")));
  assert_int_equal(2, ax_json_count(AX_JSON_GET(w->json, "entry")));
  assert_str(response(w, 0, "status"), "201 Created");
  assert_true(starts(response(w, 0, "location"), "Observation/"));
  assert_true(starts(response(w, 1, "location"), "Patient/"));
  ax_str patient = response(w, 1, "location");
  (void)ax_str_cut(&patient, '/');
  ax_str body = stored(w, response(w, 0, "location"));
  assert_true(ax_str_find(body, ax_str_cut(&patient, '/')) != AX_STR_NONE);
  assert_true(has(body, "1.50"));
  assert_false(has(body, "urn:uuid:p"));
}

static void
one_fault_refuses_a_whole_transaction_and_all_are_named(void **state) {
  world *w = *state;
  assert_int_equal(
      422,
      post(w,
           BUNDLE("transaction",
                  "{\"resource\":" PATIENT "," POST(
                      "Patient") "},"
                                 "{\"resource\":{\"resourceType\":\"Patient\","
                                 "\"bad\":1}," POST(
                                     "Patient") "},"
                                                "{\"resource\":{"
                                                "\"resourceType\":\"Patient\","
                                                "\"bad\":2}," POST(
                                                    "Patient") "}")));
  assert_int_equal(2, ax_fhir_issues_errors(w->result.issues));
  assert_string_equal(issue_path(w, 0), "Bundle.entry[1].resource");
  assert_string_equal(issue_path(w, 1), "Bundle.entry[2].resource");
  assert_int_equal(0, stats(w).resources);
  assert_int_equal(0, ax_buf_view(&w->answer).len);
}

static void conditional_references_find_stored_and_new_resources(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  ax_str first = w->result.receipt.id;
  assert_int_equal(
      200,
      post(w,
           BUNDLE("transaction",
                  "{\"resource\":{\"resourceType\":\"Observation\","
                  "\"performer\":[{\"reference\":\"Practitioner?identifier="
                  "s|1\"},{\"reference\":\"Practitioner?identifier=s|2\"}]}"
                  "," POST(
                      "Observation") "},"
                                     "{\"resource\":{\"resourceType\":"
                                     "\"Practitioner\","
                                     "\"identifier\":[{\"system\":\"s\","
                                     "\"value\":\"2\"}]},"
                                     "\"request\":{\"method\":\"POST\",\"url\":"
                                     "\"Practitioner\",\"ifNoneExist\":"
                                     "\"identifier=s|2\"}}")));
  ax_str second = response(w, 1, "location");
  (void)ax_str_cut(&second, '/');
  ax_str body = stored(w, response(w, 0, "location"));
  assert_true(ax_str_find(body, first) != AX_STR_NONE);
  assert_true(ax_str_find(body, ax_str_cut(&second, '/')) != AX_STR_NONE);
}

static void
a_conditional_reference_to_none_or_several_fails_with_its_place(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(
      422,
      post(w, BUNDLE("transaction",
                     "{\"resource\":{\"resourceType\":\"Observation\","
                     "\"performer\":[{\"reference\":\"Practitioner?identifier="
                     "s|1\"},{\"reference\":\"Practitioner?identifier=s|2\"},"
                     "{\"reference\":\"Practitioner?colour=red\"}]}," POST(
                         "Observation") "}")));
  assert_int_equal(3, ax_fhir_issues_errors(w->result.issues));
  assert_string_equal(issue_path(w, 0),
                      "Bundle.entry[0].resource.performer[0].reference");
  assert_int_equal(AX_ISSUE_MULTIPLE_MATCHES,
                   ax_fhir_issues_at(w->result.issues, 0)->type);
  assert_int_equal(AX_ISSUE_NOT_FOUND,
                   ax_fhir_issues_at(w->result.issues, 1)->type);
  assert_true(has(ax_fhir_issues_at(w->result.issues, 1)->text,
                  "Practitioner?identifier=s|2"));
  assert_int_equal(2, stats(w).resources);
}

static void identities_in_a_transaction_may_not_overlap(void **state) {
  world *w = *state;
  assert_int_equal(
      400,
      post(
          w,
          BUNDLE(
              "transaction",
              "{\"fullUrl\":\"urn:uuid:p\",\"resource\":" PATIENT "," POST(
                  "Patient") "},"
                             "{\"fullUrl\":\"urn:uuid:p\",\"resource\":" PATIENT
                             "," POST("Patient") "}")));
  assert_int_equal(
      400, post(w, BUNDLE("transaction",
                          "{\"resource\":" PATIENT ",\"request\":{\"method\":"
                          "\"PUT\",\"url\":\"Patient/mine\"}},"
                          "{\"resource\":" PATIENT ",\"request\":{\"method\":"
                          "\"PUT\",\"url\":\"Patient/mine\"}}")));
  assert_int_equal(0, stats(w).resources);
}

static void slashes_around_the_url_of_an_entry_do_no_harm(void **state) {
  world *w = *state;
  assert_int_equal(
      200, post(w, BUNDLE("transaction", "{\"resource\":" PATIENT
                                         "," POST("/Patient/") "}")));
  assert_int_equal(1, stats(w).resources);
}

/* Neither finds the other in the store; both together would make two. */
static void what_may_be_there_once_is_not_made_twice(void **state) {
#define TWIN(request)                                                       \
  "{\"resource\":{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":" \
  "\"urn:s\",\"value\":\"1\"}]},\"request\":{" request "}}"
#define TWIN_POST "\"method\":\"POST\",\"url\":\"Patient\""
#define TWIN_ONCE(query) TWIN(TWIN_POST ",\"ifNoneExist\":\"" query "\"")
#define TWIN_PUT \
  TWIN("\"method\":\"PUT\",\"url\":\"Patient?identifier=urn:s|1\"")
#define TWINS(a, b) BUNDLE("transaction", a "," b)
  static const char *const bundles[] = {
    TWINS(TWIN_ONCE("identifier=urn:s|1"), TWIN_ONCE("identifier=urn:s%7C1")),
    TWINS(TWIN_ONCE("identifier=urn:s|1"), TWIN(TWIN_POST)),
    TWINS(TWIN(TWIN_POST), TWIN_PUT),
    TWINS(TWIN_PUT, TWIN_PUT),
    TWINS(TWIN_PUT, TWIN_ONCE("identifier=urn:s|1")),
  };
  world *w = *state;
  for (size_t i = 0; i < AX_COUNT(bundles); i++) {
    assert_int_equal(400, post(w, bundles[i]));
    assert_int_equal(AX_ISSUE_DUPLICATE,
                     ax_fhir_issues_at(w->result.issues, 0)->type);
    assert_true(has(ax_fhir_issues_at(w->result.issues, 0)->path,
                    "Bundle.entry["));
  }
  assert_int_equal(0, stats(w).resources);
  /* One after the other, as the entries of a batch are done; only the store can
   * say when it was. */
  assert_int_equal(200, post(w, BUNDLE("batch", TWIN_ONCE("identifier=urn:s|1")
                                       "," TWIN(TWIN_POST))));
  assert_int_equal(2, stats(w).resources);
#define LATE                                                                 \
  "{\"resource\":{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"    \
  "\"urn:s\",\"value\":\"2\"}]},\"request\":{" TWIN_POST ",\"ifNoneExist\":"    \
  "\"_lastUpdated=gt2020&identifier=urn:s|2\"}}"
  assert_int_equal(200, post(w, BUNDLE("batch", LATE "," LATE)));
  assert_int_equal(3, stats(w).resources);
}

static void
requests_that_make_no_sense_are_refused_with_their_entry(void **state) {
  static const char *const requests[] = {
    "{\"resource\":" PATIENT "}",
    "{\"resource\":" PATIENT "," POST("Observation") "}",
    "{\"resource\":" PATIENT "," POST("Nothing") "}",
    "{\"resource\":" PATIENT "," POST("Patient/$do") "}",
    "{" POST("Patient") "}",
    "{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/1/2\"}}",
    "{\"request\":{\"method\":\"PATCH\",\"url\":\"Patient/1\"}}",
    "{\"request\":{\"method\":\"get\",\"url\":\"Patient/1\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/1/2\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"Patient?colour=red\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"Nothing/_history\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/a_b/_history\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"Patient//_history\"}}",
    "{\"request\":{\"method\":\"GET\",\"url\":\"_history?_since=x\"}}",
    "{\"resource\":" PATIENT ",\"request\":{\"method\":\"PUT\",\"url\":"
    "\"Patient/yours\"}}",
    "{\"resource\":" PATIENT ",\"request\":{\"method\":\"PUT\",\"url\":"
    "\"Patient/1/2\"}}",
    "{\"resource\":" PATIENT ",\"request\":{\"method\":\"PUT\",\"url\":"
    "\"Patient/mine\",\"ifMatch\":\"new\"}}",
    "null",
    "7",
  };
  world *w = *state;
  char json[2000];
  for (size_t i = 0; i < AX_COUNT(requests); i++) {
    (void)snprintf(json, sizeof json, BUNDLE("transaction", "%s"), requests[i]);
    assert_true(post(w, json) >= 400);
    assert_true(ax_fhir_issues_errors(w->result.issues) > 0);
    assert_true(starts(ax_str_from(issue_path(w, 0)), "Bundle.entry[0]"));
  }
  assert_int_equal(0, stats(w).resources);
}

static void only_batches_and_transactions_are_run(void **state) {
  world *w = *state;
  assert_int_equal(400, post(w, BUNDLE("collection", "")));
  assert_int_equal(400, post(w, PATIENT));
  assert_int_equal(400, post(w, "{\"resourceType\":\"Bundle\"}"));
  assert_int_equal(200, post(w, BUNDLE("transaction", "")));
  assert_int_equal(200, post(w, "{\"resourceType\":\"Bundle\",\"type\":"
                                "\"batch\"}"));
}

static void a_put_creates_and_then_updates(void **state) {
  static const char other[] = BUNDLE(
      "transaction", "{\"resource\":{\"resourceType\":\"Patient\",\"id\":"
                     "\"mine\",\"active\":true},\"request\":{\"method\":"
                     "\"PUT\",\"url\":\"Patient/mine\"}}");
  static const char put[] =
      BUNDLE("transaction", "{\"resource\":" PATIENT
                            ",\"request\":{\"method\":\"PUT\",\"url\":"
                            "\"Patient/mine\"}}");
  static const char late[] =
      BUNDLE("transaction", "{\"resource\":" PATIENT
                            ",\"request\":{\"method\":\"PUT\",\"url\":"
                            "\"Patient/mine\",\"ifMatch\":\"W/\\\"1\\\"\"}}");
  world *w = *state;
  assert_int_equal(200, post(w, put));
  assert_str(response(w, 0, "status"), "201 Created");
  assert_str(response(w, 0, "location"), "Patient/mine/_history/1");
  assert_int_equal(200, post(w, put)); /* changes nothing */
  assert_str(response(w, 0, "status"), "200 OK");
  assert_str(response(w, 0, "etag"), "W/\"1\"");
  assert_int_equal(200, post(w, other));
  assert_str(response(w, 0, "status"), "200 OK");
  assert_str(response(w, 0, "etag"), "W/\"2\"");
  assert_int_equal(412, post(w, late));
  assert_int_equal(2, stats(w).versions);
}

static void reads_see_what_the_transaction_wrote(void **state) {
  world *w = *state;
  assert_int_equal(
      200, post(w, BUNDLE("transaction",
                          "{\"request\":{\"method\":\"GET\",\"url\":"
                          "\"Patient/mine\"}},"
                          "{\"request\":{\"method\":\"GET\",\"url\":"
                          "\"/Patient?_id=mine\"}},"
                          "{\"resource\":" PATIENT ",\"request\":{\"method\":"
                          "\"PUT\",\"url\":\"Patient/mine\"}},"
                          "{\"request\":{\"method\":\"GET\",\"url\":"
                          "\"Patient/nobody\"}}")));
  assert_str(AX_JSON_STR(AX_JSON_GET(entry(w, 0), "resource"), "id"), "mine");
  const ax_json *set = AX_JSON_GET(entry(w, 1), "resource");
  assert_str(AX_JSON_STR(set, "type"), "searchset");
  assert_int_equal(1, ax_json_count(AX_JSON_GET(set, "entry")));
  assert_str(response(w, 3, "status"), "404 Not Found");
}

static void a_history_is_asked_after_the_writes(void **state) {
#define GET(url) "{\"request\":{\"method\":\"GET\",\"url\":\"" url "\"}}"
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(
      200,
      post(
          w,
          BUNDLE(
              "transaction",
              GET("Patient/mine/_history") "," GET("http://here/fhir/Patient/"
                                                   "_history?_count=1") "," GET(
                  "_history") ",{\"resource\":" PATIENT
                              ",\"request\":{\"method\":\"PUT\",\"url\":"
                              "\"Patient/mine\"}}," GET(
                                  "Patient/nobody/_history") ","
                                                             "{\"request\":{"
                                                             "\"method\":"
                                                             "\"HEAD\",\"url\":"
                                                             "\"Patient/mine/"
                                                             "_history\"}}")));
  static const size_t counts[] = { 1, 1, 2 };
  for (size_t i = 0; i < AX_COUNT(counts); i++) {
    const ax_json *set = AX_JSON_GET(entry(w, i), "resource");
    assert_str(response(w, i, "status"), "200 OK");
    assert_str(AX_JSON_STR(set, "type"), "history");
    assert_int_equal(counts[i], ax_json_count(AX_JSON_GET(set, "entry")));
  }
  assert_str(response(w, 4, "status"), "404 Not Found");
  assert_str(response(w, 5, "status"), "200 OK");
  assert_null(AX_JSON_GET(entry(w, 5), "resource"));
}

/* --- batches ----------------------------------------------------------------
 */

static void a_bad_entry_leaves_the_others_of_a_batch_alone(void **state) {
  world *w = *state;
  assert_int_equal(
      200,
      post(w,
           BUNDLE(
               "batch",
               "{\"resource\":" PATIENT "," POST(
                   "Patient") "},"
                              "{\"resource\":{\"resourceType\":\"Patient\","
                              "\"bad\":1}," POST(
                                  "Patient") "},"
                                             "{\"resource\":" PATIENT "},"
                                             "{\"request\":{\"method\":"
                                             "\"DELETE\",\"url\":"
                                             "\"Patient/1\"}},"
                                             "{\"resource\":" KNOWN "," POST(
                                                 "Practitioner") "},"
                                                                 "{\"request\":"
                                                                 "{\"method\":"
                                                                 "\"GET\","
                                                                 "\"url\":"
                                                                 "\"Practitione"
                                                                 "r?identifier="
                                                                 "s|1\"}}")));
  assert_str(response(w, 0, "status"), "201 Created");
  assert_str(response(w, 1, "status"), "422 Unprocessable Entity");
  assert_str(response(w, 2, "status"), "400 Bad Request");
  assert_str(response(w, 3, "status"), "204 No Content");
  assert_str(response(w, 4, "status"), "201 Created");
  assert_str(response(w, 5, "status"), "200 OK");
  assert_non_null(AX_JSON_GET(AX_JSON_GET(entry(w, 1), "response"), "outcome"));
  assert_int_equal(2, stats(w).resources);
}

static void equal_conditional_creates_in_a_batch_make_one(void **state) {
#define ONCE(condition)                                               \
  "{\"resource\":" KNOWN ",\"request\":{\"method\":\"POST\",\"url\":" \
  "\"Practitioner\",\"ifNoneExist\":\"" condition "\"}}"
  world *w = *state;
  assert_int_equal(
      200,
      post(w, BUNDLE("batch",
                     ONCE("identifier=s|1") "," ONCE(
                         "identifier=1") ",{\"resource\":" KNOWN
                                         "," POST("Practitioner") "}," ONCE(
                                             "identifier=s|1"))));
  assert_str(response(w, 0, "status"), "201 Created");
  assert_str(response(w, 1, "status"), "200 OK");
  assert_str(response(w, 2, "status"), "201 Created");
  assert_str(response(w, 3, "status"), "412 Precondition Failed");
  assert_int_equal(2, stats(w).resources);
}

static void
updates_of_one_resource_in_a_batch_come_one_after_the_other(void **state) {
#define PUT_MINE(n)                                              \
  "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"mine\"," \
  "\"n\":" n "},\"request\":{\"method\":\"PUT\","                \
  "\"url\":\"Patient/mine\"}}"
  world *w = *state;
  assert_int_equal(200, post(w, BUNDLE("batch", PUT_MINE("1") "," PUT_MINE(
                                                    "2") "," PUT_MINE("3"))));
  assert_str(response(w, 2, "location"), "Patient/mine/_history/3");
  assert_int_equal(3, stats(w).versions);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    T(a_transaction_ties_its_entries_together),
    T(one_fault_refuses_a_whole_transaction_and_all_are_named),
    T(conditional_references_find_stored_and_new_resources),
    T(a_conditional_reference_to_none_or_several_fails_with_its_place),
    T(identities_in_a_transaction_may_not_overlap),
    T(what_may_be_there_once_is_not_made_twice),
    T(slashes_around_the_url_of_an_entry_do_no_harm),
    T(requests_that_make_no_sense_are_refused_with_their_entry),
    T(only_batches_and_transactions_are_run),
    T(a_put_creates_and_then_updates),
    T(reads_see_what_the_transaction_wrote),
    T(a_history_is_asked_after_the_writes),
    T(a_bad_entry_leaves_the_others_of_a_batch_alone),
    T(equal_conditional_creates_in_a_batch_make_one),
    T(updates_of_one_resource_in_a_batch_come_one_after_the_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
