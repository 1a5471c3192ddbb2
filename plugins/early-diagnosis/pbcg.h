/*
 * pbcg.h - PBCG extended 2022 (Neumair 2022): probability of prostate cancer of
 * high grade if a biopsy were taken now. One of 1024 logistic models, chosen by
 * which of ten optional predictors are known: unknown and 0 are not the same.
 *
 * pbcg.c computes with data/pbcg-extended-2022.table; pbcg_model.c declares it
 * and writes results.
 */
#ifndef PBCG_H
#define PBCG_H

#include "auspex_params.h"

enum { /* terms; the optional ones from BY_RACE on in the table's order */
       PBCG_BY_AGE,
       PBCG_BY_PSA,
       PBCG_BY_RACE,
       PBCG_BY_PRIOR_BIOPSY,
       PBCG_BY_DRE,
       PBCG_BY_FAMILY_1,
       PBCG_BY_FAMILY_2,
       PBCG_BY_FAMILY_BREAST,
       PBCG_BY_VOLUME,
       PBCG_BY_ARI,
       PBCG_BY_HISPANIC,
       PBCG_BY_PRIOR_PSA,
       PBCG_TERMS,
       PBCG_OPTIONAL = PBCG_TERMS - PBCG_BY_RACE,
       PBCG_MODELS = 1 << PBCG_OPTIONAL
};

typedef struct {
  double intercept, betas[PBCG_TERMS];
} pbcg_betas;

typedef struct {
  pbcg_betas models[PBCG_MODELS]; /* bit i of the index: optional i is known */
} pbcg_table;

typedef struct {
  double age, psa;                /* years; ng/mL, above 0 */
  double optional[PBCG_OPTIONAL]; /* 0 or 1, volume in mL; NaN: unknown */
} pbcg_input;

typedef struct {
  double terms[PBCG_TERMS]; /* log-odds; 0 where unknown */
  double lp, risk;          /* risk: 0..1 */
  unsigned known;           /* optional predictors used */
} pbcg_result;

int32_t pbcg_read(const void *data, size_t length, void *table,
                  auspex_error *err);
pbcg_result pbcg_compute(const pbcg_table *table, const pbcg_input *in);

#endif
