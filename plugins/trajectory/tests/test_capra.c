/* UCSF-CAPRA: the points and their table. */
#include "support/ax_plugin.h"

#include <math.h>

#include "../capra.c"

#define FOLDER "plugins/trajectory/data"

static capra_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table(FOLDER, "capra.table", capra_read, &table);
}

/* Run with the code of CancerVerse (commit 3be8a194) and counted again from the
 * published table; both agree. */
static const struct {
  capra_input in;
  double score, psa_points, gleason_points, free, low, high;
  const char *band;
} vectors[] = {
  { { 5, 3, 3, 0, 20, 45 }, 0, 0, 0, 85, 73, 92, "low" },
  { { 6.1, 3, 4, 0, 33.9, 62 }, 3, 1, 1, 66, 54, 76, "intermediate" },
  { { 25, 4, 3, 0, 50, 70 }, 8, 3, 3, 8, 0, 28, "high" },
  { { 50, 5, 5, 1, 80, 65 }, 10, 4, 3, 8, 0, 28, "high" },
  { { 10, 3, 5, 0, 34, 49 }, 3, 1, 1, 66, 54, 76, "intermediate" },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    capra_result r = capra_compute(&table, &vectors[i].in);
    assert_close(r.score, vectors[i].score);
    assert_close(r.points[CAPRA_BY_PSA], vectors[i].psa_points);
    assert_close(r.points[CAPRA_BY_GLEASON], vectors[i].gleason_points);
    assert_close(100 * r.free, vectors[i].free);
    assert_close(100 * r.free_low, vectors[i].low);
    assert_close(100 * r.free_high, vectors[i].high);
    assert_string_equal(r.band->word, vectors[i].band);
  }
}

static void a_primary_pattern_of_four_decides_alone(void **state) {
  (void)state;
  capra_input in = vectors[0].in;
  static const double points[6][6] = {
    { 0 },
    { 0, 0, 0, 0, 1, 1 },
    { 0, 0, 0, 0, 1, 1 },
    { 0, 0, 0, 0, 1, 1 },
    { 0, 3, 3, 3, 3, 3 },
    { 0, 3, 3, 3, 3, 3 },
  };
  for (int primary = 1; primary <= 5; primary++)
    for (int secondary = 1; secondary <= 5; secondary++) {
      in.gleason_primary = primary;
      in.gleason_secondary = secondary;
      assert_close(capra_compute(&table, &in).points[CAPRA_BY_GLEASON],
                   points[primary][secondary]);
    }
}

static void a_psa_below_the_table_gets_no_points_and_is_noted(void **state) {
  (void)state;
  capra_input in = vectors[0].in;
  in.psa = 2.1;
  assert_false(capra_compute(&table, &in).below_table);
  in.psa = 2.0;
  assert_true(capra_compute(&table, &in).below_table);
  assert_close(capra_compute(&table, &in).points[CAPRA_BY_PSA], 0);
}

static void the_table_is_not_monotone_at_four_and_five(void **state) {
  (void)state;
  capra_input in = { 15, 3, 3, 0, 50, 60 }; /* 2 + 1 + 1 */
  capra_result four = capra_compute(&table, &in);
  in.gleason_secondary = 4;
  capra_result five = capra_compute(&table, &in);
  assert_close(four.score, 4);
  assert_close(five.score, 5);
  assert_true(five.free > four.free);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(a_primary_pattern_of_four_decides_alone),
    cmocka_unit_test(a_psa_below_the_table_gets_no_points_and_is_noted),
    cmocka_unit_test(the_table_is_not_monotone_at_four_and_five),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
