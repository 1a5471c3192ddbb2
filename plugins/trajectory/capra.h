/*
 * capra.h - UCSF-CAPRA (Cooperberg 2005): points before radical prostatectomy
 * and the share without recurrence after 5 years of the men with as many.
 *
 * capra.c computes with data/capra.table; capra_model.c declares it and writes
 * results.
 */
#ifndef CAPRA_H
#define CAPRA_H

#include "auspex_params.h"

enum {
  CAPRA_BY_PSA,
  CAPRA_BY_GLEASON,
  CAPRA_BY_STAGE,
  CAPRA_BY_CORES,
  CAPRA_BY_AGE,
  CAPRA_FACTORS
};

typedef struct {
  double psa_from;              /* ng/mL: below it the table has no row */
  auspex_steps psa;             /* one number: points */
  auspex_steps gleason_primary; /* points when primary decides; NaN-free:
                                   below 0 the secondary decides */
  auspex_steps gleason_secondary;
  double t3a;              /* points */
  auspex_steps cores, age; /* one number: points */
  auspex_steps free;       /* percent without recurrence, its interval */
  auspex_steps band;       /* word and level */
} capra_table;

typedef struct {
  double psa, gleason_primary, gleason_secondary; /* ng/mL; patterns 1..5 */
  int is_t3a;                                     /* else T1 or T2 */
  double cores, age;                              /* percent; years */
} capra_input;

typedef struct {
  double points[CAPRA_FACTORS], score;
  double free, free_low, free_high; /* 0..1, after 5 years */
  const auspex_step *band;
  int below_table; /* PSA lies below the table's first row */
} capra_result;

int32_t capra_read(const void *data, size_t length, void *table,
                   auspex_error *err);
capra_result capra_compute(const capra_table *table, const capra_input *in);

#endif
