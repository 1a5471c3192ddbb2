/* score_deploy.h: the states of an earlier life, and what the configuration
 * says of a first one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "scoring/score_host.h"

typedef struct {
  ax_score_host *host;
  const ax_score_history *history;
  ax_error *err;
} beginning;

/* --- what was
 * --------------------------------------------------------------------
 */

static bool makes_active(const ax_score_act *act) {
  return act->kind == AX_SCORE_ACT_ACTIVATE ||
         act->kind == AX_SCORE_ACT_ROLLBACK;
}

static bool moves(const ax_score_act *act) {
  return makes_active(act) || act->kind == AX_SCORE_ACT_SHADOW ||
         act->kind == AX_SCORE_ACT_RETIRE;
}

/* The act that made this version what it is, or NULL. `turn`: when it became
 * active last. */
static const ax_score_act *last_act(const ax_score_history *h,
                                    const ax_score_version *v, uint64_t *turn) {
  const ax_score_act *last = NULL;
  *turn = 0;
  for (size_t i = 0; i < h->act_count; i++) {
    const ax_score_act *act = &h->acts[i];
    if (!moves(act) || !ax_str_eq(act->module, ax_str_from(v->files.name)))
      continue;
    if (ax_str_eq(act->digest, ax_str_from(v->files.version_digest))) {
      last = act;
      if (makes_active(act)) *turn = i + 1;
    } else if (makes_active(act) && last && makes_active(last)) {
      last = act; /* another one took its place */
    }
  }
  return last;
}

static ax_module_state state_after(const ax_score_act *act,
                                   const ax_score_version *v) {
  if (!act) return AX_MODULE_STAGED;
  if (act->kind == AX_SCORE_ACT_SHADOW) return AX_MODULE_SHADOW;
  bool own = ax_str_eq(act->digest, ax_str_from(v->files.version_digest));
  return makes_active(act) && own ? AX_MODULE_ACTIVE : AX_MODULE_RETIRED;
}

static void restore(const beginning *b, ax_score_version *v) {
  uint64_t turn;
  const ax_score_act *act = last_act(b->history, v, &turn);
  if (v->state != AX_MODULE_STAGED || !act) return;
  v->turn = turn;
  if (turn > b->host->turns) b->host->turns = turn;
  ax_score_host_state(b->host, v, state_after(act, v), act->who, act->why);
  v->since_ms = act->at_ms;
}

static ax_status restore_killed(const beginning *b) {
  for (size_t i = 0; i < b->history->act_count; i++) {
    const ax_score_act *act = &b->history->acts[i];
    bool kill = act->kind == AX_SCORE_ACT_KILL;
    if (!kill && act->kind != AX_SCORE_ACT_REVIVE) continue;
    if (ax_score_deploy_is_killed(b->host, act->model) != kill)
      AX_TRY(ax_score_deploy_mark(b->host, act->model, kill));
  }
  return AX_OK;
}

/* Was there an act of a person or the configuration about this module? */
static bool has_history(const beginning *b, ax_str module) {
  for (size_t i = 0; i < b->history->act_count; i++)
    if (moves(&b->history->acts[i]) &&
        ax_str_eq(b->history->acts[i].module, module))
      return true;
  return false;
}

static const ax_score_version *active_of(const ax_score_host *host,
                                         ax_str module) {
  for (size_t i = 0; i < host->version_count; i++)
    if (host->versions[i]->state == AX_MODULE_ACTIVE &&
        ax_str_eq(ax_str_from(host->versions[i]->files.name), module))
      return host->versions[i];
  return NULL;
}

/* Is this the last act that moved anything of its module? */
static bool is_last(const beginning *b, size_t i) {
  for (size_t k = i + 1; k < b->history->act_count; k++) {
    const ax_score_act *later = &b->history->acts[k];
    if (ax_str_eq(later->module, b->history->acts[i].module) &&
        (makes_active(later) ||
         (moves(later) &&
          ax_str_eq(later->digest, b->history->acts[i].digest))))
      return false;
  }
  return true;
}

/* What was active and cannot be now. */
static void look_for_missing(const beginning *b) {
  for (size_t i = 0; i < b->history->act_count; i++) {
    const ax_score_act *act = &b->history->acts[i];
    if (makes_active(act) && is_last(b, i) && !active_of(b->host, act->module))
      ax_score_missing_add(b->host, act,
                           AX_STR("it was active and is not in the folder of "
                                  "plug-ins, or cannot be used"));
  }
}

/* --- what the configuration says
 * ---------------------------------------------------
 */

static void activate_one(const beginning *b, ax_arena *arena, ax_str target) {
  ax_error err = { 0 };
  ax_str rest = target, name = ax_str_cut(&rest, '@');
  if (has_history(b, name)) return;
  ax_score_order order = { AX_SCORE_ACT_ACTIVATE, target,
                           AX_STR("configuration"),
                           AX_STR("listed as activate, first seen") };
  ax_status status = ax_score_deploy_do(b->host, &order, arena, NULL, &err);
  if (!status) return;
  char text[AX_SCORE_HOST_WHY + 100];
  (void)snprintf(text, sizeof text,
                 "module '%.*s' is listed as activate and is not active: %s",
                 (int)(target.len < 80 ? target.len : 80), target.ptr,
                 err.text);
  const ax_score_act listed = { .module = name,
                                .version = AX_STR(""),
                                .digest = AX_STR("") };
  ax_score_missing_add(b->host, &listed, ax_str_from(text));
}

static ax_status activate_listed(const beginning *b) {
  ax_str rest = ax_str_from(b->history->activate ? b->history->activate : "");
  ax_arena *arena = ax_arena_new(1 << 20);
  if (!arena) return ax_error_set(b->err, AX_NOMEM, "no memory for modules");
  while (rest.len) {
    size_t n = 0;
    while (n < rest.len && !strchr(" ,\t\n", rest.ptr[n])) n++;
    if (n) activate_one(b, arena, (ax_str){ rest.ptr, n });
    rest = ax_str_skip(rest, n + 1);
  }
  ax_arena_free(arena);
  return AX_OK;
}

static void remember_found(const beginning *b) {
  for (size_t i = 0; i < b->history->act_count; i++) {
    const ax_score_act *act = &b->history->acts[i];
    for (size_t v = 0; v < b->host->version_count; v++)
      if (act->kind == AX_SCORE_ACT_STAGE &&
          ax_str_eq(act->digest,
                    ax_str_from(b->host->versions[v]->files.version_digest)))
        b->host->versions[v]->noted = true;
  }
}

static ax_status restore_poison(const beginning *b) {
  ax_poison *poison = b->host->poison;
  if (b->history->suspects)
    AX_TRY(ax_poison_keep(poison, b->history->suspects, b->err));
  for (size_t i = 0; i < b->history->act_count; i++) {
    if (b->history->acts[i].kind != AX_SCORE_ACT_POISON) continue;
    (void)ax_poison_add(poison, b->history->acts[i].row);
    ax_poison_acquit(poison, b->history->acts[i].row);
  }
  return AX_OK;
}

ax_status ax_score_deploy_begin(ax_score_host *host,
                                const ax_score_history *history,
                                ax_error *err) {
  beginning b = { host, history, err };
  pthread_mutex_lock(&host->acts);
  host->record = history->record;
  host->record_ctx = history->ctx;
  ax_status status = restore_poison(&b);
  if (!status) status = restore_killed(&b);
  for (size_t i = 0; i < host->version_count; i++)
    restore(&b, host->versions[i]);
  remember_found(&b);
  if (!status) status = ax_score_deploy_note(host, 0, err);
  if (!status && ax_score_view_renew(host))
    status = ax_error_set(err, AX_NOMEM, "no memory for models");
  if (!status) look_for_missing(&b);
  pthread_mutex_lock(&host->lock);
  ax_score_host_tidy(host);
  pthread_mutex_unlock(&host->lock);
  pthread_mutex_unlock(&host->acts);
  return status ? status : activate_listed(&b);
}
