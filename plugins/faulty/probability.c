/* A probability in percent instead of 0..1. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  faulty_answer(out, row, 1);
  out->results[out->result_count - 1].probability = 37;
  return AUSPEX_OK;
}
