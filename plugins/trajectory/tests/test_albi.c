/* ALBI: the formula and its table. */
#include "support/ax_plugin.h"

#include <math.h>

#include "../albi.c"

#define FOLDER "plugins/trajectory/data"

static albi_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table(FOLDER, "albi.table", albi_read, &table);
}

/* Run with the code of CancerVerse (commit 3be8a194) and computed again; both
 * agree. */
static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  static const struct {
    double bilirubin, albumin, score, grade;
  } vectors[] = { { 20, 40, -2.541320203, 2 },
                  { 60, 28, -1.206420175, 3 },
                  { 10, 45, -3.165, 1 } };
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    albi_result r =
        albi_compute(&table, vectors[i].bilirubin, vectors[i].albumin);
    assert_close(r.score, vectors[i].score);
    assert_close(r.grade->number[0], vectors[i].grade);
    assert_close(r.bilirubin + r.albumin, r.score);
  }
}

static void cut_offs_belong_to_the_better_grade(void **state) {
  (void)state;
  /* With 1 umol/L the first term is 0. */
  assert_close(albi_compute(&table, 1, 2.60 / 0.085).grade->number[0], 1);
  assert_close(albi_compute(&table, 1, 2.5999 / 0.085).grade->number[0], 2);
  assert_close(albi_compute(&table, 1, 1.39 / 0.085).grade->number[0], 2);
  assert_close(albi_compute(&table, 1, 1.3899 / 0.085).grade->number[0], 3);
}

static void the_albumin_coefficient_is_the_papers(void **state) {
  (void)state;
  assert_close(table.albumin, -0.085);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(cut_offs_belong_to_the_better_grade),
    cmocka_unit_test(the_albumin_coefficient_is_the_papers),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
