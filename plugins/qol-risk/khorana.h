/*
 * khorana.h - Khorana score: venous thromboembolism within 6 months of the
 * start of chemotherapy.
 *
 * khorana.c counts with data/khorana.table; khorana_model.c declares it and
 * writes results.
 */
#ifndef KHORANA_H
#define KHORANA_H

#include "auspex_params.h"

typedef enum { /* in the order of their points: of two the later one counts */
               KHORANA_OTHER,
               KHORANA_BREAST,
               KHORANA_TESTIS,
               KHORANA_BLADDER,
               KHORANA_GYNAECOLOGICAL,
               KHORANA_LYMPHOMA,
               KHORANA_LUNG,
               KHORANA_STOMACH,
               KHORANA_PANCREAS,
               KHORANA_SITES
} khorana_site;

enum {
  KHORANA_BY_SITE,
  KHORANA_BY_PLATELETS,
  KHORANA_BY_HB,
  KHORANA_BY_LEUKOCYTES,
  KHORANA_BY_BMI,
  KHORANA_FACTORS
};

typedef struct {
  double site[KHORANA_SITES], esa;             /* points */
  auspex_steps platelets, hb, leukocytes, bmi; /* one number: points */
  auspex_steps band; /* percent with an event in 6 months; word and level */
} khorana_table;

typedef struct {
  khorana_site site;
  double platelets, hb, esa, leukocytes, bmi; /* 10*9/L, g/dL, 0 or 1, kg/m2 */
} khorana_input;

typedef struct {
  double points[KHORANA_FACTORS], score;
  const auspex_step *band;
} khorana_result;

int32_t khorana_read(const void *data, size_t length, void *table,
                     auspex_error *err);
khorana_result khorana_compute(const khorana_table *table,
                               const khorana_input *in);

#endif
