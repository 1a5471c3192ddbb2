/* Bands of screening scores. */
#include "support/ax_plugin.h"

#include "../screeners.c"

static screeners_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/qol-risk/data", "screeners.table",
                         screeners_read, &table);
}

static const char *band(screeners_tool tool, double total) {
  return screeners_band(&table, tool, total)->word;
}

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  assert_string_equal(band(SCREENERS_GAD7, 9), "mild");
  assert_string_equal(band(SCREENERS_GAD7, 15), "severe");
  assert_string_equal(band(SCREENERS_PHQ9, 10), "moderate");
  assert_string_equal(band(SCREENERS_PHQ9, 19), "moderately-severe");
  assert_string_equal(band(SCREENERS_HADS_A, 11), "case");
  assert_string_equal(band(SCREENERS_HADS_D, 7), "normal");
}

static void bands_begin_at_their_lower_bound(void **state) {
  (void)state;
  static const struct {
    screeners_tool tool;
    double total;
    const char *band;
    uint32_t level;
  } cases[] = {
    { SCREENERS_PHQ9, 0, "minimal", AUSPEX_LEVEL_LOW },
    { SCREENERS_PHQ9, 4, "minimal", AUSPEX_LEVEL_LOW },
    { SCREENERS_PHQ9, 5, "mild", AUSPEX_LEVEL_LOW },
    { SCREENERS_PHQ9, 14, "moderate", AUSPEX_LEVEL_MODERATE },
    { SCREENERS_PHQ9, 15, "moderately-severe", AUSPEX_LEVEL_HIGH },
    { SCREENERS_PHQ9, 20, "severe", AUSPEX_LEVEL_HIGH },
    { SCREENERS_PHQ9, 27, "severe", AUSPEX_LEVEL_HIGH },
    { SCREENERS_GAD7, 10, "moderate", AUSPEX_LEVEL_MODERATE },
    { SCREENERS_GAD7, 14, "moderate", AUSPEX_LEVEL_MODERATE },
    { SCREENERS_GAD7, 21, "severe", AUSPEX_LEVEL_HIGH },
    { SCREENERS_HADS_A, 8, "borderline", AUSPEX_LEVEL_MODERATE },
    { SCREENERS_HADS_D, 10, "borderline", AUSPEX_LEVEL_MODERATE },
    { SCREENERS_HADS_D, 11, "case", AUSPEX_LEVEL_HIGH },
    { SCREENERS_FATIGUE, 3, "none or mild", AUSPEX_LEVEL_LOW },
    { SCREENERS_FATIGUE, 4, "moderate", AUSPEX_LEVEL_MODERATE },
    { SCREENERS_FATIGUE, 7, "severe", AUSPEX_LEVEL_HIGH },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const auspex_step *step =
        screeners_band(&table, cases[i].tool, cases[i].total);
    assert_string_equal(step->word, cases[i].band);
    assert_int_equal(step->level, cases[i].level);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(bands_begin_at_their_lower_bound),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
