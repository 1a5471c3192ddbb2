/* From outside: RiskAssessments that are also given as Observations
 * (risk_observations): what they say, to whom they are tied, and that they fall
 * with a correction. */
#include "../support/outside.h"
#include "../support/patients.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

#define PROFILE                                          \
  "https://auspex-gateway.org/fhir/StructureDefinition/" \
  "cancer-risk-observation"
#define MCODE                                               \
  "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-" \
  "cancer-risk-assessment"
#define OF_MODEL "/Observation?code=endpac&_count=100"

static outside *gw;
static ax_arena *arena;

static int set_up(void **state) {
  (void)state;
  static const char *const args[] = { "--risk-observations", NULL };
  arena = ax_arena_new(64u << 20);
  gw = outside_start(args);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

static ax_str send_sample(const char *name, const char *mrn) {
  return patients_post(arena, gw, name, mrn, 0);
}

static const outside_answer *of(ax_str patient, const char *query) {
  return outside_get(gw,
                     ax_arena_printf(arena, "%s&subject=Patient/" AX_STR_FMT,
                                     query, AX_STR_ARG(patient))
                         .ptr);
}

static void it_says_the_same_and_names_the_assessment(void **state) {
  (void)state;
  ax_str patient = send_sample("endpac-high.json", "obs-1");
  const outside_answer *risk = of(patient, "/RiskAssessment?_count=100");
  const outside_answer *a = of(patient, OF_MODEL);
  ax_str id = outside_find(risk->json, "entry[0].resource.id");
  assert_int_equal(ax_json_count(AX_JSON_GET(a->json, "entry")), 1);
  const ax_json *o = outside_at(a->json, "entry[0].resource");
  assert_str(outside_find(o, "status"), "preliminary");
  assert_str(outside_find(o, "valueCodeableConcept.coding[0].code"), "high");
  assert_true(ax_str_find(outside_find(o, "valueCodeableConcept.text"),
                          AX_STR("high, 4.4 times that of ")) != AX_STR_NONE);
  ax_str named = outside_find(o, "extension[0].valueReference.reference");
  assert_true(ax_str_ends(named, id) && id.len);
  assert_true(ax_str_eq(
      outside_find(o, "identifier[0].value"),
      outside_find(risk->json, "entry[0].resource.identifier[0].value")));
  assert_true(ax_str_starts(outside_find(o, "derivedFrom[0].reference"),
                            AX_STR("Observation/")));
  assert_true(
      ax_str_starts(outside_find(o, "device.reference"), AX_STR("Device/")));
}

/* The results alone are scored: an Observation that repeats one feeds nobody.
 */
static void it_is_no_input_of_its_own(void **state) {
  (void)state;
  ax_str patient = send_sample("endpac-high.json", "obs-2");
  assert_int_equal(
      ax_json_count(AX_JSON_GET(of(patient, OF_MODEL)->json, "entry")), 1);
  (void)send_sample("endpac-low.json", "obs-3");
  assert_int_equal(
      ax_json_count(AX_JSON_GET(of(patient, OF_MODEL)->json, "entry")), 1);
  const outside_answer *profile = outside_get(
      gw, ax_arena_printf(arena, "/Patient/" AX_STR_FMT "/$risk-profile",
                          AX_STR_ARG(patient))
              .ptr);
  assert_int_equal(profile->status, 200);
  assert_true(ax_str_find(profile->body, AX_STR("risk-assessment\"")) ==
              AX_STR_NONE); /* the assessment itself is shown */
}

static ax_str keep(ax_str text) {
  return (ax_str){ ax_arena_cstr(arena, text), text.len };
}

static ax_str status_of(ax_str path) {
  return keep(outside_find(outside_get(gw, path.ptr)->json, "status"));
}

static void it_falls_with_a_correction(void **state) {
  (void)state;
  static const char *const json[] = { "Content-Type: application/fhir+json",
                                      NULL };
  ax_str patient = send_sample("endpac-high.json", "obs-4");
  const outside_answer *a = of(patient, OF_MODEL);
  ax_str own = ax_arena_printf(
      arena, "/Observation/" AX_STR_FMT,
      AX_STR_ARG(outside_find(a->json, "entry[0].resource.id")));
  ax_str from =
      keep(outside_find(a->json, "entry[0].resource.derivedFrom[0].reference"));
  ax_str rest = from;
  (void)ax_str_cut(&rest, '/');
  ax_str name = ax_str_cut(&rest, '/');
  ax_str input =
      ax_arena_printf(arena, "/Observation/" AX_STR_FMT, AX_STR_ARG(name));
  ax_str text = keep(outside_get(gw, input.ptr)->body);
  text = patients_replace(arena, text, "\"final\"", "\"corrected\"");
  a = outside_send(gw, "PUT", input.ptr, json, text.ptr, text.len);
  assert_int_equal(a->status, 200);
  for (int i = 0;
       i < 100 && !ax_str_eq(status_of(own), AX_STR("entered-in-error")); i++)
    (void)nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
  assert_str(status_of(own), "entered-in-error");
  a = of(patient, OF_MODEL);
  size_t standing = 0, all = ax_json_count(AX_JSON_GET(a->json, "entry"));
  for (size_t i = 0; i < all; i++)
    standing += ax_str_eq(
        AX_JSON_STR(AX_JSON_GET(ax_json_item(AX_JSON_GET(a->json, "entry"), i),
                                "resource"),
                    "status"),
        AX_STR("preliminary"));
  assert_int_equal(all, 2);
  assert_int_equal(standing, 1);
}

/* --- profiles ----------------------------------------------------------------
 */

static void write_observation(const char *path) {
  ax_error err = { 0 };
  ax_str patient = send_sample("endpac-high.json", "obs-5");
  ax_str id = outside_find(of(patient, OF_MODEL)->json, "entry[0].resource.id");
  const outside_answer *a = outside_get(
      gw,
      ax_arena_printf(arena, "/Observation/" AX_STR_FMT, AX_STR_ARG(id)).ptr);
  assert_int_equal(ax_file_write(path, a->body, &err), AX_OK);
}

static void it_fits_our_profile_and_that_of_mcode(void **state) {
  (void)state;
  char path[60];
  (void)snprintf(path, sizeof path, "/tmp/auspex-risk-observation-%ld.json",
                 (long)getpid());
  const char *const ours[] = { "validate", "--profile", PROFILE, path, NULL };
  write_observation(path);
  outside_run_result r = outside_run(ours, NULL);
  if (r.code) print_error("%s%s\n", r.out, r.err);
  assert_int_equal(r.code, 0);
  assert_non_null(strstr(r.out, "0 errors, 0 warnings"));
  const char *root = getenv("AUSPEX_ROOT");
  ax_str cache = ax_arena_printf(arena, "%s/build/igs", root ? root : ".");
  ax_str guide =
      ax_arena_printf(arena, "%s/hl7.fhir.us.mcode#4.0.0", cache.ptr);
  if (!ax_file_is_dir(guide.ptr)) {
    print_message("# mCODE is not in build/igs; `make igs` fetches it\n");
  } else {
    const char *const theirs[] = { "validate",
                                   "--package-cache",
                                   cache.ptr,
                                   "--package",
                                   "hl7.fhir.us.mcode#4.0.0",
                                   "--profile",
                                   MCODE,
                                   path,
                                   NULL };
    r = outside_run(theirs, NULL);
    if (r.code) print_error("%s%s\n", r.out, r.err);
    assert_int_equal(r.code, 0);
  }
  (void)remove(path);
}

static void without_the_option_there_is_none(void **state) {
  (void)state;
  outside *plain = outside_start(NULL);
  ax_str text = patients_sample(arena, "endpac-high.json", "obs-6", 0);
  assert_int_equal(outside_post(plain, "", text.ptr)->status, 200);
  assert_int_equal(patients_count(plain, OF_MODEL), 0);
  assert_int_equal(patients_count(plain, "/RiskAssessment?_count=100"), 1);
  outside_stop(plain);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_says_the_same_and_names_the_assessment),
    cmocka_unit_test(it_is_no_input_of_its_own),
    cmocka_unit_test(it_falls_with_a_correction),
    cmocka_unit_test(it_fits_our_profile_and_that_of_mcode),
    cmocka_unit_test(without_the_option_there_is_none),
  };
  return cmocka_run_group_tests_name("risk_observation", tests, set_up,
                                     tear_down);
}
