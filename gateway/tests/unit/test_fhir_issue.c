/* Unit tests of gateway/src/fhir/fhir_issue.c and fhir_make.c. */
#include "support/ax_test.h"

#include "base/limits.h"
#include "fhir/fhir_issue.h"
#include "fhir/fhir_make.h"

static ax_str written(const ax_fhir_issues *issues, ax_str source,
                      ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_fhir_issues_write(issues, source, &w);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  return ax_buf_view(out);
}

static void an_issue_names_place_rule_and_text(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  ax_buf out = AX_BUF_INIT(1 << 20);
  ax_json value = { .at = 5 };
  ax_fhir_issues_addf(issues, AX_ERROR, AX_ISSUE_VALUE, "primitive",
                      AX_STR("Patient.birthDate"), &value, AX_STR("http://x"),
                      "\"%s\" is no date", "x");
  assert_str(
      written(issues, AX_STR("{\n  \"birthDate\":\"x\"}"), &out),
      "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"extension\":["
      "{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
      "operationoutcome-issue-line\",\"valueInteger\":2},"
      "{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
      "operationoutcome-issue-col\",\"valueInteger\":4},"
      "{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
      "operationoutcome-issue-source\",\"valueString\":\"http://x\"}],"
      "\"severity\":\"error\",\"code\":\"value\",\"details\":{\"coding\":["
      "{\"system\":\"https://auspex-gateway.org/fhir/CodeSystem/message-id\","
      "\"code\":\"primitive\"}],\"text\":\"\\\"x\\\" is no date\"},"
      "\"diagnostics\":\"line 2, column 4\","
      "\"expression\":[\"Patient.birthDate\"]}]}");
  ax_buf_free(&out);
  ax_arena_free(arena);
}

static void an_empty_list_says_that_all_is_well(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_buf out = AX_BUF_INIT(1 << 20);
  assert_str(written(ax_fhir_issues_new(arena), AX_STR("{}"), &out),
             "{\"resourceType\":\"OperationOutcome\",\"issue\":[{"
             "\"severity\":\"information\",\"code\":\"informational\","
             "\"details\":{\"coding\":[{\"system\":\"https://auspex-gateway."
             "org/fhir/CodeSystem/message-id\",\"code\":\"no-issues\"}],"
             "\"text\":\"All OK: no issues found\"}}]}");
  ax_buf_free(&out);
  ax_arena_free(arena);
}

static void the_list_stops_but_the_count_goes_on(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(8 << 20);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  for (int i = 0; i < AX_LIMIT_ISSUES + 500; i++)
    ax_fhir_issues_addf(issues, AX_ERROR, AX_ISSUE_VALUE, "x", AX_STR(""), NULL,
                        AX_STR(""), "fault %d", i);
  assert_int_equal(ax_fhir_issues_count(issues), AX_LIMIT_ISSUES + 1);
  assert_int_equal(ax_fhir_issues_errors(issues), AX_LIMIT_ISSUES + 500);
  assert_string_equal(ax_fhir_issues_at(issues, AX_LIMIT_ISSUES)->id,
                      "issues-cut");
  assert_null(ax_fhir_issues_at(issues, AX_LIMIT_ISSUES + 1));
  assert_true(ax_fhir_issues_complete(issues));
  ax_arena_free(arena);
}

static void without_memory_the_list_knows_it_is_incomplete(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  ax_arena_fail_after(arena, 0);
  ax_fhir_issues_add(issues, (ax_issue){ .severity = AX_ERROR });
  assert_false(ax_fhir_issues_complete(issues));
  ax_arena_free(arena);
}

static void severities_are_counted(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  for (int s = AX_FATAL; s <= AX_INFORMATION; s++)
    ax_fhir_issues_add(issues, (ax_issue){ .severity = (ax_severity)s });
  assert_int_equal(ax_fhir_issues_errors(issues), 2);
  assert_int_equal(ax_fhir_issues_warnings(issues), 1);
  assert_string_equal(ax_fhir_issue_code(AX_ISSUE_NOT_FOUND), "not-found");
  assert_string_equal(ax_fhir_issue_severity(AX_FATAL), "fatal");
  ax_arena_free(arena);
}

static void information_stands_behind_what_is_wrong(void **state) {
  (void)state;
  static const ax_severity order[] = { AX_INFORMATION, AX_WARNING,
                                       AX_INFORMATION, AX_ERROR };
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  for (size_t i = 0; i < AX_COUNT(order); i++)
    ax_fhir_issues_addf(issues, order[i], AX_ISSUE_VALUE, "x", AX_STR(""), NULL,
                        AX_STR(""), "number %zu", i);
  ax_buf out = AX_BUF_INIT(1 << 16);
  (void)written(issues, AX_STR(""), &out);
  size_t last = 0;
  static const char *const want[] = { "number 1", "number 3", "number 0",
                                      "number 2" };
  for (size_t i = 0; i < AX_COUNT(want); i++) {
    size_t at = ax_str_find(ax_buf_view(&out), ax_str_from(want[i]));
    assert_int_not_equal(at, AX_STR_NONE);
    assert_true(at > last);
    last = at;
  }
  ax_buf_free(&out);
  ax_arena_free(arena);
}

static void broken_json_is_one_fatal_issue(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(arena, AX_STR("[1,]"), &tree, &fault),
                   AX_INVALID);
  ax_fhir_issues_add_json(issues, &fault);
  const ax_issue *issue = ax_fhir_issues_at(issues, 0);
  assert_int_equal(issue->severity, AX_FATAL);
  assert_int_equal(issue->at, 3);
  assert_str(issue->text,
             "The text is not usable JSON: expected a value, found ']'");
  ax_arena_free(arena);
}

static void builders_leave_empty_parts_out(void **state) {
  (void)state;
  ax_buf out = AX_BUF_INIT(4096);
  ax_json_writer w = ax_json_write_begin(&out);
  ax_coding coding = { AX_STR("http://loinc.org"), AX_STR("718-7"),
                       AX_STR("") };
  ax_json_write_array(&w);
  ax_fhir_make_concept(&w, &coding, 1, AX_STR("Hb"));
  ax_fhir_make_concept(&w, NULL, 0, AX_STR("Hb"));
  ax_fhir_make_reference(&w, AX_STR("Patient/1"), AX_STR(""));
  ax_fhir_make_quantity(&w, 6.3, AX_STR("mmol/L"));
  ax_fhir_make_identifier(&w, AX_STR("urn:x"), AX_STR("7"));
  ax_fhir_make_outcome(&w, AX_STR("error"), AX_STR("not-found"),
                       AX_STR("gone"));
  ax_json_write_close(&w);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  assert_str(ax_buf_view(&out),
             "[{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":"
             "\"718-7\"}],\"text\":\"Hb\"},{\"text\":\"Hb\"},"
             "{\"reference\":\"Patient/1\"},{\"value\":6.3,\"unit\":"
             "\"mmol/L\",\"system\":\"http://unitsofmeasure.org\",\"code\":"
             "\"mmol/L\"},{\"system\":\"urn:x\",\"value\":\"7\"},"
             "{\"resourceType\":\"OperationOutcome\",\"issue\":[{"
             "\"severity\":\"error\",\"code\":\"not-found\",\"details\":{"
             "\"text\":\"gone\"}}]}]");
  ax_buf_free(&out);
}

/* Lists of one text, told one after the other, also out of order. */
static void many_lists_share_one_walk(void **state) {
  (void)state;
  const ax_str source = AX_STR("[1,\n2,\n\n  3]");
  const uint32_t at[] = { 10, 1, 4 };
  const char *const lines[] = { "line 4, column 3", "line 1, column 2",
                                "line 2, column 1" };
  ax_json_places places = { source, 0, 1, 0 };
  for (size_t i = 0; i < AX_COUNT(at); i++) {
    ax_buf out = AX_BUF_INIT(4096);
    ax_arena *arena = ax_arena_new(1 << 16);
    ax_fhir_issues *issues = ax_fhir_issues_new(arena);
    const ax_json value = { .at = at[i] };
    assert_non_null(issues);
    ax_fhir_issues_addf(issues, AX_ERROR, AX_ISSUE_VALUE, "x", AX_STR("a"),
                        &value, AX_STR(""), "wrong");
    ax_json_writer w = ax_json_write_begin(&out);
    ax_fhir_issues_write_on(issues, &places, &w);
    assert_int_equal(ax_json_write_end(&w), AX_OK);
    assert_true(ax_str_find(ax_buf_view(&out), ax_str_from(lines[i])) !=
                AX_STR_NONE);
    ax_buf_free(&out);
    ax_arena_free(arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_issue_names_place_rule_and_text),
    cmocka_unit_test(an_empty_list_says_that_all_is_well),
    cmocka_unit_test(the_list_stops_but_the_count_goes_on),
    cmocka_unit_test(without_memory_the_list_knows_it_is_incomplete),
    cmocka_unit_test(severities_are_counted),
    cmocka_unit_test(information_stands_behind_what_is_wrong),
    cmocka_unit_test(broken_json_is_one_fatal_issue),
    cmocka_unit_test(many_lists_share_one_walk),
    cmocka_unit_test(builders_leave_empty_parts_out),
  };
  return cmocka_run_group_tests_name("fhir_issue", tests, NULL, NULL);
}
