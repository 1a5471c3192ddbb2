/* Behavioral Symptoms Score: the count and its table. */
#include "support/ax_plugin.h"

#include <math.h>

#include "../bss_canto.c"

static bss_canto_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/qol-risk/data", "bss-canto.table",
                         bss_canto_read, &table);
}

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  static const struct { /* fatigue, cognition, anxiety, depression, insomnia */
    double scores[BSS_CANTO_SYMPTOMS], score, odds_ratio;
  } vectors[] = { { { 44.44, 83.33, 8, 4, 33.33 }, 1, 2.17 },
                  { { 66.67, 50, 12, 11, 66.67 }, 5, 12.3 },
                  { { 33.33, 75, 10, 10, 50 }, 0, 1 },
                  { { 40, 66.67, 11, 10, 50 }, 3, NAN } };
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    bss_canto_result r = bss_canto_compute(&table, vectors[i].scores);
    assert_close(r.score, vectors[i].score);
    assert_close(r.odds_ratio[0], vectors[i].odds_ratio);
  }
}

static void intervals_are_the_published_ones(void **state) {
  (void)state;
  const double one[] = { 40, 100, 0, 0, 0 }, five[] = { 100, 0, 21, 21, 100 };
  bss_canto_result r = bss_canto_compute(&table, one);
  assert_close(r.odds_ratio[1], 1.66);
  assert_close(r.odds_ratio[2], 2.85);
  r = bss_canto_compute(&table, five);
  assert_close(r.odds_ratio[1], 7.33);
  assert_close(r.odds_ratio[2], 20.87);
}

static void nothing_is_interpolated_between_one_and_five(void **state) {
  (void)state;
  double scores[] = { 100, 100, 0, 0, 0 };
  const double severe[] = { 100, 0, 21, 21, 100 };
  for (size_t i = 1; i < 4; i++) {
    scores[i] = severe[i];
    bss_canto_result r = bss_canto_compute(&table, scores);
    assert_close(r.score, (double)i + 1);
    assert_true(isnan(r.odds_ratio[0]));
  }
}

static void scales_come_from_answers(void **state) {
  (void)state;
  const double fatigue[] = { 3, 2, 2 }, cognition[] = { 1, 2 };
  assert_close(bss_canto_scale(fatigue, 3, 0), 400.0 / 9);
  assert_close(bss_canto_scale(cognition, 2, 1), 500.0 / 6);
  const double half[] = { NAN, 4 }, third[] = { NAN, NAN, 4 };
  assert_close(bss_canto_scale(half, 2, 1), 0);
  assert_true(isnan(bss_canto_scale(third, 3, 0)));
  const double none[] = { NAN };
  assert_true(isnan(bss_canto_scale(none, 1, 0)));
}

static void bands_are_none_few_and_many(void **state) {
  (void)state;
  static const uint32_t levels[] = {
    AUSPEX_LEVEL_LOW,  AUSPEX_LEVEL_MODERATE, AUSPEX_LEVEL_MODERATE,
    AUSPEX_LEVEL_HIGH, AUSPEX_LEVEL_HIGH,     AUSPEX_LEVEL_HIGH
  };
  for (size_t n = 0; n <= BSS_CANTO_SYMPTOMS; n++) {
    double scores[] = { 0, 100, 0, 0, 0 };
    const double severe[] = { 100, 0, 21, 21, 100 };
    for (size_t i = 0; i < n; i++) scores[i] = severe[i];
    assert_int_equal(bss_canto_compute(&table, scores).band->level, levels[n]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(intervals_are_the_published_ones),
    cmocka_unit_test(nothing_is_interpolated_between_one_and_five),
    cmocka_unit_test(scales_come_from_answers),
    cmocka_unit_test(bands_are_none_few_and_many),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
