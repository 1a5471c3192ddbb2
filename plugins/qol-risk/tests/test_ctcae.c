/* CTCAE grades: the rules and their table. */
#include "support/ax_plugin.h"

#include <math.h>

#include "../ctcae.c"

static ctcae_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/qol-risk/data", "ctcae-labs.table",
                         ctcae_read, &table);
}

static double grade(ctcae_term term, double value, double limit) {
  ctcae_input in = { value, limit, NAN, NAN };
  return ctcae_compute(&table, term, &in).grade;
}

static double grade_from(ctcae_term term, double value, double limit,
                         double baseline, double baseline_limit) {
  ctcae_input in = { value, limit, baseline, baseline_limit };
  return ctcae_compute(&table, term, &in).grade;
}

/* The first four against the published table. */
static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  assert_close(grade(CTCAE_ALT, 130, 40), 2);
  assert_close(grade(CTCAE_ALT, 120, 40), 1);
  assert_close(grade(CTCAE_BILIRUBIN, 3.1, 1), 3);
  assert_close(grade(CTCAE_ALP, 620, 120), 3);
  assert_close(grade(CTCAE_NEUTROPHILS, 0.9, 1.8), 3);
  assert_close(grade(CTCAE_NEUTROPHILS, 1, 1.8), 2);
  assert_close(grade(CTCAE_PLATELETS, 24, 150), 4);
  assert_close(grade(CTCAE_HEMOGLOBIN, 9.9, 12), 2);
  assert_close(grade(CTCAE_CREATININE, 2, 1.2), 2);
}

static void without_a_limit_there_is_no_grade(void **state) {
  (void)state;
  for (int term = CTCAE_ALT; term <= CTCAE_CREATININE; term++)
    assert_true(isnan(grade((ctcae_term)term, 1000, NAN)));
}

static void low_counts_need_the_limit_only_for_grade_one(void **state) {
  (void)state;
  static const struct {
    double value, limit, grade;
  } cases[] = { { 0.49, NAN, 4 }, { 0.5, NAN, 3 },  { 0.999, NAN, 3 },
                { 1.0, NAN, 2 },  { 1.49, NAN, 2 }, { 1.5, NAN, NAN },
                { 1.5, 1.8, 1 },  { 1.8, 1.8, 0 },  { 4, 1.8, 0 } };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_close(grade(CTCAE_NEUTROPHILS, cases[i].value, cases[i].limit),
                 cases[i].grade);
}

static void cuts_of_the_other_counts(void **state) {
  (void)state;
  static const struct {
    ctcae_term term;
    double limit, four, three, two;
  } cases[] = { { CTCAE_PLATELETS, 150, 25, 50, 75 },
                { CTCAE_LYMPHOCYTES, 1, 0.2, 0.5, 0.8 },
                { CTCAE_LEUKOCYTES, 4, 1, 2, 3 } };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ctcae_term term = cases[i].term;
    double limit = cases[i].limit;
    assert_close(grade(term, cases[i].four - 0.01, limit), 4);
    assert_close(grade(term, cases[i].four, limit), 3);
    assert_close(grade(term, cases[i].three - 0.01, limit), 3);
    assert_close(grade(term, cases[i].three, limit), 2);
    assert_close(grade(term, cases[i].two - 0.01, limit), 2);
    assert_close(grade(term, cases[i].two, limit), 1);
    assert_close(grade(term, limit, limit), 0);
  }
}

static void anaemia_has_no_fourth_grade_from_a_number(void **state) {
  (void)state;
  assert_close(grade(CTCAE_HEMOGLOBIN, 3, 12), 3);
  assert_close(grade(CTCAE_HEMOGLOBIN, 8, 12), 2);
  assert_close(grade(CTCAE_HEMOGLOBIN, 10, 12), 1);
  assert_close(grade(CTCAE_HEMOGLOBIN, 12, 12), 0);
}

static void a_multiple_that_equals_a_bound_is_the_lower_grade(void **state) {
  (void)state;
  assert_close(grade(CTCAE_BILIRUBIN, 0.3, 0.1), 2);
  assert_close(grade(CTCAE_BILIRUBIN, 0.3000001, 0.1), 3);
  assert_close(grade(CTCAE_ALT, 40, 40), 0);
  assert_close(grade(CTCAE_ALT, 800, 40), 3);
  assert_close(grade(CTCAE_ALT, 801, 40), 4);
}

static void an_abnormal_baseline_is_what_counts(void **state) {
  (void)state;
  assert_close(grade_from(CTCAE_ALT, 130, 40, 60, 40), 1); /* 2.2 x 60 */
  assert_close(grade_from(CTCAE_ALT, 89, 40, 60, 40), 0);
  assert_close(grade_from(CTCAE_ALT, 90, 40, 60, 40), 1);
  assert_close(grade_from(CTCAE_ALT, 130, 40, 40, 40), 2);  /* normal */
  assert_close(grade_from(CTCAE_ALT, 130, 40, 60, NAN), 2); /* not known */
  assert_close(grade_from(CTCAE_ALP, 399, 120, 200, 120), 0);
  assert_close(grade_from(CTCAE_ALP, 400, 120, 200, 120), 1);
  assert_close(grade_from(CTCAE_BILIRUBIN, 2, 1, 2, 1), 0);
  assert_close(grade_from(CTCAE_BILIRUBIN, 2.1, 1, 2, 1), 1);
}

static void creatinine_takes_the_higher_of_both(void **state) {
  (void)state;
  assert_close(grade_from(CTCAE_CREATININE, 1.1, 1.2, 0.6, 1.2), 2);
  assert_close(grade_from(CTCAE_CREATININE, 1.9, 1.2, 0.6, 1.2), 3);
  assert_close(grade_from(CTCAE_CREATININE, 8, 1.2, 6, 1.2), 4);
  assert_close(grade_from(CTCAE_CREATININE, 1.0, 1.2, 0.9, 1.2), 0);
}

static void only_hepatic_rows_are_marked_as_verified(void **state) {
  (void)state;
  for (int term = 0; term < CTCAE_TERMS; term++)
    assert_close(table.verified[term], ctcae_kinds[term] == CTCAE_HEPATIC);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(without_a_limit_there_is_no_grade),
    cmocka_unit_test(low_counts_need_the_limit_only_for_grade_one),
    cmocka_unit_test(cuts_of_the_other_counts),
    cmocka_unit_test(anaemia_has_no_fourth_grade_from_a_number),
    cmocka_unit_test(a_multiple_that_equals_a_bound_is_the_lower_grade),
    cmocka_unit_test(an_abnormal_baseline_is_what_counts),
    cmocka_unit_test(creatinine_takes_the_higher_of_both),
    cmocka_unit_test(only_hepatic_rows_are_marked_as_verified),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
