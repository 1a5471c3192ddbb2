/*
 * What the project itself writes is valid R4: results, our package, samples.
 * The faulty sample is told all of its faults.
 */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/dates.h"
#include "../support/samples.h"
#include "app/app_rules.h"
#include "base/file.h"
#include "json/json_parse.h"

enum { MEMORY = 256 << 20 };

static ax_arena *arena;
static ax_app_rules rules;

static const char *root(void) {
  const char *value = getenv("AUSPEX_ROOT");
  return value ? value : ".";
}

static int open_rules(void **state) {
  (void)state;
  arena = ax_arena_new(MEMORY);
  ax_config config;
  memset(&config, 0, sizeof config);
  ax_str packages = ax_arena_printf(arena, "%s/build/packages", root());
  ax_str profiles = ax_arena_printf(arena, "%s/fhir-profiles/package", root());
  config.packages = packages.ptr;
  config.profiles = profiles.ptr;
  config.cache = "";
  ax_error err = { 0 };
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

static ax_fhir_issues *held_to(const ax_json *resource, const char *profile) {
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  const ax_str wanted = ax_str_from(profile);
  assert_non_null(issues);
  assert_int_equal(ax_validate_run(rules.validator, resource,
                                   AX_JSON_STR(resource, "resourceType"),
                                   &wanted, *profile ? 1 : 0, issues),
                   AX_OK);
  return issues;
}

static ax_fhir_issues *validated(const ax_json *resource) {
  return held_to(resource, "");
}

static const ax_json *parsed(ax_str text) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  if (ax_json_parse(arena, text, &tree, &fault)) fail_msg("%s", fault.text);
  return tree;
}

/* Nothing as grave as `worst` or graver; what there is is printed. */
static void assert_better(const char *what, const ax_json *resource,
                          const char *profile, ax_severity worst) {
  ax_fhir_issues *issues = held_to(resource, profile);
  size_t bad = 0;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity > worst) continue;
    print_error("%s: %.*s: %.*s\n", what, AX_STR_ARG(issue->path),
                AX_STR_ARG(issue->text));
    bad++;
  }
  assert_int_equal(bad, 0);
}

static void assert_valid(const char *what, const ax_json *resource) {
  assert_better(what, resource, "", AX_ERROR);
}

static bool contains(ax_str text, const char *words) {
  size_t length = strlen(words);
  for (size_t i = 0; i + length <= text.len; i++)
    if (memcmp(text.ptr + i, words, length) == 0) return true;
  return false;
}

/* Is there an error at this place whose text names the thing? */
static bool is_told(const ax_fhir_issues *issues, const char *path,
                    const char *words) {
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity <= AX_ERROR && contains(issue->path, path) &&
        contains(issue->text, words))
      return true;
  }
  print_error("no fault at %s that speaks of %s\n", path, words);
  return false;
}

/* --- results ------------------------------------------------------------- */

/* The profile of our package for what the gateway makes. */
static const char *profile_of(ax_str type) {
  static const struct {
    const char *type, *profile;
  } profiles[] = {
#define OURS "https://auspex-gateway.org/fhir/StructureDefinition/"
    { "RiskAssessment", OURS "model-risk-assessment" },
    { "Observation", OURS "model-observation" },
    { "GuidanceResponse", OURS "data-required" },
    { "Device", OURS "model-device" },
    { "DocumentReference", OURS "model-card" },
#undef OURS
  };
  for (size_t i = 0; i < AX_COUNT(profiles); i++)
    if (ax_str_eq(type, ax_str_from(profiles[i].type)))
      return profiles[i].profile;
  fail_msg("no profile for " AX_STR_FMT, AX_STR_ARG(type));
  return "";
}

static void check_results(const char *module, const char *const *names,
                          size_t least) {
  samples_module m = samples_open(module);
  samples_result s = samples_score(&m, names);
  assert_true(s.count >= least);
  for (size_t i = 0; i < s.count; i++)
    assert_better(names[0], samples_tree(&m, &s.resources[i]),
                  profile_of(s.resources[i].type), AX_WARNING);
  ax_score_resource device;
  assert_int_equal(ax_result_device(m.arena, m.model, &device, NULL), AX_OK);
  assert_better("Device", samples_tree(&m, &device),
                profile_of(AX_STR("Device")), AX_WARNING);
  samples_close(&m);
}

static void results_are_valid(void **state) {
  (void)state;
  static const char *const high[] = { "endpac-high.json", NULL };
  static const char *const low[] = { "endpac-low.json", NULL };
  static const char *const missing[] = { "endpac-missing-weight.json", NULL };
  static const char *const course[] = { "qlq-first.json", "qlq-later.json",
                                        NULL };
  check_results("early-diagnosis", high, 1);
  check_results("early-diagnosis", low, 1);
  check_results("early-diagnosis", missing, 1);
  check_results("qol-risk", course, 20);
}

/* --- the package and the samples ----------------------------------------- */

static size_t check_folder(const char *folder, const char *but) {
  ax_str path = ax_arena_printf(arena, "%s/fhir-profiles/%s", root(), folder);
  const char *const *names = NULL;
  size_t count = 0, checked = 0;
  ax_error err = { 0 };
  assert_int_equal(ax_file_list(arena, path.ptr, &names, &count, &err), AX_OK);
  for (size_t i = 0; i < count; i++) {
    if (!strcmp(names[i], but) || names[i][0] == '.') continue;
    if (!strcmp(names[i], "example")) continue;
    ax_str file = ax_arena_printf(arena, "%s/%s", path.ptr, names[i]);
    ax_str text;
    assert_int_equal(ax_file_read(arena, file.ptr, 8 << 20, &text, &err),
                     AX_OK);
    bool sample = !strcmp(folder, "examples");
    assert_valid(names[i],
                 parsed(sample ? dates_sample(arena, names[i]) : text));
    checked++;
  }
  return checked;
}

static void definitions_of_our_package_are_valid(void **state) {
  (void)state;
  assert_true(check_folder("package", "package.json") >= 20);
  assert_true(check_folder("package/example", "") >= 50);
}

static void samples_are_valid(void **state) {
  (void)state;
  assert_true(check_folder("examples", "faulty.json") >= 6);
}

static void the_faulty_sample_is_told_every_fault(void **state) {
  (void)state;
  const ax_fhir_issues *issues =
      validated(parsed(dates_sample(arena, "faulty.json")));
  static const struct {
    const char *path, *words;
  } faults[] = {
    { "entry[0].resource.gender", "feminine" },
    { "entry[0].resource.birthDate", "1961-02-30" },
    { "entry[1].resource", "status" },              /* missing */
    { "entry[2].resource.value", "131" },           /* a number as text */
    { "entry[2].resource", "colour" },              /* unknown */
    { "entry[3].resource.status", "done" },         /* no such code */
    { "entry[3].resource.subject", "Observation" }, /* of the wrong type */
    { "entry[4].resource.clinicalStatus", "sometimes" },
    { "entry[4].resource.onset", "T25:10:00Z" },
    { "entry[5].resource.subject", "Reference" }, /* text instead of one */
    { "entry[5].resource.item[0]", "linkId" },    /* missing */
    { "entry[5].resource.item[0].answer[0]", "2.5" },
  };
  size_t found = 0;
  for (size_t i = 0; i < AX_COUNT(faults); i++)
    found += is_told(issues, faults[i].path, faults[i].words);
  assert_int_equal(found, AX_COUNT(faults));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(results_are_valid),
    cmocka_unit_test(definitions_of_our_package_are_valid),
    cmocka_unit_test(samples_are_valid),
    cmocka_unit_test(the_faulty_sample_is_told_every_fault),
  };
  return cmocka_run_group_tests(tests, open_rules, close_rules);
}
