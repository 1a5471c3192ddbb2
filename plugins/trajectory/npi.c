/* Computes the Nottingham Prognostic Index. */
#include "npi.h"

int32_t npi_read(const void *data, size_t length, void *table,
                 auspex_error *err) {
  static const auspex_param rows[] = {
    { "per_cm", AUSPEX_PARAM_NUMBERS, 1, offsetof(npi_table, per_cm) },
    { "node_stage", AUSPEX_PARAM_STEPS, 1, offsetof(npi_table, node_stage) },
    { "group", AUSPEX_PARAM_LEVEL_STEPS, 0, offsetof(npi_table, group) },
  };
  static const auspex_params params = { "npi.table", "npi", "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table, sizeof(npi_table),
                            err);
}

npi_result npi_compute(const npi_table *table, double size_cm, double nodes,
                       double grade) {
  npi_result r = {
    .size = table->per_cm * size_cm,
    .nodes = auspex_params_step(&table->node_stage, nodes)->number[0],
    .grade = grade,
  };
  r.index = r.size + r.nodes + r.grade;
  /* 2 cm without nodes and grade 1 are 2.4, which binary sums may miss. */
  r.group = auspex_params_step(&table->group, round(r.index * 1e9) / 1e9);
  return r;
}
