/* Starts a process. */
#include <unistd.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  pid_t child = fork();
  if (child == 0) _exit(0);
  faulty_answer(out, row, (double)child);
  return AUSPEX_OK;
}
