#include "intake/intake_scorer.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "intake/intake_outcome.h"
#include "scoring/score_view.h"

enum {
  TASK_ARENA = 64 << 20, /* facts of one patient and what is made of them */
  AT_ONCE = 64,          /* tasks taken from the store in one look */
  POLL_MS = 500,
  FLUSH_MS = 50, /* for ends that are kept */
  BACKGROUND_WAIT_MS = 60000 /* for one task, on the thread */
};

struct ax_intake_scorer {
  ax_intake_options options;
  ax_intake_ends *ends;
  pthread_mutex_t mutex; /* what follows */
  pthread_cond_t wake;
  pthread_t thread;
  bool running, stopping, called;
  uint64_t *claims;
  size_t claim_count, claim_room;
};

/* --- claims ----------------------------------------------------------------
 */

static bool claim(ax_intake_scorer *scorer, uint64_t key) {
  bool mine = true;
  pthread_mutex_lock(&scorer->mutex);
  for (size_t i = 0; i < scorer->claim_count && mine; i++)
    mine = scorer->claims[i] != key;
  if (mine && scorer->claim_count == scorer->claim_room) {
    size_t room = scorer->claim_room ? 2 * scorer->claim_room : 64;
    uint64_t *larger = realloc(scorer->claims, room * sizeof *larger);
    mine = larger != NULL;
    if (larger) {
      scorer->claims = larger;
      scorer->claim_room = room;
    }
  }
  if (mine) scorer->claims[scorer->claim_count++] = key;
  pthread_mutex_unlock(&scorer->mutex);
  return mine;
}

static void unclaim(ax_intake_scorer *scorer, uint64_t key) {
  pthread_mutex_lock(&scorer->mutex);
  for (size_t i = 0; i < scorer->claim_count; i++) {
    if (scorer->claims[i] != key) continue;
    scorer->claims[i] = scorer->claims[--scorer->claim_count];
    break;
  }
  pthread_mutex_unlock(&scorer->mutex);
}

/* --- one task --------------------------------------------------------------
 */

static void do_task(ax_intake_scorer *scorer, ax_intake_outcome_shared *shared,
                    ax_arena *arena, const ax_task *task, int64_t deadline_ns) {
  ax_error err = { 0 };
  if (!claim(scorer, task->key)) return;
  ax_status status =
      ax_intake_outcome_of(&scorer->options, shared, arena, task, deadline_ns,
                           &err);
  unclaim(scorer, task->key);
  ax_arena_reset(arena);
  if (status && status != AX_CONFLICT && status != AX_TIMEOUT)
    ax_log_event(AX_LOG_WARN, "score_task_postponed",
                 ax_log_str("model", task->model),
                 ax_log_int("task", (int64_t)task->key),
                 ax_log_str("status", ax_str_from(ax_error_name(status))),
                 ax_log_str("why", ax_str_from(err.text)));
}

static void wake(ax_intake_scorer *scorer) {
  pthread_mutex_lock(&scorer->mutex);
  scorer->called = true;
  pthread_cond_signal(&scorer->wake);
  pthread_mutex_unlock(&scorer->mutex);
}

/* All codes that the models of these tasks read, so that one look at the store
 * serves them all. Without memory each task looks for itself. */
static void share(ax_intake_scorer *scorer, const ax_task *tasks, size_t count,
                  ax_intake_outcome_shared *out) {
  enum { CODES_MAX = 4000 };
  ax_arena *arena = ax_arena_new(TASK_ARENA);
  ax_fact_code *codes =
      arena ? AX_TAKE_ARRAY(arena, ax_fact_code, CODES_MAX) : NULL;
  const ax_score_view *view = NULL;
  size_t n = 0;
  if (codes && ax_score_view_hold(scorer->options.host, arena, &view) != AX_OK)
    codes = NULL;
  for (size_t i = 0; i < count && codes; i++) {
    size_t more = 0;
    const ax_model *model = ax_score_view_named(view, tasks[i].model);
    const ax_fact_code *list = model ? ax_score_codes(model, &more) : NULL;
    if (model)
      (void)ax_score_needs_systems(model, out->need_systems, &out->need_count);
    if (n + more > CODES_MAX) codes = NULL;
    for (size_t k = 0; k < more && codes; k++) codes[n++] = list[k];
  }
  if (codes) {
    out->arena = arena;
    out->view = view;
    out->codes = codes;
    out->code_count = n;
    return;
  }
  ax_arena_free(arena);
}

void ax_intake_scorer_wait(ax_intake_scorer *scorer, const ax_task *tasks,
                           size_t count) {
  int64_t deadline =
      ax_clock_mono_ns() + scorer->options.score_wait_ms * 1000000;
  int64_t now = ax_clock_wall_ms();
  ax_arena *arena = ax_arena_new(TASK_ARENA);
  /* Only the thread writes what is kept for later. */
  ax_intake_outcome_shared shared = {
    .ends = scorer->running ? scorer->ends : NULL
  };
  share(scorer, tasks, count, &shared);
  for (size_t i = 0; i < count && arena; i++) {
    if (ax_clock_mono_ns() >= deadline) break;
    if (ax_score_view_is_shadow(tasks[i].model) || tasks[i].as_of_ms > now)
      continue;
    do_task(scorer, &shared, arena, &tasks[i], deadline);
  }
  ax_arena_free(arena);
  ax_arena_free(shared.arena);
  if (ax_clock_mono_ns() >= deadline ||
      ax_intake_ends_count(scorer->ends) >= AX_INTAKE_ENDS_MANY)
    wake(scorer);
}

/* --- the thread ------------------------------------------------------------
 */

static bool is_stopping(ax_intake_scorer *scorer) {
  pthread_mutex_lock(&scorer->mutex);
  bool stopping = scorer->stopping;
  pthread_mutex_unlock(&scorer->mutex);
  return stopping;
}

/* Does what is due; returns how many tasks it looked at. */
static size_t do_due(ax_intake_scorer *scorer, ax_arena *list,
                     ax_arena *arena) {
  ax_error err = { 0 };
  ax_task *tasks = NULL;
  size_t count = 0;
  ax_intake_outcome_shared alone = { 0 }; /* what is due is due again soon */
  ax_status status =
      ax_store_tasks_due(scorer->options.store, list, ax_clock_wall_ms(),
                         AT_ONCE, &tasks, &count, &err);
  if (status)
    ax_log_event(AX_LOG_ERROR, "score_tasks_unreadable",
                 ax_log_str("why", ax_str_from(err.text)));
  for (size_t i = 0; i < count && !is_stopping(scorer); i++)
    do_task(scorer, &alone, arena, &tasks[i],
            ax_clock_mono_ns() + (int64_t)BACKGROUND_WAIT_MS * 1000000);
  ax_arena_reset(list);
  return status ? 0 : count;
}

static void rest(ax_intake_scorer *scorer) {
  struct timespec until =
      ax_clock_after(ax_intake_ends_count(scorer->ends) ? FLUSH_MS : POLL_MS);
  pthread_mutex_lock(&scorer->mutex);
  if (!scorer->called && !scorer->stopping)
    pthread_cond_timedwait(&scorer->wake, &scorer->mutex, &until);
  scorer->called = false;
  pthread_mutex_unlock(&scorer->mutex);
}

static void *score_on(void *ctx) {
  ax_intake_scorer *scorer = ctx;
  ax_arena *list = ax_arena_new(TASK_ARENA), *arena = ax_arena_new(TASK_ARENA);
  while (list && arena && !is_stopping(scorer)) {
    ax_intake_ends_flush(scorer->ends, scorer->options.store);
    if (do_due(scorer, list, arena) < AT_ONCE) rest(scorer);
  }
  ax_intake_ends_flush(scorer->ends, scorer->options.store);
  ax_arena_free(list);
  ax_arena_free(arena);
  return NULL;
}

/* --- life ------------------------------------------------------------------
 */

ax_status ax_intake_scorer_new(const ax_intake_options *options,
                               ax_intake_scorer **out, ax_error *err) {
  ax_intake_scorer *scorer = calloc(1, sizeof *scorer);
  if (!scorer) return ax_error_set(err, AX_NOMEM, "no memory for the scorer");
  scorer->options = *options;
  scorer->ends = ax_intake_ends_new();
  if (!scorer->ends) {
    free(scorer);
    return ax_error_set(err, AX_NOMEM, "no memory for the scorer");
  }
  pthread_mutex_init(&scorer->mutex, NULL);
  (void)ax_clock_condition(&scorer->wake);
  *out = scorer;
  return AX_OK;
}

ax_status ax_intake_scorer_devices(ax_intake_scorer *scorer, ax_error *err) {
  ax_arena *arena = ax_arena_new(TASK_ARENA);
  if (!arena) return AX_NOMEM;
  ax_status status = ax_intake_outcome_devices(&scorer->options, arena, err);
  ax_arena_free(arena);
  return status;
}

ax_status ax_intake_scorer_start(ax_intake_scorer *scorer, ax_error *err) {
  AX_TRY(ax_intake_scorer_devices(scorer, err));
  if (pthread_create(&scorer->thread, NULL, score_on, scorer) != 0)
    return ax_error_set(err, AX_UNAVAILABLE,
                        "the scorer thread cannot be started");
  scorer->running = true;
  return AX_OK;
}

void ax_intake_scorer_stop(ax_intake_scorer *scorer) {
  if (!scorer->running) return;
  pthread_mutex_lock(&scorer->mutex);
  scorer->stopping = true;
  pthread_cond_signal(&scorer->wake);
  pthread_mutex_unlock(&scorer->mutex);
  pthread_join(scorer->thread, NULL);
  scorer->running = false;
}

void ax_intake_scorer_free(ax_intake_scorer *scorer) {
  if (!scorer) return;
  pthread_mutex_destroy(&scorer->mutex);
  pthread_cond_destroy(&scorer->wake);
  free(scorer->claims);
  ax_intake_ends_free(scorer->ends);
  free(scorer);
}
