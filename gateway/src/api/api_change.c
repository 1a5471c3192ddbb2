/* Everything that changes one resource: create, update, patch, delete; by id
 * and by condition (R4 3.1.0.4 to 3.1.0.8). */
#include "api/api.h"
#include "fhir/fhir_primitive.h"

static void answer_body(ax_api_call *call, int status, ax_api_return wants,
                        const ax_intake_result *result) {
  switch (wants) {
  case AX_API_RETURN_MINIMAL:
    call->rs->status = status;
    break;
  case AX_API_RETURN_OUTCOME:
    ax_api_answer_issues(call, status, result->issues, call->rq->body);
    break;
  case AX_API_RETURN_DEFAULT:
  case AX_API_RETURN_REPRESENTATION:
    ax_api_answer_json(call, status, result->receipt.body);
    break;
  }
}

static void answer_receipt(ax_api_call *call, const ax_intake_result *result) {
  const ax_receipt *r = &result->receipt;
  ax_api_return wants = ax_api_prefer_of(call->rq).wants;
  int status = result->http_status;
  if (r->version) ax_api_answer_version(call, r->version, r->updated_ms);
  if (status == 204) {
    if (wants == AX_API_RETURN_OUTCOME)
      ax_api_answer_issues(call, 200, result->issues, AX_STR(""));
    else
      call->rs->status = 204;
    return;
  }
  ax_str location = ax_arena_printf(
      call->rq->arena, "%.*s/%.*s/%.*s/_history/%llu", AX_STR_ARG(call->base),
      AX_STR_ARG(r->type), AX_STR_ARG(r->id), (unsigned long long)r->version);
  if (location.ptr) ax_http_set_header(call->rs, AX_STR("Location"), location);
  answer_body(call, status, wants, result);
}

static void apply(ax_api_call *call, const ax_intake_change *change,
                  const ax_json *doc) {
  ax_intake_request rq = ax_api_body_intake(call, doc);
  if (!ax_api_once(call, &rq)) return;
  ax_intake_result result = { 0 };
  ax_error err = { 0 };
  ax_status status =
      ax_intake_apply(call->api->intake, &rq, change, &result, &err);
  if (status)
    ax_api_error(call, status, &err);
  else if (result.http_status >= 400)
    ax_api_answer_issues(call, result.http_status, result.issues,
                         call->rq->body);
  else if (result.held.len)
    ax_api_quarantine_answer(call, &result);
  else
    answer_receipt(call, &result);
}

static bool is_of_type(ax_api_call *call, ax_str type) {
  if (ax_str_eq(type, call->type)) return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_INVALID,
                      "the body is a %.*s but the address says %.*s",
                      (int)(type.len < 80 ? type.len : 80), type.ptr,
                      AX_STR_ARG(call->type));
  return false;
}

/* By id, or by the condition in the query. */
static bool take_target(ax_api_call *call, ax_intake_change *out) {
  out->type = call->type;
  out->id = call->id;
  if (call->id.len) {
    if (ax_fhir_primitive_is_id(call->id)) return true;
    ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                        "the id in the address is not one: 1 to 64 letters, "
                        "digits, '-' or '.'");
    return false;
  }
  out->condition = call->rq->query;
  if (out->condition.len) return true;
  ax_api_error_refuse(call, 400, AX_ISSUE_REQUIRED,
                      "%.*s names a type here; write %.*s/id, or a condition "
                      "such as %.*s?identifier=system|value",
                      AX_STR_ARG(call->rq->method_name), AX_STR_ARG(call->type),
                      AX_STR_ARG(call->type));
  return false;
}

void ax_api_create(ax_api_call *call) {
  const ax_json *doc = NULL;
  ax_str type;
  if (ax_api_lines_sent(call)) {
    ax_api_lines(call);
    return;
  }
  if (!ax_api_body_resource(call, &doc, &type) || !is_of_type(call, type))
    return;
  ax_str query = ax_http_get_header(call->rq, AX_STR("If-None-Exist"));
  /* Some clients send the URL or its '?' with it. */
  size_t mark = ax_str_find(query, AX_STR("?"));
  if (mark != AX_STR_NONE) query = ax_str_skip(query, mark + 1);
  const ax_intake_change change = { .verb = AX_INTAKE_CREATE,
                                    .type = type,
                                    .if_none_exist = query };
  apply(call, &change, doc);
}

void ax_api_update(ax_api_call *call) {
  const ax_json *doc = NULL;
  ax_str type;
  ax_intake_change change = { .verb = AX_INTAKE_UPDATE };
  if (!take_target(call, &change)) return;
  if (!ax_api_prefer_version(call, AX_STR("If-Match"), &change.if_match) ||
      !ax_api_prefer_version(call, AX_STR("If-None-Match"),
                             &change.if_none_match))
    return;
  if (!ax_api_body_resource(call, &doc, &type) || !is_of_type(call, type))
    return;
  apply(call, &change, doc);
}

void ax_api_patch(ax_api_call *call) {
  const ax_json *doc = NULL;
  ax_intake_change change = { .verb = AX_INTAKE_MODIFY };
  if (!take_target(call, &change)) return;
  if (!ax_api_prefer_version(call, AX_STR("If-Match"), &change.if_match))
    return;
  if (!ax_api_body_patch(call, &doc)) return;
  apply(call, &change, doc);
}

void ax_api_delete(ax_api_call *call) {
  ax_intake_change change = { .verb = AX_INTAKE_REMOVE };
  if (!take_target(call, &change)) return;
  if (!ax_api_prefer_version(call, AX_STR("If-Match"), &change.if_match))
    return;
  apply(call, &change, NULL);
}
