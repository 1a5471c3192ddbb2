/* Text that is not UTF-8. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  faulty_answer(out, row, 1);
  out->text[out->text_count] = (char)0xff;
  out->results[out->result_count - 1].text_first = out->text_count++;
  out->results[out->result_count - 1].text_count = 1;
  return AUSPEX_OK;
}
