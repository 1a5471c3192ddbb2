/* Does nothing wrong, and has a name of its own: whom the others must not
 * disturb. */
#define FAULTY_NAME "neighbour"
#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  faulty_answer(out, row, 1);
  return AUSPEX_OK;
}
