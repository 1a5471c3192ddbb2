/* score_deploy.h: versions that should be active and are not there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "scoring/score_host.h"

static void keep(char *to, size_t size, ax_str text) {
  (void)snprintf(to, size, AX_STR_FMT, AX_STR_ARG(text));
}

/* --- remembering -------------------------------------------------------------
 */

void ax_score_missing_add(ax_score_host *host, const ax_score_act *act,
                          ax_str why) {
  ax_score_missing *m = calloc(1, sizeof *m);
  if (!m || host->missing_count == AX_SCORE_HOST_KILLED) {
    free(m);
    return;
  }
  keep(m->module, sizeof m->module, act->module);
  keep(m->version, sizeof m->version, act->version);
  keep(m->digest, sizeof m->digest, act->digest);
  keep(m->why, sizeof m->why, why);
  pthread_mutex_lock(&host->lock);
  host->missing[host->missing_count++] = m;
  pthread_mutex_unlock(&host->lock);
  ax_log_event(AX_LOG_ERROR, "module_missing",
               ax_log_str("module", act->module),
               ax_log_str("version", act->version),
               ax_log_str("digest", act->digest), ax_log_str("why", why));
}

const ax_score_missing *ax_score_missing_find(const ax_score_host *host,
                                              ax_str target) {
  ax_str selector = target, name = ax_str_cut(&selector, '@');
  for (size_t i = 0; i < host->missing_count; i++) {
    const ax_score_missing *m = host->missing[i];
    ax_str digest = ax_str_from(m->digest);
    bool meant = !selector.len ||
                 ax_str_eq(selector, ax_str_from(m->version)) ||
                 (selector.len >= 8 && ax_str_starts(digest, selector));
    if (digest.len && meant && ax_str_eq(name, ax_str_from(m->module)))
      return m;
  }
  return NULL;
}

void ax_score_missing_forget(ax_score_host *host,
                             const ax_score_missing *gone) {
  pthread_mutex_lock(&host->lock);
  for (size_t i = 0; i < host->missing_count; i++) {
    if (host->missing[i] != gone) continue;
    free(host->missing[i]);
    host->missing[i] = host->missing[--host->missing_count];
    break;
  }
  pthread_mutex_unlock(&host->lock);
}

bool ax_score_missing_was(const ax_score_host *host,
                          const ax_score_version *v) {
  for (size_t i = 0; i < host->missing_count; i++)
    if (!strcmp(host->missing[i]->digest, v->files.version_digest) &&
        !strcmp(host->missing[i]->module, v->files.name))
      return true;
  return false;
}

void ax_score_missing_free(ax_score_host *host) {
  for (size_t i = 0; i < host->missing_count; i++) free(host->missing[i]);
}

/* --- telling -----------------------------------------------------------------
 */

/* What could take its place, or why what lies there cannot. */
static const ax_score_version *instead_of(const ax_score_host *host,
                                          const ax_score_missing *m) {
  const ax_score_version *found = NULL;
  for (size_t i = 0; i < host->version_count; i++) {
    const ax_score_version *v = host->versions[i];
    if (strcmp(v->files.name, m->module) != 0 || !v->finished) continue;
    if (!found || v->state == AX_MODULE_STAGED) found = v;
  }
  return found;
}

static ax_str sentence(ax_arena *arena, const ax_score_host *host,
                       const ax_score_missing *m) {
  const ax_score_version *v = instead_of(host, m);
  ax_str label = v ? ax_score_version_label(v) : AX_STR("");
  if (!m->digest[0]) return ax_arena_str(arena, ax_str_from(m->why));
  if (!v)
    return ax_arena_printf(
        arena,
        "module '%s' version %s (%.12s...) was active and is not in the folder "
        "of plug-ins: put it back, or `auspex plugin retire %s`",
        m->module, m->version, m->digest, m->module);
  if (v->state == AX_MODULE_QUARANTINED)
    return ax_arena_printf(
        arena,
        "module '%s' version %s (%.12s...) was active and is not in the folder "
        "of plug-ins; what lies there (%.12s...) is quarantined: %s",
        m->module, m->version, m->digest, v->files.version_digest, v->why);
  return ax_arena_printf(
      arena,
      "module '%s' version %s (%.12s...) was active and is not in the folder "
      "of plug-ins; version " AX_STR_FMT " (%.12s...) is %s there: `auspex "
      "plugin activate %s@%.8s` takes it into service",
      m->module, m->version, m->digest, AX_STR_ARG(label),
      v->files.version_digest, ax_score_deploy_state_name(v->state), m->module,
      v->files.version_digest);
}

static ax_status fill(ax_arena *arena, ax_score_missed *out, const char *module,
                      const char *version, const char *digest) {
  out->module = ax_arena_str(arena, ax_str_from(module));
  out->version = ax_arena_str(arena, ax_str_from(version));
  out->digest = ax_arena_str(arena, ax_str_from(digest));
  return out->module.ptr && out->version.ptr && out->digest.ptr && out->why.ptr
             ? AX_OK
             : AX_NOMEM;
}

static bool has_active(const ax_score_host *host, const char *module) {
  for (size_t i = 0; i < host->version_count; i++)
    if (host->versions[i]->state == AX_MODULE_ACTIVE &&
        !strcmp(host->versions[i]->files.name, module))
      return true;
  return false;
}

static ax_status list_gone(const ax_score_host *host, ax_arena *arena,
                           ax_score_missed *out, size_t *count) {
  for (size_t i = 0; i < host->missing_count; i++) {
    const ax_score_missing *m = host->missing[i];
    if (has_active(host, m->module)) continue;
    ax_score_missed *one = &out[(*count)++];
    *one = (ax_score_missed){ .gone = true, .why = sentence(arena, host, m) };
    AX_TRY(fill(arena, one, m->module, m->version, m->digest));
  }
  return AX_OK;
}

static ax_status list_idle(const ax_score_host *host, ax_arena *arena,
                           ax_score_missed *out, size_t *count) {
  for (size_t i = 0; i < host->version_count; i++) {
    const ax_score_version *v = host->versions[i];
    ax_worker_pool_stats stats = { 0 };
    if (v->state != AX_MODULE_ACTIVE || !v->pool) continue;
    ax_worker_pool_look(v->pool, &stats);
    if (stats.running) continue;
    ax_score_missed *one = &out[(*count)++];
    *one = (ax_score_missed){ .why = ax_arena_printf(
                                  arena,
                                  "module '%s' is active and has no worker: %s",
                                  v->files.name, stats.detail) };
    const char *version = ax_arena_cstr(arena, ax_score_version_label(v));
    AX_TRY(fill(arena, one, v->files.name, version ? version : "",
                v->files.version_digest));
  }
  return AX_OK;
}

ax_status ax_score_deploy_missing(ax_score_host *host, ax_arena *arena,
                                  ax_score_missed **out, size_t *count) {
  *count = 0;
  pthread_mutex_lock(&host->lock);
  *out = AX_NEW_ARRAY(arena, ax_score_missed,
                      host->missing_count + host->version_count + 1);
  ax_status status = *out ? list_gone(host, arena, *out, count) : AX_NOMEM;
  if (!status) status = list_idle(host, arena, *out, count);
  pthread_mutex_unlock(&host->lock);
  return status;
}
