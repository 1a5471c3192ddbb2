/* Starts threads without end. */
#include "faulty.h"

#include <pthread.h>
#include <unistd.h>

static void *wait_for_ever(void *nothing) {
  for (;;) pause();
  return nothing;
}

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  pthread_t thread;
  while (pthread_create(&thread, NULL, wait_for_ever, NULL) == 0) continue;
  faulty_answer(out, row, 0);
  return AUSPEX_OK;
}
