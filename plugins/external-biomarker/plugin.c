/* The module external-biomarker: what other systems computed, with its
 * provenance. */
#include "external.h"

static const auspex_served served[] = {
  { &external_model, NULL, 0, NULL, external_score },
};

static const auspex_model *const models[] = { &external_model };

AUSPEX_SERVE(served, models)
