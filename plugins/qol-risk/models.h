/*
 * models.h - the models of this module: what each declares, how it scores a
 * row.
 */
#ifndef QOL_RISK_MODELS_H
#define QOL_RISK_MODELS_H

#include "auspex_serve.h"

extern const auspex_model ctcae_model, screeners_model, lipi_model,
    khorana_model, mascc_model, eq5d5l_model, bss_canto_model;

#define SCORE(name)                                                         \
  void name(auspex_writer *w, const void *table, const auspex_batch *batch, \
            uint32_t row)
SCORE(ctcae_score);
SCORE(screeners_score);
SCORE(lipi_score);
SCORE(khorana_score);
SCORE(mascc_score);
SCORE(eq5d5l_score);
SCORE(bss_canto_score);
#undef SCORE

#endif
