/* Counts the Lung Immune Prognostic Index. */
#include "lipi.h"

int32_t lipi_read(const void *data, size_t length, void *table,
                  auspex_error *err) {
  static const auspex_param rows[] = {
    { "dnlr", AUSPEX_PARAM_STEPS, 1, offsetof(lipi_table, ratio) },
    { "ldh", AUSPEX_PARAM_STEPS, 1, offsetof(lipi_table, ldh) },
    { "group", AUSPEX_PARAM_LEVEL_STEPS, 0, offsetof(lipi_table, group) },
  };
  static const auspex_params params = { "lipi.table", "lipi", "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table, sizeof(lipi_table),
                            err);
}

lipi_result lipi_compute(const lipi_table *table, double leukocytes,
                         double neutrophils, double ldh, double ldh_limit) {
  lipi_result r = { .ratio = neutrophils / (leukocytes - neutrophils) };
  /* 6.9 of 9.2 is a ratio of 3, not a hair above. */
  r.ratio_points =
      auspex_params_step(&table->ratio, round(r.ratio * 1e9) / 1e9)->number[0];
  r.ldh_points =
      auspex_params_step(&table->ldh, round(ldh / ldh_limit * 1e9) / 1e9)
          ->number[0];
  r.score = r.ratio_points + r.ldh_points;
  r.group = auspex_params_step(&table->group, r.score);
  return r;
}
