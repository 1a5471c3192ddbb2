/* Counts UCSF-CAPRA points. */
#include "capra.h"

#define ROW(name, field, kind, count) \
  { (name), AUSPEX_PARAM_##kind, (count), offsetof(capra_table, field) }

int32_t capra_read(const void *data, size_t length, void *table,
                   auspex_error *err) {
  static const auspex_param rows[] = {
    ROW("psa_from", psa_from, NUMBERS, 1),
    ROW("psa", psa, STEPS, 1),
    ROW("gleason_primary", gleason_primary, STEPS, 1),
    ROW("gleason_secondary", gleason_secondary, STEPS, 1),
    ROW("t3a", t3a, NUMBERS, 1),
    ROW("cores", cores, STEPS, 1),
    ROW("age", age, STEPS, 1),
    ROW("free_of_recurrence_5y", free, STEPS, 3),
    ROW("band", band, LEVEL_STEPS, 0),
  };
  static const auspex_params params = { "capra.table", "capra", "1.0.0", rows,
                                        sizeof rows / sizeof rows[0] };
  return auspex_params_read(&params, data, length, table, sizeof(capra_table),
                            err);
}

static double points(const auspex_steps *steps, double x) {
  return auspex_params_step(steps, x)->number[0];
}

capra_result capra_compute(const capra_table *table, const capra_input *in) {
  double primary = points(&table->gleason_primary, in->gleason_primary);
  capra_result r = {
    .points = { [CAPRA_BY_PSA] = points(&table->psa, in->psa),
                [CAPRA_BY_GLEASON] = primary >= 0
                                         ? primary
                                         : points(&table->gleason_secondary,
                                                  in->gleason_secondary),
                [CAPRA_BY_STAGE] = in->is_t3a ? table->t3a : 0,
                [CAPRA_BY_CORES] = points(&table->cores, in->cores),
                [CAPRA_BY_AGE] = points(&table->age, in->age) },
    .below_table = in->psa < table->psa_from,
  };
  for (size_t i = 0; i < CAPRA_FACTORS; i++) r.score += r.points[i];
  const auspex_step *free = auspex_params_step(&table->free, r.score);
  r.free = free->number[0] / 100;
  r.free_low = free->number[1] / 100;
  r.free_high = free->number[2] / 100;
  r.band = auspex_params_step(&table->band, r.score);
  return r;
}
