#include "api/api.h"
#include "intake/intake_search.h"

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

void ax_api_search(ax_api_call *call) {
  pair_list pairs = { 0 };
  if (!add_pairs(call, call->rq->query, &pairs) || !add_form(call, &pairs))
    return;
  const ax_intake_search search = { .store = call->api->store,
                                    .search = call->api->search,
                                    .registry = call->api->registry,
                                    .arena = call->rq->arena,
                                    .base = call->base,
                                    .type = call->type,
                                    .pairs = pairs.items,
                                    .count = pairs.count,
                                    .lenient =
                                        ax_api_prefer_of(call->rq).lenient };
  ax_search_request asked;
  ax_error err = { 0 };
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  ax_status status =
      issues ? ax_intake_search_read(&search, &asked, issues) : AX_NOMEM;
  if (!status && ax_fhir_issues_errors(issues)) {
    ax_api_answer_issues(call, 400, issues, AX_STR(""));
    return;
  }
  ax_buf *out = status ? NULL : ax_api_answer_begin(call);
  if (!status && !out) return;
  if (!status)
    status = ax_intake_search_run(&search, &asked, issues, out, &err);
  if (status)
    ax_api_error(call, status, &err);
  else
    ax_api_answer_json(call, 200, ax_buf_view(out));
}
