/* Writes through a wild pointer. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  static volatile uintptr_t wild = 8;
  *(volatile int *)wild = 1;
  return AUSPEX_OK;
}
