/* Khorana score: the points and their table. */
#include "support/ax_plugin.h"

#include <math.h>

#include "../khorana.c"

static khorana_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/qol-risk/data", "khorana.table", khorana_read,
                         &table);
}

/* Run with danielxmed/nobra_calculator (commit 101d1f3a) and counted again;
 * both agree. */
static const struct {
  khorana_input in;
  double score, percent;
  const char *band;
} vectors[] = {
  { { KHORANA_PANCREAS, 360, 11, 0, 9, 27 }, 3, 11, "high" },
  { { KHORANA_LUNG, 349, 9.9, 0, 11.1, 22 }, 3, 11, "high" },
  { { KHORANA_BREAST, 200, 13, 0, 6, 24 }, 0, 5, "low" },
  { { KHORANA_PANCREAS, 400, 9, 1, 12, 36 }, 6, 11, "high" },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    khorana_result r = khorana_compute(&table, &vectors[i].in);
    assert_close(r.score, vectors[i].score);
    assert_close(r.band->number[0], vectors[i].percent);
    assert_string_equal(r.band->word, vectors[i].band);
  }
}

static void each_bound_counts_as_printed(void **state) {
  (void)state;
  khorana_input in = { KHORANA_OTHER, 350, 10, 0, 11, 35 };
  khorana_result r = khorana_compute(&table, &in);
  assert_close(r.points[KHORANA_BY_PLATELETS], 1);
  assert_close(r.points[KHORANA_BY_HB], 0);
  assert_close(r.points[KHORANA_BY_LEUKOCYTES], 0);
  assert_close(r.points[KHORANA_BY_BMI], 1);
  assert_close(r.score, 2);
  assert_close(r.band->number[0], 6.6);
}

static void an_agent_counts_once_with_a_low_haemoglobin(void **state) {
  (void)state;
  khorana_input in = { KHORANA_OTHER, 200, 13, 1, 6, 24 };
  assert_close(khorana_compute(&table, &in).score, 1);
  in.hb = 9;
  assert_close(khorana_compute(&table, &in).score, 1);
}

static void sites_have_the_points_of_the_original_score(void **state) {
  (void)state;
  static const double points[KHORANA_SITES] = { 0, 0, 1, 1, 1, 1, 1, 2, 2 };
  for (int site = 0; site < KHORANA_SITES; site++) {
    khorana_input in = { (khorana_site)site, 200, 13, 0, 6, 24 };
    assert_close(khorana_compute(&table, &in).score, points[site]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(each_bound_counts_as_printed),
    cmocka_unit_test(an_agent_counts_once_with_a_low_haemoglobin),
    cmocka_unit_test(sites_have_the_points_of_the_original_score),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
