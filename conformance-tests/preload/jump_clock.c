/* Preloaded into a gateway under test: its wall clock is as many seconds off as
 * the file named by AUSPEX_JUMP says. Monotonic time is left alone, as by a
 * system whose clock is set. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

long syscall(long number, ...);

static long offset(void) {
  const char *path = getenv("AUSPEX_JUMP");
  FILE *file = path ? fopen(path, "r") : NULL;
  long seconds = 0;
  if (!file) return 0;
  if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; /* NOLINT */
  (void)fclose(file);
  return seconds;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
  long failed = syscall(SYS_clock_gettime, clock, out);
  if (!failed && clock == CLOCK_REALTIME) out->tv_sec += offset();
  return (int)failed;
}
