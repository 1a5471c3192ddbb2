#include "scoring/worker_pool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "scoring/frame_batch.h"

enum {
  CHECK_MS = 1000, /* how often a worker's memory is looked at */
  IDLE_TRIES = 4
};

typedef enum { WAITING, TAKEN, DONE } job_state;

typedef struct job { /* on the stack of the thread that waits for it */
  struct job *next;
  pthread_cond_t turn; /* its state changed, or it may lead */
  job_state state;
  ax_arena *arena; /* used by the leader while TAKEN */
  const ax_model *model;
  const ax_feature_row *row;
  ax_worker_pool_answer *out;
  int64_t queued_ns;
  ax_error *err;
  ax_status status;
} job;

struct ax_worker_pool {
  ax_broker *broker;
  ax_worker_pool_options options;
  pthread_t keeper;
  pthread_mutex_t lock;
  pthread_cond_t need;  /* the keeper has something to do */
  pthread_cond_t ready; /* a spare is there, or the module is broken */
  bool stopping, busy, starting;
  ax_worker_proc *active, *spare;
  job *first, *last;
  unsigned waiting;
  ax_poison *poison, *own_poison;
  ax_breaker breaker;
  uint64_t rss_base; /* of the active worker when it began; its leader's */
  int64_t rss_next_ns;
  ax_buf models;    /* what the first worker declared; all others must */
  ax_status broken; /* why not, with stats.detail */
  ax_worker_pool_stats stats;
};

static int64_t ns_of_ms(int64_t ms) {
  return ms * 1000000;
}

/* --- the keeper: starts spares
 * ------------------------------------------------
 */

/* A new worker must declare what the first one did. */
static ax_status same_models(ax_worker_pool *p, ax_worker_proc *w,
                             ax_error *err) {
  ax_str models = ax_worker_proc_models(w);
  if (!p->models.len) {
    ax_buf_append(&p->models, models);
    return p->models.status;
  }
  if (ax_str_eq(ax_buf_view(&p->models), models)) return AX_OK;
  return ax_error_set(err, AX_CONFLICT,
                      "it declares other models than its first worker");
}

/* Starts one, and after an open circuit asks it what it must know. */
static ax_status start_one(ax_worker_pool *p, bool probe, ax_worker_proc **out,
                           int64_t *took_us, ax_error *err) {
  int64_t begun = ax_clock_mono_ns();
  ax_status status =
      ax_worker_proc_start(p->broker, p->options.module, &p->options.order,
                           begun + ns_of_ms(p->options.start_ms), out, err);
  *took_us = (ax_clock_mono_ns() - begun) / 1000;
  if (status || !probe || !p->options.probe) return status;
  return p->options.probe(p->options.ctx, *out, err);
}

/* Called with the lock: no worker came of it. */
static void not_started(ax_worker_pool *p, bool first, ax_status status,
                        const ax_error *err) {
  if (first) p->broken = status;
  (void)snprintf(p->stats.detail, sizeof p->stats.detail, "%s", err->text);
  ax_breaker_strike(&p->breaker, true, ax_clock_mono_ns());
  if (!first) /* whoever waits for the first one says what came of it */
    ax_log_event(AX_LOG_ERROR, "worker_not_started",
                 ax_log_str("module", ax_str_from(p->options.module)),
                 ax_log_str("why", ax_str_from(err->text)));
}

/* Called with the lock, which is given up while the worker starts. */
static void start_spare(ax_worker_pool *p) {
  ax_worker_proc *w = NULL;
  ax_error err = { 0 };
  int64_t took_us = 0;
  bool probe = p->breaker.state == AX_BREAKER_HALF_OPEN;
  p->starting = true;
  pthread_mutex_unlock(&p->lock);
  ax_status status = start_one(p, probe, &w, &took_us, &err);
  pthread_mutex_lock(&p->lock);
  p->starting = false;
  p->stats.starts++;
  p->stats.start_us = took_us;
  if (!status) status = same_models(p, w, &err);
  if (!status && !probe && p->breaker.state != AX_BREAKER_CLOSED) {
    ax_worker_proc_end(w, NULL, 0); /* the circuit opened meanwhile */
  } else if (!status) {
    p->stats.applied = ax_worker_proc_applied(w);
    p->stats.refused = ax_worker_proc_refused(w);
    p->spare = w;
    if (probe && p->options.probe) ax_breaker_success(&p->breaker);
  } else {
    if (w) ax_worker_proc_end(w, NULL, 0);
    not_started(p, p->stats.starts == 1, status, &err);
  }
  pthread_cond_broadcast(&p->ready);
}

static void *keep(void *pool) {
  ax_worker_pool *p = pool;
  pthread_mutex_lock(&p->lock);
  while (!p->stopping && !p->broken) {
    if (p->spare) {
      pthread_cond_wait(&p->need, &p->lock);
    } else if (ax_breaker_lets(&p->breaker, ax_clock_mono_ns())) {
      start_spare(p);
    } else {
      struct timespec until = ax_clock_at(p->breaker.until_ns);
      (void)pthread_cond_timedwait(&p->need, &p->lock, &until);
    }
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

/* --- the leader: talks to the worker
 * -------------------------------------------
 */

/* Ends the active worker and writes down why. */
static void drop_worker(ax_worker_pool *p, ax_status status, ax_error *why) {
  char how[120];
  ax_worker_proc *dead = p->active; /* only the leader touches it */
  ax_worker_proc_end(dead, how, sizeof how);
  if (status == AX_UNAVAILABLE)
    (void)snprintf(why->text, sizeof why->text, "the worker %s", how);
  pthread_mutex_lock(&p->lock);
  p->active = NULL;
  p->stats.deaths++;
  (void)snprintf(p->stats.detail, sizeof p->stats.detail, "%s", why->text);
  ax_breaker_strike(&p->breaker, false, ax_clock_mono_ns());
  /* Whoever comes next is to be probed first. */
  ax_worker_proc *unproven = NULL;
  if (p->breaker.state == AX_BREAKER_OPEN) {
    unproven = p->spare;
    p->spare = NULL;
  }
  pthread_cond_signal(&p->need);
  pthread_mutex_unlock(&p->lock);
  ax_worker_proc_end(unproven, NULL, 0);
  ax_log_event(AX_LOG_WARN, "worker_ended",
               ax_log_str("module", ax_str_from(p->options.module)),
               ax_log_str("why", ax_str_from(why->text)),
               ax_log_str("how", ax_str_from(how)));
}

/* Waits for a spare, as long as one may come soon. Called with the lock. */
static void wait_for_spare(ax_worker_pool *p) {
  int64_t now = ax_clock_mono_ns();
  struct timespec until = ax_clock_at(now + ns_of_ms(p->options.start_ms));
  int late = 0;
  while (!p->spare && !late && !p->stopping && !p->broken) {
    if (!p->starting && !ax_breaker_lets(&p->breaker, ax_clock_mono_ns()))
      return;
    late = pthread_cond_timedwait(&p->ready, &p->lock, &until);
  }
}

/* Called with the lock: the spare is the active one from now on. */
static void take_spare(ax_worker_pool *p) {
  p->active = p->spare;
  p->spare = NULL;
  p->rss_base = 0;
  pthread_cond_signal(&p->need);
}

/* Makes the spare the active one when there is none. */
static ax_status promote(ax_worker_pool *p, ax_error *err) {
  ax_status status = AX_OK;
  pthread_mutex_lock(&p->lock);
  if (!p->active) wait_for_spare(p);
  if (!p->active && p->spare) {
    take_spare(p);
  }
  if (!p->active)
    status = ax_error_set(err, AX_UNAVAILABLE,
                          "no worker of module '%s' is ready (circuit %s): %s",
                          p->options.module, ax_breaker_name(p->breaker.state),
                          p->stats.detail);
  pthread_mutex_unlock(&p->lock);
  return status;
}

/* A living worker to ask. One that died while idle (memory ran out elsewhere)
 * is no fault of the rows that come now. */
static ax_status have_worker(ax_worker_pool *p, ax_error *err) {
  for (int tries = 0; tries < IDLE_TRIES; tries++) {
    AX_TRY(promote(p, err));
    if (ax_worker_proc_alive(p->active)) return AX_OK;
    ax_error why = { 0 };
    drop_worker(p, AX_UNAVAILABLE, &why);
  }
  return ax_error_set(err, AX_UNAVAILABLE, "workers of module '%s' keep dying",
                      p->options.module);
}

/* --- growth ------------------------------------------------------------------
 */

/* Has the active worker grown too much? Looked at now and then only. */
static bool has_grown(ax_worker_pool *p) {
  int64_t now = ax_clock_mono_ns();
  if (!p->options.grow_max || now < p->rss_next_ns) return false;
  p->rss_next_ns = now + ns_of_ms(p->rss_base ? CHECK_MS : 0);
  uint64_t rss = ax_worker_proc_memory(p->active);
  if (!p->rss_base) p->rss_base = rss;
  return rss > p->rss_base + p->options.grow_max;
}

/* Between two batches, when a spare is there to go on with. */
static void recycle(ax_worker_pool *p) {
  pthread_mutex_lock(&p->lock);
  ax_worker_proc *old = p->spare ? p->active : NULL;
  if (old) {
    take_spare(p);
    p->stats.recycled++;
  }
  pthread_mutex_unlock(&p->lock);
  if (!old) return;
  ax_worker_proc_end(old, NULL, 0);
  ax_log_event(AX_LOG_INFO, "worker_recycled",
               ax_log_str("module", ax_str_from(p->options.module)));
}

static void tell_counters(ax_worker_pool *p, const ax_model *model) {
  const ax_frame_counters *c = ax_worker_proc_counters(p->active);
  for (size_t i = 0; p->options.counted && i < c->count; i++)
    p->options.counted(p->options.ctx, model, c->items[i].name,
                       c->items[i].add);
}

static void hand_out(job *const *jobs, size_t count, ax_str answer) {
  for (size_t i = 0; i < count; i++)
    jobs[i]->status = ax_frame_batch_results(
        jobs[i]->arena, answer, (uint32_t)i, &jobs[i]->out->results);
}

/* Asks once. On failure the jobs are untouched and `why` says what happened;
 * INVALID: this batch; UNAVAILABLE with `*tried` false: nobody to ask. */
static ax_status ask(ax_worker_pool *p, job *const *jobs, size_t count,
                     bool *tried, ax_error *why) {
  const ax_feature_row *rows[AX_MODEL_BATCH];
  for (size_t i = 0; i < count; i++) rows[i] = jobs[i]->row;
  *tried = false;
  *why = (ax_error){ 0 };
  AX_TRY(have_worker(p, why));
  *tried = true;
  ax_str answer;
  ax_status status = ax_worker_proc_score(
      p->active, jobs[0]->model, rows, count,
      ax_clock_mono_ns() + ns_of_ms(p->options.batch_ms), &answer, why);
  if (!status) hand_out(jobs, count, answer);
  if (status == AX_OK || status == AX_INVALID) {
    tell_counters(p, jobs[0]->model);
    pthread_mutex_lock(&p->lock);
    ax_breaker_success(&p->breaker);
    p->stats.batches++;
    pthread_mutex_unlock(&p->lock);
    if (has_grown(p)) recycle(p);
  } else {
    drop_worker(p, status, why);
  }
  return status;
}

/* --- rows that may do harm ---------------------------------------------------
 */

static ax_str key_of(const ax_worker_pool *p, const job *j,
                     char key[AX_POISON_KEY + 1]) {
  ax_poison_key(p->options.version ? p->options.version : "", j->model, j->row,
                key);
  return (ax_str){ key, AX_POISON_KEY };
}

static unsigned strikes_of(const ax_worker_pool *p, const job *j) {
  char key[AX_POISON_KEY + 1];
  if (!ax_poison_suspects(p->poison)) return 0;
  return ax_poison_strikes(p->poison, key_of(p, j, key));
}

static void acquit(const ax_worker_pool *p, const job *j) {
  char key[AX_POISON_KEY + 1];
  if (ax_poison_suspects(p->poison))
    ax_poison_acquit(p->poison, key_of(p, j, key));
}

/* A worker ended over these: one strike against each, once for the same values.
 */
static void strike(const ax_worker_pool *p, job *const *jobs, size_t count) {
  char keys[AX_MODEL_BATCH][AX_POISON_KEY + 1];
  for (size_t i = 0; i < count; i++) {
    bool again = false;
    ax_str key = key_of(p, jobs[i], keys[i]);
    for (size_t k = 0; k < i && !again; k++)
      again = memcmp(keys[k], keys[i], AX_POISON_KEY) == 0;
    if (!again) ax_poison_strike(p->poison, key);
  }
}

static void give_up(job *j, const ax_error *why) {
  j->out->killed = true;
  j->status = ax_error_set(j->err, AX_INVALID, "%s",
                           why->text[0] ? why->text
                                        : "the same values ended two workers");
}

/* Alone, until it is answered or has ended two workers in all. */
static void ask_alone(ax_worker_pool *p, job *j) {
  ax_error why = { 0 };
  bool tried;
  while (strikes_of(p, j) < AX_POISON_STRIKES) {
    ax_status status = ask(p, &j, 1, &tried, &why);
    if (!status) {
      acquit(p, j);
      return;
    }
    if (!tried || status == AX_INVALID) {
      j->status = ax_error_set(j->err, status, "%s", why.text);
      return;
    }
    strike(p, &j, 1);
  }
  give_up(j, &why);
}

/* The second try of a batch that failed. */
static void ask_each(ax_worker_pool *p, job *const *jobs, size_t count) {
  pthread_mutex_lock(&p->lock);
  p->stats.retried += count;
  pthread_mutex_unlock(&p->lock);
  for (size_t i = 0; i < count; i++) ask_alone(p, jobs[i]);
}

static void ask_together(ax_worker_pool *p, job *const *jobs, size_t count) {
  ax_error why;
  bool tried;
  if (!count) return;
  ax_status status = ask(p, jobs, count, &tried, &why);
  if (!status) return;
  if (tried) {
    if (status != AX_INVALID) strike(p, jobs, count);
    ask_each(p, jobs, count);
    return;
  }
  for (size_t i = 0; i < count; i++)
    jobs[i]->status = ax_error_set(jobs[i]->err, status, "%s", why.text);
}

static void run(ax_worker_pool *p, job *const *jobs, size_t count) {
  job *innocent[AX_MODEL_BATCH];
  size_t innocents = 0;
  for (size_t i = 0; i < count; i++)
    if (strikes_of(p, jobs[i]))
      ask_alone(p, jobs[i]);
    else
      innocent[innocents++] = jobs[i];
  ask_together(p, innocent, innocents);
}

/* --- the queue
 * -------------------------------------------------------------------
 */

/* How many rows of this model fit into one message, in the worst case. */
static size_t most_rows(const ax_model *m) {
  size_t in = (size_t)m->column_count * 41 + 64;
  size_t out = m->max_results_per_row * sizeof(auspex_result) +
               m->max_contributions_per_row * sizeof(auspex_contribution) +
               m->max_text_per_row;
  size_t fit = (AX_FRAME_MAX / 2) / (in > out ? in : out);
  if (fit > m->max_batch) fit = m->max_batch;
  return fit ? fit : 1;
}

/* Takes what waits for the same model as the first in the queue. */
static size_t take(ax_worker_pool *p, job **jobs) {
  const ax_model *model = p->first->model;
  size_t most = most_rows(model), count = 0, samples = 0;
  job **at = &p->first, *kept = NULL;
  while (*at && count < most) {
    job *j = *at;
    samples += j->row->sample_count;
    if (j->model != model || (count && samples > AX_FRAME_BATCH_SAMPLES)) {
      kept = j;
      at = &j->next;
      continue;
    }
    *at = j->next;
    j->state = TAKEN;
    jobs[count++] = j;
    p->waiting--;
  }
  if (!*at) p->last = kept;
  return count;
}

/* Called with the lock: leads one batch. */
static void lead(ax_worker_pool *p) {
  job *jobs[AX_MODEL_BATCH];
  size_t count = take(p, jobs);
  int64_t now = ax_clock_mono_ns();
  for (size_t i = 0; i < count; i++)
    jobs[i]->out->queue_us = (now - jobs[i]->queued_ns) / 1000;
  p->busy = true;
  pthread_mutex_unlock(&p->lock);
  run(p, jobs, count);
  pthread_mutex_lock(&p->lock);
  p->busy = false;
  p->stats.rows += count;
  for (size_t i = 0; i < count; i++) {
    p->stats.failed += jobs[i]->status == AX_INVALID;
    jobs[i]->state = DONE;
    pthread_cond_signal(&jobs[i]->turn);
  }
  if (p->first) pthread_cond_signal(&p->first->turn);
}

static void enqueue(ax_worker_pool *p, job *j) {
  if (p->last)
    p->last->next = j;
  else
    p->first = j;
  p->last = j;
  p->waiting++;
}

static void leave_queue(ax_worker_pool *p, job *j) {
  job *before = NULL;
  for (job *at = p->first; at && at != j; at = at->next) before = at;
  if (before)
    before->next = j->next;
  else
    p->first = j->next;
  if (p->last == j) p->last = before;
  p->waiting--;
  if (p->first && !p->busy) pthread_cond_signal(&p->first->turn);
}

/* Called with the lock: until the job is done or its time is over. */
static void wait_turn(ax_worker_pool *p, job *j, int64_t deadline_ns) {
  struct timespec until = ax_clock_at(deadline_ns);
  while (j->state != DONE) {
    if (!p->busy) {
      lead(p);
    } else if (j->state == TAKEN) {
      pthread_cond_wait(&j->turn, &p->lock);
    } else if (pthread_cond_timedwait(&j->turn, &p->lock, &until) &&
               j->state == WAITING) {
      leave_queue(p, j);
      j->status = ax_error_set(j->err, AX_TIMEOUT,
                               "its turn at module '%s' did not come in time",
                               p->options.module);
      return;
    }
  }
}

ax_status ax_worker_pool_ask(ax_worker_pool *p, ax_arena *arena,
                             const ax_model *model, const ax_feature_row *row,
                             int64_t deadline_ns, ax_worker_pool_answer *out,
                             ax_error *err) {
  *out = (ax_worker_pool_answer){ 0 };
  if (row->sample_count > AX_FRAME_BATCH_SAMPLES)
    return ax_error_set(err, AX_INVALID, "the row has more than %d samples",
                        AX_FRAME_BATCH_SAMPLES);
  job j = { .arena = arena,
            .model = model,
            .row = row,
            .out = out,
            .queued_ns = ax_clock_mono_ns(),
            .err = err };
  (void)ax_clock_condition(&j.turn);
  pthread_mutex_lock(&p->lock);
  if (p->waiting >= p->options.queue_max) {
    j.status = ax_error_set(err, AX_UNAVAILABLE,
                            "%u rows wait for module '%s' already", p->waiting,
                            p->options.module);
  } else {
    enqueue(p, &j);
    wait_turn(p, &j, deadline_ns);
  }
  pthread_mutex_unlock(&p->lock);
  pthread_cond_destroy(&j.turn);
  return j.status;
}

ax_status ax_worker_pool_score(ax_worker_pool *p, ax_arena *arena,
                               const ax_model *model, const ax_feature_row *row,
                               int64_t deadline_ns, ax_results *out,
                               ax_error *err) {
  ax_worker_pool_answer answer;
  ax_status status =
      ax_worker_pool_ask(p, arena, model, row, deadline_ns, &answer, err);
  *out = answer.results;
  return status;
}

/* --- a life
 * -----------------------------------------------------------------------
 */

ax_status ax_worker_pool_new(ax_broker *broker,
                             const ax_worker_pool_options *options,
                             ax_worker_pool **out, ax_error *err) {
  ax_worker_pool *p = calloc(1, sizeof *p);
  if (!p) return ax_error_set(err, AX_NOMEM, "no memory for a module");
  p->broker = broker;
  p->options = *options;
  p->models = (ax_buf)AX_BUF_INIT(AX_FRAME_MAX);
  if (!options->poison) p->own_poison = ax_poison_new();
  p->poison = options->poison ? options->poison : p->own_poison;
  if (!p->poison) {
    free(p);
    return ax_error_set(err, AX_NOMEM, "no memory for a module");
  }
  pthread_mutex_init(&p->lock, NULL);
  (void)ax_clock_condition(&p->need);
  (void)ax_clock_condition(&p->ready);
  int fault = pthread_create(&p->keeper, NULL, keep, p);
  if (fault) {
    ax_poison_free(p->own_poison);
    free(p);
    return ax_error_set(err, AX_IO, "no thread for module '%s': %s",
                        options->module, strerror(fault));
  }
  *out = p;
  return AX_OK;
}

ax_status ax_worker_pool_models(ax_worker_pool *p, ax_str *models,
                                ax_error *err) {
  pthread_mutex_lock(&p->lock);
  while (!p->stats.starts) pthread_cond_wait(&p->ready, &p->lock);
  ax_status status = p->broken;
  if (status)
    (void)ax_error_set(err, status, "%s", p->stats.detail);
  else
    *models = ax_buf_view(&p->models);
  pthread_mutex_unlock(&p->lock);
  return status;
}

void ax_worker_pool_look(ax_worker_pool *p, ax_worker_pool_stats *out) {
  pthread_mutex_lock(&p->lock);
  *out = p->stats;
  out->broken = p->broken != AX_OK;
  out->running = p->active || p->spare;
  out->breaker = p->breaker.state;
  out->opened = p->breaker.opened;
  out->waiting = p->waiting;
  pthread_mutex_unlock(&p->lock);
}

void ax_worker_pool_free(ax_worker_pool *p) {
  if (!p) return;
  pthread_mutex_lock(&p->lock);
  p->stopping = true;
  pthread_cond_broadcast(&p->need);
  pthread_mutex_unlock(&p->lock);
  pthread_join(p->keeper, NULL);
  ax_worker_proc_end(p->active, NULL, 0);
  ax_worker_proc_end(p->spare, NULL, 0);
  ax_buf_free(&p->models);
  ax_poison_free(p->own_poison);
  pthread_cond_destroy(&p->need);
  pthread_cond_destroy(&p->ready);
  pthread_mutex_destroy(&p->lock);
  free(p);
}
