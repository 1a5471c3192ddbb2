#include "api/api.h"

static ax_str prefer_text(const ax_http_request *rq) {
  switch (ax_api_prefer_of(rq).wants) {
  case AX_API_RETURN_REPRESENTATION:
    return AX_STR("representation");
  case AX_API_RETURN_OUTCOME:
    return AX_STR("OperationOutcome");
  case AX_API_RETURN_DEFAULT:
  case AX_API_RETURN_MINIMAL:
    break;
  }
  return AX_STR("minimal");
}

/* At once, or later when that is preferred; what was done under its key before
 * is answered as it was done. */
static ax_status carry_out(ax_api_call *call, const ax_intake_request *rq,
                           ax_buf *answer, ax_intake_result *result,
                           ax_error *err) {
  ax_intake *intake = call->api->intake;
  ax_str prefer = prefer_text(call->rq);
  if (ax_api_prefer_of(call->rq).async) {
    AX_TRY(ax_intake_jobs_accept(intake, rq, prefer, result, err));
    if (result->http_status) return AX_OK;
  }
  return ax_intake_bundle(intake, rq, prefer, answer, result, err);
}

void ax_api_bundle(ax_api_call *call) {
  const ax_json *doc = NULL;
  ax_str type;
  if (!ax_api_body_resource(call, &doc, &type)) return;
  if (!ax_str_eq(type, AX_STR("Bundle"))) {
    ax_api_error_refuse(call, 400, AX_ISSUE_INVALID,
                        "only a Bundle may be posted here; post a %.*s to its "
                        "type",
                        (int)(type.len < 80 ? type.len : 80), type.ptr);
    return;
  }
  ax_buf *answer = ax_api_answer_begin(call);
  if (!answer) return;
  ax_intake_request rq = ax_api_body_intake(call, doc);
  if (!ax_api_once(call, &rq)) return;
  ax_intake_result result = { 0 };
  ax_error err = { 0 };
  ax_status status = carry_out(call, &rq, answer, &result, &err);
  if (status)
    ax_api_error(call, status, &err);
  else if (result.http_status >= 400)
    ax_api_answer_issues(call, result.http_status, result.issues,
                         call->rq->body);
  else if (result.job.len)
    ax_api_job_accepted(call, result.job);
  else if (result.held.len)
    ax_api_quarantine_answer(call, &result);
  else
    ax_api_answer_json(call, 200, ax_buf_view(answer));
}
