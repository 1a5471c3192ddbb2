/* Has the note, but not the function. */
#define FAULTY_NO_MODULE
#undef AUSPEX_EXPORT
#include "faulty.h"

#undef AUSPEX_EXPORT
#define AUSPEX_EXPORT __attribute__((used)) static
#define auspex_module_open hidden_open

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}

AUSPEX_MODULE(faulty_models, 1, faulty_create, NULL, faulty_score, NULL)
