/* GET Patient/id/$risk-profile: what is known, what is missing, in order. */
#include "../support/outside.h"
#include "../support/patients.h"

static ax_arena *arena;
static outside *gw;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(64 << 20);
  gw = outside_start(NULL);
  return 0;
}

static int end(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

static ax_str post(const char *name, const char *mrn, int days) {
  return patients_post(arena, gw, name, mrn, days);
}

static const outside_answer *profile_of(ax_str id) {
  ax_str path = ax_arena_printf(arena, "/Patient/" AX_STR_FMT "/$risk-profile",
                                AX_STR_ARG(id));
  return outside_get(gw, path.ptr);
}

static ax_str type_at(const outside_answer *a, size_t i) {
  const ax_json *entry = ax_json_item(AX_JSON_GET(a->json, "entry"), i);
  return AX_JSON_STR(AX_JSON_GET(entry, "resource"), "resourceType");
}

/* Is there a note with this message id that begins so? */
static bool is_noted(const outside_answer *a, const char *id,
                     const char *begins) {
  size_t count = ax_json_count(AX_JSON_GET(a->json, "entry"));
  const ax_json *last =
      ax_json_item(AX_JSON_GET(a->json, "entry"), count ? count - 1 : 0);
  const ax_json *issues = AX_JSON_GET(AX_JSON_GET(last, "resource"), "issue");
  for (size_t i = 0; i < ax_json_count(issues); i++) {
    const ax_json *issue = ax_json_item(issues, i);
    if (ax_str_eq(outside_find(issue, "details.coding[0].code"),
                  ax_str_from(id)) &&
        ax_str_starts(outside_find(issue, "details.text"), ax_str_from(begins)))
      return true;
  }
  return false;
}

static void a_stored_assessment_that_still_holds_is_given(void **state) {
  (void)state;
  ax_str id = post("endpac-high.json", "profile-1", 0);
  const outside_answer *a = profile_of(id);
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "type"), "collection");
  assert_str(type_at(a, 0), "RiskAssessment");
  assert_true(ax_str_starts(outside_find(a->json, "entry[0].fullUrl"),
                            ax_str_from(outside_base(gw))));
  assert_true(is_noted(a, "profile-current", "Model endpac:"));
}

static void what_a_model_lacks_says_what_to_collect(void **state) {
  (void)state;
  ax_str id = post("endpac-missing-weight.json", "profile-2", 0);
  const outside_answer *a = profile_of(id);
  assert_str(type_at(a, 0), "GuidanceResponse");
  assert_str(outside_find(a->json, "entry[0].resource.status"),
             "data-required");
  assert_str(outside_find(a->json,
                          "entry[0].resource.dataRequirement[0].codeFilter"
                          "[0].code[0].code"),
             "29463-7");
  assert_true(is_noted(a, "profile-lacking", "Model endpac:"));
}

static void risks_come_before_measurements(void **state) {
  (void)state;
  (void)post("qlq-first.json", "profile-3", 0);
  ax_str id = post("qlq-later.json", "profile-3", 0);
  const outside_answer *a = profile_of(id);
  size_t count = ax_json_count(AX_JSON_GET(a->json, "entry"));
  bool measured = false;
  assert_true(count > 17);
  assert_str(type_at(a, 0), "RiskAssessment");
  for (size_t i = 0; i + 1 < count; i++) {
    if (ax_str_eq(type_at(a, i), AX_STR("Observation"))) measured = true;
    if (measured) assert_str(type_at(a, i), "Observation");
  }
  assert_str(type_at(a, count - 1), "OperationOutcome");
}

static void a_model_that_does_not_apply_says_why(void **state) {
  (void)state;
  ax_str id = post("qlq-first.json", "profile-4", 0);
  assert_true(
      is_noted(profile_of(id), "profile-not-applicable", "Model endpac:"));
}

static void only_a_patient_that_is_there_has_a_profile(void **state) {
  (void)state;
  outside_refused(outside_get(gw, "/Patient/nobody/$risk-profile"), 404,
                  "not-found", "nobody");
  outside_refused(outside_get(gw, "/Device/x/$risk-profile"), 404, "not-found",
                  "Patient");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_stored_assessment_that_still_holds_is_given),
    cmocka_unit_test(what_a_model_lacks_says_what_to_collect),
    cmocka_unit_test(risks_come_before_measurements),
    cmocka_unit_test(a_model_that_does_not_apply_says_why),
    cmocka_unit_test(only_a_patient_that_is_there_has_a_profile),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
