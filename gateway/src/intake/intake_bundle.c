/*
 * A Bundle on the data path (R4 3.1.0.11): read the entries, validate all of
 * it in one run, then
 *   a transaction is one draft: all or nothing, every fault in one answer;
 *   a batch is its entries one by one: each with its own answer.
 * Reads come last, so that they see what was written and scored.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "fhir/fhir_bundle.h"
#include "intake/intake_answer.h"
#include "intake/intake_batch.h"
#include "intake/intake_draft.h"
#include "intake/intake_entry.h"
#include "intake/intake_get.h"
#include "intake/intake_hold.h"
#include "intake/intake_once.h"
#include "intake/intake_verdict.h"

typedef struct {
  ax_intake *intake;
  const ax_intake_request *sent; /* as it came */
  const ax_intake_request *rq;   /* with codes translated */
  ax_fhir_bundle *bundle;
  ax_intake_item *items;
  size_t count;
  bool transaction;
  bool was_held; /* under its key, the transaction went into quarantine */
  ax_map *urls;  /* fullUrl -> item, of a transaction */
} run;

/* --- reading the entries ---------------------------------------------------
 */

/* In a transaction all items share one list of issues. */
static ax_status read_items(run *r, ax_fhir_issues *shared) {
  r->count = ax_fhir_bundle_count(r->bundle);
  r->items = AX_NEW_ARRAY(r->rq->arena, ax_intake_item, r->count);
  if (!r->items && r->count) return AX_NOMEM;
  for (size_t i = 0; i < r->count; i++) {
    ax_intake_item *item = &r->items[i];
    item->issues = r->transaction ? shared : ax_fhir_issues_new(r->rq->arena);
    if (!item->issues) return AX_NOMEM;
    AX_TRY(ax_intake_entry_read(r->intake, r->rq,
                                ax_fhir_bundle_at(r->bundle, i), item));
    if (item->method == AX_INTAKE_GET)
      AX_TRY(ax_intake_get_check(r->intake, r->rq, item));
  }
  return AX_OK;
}

static void refuse_overlap(ax_intake_item *item, const ax_intake_item *first,
                           const char *what, ax_str value) {
  item->status = 400;
  ax_fhir_issues_addf(item->issues, AX_ERROR, AX_ISSUE_DUPLICATE,
                      "entry-overlap", ax_intake_item_path(item, ""),
                      item->entry, AX_STR(""),
                      "Entries %zu and %zu have the same %s \"" AX_STR_FMT
                      "\"; a transaction may not do two things to one "
                      "resource (R4 3.1.0.11.2)",
                      first->i, item->i, what, AX_STR_ARG(value));
}

/* Claims `key` for the item; two claims are an overlap. */
static ax_status claim(ax_map *map, ax_intake_item *item, const char *what,
                       ax_str key) {
  const ax_intake_item *first = ax_map_get(map, key);
  if (!key.ptr) return AX_NOMEM;
  if (first) {
    refuse_overlap(item, first, what, key);
    return AX_OK;
  }
  return ax_map_put(map, key, item);
}

static int by_name_and_value(const void *a, const void *b) {
  const ax_search_pair *x = a, *y = b;
  int order = ax_str_compare(x->name, y->name);
  return order ? order : ax_str_compare(x->value, y->value);
}

/* Equal for conditions that say the same in other letters (%7C for |) or in
 * another order. What is no query is as it is: it is refused later. */
static ax_status condition_key(const run *r, const ax_intake_item *item,
                               ax_str query, ax_str *out) {
  ax_error local = { 0 };
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_arena *arena = r->rq->arena;
  ax_status status = ax_search_pairs(arena, query, &pairs, &count, &local);
  if (status == AX_NOMEM) return status;
  *out = AX_JOIN(arena, item->type, AX_STR("?"), query);
  if (status) return out->ptr ? AX_OK : AX_NOMEM;
  if (count) qsort(pairs, count, sizeof *pairs, by_name_and_value);
  ax_buf text = AX_BUF_INIT(SIZE_MAX);
  ax_buf_append(&text, item->type);
  for (size_t i = 0; i < count; i++) {
    ax_buf_append_char(&text, i ? '&' : '?');
    ax_buf_append(&text, pairs[i].name);
    ax_buf_append_char(&text, '=');
    ax_buf_append(&text, pairs[i].value);
  }
  *out = ax_arena_str(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return out->ptr ? AX_OK : AX_NOMEM;
}

/* What two updates on one condition mean is one resource, there or not. */
static ax_status claim_condition(const run *r, ax_map *updates, ax_map *creates,
                                 ax_intake_item *item) {
  ax_str key;
  bool put = item->method == AX_INTAKE_PUT;
  ax_str query = put                              ? item->condition
                 : item->method == AX_INTAKE_POST ? item->if_none_exist
                                                  : AX_STR("");
  if (!query.len) return AX_OK;
  AX_TRY(condition_key(r, item, query, &key));
  return put ? claim(updates, item, "condition", key)
             : claim(creates, item, "ifNoneExist", key);
}

static ax_status claim_target(const run *r, ax_map *targets,
                              ax_intake_item *item) {
  bool by_id = item->id.len && item->method >= AX_INTAKE_PUT &&
               item->method <= AX_INTAKE_DELETE;
  if (!by_id) return AX_OK;
  return claim(targets, item, "resource",
               ax_arena_printf(r->rq->arena, AX_STR_FMT "/" AX_STR_FMT,
                               AX_STR_ARG(item->type), AX_STR_ARG(item->id)));
}

/* R4 3.1.0.11.2: the identities in a transaction may not overlap. */
static ax_status settle_identities(run *r) {
  ax_arena *arena = r->rq->arena;
  ax_map *targets = ax_map_new(arena), *updates = ax_map_new(arena);
  ax_map *creates = ax_map_new(arena);
  r->urls = ax_map_new(arena);
  if (!targets || !updates || !creates || !r->urls) return AX_NOMEM;
  for (size_t i = 0; i < r->count; i++) {
    ax_intake_item *item = &r->items[i];
    bool writes =
        item->method >= AX_INTAKE_POST && item->method <= AX_INTAKE_DELETE;
    if (writes && item->full_url.len)
      AX_TRY(claim(r->urls, item, "fullUrl", item->full_url));
    AX_TRY(claim_target(r, targets, item));
    AX_TRY(claim_condition(r, updates, creates, item));
  }
  return AX_OK;
}

/* --- validation ------------------------------------------------------------
 */

/* The entry that a path is about; false: the Bundle itself. */
static bool entry_of(ax_str path, size_t *i) {
  ax_str start = AX_STR("Bundle.entry[");
  uint64_t n = 0;
  if (!ax_str_starts(path, start)) return false;
  ax_str rest = ax_str_skip(path, start.len);
  if (!ax_str_uint64(ax_str_cut(&rest, ']'), SIZE_MAX / 2, &n)) return false;
  *i = (size_t)n;
  return true;
}

/* Each issue goes to the entry it is about. */
static void hand_out(run *r, const ax_fhir_issues *all,
                     ax_fhir_issues *bundle) {
  for (size_t n = 0; n < ax_fhir_issues_count(all); n++) {
    size_t i = 0;
    const ax_issue *issue = ax_fhir_issues_at(all, n);
    if (entry_of(issue->path, &i) && i < r->count)
      ax_fhir_issues_add(r->items[i].issues, *issue);
    else
      ax_fhir_issues_add(bundle, *issue);
  }
}

/* When the list was cut, each resource is asked about alone: a fault that was
 * not listed must not pass. */
static ax_status validate_each(run *r) {
  for (size_t i = 0; i < r->count; i++) {
    ax_intake_item *item = &r->items[i];
    if (!item->resource || ax_fhir_issues_errors(item->issues)) continue;
    AX_TRY(ax_validate_run(r->intake->options.validator, item->resource,
                           ax_intake_item_path(item, ".resource"), NULL, 0,
                           item->issues));
  }
  return AX_OK;
}

static ax_status validate(run *r, ax_fhir_issues *issues) {
  ax_fhir_issues *all =
      r->transaction ? issues : ax_fhir_issues_new(r->rq->arena);
  if (!all) return AX_NOMEM;
  AX_TRY(ax_validate_run(r->intake->options.validator, r->rq->doc,
                         AX_STR("Bundle"), NULL, 0, all));
  if (!ax_fhir_issues_complete(all)) return AX_NOMEM;
  if (r->transaction) return AX_OK;
  hand_out(r, all, issues);
  return ax_fhir_issues_count(all) > AX_LIMIT_ISSUES ? validate_each(r) : AX_OK;
}

static int first_status(const run *r) {
  for (size_t i = 0; i < r->count; i++)
    if (r->items[i].status >= 400) return r->items[i].status;
  return 422;
}

/* --- what is faulty --------------------------------------------------------
 */

static ax_intake_mode mode_of(const run *r) {
  if (r->rq->release) return AX_INTAKE_REJECT;
  return ax_intake_mode_of(r->intake->options.modes, r->rq->caller);
}

static ax_status judge_entry(run *r, ax_intake_mode mode,
                             ax_intake_item *item) {
  if (!ax_fhir_issues_errors(item->issues))
    return ax_intake_verdict_clean(r->rq->arena, item);
  if (mode == AX_INTAKE_TAG && item->status == 0 &&
      ax_intake_verdict_bearable(item, item->issues))
    return ax_intake_verdict_tag(r->rq->arena, item, item->issues);
  if (item->status == 0) item->status = 422;
  return AX_OK;
}

/* Each entry of a batch is judged on its own. */
static ax_status judge_batch(run *r, const ax_intake_hold *hold) {
  for (size_t i = 0; i < r->count; i++)
    AX_TRY(judge_entry(r, mode_of(r), &r->items[i]));
  return ax_intake_batch_hold(hold, r->items, r->count);
}

/* The faults of a transaction by entry; `*bearable` false when one of them is
 * not inside a resource, or not all are known. */
static ax_status sort_faults(run *r, const ax_fhir_issues *issues,
                             ax_fhir_issues ***out, bool *bearable) {
  ax_arena *arena = r->rq->arena;
  ax_fhir_issues **lists = AX_NEW_ARRAY(arena, ax_fhir_issues *, r->count + 1);
  if (!lists) return AX_NOMEM;
  *bearable = ax_fhir_issues_count(issues) <= AX_LIMIT_ISSUES;
  *out = lists;
  for (size_t n = 0; n < ax_fhir_issues_count(issues); n++) {
    size_t i = 0;
    const ax_issue *issue = ax_fhir_issues_at(issues, n);
    bool of_entry = entry_of(issue->path, &i) && i < r->count;
    if (!of_entry) i = r->count;
    if (!lists[i]) lists[i] = ax_fhir_issues_new(arena);
    if (!lists[i]) return AX_NOMEM;
    ax_fhir_issues_add(lists[i], *issue);
  }
  if (lists[r->count] && ax_fhir_issues_errors(lists[r->count]))
    *bearable = false;
  for (size_t i = 0; i < r->count; i++)
    if (lists[i] && ax_fhir_issues_errors(lists[i]))
      *bearable &= ax_intake_verdict_bearable(&r->items[i], lists[i]);
  return AX_OK;
}

static ax_status tag_faulty(run *r, ax_fhir_issues **lists) {
  ax_fhir_issues *shared = ax_fhir_issues_new(r->rq->arena);
  if (!shared) return AX_NOMEM;
  for (size_t i = 0; i < r->count; i++) {
    if (lists[i] && ax_fhir_issues_errors(lists[i]))
      AX_TRY(ax_intake_verdict_tag(r->rq->arena, &r->items[i], lists[i]));
    r->items[i].issues = shared;
  }
  return AX_OK;
}

static ax_status hold_whole(run *r, ax_fhir_issues *issues,
                            ax_intake_result *out, ax_error *err) {
  const ax_intake_hold hold = { r->intake, r->sent, r->rq };
  ax_intake_item whole = { .i = AX_INTAKE_HOLD_WHOLE,
                           .method = AX_INTAKE_POST,
                           .type = AX_STR("Bundle"),
                           .issues = issues,
                           .hold = true };
  AX_TRY(ax_intake_hold_items(&hold, &whole, 1, err));
  out->issues = whole.issues;
  out->http_status = whole.status;
  out->held = whole.held;
  return AX_OK;
}

/* `*settled`: nothing more is to be done, `out` says why. */
static ax_status judge_transaction(run *r, ax_fhir_issues *issues,
                                   ax_intake_result *out, bool *settled,
                                   ax_error *err) {
  bool bearable = false;
  ax_fhir_issues **lists = NULL;
  ax_intake_mode mode = mode_of(r);
  *settled = r->was_held;
  if (r->was_held) return hold_whole(r, issues, out, err);
  if (!ax_fhir_issues_errors(issues)) {
    for (size_t i = 0; i < r->count; i++)
      AX_TRY(ax_intake_verdict_clean(r->rq->arena, &r->items[i]));
    return AX_OK;
  }
  if (mode != AX_INTAKE_REJECT)
    AX_TRY(sort_faults(r, issues, &lists, &bearable));
  if (bearable && mode == AX_INTAKE_TAG) return tag_faulty(r, lists);
  *settled = true;
  if (bearable) return hold_whole(r, issues, out, err);
  out->http_status = first_status(r);
  return AX_OK;
}

/* --- after the writes ------------------------------------------------------
 */

static ax_status read_back(run *r, ax_error *err) {
  for (size_t i = 0; i < r->count; i++) {
    ax_intake_item *item = &r->items[i];
    if (item->method != AX_INTAKE_GET ||
        (!r->transaction && ax_fhir_issues_errors(item->issues)))
      continue;
    if (r->transaction) item->issues = ax_fhir_issues_new(r->rq->arena);
    if (!item->issues) return AX_NOMEM;
    AX_TRY(ax_intake_get_run(r->intake, r->rq, item, err));
  }
  return AX_OK;
}

/* Refused when it was to be stored: what a patch makes, what a reference leads
 * to, is seen only then. */
static ax_status refuse_transaction(run *r, ax_intake_result *out,
                                    ax_error *err) {
  bool bearable = false;
  ax_fhir_issues **lists = NULL;
  out->issues = r->items[0].issues; /* shared by all */
  out->http_status = first_status(r);
  if (mode_of(r) != AX_INTAKE_QUARANTINE) return AX_OK;
  AX_TRY(sort_faults(r, out->issues, &lists, &bearable));
  return bearable ? hold_whole(r, out->issues, out, err) : AX_OK;
}

static ax_status run_transaction(run *r, ax_buf *answer, ax_str prefer,
                                 ax_intake_result *out, ax_error *err) {
  bool stored = false;
  ax_intake_draft draft = { .intake = r->intake,
                            .rq = r->rq,
                            .action = "transaction",
                            .items = r->items,
                            .count = r->count,
                            .urls = r->urls,
                            .conditional = true };
  AX_TRY(ax_intake_draft_store(&draft, &stored, err));
  if (!stored) return refuse_transaction(r, out, err);
  ax_intake_draft_score(&draft);
  AX_TRY(read_back(r, err));
  return ax_intake_answer_write(r->items, r->count, "transaction-response",
                                prefer, r->rq->source, answer);
}

static ax_status run_batch(run *r, ax_buf *answer, ax_str prefer,
                           ax_intake_result *out, ax_error *err) {
  const ax_intake_hold hold = { r->intake, r->sent, r->rq };
  AX_TRY(judge_batch(r, &hold));
  AX_TRY(ax_intake_batch_run(r->intake, r->rq, r->items, r->count));
  AX_TRY(ax_intake_batch_hold(&hold, r->items, r->count));
  for (size_t i = 0; i < r->count; i++)
    out->postponed |= r->items[i].status == 503 || r->items[i].status == 507;
  AX_TRY(read_back(r, err));
  return ax_intake_answer_write(r->items, r->count, "batch-response", prefer,
                                r->rq->source, answer);
}

/* --- the Bundle ------------------------------------------------------------
 */

static void refuse_bundle(ax_fhir_issues *issues, const ax_json *at,
                          const char *path, ax_issue_type type, const char *id,
                          const char *why) {
  ax_fhir_issues_addf(issues, AX_ERROR, type, id, ax_str_from(path), at,
                      AX_STR(""), "%s", why);
}

bool ax_intake_bundle_fits(const ax_json *doc, ax_fhir_issues *issues) {
  ax_str type = AX_JSON_STR(doc, "type");
  if (!ax_str_eq(AX_JSON_STR(doc, "resourceType"), AX_STR("Bundle")))
    refuse_bundle(issues, doc, "", AX_ISSUE_INVALID, "not-a-bundle",
                  "Only a Bundle may be posted to the base");
  else if (!ax_str_eq(type, AX_STR("batch")) &&
           !ax_str_eq(type, AX_STR("transaction")))
    refuse_bundle(issues, AX_JSON_GET(doc, "type"), "Bundle.type",
                  AX_ISSUE_NOT_SUPPORTED, "bundle-type",
                  "Only a Bundle of type batch or transaction may be posted to "
                  "the base");
  else if (ax_json_count(AX_JSON_GET(doc, "entry")) > AX_LIMIT_BUNDLE_ENTRIES)
    refuse_bundle(issues, AX_JSON_GET(doc, "entry"), "Bundle.entry",
                  AX_ISSUE_TOO_COSTLY, "bundle-too-long",
                  "The Bundle has more entries than one request may have");
  return ax_fhir_issues_errors(issues) == 0;
}

ax_status ax_intake_bundle(ax_intake *intake, const ax_intake_request *sent,
                           ax_str prefer, ax_buf *answer, ax_intake_result *out,
                           ax_error *err) {
  ax_intake_once once = { .store = NULL };
  ax_intake_request own = *sent, translated;
  const ax_intake_request *rq = &translated;
  own.known = &once;
  AX_TRY(ax_intake_service_translate(intake, &own, &translated));
  run r = { .intake = intake, .sent = &own, .rq = rq };
  ax_fhir_issues *issues = ax_fhir_issues_new(rq->arena);
  if (!issues) return AX_NOMEM;
  *out = (ax_intake_result){ .issues = issues, .http_status = 400 };
  if (!ax_intake_bundle_fits(rq->doc, issues)) return AX_OK;
  AX_TRY(ax_intake_once_look(rq, intake->options.store, &once, err));
  if (once.other) {
    ax_intake_once_refuse(issues);
    out->http_status = 422;
    return AX_OK;
  }
  if (once.job.len && !rq->job.len) {
    out->http_status = 202;
    out->job = once.job;
    return AX_OK;
  }
  r.transaction =
      ax_str_eq(AX_JSON_STR(rq->doc, "type"), AX_STR("transaction"));
  ax_str held_before;
  r.was_held = r.transaction && ax_intake_once_held(&once, &held_before);

  AX_TRY(ax_fhir_bundle_index(rq->arena, rq->doc, &r.bundle));
  AX_TRY(read_items(&r, issues));
  if (rq->progress) atomic_store(&rq->progress->total, r.count);
  if (r.transaction) AX_TRY(settle_identities(&r));
  AX_TRY(validate(&r, issues));

  bool settled = false;
  if (r.transaction) {
    AX_TRY(judge_transaction(&r, issues, out, &settled, err));
  } else if (ax_fhir_issues_errors(issues)) {
    out->http_status = first_status(&r);
    settled = true;
  }
  if (settled) return AX_OK;
  out->http_status = 200;
  return r.transaction ? run_transaction(&r, answer, prefer, out, err)
                       : run_batch(&r, answer, prefer, out, err);
}
