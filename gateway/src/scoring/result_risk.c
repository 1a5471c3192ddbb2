/* RiskAssessment: R4 RiskAssessment, with the extensions of our package. */
#include <math.h>

#include "fhir/fhir_make.h"
#include "scoring/result_parts.h"
#include <auspex_plugin.h>

typedef struct {
  const ax_result_job *job;
  const ax_model *model;
  ax_json_writer w;
} maker;

static const ax_model_outcome *outcome_of(const maker *m,
                                          const ax_result *result) {
  return &m->model->outcomes[result->outcome];
}

static void write_score(maker *m, const ax_result *result) {
  if (isnan(result->score)) return;
  ax_result_extension(&m->w, "score");
  ax_json_write_key(&m->w, AX_STR("valueQuantity"));
  ax_result_quantity(&m->w, result->score, outcome_of(m, result)->unit);
  ax_json_write_close(&m->w);
}

static void write_percent(ax_json_writer *w, ax_str key, double probability) {
  ax_json_write_key(w, key);
  ax_json_write_object(w);
  ax_json_write_key(w, AX_STR("value"));
  ax_result_percent(w, probability);
  ax_json_write_member(w, AX_STR("unit"), AX_STR("%"));
  ax_json_write_member(w, AX_STR("system"),
                       AX_STR("http://unitsofmeasure.org"));
  ax_json_write_member(w, AX_STR("code"), AX_STR("%"));
  ax_json_write_close(w);
}

static void write_interval(maker *m, const ax_result *result) {
  if (isnan(result->low) || isnan(result->high)) return;
  ax_result_extension(&m->w, "interval");
  ax_json_write_key(&m->w, AX_STR("valueRange"));
  ax_json_write_object(&m->w);
  write_percent(&m->w, AX_STR("low"), result->low);
  write_percent(&m->w, AX_STR("high"), result->high);
  ax_json_write_close(&m->w);
  ax_json_write_close(&m->w);
}

static ax_str basis_word(uint32_t basis) {
  switch (basis) {
  case AUSPEX_LOG_ODDS:
    return AX_STR("log-odds");
  case AUSPEX_LOG_HAZARD:
    return AX_STR("log-hazard");
  case AUSPEX_PROBABILITY:
    return AX_STR("probability");
  default:
    return AX_STR("points");
  }
}

static void write_contribution(maker *m, const ax_result_contribution *c) {
  const ax_model_factor *factor = &m->model->factors[c->factor];
  ax_json_writer *w = &m->w;
  ax_result_extension(w, "contribution");
  ax_json_write_key(w, AX_STR("extension"));
  ax_json_write_array(w);
  ax_result_sub_extension(w, "factor");
  ax_json_write_member(w, AX_STR("valueString"),
                       factor->title.len ? factor->title : factor->name);
  ax_json_write_close(w);
  ax_result_sub_extension(w, "amount");
  ax_json_write_key(w, AX_STR("valueDecimal"));
  ax_result_number(w, c->amount);
  ax_json_write_close(w);
  ax_result_sub_extension(w, "basis");
  ax_json_write_member(w, AX_STR("valueCode"), basis_word(factor->basis));
  ax_json_write_close(w);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static void write_comparator(maker *m, const ax_result *result) {
  ax_str comparator = outcome_of(m, result)->comparator;
  if (isnan(result->relative_risk) || !comparator.len) return;
  ax_result_extension(&m->w, "comparator");
  ax_json_write_member(&m->w, AX_STR("valueString"), comparator);
  ax_json_write_close(&m->w);
}

static bool has_extensions(const maker *m, const ax_result *result) {
  return !isnan(result->score) ||
         (!isnan(result->low) && !isnan(result->high)) ||
         result->contribution_count > 0 ||
         (!isnan(result->relative_risk) &&
          outcome_of(m, result)->comparator.len > 0);
}

static void write_extensions(maker *m, const ax_result *result) {
  if (!has_extensions(m, result)) return;
  ax_json_write_key(&m->w, AX_STR("extension"));
  ax_json_write_array(&m->w);
  write_score(m, result);
  write_interval(m, result);
  for (size_t i = 0; i < result->contribution_count; i++)
    write_contribution(m, &result->contributions[i]);
  write_comparator(m, result);
  ax_json_write_close(&m->w);
}

static void write_level(maker *m, uint32_t level) {
  ax_coding coding;
  if (!ax_result_level(level, &coding)) return;
  ax_json_write_key(&m->w, AX_STR("qualitativeRisk"));
  ax_fhir_make_concept(&m->w, &coding, 1, AX_STR(""));
}

/* R4's whenRange is an age range, so a horizon is a period: of days from an
 * event, of moments from as-of. */
static int64_t end_of(const ax_model_outcome *outcome, int64_t start) {
  static const int64_t day_ms = 86400000;
  if (outcome->horizon_months)
    return ax_fhir_date_add_months(start, (int)outcome->horizon_months);
  return start + (int64_t)outcome->horizon_days * day_ms;
}

static void write_horizon(maker *m, const ax_model_outcome *outcome) {
  if (!outcome->horizon_months && !outcome->horizon_days &&
      !outcome->horizon_now)
    return;
  const ax_feature_row *row = m->job->row;
  bool at_event = outcome->horizon_from == AUSPEX_AT_ANCHOR;
  bool dated = (m->model->flags & AUSPEX_MODEL_DATED) != 0;
  int64_t start = dated ? row->event_ms : row->anchor_ms;
  if (at_event && dated && !row->event) return;
  ax_json_write_key(&m->w, AX_STR("whenPeriod"));
  ax_json_write_object(&m->w);
  if (at_event && (row->anchor || row->event)) {
    ax_result_day(&m->w, AX_STR("start"), start);
    ax_result_day(&m->w, AX_STR("end"), end_of(outcome, start));
  } else {
    ax_result_instant(&m->w, AX_STR("start"), row->as_of_ms);
    ax_result_instant(&m->w, AX_STR("end"), end_of(outcome, row->as_of_ms));
  }
  ax_json_write_close(&m->w);
}

static void write_prediction(maker *m, const ax_result *result) {
  const ax_model_outcome *outcome = outcome_of(m, result);
  ax_json_write_object(&m->w);
  write_extensions(m, result);
  ax_json_write_key(&m->w, AX_STR("outcome"));
  ax_result_codes(&m->w, &outcome->codes, outcome->title);
  if (!isnan(result->probability)) {
    ax_json_write_key(&m->w, AX_STR("probabilityDecimal"));
    ax_result_percent(&m->w, result->probability);
  }
  write_level(m, result->level);
  if (!isnan(result->relative_risk)) {
    ax_json_write_key(&m->w, AX_STR("relativeRisk"));
    ax_result_number(&m->w, result->relative_risk);
  }
  write_horizon(m, outcome);
  ax_json_write_member(&m->w, AX_STR("rationale"), result->text);
  ax_json_write_close(&m->w);
}

static void write_mitigation(maker *m, const ax_result *const *predictions,
                             size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (predictions[i]->mitigation < 0) continue;
    size_t which = (size_t)predictions[i]->mitigation;
    ax_json_write_member(&m->w, AX_STR("mitigation"),
                         m->model->mitigations[which].text);
    return;
  }
}

static void write_body(maker *m, const ax_result *const *predictions,
                       size_t count, uint64_t inputs, ax_str id,
                       ax_result_refs basis) {
  ax_json_writer *w = &m->w;
  ax_result_quality(w, m->job, inputs);
  ax_result_identifier(w, id);
  ax_json_write_member(w, AX_STR("status"), AX_STR("preliminary"));
  ax_json_write_key(w, AX_STR("method"));
  ax_result_method(w, m->model);
  const ax_model_outcome *outcome = outcome_of(m, predictions[0]);
  ax_json_write_key(w, AX_STR("code"));
  ax_fhir_make_concept(w, NULL, 0, outcome->title);
  ax_result_reference(w, AX_STR("subject"), m->job->request->subject);
  ax_result_instant(w, AX_STR("occurrenceDateTime"), m->job->row->as_of_ms);
  ax_result_device_reference(w, AX_STR("performer"), m->model);
  if (basis.count) {
    ax_json_write_key(w, AX_STR("basis"));
    ax_json_write_array(w);
    for (size_t i = 0; i < basis.count; i++)
      ax_fhir_make_reference(w, basis.items[i], AX_STR(""));
    ax_json_write_close(w);
  }
  ax_json_write_key(w, AX_STR("prediction"));
  ax_json_write_array(w);
  for (size_t i = 0; i < count; i++) write_prediction(m, predictions[i]);
  ax_json_write_close(w);
  write_mitigation(m, predictions, count);
}

/* What a group rests on: everything as soon as one of it does. */
static uint64_t inputs_of(const ax_result *const *predictions, size_t count) {
  uint64_t inputs = 0;
  for (size_t i = 0; i < count; i++) {
    if (predictions[i]->inputs == 0) return 0;
    inputs |= predictions[i]->inputs;
  }
  return inputs;
}

/* A model anchored at an event says the same about it whenever it is asked;
 * others speak of the moment. */
static int64_t anchor_of(const ax_result_job *job) {
  return ax_model_is_anchored(job->request->model) ? job->row->anchor_ms
                                                   : job->row->as_of_ms;
}

ax_status ax_result_risk(const ax_result_job *job,
                         const ax_result *const *predictions, size_t count,
                         ax_score_resource *out) {
  ax_buf body = AX_BUF_INIT(AX_RESULT_BODY);
  maker m = { .job = job, .model = job->request->model };
  uint64_t inputs = inputs_of(predictions, count);
  ax_result_refs basis;
  ax_str id;
  AX_TRY(ax_result_basis(job, inputs, &basis));
  AX_TRY(ax_result_identity(job, outcome_of(&m, predictions[0])->name,
                            anchor_of(job), basis, &id));
  m.w = ax_json_write_begin(&body);
  ax_result_begin(&m.w, AX_STR("RiskAssessment"), id, job->request);
  write_body(&m, predictions, count, inputs, id, basis);
  AX_TRY(ax_result_finish(job->arena, &m.w, &body, AX_STR("RiskAssessment"), id,
                          out, job->err));
  return ax_result_rest(job, basis, out);
}
