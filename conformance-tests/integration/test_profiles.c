/*
 * The profiles of our package, each with resources that conform and resources
 * that do not (fhir-profiles/cases): the validator tells them apart, and names
 * the place and the rule of each fault.
 */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_rules.h"
#include "base/file.h"
#include "json/json_parse.h"

enum { MEMORY = 512 << 20, FILE_MAX = 8 << 20 };

static ax_arena *arena;
static ax_app_rules rules;

static ax_str below_root(const char *rest) {
  const char *root = getenv("AUSPEX_ROOT");
  return ax_arena_printf(arena, "%s/%s", root ? root : ".", rest);
}

static int open_rules(void **state) {
  ax_config config;
  ax_error err = { 0 };
  (void)state;
  arena = ax_arena_new(MEMORY);
  memset(&config, 0, sizeof config);
  config.packages = below_root("build/packages").ptr;
  config.profiles = below_root("fhir-profiles/package").ptr;
  config.implied_profiles =
      "https://auspex-gateway.org/fhir/ConceptMap/implied-profiles";
  config.cache = "";
  if (ax_app_rules_open(arena, &config, NULL, 0, &rules, &err))
    return print_error("%s\n", err.text), 1;
  return 0;
}

static int close_rules(void **state) {
  (void)state;
  ax_app_rules_close(&rules);
  ax_arena_free(arena);
  return 0;
}

static ax_fhir_issues *held_to(const ax_json *resource, ax_str profile) {
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  assert_int_equal(ax_validate_run(rules.validator, resource,
                                   AX_JSON_STR(resource, "resourceType"),
                                   &profile, 1, issues),
                   AX_OK);
  return issues;
}

static void print_errors(const ax_fhir_issues *issues) {
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity <= AX_ERROR)
      print_error("  " AX_STR_FMT ": " AX_STR_FMT " [" AX_STR_FMT "]\n",
                  AX_STR_ARG(issue->path), AX_STR_ARG(issue->text),
                  AX_STR_ARG(issue->rule));
  }
}

static bool contains(ax_str text, ax_str words) {
  for (size_t i = 0; i + words.len <= text.len; i++)
    if (!memcmp(text.ptr + i, words.ptr, words.len)) return true;
  return false;
}

/* Is there an error at `at` whose text or rule names `rule`? */
static bool names(const ax_fhir_issues *issues, ax_str at, ax_str rule) {
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity <= AX_ERROR && ax_str_starts(issue->path, at) &&
        (contains(issue->text, rule) || contains(issue->rule, rule)))
      return true;
  }
  return false;
}

static size_t check_valid(const char *file, const ax_json *cases,
                          ax_str profile) {
  const ax_json *list = AX_JSON_GET(cases, "valid");
  size_t wrong = 0;
  assert_true(ax_json_count(list) >= 2);
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    ax_fhir_issues *issues = held_to(AX_JSON_GET(one, "resource"), profile);
    if (!ax_fhir_issues_errors(issues)) continue;
    print_error("%s: refused: " AX_STR_FMT "\n", file,
                AX_STR_ARG(AX_JSON_STR(one, "what")));
    print_errors(issues);
    wrong++;
  }
  return wrong;
}

static size_t check_invalid(const char *file, const ax_json *cases,
                            ax_str profile) {
  const ax_json *list = AX_JSON_GET(cases, "invalid");
  size_t wrong = 0;
  assert_true(ax_json_count(list) >= 3);
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    ax_fhir_issues *issues = held_to(AX_JSON_GET(one, "resource"), profile);
    if (names(issues, AX_JSON_STR(one, "at"), AX_JSON_STR(one, "rule")))
      continue;
    print_error("%s: not named: " AX_STR_FMT "\n", file,
                AX_STR_ARG(AX_JSON_STR(one, "what")));
    print_errors(issues);
    wrong++;
  }
  return wrong;
}

static size_t check_file(const char *folder, const char *name) {
  ax_str path = ax_arena_printf(arena, "%s/%s", folder, name), text;
  const ax_json *cases = NULL;
  ax_json_fault fault;
  ax_error err = { 0 };
  assert_int_equal(ax_file_read(arena, path.ptr, FILE_MAX, &text, &err), AX_OK);
  assert_int_equal(ax_json_parse(arena, text, &cases, &fault), AX_OK);
  ax_str profile = AX_JSON_STR(cases, "profile");
  assert_non_null(ax_registry_find(rules.registry, AX_DEF_STRUCTURE, profile));
  return check_valid(name, cases, profile) +
         check_invalid(name, cases, profile);
}

static void resources_that_conform_are_told_from_those_that_do_not(void **s) {
  const char *folder = below_root("fhir-profiles/cases").ptr;
  const char *const *files = NULL;
  size_t count = 0, wrong = 0;
  ax_error err = { 0 };
  (void)s;
  assert_int_equal(ax_file_list(arena, folder, &files, &count, &err), AX_OK);
  for (size_t i = 0; i < count; i++) wrong += check_file(folder, files[i]);
  assert_int_equal(wrong, 0);
}

static const ax_json *parsed(const char *text) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(arena, ax_str_from(text), &tree, &fault),
                   AX_OK);
  return tree;
}

static ax_fhir_issues *as_sent(const char *text) {
  const ax_json *resource = parsed(text);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  assert_int_equal(ax_validate_run(rules.validator, resource,
                                   AX_JSON_STR(resource, "resourceType"), NULL,
                                   0, issues),
                   AX_OK);
  return issues;
}

#define CRP(VALUE)                                                       \
  "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{"    \
  "\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1988-5\"}]}," \
  "\"subject\":{\"reference\":\"Patient/1\"},"                           \
  "\"effectiveDateTime\":\"2026-03-04\",\"valueQuantity\":" VALUE "}"

static void what_claims_nothing_is_held_to_the_profile_of_its_code(void **s) {
  (void)s;
  assert_false(ax_fhir_issues_errors(
      as_sent(CRP("{\"value\":5,\"system\":\"http://unitsofmeasure.org\","
                  "\"code\":\"mg/L\"}"))));
  ax_fhir_issues *issues = as_sent(CRP("{\"value\":5,\"unit\":\"mg/L\"}"));
  assert_true(
      names(issues, AX_STR("Observation.value"), AX_STR("auspex-qty-1")));
}

/* The extensions stand inside the results' cases. */
static void each_profile_of_ours_has_cases(void **state) {
  const char *const *files = NULL;
  size_t count = 0, profiles = 0;
  ax_error err = { 0 };
  (void)state;
  const char *folder = below_root("fhir-profiles/package").ptr;
  assert_int_equal(ax_file_list(arena, folder, &files, &count, &err), AX_OK);
  for (size_t i = 0; i < count; i++) {
    ax_str name = ax_str_from(files[i]), text;
    const ax_json *tree = NULL;
    ax_json_fault fault;
    if (!ax_str_starts(name, AX_STR("StructureDefinition-"))) continue;
    ax_str path = ax_arena_printf(arena, "%s/%s", folder, files[i]);
    assert_int_equal(ax_file_read(arena, path.ptr, FILE_MAX, &text, &err),
                     AX_OK);
    assert_int_equal(ax_json_parse(arena, text, &tree, &fault), AX_OK);
    if (ax_str_eq(AX_JSON_STR(tree, "type"), AX_STR("Extension"))) continue;
    ax_str cases = below_root("fhir-profiles/cases");
    cases = ax_arena_printf(arena, "%s/" AX_STR_FMT ".json", cases.ptr,
                            AX_STR_ARG(AX_JSON_STR(tree, "id")));
    if (ax_file_read(arena, cases.ptr, FILE_MAX, &text, &err))
      fail_msg("no cases for %s", files[i]);
    profiles++;
  }
  assert_true(profiles > 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(resources_that_conform_are_told_from_those_that_do_not),
    cmocka_unit_test(what_claims_nothing_is_held_to_the_profile_of_its_code),
    cmocka_unit_test(each_profile_of_ours_has_cases),
  };
  return cmocka_run_group_tests(tests, open_rules, close_rules);
}
