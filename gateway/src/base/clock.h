/*
 * clock.h - what time it is. The only place that asks the system.
 *
 * Wall time is milliseconds since 1970-01-01T00:00:00Z (int64_t, `_ms`); it is
 * what resources carry. Monotonic time is for durations and deadlines (`_ns`).
 * Threads: all functions may be called from any thread.
 */
#ifndef AX_BASE_CLOCK_H
#define AX_BASE_CLOCK_H

#include <stdint.h>

int64_t ax_clock_wall_ms(void);
int64_t ax_clock_mono_ns(void);

/* Waits; returns early when a signal arrives. */
void ax_clock_sleep_ms(int64_t ms);

#endif
