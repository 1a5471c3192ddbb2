#include "intake/intake_draft.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "intake/intake_match.h"
#include "intake/intake_once.h"
#include "intake/intake_refs.h"
#include "intake/intake_tasks.h"

enum { TRIES = 8, BODY_MAX = 256 << 20 };

bool ax_intake_draft_faulty(const ax_intake_draft *draft) {
  for (size_t i = 0; i < draft->count; i++)
    if (draft->items[i].issues && ax_fhir_issues_errors(draft->items[i].issues))
      return true;
  return false;
}

/* --- who each item is ------------------------------------------------------
 */

static ax_status name_new(ax_arena *arena, ax_intake_item *item) {
  char *text = AX_NEW_ARRAY(arena, char, AX_UUID_TEXT + 1);
  if (!text) return AX_NOMEM;
  ax_uuid_text(ax_uuid_v7(item->updated_ms), text);
  return ax_intake_item_name(arena, item, (ax_str){ text, AX_UUID_TEXT }, 1);
}

static void refuse_condition(ax_intake_item *item,
                             const ax_intake_found *found) {
  bool several = found->count == AX_INTAKE_MATCH_SEVERAL;
  item->status = several ? 412 : 400;
  ax_fhir_issues_addf(
      item->issues, AX_ERROR,
      several ? AX_ISSUE_MULTIPLE_MATCHES : AX_ISSUE_VALUE,
      several ? "condition-several-matches" : "condition-bad-query",
      ax_intake_item_path(item, item->in_bundle ? ".request.ifNoneExist" : ""),
      item->in_bundle
          ? AX_JSON_GET(AX_JSON_GET(item->entry, "request"), "ifNoneExist")
          : NULL,
      AX_STR(""), "If-None-Exist \"" AX_STR_FMT "\" on " AX_STR_FMT " %s%.*s",
      AX_STR_ARG(item->if_none_exist), AX_STR_ARG(item->type),
      several ? "finds more than one resource (R4 3.1.0.8.1)"
              : "is not a usable query: ",
      several ? 0 : (int)found->why.len, several ? "" : found->why.ptr);
}

static ax_status name_post(ax_arena *arena, ax_intake_match *match,
                           ax_intake_item *item, ax_error *err) {
  const ax_intake_found *found = NULL;
  item->found = false;
  if (item->if_none_exist.len == 0) return name_new(arena, item);
  AX_TRY(ax_intake_match_stored(match, item->type, item->if_none_exist, &found,
                                err));
  if (found->count == AX_INTAKE_MATCH_NONE) return name_new(arena, item);
  if (found->count != AX_INTAKE_MATCH_ONE) {
    refuse_condition(item, found);
    return name_new(arena, item);
  }
  item->found = true;
  item->status = 200;
  item->updated_ms = found->stored.updated_ms;
  item->body = found->stored.body;
  return ax_intake_item_name(arena, item, found->stored.id,
                             found->stored.version);
}

static ax_status name_put(ax_arena *arena, ax_store *store,
                          ax_intake_item *item, ax_error *err) {
  ax_stored now = { 0 };
  ax_error local = { 0 };
  ax_status status = ax_store_read(store, arena, item->type, item->id,
                                   AX_VERSION_ANY, &now, &local);
  if (status && status != AX_NOT_FOUND)
    return ax_error_set(err, status, "%s", local.text);
  item->status = now.version && !now.deleted ? 200 : 201;
  if (item->if_match && item->if_match != now.version) {
    item->status = 412;
    ax_fhir_issues_addf(
        item->issues, AX_ERROR, AX_ISSUE_CONFLICT, "version-not-current",
        ax_intake_item_path(item, ".request.ifMatch"), NULL, AX_STR(""),
        AX_STR_FMT "/" AX_STR_FMT " is at version %" PRIu64
                   ", not at version %" PRIu64,
        AX_STR_ARG(item->type), AX_STR_ARG(item->id), now.version,
        item->if_match);
  }
  return ax_intake_item_name(arena, item, item->id, now.version + 1);
}

static ax_status name_items(ax_intake_draft *draft, ax_intake_match *match,
                            const ax_intake_once *once, ax_error *err) {
  int64_t now = ax_clock_wall_ms();
  for (size_t i = 0; i < draft->count; i++) {
    ax_intake_item *item = &draft->items[i];
    bool done = false;
    item->updated_ms = now;
    item->status = 0;
    AX_TRY(ax_intake_once_settle(once, draft->rq->arena, item, &done, err));
    if (done) continue;
    if (item->method == AX_INTAKE_POST)
      AX_TRY(name_post(draft->rq->arena, match, item, err));
    else if (item->method == AX_INTAKE_PUT)
      AX_TRY(
          name_put(draft->rq->arena, draft->intake->options.store, item, err));
  }
  return AX_OK;
}

/* --- how each is stored ----------------------------------------------------
 */

static ax_status settle_items(ax_intake_draft *draft, ax_intake_match *match,
                              ax_error *err) {
  ax_intake_refs refs = { draft->urls, draft->conditional ? match : NULL };
  for (size_t i = 0; i < draft->count; i++)
    if (ax_intake_item_writes(&draft->items[i]))
      AX_TRY(ax_intake_refs_settle(&refs, draft->rq->arena, &draft->items[i],
                                   err));
  return AX_OK;
}

static ax_status finish_items(ax_intake_draft *draft) {
  ax_buf scratch = AX_BUF_INIT(BODY_MAX);
  ax_status status = AX_OK;
  for (size_t i = 0; i < draft->count && !status; i++) {
    ax_intake_item *item = &draft->items[i];
    if (!ax_intake_item_writes(item)) continue;
    status = ax_intake_item_finish(draft->rq->arena, draft->rq->base, &scratch,
                                   item);
    if (item->status == 0) item->status = 201;
  }
  ax_buf_free(&scratch);
  return status;
}

/* --- the commit ------------------------------------------------------------
 */

static ax_status collect_writes(const ax_intake_draft *draft,
                                ax_commit *commit) {
  commit->writes = AX_NEW_ARRAY(draft->rq->arena, ax_write, draft->count);
  if (!commit->writes) return AX_NOMEM;
  for (size_t i = 0; i < draft->count; i++)
    if (ax_intake_item_writes(&draft->items[i]))
      commit->writes[commit->write_count++] =
          ax_intake_item_write(&draft->items[i]);
  return AX_OK;
}

static ax_status commit_items(ax_intake_draft *draft, ax_intake_match *match,
                              const ax_intake_once *once, ax_error *err) {
  const ax_intake_request *rq = draft->rq;
  const ax_intake_item *first = draft->items;
  bool alone = draft->count == 1 && first->reference.len;
  ax_audit audit = { .at_ms = ax_clock_wall_ms(),
                     .request_id = rq->request_id,
                     .caller = rq->caller,
                     .action = ax_str_from(draft->action),
                     .target = alone ? first->reference : AX_STR("Bundle"),
                     .outcome = AX_STR("accepted") };
  ax_commit commit = { .tasks = draft->tasks,
                       .task_count = draft->task_count,
                       .audit = &audit };
  AX_TRY(collect_writes(draft, &commit));
  AX_TRY(ax_intake_match_preconditions(match, rq->arena, &commit.preconditions,
                                       &commit.precondition_count));
  ax_once record;
  bool remember = false;
  AX_TRY(ax_intake_once_record(once, rq->arena, draft->items, draft->count,
                               &record, &remember));
  if (remember) commit.once = &record;
  if (commit.write_count == 0 && !remember)
    return AX_OK; /* everything was there already */
  return ax_store_commit(draft->intake->options.store, &commit, err);
}

static ax_status try_once(ax_intake_draft *draft, bool *stored, ax_error *err) {
  ax_arena *arena = draft->rq->arena;
  ax_intake_match *match =
      ax_intake_match_new(arena, draft->intake->options.store, draft->rq->base,
                          draft->items, draft->count);
  ax_intake_once once;
  *stored = false;
  if (!match) return AX_NOMEM;
  AX_TRY(ax_intake_once_look(draft->rq, draft->intake->options.store, &once,
                             err));
  if (once.other) {
    ax_intake_once_refuse(draft->items[0].issues);
    draft->items[0].status = 422;
    return AX_OK;
  }
  AX_TRY(name_items(draft, match, &once, err));
  AX_TRY(settle_items(draft, match, err));
  if (ax_intake_draft_faulty(draft)) return AX_OK;
  AX_TRY(finish_items(draft));
  AX_TRY(ax_intake_tasks_plan(&draft->intake->options, arena, draft->items,
                              draft->count, &draft->tasks, &draft->task_count));
  AX_TRY(commit_items(draft, match, &once, err));
  *stored = true;
  return AX_OK;
}

ax_status ax_intake_draft_store(ax_intake_draft *draft, bool *stored,
                                ax_error *err) {
  *stored = false;
  if (ax_intake_draft_faulty(draft)) return AX_OK;
  for (int i = 0; i < TRIES; i++) {
    ax_error local = { 0 };
    ax_status status = try_once(draft, stored, &local);
    if (status && status != AX_CONFLICT && err && !err->status) *err = local;
    if (status != AX_CONFLICT) return status;
  }
  return ax_error_set(err, AX_CONFLICT,
                      "others changed the same resources %d times while this "
                      "was being stored; send it again",
                      TRIES);
}

void ax_intake_draft_score(const ax_intake_draft *draft) {
  if (draft->intake->scorer && draft->task_count)
    ax_intake_scorer_wait(draft->intake->scorer, draft->tasks,
                          draft->task_count);
}
