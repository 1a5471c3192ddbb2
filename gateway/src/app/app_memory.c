#include "app/app_memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

/* What the C library reads once, before main. */
#define TUNABLES "GLIBC_TUNABLES"
#define FEW_KEPT "glibc.malloc.tcache_count=1"

enum {
  HEAPS = 4,              /* a few cores' worth; most calls need no lock */
  LARGE = 256 * 1024,     /* from here on a block is the system's own */
  KEPT_FREE = 1024 * 1024 /* at the end of a heap */
};

void ax_app_memory_begin(char **argv) {
  if (!getenv(TUNABLES) && setenv(TUNABLES, FEW_KEPT, 1) == 0)
    (void)execv("/proc/self/exe", argv); /* else it goes on as it is */
}

void ax_app_memory_settle(void) {
#ifdef M_ARENA_MAX
  (void)mallopt(M_ARENA_MAX, HEAPS);
#endif
  (void)mallopt(M_MMAP_THRESHOLD, LARGE);
  (void)mallopt(M_TRIM_THRESHOLD, KEPT_FREE);
}
