/*
 * Every example of the official package that is not a definition is valid,
 * except those that docs/validation-differences.md explains; and those are
 * found to be wrong. The list here and the list there are compared, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "base/file.h"
#include "terminology/valueset.h"
#include "validate/validate.h"
#include "json/json_parse.h"

#define PACKAGE "build/packages/hl7.fhir.r4.examples#4.0.1"
#define DIFFERENCES "gateway/docs/validation-differences.md"

static ax_arena *arena;
static ax_registry *registry;
static ax_valuesets *valuesets;
static ax_validator *validator;

/* Files with errors, and how many. */
static const struct {
  const char *file;
  size_t errors;
} WRONG[] = {
  { "ActivityDefinition-blood-tubes-supply.json", 1 },
  { "ActivityDefinition-heart-valve-replacement.json", 1 },
  { "Basic-referral.json", 3 },
  { "DeviceMetric-example.json", 1 },
  { "DeviceUseStatement-example.json", 1 },
  { "EventDefinition-example.json", 1 },
  { "ImplementationGuide-fhir.json", 3 },
  { "MedicationRequest-medrx0301.json", 1 },
  { "Observation-clinical-gender.json", 1 },
  { "Observation-f202.json", 1 },
  { "Questionnaire-qs1.json", 32 },
  { "Questionnaire-zika-virus-exposure-assessment.json", 1 },
};

static ax_code_answer code_in(void *ctx, ax_str set, ax_str system, ax_str code,
                              const char **why) {
  switch (ax_valueset_contains(ctx, set, system, code, why)) {
  case AX_MEMBER_YES:
    return AX_CODE_IN;
  case AX_MEMBER_NO:
    return AX_CODE_NOT_IN;
  case AX_MEMBER_UNKNOWN:
    break;
  }
  return AX_CODE_UNDECIDED;
}

static const char *under_root(const char *path) {
  const char *root = getenv("AUSPEX_ROOT");
  return ax_arena_printf(arena, "%s/%s", root ? root : ".", path).ptr;
}

static int setup(void **state) {
  (void)state;
  ax_error err = { 0 };
  arena = ax_arena_new((size_t)2 << 30);
  if (!arena) return -1;
  const char *const packages[] = { under_root(PACKAGE) };
  const ax_registry_options options = { packages, 1, NULL };
  if (ax_registry_open(&options, &registry, &err) ||
      ax_valueset_new(registry, &valuesets, &err))
    return -1;
  const ax_validate_host host = { .ctx = valuesets,
                                  .code_in_value_set = code_in };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING };
  return ax_validate_new(registry, &host, &how, &validator, &err);
}

static int teardown(void **state) {
  (void)state;
  ax_validate_free(validator);
  ax_valueset_free(valuesets);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

/* Definitions, and Bundles, most of which hold nothing else. */
static bool is_example(const char *name) {
  static const char *const others[] = { "StructureDefinition-",
                                        "ValueSet-",
                                        "CodeSystem-",
                                        "SearchParameter-",
                                        "ConceptMap-",
                                        "OperationDefinition-",
                                        "Bundle-",
                                        "CompartmentDefinition-",
                                        "package.json",
                                        "ig-r4.json",
                                        "." };
  for (size_t i = 0; i < AX_COUNT(others); i++)
    if (strncmp(name, others[i], strlen(others[i])) == 0) return false;
  return ax_str_ends(ax_str_from(name), AX_STR(".json"));
}

static size_t expected_errors(const char *name) {
  for (size_t i = 0; i < AX_COUNT(WRONG); i++)
    if (strcmp(name, WRONG[i].file) == 0) return WRONG[i].errors;
  return 0;
}

static void print_errors(const char *name, const ax_fhir_issues *issues) {
  for (size_t i = 0; i < ax_fhir_issues_count(issues) && i < 20; i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity <= AX_ERROR)
      print_error("%s: %.*s: %.*s\n", name, AX_STR_ARG(issue->path),
                  AX_STR_ARG(issue->text));
  }
}

static bool judge(ax_arena *scratch, const char *folder, const char *name) {
  ax_str text;
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_error err = { 0 };
  ax_str path = ax_arena_printf(scratch, "%s/%s", folder, name);
  assert_int_equal(ax_file_read(scratch, path.ptr, 64u << 20, &text, &err),
                   AX_OK);
  assert_int_equal(ax_json_parse(scratch, text, &doc, &fault), AX_OK);
  ax_fhir_issues *issues = ax_fhir_issues_new(scratch);
  assert_non_null(issues);
  assert_int_equal(ax_validate_run(validator, doc,
                                   AX_JSON_STR(doc, "resourceType"), NULL, 0,
                                   issues),
                   AX_OK);
  if (ax_fhir_issues_errors(issues) == expected_errors(name)) return true;
  print_errors(name, issues);
  print_error("%s: %zu errors, expected %zu\n", name,
              ax_fhir_issues_errors(issues), expected_errors(name));
  return false;
}

static void official_examples_are_valid_but_for_those_listed(void **state) {
  (void)state;
  const char *const *names;
  size_t count, examples = 0, odd = 0;
  ax_error err = { 0 };
  const char *folder = under_root(PACKAGE "/package");
  ax_arena *scratch = ax_arena_new((size_t)1 << 30);
  assert_non_null(scratch);
  assert_int_equal(ax_file_list(arena, folder, &names, &count, &err), AX_OK);
  for (size_t i = 0; i < count; i++) {
    if (!is_example(names[i])) continue;
    examples++;
    if (!judge(scratch, folder, names[i])) odd++;
    ax_arena_reset(scratch);
  }
  ax_arena_free(scratch);
  assert_true(examples > 650);
  assert_int_equal(odd, 0);
}

static void each_of_those_is_explained(void **state) {
  (void)state;
  ax_str text;
  ax_error err = { 0 };
  assert_int_equal(
      ax_file_read(arena, under_root(DIFFERENCES), 1 << 20, &text, &err),
      AX_OK);
  for (size_t i = 0; i < AX_COUNT(WRONG); i++)
    if (ax_str_find(text, ax_str_from(WRONG[i].file)) == AX_STR_NONE)
      fail_msg("%s is not explained in " DIFFERENCES, WRONG[i].file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(official_examples_are_valid_but_for_those_listed),
    cmocka_unit_test(each_of_those_is_explained),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
