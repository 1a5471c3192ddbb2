#include "app/app.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "app/app_worker.h"
#include "app/commands.h"
#include "app/exits.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sha256.h"

/* A command that scores what it is given uses the folder as it is; a gateway
 * that serves waits for acts and signatures. */
static ax_status open_host(ax_app *app, ax_arena *arena, bool serving,
                           ax_error *err) {
  ax_score_options options = ax_app_worker_options(arena, app->config);
  options.mitigations = app->settings.mitigations;
  options.staged = serving;
  options.signed_only = serving && !app->config->modules_unsigned;
  return ax_score_host_new(&options, &app->host, err);
}

/* The host came first; what it may ask others for is there only now. */
static void tell_host(ax_app *app) {
  app->help = (ax_app_help){ .site = app->config->site,
                             .valuesets = app->rules.valuesets };
  ax_feature_help table = ax_app_help_of(&app->help);
  ax_score_host_help(app->host, &table);
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

/* A new token for every start: what was copied is worth nothing after it. */
static ax_status make_token(ax_app *app, ax_error *err) {
  char path[4096];
  int len =
      snprintf(path, sizeof path, "%s/" AX_APP_TOKEN_FILE, app->config->data);
  if (len <= 0 || (size_t)len >= sizeof path)
    return ax_error_set(err, AX_TOO_LARGE,
                        "the data folder's path is too long");
  char random[32], digest[AX_SHA256_HEX + 1];
  if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
    return ax_error_set(err, AX_IO, "there are no random numbers");
  ax_sha256_hex((ax_str){ random, sizeof random }, digest);
  memcpy(app->admin_token, digest, AX_APP_TOKEN);
  return ax_file_write(path, ax_str_from(app->admin_token), err);
}

static ax_status open_admin(ax_app *app, ax_error *err) {
  AX_TRY(make_token(app, err));
  AX_TRY(ax_app_modules_protected(app->config, app->host, err));
  return ax_app_modules_begin(app->config, app->host, &app->ledger, err);
}

/* Scoring and jobs search, too. */
static ax_status start_intake(void *ctx, ax_error *err) {
  ax_app *app = ctx;
  return ax_intake_start(app->intake, err);
}

static ax_status start_indexed(ax_app *app, ax_error *err) {
  const ax_intake_reindex_options options = { .store = app->store,
                                              .search = app->search.search,
                                              .then = start_intake,
                                              .ctx = app };
  return ax_intake_reindex_begin(&options, &app->reindex, err);
}

static ax_status open_intake(ax_app *app, bool serving, ax_error *err) {
  const ax_config *c = app->config;
  ax_intake_options options = {
    .store = app->store,
    .validator = app->rules.validator,
    .registry = app->rules.registry,
    .search = app->search.search,
    .host = app->host,
    .score_wait_ms = (int64_t)c->score_wait_ms,
    .base = c->base_url[0] ? c->base_url : NULL,
    .outbox = &app->settings.targets.rules,
    .translate = app->settings.translate,
    .risk_observations = c->risk_observations,
    .known_as = c->known_as,
    .modes = &app->settings.modes,
    .quarantine_max = c->quarantine_max,
    .quarantine_keep_ms = (int64_t)c->quarantine_keep_ms,
    .jobs_max = c->async_max,
    .jobs_memory = c->request_memory,
    .jobs_keep_ms = (int64_t)c->async_keep_ms,
  };
  AX_TRY(ax_intake_new(&options, &app->intake, err));
  return serving ? start_indexed(app, err) : AX_OK;
}

/* The store's queue is three quarters full. */
static bool is_backed_up(const ax_store_stats *stats) {
  return stats->queue_max && stats->queue > stats->queue_max / 4 * 3;
}

/* What should be scoring and is not. */
static bool models_ready(const ax_app *app, ax_buf *why) {
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_score_missed *missing = NULL;
  size_t count = 0;
  if (!arena || ax_score_deploy_missing(app->host, arena, &missing, &count))
    count = 0;
  for (size_t i = 0; i < count; i++) {
    if (i) ax_buf_append(why, AX_STR("; "));
    ax_buf_append(why, missing[i].why);
  }
  ax_arena_free(arena);
  return count == 0;
}

static bool is_indexed(void *ctx, ax_buf *why) {
  const ax_app *app = ctx;
  return !ax_intake_reindex_running(app->reindex, why);
}

/* Ready means: what is sent now can be kept, and scored. */
static bool is_ready(void *ctx, ax_buf *why) {
  const ax_app *app = ctx;
  if (!is_indexed(ctx, why)) return false;
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
  if (why->len) return false;
  return !app->config->ready_modules || models_ready(app, why);
}

static void fill_api(ax_app *app) {
  app->api = (ax_api){
    .registry = app->rules.registry,
    .search = app->search.search,
    .validator = app->rules.validator,
    .store = app->store,
    .intake = app->intake,
    .host = app->host,
    .admin_token = app->admin_token,
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
    .translate = app->settings.translate,
    .ready = is_ready,
    .ready_ctx = app,
    .indexed = is_indexed,
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
  AX_TRY(
      ax_app_settings_read(arena, app->config, serving, &app->settings, err));
  *exit_code = AX_EXIT_SCORING;
  AX_TRY(open_host(app, arena, serving, err));
  *exit_code = AX_EXIT_PACKAGES;
  AX_TRY(ax_app_rules_open(arena, app->config, NULL, 0, &app->rules, err));
  tell_host(app);
  if (serving)
    AX_TRY(ax_app_search_open(&app->rules, app->config, &app->search, err));
  *exit_code = AX_EXIT_DATA;
  if (serving) AX_TRY(open_store(app, err));
  if (serving) AX_TRY(open_admin(app, err));
  AX_TRY(open_intake(app, serving, err));
  if (serving)
    AX_TRY(ax_app_delivery_start(&app->settings.targets, app->store, err));
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
  ax_app_delivery_stop(&app->settings.targets);
  ax_intake_reindex_stop(app->reindex);
  if (app->intake) {
    ax_intake_stop(app->intake);
    ax_intake_free(app->intake);
  }
  if (app->store) ax_store_close(app->store);
  ax_app_search_close(&app->search);
  ax_app_rules_close(&app->rules);
  if (app->host) ax_score_host_free(app->host);
  ax_store_modules_close(app->ledger);
  ax_http_rate_free(app->rate);
  ax_app_settings_close(&app->settings);
  *app = (ax_app){ 0 };
}
