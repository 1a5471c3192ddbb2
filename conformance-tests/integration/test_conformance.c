/*
 * test_conformance.c - the real auspex-conformance against a real gateway: what
 * each outcome is in every report, what the program ends with, what is chosen.
 */
#include "../support/scripts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 600 };

static outside *gw;

/* --- scripts */

#define PATIENT                                                             \
  "\"fixture\":[{\"id\":\"p\",\"autocreate\":false,\"autodelete\":false,"   \
  "\"resource\":{\"reference\":\"#p\"}}],\"contained\":[{\"resourceType\":" \
  "\"Patient\",\"id\":\"p\",\"name\":[{\"family\":\"Test\"}]}]"
#define CREATE \
  OPERATION("create", ",\"resource\":\"Patient\",\"sourceId\":\"p\"")

static void write_scripts(void) {
  scripts_put_script(
      "all/pass",
      PATIENT ",\"test\":[" TEST("created", CREATE
                                 "," ASSERT("\"responseCode\":\"201\"")) "]");
  scripts_put_script(
      "all/fail",
      "\"test\":[" TEST(
          "is there",
          READ "," ASSERT("\"responseCode\":\"200\"") "," ASSERT(
              "\"resource\":\"Patient\"")) "," TEST("is not there",
                                                    READ "," ASSERT(
                                                        "\"responseCode\":"
                                                        "\"404\"")) "]");
  scripts_put_script(
      "all/warning",
      "\"test\":[" TEST("perhaps",
                        READ "," WARN("\"responseCode\":\"200\"")) "]");
  scripts_put_script(
      "all/skip",
      "\"setup\":{\"action\":[" READ
      "," ASSERT("\"responseCode\":\"200\"") "]},\"test\":[" TEST(
          "left out", READ "," ASSERT("\"responseCode\":\"404\"")) "]");
  scripts_put_script(
      "all/unsupported",
      "\"fixture\":[{\"id\":\"body\",\"autocreate\":false,"
      "\"autodelete\":false,\"resource\":{\"resourceType\":\"Patient\","
      "\"active\":true}}],\"test\":[" TEST(
          "in XML",
          OPERATION("create",
                    ",\"resource\":\"Patient\","
                    "\"contentType\":\"xml\","
                    "\"sourceId\":\"body\"") "," ASSERT("\"responseCode\":"
                                                        "\"201\"")) "]");
  scripts_put_script(
      "all/error",
      "\"fixture\":[{\"id\":\"gone\",\"autocreate\":false,"
      "\"autodelete\":false,\"resource\":{\"reference\":"
      "\"nowhere.json\"}}],\"test\":[" TEST(
          "sends what is not there",
          OPERATION("create", ",\"resource\":\"Patient\",\"sourceId\":"
                              "\"gone\"")) "]");
  scripts_put("broken/broken.json", "{\"resourceType\":\"TestScript\",\"id\":");
}

static int setup(void **state) {
  (void)state;
  scripts_begin();
  write_scripts();
  gw = outside_start(NULL);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  outside_stop(gw);
  scripts_end();
  return 0;
}

#define RUN(...) \
  scripts_run(outside_base(gw), (const char *const[]){ __VA_ARGS__, NULL })

/* --- one run, all forms
 * ------------------------------------------------------------
 */

static const char *const kinds[] = { "pass",        "warning", "skip",
                                     "unsupported", "fail",    "error" };
enum { KINDS = 6 };

/* What one form says: of cases, of tests, asserts and operations, by kind. */
typedef struct {
  size_t cases, failures, errors, skipped;
  size_t asserts[KINDS], operations[KINDS], tests[KINDS];
} told;

static size_t number(const ax_json *at) {
  uint64_t n = 0;
  assert_true(ax_str_uint64(ax_json_text(at), 1000000, &n));
  return (size_t)n;
}

static told from_json(const ax_json *report) {
  const ax_json *totals = AX_JSON_GET(report, "totals");
  const ax_json *cases = AX_JSON_GET(totals, "cases");
  told t = { .cases = number(AX_JSON_GET(cases, "all")),
             .failures = number(AX_JSON_GET(cases, "fail")),
             .errors = number(AX_JSON_GET(cases, "error")),
             .skipped = number(AX_JSON_GET(cases, "skip")) +
                        number(AX_JSON_GET(cases, "unsupported")) };
  for (size_t k = 0; k < KINDS; k++) {
    ax_str kind = ax_str_from(kinds[k]);
    t.asserts[k] = number(ax_json_get(AX_JSON_GET(totals, "asserts"), kind));
    t.operations[k] =
        number(ax_json_get(AX_JSON_GET(totals, "operations"), kind));
    t.tests[k] = number(ax_json_get(AX_JSON_GET(totals, "tests"), kind));
  }
  return t;
}

/* The sum of all numbers behind `before`. */
static size_t sum_behind(ax_str text, const char *before) {
  size_t sum = 0, at = 0;
  while ((at = ax_str_find(text, ax_str_from(before))) != AX_STR_NONE) {
    text = ax_str_skip(text, at + strlen(before));
    ax_str rest = text;
    uint64_t n = 0;
    assert_true(ax_str_uint64(ax_str_cut(&rest, '"'), 1000000, &n));
    sum += (size_t)n;
  }
  return sum;
}

static told from_junit(ax_str text) {
  told t = { .cases = sum_behind(text, " tests=\""),
             .failures = sum_behind(text, " failures=\""),
             .errors = sum_behind(text, " errors=\""),
             .skipped = sum_behind(text, " skipped=\"") };
  assert_int_equal(scripts_count(text, "<testcase "), t.cases);
  assert_int_equal(scripts_count(text, "<failure "), t.failures);
  assert_int_equal(scripts_count(text, "<error "), t.errors);
  assert_int_equal(scripts_count(text, "<skipped "), t.skipped);
  for (size_t k = 0; k < KINDS; k++) {
    char name[100];
    (void)snprintf(name, sizeof name, "\"asserts.%s\" value=\"", kinds[k]);
    t.asserts[k] = sum_behind(text, name);
    (void)snprintf(name, sizeof name, "\"operations.%s\" value=\"", kinds[k]);
    t.operations[k] = sum_behind(text, name);
    (void)snprintf(name, sizeof name, "\"tests.%s\" value=\"", kinds[k]);
    t.tests[k] = sum_behind(text, name);
  }
  return t;
}

static told from_html(ax_str text) {
  told t = { 0 };
  for (size_t k = 0; k < KINDS; k++) {
    char mark[100];
    (void)snprintf(mark, sizeof mark,
                   "data-kind=\"assert\" data-outcome=\"%s\"", kinds[k]);
    t.asserts[k] = scripts_count(text, mark);
    (void)snprintf(mark, sizeof mark,
                   "data-kind=\"operation\" data-outcome=\"%s\"", kinds[k]);
    t.operations[k] = scripts_count(text, mark);
    (void)snprintf(mark, sizeof mark, "data-phase=\"test\" data-outcome=\"%s\"",
                   kinds[k]);
    t.tests[k] = scripts_count(text, mark);
  }
  return t;
}

/* "# asserts 9: 4 pass, 1 warning, ..." */
static void read_tap_total(ax_str text, const char *name, size_t out[KINDS]) {
  char begin[40];
  (void)snprintf(begin, sizeof begin, "\n# %s ", name);
  size_t at = ax_str_find(text, ax_str_from(begin));
  assert_true(at != AX_STR_NONE);
  text = ax_str_skip(text, at + strlen(begin));
  ax_str line = ax_str_cut(&text, '\n');
  (void)ax_str_cut(&line, ':');
  for (size_t k = 0; k < KINDS; k++) {
    ax_str part = ax_str_trim(ax_str_cut(&line, ','));
    uint64_t n = 0;
    assert_true(ax_str_uint64(ax_str_cut(&part, ' '), 1000000, &n));
    assert_str(part, kinds[k]);
    out[k] = (size_t)n;
  }
}

static told from_tap(ax_str text) {
  told t = { .failures = scripts_count(text, "  severity: \"fail\"\n"),
             .errors = scripts_count(text, "  severity: \"error\"\n"),
             .skipped = scripts_count(text, " # SKIP ") };
  ax_str plan = text;
  uint64_t n = 0;
  assert_str(ax_str_cut(&plan, '\n'), "TAP version 14");
  (void)ax_str_cut(&plan, '.');
  (void)ax_str_cut(&plan, '.');
  assert_true(ax_str_uint64(ax_str_cut(&plan, '\n'), 1000, &n));
  t.cases = (size_t)n;
  assert_int_equal(scripts_count(text, "\nnot ok "), t.failures + t.errors);
  assert_int_equal(
      scripts_count(text, "\nok ") + scripts_count(text, "\nnot ok "), t.cases);
  read_tap_total(text, "asserts", t.asserts);
  read_tap_total(text, "operations", t.operations);
  read_tap_total(text, "tests", t.tests);
  return t;
}

/* TestReport says "skip" also for what is unsupported, and why. */
static size_t kind_of(const ax_json *action) {
  ax_str result = AX_JSON_STR(action, "result");
  ax_str message = AX_JSON_STR(action, "message");
  if (ax_str_eq(result, AX_STR("skip")) &&
      ax_str_starts(message, AX_STR("unsupported")))
    return 3;
  for (size_t k = 0; k < KINDS; k++)
    if (ax_str_eq(result, ax_str_from(kinds[k]))) return k;
  fail_msg("no such result");
  return 0;
}

static void add_actions(told *t, const ax_json *phase) {
  const ax_json *actions = AX_JSON_GET(phase, "action");
  for (size_t i = 0; i < ax_json_count(actions); i++) {
    const ax_json *one = ax_json_item(actions, i);
    const ax_json *assertion = AX_JSON_GET(one, "assert");
    if (assertion)
      t->asserts[kind_of(assertion)]++;
    else
      t->operations[kind_of(AX_JSON_GET(one, "operation"))]++;
  }
}

static told from_testreport(const ax_json *bundle, size_t *tests) {
  told t = { 0 };
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *r = AX_JSON_GET(ax_json_item(entries, i), "resource");
    const ax_json *list = AX_JSON_GET(r, "test");
    add_actions(&t, AX_JSON_GET(r, "setup"));
    add_actions(&t, AX_JSON_GET(r, "teardown"));
    *tests += ax_json_count(list);
    for (size_t n = 0; n < ax_json_count(list); n++)
      add_actions(&t, ax_json_item(list, n));
  }
  return t;
}

static void same_cases(const told *a, const told *b) {
  assert_int_equal(a->cases, b->cases);
  assert_int_equal(a->failures, b->failures);
  assert_int_equal(a->errors, b->errors);
  assert_int_equal(a->skipped, b->skipped);
}

static void same_actions(const told *a, const told *b) {
  assert_memory_equal(a->asserts, b->asserts, sizeof a->asserts);
  assert_memory_equal(a->operations, b->operations, sizeof a->operations);
}

static void same_tests(const told *a, const told *b) {
  assert_memory_equal(a->tests, b->tests, sizeof a->tests);
}

/* Six scripts, one of each outcome; a set-up that failed is a case, too. */
static void expected_numbers(const told *t) {
  assert_int_equal(t->cases, 8);
  assert_int_equal(t->failures, 2);
  assert_int_equal(t->errors, 1);
  assert_int_equal(t->skipped, 2);
  static const size_t tests[KINDS] = { 2, 1, 1, 1, 1, 1 };
  assert_memory_equal(t->tests, tests, sizeof tests);
}

static void all_reports_say_the_same_numbers(void **state) {
  (void)state;
  outside_run_result r =
      RUN("--report-dir", scripts_path("out"), scripts_path("all"));
  if (r.code != 1) fail_msg("%s%s", r.out, r.err);
  told json = from_json(scripts_tree("out/report.json"));
  expected_numbers(&json);
  told junit = from_junit(scripts_text("out/junit.xml"));
  same_cases(&json, &junit);
  same_actions(&json, &junit);
  same_tests(&json, &junit);
  told tap = from_tap(scripts_text("out/report.tap"));
  same_cases(&json, &tap);
  same_actions(&json, &tap);
  same_tests(&json, &tap);
  told html = from_html(scripts_text("out/report.html"));
  same_actions(&json, &html);
  same_tests(&json, &html);
  size_t tests = 0, wanted = 0;
  told testreport =
      from_testreport(scripts_tree("out/testreport.json"), &tests);
  same_actions(&json, &testreport);
  for (size_t k = 0; k < KINDS; k++) wanted += json.tests[k];
  assert_int_equal(tests, wanted);
  ax_str text = scripts_text("out/report.txt");
  assert_int_equal(scripts_count(text,
                                 "cases       8: 2 pass, 1 warning, 1 skip, "
                                 "1 unsupported, 2 fail, 1 error\n"),
                   1);
}

static void the_junit_report_is_valid(void **state) {
  (void)state;
  char line[3 * PATH];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(line, sizeof line,
                 "xmllint --nonet --noout --schema "
                 "%s/conformance-tests/unit/junit.xsd %s/out/junit.xml 1>&2",
                 root ? root : ".", scripts_folder());
  assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c) */
}

static void the_testreports_are_valid(void **state) {
  (void)state;
  const char *const args[] = { "validate", scripts_path("out/testreport.json"),
                               NULL };
  outside_run_result r = outside_run(args, NULL);
  if (r.code != 0) fail_msg("%s%s", r.out, r.err);
  assert_non_null(strstr(r.out, "0 errors, 0 warnings"));
}

/* --- exit codes
 * ---------------------------------------------------------------------
 */

static void the_exit_code_tells_what_happened(void **state) {
  (void)state;
  assert_int_equal(RUN("--quiet", scripts_path("all/pass.json")).code, 0);
  assert_int_equal(RUN("--quiet", scripts_path("all/warning.json")).code, 0);
  assert_int_equal(RUN("--quiet", scripts_path("all/fail.json")).code, 1);
  assert_int_equal(RUN("--quiet", scripts_path("all/skip.json")).code, 1);
  assert_int_equal(RUN("--quiet", scripts_path("all/error.json")).code, 1);
  /* Nothing was tested: that is not "all passed". */
  assert_int_equal(RUN("--quiet", scripts_path("all/unsupported.json")).code,
                   1);
  assert_int_equal(RUN("--quiet", scripts_path("all/unsupported.json"),
                       scripts_path("all/pass.json"))
                       .code,
                   0);
  assert_int_equal(RUN("--quiet", "--strict",
                       scripts_path("all/unsupported.json"),
                       scripts_path("all/pass.json"))
                       .code,
                   1);
  /* In JSON it can be run. */
  assert_int_equal(
      RUN("--quiet", "--wire", "json", scripts_path("all/unsupported.json"))
          .code,
      0);
}

static void warning_only_is_demanded_by_an_option(void **state) {
  (void)state;
  scripts_put_script("bare/bare",
                     "\"test\":[" TEST("says no warningOnly",
                                       READ ",{\"assert\":{\"responseCode\":"
                                            "\"404\"}}") "]");
  const char *script = scripts_path("bare/bare.json");
  assert_int_equal(RUN("--quiet", script).code, 0);
  outside_run_result r = RUN("--demand-warning-only", script);
  assert_int_equal(r.code, 1);
  assert_non_null(strstr(r.out, "does not say warningOnly, which R4 demands"));
  assert_int_equal(
      RUN("--quiet", "--demand-warning-only", scripts_path("all/pass.json"))
          .code,
      0);
}

static void bad_input_is_named_and_ends_with_2(void **state) {
  (void)state;
  outside_run_result r = RUN("--quiet", scripts_path("broken/broken.json"));
  assert_int_equal(r.code, 2);
  r = RUN(scripts_path("broken/broken.json"), scripts_path("all/pass.json"));
  assert_int_equal(r.code, 2);
  assert_non_null(strstr(r.out, "broken.json"));
  assert_non_null(strstr(r.out, "1 pass"));
  r = RUN("--quiet", scripts_path("nowhere.json"));
  assert_int_equal(r.code, 2);
  assert_non_null(strstr(r.err, "nowhere.json is not there"));
  r = RUN("--quiet", "--include", "no-such-*", scripts_path("all"));
  assert_int_equal(r.code, 2);
  assert_non_null(strstr(r.err, "leave no test"));
  r = RUN("--quiet", "--report", "pdf=x", scripts_path("all"));
  assert_int_equal(r.code, 2);
  assert_non_null(strstr(r.err, "testreport, not \"pdf"));
  r = scripts_run("ftp://x",
                  (const char *const[]){ scripts_path("all"), NULL });
  assert_int_equal(r.code, 2);
}

static const char *own_package(void) {
  const char *root = getenv("AUSPEX_ROOT");
  return ax_arena_printf(scripts_arena(), "%s/fhir-profiles/package",
                         root ? root : ".")
      .ptr;
}

/* Before anything is sent. */
static void options_that_lead_nowhere_are_told_first(void **state) {
  (void)state;
  static const struct {
    const char *words[2], *told;
  } cases[] = {
    { { "--report", "json=/no-such/r.json" }, "there is no folder /no-such/" },
    { { "--fixtures", "/no-such" }, "--fixtures: /no-such is no folder" },
    { { "--header", "Two Words: x" }, "\"Two Words\" is no name of a header" },
    { { "--destination", "2=http://127.0.0.1:99999/x" },
      "--base or --destination: a URL to be asked is not an absolute one" },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    outside_run_result r =
        RUN(cases[i].words[0], cases[i].words[1], scripts_path("all"));
    assert_int_equal(r.code, 2);
    assert_string_equal(r.out, "");
    if (!strstr(r.err, cases[i].told)) fail_msg("%s", r.err);
  }
  scripts_put("packages/none/readme", "no package");
  outside_run_result r = RUN("--packages", scripts_path("packages"),
                             "--profiles", own_package(), scripts_path("all"));
  assert_int_equal(r.code, 2);
  if (!strstr(r.err, "defines the types of FHIR R4")) fail_msg("%s", r.err);
}

static void who_is_away_ends_with_3(void **state) {
  (void)state;
  outside_run_result r =
      scripts_run("http://127.0.0.1:9/fhir",
                  (const char *const[]){ scripts_path("all"), NULL });
  assert_int_equal(r.code, 3);
  assert_non_null(strstr(r.err, "127.0.0.1:9"));
}

/* --- choosing
 * -----------------------------------------------------------------------
 */

static void scripts_and_tests_are_chosen(void **state) {
  (void)state;
  outside_run_result r = RUN("--include", "fail/is not*", "--include", "pass",
                             scripts_path("all"));
  assert_int_equal(r.code, 0);
  assert_non_null(strstr(r.out, "tests       2: 2 pass"));
  assert_null(strstr(r.err, "--include"));
  r = RUN("--quiet", "--include", "pass", "--include", "pas", "--include",
          "fail/is not*", scripts_path("all"));
  assert_int_equal(r.code, 0);
  assert_non_null(strstr(r.err, "--include pas means no script and no test"));
  assert_null(strstr(r.err, "--include fail"));
  r = RUN("--exclude", "fail", "--exclude", "skip", "--exclude", "error",
          "--jobs", "4", scripts_path("all"));
  assert_int_equal(r.code, 0);
  assert_non_null(strstr(r.out, "scripts     3: 1 pass, 1 warning"));
}

static void the_rest_is_told_when_one_failure_is_enough(void **state) {
  (void)state;
  outside_run_result r =
      RUN("--fail-fast", scripts_path("all/fail.json"),
          scripts_path("all/pass.json"), "--report",
          ax_arena_printf(scripts_arena(), "json=%s", scripts_path("fast.json"))
              .ptr);
  assert_int_equal(r.code, 1);
  const ax_json *last =
      ax_json_item(AX_JSON_GET(scripts_tree("fast.json"), "scripts"), 1);
  assert_str(AX_JSON_STR(last, "outcome"), "skip");
  assert_str(AX_JSON_STR(last, "message"), "not run: --fail-fast");
}

static void scripts_are_listed_and_looked_at_without_a_server(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  const char *packages =
      ax_arena_printf(scripts_arena(), "%s/build/packages", root ? root : ".")
          .ptr;
  const char *const list[] = { "list", "--packages", packages,
                               scripts_path("all"), NULL };
  outside_run_result r = outside_run_as("bin/auspex-conformance", list, NULL);
  assert_int_equal(r.code, 0);
  assert_non_null(strstr(r.out, "fail/is not there"));
  assert_non_null(strstr(r.out, "6 scripts, 7 tests"));
  const char *const check[] = { "check",
                                "--packages",
                                packages,
                                scripts_path("broken"),
                                scripts_path("all"),
                                NULL };
  r = outside_run_as("bin/auspex-conformance", check, NULL);
  assert_int_equal(r.code, 2);
  assert_non_null(strstr(r.err, "broken.json"));
  assert_non_null(strstr(r.out, "1 files cannot be used"));
}

/* Each mistake where it is, and none that is not there. */
static void mistakes_are_found_without_a_server(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  scripts_put_script(
      "odd/odd",
      "\"fixture\":[{\"id\":\"f\",\"autocreate\":false,"
      "\"autodelete\":false,\"resource\":{\"reference\":\"no.json\"}},"
      "{\"id\":\"f\",\"autocreate\":false,\"autodelete\":false,"
      "\"resource\":{\"reference\":\"no.json\"}}],"
      "\"variable\":[{\"name\":\"v\",\"expression\":\"Patient.(\","
      "\"sourceId\":\"made\"},{\"name\":\"v\",\"defaultValue\":\"x\"}],"
      "\"test\":[" TEST(
          "t",
          OPERATION(
              "create",
              ",\"resource\":\"Patiant\",\"sourceId\":\"g\","
              "\"responseId\":\"made\"") "," ASSERT("\"operator\":"
                                                    "\"equal\","
                                                    "\"sourceId\":"
                                                    "\"made\","
                                                    "\"responseCode\":"
                                                    "\"201\"") "," ASSERT("\"va"
                                                                          "lida"
                                                                          "tePr"
                                                                          "ofil"
                                                                          "eId"
                                                                          "\":"
                                                                          "\"p"
                                                                          "\"") ","
                                                                                "{\"assert\":{\"response\":\"okay\",\"warningOnly\":\"true\"}}") "]");
  const char *const check[] = {
    "check", "--packages",
    ax_arena_printf(scripts_arena(), "%s/build/packages", root ? root : ".")
        .ptr,
    scripts_path("odd"), NULL
  };
  static const char *const remarks[] = {
    "fixture[0]: \"no.json\" is neither in",
    "fixture[1]: another fixture before it is called 'f'",
    "variable[0]: syntax fault in the expression \"Patient.(\" at column 9",
    "variable[1]: another variable before it is called 'v'",
    "operation.resource: The code 'Patiant' is not in the value set",
    "operation: sourceId: nothing is called 'g'",
    "assert.operator: The code 'equal' is not in the value set",
    "assert: validateProfileId: the script has no profile 'p'",
    "assert.warningOnly: 'true' is no right value",
    "1 scripts, 1 tests, 11 remarks"
  };
  outside_run_result r = outside_run_as("bin/auspex-conformance", check, NULL);
  assert_int_equal(r.code, 0);
  for (size_t i = 0; i < AX_COUNT(remarks); i++)
    if (!strstr(r.out, remarks[i]))
      fail_msg("%s is not in\n%s", remarks[i], r.out);
}

/* --- a target that is given data first
 * ------------------------------------------------
 */

static void resources_are_loaded_first(void **state) {
  (void)state;
  scripts_put("data/a.json",
              "{\"resourceType\":\"Patient\",\"id\":\"loaded\"}");
  scripts_put("data/b/c.json",
              "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["
              "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"also\"}},"
              "{\"resource\":{\"resourceType\":\"Patient\"}}]}");
  scripts_put_script(
      "load/there",
      "\"test\":[" TEST(
          "is there",
          OPERATION("read",
                    ",\"resource\":\"Patient\","
                    "\"params\":\"/also\"") "," ASSERT("\"responseCode\""
                                                       ":\"200\"")) "]");
  outside_run_result r =
      RUN("--load", scripts_path("data"), scripts_path("load"));
  if (r.code != 0) fail_msg("%s%s", r.out, r.err);
  assert_non_null(strstr(r.out, "loaded 3 resource(s)"));
  scripts_put("bad/a.json", "{\"resourceType\":\"Patient\",\"id\":\"x\","
                            "\"gender\":\"tall\"}");
  r = RUN("--load", scripts_path("bad"), scripts_path("load"));
  assert_int_equal(r.code, 2);
  assert_non_null(strstr(r.err, "bad/a.json: PUT Patient/x answers 422"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_reports_say_the_same_numbers),
    cmocka_unit_test(the_junit_report_is_valid),
    cmocka_unit_test(the_testreports_are_valid),
    cmocka_unit_test(the_exit_code_tells_what_happened),
    cmocka_unit_test(warning_only_is_demanded_by_an_option),
    cmocka_unit_test(bad_input_is_named_and_ends_with_2),
    cmocka_unit_test(options_that_lead_nowhere_are_told_first),
    cmocka_unit_test(who_is_away_ends_with_3),
    cmocka_unit_test(scripts_and_tests_are_chosen),
    cmocka_unit_test(the_rest_is_told_when_one_failure_is_enough),
    cmocka_unit_test(scripts_are_listed_and_looked_at_without_a_server),
    cmocka_unit_test(mistakes_are_found_without_a_server),
    cmocka_unit_test(resources_are_loaded_first),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
