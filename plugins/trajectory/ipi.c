/* Counts the points of IPI, NCCN-IPI and FLIPI. */
#include "ipi.h"

#define FACTOR(name, factor)                                           \
  {                                                                    \
    (name), AUSPEX_PARAM_STEPS, 1,                                     \
        offsetof(ipi_table, factors) + (factor) * sizeof(auspex_steps) \
  }
#define GROUP \
  { "group", AUSPEX_PARAM_LEVEL_STEPS, 0, offsetof(ipi_table, group) }
#define SURVIVAL \
  { "survival_5y", AUSPEX_PARAM_STEPS, 1, offsetof(ipi_table, survival) }

static const auspex_param ipi_rows[] = {
  FACTOR("age", IPI_BY_AGE),
  FACTOR("ldh", IPI_BY_LDH),
  FACTOR("stage", IPI_BY_STAGE),
  FACTOR("ecog", IPI_BY_ECOG),
  FACTOR("extranodal_sites", IPI_BY_EXTRANODAL),
  GROUP,
  SURVIVAL,
};
static const auspex_param nccn_rows[] = {
  FACTOR("age", IPI_BY_AGE),
  FACTOR("ldh", IPI_BY_LDH),
  FACTOR("stage", IPI_BY_STAGE),
  FACTOR("ecog", IPI_BY_ECOG),
  FACTOR("extranodal_major", IPI_BY_EXTRANODAL),
  GROUP,
  SURVIVAL,
};
static const auspex_param flipi_rows[] = {
  FACTOR("age", IPI_BY_AGE),       FACTOR("ldh", IPI_BY_LDH),
  FACTOR("stage", IPI_BY_STAGE),   FACTOR("nodal_areas", IPI_BY_NODAL_AREAS),
  FACTOR("hemoglobin", IPI_BY_HB), GROUP,
};

#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

int32_t ipi_read_ipi(const void *data, size_t length, void *table,
                     auspex_error *err) {
  static const auspex_params params = { "ipi.table", "ipi", "1.0.0", ipi_rows,
                                        COUNT(ipi_rows) };
  return auspex_params_read(&params, data, length, table, sizeof(ipi_table),
                            err);
}

int32_t ipi_read_nccn(const void *data, size_t length, void *table,
                      auspex_error *err) {
  static const auspex_params params = { "nccn-ipi.table", "nccn-ipi", "1.0.0",
                                        nccn_rows, COUNT(nccn_rows) };
  return auspex_params_read(&params, data, length, table, sizeof(ipi_table),
                            err);
}

int32_t ipi_read_flipi(const void *data, size_t length, void *table,
                       auspex_error *err) {
  static const auspex_params params = { "flipi.table", "flipi", "1.0.0",
                                        flipi_rows, COUNT(flipi_rows) };
  return auspex_params_read(&params, data, length, table, sizeof(ipi_table),
                            err);
}

ipi_result ipi_compute(const ipi_table *table, const ipi_input *in) {
  ipi_result r = { .survival = NAN };
  for (size_t i = 0; i < IPI_FACTORS; i++) {
    if (table->factors[i].count == 0) continue;
    r.points[i] =
        auspex_params_step(&table->factors[i], in->factors[i])->number[0];
    r.score += r.points[i];
  }
  r.group = auspex_params_step(&table->group, r.score);
  if (table->survival.count > 0)
    r.survival = auspex_params_step(&table->survival, r.score)->number[0] / 100;
  return r;
}
