#include "app/app.h"

#include "app/app_worker.h"
#include "app/commands.h"
#include "app/exits.h"
#include "base/file.h"
#include "base/log.h"

static ax_status open_host(ax_app *app, ax_arena *arena, ax_error *err) {
  ax_score_options options = ax_app_worker_options(arena, app->config);
  return ax_score_host_new(&options, &app->host, err);
}

static ax_status open_store(ax_app *app, ax_error *err) {
  const ax_config *c = app->config;
  AX_TRY(ax_file_make_dirs(c->data, err));
  ax_store_options options = { .folder = c->data,
                               .cache_bytes = c->store_cache,
                               .batch_max = (unsigned)c->store_batch,
                               .queue_max = (unsigned)c->store_queue };
  return ax_store_open(&options, &app->store, err);
}

static ax_status open_intake(ax_app *app, bool serving, ax_error *err) {
  const ax_config *c = app->config;
  ax_intake_options options = {
    .store = app->store,
    .validator = app->rules.validator,
    .registry = app->rules.registry,
    .host = app->host,
    .score_wait_ms = (int64_t)c->score_wait_ms,
    .base = c->base_url[0] ? c->base_url : NULL,
    .outbox = &app->targets.rules,
    .known_as = c->known_as,
  };
  AX_TRY(ax_intake_new(&options, &app->intake, err));
  return serving ? ax_intake_start(app->intake, err) : AX_OK;
}

/* The store's queue is three quarters full. */
static bool is_backed_up(const ax_store_stats *stats) {
  return stats->queue_max && stats->queue > stats->queue_max / 4 * 3;
}

/* Ready means: what is sent now can be kept. */
static bool is_ready(void *ctx, ax_buf *why) {
  const ax_app *app = ctx;
  ax_store_stats stats = { 0 };
  ax_error err = { 0 };
  ax_status status = ax_store_stats_read(app->store, &stats, &err);
  /* While nobody sends, only trying tells whether the disk works again. */
  ax_commit nothing = { 0 };
  if (!status && stats.failing)
    stats.failing = ax_store_commit(app->store, &nothing, &err) != AX_OK;
  if (status)
    ax_buf_append(why, AX_STR("the store cannot be read"));
  else if (stats.failing)
    ax_buf_append(why, AX_STR("the store cannot write to its disk"));
  else if (is_backed_up(&stats))
    ax_buf_append(why, AX_STR("too much is waiting for the disk"));
  return why->len == 0;
}

static void fill_api(ax_app *app) {
  app->api = (ax_api){
    .registry = app->rules.registry,
    .validator = app->rules.validator,
    .store = app->store,
    .intake = app->intake,
    .routes = ax_routes,
    .route_count = ax_routes_count,
    .base = app->config->base_url[0] ? app->config->base_url : NULL,
    .cors = app->config->cors_origins,
    .version = AX_APP_VERSION,
    .software_date = AX_APP_DATE,
    .sender_header = app->config->sender_header,
    .key_keep_ms = (int64_t)app->config->key_keep_ms,
    .same_body_ms = (int64_t)app->config->same_body_ms,
    .rate = app->rate,
    .ready = is_ready,
    .ready_ctx = app,
  };
}

static void log_world(ax_app *app, ax_arena *arena) {
  ax_registry *registry = app->rules.registry;
  for (size_t i = 0; i < ax_registry_package_count(registry); i++)
    ax_log_event(AX_LOG_INFO, "package_loaded",
                 ax_log_str("package", ax_registry_package(registry, i)));
  for (size_t i = 0; i < ax_registry_note_count(registry); i++)
    ax_log_event(AX_LOG_WARN, "package_note",
                 ax_log_str("note", ax_registry_note(registry, i)));
  for (size_t i = 0; i < ax_score_model_count(app->host); i++) {
    const ax_model *model = ax_score_model(app->host, i);
    ax_log_event(AX_LOG_INFO, "model_offered", ax_log_str("model", model->id),
                 ax_log_str("version", model->version),
                 ax_log_str("module", model->module));
  }
  for (size_t i = 0; i < ax_score_module_count(app->host); i++) {
    ax_score_module module = { 0 };
    if (ax_score_module_at(app->host, i, arena, &module) || !module.broken)
      continue;
    ax_log_event(AX_LOG_ERROR, "module_broken",
                 ax_log_str("module", module.name),
                 ax_log_str("why", module.detail));
  }
}

static ax_status open_parts(ax_app *app, ax_arena *arena, bool serving,
                            int *exit_code, ax_error *err) {
  *exit_code = AX_EXIT_USAGE;
  AX_TRY(ax_app_delivery_read(arena, app->config, &app->targets, err));
  *exit_code = AX_EXIT_SCORING;
  AX_TRY(open_host(app, arena, err));
  *exit_code = AX_EXIT_PACKAGES;
  AX_TRY(ax_app_rules_open(arena, app->config, NULL, 0, &app->rules, err));
  *exit_code = AX_EXIT_DATA;
  if (serving) AX_TRY(open_store(app, err));
  AX_TRY(open_intake(app, serving, err));
  if (serving) AX_TRY(ax_delivery_start(&app->targets.config, app->store,
                                        &app->delivery, err));
  *exit_code = AX_EXIT_OK;
  return AX_OK;
}

ax_status ax_app_open(ax_arena *arena, const ax_config *config, bool serving,
                      ax_app *out, int *exit_code, ax_error *err) {
  *out = (ax_app){ .config = config };
  ax_status status = open_parts(out, arena, serving, exit_code, err);
  if (!status && config->sender_rate) {
    out->rate = ax_http_rate_new(config->sender_rate, config->sender_burst);
    if (!out->rate) status = AX_NOMEM;
  }
  if (status) {
    ax_app_close(out);
    return status;
  }
  fill_api(out);
  if (serving) log_world(out, arena);
  return AX_OK;
}

void ax_app_close(ax_app *app) {
  ax_delivery_stop(app->delivery);
  if (app->intake) {
    ax_intake_stop(app->intake);
    ax_intake_free(app->intake);
  }
  if (app->store) ax_store_close(app->store);
  ax_app_rules_close(&app->rules);
  if (app->host) ax_score_host_free(app->host);
  ax_http_rate_free(app->rate);
  *app = (ax_app){ 0 };
}
