/*
 * $score: a Bundle of inputs to a Bundle of results; nothing is stored. The
 * same extraction and the same rules as for stored resources, over facts that
 * are taken straight from the Bundle, one patient after the other.
 */
#include "base/clock.h"
#include "base/map.h"
#include "fhir/fhir_bundle.h"
#include "intake/intake_item.h"
#include "intake/intake_service.h"
#include "scoring/score_view.h"

#include <string.h>

/* How long one model may take for one patient before the call gives up. */
enum { WAIT_MS = 30000, FEW = 1000 };

typedef struct {
  ax_str subject; /* as it goes into results */
  ax_facts facts;
  size_t room;
  ax_feature_view *view; /* of the facts, once they are complete */
  ax_facts kinds;        /* one of each kind of fact */
} patient;

typedef struct {
  const ax_intake *intake;
  const ax_intake_request *rq;
  ax_fhir_bundle *bundle;
  ax_map *patients; /* subject -> patient */
  ax_facts scratch;
  const ax_model **models;
  size_t model_count;
  bool all_models; /* not asked for by name */
  int64_t as_of_ms, now_ms;
  bool retrospective;
  ax_fhir_issues *issues;
  ax_json_writer w;
  size_t results;
} scoring;

/* --- models ----------------------------------------------------------------
 */

static ax_status choose_models(scoring *s, const ax_str *names, size_t count) {
  ax_score_host *host = s->intake->options.host;
  const ax_score_view *view = NULL;
  if (host) AX_TRY(ax_score_view_hold(host, s->rq->arena, &view));
  size_t offered = view ? ax_score_view_count(view) : 0;
  s->all_models = count == 0;
  s->models =
      AX_NEW_ARRAY(s->rq->arena, const ax_model *, count ? count : offered);
  if (!s->models && (count || offered)) return AX_NOMEM;
  for (size_t i = 0; s->all_models && i < offered; i++)
    s->models[s->model_count++] = ax_score_view_model(view, i);
  for (size_t i = 0; i < count; i++) {
    const ax_model *model = view ? ax_score_view_named(view, names[i]) : NULL;
    if (model)
      s->models[s->model_count++] = model;
    else
      ax_fhir_issues_addf(s->issues, AX_ERROR, AX_ISSUE_NOT_FOUND,
                          "model-unknown", AX_STR("Parameters.parameter"), NULL,
                          AX_STR(""), "There is no model \"%.*s\" here",
                          (int)(names[i].len < 100 ? names[i].len : 100),
                          names[i].ptr);
  }
  return AX_OK;
}

/* --- facts -----------------------------------------------------------------
 */

/* How results name the resource of an entry: its urn when it has no other
 * name, else Type/id. */
static ax_str name_of(const scoring *s, const ax_bundle_entry *entry) {
  if (ax_str_starts(entry->full_url, AX_STR("urn:")) || entry->id.len == 0)
    return entry->full_url;
  return ax_arena_printf(s->rq->arena, AX_STR_FMT "/" AX_STR_FMT,
                         AX_STR_ARG(entry->type), AX_STR_ARG(entry->id));
}

static ax_status patient_of(scoring *s, ax_str name, patient **out) {
  *out = ax_map_get(s->patients, name);
  if (*out) return AX_OK;
  *out = AX_NEW(s->rq->arena, patient);
  if (!*out) return AX_NOMEM;
  (*out)->subject = name;
  return ax_map_put(s->patients, name, *out);
}

static ax_status keep(scoring *s, patient *p, const ax_fact *fact) {
  if (p->facts.count == p->room) {
    size_t room = p->room ? 2 * p->room : 64;
    ax_fact *items = AX_TAKE_ARRAY(s->rq->arena, ax_fact, room);
    if (!items) return AX_NOMEM;
    if (p->facts.count)
      memcpy(items, p->facts.items, p->facts.count * sizeof *items);
    p->facts.items = items;
    p->room = room;
  }
  p->facts.items[p->facts.count++] = *fact;
  return AX_OK;
}

/* Whose facts are these? Empty: nobody's that can be scored. */
static ax_str owner_of(const scoring *s, const ax_bundle_entry *entry,
                       ax_str subject) {
  const ax_bundle_entry *target = NULL;
  if (ax_str_eq(entry->type, AX_STR("Patient"))) return name_of(s, entry);
  if (subject.len == 0) return AX_STR("");
  (void)ax_fhir_bundle_resolve(s->bundle, entry, subject, &target);
  if (!target)
    return ax_str_starts(subject, AX_STR("Patient/")) ? subject : AX_STR("");
  return ax_str_eq(target->type, AX_STR("Patient")) ? name_of(s, target)
                                                    : AX_STR("");
}

/* The Medication of the Bundle that an entry refers to, or NULL. */
static const ax_json *medication_of(const scoring *s,
                                    const ax_bundle_entry *entry) {
  const ax_bundle_entry *target = NULL;
  ax_str text = ax_fhir_fact_medication_elsewhere(entry->resource);
  if (!text.len) return NULL;
  (void)ax_fhir_bundle_resolve(s->bundle, entry, text, &target);
  return target && ax_str_eq(target->type, AX_STR("Medication"))
             ? target->resource
             : NULL;
}

static ax_status take_entry(scoring *s, const ax_bundle_entry *entry) {
  ax_facts facts = s->scratch; /* its room is used again */
  ax_str subject = { 0 };
  patient *p = NULL;
  if (!entry->resource) return AX_OK;
  facts.count = 0;
  AX_TRY(ax_fhir_fact_extract_with(s->rq->arena, entry->resource,
                                   medication_of(s, entry), &facts, &subject));
  s->scratch = facts;
  if (facts.count == 0) return AX_OK;
  ax_str owner = owner_of(s, entry, subject);
  if (!owner.ptr) return AX_NOMEM;
  if (owner.len == 0) return AX_OK;
  AX_TRY(patient_of(s, owner, &p));
  for (size_t i = 0; i < facts.count; i++) {
    ax_fact *fact = &facts.items[i];
    fact->source_url = entry->full_url;
    if (!(fact->flags & AX_FACT_HAS_FOCUS)) AX_TRY(keep(s, p, fact));
  }
  return AX_OK;
}

/* --- results ---------------------------------------------------------------
 */

static ax_status write_result(scoring *s, const ax_score_resource *resource) {
  ax_str url = ax_arena_printf(s->rq->arena, "urn:uuid:" AX_STR_FMT,
                               AX_STR_ARG(resource->id));
  if (!url.ptr) return AX_NOMEM;
  if (s->results++ == 0) {
    ax_json_write_key(&s->w, AX_STR("entry"));
    ax_json_write_array(&s->w);
  }
  ax_json_write_object(&s->w);
  ax_json_write_member(&s->w, AX_STR("fullUrl"), url);
  ax_json_write_key(&s->w, AX_STR("resource"));
  ax_json_write_raw(&s->w, resource->body);
  ax_json_write_close(&s->w);
  return AX_OK;
}

static void tell(scoring *s, const ax_model *model, ax_severity severity,
                 ax_issue_type type, const char *id, ax_str why) {
  ax_fhir_issues_addf(s->issues, severity, type, id, AX_STR(""), NULL,
                      model->id, "Model " AX_STR_FMT ": " AX_STR_FMT,
                      AX_STR_ARG(model->name), AX_STR_ARG(why));
}

static ax_status score(scoring *s, const patient *p, const ax_model *model,
                       ax_error *err) {
  ax_score_result result = { 0 };
  ax_score_request request = { .model = model,
                               .subject = p->subject,
                               .facts = p->facts,
                               .view = p->view,
                               .as_of_ms = s->as_of_ms,
                               .retrospective = s->retrospective,
                               .as_observation =
                                   s->intake->options.risk_observations,
                               .authored_ms = s->now_ms };
  if (s->all_models && !ax_score_concerns(model, &p->kinds)) return AX_OK;
  AX_TRY(ax_score_run(s->intake->options.host, s->rq->arena, &request,
                      ax_clock_mono_ns() + (int64_t)WAIT_MS * 1000000, &result,
                      err));
  for (size_t i = 0; i < result.resource_count; i++)
    AX_TRY(write_result(s, &result.resources[i]));
  if (result.verdict == AX_SCORE_FAILED)
    tell(s, model, AX_ERROR, AX_ISSUE_EXCEPTION, "model-failed", result.why);
  if (result.verdict == AX_SCORE_NOT_APPLICABLE)
    tell(s, model, AX_INFORMATION, AX_ISSUE_INFORMATIONAL,
         "model-not-applicable", result.why);
  return AX_OK;
}

static bool is_like(const ax_fact *a, const ax_fact *b) {
  return a->kind == b->kind && ax_str_eq(a->code, b->code) &&
         ax_str_eq(a->system, b->system) &&
         (a->flags & AX_FACT_MADE_HERE) == (b->flags & AX_FACT_MADE_HERE);
}

/* One fact of each kind and code: as many as there are say whom a model
 * concerns, and every model asks. */
static ax_status collect_kinds(const scoring *s, patient *p) {
  p->kinds = p->facts;
  if (p->facts.count > FEW) return AX_OK; /* comparing would cost more */
  p->kinds = (ax_facts){ .items = AX_TAKE_ARRAY(s->rq->arena, ax_fact,
                                                p->facts.count + 1) };
  if (!p->kinds.items) return AX_NOMEM;
  for (size_t i = 0; i < p->facts.count; i++) {
    size_t k = 0;
    while (k < p->kinds.count &&
           !is_like(&p->kinds.items[k], &p->facts.items[i]))
      k++;
    if (k == p->kinds.count)
      p->kinds.items[p->kinds.count++] = p->facts.items[i];
  }
  return AX_OK;
}

static ax_status score_all(scoring *s, ax_error *err) {
  for (size_t i = 0; i < ax_map_count(s->patients); i++) {
    patient *p = ax_map_at(s->patients, i, NULL);
    p->view =
        ax_score_host_facts(s->intake->options.host, s->rq->arena, &p->facts);
    if (!p->view) return AX_NOMEM;
    AX_TRY(collect_kinds(s, p));
    for (size_t m = 0; m < s->model_count; m++)
      AX_TRY(score(s, p, s->models[m], err));
  }
  return AX_OK;
}

static ax_status write_answer(scoring *s, ax_buf *answer, ax_error *err) {
  s->w = ax_json_write_begin(answer);
  ax_json_write_object(&s->w);
  ax_json_write_member(&s->w, AX_STR("resourceType"), AX_STR("Bundle"));
  ax_json_write_member(&s->w, AX_STR("type"), AX_STR("collection"));
  AX_TRY(score_all(s, err));
  if (s->results) ax_json_write_close(&s->w);
  ax_json_write_close(&s->w);
  return ax_json_write_end(&s->w);
}

ax_status ax_intake_score(ax_intake *intake, const ax_intake_request *rq,
                          const ax_intake_inputs *inputs, ax_buf *answer,
                          ax_fhir_issues *issues, ax_error *err) {
  int64_t now = ax_clock_wall_ms();
  scoring s = { .intake = intake,
                .rq = rq,
                .issues = issues,
                .now_ms = now,
                .as_of_ms = inputs->as_of_ms ? inputs->as_of_ms : now,
                .retrospective = inputs->as_of_ms != 0,
                .patients = ax_map_new(rq->arena) };
  if (!s.patients) return AX_NOMEM;
  AX_TRY(choose_models(&s, inputs->models, inputs->model_count));
  AX_TRY(ax_validate_run_claimed(intake->options.validator, inputs->bundle,
                                 AX_STR("Bundle"), issues));
  if (ax_fhir_issues_errors(issues)) return AX_OK;
  AX_TRY(ax_fhir_bundle_index(rq->arena, inputs->bundle, &s.bundle));
  for (size_t i = 0; i < ax_fhir_bundle_count(s.bundle); i++)
    AX_TRY(take_entry(&s, ax_fhir_bundle_at(s.bundle, i)));
  return write_answer(&s, answer, err);
}
