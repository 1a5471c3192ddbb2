/* The modules of a folder, brought to life and taken down. */
#include "scoring/score_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

enum {
  OPTIONS_ARENA = 8 << 20,
  LIST_ARENA = 8 << 20,
  READY_WORKERS = 4 /* a row that does harm takes two */
};

/* --- the list of versions
 * ------------------------------------------------------
 */

static ax_status add_version(ax_score_host *host, ax_score_version *v) {
  if (host->version_count == host->version_room) {
    size_t room = host->version_room ? 2 * host->version_room : 16;
    ax_score_version **larger = calloc(room, sizeof *larger);
    if (!larger) return AX_NOMEM;
    pthread_mutex_lock(&host->lock);
    ax_score_version **before = host->versions;
    if (before) memcpy(larger, before, host->version_count * sizeof *larger);
    host->versions = larger;
    host->version_room = room;
    pthread_mutex_unlock(&host->lock);
    free(before);
  }
  pthread_mutex_lock(&host->lock);
  host->versions[host->version_count++] = v;
  pthread_mutex_unlock(&host->lock);
  return AX_OK;
}

static void remove_version(ax_score_host *host, size_t i) {
  pthread_mutex_lock(&host->lock);
  ax_score_version *v = host->versions[i];
  memmove(&host->versions[i], &host->versions[i + 1],
          (host->version_count - i - 1) * sizeof *host->versions);
  host->version_count--;
  pthread_mutex_unlock(&host->lock);
  ax_score_version_free(v);
}

static ax_score_version *known(ax_score_host *host,
                               const ax_score_version *other) {
  for (size_t i = 0; i < host->version_count; i++) {
    ax_score_version *v = host->versions[i];
    if (!strcmp(v->files.name, other->files.name) &&
        !strcmp(v->files.version_digest, other->files.version_digest) &&
        v->state != AX_MODULE_QUARANTINED)
      return v;
  }
  return NULL;
}

void ax_score_host_state(ax_score_host *host, ax_score_version *v,
                         ax_module_state state, ax_str by, ax_str why) {
  pthread_mutex_lock(&host->lock);
  v->state = state;
  v->since_ms = ax_clock_wall_ms();
  (void)snprintf(v->by, sizeof v->by, AX_STR_FMT, AX_STR_ARG(by));
  (void)snprintf(v->why, sizeof v->why, AX_STR_FMT, AX_STR_ARG(why));
  pthread_mutex_unlock(&host->lock);
}

/* --- the folder
 * ---------------------------------------------------------------
 */

/* A folder with a .so in it; other things may lie beside the modules. */
static bool is_module(ax_arena *arena, const char *plugins, const char *name) {
  char path[4096];
  const char *const *names = NULL;
  size_t count = 0;
  int len = snprintf(path, sizeof path, "%s/%s", plugins, name);
  if (name[0] == '.' || len <= 0 || (size_t)len >= sizeof path ||
      !ax_file_is_dir(path) ||
      ax_file_list(arena, path, &names, &count, NULL) != AX_OK)
    return false;
  for (size_t i = 0; i < count; i++)
    if (ax_str_ends(ax_str_from(names[i]), AX_STR(".so"))) return true;
  return false;
}

/* Quarantined versions are judged anew at every look; staged and retired ones
 * whose folder is gone are forgotten. */
static void forget(ax_score_host *host, bool quarantined) {
  for (size_t i = 0; i < host->version_count;) {
    ax_score_version *v = host->versions[i];
    pthread_mutex_lock(&host->lock);
    bool go = v->views == 0 && !v->present &&
              (quarantined ? v->state == AX_MODULE_QUARANTINED
                           : v->state == AX_MODULE_STAGED ||
                                 (v->state == AX_MODULE_RETIRED && !v->pool));
    pthread_mutex_unlock(&host->lock);
    if (go)
      remove_version(host, i);
    else
      i++;
  }
}

static ax_status begin_versions(ax_score_host *host, ax_arena *arena,
                                size_t *first, ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0;
  for (size_t i = 0; i < host->version_count; i++)
    host->versions[i]->present = false;
  AX_TRY(ax_file_list(arena, host->plugins, &names, &count, err));
  forget(host, true);
  *first = host->version_count;
  for (size_t i = 0; i < count; i++) {
    if (!is_module(arena, host->plugins, names[i])) continue;
    ax_score_version *v = ax_score_version_new(host, names[i]);
    ax_score_version *there = v ? known(host, v) : NULL;
    if (there) {
      there->present = true;
      ax_score_version_free(v);
    } else if (!v || add_version(host, v)) {
      ax_score_version_free(v);
      return ax_error_set(err, AX_NOMEM, "no memory for a module");
    } else {
      ax_score_version_start(host, v);
    }
  }
  forget(host, false);
  return AX_OK;
}

ax_status ax_score_host_scan(ax_score_host *host, size_t *found,
                             ax_error *err) {
  ax_arena *arena = ax_arena_new(LIST_ARENA);
  size_t first = 0;
  if (!arena) return ax_error_set(err, AX_NOMEM, "no memory for modules");
  ax_status status = begin_versions(host, arena, &first, err);
  ax_arena_free(arena);
  for (size_t i = first; !status && i < host->version_count; i++)
    ax_score_version_finish(host, host->versions[i]);
  if (found) *found = status ? 0 : host->version_count - first;
  return status;
}

/* --- putting away
 * --------------------------------------------------------------
 */

/* Of a module's retired versions the one that was active last stays warm. */
static bool is_standby(const ax_score_host *host, const ax_score_version *v) {
  for (size_t i = 0; i < host->version_count; i++) {
    const ax_score_version *o = host->versions[i];
    if (o != v && !strcmp(o->files.name, v->files.name) && o->turn > v->turn &&
        o->state != AX_MODULE_ACTIVE && o->state != AX_MODULE_QUARANTINED)
      return false;
  }
  return v->turn > 0;
}

/* Called with both locks: a version whose workers nobody needs any more. */
static ax_score_version *drained(ax_score_host *host) {
  for (size_t i = 0; i < host->version_count; i++) {
    ax_score_version *v = host->versions[i];
    if (v->views) continue;
    if (v->state == AX_MODULE_DRAINING) v->state = AX_MODULE_RETIRED;
    if (v->state == AX_MODULE_RETIRED && v->pool && !is_standby(host, v))
      return v;
  }
  return NULL;
}

static void put_away(ax_score_host *host) {
  pthread_mutex_lock(&host->acts);
  pthread_mutex_lock(&host->lock);
  for (ax_score_version *v; !host->stopping && (v = drained(host));) {
    pthread_mutex_unlock(&host->lock);
    ax_score_version_sleep(host, v);
    pthread_mutex_lock(&host->lock);
  }
  pthread_mutex_unlock(&host->lock);
  forget(host, false);
  pthread_mutex_unlock(&host->acts);
}

static void *keep(void *ctx) {
  ax_score_host *host = ctx;
  pthread_mutex_lock(&host->lock);
  while (!host->stopping) {
    if (!host->untidy) pthread_cond_wait(&host->tidy, &host->lock);
    if (host->stopping || !host->untidy) continue;
    host->untidy = false;
    pthread_mutex_unlock(&host->lock);
    put_away(host);
    pthread_mutex_lock(&host->lock);
  }
  pthread_mutex_unlock(&host->lock);
  return NULL;
}

/* --- a life
 * --------------------------------------------------------------------
 */

/* Without acts: everything that can be used is used. */
static void activate_all(ax_score_host *host) {
  for (size_t i = 0; i < host->version_count; i++) {
    ax_error err = { 0 };
    ax_score_version *v = host->versions[i];
    if (v->state != AX_MODULE_STAGED) continue;
    ax_status status = ax_score_deploy_fits(host, v, &err);
    if (!status) {
      v->turn = ++host->turns;
      ax_score_host_state(host, v, AX_MODULE_ACTIVE, AX_STR("caller"),
                          AX_STR(""));
    } else {
      ax_score_version_sleep(host, v);
      ax_score_host_state(host, v, AX_MODULE_QUARANTINED, AX_STR(""),
                          ax_str_from(err.text));
      ax_log_event(AX_LOG_ERROR, "module_not_used",
                   ax_log_str("module", ax_str_from(v->files.name)),
                   ax_log_str("why", ax_str_from(err.text)));
    }
  }
}

static bool is_loaded(const ax_score_host *host, ax_str name) {
  for (size_t i = 0; i < host->version_count; i++)
    for (size_t m = 0; m < host->versions[i]->model_count; m++)
      if (ax_mitigation_means(name, &host->versions[i]->models[m].model))
        return true;
  return false;
}

/* The site has words for a model that is not here: perhaps a slip. */
static void tell_unheard(const ax_score_host *host) {
  for (size_t i = 0; i < ax_json_count(host->mitigations); i++)
    if (!is_loaded(host, host->mitigations->u.members[i].key))
      ax_log_event(AX_LOG_WARN, "mitigation_unknown",
                   ax_log_str("model", host->mitigations->u.members[i].key));
}

static ax_status copy_options(ax_score_host *host,
                              const ax_score_options *options, ax_error *err) {
  host->arena = ax_arena_new(OPTIONS_ARENA);
  if (host->arena)
    host->plugins = ax_arena_cstr(host->arena, ax_str_from(options->plugins));
  if (host->arena) host->noted = ax_map_new(host->arena);
  if (!host->plugins || !host->noted)
    return ax_error_set(err, AX_NOMEM, "no memory for the score host");
  host->poison = ax_poison_new();
  if (!host->poison)
    return ax_error_set(err, AX_NOMEM, "no memory for the score host");
  host->deadline_ms = options->deadline_ms;
  host->worker_memory = options->worker_memory;
  host->staged = options->staged;
  host->mitigations = options->mitigations;
  host->trust.signed_only = options->signed_only;
  if (options->keys)
    AX_TRY(ax_signature_keys_read(host->arena, ax_str_from(options->keys),
                                  &host->trust.keys, err));
  if (ax_file_is_dir(host->plugins)) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND,
                      "the folder of plug-ins '%s' does not exist",
                      host->plugins);
}

static ax_status load(ax_score_host *host, const ax_score_options *options,
                      ax_error *err) {
  AX_TRY(copy_options(host, options, err));
  AX_TRY(ax_broker_start(options->worker, &host->broker, err));
  (void)ax_broker_keep(host->broker, READY_WORKERS);
  AX_TRY(ax_score_host_scan(host, NULL, err));
  tell_unheard(host);
  if (!host->staged) activate_all(host);
  if (ax_score_view_renew(host))
    return ax_error_set(err, AX_NOMEM, "no memory for models");
  if (pthread_create(&host->keeper, NULL, keep, host) != 0)
    return ax_error_set(err, AX_UNAVAILABLE,
                        "the score host's thread cannot be started");
  host->keeping = true;
  return AX_OK;
}

ax_status ax_score_host_new(const ax_score_options *options,
                            ax_score_host **out, ax_error *err) {
  ax_score_host *host = calloc(1, sizeof *host);
  if (!host) return ax_error_set(err, AX_NOMEM, "no memory for the score host");
  pthread_mutex_init(&host->acts, NULL);
  pthread_mutex_init(&host->lock, NULL);
  pthread_cond_init(&host->tidy, NULL);
  ax_status status = load(host, options, err);
  if (status) {
    ax_score_host_free(host);
    return status;
  }
  *out = host;
  return AX_OK;
}

void ax_score_host_tidy(ax_score_host *host) {
  host->untidy = true;
  pthread_cond_signal(&host->tidy);
}

void ax_score_host_help(ax_score_host *host, const ax_feature_help *help) {
  host->help = *help;
}

ax_feature_view *ax_score_host_facts(const ax_score_host *host, ax_arena *arena,
                                     const ax_facts *facts) {
  return ax_feature_view_new(arena, facts, &host->help);
}

void ax_score_host_free(ax_score_host *host) {
  if (!host) return;
  pthread_mutex_lock(&host->lock);
  host->stopping = true;
  pthread_cond_signal(&host->tidy);
  pthread_mutex_unlock(&host->lock);
  if (host->keeping) pthread_join(host->keeper, NULL);
  if (host->view) ax_score_view_let_go(host->view);
  for (size_t i = 0; i < host->version_count; i++)
    ax_score_version_free(host->versions[i]);
  free(host->versions);
  ax_broker_stop(host->broker);
  ax_score_missing_free(host);
  for (size_t i = 0; i < host->killed_count; i++) free(host->killed[i]);
  ax_poison_free(host->poison);
  ax_arena_free(host->arena);
  pthread_cond_destroy(&host->tidy);
  pthread_mutex_destroy(&host->lock);
  pthread_mutex_destroy(&host->acts);
  free(host);
}

/* --- looking in from outside
 * ----------------------------------------------------
 */

size_t ax_score_module_count(const ax_score_host *host) {
  return host->version_count;
}

/* Under `lock` no pool goes away: sleeping takes it out of the version first.
 */
static void look(const ax_score_version *v, ax_worker_pool_stats *out) {
  *out = (ax_worker_pool_stats){ 0 };
  if (v->pool) ax_worker_pool_look(v->pool, out);
  if (v->state == AX_MODULE_QUARANTINED)
    (void)snprintf(out->detail, sizeof out->detail, "%s", v->why);
}

ax_status ax_score_host_look(const ax_score_host *host, size_t i,
                             ax_arena *arena, ax_score_module *out) {
  ax_worker_pool_stats stats;
  const ax_score_version *v = host->versions[i];
  look(v, &stats);
  *out = (ax_score_module){ .name = ax_str_from(v->files.name),
                            .broken = v->state == AX_MODULE_QUARANTINED,
                            .running = stats.running,
                            .starts = stats.starts,
                            .deaths = stats.deaths,
                            .batches = stats.batches,
                            .rows = stats.rows,
                            .retried = stats.retried,
                            .failed = stats.failed,
                            .recycled = stats.recycled,
                            .circuit = ax_breaker_name(stats.breaker),
                            .opened = stats.opened,
                            .waiting = stats.waiting,
                            .applied = stats.applied,
                            .refused = stats.refused,
                            .start_us = stats.start_us };
  out->detail = ax_arena_str(arena, ax_str_from(stats.detail));
  return out->detail.ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_score_module_at(ax_score_host *host, size_t i, ax_arena *arena,
                             ax_score_module *out) {
  pthread_mutex_lock(&host->lock);
  ax_status status = ax_score_host_look(host, i, arena, out);
  pthread_mutex_unlock(&host->lock);
  return status;
}
