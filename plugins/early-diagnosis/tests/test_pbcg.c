/* PBCG extended 2022: the 1024 models and their table. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../pbcg.c"

static pbcg_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/early-diagnosis/data",
                         "pbcg-extended-2022.table", pbcg_read, &table);
}

/* Results of the authors' R code, as kept by CancerVerse (commit 3be8a194):
 * the six of the sheet and seven more. */
static const struct {
  pbcg_input in;
  double percent;
} vectors[] = {
  { { 65, 5, { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN } },
    24.47676662083988 },
  { { 50, 1, { 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN } },
    3.786059722983087 },
  { { 75, 20, { 1, 1, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN } },
    42.453375343428014 },
  { { 60, 3.5, { 0, 0, 1, NAN, NAN, NAN, NAN, NAN, NAN, NAN } },
    27.054861044715278 },
  { { 68, 8.2, { 1, 0, 1, 1, NAN, NAN, NAN, NAN, NAN, NAN } },
    75.15539244818251 },
  { { 55, 2.1, { 0, 1, 0, 0, 1, NAN, NAN, NAN, NAN, NAN } },
    2.387744526012714 },
  { { 70, 12, { 1, 1, 1, 1, 1, 1, NAN, NAN, NAN, NAN } }, 57.02368519470321 },
  { { 62, 4.4, { 0, 0, 0, 0, 0, 0, 25, NAN, NAN, NAN } }, 28.739012437370583 },
  { { 58, 6.7, { 1, 0, 1, 0, 1, 0, 60, 1, NAN, NAN } }, 19.21098630237251 },
  { { 72, 15.5, { 0, 1, 0, 1, 0, 1, 100, 0, 1, NAN } }, 22.22709112944899 },
  { { 65, 5, { 1, 0, 1, 1, 0, 0, 40, 0, 0, 1 } }, 46.78570096714708 },
  { { 45, 0.5, { 0, 0, 0, 0, 0, 0, 15, 0, 0, 0 } }, 4.55762282466967 },
  { { 85, 50, { 1, 1, 1, 1, 1, 1, 200, 1, 1, 1 } }, 55.97962082004882 },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    pbcg_result r = pbcg_compute(&table, &vectors[i].in);
    assert_true(fabs(100 * r.risk - vectors[i].percent) < 1e-9);
  }
}

static void unknown_and_no_are_different_models(void **state) {
  (void)state;
  for (int i = 0; i < PBCG_OPTIONAL; i++) {
    pbcg_input in = vectors[0].in;
    pbcg_result unknown = pbcg_compute(&table, &in);
    in.optional[i] = PBCG_BY_RACE + i == PBCG_BY_VOLUME ? 1 : 0; /* log2: 0 */
    pbcg_result no = pbcg_compute(&table, &in);
    assert_int_equal(unknown.known, 0);
    assert_int_equal(no.known, 1);
    assert_true(fabs(no.lp - unknown.lp) > 1e-6);
    assert_close(no.terms[PBCG_BY_RACE + i], 0);
  }
}

/* Counted in the publication's file: no effect of a population. */
static void the_ancestry_term_has_both_signs(void **state) {
  (void)state;
  int negative = 0, positive = 0;
  for (int model = 1; model < PBCG_MODELS; model += 2) {
    negative += table.models[model].betas[PBCG_BY_RACE] < 0;
    positive += table.models[model].betas[PBCG_BY_RACE] > 0;
  }
  assert_int_equal(negative, 412);
  assert_int_equal(positive, 100);
}

static void a_table_that_is_not_right_is_refused(void **state) {
  (void)state;
#define HEAD                                                   \
  "auspex-table 1\nmodel pbcg-extended-2022 1.0.0\nsource s\n" \
  "population p\nlicence l\n"
  static const char *const bad[] = {
    "",
    "auspex-table 2\n",
    HEAD,
    HEAD "m0000000000 1 2\n",
    HEAD "m0000000000 1 2 3 4\n",
    HEAD "m000000000 1 2 3\n",
    HEAD "m0000000002 1 2 3\n",
    HEAD "x0000000000 1 2 3\n",
    HEAD "m0000000000 1 2 3\nm0000000000 1 2 3\n",
    HEAD "licence l\n",
    "auspex-table 1\nmodel pbcg-extended-2022 1.0.1\n",
  };
  pbcg_table *read = malloc(sizeof *read);
  assert_non_null(read);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    auspex_error err = { .size = sizeof err };
    assert_int_equal(pbcg_read(bad[i], strlen(bad[i]), read, &err),
                     AUSPEX_E_CONFIG);
    assert_true(strlen(err.message) > 10);
  }
  free(read);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(unknown_and_no_are_different_models),
    cmocka_unit_test(the_ancestry_term_has_both_signs),
    cmocka_unit_test(a_table_that_is_not_right_is_refused),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
