/* Bands of screening scores. */
#include "screeners.h"

#define BANDS(name, tool)                           \
  {                                                 \
    (name), AUSPEX_PARAM_LEVEL_STEPS, 0,            \
        offsetof(screeners_table, bands) +          \
            SCREENERS_##tool * sizeof(auspex_steps) \
  }

int32_t screeners_read(const void *data, size_t length, void *table,
                       auspex_error *err) {
  static const auspex_param rows[] = {
    BANDS("phq9", PHQ9),           BANDS("gad7", GAD7),
    BANDS("hads_a", HADS_A),       BANDS("hads_d", HADS_D),
    BANDS("fatigue_nrs", FATIGUE),
  };
  static const auspex_params params = { "screeners.table", "screeners", "1.0.0",
                                        rows, sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table,
                            sizeof(screeners_table), err);
}

const auspex_step *screeners_band(const screeners_table *table,
                                  screeners_tool tool, double total) {
  return auspex_params_step(&table->bands[tool], total);
}
