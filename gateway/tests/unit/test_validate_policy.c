/*
 * Unit tests of profiles' rules that hang on the clock or on extensions, and of
 * the policies that are off unless asked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "validate/validate.h"
#include "json/json_parse.h"

static ax_arena *arena;
static ax_registry *registry, *over;
static ax_validator *validator, *strict;

#define SD \
  "{\"resourceType\":\"StructureDefinition\",\"url\":\"http://a.example/"
#define PROFILE(name, type, elements)                                      \
  SD name "\",\"type\":\"" type "\",\"kind\":\"resource\",\"derivation\":" \
          "\"constraint\",\"baseDefinition\":\"http://hl7.org/fhir/"       \
          "StructureDefinition/" type                                      \
          "\",\"differential\":{\"element\":[{\"id\":"                     \
          "\"" type "\",\"path\":\"" type "\"}," elements "]}}"

static const char *const PROFILES[] = {
  PROFILE("young", "Patient",
          "{\"id\":\"Patient.birthDate\",\"path\":\"Patient.birthDate\","
          "\"minValueDuration\":{\"value\":100,\"code\":\"a\"},"
          "\"maxValueDuration\":{\"value\":1,\"code\":\"d\"}}"),
  PROFILE("present", "Patient",
          "{\"id\":\"Patient.active\",\"path\":\"Patient.active\","
          "\"extension\":[{\"url\":\"http://hl7.org/fhir/5.0/"
          "StructureDefinition/extension-ElementDefinition.mustHaveValue\","
          "\"valueBoolean\":true}]}"),
  PROFILE("named", "Patient",
          "{\"id\":\"Patient.name\",\"path\":\"Patient.name\",\"type\":[{"
          "\"code\":\"HumanName\",\"profile\":[\"http://a.example/none\"]}]}"),
};

static ax_code_answer every_code(void *ctx, ax_str system, ax_str code,
                                 const char **why) {
  (void)ctx, (void)system, (void)code, (void)why;
  return AX_CODE_IN;
}

static ax_code_answer all_but_x(void *ctx, ax_str set, ax_str system,
                                ax_str code, const char **why) {
  (void)ctx, (void)set, (void)system, (void)why;
  return ax_str_eq(code, AX_STR("x")) ? AX_CODE_NOT_IN : AX_CODE_IN;
}

static ax_code_answer only_one(void *ctx, ax_str system, ax_str version,
                               ax_str code, ax_str display, ax_buf *right) {
  (void)ctx, (void)system, (void)version, (void)code;
  if (ax_str_eq(display, AX_STR("One"))) return AX_CODE_IN;
  ax_buf_append(right, AX_STR("'One'"));
  return AX_CODE_NOT_IN;
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
  const ax_validate_host host = { .ctx = NULL,
                                  .code_in_value_set = all_but_x,
                                  .code_in_system = every_code,
                                  .code_has_display = only_one };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING,
                                    .wrong_display = AX_WARNING };
  const ax_validate_options policies = { .unknown_profile = AX_WARNING,
                                         .unknown_extension = AX_WARNING,
                                         .demand_type_profiles = true,
                                         .wrong_display = AX_ERROR,
                                         .trust_references = true,
                                         .skip_contained = true,
                                         .tell_missing_system = true,
                                         .refuse_html = true,
                                         .refuse_markdown_html = true,
                                         .refuse_example_urls = true };
  const ax_json *trees[AX_COUNT(PROFILES)];
  ax_error err = { 0 };
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena) return -1;
  for (size_t i = 0; i < AX_COUNT(PROFILES); i++) {
    ax_json_fault fault;
    if (ax_json_parse(arena, ax_str_from(PROFILES[i]), &trees[i], &fault)) {
      print_error("%s: %s\n", fault.text, PROFILES[i]);
      return -1;
    }
  }
  if (ax_registry_open(&options, &registry, &err) ||
      ax_registry_overlay(registry, trees, AX_COUNT(trees), &over, &err) ||
      ax_validate_new(over, &host, &how, &validator, &err) ||
      ax_validate_new(over, &host, &policies, &strict, &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  return 0;
}

static int teardown(void **state) {
  (void)state;
  ax_validate_free(validator);
  ax_validate_free(strict);
  ax_registry_close(over);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

typedef struct {
  const char *json, *profile; /* NULL: none */
  const char *id, *path;      /* id NULL: no error */
} one_case;

static void run_case(const one_case *c, ax_validator *with, const char *id) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  if (ax_json_parse(arena, ax_str_from(c->json), &doc, &fault) != AX_OK)
    fail_msg("%s: %s", fault.text, c->json);
  const ax_str profile = ax_str_from(c->profile ? c->profile : "");
  assert_int_equal(ax_validate_run(with, doc, AX_JSON_STR(doc, "resourceType"),
                                   &profile, c->profile ? 1 : 0, issues),
                   AX_OK);
  size_t found = 0;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (id && issue->severity == AX_ERROR && strcmp(issue->id, id) == 0 &&
        ax_str_eq(issue->path, ax_str_from(c->path)))
      found++;
  }
  if (ax_fhir_issues_errors(issues) == found && found == (id ? 1 : 0)) return;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++)
    print_error("  [%s] %.*s: %.*s\n", ax_fhir_issues_at(issues, i)->id,
                AX_STR_ARG(ax_fhir_issues_at(issues, i)->path),
                AX_STR_ARG(ax_fhir_issues_at(issues, i)->text));
  fail_msg("wanted %s: %s", id ? id : "no error", c->json);
}

#define PATIENT(members) "{\"resourceType\":\"Patient\"," members "}"
#define URL(name) "http://a.example/" name

static void durations_bound_dates_by_the_clock(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"birthDate\":\"1990-05-05\""), URL("young"), NULL, NULL },
    { PATIENT("\"birthDate\":\"1850\""), URL("young"), "value-too-small",
      "Patient.birthDate" },
    { PATIENT("\"birthDate\":\"2999-01\""), URL("young"), "value-too-large",
      "Patient.birthDate" },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++)
    run_case(&cases[i], validator, cases[i].id);
}

static void extensions_do_not_do_where_a_value_must_be(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"active\":true"), URL("present"), NULL, NULL },
    { PATIENT("\"_active\":{\"extension\":[{\"url\":\"http://b.example/x\","
              "\"valueString\":\"a\"}]}"),
      URL("present"), "value-missing", "Patient.active" },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++)
    run_case(&cases[i], validator, cases[i].id);
}

/* Each is a fault for the strict one alone. */
static void policies_are_off_unless_asked_for(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"name\":[{\"text\":\"a <script>b\"}]"), NULL, "text-html",
      "Patient.name[0].text" },
    { PATIENT("\"name\":[{\"text\":\"a < b, c<3, <http://b.example>\"}]"), NULL,
      NULL, NULL },
    { "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"</b>\"}}", NULL,
      "text-html", "Basic.code.text" },
    { PATIENT("\"identifier\":[{\"system\":\"http://example.org/a\","
              "\"value\":\"1\"}]"),
      NULL, "url-example", "Patient.identifier[0].system" },
    { PATIENT("\"name\":[{\"text\":\"a\"}]"), URL("named"), "profile-unknown",
      "Patient.name[0]" },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    run_case(&cases[i], validator, NULL);
    run_case(&cases[i], strict, cases[i].id);
  }
}

static void a_trusted_reference_may_name_any_type(void **state) {
  (void)state;
  static const one_case wrong = {
    PATIENT("\"managingOrganization\":{\"reference\":\"Group/1\"}"), NULL,
    "reference-type", "Patient.managingOrganization"
  };
  run_case(&wrong, validator, wrong.id);
  run_case(&wrong, strict, NULL);
}

#define CODED(display)                                         \
  PATIENT("\"maritalStatus\":{\"coding\":[{\"system\":\"http:" \
          "//a.example/cs\",\"code\":\"1\",\"display\":\"" display "\"}]}")

static void a_display_is_a_name_of_its_code(void **state) {
  (void)state;
  static const one_case right = { CODED("One"), NULL, NULL, NULL };
  static const one_case wrong = { CODED("Two"), NULL, "code-display",
                                  "Patient.maritalStatus.coding[0].display" };
  run_case(&right, strict, NULL);
  run_case(&wrong, strict, wrong.id);
  run_case(&wrong, validator, NULL); /* a warning there */
}

static size_t errors_of(ax_validator *with, const char *json) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  assert_int_equal(ax_json_parse(arena, ax_str_from(json), &doc, &fault),
                   AX_OK);
  assert_int_equal(
      ax_validate_run(with, doc, AX_STR("Patient"), NULL, 0, issues), AX_OK);
  return ax_fhir_issues_errors(issues);
}

static void a_code_without_system_is_told_twice_if_asked_for(void **state) {
  (void)state;
  assert_int_equal(errors_of(validator, PATIENT("\"gender\":\"x\"")), 1);
  assert_int_equal(errors_of(strict, PATIENT("\"gender\":\"x\"")), 2);
  assert_int_equal(errors_of(strict, PATIENT("\"gender\":\"male\"")), 0);
}

static void contained_resources_may_be_left_out(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"a\"}]"),
      NULL, "contained-unused", "Patient.contained[0]" },
    { PATIENT("\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"a\","
              "\"active\":1}],\"link\":[{\"type\":\"seealso\",\"other\":{"
              "\"reference\":\"#a\"}}]"),
      NULL, "value-format", "Patient.contained[0].active" },
  };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    run_case(&cases[i], validator, cases[i].id);
    run_case(&cases[i], strict, NULL);
  }
}

static void
a_definition_that_is_too_large_is_not_held_to_its_base(void **state) {
  (void)state;
  enum { MANY = 4001 };
  ax_buf text = AX_BUF_INIT(1 << 20);
  ax_buf_append(&text, AX_STR(SD "large\",\"name\":\"L\",\"status\":"
                                 "\"draft\",\"abstract\":false,\"kind\":"
                                 "\"resource\",\"type\":\"Patient\","
                                 "\"derivation\":\"constraint\","
                                 "\"baseDefinition\":\"http://hl7.org/fhir/"
                                 "StructureDefinition/Patient\","
                                 "\"differential\":{\"element\":["));
  for (size_t i = 0; i < MANY; i++)
    ax_buf_printf(&text, "%s{\"id\":\"Patient%s%zu\",\"path\":\"Patient%s\"}",
                  i ? "," : "", i ? ".nothing:" : "", i, i ? ".nothing" : "");
  ax_buf_append(&text, AX_STR("]}}"));
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_int_equal(ax_json_parse(arena, ax_buf_view(&text), &doc, &fault),
                   AX_OK);
  assert_int_equal(ax_validate_run(validator, doc,
                                   AX_STR("StructureDefinition"), NULL, 0,
                                   issues),
                   AX_OK);
  size_t found = 0;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const char *id = ax_fhir_issues_at(issues, i)->id;
    found += strcmp(id, "structure-large") == 0;
    assert_string_not_equal(id, "structure-snapshot");
  }
  assert_int_equal(found, 1);
  ax_buf_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(durations_bound_dates_by_the_clock),
    cmocka_unit_test(extensions_do_not_do_where_a_value_must_be),
    cmocka_unit_test(policies_are_off_unless_asked_for),
    cmocka_unit_test(a_trusted_reference_may_name_any_type),
    cmocka_unit_test(a_display_is_a_name_of_its_code),
    cmocka_unit_test(a_code_without_system_is_told_twice_if_asked_for),
    cmocka_unit_test(contained_resources_may_be_left_out),
    cmocka_unit_test(a_definition_that_is_too_large_is_not_held_to_its_base),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
