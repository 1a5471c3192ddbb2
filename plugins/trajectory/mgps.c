/* Computes the modified Glasgow Prognostic Score. */
#include "mgps.h"

int32_t mgps_read(const void *data, size_t length, void *table,
                  auspex_error *err) {
  static const auspex_param rows[] = {
    { "crp_upto", AUSPEX_PARAM_NUMBERS, 1, offsetof(mgps_table, crp_upto) },
    { "albumin_from", AUSPEX_PARAM_NUMBERS, 1,
      offsetof(mgps_table, albumin_from) },
    { "group", AUSPEX_PARAM_LEVEL_STEPS, 0, offsetof(mgps_table, group) },
  };
  static const auspex_params params = { "mgps.table", "mgps", "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table, sizeof(mgps_table),
                            err);
}

double mgps_compute(const mgps_table *table, double crp_mg_l,
                    double albumin_g_l) {
  if (crp_mg_l <= table->crp_upto) return 0;
  return albumin_g_l >= table->albumin_from ? 1 : 2;
}
