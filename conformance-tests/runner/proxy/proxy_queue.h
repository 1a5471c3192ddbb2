/*
 * proxy_queue.h - the exchanges of a client under test, from the threads that
 * serve it to the one that runs a script.
 *
 * In the order in which the requests began. An exchange keeps its place from
 * its beginning and is handed out when it has ended, so a fast answer does not
 * overtake a slow one. There is room for so many exchanges and so many bytes;
 * what does not fit is not kept, and whoever comes to that gap is told so
 * (nothing is left out silently).
 *
 * Threads: any. Memory: each exchange has its own, which goes along with it.
 */
#ifndef AX_PROXY_PROXY_QUEUE_H
#define AX_PROXY_PROXY_QUEUE_H

#include "base/error.h"
#include "run/result.h"

typedef struct ax_proxy_queue ax_proxy_queue;
typedef struct ax_proxy_place ax_proxy_place;

/* NULL: no memory. */
ax_proxy_queue *ax_proxy_queue_new(size_t count_max,
                                   size_t bytes_max) AX_MUST_USE;

/* After all threads have let go of it. NULL is fine. */
void ax_proxy_queue_free(ax_proxy_queue *queue);

/* A request begins: keeps its place, which ax_proxy_queue_end() must be told
 * of. NULL: it is not kept. */
ax_proxy_place *ax_proxy_queue_begin(ax_proxy_queue *queue);

/* It has ended: `exchange` is copied. A NULL place is fine. */
void ax_proxy_queue_end(ax_proxy_queue *queue, ax_proxy_place *place,
                        const ax_result_exchange *exchange);

/*
 * Waits up to `wait_ms` for the next exchange; its memory joins `arena`.
 *   TIMEOUT      none came, or the one that began did not end in time
 *   UNAVAILABLE  the queue is closed and empty
 *   TOO_LARGE    exchanges are missing here; the next call goes on behind them
 */
ax_status ax_proxy_queue_next(ax_proxy_queue *queue, unsigned wait_ms,
                              ax_arena *arena, ax_result_exchange **out,
                              ax_error *err) AX_MUST_USE;

/* Nothing begins any more; whoever waits is woken. */
void ax_proxy_queue_close(ax_proxy_queue *queue);

/* A copy with texts of its own; JSON bodies are parsed anew. NOMEM. */
ax_status ax_proxy_queue_copy(ax_arena *arena, const ax_result_exchange *from,
                              ax_result_exchange *to) AX_MUST_USE;

#endif
