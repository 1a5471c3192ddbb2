/*
 * worker_proc.h - one worker process: start it, ask it, end it.
 *
 * Whatever it sends is foreign input; every wait has a deadline. A call that
 * does not end in AX_OK or AX_INVALID leaves a worker that nobody may trust any
 * more: end it.
 *
 * Deadlines are monotonic nanoseconds (base/clock.h).
 * Threads: a worker belongs to one thread at a time.
 */
#ifndef AX_SCORING_WORKER_PROC_H
#define AX_SCORING_WORKER_PROC_H

#include "scoring/broker.h"
#include "scoring/feature.h"
#include "scoring/frame_counters.h"
#include "scoring/frame_load.h"

typedef struct ax_worker_proc ax_worker_proc;

/* Starts a worker and has it load the module. INVALID: the module is broken
 * (`err` says how, in the worker's words); TIMEOUT; UNAVAILABLE (it died,
 * `err` says of what, or it cannot be started); CONFLICT (it talks nonsense).
 */
ax_status ax_worker_proc_start(ax_broker *broker, const char *module,
                               const ax_frame_load *order, int64_t deadline_ns,
                               ax_worker_proc **out, ax_error *err) AX_MUST_USE;

/* The payload of its AX_FRAME_MODELS. Valid until the worker is ended. */
ax_str ax_worker_proc_models(const ax_worker_proc *worker);

/* Its process, for tools that look at it from outside. */
int32_t ax_worker_proc_pid(const ax_worker_proc *worker);

/* What its kernel refused to protect it with: AX_SANDBOX_* bits. */
uint32_t ax_worker_proc_refused(const ax_worker_proc *worker);
uint32_t ax_worker_proc_applied(const ax_worker_proc *worker);

/*
 * Scores rows of one model. `answer` receives a checked payload of
 * AX_FRAME_RESULTS, valid until the next call. INVALID: the plug-in declined
 * the batch, the worker is fine. TIMEOUT, UNAVAILABLE (it died), CONFLICT (it
 * answered nonsense), NOMEM: see above.
 */
ax_status ax_worker_proc_score(ax_worker_proc *worker, const ax_model *model,
                               const ax_feature_row *const *rows, size_t count,
                               int64_t deadline_ns, ax_str *answer,
                               ax_error *err) AX_MUST_USE;

/* What the plug-in counted in the last batch. Valid until the next call. */
const ax_frame_counters *ax_worker_proc_counters(const ax_worker_proc *worker);

/* False when it ended, or spoke without being asked. Does not wait. */
bool ax_worker_proc_alive(const ax_worker_proc *worker);

/* Bytes of memory it has in use; 0 when nobody knows. */
uint64_t ax_worker_proc_memory(const ax_worker_proc *worker);

/* Does it answer? */
ax_status ax_worker_proc_ping(ax_worker_proc *worker, int64_t deadline_ns,
                              ax_error *err) AX_MUST_USE;

/* Kills it if need be, frees everything. `how` (may be NULL) receives a
 * sentence of at most `size` bytes about its ending. NULL is fine. */
void ax_worker_proc_end(ax_worker_proc *worker, char *how, size_t size);

#endif
