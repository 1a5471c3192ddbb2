/* From outside: create, read, vread, search. */
#include "../support/outside.h"

#include <stdio.h>
#include <stdlib.h>
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

/* A Patient with this identifier; the id it got. */
static const char *new_patient(const char *value) {
  static char id[80];
  char body[200];
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":"
                 "\"urn:test\",\"value\":\"%s\"}]}",
                 value);
  const outside_answer *a = outside_post(gw, "/Patient", body);
  assert_int_equal(a->status, 201);
  ax_str text = outside_find(a->json, "id");
  assert_true(text.len > 0 && text.len < sizeof id);
  (void)snprintf(id, sizeof id, "%.*s", AX_STR_ARG(text));
  return id;
}

static const outside_answer *get_path(const char *fmt, const char *id) {
  char path[200];
  assert_null(strstr(fmt, "%d"));
  const char *place = strstr(fmt, "{}");
  assert_non_null(place);
  (void)snprintf(path, sizeof path, "%.*s%s%s", (int)(place - fmt), fmt, id,
                 place + 2);
  return outside_get(gw, path);
}

static void what_was_created_can_be_read(void **state) {
  (void)state;
  const outside_answer *a = outside_post(
      gw, "/Patient",
      "{\"resourceType\":\"Patient\",\"birthDate\":\"1950-02\",\"id\":\"x\"}");
  assert_int_equal(a->status, 201);
  assert_string_equal(outside_header(a, "ETag"), "W/\"1\"");
  assert_true(strlen(outside_header(a, "Last-Modified")) == 29);
  assert_str(outside_find(a->json, "meta.versionId"), "1");
  assert_true(outside_find(a->json, "meta.lastUpdated").len > 0);
  char location[300], id[80];
  (void)snprintf(location, sizeof location, "%s",
                 outside_header(a, "Location"));
  (void)snprintf(id, sizeof id, "%.*s",
                 AX_STR_ARG(outside_find(a->json, "id")));
  assert_string_not_equal(id, "x"); /* the server names what it creates */
  size_t base = strlen(outside_base(gw));
  assert_int_equal(strncmp(location, outside_base(gw), base), 0);

  const outside_answer *read = get_path("/Patient/{}", id);
  assert_int_equal(read->status, 200);
  assert_string_equal(outside_header(read, "ETag"), "W/\"1\"");
  assert_str(outside_find(read->json, "birthDate"), "1950-02");
  assert_true(ax_str_eq(read->body, a->body));
  const outside_answer *vread = outside_get(gw, location + base);
  assert_int_equal(vread->status, 200);
  assert_true(ax_str_eq(vread->body, a->body));
}

static void versions_that_are_not_there_are_told(void **state) {
  (void)state;
  const char *id = new_patient("versions");
  outside_refused(get_path("/Patient/{}/_history/2", id), 404, "not-found",
                  "version 2");
  outside_refused(get_path("/Patient/{}/_history/0", id), 404, "not-found",
                  "from 1");
  outside_refused(get_path("/Patient/{}/_history/x", id), 404, "not-found",
                  "from 1");
  outside_refused(get_path("/Patient/{}/_history/99999999999999999999", id),
                  404, "not-found", "");
  outside_refused(get_path("/Observation/{}", id), 404, "not-found", "");
}

static void an_unchanged_resource_is_not_sent_again(void **state) {
  (void)state;
  char path[120];
  (void)snprintf(path, sizeof path, "/Patient/%s", new_patient("etag"));
  const outside_answer *a = outside_send(
      gw, "GET", path, (const char *const[]){ "If-None-Match: W/\"1\"", NULL },
      NULL, 0);
  assert_int_equal(a->status, 304);
  assert_int_equal(a->body.len, 0);
  assert_string_equal(outside_header(a, "ETag"), "W/\"1\"");
  a = outside_send(gw, "GET", path,
                   (const char *const[]){ "If-None-Match: W/\"2\"", NULL },
                   NULL, 0);
  assert_int_equal(a->status, 200);
}

static void prefer_says_what_comes_back(void **state) {
  (void)state;
  const char *body = "{\"resourceType\":\"Patient\"}";
  const outside_answer *a =
      outside_post_with(gw, "/Patient", "Prefer: return=minimal", body);
  assert_int_equal(a->status, 201);
  assert_int_equal(a->body.len, 0);
  assert_true(strlen(outside_header(a, "Location")) > 0);
  a = outside_post_with(gw, "/Patient", "Prefer: return=OperationOutcome",
                        body);
  assert_int_equal(a->status, 201);
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
  a = outside_post_with(gw, "/Patient",
                        "Prefer: respond-sync, return=representation", body);
  assert_str(outside_find(a->json, "resourceType"), "Patient");
}

static void every_fault_is_named_at_once(void **state) {
  (void)state;
  const outside_answer *a =
      outside_post(gw, "/Observation",
                   "{\"resourceType\":\"Observation\",\"status\":\"finished\","
                   "\"nonsense\":1,\"effectiveDateTime\":\"2024-13-01\"}");
  assert_true(a->status == 400 || a->status == 422);
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
  size_t count = ax_json_count(outside_at(a->json, "issue"));
  assert_true(count >= 4); /* status, code, nonsense, date */
  assert_true(outside_find(a->json, "issue[0].expression[0]").len > 0);
}

static void a_conditional_create_happens_once(void **state) {
  (void)state;
  const char *body = "{\"resourceType\":\"Patient\",\"identifier\":[{"
                     "\"system\":\"urn:test\",\"value\":\"once\"}]}";
  const char *query = "If-None-Exist: identifier=urn:test|once";
  const outside_answer *first = outside_post_with(gw, "/Patient", query, body);
  assert_int_equal(first->status, 201);
  const outside_answer *second = outside_post_with(gw, "/Patient", query, body);
  assert_int_equal(second->status, 200);
  assert_true(ax_str_eq(outside_find(first->json, "id"),
                        outside_find(second->json, "id")));
  assert_int_equal(outside_post(gw, "/Patient", body)->status, 201);
  const outside_answer *third = outside_post_with(gw, "/Patient", query, body);
  assert_int_equal(third->status, 412);
}

static void a_search_finds_by_identifier(void **state) {
  (void)state;
  char id[80];
  (void)snprintf(id, sizeof id, "%s", new_patient("needle"));
  const outside_answer *a =
      outside_get(gw, "/Patient?identifier=urn:test%7Cneedle");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "type"), "searchset");
  assert_str(outside_find(a->json, "total"), "1");
  assert_str(outside_find(a->json, "entry[0].resource.id"), id);
  assert_str(outside_find(a->json, "entry[0].search.mode"), "match");
  assert_str(outside_find(a->json, "link[0].relation"), "self");
  char url[200];
  (void)snprintf(url, sizeof url, "%s/Patient/%s", outside_base(gw), id);
  assert_str(outside_find(a->json, "entry[0].fullUrl"), url);
  a = get_path("/Patient?_id={}&_format=json", id);
  assert_str(outside_find(a->json, "total"), "1");
  a = outside_get(gw, "/Patient?identifier=urn:test%7Cnothing");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "total"), "0");
  assert_null(outside_at(a->json, "entry"));
}

static void a_search_may_be_posted(void **state) {
  (void)state;
  (void)new_patient("posted needle");
  const char *form = "identifier=urn%3Atest%7Cposted+needle";
  const char *const headers[] = {
    "Content-Type: application/x-www-form-urlencoded", NULL
  };
  const outside_answer *a =
      outside_send(gw, "POST", "/Patient/_search", headers, form, strlen(form));
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "total"), "1");
  outside_refused(outside_post(gw, "/Patient/_search", "{}"), 415,
                  "not-supported", "form");
}

static void unknown_parameters_are_refused(void **state) {
  (void)state;
  outside_refused(outside_get(gw, "/Patient?no-such-param=1"), 400,
                  "not-supported", "no-such-param");
  const outside_answer *a = outside_get(gw, "/Patient?identifier:nonsense=1");
  assert_int_equal(a->status, 400);
  a = outside_get(gw, "/Patient?_count=many");
  assert_int_equal(a->status, 400);
}

static void pages_lead_through_all_matches_once(void **state) {
  (void)state;
  enum { TOTAL = 7 };
  char seen[TOTAL * 3][80];
  size_t count = 0;
  for (int i = 0; i < TOTAL; i++) {
    const outside_answer *a =
        outside_post(gw, "/Device",
                     "{\"resourceType\":\"Device\",\"identifier\":[{"
                     "\"system\":\"urn:page\",\"value\":\"p\"}]}");
    assert_int_equal(a->status, 201);
  }
  char path[400] = "/Device?identifier=urn:page|p&_count=3";
  for (int page = 0; path[0] && page < TOTAL; page++) {
    const outside_answer *a = outside_get(gw, path);
    assert_int_equal(a->status, 200);
    const ax_json *entries = outside_at(a->json, "entry");
    for (size_t i = 0; i < ax_json_count(entries) && count < TOTAL * 3; i++)
      (void)snprintf(
          seen[count++], sizeof seen[0], "%.*s",
          AX_STR_ARG(outside_find(ax_json_item(entries, i), "resource.id")));
    ax_str next = outside_find(a->json, "link[1].url");
    size_t base = strlen(outside_base(gw));
    path[0] = '\0';
    if (next.len > base)
      (void)snprintf(path, sizeof path, "%.*s", (int)(next.len - base),
                     next.ptr + base);
  }
  assert_int_equal(count, TOTAL);
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < i; j++) assert_string_not_equal(seen[i], seen[j]);
}

static void results_are_searched_by_patient_code_and_date(void **state) {
  (void)state;
  char id[80], body[600], path[300];
  (void)snprintf(id, sizeof id, "%s", new_patient("with results"));
  (void)snprintf(body, sizeof body,
                 "{\"resourceType\":\"Observation\",\"status\":\"final\","
                 "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","
                 "\"code\":\"29463-7\"}]},\"subject\":{\"reference\":"
                 "\"Patient/%s\"},\"effectiveDateTime\":\"2024-03-05\","
                 "\"category\":[{\"coding\":[{\"system\":\"http://terminology."
                 "hl7.org/CodeSystem/observation-category\",\"code\":"
                 "\"vital-signs\"}]}],\"valueQuantity\":{\"value\":70.50,"
                 "\"unit\":\"kg\",\"system\":\"http://unitsofmeasure.org\","
                 "\"code\":\"kg\"}}",
                 id);
  const outside_answer *a = outside_post(gw, "/Observation", body);
  if (a->status != 201) print_error("%s\n", a->body.ptr);
  assert_int_equal(a->status, 201);
  (void)snprintf(path, sizeof path,
                 "/Observation?patient=%s&code=http://loinc.org|29463-7"
                 "&date=ge2024-03-01&date=lt2024-04-01",
                 id);
  a = outside_get(gw, path);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "total"), "1");
  assert_str(outside_find(a->json, "entry[0].resource.valueQuantity.value"),
             "70.50");
  (void)snprintf(path, sizeof path, "/Observation?subject=Patient/%s&date=2023",
                 id);
  a = outside_get(gw, path);
  assert_str(outside_find(a->json, "total"), "0");
}

static void what_was_accepted_survives_a_restart(void **state) {
  (void)state;
  char id[80];
  (void)snprintf(id, sizeof id, "%s", new_patient("durable"));
  assert_int_equal(outside_end(gw), 0);
  outside_again(gw, NULL);
  assert_int_equal(get_path("/Patient/{}", id)->status, 200);
  const outside_answer *a =
      outside_get(gw, "/Patient?identifier=urn:test|durable");
  assert_str(outside_find(a->json, "total"), "1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_created_can_be_read),
    cmocka_unit_test(versions_that_are_not_there_are_told),
    cmocka_unit_test(an_unchanged_resource_is_not_sent_again),
    cmocka_unit_test(prefer_says_what_comes_back),
    cmocka_unit_test(every_fault_is_named_at_once),
    cmocka_unit_test(a_conditional_create_happens_once),
    cmocka_unit_test(a_search_finds_by_identifier),
    cmocka_unit_test(a_search_may_be_posted),
    cmocka_unit_test(unknown_parameters_are_refused),
    cmocka_unit_test(pages_lead_through_all_matches_once),
    cmocka_unit_test(results_are_searched_by_patient_code_and_date),
    cmocka_unit_test(what_was_accepted_survives_a_restart),
  };
  return cmocka_run_group_tests_name("rest", tests, set_up, tear_down);
}
