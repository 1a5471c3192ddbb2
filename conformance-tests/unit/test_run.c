/* Unit tests of conformance-tests/runner/run/run.c and phase.c: the order of
 * things, what is skipped, what is removed afterwards. */
#include "run_kit.h"

#define PATIENT                                                      \
  "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Patient', " \
  "'active': true, 'gender': 'male'}}],"
#define CREATE                                                         \
  "{'operation': {'type': {'code': 'create'}, 'resource': 'Patient', " \
  "'sourceId': 'f', 'responseId': 'made'}}"
#define OKAY "{'assert': {'response': 'okay', 'warningOnly': false}}"
#define CREATED "{'assert': {'response': 'created', 'warningOnly': false}}"
#define READ "{'operation': {'type': {'code': 'read'}, 'targetId': 'made'}}"

static void what_was_created_is_read(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run(PATIENT "'setup': {'action': [" CREATE "," CREATED "]},"
                      "'test': [{'name': 'T', 'action': [" READ "," OKAY ","
                      "{'assert': {'resource': 'Patient'}},"
                      "{'assert': {'expression': 'Patient.gender',"
                      " 'value': 'male'}}]}]");
  kit_expect_kind(r->kind, "pass");
  assert_true(ax_result_complete(r));
  assert_true(kit.reachable);
  assert_int_equal(r->phases.count, 2);
  assert_int_equal(kit.asked_count, 2);
  assert_string_equal(kit.asked[0].path, "/fhir/Patient");
  assert_string_equal(kit.asked[1].path, "/fhir/Patient/made-1");
  assert_str(kit_action(r, 1, 0)->rule, "GET Patient/made-1");
  assert_int_equal(kit_action(r, 1, 1)->exchange->status, 200);
}

static void every_request_tells_its_test(void **state) {
  (void)state;
  (void)kit_run(PATIENT "'setup': {'action': [" CREATE "]},"
                        "'test': [{'name': 'T\xc3\xbc', 'action': [" READ
                        "]}]");
  assert_non_null(strstr(kit.asked[0].head, "X-Auspex-Test: s/setup\n"));
  assert_non_null(strstr(kit.asked[1].head, "X-Auspex-Test: s/T??\n"));
}

static void a_failed_setup_skips_the_tests_and_not_the_teardown(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      PATIENT "'setup': {'action': [" CREATE "," OKAY "," READ "]},"
              "'test': [{'action': [" READ "]}, {'action': [" OKAY "]}],"
              "'teardown': {'action': [{'operation': {'type': {'code': "
              "'delete'}, 'targetId': 'made'}}]}");
  kit_expect_kind(r->kind, "fail");
  kit_expect(r, 0, 1, "fail", "expected status okay (200), got 201");
  kit_expect(r, 0, 2, "skip", "an earlier action");
  kit_expect_kind(r->phases.items[1].kind, "skip");
  kit_expect(r, 2, 0, "skip", "the set-up failed");
  kit_expect(r, 3, 0, "pass", "");
  assert_string_equal(kit.asked[1].method, "DELETE");
  assert_true(ax_result_complete(r));
}

static void a_failed_assert_ends_its_test_only(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run(PATIENT "'test': [{'action': [" CREATE "," OKAY "," READ "]},"
                      "{'action': [" READ "," OKAY "]}]");
  kit_expect(r, 0, 1, "fail", "");
  kit_expect(r, 0, 2, "skip", "");
  kit_expect(r, 1, 1, "pass", "");
  kit_expect_kind(r->phases.items[1].kind, "pass");
  kit_expect_kind(r->kind, "fail");
}

static void an_assert_may_let_its_test_go_on(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      PATIENT "'test': [{'action': [" CREATE
              ",{'assert': {'response': 'okay', 'stopTestOnFail': false}}"
              ",{'assert': {'response': 'okay', 'warningOnly': true}}"
              "," CREATED "]}]");
  kit_expect(r, 0, 1, "fail", "");
  kit_expect(r, 0, 2, "warning", "got 201");
  kit_expect(r, 0, 3, "pass", "");
}

static void warnings_alone_do_not_fail_a_script(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      PATIENT "'test': [{'action': [" CREATE
              ",{'assert': {'response': 'okay', 'warningOnly': true}}]}]");
  kit_expect_kind(r->kind, "warning");
  assert_true(ax_result_complete(r));
}

static void fixtures_come_and_go_with_the_script(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run("'fixture': [{'id': 'f', 'autocreate': true, 'autodelete': true,"
              " 'resource': {'resourceType': 'Patient', 'active': true}}],"
              "'test': [{'action': [{'operation': {'type': {'code': 'read'},"
              " 'targetId': 'f'}}," OKAY "]}]");
  kit_expect_kind(r->kind, "pass");
  assert_int_equal(r->phases.count, 3);
  assert_int_equal(kit.asked_count, 3);
  assert_string_equal(kit.asked[1].path, "/fhir/Patient/made-1");
  assert_string_equal(kit.asked[2].method, "DELETE");
  assert_true(kit.stored[0].deleted);
  assert_str(kit_action(r, 0, 0)->label, "autocreate f");
}

static void what_a_script_creates_itself_goes_too(void **state) {
  (void)state;
  (void)kit_run("'fixture': [{'id': 'f', 'autodelete': true,"
                " 'resource': {'resourceType': 'Patient'}}],"
                "'test': [{'action': [" CREATE ", " OKAY "]}]");
  assert_true(kit.stored[0].deleted);
}

static void a_teardown_goes_on_and_forgives_what_was_never_made(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      "'variable': [{'name': 'id', 'sourceId': 'made',"
      " 'expression': 'Patient.id'}],"
      "'test': [{'action': [{'operation': {'type': {'code': 'read'},"
      " 'url': 'Patient/none', 'responseId': 'x'}}," OKAY "]}],"
      "'teardown': {'action': [{'operation': {'type': {'code': 'delete'},"
      " 'url': 'Patient/${id}'}}, {'operation': {'type': {'code': 'delete'},"
      " 'url': 'Patient/other'}}]}");
  kit_expect(r, 1, 0, "skip", "nothing is known as 'made'");
  kit_expect(r, 1, 1, "pass", "");
  assert_true(ax_result_complete(r));
}

static void a_setup_clears_away_only_what_was_made(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      PATIENT "'variable': [{'name': 'id', 'sourceId': 'later',"
              " 'expression': 'Patient.id'}],"
              "'setup': {'action': [{'operation': {'type': {'code': 'delete'},"
              " 'url': 'Patient/${id}'}}, " CREATE ", {'operation': {'type': "
              "{'code': 'read'}, 'url': 'Patient/${id}'}}]}");
  kit_expect(r, 0, 0, "skip", "nothing is known as 'later'");
  kit_expect(r, 0, 1, "pass", "");
  kit_expect(r, 0, 2, "fail", "nothing is known as 'later'");
  assert_true(ax_result_complete(r));
}

static void a_fixture_that_is_refused_says_why(void **state) {
  (void)state;
  kit.create_status = 422;
  kit.canned_read = NULL;
  const ax_result_script *r =
      kit_run("'fixture': [{'id': 'f', 'autocreate': true,"
              " 'resource': {'resourceType': 'Patient', 'active': true}}],"
              "'test': [{'action': [{'operation': {'url': 'Patient/1'}}]}]");
  kit_expect(r, 0, 0, "fail",
             "fixture 'f' could not be created: the target answered 422");
  kit_expect_kind(r->phases.items[1].kind, "skip");
}

#define PART(of, expression)                                               \
  "{'id': 'part', 'extension': [{'url': 'urn:subFixture', 'extension': [{" \
  "'url': 'urn:sourceId', 'valueString': '" of "'}, {'url': "              \
  "'urn:fhirPath', 'valueString': '" expression "'}]}]}"

static void a_fixture_may_be_a_part_of_another_source(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Patient'}}," PART(
          "s", "Bundle.entry[0].resource") "],"
                                           "'test': [{'action': [" CREATE
                                           ", {'operation': {'type': {'code': "
                                           "'search'}, 'resource': 'Patient', "
                                           "'responseId': 's'}}, {'operation': "
                                           "{'type': {'code': 'read'}, "
                                           "'targetId': 'part'}}, {'assert': "
                                           "{'sourceId': 'part', 'resource': "
                                           "'Patient'}}]}]");
  for (size_t i = 0; i < 4; i++) kit_expect(r, 0, i, "pass", "");
  assert_string_equal(kit.asked[2].path, "/fhir/Patient/made-1");
  r = kit_run("'fixture': [{'id': 'f', 'resource': {'resourceType': "
              "'Patient'}}," PART(
                  "f", "Patient.contact") "], 'test': [{'action': [{'assert': "
                                          "{'sourceId': 'part', "
                                          "'resource': 'Patient'}}]}]");
  kit_expect(r, 0, 0, "fail", "\"Patient.contact\" gives nothing in f");
  r = kit_run("'fixture': [" PART(
      "part",
      "Patient") "], 'test': [{'action': [{'assert': {'sourceId': 'part', "
                 "'resource': 'Patient'}}]}]");
  kit_expect(r, 0, 0, "error", "is a part of itself");
}

static void what_r4_has_not_is_unsupported(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run("'test': [{'action': [{'assert': {'rule': {'ruleId': 'x'}}}]}]");
  kit_expect(r, 0, 0, "unsupported", "unsupported: rule (STU3)");
}

static void an_operation_that_cannot_be_sent_ends_its_test(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      PATIENT "'test': [{'action': [" CREATE
              ",{'operation': {'type': {'code': 'frobnicate'}}}," CREATED
              "]}]");
  kit_expect(r, 0, 1, "unsupported",
             "unsupported: operation code 'frobnicate'");
  kit_expect(r, 0, 2, "skip", "");
  assert_false(ax_result_complete(r));
  assert_false(ax_result_target_lacks(r));
}

static void a_target_that_is_not_there_is_told_once(void **state) {
  (void)state;
  kit.destination.base = AX_STR("http://127.0.0.1:1/fhir");
  const char *origins[] = { "http://127.0.0.1:1/fhir" };
  ax_net_client *client = NULL;
  const ax_net_client_options net = { .origins = origins, .origin_count = 1 };
  assert_int_equal(ax_net_client_new(&net, &client, NULL), AX_OK);
  kit.options.target.client = client;
  const ax_result_script *r =
      kit_run(PATIENT "'setup': {'action': [" CREATE "]},"
                      "'test': [{'action': [" OKAY "]}],"
                      "'teardown': {'action': [{'operation': {'type': {'code': "
                      "'delete'}, 'url': 'Patient/1'}}]}");
  ax_net_client_free(client);
  assert_false(kit.reachable);
  kit_expect_kind(r->kind, "error");
  kit_expect(r, 0, 0, "error", "127.0.0.1:1");
  kit_expect(r, 2, 0, "error", "was not sent");
  assert_int_equal(kit_action(r, 0, 0)->exchange->status, 0);
}

static void a_script_without_anything_to_do_is_no_pass(void **state) {
  (void)state;
  const ax_result_script *r = kit_run("'description': 'nothing'");
  kit_expect_kind(r->kind, "skip");
  assert_int_equal(r->cause, AX_RESULT_BY_SCRIPT);
  assert_true(ax_str_find(r->message, AX_STR("nothing to do")) != AX_STR_NONE);
}

static void a_test_without_actions_is_no_pass(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run("'test': [{'name': 'hollow', 'action': []}]");
  kit_expect_kind(r->kind, "skip");
  assert_str(r->phases.items[0].message, "the test has no action");
  assert_true(ax_result_complete(r));
}

static bool is_noted(const ax_result_script *r, const char *text) {
  for (size_t i = 0; i < r->notices.count; i++)
    if (ax_str_find(r->notices.items[i].text, ax_str_from(text)) != AX_STR_NONE)
      return true;
  return false;
}

static void capabilities_that_are_to_be_validated_are_not(void **state) {
  (void)state;
  static const char told[] = "not held to these capabilities";
#define WITH(validated)                                                    \
  "'metadata': {'capability': [{'required': true, 'validated': " validated \
  ", 'capabilities': 'http://x'}]}, 'test': [{'action': [" OKAY "]}]"
  assert_true(is_noted(kit_run(WITH("true")), told));
  assert_false(is_noted(kit_run(WITH("false")), told));
}

/* What is there and cannot be read must not pass for done. */
static void parts_that_are_no_objects_are_errors(void **state) {
  (void)state;
  const ax_result_script *r = kit_run("'test': ['x']");
  kit_expect(r, 0, 0, "error", "TestScript.test[0] is no object with actions");
  r = kit_run("'setup': 'x', 'test': [{'action': [" OKAY "]}]");
  kit_expect(r, 0, 0, "error", "TestScript.setup is no object with actions");
  kit_expect_kind(r->phases.items[1].kind, "skip");
  r = kit_run(PATIENT "'setup': [{'action': [" CREATE "]}, {'action': []}]");
  kit_expect(r, 0, 0, "error", "TestScript.setup is no object");
  assert_int_equal(kit.asked_count, 0);
  /* A list of one is meant as the one. */
  r = kit_run(PATIENT "'setup': [{'action': [" CREATE "]}], 'test': "
                      "[{'action': [" CREATED "]}]");
  kit_expect(r, 1, 0, "pass", "");
}

static void a_body_that_is_no_resource_is_sent_as_it_is(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      "'fixture': [{'id': 'f', 'resource': {}}], 'test': [{'action': "
      "[{'operation': {'type': {'code': 'patch'}, 'sourceId': 'f', 'url': "
      "'Patient/1', 'contentType': 'application/json-patch+json'}}]}]");
  kit_expect(r, 0, 0, "pass", "");
  assert_string_equal(kit.asked[0].body, "{}");
  assert_non_null(strstr(kit.asked[0].head, "json-patch+json\n"));
}

/* A run that lacks memory says so, wherever that happens. */
static void every_allocation_may_fail(void **state) {
  (void)state;
  const ax_script *script = kit_script(
      PATIENT
      "'variable': [{'name': 'id', 'sourceId': 'made',"
      " 'path': 'Patient/id'}],"
      "'setup': {'action': [" CREATE "," CREATED "]},"
      "'test': [{'name': 'T', 'action': [{'operation': {'url': "
      "'Patient/${id}'}}, {'assert': {'expression': 'Patient.gender', "
      "'value': 'female', 'stopTestOnFail': false}}, {'assert': {'path': "
      "'$.gender', 'value': 'male'}}, {'assert': {'minimumId': 'f'}}]}]");
  size_t failed = 0;
  for (size_t n = 0;; n++) {
    ax_arena *small = ax_arena_new((size_t)16 << 20);
    ax_result_script out;
    assert_non_null(small);
    kit.asked_count = kit.stored_count = 0;
    ax_arena_fail_after(small, n);
    ax_status status = kit_run_script(script, small, &out);
    if (status == AX_OK) {
      kit_expect_kind(out.kind, "fail");
      kit_expect(&out, 1, 3, "pass", "");
    }
    ax_arena_free(small);
    if (status == AX_OK) break;
    assert_int_equal(status, AX_NOMEM);
    failed++;
  }
  assert_in_range(failed, 60, 2000);
}

int main(void) {
#define RUN(test) cmocka_unit_test_setup_teardown(test, kit_begin, kit_end)
  const struct CMUnitTest tests[] = {
    RUN(what_was_created_is_read),
    RUN(every_request_tells_its_test),
    RUN(a_failed_setup_skips_the_tests_and_not_the_teardown),
    RUN(a_failed_assert_ends_its_test_only),
    RUN(an_assert_may_let_its_test_go_on),
    RUN(warnings_alone_do_not_fail_a_script),
    RUN(fixtures_come_and_go_with_the_script),
    RUN(what_a_script_creates_itself_goes_too),
    RUN(a_teardown_goes_on_and_forgives_what_was_never_made),
    RUN(a_setup_clears_away_only_what_was_made),
    RUN(a_fixture_that_is_refused_says_why),
    RUN(a_fixture_may_be_a_part_of_another_source),
    RUN(what_r4_has_not_is_unsupported),
    RUN(an_operation_that_cannot_be_sent_ends_its_test),
    RUN(a_target_that_is_not_there_is_told_once),
    RUN(a_script_without_anything_to_do_is_no_pass),
    RUN(a_test_without_actions_is_no_pass),
    RUN(capabilities_that_are_to_be_validated_are_not),
    RUN(parts_that_are_no_objects_are_errors),
    RUN(a_body_that_is_no_resource_is_sent_as_it_is),
    RUN(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, kit_open, kit_close);
}
