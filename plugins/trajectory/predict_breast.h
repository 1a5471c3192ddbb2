/*
 * predict_breast.h - PREDICT-style re-implementation of PREDICT Breast version
 * 3.2: death from breast cancer and from other causes within 1 to 15 years
 * after surgery, by treatment. It is not the authors' product.
 *
 * predict_breast.c computes with data/predict-breast.table;
 * predict_breast_model.c declares it and writes results.
 */
#ifndef PREDICT_BREAST_H
#define PREDICT_BREAST_H

#include "auspex_params.h"

enum { PREDICT_BREAST_YEARS = 15, PREDICT_BREAST_UNKNOWN = 9 };

enum { /* terms of death from breast cancer, then of other causes */
       PREDICT_BREAST_BY_AGE,
       PREDICT_BREAST_BY_SIZE,
       PREDICT_BREAST_BY_NODES,
       PREDICT_BREAST_BY_GRADE,
       PREDICT_BREAST_BY_DETECTION,
       PREDICT_BREAST_BY_HER2, /* of the first year */
       PREDICT_BREAST_BY_KI67,
       PREDICT_BREAST_BY_PR,
       PREDICT_BREAST_OTHER_BY_AGE,
       PREDICT_BREAST_OTHER_BY_SMOKING,
       PREDICT_BREAST_TERMS
};

typedef struct { /* of one ER status */
  double age[2], size, nodes, grade, screen, year;
  double her2_positive[PREDICT_BREAST_YEARS],
      her2_negative[PREDICT_BREAST_YEARS];
  double ki67[2], pr[2]; /* negative, positive */
  double adjustment;
  double baseline[4]; /* constant, two betas, exponent of t / 10 */
} predict_breast_status;

typedef struct {
  predict_breast_status er[2]; /* negative, positive */
  double screen_unknown, grade_unknown, year;
  double other_age[2], other_year, other_baseline[3], other_adjustment;
  double smoking[2]; /* share of smokers, their relative hazard */
  /* treatments: log-hazard of death from breast cancer */
  double chemo[2];                     /* second, third generation */
  double hormone, hormone_extended[2]; /* extra, from which year on */
  double trastuzumab, bisphosphonate, radiotherapy; /* the last: hazard ratio */
  double other_chemo, other_per_gy;                 /* hazard ratios */
} predict_breast_table;

typedef struct {
  double age;             /* years, above 24 */
  double screen;          /* 0 clinical, 1 screening, 2 unknown */
  double size, nodes;     /* mm, from 1 on; 0.5: micrometastases only */
  double grade;           /* 1..3; 9 unknown */
  int er, her2, ki67, pr; /* 0, 1; 9 unknown, not for er */
  double smoker;          /* 0 or 1 */
} predict_breast_input;

typedef struct {
  int chemo; /* 0, 2, 3: generation */
  int hormone, extended, trastuzumab, bisphosphonate, radiotherapy; /* 0, 1 */
  double heart_gy; /* mean dose of the heart, with radiotherapy */
} predict_breast_arm;

typedef struct {
  double terms[PREDICT_BREAST_TERMS]; /* log-hazard */
  /* After year i + 1, 0..1. */
  double alive[PREDICT_BREAST_YEARS];
  double cancer[PREDICT_BREAST_YEARS], other[PREDICT_BREAST_YEARS]; /* dead */
} predict_breast_result;

int32_t predict_breast_read(const void *data, size_t length, void *table,
                            auspex_error *err);
predict_breast_result predict_breast_compute(const predict_breast_table *table,
                                             const predict_breast_input *in,
                                             const predict_breast_arm *arm);

#endif
