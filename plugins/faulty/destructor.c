/* Ends the process, and on its way out a destructor crashes. */
#include "faulty.h"

#include <signal.h>
#include <stdlib.h>

__attribute__((destructor)) static void on_the_way_out(void) {
  (void)raise(SIGSEGV);
}

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  exit(0);
}
