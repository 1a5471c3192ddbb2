#include "api/api.h"
#include "search/search.h"
#include "json/json_write.h"

typedef struct {
  ax_search_pair *items;
  size_t count;
} pair_list;

static bool add_pairs(ax_api_call *call, ax_str text, pair_list *out) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  ax_status status =
      ax_search_pairs(call->rq->arena, text, &pairs, &count, &err);
  if (!status && count) {
    ax_search_pair *all =
        AX_NEW_ARRAY(call->rq->arena, ax_search_pair, out->count + count);
    if (!all) status = AX_NOMEM;
    size_t n = 0;
    for (size_t i = 0; all && i < out->count; i++) all[n++] = out->items[i];
    for (size_t i = 0; all && i < count; i++)
      if (!ax_api_is_form_param(pairs[i].name)) all[n++] = pairs[i];
    *out = (pair_list){ all, n };
  }
  if (!status) return true;
  ax_api_error(call, status, &err);
  return false;
}

/* POST Type/_search carries its parameters as a form. */
static bool add_form(ax_api_call *call, pair_list *out) {
  if (call->rq->method != AX_HTTP_POST || call->rq->body.len == 0) return true;
  const char *why = "";
  ax_str type = ax_http_get_header(call->rq, AX_STR("Content-Type"));
  if (ax_http_media_of_body(type, &why) == AX_HTTP_MEDIA_FORM)
    return add_pairs(call, call->rq->body, out);
  ax_api_error_refuse(call, 415, AX_ISSUE_NOT_SUPPORTED,
                      "a search is posted as "
                      "application/x-www-form-urlencoded");
  return false;
}

/* The search as a URL; `after` 0: as it was asked. */
static ax_str link_url(ax_api_call *call, const pair_list *pairs,
                       uint64_t after) {
  ax_buf *url = ax_api_answer_begin(call);
  if (!url) return AX_STR("");
  ax_buf_append(url, call->base);
  ax_buf_append_char(url, '/');
  ax_buf_append(url, call->type);
  char sep = '?';
  for (size_t i = 0; i < pairs->count; i++) {
    if (after && ax_str_eq(pairs->items[i].name, AX_STR("_after"))) continue;
    ax_api_answer_param(url, pairs->items[i].name, pairs->items[i].value);
    sep = '&';
  }
  if (after) {
    ax_str cursor = ax_arena_printf(call->rq->arena, "%c_after=%llu", sep,
                                    (unsigned long long)after);
    ax_buf_append(url, cursor);
  }
  return ax_buf_view(url);
}

static void write_entry(ax_json_writer *w, ax_api_call *call,
                        const ax_stored *match) {
  ax_json_write_object(w);
  ax_str url =
      ax_arena_printf(call->rq->arena, "%.*s/%.*s/%.*s", AX_STR_ARG(call->base),
                      AX_STR_ARG(match->type), AX_STR_ARG(match->id));
  ax_json_write_member(w, AX_STR("fullUrl"), url);
  ax_json_write_key(w, AX_STR("resource"));
  ax_json_write_raw(w, match->body);
  ax_json_write_key(w, AX_STR("search"));
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("mode"), AX_STR("match"));
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static ax_status write_page(ax_api_call *call, const pair_list *pairs,
                            const ax_page *page, ax_buf *out) {
  ax_json_writer w = ax_json_write_begin(out);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), AX_STR("searchset"));
  if (page->has_total) {
    ax_json_write_key(&w, AX_STR("total"));
    ax_json_write_int(&w, (int64_t)page->total);
  }
  ax_json_write_key(&w, AX_STR("link"));
  ax_json_write_array(&w);
  ax_api_answer_link(&w, AX_STR("self"), link_url(call, pairs, 0));
  if (page->next)
    ax_api_answer_link(&w, AX_STR("next"), link_url(call, pairs, page->next));
  ax_json_write_close(&w);
  if (page->count) {
    ax_json_write_key(&w, AX_STR("entry"));
    ax_json_write_array(&w);
    for (size_t i = 0; i < page->count; i++)
      write_entry(&w, call, &page->items[i]);
    ax_json_write_close(&w);
  }
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}

static void run_query(ax_api_call *call, const pair_list *pairs,
                      const ax_query *query) {
  ax_page page = { 0 };
  ax_error err = { 0 };
  ax_status status =
      ax_store_search(call->api->store, call->rq->arena, query, &page, &err);
  ax_buf *out = status ? NULL : ax_api_answer_begin(call);
  if (!status && !out) return;
  if (!status) status = write_page(call, pairs, &page, out);
  if (status)
    ax_api_error(call, status, &err);
  else
    ax_api_answer_json(call, 200, ax_buf_view(out));
}

void ax_api_search(ax_api_call *call) {
  pair_list pairs = { 0 };
  if (!add_pairs(call, call->rq->query, &pairs) || !add_form(call, &pairs))
    return;
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  ax_query query = { 0 };
  ax_status status =
      issues ? ax_search_query(call->rq->arena, call->type, pairs.items,
                               pairs.count, call->base, &query, issues)
             : AX_NOMEM;
  if (status)
    ax_api_error(call, status, NULL);
  else if (ax_fhir_issues_errors(issues))
    ax_api_answer_issues(call, 400, issues, AX_STR(""));
  else
    run_query(call, &pairs, &query);
}
