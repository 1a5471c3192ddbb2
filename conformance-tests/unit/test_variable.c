/* Unit tests of conformance-tests/runner/run/variable.c and builtin.c, seen by
 * what is asked of the target. */
#include "run_kit.h"

/* What GET Patient/TEXT asks when TEXT is filled. */
static const char *asked(const char *members, const char *text) {
  char script[4096];
  (void)snprintf(script, sizeof script,
                 "%s%s'test': [{'action': [{'operation': {'type': {'code': "
                 "'read'}, 'url': 'Patient/%s'}}]}]",
                 members, members[0] ? "," : "", text);
  kit.asked_count = 0;
  const ax_result_script *r = kit_run(script);
  if (!kit.asked_count)
    fail_msg(AX_STR_FMT, AX_STR_ARG(kit_action(r, 0, 0)->message));
  return kit.asked[0].path + sizeof "/fhir/Patient/" - 1;
}

static void expect_fault(const char *members, const char *text,
                         const char *kind, const char *part) {
  char script[4096];
  (void)snprintf(script, sizeof script,
                 "%s%s'test': [{'action': [{'operation': {'type': {'code': "
                 "'read'}, 'url': 'Patient/%s'}}]}]",
                 members, members[0] ? "," : "", text);
  kit.asked_count = 0;
  kit_expect(kit_run(script), 0, 0, kind, part);
  assert_int_equal(kit.asked_count, 0);
}

#define FIXTURE                                                      \
  "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Patient', " \
  "'id': 'x9', 'name': [{'family': 'Ant', 'given': ['Al', 'Bo']}], " \
  "'identifier': [{'value': 'a&b'}]}}],"

static void a_variable_is_taken_from_its_source(void **state) {
  (void)state;
  assert_string_equal(asked(FIXTURE "'variable': [{'name': 'v', 'sourceId': "
                                    "'f', 'expression': 'Patient.id'}]",
                            "${v}"),
                      "x9");
  assert_string_equal(asked(FIXTURE "'variable': [{'name': 'v', 'sourceId': "
                                    "'f', 'path': '$.name[0].given[1]'}]",
                            "a-${v}-b"),
                      "a-Bo-b");
  assert_string_equal(asked(FIXTURE "'variable': [{'name': 'v', 'sourceId': "
                                    "'f', 'path': "
                                    "'fhir:Patient/fhir:name/fhir:family/"
                                    "@value'}]",
                            "${v}"),
                      "Ant");
}

static void a_variable_takes_headers_of_answers_and_requests(void **state) {
  (void)state;
  (void)kit_run(
      FIXTURE "'variable': [{'name': 'tag', 'sourceId': 'made', 'headerField': "
              "'etag'}, {'name': 'type', 'sourceId': 'sent', 'headerField': "
              "'content-type'}],"
              "'test': [{'action': [{'operation': {'type': {'code': 'create'}, "
              "'sourceId': 'f', 'responseId': 'made', 'requestId': 'sent'}},"
              "{'operation': {'type': {'code': 'search'}, 'resource': "
              "'Patient', 'params': '?tag=${tag}&type=${type}'}}]}]");
  assert_string_equal(kit.asked[1].query,
                      "tag=W/%221%22&type=application%2Ffhir%2Bjson");
}

static void defaults_count_when_there_is_nothing_else(void **state) {
  (void)state;
  const char *only = "'variable': [{'name': 'v', 'defaultValue': 'dd'}]";
  assert_string_equal(asked(only, "${v}"), "dd");
  assert_string_equal(
      asked(FIXTURE "'variable': [{'name': 'v', 'sourceId': 'f', 'expression': "
                    "'Patient.gender', 'defaultValue': 'dd'}]",
            "${v}"),
      "dd");
  assert_string_equal(
      asked("'variable': [{'name': 'v', 'sourceId': 'none', 'expression': "
            "'Patient.id', 'defaultValue': 'dd'}]",
            "${v}"),
      "dd");
  assert_string_equal(asked("'variable': [{'name': 'v', 'defaultValue': "
                            "'${w}1'}, {'name': 'w', 'defaultValue': 'x'}]",
                            "${v}"),
                      "x1");
}

static void what_the_user_set_wins(void **state) {
  (void)state;
  const ax_run_setting set[] = { { AX_STR("v"), AX_STR("mine") } };
  kit.options.variables = set;
  kit.options.variable_count = 1;
  assert_string_equal(
      asked("'variable': [{'name': 'v', 'defaultValue': 'dd'}]", "${v}"),
      "mine");
  assert_string_equal(asked(FIXTURE "'variable': [{'name': 'v', 'sourceId': "
                                    "'f', 'expression': 'Patient.id'}]",
                            "${v}"),
                      "mine");
  /* Also one that the script does not name. */
  assert_string_equal(asked("", "${v}"), "mine");
}

static void unknown_and_empty_variables_are_told(void **state) {
  (void)state;
  expect_fault("", "${nobody}", "error", "'${nobody}' is no variable");
  expect_fault(FIXTURE "'variable': [{'name': 'v', 'sourceId': 'f', "
                       "'expression': 'Patient.gender'}]",
               "${v}", "fail",
               "variable 'v' has no value: Patient.gender gives nothing in f");
  expect_fault("'variable': [{'name': 'v', 'sourceId': 'g', 'expression': "
               "'Patient.gender'}]",
               "${v}", "fail", "nothing is known as 'g'");
  expect_fault(FIXTURE "'variable': [{'name': 'v', 'sourceId': 'f', "
                       "'headerField': 'ETag'}]",
               "${v}", "error", "is a fixture and has no headers");
  expect_fault(FIXTURE "'variable': [{'name': 'v', 'sourceId': 'f', "
                       "'expression': 'Patient.id.'}]",
               "${v}", "error", "syntax fault in the expression");
  expect_fault("'variable': [{'name': 'v', 'defaultValue': '${w}'}, {'name': "
               "'w', 'defaultValue': '${v}'}]",
               "${v}", "error", "needs itself");
}

static void what_is_left_to_the_user_is_made_up(void **state) {
  (void)state;
  const char *members =
      "'variable': [{'name': 'patientId', 'hint': '[Resource Id]'}]";
  char first[256];
  (void)snprintf(first, sizeof first, "%s", asked(members, "${patientId}"));
  assert_true(strncmp(first, "auspex-", 7) == 0);
  assert_string_equal(asked(members, "${patientId}"), first);
  kit.options.seed = 8;
  assert_string_not_equal(asked(members, "${patientId}"), first);
  assert_string_equal(
      asked("'variable': [{'name': 'v', 'hint': '[Version Id]'}]", "${v}"),
      "1");
  assert_string_equal(
      asked("'variable': [{'name': 'birthDate'}]", "${birthDate}"),
      "2026-06-27");
  const ax_result_script *r =
      kit_run("'variable': [{'name': 'q'}], 'test': [{'action': [{'operation': "
              "{'url': 'Patient/${q}'}}]}]");
  bool told = false;
  for (size_t i = 0; i < r->notices.count; i++)
    told |= ax_str_find(r->notices.items[i].text, AX_STR("left to the user")) !=
            AX_STR_NONE;
  assert_true(told);
}

static void words_have_their_length_and_follow_from_the_seed(void **state) {
  (void)state;
  char first[256];
  (void)snprintf(first, sizeof first, "%s", asked("", "${C6}/${D9}/${CD14}"));
  assert_int_equal(strlen(first), 6 + 1 + 9 + 1 + 14);
  assert_int_equal(strspn(first, "abcdefghijklmnopqrstuvwxyz"), 6);
  assert_int_equal(strspn(first + 7, "0123456789"), 9);
  assert_string_equal(asked("", "${C6}/${D9}/${CD14}"), first);
  kit.options.seed = 8;
  assert_string_not_equal(asked("", "${C6}/${D9}/${CD14}"), first);
  expect_fault("", "${C0}", "error", "is no variable");
  expect_fault("", "${C21}", "error", "is no variable");
}

static void dates_are_counted_from_today_or_a_variable(void **state) {
  (void)state;
  assert_string_equal(asked("", "${CURRENTDATE}"), "2026-06-27");
  assert_string_equal(asked("", "${CURRENTDATETIME}"),
                      "2026-06-27T12:00:00.000Z");
  assert_string_equal(asked("", "${CURRENTDATE, D, -27}"), "2026-05-31");
  assert_string_equal(asked("", "${CURRENTDATE, y, 1, M, +2}"), "2027-08-27");
  assert_string_equal(asked("", "${CURRENTDATETIME, H, -13}"),
                      "2026-06-26T23:00:00.000Z");
  assert_string_equal(asked("", "${DATE, T, D, 1}"), "2026-06-28");
  assert_string_equal(asked("'variable': [{'name': 'T', 'defaultValue': "
                            "'2020-02-28'}]",
                            "${DATE, T, D, 2}"),
                      "2020-03-01");
  assert_string_equal(asked("'variable': [{'name': 'T', 'defaultValue': "
                            "'2020-02-28'}]",
                            "${DATETIME, T, m, 5}"),
                      "2020-02-28T00:05:00.000Z");
  expect_fault("", "${CURRENTDATE, Q, 1}", "error", "no part of it");
  expect_fault("", "${CURRENTDATE, D, x}", "error", "no part of it");
  expect_fault("'variable': [{'name': 'T', 'defaultValue': 'soon'}]",
               "${DATE, T, D, 1}", "error", "is no date: 'soon'");
}

static void uuids_differ_in_a_fixture_and_stay_what_they_are(void **state) {
  (void)state;
  const char *members =
      "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Patient', "
      "'identifier': [{'value': '${UUID}'}, {'value': '${UUID}'}, {'value': "
      "'${UUID-ST}'}]}}], 'variable': [{'name': 'a', 'sourceId': 'f', "
      "'expression': 'Patient.identifier[0].value'}, {'name': 'b', 'sourceId': "
      "'f', 'expression': 'Patient.identifier[1].value'}, {'name': 'c', "
      "'sourceId': 'f', 'expression': 'Patient.identifier[2].value'}]";
  char first[256];
  (void)snprintf(first, sizeof first, "%s", asked(members, "${a}/${b}"));
  assert_int_equal(strlen(first), 36 + 1 + 36);
  assert_true(strncmp(first, first + 37, 36) != 0);
  assert_string_equal(asked(members, "${a}/${b}"), first);
  (void)snprintf(first, sizeof first, "%s", asked(members, "${c}"));
  assert_string_equal(asked("", "${UUID-ST}"), first);
  assert_int_equal(strlen(asked("", "${UUID-NODASH}")), 32);
}

static void placeholders_in_fixtures_reach_the_target(void **state) {
  (void)state;
  (void)kit_run(
      "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Patient', "
      "'birthDate': '${CURRENTDATE}', 'name': [{'family': '${v}'}]}}],"
      "'variable': [{'name': 'v', 'defaultValue': 'O\\\\`Neill'}],"
      "'test': [{'action': [{'operation': {'type': {'code': 'create'}, "
      "'sourceId': 'f'}}]}]");
  assert_non_null(strstr(kit.asked[0].body, "\"birthDate\":\"2026-06-27\""));
  assert_non_null(strstr(kit.asked[0].body, "\"family\":\"O\\\\'Neill\""));
}

static void a_test_may_be_run_for_several_values(void **state) {
  (void)state;
  const ax_result_script *r = kit_run(
      "'test': [{'name': 'T', 'extension': [{'url': "
      "'http://ignixa.io/testscript/parametrize', 'extension': [{'url': "
      "'variable', 'valueString': 'v'}, {'url': 'values', 'valueString': "
      "'a, b'}]}], 'action': [{'operation': {'url': 'Patient/${v}'}}]}]");
  assert_int_equal(r->phases.count, 2);
  assert_string_equal(kit.asked[0].path, "/fhir/Patient/a");
  assert_string_equal(kit.asked[1].path, "/fhir/Patient/b");
}

int main(void) {
#define RUN(test) cmocka_unit_test_setup_teardown(test, kit_begin, kit_end)
  const struct CMUnitTest tests[] = {
    RUN(a_variable_is_taken_from_its_source),
    RUN(a_variable_takes_headers_of_answers_and_requests),
    RUN(defaults_count_when_there_is_nothing_else),
    RUN(what_the_user_set_wins),
    RUN(unknown_and_empty_variables_are_told),
    RUN(what_is_left_to_the_user_is_made_up),
    RUN(words_have_their_length_and_follow_from_the_seed),
    RUN(dates_are_counted_from_today_or_a_variable),
    RUN(uuids_differ_in_a_fixture_and_stay_what_they_are),
    RUN(placeholders_in_fixtures_reach_the_target),
    RUN(a_test_may_be_run_for_several_values),
  };
  return cmocka_run_group_tests(tests, kit_open, kit_close);
}
