/* Unit tests of conformance-tests/runner/run/gate.c, group.c and extension.c:
 * what scripts make depend on the target. */
#include "run_kit.h"

#define CREATE                                                   \
  "{'operation': {'type': {'code': 'create'}, 'sourceId': 'f', " \
  "'responseId': 'made'}}"
#define FIXTURE \
  "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Patient'}}],"
#define GATE(name, value)                                          \
  "'extension': [{'url': 'http://ignixa.io/testscript/" name "', " \
  "'valueString': '" value "'}]"

static void states(const char *capabilities) {
  kit.options.target.capabilities = kit_tree(capabilities);
}

static void a_script_needs_what_the_target_says(void **state) {
  (void)state;
  const char *script =
      GATE("requiresCapability",
           "rest.interaction.where(code=`transaction`)."
           "exists()") "," FIXTURE "'test': [{'name': 'T', 'action': [" CREATE
                       "]}]";
  states("{'resourceType': 'CapabilityStatement', 'fhirVersion': '4.0.1', "
         "'rest': [{'mode': 'server', 'interaction': [{'code': "
         "'transaction'}]}]}");
  kit_expect_kind(kit_run(script)->kind, "pass");
  assert_int_equal(kit.asked_count, 1);
  states("{'resourceType': 'CapabilityStatement', 'fhirVersion': '4.0.1', "
         "'rest': [{'mode': 'server'}]}");
  const ax_result_script *r = kit_run(script);
  assert_int_equal(kit.asked_count, 1);
  kit_expect_kind(r->kind, "unsupported");
  assert_true(ax_str_starts(
      r->message, AX_STR("unsupported: the target's CapabilityStatement does "
                         "not say rest.interaction")));
  assert_false(ax_result_complete(r));
  assert_true(ax_result_target_lacks(r));
  assert_int_equal(r->phases.count, 1);
  kit_expect(r, 0, 0, "skip", "unsupported: the target's");
  kit.options.target.capabilities = NULL;
  r = kit_run(script);
  kit_expect_kind(r->kind, "unsupported");
  assert_true(ax_str_find(r->message, AX_STR("has no CapabilityStatement")) !=
              AX_STR_NONE);
}

static void a_test_needs_it_by_itself(void **state) {
  (void)state;
  states("{'resourceType': 'CapabilityStatement', 'fhirVersion': '4.0.1'}");
  const ax_result_script *r =
      kit_run(FIXTURE "'test': [{'action': [" CREATE "], " GATE(
          "requiresCapability",
          "rest.exists()") "},"
                           "{'action': [" CREATE
                           "], " GATE("requiresCapability",
                                      "fhirVersion.startsWith(`4`)") "}]");
  kit_expect_kind(r->phases.items[0].kind, "unsupported");
  kit_expect_kind(r->phases.items[1].kind, "pass");
  assert_int_equal(kit.asked_count, 1);
  kit_expect_kind(r->kind, "unsupported");
  assert_true(ax_result_target_lacks(r));
}

static void a_condition_that_is_none_is_an_error(void **state) {
  (void)state;
  states("{'resourceType': 'CapabilityStatement'}");
  const ax_result_script *r =
      kit_run(GATE("requiresCapability",
                   "rest.(") "," FIXTURE "'test': [{'action': [" CREATE "]}]");
  kit_expect_kind(r->kind, "error");
  assert_false(ax_result_target_lacks(r));
}

static void tests_for_other_versions_are_left_out(void **state) {
  (void)state;
  static const struct {
    const char *target, *script;
    bool runs;
  } rows[] = {
    { "4.0.1", "4.0", true },
    { "4.0.1", "4.3, 4.0.1", true },
    { "4.0.1", "5.0,4.3", false },
    { "4.3.0", "4.0,4.3", true },
    { "4.0.1", "4", true },
    { "4.0.1", "4.0.11", false },
    { "5.0.0-ballot", "5.0.0", true },
    { "", "4.0", true },
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[1024], statement[200];
    (void)snprintf(statement, sizeof statement, "{'fhirVersion': '%s'}",
                   rows[i].target);
    states(statement);
    (void)snprintf(text, sizeof text,
                   FIXTURE "'test': [{'action': [" CREATE "], " GATE(
                       "fhirVersions", "%s") "}, {'action': [" CREATE "]}]",
                   rows[i].script);
    const ax_result_script *r = kit_run(text);
    kit_expect_kind(r->phases.items[0].kind, rows[i].runs ? "pass" : "skip");
    kit_expect_kind(r->kind, "pass");
    assert_true(ax_result_complete(r));
  }
}

static void an_assert_may_count_for_one_status_only(void **state) {
  (void)state;
#define WHEN(status)                                                           \
  "{'assert': {'extension': [{'url': 'http://x/assertionWhenResponseStatus', " \
  "'extension': [{'url': 'sourceId', 'valueString': 'made'}, {'url': "         \
  "'status', 'valueInteger': " status "}]}], 'resource': 'Bundle'}}"
  const ax_result_script *r =
      kit_run(FIXTURE "'test': [{'action': [" CREATE ", " WHEN("202") "]}]");
  kit_expect(r, 0, 1, "skip", "counts only after status 202, and it was 201");
  kit_expect_kind(r->kind, "pass");
  assert_true(ax_result_complete(r));
  r = kit_run(FIXTURE "'test': [{'action': [" CREATE ", " WHEN("201") "]}]");
  kit_expect(r, 0, 1, "fail", "expected 'Bundle'");
}

#define MEMBER(group, code)                                                    \
  "{'assert': {" GATE("assertionAnyOfGroup", group) ", 'responseCode': '" code \
                                                    "'}}"

static void one_of_a_group_is_enough(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      FIXTURE "'test': [{'action': [" CREATE
              ", " MEMBER("g", "200") ", " MEMBER("g", "201") ", " MEMBER(
                  "g", "202") ", {'assert': {'resource': "
                              "'Patient'}}]}]");
  kit_expect(r, 0, 1, "pass", "one of the group 'g' is enough");
  kit_expect(r, 0, 2, "pass", "");
  assert_int_equal(kit_action(r, 0, 2)->message.len, 0);
  kit_expect(r, 0, 3, "pass", "one of the group 'g' is enough");
  kit_expect(r, 0, 4, "pass", "");
  kit_expect_kind(r->kind, "pass");
}

static void none_of_a_group_fails_all_of_it_at_its_end(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run(FIXTURE "'test': [{'action': [" CREATE ", " MEMBER(
          "g", "200") ", "
                      "{'assert': {'resource': 'Patient'}}, " MEMBER(
                          "g", "202") ", "
                                      "{'assert': {'resource': 'Patient'}}]}]");
  kit_expect(r, 0, 1, "fail", "expected status '200'");
  kit_expect(r, 0, 2, "pass", "");
  kit_expect(r, 0, 3, "fail", "expected status '202'");
  kit_expect(r, 0, 4, "skip", "");
}

static void groups_do_not_help_each_other(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run(FIXTURE "'test': [{'action': [" CREATE ", " MEMBER(
          "g", "200") ", " MEMBER("h", "201") ", " MEMBER("g", "204") "]}]");
  kit_expect(r, 0, 1, "fail", "");
  kit_expect(r, 0, 2, "pass", "");
  kit_expect(r, 0, 3, "fail", "");
  kit_expect_kind(r->kind, "fail");
}

static void warnings_in_a_group_still_need_one_that_holds(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run(FIXTURE "'test': [{'action': [" CREATE ", {'assert': {" GATE(
          "assertionAnyOfGroup", "g") ", 'responseCode': '200', 'warningOnly': "
                                      "true}}, " MEMBER("g", "202") "]}]");
  kit_expect(r, 0, 1, "fail", "");
  kit_expect(r, 0, 2, "fail", "");
}

#define CONDITIONAL(code)                                                    \
  FIXTURE "'contained': [{'resourceType': 'TestScript', 'id': 'c', 'test': " \
          "[{'action': [{'operation': {'type': {'code': 'read'}, 'url': "    \
          "'Patient/p'}}]}, {'action': [{'assert': {'responseCode': '" code  \
          "'}}]}]}], 'test': [{'modifierExtension': [{'url': "               \
          "'https://x/TestScript-Conditional', 'valueReference': "           \
          "{'reference': '#c'}}], 'action': [" CREATE "]}]"

static void a_condition_of_nist_decides_about_the_rest_of_a_test(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(CONDITIONAL("404"));
  kit_expect_kind(r->kind, "pass");
  assert_int_equal(r->phases.items[0].actions.count, 2);
  assert_int_equal(kit.asked_count, 2);
  kit.asked_count = 0;
  r = kit_run(CONDITIONAL("200"));
  kit_expect(r, 0, 0, "pass", "");
  kit_expect(r, 0, 1, "skip", "its condition does not hold: expected status");
  assert_int_equal(kit.asked_count, 1);
  assert_true(ax_result_complete(r));
  kit_expect_kind(r->kind, "pass");
}

int main(void) {
#define RUN(test) cmocka_unit_test_setup_teardown(test, kit_begin, kit_end)
  const struct CMUnitTest tests[] = {
    RUN(a_script_needs_what_the_target_says),
    RUN(a_test_needs_it_by_itself),
    RUN(a_condition_that_is_none_is_an_error),
    RUN(tests_for_other_versions_are_left_out),
    RUN(an_assert_may_count_for_one_status_only),
    RUN(one_of_a_group_is_enough),
    RUN(none_of_a_group_fails_all_of_it_at_its_end),
    RUN(groups_do_not_help_each_other),
    RUN(warnings_in_a_group_still_need_one_that_holds),
    RUN(a_condition_of_nist_decides_about_the_rest_of_a_test),
  };
  return cmocka_run_group_tests(tests, kit_open, kit_close);
}
