/*
 * The case files of gateway/tests/cases/validate: resources, the profiles of
 * the package beside them that they are held to, and every error that must
 * come out, by message id and place, in any order. `warnings` are those that
 * must be among the others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "app/app_rules.h"
#include "base/file.h"
#include "json/json_parse.h"

static ax_arena *arena;
static ax_registry *registry;
static ax_app_rules rules;
static char root[300];

static int setup(void **state) {
  (void)state;
  const char *from = getenv("AUSPEX_ROOT");
  char core[400], own[400];
  (void)snprintf(root, sizeof root, "%s", from ? from : ".");
  (void)snprintf(core, sizeof core,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1", root);
  (void)snprintf(own, sizeof own, "%s/gateway/tests/cases/validate/package",
                 root);
  const char *const packages[] = { core, own };
  const ax_registry_options options = { packages, 2, NULL };
  ax_error err = { 0 };
  arena = ax_arena_new((size_t)1 << 30);
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING,
                                    .wrong_display = AX_ERROR,
                                    .refuse_malformed_urns = true };
  if (!arena || ax_registry_open(&options, &registry, &err) ||
      ax_app_rules_over(registry, &how, &rules, &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  return 0;
}

static int teardown(void **state) {
  (void)state;
  ax_app_rules_close(&rules);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

static ax_fhir_issues *validate(const ax_json *one) {
  const ax_json *resource = AX_JSON_GET(one, "resource");
  ax_str profile = AX_JSON_STR(one, "profile");
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  assert_int_equal(ax_validate_run(rules.validator, resource,
                                   AX_JSON_STR(resource, "resourceType"),
                                   &profile, profile.len ? 1 : 0, issues),
                   AX_OK);
  return issues;
}

static bool is_wanted(const ax_json *wanted, const ax_issue *issue) {
  for (size_t i = 0; i < ax_json_count(wanted); i++) {
    const ax_json *w = ax_json_item(wanted, i);
    if (ax_str_eq(AX_JSON_STR(w, "id"), ax_str_from(issue->id)) &&
        ax_str_eq(AX_JSON_STR(w, "path"), issue->path))
      return true;
  }
  return false;
}

static bool is_warned(const ax_json *one, const ax_fhir_issues *issues) {
  const ax_json *list = AX_JSON_GET(one, "warnings");
  size_t found = 0;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    found += issue->severity == AX_WARNING && is_wanted(list, issue);
  }
  return found == ax_json_count(list);
}

/* As many errors as wanted, and each of them wanted. */
static bool agrees(const ax_json *one, const ax_fhir_issues *issues) {
  const ax_json *wanted = AX_JSON_GET(one, "issues");
  if (!is_warned(one, issues)) return false;
  if (ax_fhir_issues_errors(issues) != ax_json_count(wanted)) return false;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity <= AX_ERROR && !is_wanted(wanted, issue)) return false;
  }
  return true;
}

static void print_case(const ax_json *one, const ax_fhir_issues *issues) {
  print_error("not ok: %.*s\n", AX_STR_ARG(AX_JSON_STR(one, "name")));
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    print_error("  %s [%s] at %.*s: %.*s\n",
                ax_fhir_issue_severity(issue->severity), issue->id,
                AX_STR_ARG(issue->path), AX_STR_ARG(issue->text));
  }
}

static void run_file(const char *name) {
  char path[500];
  ax_str text;
  ax_error err = { 0 };
  const ax_json *doc;
  ax_json_fault fault;
  size_t wrong = 0;
  (void)snprintf(path, sizeof path, "%s/gateway/tests/cases/validate/%s", root,
                 name);
  assert_int_equal(ax_file_read(arena, path, 16u << 20, &text, &err), AX_OK);
  assert_int_equal(ax_json_parse(arena, text, &doc, &fault), AX_OK);
  const ax_json *cases = AX_JSON_GET(doc, "cases");
  assert_true(ax_json_count(cases) > 0);
  for (size_t i = 0; i < ax_json_count(cases); i++) {
    const ax_json *one = ax_json_item(cases, i);
    const ax_fhir_issues *issues = validate(one);
    if (agrees(one, issues)) continue;
    print_case(one, issues);
    wrong++;
  }
  assert_int_equal(wrong, 0);
}

static void slices_take_what_belongs_to_them(void **state) {
  (void)state;
  run_file("slicing.json");
}

static void extensions_stand_where_they_may(void **state) {
  (void)state;
  run_file("extensions.json");
}

static void references_lead_to_what_conforms(void **state) {
  (void)state;
  run_file("references.json");
}

static void datatypes_mean_what_they_say(void **state) {
  (void)state;
  run_file("datatypes.json");
}

static void bundles_ask_answer_and_tell(void **state) {
  (void)state;
  run_file("bundles.json");
}

static void measures_are_reported_as_defined(void **state) {
  (void)state;
  run_file("measures.json");
}

static void definitions_hold_together(void **state) {
  (void)state;
  run_file("conformance.json");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(slices_take_what_belongs_to_them),
    cmocka_unit_test(extensions_stand_where_they_may),
    cmocka_unit_test(references_lead_to_what_conforms),
    cmocka_unit_test(datatypes_mean_what_they_say),
    cmocka_unit_test(bundles_ask_answer_and_tell),
    cmocka_unit_test(measures_are_reported_as_defined),
    cmocka_unit_test(definitions_hold_together),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
