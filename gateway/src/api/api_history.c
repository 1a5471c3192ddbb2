/* History of a resource, a type, everything (R4 3.1.0.12). */
#include "api/api.h"
#include "intake/intake_history.h"

/* Reads the question; false: it was answered. */
static bool understand(ax_api_call *call, ax_intake_history *history,
                       ax_intake_history_request *asked) {
  ax_search_pair *pairs = NULL;
  ax_error err = { 0 };
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  ax_status status = ax_search_pairs(call->rq->arena, call->rq->query, &pairs,
                                     &history->count, &err);
  history->pairs = pairs;
  if (!issues) status = AX_NOMEM;
  if (!status) status = ax_intake_history_read(history, asked, issues);
  if (status)
    ax_api_error(call, status, &err);
  else if (ax_fhir_issues_errors(issues))
    ax_api_answer_issues(call, 400, issues, AX_STR(""));
  return !status && !ax_fhir_issues_errors(issues);
}

void ax_api_history(ax_api_call *call) {
  ax_intake_history history = { .store = call->api->store,
                                .arena = call->rq->arena,
                                .base = call->base,
                                .type = call->type,
                                .id = call->id,
                                .lenient = ax_api_prefer_of(call->rq).lenient };
  ax_intake_history_request asked;
  ax_error err = { 0 };
  if (!understand(call, &history, &asked)) return;
  ax_buf *out = ax_api_answer_begin(call);
  if (!out) return;
  ax_status status = ax_intake_history_run(&history, &asked, out, &err);
  if (status == AX_NOT_FOUND)
    ax_api_error_refuse(call, 404, AX_ISSUE_NOT_FOUND, "%s", err.text);
  else if (status)
    ax_api_error(call, status, &err);
  else
    ax_api_answer_json(call, 200, ax_buf_view(out));
}
