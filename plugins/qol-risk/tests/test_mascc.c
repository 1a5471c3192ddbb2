/* MASCC index: the points and their table. */
#include "support/ax_plugin.h"

#include "../mascc.c"

static mascc_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/qol-risk/data", "mascc.table", mascc_read,
                         &table);
}

/* Run with danielxmed/nobra_calculator (commit 101d1f3a) and counted again;
 * both agree. */
static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  static const struct {
    mascc_input in;
    double score;
    uint32_t level;
  } vectors[] = { { { 0, 0, 0, 1, 0, 1, 50 }, 26, AUSPEX_LEVEL_LOW },
                  { { 2, 1, 1, 0, 1, 0, 70 }, 0, AUSPEX_LEVEL_HIGH },
                  { { 1, 0, 1, 1, 0, 1, 65 }, 18, AUSPEX_LEVEL_HIGH } };
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    mascc_result r = mascc_compute(&table, &vectors[i].in);
    assert_close(r.score, vectors[i].score);
    assert_int_equal(r.group->level, vectors[i].level);
  }
}

static void twenty_one_points_are_low_risk(void **state) {
  (void)state;
  mascc_input in = { 1, 0, 0, 1, 1, 1, 59 }; /* 3 + 5 + 4 + 4 + 3 + 2 */
  assert_close(mascc_compute(&table, &in).score, 21);
  assert_int_equal(mascc_compute(&table, &in).group->level, AUSPEX_LEVEL_LOW);
  in.age = 60;
  assert_close(mascc_compute(&table, &in).score, 19);
  assert_int_equal(mascc_compute(&table, &in).group->level, AUSPEX_LEVEL_HIGH);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(twenty_one_points_are_low_risk),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
