#include "intake/intake_get.h"

#include "fhir/fhir_reference.h"
#include "intake/intake_history.h"
#include "intake/intake_search.h"

enum { ANSWER_MAX = 64 << 20 };

static void refuse(ax_intake_item *item, int status, ax_issue_type type,
                   const char *id, ax_str why) {
  ax_fhir_issues_addf(item->issues, AX_ERROR, type, id,
                      ax_intake_item_path(item, ".request.url"),
                      AX_JSON_GET(AX_JSON_GET(item->entry, "request"), "url"),
                      AX_STR(""), "GET " AX_STR_FMT ": " AX_STR_FMT,
                      AX_STR_ARG(item->target), AX_STR_ARG(why));
  item->status = status;
}

static ax_str path_of(const ax_intake_item *item) {
  ax_str rest = item->target;
  return ax_str_cut(&rest, '?');
}

/* The faults of a question become issues of the item. */
static void take_faults(ax_intake_item *item, const ax_fhir_issues *issues) {
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity <= AX_ERROR)
      refuse(item, 400, issue->type, issue->id, issue->text);
  }
}

/* The parameters of the item's URL; what is wrong with them becomes its issue.
 */
static ax_status read_pairs(const ax_intake_request *rq, ax_intake_item *item,
                            const ax_search_pair **pairs, size_t *count) {
  ax_error local = { 0 };
  ax_search_pair *found = NULL;
  ax_str text = item->target;
  (void)ax_str_cut(&text, '?');
  ax_status status = ax_search_pairs(rq->arena, text, &found, count, &local);
  *pairs = found;
  if (status != AX_INVALID) return status;
  refuse(item, 400, AX_ISSUE_VALUE, "search-bad-query",
         ax_str_from(local.text));
  return AX_OK;
}

static ax_intake_search search_of(const ax_intake *intake,
                                  const ax_intake_request *rq,
                                  const ax_intake_item *item) {
  return (ax_intake_search){ .store = intake->options.store,
                             .search = intake->options.search,
                             .registry = intake->options.registry,
                             .arena = rq->arena,
                             .base = rq->base,
                             .type = item->type };
}

/* Understands a search; faults become issues of the item. */
static ax_status read_search(const ax_intake *intake,
                             const ax_intake_request *rq, ax_intake_item *item,
                             ax_intake_search *search,
                             ax_search_request *asked) {
  *search = search_of(intake, rq, item);
  ax_fhir_issues *issues = ax_fhir_issues_new(rq->arena);
  if (!issues) return AX_NOMEM;
  AX_TRY(read_pairs(rq, item, &search->pairs, &search->count));
  if (item->status) return AX_OK;
  AX_TRY(ax_intake_search_read(search, asked, issues));
  take_faults(item, issues);
  return AX_OK;
}

/* The same of a history. */
static ax_status read_history(const ax_intake *intake,
                              const ax_intake_request *rq, ax_intake_item *item,
                              ax_intake_history *history,
                              ax_intake_history_request *asked) {
  *history = (ax_intake_history){ .store = intake->options.store,
                                  .arena = rq->arena,
                                  .base = rq->base };
  ax_fhir_issues *issues = ax_fhir_issues_new(rq->arena);
  if (!issues) return AX_NOMEM;
  (void)ax_intake_history_path(path_of(item), &history->type, &history->id);
  AX_TRY(read_pairs(rq, item, &history->pairs, &history->count));
  if (item->status) return AX_OK;
  AX_TRY(ax_intake_history_read(history, asked, issues));
  take_faults(item, issues);
  return AX_OK;
}

static bool is_search(const ax_intake_item *item) {
  return ax_str_eq(path_of(item), item->type);
}

static bool is_history(const ax_intake_item *item) {
  ax_str type, id;
  return ax_intake_history_path(path_of(item), &type, &id);
}

ax_status ax_intake_get_check(const ax_intake *intake,
                              const ax_intake_request *rq,
                              ax_intake_item *item) {
  ax_intake_search search;
  ax_search_request asked;
  ax_intake_history history;
  ax_intake_history_request versions;
  if (is_history(item))
    return read_history(intake, rq, item, &history, &versions);
  return is_search(item) ? read_search(intake, rq, item, &search, &asked)
                         : AX_OK;
}

/* --- search ----------------------------------------------------------------
 */

static ax_status search(const ax_intake *intake, const ax_intake_request *rq,
                        ax_intake_item *item, ax_error *err) {
  ax_intake_search search;
  ax_search_request asked;
  AX_TRY(read_search(intake, rq, item, &search, &asked));
  if (item->status) return AX_OK;
  ax_buf out = AX_BUF_INIT(ANSWER_MAX);
  ax_status status = ax_intake_search_run(&search, &asked, NULL, &out, err);
  item->answer = ax_arena_str(rq->arena, ax_buf_view(&out));
  item->status = 200;
  ax_buf_free(&out);
  return status ? status : (item->answer.ptr ? AX_OK : AX_NOMEM);
}

/* --- history ---------------------------------------------------------------
 */

static ax_status history(const ax_intake *intake, const ax_intake_request *rq,
                         ax_intake_item *item, ax_error *err) {
  ax_intake_history history;
  ax_intake_history_request asked;
  ax_error local = { 0 };
  AX_TRY(read_history(intake, rq, item, &history, &asked));
  if (item->status) return AX_OK;
  ax_buf out = AX_BUF_INIT(ANSWER_MAX);
  ax_status status = ax_intake_history_run(&history, &asked, &out, &local);
  item->answer = ax_arena_str(rq->arena, ax_buf_view(&out));
  ax_buf_free(&out);
  if (status == AX_NOT_FOUND) {
    refuse(item, 404, AX_ISSUE_NOT_FOUND, "not-found", ax_str_from(local.text));
    return AX_OK;
  }
  if (status) return ax_error_set(err, status, "%s", local.text);
  item->status = 200;
  return item->answer.ptr ? AX_OK : AX_NOMEM;
}

/* --- read ------------------------------------------------------------------
 */

/* As RFC 9110 13.1.2 and 13.1.3: the version decides, and without one the time,
 * in whole seconds. */
static bool is_known(const ax_intake_item *item, const ax_stored *found) {
  if (item->if_none_match)
    return item->if_none_match == AX_INTAKE_MATCH_ANY ||
           item->if_none_match == found->version;
  return item->if_modified_ms &&
         found->updated_ms / 1000 <= item->if_modified_ms / 1000;
}

/* _summary and _elements of the item's URL. */
static ax_status take_part(const ax_intake *intake, const ax_intake_request *rq,
                           ax_intake_item *item, ax_str body) {
  ax_intake_search s = search_of(intake, rq, item);
  ax_fhir_issues *issues = ax_fhir_issues_new(rq->arena);
  if (!issues) return AX_NOMEM;
  AX_TRY(read_pairs(rq, item, &s.pairs, &s.count));
  if (item->status >= 400) return AX_OK;
  AX_TRY(ax_intake_search_part(&s, body, &item->answer, issues));
  take_faults(item, issues);
  return AX_OK;
}

static ax_status read_one(const ax_intake *intake, const ax_intake_request *rq,
                          ax_intake_item *item, ax_error *err) {
  ax_stored found;
  ax_error local = { 0 };
  uint64_t version = AX_VERSION_ANY;
  ax_reference ref = ax_fhir_reference_parse(path_of(item));
  ax_status status = AX_NOT_FOUND;
  if (ref.version.len == 0 ||
      (ax_str_uint64(ref.version, UINT32_MAX, &version) && version > 0))
    status = ax_store_read(intake->options.store, rq->arena, ref.type, ref.id,
                           version, &found, &local);
  if (status == AX_NOT_FOUND) {
    refuse(item, 404, AX_ISSUE_NOT_FOUND, "not-found",
           AX_STR("there is no such resource"));
    return AX_OK;
  }
  if (status) return ax_error_set(err, status, "%s", local.text);
  if (found.deleted) {
    refuse(item, 410, AX_ISSUE_DELETED, "deleted",
           AX_STR("the resource was deleted"));
    return AX_OK;
  }
  item->status = is_known(item, &found) ? 304 : 200;
  if (item->status == 200) AX_TRY(take_part(intake, rq, item, found.body));
  if (item->status >= 400) return AX_OK;
  item->updated_ms = found.updated_ms;
  return ax_intake_item_name(rq->arena, item, found.id, found.version);
}

ax_status ax_intake_get_run(const ax_intake *intake,
                            const ax_intake_request *rq, ax_intake_item *item,
                            ax_error *err) {
  ax_status status = is_history(item)  ? history(intake, rq, item, err)
                     : is_search(item) ? search(intake, rq, item, err)
                                       : read_one(intake, rq, item, err);
  if (item->head) item->answer = AX_STR("");
  return status;
}
