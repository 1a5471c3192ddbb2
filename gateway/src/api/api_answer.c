#include "api/api.h"
#include "json/json_write.h"

/* A failure must be sayable when there is no memory left to say it with. */
static const char no_memory[] =
    "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":"
    "\"error\",\"code\":\"too-costly\",\"details\":{\"text\":\"the request "
    "needs more memory than one request may have\"}}]}";
static const char no_memory_now[] =
    "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":"
    "\"error\",\"code\":\"throttled\",\"details\":{\"text\":\"other requests "
    "use all the memory there is for requests; send it again later\"}}]}";

static void free_buf(void *buf) {
  ax_buf_free(buf);
}

ax_buf *ax_api_answer_buf(ax_api_call *call) {
  ax_buf *buf = AX_NEW(call->rq->arena, ax_buf);
  if (!buf || ax_arena_defer(call->rq->arena, free_buf, buf) != 0) return NULL;
  *buf = (ax_buf)AX_BUF_INIT(SIZE_MAX);
  return buf;
}

ax_buf *ax_api_answer_begin(ax_api_call *call) {
  ax_buf *buf = ax_api_answer_buf(call);
  if (buf) return buf;
  if (!ax_arena_starved(call->rq->arena)) {
    ax_api_answer_json(call, 413, AX_STR(no_memory));
    return NULL;
  }
  ax_http_set_header(call->rs, AX_STR("Retry-After"), AX_STR("5"));
  ax_api_answer_json(call, 503, AX_STR(no_memory_now));
  return NULL;
}

void ax_api_answer_json(ax_api_call *call, int status, ax_str body) {
  call->rs->status = status;
  call->rs->content_type = ax_http_media_name(call->media);
  call->rs->body = body;
}

void ax_api_answer_version(ax_api_call *call, uint64_t version,
                           int64_t updated_ms) {
  ax_str tag = ax_arena_printf(call->rq->arena, "W/\"%llu\"",
                               (unsigned long long)version);
  if (tag.len) ax_http_set_header(call->rs, AX_STR("ETag"), tag);
  char *date = AX_NEW_ARRAY(call->rq->arena, char, AX_HTTP_DATE + 1);
  if (!date) return;
  ax_http_date(updated_ms, date);
  ax_http_set_header(call->rs, AX_STR("Last-Modified"), ax_str_from(date));
}

void ax_api_answer_issues(ax_api_call *call, int status,
                          const ax_fhir_issues *issues, ax_str source) {
  ax_buf *buf = ax_api_answer_begin(call);
  if (!buf) return;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_fhir_issues_write(issues, source, &w);
  if (ax_json_write_end(&w) != AX_OK || !ax_fhir_issues_complete(issues)) {
    ax_api_answer_json(call, 413, AX_STR(no_memory));
    return;
  }
  ax_api_answer_json(call, status, ax_buf_view(buf));
}
