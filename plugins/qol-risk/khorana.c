/* Counts the Khorana score. */
#include "khorana.h"

#define ROW(name, field, kind, count) \
  { (name), AUSPEX_PARAM_##kind, (count), offsetof(khorana_table, field) }

int32_t khorana_read(const void *data, size_t length, void *table,
                     auspex_error *err) {
  static const auspex_param rows[] = {
    ROW("site", site, NUMBERS, KHORANA_SITES),
    ROW("platelets", platelets, STEPS, 1),
    ROW("hemoglobin", hb, STEPS, 1),
    ROW("esa", esa, NUMBERS, 1),
    ROW("leukocytes", leukocytes, STEPS, 1),
    ROW("bmi", bmi, STEPS, 1),
    ROW("band", band, LEVEL_STEPS, 1),
  };
  static const auspex_params params = { "khorana.table", "khorana", "1.0.0",
                                        rows, sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table, sizeof(khorana_table),
                            err);
}

static double points(const auspex_steps *steps, double x) {
  return auspex_params_step(steps, x)->number[0];
}

khorana_result khorana_compute(const khorana_table *table,
                               const khorana_input *in) {
  double hb = points(&table->hb, in->hb);
  khorana_result r = {
    .points = { [KHORANA_BY_SITE] = table->site[in->site],
                [KHORANA_BY_PLATELETS] =
                    points(&table->platelets, in->platelets),
                /* one point for a low haemoglobin or for its treatment */
                [KHORANA_BY_HB] = fmax(hb, table->esa * in->esa),
                [KHORANA_BY_LEUKOCYTES] =
                    points(&table->leukocytes, in->leukocytes),
                [KHORANA_BY_BMI] = points(&table->bmi, in->bmi) },
  };
  for (size_t i = 0; i < KHORANA_FACTORS; i++) r.score += r.points[i];
  r.band = auspex_params_step(&table->band, r.score);
  return r;
}
