/*
 * worker_pool.h - the workers of one module: one that scores and a spare that
 * is already warm.
 *
 * Who calls ax_worker_pool_score while nobody else talks to the worker takes
 * everything that waits for the same model along as one batch; the others wait
 * for their part of its answer. Nothing is delayed to make batches larger.
 *
 * A worker that dies, misses the deadline or answers nonsense is replaced by
 * the spare, and the rows of its batch are tried once more, one by one, so that
 * only the row that did the harm fails. A row against which there is a strike
 * (poison.h) is never asked together with others, and one with two is not asked
 * at all, so that no row ends a third worker, whatever happens between. A
 * thread of the pool starts new spares; while workers keep dying without having
 * scored anything the circuit opens (breaker.h): rows are turned away at once,
 * until a fresh worker has passed the probe. A worker whose memory grows is
 * replaced between two batches.
 *
 * Threads: any; one private lock, never held while talking to a worker.
 */
#ifndef AX_SCORING_WORKER_POOL_H
#define AX_SCORING_WORKER_POOL_H

#include "base/arena.h"
#include "scoring/breaker.h"
#include "scoring/poison.h"
#include "scoring/result.h"
#include "scoring/worker_proc.h"

typedef struct ax_worker_pool ax_worker_pool;

typedef struct {
  const char *module;  /* its name; must outlive the pool */
  ax_frame_load order; /* descriptors stay the caller's */
  int64_t start_ms;    /* to load */
  int64_t batch_ms;    /* for one batch */
  unsigned queue_max;  /* rows waiting; more are turned away */
  uint64_t grow_max;   /* bytes a worker may grow before it is replaced; 0: any
                          number */
  /* Asks a fresh worker what it must know, after the circuit was open; NULL:
   * the next batch decides. [keeper thread] */
  ax_status (*probe)(void *ctx, ax_worker_proc *worker, ax_error *err);
  /* What the plug-in counted in a batch of the model; NULL: nobody asks. [the
   * thread that leads the batch] */
  void (*counted)(void *ctx, const ax_model *model, const char *name,
                  double add);
  void *ctx;
  /* What is held against rows, and the version whose rows they are; both must
   * outlive the pool. NULL: the pool keeps count for itself. */
  ax_poison *poison;
  const char *version;
} ax_worker_pool_options;

typedef struct {
  bool broken, running;
  char detail[240];
  uint64_t starts, deaths, batches, rows, retried, failed, recycled;
  ax_breaker_state breaker;
  uint64_t opened; /* how often the circuit opened */
  unsigned waiting;
  uint32_t applied, refused; /* what protects its workers: AX_SANDBOX_* */
  int64_t start_us;          /* what starting the newest worker took */
} ax_worker_pool_stats;

/* Starts the pool's thread, which starts the first worker. NOMEM, IO. */
ax_status ax_worker_pool_new(ax_broker *broker,
                             const ax_worker_pool_options *options,
                             ax_worker_pool **out, ax_error *err) AX_MUST_USE;

/* Waits until the first worker has loaded: `models` (valid as long as the pool)
 * is what it declares. INVALID, TIMEOUT, UNAVAILABLE: the module is broken; no
 * other worker of it will be started. */
ax_status ax_worker_pool_models(ax_worker_pool *pool, ax_str *models,
                                ax_error *err) AX_MUST_USE;

/*
 * Scores a row. INVALID: it failed twice, `err` says how; TIMEOUT: its turn did
 * not come before `deadline_ns`; UNAVAILABLE: no worker can be had now, or too
 * many rows wait; NOMEM.
 */
ax_status ax_worker_pool_score(ax_worker_pool *pool, ax_arena *arena,
                               const ax_model *model, const ax_feature_row *row,
                               int64_t deadline_ns, ax_results *out,
                               ax_error *err) AX_MUST_USE;

typedef struct {
  ax_results results;
  int64_t queue_us; /* until its batch began */
  bool killed;      /* INVALID: two workers ended over it (it was not just
                       declined) */
} ax_worker_pool_answer;

/* The same, and what it was like. */
ax_status ax_worker_pool_ask(ax_worker_pool *pool, ax_arena *arena,
                             const ax_model *model, const ax_feature_row *row,
                             int64_t deadline_ns, ax_worker_pool_answer *out,
                             ax_error *err) AX_MUST_USE;

void ax_worker_pool_look(ax_worker_pool *pool, ax_worker_pool_stats *out);

/* No call may be under way. NULL is fine. */
void ax_worker_pool_free(ax_worker_pool *pool);

#endif
