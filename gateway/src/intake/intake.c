/*
 * The data path. Read this file first.
 *
 * A resource comes in as a tree, is held against the official definitions and
 * its profiles, gets an identity, and is stored together with everything it
 * causes: what it can be found by (index), what it says about a patient
 * (facts), and which models it concerns (tasks). From that commit on it is
 * safe. Then the tasks are done: facts become rows, rows go to a plug-in in a
 * worker process, and its answer comes back as resources in a second commit.
 *
 * Each step is a file: intake_draft.c (identity, references, commit),
 * intake_tasks.c (which models), intake_scorer.c and intake_outcome.c (from a
 * task to its results). A Bundle takes the same path with many items at once:
 * intake_bundle.c.
 */
#include "intake/intake.h"

#include "intake/intake_draft.h"
#include "intake/intake_hold.h"
#include "intake/intake_verdict.h"

static void require_type(const ax_intake_item *item, const ax_json *doc) {
  const ax_json *type = AX_JSON_GET(doc, "resourceType");
  ax_str text = AX_JSON_STR(doc, "resourceType");
  if (ax_str_eq(text, item->type)) return;
  ax_fhir_issues_addf(
      item->issues, AX_ERROR, AX_ISSUE_INVALID, "type-not-of-url", item->type,
      type ? type : doc, AX_STR(""),
      "The body is a \"" AX_STR_FMT "\", but the URL says " AX_STR_FMT,
      AX_STR_ARG(text), AX_STR_ARG(item->type));
}

/* R4 3.1.0.4: the body of an update carries the id of its URL. */
static void require_id(const ax_intake_item *item, const ax_json *doc) {
  const ax_json *id = AX_JSON_GET(doc, "id");
  ax_str text = AX_JSON_STR(doc, "id");
  if (item->condition.len || ax_str_eq(text, item->id)) return;
  ax_fhir_issues_addf(
      item->issues, AX_ERROR, AX_ISSUE_INVALID, "id-not-of-url",
      ax_intake_item_path(item, ".id"), id ? id : doc, AX_STR(""),
      "The resource %s%.*s%s, but the URL of its update says " AX_STR_FMT,
      text.len ? "has the id \"" : "has no id", AX_STR_ARG(text),
      text.len ? "\"" : "", AX_STR_ARG(item->id));
}

static ax_receipt receipt_of(const ax_intake_item *item) {
  return (ax_receipt){ .type = item->type,
                       .id = item->id,
                       .version = item->version,
                       .updated_ms = item->updated_ms,
                       .created = item->status == 201,
                       .body = item->method == AX_INTAKE_DELETE ? AX_STR("")
                                                                : item->body };
}

static ax_intake_item item_of(const ax_intake_request *rq,
                              const ax_intake_change *change) {
  static const ax_intake_method methods[] = {
    [AX_INTAKE_CREATE] = AX_INTAKE_POST,
    [AX_INTAKE_UPDATE] = AX_INTAKE_PUT,
    [AX_INTAKE_MODIFY] = AX_INTAKE_PATCH,
    [AX_INTAKE_REMOVE] = AX_INTAKE_DELETE,
  };
  bool whole = change->verb <= AX_INTAKE_UPDATE;
  return (ax_intake_item){
    .method = methods[change->verb],
    .resource = whole ? rq->doc : NULL,
    .patch = change->verb == AX_INTAKE_MODIFY ? rq->doc : NULL,
    .type = change->type,
    .id = change->id,
    .condition = change->condition,
    .sent_id = change->condition.len ? AX_JSON_STR(rq->doc, "id") : AX_STR(""),
    .if_none_exist = change->if_none_exist,
    .if_match = change->if_match,
    .if_none_match = change->if_none_match,
    .issues = ax_fhir_issues_new(rq->arena),
  };
}

/* What is faulty is kept in quarantine where the sender's mode says so. */
static ax_status hold(ax_intake *intake, const ax_intake_request *sent,
                      const ax_intake_request *rq, ax_intake_item *item,
                      ax_intake_result *out, ax_error *err) {
  const ax_intake_hold how = { intake, sent, rq };
  AX_TRY(ax_intake_hold_refused(&how, item, 1, err));
  out->issues = item->issues;
  if (item->status >= 400 || item->held.len) out->http_status = item->status;
  out->held = item->held;
  return AX_OK;
}

ax_status ax_intake_apply(ax_intake *intake, const ax_intake_request *sent,
                          const ax_intake_change *change, ax_intake_result *out,
                          ax_error *err) {
  ax_intake_request translated;
  const ax_intake_request *rq = &translated;
  AX_TRY(ax_intake_service_translate(intake, sent, &translated));
  static const char *const actions[] = { "create", "update", "patch",
                                         "delete" };
  bool stored = false;
  ax_intake_item item = item_of(rq, change);
  ax_intake_draft draft = { .intake = intake,
                            .rq = rq,
                            .action = actions[change->verb],
                            .items = &item,
                            .count = 1 };
  if (!item.issues) return AX_NOMEM;
  *out = (ax_intake_result){ .issues = item.issues, .http_status = 400 };

  if (item.resource) require_type(&item, rq->doc);
  if (change->verb == AX_INTAKE_UPDATE) require_id(&item, rq->doc);
  if (ax_fhir_issues_errors(item.issues)) return AX_OK;

  out->http_status = 422;
  if (item.resource)
    AX_TRY(ax_intake_verdict_settle(&intake->options, rq, &item));
  if (ax_fhir_issues_errors(item.issues))
    return hold(intake, sent, rq, &item, out, err);

  AX_TRY(ax_intake_draft_store(&draft, &stored, err)); /* from here on safe */
  out->issues = stored && item.findings ? item.findings : item.issues;
  out->held = item.held;
  if (!stored) return hold(intake, sent, rq, &item, out, err);
  if (item.status) out->http_status = item.status;

  ax_intake_draft_score(&draft);
  out->receipt = receipt_of(&item);
  return AX_OK;
}

ax_status ax_intake_create(ax_intake *intake, const ax_intake_request *rq,
                           ax_str type, ax_str if_none_exist,
                           ax_intake_result *out, ax_error *err) {
  const ax_intake_change change = { .verb = AX_INTAKE_CREATE,
                                    .type = type,
                                    .if_none_exist = if_none_exist };
  return ax_intake_apply(intake, rq, &change, out, err);
}
