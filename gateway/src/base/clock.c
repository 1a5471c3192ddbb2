#include "base/clock.h"

static int64_t read_clock(clockid_t which, int64_t per_second) {
  struct timespec now;
  (void)clock_gettime(which, &now); /* cannot fail for these two clocks */
  return (int64_t)now.tv_sec * per_second +
         (int64_t)now.tv_nsec / (1000000000 / per_second);
}

int64_t ax_clock_wall_ms(void) {
  return read_clock(CLOCK_REALTIME, 1000);
}

int64_t ax_clock_mono_ns(void) {
  return read_clock(CLOCK_MONOTONIC, 1000000000);
}

bool ax_clock_condition(pthread_cond_t *out) {
  pthread_condattr_t monotonic;
  if (pthread_condattr_init(&monotonic) != 0) return false;
  bool made = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(out, &monotonic) == 0;
  (void)pthread_condattr_destroy(&monotonic);
  return made;
}

struct timespec ax_clock_at(int64_t mono_ns) {
  return (struct timespec){ .tv_sec = (time_t)(mono_ns / 1000000000),
                            .tv_nsec = (long)(mono_ns % 1000000000) };
}

struct timespec ax_clock_after(int64_t ms) {
  return ax_clock_at(ax_clock_mono_ns() + ms * 1000000);
}

void ax_clock_sleep_ms(int64_t ms) {
  if (ms <= 0) return;
  struct timespec pause = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
  (void)nanosleep(&pause, NULL);
}
