#include <stdarg.h>
#include <stdio.h>

#include "api/api.h"
#include "base/log.h"
#include "fhir/fhir_make.h"
#include "json/json_write.h"

/* The one table from our statuses to HTTP and FHIR. With `instead` the sentence
 * is for the log and the client gets a general one. */
static const struct {
  ax_status status;
  int http;
  ax_issue_type type;
  const char *retry_after; /* seconds */
  const char *instead;     /* for the client, when the cause is ours */
} answers[] = {
  { AX_INVALID, 400, AX_ISSUE_INVALID, NULL, NULL },
  { AX_TOO_LARGE, 413, AX_ISSUE_TOO_LONG, NULL, NULL },
  { AX_NOT_FOUND, 404, AX_ISSUE_NOT_FOUND, NULL, NULL },
  { AX_DENIED, 403, AX_ISSUE_FORBIDDEN, NULL, NULL },
  { AX_CONFLICT, 409, AX_ISSUE_CONFLICT, NULL, NULL },
  { AX_UNSUPPORTED, 501, AX_ISSUE_NOT_SUPPORTED, NULL, NULL },
  { AX_TIMEOUT, 503, AX_ISSUE_TIMEOUT, "1", NULL },
  { AX_UNAVAILABLE, 503, AX_ISSUE_TRANSIENT, "1", NULL },
  { AX_NOMEM, 413, AX_ISSUE_TOO_COSTLY, NULL,
    "the request needs more memory than one request may have" },
  { AX_IO, 503, AX_ISSUE_EXCEPTION, "30",
    "nothing was stored: the gateway cannot use its disk now; its operator "
    "finds the reason in the log under this request id" },
  { AX_FULL, 507, AX_ISSUE_NO_STORE, "30",
    "nothing was stored: the gateway's disk is full; send it again later" },
};

static void answer(ax_api_call *call, int http, ax_issue_type type,
                   ax_str text) {
  ax_buf *buf = ax_api_answer_begin(call);
  if (!buf) return;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_fhir_make_outcome(&w, AX_STR("error"),
                       ax_str_from(ax_fhir_issue_code(type)), text);
  if (ax_json_write_end(&w) == AX_OK)
    ax_api_answer_json(call, http, ax_buf_view(buf));
}

/* All requests together are at their bound: this one may come again. */
static bool is_crowded_out(ax_api_call *call, ax_status status) {
  if (status != AX_NOMEM || !ax_arena_starved(call->rq->arena)) return false;
  ax_http_set_header(call->rs, AX_STR("Retry-After"), AX_STR("5"));
  answer(call, 503, AX_ISSUE_THROTTLED,
         AX_STR("other requests use all the memory there is for requests; "
                "send it again later"));
  return true;
}

void ax_api_error(ax_api_call *call, ax_status status, const ax_error *err) {
  const char *text = err && err->text[0] ? err->text : ax_error_name(status);
  if (is_crowded_out(call, status)) return;
  for (size_t i = 0; i < AX_COUNT(answers); i++) {
    if (answers[i].status != status) continue;
    if (answers[i].instead) {
      ax_log_event(AX_LOG_ERROR, "request_failed",
                   ax_log_str("request", call->rq->id),
                   ax_log_str("status", ax_str_from(ax_error_name(status))),
                   ax_log_str("why", ax_str_from(text)));
      text = answers[i].instead;
    }
    if (answers[i].retry_after)
      ax_http_set_header(call->rs, AX_STR("Retry-After"),
                         ax_str_from(answers[i].retry_after));
    answer(call, answers[i].http, answers[i].type, ax_str_from(text));
    return;
  }
  answer(call, 500, AX_ISSUE_EXCEPTION, AX_STR("unexpected"));
}

void ax_api_error_refuse(ax_api_call *call, int status, ax_issue_type type,
                         const char *fmt, ...) {
  char text[400];
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  answer(call, status, type, ax_str_from(text));
}

static ax_issue_type type_of_http(int status) {
  static const struct {
    int http;
    ax_issue_type type;
  } types[] = {
    { 408, AX_ISSUE_TIMEOUT },       { 413, AX_ISSUE_TOO_LONG },
    { 415, AX_ISSUE_NOT_SUPPORTED }, { 417, AX_ISSUE_NOT_SUPPORTED },
    { 431, AX_ISSUE_TOO_LONG },      { 501, AX_ISSUE_NOT_SUPPORTED },
    { 503, AX_ISSUE_TRANSIENT },     { 505, AX_ISSUE_NOT_SUPPORTED },
  };
  for (size_t i = 0; i < AX_COUNT(types); i++)
    if (types[i].http == status) return types[i].type;
  return AX_ISSUE_INVALID;
}

ax_str ax_api_error_http(int status, ax_str text, ax_buf *body) {
  ax_json_writer w = ax_json_write_begin(body);
  ax_str code = ax_str_from(ax_fhir_issue_code(type_of_http(status)));
  ax_fhir_make_outcome(&w, AX_STR("error"), code, text);
  /* A body that did not fit reads as empty. */
  if (ax_json_write_end(&w) != AX_OK) ax_buf_free(body);
  return ax_http_media_name(AX_HTTP_MEDIA_FHIR);
}
