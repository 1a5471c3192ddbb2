/* Becomes another program. */
#include <unistd.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  char name[] = "true";
  char *argv[] = { name, NULL };
  execv("/bin/true", argv);
  return AUSPEX_E_INTERNAL;
}
