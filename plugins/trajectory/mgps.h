/*
 * mgps.h - modified Glasgow Prognostic Score: C-reactive protein and albumin.
 *
 * mgps.c computes with data/mgps.table; mgps_model.c declares it and writes
 * results.
 */
#ifndef MGPS_H
#define MGPS_H

#include "auspex_params.h"

typedef struct {
  double crp_upto, albumin_from; /* mg/L, g/L */
  auspex_steps group;            /* by the score: word and level */
} mgps_table;

int32_t mgps_read(const void *data, size_t length, void *table,
                  auspex_error *err);

/* 0, 1 or 2. A low albumin alone is 0. */
double mgps_compute(const mgps_table *table, double crp_mg_l,
                    double albumin_g_l);

#endif
