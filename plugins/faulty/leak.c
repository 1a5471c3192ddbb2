/* Never frees what a row took: 16 MB each. */
#include <stdlib.h>
#include <string.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  char *more = malloc((size_t)16 << 20);
  if (!more) abort();
  memset(more, 1, (size_t)16 << 20);
  faulty_answer(out, row, more[row]);
  return AUSPEX_OK;
}
