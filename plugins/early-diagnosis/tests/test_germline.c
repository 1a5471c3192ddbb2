/* Odds ratios of germline variants, and the reader of tables of numbers. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdlib.h>

#include "../germline.c"

static germline_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/early-diagnosis/data",
                         "germline-pancreas.table", germline_read, &table);
}

/* The abstract of Hu 2018. */
static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  static const double want[][3] = { [GERMLINE_CDKN2A] = { 12.33, 5.43, 25.61 },
                                    [GERMLINE_TP53] = { 6.7, 2.52, 14.95 },
                                    [GERMLINE_MLH1] = { 6.66, 1.94, 17.53 } };
  assert_int_equal(GERMLINE_WITH_FIGURES, 3);
  for (size_t gene = 0; gene < GERMLINE_WITH_FIGURES; gene++)
    for (size_t i = 0; i < 3; i++)
      assert_true(fabs(table.odds_ratio[gene][i] - want[gene][i]) < 1e-9);
}

static void genes_have_their_symbols(void **state) {
  (void)state;
  assert_string_equal(germline_symbols[GERMLINE_CDKN2A], "CDKN2A");
  assert_string_equal(germline_symbols[GERMLINE_PRSS1], "PRSS1");
}

static void a_table_that_is_not_right_is_refused(void **state) {
  (void)state;
#define HEAD                                                  \
  "auspex-table 1\nmodel germline-pancreas 1.0.0\nsource s\n" \
  "population p\nlicence l\n"
#define GENES "CDKN2A 1 2 3\nTP53 1 2 3\n"
  static const char *const bad[] = {
    "",
    "auspex-table 1\n",
    HEAD,
    HEAD GENES,
    HEAD GENES "MLH1 1 2\n",
    HEAD GENES "MLH1 1 2 3 4\n",
    HEAD GENES "MLH1 1 2 x\n",
    HEAD GENES "MLH1 1 2 3\nMLH1 1 2 3\n",
    HEAD GENES "MLH1 1 2 3\nBRCA2 1 2 3\n",
    HEAD "population q\n" GENES "MLH1 1 2 3\n",
    "auspex-table 1\nmodel germline-pancreas 1.0.0\n" GENES "MLH1 1 2 3\n",
    "auspex-table 1\nmodel germline 1.0.0\n",
    HEAD "source\n" GENES "MLH1 1 2 3\n",
    HEAD GENES "MLH1 1 2 \"3\n",
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    auspex_error err = { .size = sizeof err };
    germline_table read;
    assert_int_equal(germline_read(bad[i], strlen(bad[i]), &read, &err),
                     AUSPEX_E_CONFIG);
    assert_true(strlen(err.message) > 10);
    assert_int_equal(germline_read(bad[i], strlen(bad[i]), &read, NULL),
                     AUSPEX_E_CONFIG);
  }
  germline_table read;
  static const char good[] = HEAD "source t\n" GENES "MLH1 1 2 3\n";
  assert_int_equal(germline_read(good, strlen(good), &read, NULL), AUSPEX_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(genes_have_their_symbols),
    cmocka_unit_test(a_table_that_is_not_right_is_refused),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
