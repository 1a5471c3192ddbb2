/*
 * test_report.c - the forms of report over one run in which everything occurs:
 * each is well-formed by its own rules, says the same numbers, and is not
 * upset by bytes that a server or a script may send.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app_rules.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "report/report.h"
#include "report/report_case.h"
#include "support/ax_test.h"
#include "json/json_parse.h"

/* Everything that a form of ours could take for its own. */
#define HOSTILE                                                        \
  "<script>alert(1)</script> & \"q\" 'a' ]]> # \\ \x1b[31m \x01 \xff " \
  "\xe2\x80\xae # TODO\n  ...\nok 9 - no\n"

static ax_arena *arena;
static ax_result_run mixed;

/* --- a run ---------------------------------------------------------------- */

static ax_script loaded;

static ax_result_phase *add_phase(ax_result_script *script,
                                  ax_result_phase_kind phase, const char *name,
                                  ax_result_kind kind) {
  ax_result_phase *p = AX_VEC_PUSH(&script->phases, arena);
  *p = (ax_result_phase){
    .phase = phase, .name = ax_str_from(name), .kind = kind, .duration_us = 1500
  };
  return p;
}

static ax_result_action *add_action(ax_result_phase *phase, bool is_assert,
                                    ax_result_kind kind,
                                    const ax_result_exchange *exchange) {
  ax_result_action *a = AX_VEC_PUSH(&phase->actions, arena);
  *a = (ax_result_action){ .is_assert = is_assert,
                           .kind = kind,
                           .rule = is_assert ? AX_STR("responseCode in 200")
                                             : AX_STR("GET Patient/1"),
                           .place = AX_STR("TestScript.test[0].action[0]"),
                           .exchange = exchange };
  return a;
}

static ax_result_exchange *exchange_of(const char *body) {
  ax_result_exchange *e = AX_NEW(arena, ax_result_exchange);
  ax_result_header *h = AX_VEC_PUSH(&e->request_headers, arena);
  *h = (ax_result_header){ AX_STR("Authorization"), AX_STR("Bearer ***") };
  h = AX_VEC_PUSH(&e->response_headers, arena);
  *h = (ax_result_header){ AX_STR("X-Odd"), AX_STR(HOSTILE) };
  e->method = AX_STR("POST");
  e->url = AX_STR("http://127.0.0.1:1/fhir/Patient?name=it's&x=<y>");
  e->request_body = ax_str_from(body);
  e->status = 404;
  e->response_body = AX_STR("{\"a\":[1.50,\""
                            "<b>"
                            "\"]}");
  e->started_ms = 1764400000000;
  e->duration_us = 2345;
  return e;
}

static ax_result_script *add_script(const char *id, ax_result_kind kind) {
  ax_result_script *s = AX_VEC_PUSH(&mixed.scripts, arena);
  *s = (ax_result_script){ .script = &loaded,
                           .file = AX_STR("suites/a.json"),
                           .id = ax_str_from(id),
                           .kind = kind,
                           .started_ms = 1764400000000,
                           .duration_us = 120000 };
  return s;
}

static void add_tests(void) {
  ax_result_exchange *e = exchange_of("{\"it's\":"
                                      "\""
                                      "$(rm)"
                                      "\"}");
  ax_result_script *s = add_script("tests", AX_RESULT_FAIL);
  ax_script_notice *notice = AX_VEC_PUSH(&s->notices, arena);
  *notice = (ax_script_notice){ AX_STR("TestScript.test[0]"),
                                AX_STR("no <warningOnly>") };
  ax_result_phase *p = add_phase(s, AX_RESULT_SETUP, "", AX_RESULT_PASS);
  add_action(p, false, AX_RESULT_PASS, e);
  p = add_phase(s, AX_RESULT_TEST, "good", AX_RESULT_PASS);
  add_action(p, false, AX_RESULT_PASS, e);
  add_action(p, true, AX_RESULT_PASS, e);
  p = add_phase(s, AX_RESULT_TEST, "warned", AX_RESULT_WARNING);
  add_action(p, true, AX_RESULT_WARNING, e)->message = AX_STR("only <so>");
  p = add_phase(s, AX_RESULT_TEST, HOSTILE, AX_RESULT_FAIL);
  ax_result_action *a = add_action(p, true, AX_RESULT_FAIL, e);
  a->message = AX_STR("it is not " HOSTILE);
  a->expected = AX_STR("200");
  a->actual = AX_STR(HOSTILE);
  a->requirement = AX_STR("rest-<1>");
  a->requirement_url = AX_STR("https://hl7.org/fhir/R4/http.html#a\"b");
  add_action(p, true, AX_RESULT_SKIP, NULL)->message = AX_STR("after it");
  p = add_phase(s, AX_RESULT_TEST, "xpath", AX_RESULT_UNSUPPORTED);
  a = add_action(p, true, AX_RESULT_UNSUPPORTED, NULL);
  a->message = AX_STR("unsupported: XPath");
  p = add_phase(s, AX_RESULT_TEST, "none", AX_RESULT_SKIP);
  p->message = AX_STR("not asked for");
  p = add_phase(s, AX_RESULT_TEST, "dead", AX_RESULT_ERROR);
  a = add_action(p, false, AX_RESULT_ERROR, exchange_of(HOSTILE));
  a->message = AX_STR("no answer");
  a->requirement = AX_STR("bad-link");
  a->requirement_url = AX_STR("javascript:alert(1)");
  p = add_phase(s, AX_RESULT_TEARDOWN, "", AX_RESULT_PASS);
  add_action(p, false, AX_RESULT_PASS, e);
}

static void add_other_scripts(void) {
  ax_result_script *s = add_script("setup", AX_RESULT_FAIL);
  ax_result_phase *p = add_phase(s, AX_RESULT_SETUP, "", AX_RESULT_FAIL);
  add_action(p, true, AX_RESULT_FAIL, NULL)->message = AX_STR("no");
  p = add_phase(s, AX_RESULT_TEST, "left out", AX_RESULT_SKIP);
  add_action(p, false, AX_RESULT_SKIP, NULL);
  s = add_script("", AX_RESULT_ERROR);
  s->script = NULL;
  s->message = AX_STR("not a TestScript: " HOSTILE);
}

static int setup(void **state) {
  (void)state;
  arena = ax_arena_new((size_t)256 << 20);
  mixed = (ax_result_run){ .target = AX_STR("http://127.0.0.1:1/fhir"),
                           .suite = AX_STR("suites <all>"),
                           .runner = AX_STR("auspex-conformance 0"),
                           .started_ms = 1764400000000,
                           .duration_us = 1234567,
                           .seed = 7 };
  add_tests();
  add_other_scripts();
  return 0;
}

static int teardown(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static ax_str written(ax_report_form form, bool colours) {
  ax_buf out = AX_BUF_INIT(64 << 20);
  ax_error err = { 0 };
  if (ax_report_write(form, &mixed, colours, arena, &out, &err))
    fail_msg("%s", err.text);
  ax_str text = ax_arena_str(arena, ax_buf_view(&out));
  ax_buf_free(&out);
  assert_true(ax_utf8_valid(text, NULL));
  return text;
}

static size_t count_of(ax_str text, const char *what) {
  size_t n = 0;
  for (;;) {
    size_t at = ax_str_find(text, ax_str_from(what));
    if (at == AX_STR_NONE) return n;
    text = ax_str_skip(text, at + strlen(what));
    n++;
  }
}

static bool holds(ax_str text, const char *what) {
  return count_of(text, what) > 0;
}

static const ax_json *parsed(ax_str text) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  if (ax_json_parse(arena, text, &tree, &fault))
    fail_msg("%s at %u", fault.text, fault.at);
  return tree;
}

/* What this run has: see add_tests and add_other_scripts. */
enum {
  SCRIPTS = 3,
  TESTS = 7,
  CASES = TESTS + 2,
  ASSERTS = 6,
  OPERATIONS = 5,
  CASE_FAIL = 2,
  CASE_ERROR = 2,
  CASE_SKIP = 2,
  CASE_UNSUPPORTED = 1
};

/* --- the forms ------------------------------------------------------------ */

static void cases_miss_nothing_that_went_wrong(void **state) {
  (void)state;
  ax_report_cases cases;
  assert_int_equal(ax_report_case_all(&mixed, arena, &cases), AX_OK);
  ax_result_counts counts = ax_report_case_count(&cases);
  assert_int_equal(counts.all, CASES);
  assert_int_equal(counts.of[AX_RESULT_FAIL], CASE_FAIL);
  assert_int_equal(counts.of[AX_RESULT_ERROR], CASE_ERROR);
  assert_int_equal(counts.of[AX_RESULT_SKIP], CASE_SKIP);
  assert_int_equal(counts.of[AX_RESULT_UNSUPPORTED], CASE_UNSUPPORTED);
  ax_result_totals totals = ax_result_count(&mixed);
  assert_int_equal(totals.scripts.all, SCRIPTS);
  assert_int_equal(totals.tests.all, TESTS);
  assert_int_equal(totals.asserts.all, ASSERTS);
  assert_int_equal(totals.operations.all, OPERATIONS);
}

static void json_holds_everything_and_its_totals(void **state) {
  (void)state;
  const ax_json *tree = parsed(written(AX_REPORT_JSON, false));
  const ax_json *totals = AX_JSON_GET(tree, "totals");
  assert_str(ax_json_text(AX_JSON_GET(AX_JSON_GET(totals, "cases"), "all")),
             "9");
  assert_str(ax_json_text(AX_JSON_GET(AX_JSON_GET(totals, "asserts"), "fail")),
             "2");
  const ax_json *script = ax_json_item(AX_JSON_GET(tree, "scripts"), 0);
  assert_int_equal(ax_json_count(AX_JSON_GET(script, "phases")), 8);
  assert_int_equal(ax_json_count(AX_JSON_GET(script, "exchanges")), 2);
  const ax_json *sent = ax_json_item(AX_JSON_GET(script, "exchanges"), 0);
  assert_str(AX_JSON_STR(sent, "requestBody"), "{\"it's\":\"$(rm)\"}");
  const ax_json *broken = ax_json_item(AX_JSON_GET(tree, "scripts"), 2);
  assert_str(AX_JSON_STR(broken, "outcome"), "error");
}

/* Runs a program of the system over `text`; its output is in the log. */
static int judged_by(const char *command, ax_str text, const char *name) {
  char file[200], line[600];
  ax_error err = { 0 };
  (void)snprintf(file, sizeof file, "/tmp/auspex-report-%ld-%s", (long)getpid(),
                 name);
  assert_int_equal(ax_file_write(file, text, &err), AX_OK);
  (void)snprintf(line, sizeof line, "%s '%s' 1>&2", command, file);
  int status = system(line); /* NOLINT(cert-env33-c): a fixed command */
  (void)unlink(file);
  return status;
}

static void junit_is_valid_by_the_rules_of_ci(void **state) {
  (void)state;
  ax_str text = written(AX_REPORT_JUNIT, false);
  char command[400];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(command, sizeof command,
                 "xmllint --nonet --noout --schema "
                 "'%s/conformance-tests/unit/junit.xsd'",
                 root ? root : ".");
  assert_int_equal(judged_by(command, text, "junit.xml"), 0);
  assert_int_equal(count_of(text, "<testcase "), CASES);
  assert_int_equal(count_of(text, "<failure "), CASE_FAIL);
  assert_int_equal(count_of(text, "<error "), CASE_ERROR);
  assert_int_equal(count_of(text, "<skipped "), CASE_SKIP + CASE_UNSUPPORTED);
  assert_true(holds(text, " tests=\"6\" failures=\"1\" errors=\"1\" "
                          "skipped=\"2\""));
  assert_true(holds(text, "warning: warned"));
}

static void a_schema_that_takes_anything_would_be_noticed(void **state) {
  (void)state;
  char command[400];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(command, sizeof command,
                 "xmllint --nonet --noout --schema "
                 "'%s/conformance-tests/unit/junit.xsd'",
                 root ? root : ".");
  ax_str bad = AX_STR("<testsuites><testsuite name=\"a\"/></testsuites>");
  assert_int_not_equal(judged_by(command, bad, "bad.xml"), 0);
}

/* A plan, points in their order, YAML blocks only below a point. */
static void tap_is_version_14(void **state) {
  (void)state;
  ax_str rest = written(AX_REPORT_TAP, false);
  size_t points = 0, failed = 0, skipped = 0;
  bool in_block = false;
  assert_str(ax_str_cut(&rest, '\n'), "TAP version 14");
  assert_str(ax_str_cut(&rest, '\n'), "1..9");
  while (rest.len) {
    ax_str line = ax_str_cut(&rest, '\n');
    char wanted[40];
    if (in_block) {
      in_block = !ax_str_eq(line, AX_STR("  ..."));
      assert_true(ax_str_starts(line, AX_STR("  ")));
    } else if (ax_str_eq(line, AX_STR("  ---"))) {
      in_block = true;
    } else if (!ax_str_starts(line, AX_STR("# "))) {
      bool bad = ax_str_starts(line, AX_STR("not "));
      if (bad) line = ax_str_skip(line, 4);
      (void)snprintf(wanted, sizeof wanted, "ok %zu - ", ++points);
      assert_true(ax_str_starts(line, ax_str_from(wanted)));
      assert_true(ax_str_find(line, AX_STR(" # TODO")) == AX_STR_NONE);
      failed += bad;
      skipped += ax_str_find(line, AX_STR(" # SKIP ")) != AX_STR_NONE;
    }
  }
  assert_int_equal(points, CASES);
  assert_int_equal(failed, CASE_FAIL + CASE_ERROR);
  assert_int_equal(skipped, CASE_SKIP + CASE_UNSUPPORTED);
  assert_false(in_block);
}

static void html_is_one_page_in_which_nothing_foreign_is_markup(void **state) {
  (void)state;
  ax_str text = written(AX_REPORT_HTML, false);
  assert_int_equal(count_of(text, "<script"), 1);
  assert_false(holds(text, "alert(1)</script>"));
  assert_false(holds(text, "<b>"));
  assert_false(holds(text, "javascript:"));
  assert_false(holds(text, "src="));
  assert_false(holds(text, "@import"));
  assert_false(holds(text, "url("));
  assert_true(
      holds(text, "href=\"https://hl7.org/fhir/R4/http.html#a&quot;b\""));
  assert_true(holds(text, "rest-&lt;1&gt;"));
  assert_int_equal(count_of(text, "data-phase=\"test\""), TESTS);
  assert_int_equal(count_of(text, "data-kind=\"assert\""), ASSERTS);
  assert_int_equal(count_of(text, "data-kind=\"operation\""), OPERATIONS);
  assert_int_equal(count_of(text, "class=\"script "), SCRIPTS);
  /* JSON is set out in lines, numbers keep their digits. */
  assert_true(holds(text, "\n    1.50,\n"));
  assert_int_equal(count_of(text, "<details"), count_of(text, "</details>"));
}

/* 'sha256-...' of what stands between <tag> and </tag>. */
static const char *source_of(ax_str text, const char *tag) {
  unsigned char digest[AX_SHA256_BYTES], coded[64];
  char open[20], close[20];
  (void)snprintf(open, sizeof open, "<%s>", tag);
  (void)snprintf(close, sizeof close, "</%s>", tag);
  text = ax_str_skip(text, ax_str_find(text, ax_str_from(open)) + strlen(open));
  text.len = ax_str_find(text, ax_str_from(close));
  ax_sha256(text, digest);
  (void)EVP_EncodeBlock(coded, digest, sizeof digest);
  return ax_arena_printf(arena, "%s-src 'sha256-%s'", tag, (char *)coded).ptr;
}

/* The page allows its own style and script by digest: they must be right. */
static void html_policy_fits_what_is_in_the_page(void **state) {
  (void)state;
  ax_str text = written(AX_REPORT_HTML, false);
  assert_true(holds(text, source_of(text, "style")));
  assert_true(holds(text, source_of(text, "script")));
  assert_true(holds(text, "default-src 'none'"));
}

static void the_console_obeys_nobody(void **state) {
  (void)state;
  ax_str text = written(AX_REPORT_CONSOLE, false);
  for (size_t i = 0; i < text.len; i++)
    assert_true((unsigned char)text.ptr[i] >= 0x20 || text.ptr[i] == '\n');
  assert_true(holds(text, "\\x1b[31m"));
  assert_true(holds(text, "expected: 200"));
  assert_true(holds(text, "'Authorization''"));
  assert_true(holds(text, "\"$TOKEN\""));
  assert_true(holds(text, "cases       9: 1 pass, 1 warning, 2 skip, "
                          "1 unsupported, 2 fail, 2 error"));
  assert_true(holds(written(AX_REPORT_CONSOLE, true), "\033[31mfail"));
}

/* --- TestReport ----------------------------------------------------------- */

static size_t testreport_actions(const ax_json *phase, const char *kind,
                                 const char *result) {
  size_t n = 0;
  const ax_json *actions = AX_JSON_GET(phase, "action");
  for (size_t i = 0; i < ax_json_count(actions); i++) {
    const ax_json *one =
        ax_json_get(ax_json_item(actions, i), ax_str_from(kind));
    n += one && (!result ||
                 ax_str_eq(AX_JSON_STR(one, "result"), ax_str_from(result)));
  }
  return n;
}

static size_t testreport_count(const ax_json *bundle, const char *kind,
                               const char *result) {
  size_t n = 0;
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *r = AX_JSON_GET(ax_json_item(entries, i), "resource");
    const ax_json *tests = AX_JSON_GET(r, "test");
    n += testreport_actions(AX_JSON_GET(r, "setup"), kind, result);
    n += testreport_actions(AX_JSON_GET(r, "teardown"), kind, result);
    for (size_t t = 0; t < ax_json_count(tests); t++)
      n += testreport_actions(ax_json_item(tests, t), kind, result);
  }
  return n;
}

static void testreports_are_valid_and_count_the_same(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  ax_config_command command;
  ax_app_rules rules;
  ax_error err = { 0 };
  assert_int_equal(ax_config_load(arena, 0, NULL, NULL, &command, &err), AX_OK);
  command.config.packages =
      ax_arena_printf(arena, "%s/build/packages", root ? root : ".").ptr;
  if (ax_app_rules_open(arena, &command.config, NULL, 0, &rules, &err))
    fail_msg("%s", err.text);
  const ax_json *bundle = parsed(written(AX_REPORT_TESTREPORT, false));
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_int_equal(ax_validate_run(rules.validator, bundle, AX_STR("Bundle"),
                                   NULL, 0, issues),
                   AX_OK);
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity <= AX_WARNING)
      print_error(AX_STR_FMT ": " AX_STR_FMT "\n", AX_STR_ARG(issue->path),
                  AX_STR_ARG(issue->text));
  }
  assert_int_equal(ax_fhir_issues_errors(issues), 0);
  assert_int_equal(ax_fhir_issues_warnings(issues), 0);
  ax_app_rules_close(&rules);
  assert_int_equal(ax_json_count(AX_JSON_GET(bundle, "entry")), SCRIPTS);
  assert_int_equal(testreport_count(bundle, "assert", NULL), ASSERTS);
  assert_int_equal(testreport_count(bundle, "assert", "fail"), 2);
  assert_int_equal(testreport_count(bundle, "assert", "warning"), 1);
  /* A test that was skipped whole must have an action there. */
  assert_int_equal(testreport_count(bundle, "operation", NULL), OPERATIONS + 1);
}

/* --- failures ------------------------------------------------------------- */

static void a_report_that_is_too_large_says_so(void **state) {
  (void)state;
  static const ax_report_form forms[] = {
    AX_REPORT_CONSOLE, AX_REPORT_JSON, AX_REPORT_JUNIT,
    AX_REPORT_TAP,     AX_REPORT_HTML, AX_REPORT_TESTREPORT
  };
  for (size_t i = 0; i < AX_COUNT(forms); i++) {
    size_t whole = written(forms[i], false).len;
    for (size_t max = 0; max < whole; max += 97) {
      ax_buf out = AX_BUF_INIT(max);
      ax_error err = { 0 };
      assert_int_equal(
          ax_report_write(forms[i], &mixed, false, arena, &out, &err),
          AX_TOO_LARGE);
      assert_non_null(strstr(err.text, "too large"));
      ax_buf_free(&out);
    }
  }
}

static ax_status write_json(ax_arena *mine) {
  ax_buf out = AX_BUF_INIT(64 << 20);
  ax_status status =
      ax_report_write(AX_REPORT_JSON, &mixed, false, mine, &out, NULL);
  ax_buf_free(&out);
  return status;
}

static void a_report_without_memory_is_a_status(void **state) {
  (void)state;
  ax_test_torture(write_json, 3);
}

static void an_empty_run_has_all_reports(void **state) {
  (void)state;
  const ax_result_run none = { .suite = AX_STR("none"),
                               .target = AX_STR("http://a/"),
                               .runner = AX_STR("r") };
  static const struct {
    ax_report_form form;
    const char *holds;
  } forms[] = { { AX_REPORT_JSON, "\"scripts\":[]" },
                { AX_REPORT_JUNIT, "<testsuites>\n</testsuites>" },
                { AX_REPORT_TAP, "1..0\n" },
                { AX_REPORT_TESTREPORT, "\"collection\"" } };
  for (size_t i = 0; i < AX_COUNT(forms); i++) {
    ax_buf out = AX_BUF_INIT(1 << 20);
    ax_error err = { 0 };
    assert_int_equal(
        ax_report_write(forms[i].form, &none, false, arena, &out, &err), AX_OK);
    assert_true(holds(ax_buf_view(&out), forms[i].holds));
    ax_buf_free(&out);
  }
}

static void forms_have_names_and_files(void **state) {
  (void)state;
  ax_report_form form = AX_REPORT_CONSOLE;
  assert_true(ax_report_named(AX_STR("junit"), &form));
  assert_string_equal(ax_report_file(form), "junit.xml");
  assert_false(ax_report_named(AX_STR("pdf"), &form));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(cases_miss_nothing_that_went_wrong),
    cmocka_unit_test(json_holds_everything_and_its_totals),
    cmocka_unit_test(junit_is_valid_by_the_rules_of_ci),
    cmocka_unit_test(a_schema_that_takes_anything_would_be_noticed),
    cmocka_unit_test(tap_is_version_14),
    cmocka_unit_test(html_is_one_page_in_which_nothing_foreign_is_markup),
    cmocka_unit_test(html_policy_fits_what_is_in_the_page),
    cmocka_unit_test(the_console_obeys_nobody),
    cmocka_unit_test(testreports_are_valid_and_count_the_same),
    cmocka_unit_test(a_report_that_is_too_large_says_so),
    cmocka_unit_test(a_report_without_memory_is_a_status),
    cmocka_unit_test(an_empty_run_has_all_reports),
    cmocka_unit_test(forms_have_names_and_files),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
