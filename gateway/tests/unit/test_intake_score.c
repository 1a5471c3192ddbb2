/* Unit tests of gateway/src/intake/intake_score.c: $score. */
#include "support/intake_kit.h"

static int score(world *w, const char *json, const char *model) {
  ax_error err = { 0 };
  ax_json_fault fault;
  ax_str name = ax_str_from(model);
  ax_intake_request rq = request_of(w, json);
  ax_fhir_issues *issues = ax_fhir_issues_new(w->arena);
  ax_buf_clear(&w->answer);
  ax_intake_inputs inputs = { rq.doc, &name, name.len ? 1 : 0, 0 };
  if (ax_intake_score(w->intake, &rq, &inputs, &w->answer, issues, &err))
    fail_msg("%s", err.text);
  if (ax_fhir_issues_errors(issues)) return 422;
  ax_str text = ax_arena_str(w->arena, ax_buf_view(&w->answer));
  assert_int_equal(AX_OK, ax_json_parse(w->arena, text, &w->json, &fault));
  return 200;
}

static void score_answers_for_each_patient_and_stores_nothing(void **state) {
  static const char two[] = BUNDLE(
      "collection",
      "{\"fullUrl\":\"urn:uuid:p\",\"resource\":" PATIENT "},"
      "{\"fullUrl\":\"urn:uuid:o\",\"resource\":" OBSERVATION(
          "urn:uuid:p") "},"
                        "{\"fullUrl\":\"urn:uuid:q\",\"resource\":" OBSERVATION(
                            "Patient/other") "}");
  world *w = *state;
  assert_int_equal(200, score(w, two, ""));
  assert_str(AX_JSON_STR(w->json, "type"), "collection");
  assert_int_equal(2, ax_json_count(AX_JSON_GET(w->json, "entry")));
  assert_str(
      AX_JSON_STR(AX_JSON_GET(AX_JSON_GET(entry(w, 0), "resource"), "subject"),
                  "reference"),
      "urn:uuid:p");
  assert_int_equal(0, stats(w).resources);
}

static void score_refuses_unknown_models_and_bad_input(void **state) {
  world *w = *state;
  assert_int_equal(422, score(w, BUNDLE("collection", ""), "nonsense"));
  assert_int_equal(422,
                   score(w,
                         BUNDLE("collection", "{\"resource\":{\"resourceType\":"
                                              "\"Patient\",\"bad\":1}}"),
                         ""));
  assert_int_equal(200, score(w, BUNDLE("collection", ""), "m"));
  assert_null(AX_JSON_GET(w->json, "entry"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    T(score_answers_for_each_patient_and_stores_nothing),
    T(score_refuses_unknown_models_and_bad_input),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
