/* Unit tests of gateway/src/intake/intake.c: a resource on its own. */
#include "support/intake_kit.h"

static void a_create_gives_a_new_id_and_keeps_the_rest(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Patient", PATIENT, ""));
  assert_int_equal(1, w->result.receipt.version);
  assert_int_equal(36, w->result.receipt.id.len);
  assert_true(w->result.receipt.created);
  assert_int_equal(1, stats(w).resources);
}

static void a_create_of_another_type_than_the_url_is_refused(void **state) {
  world *w = *state;
  assert_int_equal(400, create(w, "Observation", PATIENT, ""));
  assert_int_equal(1, ax_fhir_issues_errors(w->result.issues));
  assert_int_equal(0, stats(w).resources);
}

static void an_invalid_resource_is_not_stored(void **state) {
  world *w = *state;
  assert_int_equal(422, create(w, "Patient",
                               "{\"resourceType\":\"Patient\",\"bad\":1}", ""));
  assert_int_equal(0, stats(w).resources);
}

static void a_conditional_create_happens_once(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, "identifier=s|1"));
  ax_str id = w->result.receipt.id;
  assert_int_equal(200, create(w, "Practitioner", KNOWN, "identifier=s|1"));
  assert_true(ax_str_eq(id, w->result.receipt.id));
  assert_false(w->result.receipt.created);
  assert_int_equal(1, stats(w).resources);
}

static void a_condition_that_finds_several_is_refused(void **state) {
  world *w = *state;
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(201, create(w, "Practitioner", KNOWN, ""));
  assert_int_equal(412, create(w, "Practitioner", KNOWN, "identifier=s|1"));
  assert_int_equal(2, stats(w).resources);
}

static void a_condition_that_is_none_is_refused(void **state) {
  world *w = *state;
  assert_int_equal(400, create(w, "Practitioner", KNOWN, "nonsense=1"));
  assert_int_equal(400, create(w, "Practitioner", KNOWN, "_count=1"));
  assert_int_equal(0, stats(w).resources);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    T(a_create_gives_a_new_id_and_keeps_the_rest),
    T(a_create_of_another_type_than_the_url_is_refused),
    T(an_invalid_resource_is_not_stored),
    T(a_conditional_create_happens_once),
    T(a_condition_that_finds_several_is_refused),
    T(a_condition_that_is_none_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
