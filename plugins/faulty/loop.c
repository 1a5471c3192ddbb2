/* Never comes back. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  volatile uint64_t turns = 0;
  while (row != UINT32_MAX) turns++;
  return AUSPEX_OK;
}
