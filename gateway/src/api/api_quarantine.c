/* Quarantine: what the sender is told, what operators see and do, and what
 * validation found about resources that were accepted with faults. */
#include <inttypes.h>

#include "api/api.h"
#include "base/clock.h"
#include "fhir/fhir_date.h"
#include "search/search.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum { PAGE = 200, ANSWER_MAX = 256 << 20 };

static const char *const states[] = { "waiting", "released", "discarded" };

/* --- the sender ------------------------------------------------------------
 */

static void set_place(ax_api_call *call, ax_str id) {
  ax_str place =
      AX_JOIN(call->rq->arena, call->base, AX_STR("/$quarantine/"), id);
  if (place.ptr)
    ax_http_set_header(call->rs, AX_STR("Content-Location"), place);
}

void ax_api_quarantine_answer(ax_api_call *call,
                              const ax_intake_result *result) {
  set_place(call, result->held);
  ax_api_answer_issues(call, 202, result->issues, call->rq->body);
}

static ax_status find(ax_api_call *call, ax_held_kind kind, ax_held **out,
                      ax_error *err) {
  size_t count = 0;
  const ax_held_filter filter = {
    .kind = kind, .any_state = true, .id = call->id, .max = 1, .whole = true
  };
  AX_TRY(ax_store_held(call->api->store, call->rq->arena, &filter,
                       ax_clock_wall_ms(), out, &count, err));
  if (count) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND,
                      "nothing is kept in quarantine under this id");
}

/* Only its sender is told; to others it is not there. */
void ax_api_quarantine_look(ax_api_call *call) {
  ax_held *held = NULL;
  ax_error err = { 0 };
  ax_status status = find(call, AX_HELD_REFUSED, &held, &err);
  if (!status && !ax_str_eq(held->sender, ax_api_once_sender(call)))
    status = ax_error_set(&err, AX_NOT_FOUND,
                          "nothing is kept in quarantine under this id");
  if (status)
    ax_api_error(call, status, &err);
  else
    ax_api_answer_json(call, 200, held->outcome);
}

/* --- operators -------------------------------------------------------------
 */

static void write_time(ax_json_writer *w, ax_str key, int64_t ms) {
  char text[AX_FHIR_DATE_INSTANT + 1];
  ax_fhir_date_instant(ms, text);
  ax_json_write_member(w, key, ax_str_from(text));
}

static void write_members(ax_json_writer *w, const ax_held *held) {
  ax_json_write_member(w, AX_STR("id"), held->id);
  ax_json_write_member(w, AX_STR("state"), ax_str_from(states[held->state]));
  ax_json_write_member(w, AX_STR("target"), held->target);
  ax_json_write_member(w, AX_STR("sender"), held->sender);
  ax_json_write_member(w, AX_STR("request"), held->request_id);
  ax_json_write_member(w, AX_STR("message"), held->message);
  write_time(w, AX_STR("since"), held->at_ms);
  ax_json_write_member(w, AX_STR("note"), held->note);
}

static void finish(ax_api_call *call, ax_buf *buf, ax_json_writer *w) {
  if (ax_json_write_end(w) != AX_OK) {
    ax_api_error(call, AX_NOMEM, NULL);
    return;
  }
  ax_api_answer_json(call, 200, ax_buf_view(buf));
  call->rs->content_type = AX_STR("application/json");
}

static bool read_state(ax_str text, ax_held_filter *filter) {
  filter->any_state = ax_str_eq(text, AX_STR("any"));
  for (size_t i = 0; i < AX_COUNT(states); i++)
    if (ax_str_eq(text, ax_str_from(states[i]))) {
      filter->state = (ax_held_state)i;
      return true;
    }
  return filter->any_state;
}

static bool read_filter(ax_api_call *call, ax_held_filter *filter) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  if (!ax_api_body_query(call, &pairs, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    bool known = true;
    ax_str name = pairs[i].name, value = pairs[i].value;
    if (ax_str_eq(name, AX_STR("state")))
      known = read_state(value, filter);
    else if (ax_str_eq(name, AX_STR("sender")))
      filter->sender = value;
    else
      known = ax_str_eq(name, AX_STR("after")) &&
              ax_str_uint64(value, INT64_MAX, &filter->after);
    if (known) continue;
    ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                        "only state (waiting, released, discarded or any), "
                        "sender and after (a key) are known here");
    return false;
  }
  return true;
}

static void list(ax_api_call *call, ax_held_filter filter) {
  ax_held *held = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  if (!read_filter(call, &filter)) return;
  ax_status status =
      ax_store_held(call->api->store, call->rq->arena, &filter,
                    ax_clock_wall_ms(), &held, &count, &err);
  ax_buf *buf = status ? NULL : ax_api_answer_begin(call);
  if (status) ax_api_error(call, status, &err);
  if (!buf) return;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("rows"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < count; i++) {
    ax_json_write_object(&w);
    write_members(&w, &held[i]);
    ax_json_write_close(&w);
  }
  ax_json_write_close(&w);
  if (count == PAGE) {
    ax_json_write_key(&w, AX_STR("after"));
    ax_json_write_int(&w, (int64_t)held[count - 1].key);
  }
  ax_json_write_close(&w);
  finish(call, buf, &w);
}

void ax_api_quarantine_list(ax_api_call *call) {
  list(call, (ax_held_filter){ .kind = AX_HELD_REFUSED, .max = PAGE });
}

void ax_api_quarantine_tagged(ax_api_call *call) {
  list(call, (ax_held_filter){
                 .kind = AX_HELD_TAGGED, .any_state = true, .max = PAGE });
}

/* The body as it was sent is JSON: it could be validated. */
static void show(ax_api_call *call, const ax_held *held) {
  ax_buf *buf = ax_api_answer_begin(call);
  if (!buf) return;
  buf->ceiling = ANSWER_MAX;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_object(&w);
  write_members(&w, held);
  ax_json_write_key(&w, AX_STR("asked"));
  ax_json_write_raw(&w, held->request);
  if (held->body.len) {
    ax_json_write_key(&w, AX_STR("resource"));
    ax_json_write_raw(&w, held->body);
  }
  if (held->outcome.len) {
    ax_json_write_key(&w, AX_STR("outcome"));
    ax_json_write_raw(&w, held->outcome);
  }
  ax_json_write_close(&w);
  finish(call, buf, &w);
}

static void tell_released(ax_api_call *call, const ax_intake_result *result) {
  ax_buf *buf = ax_api_answer_begin(call);
  if (!buf) return;
  const ax_receipt *r = &result->receipt;
  ax_str stored =
      r->version ? ax_arena_printf(call->rq->arena,
                                   AX_STR_FMT "/" AX_STR_FMT
                                              "/_history/%" PRIu64,
                                   AX_STR_ARG(r->type), AX_STR_ARG(r->id),
                                   r->version)
                 : AX_STR("Bundle");
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("id"), call->id);
  ax_json_write_member(&w, AX_STR("state"), AX_STR("released"));
  ax_json_write_member(&w, AX_STR("stored"), stored);
  ax_json_write_close(&w);
  finish(call, buf, &w);
}

/* The corrected resource as a text of its own, so that places are its own. */
static ax_str corrected(ax_api_call *call, const ax_json *resource) {
  ax_buf *buf = resource ? ax_api_answer_buf(call) : NULL;
  if (!buf) return AX_STR("");
  buf->ceiling = ANSWER_MAX;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_tree(&w, resource);
  return ax_json_write_end(&w) ? AX_STR("") : ax_buf_view(buf);
}

static void release(ax_api_call *call, const ax_json *order,
                    const ax_held *held) {
  ax_error err = { 0 };
  ax_intake_result result = { 0 };
  const ax_json *resource = AX_JSON_GET(order, "resource");
  ax_intake_release by = { .note = AX_JOIN(
                               call->rq->arena, AX_JSON_STR(order, "who"),
                               AX_STR(": "), AX_JSON_STR(order, "why")) };
  ax_intake_request rq = { .arena = call->rq->arena,
                           .source = corrected(call, resource),
                           .base = call->base,
                           .release = &by };
  ax_buf *answer = ax_api_answer_buf(call);
  ax_status status = AX_NOMEM;
  if (answer && by.note.ptr && (rq.source.len || !resource))
    status = ax_intake_release_run(call->api->intake, &rq, held, answer,
                                   &result, &err);
  if (status)
    ax_api_error(call, status, &err);
  else if (result.http_status >= 400)
    ax_api_answer_issues(call, result.http_status, result.issues,
                         rq.source.len ? rq.source : held->body);
  else
    tell_released(call, &result);
}

static void discard(ax_api_call *call, const ax_json *order,
                    const ax_held *held) {
  ax_error err = { 0 };
  ax_str why = AX_JSON_STR(order, "why");
  if (!why.len) {
    ax_api_error_refuse(call, 400, AX_ISSUE_REQUIRED,
                        "to discard what somebody sent needs a reason "
                        "(\"why\"): it is recorded");
    return;
  }
  ax_status status = ax_intake_release_discard(
      call->api->intake, call->rq->arena, held, AX_JSON_STR(order, "who"), why,
      &err);
  ax_buf *buf = status ? NULL : ax_api_answer_begin(call);
  if (status) ax_api_error(call, status, &err);
  if (!buf) return;
  ax_json_writer w = ax_json_write_begin(buf);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("id"), call->id);
  ax_json_write_member(&w, AX_STR("state"), AX_STR("discarded"));
  ax_json_write_close(&w);
  finish(call, buf, &w);
}

static void act(ax_api_call *call, const ax_held *held) {
  const ax_json *order = NULL;
  ax_json_fault fault = { .at = 0 };
  if (!ax_api_serve_indexed(call)) return;
  if (ax_json_parse(call->rq->arena, call->rq->body, &order, &fault)) {
    ax_api_error_refuse(call, 400, AX_ISSUE_STRUCTURE,
                        "the body is no JSON: line %u, column %u: %s",
                        fault.place.line, fault.place.column, fault.text);
    return;
  }
  ax_str name = AX_JSON_STR(order, "act");
  if (!AX_JSON_STR(order, "who").len)
    ax_api_error_refuse(call, 400, AX_ISSUE_REQUIRED,
                        "who decides about it? (\"who\")");
  else if (ax_str_eq(name, AX_STR("release")))
    release(call, order, held);
  else if (ax_str_eq(name, AX_STR("discard")))
    discard(call, order, held);
  else
    ax_api_error_refuse(call, 400, AX_ISSUE_VALUE,
                        "\"act\" is release or discard, not \"%.*s\"",
                        (int)(name.len < 40 ? name.len : 40), name.ptr);
}

void ax_api_quarantine_one(ax_api_call *call) {
  ax_held *held = NULL;
  ax_error err = { 0 };
  ax_status status = find(call, AX_HELD_REFUSED, &held, &err);
  if (status)
    ax_api_error(call, status, &err);
  else if (call->rq->method == AX_HTTP_POST)
    act(call, held);
  else
    show(call, held);
}

/* --- accepted with faults --------------------------------------------------
 */

void ax_api_quarantine_outcome(ax_api_call *call) {
  ax_stored stored = { 0 };
  ax_held *held = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  ax_status status =
      ax_store_read(call->api->store, call->rq->arena, call->type, call->id,
                    AX_VERSION_ANY, &stored, &err);
  ax_str target = ax_arena_printf(
      call->rq->arena, AX_STR_FMT "/" AX_STR_FMT "/_history/%" PRIu64,
      AX_STR_ARG(call->type), AX_STR_ARG(call->id), stored.version);
  const ax_held_filter filter = { .kind = AX_HELD_TAGGED,
                                  .any_state = true,
                                  .target = target,
                                  .max = 1,
                                  .whole = true };
  if (!status && !target.ptr) status = AX_NOMEM;
  if (!status)
    status = ax_store_held(call->api->store, call->rq->arena, &filter,
                           ax_clock_wall_ms(), &held, &count, &err);
  if (!status && !count)
    status = ax_error_set(&err, AX_NOT_FOUND,
                          "no fault of this version is recorded");
  if (status)
    ax_api_error(call, status, &err);
  else
    ax_api_answer_json(call, 200, held->outcome);
}
