/*
 * Unit tests of invariants: what C answers is what the published expression
 * answers, for every combination of the members it looks at; and what the
 * validator says of resources that break a constraint.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "fhirpath/fp_parse.h"
#include "validate/fp_model_r4.h"
#include "validate/implied.h"
#include "validate/invariant.h"
#include "json/json_parse.h"

static ax_arena *arena;
static ax_registry *registry;
static ax_fp_model_r4 *model;
static ax_validator *validator;

static int setup(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  char path[400];
  (void)snprintf(path, sizeof path,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  const char *const packages[] = { path };
  const ax_registry_options options = { packages, 1, NULL };
  const ax_validate_host host = { .ctx = NULL, .code_in_value_set = NULL };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING };
  ax_error err = { 0 };
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena || ax_registry_open(&options, &registry, &err) ||
      ax_fp_model_r4_new(registry, &model, &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  return ax_validate_new(registry, &host, &how, &validator, &err);
}

static int teardown(void **state) {
  (void)state;
  ax_validate_free(validator);
  ax_fp_model_r4_free(model);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

static const ax_json *parse(const char *text) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  if (ax_json_parse(arena, ax_str_from(text), &doc, &fault) != AX_OK)
    fail_msg("%s: %s", fault.text, text);
  return doc;
}

/* --- C against the expression ----------------------------------------------
 */

typedef struct {
  const char *key, *type; /* whose StructureDefinition publishes it */
  const char *path;       /* the type's elements, as the model knows them */
  const char *members[7];
} rule;

static const rule RULES[] = {
  { "ele-1",
    "HumanName",
    "HumanName",
    { "\"id\":\"a\"", "\"family\":\"b\"", "\"_use\":{\"id\":\"c\"}",
      "\"extension\":[{\"url\":\"u\",\"valueString\":\"v\"}]",
      "\"given\":[]" } },
  { "att-1",
    "Attachment",
    "Attachment",
    { "\"data\":\"QQ==\"", "\"contentType\":\"text/plain\"",
      "\"_data\":{\"id\":\"a\"}", "\"_contentType\":{\"id\":\"b\"}",
      "\"url\":\"http://a.example\"" } },
  { "cpt-2",
    "ContactPoint",
    "ContactPoint",
    { "\"value\":\"1\"", "\"system\":\"phone\"", "\"_value\":{\"id\":\"a\"}",
      "\"_system\":{\"id\":\"b\"}", "\"rank\":1" } },
  { "qty-3",
    "Quantity",
    "Quantity",
    { "\"code\":\"mg\"", "\"system\":\"http://unitsofmeasure.org\"",
      "\"_code\":{\"id\":\"a\"}", "\"value\":1.50",
      "\"_system\":{\"id\":\"b\"}" } },
  { "rng-2",
    "Range",
    "Range",
    { "\"low\":{\"value\":1,\"code\":\"mg\",\"system\":"
      "\"http://unitsofmeasure.org\"}",
      "\"high\":{\"value\":2,\"code\":\"mg\",\"system\":"
      "\"http://unitsofmeasure.org\"}",
      "\"id\":\"a\"" } },
  { "obs-3",
    "Observation",
    "Observation.referenceRange",
    { "\"low\":{\"value\":1}", "\"high\":{\"value\":1}", "\"text\":\"a\"",
      "\"_text\":{\"id\":\"b\"}", "\"id\":\"c\"" } },
  { "obs-6",
    "Observation",
    "Observation",
    { "\"dataAbsentReason\":{\"text\":\"a\"}", "\"valueString\":\"b\"",
      "\"_valueDateTime\":{\"id\":\"c\"}", "\"status\":\"final\"" } },
  { "obs-7",
    "Observation",
    "Observation",
    { "\"valueString\":\"b\"",
      "\"component\":[{\"code\":{\"coding\":[{\"code\":\"a\"}]}}]",
      "\"code\":{\"coding\":[{\"code\":\"a\"}]}" } },
  { "con-4",
    "Condition",
    "Condition",
    { "\"abatementString\":\"b\"",
      "\"clinicalStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7."
      "org/CodeSystem/condition-clinical\",\"code\":\"resolved\"}]}" } },
  { "con-5",
    "Condition",
    "Condition",
    { "\"clinicalStatus\":{\"text\":\"a\"}",
      "\"verificationStatus\":{\"coding\":[{\"system\":\"http://terminology."
      "hl7.org/CodeSystem/condition-ver-status\",\"code\":\"entered-in-error\"}"
      "]}" } },
  { "pat-1",
    "Patient",
    "Patient.contact",
    { "\"name\":{\"text\":\"a\"}", "\"telecom\":[{\"value\":\"1\"}]",
      "\"address\":{\"text\":\"b\"}",
      "\"organization\":{\"reference\":\"Organization/1\"}",
      "\"gender\":\"other\"" } },
  { "dom-4",
    "Patient",
    "Patient",
    { "\"contained\":[{\"resourceType\":\"Basic\",\"meta\":{\"versionId\":"
      "\"1\"}}]",
      "\"active\":true" } },
  { "dom-5",
    "Patient",
    "Patient",
    { "\"contained\":[{\"resourceType\":\"Basic\",\"meta\":{\"security\":[{"
      "\"code\":\"a\"}]}}]",
      "\"active\":true" } },
  { "sqty-1",
    "SimpleQuantity",
    "Quantity",
    { "\"comparator\":\"<\"", "\"value\":1",
      "\"_comparator\":{\"id\":\"a\"}" } },
};

static ax_str published(const rule *r) {
  char url[200];
  const ax_json *sd = NULL;
  (void)snprintf(url, sizeof url, "http://hl7.org/fhir/StructureDefinition/%s",
                 r->type);
  sd = ax_registry_find(registry, AX_DEF_STRUCTURE, ax_str_from(url));
  const ax_json *list = AX_JSON_GET(AX_JSON_GET(sd, "snapshot"), "element");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *rules = AX_JSON_GET(ax_json_item(list, i), "constraint");
    for (size_t k = 0; k < ax_json_count(rules); k++)
      if (ax_str_eq(AX_JSON_STR(ax_json_item(rules, k), "key"),
                    ax_str_from(r->key)))
        return AX_JSON_STR(ax_json_item(rules, k), "expression");
  }
  fail_msg("%s does not publish %s", r->type, r->key);
  return AX_STR("");
}

static const ax_fp_type *type_of(ax_str path) {
  const ax_fp_model *table = ax_fp_model_r4_table(model);
  ax_str step = ax_str_cut(&path, '.');
  const ax_fp_type *type = table->type(table->ctx, step);
  return path.len ? table->element(table->ctx, type, path)->types[0] : type;
}

static bool by_expression(const rule *r, const ax_json *value) {
  ax_fp_program program;
  ax_fp_fault fault = { 0 };
  bool holds = false;
  assert_int_equal(ax_fp_parse(arena, published(r), &program, &fault), AX_OK);
  const ax_fp_input in = {
    .arena = arena,
    .model = ax_fp_model_r4_table(model),
    .context = ax_fp_value_node(value, NULL, type_of(ax_str_from(r->path))),
    .resource = value,
  };
  if (ax_fp_eval_boolean(&program, &in, &holds, &fault) != AX_OK)
    fail_msg("%s: %s", r->key, fault.text);
  return holds;
}

static void compare(const rule *r, const char *text) {
  const ax_invariant_known *known = ax_invariant_known_as(ax_str_from(r->key));
  const ax_json *value = parse(text);
  assert_non_null(known);
  assert_non_null(known->native);
  ax_invariant_answer answer = known->native(value, value);
  if (answer == AX_INVARIANT_ASK) return;
  if ((answer == AX_INVARIANT_HOLDS) != by_expression(r, value))
    fail_msg("%s: C says %d about %s", r->key, answer, text);
}

static void c_says_what_the_published_expression_says(void **state) {
  (void)state;
  for (size_t i = 0; i < AX_COUNT(RULES); i++) {
    size_t count = 0;
    while (count < 7 && RULES[i].members[count]) count++;
    for (size_t set = 0; set < ((size_t)1 << count); set++) {
      char text[2000] = "{";
      size_t len = 1;
      for (size_t m = 0; m < count; m++)
        if (set >> m & 1)
          len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                  len > 1 ? "," : "", RULES[i].members[m]);
      (void)snprintf(text + len, sizeof text - len, "}");
      compare(&RULES[i], text);
    }
  }
}

static void periods_are_compared_as_the_expression_does(void **state) {
  (void)state;
  static const char *const moments[] = {
    "2020",
    "2020-05",
    "2020-05-06",
    "2020-05-07",
    "2021-05-06",
    "2020-05-06T10:00:00Z",
    "2020-05-06T10:00:01Z",
    "2020-05-06T10:00:00.500Z",
    "2020-05-06T10:00:00+05:00",
    "2020-05-06T09:00:00+04:00",
    "2020-05-06T10:00:00-05:00",
    "2020-05-06T23:00:00+05:00",
  };
  static const rule per = { "per-1", "Period", "Period", { NULL } };
  for (size_t a = 0; a < AX_COUNT(moments); a++)
    for (size_t b = 0; b < AX_COUNT(moments); b++) {
      char text[200];
      (void)snprintf(text, sizeof text, "{\"start\":\"%s\",\"end\":\"%s\"}",
                     moments[a], moments[b]);
      compare(&per, text);
    }
  compare(&per, "{\"start\":\"2020\"}");
  compare(&per, "{\"end\":\"2020\",\"_start\":{\"id\":\"a\"}}");
}

/* --- the validator ---------------------------------------------------------
 */

typedef struct {
  const char *json, *rule, *path; /* rule NULL: no error */
} one_case;

static void run_case(const one_case *c) {
  const ax_json *doc = parse(c->json);
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  assert_int_equal(ax_validate_run(validator, doc,
                                   AX_JSON_STR(doc, "resourceType"), NULL, 0,
                                   issues),
                   AX_OK);
  size_t found = 0;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (c->rule && ax_str_eq(issue->rule, ax_str_from(c->rule)) &&
        ax_str_eq(issue->path, ax_str_from(c->path)))
      found++;
  }
  if (ax_fhir_issues_errors(issues) == found && found == (c->rule ? 1 : 0))
    return;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++)
    print_error("  %.*s: %.*s\n",
                AX_STR_ARG(ax_fhir_issues_at(issues, i)->path),
                AX_STR_ARG(ax_fhir_issues_at(issues, i)->text));
  fail_msg("wanted %s at %s: %s", c->rule, c->path, c->json);
}

#define RUN(cases) \
  for (size_t i = 0; i < AX_COUNT(cases); i++) run_case(&(cases)[i])

#define OBS "{\"resourceType\":\"Observation\",\"status\":\"final\","
#define CODE "\"code\":{\"coding\":[{\"system\":\"s:s\",\"code\":\"a\"}]}"

static void broken_constraints_are_named_once_with_their_place(void **state) {
  (void)state;
  static const one_case cases[] = {
    { OBS CODE "}", NULL, NULL },
    { OBS CODE ",\"valueString\":\"a\",\"dataAbsentReason\":{\"text\":\"b\"}}",
      "obs-6", "Observation" },
    { OBS CODE ",\"valueString\":\"a\",\"component\":[{" CODE "}]}", "obs-7",
      "Observation" },
    { OBS CODE ",\"referenceRange\":[{\"type\":{\"text\":\"a\"}}]}", "obs-3",
      "Observation.referenceRange[0]" },
    { OBS CODE ",\"component\":[{" CODE
               ",\"referenceRange\":[{\"type\":{\"text\":\"a\"}}]}]}",
      "obs-3", "Observation.component[0].referenceRange[0]" },
    { OBS CODE ",\"effectivePeriod\":{\"start\":\"2021\",\"end\":\"2020\"}}",
      "per-1", "Observation.effective.ofType(Period)" },
    { OBS CODE ",\"subject\":{\"id\":\"a\"}}", "ele-1", "Observation.subject" },
    { OBS CODE ",\"_issued\":{\"id\":\"a\"}}", "ele-1", "Observation.issued" },
    { OBS CODE ",\"valueQuantity\":{\"value\":1,\"code\":\"mg\"}}", "qty-3",
      "Observation.value.ofType(Quantity)" },
    { "{\"resourceType\":\"RiskAssessment\",\"status\":\"final\",\"subject\":{"
      "\"reference\":\"Patient/1\"},\"prediction\":[{\"probabilityDecimal\":"
      "100.01}]}",
      "ras-2", "RiskAssessment.prediction[0]" },
    { "{\"resourceType\":\"RiskAssessment\",\"status\":\"final\",\"subject\":{"
      "\"reference\":\"Patient/1\"},\"prediction\":[{\"outcome\":{\"text\":"
      "\"a\"}},{\"probabilityDecimal\":100}]}",
      NULL, NULL },
  };
  RUN(cases);
}

#define PATIENT                                         \
  "{\"resourceType\":\"Patient\",\"text\":{\"status\":" \
  "\"generated\",\"div\":\"<div xmlns="                 \
  "\\\"http://www.w3.org/1999/xhtml\\\">"

static void narratives_are_safe_and_say_something(void **state) {
  (void)state;
  static const one_case cases[] = {
    { PATIENT "<p>a</p></div>\"}}", NULL, NULL },
    { PATIENT " </div>\"}}", "txt-2", "Patient.text.div" },
    { PATIENT "<a href=\\\"#x\\\">a</a><p id=\\\"x\\\">b</p></div>\"}}", NULL,
      NULL },
    { PATIENT "<a href=\\\"#x\\\">a</a></div>\"}}",
      "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1",
      "Patient.text.div" },
    { PATIENT "<a href=\\\"javascript:a()\\\">a</a></div>\"}}",
      "http://hl7.org/fhir/StructureDefinition/Patient|4.0.1",
      "Patient.text.div" },
    { PATIENT "<a href=\\\"mailto:a@b.example\\\">a</a></div>\"}}", NULL,
      NULL },
  };
  RUN(cases);
}

static void contained_resources_are_referred_to(void **state) {
  (void)state;
  static const one_case cases[] = {
    { "{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":"
      "\"Organization\",\"id\":\"o\",\"name\":\"a\"}]}",
      "dom-3", "Patient.contained[0]" },
    { "{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":"
      "\"Organization\",\"id\":\"o\",\"name\":\"a\"}],"
      "\"managingOrganization\":{\"reference\":\"#o\"}}",
      NULL, NULL },
    { "{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":"
      "\"Provenance\",\"id\":\"p\",\"recorded\":\"2020-01-01T00:00:00Z\","
      "\"target\":[{\"reference\":\"#\"}],\"agent\":[{\"who\":{\"display\":"
      "\"a\"}}]}]}",
      NULL, NULL },
  };
  RUN(cases);
}

static const char *implied(const char *system, const char *code, bool others) {
  static char text[200];
  (void)snprintf(text, sizeof text,
                 "{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","
                 "\"code\":\"1-8\"},{\"system\":\"%s\",\"code\":\"%s\"}]}}",
                 system, code);
  ax_str profile = ax_implied_profile(parse(text), others);
  return profile.len ? profile.ptr : "";
}

#define LOINC "http://loinc.org"
#define CORE "http://hl7.org/fhir/StructureDefinition/"

static void a_code_of_a_vital_sign_implies_its_profile(void **state) {
  (void)state;
  assert_string_equal(implied(LOINC, "29463-7", false), CORE "bodyweight");
  assert_string_equal(implied("http://a.example", "29463-7", true), "");
  assert_string_equal(implied(LOINC, "55284-4", false), "");
  assert_string_equal(implied(LOINC, "55284-4", true), CORE "bp");
  assert_str(ax_implied_profile(parse("{}"), true), "");
  static const one_case cases[] = {
    { OBS "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":"
          "\"29463-7\"}]},\"category\":[{\"coding\":[{\"system\":"
          "\"http://terminology.hl7.org/CodeSystem/observation-category\","
          "\"code\":\"vital-signs\"}]}],\"subject\":{\"reference\":"
          "\"Patient/1\"},\"effectiveDateTime\":\"2020-01-01\"}",
      "vs-2", "Observation" },
  };
  RUN(cases);
}

/* --- constraints that are no good ------------------------------------------
 */

static void
a_constraint_that_does_not_compile_is_told_and_harmless(void **state) {
  (void)state;
  ax_invariant *made = NULL;
  const ax_json *constraint =
      parse("{\"key\":\"bad-1\",\"severity\":\"error\",\"human\":\"h\","
            "\"expression\":\"name.(\"}");
  assert_int_equal(ax_invariant_compile(arena, constraint, false, &made),
                   AX_OK);
  assert_non_null(made);
  assert_non_null(made->broken);
  constraint = parse("{\"key\":\"none-1\",\"severity\":\"error\"}");
  assert_int_equal(ax_invariant_compile(arena, constraint, false, &made),
                   AX_OK);
  assert_null(made);
}

static void compiling_a_constraint_survives_want_of_memory(void **state) {
  (void)state;
  const ax_json *constraint =
      parse("{\"key\":\"k-1\",\"severity\":\"error\",\"human\":\"h\","
            "\"expression\":\"name.exists()\"}");
  ax_status status = AX_NOMEM;
  size_t n = 0;
  for (; n < 100 && status == AX_NOMEM; n++) {
    ax_arena *small = ax_arena_new(1 << 20);
    ax_invariant *made = NULL;
    ax_arena_fail_after(small, n);
    status = ax_invariant_compile(small, constraint, false, &made);
    ax_arena_free(small);
  }
  assert_int_equal(status, AX_OK);
  assert_true(n > 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(c_says_what_the_published_expression_says),
    cmocka_unit_test(periods_are_compared_as_the_expression_does),
    cmocka_unit_test(broken_constraints_are_named_once_with_their_place),
    cmocka_unit_test(narratives_are_safe_and_say_something),
    cmocka_unit_test(contained_resources_are_referred_to),
    cmocka_unit_test(a_code_of_a_vital_sign_implies_its_profile),
    cmocka_unit_test(a_constraint_that_does_not_compile_is_told_and_harmless),
    cmocka_unit_test(compiling_a_constraint_survives_want_of_memory),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
