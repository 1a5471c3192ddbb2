/* Unit tests of conformance-tests/runner/run/assert*.c and evaluate.c: every
 * kind of assert, holding and not. */
#include "run_kit.h"

/* A script that creates the fixture `f` (responseId r, requestId q), searches
 * (responseId s), and judges one assert. */
#define SCRIPT                                                                 \
  "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Patient', "           \
  "'active': true, 'gender': 'male', 'multipleBirthInteger': 2, 'birthDate': " \
  "'1975-01-02', 'name': [{'use': 'official', 'family': 'Ant', 'given': "      \
  "['Al', 'Bo']}, {'family': 'Bee'}], 'maritalStatus': {'coding': ["           \
  "{'system': 'http://y', 'code': 'a'}, {'system': 'http://y', 'code': 'b'}"   \
  "]}}},"                                                                      \
  "{'id': 'min', 'resource': {'resourceType': 'Patient', 'name': [{'given': "  \
  "['Bo']}]}}, {'id': 'big', 'resource': {'resourceType': 'Patient', "         \
  "'gender': 'male', 'name': [{'family': 'Cat'}]}}, {'id': 'obs', "            \
  "'resource': {'resourceType': 'Observation'}}],"                             \
  "'profile': [{'id': 'pat', 'reference': "                                    \
  "'http://hl7.org/fhir/StructureDefinition/Patient'}, {'id': 'none', "        \
  "'reference': 'http://example.org/none'}],"                                  \
  "'variable': [{'name': 'v', 'defaultValue': 'Ant'}],"                        \
  "'test': [{'action': ["                                                      \
  "{'operation': {'type': {'code': 'search'}, 'resource': 'Patient', "         \
  "'params': '?a=b|c', 'responseId': 's'}},"                                   \
  "{'operation': {'type': {'code': 'create'}, 'sourceId': 'f', "               \
  "'responseId': 'r', 'requestId': 'q'}},"                                     \
  "{'assert': {%s}}]}]"

static const ax_result_action *judge(const char *assertion) {
  char script[8192];
  (void)snprintf(script, sizeof script, SCRIPT, assertion);
  kit.asked_count = kit.stored_count = 0;
  return kit_action(kit_run(script), 0, 2);
}

static void expect(const char *assertion, const char *kind, const char *part,
                   int line) {
  const ax_result_action *a = judge(assertion);
  if (strcmp(ax_result_word(a->kind), kind) != 0 ||
      ax_str_find(a->message, ax_str_from(part)) == AX_STR_NONE)
    fail_msg("line %d: %s is %s: " AX_STR_FMT, line, assertion,
             ax_result_word(a->kind), AX_STR_ARG(a->message));
}
#define HOLDS(assertion) expect((assertion), "pass", "", __LINE__)
#define FAILS(assertion, part) expect((assertion), "fail", (part), __LINE__)
#define LACKS(assertion, part) \
  expect((assertion), "unsupported", (part), __LINE__)
#define BREAKS(assertion, part) expect((assertion), "error", (part), __LINE__)

static void response_is_the_status_by_its_name(void **state) {
  (void)state;
  HOLDS("'response': 'created'");
  FAILS("'response': 'okay'", "expected status okay (200), got 201 to POST");
  HOLDS("'response': 'okay', 'operator': 'notEquals'");
  HOLDS("'response': 'okay,created', 'operator': 'in'");
  FAILS("'response': 'okay, noContent', 'operator': 'in'", "200,204");
  HOLDS("'response': 'okay', 'sourceId': 's'");
  BREAKS("'response': 'fine'", "'fine' is no name of a response");
  FAILS("'response': 'okay', 'sourceId': 'R7'", "nothing is known as 'R7'");
  BREAKS("'response': 'okay', 'sourceId': 'f'", "is a fixture and no answer");
}

static void response_code_is_its_number(void **state) {
  (void)state;
  HOLDS("'responseCode': '201'");
  FAILS("'responseCode': '200'", "got 201");
  HOLDS("'responseCode': '200,201', 'operator': 'in'");
  HOLDS("'responseCode': '200,201'");
  HOLDS("'responseCode': '200,204', 'operator': 'notIn'");
  FAILS("'responseCode': '200,201', 'operator': 'notIn'", "");
  HOLDS("'responseCode': '300', 'operator': 'lessThan'");
  HOLDS("'responseCode': '199', 'operator': 'greaterThan'");
  LACKS("'responseCode': '201', 'operator': 'manualEval'",
        "operator 'manualEval'");
}

static void what_the_server_said_explains_a_status(void **state) {
  (void)state;
  const ax_result_script *r =
      kit_run("'test': [{'action': [{'operation': {'url': 'Patient/no'}}, "
              "{'assert': {'response': 'okay'}}]}]");
  kit_expect(r, 0, 1, "fail", "/Patient/no: status 404");
  assert_str(kit_action(r, 0, 1)->actual, "404");
}

static void content_types_have_short_names(void **state) {
  (void)state;
  HOLDS("'contentType': 'json'");
  HOLDS("'contentType': 'application/fhir+json'");
  HOLDS("'contentType': 'application/fhir+json; charset=utf-8'");
  FAILS("'contentType': 'application/json'", "expected 'application/json'");
  FAILS("'contentType': 'none'", "");
  HOLDS("'contentType': 'none', 'operator': 'notEquals'");
  HOLDS("'contentType': 'json', 'direction': 'request'");
  HOLDS("'contentType': 'utf-8', 'operator': 'contains'");
  /* In a run with JSON on the wire. */
  HOLDS("'contentType': 'xml'");
  HOLDS("'contentType': 'application/fhir+xml'");
  kit.options.wire = AX_RUN_WIRE_AS_ASKED;
  FAILS("'contentType': 'xml'", "");
}

static void headers_are_compared(void **state) {
  (void)state;
  HOLDS("'headerField': 'Location', 'operator': 'contains', 'value': "
        "'/Patient/made-1'");
  HOLDS("'headerField': 'etag', 'value': 'W/\\\"1\\\"'");
  HOLDS("'headerField': 'ETag'");
  HOLDS("'headerField': 'ETag', 'operator': 'notEmpty'");
  FAILS("'headerField': 'X-None'", "expected notEmpty, got nothing");
  HOLDS("'headerField': 'X-None', 'operator': 'empty'");
  HOLDS("'headerField': 'X-None', 'operator': 'notContains', 'value': 'x'");
  HOLDS("'headerField': 'Content-Type', 'operator': 'contains', 'value': "
        "'application/fhir+xml'");
  HOLDS("'headerField': 'Accept', 'direction': 'request', 'value': "
        "'application/fhir+json'");
  HOLDS("'headerField': 'Accept', 'sourceId': 'q', 'value': "
        "'application/fhir+json'");
  HOLDS("'headerField': 'Content-Type', 'operator': 'contains', 'value': "
        "'xml'");
  FAILS("'headerField': 'Location', 'operator': 'contains', 'value': 'xml'",
        "expected contains 'xml'");
  BREAKS("'headerField': 'ETag', 'sourceId': 'f'", "has no headers");
}

static void the_request_itself_is_judged(void **state) {
  (void)state;
  HOLDS("'requestMethod': 'post'");
  FAILS("'requestMethod': 'get'", "expected 'GET', got 'POST'");
  HOLDS("'requestMethod': 'get,post', 'operator': 'in'");
  HOLDS("'requestMethod': 'get', 'sourceId': 's'");
  HOLDS("'requestURL': 'Patient', 'direction': 'request'");
  HOLDS("'requestURL': '/fhir/Patient'");
  HOLDS("'requestURL': 'a=b|c', 'operator': 'contains', 'sourceId': 's'");
  HOLDS("'requestURL': 'a=b%7Cc', 'operator': 'contains', 'sourceId': 's'");
  HOLDS("'requestURL': 'Patient?a=b|c', 'sourceId': 's'");
  FAILS("'requestURL': 'Observation', 'operator': 'contains'",
        "/fhir/Patient'");
  HOLDS("'requestURL': 'Observation', 'operator': 'notContains'");
}

static void the_type_of_a_body_is_judged(void **state) {
  (void)state;
  HOLDS("'resource': 'Patient'");
  FAILS("'resource': 'Bundle'", "expected 'Bundle', got 'Patient'");
  HOLDS("'resource': 'Bundle', 'sourceId': 's'");
  HOLDS("'resource': 'Patient,Bundle', 'operator': 'in'");
  HOLDS("'resource': 'Observation', 'sourceId': 'obs'");
}

static void expressions_alone_are_conditions(void **state) {
  (void)state;
  HOLDS("'expression': 'Patient.active'");
  HOLDS("'expression': 'Patient.name.exists()'");
  HOLDS("'expression': '%resource.name.given.count() = 2'");
  HOLDS("'expression': 'name.where(family = %v).exists()'");
  FAILS("'expression': 'Patient.deceased'", "gives nothing and not true");
  FAILS("'expression': 'Patient.gender = `female`'", "gives 'false'");
  HOLDS("'expression': 'Patient.gender = `female`', 'operator': "
        "'notEquals'");
  FAILS("'expression': 'Patient.name'", "gives 2 values");
  HOLDS("'expression': 'Patient.gender = `male`', 'operator': 'eval'");
  HOLDS("'expression': 'Bundle.total >= 0', 'sourceId': 's'");
  HOLDS("'expression': 'Patient.active', 'direction': 'request'");
}

static void expressions_are_compared_with_values(void **state) {
  (void)state;
  HOLDS("'expression': 'Patient.gender', 'value': 'male'");
  HOLDS("'expression': 'Patient.name[0].family', 'value': '${v}'");
  HOLDS("'expression': 'Patient.active', 'value': 'true'");
  HOLDS("'expression': 'Patient.active', 'value': true");
  HOLDS("'expression': 'Patient.name.given.count()', 'value': '2'");
  FAILS("'expression': 'Patient.gender', 'value': 'female'",
        "expected 'female', got 'male'");
  FAILS("'expression': 'Patient.name.given', 'value': 'Al'",
        "expected 'Al', got 'Al', 'Bo'");
  HOLDS("'expression': 'Patient.name.given', 'value': 'Al', 'operator': "
        "'contains'");
  HOLDS("'expression': 'Patient.multipleBirth', 'operator': 'greaterThan', "
        "'value': '1'");
  HOLDS("'expression': 'Patient.birthDate', 'operator': 'lessThan', 'value': "
        "'1976'");
  HOLDS("'expression': 'Patient.deceased', 'operator': 'empty'");
  HOLDS("'expression': 'Patient.name', 'operator': 'notEmpty'");
  HOLDS("'expression': 'Patient.gender', 'operator': 'in', 'value': "
        "'male,female'");
}

static void expressions_that_cannot_be_judged_say_why(void **state) {
  (void)state;
  BREAKS("'expression': 'Patient.'", "syntax fault in the expression");
  BREAKS("'expression': 'Patient.foo()'", "foo");
  FAILS("'expression': 'Patient.name + 1'", "execution fault");
  HOLDS("'expression': "
        "'conformsTo(`http://hl7.org/fhir/StructureDefinition/Patient`)'");
}

/* Codes are judged by the packages of the runner; what they do not decide is
 * unsupported, for an empty answer would fail what may be right. */
static void expressions_ask_value_sets(void **state) {
  (void)state;
  HOLDS("'expression': 'Patient.gender.memberOf("
        "`http://hl7.org/fhir/ValueSet/administrative-gender`)'");
  FAILS("'expression': 'Patient.gender.memberOf("
        "`http://hl7.org/fhir/ValueSet/observation-status`)'",
        "true");
  FAILS("'expression': 'Patient.gender.memberOf("
        "`http://hl7.org/fhir/ValueSet/administrative-gender`)', 'value': "
        "'false'",
        "expected 'false', got 'true'");
  LACKS("'expression': 'Patient.gender.memberOf(`http://x`)'",
        "terminology of http://x: the value set is not loaded");
  HOLDS("'expression': 'Patient.maritalStatus.coding.first().subsumes("
        "Patient.maritalStatus.coding.first())'");
  LACKS("'expression': 'Patient.maritalStatus.coding.first().subsumes("
        "Patient.maritalStatus.coding.last())'",
        "terminology of http://y: the code system is not loaded");
  kit.options.valuesets = NULL;
  LACKS("'expression': 'Patient.gender.memberOf("
        "`http://hl7.org/fhir/ValueSet/administrative-gender`)'",
        "there is no terminology");
}

static void paths_are_json_paths_or_x_paths(void **state) {
  (void)state;
  HOLDS("'path': '$.gender', 'value': 'male'");
  HOLDS("'path': '.name[0].given[1]', 'value': 'Bo'");
  HOLDS("'path': 'name[?(@.use == `official`)].family', 'value': 'Ant'");
  HOLDS("'path': 'fhir:Patient/fhir:gender/@value', 'value': 'male'");
  /* XPath: one of the nodes is enough. */
  HOLDS("'path': 'Patient/name/given', 'value': 'Bo'");
  FAILS("'path': 'Patient/name/given', 'value': 'Cy'",
        "expected 'Cy', got 'Al', 'Bo'");
  HOLDS("'path': '/Bundle/total', 'operator': 'greaterThan', 'value': '-1', "
        "'sourceId': 's'");
  HOLDS("'path': 'Patient/id', 'operator': 'notEmpty'");
  HOLDS("'path': 'Patient/deceasedBoolean', 'operator': 'empty'");
  HOLDS("'path': 'Patient/id'");
  FAILS("'path': 'Patient/photo'", "expected notEmpty, got nothing");
  LACKS("'path': 'count(//name)', 'value': '2'", "XPath with the function");
  BREAKS("'path': '$[', 'value': '2'", "no JSONPath");
}

static void sources_are_compared(void **state) {
  (void)state;
  HOLDS("'compareToSourceId': 'f', 'compareToSourceExpression': "
        "'Patient.gender', 'expression': 'Patient.gender'");
  HOLDS("'compareToSourceId': 'f', 'compareToSourcePath': '$.gender', "
        "'expression': 'Patient.gender', 'operator': 'equals'");
  HOLDS("'compareToSourceId': 'f', 'compareToSourcePath': "
        "'fhir:Patient/fhir:gender/@value', 'path': 'Patient/gender'");
  HOLDS("'compareToSourceId': 'f', 'compareToSourceExpression': "
        "'Patient.name.given', 'expression': 'Patient.name.given'");
  FAILS("'compareToSourceId': 'big', 'compareToSourceExpression': "
        "'Patient.name.family', 'expression': 'Patient.name[0].family'",
        "expected 'Cat', got 'Ant'");
  FAILS("'compareToSourceId': 'min', 'compareToSourceExpression': "
        "'Patient.gender', 'expression': 'Patient.gender'",
        "the other source gives no value");
  HOLDS("'compareToSourceId': 'big', 'expression': 'Patient.gender'");
  /* By itself it is a condition on the source. */
  HOLDS("'compareToSourceId': 'big', 'compareToSourceExpression': "
        "'Patient.gender = `male`'");
  FAILS("'compareToSourceId': 'big', 'compareToSourceExpression': "
        "'Patient.gender = `female`'",
        "in big, the expression gives 'false'");
  HOLDS("'compareToSourceId': 'big', 'compareToSourcePath': '$.gender'");
  FAILS("'compareToSourceId': 'nil', 'compareToSourceExpression': 'true'",
        "nothing is known as 'nil'");
}

static void a_minimum_is_contained(void **state) {
  (void)state;
  HOLDS("'minimumId': 'min'");
  HOLDS("'minimumId': 'f'");
  HOLDS("'minimumId': 'min', 'sourceId': 'f'");
  FAILS("'minimumId': 'big'", "the minimum wants an object at Patient.name[0]");
  FAILS("'minimumId': 'f', 'sourceId': 'min'",
        "the minimum wants true at Patient.active, and there is nothing");
  FAILS("'minimumId': 'obs'", "a Patient cannot contain a Observation");
  FAILS("'minimumId': 'obs', 'sourceId': 's'",
        "a Bundle cannot contain a Observation");
  FAILS("'minimumId': 'nil'", "nothing is known as 'nil'");
#define ONCE                                                           \
  "'modifierExtension': [{'url': 'https://x/TestScript-OncePerType', " \
  "'valueString': 'Patient'}], 'minimumId': 'min', "
  HOLDS(ONCE "'sourceId': 'r'");
  FAILS(ONCE "'sourceId': 's'", "expected Patient, got none of this type");
}

static void once_per_type_looks_at_all_of_a_bundle(void **state) {
  (void)state;
#define BUNDLE(more)                                                         \
  "'fixture': [{'id': 'b', 'resource': {'resourceType': 'Bundle', 'entry': " \
  "[{'resource': {'resourceType': 'Patient', 'active': true}}, "             \
  "{'resource': {'resourceType': 'Observation'}}, {'resource': "             \
  "{'resourceType': 'Patient', 'gender': 'male'" more "}}]}}, {'id': "       \
  "'min', 'resource': {'resourceType': 'Patient', 'active': true}}],"        \
  "'test': [{'action': [{'assert': {" ONCE "'sourceId': 'b'}}]}]"
  kit_expect(kit_run(BUNDLE("")), 0, 0, "fail", "Patient.active");
  kit_expect(kit_run(BUNDLE(", 'active': true")), 0, 0, "pass", "");
  /* Without the extension one of them is enough. */
  const char *one =
      "'fixture': [{'id': 'b', 'resource': {'resourceType': 'Bundle', 'entry': "
      "[{'resource': {'resourceType': 'Patient'}}, {'resource': "
      "{'resourceType': 'Patient', 'gender': 'male'}}]}}, {'id': 'm', "
      "'resource': {'resourceType': 'Patient', 'gender': 'male'}}, {'id': 'n', "
      "'resource': {'resourceType': 'Patient', 'active': true}}],"
      "'test': [{'action': [{'assert': {'sourceId': 'b', 'minimumId': 'm'}}, "
      "{'assert': {'sourceId': 'b', 'minimumId': 'n'}}]}]";
  kit_expect(kit_run(one), 0, 0, "pass", "");
  kit_expect(kit_run(one), 0, 1, "fail", "Patient.active");
}

static void the_id_of_a_contained_minimum_is_the_scripts_own(void **state) {
  (void)state;
#define CONTAINED(reference)                                                \
  "'contained': [{'resourceType': 'Patient', 'id': 'm', 'active': true}], " \
  "'fixture': [{'id': 'f', 'resource': {'resourceType': 'Patient', "        \
  "'active': true}}, {'id': 'm', 'resource': " reference "}],"              \
  "'test': [{'action': [{'operation': {'type': {'code': 'create'}, "        \
  "'sourceId': 'f'}}, {'assert': {'minimumId': 'm'}}]}]"
  kit_expect(kit_run(CONTAINED("{'reference': '#m'}")), 0, 1, "pass", "");
  kit_expect(kit_run(CONTAINED("{'resourceType': 'Patient', 'id': 'm'}")), 0, 1,
             "fail", "wants m at Patient.id");
}

static void profiles_are_validated(void **state) {
  (void)state;
  HOLDS("'validateProfileId': 'pat'");
  FAILS("'validateProfileId': 'pat', 'sourceId': 'obs'", "not valid by");
  LACKS("'validateProfileId': 'none'",
        "profile http://example.org/none not loaded");
  BREAKS("'validateProfileId': 'nil'", "the script has no profile 'nil'");
  kit.options.validator = NULL;
  LACKS("'validateProfileId': 'pat'", "validation by profiles");
}

static void navigation_links_are_first_last_and_next(void **state) {
  (void)state;
  FAILS("'navigationLinks': true, 'sourceId': 's'",
        "got no first, no last, no next");
  HOLDS("'navigationLinks': false, 'sourceId': 's'");
  const char *script =
      "'fixture': [{'id': 'b', 'resource': {'resourceType': 'Bundle', 'link': "
      "[{'relation': 'first', 'url': 'x'}, {'relation': 'last', 'url': 'x'}, "
      "{'relation': 'next', 'url': 'x'}]}}], 'test': [{'action': [{'assert': "
      "{'navigationLinks': true, 'sourceId': 'b'}}]}]";
  kit_expect(kit_run(script), 0, 0, "pass", "");
}

static void several_questions_must_all_hold(void **state) {
  (void)state;
  HOLDS("'response': 'created', 'resource': 'Patient'");
  FAILS("'response': 'created', 'resource': 'Bundle'", "expected 'Bundle'");
  FAILS("'response': 'okay', 'resource': 'Patient'", "expected status okay");
}

static void an_assert_that_asks_nothing_is_no_pass(void **state) {
  (void)state;
  BREAKS("'label': 'x'", "the assert asks for nothing");
  BREAKS("'direction': 'sideways', 'responseCode': '201'",
         "'sideways' is no direction");
  LACKS("'extension': [{'url': 'http://x/own-kind', 'valueString': 'y'}]",
        "extension http://x/own-kind");
}

static void warning_only_may_be_demanded(void **state) {
  (void)state;
  HOLDS("'response': 'created'");
  kit.options.demand_warning_only = true;
  FAILS("'response': 'created'", "does not say warningOnly");
  HOLDS("'response': 'created', 'warningOnly': false");
  expect("'response': 'okay', 'warningOnly': true", "warning", "got 201",
         __LINE__);
  /* What is not there is a warning, too. */
  expect("'response': 'okay', 'sourceId': 'nil', 'warningOnly': true",
         "warning", "nothing is known", __LINE__);
}

static void results_tell_rule_and_requirement(void **state) {
  (void)state;
  const ax_result_action *a =
      judge("'label': 'L', 'description': 'D', 'expression': 'Patient.gender', "
            "'operator': 'in', 'value': 'a,b', 'requirement': [{'linkUri': "
            "'http://x/req#k1'}]");
  assert_str(a->rule, "expression Patient.gender in 'a,b'");
  assert_str(a->label, "L");
  assert_str(a->description, "D");
  assert_str(a->place, "TestScript.test[0].action[2].assert");
  assert_str(a->expected, "in 'a,b'");
  assert_str(a->actual, "'male'");
  assert_str(a->requirement, "http://x/req#k1");
  assert_str(a->requirement_url, "http://x/req#k1");
  assert_true(a->is_assert);
  assert_non_null(a->exchange);
  a = judge("'extension': [{'url': 'http://x/requirement', 'valueString': "
            "'K-7'}], 'response': 'created'");
  assert_str(a->requirement, "K-7");
  assert_str(a->requirement_url, "");
  /* What stands at the test counts for all of it. */
  const ax_result_script *r = kit_run(
      "'test': [{'extension': [{'url': 'http://x/requirement', 'valueString': "
      "'K-8'}], 'action': [{'operation': {'url': 'Patient/no'}}, {'assert': "
      "{'response': 'notFound'}}]}]");
  assert_str(kit_action(r, 0, 0)->requirement, "K-8");
  assert_str(kit_action(r, 0, 1)->requirement, "K-8");
}

static void long_values_are_cut_for_people(void **state) {
  (void)state;
  const ax_result_action *a =
      judge("'expression': '(1 | 2 | 3 | 4 | 5 | 6 | 7)', 'value': 'no'");
  assert_str(a->actual, "'1', '2', '3', '4', '5' and 2 more");
  /* 512 characters of two bytes: cut between two of them. */
  a = judge("'expression': '`\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc`"
            ".replaceMatches(`(.)`, `$1$1$1$1$1$1$1$1`)"
            ".replaceMatches(`(.)`, `$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1$1`)"
            " & ``', 'value': 'no'");
  assert_true(a->actual.len < 410);
  assert_true(ax_str_ends(a->actual, AX_STR("\xc3\xbc...'")));
}

int main(void) {
#define RUN(test) cmocka_unit_test_setup_teardown(test, kit_begin, kit_end)
  const struct CMUnitTest tests[] = {
    RUN(response_is_the_status_by_its_name),
    RUN(response_code_is_its_number),
    RUN(what_the_server_said_explains_a_status),
    RUN(content_types_have_short_names),
    RUN(headers_are_compared),
    RUN(the_request_itself_is_judged),
    RUN(the_type_of_a_body_is_judged),
    RUN(expressions_alone_are_conditions),
    RUN(expressions_are_compared_with_values),
    RUN(expressions_that_cannot_be_judged_say_why),
    RUN(expressions_ask_value_sets),
    RUN(paths_are_json_paths_or_x_paths),
    RUN(sources_are_compared),
    RUN(a_minimum_is_contained),
    RUN(once_per_type_looks_at_all_of_a_bundle),
    RUN(the_id_of_a_contained_minimum_is_the_scripts_own),
    RUN(profiles_are_validated),
    RUN(navigation_links_are_first_last_and_next),
    RUN(several_questions_must_all_hold),
    RUN(an_assert_that_asks_nothing_is_no_pass),
    RUN(warning_only_may_be_demanded),
    RUN(results_tell_rule_and_requirement),
    RUN(long_values_are_cut_for_people),
  };
  return cmocka_run_group_tests(tests, kit_open, kit_close);
}
