/* Lung Immune Prognostic Index: the rule and its table. */
#include "support/ax_plugin.h"

#include "../lipi.c"

static lipi_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/qol-risk/data", "lipi.table", lipi_read,
                         &table);
}

/* Run with the code of CancerVerse (commit 3be8a194) and counted again; both
 * agree. */
static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  static const struct {
    double leukocytes, neutrophils, ldh, limit, ratio, score;
    const char *group;
  } vectors[] = { { 8, 5, 180, 225, 1.666666667, 0, "good" },
                  { 12, 9.6, 300, 225, 4, 2, "poor" },
                  { 8, 6, 225, 225, 3, 0, "good" },
                  { 8, 6, 226, 225, 3, 1, "intermediate" } };
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    lipi_result r =
        lipi_compute(&table, vectors[i].leukocytes, vectors[i].neutrophils,
                     vectors[i].ldh, vectors[i].limit);
    assert_close(r.ratio, vectors[i].ratio);
    assert_close(r.score, vectors[i].score);
    assert_string_equal(r.group->word, vectors[i].group);
  }
}

static void a_ratio_of_three_written_in_decimals_is_three(void **state) {
  (void)state;
  assert_true(6.9 / (9.2 - 6.9) > 3); /* what binary numbers make of it */
  assert_close(lipi_compute(&table, 9.2, 6.9, 100, 225).ratio_points, 0);
  assert_close(lipi_compute(&table, 9.2, 6.91, 100, 225).ratio_points, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(a_ratio_of_three_written_in_decimals_is_three),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
