/* Takes a minute to load. */
#include <unistd.h>

#include "faulty.h"

__attribute__((constructor)) static void early(void) {
  for (int i = 0; i < 60; i++) sleep(1);
}

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}
