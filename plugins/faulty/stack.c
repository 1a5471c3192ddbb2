/* Recurses until the stack is gone. */

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  volatile char frame[4096];
  frame[0] = (char)row;
  /* Ends only for a row number that no batch reaches. */
  if (row == UINT32_MAX) return frame[0];
  return misbehave(host, batch, row + 1, out) + frame[0];
}
