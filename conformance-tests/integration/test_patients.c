/*
 * Invented patients of every model (fhir-profiles/patients), sent as an EHR
 * sends them: other codes beside those that count, a value sent twice, one
 * entered in error, one not final. Of each model two can be scored, with the
 * numbers that the publication's worked examples give, and two must not be.
 */
#include "../support/dates.h"
#include "../support/outside.h"
#include "../support/patients.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fhir/fhir_decimal.h"
#include "json/json_parse.h"

static ax_arena *arena;
static outside *gw;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(256 << 20);
  /* Every score is there when the post is answered. */
  static const char *const patient[] = { "--score-wait", "60s", NULL };
  gw = outside_start(patient);
  return 0;
}

static int end(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

static ax_str file_of(ax_str name) {
  ax_str path = ax_arena_printf(arena, "fhir-profiles/patients/" AX_STR_FMT,
                                AX_STR_ARG(name));
  char *text = outside_file(path.ptr);
  ax_str kept = ax_arena_str(arena, ax_str_from(text));
  free(text);
  return kept;
}

static double number_at(const ax_json *tree, const char *path) {
  ax_fhir_decimal value;
  if (!ax_fhir_decimal_parse(outside_find(tree, path), &value)) return nan("");
  return ax_fhir_decimal_to_double(value);
}

/* The entries of a type that the model made about the patient. */
static const ax_json *results(const char *type, ax_str patient, ax_str model) {
  bool refusal = !strcmp(type, "GuidanceResponse");
  ax_str query = ax_arena_printf(
      arena, "/%s?patient=Patient/" AX_STR_FMT "&_count=200%s" AX_STR_FMT, type,
      AX_STR_ARG(patient),
      refusal ? "" : "&method=", AX_STR_ARG(refusal ? AX_STR("") : model));
  const outside_answer *a = outside_get(gw, query.ptr);
  assert_int_equal(a->status, 200);
  const ax_json *kept = NULL;
  ax_json_fault fault;
  assert_int_equal(
      ax_json_parse(arena, ax_arena_str(arena, a->body), &kept, &fault), AX_OK);
  return AX_JSON_GET(kept, "entry");
}

static bool is_near(double wanted, double value) {
  return fabs(wanted - value) <= 2e-4 * fmax(1, fabs(wanted));
}

static double score_of(const ax_json *prediction) {
  const ax_json *extensions = AX_JSON_GET(prediction, "extension");
  for (size_t i = 0; i < ax_json_count(extensions); i++) {
    const ax_json *one = ax_json_item(extensions, i);
    if (ax_str_eq(AX_JSON_STR(one, "url"),
                  AX_STR("https://auspex-gateway.org/fhir/StructureDefinition/"
                         "score")))
      return number_at(one, "valueQuantity.value");
  }
  return nan("");
}

/* Does a prediction hold what is wanted under `key`? */
static bool predicts(const ax_json *prediction, const char *key,
                     const ax_json *wanted) {
  if (!strcmp(key, "level"))
    return ax_str_eq(outside_find(prediction, "qualitativeRisk.coding[0].code"),
                     ax_json_text(wanted));
  ax_fhir_decimal number;
  assert_true(ax_fhir_decimal_parse(ax_json_text(wanted), &number));
  double value = !strcmp(key, "score")
                     ? score_of(prediction)
                     : number_at(prediction, !strcmp(key, "probability")
                                                 ? "probabilityDecimal"
                                                 : "relativeRisk");
  return is_near(ax_fhir_decimal_to_double(number), value);
}

static bool is_predicted(const ax_json *risks, const char *key,
                         const ax_json *wanted) {
  for (size_t i = 0; i < ax_json_count(risks); i++) {
    const ax_json *predictions =
        outside_at(ax_json_item(risks, i), "resource.prediction");
    for (size_t p = 0; p < ax_json_count(predictions); p++)
      if (predicts(ax_json_item(predictions, p), key, wanted)) return true;
  }
  return false;
}

static bool is_measured(const ax_json *observations, const ax_json *wanted) {
  ax_fhir_decimal number;
  assert_true(ax_fhir_decimal_parse(ax_json_text(wanted), &number));
  for (size_t i = 0; i < ax_json_count(observations); i++)
    if (is_near(ax_fhir_decimal_to_double(number),
                number_at(ax_json_item(observations, i),
                          "resource.valueQuantity.value")))
      return true;
  return false;
}

static bool is_scored(const ax_json *expected, ax_str patient, ax_str model) {
  static const char *const keys[] = { "probability", "score", "relativeRisk",
                                      "level" };
  const ax_json *risks = results("RiskAssessment", patient, model);
  const ax_json *observations = results("Observation", patient, model);
  const ax_json *measured = AX_JSON_GET(expected, "measured");
  bool right = ax_json_count(risks) + ax_json_count(observations) > 0;
  for (size_t i = 0; i < AX_COUNT(keys); i++) {
    const ax_json *wanted = ax_json_get(expected, ax_str_from(keys[i]));
    if (wanted && !is_predicted(risks, keys[i], wanted)) right = false;
  }
  return right && (!measured || is_measured(observations, measured));
}

static bool names_input(const ax_json *guidance, ax_str input) {
  const ax_json *requirements = AX_JSON_GET(guidance, "dataRequirement");
  for (size_t i = 0; i < ax_json_count(requirements); i++) {
    const ax_json *parts =
        outside_at(ax_json_item(requirements, i), "extension[0].extension");
    for (size_t p = 0; p < ax_json_count(parts); p++)
      if (ax_str_eq(AX_JSON_STR(ax_json_item(parts, p), "url"),
                    AX_STR("input")) &&
          ax_str_eq(AX_JSON_STR(ax_json_item(parts, p), "valueString"), input))
        return true;
  }
  return false;
}

static bool is_asked_for(ax_str patient, ax_str model, ax_str input) {
  const ax_json *entries = results("GuidanceResponse", patient, model);
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *one = AX_JSON_GET(ax_json_item(entries, i), "resource");
    if (ax_str_eq(outside_find(one, "moduleCodeableConcept.coding[0].code"),
                  model) &&
        names_input(one, input))
      return true;
  }
  return false;
}

static bool is_refused(const ax_json *expected, ax_str patient, ax_str model) {
  const ax_json *inputs = AX_JSON_GET(expected, "inputs");
  for (size_t i = 0; i < ax_json_count(inputs); i++)
    if (!is_asked_for(patient, model, ax_json_text(ax_json_item(inputs, i))))
      return false;
  return ax_json_count(results("RiskAssessment", patient, model)) == 0;
}

static bool is_left_alone(ax_str patient, ax_str model) {
  const ax_json *entries = results("GuidanceResponse", patient, model);
  for (size_t i = 0; i < ax_json_count(entries); i++)
    if (ax_str_eq(outside_find(ax_json_item(entries, i),
                               "resource.moduleCodeableConcept.coding[0].code"),
                  model))
      return false;
  return ax_json_count(results("RiskAssessment", patient, model)) == 0 &&
         ax_json_count(results("Observation", patient, model)) == 0;
}

static bool is_as_expected(const ax_json *expected) {
  ax_str file = AX_JSON_STR(expected, "file");
  ax_str model = AX_JSON_STR(expected, "model");
  ax_str outcome = AX_JSON_STR(expected, "outcome");
  ax_str text = dates_fill(arena, file_of(file), ax_clock_wall_ms());
  const outside_answer *a = outside_post(gw, "", text.ptr);
  if (a->status != 200)
    fail_msg(AX_STR_FMT ": %d " AX_STR_FMT, AX_STR_ARG(file), a->status,
             AX_STR_ARG(a->body));
  ax_str mrn = { file.ptr, file.len - strlen(".json") };
  ax_str patient = patients_id(gw, ax_arena_cstr(arena, mrn));
  if (ax_str_eq(outcome, AX_STR("scored")))
    return is_scored(expected, patient, model);
  if (ax_str_eq(outcome, AX_STR("data-required")))
    return is_refused(expected, patient, model);
  assert_str(outcome, "not-applicable");
  return is_left_alone(patient, model);
}

static void each_patient_gets_what_the_publication_says(void **state) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  size_t wrong = 0;
  (void)state;
  assert_int_equal(
      ax_json_parse(arena, file_of(AX_STR("expected.json")), &tree, &fault),
      AX_OK);
  const ax_json *patients = AX_JSON_GET(tree, "patients");
  assert_true(ax_json_count(patients) >= 92);
  for (size_t i = 0; i < ax_json_count(patients); i++) {
    const ax_json *one = ax_json_item(patients, i);
    if (is_as_expected(one)) continue;
    print_error("not as expected: " AX_STR_FMT "\n",
                AX_STR_ARG(AX_JSON_STR(one, "file")));
    wrong++;
  }
  assert_int_equal(wrong, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_patient_gets_what_the_publication_says),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
