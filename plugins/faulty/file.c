/* Reads a file: answers 1 when it could, 0 when not. */
#include <fcntl.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  faulty_answer(out, row, open("/etc/passwd", O_RDONLY) >= 0);
  return AUSPEX_OK;
}
