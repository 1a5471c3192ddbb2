/* Claims more results than there was room for. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  out->result_count = UINT32_MAX;
  return AUSPEX_OK;
}
