/* From outside: HTTP itself, media types, methods, limits, health. */
#include "../support/outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static outside *gw;

static int set_up(void **state) {
  (void)state;
  gw = outside_start((const char *const[]){ "--max-body", "100k", NULL });
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  return 0;
}

static const outside_answer *get_with(const char *path, const char *header) {
  return outside_send(gw, "GET", path, (const char *const[]){ header, NULL },
                      NULL, 0);
}

static void metadata_describes_the_tables(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "/metadata");
  assert_int_equal(a->status, 200);
  assert_string_equal(outside_header(a, "Content-Type"),
                      "application/fhir+json; charset=utf-8");
  assert_str(outside_find(a->json, "resourceType"), "CapabilityStatement");
  assert_str(outside_find(a->json, "fhirVersion"), "4.0.1");
  assert_str(outside_find(a->json, "implementation.url"), outside_base(gw));
  const ax_json *types = outside_at(a->json, "rest[0].resource");
  assert_int_equal(ax_json_count(types), 146); /* 148 less two abstract */
  bool observation = false;
  for (size_t i = 0; i < ax_json_count(types); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(types, i), "type"),
                  AX_STR("Observation")))
      observation =
          ax_json_count(outside_at(ax_json_item(types, i), "searchParam")) > 3;
  assert_true(observation);
}

static void the_capability_statement_is_valid(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "/metadata");
  char *copy = strndup(a->body.ptr, a->body.len);
  assert_non_null(copy);
  /* Larger than the limit of this gateway, so judged by the command. */
  outside_run_result r =
      outside_run((const char *const[]){ "validate", "-", NULL }, copy);
  free(copy);
  if (r.code != 0) print_error("%s%s\n", r.out, r.err);
  assert_int_equal(r.code, 0);
}

static void health_is_told(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "//health/live");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "status"), "ok");
  a = get_with("//health/ready", "Accept: text/plain");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "status"), "ready");
}

static void accept_is_honoured(void **state) {
  (void)state;
  const outside_answer *a = get_with("/metadata", "Accept: application/json");
  assert_string_equal(outside_header(a, "Content-Type"),
                      "application/json; charset=utf-8");
  a = get_with("/metadata", "Accept: application/fhir+xml");
  outside_refused(a, 406, "not-supported", "application/fhir+xml");
  a = outside_get(gw, "/metadata?_format=xml");
  outside_refused(a, 406, "not-supported", "\"xml\"");
  a = get_with("/metadata?_format=json", "Accept: application/fhir+xml");
  assert_int_equal(a->status, 200);
  a = outside_get(gw, "/metadata?_format=application/fhir+json");
  assert_int_equal(a->status, 200);
}

static void content_type_is_checked(void **state) {
  (void)state;
  const char *patient = "{\"resourceType\":\"Patient\"}";
  const char *types[] = {
    "Content-Type: text/plain",
    "Content-Type: application/fhir+xml",
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Type: application/fhir+json; charset=utf-16",
    "Content-Type: application/fhir+json; fhirVersion=3.0",
    "Content-Type:"
  };
  for (size_t i = 0; i < AX_COUNT(types); i++)
    outside_refused(outside_send(gw, "POST", "/Patient",
                                 (const char *const[]){ types[i], NULL },
                                 patient, strlen(patient)),
                    415, "not-supported", "application/fhir+json");
}

static void unknown_addresses_are_told_apart(void **state) {
  (void)state;
  outside_refused(outside_get(gw, "/Patient/no-such-id"), 404, "not-found",
                  "Patient/no-such-id");
  outside_refused(outside_get(gw, "/Patience/1"), 404, "not-supported",
                  "\"Patience\" is not a resource type");
  outside_refused(outside_get(gw, "/patient/1"), 404, "not-found",
                  "nothing at this address");
  outside_refused(outside_get(gw, "//other"), 404, "not-found", "nothing");
  outside_refused(outside_get(gw, "/Patient/a_b"), 404, "not-found", "id");
  outside_refused(outside_get(gw, "/DomainResource/1"), 404, "not-supported",
                  "DomainResource");
}

static void methods_that_are_not_offered_name_those_that_are(void **state) {
  (void)state;
  const outside_answer *a =
      outside_send(gw, "DELETE", "/metadata", NULL, NULL, 0);
  outside_refused(a, 405, "not-supported", "DELETE is not offered");
  assert_string_equal(outside_header(a, "Allow"), "GET, HEAD, OPTIONS");
  a = outside_send(gw, "OPTIONS", "/Patient", NULL, NULL, 0);
  assert_int_equal(a->status, 204);
  assert_string_equal(outside_header(a, "Allow"),
                      "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

static void head_is_get_without_a_body(void **state) {
  (void)state;
  const outside_answer *a =
      outside_send(gw, "HEAD", "/metadata", NULL, NULL, 0);
  assert_int_equal(a->status, 200);
  assert_int_equal(a->body.len, 0);
  assert_true(atoi(outside_header(a, "Content-Length")) > 10000);
}

static void a_body_too_large_is_refused(void **state) {
  (void)state;
  enum { SIZE = 200 * 1024 };
  char *body = malloc(SIZE + 1);
  assert_non_null(body);
  memset(body, ' ', SIZE);
  body[SIZE] = '\0';
  outside_refused(outside_post(gw, "/Patient", body), 413, "too-long",
                  "larger than allowed");
  free(body);
}

static void two_lengths_are_refused(void **state) {
  (void)state;
  const char request[] = "POST /fhir/Patient HTTP/1.1\r\nHost: a\r\n"
                         "Content-Type: application/fhir+json\r\n"
                         "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}";
  const char *heard = outside_raw(gw, request, sizeof request - 1);
  assert_non_null(strstr(heard, "HTTP/1.1 400 "));
  assert_non_null(strstr(heard, "more than one Content-Length"));
  assert_non_null(strstr(heard, "\"resourceType\":\"OperationOutcome\""));
}

static void a_connection_serves_many_requests(void **state) {
  (void)state;
  const char requests[] =
      "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /fhir/Patient/1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const char *heard = outside_raw(gw, requests, sizeof requests - 1);
  const char *second = strstr(heard, "HTTP/1.1 404 ");
  assert_non_null(strstr(heard, "HTTP/1.1 200 "));
  assert_non_null(second);
  assert_non_null(strstr(second, "HTTP/1.1 200 "));
}

static void json_faults_have_a_place(void **state) {
  (void)state;
  const outside_answer *a =
      outside_post(gw, "/Patient", "{\"resourceType\":\"Patient\",\n  oops}");
  outside_refused(a, 400, "structure", "");
  assert_str(outside_find(a->json, "issue[0].extension[0].valueInteger"), "2");
  outside_refused(outside_post(gw, "/Patient", "{\"a\":1,\"a\":2}"), 400,
                  "structure", "");
  outside_refused(outside_post(gw, "/Patient", ""), 400, "structure", "body");
  outside_refused(outside_post(gw, "/Patient", "[1]"), 400, "structure",
                  "resourceType");
  outside_refused(outside_post(gw, "/Patient", "{\"resourceType\":7}"), 400,
                  "structure", "resourceType");
  outside_refused(
      outside_post(gw, "/Observation", "{\"resourceType\":\"Patient\"}"), 400,
      "invalid", "the address says Observation");
}

static void deep_nesting_is_refused(void **state) {
  (void)state;
  enum { DEPTH = 20000 };
  char *body = malloc(DEPTH + 1);
  assert_non_null(body);
  memset(body, '[', DEPTH);
  body[DEPTH] = '\0';
  const outside_answer *a = outside_post(gw, "/Patient", body);
  free(body);
  assert_true(a->status == 400 || a->status == 413);
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
}

static void request_ids_come_back(void **state) {
  (void)state;
  const outside_answer *a = get_with("/metadata", "X-Request-Id: trace-7");
  assert_string_equal(outside_header(a, "X-Request-Id"), "trace-7");
  a = get_with("/metadata", "X-Request-Id: <script>");
  assert_int_equal(strlen(outside_header(a, "X-Request-Id")), 36);
}

static void the_log_tells_nothing_about_patients(void **state) {
  (void)state;
  (void)outside_post(gw, "/Patient",
                     "{\"resourceType\":\"Patient\",\"name\":[{\"family\":"
                     "\"Geheimrat\"}],\"gender\":\"Geheimwert\"}");
  (void)outside_get(gw, "/Patient?name=Geheimrat");
  assert_null(strstr(outside_log(gw), "Geheim"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(metadata_describes_the_tables),
    cmocka_unit_test(the_capability_statement_is_valid),
    cmocka_unit_test(health_is_told),
    cmocka_unit_test(accept_is_honoured),
    cmocka_unit_test(content_type_is_checked),
    cmocka_unit_test(unknown_addresses_are_told_apart),
    cmocka_unit_test(methods_that_are_not_offered_name_those_that_are),
    cmocka_unit_test(head_is_get_without_a_body),
    cmocka_unit_test(a_body_too_large_is_refused),
    cmocka_unit_test(two_lengths_are_refused),
    cmocka_unit_test(a_connection_serves_many_requests),
    cmocka_unit_test(json_faults_have_a_place),
    cmocka_unit_test(deep_nesting_is_refused),
    cmocka_unit_test(request_ids_come_back),
    cmocka_unit_test(the_log_tells_nothing_about_patients),
  };
  return cmocka_run_group_tests_name("http_basics", tests, set_up, tear_down);
}
