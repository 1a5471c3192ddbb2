/* Unit tests of conformance-tests/runner/run/subtest.c: scripts that run other
 * scripts. */
#include "run_kit.h"

static char inner_path[64];

/* Another script beside the one that is run. */
static void write_inner(const char *members) {
  (void)snprintf(inner_path, sizeof inner_path, "%s/inner.json", kit.folder);
  ax_str text = ax_arena_printf(
      kit.arena,
      "{\"resourceType\":\"TestScript\",\"id\":\"inner\",\"name\":"
      "\"Inner%ld\",\"url\":\"http://example.org/inner\",\"status\":"
      "\"draft\"," AX_STR_FMT "}",
      (long)getpid(), AX_STR_ARG(kit_text(members)));
  assert_int_equal(ax_file_write(inner_path, text, NULL), AX_OK);
}

static int end(void **state) {
  (void)unlink(inner_path);
  return kit_end(state);
}

/* A script whose only assert runs the inner one, with `more` members of the
 * assert and `parts` of the extension. */
static const ax_result_script *run_outer(const char *extension,
                                         const char *parts, const char *more) {
  char script[4096];
  (void)snprintf(
      script, sizeof script,
      "'variable': [{'name': 'o', 'defaultValue': 'p1'}],"
      "'fixture': [{'id': 'l', 'resource': {'resourceType': 'List', 'title': "
      "'t', 'note': [{'text': 'p1'}, {'text': 'p2'}]}}],"
      "'test': [{'action': [{'assert': {'extension': [{'url': 'http://x/%s', "
      "'extension': [{'url': 'testName', 'valueString': 'Inner%ld'}%s%s]}]%s%s"
      "}}]}]",
      extension, (long)getpid(), parts[0] ? "," : "", parts, more[0] ? "," : "",
      more);
  return kit_run(script);
}

static const char reads[] =
    "'variable': [{'name': 'i', 'defaultValue': 'none'}],"
    "'test': [{'name': 'read', 'action': [{'operation': {'type': {'code': "
    "'read'}, 'resource': 'Patient', 'params': '/${i}'}}, {'assert': "
    "{'response': 'okay'}}]}]";
static const char bind[] =
    "{'url': 'bindVariable', 'extension': [{'url': 'bindSource', "
    "'valueString': 'o'}, {'url': 'bindTarget', 'valueString': 'i'}]}";

static void store(const char *key) {
  kit_stored *one = &kit.stored[kit.stored_count++];
  *one = (kit_stored){ .body = "{\"resourceType\":\"Patient\"}" };
  (void)snprintf(one->key, sizeof one->key, "%s", key);
}

static void a_subtest_passes_when_all_of_it_holds(void **state) {
  (void)state;
  write_inner(reads);
  store("Patient/p1");
  const ax_result_script *r = run_outer("assert-subtest", bind, "");
  kit_expect(r, 0, 0, "pass", "");
  assert_string_equal(kit.asked[0].path, "/fhir/Patient/p1");
  assert_int_equal(r->phases.count, 1);
}

static void a_subtest_fails_with_what_failed_inside(void **state) {
  (void)state;
  write_inner(reads);
  const ax_result_script *r = run_outer("assert-subtest", "", "");
  kit_expect(r, 0, 0, "fail", "got 404");
  kit_expect(r, 0, 0, "fail", "response okay");
  assert_string_equal(kit.asked[0].path, "/fhir/Patient/none");
  assert_int_equal(kit_action(r, 0, 0)->exchange->status, 404);
}

static void what_a_subtest_lacks_the_script_lacks(void **state) {
  (void)state;
  write_inner("'test': [{'action': [{'operation': {'type': {'code': 'odd'}}}]"
              "}]");
  kit_expect(run_outer("assert-subtest", "", ""), 0, 0, "unsupported",
             "unsupported: operation code 'odd' (in Inner");
  write_inner("'test': [{'action': [{'operation': {'url': '${nil}'}}]}]");
  kit_expect(run_outer("assert-subtest", "", ""), 0, 0, "error",
             "'${nil}' is no variable");
}

static void a_subtest_may_only_warn(void **state) {
  (void)state;
  write_inner(reads);
  kit_expect(run_outer("assert-subtest", "", "'warningOnly': true"), 0, 0,
             "warning", "got 404");
}

#define EACH(all)                                                          \
  "{'url': 'bindEachTarget', 'valueString': 'i'}, {'url': 'allMustPass', " \
  "'valueBoolean': " all "}"

static void a_subtest_is_run_for_each_value(void **state) {
  (void)state;
  const char *notes = "'sourceId': 'l', 'expression': 'List.note.text'";
  write_inner(reads);
  store("Patient/p1");
  kit_expect(run_outer("assert-subtest-each", EACH("true"), notes), 0, 0,
             "fail", "Patient/p2");
  assert_int_equal(kit.asked_count, 2);
  kit_expect(run_outer("assert-subtest-each", EACH("false"), notes), 0, 0,
             "pass", "");
  store("Patient/p2");
  kit_expect(run_outer("assert-subtest-each", EACH("true"), notes), 0, 0,
             "pass", "");
  kit_expect(run_outer("assert-subtest-each", EACH("true"),
                       "'sourceId': 'l', 'expression': 'List.entry'"),
             0, 0, "fail", "was never run");
}

static void answers_inside_do_not_disturb_those_outside(void **state) {
  (void)state;
  write_inner(reads);
  store("Patient/p1");
  char script[2048];
  (void)snprintf(script, sizeof script,
                 "'test': [{'action': [{'operation': {'url': 'Patient/no'}}, "
                 "{'assert': {'warningOnly': true, 'extension': [{'url': "
                 "'http://x/assert-subtest', 'extension': [{'url': 'testName', "
                 "'valueString': 'Inner%ld'}]}]}}, {'assert': {'response': "
                 "'notFound'}}]}]",
                 (long)getpid());
  const ax_result_script *r = kit_run(script);
  kit_expect(r, 0, 2, "pass", "");
}

int main(void) {
#define RUN(test) cmocka_unit_test_setup_teardown(test, kit_begin, end)
  const struct CMUnitTest tests[] = {
    RUN(a_subtest_passes_when_all_of_it_holds),
    RUN(a_subtest_fails_with_what_failed_inside),
    RUN(what_a_subtest_lacks_the_script_lacks),
    RUN(a_subtest_may_only_warn),
    RUN(a_subtest_is_run_for_each_value),
    RUN(answers_inside_do_not_disturb_those_outside),
  };
  return cmocka_run_group_tests(tests, kit_open, kit_close);
}
