#include "scoring/score_deploy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"
#include "scoring/score_host.h"

/* --- names -------------------------------------------------------------------
 */

const char *ax_score_deploy_state_name(ax_module_state state) {
  static const char *const names[] = {
#define X(name, text) text,
    AX_MODULE_STATES(X)
#undef X
  };
  return names[state];
}

static const char *const act_names[] = {
#define X(name, text, help) text,
  AX_SCORE_ACTS(X)
#undef X
};

const char *ax_score_deploy_act_name(ax_score_act_kind kind) {
  return act_names[kind];
}

bool ax_score_deploy_act_named(ax_str name, ax_score_act_kind *out) {
  for (size_t i = 0; i < AX_COUNT(act_names); i++)
    if (ax_str_eq(name, ax_str_from(act_names[i])))
      return *out = (ax_score_act_kind)i, true;
  return false;
}

/* --- finding -----------------------------------------------------------------
 */

typedef struct {
  ax_score_host *host;
  ax_arena *arena; /* of who asks */
  ax_score_act act;
  ax_error *err;
} doing;

static bool selects(ax_str selector, const ax_score_version *v) {
  ax_str digest = ax_str_from(v->files.version_digest);
  if (!selector.len) return true;
  if (selector.len >= 8 && ax_str_starts(digest, selector)) return true;
  return ax_str_eq(selector, ax_score_version_label(v));
}

static bool is_usable(const ax_score_version *v) {
  return v->state != AX_MODULE_QUARANTINED && v->model_count > 0;
}

/* How well a version suits an act that names no version: the newest that is
 * waiting for it. */
static unsigned rank(ax_score_act_kind kind, const ax_score_version *v) {
  switch (v->state) {
  case AX_MODULE_STAGED:
    return kind == AX_SCORE_ACT_RETIRE ? 1 : 3;
  case AX_MODULE_SHADOW:
    return kind == AX_SCORE_ACT_SHADOW ? 0 : 2;
  case AX_MODULE_ACTIVE:
    return kind == AX_SCORE_ACT_RETIRE ? 3 : 0;
  case AX_MODULE_DRAINING:
  case AX_MODULE_RETIRED:
    return kind == AX_SCORE_ACT_RETIRE ? 0 : 1;
  case AX_MODULE_QUARANTINED:
    break;
  }
  return 0;
}

static ax_status nothing_fits(const doing *d, ax_str target, bool module) {
  for (size_t i = 0; i < d->host->version_count; i++) {
    const ax_score_version *v = d->host->versions[i];
    if (ax_str_starts(target, ax_str_from(v->files.name)) &&
        v->state == AX_MODULE_QUARANTINED)
      return ax_error_set(d->err, AX_CONFLICT, "module '%s' is quarantined: %s",
                          v->files.name, v->why);
  }
  return ax_error_set(d->err, AX_NOT_FOUND, "there is no %s \"%.*s\"%s",
                      module ? "version of a module" : "module",
                      (int)(target.len < 100 ? target.len : 100), target.ptr,
                      module ? " that could be taken" : "");
}

static ax_status find_version(const doing *d, ax_str target,
                              ax_score_version **out) {
  ax_str selector = target, name = ax_str_cut(&selector, '@');
  unsigned best = 0, ties = 0, named = 0;
  for (size_t i = 0; i < d->host->version_count; i++) {
    ax_score_version *v = d->host->versions[i];
    if (!ax_str_eq(name, ax_str_from(v->files.name)) || !is_usable(v)) continue;
    named++;
    if (!selects(selector, v)) continue;
    unsigned r = selector.len ? 9 : rank(d->act.kind, v);
    ties = r == best ? ties + 1 : r > best ? 1 : ties;
    if (r <= best) continue;
    best = r;
    *out = v;
  }
  if (best && ties == 1) return AX_OK;
  if (best)
    return ax_error_set(d->err, AX_CONFLICT,
                        "%u versions of it could be meant: say \"" AX_STR_FMT
                        "@\" with the beginning of a digest",
                        ties, AX_STR_ARG(name));
  if (named && !selector.len)
    return ax_error_set(
        d->err, AX_CONFLICT,
        "no version of \"" AX_STR_FMT "\" is in a state from which it could %s",
        AX_STR_ARG(name), ax_score_deploy_act_name(d->act.kind));
  return nothing_fits(d, target, named > 0);
}

static ax_score_version *active_of(const ax_score_host *host,
                                   const char *module) {
  for (size_t i = 0; i < host->version_count; i++)
    if (host->versions[i]->state == AX_MODULE_ACTIVE &&
        !strcmp(host->versions[i]->files.name, module))
      return host->versions[i];
  return NULL;
}

static ax_status find_before(const doing *d, ax_str target,
                             ax_score_version **out) {
  ax_score_version *before = NULL;
  for (size_t i = 0; i < d->host->version_count; i++) {
    ax_score_version *v = d->host->versions[i];
    if (ax_str_eq(target, ax_str_from(v->files.name)) && v->turn &&
        (v->state == AX_MODULE_RETIRED || v->state == AX_MODULE_DRAINING) &&
        (!before || v->turn > before->turn))
      before = v;
  }
  *out = before;
  if (before) return AX_OK;
  return ax_error_set(d->err, AX_NOT_FOUND,
                      "there is no earlier version of \"%.*s\" to roll back to",
                      (int)(target.len < 100 ? target.len : 100), target.ptr);
}

static ax_status find_model(const doing *d, ax_str target,
                            ax_score_host_model **out) {
  for (size_t i = 0; i < d->host->version_count; i++) {
    ax_score_version *v = d->host->versions[i];
    for (size_t m = 0; m < v->model_count; m++) {
      const ax_model *model = &v->models[m].model;
      if (!ax_str_eq(model->id, target) && !ax_str_eq(model->name, target))
        continue;
      *out = &v->models[m];
      if (v->state == AX_MODULE_ACTIVE) return AX_OK;
    }
  }
  if (*out) return AX_OK;
  return ax_error_set(d->err, AX_NOT_FOUND, "there is no model \"%.*s\"",
                      (int)(target.len < 100 ? target.len : 100), target.ptr);
}

/* --- models that are off -----------------------------------------------------
 */

bool ax_score_deploy_is_killed(const ax_score_host *host, ax_str id) {
  for (size_t i = 0; i < host->killed_count; i++)
    if (ax_str_eq(ax_str_from(host->killed[i]), id)) return true;
  return false;
}

ax_status ax_score_deploy_mark(ax_score_host *host, ax_str id, bool killed) {
  char *kept = killed ? malloc(id.len + 1) : NULL;
  if (killed && (!kept || host->killed_count == AX_SCORE_HOST_KILLED)) {
    free(kept);
    return AX_NOMEM;
  }
  pthread_mutex_lock(&host->lock);
  if (killed) {
    memcpy(kept, id.ptr, id.len);
    kept[id.len] = '\0';
    host->killed[host->killed_count++] = kept;
  }
  for (size_t i = 0; !killed && i < host->killed_count; i++) {
    if (!ax_str_eq(ax_str_from(host->killed[i]), id)) continue;
    free(host->killed[i]);
    host->killed[i] = host->killed[--host->killed_count];
    break;
  }
  pthread_mutex_unlock(&host->lock);
  return AX_OK;
}

/* --- rules -------------------------------------------------------------------
 */

static const ax_score_version *other_with(const ax_score_host *host,
                                          const ax_score_version *v,
                                          const ax_model *model) {
  for (size_t i = 0; i < host->version_count; i++) {
    const ax_score_version *o = host->versions[i];
    if (o->state != AX_MODULE_ACTIVE || !strcmp(o->files.name, v->files.name))
      continue;
    for (size_t m = 0; m < o->model_count; m++)
      if (ax_str_eq(o->models[m].model.id, model->id) ||
          ax_str_eq(o->models[m].model.name, model->name))
        return o;
  }
  return NULL;
}

ax_status ax_score_deploy_fits(const ax_score_host *host,
                               const ax_score_version *v, ax_error *err) {
  for (size_t m = 0; m < v->model_count; m++) {
    const ax_score_version *o = other_with(host, v, &v->models[m].model);
    if (o)
      return ax_error_set(err, AX_CONFLICT,
                          "its model '" AX_STR_FMT
                          "' has the id or name of one of module '%s'",
                          AX_STR_ARG(v->models[m].model.id), o->files.name);
  }
  return AX_OK;
}

/* --- acts --------------------------------------------------------------------
 */

static void tell(const ax_score_act *act) {
  ax_log_event(
      AX_LOG_INFO, "module_act",
      ax_log_str("act", ax_str_from(ax_score_deploy_act_name(act->kind))),
      ax_log_str("module", act->module), ax_log_str("version", act->version),
      ax_log_str("digest", act->digest), ax_log_str("model", act->model),
      ax_log_str("who", act->who), ax_log_str("why", act->why));
}

/* Module, version and digest are filled in. */
static ax_status record_act(doing *d) {
  d->act.at_ms = ax_clock_wall_ms();
  if (d->host->record)
    AX_TRY(d->host->record(d->host->record_ctx, &d->act, d->err));
  tell(&d->act);
  return AX_OK;
}

static ax_status record(doing *d, const ax_score_version *v) {
  d->act.module = ax_str_from(v->files.name);
  d->act.version = ax_score_version_label(v);
  d->act.digest = ax_str_from(v->files.version_digest);
  return record_act(d);
}

static void set(const doing *d, ax_score_version *v, ax_module_state state) {
  ax_score_host_state(d->host, v, state, d->act.who, d->act.why);
}

/* A version that requests still work with drains; nobody else sees it. */
static void leave(const doing *d, ax_score_version *v) {
  pthread_mutex_lock(&d->host->lock);
  bool needed = v->views > 0;
  pthread_mutex_unlock(&d->host->lock);
  set(d, v, needed ? AX_MODULE_DRAINING : AX_MODULE_RETIRED);
}

/* The models of the new view are ready before anybody sees it; whoever holds
 * the old one ends its batch there. */
static ax_status switch_to(doing *d, ax_score_version *v,
                           ax_module_state state) {
  ax_score_version *active = active_of(d->host, v->files.name);
  if (v->state == state)
    return ax_error_set(d->err, AX_CONFLICT, "it is %s already",
                        ax_score_deploy_state_name(state));
  if (state == AX_MODULE_ACTIVE)
    AX_TRY(ax_score_deploy_fits(d->host, v, d->err));
  AX_TRY(ax_score_version_wake(d->host, v, d->err));
  AX_TRY(record(d, v));
  if (state == AX_MODULE_ACTIVE) {
    if (active) leave(d, active);
    v->turn = ++d->host->turns;
  }
  set(d, v, state);
  return ax_score_view_renew(d->host);
}

static ax_status retire(doing *d, ax_score_version *v) {
  if (v->state == AX_MODULE_RETIRED || v->state == AX_MODULE_DRAINING)
    return ax_error_set(d->err, AX_CONFLICT, "it is %s already",
                        ax_score_deploy_state_name(v->state));
  AX_TRY(record(d, v));
  leave(d, v);
  return ax_score_view_renew(d->host);
}

/* The texts of the act are the caller's to read after what is gone is
 * forgotten.
 */
static ax_status retire_gone(doing *d, const ax_score_missing *gone) {
  ax_str *const to[] = { &d->act.module, &d->act.version, &d->act.digest };
  const char *const from[] = { gone->module, gone->version, gone->digest };
  for (size_t i = 0; i < AX_COUNT(to); i++) {
    *to[i] = ax_arena_str(d->arena, ax_str_from(from[i]));
    if (!to[i]->ptr) return AX_NOMEM;
  }
  AX_TRY(record_act(d));
  ax_score_missing_forget(d->host, gone);
  return AX_OK;
}

/* What should be in service counts before what only lies there. */
static ax_status retire_named(doing *d, ax_str target) {
  ax_score_version *v = NULL;
  const ax_score_missing *gone = ax_score_missing_find(d->host, target);
  if (gone && !active_of(d->host, gone->module)) return retire_gone(d, gone);
  AX_TRY(find_version(d, target, &v));
  return retire(d, v);
}

/* Whatever version is activated: what is killed stays killed. */
static ax_status kill_model(doing *d, const ax_score_host_model *model,
                            bool kill) {
  ax_str id = model->model.id;
  if (ax_score_deploy_is_killed(d->host, id) == kill)
    return ax_error_set(d->err, AX_CONFLICT, "model '" AX_STR_FMT "' is %s",
                        AX_STR_ARG(id), kill ? "off already" : "not off");
  d->act.model = id;
  AX_TRY(record(d, model->version));
  AX_TRY(ax_score_deploy_mark(d->host, id, kill));
  return ax_score_view_renew(d->host);
}

static ax_status act_on(doing *d, ax_str target) {
  ax_score_version *v = NULL;
  ax_score_host_model *model = NULL;
  switch (d->act.kind) {
  case AX_SCORE_ACT_ACTIVATE:
    AX_TRY(find_version(d, target, &v));
    return switch_to(d, v, AX_MODULE_ACTIVE);
  case AX_SCORE_ACT_SHADOW:
    AX_TRY(find_version(d, target, &v));
    return switch_to(d, v, AX_MODULE_SHADOW);
  case AX_SCORE_ACT_ROLLBACK:
    AX_TRY(find_before(d, target, &v));
    return switch_to(d, v, AX_MODULE_ACTIVE);
  case AX_SCORE_ACT_RETIRE:
    return retire_named(d, target);
  case AX_SCORE_ACT_KILL:
  case AX_SCORE_ACT_REVIVE:
    AX_TRY(find_model(d, target, &model));
    return kill_model(d, model, d->act.kind == AX_SCORE_ACT_KILL);
  case AX_SCORE_ACT_STAGE:
  case AX_SCORE_ACT_QUARANTINE:
  case AX_SCORE_ACT_POISON:
  case AX_SCORE_ACT_COUNT:
    break;
  }
  return ax_error_set(d->err, AX_INVALID,
                      "that is not for people to do: a rescan does it");
}

static ax_status copy_act(ax_arena *arena, const ax_score_act *act,
                          ax_score_act *out) {
  *out = *act;
  ax_str *const texts[] = { &out->module, &out->version, &out->digest,
                            &out->model,  &out->who,     &out->why };
  for (size_t i = 0; i < AX_COUNT(texts); i++) {
    *texts[i] = ax_arena_str(arena, *texts[i]);
    if (!texts[i]->ptr) return AX_NOMEM;
  }
  return AX_OK;
}

ax_status ax_score_deploy_do(ax_score_host *host, const ax_score_order *order,
                             ax_arena *arena, ax_score_act *done,
                             ax_error *err) {
  doing d = { .host = host,
              .arena = arena,
              .err = err,
              .act = { .kind = order->kind,
                       .who = order->who,
                       .why = order->why,
                       .model = AX_STR(""),
                       .row = AX_STR("") } };
  if (!order->who.len)
    return ax_error_set(err, AX_INVALID, "nobody is named who does it");
  pthread_mutex_lock(&host->acts);
  ax_status status = act_on(&d, order->target);
  if (!status && done) status = copy_act(arena, &d.act, done);
  pthread_mutex_lock(&host->lock);
  ax_score_host_tidy(host);
  pthread_mutex_unlock(&host->lock);
  pthread_mutex_unlock(&host->acts);
  return status;
}

/* Without `acts`: a scoring thread does this, and it changes no version. */
void ax_score_deploy_poison(ax_score_host *host, const ax_score_version *v,
                            const ax_model *model, const ax_feature_row *row,
                            ax_str why) {
  char key[AX_POISON_KEY + 1];
  ax_poison_key(v->files.version_digest, model, row, key);
  ax_score_act act = { .kind = AX_SCORE_ACT_POISON,
                       .module = ax_str_from(v->files.name),
                       .version = model->version,
                       .digest = ax_str_from(v->files.version_digest),
                       .model = model->id,
                       .row = ax_str_from(key),
                       .who = AX_STR("gateway"),
                       .why = why,
                       .at_ms = ax_clock_wall_ms() };
  ax_error err = { 0 };
  if (!ax_poison_add(host->poison, act.row)) return;
  if (!host->record || !host->record(host->record_ctx, &act, &err))
    ax_poison_acquit(host->poison, act.row);
  else
    ax_log_event(AX_LOG_ERROR, "poison_not_recorded",
                 ax_log_str("model", model->id),
                 ax_log_str("why", ax_str_from(err.text)));
  tell(&act);
}

/* --- rescans -----------------------------------------------------------------
 */

/* What was found is recorded as an act of the gateway's own, once: a version
 * that stays bad is no news at the next look. */
static bool is_news(ax_score_host *host, const ax_score_version *v,
                    ax_score_act_kind kind) {
  ax_str key = ax_arena_printf(host->arena, "%s %s %s %s",
                               ax_score_deploy_act_name(kind), v->folder,
                               v->files.version_digest, v->why);
  if (!key.ptr || !ax_map_get(host->noted, key))
    return key.ptr ? ax_map_put(host->noted, key, host) == AX_OK : true;
  return false;
}

ax_status ax_score_deploy_note(ax_score_host *host, size_t first,
                               ax_error *err) {
  for (size_t i = first; i < host->version_count; i++) {
    const ax_score_version *v = host->versions[i];
    bool bad = v->state == AX_MODULE_QUARANTINED;
    doing d = { .host = host,
                .err = err,
                .act = { .kind =
                             bad ? AX_SCORE_ACT_QUARANTINE : AX_SCORE_ACT_STAGE,
                         .model = AX_STR(""),
                         .who = AX_STR("gateway"),
                         .why = ax_str_from(v->why) } };
    if ((bad || !v->noted) && is_news(host, v, d.act.kind))
      AX_TRY(record(&d, v));
  }
  return AX_OK;
}

/* What was active, was missed and is back: the act that made it active was
 * never taken back, and a restart would go by it. */
static void bring_back(ax_score_host *host, size_t first) {
  for (size_t i = first; i < host->version_count; i++) {
    ax_score_version *v = host->versions[i];
    ax_error err = { 0 };
    doing d = { .host = host,
                .err = &err,
                .act = { .kind = AX_SCORE_ACT_ACTIVATE,
                         .model = AX_STR(""),
                         .row = AX_STR(""),
                         .who = AX_STR("gateway"),
                         .why = AX_STR("it was active and is there again") } };
    if (v->state != AX_MODULE_STAGED || !ax_score_missing_was(host, v) ||
        active_of(host, v->files.name))
      continue;
    if (switch_to(&d, v, AX_MODULE_ACTIVE))
      ax_log_event(AX_LOG_ERROR, "module_not_active_again",
                   ax_log_str("module", ax_str_from(v->files.name)),
                   ax_log_str("why", ax_str_from(err.text)));
  }
}

ax_status ax_score_deploy_rescan(ax_score_host *host, size_t *found,
                                 ax_error *err) {
  size_t count = 0;
  pthread_mutex_lock(&host->acts);
  ax_status status = ax_score_host_scan(host, &count, err);
  if (!status)
    status = ax_score_deploy_note(host, host->version_count - count, err);
  if (!status) bring_back(host, host->version_count - count);
  pthread_mutex_unlock(&host->acts);
  if (found) *found = count;
  return status;
}
