/*
 * lipi.h - Lung Immune Prognostic Index (Mezquita 2018): a group of prognosis
 * before checkpoint inhibitors in non-small-cell lung cancer.
 *
 * lipi.c counts with data/lipi.table; lipi_model.c declares it and writes
 * results.
 */
#ifndef LIPI_H
#define LIPI_H

#include "auspex_params.h"

typedef struct {
  auspex_steps ratio, ldh; /* one number: points */
  auspex_steps group;      /* word and level */
} lipi_table;

typedef struct {
  double ratio; /* neutrophils / (leukocytes - neutrophils) */
  double ratio_points, ldh_points, score;
  const auspex_step *group;
} lipi_result;

int32_t lipi_read(const void *data, size_t length, void *table,
                  auspex_error *err);
/* Counts in the same unit, leukocytes more than neutrophils; LDH and its upper
 * limit of normal in the same unit. */
lipi_result lipi_compute(const lipi_table *table, double leukocytes,
                         double neutrophils, double ldh, double ldh_limit);

#endif
