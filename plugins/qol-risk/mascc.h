/*
 * mascc.h - MASCC index of febrile neutropenia. A high score is good.
 *
 * mascc.c counts with data/mascc.table; mascc_model.c declares it and writes
 * results.
 */
#ifndef MASCC_H
#define MASCC_H

#include "auspex_params.h"

enum {
  MASCC_BY_BURDEN,
  MASCC_BY_PRESSURE,
  MASCC_BY_COPD,
  MASCC_BY_TUMOUR,
  MASCC_BY_HYDRATION,
  MASCC_BY_OUTPATIENT,
  MASCC_BY_AGE,
  MASCC_FACTORS
};

typedef struct {
  double burden[3]; /* none or mild, moderate, severe */
  double no_hypotension, no_copd, solid_or_no_fungal, no_dehydration,
      outpatient;
  auspex_steps age;   /* one number: points */
  auspex_steps group; /* word and level */
} mascc_table;

typedef struct { /* 0 or 1, but for burden (0, 1, 2) and age */
  double burden, hypotension, copd, solid_or_no_fungal, dehydration, outpatient,
      age;
} mascc_input;

typedef struct {
  double points[MASCC_FACTORS], score;
  const auspex_step *group;
} mascc_result;

int32_t mascc_read(const void *data, size_t length, void *table,
                   auspex_error *err);
mascc_result mascc_compute(const mascc_table *table, const mascc_input *in);

#endif
