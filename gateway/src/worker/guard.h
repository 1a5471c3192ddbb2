/*
 * guard.h - a batch as the author's tools hand it over: each array ends where a
 * page begins that may not be touched, and what is only to be read cannot be
 * written. A plug-in that goes one cell too far dies there instead of reading
 * whatever lies behind, and one that begins too early reads another number
 * each time; a gateway's worker spares itself the time.
 *
 * Threads: one.
 */
#ifndef AX_WORKER_GUARD_H
#define AX_WORKER_GUARD_H

#include "scoring/frame_batch.h"

enum { AX_GUARD_ARRAYS = 24 };

typedef struct {
  struct {
    void *at;
    size_t size;
  } areas[AX_GUARD_ARRAYS];
  size_t count;
  unsigned turn;
} ax_guard;

/* Puts the arrays of the batch and of its output into areas of their own, until
 * the next one comes. False: no memory; the batch is not to be used. */
bool ax_guard_batch(ax_guard *guard, ax_frame_batch *batch);

/* The same for what the plug-in's variables find on the stack; right before it
 * is called. */
void ax_guard_stack(const ax_guard *guard);

/* From here on fresh memory holds `fill`, and freed memory something else, so
 * that what nobody has set is not zero by chance. */
void ax_guard_memory(unsigned char fill);

#endif
