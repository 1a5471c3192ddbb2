/* Built for an ABI that is to come. */
#define FAULTY_NO_MODULE
#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}

#undef AUSPEX_ABI
#define AUSPEX_ABI ((99u << 16) | 7u)
AUSPEX_MODULE(faulty_models, 1, faulty_create, NULL, faulty_score, NULL)
