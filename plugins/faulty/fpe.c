/* Divides by zero. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  volatile int zero = 0, many = 7;
  faulty_answer(out, row, many / zero);
  return AUSPEX_OK;
}
