#include "intake/intake_get.h"

#include "fhir/fhir_reference.h"
#include "search/search.h"

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

/* Understands a search; faults become issues of the item. */
static ax_status read_search(const ax_intake_request *rq, ax_intake_item *item,
                             ax_query *query) {
  ax_error local = { 0 };
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_str text = item->target;
  (void)ax_str_cut(&text, '?');
  ax_fhir_issues *issues = ax_fhir_issues_new(rq->arena);
  if (!issues) return AX_NOMEM;
  ax_status status = ax_search_pairs(rq->arena, text, &pairs, &count, &local);
  if (status == AX_INVALID) {
    refuse(item, 400, AX_ISSUE_VALUE, "search-bad-query",
           ax_str_from(local.text));
    return AX_OK;
  }
  if (status) return status;
  AX_TRY(ax_search_query(rq->arena, item->type, pairs, count, rq->base, query,
                         issues));
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity <= AX_ERROR)
      refuse(item, 400, issue->type, issue->id, issue->text);
  }
  return AX_OK;
}

static bool is_search(const ax_intake_item *item) {
  ax_str rest = item->target;
  ax_str path = ax_str_cut(&rest, '?');
  return ax_str_eq(path, item->type);
}

ax_status ax_intake_get_check(const ax_intake_request *rq,
                              ax_intake_item *item) {
  ax_query query = { 0 };
  return is_search(item) ? read_search(rq, item, &query) : AX_OK;
}

/* --- search ----------------------------------------------------------------
 */

static void write_match(ax_json_writer *w, ax_arena *arena, ax_str base,
                        const ax_stored *match) {
  ax_str url = ax_arena_printf(arena, AX_STR_FMT "/" AX_STR_FMT "/" AX_STR_FMT,
                               AX_STR_ARG(base), AX_STR_ARG(match->type),
                               AX_STR_ARG(match->id));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("fullUrl"), url);
  ax_json_write_key(w, AX_STR("resource"));
  ax_json_write_raw(w, match->body);
  ax_json_write_key(w, AX_STR("search"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("mode"), AX_STR("match"));
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static void write_link(ax_json_writer *w, ax_str relation, ax_str url) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("relation"), relation);
  ax_json_write_member(w, AX_STR("url"), url);
  ax_json_write_close(w);
}

static ax_status write_links(ax_json_writer *w, const ax_intake_request *rq,
                             const ax_intake_item *item, uint64_t next) {
  ax_str self = ax_arena_printf(rq->arena, AX_STR_FMT "/" AX_STR_FMT,
                                AX_STR_ARG(rq->base), AX_STR_ARG(item->target));
  ax_str more =
      ax_arena_printf(rq->arena, AX_STR_FMT "%s_after=%llu", AX_STR_ARG(self),
                      ax_str_find(self, AX_STR("?")) == AX_STR_NONE ? "?" : "&",
                      (unsigned long long)next);
  if (!self.ptr || !more.ptr) return AX_NOMEM;
  ax_json_write_key(w, AX_STR("link"));
  ax_json_write_array(w);
  write_link(w, AX_STR("self"), self);
  if (next) write_link(w, AX_STR("next"), more);
  ax_json_write_close(w);
  return AX_OK;
}

static ax_status write_searchset(const ax_intake_request *rq,
                                 const ax_intake_item *item,
                                 const ax_page *page, ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), AX_STR("searchset"));
  if (page->has_total) {
    ax_json_write_key(&w, AX_STR("total"));
    ax_json_write_int(&w, (int64_t)page->total);
  }
  AX_TRY(write_links(&w, rq, item, page->next));
  if (page->count) {
    ax_json_write_key(&w, AX_STR("entry"));
    ax_json_write_array(&w);
    for (size_t i = 0; i < page->count; i++)
      write_match(&w, rq->arena, rq->base, &page->items[i]);
    ax_json_write_close(&w);
  }
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}

static ax_status search(const ax_intake *intake, const ax_intake_request *rq,
                        ax_intake_item *item, ax_error *err) {
  ax_query query = { 0 };
  ax_page page;
  AX_TRY(read_search(rq, item, &query));
  if (item->status) return AX_OK;
  AX_TRY(ax_store_search(intake->options.store, rq->arena, &query, &page, err));
  ax_buf out = AX_BUF_INIT(ANSWER_MAX);
  ax_status status = write_searchset(rq, item, &page, &out);
  item->answer = ax_arena_str(rq->arena, ax_buf_view(&out));
  item->status = 200;
  ax_buf_free(&out);
  return status ? status : (item->answer.ptr ? AX_OK : AX_NOMEM);
}

/* --- read ------------------------------------------------------------------
 */

static ax_status read_one(const ax_intake *intake, const ax_intake_request *rq,
                          ax_intake_item *item, ax_error *err) {
  ax_stored found;
  ax_error local = { 0 };
  uint64_t version = AX_VERSION_ANY;
  ax_reference ref = ax_fhir_reference_parse(item->target);
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
  item->status = 200;
  item->answer = found.body;
  item->updated_ms = found.updated_ms;
  return ax_intake_item_name(rq->arena, item, found.id, found.version);
}

ax_status ax_intake_get_run(const ax_intake *intake,
                            const ax_intake_request *rq, ax_intake_item *item,
                            ax_error *err) {
  return is_search(item) ? search(intake, rq, item, err)
                         : read_one(intake, rq, item, err);
}
