/* The way out of quarantine: corrected and carried out, or discarded. */
#include "base/clock.h"
#include "fhir/fhir_make.h"
#include "intake/intake.h"
#include "intake/intake_service.h"
#include "json/json_parse.h"

/* --- back to a request -----------------------------------------------------
 */

static uint64_t version_of(const ax_json *request, ax_str key) {
  const ax_json *value = ax_json_get(request, key);
  uint64_t version = 0;
  if (ax_str_eq(ax_json_text(value), AX_STR("*"))) return AX_INTAKE_ANY_VERSION;
  return ax_str_uint64(ax_json_text(value), UINT32_MAX, &version) ? version : 0;
}

/* What a patch should have made may be given whole. */
static ax_intake_verb verb_of(const ax_json *request, const ax_json *doc) {
  ax_str method = AX_JSON_STR(request, "method");
  ax_str type = AX_JSON_STR(request, "type");
  if (ax_str_eq(method, AX_STR("PATCH")) &&
      !ax_str_eq(AX_JSON_STR(doc, "resourceType"), type))
    return AX_INTAKE_MODIFY;
  return ax_str_eq(method, AX_STR("POST")) ? AX_INTAKE_CREATE
                                           : AX_INTAKE_UPDATE;
}

static ax_intake_change change_of(const ax_json *request, const ax_json *doc) {
  return (ax_intake_change){
    .verb = verb_of(request, doc),
    .type = AX_JSON_STR(request, "type"),
    .id = AX_JSON_STR(request, "id"),
    .condition = AX_JSON_STR(request, "condition"),
    .if_none_exist = AX_JSON_STR(request, "ifNoneExist"),
    .if_match = version_of(request, AX_STR("ifMatch")),
    .if_none_match = version_of(request, AX_STR("ifNoneMatch")),
  };
}

static ax_status parse_body(ax_intake_request *rq, ax_intake_result *out) {
  ax_json_fault fault = { 0 };
  ax_status status = ax_json_parse(rq->arena, rq->source, &rq->doc, &fault);
  if (!status || status == AX_NOMEM) return status;
  ax_fhir_issues_add_json(out->issues, &fault);
  out->http_status = 400;
  return AX_OK;
}

static ax_status carry_out(ax_intake *intake, const ax_intake_request *rq,
                           const ax_json *request, ax_buf *answer,
                           ax_intake_result *out, ax_error *err) {
  ax_intake_change change = change_of(request, rq->doc);
  if (!ax_str_eq(change.type, AX_STR("Bundle")) ||
      !ax_str_eq(AX_JSON_STR(request, "whole"), AX_STR("true"))) {
    return ax_intake_apply(intake, rq, &change, out, err);
  }
  return ax_intake_bundle(intake, rq, AX_STR("minimal"), answer, out, err);
}

ax_status ax_intake_release_run(ax_intake *intake, const ax_intake_request *rq,
                                const ax_held *held, ax_buf *answer,
                                ax_intake_result *out, ax_error *err) {
  const ax_json *request = NULL;
  ax_json_fault fault;
  *out = (ax_intake_result){ .issues = ax_fhir_issues_new(rq->arena) };
  if (!out->issues) return AX_NOMEM;
  if (held->state != AX_HELD_WAITING || held->kind != AX_HELD_REFUSED)
    return ax_error_set(err, AX_CONFLICT,
                        "this does not wait in quarantine any more");
  AX_TRY(ax_json_parse(rq->arena, held->request, &request, &fault));
  ax_intake_release release = { .id = held->id,
                                .at_ms = held->at_ms,
                                .note = rq->release->note };
  ax_intake_request again = {
    .arena = rq->arena,
    .source = rq->source.len ? rq->source : held->body,
    .base = AX_JSON_STR(request, "base"),
    .request_id = held->request_id,
    .caller = held->sender,
    .message = held->message,
    .release = &release,
  };
  if (!again.base.len) again.base = rq->base;
  AX_TRY(parse_body(&again, out));
  if (out->http_status) return AX_OK;
  again.identifier = AX_JSON_STR(AX_JSON_GET(again.doc, "identifier"), "value");
  return carry_out(intake, &again, request, answer, out, err);
}

/* --- or for good -----------------------------------------------------------
 */

static ax_status farewell(ax_arena *arena, ax_str note, ax_str *out) {
  ax_buf buf = AX_BUF_INIT(1 << 20);
  ax_json_writer w = ax_json_write_begin(&buf);
  ax_str text = AX_JOIN(arena, AX_STR("It was discarded: "), note);
  ax_fhir_make_outcome(&w, AX_STR("information"), AX_STR("informational"),
                       text);
  ax_status status = text.ptr ? ax_json_write_end(&w) : AX_NOMEM;
  *out = ax_arena_str(arena, ax_buf_view(&buf));
  ax_buf_free(&buf);
  if (status) return status;
  return out->ptr ? AX_OK : AX_NOMEM;
}

ax_status ax_intake_release_discard(ax_intake *intake, ax_arena *arena,
                                    const ax_held *held, ax_str who,
                                    ax_str note, ax_error *err) {
  int64_t now = ax_clock_wall_ms();
  ax_held end = { .id = held->id,
                  .state = AX_HELD_DROPPED,
                  .status = 410,
                  .note = AX_JOIN(arena, who, AX_STR(": "), note),
                  .until_ms = now + intake->options.quarantine_keep_ms };
  ax_audit audit = { .at_ms = now,
                     .request_id = held->request_id,
                     .caller = who,
                     .action = AX_STR("discard"),
                     .target = AX_JOIN(arena, AX_STR("Quarantine/"), held->id),
                     .outcome = AX_STR("discarded"),
                     .message = held->message };
  if (!end.note.ptr || !audit.target.ptr) return AX_NOMEM;
  AX_TRY(farewell(arena, note, &end.outcome));
  ax_commit commit = { .settled = &end, .settled_count = 1, .audit = &audit };
  return ax_store_commit(intake->options.store, &commit, err);
}
