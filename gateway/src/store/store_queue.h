/*
 * store_queue.h - group commit: many threads hand in commits, one writer
 * thread takes all that wait and makes one batch of them. Large ones stand in a
 * queue of their own: after each batch one step of the first of them is done.
 *
 * Threads: push from any; open and close from one.
 */
#ifndef AX_STORE_STORE_QUEUE_H
#define AX_STORE_STORE_QUEUE_H

#include "store/store_backend.h"

typedef struct ax_store_queue ax_store_queue;

typedef struct {
  uint64_t commits, transactions;
  unsigned waiting, waiting_max;
  bool failing;
} ax_store_queue_stats;

/* Starts the writer thread over a backend that outlives the queue. */
ax_status ax_store_queue_open(const ax_store_ops *ops,
                              ax_store_backend *backend,
                              const ax_store_options *options,
                              ax_store_queue **out, ax_error *err) AX_MUST_USE;

/* Refuses new jobs, finishes the waiting ones, ends the thread. NULL is fine.
 */
void ax_store_queue_close(ax_store_queue *queue);

/* Hands in a job and waits until it is settled; its status says how. */
ax_status ax_store_queue_push(ax_store_queue *queue, ax_store_job *job,
                              ax_error *err) AX_MUST_USE;

void ax_store_queue_look(ax_store_queue *queue, ax_store_queue_stats *out);

#endif
