/*
 * A RiskAssessment said as an Observation: what mCODE's Cancer Risk Assessment
 * (4.0.0) wants, code and CodeableConcept, for systems that know no
 * RiskAssessment. It rests on the same versions, has the same identifier, and
 * names the RiskAssessment in an extension, since R4's derivedFrom may not.
 */
#include <math.h>
#include <stdio.h>

#include "scoring/result_parts.h"
#include <auspex_plugin.h>

enum { TEXT_MAX = 1 << 16 };

/* --- in words ----------------------------------------------------------------
 */

static void put_number(ax_buf *out, const char *before, double value,
                       const char *after) {
  if (isnan(value)) return;
  ax_buf_printf(out, "%s%.4g%s", before, value, after);
}

/* "Malignant tumor of pancreas: high, 2.1 %, score 4 {points}" */
static void put_prediction(ax_buf *out, const ax_model *model,
                           const ax_result *result) {
  const ax_model_outcome *outcome = &model->outcomes[result->outcome];
  ax_coding level;
  const char *comma = "";
  ax_buf_printf(out, "%s" AX_STR_FMT ": ", out->len ? "; " : "",
                AX_STR_ARG(outcome->title));
  if (ax_result_level(result->level, &level)) {
    ax_buf_append(out, level.code);
    comma = ", ";
  }
  if (!isnan(result->probability)) {
    put_number(out, comma, result->probability * 100, " %");
    comma = ", ";
  }
  if (!isnan(result->relative_risk)) {
    put_number(out, comma, result->relative_risk, " times");
    if (outcome->comparator.len)
      ax_buf_printf(out, " that of " AX_STR_FMT,
                    AX_STR_ARG(outcome->comparator));
    comma = ", ";
  }
  if (isnan(result->score)) return;
  ax_buf_append(out, ax_str_from(comma));
  put_number(out, "score ", result->score, "");
}

/* --- the resource ------------------------------------------------------------
 */

static void write_risk(ax_json_writer *w, ax_str id) {
  char text[60];
  (void)snprintf(text, sizeof text, "RiskAssessment/" AX_STR_FMT,
                 AX_STR_ARG(id));
  ax_json_write_key(w, AX_STR("extension"));
  ax_json_write_array(w);
  ax_result_extension(w, "risk-assessment");
  ax_result_reference(w, AX_STR("valueReference"), ax_str_from(text));
  ax_json_write_close(w);
  ax_json_write_close(w);
}

/* US Core, and so mCODE, wants one. Of R4's categories "survey" is that of
 * assessment tools. */
static void write_category(ax_json_writer *w) {
  const ax_coding tool = {
    AX_STR("http://terminology.hl7.org/CodeSystem/observation-category"),
    AX_STR("survey"), AX_STR("Survey")
  };
  ax_json_write_key(w, AX_STR("category"));
  ax_json_write_array(w);
  ax_fhir_make_concept(w, &tool, 1, AX_STR(""));
  ax_json_write_close(w);
}

static void write_code(ax_json_writer *w, const ax_model *model) {
  const ax_coding codings[] = {
    { AX_STR(AX_RESULT_SYSTEM "model"), model->name, AX_STR("") },
    { AX_STR("http://snomed.info/sct"), AX_STR("225338004"),
      AX_STR("Risk assessment") },
  };
  ax_json_write_key(w, AX_STR("code"));
  ax_fhir_make_concept(w, codings, AX_COUNT(codings), model->title);
}

/* The gravest level of all, which for horizons of one thing is that of the
 * longest. */
static void write_value(ax_json_writer *w, const ax_model *model,
                        const ax_result *const *predictions, size_t count,
                        ax_buf *text) {
  uint32_t gravest = AUSPEX_LEVEL_NONE;
  ax_coding level;
  for (size_t i = 0; i < count; i++) {
    put_prediction(text, model, predictions[i]);
    if (predictions[i]->level > gravest) gravest = predictions[i]->level;
  }
  bool any = ax_result_level(gravest, &level);
  ax_json_write_key(w, AX_STR("valueCodeableConcept"));
  ax_fhir_make_concept(w, &level, any ? 1 : 0, ax_buf_view(text));
}

ax_status ax_result_observation(const ax_result_job *job,
                                const ax_result *const *predictions,
                                size_t count, const ax_score_resource *risk,
                                ax_score_resource *out) {
  const ax_model *model = job->request->model;
  const ax_result_refs basis = { risk->basis, risk->basis_count };
  ax_buf body = AX_BUF_INIT(AX_RESULT_BODY), text = AX_BUF_INIT(TEXT_MAX);
  ax_str id;
  AX_TRY(ax_result_identity(job, AX_STR("as observation"), 0,
                            (ax_result_refs){ &risk->id, 1 }, &id));
  ax_json_writer w = ax_json_write_begin(&body);
  ax_result_begin(&w, AX_STR("Observation"), id, job->request);
  write_risk(&w, risk->id);
  ax_result_identifier(&w, risk->id);
  ax_json_write_member(&w, AX_STR("status"), AX_STR("preliminary"));
  write_category(&w);
  write_code(&w, model);
  ax_result_reference(&w, AX_STR("subject"), job->request->subject);
  ax_result_instant(&w, AX_STR("effectiveDateTime"), job->row->as_of_ms);
  ax_result_instant(&w, AX_STR("issued"), job->request->authored_ms);
  write_value(&w, model, predictions, count, &text);
  ax_result_device_reference(&w, AX_STR("device"), model);
  ax_result_derived_from(&w, basis);
  ax_status status = text.status;
  ax_buf_free(&text);
  if (status) {
    ax_buf_free(&body);
    return status;
  }
  AX_TRY(ax_result_finish(job->arena, &w, &body, AX_STR("Observation"), id, out,
                          job->err));
  out->basis = risk->basis;
  out->basis_count = risk->basis_count;
  return AX_OK;
}
