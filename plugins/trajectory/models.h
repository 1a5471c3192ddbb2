/*
 * models.h - the models of this module: what each declares, how it scores a
 * row.
 */
#ifndef TRAJECTORY_MODELS_H
#define TRAJECTORY_MODELS_H

#include "auspex_serve.h"

extern const auspex_model predict_breast_model, predict_prostate_model,
    capra_model, npi_model, ipi_model, nccn_ipi_model, flipi_model, mgps_model,
    albi_model;

#define SCORE(name)                                                         \
  void name(auspex_writer *w, const void *table, const auspex_batch *batch, \
            uint32_t row)
SCORE(predict_breast_score);
SCORE(predict_prostate_score);
SCORE(capra_score);
SCORE(npi_score);
SCORE(ipi_score);
SCORE(nccn_ipi_score);
SCORE(flipi_score);
SCORE(mgps_score);
SCORE(albi_score);
#undef SCORE

#endif
