/* Offers nothing. */
#define FAULTY_NO_MODULE
#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}

AUSPEX_MODULE(faulty_models, 0, faulty_create, NULL, faulty_score, NULL)
