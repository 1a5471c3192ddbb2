/* Computes the ALBI score and grade. */
#include "albi.h"

int32_t albi_read(const void *data, size_t length, void *table,
                  auspex_error *err) {
  static const auspex_param rows[] = {
    { "log10_bilirubin", AUSPEX_PARAM_NUMBERS, 1,
      offsetof(albi_table, log10_bilirubin) },
    { "albumin", AUSPEX_PARAM_NUMBERS, 1, offsetof(albi_table, albumin) },
    { "grade", AUSPEX_PARAM_LEVEL_STEPS, 1, offsetof(albi_table, grade) },
  };
  static const auspex_params params = { "albi.table", "albi", "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table, sizeof(albi_table),
                            err);
}

albi_result albi_compute(const albi_table *table, double bilirubin_umol_l,
                         double albumin_g_l) {
  albi_result r = { .bilirubin =
                        table->log10_bilirubin * log10(bilirubin_umol_l),
                    .albumin = table->albumin * albumin_g_l };
  r.score = r.bilirubin + r.albumin;
  r.grade = auspex_params_step(&table->grade, round(r.score * 1e9) / 1e9);
  return r;
}
