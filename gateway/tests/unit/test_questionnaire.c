/*
 * Unit tests of a QuestionnaireResponse against its Questionnaire, which it
 * contains: one fault a case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "validate/validate.h"
#include "json/json_parse.h"

static ax_arena *arena;
static ax_registry *registry;
static ax_validator *validator;

static ax_code_answer only_a(void *ctx, ax_str set, ax_str system, ax_str code,
                             const char **why) {
  (void)ctx, (void)system, (void)why;
  if (!ax_str_eq(set, AX_STR("http://example.org/vs"))) return AX_CODE_IN;
  return ax_str_eq(code, AX_STR("a")) ? AX_CODE_IN : AX_CODE_NOT_IN;
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
  const ax_validate_host host = { .code_in_value_set = only_a };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING };
  ax_error err = { 0 };
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena || ax_registry_open(&options, &registry, &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  return ax_validate_new(registry, &host, &how, &validator, &err);
}

static int teardown(void **state) {
  (void)state;
  ax_validate_free(validator);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

typedef struct {
  const char *form, *answers, *id, *path; /* id NULL: nothing is wrong */
} one_case;

static ax_fhir_issues *validate(const char *json) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_non_null(issues);
  if (ax_json_parse(arena, ax_str_from(json), &doc, &fault) != AX_OK)
    fail_msg("%s: %s", fault.text, json);
  assert_int_equal(ax_validate_run(validator, doc,
                                   AX_STR("QuestionnaireResponse"), NULL, 0,
                                   issues),
                   AX_OK);
  return issues;
}

static void run_case(const one_case *c, const char *status) {
  size_t found = 0, others = 0;
  ax_str json = ax_arena_printf(
      arena,
      "{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"%s\","
      "\"questionnaire\":\"#q\",\"contained\":[{\"resourceType\":"
      "\"Questionnaire\",\"id\":\"q\",\"status\":\"active\",\"item\":[%s]}]%s%s"
      "%s}%c",
      status, c->form, *c->answers ? ",\"item\":[" : "", c->answers,
      *c->answers ? "]" : "", 0);
  assert_non_null(json.ptr);
  ax_fhir_issues *issues = validate(json.ptr);
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (strncmp(issue->id, "questionnaire-", 14) != 0) continue;
    if (c->id && strcmp(issue->id, c->id) == 0 &&
        ax_str_eq(issue->path, ax_str_from(c->path)))
      found++;
    else
      others++;
    if (!c->id || others)
      print_error("  [%s] %.*s: %.*s\n", issue->id, AX_STR_ARG(issue->path),
                  AX_STR_ARG(issue->text));
  }
  if (others || found != (c->id ? 1 : 0))
    fail_msg("wanted %s: %s", c->id ? c->id : "nothing", json.ptr);
}

#define Q(link, type) "{\"linkId\":\"" link "\",\"type\":\"" type "\""
#define R(link) "{\"linkId\":\"" link "\""
#define ANSWER(value) ",\"answer\":[{" value "}]}"
#define EXT(url, value)                                                     \
  ",\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/" url \
  "\"," value "}]}"
#define ROOT "QuestionnaireResponse"
#define ITEM ROOT ".item[0]"
#define VALUE(type) ITEM ".answer[0].value.ofType(" type ")"

static void items_are_those_of_the_questionnaire(void **state) {
  static const one_case cases[] = {
    { Q("a", "string") "}", R("a") ANSWER("\"valueString\":\"x\""), NULL,
      NULL },
    { Q("a", "string") "}", "", NULL, NULL },
    { Q("a", "string") "}", R("b") "}", "questionnaire-link", ROOT },
    { Q("g", "group") ",\"item\":[" Q("a", "string") "}]}",
      R("a") ANSWER("\"valueString\":\"x\""), "questionnaire-link", ROOT },
    { Q("g", "group") ",\"item\":[" Q("a", "string") "}]}",
      R("g") ",\"item\":[" R("a") ANSWER("\"valueString\":\"x\"") "]}", NULL,
      NULL },
    { Q("a", "string") "}," Q("b", "string") "}", R("b") "}," R("a") "}",
      "questionnaire-order", ROOT ".item[1]" },
    { Q("a", "string") "}", R("a") "}," R("a") "}", "questionnaire-repeated",
      ROOT ".item[1]" },
    { Q("g", "group") ",\"repeats\":true}", R("g") "}," R("g") "}", NULL,
      NULL },
    { Q("g", "group") "}", R("g") ANSWER("\"valueString\":\"x\""),
      "questionnaire-answer", ITEM },
    { Q("d", "display") "}", R("d") ANSWER("\"valueString\":\"x\""),
      "questionnaire-answer", ITEM },
    { Q("d", "display") "}", R("d") ",\"item\":[" R("a") "}]}",
      "questionnaire-nesting", ITEM },
    { Q("a", "string") ",\"item\":[" Q("b", "string") "}]}",
      R("a") ANSWER("\"valueString\":\"x\",\"item\":[" R("c") "}]"),
      "questionnaire-link", ITEM ".answer[0]" },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) run_case(&cases[i], "completed");
}

static void required_answers_are_there_when_it_is_finished(void **state) {
  static const one_case cases[] = {
    { Q("a", "string") ",\"required\":true}", "", "questionnaire-required",
      ROOT },
    { Q("a", "string") ",\"required\":true}", R("a") "}",
      "questionnaire-required", ITEM },
    { Q("g", "group") ",\"required\":true}", R("g") "}", "questionnaire-group",
      ITEM },
    { Q("a", "string") EXT("questionnaire-minOccurs", "\"valueInteger\":2"),
      R("a") ANSWER("\"valueString\":\"x\""), "questionnaire-count", ITEM },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    one_case draft = cases[i];
    run_case(&cases[i], "completed");
    run_case(&cases[i], "amended");
    draft.id = NULL;
    run_case(&draft, "in-progress");
  }
}

static void an_answer_fits_its_question(void **state) {
  static const one_case cases[] = {
    { Q("a", "boolean") "}", R("a") ANSWER("\"valueString\":\"x\""),
      "questionnaire-type", VALUE("string") },
    { Q("a", "text") "}", R("a") ANSWER("\"valueString\":\"x\""), NULL, NULL },
    { Q("a", "open-choice") "}", R("a") ANSWER("\"valueString\":\"x\""), NULL,
      NULL },
    { Q("a", "choice") ",\"answerOption\":[{\"valueString\":\"x\"}]}",
      R("a") ANSWER("\"valueString\":\"x\""), NULL, NULL },
    { Q("a",
        "choice") ",\"answerOption\":[{\"valueCoding\":{\"code\":\"x\"}}]}",
      R("a") ANSWER("\"valueCoding\":{\"code\":\"y\"}"), "questionnaire-option",
      VALUE("Coding") },
    { Q("a", "choice") ",\"answerValueSet\":\"http://example.org/vs\"}",
      R("a") ANSWER("\"valueCoding\":{\"code\":\"b\"}"),
      "questionnaire-value-set", VALUE("Coding") },
    { Q("a", "choice") ",\"answerValueSet\":\"http://example.org/vs\"}",
      R("a") ANSWER("\"valueCoding\":{\"code\":\"a\"}"), NULL, NULL },
    { Q("a", "string") ",\"maxLength\":2}",
      R("a") ANSWER("\"valueString\":\"xyz\""), "questionnaire-length",
      VALUE("string") },
    { Q("a", "string") ",\"maxLength\":2}",
      R("a") ANSWER("\"valueString\":\"\u00e4\u00f6\""), NULL, NULL },
    { Q("a", "string") EXT("minLength", "\"valueInteger\":2"),
      R("a") ANSWER("\"valueString\":\"x\""), "questionnaire-length",
      VALUE("string") },
    { Q("a", "string") EXT("regex", "\"valueString\":\"[0-9]+\""),
      R("a") ANSWER("\"valueString\":\"12x\""), "questionnaire-regex",
      VALUE("string") },
    { Q("a", "integer") EXT("minValue", "\"valueInteger\":5"),
      R("a") ANSWER("\"valueInteger\":4"), "questionnaire-range",
      VALUE("integer") },
    { Q("a", "integer") EXT("maxValue", "\"valueInteger\":5"),
      R("a") ANSWER("\"valueInteger\":5"), NULL, NULL },
    { Q("a", "date") EXT("maxValue", "\"valueDate\":\"2022\""),
      R("a") ANSWER("\"valueDate\":\"2023\""), "questionnaire-range",
      VALUE("date") },
    { Q("a", "decimal") EXT("maxDecimalPlaces", "\"valueInteger\":1"),
      R("a") ANSWER("\"valueDecimal\":1.25"), "questionnaire-decimals",
      VALUE("decimal") },
    { Q("a", "attachment") EXT("mimeType", "\"valueCode\":\"image/png\""),
      R("a") ANSWER("\"valueAttachment\":{\"contentType\":\"text/plain\"}"),
      "questionnaire-mime-type", ITEM ".answer[0]" },
    { Q("a", "attachment") EXT("maxSize", "\"valueDecimal\":10"),
      R("a") ANSWER("\"valueAttachment\":{\"size\":11}"), "questionnaire-size",
      ITEM ".answer[0]" },
    { Q("a", "attachment") EXT("maxSize", "\"valueDecimal\":4"),
      R("a") ANSWER("\"valueAttachment\":{\"data\":\"QXVzcGV4\"}"),
      "questionnaire-size", ITEM ".answer[0]" },
    { Q("a", "attachment") EXT("maxSize", "\"valueDecimal\":4"),
      R("a") ANSWER("\"valueAttachment\":{\"data\":\"QXVz cA==\"}"), NULL,
      NULL },
    { Q("a", "integer") "}",
      R("a") ",\"answer\":[{\"valueInteger\":1},{\"valueInteger\":2}]}",
      "questionnaire-count", ITEM },
    { Q("a", "integer") ",\"repeats\":true}",
      R("a") ",\"answer\":[{\"valueInteger\":1},{\"valueInteger\":2}]}", NULL,
      NULL },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) run_case(&cases[i], "completed");
}

#define SDC(name, value)                                                       \
  ",\"extension\":[{\"url\":\"http://hl7.org/fhir/uv/sdc/"                     \
  "StructureDefinition/sdc-questionnaire-" name "\",\"valueQuantity\":{" value \
  "}}]}"
#define UCUM(value, code)                                                  \
  "\"value\":" value ",\"system\":\"http://unitsofmeasure.org\",\"code\":" \
  "\"" code "\""

static void quantities_keep_within_bounds_in_units_that_convert(void **state) {
  static const one_case cases[] = {
    { Q("a", "quantity") SDC("maxQuantity", UCUM("5", "km")),
      R("a") ANSWER("\"valueQuantity\":{" UCUM("4000", "m") "}"), NULL, NULL },
    { Q("a", "quantity") SDC("maxQuantity", UCUM("5", "km")),
      R("a") ANSWER("\"valueQuantity\":{" UCUM("6000", "m") "}"),
      "questionnaire-range", VALUE("Quantity") },
    { Q("a", "quantity") SDC("minQuantity", UCUM("5", "km")),
      R("a") ANSWER("\"valueQuantity\":{" UCUM("4", "km") "}"),
      "questionnaire-range", VALUE("Quantity") },
    { Q("a", "quantity") SDC("minQuantity", UCUM("5", "km")),
      R("a") ANSWER("\"valueQuantity\":{" UCUM("6", "kg") "}"),
      "questionnaire-unit", VALUE("Quantity") },
    { Q("a", "quantity") SDC("minQuantity", "\"value\":5,\"unit\":\"km\""),
      R("a") ANSWER("\"valueQuantity\":{\"value\":6,\"unit\":\"km\"}"),
      "questionnaire-unit", VALUE("Quantity") },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) run_case(&cases[i], "completed");
}

static void a_choice_without_options_leaves_open_what_they_are(void **state) {
  static const one_case cases[] = {
    { Q("a", "choice") "}", R("a") ANSWER("\"valueString\":\"x\""), NULL,
      NULL },
    { Q("a", "choice") "}", R("a") ANSWER("\"valueBoolean\":true"),
      "questionnaire-type", VALUE("boolean") },
    { Q("a", "choice") ",\"answerValueSet\":\"http://example.org/vs\"}",
      R("a") ANSWER("\"valueString\":\"x\""), "questionnaire-type",
      VALUE("string") },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) run_case(&cases[i], "completed");
}

#define REFERENCE(to) ANSWER("\"valueReference\":{\"reference\":\"" to "\"}")
#define CODING(code) "{\"valueCoding\":{\"code\":\"" code "\"}}"
#define ALONE                                                                \
  ",\"repeats\":true,\"answerOption\":[{\"valueCoding\":{\"code\":\"a\"}},{" \
  "\"valueCoding\":{\"code\":\"b\"}},{\"valueCoding\":{\"code\":\"none\"},"  \
  "\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"       \
  "questionnaire-optionExclusive\",\"valueBoolean\":true}]}]}"
#define CONSTRAINT(expression, severity)                                     \
  ",\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"      \
  "questionnaire-constraint\",\"extension\":[{\"url\":\"key\",\"valueId\":"  \
  "\"q-1\"},{\"url\":\"severity\",\"valueCode\":\"" severity "\"},{\"url\":" \
  "\"human\",\"valueString\":\"odd\"},{\"url\":\"expression\","              \
  "\"valueString\":\"" expression "\"}]}]}"

static void extensions_of_the_item_bound_its_answers(void **state) {
  static const one_case cases[] = {
    { Q("a", "reference")
          EXT("questionnaire-referenceResource", "\"valueCode\":\"Patient\""),
      R("a") REFERENCE("Patient/1"), NULL, NULL },
    { Q("a", "reference")
          EXT("questionnaire-referenceResource", "\"valueCode\":\"Patient\""),
      R("a") REFERENCE("Device/1"), "questionnaire-reference",
      VALUE("Reference") },
    { Q("a", "quantity") EXT("questionnaire-unitOption",
                             "\"valueCoding\":{\"system\":\"http://"
                             "unitsofmeasure.org\",\"code\":\"kg\"}"),
      R("a") ANSWER("\"valueQuantity\":{" UCUM("6", "kg") "}"), NULL, NULL },
    { Q("a", "quantity") EXT("questionnaire-unitOption",
                             "\"valueCoding\":{\"system\":\"http://"
                             "unitsofmeasure.org\",\"code\":\"kg\"}"),
      R("a") ANSWER("\"valueQuantity\":{" UCUM("6", "g") "}"),
      "questionnaire-unit-option", VALUE("Quantity") },
    { Q("a", "choice") ALONE,
      R("a") ",\"answer\":[" CODING("a") "," CODING("b") "]}", NULL, NULL },
    { Q("a", "choice") ALONE, R("a") ",\"answer\":[" CODING("none") "]}", NULL,
      NULL },
    { Q("a", "choice") ALONE,
      R("a") ",\"answer\":[" CODING("a") "," CODING("none") "]}",
      "questionnaire-exclusive", ITEM ".answer[1]" },
    { Q("a", "string") "},{\"linkId\":\"b\",\"type\":\"string\"}",
      R("a") ",\"answer\":[{\"valueString\":\"x\"}],\"item\":[" R("b") "}]}",
      "questionnaire-nesting", ITEM },
    { Q("a", "string") ",\"text\":\"Name\"}",
      R("a") ",\"text\":\"Name\"" ANSWER("\"valueString\":\"x\""), NULL, NULL },
    { Q("a", "string") ",\"text\":\"Name\"}",
      R("a") ",\"text\":\"Age\"" ANSWER("\"valueString\":\"x\""),
      "questionnaire-text", ITEM },
    { Q("a", "string") ",\"text\":\"Name\",\"_text\":{\"extension\":[{"
                       "\"url\":\"http://hl7.org/fhir/StructureDefinition/"
                       "translation\",\"extension\":[{\"url\":\"lang\","
                       "\"valueCode\":\"da\"},{\"url\":\"content\","
                       "\"valueString\":\"Navn\"}]}]}}",
      R("a") ",\"text\":\"Navn\"" ANSWER("\"valueString\":\"x\""), NULL, NULL },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) run_case(&cases[i], "completed");
}

static size_t constraint_errors(const char *form) {
  ax_str json = ax_arena_printf(
      arena,
      "{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"completed\","
      "\"questionnaire\":\"#q\",\"contained\":[{\"resourceType\":"
      "\"Questionnaire\",\"id\":\"q\",\"status\":\"active\",\"item\":[%s]}],"
      "\"item\":[" R("a") ANSWER("\"valueInteger\":7") "]}%c",
      form, 0);
  const ax_fhir_issues *issues = validate(json.ptr);
  size_t found = 0;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (!ax_str_eq(issue->rule, AX_STR("q-1"))) continue;
    assert_str(issue->path, ITEM);
    found += issue->severity == AX_ERROR;
  }
  return found;
}

static void constraints_of_the_item_are_evaluated(void **state) {
  (void)state;
  assert_int_equal(constraint_errors(Q("a", "integer") CONSTRAINT(
                       "answer.value > 5", "error")),
                   0);
  assert_int_equal(constraint_errors(Q("a", "integer") CONSTRAINT(
                       "answer.value > 8", "error")),
                   1);
  assert_int_equal(constraint_errors(Q("a", "integer") CONSTRAINT(
                       "answer.value > 8", "warning")),
                   0);
}

#define SET(code)                                                            \
  "{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"completed\","    \
  "\"questionnaire\":\"#q\",\"contained\":[{\"resourceType\":"               \
  "\"Questionnaire\",\"id\":\"q\",\"status\":\"active\",\"contained\":[{"    \
  "\"resourceType\":\"ValueSet\",\"id\":\"v\",\"status\":\"active\","        \
  "\"compose\":{\"include\":[{\"system\":\"http://a.example\",\"concept\":[" \
  "{\"code\":\"a\"}]}]}}],\"item\":[" Q(                                     \
      "i", "choice") ",\"answerValueSet\":"                                  \
                     "\"#v\"}]}],\"item\":[" R("i")                          \
                         ANSWER("\"valueCoding\":{\"system\":\"http://"      \
                                "a.example\",\"code\":\"" code "\"}") "]}"

static bool has_issue(const char *json, const char *id) {
  const ax_fhir_issues *issues = validate(json);
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++)
    if (strcmp(ax_fhir_issues_at(issues, i)->id, id) == 0) return true;
  return false;
}

static void options_may_come_from_a_contained_value_set(void **state) {
  (void)state;
  assert_false(has_issue(SET("a"), "questionnaire-value-set"));
  assert_true(has_issue(SET("b"), "questionnaire-value-set"));
}

static void a_question_that_is_not_asked_has_no_answer(void **state) {
  static const struct {
    const char *rest;
    bool asked; /* when the answer to a is 5 */
  } cases[] = {
    { "\"=\",\"answerInteger\":5", true },
    { "\"=\",\"answerInteger\":6", false },
    { "\"!=\",\"answerInteger\":5", false },
    { "\">\",\"answerInteger\":5", false },
    { "\">\",\"answerInteger\":4", true },
    { "\"<\",\"answerInteger\":5", false },
    { "\">=\",\"answerInteger\":5", true },
    { "\"<=\",\"answerInteger\":4", false },
    { "\"exists\",\"answerBoolean\":true", true },
    { "\"exists\",\"answerBoolean\":false", false },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    ax_str form =
        ax_arena_printf(arena,
                        Q("a", "integer") "}," Q(
                            "b", "integer") ",\"required\":true,"
                                            "\"enableWhen\":[{\"question\":"
                                            "\"a\",\"operator\":%s}]}%c",
                        cases[i].rest, 0);
    const one_case both = { form.ptr,
                            R("a") ANSWER("\"valueInteger\":5") "," R("b")
                                ANSWER("\"valueInteger\":1"),
                            cases[i].asked ? NULL : "questionnaire-disabled",
                            ROOT ".item[1]" };
    const one_case one = { form.ptr, R("a") ANSWER("\"valueInteger\":5"),
                           cases[i].asked ? "questionnaire-required" : NULL,
                           ROOT };
    run_case(&both, "completed");
    run_case(&one, "completed");
  }
}

static void an_unknown_questionnaire_is_a_warning(void **state) {
  (void)state;
  ax_fhir_issues *issues = validate(
      "{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"completed\","
      "\"questionnaire\":\"http://example.org/none\"}");
  size_t found = 0;
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    found += strcmp(issue->id, "questionnaire-unknown") == 0 &&
             issue->severity == AX_WARNING;
  }
  assert_int_equal(found, 1);
  assert_int_equal(ax_fhir_issues_errors(issues), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(items_are_those_of_the_questionnaire),
    cmocka_unit_test(required_answers_are_there_when_it_is_finished),
    cmocka_unit_test(an_answer_fits_its_question),
    cmocka_unit_test(quantities_keep_within_bounds_in_units_that_convert),
    cmocka_unit_test(a_choice_without_options_leaves_open_what_they_are),
    cmocka_unit_test(extensions_of_the_item_bound_its_answers),
    cmocka_unit_test(constraints_of_the_item_are_evaluated),
    cmocka_unit_test(options_may_come_from_a_contained_value_set),
    cmocka_unit_test(a_question_that_is_not_asked_has_no_answer),
    cmocka_unit_test(an_unknown_questionnaire_is_a_warning),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
