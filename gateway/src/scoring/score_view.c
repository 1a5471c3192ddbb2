#include "scoring/score_view.h"

#include <stdlib.h>

#include "scoring/score_host.h"

/* --- making ------------------------------------------------------------------
 */

static bool offers(const ax_score_version *v) {
  return v->state == AX_MODULE_ACTIVE || v->state == AX_MODULE_SHADOW;
}

static size_t count_models(const ax_score_host *host) {
  size_t count = 0;
  for (size_t i = 0; i < host->version_count; i++)
    if (offers(host->versions[i])) count += host->versions[i]->model_count;
  return count;
}

static void add_models(ax_score_view *view, ax_score_version *v) {
  const ax_score_host *host = view->host;
  view->versions[view->version_count++] = v;
  v->views++;
  for (size_t i = 0; i < v->model_count; i++)
    if (!ax_score_deploy_is_killed(host, v->models[i].model.id))
      view->entries[view->count++] =
          (ax_score_view_entry){ &v->models[i], v->state == AX_MODULE_SHADOW };
}

ax_status ax_score_view_renew(ax_score_host *host) {
  size_t room = count_models(host);
  ax_score_view *view =
      calloc(1, sizeof *view + room * sizeof(ax_score_view_entry));
  if (!view) return AX_NOMEM;
  view->versions = calloc(host->version_count + 1, sizeof *view->versions);
  if (!view->versions) {
    free(view);
    return AX_NOMEM;
  }
  view->host = host;
  view->holders = 1; /* the host itself */
  pthread_mutex_lock(&host->lock);
  for (size_t i = 0; i < host->version_count; i++)
    if (offers(host->versions[i])) add_models(view, host->versions[i]);
  ax_score_view *before = host->view;
  host->view = view;
  pthread_mutex_unlock(&host->lock);
  if (before) ax_score_view_let_go(before);
  return AX_OK;
}

void ax_score_view_let_go(ax_score_view *view) {
  ax_score_host *host = view->host;
  pthread_mutex_lock(&host->lock);
  bool last = --view->holders == 0;
  for (size_t i = 0; last && i < view->version_count; i++)
    if (--view->versions[i]->views == 0) ax_score_host_tidy(host);
  pthread_mutex_unlock(&host->lock);
  if (!last) return;
  free(view->versions);
  free(view);
}

/* --- holding -----------------------------------------------------------------
 */

static void let_go(void *view) {
  ax_score_view_let_go(view);
}

ax_status ax_score_view_hold(ax_score_host *host, ax_arena *arena,
                             const ax_score_view **out) {
  pthread_mutex_lock(&host->lock);
  ax_score_view *view = host->view;
  view->holders++;
  pthread_mutex_unlock(&host->lock);
  if (ax_arena_defer(arena, let_go, view)) {
    ax_score_view_let_go(view);
    return AX_NOMEM;
  }
  *out = view;
  return AX_OK;
}

/* --- looking -----------------------------------------------------------------
 */

static const ax_score_view_entry *nth(const ax_score_view *view, bool shadow,
                                      size_t n) {
  for (size_t i = 0; i < view->count; i++)
    if (view->entries[i].shadow == shadow && n-- == 0) return &view->entries[i];
  return NULL;
}

static size_t count_of(const ax_score_view *view, bool shadow) {
  size_t count = 0;
  for (size_t i = 0; i < view->count; i++)
    count += view->entries[i].shadow == shadow;
  return count;
}

size_t ax_score_view_count(const ax_score_view *view) {
  return count_of(view, false);
}

const ax_model *ax_score_view_model(const ax_score_view *view, size_t i) {
  const ax_score_view_entry *entry = nth(view, false, i);
  return entry ? &entry->model->model : NULL;
}

size_t ax_score_view_shadow_count(const ax_score_view *view) {
  return count_of(view, true);
}

const ax_model *ax_score_view_shadow(const ax_score_view *view, size_t i,
                                     ax_str *name) {
  const ax_score_view_entry *entry = nth(view, true, i);
  if (!entry) return NULL;
  *name = entry->model->shadow_name;
  return &entry->model->model;
}

static bool called(const ax_score_view_entry *entry, ax_str name) {
  const ax_score_host_model *m = entry->model;
  if (entry->shadow) return ax_str_eq(m->shadow_name, name);
  return ax_str_eq(m->model.id, name) || ax_str_eq(m->model.name, name);
}

const ax_model *ax_score_view_named(const ax_score_view *view, ax_str name) {
  for (size_t i = 0; i < view->count; i++)
    if (called(&view->entries[i], name)) return &view->entries[i].model->model;
  return NULL;
}

bool ax_score_view_is_shadow(ax_str name) {
  return ax_str_starts(name, AX_STR("shadow:"));
}

/* The view of now without holding it: for who knows that nobody deploys. */

size_t ax_score_model_count(const ax_score_host *host) {
  return ax_score_view_count(host->view);
}

const ax_model *ax_score_model(const ax_score_host *host, size_t i) {
  return ax_score_view_model(host->view, i);
}

const ax_model *ax_score_model_named(const ax_score_host *host, ax_str name) {
  return ax_score_view_named(host->view, name);
}
