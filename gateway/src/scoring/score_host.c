/* The modules of a folder, brought to life and taken down. */
#include "scoring/score_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/vec.h"
#include "scoring/card.h"
#include "scoring/frame_model.h"

enum {
  /* A model of hundreds of megabytes on a slow disk; modules load side by
   * side, so one slow one costs a start this much at most. */
  START_MS = 10000,
  DEADLINE_MS = 1000,
  QUEUE_MAX = 4096 /* rows that wait for one module */
};

typedef AX_VEC(ax_score_host_model *) model_list;

static bool is_module(const char *plugins, const char *name) {
  char path[4096];
  int len = snprintf(path, sizeof path, "%s/%s/%s.so", plugins, name, name);
  return len > 0 && (size_t)len < sizeof path && ax_file_exists(path);
}

static void give_up(ax_score_host *host, ax_score_host_module *m,
                    const char *why) {
  m->broken = ax_arena_cstr(host->arena, ax_str_from(why));
  if (!m->broken) m->broken = "it cannot be loaded";
  ax_log_event(AX_LOG_ERROR, "module_not_used",
               ax_log_str("module", ax_str_from(m->name)),
               ax_log_str("why", ax_str_from(m->broken)));
}

/* Starts to load; the outcome is waited for later. */
static void start_module(ax_score_host *host, const ax_score_options *options,
                         ax_score_host_module *m) {
  ax_error err = { 0 };
  ax_status status = ax_module_files_open(host->arena, options->plugins,
                                          m->name, &m->files, &err);
  m->files.order.memory = options->worker_memory;
  ax_worker_pool_options pool = { .module = m->name,
                                  .order = m->files.order,
                                  .start_ms = START_MS,
                                  .batch_ms = options->deadline_ms > 0
                                                  ? options->deadline_ms
                                                  : DEADLINE_MS,
                                  .queue_max = QUEUE_MAX };
  if (!status) status = ax_worker_pool_new(host->broker, &pool, &m->pool, &err);
  if (status) give_up(host, m, err.text);
}

/* --- models ------------------------------------------------------------------
 */

static const ax_score_host_model *offered(const model_list *models,
                                          const ax_model *model) {
  for (size_t i = 0; i < models->count; i++) {
    const ax_model *other = &models->items[i]->model;
    if (ax_str_eq(other->id, model->id) || ax_str_eq(other->name, model->name))
      return models->items[i];
  }
  return NULL;
}

static ax_status add_model(ax_score_host *host, ax_score_host_module *m,
                           const ax_model *declared, model_list *models) {
  const ax_card *card = NULL;
  AX_TRY(ax_card_find(host->arena, host->plugins, m->name, declared, &card));
  ax_score_host_model *one = AX_NEW(host->arena, ax_score_host_model);
  ax_score_host_model **slot = AX_VEC_PUSH(models, host->arena);
  if (!one || !slot) return AX_NOMEM;
  *slot = one;
  one->module = m;
  one->model = *declared;
  one->model.module = ax_str_from(m->name);
  one->model.module_digest = ax_str_from(m->files.digest);
  one->model.card = card;
  one->model.data_digest = ax_str_from(m->files.data_digest);
  ax_log_event(AX_LOG_INFO, "model_loaded", ax_log_str("model", one->model.id),
               ax_log_str("version", one->model.version),
               ax_log_str("module", one->model.module),
               ax_log_str("digest", one->model.module_digest));
  return AX_OK;
}

/* Waits for a module and takes its models in. Only NOMEM is a failure. */
static ax_status finish_module(ax_score_host *host, ax_score_host_module *m,
                               model_list *models) {
  ax_str payload;
  ax_error err = { 0 };
  ax_model *declared = NULL;
  size_t count = 0;
  if (m->broken) return AX_OK;
  ax_status status = ax_worker_pool_models(m->pool, &payload, &err);
  if (!status)
    status = ax_frame_model_read(host->arena, payload, &declared, &count, &err);
  for (size_t i = 0; !status && i < count; i++) {
    const ax_score_host_model *other = offered(models, &declared[i]);
    if (other)
      status = ax_error_set(&err, AX_CONFLICT,
                            "its model '" AX_STR_FMT
                            "' has the id or name of one of module '%s'",
                            AX_STR_ARG(declared[i].id), other->module->name);
  }
  for (size_t i = 0; !status && i < count; i++)
    status = add_model(host, m, &declared[i], models);
  if (status == AX_NOMEM) return AX_NOMEM;
  if (!status) return AX_OK;
  give_up(host, m, err.text);
  ax_worker_pool_free(m->pool); /* no process for what nobody can ask */
  m->pool = NULL;
  return AX_OK;
}

/* --- the folder
 * -----------------------------------------------------------------
 */

static ax_status list_modules(ax_score_host *host, const char *plugins,
                              ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0;
  if (!ax_file_is_dir(plugins))
    return ax_error_set(err, AX_NOT_FOUND,
                        "the folder of plug-ins '%s' does not exist", plugins);
  AX_TRY(ax_file_list(host->arena, plugins, &names, &count, err));
  host->modules = AX_NEW_ARRAY(host->arena, ax_score_host_module, count);
  if (count && !host->modules)
    return ax_error_set(err, AX_NOMEM, "no memory for modules");
  for (size_t i = 0; i < count; i++)
    if (is_module(plugins, names[i]))
      host->modules[host->module_count++] = (ax_score_host_module){
        .name = names[i], .files = { .order = { .module = -1, .data = -1 } }
      };
  return AX_OK;
}

static ax_status load(ax_score_host *host, const ax_score_options *options,
                      ax_error *err) {
  model_list models = { 0 };
  host->plugins = options->plugins;
  AX_TRY(list_modules(host, options->plugins, err));
  AX_TRY(ax_broker_start(options->worker, &host->broker, err));
  for (size_t i = 0; i < host->module_count; i++)
    start_module(host, options, &host->modules[i]);
  for (size_t i = 0; i < host->module_count; i++)
    if (finish_module(host, &host->modules[i], &models))
      return ax_error_set(err, AX_NOMEM, "no memory for models");
  host->models = models.items;
  host->model_count = models.count;
  return AX_OK;
}

ax_status ax_score_host_new(const ax_score_options *options,
                            ax_score_host **out, ax_error *err) {
  ax_score_host *host = calloc(1, sizeof *host);
  if (host) host->arena = ax_arena_new((size_t)64 << 20);
  if (!host || !host->arena) {
    free(host);
    return ax_error_set(err, AX_NOMEM, "no memory for the score host");
  }
  ax_status status = load(host, options, err);
  if (status) {
    ax_score_host_free(host);
    return status;
  }
  *out = host;
  return AX_OK;
}

void ax_score_host_free(ax_score_host *host) {
  if (!host) return;
  for (size_t i = 0; i < host->module_count; i++) {
    ax_worker_pool_free(host->modules[i].pool);
    ax_module_files_close(&host->modules[i].files);
  }
  ax_broker_stop(host->broker);
  ax_arena_free(host->arena);
  free(host);
}

/* --- looking in from outside
 * ------------------------------------------------------
 */

size_t ax_score_model_count(const ax_score_host *host) {
  return host->model_count;
}

const ax_model *ax_score_model(const ax_score_host *host, size_t i) {
  return i < host->model_count ? &host->models[i]->model : NULL;
}

const ax_model *ax_score_model_named(const ax_score_host *host, ax_str name) {
  for (size_t i = 0; i < host->model_count; i++) {
    const ax_model *model = &host->models[i]->model;
    if (ax_str_eq(model->id, name) || ax_str_eq(model->name, name))
      return model;
  }
  return NULL;
}

size_t ax_score_module_count(const ax_score_host *host) {
  return host->module_count;
}

ax_status ax_score_module_at(ax_score_host *host, size_t i, ax_arena *arena,
                             ax_score_module *out) {
  ax_score_host_module *m = &host->modules[i];
  ax_worker_pool_stats stats = { 0 };
  if (m->pool) ax_worker_pool_look(m->pool, &stats);
  const char *detail = m->broken ? m->broken : stats.detail;
  char *copy = ax_arena_cstr(arena, ax_str_from(detail));
  if (!copy) return AX_NOMEM;
  *out = (ax_score_module){ .name = ax_str_from(m->name),
                            .broken = m->broken != NULL,
                            .running = stats.running,
                            .detail = ax_str_from(copy),
                            .starts = stats.starts,
                            .deaths = stats.deaths,
                            .batches = stats.batches,
                            .rows = stats.rows,
                            .retried = stats.retried,
                            .failed = stats.failed };
  return AX_OK;
}
