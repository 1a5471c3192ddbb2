/* From outside: $validate. */
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

#define GOOD                                                          \
  "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{" \
  "\"text\":\"x\"}}"
#define BAD "{\"resourceType\":\"Observation\",\"status\":\"done\"}"

static size_t errors_in(const outside_answer *a) {
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "resourceType"), "OperationOutcome");
  const ax_json *issues = outside_at(a->json, "issue");
  assert_true(ax_json_count(issues) > 0);
  size_t errors = 0;
  for (size_t i = 0; i < ax_json_count(issues); i++) {
    ax_str severity = AX_JSON_STR(ax_json_item(issues, i), "severity");
    if (ax_str_eq(severity, AX_STR("error")) ||
        ax_str_eq(severity, AX_STR("fatal")))
      errors++;
  }
  return errors;
}

static void valid_and_invalid_are_both_answered_with_200(void **state) {
  (void)state;
  assert_int_equal(errors_in(outside_post(gw, "/Observation/$validate", GOOD)),
                   0);
  assert_int_equal(errors_in(outside_post(gw, "/$validate", GOOD)), 0);
  assert_true(errors_in(outside_post(gw, "/Observation/$validate", BAD)) >= 2);
  assert_true(errors_in(outside_post(gw, "/%24validate", BAD)) >= 2);
}

static void parameters_may_carry_the_resource(void **state) {
  (void)state;
  const char *good = "{\"resourceType\":\"Parameters\",\"parameter\":[{"
                     "\"name\":\"mode\",\"valueCode\":\"create\"},{\"name\":"
                     "\"resource\",\"resource\":" GOOD "}]}";
  const char *bad = "{\"resourceType\":\"Parameters\",\"parameter\":[{"
                    "\"name\":\"resource\",\"resource\":" BAD "}]}";
  assert_int_equal(errors_in(outside_post(gw, "/$validate", good)), 0);
  const outside_answer *a = outside_post(gw, "/Observation/$validate", bad);
  assert_true(errors_in(a) >= 2);
}

static void places_are_those_of_the_body(void **state) {
  (void)state;
  const outside_answer *a = outside_post(
      gw, "/$validate",
      "{\"resourceType\":\"Observation\",\n\"code\":{\"text\":\"x\"},\n"
      "  \"status\": \"done\"}");
  assert_int_equal(errors_in(a), 1);
  const ax_json *issue = outside_at(a->json, "issue[0]");
  assert_str(outside_find(issue, "expression[0]"), "Observation.status");
  assert_str(outside_find(issue, "extension[0].valueInteger"), "3");
}

static void a_wanted_profile_that_is_missing_is_an_error(void **state) {
  (void)state;
  const outside_answer *a = outside_post(
      gw, "/Observation/$validate?profile=http://example.org/no-such", GOOD);
  assert_int_equal(errors_in(a), 1);
}

static void the_type_must_be_that_of_the_address(void **state) {
  (void)state;
  assert_true(errors_in(outside_post(gw, "/Patient/$validate", GOOD)) >= 1);
}

static void what_cannot_be_done_is_refused(void **state) {
  (void)state;
  outside_refused(outside_post(gw, "/$validate", "{"), 400, "structure", "");
  outside_refused(outside_post(gw, "/$validate?mode=guess", GOOD), 400,
                  "not-supported", "mode");
  outside_refused(outside_post(gw, "/$validate?mode=delete", GOOD), 400,
                  "required", "needs to know what");
  const outside_answer *a =
      outside_get(gw, "/Patient/nobody/$validate?mode=delete");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "issue[0].code"), "not-found");
  a = outside_post(gw, "/Patient/one/$validate?mode=update",
                   "{\"resourceType\":\"Patient\",\"id\":\"two\"}");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "issue[0].severity"), "error");
  outside_refused(outside_post(gw, "/$validate?mode=profile", GOOD), 400,
                  "required", "profile");
  outside_refused(outside_post(gw, "/$validate?nonsense=1", GOOD), 400,
                  "not-supported", "nonsense");
  outside_refused(
      outside_post(gw, "/$validate", "{\"resourceType\":\"Parameters\"}"), 400,
      "required", "needs a resource");
  outside_refused(outside_send(gw, "GET", "/$validate", NULL, NULL, 0), 405,
                  "not-supported", "GET");
}

static void what_is_stored_can_be_validated(void **state) {
  (void)state;
  const outside_answer *a =
      outside_post(gw, "/Patient", "{\"resourceType\":\"Patient\"}");
  assert_int_equal(a->status, 201);
  char path[200];
  ax_str id = outside_find(a->json, "id");
  (void)snprintf(path, sizeof path, "/Patient/" AX_STR_FMT "/$validate",
                 AX_STR_ARG(id));
  assert_int_equal(errors_in(outside_get(gw, path)), 0);
  (void)snprintf(path, sizeof path,
                 "/Patient/" AX_STR_FMT
                 "/$validate?profile=http://example.org/no-such",
                 AX_STR_ARG(id));
  assert_true(errors_in(outside_get(gw, path)) >= 1);
  outside_refused(outside_get(gw, "/Patient/nobody/$validate"), 404,
                  "not-found", "nobody");
  (void)snprintf(path, sizeof path, "/Patient/" AX_STR_FMT, AX_STR_ARG(id));
  assert_int_equal(outside_send(gw, "DELETE", path, NULL, NULL, 0)->status,
                   204);
  (void)snprintf(path, sizeof path, "/Patient/" AX_STR_FMT "/$validate",
                 AX_STR_ARG(id));
  outside_refused(outside_get(gw, path), 410, "deleted", "");
  outside_refused(outside_send(gw, "POST", "/$validate", NULL, NULL, 0), 400,
                  "structure", "no body");
}

static void parameters_themselves_can_be_validated(void **state) {
  (void)state;
  const char *bad = "{\"resourceType\":\"Parameters\",\"parameter\":[{}]}";
  assert_true(errors_in(outside_post(gw, "/Parameters/$validate", bad)) >= 1);
}

static void validation_stores_nothing(void **state) {
  (void)state;
  const outside_answer *a = outside_get(gw, "/Observation");
  assert_str(outside_find(a->json, "total"), "0");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(valid_and_invalid_are_both_answered_with_200),
    cmocka_unit_test(parameters_may_carry_the_resource),
    cmocka_unit_test(places_are_those_of_the_body),
    cmocka_unit_test(a_wanted_profile_that_is_missing_is_an_error),
    cmocka_unit_test(the_type_must_be_that_of_the_address),
    cmocka_unit_test(what_cannot_be_done_is_refused),
    cmocka_unit_test(what_is_stored_can_be_validated),
    cmocka_unit_test(parameters_themselves_can_be_validated),
    cmocka_unit_test(validation_stores_nothing),
  };
  return cmocka_run_group_tests_name("validate_http", tests, set_up, tear_down);
}
