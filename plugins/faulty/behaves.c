/* Nothing wrong: the neighbour that must not notice. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  faulty_answer(out, row, 0);
  return AUSPEX_OK;
}
