/*
 * external.h - passes on a probability that another system computed (an imaging
 * or genomics pipeline): an Observation with its own method and device. Nothing
 * is computed here.
 */
#ifndef EXTERNAL_BIOMARKER_EXTERNAL_H
#define EXTERNAL_BIOMARKER_EXTERNAL_H

#include "auspex_serve.h"

/* name, title, SNOMED CT */
#define EXTERNAL_OUTCOMES(X)                                                   \
  X(PANCREAS, "pancreatic-cancer", "Malignant tumor of pancreas", "363418001") \
  X(LUNG, "lung-cancer", "Malignant tumor of lung", "363358000")               \
  X(BREAST, "breast-cancer", "Malignant neoplasm of breast", "254837009")      \
  X(PROSTATE, "prostate-cancer", "Malignant tumor of prostate", "399068003")   \
  X(LYMPHOMA, "lymphoma", "Malignant lymphoma", "118600007")                   \
  X(DEATH, "death", "Death", "419620001")

enum {
#define X(outcome, name, title, code) EXTERNAL_##outcome,
  EXTERNAL_OUTCOMES(X)
#undef X
      EXTERNAL_OUTCOME_COUNT
};

extern const auspex_model external_model;

void external_score(auspex_writer *w, const void *table,
                    const auspex_batch *batch, uint32_t row);

#endif
