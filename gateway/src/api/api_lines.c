/* POST Type with NDJSON: bulk loading of one type, line by line. */
#include "api/api.h"

bool ax_api_lines_sent(const ax_api_call *call) {
  const char *why = "";
  ax_str type = ax_http_get_header(call->rq, AX_STR("Content-Type"));
  return ax_http_media_of_body(type, &why) == AX_HTTP_MEDIA_LINES;
}

/* The first issue: how many lines came to what, and how to go on. */
static void write_summary(const ax_intake_loaded *n, int http,
                          ax_fhir_issues *out) {
  bool whole = http == 200;
  ax_fhir_issues_addf(
      out, whole && !n->refused && !n->held ? AX_INFORMATION : AX_WARNING,
      whole ? AX_ISSUE_INFORMATIONAL : AX_ISSUE_INCOMPLETE, "lines-loaded",
      AX_STR(""), NULL, AX_STR(""),
      "%zu lines: %zu created, %zu updated, %zu unchanged, %zu refused, %zu in "
      "quarantine, %zu tagged%s",
      n->lines, n->created, n->updated, n->unchanged, n->refused, n->held,
      n->tagged, whole ? "" : "; the load ended early");
  if (whole) return;
  ax_fhir_issues_addf(
      out, AX_ERROR, AX_ISSUE_TRANSIENT, "lines-ended", AX_STR(""), NULL,
      AX_STR(""),
      "A failure of the gateway ended the load. All up to line %zu is decided. "
      "Under an Idempotency-Key send the same again, and it goes on where it "
      "stopped; without one, send what is behind that line",
      n->until);
}

static void answer(ax_api_call *call, const ax_intake_loaded *loaded,
                   const ax_intake_result *result) {
  ax_fhir_issues *all = ax_fhir_issues_new(call->rq->arena);
  if (!all) {
    ax_api_error(call, AX_NOMEM, NULL);
    return;
  }
  if (result->http_status == 200 || result->http_status >= 500)
    write_summary(loaded, result->http_status, all);
  for (size_t i = 0; i < ax_fhir_issues_count(result->issues); i++)
    ax_fhir_issues_add(all, *ax_fhir_issues_at(result->issues, i));
  if (result->http_status >= 500)
    ax_http_set_header(call->rs, AX_STR("Retry-After"), AX_STR("30"));
  ax_api_answer_issues(call, result->http_status, all, call->rq->body);
}

void ax_api_lines(ax_api_call *call) {
  ax_intake_loaded loaded = { 0 };
  ax_intake_result result = { 0 };
  ax_error err = { 0 };
  if (ax_http_get_header(call->rq, AX_STR("If-None-Exist")).len) {
    ax_api_error_refuse(call, 400, AX_ISSUE_NOT_SUPPORTED,
                        "If-None-Exist is for one resource, not for NDJSON; "
                        "lines with an id are updates");
    return;
  }
  if (call->rq->body.len == 0) {
    ax_api_error_refuse(call, 400, AX_ISSUE_STRUCTURE,
                        "the request has no body, lines are expected");
    return;
  }
  ax_intake_request rq = ax_api_body_intake(call, NULL);
  if (!ax_api_once(call, &rq)) return;
  ax_status status = ax_intake_lines_load(call->api->intake, &rq, call->type,
                                          &loaded, &result, &err);
  if (status)
    ax_api_error(call, status, &err);
  else
    answer(call, &loaded, &result);
}
