/* From outside: update, patch, delete, by id and by condition, and the history
 * they leave. */
#include "../support/outside.h"

#include <stdio.h>
#include <string.h>

static outside *gw;

static int set_up(void **state) {
  (void)state;
  gw = outside_start(NULL);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  return 0;
}

static const outside_answer *send(const char *method, const char *path,
                                  const char *header, const char *body) {
  const char *headers[] = { "Content-Type: application/fhir+json", header,
                            NULL };
  return outside_send(gw, method, path, headers, body, body ? strlen(body) : 0);
}

static const outside_answer *put(const char *path, const char *body) {
  return send("PUT", path, NULL, body);
}

/* Patient `id` with this family name and an identifier of the same text. */
static const char *patient(const char *id, const char *family) {
  static char body[400];
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Patient\"%s%s%s,\"identifier\":[{"
                 "\"system\":\"urn:change\",\"value\":\"%s\"}],\"name\":[{"
                 "\"family\":\"%s\"}]}",
                 *id ? ",\"id\":\"" : "", id, *id ? "\"" : "",
                 *id ? id : family, family);
  return body;
}

/* --- update ----------------------------------------------------------------
 */

static void an_update_makes_the_next_version(void **state) {
  (void)state;
  const outside_answer *a = put("/Patient/up", patient("up", "One"));
  assert_int_equal(a->status, 201);
  assert_string_equal(outside_header(a, "ETag"), "W/\"1\"");
  assert_non_null(
      strstr(outside_header(a, "Location"), "/Patient/up/_history/1"));
  a = put("/Patient/up", patient("up", "Two"));
  assert_int_equal(a->status, 200);
  assert_string_equal(outside_header(a, "ETag"), "W/\"2\"");
  assert_str(
      outside_find(outside_get(gw, "/Patient/up")->json, "name[0].family"),
      "Two");
  assert_str(outside_find(outside_get(gw, "/Patient/up/_history/1")->json,
                          "name[0].family"),
             "One");
}

static void an_update_that_changes_nothing_makes_no_version(void **state) {
  (void)state;
  assert_int_equal(put("/Patient/same", patient("same", "A"))->status, 201);
  const outside_answer *read = outside_get(gw, "/Patient/same");
  const outside_answer *a = put("/Patient/same", patient("same", "A"));
  assert_int_equal(a->status, 200);
  assert_string_equal(outside_header(a, "ETag"), "W/\"1\"");
  assert_true(ax_str_eq(a->body, read->body));
  a = put("/Patient/same", read->body.ptr); /* as clients do: read, send back */
  assert_string_equal(outside_header(a, "ETag"), "W/\"1\"");
}

static void an_update_must_fit_its_address(void **state) {
  (void)state;
  outside_refused(put("/Patient/x1", patient("x2", "A")), 400, "invalid", "x2");
  outside_refused(put("/Patient/x1", patient("", "A")), 400, "invalid",
                  "no id");
  outside_refused(put("/Observation/x1", patient("x1", "A")), 400, "invalid",
                  "Observation");
  outside_refused(put("/Patient", patient("x1", "A")), 400, "required",
                  "condition");
  outside_refused(put("/Patient/x1", "{\"resourceType\":\"Patient\",\"id\":"
                                     "\"x1\",\"gender\":\"?\"}"),
                  422, "code-invalid", "");
  assert_int_equal(outside_get(gw, "/Patient/x1")->status, 404);
}

static void if_match_guards_an_update(void **state) {
  (void)state;
  const char *path = "/Patient/guard";
  outside_refused(send("PUT", path, "If-Match: W/\"1\"", patient("guard", "A")),
                  412, "conflict", "does not exist");
  assert_int_equal(put(path, patient("guard", "A"))->status, 201);
  outside_refused(send("PUT", path, "If-None-Match: *", patient("guard", "B")),
                  412, "conflict", "exists already");
  outside_refused(send("PUT", path, "If-Match: W/\"2\"", patient("guard", "B")),
                  412, "conflict", "is at version 1");
  outside_refused(send("PUT", path, "If-Match: new", patient("guard", "B")),
                  400, "value", "W/\"3\"");
  assert_int_equal(
      send("PUT", path, "If-Match: W/\"1\"", patient("guard", "B"))->status,
      200);
  assert_int_equal(
      send("PUT", path, "If-Match: *", patient("guard", "C"))->status, 200);
}

static void a_conditional_update_finds_whom_it_means(void **state) {
  (void)state;
  const char *query = "/Patient?identifier=urn:change%7CCond";
  const outside_answer *a = put(query, patient("", "Cond"));
  assert_int_equal(a->status, 201);
  char id[80], body[500];
  (void)snprintf(id, sizeof id, "%.*s",
                 AX_STR_ARG(outside_find(a->json, "id")));
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Patient\",\"active\":true,\"identifier\":"
                 "[{\"system\":\"urn:change\",\"value\":\"Cond\"}]}");
  a = put(query, body);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "id"), id);
  assert_str(outside_find(a->json, "meta.versionId"), "2");
  outside_refused(put(query, patient("other", "Cond")), 400, "value", id);
  a = put("/Patient?identifier=urn:change%7Cnew-one", patient("new-one", "N"));
  assert_int_equal(a->status, 201); /* its own id, and it is free */
  assert_str(outside_find(a->json, "id"), "new-one");
  outside_refused(
      put("/Patient?identifier=urn:change%7Cnowhere", patient("new-one", "N")),
      409, "conflict", "new-one");
  outside_refused(put("/Patient?pateint=1", patient("", "Cond")), 400, "value",
                  "pateint");
  assert_int_equal(outside_post(gw, "/Patient", body)->status, 201);
  outside_refused(put(query, body), 412, "multiple-matches", "more than one");
}

/* --- delete ----------------------------------------------------------------
 */

static void what_was_deleted_is_gone_but_not_its_history(void **state) {
  (void)state;
  assert_int_equal(put("/Patient/gone", patient("gone", "A"))->status, 201);
  const outside_answer *a = send("DELETE", "/Patient/gone", NULL, NULL);
  assert_int_equal(a->status, 204);
  assert_string_equal(outside_header(a, "ETag"), "W/\"2\"");
  outside_refused(outside_get(gw, "/Patient/gone"), 410, "deleted", "deleted");
  outside_refused(outside_get(gw, "/Patient/gone/_history/2"), 410, "deleted",
                  "");
  assert_int_equal(outside_get(gw, "/Patient/gone/_history/1")->status, 200);
  assert_int_equal(ax_json_count(outside_at(
                       outside_get(gw, "/Patient?_id=gone")->json, "entry")),
                   0);
  assert_int_equal(send("DELETE", "/Patient/gone", NULL, NULL)->status, 204);
  assert_int_equal(send("DELETE", "/Patient/never", NULL, NULL)->status, 204);
  a = put("/Patient/gone", patient("gone", "A"));
  assert_int_equal(a->status, 201); /* it is back, with its history */
  assert_string_equal(outside_header(a, "ETag"), "W/\"3\"");
}

static void a_delete_can_be_guarded_and_conditional(void **state) {
  (void)state;
  assert_int_equal(put("/Patient/del", patient("del", "A"))->status, 201);
  outside_refused(send("DELETE", "/Patient/del", "If-Match: W/\"7\"", NULL),
                  412, "conflict", "version 1");
  outside_refused(send("DELETE", "/Patient", NULL, NULL), 400, "required",
                  "condition");
  const char *query = "/Patient?identifier=urn:change%7Cdel";
  assert_int_equal(send("DELETE", query, NULL, NULL)->status, 204);
  assert_int_equal(outside_get(gw, "/Patient/del")->status, 410);
  assert_int_equal(send("DELETE", query, NULL, NULL)->status, 204);
  (void)put("/Patient/del-1", patient("del-1", "Twin"));
  (void)outside_post(gw, "/Patient", patient("", "del-1"));
  outside_refused(
      send("DELETE", "/Patient?identifier=urn:change%7Cdel-1", NULL, NULL), 412,
      "multiple-matches", "more than one");
  const outside_answer *a =
      send("DELETE", "/Patient/del-1", "Prefer: return=OperationOutcome", NULL);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
}

/* --- patch -----------------------------------------------------------------
 */

static const outside_answer *patch(const char *path, const char *body) {
  return outside_send(gw, "PATCH", path,
                      (const char *const[]){
                          "Content-Type: application/json-patch+json", NULL },
                      body, strlen(body));
}

static void a_json_patch_changes_what_is_stored(void **state) {
  (void)state;
  assert_int_equal(put("/Patient/pat", patient("pat", "A"))->status, 201);
  const outside_answer *a = patch(
      "/Patient/pat",
      "[{\"op\":\"test\",\"path\":\"/name/0/family\",\"value\":\"A\"},"
      "{\"op\":\"add\",\"path\":\"/active\",\"value\":true},"
      "{\"op\":\"add\",\"path\":\"/name/-\",\"value\":{\"text\":\"B\"}},"
      "{\"op\":\"replace\",\"path\":\"/name/0/family\",\"value\":\"C\"}]");
  assert_int_equal(a->status, 200);
  assert_string_equal(outside_header(a, "ETag"), "W/\"2\"");
  assert_str(outside_find(a->json, "name[0].family"), "C");
  assert_str(outside_find(a->json, "name[1].text"), "B");
  outside_refused(patch("/Patient/pat", "[{\"op\":\"test\",\"path\":"
                                        "\"/active\",\"value\":false}]"),
                  422, "processing", "operation 0");
  outside_refused(patch("/Patient/pat", "[{\"op\":\"remove\",\"path\":"
                                        "\"/nothing\"}]"),
                  422, "processing", "/nothing");
  outside_refused(patch("/Patient/pat", "[{\"op\":\"add\",\"path\":"
                                        "\"/gender\",\"value\":\"?\"}]"),
                  422, "code-invalid", "");
  outside_refused(patch("/Patient/pat", "[{\"op\":\"replace\",\"path\":\"/id\","
                                        "\"value\":\"other\"}]"),
                  422, "processing", "id");
  outside_refused(patch("/Patient/pat", "{}"), 400, "structure", "array");
  outside_refused(patch("/Patient/nobody", "[]"), 404, "not-found", "nobody");
  a = patch("/Patient/pat", "[]");
  assert_int_equal(a->status, 200); /* changes nothing */
  assert_string_equal(outside_header(a, "ETag"), "W/\"2\"");
  a = patch("/Patient?identifier=urn:change%7Cpat",
            "[{\"op\":\"remove\",\"path\":\"/name/1\"}]");
  assert_int_equal(a->status, 200);
  outside_refused(send("PATCH", "/Patient/pat", "X-A: b", "{}"), 400,
                  "structure", "Parameters");
  (void)send("DELETE", "/Patient/pat", NULL, NULL);
  outside_refused(patch("/Patient/pat", "[]"), 410, "deleted", "");
}

#define OPERATION(type, path, more)                                            \
  "{\"name\":\"operation\",\"part\":[{\"name\":\"type\",\"valueCode\":\"" type \
  "\"},{\"name\":\"path\",\"valueString\":\"" path "\"}" more "]}"

static const outside_answer *patch_path(const char *operations) {
  char body[3000];
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Parameters\",\"parameter\":[%s]}",
                 operations);
  return send("PATCH", "/Patient/fp", NULL, body);
}

static void a_fhirpath_patch_changes_what_is_stored(void **state) {
  (void)state;
  assert_int_equal(put("/Patient/fp", patient("fp", "A"))->status, 201);
  const outside_answer *a = patch_path(OPERATION("replace", "Patient.name.family", ",{\"name\":\"value\",\"valueString\":\"B\"}") "," OPERATION(
      "add", "Patient",
      ",{\"name\":\"name\",\"valueString\":\"birthDate\"},"
      "{\"name\":\"value\",\"valueDate\":\"1950-01-01\"}") "," OPERATION("add",
                                                                         "Patie"
                                                                         "nt."
                                                                         "name["
                                                                         "0]",
                                                                         ",{"
                                                                         "\"nam"
                                                                         "e\":"
                                                                         "\"nam"
                                                                         "e\","
                                                                         "\"val"
                                                                         "ueStr"
                                                                         "ing\""
                                                                         ":\"gi"
                                                                         "ven\""
                                                                         "},"
                                                                         "{\"na"
                                                                         "me\":"
                                                                         "\"val"
                                                                         "ue\","
                                                                         "\"val"
                                                                         "ueStr"
                                                                         "ing\""
                                                                         ":\"G1"
                                                                         "\"}") "," OPERATION("insert",
                                                                                              "Patient.name.given",
                                                                                              ",{\"name\":\"index\",\"valueInteger\":0},"
                                                                                              "{\"name\":\"value\",\"valueString\":\"G0\"}") "," OPERATION("add",
                                                                                                                                                           "Patient",
                                                                                                                                                           ",{\"name\":\"name\",\"valueString\":\"deceased\"},"
                                                                                                                                                           "{\"name\":\"value\",\"valueBoolean\":true}") "," OPERATION("add",
                                                                                                                                                                                                                       "Patient",
                                                                                                                                                                                                                       ",{\"name\":\"name\",\"valueString\":\"contact\"},"
                                                                                                                                                                                                                       "{\"name\":\"value\",\"part\":[{\"name\":\"name\","
                                                                                                                                                                                                                       "\"valueHumanName\":{\"text\":\"Kin\"}}]}"));
  if (a->status != 200) fail_msg("%.*s", AX_STR_ARG(a->body));
  assert_str(outside_find(a->json, "name[0].family"), "B");
  assert_str(outside_find(a->json, "name[0].given[0]"), "G0");
  assert_str(outside_find(a->json, "name[0].given[1]"), "G1");
  assert_str(outside_find(a->json, "birthDate"), "1950-01-01");
  assert_true(outside_at(a->json, "deceasedBoolean")->truth);
  assert_str(outside_find(a->json, "contact[0].name.text"), "Kin");
  a = patch_path(OPERATION(
      "move", "Patient.name.given",
      ",{\"name\":\"source\",\"valueInteger\":0},"
      "{\"name\":\"destination\",\"valueInteger\":1}") "," OPERATION("delete",
                                                                     "Patient."
                                                                     "contact",
                                                                     "") "," OPERATION("delete",
                                                                                       "Patient.photo",
                                                                                       ""));
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "name[0].given[1]"), "G0");
  assert_null(outside_at(a->json, "contact"));
  outside_refused(patch_path(OPERATION("delete", "Patient.name.given", "")),
                  422, "processing", "2 elements");
  outside_refused(patch_path(OPERATION("change", "Patient", "")), 422,
                  "processing", "none of add");
  outside_refused(patch_path(OPERATION("delete", "Patient.name.(", "")), 422,
                  "processing", "operation 0");
  outside_refused(
      patch_path(OPERATION("add", "Patient",
                           ",{\"name\":\"name\",\"valueString\":\"nonsense\"},"
                           "{\"name\":\"value\",\"valueString\":\"x\"}")),
      422, "processing", "does not exist");
}

/* --- in Bundles ------------------------------------------------------------
 */

static void a_transaction_deletes_first_and_answers_in_order(void **state) {
  (void)state;
  (void)put("/Patient/old", patient("old", "Old"));
  (void)put("/Patient/keep", patient("keep", "Keep"));
  const outside_answer *a = outside_post(
      gw, "",
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
      "{\"resource\":{\"resourceType\":\"Patient\",\"identifier\":[{"
      "\"system\":\"urn:change\",\"value\":\"old\"}]},\"request\":{"
      "\"method\":\"POST\",\"url\":\"Patient\",\"ifNoneExist\":"
      "\"identifier=urn:change|old\"}},"
      "{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/old\"}},"
      "{\"resource\":{\"resourceType\":\"Patient\",\"active\":false,"
      "\"identifier\":[{\"system\":\"urn:change\",\"value\":\"keep\"}]},"
      "\"request\":{\"method\":\"PUT\",\"url\":"
      "\"Patient?identifier=urn:change|keep\"}},"
      /* [{"op":"add","path":"/x","value":1}] would be refused; this is
       * [{"op":"add","path":"/active","value":true}] */
      "{\"resource\":{\"resourceType\":\"Binary\",\"contentType\":"
      "\"application/json-patch+json\",\"data\":"
      "\"W3sib3AiOiJhZGQiLCJwYXRoIjoiL2FjdGl2ZSIsInZhbHVlIjp0cnVlfV0=\"},"
      "\"request\":{\"method\":\"PATCH\",\"url\":\"Patient/up\"}},"
      "{\"request\":{\"method\":\"GET\",\"url\":\"Patient/old\"}}]}");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "entry[0].response.status"), "201 Created");
  assert_str(outside_find(a->json, "entry[1].response.status"),
             "204 No Content");
  assert_str(outside_find(a->json, "entry[2].response.status"), "200 OK");
  assert_str(outside_find(a->json, "entry[2].response.location"),
             "Patient/keep/_history/2");
  assert_str(outside_find(a->json, "entry[3].response.status"), "200 OK");
  assert_str(outside_find(a->json, "entry[4].response.status"), "410 Gone");
  assert_true(
      outside_at(outside_get(gw, "/Patient/up")->json, "active")->truth);
}

static void two_entries_may_not_mean_one_resource(void **state) {
  (void)state;
  (void)put("/Patient/twice", patient("twice", "Twice"));
  outside_refused(
      outside_post(
          gw, "",
          "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
          "{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/twice\"}},"
          "{\"resource\":{\"resourceType\":\"Patient\"},\"request\":{"
          "\"method\":\"PUT\",\"url\":"
          "\"Patient?identifier=urn:change|twice\"}}]}"),
      400, "duplicate", "Patient/twice");
  assert_int_equal(outside_get(gw, "/Patient/twice")->status, 200);
}

/* --- history ---------------------------------------------------------------
 */

static size_t entries(const outside_answer *a) {
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "type"), "history");
  return ax_json_count(outside_at(a->json, "entry"));
}

static void history_tells_what_happened_newest_first(void **state) {
  (void)state;
  (void)put("/Location/h", "{\"resourceType\":\"Location\",\"id\":\"h\"}");
  (void)put("/Location/h", "{\"resourceType\":\"Location\",\"id\":\"h\","
                           "\"name\":\"two\"}");
  (void)send("DELETE", "/Location/h", NULL, NULL);
  const outside_answer *a = outside_get(gw, "/Location/h/_history");
  assert_int_equal(entries(a), 3);
  assert_str(outside_find(a->json, "total"), "3");
  assert_str(outside_find(a->json, "entry[0].request.method"), "DELETE");
  assert_null(outside_at(a->json, "entry[0].resource"));
  assert_str(outside_find(a->json, "entry[1].resource.name"), "two");
  assert_str(outside_find(a->json, "entry[2].response.status"), "201 Created");
  assert_str(outside_find(a->json, "entry[2].response.etag"), "W/\"1\"");
  assert_int_equal(entries(outside_get(gw, "/Location/_history")), 3);
  assert_true(entries(outside_get(gw, "/_history")) > 3);
  assert_int_equal(
      entries(outside_get(gw, "/Location/_history?_since=2999-01-01")), 0);
  assert_int_equal(
      entries(outside_get(gw, "/Location/_history?_at=2999-01-01")), 1);
  assert_int_equal(
      entries(outside_get(gw, "/Location/_history?_at=lt2001-01-01")), 0);
  outside_refused(outside_get(gw, "/Location/none/_history"), 404, "not-found",
                  "never");
  outside_refused(outside_get(gw, "/Location/_history?_sinse=2999"), 400,
                  "not-supported", "_sinse");
  outside_refused(outside_get(gw, "/Location/_history?_since=x"), 400, "value",
                  "_since");
}

static void history_comes_in_pages(void **state) {
  (void)state;
  char path[600], body[200];
  for (int i = 0; i < 5; i++) {
    (void)snprintf(body, sizeof body,
                   "{\"resourceType\":\"Group\",\"id\":\"g\",\"type\":"
                   "\"person\",\"actual\":true,\"name\":\"n%d\"}",
                   i);
    (void)put("/Group/g", body);
  }
  (void)snprintf(path, sizeof path, "/Group/_history?_count=2");
  size_t seen = 0, base = strlen(outside_base(gw));
  for (int page = 0; page < 3; page++) {
    const outside_answer *a = outside_get(gw, path);
    seen += entries(a);
    ax_str next = outside_find(a->json, "link[1].url");
    assert_int_equal(page<2, next.len> 0);
    if (next.len)
      (void)snprintf(path, sizeof path, "%.*s", (int)(next.len - base),
                     next.ptr + base);
  }
  assert_int_equal(seen, 5);
  /* A cursor is good for its own question only. */
  char *mark = strstr(path, "_count=2");
  assert_non_null(mark);
  mark[7] = '3';
  outside_refused(outside_get(gw, path), 400, "value", "_after");
}

/* --- form ------------------------------------------------------------------
 */

static void reads_can_be_conditional_on_time(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "/Patient/up");
  char header[100];
  (void)snprintf(header, sizeof header, "If-Modified-Since: %s",
                 outside_header(a, "Last-Modified"));
  assert_int_equal(send("GET", "/Patient/up", header, NULL)->status, 304);
  assert_int_equal(send("GET", "/Patient/up",
                        "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
                        NULL)
                       ->status,
                   200);
}

static void answers_can_be_pretty_and_packed(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "/Patient/up?_pretty=true");
  assert_int_equal(a->status, 200);
  assert_true(ax_str_starts(a->body, AX_STR("{\n  \"resourceType\"")));
  a = send("GET", "/metadata", "Accept-Encoding: gzip", NULL);
  assert_string_equal(outside_header(a, "Content-Encoding"), "gzip");
  assert_true(a->body.len > 100 && (unsigned char)a->body.ptr[0] == 0x1f);
  a = send("GET", "/metadata", "Accept-Encoding: gzip;q=0, deflate", NULL);
  assert_string_equal(outside_header(a, "Content-Encoding"), "deflate");
  a = send("GET", "/metadata", "Accept-Encoding: br", NULL);
  assert_string_equal(outside_header(a, "Content-Encoding"), "");
  assert_non_null(a->json);
}

static void the_version_may_stand_in_the_address(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "/R4/Patient/up/");
  assert_int_equal(a->status, 200);
  a = outside_get(gw, "/R4/Patient?_id=up");
  assert_non_null(strstr(outside_find(a->json, "link[0].url").ptr,
                         "/fhir/R4/Patient?_id=up"));
}

static void nobody_may_call_from_a_browser_unasked(void **state) {
  (void)state;
  const outside_answer *a =
      send("GET", "/Patient/up", "Origin: https://evil.example", NULL);
  assert_string_equal(outside_header(a, "Access-Control-Allow-Origin"), "");
}

static void named_origins_may_call_from_a_browser(void **state) {
  (void)state;
  outside *other = outside_start((const char *const[]){
      "--cors-origins", "https://a.example https://b.example", NULL });
  const outside_answer *a = outside_send(
      other, "OPTIONS", "/Patient/1",
      (const char *const[]){ "Origin: https://b.example",
                             "Access-Control-Request-Method: PUT", NULL },
      NULL, 0);
  assert_int_equal(a->status, 204);
  assert_string_equal(outside_header(a, "Access-Control-Allow-Origin"),
                      "https://b.example");
  assert_non_null(
      strstr(outside_header(a, "Access-Control-Allow-Methods"), "PUT"));
  a = outside_send(other, "GET", "/Patient/1",
                   (const char *const[]){ "Origin: https://c.example", NULL },
                   NULL, 0);
  assert_string_equal(outside_header(a, "Access-Control-Allow-Origin"), "");
  outside_stop(other);
}

/* The fault is found after it is known that there is something to update. */
static void an_update_with_a_conditional_reference_is_no_success(void **s) {
  (void)s;
  static const char body[] =
      "{\"resourceType\":\"Patient\",\"id\":\"cond-ref\","
      "\"managingOrganization\":{\"reference\":"
      "\"Organization?identifier=urn:x|1\"}}";
  for (int round = 0; round < 2; round++) {
    outside_refused(put("/Patient/cond-ref", body), 422, "not-supported",
                    "conditional reference");
    if (!round)
      assert_int_equal(put("/Patient/cond-ref", patient("cond-ref", "R"))
                           ->status,
                       201);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_update_makes_the_next_version),
    cmocka_unit_test(an_update_that_changes_nothing_makes_no_version),
    cmocka_unit_test(an_update_must_fit_its_address),
    cmocka_unit_test(an_update_with_a_conditional_reference_is_no_success),
    cmocka_unit_test(if_match_guards_an_update),
    cmocka_unit_test(a_conditional_update_finds_whom_it_means),
    cmocka_unit_test(what_was_deleted_is_gone_but_not_its_history),
    cmocka_unit_test(a_delete_can_be_guarded_and_conditional),
    cmocka_unit_test(a_json_patch_changes_what_is_stored),
    cmocka_unit_test(a_fhirpath_patch_changes_what_is_stored),
    cmocka_unit_test(a_transaction_deletes_first_and_answers_in_order),
    cmocka_unit_test(two_entries_may_not_mean_one_resource),
    cmocka_unit_test(history_tells_what_happened_newest_first),
    cmocka_unit_test(history_comes_in_pages),
    cmocka_unit_test(reads_can_be_conditional_on_time),
    cmocka_unit_test(answers_can_be_pretty_and_packed),
    cmocka_unit_test(the_version_may_stand_in_the_address),
    cmocka_unit_test(nobody_may_call_from_a_browser_unasked),
    cmocka_unit_test(named_origins_may_call_from_a_browser),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
