/* A correction takes back what stood on the corrected; newer data do not. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <time.h>

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

static ax_str post(const char *name, const char *mrn) {
  return patients_post(arena, gw, name, mrn, 0);
}

static const char *of_patient(const char *type, ax_str id) {
  return ax_arena_printf(arena,
                         "/%s?patient=Patient/" AX_STR_FMT "&_count=1000", type,
                         AX_STR_ARG(id))
      .ptr;
}

static ax_str keep(ax_str text) {
  return (ax_str){ ax_arena_cstr(arena, text), text.len };
}

/* The path of the first result of the patient, and of the first Observation it
 * rests on. */
static ax_str result_of(ax_str patient, ax_str *basis) {
  const outside_answer *a =
      outside_get(gw, of_patient("RiskAssessment", patient));
  ax_str id = keep(outside_find(a->json, "entry[0].resource.id"));
  const ax_json *list = outside_at(a->json, "entry[0].resource.basis");
  assert_true(id.len > 0);
  for (size_t i = 0; i < ax_json_count(list); i++) {
    ax_str ref = AX_JSON_STR(ax_json_item(list, i), "reference");
    ax_str rest = ref;
    if (!ax_str_starts(ref, AX_STR("Observation/"))) continue;
    (void)ax_str_cut(&rest, '/');
    ax_str name = ax_str_cut(&rest, '/');
    *basis =
        ax_arena_printf(arena, "/Observation/" AX_STR_FMT, AX_STR_ARG(name));
  }
  assert_true(basis->len > 0);
  return ax_arena_printf(arena, "/RiskAssessment/" AX_STR_FMT, AX_STR_ARG(id));
}

static ax_str status_of(ax_str path) {
  return keep(outside_find(outside_get(gw, path.ptr)->json, "status"));
}

/* Waits until the resource has the status. */
static void await_status(ax_str path, const char *status) {
  for (int i = 0; i < 100; i++) {
    if (ax_str_eq(status_of(path), ax_str_from(status))) return;
    struct timespec moment = { 0, 100000000 };
    (void)nanosleep(&moment, NULL);
  }
  assert_str(status_of(path), status);
}

/* The resource with `old` replaced by `with`, sent back. */
static void change(ax_str path, const char *old, const char *with) {
  ax_str text = keep(outside_get(gw, path.ptr)->body);
  ax_str changed = patients_replace(arena, text, old, with);
  assert_false(ax_str_eq(changed, text));
  static const char *const json[] = { "Content-Type: application/fhir+json",
                                      NULL };
  const outside_answer *a =
      outside_send(gw, "PUT", path.ptr, json, changed.ptr, changed.len);
  assert_int_equal(a->status, 200);
}

static size_t live(ax_str patient) {
  return patients_live(gw, of_patient("RiskAssessment", patient));
}

static void a_new_version_of_an_input_makes_a_new_result(void **state) {
  (void)state;
  ax_str basis = { 0 };
  ax_str patient = post("endpac-high.json", "fix-1");
  ax_str old = result_of(patient, &basis);
  change(basis, "\"final\"", "\"corrected\"");
  await_status(old, "entered-in-error");
  assert_str(outside_find(outside_get(gw, old.ptr)->json, "meta.versionId"),
             "2");
  assert_int_equal(live(patient), 1);
  const outside_answer *a = outside_get(gw, "/Provenance?_count=1000");
  assert_int_equal(a->status, 200);
  ax_str was = ax_arena_printf(arena, "%s/_history/1", old.ptr + 1);
  assert_true(ax_str_find(a->body, was) != AX_STR_NONE);
  assert_str(outside_find(a->json, "entry[0].resource.entity[0].role"),
             "revision");
  assert_true(ax_str_starts(
      outside_find(a->json, "entry[0].resource.target[0].reference"),
      AX_STR("RiskAssessment/")));
}

static void an_input_entered_in_error_takes_its_result_back(void **state) {
  (void)state;
  ax_str basis = { 0 };
  ax_str patient = post("endpac-high.json", "fix-2");
  ax_str old = result_of(patient, &basis);
  change(basis, "\"final\"", "\"entered-in-error\"");
  await_status(old, "entered-in-error");
  assert_int_equal(live(patient), 0);
}

static void a_deleted_input_takes_its_result_back(void **state) {
  (void)state;
  ax_str basis = { 0 };
  ax_str patient = post("endpac-high.json", "fix-3");
  ax_str old = result_of(patient, &basis);
  const outside_answer *a =
      outside_send(gw, "DELETE", basis.ptr, NULL, NULL, 0);
  assert_true(a->status == 204 || a->status == 200);
  await_status(old, "entered-in-error");
  assert_int_equal(live(patient), 0);
}

/* A glucose in a unit that says nothing: the question that it raised is taken
 * back when it is corrected, and the score is there. */
static void a_question_goes_with_what_raised_it(void **state) {
  (void)state;
  ax_str text = patients_sample(arena, "endpac-high.json", "fix-5", 0);
  text = patients_replace(arena, text, "mg/dL", "mm[Hg]");
  text = patients_replace(arena, text, "mmol/L", "mm[Hg]");
  assert_int_equal(outside_post(gw, "", text.ptr)->status, 200);
  ax_str id = patients_id(gw, "fix-5");
  ax_str query = ax_arena_printf(
      arena, "/GuidanceResponse?patient=Patient/" AX_STR_FMT, AX_STR_ARG(id));
  const outside_answer *a = outside_get(gw, query.ptr);
  ax_str question = ax_arena_printf(
      arena, "/GuidanceResponse/" AX_STR_FMT,
      AX_STR_ARG(outside_find(a->json, "entry[0].resource.id")));
  ax_str source = keep(a->body);
  size_t at = ax_str_find(source, AX_STR("Observation/"));
  assert_true(at != AX_STR_NONE);
  ax_str rest = { source.ptr + at, source.len - at };
  (void)ax_str_cut(&rest, '/');
  ax_str name = ax_str_cut(&rest, '/');
  ax_str unfit =
      ax_arena_printf(arena, "/Observation/" AX_STR_FMT, AX_STR_ARG(name));
  assert_str(status_of(question), "data-required");
  change(unfit, "mm[Hg]", "mg/dL");
  await_status(question, "entered-in-error");
}

/* --- the Patient -------------------------------------------------------------
 */

static ax_str path_of_patient(ax_str id) {
  return ax_arena_printf(arena, "/Patient/" AX_STR_FMT, AX_STR_ARG(id));
}

static size_t results(ax_str patient) {
  const outside_answer *a =
      outside_get(gw, of_patient("RiskAssessment", patient));
  return ax_json_count(AX_JSON_GET(a->json, "entry"));
}

/* Waits for the background: the task of a correction is done by then. */
static void await_results(ax_str patient, size_t count, size_t standing) {
  for (int i = 0; i < 100; i++) {
    if (results(patient) == count && live(patient) == standing) return;
    struct timespec moment = { 0, 100000000 };
    (void)nanosleep(&moment, NULL);
  }
  assert_int_equal(results(patient), count);
  assert_int_equal(live(patient), standing);
}

/* The Patient with a birth date so many years off, sent back. */
static void bear(ax_str path, int years) {
  const outside_answer *a = outside_get(gw, path.ptr);
  ax_str born = keep(outside_find(a->json, "birthDate"));
  int64_t year = 0;
  assert_int_equal(born.len, 10);
  assert_true(ax_str_int64((ax_str){ born.ptr, 4 }, 1900, 2100, &year));
  ax_str other =
      ax_arena_printf(arena, "%lld%s", (long long)year + years, born.ptr + 4);
  change(path, born.ptr, other.ptr);
}

static void a_corrected_birth_date_makes_a_new_result(void **state) {
  (void)state;
  ax_str basis = { 0 };
  ax_str patient = post("endpac-high.json", "who-1");
  ax_str path = path_of_patient(patient), old = result_of(patient, &basis);
  bear(path, -10);
  await_status(old, "entered-in-error");
  await_results(patient, 2, 1);
  const outside_answer *a = outside_get(gw, "/Provenance?_count=1000");
  ax_str was = ax_arena_printf(arena, "%s/_history/1", old.ptr + 1);
  assert_true(ax_str_find(a->body, was) != AX_STR_NONE);
  assert_true(
      ax_str_starts(outside_find(a->json, "entry[0].resource.agent[0].who."
                                          "reference"),
                    AX_STR("Device/")));
  /* The correction was wrong: what was first stands again. */
  bear(path, 10);
  await_status(old, "preliminary");
  await_results(patient, 2, 1);
}

static void a_patient_who_becomes_too_young_loses_the_result(void **state) {
  (void)state;
  ax_str basis = { 0 };
  ax_str patient = post("endpac-high.json", "who-2");
  ax_str old = result_of(patient, &basis);
  bear(path_of_patient(patient), 30);
  await_status(old, "entered-in-error");
  assert_int_equal(live(patient), 0);
}

static void a_new_address_leaves_results_alone(void **state) {
  (void)state;
  ax_str basis = { 0 };
  ax_str patient = post("endpac-high.json", "who-3");
  ax_str path = path_of_patient(patient), old = result_of(patient, &basis);
  change(path, "\"birthDate\"",
         "\"address\":[{\"city\":\"Lund\"}],\"birthDate\"");
  change(path, "\"Lund\"", "\"Malm\u00f6\"");
  /* It still stands on the Patient: a later correction finds it. */
  assert_str(status_of(old), "preliminary");
  assert_int_equal(results(patient), 1);
  bear(path, -10);
  await_status(old, "entered-in-error");
  await_results(patient, 2, 1);
}

static void what_a_person_entered_in_error_stays_so(void **state) {
  (void)state;
  ax_str basis = { 0 };
  ax_str patient = post("endpac-high.json", "who-4");
  ax_str path = path_of_patient(patient), old = result_of(patient, &basis);
  change(old, "\"preliminary\"", "\"entered-in-error\"");
  bear(path, -10);
  bear(path, 10);
  /* Something that surely ends later. */
  ax_str other = post("endpac-high.json", "who-5");
  assert_int_equal(live(other), 1);
  assert_str(status_of(old), "entered-in-error");
}

/* --- what kept a model away
 * ---------------------------------------------------
 */

static const char *const as_json[] = { "Content-Type: application/fhir+json",
                                       NULL };

/* The sample as a Patient that is not scored: it is inactive. */
static ax_str post_inactive(const char *mrn) {
  ax_str text = patients_sample(arena, "endpac-high.json", mrn, 0);
  text = patients_replace(arena, text, "\"active\": true", "\"active\": false");
  const outside_answer *a = outside_post(gw, "", text.ptr);
  assert_int_equal(a->status, 200);
  ax_str id = keep(patients_id(gw, mrn));
  assert_int_equal(results(id), 0);
  return id;
}

static void activate(ax_str patient) {
  change(path_of_patient(patient), "\"active\":false", "\"active\":true");
}

/* A Condition that endpac's population does without. */
static ax_str add_cancer(ax_str patient, const char *id) {
  ax_str path = ax_arena_printf(arena, "/Condition/%s", id);
  ax_str body = ax_arena_printf(
      arena,
      "{\"resourceType\":\"Condition\",\"id\":\"%s\",\"clinicalStatus\":{"
      "\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
      "condition-clinical\",\"code\":\"active\"}]},\"code\":{\"coding\":[{"
      "\"system\":\"http://hl7.org/fhir/sid/icd-10\",\"code\":\"C25.0\"}]},"
      "\"subject\":{\"reference\":\"Patient/" AX_STR_FMT "\"}}",
      id, AX_STR_ARG(patient));
  const outside_answer *a =
      outside_send(gw, "PUT", path.ptr, as_json, body.ptr, body.len);
  if (a->status != 201) fail_msg("%.*s", AX_STR_ARG(a->body));
  return path;
}

static ax_str post_with_cancer(const char *mrn, const char *id,
                               ax_str *cancer) {
  ax_str patient = post_inactive(mrn);
  *cancer = add_cancer(patient, id);
  activate(patient);
  assert_int_equal(results(patient), 0);
  return patient;
}

static void who_is_active_again_is_scored(void **state) {
  (void)state;
  ax_str patient = post_inactive("kept-1");
  activate(patient);
  await_results(patient, 1, 1);
}

static void a_birth_date_that_fits_now_leads_to_a_score(void **state) {
  (void)state;
  ax_str patient = post_inactive("kept-2"), path = path_of_patient(patient);
  bear(path, 30); /* too young */
  activate(patient);
  assert_int_equal(results(patient), 0);
  bear(path, -30);
  await_results(patient, 1, 1);
}

static void a_condition_coded_anew_excludes_no_more(void **state) {
  (void)state;
  ax_str cancer, patient = post_with_cancer("kept-3", "kept-3", &cancer);
  change(cancer, "\"C25.0\"", "\"I10\"");
  await_results(patient, 1, 1);
}

static void a_refuted_condition_excludes_no_more(void **state) {
  (void)state;
  ax_str cancer, patient = post_with_cancer("kept-4", "kept-4", &cancer);
  change(cancer, "\"clinicalStatus\"",
         "\"verificationStatus\":{\"coding\":[{\"system\":\"http://"
         "terminology.hl7.org/CodeSystem/condition-ver-status\",\"code\":"
         "\"refuted\"}]},\"clinicalStatus\"");
  await_results(patient, 1, 1);
}

static void a_deleted_condition_excludes_no_more(void **state) {
  (void)state;
  ax_str cancer, patient = post_with_cancer("kept-5", "kept-5", &cancer);
  const outside_answer *a =
      outside_send(gw, "DELETE", cancer.ptr, NULL, NULL, 0);
  assert_true(a->status == 204 || a->status == 200);
  await_results(patient, 1, 1);
}

/* It was somebody else's: who loses it is scored, who gets it is not. */
static void a_condition_of_another_patient_excludes_that_one(void **state) {
  (void)state;
  ax_str cancer, patient = post_with_cancer("kept-6", "kept-6", &cancer);
  ax_str basis, other = keep(post("endpac-high.json", "kept-7"));
  ax_str old = result_of(other, &basis);
  change(cancer, patient.ptr, other.ptr);
  await_results(patient, 1, 1);
  /* It has the same onset; what is newer leaves the old result alone. */
  assert_str(status_of(old), "preliminary");
}

static void newer_data_leave_the_old_result_alone(void **state) {
  (void)state;
  ax_str id = post("qlq-first.json", "fix-4");
  const outside_answer *a = outside_get(gw, of_patient("Observation", id));
  ax_str first = AX_STR("");
  const ax_json *entries = AX_JSON_GET(a->json, "entry");
  for (size_t i = 0; i < ax_json_count(entries) && !first.len; i++) {
    const ax_json *one = AX_JSON_GET(ax_json_item(entries, i), "resource");
    if (AX_JSON_GET(one, "derivedFrom"))
      first = ax_arena_printf(arena, "/Observation/" AX_STR_FMT,
                              AX_STR_ARG(AX_JSON_STR(one, "id")));
  }
  assert_true(first.len > 0);
  (void)post("qlq-later.json", "fix-4");
  assert_str(status_of(first), "final");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_new_version_of_an_input_makes_a_new_result),
    cmocka_unit_test(an_input_entered_in_error_takes_its_result_back),
    cmocka_unit_test(a_deleted_input_takes_its_result_back),
    cmocka_unit_test(a_question_goes_with_what_raised_it),
    cmocka_unit_test(a_corrected_birth_date_makes_a_new_result),
    cmocka_unit_test(a_patient_who_becomes_too_young_loses_the_result),
    cmocka_unit_test(a_new_address_leaves_results_alone),
    cmocka_unit_test(what_a_person_entered_in_error_stays_so),
    cmocka_unit_test(newer_data_leave_the_old_result_alone),
    cmocka_unit_test(who_is_active_again_is_scored),
    cmocka_unit_test(a_birth_date_that_fits_now_leads_to_a_score),
    cmocka_unit_test(a_condition_coded_anew_excludes_no_more),
    cmocka_unit_test(a_refuted_condition_excludes_no_more),
    cmocka_unit_test(a_deleted_condition_excludes_no_more),
    cmocka_unit_test(a_condition_of_another_patient_excludes_that_one),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
