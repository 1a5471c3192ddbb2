/* score_deploy.h: looking at what is deployed. */
#include <string.h>

#include "scoring/score_host.h"

static ax_status copy(ax_arena *arena, const char *text, ax_str *out) {
  *out = ax_arena_str(arena, ax_str_from(text ? text : ""));
  return out->ptr ? AX_OK : AX_NOMEM;
}

static ax_status list_models(ax_score_host *host, ax_arena *arena,
                             const ax_score_version *v,
                             ax_score_deployed *out) {
  ax_score_deployed_model *models =
      AX_NEW_ARRAY(arena, ax_score_deployed_model, v->model_count + 1);
  if (!models) return AX_NOMEM;
  for (size_t i = 0; i < v->model_count; i++) {
    const ax_model *m = &v->models[i].model;
    ax_str *const to[] = { &models[i].id, &models[i].name, &models[i].version,
                           &models[i].title };
    const ax_str from[] = { m->id, m->name, m->version, m->title };
    for (size_t t = 0; t < AX_COUNT(to); t++) {
      *to[t] = ax_arena_str(arena, from[t]);
      if (!to[t]->ptr) return AX_NOMEM;
    }
    models[i].killed = ax_score_deploy_is_killed(host, m->id);
  }
  out->models = models;
  out->model_count = v->model_count;
  return AX_OK;
}

static ax_status describe(ax_score_host *host, ax_arena *arena, size_t i,
                          ax_score_deployed *out) {
  const ax_score_version *v = host->versions[i];
  *out = (ax_score_deployed){ .state = v->state,
                              .since_ms = v->since_ms,
                              .standby = v->state == AX_MODULE_RETIRED &&
                                         v->pool != NULL,
                              .golden = v->golden.count > 0 };
  AX_TRY(copy(arena, v->files.name, &out->module));
  AX_TRY(copy(arena, v->folder, &out->folder));
  AX_TRY(copy(arena, v->files.version_digest, &out->digest));
  AX_TRY(copy(arena, v->files.digest, &out->module_digest));
  AX_TRY(copy(arena, v->files.data_digest, &out->data_digest));
  AX_TRY(copy(arena, v->files.signer, &out->signer));
  AX_TRY(copy(arena, v->why, &out->why));
  AX_TRY(copy(arena, v->by, &out->by));
  AX_TRY(ax_score_host_look(host, i, arena, &out->workers));
  return list_models(host, arena, v, out);
}

ax_status ax_score_deploy_list(ax_score_host *host, ax_arena *arena,
                               ax_score_deployed **out, size_t *count) {
  ax_status status = AX_OK;
  pthread_mutex_lock(&host->lock);
  *count = 0;
  *out = AX_NEW_ARRAY(arena, ax_score_deployed, host->version_count + 1);
  if (!*out) status = AX_NOMEM;
  for (size_t i = 0; !status && i < host->version_count; i++)
    if (host->versions[i]->finished)
      status = describe(host, arena, i, &(*out)[(*count)++]);
  pthread_mutex_unlock(&host->lock);
  return status;
}

void ax_score_deploy_stats(ax_score_host *host, ax_json_writer *w) {
  ax_json_write_array(w);
  pthread_mutex_lock(&host->lock);
  for (size_t i = 0; i < host->version_count; i++)
    for (size_t m = 0; m < host->versions[i]->model_count; m++)
      ax_score_stats_write(host->versions[i]->models[m].stats, w);
  pthread_mutex_unlock(&host->lock);
  ax_json_write_close(w);
}
