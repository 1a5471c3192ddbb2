/* What others are, were or could not be told, for operators: the outbox as
 * JSON, and a dead letter sent again. And what became of a message. */
#include <stdio.h>

#include "api/api.h"
#include "base/clock.h"
#include "fhir/fhir_date.h"
#include "search/search.h"
#include "json/json_write.h"

enum { PAGE = 200, TRACES_MAX = 50 };

static const char *const states[] = { "waiting", "sent", "dead" };
static const char *const task_states[] = { "waiting", "done", "failed" };

static void write_time(ax_json_writer *w, ax_str key, int64_t ms) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(ms, text);
  ax_json_write_member(w, key, ax_str_from(text));
}

static void write_row(ax_json_writer *w, const ax_outbox *row) {
  char what[200];
  (void)snprintf(what, sizeof what, AX_STR_FMT "/" AX_STR_FMT "/_history/%llu",
                 AX_STR_ARG(row->type), AX_STR_ARG(row->id),
                 (unsigned long long)row->version);
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("key"));
  ax_json_write_int(w, (int64_t)row->key);
  ax_json_write_member(w, AX_STR("target"), row->target);
  ax_json_write_member(w, AX_STR("resource"), ax_str_from(what));
  ax_json_write_member(w, AX_STR("state"), ax_str_from(states[row->state]));
  write_time(w, AX_STR("since"), row->at_ms);
  ax_json_write_key(w, AX_STR("attempts"));
  ax_json_write_int(w, row->attempts);
  if (row->state == AX_OUTBOX_WAITING && row->attempts)
    write_time(w, AX_STR("notBefore"), row->not_before_ms);
  ax_json_write_member(w, AX_STR("note"), row->note);
  ax_json_write_close(w);
}

static void answer(ax_api_call *call, int status, ax_buf *buf,
                   ax_json_writer *w) {
  ax_json_write_close(w);
  if (ax_json_write_end(w) != AX_OK) {
    ax_api_error(call, AX_NOMEM, NULL);
    return;
  }
  ax_api_answer_json(call, status, ax_buf_view(buf));
  call->rs->content_type = AX_STR("application/json");
}

/* --- the outbox ------------------------------------------------------------
 */

static bool read_state(ax_api_call *call, ax_str text,
                       ax_outbox_filter *filter) {
  filter->any_state = false;
  for (size_t i = 0; i < AX_COUNT(states); i++)
    if (ax_str_eq(text, ax_str_from(states[i]))) {
      filter->state = (ax_outbox_state)i;
      return true;
    }
  ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                      "state is waiting, sent or dead, not \"%.*s\"",
                      (int)(text.len < 40 ? text.len : 40), text.ptr);
  return false;
}

static bool read_filter(ax_api_call *call, ax_outbox_filter *filter) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  if (!ax_api_body_query(call, &pairs, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    ax_str name = pairs[i].name, value = pairs[i].value;
    if (ax_str_eq(name, AX_STR("state"))) {
      if (!read_state(call, value, filter)) return false;
    } else if (ax_str_eq(name, AX_STR("target"))) {
      filter->target = value;
    } else if (!ax_str_eq(name, AX_STR("after")) ||
               !ax_str_uint64(value, INT64_MAX, &filter->after)) {
      ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                          "only state, target and after (a key) are known "
                          "here");
      return false;
    }
  }
  return true;
}

void ax_api_outbox(ax_api_call *call) {
  ax_outbox_filter filter = { .any_state = true, .max = PAGE };
  ax_outbox *rows = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  if (!read_filter(call, &filter)) return;
  ax_status status = ax_store_outbox_list(call->api->store, call->rq->arena,
                                          &filter, &rows, &count, &err);
  ax_buf *buf = status ? NULL : ax_api_answer_begin(call);
  if (status) ax_api_error(call, status, &err);
  if (!buf) return;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("rows"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < count; i++) write_row(&w, &rows[i]);
  ax_json_write_close(&w);
  if (count == PAGE) {
    ax_json_write_key(&w, AX_STR("after"));
    ax_json_write_int(&w, (int64_t)rows[count - 1].key);
  }
  answer(call, 200, buf, &w);
}

/* Its age begins anew: it is somebody's wish now. */
void ax_api_outbox_retry(ax_api_call *call) {
  uint64_t key = 0;
  ax_outbox_filter filter = { .any_state = true, .max = 1 };
  ax_outbox *rows = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  if (ax_str_uint64(call->id, INT64_MAX, &key)) filter.key = key;
  ax_status status =
      key ? ax_store_outbox_list(call->api->store, call->rq->arena, &filter,
                                 &rows, &count, &err)
          : AX_NOT_FOUND;
  if (!status && count == 0) status = AX_NOT_FOUND;
  if (!status && rows[0].state != AX_OUTBOX_DEAD)
    status = ax_error_set(&err, AX_CONFLICT,
                          "only what was given up can be "
                          "sent again");
  if (!status) {
    rows[0].state = AX_OUTBOX_WAITING;
    rows[0].attempts = 0;
    rows[0].not_before_ms = 0;
    rows[0].at_ms = ax_clock_wall_ms();
    rows[0].note = AX_STR("sent again by an operator");
    ax_commit commit = { .sent = rows, .sent_count = 1 };
    status = ax_store_commit(call->api->store, &commit, &err);
  }
  if (status)
    ax_api_error(call, status, &err);
  else
    call->rs->status = 204;
}

/* --- what became of a message ----------------------------------------------
 */

static void write_task(ax_json_writer *w, const ax_task *task,
                       ax_task_state state) {
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("model"), task->model);
  ax_json_write_member(w, AX_STR("patient"), task->patient);
  ax_json_write_member(w, AX_STR("state"), ax_str_from(task_states[state]));
  ax_json_write_member(w, AX_STR("results"), task->results);
  ax_json_write_member(w, AX_STR("note"), task->note);
  if (state == AX_TASK_WAITING)
    write_time(w, AX_STR("notBefore"), task->not_before_ms);
  ax_json_write_close(w);
}

static void write_trace(ax_json_writer *w, const ax_trace *trace) {
  ax_json_write_object(w);
  write_time(w, AX_STR("accepted"), trace->audit.at_ms);
  ax_json_write_member(w, AX_STR("request"), trace->audit.request_id);
  ax_json_write_member(w, AX_STR("message"), trace->audit.message);
  if (trace->audit.identifier.len)
    ax_json_write_member(w, AX_STR("identifier"), trace->audit.identifier);
  ax_json_write_member(w, AX_STR("sender"), trace->audit.caller);
  ax_json_write_member(w, AX_STR("action"), trace->audit.action);
  ax_json_write_member(w, AX_STR("target"), trace->audit.target);
  ax_json_write_member(w, AX_STR("outcome"), trace->audit.outcome);
  ax_json_write_key(w, AX_STR("scored"));
  ax_json_write_array(w);
  for (size_t i = 0; i < trace->task_count; i++)
    write_task(w, &trace->tasks[i], trace->states[i]);
  ax_json_write_close(w);
  ax_json_write_key(w, AX_STR("delivered"));
  ax_json_write_array(w);
  for (size_t i = 0; i < trace->outbox_count; i++)
    write_row(w, &trace->outbox[i]);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

void ax_api_outbox_message(ax_api_call *call) {
  ax_trace *traces = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  ax_status status = ax_store_trace(call->api->store, call->rq->arena, call->id,
                                    TRACES_MAX, &traces, &count, &err);
  if (!status && count == 0)
    status = ax_error_set(&err, AX_NOT_FOUND,
                          "nothing was accepted under this request id, "
                          "Idempotency-Key or Bundle identifier");
  ax_buf *buf = status ? NULL : ax_api_answer_begin(call);
  if (status) ax_api_error(call, status, &err);
  if (!buf) return;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("accepted"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < count; i++) write_trace(&w, &traces[i]);
  ax_json_write_close(&w);
  answer(call, 200, buf, &w);
}
