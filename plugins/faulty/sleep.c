/* Waits for something that never comes. */
#include <unistd.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  while (row != UINT32_MAX) pause();
  return AUSPEX_OK;
}
