/*
 * dates.h - samples whose dates move with today: what deploy/fill-dates.sh
 * does, for tests.
 */
#ifndef AX_CONFORMANCE_DATES_H
#define AX_CONFORMANCE_DATES_H

#include <stdint.h>

#include "base/arena.h"

/* `text` with {{today}}, {{today-40d}}, {{today+3d}} turned into days counted
 * from the UTC day of `now_ms`. Fails the test without memory. */
ax_str dates_fill(ax_arena *arena, ax_str text, int64_t now_ms);

/* The file fhir-profiles/examples/`name` below $AUSPEX_ROOT, filled for the
 * system's today. Fails the test when it cannot be read. */
ax_str dates_sample(ax_arena *arena, const char *name);

#endif
