#include "intake/intake_profile.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/vec.h"
#include "fhir/fhir_decimal.h"
#include "intake/intake_service.h"
#include "scoring/score_view.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum {
  WAIT_MS = 5000, /* how long one model may take */
  MOST = 64       /* newest stored results of one model that are looked at */
};

#define MODELS "https://auspex-gateway.org/fhir/CodeSystem/model"

/* What is shown first has the lowest rank; a level counts below its rank. */
enum { RANK_RISK = 0, RANK_LACKING = 10, RANK_MEASURED = 20 };

typedef struct {
  int rank;
  bool now; /* speaks of the present, not of years to come */
  double probability;
  size_t number; /* in the order of models */
  ax_str url, body;
} shown;

typedef AX_VEC(shown) shown_list;

typedef struct { /* the results of one scoring */
  AX_VEC(const ax_json *) trees;
  AX_VEC(ax_str) urls;
  AX_VEC(ax_str) bodies;
} results;

typedef struct {
  const ax_intake *intake;
  const ax_intake_request *rq;
  ax_arena *arena;
  ax_str patient; /* "Patient/id" */
  ax_facts facts;
  ax_feature_view *view;
  int64_t now_ms;
  shown_list list;
  ax_fhir_issues *notes;
} profile;

/* --- results as trees -------------------------------------------------------
 */

static ax_status add_result(profile *p, results *to, ax_str url, ax_str body) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  AX_TRY(ax_json_parse(p->arena, body, &tree, &fault));
  const ax_json **slot = AX_VEC_PUSH(&to->trees, p->arena);
  ax_str *at = AX_VEC_PUSH(&to->urls, p->arena);
  ax_str *text = AX_VEC_PUSH(&to->bodies, p->arena);
  if (!slot || !at || !text) return AX_NOMEM;
  *slot = tree;
  *at = url;
  *text = body;
  return AX_OK;
}

static ax_str moment_of(const ax_json *tree) {
  ax_str time = AX_JSON_STR(tree, "occurrenceDateTime");
  return time.len ? time : AX_JSON_STR(tree, "effectiveDateTime");
}

static bool was_taken_back(const ax_json *tree) {
  return ax_str_eq(AX_JSON_STR(tree, "status"), AX_STR("entered-in-error"));
}

/* The newest results of a type, all of one moment. */
static ax_status read_stored(profile *p, ax_str type, const ax_model *model,
                             results *out, ax_error *err) {
  const ax_query_value patient = { .code = p->patient };
  const ax_query_value method = { .system = AX_STR(MODELS),
                                  .code = model->name };
  const ax_query_term terms[] = {
    { .param = AX_STR("subject"),
      .kind = AX_INDEX_REFERENCE,
      .values = &patient,
      .value_count = 1 },
    { .param = AX_STR("method"),
      .kind = AX_INDEX_TOKEN,
      .values = &method,
      .value_count = 1 },
  };
  const ax_query query = { .type = type,
                           .terms = terms,
                           .term_count = AX_COUNT(terms),
                           .newest_first = true,
                           .limit = MOST };
  ax_page page = { 0 };
  ax_str newest = { 0 };
  AX_TRY(
      ax_store_search(p->intake->options.store, p->arena, &query, &page, err));
  for (size_t i = 0; i < page.count; i++) {
    const ax_stored *found = &page.items[i];
    results one = { 0 };
    ax_str url =
        ax_arena_printf(p->arena, AX_STR_FMT "/" AX_STR_FMT "/" AX_STR_FMT,
                        AX_STR_ARG(p->rq->base), AX_STR_ARG(found->type),
                        AX_STR_ARG(found->id));
    if (!url.ptr) return AX_NOMEM;
    AX_TRY(add_result(p, &one, url, found->body));
    if (was_taken_back(one.trees.items[0])) continue;
    ax_str moment = moment_of(one.trees.items[0]);
    if (!newest.len) newest = moment;
    if (ax_str_eq(moment, newest)) AX_TRY(add_result(p, out, url, found->body));
  }
  return AX_OK;
}

static ax_status take_fresh(profile *p, const ax_score_result *result,
                            results *out) {
  for (size_t i = 0; i < result->resource_count; i++) {
    const ax_score_resource *made = &result->resources[i];
    ax_str url =
        ax_arena_printf(p->arena, "urn:uuid:" AX_STR_FMT, AX_STR_ARG(made->id));
    if (!url.ptr) return AX_NOMEM;
    AX_TRY(add_result(p, out, url, made->body));
  }
  return AX_OK;
}

/* --- is it still what would be said today? ---------------------------------
 */

static const ax_json *basis_of(const ax_json *tree) {
  const ax_json *basis = AX_JSON_GET(tree, "basis");
  return basis ? basis : AX_JSON_GET(tree, "derivedFrom");
}

static bool rests_on(const results *all, ax_str reference) {
  for (size_t i = 0; i < all->trees.count; i++) {
    const ax_json *basis = basis_of(all->trees.items[i]);
    for (size_t k = 0; k < ax_json_count(basis); k++)
      if (ax_str_eq(AX_JSON_STR(ax_json_item(basis, k), "reference"),
                    reference))
        return true;
  }
  return false;
}

static bool rests_within(const results *these, const results *those) {
  for (size_t i = 0; i < these->trees.count; i++) {
    const ax_json *basis = basis_of(these->trees.items[i]);
    for (size_t k = 0; k < ax_json_count(basis); k++)
      if (!rests_on(those, AX_JSON_STR(ax_json_item(basis, k), "reference")))
        return false;
  }
  return true;
}

static bool rest_on_the_same(const results *a, const results *b) {
  return a->trees.count > 0 && rests_within(a, b) && rests_within(b, a);
}

/* --- order ------------------------------------------------------------------
 */

static int rank_of_level(ax_str code) {
  static const char *const levels[] = { "certain", "high", "moderate", "low",
                                        "negligible" };
  for (int i = 0; i < (int)AX_COUNT(levels); i++)
    if (ax_str_eq(code, ax_str_from(levels[i]))) return i;
  return (int)AX_COUNT(levels);
}

static void rank_prediction(const ax_json *prediction, shown *entry) {
  const ax_json *risk = AX_JSON_GET(prediction, "qualitativeRisk");
  const ax_json *coding = ax_json_item(AX_JSON_GET(risk, "coding"), 0);
  const ax_json *number = AX_JSON_GET(prediction, "probabilityDecimal");
  const ax_json *when = AX_JSON_GET(prediction, "whenPeriod");
  ax_str start = AX_JSON_STR(when, "start");
  int rank = RANK_RISK + rank_of_level(AX_JSON_STR(coding, "code"));
  if (rank < entry->rank) entry->rank = rank;
  if (start.len && ax_str_eq(start, AX_JSON_STR(when, "end")))
    entry->now = true;
  ax_fhir_decimal percent;
  if (number && ax_fhir_decimal_parse(ax_json_text(number), &percent)) {
    double probability = ax_fhir_decimal_to_double(percent);
    if (probability > entry->probability) entry->probability = probability;
  }
}

static void rank_entry(const ax_json *tree, shown *entry) {
  ax_str type = AX_JSON_STR(tree, "resourceType");
  const ax_json *predictions = AX_JSON_GET(tree, "prediction");
  entry->rank = RANK_MEASURED;
  if (ax_str_eq(type, AX_STR("GuidanceResponse"))) entry->rank = RANK_LACKING;
  for (size_t i = 0; i < ax_json_count(predictions); i++)
    rank_prediction(ax_json_item(predictions, i), entry);
}

static ax_status show(profile *p, const results *these) {
  for (size_t i = 0; i < these->trees.count; i++) {
    shown *entry = AX_VEC_PUSH(&p->list, p->arena);
    if (!entry) return AX_NOMEM;
    *entry = (shown){ .probability = -1,
                      .number = p->list.count,
                      .url = these->urls.items[i],
                      .body = these->bodies.items[i] };
    rank_entry(these->trees.items[i], entry);
  }
  return AX_OK;
}

static int compare_shown(const void *left, const void *right) {
  const shown *a = left, *b = right;
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  if (a->now != b->now) return a->now ? -1 : 1;
  if (a->probability > b->probability) return -1;
  if (a->probability < b->probability) return 1;
  return a->number < b->number ? -1 : a->number > b->number;
}

/* --- one model --------------------------------------------------------------
 */

static void note(profile *p, const ax_model *model, ax_severity severity,
                 ax_issue_type type, const char *id, ax_str text) {
  ax_fhir_issues_addf(p->notes, severity, type, id, AX_STR(""), NULL, model->id,
                      "Model " AX_STR_FMT ": " AX_STR_FMT,
                      AX_STR_ARG(model->name), AX_STR_ARG(text));
}

static ax_status show_scored(profile *p, const ax_model *model,
                             const results *stored, const results *fresh) {
  if (rest_on_the_same(fresh, stored)) {
    note(p, model, AX_INFORMATION, AX_ISSUE_INFORMATIONAL, "profile-current",
         AX_STR("the stored assessment rests on what would be used now"));
    return show(p, stored);
  }
  note(p, model, AX_INFORMATION, AX_ISSUE_INFORMATIONAL, "profile-calculated",
       stored->trees.count
           ? AX_STR("calculated now and not stored: the stored assessment "
                    "rests on other values")
           : AX_STR("calculated now and not stored: there was no assessment"));
  return show(p, fresh);
}

static ax_status show_refused(profile *p, const ax_model *model,
                              const results *stored, const results *fresh) {
  if (stored->trees.count)
    note(p, model, AX_WARNING, AX_ISSUE_INFORMATIONAL, "profile-outdated",
         AX_STR("the stored assessment can no longer be made: inputs are "
                "missing, unfit or out of their windows"));
  else
    note(p, model, AX_INFORMATION, AX_ISSUE_INFORMATIONAL, "profile-lacking",
         AX_STR("applies, and cannot be calculated: a dataRequirement names "
                "each input that is missing or unfit"));
  AX_TRY(show(p, stored));
  return show(p, fresh);
}

static ax_status show_model(profile *p, const ax_model *model, ax_error *err) {
  ax_score_result result = { 0 };
  results stored = { 0 }, fresh = { 0 };
  const ax_score_request request = { .model = model,
                                     .subject = p->patient,
                                     .facts = p->facts,
                                     .view = p->view,
                                     .as_of_ms = p->now_ms,
                                     .authored_ms = p->now_ms };
  AX_TRY(ax_score_run(p->intake->options.host, p->arena, &request,
                      ax_clock_mono_ns() + (int64_t)WAIT_MS * 1000000, &result,
                      err));
  AX_TRY(read_stored(p, AX_STR("RiskAssessment"), model, &stored, err));
  AX_TRY(read_stored(p, AX_STR("Observation"), model, &stored, err));
  AX_TRY(take_fresh(p, &result, &fresh));
  switch (result.verdict) {
  case AX_SCORED:
    return show_scored(p, model, &stored, &fresh);
  case AX_SCORE_REFUSED:
  case AX_SCORE_STALE:
    return show_refused(p, model, &stored, &fresh);
  case AX_SCORE_NOT_APPLICABLE:
    note(p, model, AX_INFORMATION, AX_ISSUE_INFORMATIONAL,
         "profile-not-applicable", result.why);
    return AX_OK;
  case AX_SCORE_FAILED:
    note(p, model, AX_WARNING, AX_ISSUE_EXCEPTION, "profile-failed",
         result.why);
    return show(p, &stored);
  }
  return AX_OK;
}

static ax_status show_models(profile *p, ax_error *err) {
  const ax_score_view *view = NULL;
  if (!p->intake->options.host) return AX_OK;
  AX_TRY(ax_score_view_hold(p->intake->options.host, p->arena, &view));
  p->view =
      ax_score_host_facts(p->intake->options.host, p->arena, &p->facts);
  if (!p->view) return AX_NOMEM;
  for (size_t i = 0; i < ax_score_view_count(view); i++)
    AX_TRY(show_model(p, ax_score_view_model(view, i), err));
  return AX_OK;
}

/* --- the answer -------------------------------------------------------------
 */

static ax_status require_patient(profile *p, ax_str id, ax_error *err) {
  ax_stored found;
  ax_status status =
      ax_store_read(p->intake->options.store, p->arena, AX_STR("Patient"), id,
                    AX_VERSION_ANY, &found, err);
  if (status == AX_NOT_FOUND || (!status && found.deleted))
    return ax_error_set(err, AX_NOT_FOUND,
                        status ? "there is no " AX_STR_FMT
                               : AX_STR_FMT " was deleted",
                        AX_STR_ARG(p->patient));
  return status;
}

static ax_status write_answer(profile *p, ax_buf *answer) {
  ax_json_writer w = ax_json_write_begin(answer);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&w, AX_STR("type"), AX_STR("collection"));
  ax_json_write_key(&w, AX_STR("entry"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < p->list.count; i++) {
    ax_json_write_object(&w);
    ax_json_write_member(&w, AX_STR("fullUrl"), p->list.items[i].url);
    ax_json_write_key(&w, AX_STR("resource"));
    ax_json_write_raw(&w, p->list.items[i].body);
    ax_json_write_close(&w);
  }
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("resource"));
  ax_fhir_issues_write(p->notes, AX_STR(""), &w);
  ax_json_write_close(&w);
  ax_json_write_close(&w);
  ax_json_write_close(&w);
  return ax_json_write_end(&w);
}

ax_status ax_intake_profile(ax_intake *intake, const ax_intake_request *rq,
                            ax_str id, ax_buf *answer, ax_error *err) {
  profile p = { .intake = intake,
                .rq = rq,
                .arena = rq->arena,
                .now_ms = ax_clock_wall_ms(),
                .notes = ax_fhir_issues_new(rq->arena) };
  p.patient = ax_arena_printf(rq->arena, "Patient/" AX_STR_FMT, AX_STR_ARG(id));
  if (!p.notes || !p.patient.ptr) return AX_NOMEM;
  AX_TRY(require_patient(&p, id, err));
  AX_TRY(ax_store_facts(intake->options.store, rq->arena, p.patient, NULL, 0,
                        &p.facts, err));
  AX_TRY(show_models(&p, err));
  if (p.list.count)
    qsort(p.list.items, p.list.count, sizeof *p.list.items, compare_shown);
  return write_answer(&p, answer);
}
