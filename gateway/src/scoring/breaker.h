/*
 * breaker.h - when to stop asking: a circuit breaker as a small state machine.
 *
 *     CLOSED --PATIENCE strikes in a row--> OPEN --its time is over-->
 * HALF_OPEN ^                                    ^                            |
 *        `------- a probe succeeds ----------(`---- a probe fails ---------'
 *
 * A strike is a worker that is gone without having answered a batch since the
 * last strike. The more often it opens in a row, the longer it stays open.
 *
 * Pure: no clock, no lock. Times are monotonic nanoseconds.
 */
#ifndef AX_SCORING_BREAKER_H
#define AX_SCORING_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum {
  /* A few rows that kill must not keep a module from those that do not. */
  AX_BREAKER_PATIENCE = 8,
  AX_BREAKER_OPEN_MS = 100, /* doubled each time, up to: */
  AX_BREAKER_OPEN_MAX_MS = 10000
};

typedef enum {
  AX_BREAKER_CLOSED,
  AX_BREAKER_OPEN,
  AX_BREAKER_HALF_OPEN /* one probe may go through */
} ax_breaker_state;

typedef struct { /* zeroed: closed */
  ax_breaker_state state;
  unsigned strikes;  /* in a row */
  unsigned openings; /* in a row */
  int64_t until_ns;  /* OPEN */
  uint64_t opened;   /* ever */
} ax_breaker;

/* "closed", "open", "half-open" */
const char *ax_breaker_name(ax_breaker_state state);

/* May something be asked at `now_ns`? An open one whose time is over becomes
 * half-open. */
bool ax_breaker_lets(ax_breaker *breaker, int64_t now_ns);

/* A worker is gone. `hopeless`: it did not even start. */
void ax_breaker_strike(ax_breaker *breaker, bool hopeless, int64_t now_ns);

/* A batch was answered, or a probe. */
void ax_breaker_success(ax_breaker *breaker);

#endif
