/*
 * Unit tests of gateway/src/validate, against the official R4 definitions: one
 * fault a case, and the message id and place it must give.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "terminology/valueset.h"
#include "validate/validate.h"
#include "json/json_parse.h"

static ax_arena *arena;
static ax_registry *registry;
static ax_valuesets *valuesets;
static ax_validator *validator;

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

static ax_code_answer code_of(void *ctx, ax_str system, ax_str code,
                              const char **why) {
  switch (ax_valueset_lookup(ctx, system, code, NULL, why)) {
  case AX_MEMBER_YES:
    return AX_CODE_IN;
  case AX_MEMBER_NO:
    return AX_CODE_NOT_IN;
  case AX_MEMBER_UNKNOWN:
    break;
  }
  return AX_CODE_UNDECIDED;
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
  ax_error err = { 0 };
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena || ax_registry_open(&options, &registry, &err) ||
      ax_valueset_new(registry, &valuesets, &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  const ax_validate_host host = { .ctx = valuesets,
                                  .code_in_value_set = code_in,
                                  .code_in_system = code_of };
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

static ax_fhir_issues *issues_of(const char *json, const char *profile) {
  const ax_json *doc;
  ax_json_fault fault;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  assert_int_equal(ax_json_parse(arena, ax_str_from(json), &doc, &fault),
                   AX_OK);
  ax_str type = AX_JSON_STR(doc, "resourceType");
  ax_str profiles[1] = { ax_str_from(profile ? profile : "") };
  assert_int_equal(
      ax_validate_run(validator, doc, type, profiles, profile ? 1 : 0, issues),
      AX_OK);
  return issues;
}

static void print_issues(const ax_fhir_issues *issues) {
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    print_error("  %s [%s] at %.*s: %.*s\n",
                ax_fhir_issue_severity(issue->severity), issue->id,
                AX_STR_ARG(issue->path), AX_STR_ARG(issue->text));
  }
}

typedef struct {
  const char *json, *id, *path; /* id NULL: valid */
  const char *profile;
} one_case;

static void run_case(const one_case *c) {
  ax_fhir_issues *issues = issues_of(c->json, c->profile);
  size_t errors = ax_fhir_issues_errors(issues);
  bool found = false;
  for (size_t i = 0; c->id && i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (strcmp(issue->id, c->id) == 0 &&
        ax_str_eq(issue->path, ax_str_from(c->path)))
      found = true;
  }
  if (errors == (c->id ? 1 : 0) && found == (c->id != NULL)) return;
  print_error("%s\n", c->json);
  print_issues(issues);
  fail_msg("wanted %s at %s", c->id ? c->id : "no error", c->path);
}

#define RUN(cases) \
  for (size_t i = 0; i < AX_COUNT(cases); i++) run_case(&(cases)[i])

#define PATIENT(members) "{\"resourceType\":\"Patient\"," members "}"
#define OBSERVATION(members)                                \
  "{\"resourceType\":\"Observation\",\"status\":\"final\"," \
  "\"code\":{\"text\":\"x\"}," members "}"

static void elements_have_their_names_kinds_and_numbers(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"active\":true"), NULL, "", NULL },
    { PATIENT("\"birthdate\":\"2000\""), "element-unknown", "Patient", NULL },
    { PATIENT("\"contact\":[{\"nom\":1,\"gender\":\"male\",\"name\":{\"text\":"
              "\"a\"}}]"),
      "element-unknown", "Patient.contact[0]", NULL },
    { PATIENT("\"name\":{\"family\":\"A\"}"), "array-missing", "Patient.name",
      NULL },
    { PATIENT("\"gender\":[\"male\"]"), "array-unexpected", "Patient.gender",
      NULL },
    { PATIENT("\"name\":[]"), "array-empty", "Patient.name", NULL },
    { PATIENT("\"name\":[{}]"), "object-empty", "Patient.name[0]", NULL },
    { PATIENT("\"name\":[\"A\"]"), "value-not-object", "Patient.name[0]",
      NULL },
    { PATIENT("\"gender\":null"), "value-null", "Patient.gender", NULL },
    { PATIENT("\"link\":[{\"type\":\"refer\"}]"), "count-min",
      "Patient.link[0]", NULL },
    { "{\"resourceType\":\"Observation\",\"status\":\"final\"}", "count-min",
      "Observation", NULL },
    { "{\"resourceType\":\"Patients\"}", "resource-unknown-type", "Patients",
      NULL },
    { "{\"id\":\"a\"}", "resource-no-type", "", NULL },
    { "[1]", "resource-not-object", "", NULL },
  };
  RUN(cases);
}

static void primitives_have_their_format_and_range(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"birthDate\":\"2000-02-30\""), "value-format",
      "Patient.birthDate", NULL },
    { PATIENT("\"birthDate\":20000101"), "value-format", "Patient.birthDate",
      NULL },
    { PATIENT("\"active\":\"true\""), "value-format", "Patient.active", NULL },
    { PATIENT("\"id\":\"a_b\""), "value-format", "Patient.id", NULL },
    { PATIENT("\"name\":[{\"given\":[\"A\",\"\"]}]"), "value-format",
      "Patient.name[0].given[1]", NULL },
    { PATIENT("\"multipleBirthInteger\":1.5"), "value-format",
      "Patient.multipleBirth.ofType(integer)", NULL },
    { PATIENT("\"photo\":[{\"contentType\":\"text/plain\",\"data\":\"a\"}]"),
      "value-format", "Patient.photo[0].data", NULL },
    { PATIENT("\"telecom\":[{\"rank\":0}]"), "value-format",
      "Patient.telecom[0].rank", NULL },
  };
  RUN(cases);
}

#define ABSENT                                                               \
  "{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/data-" \
  "absent-reason\",\"valueCode\":\"unknown\"}]}"

static void siblings_of_primitives_carry_extensions(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"_birthDate\":" ABSENT), NULL, "", NULL },
    { PATIENT("\"birthDate\":\"2000\",\"_birthDate\":{\"id\":\"a\"}"), NULL, "",
      NULL },
    { PATIENT("\"name\":[{\"given\":[null,\"B\"],\"_given\":[" ABSENT
              ",null]}]"),
      NULL, "", NULL },
    { PATIENT("\"name\":[{\"given\":[null,\"B\"]}]"), "value-null",
      "Patient.name[0].given[0]", NULL },
    { PATIENT("\"name\":[{\"given\":[\"B\"],\"_given\":[null," ABSENT "]}]"),
      "sibling-length", "Patient.name[0].given", NULL },
    { PATIENT("\"_birthDate\":{}"), "sibling-shape", "Patient.birthDate",
      NULL },
    { PATIENT("\"_name\":[{\"id\":\"a\"}]"), "element-unknown", "Patient",
      NULL },
    { PATIENT("\"_birthDate\":{\"value\":\"2000\"}"), "element-unknown",
      "Patient.birthDate", NULL },
    { PATIENT("\"id\":\"a\",\"_id\":{\"id\":\"x\"}"), "sibling-forbidden",
      "Patient.id", NULL },
  };
  RUN(cases);
}

static void choices_take_one_of_their_types(void **state) {
  (void)state;
  static const one_case cases[] = {
    { OBSERVATION("\"valueQuantity\":{\"value\":1.50}"), NULL, "", NULL },
    { OBSERVATION("\"valueQuantity\":{\"value\":\"1\"}"), "value-format",
      "Observation.value.ofType(Quantity).value", NULL },
    { OBSERVATION("\"valueDecimal\":1"), "element-unknown", "Observation",
      NULL },
    { OBSERVATION("\"value\":1"), "element-unknown", "Observation", NULL },
    { OBSERVATION("\"valueString\":\"a\",\"valueInteger\":1"), "count-max",
      "Observation", NULL },
  };
  RUN(cases);
}

static void codes_come_from_required_value_sets(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"gender\":\"female\""), NULL, "", NULL },
    { PATIENT("\"gender\":\"Female\""), "code-not-in-value-set",
      "Patient.gender", NULL },
    { PATIENT("\"name\":[{\"use\":\"official\"},{\"use\":\"none\"}]"),
      "code-not-in-value-set", "Patient.name[1].use", NULL },
    { PATIENT("\"language\":\"de-AT\""), NULL, "", NULL },
    { PATIENT("\"photo\":[{\"contentType\":\"image\"}]"),
      "code-not-in-value-set", "Patient.photo[0].contentType", NULL },
    { "{\"resourceType\":\"Condition\",\"subject\":{\"display\":\"x\"},"
      "\"clinicalStatus\":{\"coding\":[{\"system\":"
      "\"http://hl7.org/fhir/administrative-gender\",\"code\":"
      "\"male\"}]}}",
      "code-not-in-value-set", "Condition.clinicalStatus", NULL },
    { "{\"resourceType\":\"Condition\",\"subject\":{\"display\":\"x\"},"
      "\"clinicalStatus\":{\"text\":\"active\"}}",
      "code-missing", "Condition.clinicalStatus", NULL },
  };
  RUN(cases);
}

static void references_lead_where_they_may(void **state) {
  (void)state;
  static const one_case cases[] = {
    { OBSERVATION("\"subject\":{\"reference\":\"Patient/1\"}"), NULL, "",
      NULL },
    { OBSERVATION("\"subject\":{\"reference\":\"Patient?identifier=a|b\"}"),
      NULL, "", NULL },
    { OBSERVATION("\"subject\":{\"reference\":\"Medication/1\"}"),
      "reference-type", "Observation.subject", NULL },
    { OBSERVATION("\"subject\":{\"reference\":\"Chicken/1\"}"),
      "reference-unknown-type", "Observation.subject", NULL },
    { OBSERVATION("\"subject\":{\"reference\":\"#p\"}"), "reference-fragment",
      "Observation.subject", NULL },
    { OBSERVATION("\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\"}]"
                  ",\"subject\":{\"reference\":\"#p\"}"),
      NULL, "", NULL },
    { OBSERVATION("\"contained\":[{\"resourceType\":\"Medication\",\"id\":"
                  "\"p\"}],\"subject\":{\"reference\":\"#p\"}"),
      "reference-type", "Observation.subject", NULL },
    { OBSERVATION("\"contained\":[{\"resourceType\":\"Patient\"}]"),
      "contained-no-id", "Observation.contained[0]", NULL },
    { OBSERVATION("\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"a\","
                  "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"b\"}]"
                  "}],\"subject\":{\"reference\":\"#a\"}"),
      "contained-nested", "Observation.contained[0].contained[0]", NULL },
  };
  RUN(cases);
}

#define BUNDLE(type, entries)                                                  \
  "{\"resourceType\":\"Bundle\",\"type\":\"" type "\",\"entry\":[" entries "]" \
  "}"
#define ENTRY(url) \
  "{\"fullUrl\":\"" url "\",\"resource\":{\"resourceType\":\"Patient\"}}"
#define U1 "urn:uuid:3e0b2c0a-5d0e-4a3b-9f0a-3c1f2b1e4d5c"
#define U2 "urn:uuid:4e0b2c0a-5d0e-4a3b-9f0a-3c1f2b1e4d5c"

static void bundles_keep_their_rules(void **state) {
  (void)state;
  static const one_case cases[] = {
    { BUNDLE("collection", ENTRY(U1) "," ENTRY(U2)), NULL, "", NULL },
    { BUNDLE("collection", ENTRY(U1) "," ENTRY(U1)), "bundle-duplicate",
      "Bundle.entry[1]", NULL },
    { BUNDLE("transaction", ENTRY(U1)), "bundle-request", "Bundle.entry[0]",
      NULL },
    { BUNDLE("collection", ENTRY("Patient/1")), "bundle-full-url",
      "Bundle.entry[0]", NULL },
    { BUNDLE("collection", ENTRY("http://x/Patent/1")), NULL, "", NULL },
    { BUNDLE("collection", "{\"fullUrl\":\"" U1 "\"}"), "bundle-empty-entry",
      "Bundle.entry[0]", NULL },
    { BUNDLE("message", ENTRY(U1)), "bundle-first", "Bundle", NULL },
    { BUNDLE(
          "collection",
          "{\"fullUrl\":\"" U1
          "\",\"resource\":{\"resourceType\":\"Patient\",\"gender\":\"x\"}}"),
      "code-not-in-value-set", "Bundle.entry[0].resource.gender", NULL },
    { BUNDLE("collection",
             ENTRY(U1) ",{\"fullUrl\":\"" U2 "\",\"resource\":" OBSERVATION(
                 "\"subject\":{\"reference\":\"" U1 "\"}") "}"),
      NULL, "", NULL },
    { BUNDLE("collection",
             ENTRY(U1) ",{\"fullUrl\":\"" U2 "\",\"resource\":" OBSERVATION(
                 "\"specimen\":{\"reference\":\"" U1 "\"}") "}"),
      "reference-type", "Bundle.entry[1].resource.specimen", NULL },
  };
  RUN(cases);
}

#define EXT(members) PATIENT("\"extension\":[{" members "}]")
#define SD "http://hl7.org/fhir/StructureDefinition/"

static void extensions_follow_their_definitions(void **state) {
  (void)state;
  static const one_case cases[] = {
    { EXT("\"url\":\"" SD "patient-birthPlace\",\"valueAddress\":{\"city\":"
          "\"A\"}"),
      NULL, "", NULL },
    { EXT("\"url\":\"" SD "patient-birthPlace\",\"valueString\":\"A\""),
      "type-not-allowed", "Patient.extension[0]", NULL },
    { EXT("\"url\":\"http://x/unknown\",\"valueString\":\"A\""), NULL, "",
      NULL },
    { EXT("\"url\":\"http://x/unknown\""), "extension-content",
      "Patient.extension[0]", NULL },
    { EXT("\"url\":\"local\",\"valueString\":\"A\""), "extension-url",
      "Patient.extension[0]", NULL },
    { EXT("\"valueString\":\"A\""), "count-min", "Patient.extension[0]", NULL },
    { EXT("\"url\":\"" SD "patient-nationality\",\"extension\":[{\"url\":"
          "\"code\",\"valueString\":\"A\"}]"),
      "type-not-allowed", "Patient.extension[0].extension[0]", NULL },
  };
  RUN(cases);
}

static void codes_are_those_of_their_systems(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT("\"meta\":{\"tag\":[{\"system\":\"http://hl7.org/fhir/"
              "administrative-gender\",\"code\":\"male\"}]}"),
      NULL, "", NULL },
    { PATIENT("\"meta\":{\"tag\":[{\"system\":\"http://hl7.org/fhir/"
              "administrative-gender\",\"code\":\"mann\"}]}"),
      "code-unknown", "Patient.meta.tag[0].code", NULL },
    { PATIENT("\"meta\":{\"tag\":[{\"system\":\"http://loinc.org\","
              "\"code\":\"no\"}]}"),
      NULL, "", NULL },
    { PATIENT("\"meta\":{\"tag\":[{\"system\":\"http://a.example\","
              "\"code\":\"no\"}]}"),
      NULL, "", NULL },
  };
  RUN(cases);
}

#define BP                                                                    \
  "{\"resourceType\":\"Observation\",\"status\":\"final\",\"category\":[{"    \
  "\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"          \
  "observation-category\",\"code\":\"vital-signs\"}]}],\"code\":{\"coding\":" \
  "[{\"system\":\"http://loinc.org\",\"code\":\"29463-7\"}]},\"subject\":{"   \
  "\"reference\":\"Patient/1\"},\"effectiveDateTime\":\"2020-01-01\""

static void profiles_add_their_rules(void **state) {
  (void)state;
  static const one_case cases[] = {
    { BP ",\"valueQuantity\":{\"value\":70,\"unit\":\"kg\",\"system\":"
         "\"http://unitsofmeasure.org\",\"code\":\"kg\"}}",
      NULL, "", SD "bodyweight" },
    { BP ",\"valueQuantity\":{\"value\":70,\"unit\":\"kg\",\"system\":"
         "\"http://unitsofmeasure.org\",\"code\":\"m\"}}",
      "code-not-in-value-set", "Observation.value.ofType(Quantity).code",
      SD "bodyweight" },
    { BP ",\"valueQuantity\":{\"value\":70,\"unit\":\"kg\",\"system\":"
         "\"http://x\",\"code\":\"kg\"}}",
      "fixed-value", "Observation.value.ofType(Quantity).system",
      SD "bodyweight" },
    { PATIENT("\"active\":true"), "profile-wrong-type", "Patient",
      SD "bodyweight" },
    { PATIENT("\"active\":true"), "profile-unknown", "Patient",
      "http://x/unknown" },
    { PATIENT("\"meta\":{\"profile\":[\"http://x/unknown\"]}"), NULL, "",
      NULL },
    { PATIENT("\"meta\":{\"profile\":[\"" SD "bodyweight\"]}"),
      "profile-wrong-type", "Patient.meta.profile[0]", NULL },
  };
  RUN(cases);
}

static void all_faults_come_in_one_answer_with_their_places(void **state) {
  (void)state;
  const char *json = "{\n  \"resourceType\": \"Patient\",\n"
                     "  \"gender\": \"x\",\n  \"nam\": 1,\n"
                     "  \"birthDate\": \"yesterday\"\n}";
  ax_fhir_issues *issues = issues_of(json, NULL);
  assert_int_equal(ax_fhir_issues_errors(issues), 3);
  static const unsigned lines[] = { 3, 4, 5 };
  for (size_t i = 0; i < 3; i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    assert_true(issue->has_place);
    assert_int_equal(ax_json_place_of(ax_str_from(json), issue->at).line,
                     lines[i]);
  }
}

/* --- threads and explain ---------------------------------------------------
 */

static void *validate_in_thread(void *arg) {
  ax_arena *own = ax_arena_new(16 << 20);
  const ax_json *doc = arg;
  size_t *errors = calloc(1, sizeof *errors);
  ax_fhir_issues *issues = own ? ax_fhir_issues_new(own) : NULL;
  if (issues && errors &&
      ax_validate_run(validator, doc, AX_STR("Encounter"), NULL, 0, issues) ==
          AX_OK)
    *errors = ax_fhir_issues_errors(issues);
  ax_arena_free(own);
  return errors;
}

static void threads_share_what_is_compiled(void **state) {
  (void)state;
  const ax_json *doc;
  ax_json_fault fault;
  pthread_t threads[4];
  assert_int_equal(
      ax_json_parse(arena,
                    AX_STR("{\"resourceType\":\"Encounter\",\"status\":\"no\","
                           "\"class\":{\"code\":\"AMB\"},\"x\":1}"),
                    &doc, &fault),
      AX_OK);
  for (size_t i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, validate_in_thread,
                                    (void *)(uintptr_t)doc),
                     0);
  for (size_t i = 0; i < 4; i++) {
    void *errors = NULL;
    assert_int_equal(pthread_join(threads[i], &errors), 0);
    assert_non_null(errors);
    assert_int_equal(*(size_t *)errors, 2);
    free(errors);
  }
}

static void a_schema_prints_itself(void **state) {
  (void)state;
  ax_buf text = AX_BUF_INIT(4 << 20);
  ax_json_writer w = ax_json_write_begin(&text);
  ax_error err = { 0 };
  assert_int_equal(
      ax_validate_explain(validator, AX_STR(SD "Patient"), &w, &err), AX_OK);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  assert_true(ax_str_find(ax_buf_view(&text),
                          AX_STR("administrative-gender")) != AX_STR_NONE);
  assert_int_equal(
      ax_validate_explain(validator, AX_STR("http://x/none"), &w, &err),
      AX_NOT_FOUND);
  ax_buf_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(elements_have_their_names_kinds_and_numbers),
    cmocka_unit_test(primitives_have_their_format_and_range),
    cmocka_unit_test(siblings_of_primitives_carry_extensions),
    cmocka_unit_test(choices_take_one_of_their_types),
    cmocka_unit_test(codes_come_from_required_value_sets),
    cmocka_unit_test(references_lead_where_they_may),
    cmocka_unit_test(bundles_keep_their_rules),
    cmocka_unit_test(extensions_follow_their_definitions),
    cmocka_unit_test(profiles_add_their_rules),
    cmocka_unit_test(codes_are_those_of_their_systems),
    cmocka_unit_test(all_faults_come_in_one_answer_with_their_places),
    cmocka_unit_test(threads_share_what_is_compiled),
    cmocka_unit_test(a_schema_prints_itself),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
