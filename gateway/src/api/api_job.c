/* What is done later: the asynchronous bundle pattern of R5. */
#include <inttypes.h>

#include "api/api.h"

enum { WAIT_MAX_S = 30 };

static void tell(ax_api_call *call, int status, const char *text) {
  ax_fhir_issues *issues = ax_fhir_issues_new(call->rq->arena);
  if (!issues) {
    ax_api_error(call, AX_NOMEM, NULL);
    return;
  }
  ax_fhir_issues_addf(issues, AX_INFORMATION, AX_ISSUE_INFORMATIONAL, "job",
                      AX_STR(""), NULL, AX_STR(""), "%s", text);
  ax_api_answer_issues(call, status, issues, AX_STR(""));
}

static void set_header(ax_api_call *call, const char *name, ax_str value) {
  if (value.ptr) ax_http_set_header(call->rs, ax_str_from(name), value);
}

void ax_api_job_accepted(ax_api_call *call, ax_str id) {
  set_header(call, "Content-Location",
             AX_JOIN(call->rq->arena, call->base, AX_STR("/$async/"), id));
  set_header(call, "Preference-Applied", AX_STR("respond-async"));
  tell(call, 202,
       "The Bundle is kept and will be carried out; Content-Location is where "
       "to ask for it");
}

/* Who asks again too soon learns nothing. */
static void still_on(ax_api_call *call, const ax_intake_job *job) {
  size_t seconds = 1 + 2 * job->ahead;
  if (seconds > WAIT_MAX_S) seconds = WAIT_MAX_S;
  ax_str progress =
      !job->running
          ? ax_arena_printf(call->rq->arena, "waiting, %zu before it",
                            job->ahead)
      : job->done ? ax_arena_printf(call->rq->arena, "%zu of %zu entries done",
                                    job->done, job->total)
                  : AX_STR("being done");
  set_header(call, "X-Progress", progress);
  set_header(call, "Retry-After",
             ax_arena_printf(call->rq->arena, "%zu", seconds));
  tell(call, 202, "The Bundle is not done yet");
}

static void look(ax_api_call *call) {
  ax_intake_job job;
  ax_error err = { 0 };
  char date[AX_HTTP_DATE + 1];
  ax_status status = ax_intake_jobs_look(call->api->intake, call->rq->arena,
                                         call->id, &job, &err);
  /* To others it is not there. */
  if (!status && !ax_str_eq(job.held.sender, ax_api_once_sender(call)))
    status = ax_error_set(&err, AX_NOT_FOUND, "there is no such job");
  if (status) {
    ax_api_error(call, status, &err);
    return;
  }
  if (job.held.state == AX_HELD_WAITING) {
    still_on(call, &job);
    return;
  }
  ax_http_date(job.held.until_ms, date);
  set_header(call, "Expires",
             ax_arena_str(call->rq->arena, ax_str_from(date)));
  ax_api_answer_json(call, job.held.status, job.held.outcome);
}

static void cancel(ax_api_call *call) {
  ax_intake_job job;
  ax_error err = { 0 };
  ax_status status = ax_intake_jobs_look(call->api->intake, call->rq->arena,
                                         call->id, &job, &err);
  if (!status && !ax_str_eq(job.held.sender, ax_api_once_sender(call)))
    status = ax_error_set(&err, AX_NOT_FOUND, "there is no such job");
  if (!status)
    status = ax_intake_jobs_cancel(call->api->intake, call->rq->arena, call->id,
                                   &err);
  if (status)
    ax_api_error(call, status, &err);
  else
    tell(call, 202,
         "The job is cancelled; what of a batch was done before stays done");
}

void ax_api_job(ax_api_call *call) {
  if (call->rq->method == AX_HTTP_DELETE)
    cancel(call);
  else
    look(call);
}
