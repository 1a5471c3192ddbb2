/* Counts the MASCC index. */
#include "mascc.h"

#define ROW(name, field, kind, count) \
  { (name), AUSPEX_PARAM_##kind, (count), offsetof(mascc_table, field) }

int32_t mascc_read(const void *data, size_t length, void *table,
                   auspex_error *err) {
  static const auspex_param rows[] = {
    ROW("burden", burden, NUMBERS, 3),
    ROW("no_hypotension", no_hypotension, NUMBERS, 1),
    ROW("no_copd", no_copd, NUMBERS, 1),
    ROW("solid_or_no_fungal", solid_or_no_fungal, NUMBERS, 1),
    ROW("no_dehydration", no_dehydration, NUMBERS, 1),
    ROW("outpatient", outpatient, NUMBERS, 1),
    ROW("age", age, STEPS, 1),
    ROW("group", group, LEVEL_STEPS, 0),
  };
  static const auspex_params params = { "mascc.table", "mascc", "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table, sizeof(mascc_table),
                            err);
}

mascc_result mascc_compute(const mascc_table *table, const mascc_input *in) {
  mascc_result r = {
    .points = { [MASCC_BY_BURDEN] = table->burden[(int)in->burden],
                [MASCC_BY_PRESSURE] =
                    in->hypotension != 0 ? 0 : table->no_hypotension,
                [MASCC_BY_COPD] = in->copd != 0 ? 0 : table->no_copd,
                [MASCC_BY_TUMOUR] =
                    in->solid_or_no_fungal != 0 ? table->solid_or_no_fungal : 0,
                [MASCC_BY_HYDRATION] =
                    in->dehydration != 0 ? 0 : table->no_dehydration,
                [MASCC_BY_OUTPATIENT] =
                    in->outpatient != 0 ? table->outpatient : 0,
                [MASCC_BY_AGE] =
                    auspex_params_step(&table->age, in->age)->number[0] },
  };
  for (size_t i = 0; i < MASCC_FACTORS; i++) r.score += r.points[i];
  r.group = auspex_params_step(&table->group, r.score);
  return r;
}
