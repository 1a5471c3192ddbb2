/*
 * predict_prostate.h - PREDICT Prostate (Thurtle 2019, with BRCA and share of
 * positive cores): death from prostate cancer and from other causes within 1 to
 * 15 years, by treatment. A re-implementation, not the authors' product.
 *
 * predict_prostate.c computes with data/predict-prostate.table;
 * predict_prostate_model.c declares it and writes results.
 */
#ifndef PREDICT_PROSTATE_H
#define PREDICT_PROSTATE_H

#include "auspex_params.h"

enum { PREDICT_PROSTATE_YEARS = 15 };

typedef enum {
  PREDICT_PROSTATE_CONSERVATIVE,
  PREDICT_PROSTATE_RADICAL,
  PREDICT_PROSTATE_ADT, /* androgen deprivation */
  PREDICT_PROSTATE_TREATMENTS
} predict_prostate_treatment;

enum { /* terms; the first seven of death from prostate cancer */
       PREDICT_PROSTATE_BY_AGE,
       PREDICT_PROSTATE_BY_PSA,
       PREDICT_PROSTATE_BY_STAGE,
       PREDICT_PROSTATE_BY_GRADE,
       PREDICT_PROSTATE_BY_TREATMENT,
       PREDICT_PROSTATE_BY_BRCA,
       PREDICT_PROSTATE_BY_CORES,
       PREDICT_PROSTATE_OTHER_BY_AGE,
       PREDICT_PROSTATE_OTHER_BY_CHARLSON,
       PREDICT_PROSTATE_TERMS
};

typedef struct {
  double age[2], psa[2]; /* beta, centre */
  double stage[4], grade[5], treatment[PREDICT_PROSTATE_TREATMENTS], brca;
  double cores[3];      /* beta, added to the percentage, centre */
  double cores_unknown; /* percent */
  double baseline[3];   /* constant, of ln t, of t^3; t in days */
  double other_age[2], other_charlson, other_baseline[3];
} predict_prostate_table;

typedef struct {
  double age, psa;       /* years at diagnosis; ng/mL */
  double stage, grade;   /* cT 1..4; grade group 1..5 */
  double charlson, brca; /* 0 or 1 */
  double cores;          /* percent positive; NaN: unknown */
  predict_prostate_treatment treatment;
} predict_prostate_input;

typedef struct {
  double terms[PREDICT_PROSTATE_TERMS]; /* log-hazard */
  /* After year i + 1, 0..1: dead of prostate cancer, of other causes (these
   * two compete); alive; alive if the other cause did not exist. */
  double cancer[PREDICT_PROSTATE_YEARS], other[PREDICT_PROSTATE_YEARS];
  double alive[PREDICT_PROSTATE_YEARS];
  double net_cancer[PREDICT_PROSTATE_YEARS], net_other[PREDICT_PROSTATE_YEARS];
} predict_prostate_result;

int32_t predict_prostate_read(const void *data, size_t length, void *table,
                              auspex_error *err);
predict_prostate_result
predict_prostate_compute(const predict_prostate_table *table,
                         const predict_prostate_input *in);

#endif
