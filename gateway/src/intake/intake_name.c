#include "intake/intake_name.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/uuid.h"
#include "intake/intake_patch.h"

typedef struct {
  const ax_intake *intake;
  const ax_intake_request *rq;
  ax_intake_match *match;
  const ax_intake_once *once;
  ax_intake_item *items;
  size_t count;
  ax_error *err;
} naming;

/* --- faults ----------------------------------------------------------------
 */

/* `member` is where the condition stands in a Bundle: ".request.ifMatch". */
static void refuse(ax_intake_item *item, int status, ax_issue_type type,
                   const char *id, const char *member, ax_str text) {
  const ax_json *request = AX_JSON_GET(item->entry, "request");
  const ax_json *at =
      *member ? ax_json_get(request, ax_str_from(member + sizeof "request" + 1))
              : NULL;
  item->status = status;
  ax_fhir_issues_addf(item->issues, AX_ERROR, type, id,
                      ax_intake_item_path(item, item->in_bundle ? member : ""),
                      at, AX_STR(""), AX_STR_FMT, AX_STR_ARG(text));
}

static void refuse_condition(ax_intake_item *item, const char *member,
                             const char *name, ax_str condition,
                             const ax_intake_found *found) {
  bool several = found->count == AX_INTAKE_MATCH_SEVERAL;
  ax_str text = ax_arena_printf(
      ax_fhir_issues_arena(item->issues),
      "%s \"" AX_STR_FMT "\" on " AX_STR_FMT " %s%.*s", name,
      AX_STR_ARG(condition), AX_STR_ARG(item->type),
      several ? "finds more than one resource (R4 3.1.0.8.1)"
              : "is not a usable query: ",
      several ? 0 : (int)found->why.len, several ? "" : found->why.ptr);
  refuse(item, several ? 412 : 400,
         several ? AX_ISSUE_MULTIPLE_MATCHES : AX_ISSUE_VALUE,
         several ? "condition-several-matches" : "condition-bad-query", member,
         text);
}

/* --- new ones --------------------------------------------------------------
 */

static ax_status name_new(const naming *n, ax_intake_item *item) {
  char *text = AX_NEW_ARRAY(n->rq->arena, char, AX_UUID_TEXT + 1);
  if (!text) return AX_NOMEM;
  ax_uuid_text(ax_uuid_v7(item->updated_ms), text);
  return ax_intake_item_name(n->rq->arena, item, (ax_str){ text, AX_UUID_TEXT },
                             1);
}

static ax_status name_post(const naming *n, ax_intake_item *item) {
  const ax_intake_found *found = NULL;
  if (item->if_none_exist.len == 0) return name_new(n, item);
  AX_TRY(ax_intake_match_stored(n->match, item->type, item->if_none_exist,
                                &found, n->err));
  if (found->count == AX_INTAKE_MATCH_NONE) return name_new(n, item);
  if (found->count != AX_INTAKE_MATCH_ONE) {
    refuse_condition(item, ".request.ifNoneExist", "If-None-Exist",
                     item->if_none_exist, found);
    return name_new(n, item);
  }
  if (ax_intake_match_goes_away(n->match, item->type, found->stored.id))
    return name_new(n, item);
  item->found = true;
  item->status = 200;
  item->updated_ms = found->stored.updated_ms;
  item->body = found->stored.body;
  return ax_intake_item_name(n->rq->arena, item, found->stored.id,
                             found->stored.version);
}

/* --- what is there ---------------------------------------------------------
 */

static bool exists(const ax_intake_item *item) {
  return item->before.version && !item->before.deleted;
}

static void check_version(const naming *n, ax_intake_item *item) {
  uint64_t now = exists(item) ? item->before.version : 0;
  ax_arena *arena = n->rq->arena;
  if (item->if_match && item->if_match != now &&
      !(item->if_match == AX_INTAKE_MATCH_ANY && now)) {
    ax_str text =
        now ? ax_arena_printf(arena,
                              AX_STR_FMT "/" AX_STR_FMT
                                         " is at version %" PRIu64
                                         ", not at version %" PRIu64,
                              AX_STR_ARG(item->type), AX_STR_ARG(item->id), now,
                              item->if_match)
            : ax_arena_printf(arena,
                              AX_STR_FMT "/" AX_STR_FMT
                                         " does not exist, so that no version "
                                         "of it can be current",
                              AX_STR_ARG(item->type), AX_STR_ARG(item->id));
    refuse(item, 412, AX_ISSUE_CONFLICT, "version-not-current",
           ".request.ifMatch", text);
  }
  if (item->if_none_match && now &&
      (item->if_none_match == AX_INTAKE_MATCH_ANY ||
       item->if_none_match == now))
    refuse(item, 412, AX_ISSUE_CONFLICT, "version-exists",
           ".request.ifNoneMatch",
           ax_arena_printf(arena,
                           AX_STR_FMT "/" AX_STR_FMT
                                      " exists already, at version %" PRIu64,
                           AX_STR_ARG(item->type), AX_STR_ARG(item->id), now));
}

/* What was kept in quarantine may be older than what came since; of the same
 * millisecond nobody can tell, and to overwrite is worse than to ask. */
static void check_release(const naming *n, ax_intake_item *item) {
  const ax_intake_release *release = n->rq->release;
  if (!release || item->method == AX_INTAKE_DELETE ||
      item->before.updated_ms < release->at_ms)
    return;
  refuse(item, 409, AX_ISSUE_CONFLICT, "changed-since", ".request.url",
         ax_arena_printf(n->rq->arena,
                         AX_STR_FMT "/" AX_STR_FMT
                                    " was changed after this came in; to "
                                    "release it would undo that",
                         AX_STR_ARG(item->type), AX_STR_ARG(item->id)));
}

static ax_status look(const naming *n, ax_intake_item *item) {
  ax_error local = { 0 };
  item->before = (ax_stored){ 0 };
  ax_status status =
      ax_store_read(n->intake->options.store, n->rq->arena, item->type,
                    item->id, AX_VERSION_ANY, &item->before, &local);
  if (status && status != AX_NOT_FOUND)
    return ax_error_set(n->err, status, "%s", local.text);
  if (status) item->before = (ax_stored){ 0 };
  check_version(n, item);
  check_release(n, item);
  /* History goes forward, also when the clock was put back. */
  if (item->updated_ms < item->before.updated_ms)
    item->updated_ms = item->before.updated_ms;
  return ax_intake_item_name(n->rq->arena, item, item->id,
                             item->before.version + 1);
}

/*
 * Finds the one resource that the condition means and sets its id, which stays
 * empty when there is none.
 */
static ax_status find_by_condition(const naming *n, ax_intake_item *item) {
  const ax_intake_found *found = NULL;
  item->id = AX_STR("");
  AX_TRY(ax_intake_match_stored(n->match, item->type, item->condition, &found,
                                n->err));
  if (found->count == AX_INTAKE_MATCH_ONE)
    item->id = found->stored.id;
  else if (found->count != AX_INTAKE_MATCH_NONE)
    refuse_condition(item, ".request.url", "The condition", item->condition,
                     found);
  return AX_OK;
}

/* --- PUT -------------------------------------------------------------------
 */

/* R4 3.1.0.4.3: no match, and perhaps an id of the client's own. */
static ax_status name_unmatched(const naming *n, ax_intake_item *item) {
  if (item->sent_id.len == 0) {
    item->status = 201;
    if (item->if_match) check_version(n, item);
    return name_new(n, item);
  }
  item->id = item->sent_id;
  AX_TRY(look(n, item));
  item->status = 201;
  if (!exists(item) || ax_fhir_issues_errors(item->issues)) return AX_OK;
  refuse(item, 409, AX_ISSUE_CONFLICT, "condition-other-id", ".request.url",
         ax_arena_printf(n->rq->arena,
                         "The condition finds nothing, and the id of the "
                         "resource belongs to " AX_STR_FMT "/" AX_STR_FMT
                         ", which does not meet it",
                         AX_STR_ARG(item->type), AX_STR_ARG(item->sent_id)));
  return AX_OK;
}

static ax_status name_put(const naming *n, ax_intake_item *item) {
  if (item->condition.len) {
    AX_TRY(find_by_condition(n, item));
    if (item->status) return name_new(n, item);
    if (item->id.len == 0) return name_unmatched(n, item);
    if (item->sent_id.len && !ax_str_eq(item->sent_id, item->id))
      refuse(item, 400, AX_ISSUE_VALUE, "condition-other-id", ".request.url",
             ax_arena_printf(n->rq->arena,
                             "The condition finds " AX_STR_FMT "/" AX_STR_FMT
                             ", but the resource carries the id " AX_STR_FMT
                             " (R4 3.1.0.4.3)",
                             AX_STR_ARG(item->type), AX_STR_ARG(item->id),
                             AX_STR_ARG(item->sent_id)));
  }
  int refused = item->status;
  AX_TRY(look(n, item));
  if (item->status == refused && !refused)
    item->status = exists(item) ? 200 : 201;
  return AX_OK;
}

/* --- DELETE, PATCH ---------------------------------------------------------
 */

static ax_status name_delete(const naming *n, ax_intake_item *item) {
  if (item->condition.len) {
    AX_TRY(find_by_condition(n, item));
    if (item->id.len == 0) {
      if (item->status == 0) item->found = true; /* nothing to delete */
      if (item->status == 0) item->status = 204;
      return AX_OK;
    }
  }
  AX_TRY(look(n, item));
  if (item->status) return AX_OK;
  item->status = 204;
  if (exists(item)) return AX_OK;
  item->found = true; /* gone already, or never here: R4 3.1.0.7 */
  item->version = item->before.version;
  item->updated_ms = item->before.updated_ms;
  return AX_OK;
}

static ax_status name_patch(const naming *n, ax_intake_item *item) {
  item->resource = NULL;
  if (item->condition.len) {
    AX_TRY(find_by_condition(n, item));
    if (item->status) return name_new(n, item);
  }
  if (item->id.len) AX_TRY(look(n, item));
  if (item->status) return AX_OK;
  item->status = 200;
  if (exists(item))
    return ax_intake_patch_apply(n->intake, n->rq, item);
  bool gone = item->id.len && item->before.deleted;
  refuse(item, gone ? 410 : 404, gone ? AX_ISSUE_DELETED : AX_ISSUE_NOT_FOUND,
         "patch-nothing", ".request.url",
         item->id.len
             ? ax_arena_printf(n->rq->arena,
                               gone ? "%.*s/%.*s was deleted; nothing is left "
                                      "to patch"
                                    : "There is no %.*s/%.*s to patch",
                               AX_STR_ARG(item->type), AX_STR_ARG(item->id))
             : AX_STR("The condition finds nothing to patch"));
  return item->id.len ? AX_OK : name_new(n, item);
}

/* --- all -------------------------------------------------------------------
 */

static ax_status name_one(const naming *n, ax_intake_item *item) {
  bool done = false;
  AX_TRY(ax_intake_once_settle(n->once, n->rq->arena, item, &done, n->err));
  if (done) return AX_OK;
  switch (item->method) {
  case AX_INTAKE_POST:
    return name_post(n, item);
  case AX_INTAKE_PUT:
    return name_put(n, item);
  case AX_INTAKE_PATCH:
    return name_patch(n, item);
  case AX_INTAKE_DELETE:
    return name_delete(n, item);
  case AX_INTAKE_NOTHING:
  case AX_INTAKE_GET:
    break;
  }
  return AX_OK;
}

/* Conditions may lead two items to one resource. */
static ax_status refuse_overlaps(const naming *n) {
  bool conditional = false;
  for (size_t i = 0; i < n->count; i++)
    conditional |= n->items[i].condition.len > 0;
  if (!conditional || n->count < 2) return AX_OK;
  ax_map *seen = ax_map_new(n->rq->arena);
  if (!seen) return AX_NOMEM;
  for (size_t i = 0; i < n->count; i++) {
    ax_intake_item *item = &n->items[i];
    if (item->method < AX_INTAKE_PUT || item->method > AX_INTAKE_DELETE ||
        item->reference.len == 0)
      continue;
    const ax_intake_item *first = ax_map_get(seen, item->reference);
    if (first)
      refuse(item, 400, AX_ISSUE_DUPLICATE, "entry-overlap", ".request.url",
             ax_arena_printf(
                 n->rq->arena,
                 "Entries %zu and %zu mean the same resource " AX_STR_FMT
                 "; a transaction may not do two things "
                 "to one resource (R4 3.1.0.11.2)",
                 first->i, item->i, AX_STR_ARG(item->reference)));
    else
      AX_TRY(ax_map_put(seen, item->reference, item));
  }
  return AX_OK;
}

static ax_str condition_of(const ax_intake_item *item) {
  if (item->method == AX_INTAKE_POST) return item->if_none_exist;
  return item->method == AX_INTAKE_PUT ? item->condition : AX_STR("");
}

static void refuse_twin(ax_intake_item *item, const ax_intake_item *other,
                        ax_str condition) {
  refuse(item, 400, AX_ISSUE_DUPLICATE, "entry-overlap",
         item->method == AX_INTAKE_POST ? ".request.ifNoneExist"
                                        : ".request.url",
         ax_arena_printf(
             ax_fhir_issues_arena(item->issues),
             "What entry %zu stores meets the condition \"" AX_STR_FMT
             "\" of entry %zu, too: the transaction would make two of what may "
             "be there once (R4 3.1.0.11.2)",
             other->i, AX_STR_ARG(condition), item->i));
}

/* Conditions too many to look at all (MATCH_WRONG) are let pass: what is
 * stored is looked at in any case. */
ax_status ax_intake_name_apart(ax_intake_match *match, ax_intake_item *items,
                               size_t count, ax_error *err) {
  for (size_t i = 0; i < count && count > 1; i++) {
    ax_intake_item *item = &items[i];
    const ax_intake_found *found = NULL;
    ax_str condition = condition_of(item);
    int fresh = item->method == AX_INTAKE_POST ? 0 : 201;
    if (!condition.len || item->found || item->status != fresh) continue;
    AX_TRY(ax_intake_match_any(match, item->type, condition, &found, err));
    const ax_intake_item *other =
        found->item == item ? found->before : found->item;
    if (found->all != AX_INTAKE_MATCH_WRONG && other)
      refuse_twin(item, other, condition);
  }
  return AX_OK;
}

ax_status
ax_intake_name_items(const ax_intake *intake, const ax_intake_request *rq,
                     ax_intake_match *match, const ax_intake_once *once,
                     ax_intake_item *items, size_t count, ax_error *err) {
  naming n = { intake, rq, match, once, items, count, err };
  int64_t now = ax_clock_wall_ms();
  for (size_t i = 0; i < count; i++) {
    items[i].updated_ms = now;
    items[i].status = 0;
    items[i].found = false;
  }
  /* Deletions by condition first: creates look at what goes away. */
  for (size_t i = 0; i < count; i++)
    if (items[i].method == AX_INTAKE_DELETE) AX_TRY(name_one(&n, &items[i]));
  for (size_t i = 0; i < count; i++)
    if (items[i].method != AX_INTAKE_DELETE) AX_TRY(name_one(&n, &items[i]));
  return refuse_overlaps(&n);
}
