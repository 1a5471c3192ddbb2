/* Starts a thread. */
#include <pthread.h>

#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  static pthread_t thread;
  if (pthread_create(&thread, NULL, (void *(*)(void *))(uintptr_t)misbehave,
                     NULL))
    return AUSPEX_E_INTERNAL;
  return AUSPEX_OK;
}
