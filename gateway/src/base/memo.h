/*
 * memo.h - text to pointer, filled bit by bit and read without a lock.
 *
 * For things that are made the first time they are asked for and then stay
 * (compiled schemas, value sets). Nothing is ever removed or replaced.
 *
 * Lifetime: the table and its nodes live in the arena; keys are borrowed.
 * Threads: ax_memo_get from any thread at any time; ax_memo_put by one thread
 * at a time (the caller's mutex). What was written before a put is seen by
 * whoever gets it.
 */
#ifndef AX_BASE_MEMO_H
#define AX_BASE_MEMO_H

#include "base/arena.h"
#include "base/error.h"

typedef struct ax_memo ax_memo;

/* An empty table with a fixed number of chains (a power of two), or NULL. */
ax_memo *ax_memo_new(ax_arena *arena, size_t chains) AX_MUST_USE;

/* The value under `key`, or NULL. */
void *ax_memo_get(const ax_memo *memo, ax_str key);

/* Adds `value` (not NULL) under `key`, which must not be there yet. */
ax_status ax_memo_put(ax_memo *memo, ax_str key, void *value) AX_MUST_USE;

#endif
