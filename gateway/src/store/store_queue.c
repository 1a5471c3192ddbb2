#include "store/store_queue.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "base/log.h"

enum {
  BATCH_MAX = 256,
  QUEUE_MAX = 4096,
  /* A transaction ends with the commit that brings it over this many rows of
   * resources, so that small commits seldom wait behind many larger ones. */
  BATCH_WRITES = 1000,
  /* From here on a commit is written in steps, others' between them. */
  LARGE_WRITES = 1000
};

typedef struct place {
  ax_store_job *job;
  struct place *next;
  sem_t settled; /* its owner waits without the queue's mutex */
} place;

struct ax_store_queue {
  const ax_store_ops *ops;
  ax_store_backend *backend;
  unsigned batch_max, queue_max;
  ax_store_job **batch; /* writer thread only */
  place **places;       /* of the same jobs */

  pthread_mutex_t mutex; /* what follows */
  pthread_cond_t filled;
  pthread_t thread;
  place *first, **last;
  place *large, **last_large; /* one at a time */
  ax_store_queue_stats stats;
  bool closing;
};

/* --- writer thread ---------------------------------------------------------
 */

static size_t take_batch(ax_store_queue *q) {
  size_t n = 0, writes = 0;
  while (q->first && n < q->batch_max && writes < BATCH_WRITES) {
    place *p = q->first;
    q->first = p->next;
    if (!q->first) q->last = &q->first;
    writes += p->job->commit->write_count;
    q->places[n] = p;
    q->batch[n++] = p->job;
  }
  q->stats.waiting -= (unsigned)n;
  return n;
}

/* Waits for jobs, unless there is something else to do; false: closing and none
 * left. */
static bool next_work(ax_store_queue *q, bool idle, size_t *n, place **large) {
  pthread_mutex_lock(&q->mutex);
  while (idle && !q->first && !q->large && !q->closing)
    pthread_cond_wait(&q->filled, &q->mutex);
  *n = take_batch(q);
  *large = q->large;
  bool more = *n || *large || !q->closing;
  pthread_mutex_unlock(&q->mutex);
  return more;
}

/* Not the commit's own fault: the disk, or somebody who locks the file. */
static bool is_trouble(ax_status status) {
  return status == AX_IO || status == AX_FULL || status == AX_UNAVAILABLE;
}

/* Trouble and its end are each told once. */
static void tell(const ax_store_queue *q, size_t n, bool failing) {
  if (failing == q->stats.failing) return;
  if (!failing) {
    ax_log_event(AX_LOG_INFO, "store_recovered", ax_log_int("commits", 1));
    return;
  }
  for (size_t i = 0; i < n; i++) {
    if (!is_trouble(q->batch[i]->status)) continue;
    ax_log_event(AX_LOG_ERROR, "store_failing",
                 ax_log_str("why", ax_str_from(q->batch[i]->err.text)));
    return;
  }
}

/* A place is gone as soon as its owner is woken. */
static void settle(ax_store_queue *q, size_t n, size_t transactions) {
  bool failing = false;
  size_t commits = 0;
  for (size_t i = 0; i < n; i++) {
    commits += q->batch[i]->status == AX_OK;
    failing |= is_trouble(q->batch[i]->status);
  }
  tell(q, n, failing); /* only this thread changes `failing` */
  pthread_mutex_lock(&q->mutex);
  q->stats.transactions += transactions;
  q->stats.commits += commits;
  q->stats.failing = failing;
  pthread_mutex_unlock(&q->mutex);
  for (size_t i = 0; i < n; i++) (void)sem_post(&q->places[i]->settled);
}

static void finish_large(ax_store_queue *q, place *p) {
  size_t transactions = 0;
  pthread_mutex_lock(&q->mutex);
  q->large = p->next;
  if (!q->large) q->last_large = &q->large;
  q->stats.waiting--;
  pthread_mutex_unlock(&q->mutex);
  q->batch[0] = p->job;
  q->places[0] = p;
  if (!p->job->status) transactions = q->ops->run(q->backend, q->batch, 1);
  settle(q, 1, transactions);
}

/* All small ones that wait, then a step of a large one, and so on: neither
 * waits for the whole of the other. */
static void *write_on(void *ctx) {
  ax_store_queue *q = ctx;
  place *large = NULL;
  size_t n = 0;
  bool litter = true; /* perhaps, of the time before */
  while (next_work(q, !litter, &n, &large)) {
    if (n) settle(q, n, q->ops->run(q->backend, q->batch, n));
    bool more = q->ops->step(q->backend, large ? large->job : NULL);
    litter = large || more;
    if (large && !more) finish_large(q, large);
  }
  return NULL;
}

/* --- from any thread -------------------------------------------------------
 */

static ax_status enter(ax_store_queue *q, place *p, ax_error *err) {
  if (q->closing) return ax_error_set(err, AX_UNAVAILABLE, "store: closing");
  if (q->stats.waiting >= q->queue_max)
    return ax_error_set(err, AX_UNAVAILABLE,
                        "store: %u commits are waiting already",
                        q->stats.waiting);
  place ***last = p->job->commit->write_count >= LARGE_WRITES ? &q->last_large
                                                              : &q->last;
  **last = p;
  *last = &p->next;
  q->stats.waiting++;
  pthread_cond_signal(&q->filled); /* only the writer waits for it */
  return AX_OK;
}

ax_status ax_store_queue_push(ax_store_queue *q, ax_store_job *job,
                              ax_error *err) {
  place p = { .job = job };
  (void)sem_init(&p.settled, 0, 0);
  pthread_mutex_lock(&q->mutex);
  ax_status status = enter(q, &p, err);
  pthread_mutex_unlock(&q->mutex);
  while (!status && sem_wait(&p.settled) != 0 && errno == EINTR) {
  }
  (void)sem_destroy(&p.settled);
  if (status) return status;
  if (job->status) return ax_error_set(err, job->status, "%s", job->err.text);
  return AX_OK;
}

void ax_store_queue_look(ax_store_queue *q, ax_store_queue_stats *out) {
  pthread_mutex_lock(&q->mutex);
  *out = q->stats;
  out->waiting_max = q->queue_max;
  pthread_mutex_unlock(&q->mutex);
}

/* --- life ------------------------------------------------------------------
 */

static void free_queue(ax_store_queue *q) {
  pthread_cond_destroy(&q->filled);
  pthread_mutex_destroy(&q->mutex);
  free(q->batch);
  free(q->places);
  free(q);
}

ax_status ax_store_queue_open(const ax_store_ops *ops,
                              ax_store_backend *backend,
                              const ax_store_options *options,
                              ax_store_queue **out, ax_error *err) {
  ax_store_queue *q = calloc(1, sizeof *q);
  if (!q) return AX_NOMEM;
  q->ops = ops;
  q->backend = backend;
  q->batch_max = options->batch_max ? options->batch_max : BATCH_MAX;
  q->queue_max = options->queue_max ? options->queue_max : QUEUE_MAX;
  q->last = &q->first;
  q->last_large = &q->large;
  pthread_mutex_init(&q->mutex, NULL);
  pthread_cond_init(&q->filled, NULL);
  q->batch = calloc(q->batch_max, sizeof *q->batch);
  q->places = calloc(q->batch_max, sizeof *q->places);
  if (!q->batch || !q->places ||
      pthread_create(&q->thread, NULL, write_on, q) != 0) {
    free_queue(q);
    return ax_error_set(err, AX_NOMEM, "store: cannot start the writer thread");
  }
  *out = q;
  return AX_OK;
}

void ax_store_queue_close(ax_store_queue *q) {
  if (!q) return;
  pthread_mutex_lock(&q->mutex);
  q->closing = true;
  pthread_cond_signal(&q->filled);
  pthread_mutex_unlock(&q->mutex);
  pthread_join(q->thread, NULL);
  free_queue(q);
}
