#include "api/api.h"

static void answer_receipt(ax_api_call *call, const ax_intake_result *result) {
  const ax_receipt *r = &result->receipt;
  int status = r->created ? 201 : 200;
  ax_str location = ax_arena_printf(
      call->rq->arena, "%.*s/%.*s/%.*s/_history/%llu", AX_STR_ARG(call->base),
      AX_STR_ARG(r->type), AX_STR_ARG(r->id), (unsigned long long)r->version);
  if (location.ptr) ax_http_set_header(call->rs, AX_STR("Location"), location);
  ax_api_answer_version(call, r->version, r->updated_ms);
  switch (ax_api_body_prefer(call->rq)) {
  case AX_API_RETURN_MINIMAL:
    call->rs->status = status;
    break;
  case AX_API_RETURN_OUTCOME:
    ax_api_answer_issues(call, status, result->issues, call->rq->body);
    break;
  case AX_API_RETURN_DEFAULT:
  case AX_API_RETURN_REPRESENTATION:
    ax_api_answer_json(call, status, r->body);
    break;
  }
}

void ax_api_create(ax_api_call *call) {
  const ax_json *doc = NULL;
  ax_str type;
  if (!ax_api_body_resource(call, &doc, &type)) return;
  if (!ax_str_eq(type, call->type)) {
    ax_api_error_refuse(call, 400, AX_ISSUE_INVALID,
                        "the body is a %.*s but the address says %.*s",
                        (int)(type.len < 80 ? type.len : 80), type.ptr,
                        AX_STR_ARG(call->type));
    return;
  }
  ax_intake_request rq = ax_api_body_intake(call, doc);
  if (!ax_api_once(call, &rq)) return;
  ax_str query = ax_http_get_header(call->rq, AX_STR("If-None-Exist"));
  ax_intake_result result = { 0 };
  ax_error err = { 0 };
  ax_status status =
      ax_intake_create(call->api->intake, &rq, type, query, &result, &err);
  if (status)
    ax_api_error(call, status, &err);
  else if (result.issues && ax_fhir_issues_errors(result.issues))
    ax_api_answer_issues(call, result.http_status, result.issues,
                         call->rq->body);
  else
    answer_receipt(call, &result);
}
