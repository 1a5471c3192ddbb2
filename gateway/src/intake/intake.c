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

static ax_receipt receipt_of(const ax_intake_item *item) {
  return (ax_receipt){ .type = item->type,
                       .id = item->id,
                       .version = item->version,
                       .updated_ms = item->updated_ms,
                       .created = item->status == 201,
                       .body = item->body };
}

ax_status ax_intake_create(ax_intake *intake, const ax_intake_request *rq,
                           ax_str type, ax_str if_none_exist,
                           ax_intake_result *out, ax_error *err) {
  bool stored = false;
  ax_intake_item item = { .method = AX_INTAKE_POST,
                          .resource = rq->doc,
                          .type = type,
                          .if_none_exist = if_none_exist,
                          .issues = ax_fhir_issues_new(rq->arena) };
  ax_intake_draft draft = {
    .intake = intake, .rq = rq, .action = "create", .items = &item, .count = 1
  };
  if (!item.issues) return AX_NOMEM;
  *out = (ax_intake_result){ .issues = item.issues, .http_status = 400 };

  require_type(&item, rq->doc);
  if (ax_fhir_issues_errors(item.issues)) return AX_OK;

  out->http_status = 422;
  AX_TRY(ax_validate_run(intake->options.validator, rq->doc, type, NULL, 0,
                         item.issues));
  if (ax_fhir_issues_errors(item.issues)) return AX_OK;

  AX_TRY(ax_intake_draft_store(&draft, &stored, err)); /* from here on safe */
  if (item.status) out->http_status = item.status;
  if (!stored) return AX_OK;

  ax_intake_draft_score(&draft);
  out->receipt = receipt_of(&item);
  return AX_OK;
}
