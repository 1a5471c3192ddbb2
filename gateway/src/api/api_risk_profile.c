#include "api/api.h"
#include "intake/intake_profile.h"

void ax_api_risk_profile(ax_api_call *call) {
  ax_buf *answer = ax_api_answer_begin(call);
  if (!answer) return;
  if (!ax_str_eq(call->type, AX_STR("Patient"))) {
    ax_api_error_refuse(call, 404, AX_ISSUE_NOT_FOUND,
                        "$risk-profile is asked of a Patient, not of a %.64s",
                        ax_arena_cstr(call->rq->arena, call->type));
    return;
  }
  const ax_intake_request input = ax_api_body_intake(call, NULL);
  ax_error err = { 0 };
  ax_status status =
      ax_intake_profile(call->api->intake, &input, call->id, answer, &err);
  if (status)
    ax_api_error(call, status, &err);
  else
    ax_api_answer_json(call, 200, ax_buf_view(answer));
}
