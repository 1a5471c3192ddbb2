/* Crashes before anybody asked: in a constructor, inside dlopen. */
#include <stdlib.h>

#include "faulty.h"

__attribute__((constructor)) static void early(void) {
  abort();
}

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}
