#include "intake/intake_batch.h"

#include "base/vec.h"
#include "intake/intake_draft.h"
#include "intake/intake_match.h"
#include "search/search.h"

enum { GROUP_MAX = 200 };

typedef struct {
  const ax_intake *intake;
  const ax_intake_request *rq;
  ax_intake_item *items;               /* copies that stand side by side */
  ax_intake_item **from;               /* where each came from */
  const ax_index_row *rows[GROUP_MAX]; /* what each can be found by */
  size_t row_count[GROUP_MAX];
  size_t count;
  AX_VEC(ax_task) tasks;
} group;

static bool usable(const ax_intake_item *item) {
  return item->method != AX_INTAKE_NOTHING && item->method != AX_INTAKE_GET &&
         ax_fhir_issues_errors(item->issues) == 0;
}

/* --- failures of ours, as an answer to one entry ---------------------------
 */

static const struct {
  ax_status status;
  int http;
  ax_issue_type type;
} failures[] = {
  { AX_CONFLICT, 409, AX_ISSUE_CONFLICT },
  { AX_TOO_LARGE, 413, AX_ISSUE_TOO_COSTLY },
  { AX_UNAVAILABLE, 503, AX_ISSUE_TRANSIENT },
  { AX_TIMEOUT, 503, AX_ISSUE_TRANSIENT },
  { AX_IO, 503, AX_ISSUE_EXCEPTION },
  { AX_FULL, 507, AX_ISSUE_NO_STORE },
};

void ax_intake_batch_fail(ax_intake_item *item, ax_status status,
                          const ax_error *err) {
  ax_issue_type type = AX_ISSUE_EXCEPTION;
  item->status = 500;
  for (size_t i = 0; i < AX_COUNT(failures); i++)
    if (failures[i].status == status) {
      type = failures[i].type;
      item->status = failures[i].http;
    }
  ax_fhir_issues_addf(item->issues, AX_ERROR, type, "not-stored",
                      ax_intake_item_path(item, ""), item->entry, AX_STR(""),
                      "The entry could not be stored: %s",
                      err->text[0] ? err->text : ax_error_name(status));
}

ax_status ax_intake_batch_hold(const ax_intake_hold *hold,
                               ax_intake_item *items, size_t count) {
  ax_error err = { 0 };
  ax_status status = ax_intake_hold_refused(hold, items, count, &err);
  if (status == AX_NOMEM) return status;
  for (size_t i = 0; i < count; i++)
    if (items[i].hold && !items[i].held.len && !items[i].status)
      ax_intake_batch_fail(&items[i], status, &err);
  return AX_OK;
}

/* --- groups ----------------------------------------------------------------
 */

static ax_status keep_tasks(group *g, const ax_intake_draft *draft) {
  for (size_t i = 0; i < draft->task_count; i++) {
    ax_task *task = AX_VEC_PUSH(&g->tasks, g->rq->arena);
    if (!task) return AX_NOMEM;
    *task = draft->tasks[i];
  }
  return AX_OK;
}

static ax_status store(group *g, ax_intake_item *items, size_t count,
                       bool *stored, ax_error *err) {
  ax_intake_draft draft = { .intake = g->intake,
                            .rq = g->rq,
                            .action = "batch",
                            .items = items,
                            .count = count };
  ax_status status = ax_intake_draft_store(&draft, stored, err);
  return status || !*stored ? status : keep_tasks(g, &draft);
}

static ax_status store_one(group *g, ax_intake_item *item) {
  bool stored = false;
  ax_error err = { 0 };
  ax_status status = store(g, item, 1, &stored, &err);
  if (status == AX_NOMEM) return AX_NOMEM;
  if (status) ax_intake_batch_fail(item, status, &err);
  if (!status && !stored && item->status < 400) item->status = 422;
  return AX_OK;
}

/* All at once, or each alone: an item that stopped the group keeps its faults,
 * the others have none. */
static ax_status flush(group *g) {
  bool stored = false;
  ax_error err = { 0 };
  if (g->count == 0) return AX_OK;
  ax_status status = store(g, g->items, g->count, &stored, &err);
  if (status == AX_NOMEM) return AX_NOMEM;
  for (size_t i = 0; i < g->count; i++) {
    if (!stored && ax_fhir_issues_errors(g->items[i].issues) == 0) {
      g->items[i].status = 0;
      AX_TRY(store_one(g, &g->items[i]));
    } else if (!stored && g->items[i].status < 400) {
      g->items[i].status = 422;
    }
    *g->from[i] = g->items[i];
  }
  if (g->rq->progress) atomic_fetch_add(&g->rq->progress->done, g->count);
  g->count = 0;
  return AX_OK;
}

static ax_str condition_of(const ax_intake_item *item) {
  return item->condition.len ? item->condition : item->if_none_exist;
}

/* What a condition finds, and whom a patch or a deletion without an id means,
 * is only known when it is done: such an item stands alone in its group. */
static bool is_open(const ax_intake_item *item) {
  return item->condition.len > 0 || item->method == AX_INTAKE_PATCH;
}

/* Would the item see, or be, what an item of the group does? A conditional
 * create sees the resources of its type that came before it. */
static ax_status must_wait(const group *g, const ax_intake_item *item,
                           bool *wait) {
  ax_query query = { 0 };
  ax_str why = { 0 };
  ax_str condition = condition_of(item);
  *wait = false;
  if (condition.len) {
    AX_TRY(ax_intake_match_read(g->intake->options.search, g->rq->arena,
                                item->type, condition, g->rq->base, &query,
                                &why));
    if (why.len) return AX_OK; /* refused when its turn comes */
    if (!ax_intake_match_decides(&query)) {
      *wait = g->count > 0; /* only the store can say */
      return AX_OK;
    }
  }
  for (size_t i = 0; i < g->count && !*wait; i++) {
    const ax_intake_item *other = &g->items[i];
    if (!ax_str_eq(other->type, item->type)) continue;
    if (condition.len)
      *wait =
          ax_intake_match_rows(&query, other->id, g->rows[i], g->row_count[i]);
    *wait |= is_open(item) || is_open(other) ||
             (item->id.len && ax_str_eq(item->id, other->id));
    *wait |= condition.len && other->method != AX_INTAKE_POST;
  }
  return AX_OK;
}

static ax_status add(group *g, ax_intake_item *item) {
  bool wait = false;
  ax_index_row *rows = NULL;
  AX_TRY(must_wait(g, item, &wait));
  if (wait || g->count == GROUP_MAX) AX_TRY(flush(g));
  g->row_count[g->count] = 0;
  if (item->resource)
    AX_TRY(ax_search_index(g->intake->options.search, g->rq->arena,
                           item->resource, g->rq->base, &rows,
                           &g->row_count[g->count]));
  g->rows[g->count] = rows;
  g->items[g->count] = *item;
  g->from[g->count++] = item;
  return AX_OK;
}

static bool is_stopped(const ax_intake_request *rq) {
  return rq->progress && atomic_load(&rq->progress->stop);
}

ax_status ax_intake_batch_run(const ax_intake *intake,
                              const ax_intake_request *rq,
                              ax_intake_item *items, size_t count) {
  group *g = AX_NEW(rq->arena, group);
  if (!g) return AX_NOMEM;
  g->intake = intake;
  g->rq = rq;
  g->items = AX_NEW_ARRAY(rq->arena, ax_intake_item, GROUP_MAX);
  g->from = AX_NEW_ARRAY(rq->arena, ax_intake_item *, GROUP_MAX);
  if (!g->items || !g->from) return AX_NOMEM;
  for (size_t i = 0; i < count && !is_stopped(rq); i++)
    if (usable(&items[i])) AX_TRY(add(g, &items[i]));
  if (!is_stopped(rq)) AX_TRY(flush(g));
  ax_intake_draft all = { .intake = intake,
                          .rq = rq,
                          .tasks = g->tasks.items,
                          .task_count = g->tasks.count };
  ax_intake_draft_score(&all);
  return AX_OK;
}
