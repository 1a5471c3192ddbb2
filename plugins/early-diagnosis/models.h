/*
 * models.h - the models of this module: what each declares, how it scores a
 * row.
 */
#ifndef EARLY_DIAGNOSIS_MODELS_H
#define EARLY_DIAGNOSIS_MODELS_H

#include "auspex_serve.h"

extern const auspex_model plcom2012_model, brock_nodule_model, pbcg_model,
    germline_model;

void plcom2012_score(auspex_writer *w, const void *table,
                     const auspex_batch *batch, uint32_t row);
void brock_nodule_score(auspex_writer *w, const void *table,
                        const auspex_batch *batch, uint32_t row);
void pbcg_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                uint32_t row);
void germline_score(auspex_writer *w, const void *table,
                    const auspex_batch *batch, uint32_t row);

#endif
