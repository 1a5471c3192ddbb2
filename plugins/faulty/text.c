/* Text far longer than there was room for. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  faulty_answer(out, row, 1);
  out->results[out->result_count - 1].text_first = 3;
  out->results[out->result_count - 1].text_count = UINT32_MAX - 1;
  return AUSPEX_OK;
}
