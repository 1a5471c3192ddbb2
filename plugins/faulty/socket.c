/* Opens a socket. */
#include <sys/socket.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  faulty_answer(out, row, socket(AF_INET, SOCK_STREAM, 0));
  return AUSPEX_OK;
}
