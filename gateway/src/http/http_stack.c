#include "http/http_stack.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { KEPT = 8 * 1024 }; /* below the caller's frame: in use again at once */

void *ax_http_stack_find(void) {
  pthread_attr_t attr;
  void *lowest = NULL;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attr) != 0) return NULL;
  if (pthread_attr_getstack(&attr, &lowest, &size) != 0) lowest = NULL;
  (void)pthread_attr_destroy(&attr);
  return lowest;
}

void ax_http_stack_release(void *lowest) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t from = ((uintptr_t)lowest + page - 1) & ~(page - 1);
  uintptr_t to = ((uintptr_t)__builtin_frame_address(0) - KEPT) & ~(page - 1);
  if (lowest && to > from)
    (void)madvise((char *)lowest + (from - (uintptr_t)lowest), to - from,
                  MADV_DONTNEED);
}
