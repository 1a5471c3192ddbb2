/*
 * albi.h - ALBI grade (Johnson 2015): liver function from bilirubin and
 * albumin.
 *
 * albi.c computes with data/albi.table; albi_model.c declares it and writes
 * results.
 */
#ifndef ALBI_H
#define ALBI_H

#include "auspex_params.h"

typedef struct {
  double log10_bilirubin, albumin;
  auspex_steps grade; /* one number: 1..3; level */
} albi_table;

typedef struct {
  double bilirubin, albumin; /* terms */
  double score;
  const auspex_step *grade; /* number[0]: 1..3 */
} albi_result;

int32_t albi_read(const void *data, size_t length, void *table,
                  auspex_error *err);
albi_result albi_compute(const albi_table *table, double bilirubin_umol_l,
                         double albumin_g_l);

#endif
