/*
 * brock_nodule.h - the Brock (PanCan) full models 2a and 2b (McWilliams 2013):
 * probability that a lung nodule found in screening is cancer.
 *
 * brock_nodule.c computes with data/brock-nodule.table; brock_nodule_model.c
 * declares it and writes results.
 */
#ifndef BROCK_NODULE_H
#define BROCK_NODULE_H

#include "auspex_params.h"

typedef enum {
  BROCK_NODULE_SOLID,
  BROCK_NODULE_PART_SOLID,
  BROCK_NODULE_NONSOLID
} brock_nodule_type;

enum { /* terms of the linear predictor, the constant aside */
       BROCK_NODULE_BY_AGE,
       BROCK_NODULE_BY_SEX,
       BROCK_NODULE_BY_FAMILY,
       BROCK_NODULE_BY_EMPHYSEMA,
       BROCK_NODULE_BY_SIZE,
       BROCK_NODULE_BY_TYPE,
       BROCK_NODULE_BY_LOBE,
       BROCK_NODULE_BY_COUNT,
       BROCK_NODULE_BY_SPICULATION,
       BROCK_NODULE_TERMS
};

typedef struct {
  double constant, age, female, family, emphysema, size, part_solid, nonsolid,
      upper, count, spiculation; /* spiculation: 0 in model 2a */
} brock_nodule_betas;

typedef struct {
  brock_nodule_betas without, with; /* 2a, 2b: spiculation unknown, known */
  double age_centre, count_centre, size_centre;
} brock_nodule_table;

typedef struct {
  double age, female, family, emphysema; /* years, 0 or 1 */
  double size_mm, upper, count;
  brock_nodule_type type;
  double spiculation; /* 0, 1, or NaN: unknown, model 2a */
} brock_nodule_input;

typedef struct {
  double terms[BROCK_NODULE_TERMS]; /* log-odds */
  double lp, risk;                  /* risk: 0..1 */
} brock_nodule_result;

int32_t brock_nodule_read(const void *data, size_t length, void *table,
                          auspex_error *err);
brock_nodule_result brock_nodule_compute(const brock_nodule_table *table,
                                         const brock_nodule_input *in);

#endif
