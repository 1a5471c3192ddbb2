/* Writes past the end of its memory, on and on, and gives it back. */
#include "faulty.h"

#include <stdlib.h>

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  char *block = malloc(24);
  volatile char *at = block;
  if (!block) abort();
  for (size_t i = 0; i < (size_t)1 << 30; i++) at[i] = 0x5a;
  free(block);
  return AUSPEX_OK;
}
