/*
 * npi.h - Nottingham Prognostic Index: a group of prognosis after surgery for
 * operable breast cancer, without a probability.
 *
 * npi.c computes with data/npi.table; npi_model.c declares it and writes
 * results.
 */
#ifndef NPI_H
#define NPI_H

#include "auspex_params.h"

typedef struct {
  double per_cm;
  auspex_steps node_stage; /* one number: points */
  auspex_steps group;      /* word and level */
} npi_table;

typedef struct {
  double size, nodes, grade; /* the three terms */
  double index;
  const auspex_step *group; /* in the table */
} npi_result;

int32_t npi_read(const void *data, size_t length, void *table,
                 auspex_error *err);
npi_result npi_compute(const npi_table *table, double size_cm, double nodes,
                       double grade);

#endif
