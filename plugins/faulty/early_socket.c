/* Opens a socket in a constructor, inside dlopen. */
#include <sys/socket.h>

#include "faulty.h"

__attribute__((constructor)) static void early(void) {
  (void)socket(AF_INET, SOCK_STREAM, 0);
}

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}
