/* Answers for a row that it was not asked about. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  faulty_answer(out, row, 1);
  out->results[out->result_count - 1].row = 4000000;
  return AUSPEX_OK;
}
