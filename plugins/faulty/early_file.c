/* Reads a file in a constructor, inside dlopen, and refuses to live with it. */
#include <fcntl.h>
#include <stdlib.h>

#include "faulty.h"

__attribute__((constructor)) static void early(void) {
  if (open("/etc/passwd", O_RDONLY) >= 0) abort();
}

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}
