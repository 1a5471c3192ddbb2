/* Takes all the memory there is, and uses it. */
#include <stdlib.h>
#include <string.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  for (;;) {
    char *more = malloc((size_t)1 << 20);
    if (!more) abort();
    memset(more, 1, (size_t)1 << 20);
  }
}
