/*
 * frame_counters.h - what a plug-in counted in a batch (auspex_host.counter),
 * as the payload of AX_FRAME_COUNTERS.
 *
 * Pure: no I/O. Threads: any; a list belongs to one at a time.
 */
#ifndef AX_SCORING_FRAME_COUNTERS_H
#define AX_SCORING_FRAME_COUNTERS_H

#include "scoring/frame.h"

enum {
  AX_FRAME_COUNTERS_MAX = 32, /* names of one batch */
  AX_FRAME_COUNTER_NAME = 63  /* bytes of a name, without its NUL */
};

typedef struct {
  size_t count;
  struct {
    char name[AX_FRAME_COUNTER_NAME + 1]; /* [a-z_]+, each once */
    double add;
  } items[AX_FRAME_COUNTERS_MAX];
} ax_frame_counters;

/* Adds to the counter `name`. False, and nothing is added, when that is no name
 * of a counter (NULL may be asked), `add` is not finite, or there are too many
 * names. */
bool ax_frame_counters_add(ax_frame_counters *counters, const char *name,
                           double add);

/* Writes the payload of a message that has begun. */
void ax_frame_counters_write(ax_buf *out, const ax_frame_counters *counters);

/* Reads a payload; false, and no counters, when it is malformed. */
bool ax_frame_counters_read(ax_str payload, ax_frame_counters *out);

#endif
