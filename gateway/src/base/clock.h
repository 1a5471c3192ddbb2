/*
 * clock.h - what time it is. The only place that asks the system.
 *
 * Wall time is milliseconds since 1970-01-01T00:00:00Z (int64_t, `_ms`); it is
 * what resources carry. Monotonic time is for durations and deadlines (`_ns`).
 * Threads: all functions may be called from any thread.
 */
#ifndef AX_BASE_CLOCK_H
#define AX_BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

int64_t ax_clock_wall_ms(void);
int64_t ax_clock_mono_ns(void);

/* Makes a condition whose timed waits go by the monotonic clock: wall clocks
 * jump. False: the system has no memory for it. */
bool ax_clock_condition(pthread_cond_t *out);
/* A moment of the monotonic clock as pthread_cond_timedwait() wants it of such
 * a condition. */
struct timespec ax_clock_at(int64_t mono_ns);
/* The moment `ms` milliseconds from now. */
struct timespec ax_clock_after(int64_t ms);

/* Waits; returns early when a signal arrives. */
void ax_clock_sleep_ms(int64_t ms);

#endif
