/* One version of a module: from its folder to models that can be asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "scoring/card.h"
#include "scoring/frame_batch.h"
#include "scoring/frame_model.h"
#include "scoring/score_host.h"

enum {
  /* A model of hundreds of megabytes on a slow disk; modules load side by
   * side, so one slow one costs a start this much at most. */
  START_MS = 10000,
  DEADLINE_MS = 1000,
  QUEUE_MAX = 4096, /* rows that wait for one module */
  GOLDEN_ARENA = 64 << 20,
  GROW_MAX = 256 << 20, /* of a worker without a limit */
  GOLDEN_WAIT_S = 60    /* for one golden row */
};

static void quarantine(ax_score_version *v, const char *why) {
  v->state = AX_MODULE_QUARANTINED;
  v->since_ms = ax_clock_wall_ms();
  (void)snprintf(v->why, sizeof v->why, "%s",
                 why && *why ? why : "it cannot be loaded");
  ax_log_event(AX_LOG_ERROR, "module_not_used",
               ax_log_str("module", ax_str_from(v->files.name)),
               ax_log_str("folder", ax_str_from(v->folder)),
               ax_log_str("why", ax_str_from(v->why)));
}

/* Golden rows through a fresh worker, before others may ask it. */
static ax_status ask_worker(void *ctx, ax_arena *arena, const ax_model *model,
                            const ax_feature_row *row, ax_results *out,
                            ax_error *err) {
  ax_str answer;
  AX_TRY(ax_worker_proc_score(
      ctx, model, &row, 1,
      ax_clock_mono_ns() + (int64_t)GOLDEN_WAIT_S * 1000000000, &answer, err));
  return ax_frame_batch_results(arena, answer, 0, out);
}

static ax_status check_golden(ax_score_version *v, ax_golden_ask ask, void *ctx,
                              ax_error *err);

static ax_status probe(void *ctx, ax_worker_proc *worker, ax_error *err) {
  ax_score_version *v = ctx;
  if (v->golden.count) return check_golden(v, ask_worker, worker, err);
  return ax_worker_proc_ping(worker, ax_clock_mono_ns() + 1000000000, err);
}

static void counted(void *ctx, const ax_model *model, const char *name,
                    double add) {
  const ax_score_version *v = ctx;
  for (size_t i = 0; i < v->model_count; i++)
    if (&v->models[i].model == model)
      ax_score_stats_counted(v->models[i].stats, name, add);
}

static ax_status new_pool(ax_score_host *host, ax_score_version *v,
                          ax_worker_pool **out, ax_error *err) {
  ax_worker_pool_options options = {
    .module = v->files.name,
    .order = v->files.order,
    .start_ms = START_MS,
    .batch_ms = host->deadline_ms > 0 ? host->deadline_ms : DEADLINE_MS,
    .queue_max = QUEUE_MAX,
    .grow_max = host->worker_memory ? host->worker_memory / 4 : GROW_MAX,
    .probe = probe,
    .counted = counted,
    .ctx = v,
    .poison = host->poison,
    .version = v->files.version_digest,
  };
  options.order.memory = host->worker_memory;
  return ax_worker_pool_new(host->broker, &options, out, err);
}

ax_score_version *ax_score_version_new(ax_score_host *host,
                                       const char *folder) {
  ax_score_version *v = calloc(1, sizeof *v);
  if (!v) return NULL;
  v->arena = ax_arena_new(AX_SCORE_HOST_ARENA);
  v->folder = v->arena ? ax_arena_cstr(v->arena, ax_str_from(folder)) : NULL;
  if (!v->folder) {
    ax_arena_free(v->arena);
    free(v);
    return NULL;
  }
  ax_error err = { 0 };
  v->present = true;
  ax_status status = ax_module_files_open_trusted(
      v->arena, host->plugins, folder, &host->trust, &v->files, &err);
  if (!v->files.name || !*v->files.name) v->files.name = v->folder;
  if (status) quarantine(v, err.text);
  return v;
}

void ax_score_version_start(ax_score_host *host, ax_score_version *v) {
  ax_error err = { 0 }, odd = { 0 };
  ax_status status = AX_OK;
  if (v->state == AX_MODULE_QUARANTINED) return;
  if (v->files.golden.len)
    status = ax_golden_read(v->arena, v->files.golden, &v->golden, &odd);
  if (status) (void)ax_error_set(&err, status, AX_GOLDEN_FILE ": %s", odd.text);
  if (!status) status = new_pool(host, v, &v->pool, &err);
  if (status) quarantine(v, err.text);
}

/* --- its models --------------------------------------------------------------
 */

static ax_status take_model(const ax_score_host *host, ax_score_version *v,
                            const ax_model *declared,
                            ax_score_host_model *out) {
  const ax_card *card = NULL;
  AX_TRY(ax_card_find(v->arena, host->plugins, v->folder, declared, &card));
  *out = (ax_score_host_model){ .model = *declared, .version = v };
  out->model.module = ax_str_from(v->files.name);
  out->model.module_digest = ax_str_from(v->files.digest);
  out->model.data_digest = ax_str_from(v->files.data_digest);
  out->model.card = card;
  AX_TRY(ax_mitigation_apply(v->arena, host->mitigations, &out->model));
  out->shadow_name =
      ax_arena_printf(v->arena, "shadow:%s:" AX_STR_FMT,
                      v->files.version_digest, AX_STR_ARG(declared->id));
  out->stats = ax_score_stats_new(v->arena, &out->model);
  return out->shadow_name.ptr && out->stats ? AX_OK : AX_NOMEM;
}

static ax_status take_models(const ax_score_host *host, ax_score_version *v,
                             ax_error *err) {
  ax_str payload;
  ax_model *declared = NULL;
  size_t count = 0;
  AX_TRY(ax_worker_pool_models(v->pool, &payload, err));
  AX_TRY(ax_frame_model_read(v->arena, payload, &declared, &count, err));
  v->models = AX_NEW_ARRAY(v->arena, ax_score_host_model, count);
  if (!v->models) return ax_error_set(err, AX_NOMEM, "no memory for models");
  for (size_t i = 0; i < count; i++) {
    if (take_model(host, v, &declared[i], &v->models[i]))
      return ax_error_set(err, AX_NOMEM, "no memory for models");
    v->model_count++;
    ax_log_event(AX_LOG_INFO, "model_loaded",
                 ax_log_str("model", declared[i].id),
                 ax_log_str("version", declared[i].version),
                 ax_log_str("module", ax_str_from(v->files.name)),
                 ax_log_str("digest", ax_str_from(v->files.digest)));
  }
  return AX_OK;
}

static ax_status ask_golden(void *ctx, ax_arena *arena, const ax_model *model,
                            const ax_feature_row *row, ax_results *out,
                            ax_error *err) {
  ax_score_version *v = ctx;
  return ax_worker_pool_score(
      v->pool, arena, model, row,
      ax_clock_mono_ns() + (int64_t)GOLDEN_WAIT_S * 1000000000, out, err);
}

static ax_status check_golden(ax_score_version *v, ax_golden_ask ask, void *ctx,
                              ax_error *err) {
  if (!v->golden.count) return AX_OK;
  ax_arena *arena = ax_arena_new(GOLDEN_ARENA);
  const ax_model **models =
      arena ? AX_NEW_ARRAY(arena, const ax_model *, v->model_count) : NULL;
  ax_status status = models ? AX_OK : AX_NOMEM;
  for (size_t i = 0; models && i < v->model_count; i++)
    models[i] = &v->models[i].model;
  if (!status)
    status = ax_golden_check(arena, &v->golden, models, v->model_count, ask,
                             ctx, err);
  ax_arena_free(arena);
  return status;
}

static void finish(ax_score_host *host, ax_score_version *v) {
  ax_error err = { 0 };
  if (v->state == AX_MODULE_QUARANTINED) return;
  ax_status status = take_models(host, v, &err);
  if (!status) status = check_golden(v, ask_golden, v, &err);
  v->since_ms = ax_clock_wall_ms();
  if (!status) return;
  ax_score_version_sleep(host, v); /* no process for what nobody may ask */
  quarantine(v, err.text[0] ? err.text : ax_error_name(status));
}

void ax_score_version_finish(ax_score_host *host, ax_score_version *v) {
  finish(host, v);
  pthread_mutex_lock(&host->lock);
  v->finished = true;
  pthread_mutex_unlock(&host->lock);
}

/* --- sleeping and waking
 * -------------------------------------------------------
 */

static ax_status not_started(const ax_score_version *v, ax_status status,
                             const ax_error *why, ax_error *err) {
  return ax_error_set(err, status, "module '%s' does not start: %s",
                      v->files.name, why->text);
}

ax_status ax_score_version_wake(ax_score_host *host, ax_score_version *v,
                                ax_error *err) {
  ax_error why = { 0 };
  ax_worker_pool *pool = NULL;
  ax_str models;
  if (v->pool) return AX_OK;
  if (v->files.order.module < 0)
    return ax_error_set(err, AX_NOT_FOUND,
                        "the files of module '%s' %.12s are gone",
                        v->files.name, v->files.version_digest);
  ax_status status = new_pool(host, v, &pool, &why);
  if (!status) status = ax_worker_pool_models(pool, &models, &why);
  if (status) {
    ax_worker_pool_free(pool);
    return not_started(v, status, &why, err);
  }
  pthread_mutex_lock(&host->lock);
  v->pool = pool;
  pthread_mutex_unlock(&host->lock);
  status = check_golden(v, ask_golden, v, &why);
  if (!status) return AX_OK;
  ax_score_version_sleep(host, v);
  return not_started(v, status, &why, err);
}

void ax_score_version_sleep(ax_score_host *host, ax_score_version *v) {
  pthread_mutex_lock(&host->lock);
  ax_worker_pool *pool = v->pool;
  v->pool = NULL;
  pthread_mutex_unlock(&host->lock);
  ax_worker_pool_free(pool);
}

void ax_score_version_free(ax_score_version *v) {
  if (!v) return;
  ax_worker_pool_free(v->pool);
  ax_module_files_close(&v->files);
  ax_arena_free(v->arena);
  free(v);
}

ax_str ax_score_version_label(const ax_score_version *v) {
  return v->model_count ? v->models[0].model.version : AX_STR("");
}
