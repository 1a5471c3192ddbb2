#include "intake/intake_draft.h"

#include <string.h>

#include "base/clock.h"
#include "intake/intake_hold.h"
#include "intake/intake_match.h"
#include "intake/intake_medication.h"
#include "intake/intake_name.h"
#include "intake/intake_once.h"
#include "intake/intake_patient.h"
#include "intake/intake_refs.h"
#include "intake/intake_subscription.h"
#include "intake/intake_subset.h"
#include "intake/intake_tasks.h"
#include "intake/intake_verdict.h"

enum { TRIES = 8, BODY_MAX = 256 << 20 };

bool ax_intake_draft_faulty(const ax_intake_draft *draft) {
  for (size_t i = 0; i < draft->count; i++)
    if (draft->items[i].issues && ax_fhir_issues_errors(draft->items[i].issues))
      return true;
  return false;
}

/* --- how each is stored ----------------------------------------------------
 */

static ax_status settle_items(ax_intake_draft *draft, ax_intake_match *match,
                              ax_error *err) {
  ax_intake_refs refs = { draft->urls, draft->conditional ? match : NULL };
  for (size_t i = 0; i < draft->count; i++) {
    ax_intake_item *item = &draft->items[i];
    if (!ax_intake_item_writes(item) || !item->resource) continue;
    ax_intake_subset_refuse(item);
    AX_TRY(ax_intake_refs_settle(&refs, draft->rq->arena, item, err));
    AX_TRY(ax_intake_subscription_settle(draft->intake->options.outbox,
                                         draft->intake->options.search,
                                         draft->rq->arena, item));
    if (item->method != AX_INTAKE_POST)
      AX_TRY(ax_intake_item_compare(draft->rq->arena, item));
  }
  return AX_OK;
}

static ax_status finish_items(ax_intake_draft *draft) {
  ax_buf scratch = AX_BUF_INIT(BODY_MAX);
  ax_status status = AX_OK;
  for (size_t i = 0; i < draft->count && !status; i++) {
    ax_intake_item *item = &draft->items[i];
    if (!ax_intake_item_writes(item) || item->method == AX_INTAKE_DELETE)
      continue;
    status =
        ax_intake_item_finish(draft->intake->options.search, draft->rq->arena,
                              draft->rq->base, &scratch, item);
    if (item->status == 0) item->status = 201;
  }
  ax_buf_free(&scratch);
  return status;
}

static ax_status settle_patients(ax_intake_draft *draft, ax_intake_match *match,
                                 ax_error *err) {
  const ax_intake_options *options = &draft->intake->options;
  AX_TRY(ax_intake_patient_settle(options, draft->rq->arena, match,
                                  draft->items, draft->count, err));
  return ax_intake_patient_adoptions(
      options->store, draft->rq->arena, draft->items, draft->count,
      &draft->adoptions, &draft->adoption_count, err);
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

/* What validation found about items that are accepted all the same. */
static ax_status collect_findings(const ax_intake_draft *draft,
                                  ax_commit *commit) {
  size_t room = 0;
  for (size_t i = 0; i < draft->count; i++)
    room += draft->items[i].findings != NULL;
  if (!room) return AX_OK;
  commit->held = AX_NEW_ARRAY(draft->rq->arena, ax_held, room);
  if (!commit->held) return AX_NOMEM;
  for (size_t i = 0; i < draft->count; i++) {
    const ax_intake_item *item = &draft->items[i];
    if (item->findings && ax_intake_item_writes(item))
      AX_TRY(ax_intake_verdict_record(draft->rq, item,
                                      &commit->held[commit->held_count++]));
  }
  return AX_OK;
}

/* A release ends its stay in quarantine by the same commit. */
static ax_status collect_release(const ax_intake_draft *draft, ax_held *end,
                                 ax_commit *commit) {
  if (!draft->rq->release) return AX_OK;
  AX_TRY(ax_intake_hold_settled(&draft->intake->options, draft->rq,
                                draft->items, draft->count, end));
  commit->settled = end;
  commit->settled_count = 1;
  return AX_OK;
}

static ax_status add_preconditions(ax_arena *arena,
                                   const ax_intake_medication_read *read,
                                   ax_commit *commit) {
  size_t count = commit->precondition_count;
  if (!read->count) return AX_OK;
  ax_precondition *all =
      AX_NEW_ARRAY(arena, ax_precondition, count + read->count);
  if (!all) return AX_NOMEM;
  if (count) memcpy(all, commit->preconditions, count * sizeof *all);
  memcpy(all + count, read->items, read->count * sizeof *all);
  commit->preconditions = all;
  commit->precondition_count = count + read->count;
  return AX_OK;
}

static ax_status commit_items(ax_intake_draft *draft, ax_intake_match *match,
                              const ax_intake_medication_read *read,
                              const ax_intake_once *once, ax_error *err) {
  const ax_intake_request *rq = draft->rq;
  const ax_intake_item *first = draft->items;
  bool alone = draft->count == 1 && first->reference.len;
  ax_audit audit = { .at_ms = ax_clock_wall_ms(),
                     .request_id = rq->request_id,
                     .caller = rq->caller,
                     .action = ax_str_from(draft->action),
                     .target = alone ? first->reference : AX_STR("Bundle"),
                     .outcome = AX_STR("accepted"),
                     .message = rq->message,
                     .identifier = rq->identifier };
  ax_commit commit = { .tasks = draft->tasks,
                       .task_count = draft->task_count,
                       .adoptions = draft->adoptions,
                       .adoption_count = draft->adoption_count,
                       .audit = &audit,
                       .needs_held = rq->job };
  AX_TRY(collect_writes(draft, &commit));
  AX_TRY(ax_intake_match_preconditions(match, rq->arena, &commit.preconditions,
                                       &commit.precondition_count));
  AX_TRY(add_preconditions(rq->arena, read, &commit));
  ax_once record;
  bool remember = false;
  AX_TRY(ax_intake_once_record(once, rq->arena, draft->items, draft->count,
                               &record, &remember));
  if (remember) commit.once = &record;
  ax_held end;
  AX_TRY(collect_findings(draft, &commit));
  AX_TRY(collect_release(draft, &end, &commit));
  if (commit.write_count == 0 && !remember && !commit.settled_count)
    return AX_OK; /* everything was there already */
  AX_TRY(ax_store_commit(draft->intake->options.store, &commit, err));
  if (remember) ax_intake_once_did(rq);
  return AX_OK;
}

static ax_status try_once(ax_intake_draft *draft, bool again, bool *stored,
                          ax_error *err) {
  ax_arena *arena = draft->rq->arena;
  ax_intake_match *match = ax_intake_match_new(
      arena, draft->intake->options.store, draft->intake->options.search,
      draft->rq->base, draft->items, draft->count);
  ax_intake_medication_read read;
  ax_intake_once once;
  *stored = false;
  if (!match) return AX_NOMEM;
  AX_TRY(ax_intake_once_known(draft->rq, draft->intake->options.store, again,
                              &once, err));
  if (once.other) {
    ax_intake_once_refuse(draft->items[0].issues);
    draft->items[0].status = 422;
    return AX_OK;
  }
  AX_TRY(ax_intake_name_items(draft->intake, draft->rq, match, &once,
                              draft->items, draft->count, err));
  if (draft->conditional)
    AX_TRY(ax_intake_name_apart(match, draft->items, draft->count, err));
  AX_TRY(settle_items(draft, match, err));
  if (ax_intake_draft_faulty(draft)) return AX_OK;
  AX_TRY(ax_intake_medication_find(draft->intake->options.store, arena,
                                   draft->rq->base, draft->items, draft->count,
                                   &read, err));
  AX_TRY(finish_items(draft));
  AX_TRY(settle_patients(draft, match, err));
  AX_TRY(ax_intake_tasks_plan(&draft->intake->options, arena, draft->items,
                              draft->count, &draft->tasks, &draft->task_count,
                              err));
  AX_TRY(commit_items(draft, match, &read, &once, err));
  *stored = true;
  return AX_OK;
}

ax_status ax_intake_draft_store(ax_intake_draft *draft, bool *stored,
                                ax_error *err) {
  *stored = false;
  if (ax_intake_draft_faulty(draft)) return AX_OK;
  for (int i = 0; i < TRIES; i++) {
    ax_error local = { 0 };
    ax_status status = try_once(draft, i > 0, stored, &local);
    if (status && status != AX_CONFLICT && err && !err->status) *err = local;
    if (status != AX_CONFLICT) return status;
  }
  return ax_error_set(err, AX_CONFLICT,
                      "others changed the same resources %d times while this "
                      "was being stored; send it again",
                      TRIES);
}

void ax_intake_draft_score(const ax_intake_draft *draft) {
  if (draft->intake->scorer && draft->task_count && !draft->rq->score_later)
    ax_intake_scorer_wait(draft->intake->scorer, draft->tasks,
                          draft->task_count);
}
