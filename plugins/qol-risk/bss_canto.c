/* Counts the Behavioral Symptoms Score. */
#include "bss_canto.h"

#define SEVERE(name, symptom)                          \
  {                                                    \
    (name), AUSPEX_PARAM_STEPS, 1,                     \
        offsetof(bss_canto_table, severe) +            \
            BSS_CANTO_##symptom * sizeof(auspex_steps) \
  }
#define ROW(name, field, kind, count) \
  { (name), AUSPEX_PARAM_##kind, (count), offsetof(bss_canto_table, field) }

int32_t bss_canto_read(const void *data, size_t length, void *table,
                       auspex_error *err) {
  static const auspex_param rows[] = {
    SEVERE("fatigue", FATIGUE),
    SEVERE("cognition", COGNITION),
    SEVERE("anxiety", ANXIETY),
    SEVERE("depression", DEPRESSION),
    SEVERE("insomnia", INSOMNIA),
    ROW("fatigue_items", fatigue_items, NUMBERS, 3),
    ROW("cognition_items", cognition_items, NUMBERS, 2),
    ROW("insomnia_items", insomnia_items, NUMBERS, 1),
    ROW("odds_ratio_1", odds_ratio_1, NUMBERS, 3),
    ROW("odds_ratio_5", odds_ratio_5, NUMBERS, 3),
    ROW("base_rate_percent", base_rate_percent, NUMBERS, 1),
    ROW("band", band, LEVEL_STEPS, 0),
  };
  static const auspex_params params = { "bss-canto.table", "bss-canto", "1.0.0",
                                        rows, sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table,
                            sizeof(bss_canto_table), err);
}

double bss_canto_scale(const double *answers, uint32_t count, int functional) {
  double sum = 0;
  uint32_t answered = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (isnan(answers[i])) continue;
    sum += answers[i];
    answered++;
  }
  if (2 * answered < count || answered == 0) return NAN;
  double worse = (sum / answered - 1) / 3 * 100;
  return functional ? 100 - worse : worse;
}

bss_canto_result bss_canto_compute(const bss_canto_table *table,
                                   const double scores[BSS_CANTO_SYMPTOMS]) {
  bss_canto_result r = { .odds_ratio = { NAN, NAN, NAN } };
  for (size_t i = 0; i < BSS_CANTO_SYMPTOMS; i++) {
    r.severe[i] = auspex_params_step(&table->severe[i], scores[i])->number[0];
    r.score += r.severe[i];
  }
  r.band = auspex_params_step(&table->band, r.score);
  if (r.score < 1) r.odds_ratio[0] = 1; /* compared with itself */
  const double *published = r.score < 1   ? NULL
                            : r.score < 2 ? table->odds_ratio_1
                            : r.score > 4 ? table->odds_ratio_5
                                          : NULL;
  for (size_t i = 0; published && i < 3; i++) r.odds_ratio[i] = published[i];
  return r;
}
