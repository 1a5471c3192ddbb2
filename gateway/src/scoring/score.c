/* From a patient's facts to result resources. */
#include "scoring/score.h"

#include <auspex_plugin.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/vec.h"
#include "scoring/score_evidence.h"
#include "scoring/score_host.h"

/* --- what concerns a model
 * ------------------------------------------------------
 */

/* What the gateway made counts only where a model asks for it, or under the
 * gateway's own codes. */
static bool may_feed(const ax_model *model, size_t read, const ax_fact *fact) {
  return !(fact->flags & AX_FACT_MADE_HERE) || model->read_own[read] ||
         ax_str_starts(model->reads[read].system,
                       AX_STR("https://auspex-gateway.org/"));
}

static bool concerns(const ax_model *model, const ax_fact *fact) {
  if (fact->kind == AX_FACT_PATIENT) return false;
  for (size_t i = 0; i < model->read_count; i++)
    if (ax_fhir_fact_matches(fact, &model->reads[i]) &&
        may_feed(model, i, fact))
      return true;
  return false;
}

/* A model with value sets may mean any code: the features find out. */
static bool may_concern(const ax_fact *fact) {
  return fact->kind != AX_FACT_PATIENT && fact->kind != AX_FACT_EXTENSION &&
         !(fact->flags & AX_FACT_MADE_HERE);
}

bool ax_score_concerns(const ax_model *model, const ax_facts *facts) {
  for (size_t i = 0; model->reads_all && i < facts->count; i++)
    if (may_concern(&facts->items[i])) return true;
  for (size_t i = 0; i < facts->count; i++)
    if (concerns(model, &facts->items[i])) return true;
  return false;
}

static bool is_person(const ax_model_sources *sources) {
  for (size_t i = 0; i < sources->count; i++)
    if (sources->items[i].from == AUSPEX_FROM_AGE ||
        sources->items[i].from == AUSPEX_FROM_SEX)
      return true;
  return false;
}

bool ax_score_reads_person(const ax_model *model) {
  for (size_t i = 0; i < model->input_count; i++)
    if (is_person(&model->inputs[i].sources)) return true;
  for (size_t i = 0; i < model->criterion_count; i++) {
    const ax_model_criterion *k = &model->criteria[i];
    if (k->kind == AUSPEX_NEEDS_AGE || k->kind == AUSPEX_NEEDS_SEX ||
        is_person(&k->sources))
      return true;
  }
  return false;
}

const ax_fact_code *ax_score_codes(const ax_model *model, size_t *count) {
  *count = model->reads_all ? 0 : model->read_count;
  return model->reads;
}

/* --- what came back
 * ----------------------------------------------------------------
 */

typedef struct {
  ax_score_host *host;
  ax_arena *arena;
  const ax_score_request *request;
  ax_feature_row row;
  ax_results results;
  ax_score_result *out;
  ax_error *err;
} scoring;

static ax_status refuse(scoring *s) {
  ax_score_resource *one = AX_NEW(s->arena, ax_score_resource);
  if (!one) return ax_error_set(s->err, AX_NOMEM, "no memory for a result");
  AX_TRY(ax_result_guidance(s->arena, s->request, &s->row, one, s->err));
  s->out->verdict = AX_SCORE_REFUSED;
  s->out->why = s->row.why;
  s->out->resources = one;
  s->out->resource_count = 1;
  return AX_OK;
}

static const ax_result *first_with(const ax_results *results, uint32_t status) {
  for (size_t i = 0; i < results->count; i++)
    if (results->items[i].status == status) return &results->items[i];
  return NULL;
}

static ax_str reason(const ax_result *result, ax_str otherwise) {
  return result && result->text.len ? result->text : otherwise;
}

/* Why the host found an input unfit that it let pass; NULL: it did not. */
static const ax_feature_gap *unfit(const scoring *s, int32_t input) {
  for (size_t i = 0; i < s->row.unfit_count; i++)
    if (s->row.unfit[i].input == (uint32_t)input &&
        s->row.unfit[i].detail.len)
      return &s->row.unfit[i];
  return NULL;
}

/* What the plug-in found missing or unfit that the host let pass, with the
 * host's own words where it has some: the unit, the range. */
static ax_feature_gap gap_of(const scoring *s, const ax_result *r) {
  const ax_model_input *in = &s->request->model->inputs[r->input];
  const ax_feature_cell *cell = &s->row.cells[in->column];
  const ax_feature_gap *why = unfit(s, r->input);
  ax_feature_gap gap = { .input = (uint32_t)r->input,
                         .state = cell->state == AUSPEX_CELL_PRESENT
                                      ? (uint8_t)AX_FEATURE_GAP_UNFIT
                                      : cell->state,
                         .detail = reason(r, AX_STR("the model needs it")),
                         .fact = cell->fact };
  if (!why) return gap;
  gap.fact = why->fact;
  if (gap.detail.len && gap.detail.ptr[gap.detail.len - 1] == '.')
    gap.detail.len--;
  gap.detail = ax_arena_printf(s->arena, "%.*s: %.*s", (int)gap.detail.len,
                               gap.detail.ptr, (int)why->detail.len,
                               why->detail.ptr);
  return gap;
}

static ax_status refuse_by_plugin(scoring *s) {
  AX_VEC(ax_feature_gap) gaps = { 0 };
  for (size_t i = 0; i < s->results.count; i++) {
    const ax_result *r = &s->results.items[i];
    if (r->status != AUSPEX_ROW_MISSING_INPUT) continue;
    ax_feature_gap *gap = AX_VEC_PUSH(&gaps, s->arena);
    if (gap) *gap = gap_of(s, r);
    if (!gap || !gap->detail.ptr)
      return ax_error_set(s->err, AX_NOMEM, "no memory for a result");
  }
  s->row.gaps = gaps.items;
  s->row.gap_count = gaps.count;
  s->row.why = AX_STR("inputs are missing or unfit");
  return refuse(s);
}

static ax_status without_result(scoring *s) {
  const ax_result *failed = first_with(&s->results, AUSPEX_ROW_FAILED);
  if (first_with(&s->results, AUSPEX_ROW_MISSING_INPUT))
    return refuse_by_plugin(s);
  if (failed) {
    s->out->verdict = AX_SCORE_FAILED;
    s->out->why = reason(failed, AX_STR("the model failed"));
    return AX_OK;
  }
  const ax_result *out_of_domain =
      first_with(&s->results, AUSPEX_ROW_OUT_OF_DOMAIN);
  const ax_result *other = first_with(&s->results, AUSPEX_ROW_NOT_APPLICABLE);
  s->out->verdict = AX_SCORE_NOT_APPLICABLE;
  s->out->why = reason(other ? other : out_of_domain,
                       AX_STR("the model has nothing to say about this"));
  return AX_OK;
}

static ax_status with_results(scoring *s) {
  AX_TRY(ax_score_evidence_output(s->arena, &s->results, &s->out->output));
  if (!first_with(&s->results, AUSPEX_ROW_SCORED)) return without_result(s);
  s->out->verdict = AX_SCORED;
  return ax_result_resources(s->arena, s->request, &s->row, &s->results,
                             &s->out->resources, &s->out->resource_count,
                             s->err);
}

static ax_status failed(scoring *s, const ax_error *why) {
  char *text = ax_arena_cstr(s->arena, ax_str_from(why->text));
  if (!text) return ax_error_set(s->err, AX_NOMEM, "no memory for a result");
  s->out->verdict = AX_SCORE_FAILED;
  s->out->final = true;
  s->out->why = ax_str_from(text);
  AX_TRY(ax_score_evidence_failure(s->arena, s->out->why, &s->out->output));
  ax_log_event(AX_LOG_ERROR, "score_failed",
               ax_log_str("model", s->request->model->id),
               ax_log_str("why", s->out->why));
  return AX_OK;
}

/* --- asking
 * ---------------------------------------------------------------------------
 */

/* A model of a view: it stands at the head of what the host knows of it. */
static const ax_score_host_model *known(const ax_model *model) {
  return (const ax_score_host_model *)(const void *)model;
}

static ax_worker_pool *pool_of(ax_score_host *host, const ax_model *model) {
  pthread_mutex_lock(&host->lock);
  ax_worker_pool *pool = known(model)->version->pool;
  pthread_mutex_unlock(&host->lock);
  return pool;
}

static void count_end(const scoring *s, ax_score_stats_end end,
                      const ax_results *results) {
  ax_score_stats_add(known(s->request->model)->stats, end, &s->row, results);
}

/* Did the same values end two workers of this version before? */
static bool is_poison(const scoring *s) {
  char key[AX_POISON_KEY + 1];
  if (!ax_poison_any(s->host->poison)) return false;
  ax_poison_key(known(s->request->model)->version->files.version_digest,
                s->request->model, &s->row, key);
  return ax_poison_known(s->host->poison, ax_str_from(key));
}

static ax_status not_sent(scoring *s) {
  ax_error why = { 0 };
  (void)ax_error_set(&why, AX_INVALID,
                     "the same values ended two workers of this version before "
                     "and are not sent again");
  count_end(s, AX_SCORE_STATS_POISON, NULL);
  return failed(s, &why);
}

static ax_status failed_twice(scoring *s, bool killed, const ax_error *why) {
  count_end(s, killed ? AX_SCORE_STATS_KILLED : AX_SCORE_STATS_DECLINED, NULL);
  if (killed)
    ax_score_deploy_poison(s->host, known(s->request->model)->version,
                           s->request->model, &s->row, ax_str_from(why->text));
  return failed(s, why);
}

static ax_status not_asked(scoring *s, ax_status status, const ax_error *why) {
  count_end(s,
            status == AX_TIMEOUT       ? AX_SCORE_STATS_TIMED_OUT
            : status == AX_UNAVAILABLE ? AX_SCORE_STATS_UNAVAILABLE
                                       : AX_SCORE_STATS_FAILED,
            NULL);
  return ax_error_set(s->err, status, "%s", why->text);
}

static ax_status ask(scoring *s, int64_t deadline_ns) {
  const ax_model *model = s->request->model;
  ax_worker_pool *pool = pool_of(s->host, model);
  ax_worker_pool_answer answer = { 0 };
  ax_error why = { 0 };
  if (!pool)
    return ax_error_set(s->err, AX_UNAVAILABLE, "the model is out of service");
  s->out->model_version = model->version;
  s->out->module_digest = model->module_digest;
  AX_TRY(ax_score_evidence_row(s->arena, model, &s->row, &s->out->row));
  if (is_poison(s)) return not_sent(s);
  int64_t start = ax_clock_mono_ns();
  ax_status status = ax_worker_pool_ask(pool, s->arena, model, &s->row,
                                        deadline_ns, &answer, &why);
  s->out->took_us = (ax_clock_mono_ns() - start) / 1000;
  s->results = answer.results;
  ax_score_stats_time(known(model)->stats, s->out->took_us, answer.queue_us);
  if (status == AX_INVALID) return failed_twice(s, answer.killed, &why);
  if (status) return not_asked(s, status, &why);
  count_end(s, AX_SCORE_STATS_SCORED, &s->results);
  return with_results(s);
}

ax_status ax_score_run(ax_score_host *host, ax_arena *arena,
                       const ax_score_request *request, int64_t deadline_ns,
                       ax_score_result *out, ax_error *err) {
  scoring s = {
    .host = host, .arena = arena, .request = request, .out = out, .err = err
  };
  *out = (ax_score_result){ .why = AX_STR("") };
  ax_feature_view *view = request->view;
  if (!view) view = ax_score_host_facts(host, arena, &request->facts);
  if (!view ||
      ax_feature_build_view(arena, request->model, view, request->as_of_ms,
                            request->automatic, &s.row))
    return ax_error_set(err, AX_NOMEM, "no memory for the row of a model");
  out->why = s.row.why;
  switch (s.row.verdict) {
  case AX_FEATURE_READY:
    return ask(&s, deadline_ns);
  case AX_FEATURE_REFUSED:
    count_end(&s, AX_SCORE_STATS_REFUSED, NULL);
    return refuse(&s);
  case AX_FEATURE_STALE:
    count_end(&s, AX_SCORE_STATS_STALE, NULL);
    out->verdict = AX_SCORE_STALE;
    return AX_OK;
  case AX_FEATURE_NOT_APPLICABLE:
  default:
    count_end(&s, AX_SCORE_STATS_NOT_APPLICABLE, NULL);
    out->verdict = AX_SCORE_NOT_APPLICABLE;
    return AX_OK;
  }
}

ax_status ax_score_device(ax_score_host *host, ax_arena *arena,
                          const ax_model *model, ax_score_resource *out,
                          ax_error *err) {
  (void)host;
  return ax_result_device(arena, model, out, err);
}

ax_status ax_score_card(ax_score_host *host, ax_arena *arena,
                        const ax_model *model, ax_score_resource *out,
                        ax_error *err) {
  (void)host;
  if (!model->card) return AX_NOT_FOUND;
  return ax_result_card(arena, model, out, err);
}
