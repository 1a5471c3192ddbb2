/*
 * Every resource of the official package is valid, except those that
 * docs/validation-differences.md explains; and those have exactly as many
 * errors as its tables say.
 *
 * The examples are all looked at. Of the definitions every 25th, and each that
 * is explained; all of them with AUSPEX_ALL_DEFINITIONS=1 (make definitions).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "app/app_rules.h"
#include "base/file.h"
#include "base/map.h"
#include "json/json_parse.h"

#define PACKAGE "build/packages/hl7.fhir.r4.examples#4.0.1"
#define DIFFERENCES "gateway/docs/validation-differences.md"

enum { SAMPLE = 25, ERRORS_MAX = 1000 };

static ax_arena *arena;
static ax_registry *registry;
static ax_app_rules rules;
static ax_map *explained; /* file -> how many errors, as text */

static const char *under_root(const char *path) {
  const char *root = getenv("AUSPEX_ROOT");
  return ax_arena_printf(arena, "%s/%s", root ? root : ".", path).ptr;
}

/* A row "| `Type-id.json` | 3 | why |". */
static bool read_row(ax_str line, ax_str *file, ax_str *errors) {
  if (!ax_str_starts(line, AX_STR("| `"))) return false;
  line = ax_str_skip(line, 3);
  *file = ax_str_cut(&line, '`');
  (void)ax_str_cut(&line, '|');
  *errors = ax_str_trim(ax_str_cut(&line, '|'));
  return ax_str_ends(*file, AX_STR(".json")) &&
         ax_str_trim(line).len > 3; /* and says why */
}

static bool read_tables(ax_error *err) {
  ax_str text;
  explained = ax_map_new(arena);
  if (!explained ||
      ax_file_read(arena, under_root(DIFFERENCES), 1 << 20, &text, err))
    return false;
  while (text.len) {
    ax_str line = ax_str_cut(&text, '\n'), file, errors;
    if (!read_row(line, &file, &errors)) continue;
    ax_str *kept = AX_NEW(arena, ax_str);
    if (!kept) return false;
    *kept = errors;
    if (ax_map_put(explained, file, kept)) return false;
  }
  return true;
}

static int setup(void **state) {
  (void)state;
  ax_error err = { 0 };
  arena = ax_arena_new((size_t)2 << 30);
  if (!arena) return -1;
  const char *const packages[] = { under_root(PACKAGE) };
  const ax_registry_options options = { packages, 1, NULL };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING,
                                    .wrong_display = AX_WARNING };
  if (!read_tables(&err) || ax_registry_open(&options, &registry, &err) ||
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

static bool begins_with_one_of(const char *name, const char *const *list,
                               size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strncmp(name, list[i], strlen(list[i])) == 0) return true;
  return false;
}

static bool is_definition(const char *name) {
  static const char *const kinds[] = {
    "StructureDefinition-",  "ValueSet-",   "CodeSystem-",
    "SearchParameter-",      "ConceptMap-", "OperationDefinition-",
    "CompartmentDefinition-"
  };
  return begins_with_one_of(name, kinds, AX_COUNT(kinds));
}

/* Not the Bundles, most of which hold definitions and nothing else. */
static bool is_example(const char *name) {
  static const char *const others[] = { "Bundle-", "package.json", "ig-r4.json",
                                        "." };
  return ax_str_ends(ax_str_from(name), AX_STR(".json")) &&
         !is_definition(name) &&
         !begins_with_one_of(name, others, AX_COUNT(others));
}

static size_t expected_errors(const char *name) {
  const ax_str *text = ax_map_get(explained, ax_str_from(name));
  uint64_t count = 0;
  if (text && !ax_str_uint64(*text, ERRORS_MAX, &count))
    fail_msg("%s: how many errors, in " DIFFERENCES "?", name);
  return (size_t)count;
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
  assert_int_equal(ax_validate_run(rules.validator, doc,
                                   AX_JSON_STR(doc, "resourceType"), NULL, 0,
                                   issues),
                   AX_OK);
  if (ax_fhir_issues_errors(issues) == expected_errors(name)) return true;
  print_errors(name, issues);
  print_error("%s: %zu errors, expected %zu\n", name,
              ax_fhir_issues_errors(issues), expected_errors(name));
  return false;
}

/* Judges those that `wanted` picks, every `step`th and each explained one. */
static size_t judge_all(bool (*wanted)(const char *name), size_t step) {
  const char *const *names;
  size_t count, seen = 0, judged = 0, odd = 0;
  ax_error err = { 0 };
  const char *folder = under_root(PACKAGE "/package");
  ax_arena *scratch = ax_arena_new((size_t)1 << 30);
  assert_non_null(scratch);
  assert_int_equal(ax_file_list(arena, folder, &names, &count, &err), AX_OK);
  for (size_t i = 0; i < count; i++) {
    if (!wanted(names[i])) continue;
    if (seen++ % step != 0 && !ax_map_get(explained, ax_str_from(names[i])))
      continue;
    judged++;
    if (!judge(scratch, folder, names[i])) odd++;
    ax_arena_reset(scratch);
  }
  ax_arena_free(scratch);
  assert_int_equal(odd, 0);
  return judged;
}

static void examples_are_valid_but_for_those_explained(void **state) {
  (void)state;
  assert_true(judge_all(is_example, 1) > 650);
}

static void definitions_are_valid_but_for_those_explained(void **state) {
  (void)state;
  bool all = getenv("AUSPEX_ALL_DEFINITIONS") != NULL;
  size_t judged = judge_all(is_definition, all ? 1 : SAMPLE);
  assert_true(judged > (all ? 4500 : 150));
}

static void what_is_explained_is_in_the_package(void **state) {
  (void)state;
  assert_true(ax_map_count(explained) > 10);
  for (size_t i = 0; i < ax_map_count(explained); i++) {
    ax_str file;
    (void)ax_map_at(explained, i, &file);
    ax_str path =
        ax_arena_printf(arena, "%s/" AX_STR_FMT, under_root(PACKAGE "/package"),
                        AX_STR_ARG(file));
    FILE *there = fopen(path.ptr, "rb");
    if (!there) fail_msg("no file %s", path.ptr);
    (void)fclose(there);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(examples_are_valid_but_for_those_explained),
    cmocka_unit_test(definitions_are_valid_but_for_those_explained),
    cmocka_unit_test(what_is_explained_is_in_the_package),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
