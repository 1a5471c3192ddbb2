/* Logs without end, before it answers. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  for (int i = 0; i < 100000; i++)
    host->log(host->ctx, AUSPEX_LOG_DEBUG, "still here\n");
  faulty_answer(out, row, 1);
  return AUSPEX_OK;
}
