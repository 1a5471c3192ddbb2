/* Talks to the host past the worker. */
#include <string.h>
#include <unistd.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  char noise[64];
  memset(noise, 0x55, sizeof noise);
  (void)!write(3, noise, sizeof noise);
  faulty_answer(out, row, 1);
  return AUSPEX_OK;
}
