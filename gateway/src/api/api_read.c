#include "api/api.h"
#include "fhir/fhir_primitive.h"
#include "http/http_headers.h"
#include "intake/intake_search.h"
#include "json/json_write.h"

static void refuse_unknown(ax_api_call *call) {
  ax_api_error_refuse(
      call, 404, AX_ISSUE_NOT_FOUND, "there is no %.64s/%.*s%s%.*s",
      ax_arena_cstr(call->rq->arena, call->type), AX_STR_ARG(call->id),
      call->version.len ? " with version " : "", AX_STR_ARG(call->version));
}

/* What we publish ourselves stands in the packages, not in the store. */
static bool answered_from_packages(ax_api_call *call) {
  if (!ax_str_eq(call->type, AX_STR("OperationDefinition"))) return false;
  ax_str url =
      ax_arena_printf(call->rq->arena, "%s/%.*s/%.*s", AX_API_CANONICAL,
                      AX_STR_ARG(call->type), AX_STR_ARG(call->id));
  if (!url.ptr) return false;
  const ax_json *found =
      ax_registry_find(call->api->registry, AX_DEF_OPERATION, url);
  if (!found) return false;
  ax_buf *buf = ax_api_answer_begin(call);
  if (!buf) return true;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_tree(&w, found);
  if (ax_json_write_end(&w) == AX_OK)
    ax_api_answer_json(call, 200, ax_buf_view(buf));
  return true;
}

static bool is_unchanged(const ax_api_call *call, ax_str tag) {
  ax_str list = ax_http_get_header(call->rq, AX_STR("If-None-Match"));
  return list.len && ax_http_headers_has_tag(list, tag);
}

/* If-Modified-Since counts only without If-None-Match, and in whole seconds
 * (RFC 9110 13.1.3). */
static bool is_old(const ax_api_call *call, int64_t updated_ms) {
  int64_t since = 0;
  ax_str text = ax_http_get_header(call->rq, AX_STR("If-Modified-Since"));
  if (ax_http_get_header(call->rq, AX_STR("If-None-Match")).len) return false;
  return text.len && ax_http_date_parse(text, &since) &&
         updated_ms / 1000 <= since / 1000;
}

/* _summary and _elements are for reads, too (R4 3.1.0.1.2). */
static void answer_body(ax_api_call *call, ax_str body) {
  ax_search_pair *pairs = NULL;
  ax_intake_search s = { .search = call->api->search,
                         .registry = call->api->registry,
                         .arena = call->rq->arena,
                         .base = call->base,
                         .type = call->type };
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  ax_status status = issues ? AX_OK : AX_NOMEM;
  if (call->rq->query.len == 0) {
    ax_api_answer_json(call, 200, body);
    return;
  }
  if (!status && !ax_api_body_query(call, &pairs, &s.count)) return;
  s.pairs = pairs;
  if (!status) status = ax_intake_search_part(&s, body, &body, issues);
  if (status)
    ax_api_error(call, status, NULL);
  else if (ax_fhir_issues_errors(issues))
    ax_api_answer_issues(call, 400, issues, AX_STR(""));
  else
    ax_api_answer_json(call, 200, body);
}

static void answer_stored(ax_api_call *call, const ax_stored *found) {
  if (found->deleted) {
    ax_api_answer_version(call, found->version, found->updated_ms);
    ax_api_error_refuse(call, 410, AX_ISSUE_DELETED, "%.*s/%.*s was deleted",
                        AX_STR_ARG(call->type), AX_STR_ARG(call->id));
    return;
  }
  ax_api_answer_version(call, found->version, found->updated_ms);
  ax_str tag = ax_arena_printf(call->rq->arena, "W/\"%llu\"",
                               (unsigned long long)found->version);
  if (is_unchanged(call, tag) || is_old(call, found->updated_ms))
    call->rs->status = 304;
  else
    answer_body(call, found->body);
}

static void read_version(ax_api_call *call, uint64_t version) {
  ax_stored found = { 0 };
  ax_error err = { 0 };
  ax_status status = ax_store_read(call->api->store, call->rq->arena,
                                   call->type, call->id, version, &found, &err);
  if (status == AX_OK)
    answer_stored(call, &found);
  else if (status != AX_NOT_FOUND)
    ax_api_error(call, status, &err);
  else if (version || !answered_from_packages(call))
    refuse_unknown(call);
}

static bool has_id(ax_api_call *call) {
  if (ax_fhir_primitive_is_id(call->id)) return true;
  ax_api_error_refuse(call, 404, AX_ISSUE_NOT_FOUND,
                      "the id in the address is not one: 1 to 64 letters, "
                      "digits, '-' or '.'");
  return false;
}

void ax_api_read(ax_api_call *call) {
  if (has_id(call)) read_version(call, 0);
}

void ax_api_vread(ax_api_call *call) {
  if (!has_id(call)) return;
  uint64_t version = 0;
  ax_str digits = call->version;
  for (size_t i = 0; i < digits.len && i < 18; i++) {
    if (digits.ptr[i] < '0' || digits.ptr[i] > '9') digits.len = 0;
    version = version * 10 + (uint64_t)(digits.ptr[i] - '0');
  }
  if (digits.len == 0 || digits.len > 18 || digits.ptr[0] == '0') {
    ax_api_error_refuse(call, 404, AX_ISSUE_NOT_FOUND,
                        "versions here are whole numbers from 1");
    return;
  }
  read_version(call, version);
}
