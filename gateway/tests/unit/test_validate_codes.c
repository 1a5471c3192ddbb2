/* Unit tests of how validation speaks of codes: unknown, inactive, of the wrong
 * unit, not preferred, and those that nobody could check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "app/app_rules.h"
#include "json/json_parse.h"

static ax_arena *arena;
static ax_registry *registry;
static ax_app_rules once, always, never;

static int open_rules(ax_app_rules *rules, bool tell, ax_severity severity) {
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING,
                                    .wrong_display = AX_WARNING,
                                    .tell_unchecked = tell,
                                    .unchecked_code = severity };
  return ax_app_rules_over(registry, &how, rules, NULL) ? -1 : 0;
}

static int setup(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  char path[400];
  (void)snprintf(path, sizeof path,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  const char *const packages[] = { path };
  const ax_registry_options options = { packages, 1, NULL };
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena || ax_registry_open(&options, &registry, NULL) ||
      open_rules(&once, true, AX_INFORMATION) ||
      open_rules(&always, true, AX_ERROR) ||
      open_rules(&never, false, AX_ERROR))
    return -1;
  return 0;
}

static int teardown(void **state) {
  (void)state;
  ax_app_rules_close(&once);
  ax_app_rules_close(&always);
  ax_app_rules_close(&never);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

static const ax_fhir_issues *judge(const ax_app_rules *rules,
                                   const char *json) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  if (ax_json_parse(arena, ax_str_from(json), &doc, &fault) != AX_OK)
    fail_msg("%s: %s", fault.text, json);
  assert_int_equal(ax_validate_run(rules->validator, doc,
                                   AX_JSON_STR(doc, "resourceType"), NULL, 0,
                                   issues),
                   AX_OK);
  return issues;
}

/* How many issues with this id and severity; `text` (or NULL) stands in the
 * last of them. */
static size_t count(const ax_fhir_issues *issues, const char *id,
                    ax_severity severity, const char *text) {
  size_t found = 0;
  ax_str last = AX_STR("");
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (strcmp(issue->id, id) != 0 || issue->severity != severity) continue;
    last = issue->text;
    found++;
  }
  if (found && text && ax_str_find(last, ax_str_from(text)) == AX_STR_NONE)
    fail_msg("'%s' is not in: %.*s", text, AX_STR_ARG(last));
  return found;
}

#define OBSERVATION(more)                                                     \
  "{\"resourceType\":\"Observation\",\"status\":\"final\"," more "}"
#define CODE(system, code) \
  "{\"system\":\"" system "\",\"code\":\"" code "\"}"
#define LOINC "http://loinc.org"

static void what_nobody_can_check_is_told_as_wanted(void **state) {
  (void)state;
  const char *json = OBSERVATION(
      "\"code\":{\"coding\":[" CODE(LOINC, "8480-6") "," CODE(
          LOINC, "8462-4") "," CODE("urn:our-own", "x") "]}");
  assert_int_equal(count(judge(&once, json), "code-unchecked", AX_INFORMATION,
                         "'x' could not be checked against urn:our-own"),
                   2);
  assert_int_equal(count(judge(&always, json), "code-unchecked", AX_ERROR,
                         "the code system is not loaded"),
                   3);
  assert_int_equal(ax_fhir_issues_errors(judge(&never, json)), 0);
  assert_int_equal(
      count(judge(&never, json), "code-unchecked", AX_INFORMATION, NULL), 0);
}

static void what_cannot_be_a_code_is_an_error_with_the_reason(void **state) {
  (void)state;
  assert_int_equal(
      count(judge(&once, OBSERVATION(
                             "\"code\":{\"coding\":[" CODE(LOINC, "8480-7")
                             "]}")),
            "code-unknown", AX_ERROR, "check digit is wrong for a LOINC code"),
      1);
}

static void an_inactive_concept_is_a_warning(void **state) {
  (void)state;
  const char *json = OBSERVATION(
      "\"code\":{\"coding\":[" CODE(
          "http://terminology.hl7.org/CodeSystem/v3-ActCode", "STORE") "]}");
  assert_int_equal(
      count(judge(&once, json), "code-inactive", AX_WARNING, "inactive"), 1);
}

static void units_that_are_not_ucum_are_warned_of(void **state) {
  (void)state;
  const char *json = OBSERVATION(
      "\"code\":{\"text\":\"x\"},\"valueQuantity\":{\"value\":1,"
      "\"system\":\"http://unitsofmeasure.org\",\"code\":\"mmHg\"}");
  assert_int_equal(count(judge(&once, json), "unit-unknown", AX_WARNING,
                         "it is no UCUM unit"),
                   1);
}

static void codes_beside_the_preferred_ones_are_noted(void **state) {
  (void)state;
  const char *json = OBSERVATION(
      "\"code\":{\"text\":\"x\"},\"category\":[{\"coding\":[" CODE(
          "urn:our-own", "x") "]}]");
  assert_int_equal(count(judge(&never, json), "code-not-in-value-set",
                         AX_INFORMATION, "observation-category"),
                   1);
  assert_int_equal(ax_fhir_issues_errors(judge(&never, json)), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_nobody_can_check_is_told_as_wanted),
    cmocka_unit_test(what_cannot_be_a_code_is_an_error_with_the_reason),
    cmocka_unit_test(an_inactive_concept_is_a_warning),
    cmocka_unit_test(units_that_are_not_ucum_are_warned_of),
    cmocka_unit_test(codes_beside_the_preferred_ones_are_noted),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
