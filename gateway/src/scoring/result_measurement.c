/* Derived Observation: R4 Observation, a present state that a model measured.
 */
#include "fhir/fhir_make.h"
#include "scoring/result_parts.h"
#include <auspex_plugin.h>

/* The fact whose time is the measurement's, or NULL. */
static const ax_feature_cell *timed_cell(const ax_result_job *job,
                                         const ax_result *result) {
  const ax_model *model = job->request->model;
  if (result->input < 0 || (size_t)result->input >= model->input_count)
    return NULL;
  const ax_model_input *input = &model->inputs[result->input];
  const ax_feature_cell *newest = NULL;
  for (uint32_t i = 0; i < input->width; i++) {
    const ax_feature_cell *cell = &job->row->cells[input->column + i];
    if (cell->state != AUSPEX_CELL_PRESENT) continue;
    if (!newest || cell->time_ms > newest->time_ms) newest = cell;
  }
  return newest;
}

static void write_time(ax_json_writer *w, const ax_result_job *job,
                       const ax_feature_cell *cell) {
  if (!cell)
    ax_result_instant(w, AX_STR("effectiveDateTime"), job->row->as_of_ms);
  else if (cell->fact && cell->fact->precision <= AX_DATE_DAY)
    ax_result_day(w, AX_STR("effectiveDateTime"), cell->time_ms);
  else
    ax_result_instant(w, AX_STR("effectiveDateTime"), cell->time_ms);
}

static void write_category(ax_json_writer *w, ax_str category) {
  if (!category.len) return;
  ax_coding coding = {
    AX_STR("http://terminology.hl7.org/CodeSystem/observation-category"),
    category, AX_STR("")
  };
  ax_json_write_key(w, AX_STR("category"));
  ax_json_write_array(w);
  ax_fhir_make_concept(w, &coding, 1, AX_STR(""));
  ax_json_write_close(w);
}

static void write_note(ax_json_writer *w, ax_str text) {
  if (!text.len) return;
  ax_json_write_key(w, AX_STR("note"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("text"), text);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static void write_body(ax_json_writer *w, const ax_result_job *job,
                       const ax_result *result, const ax_feature_cell *cell,
                       ax_result_refs basis) {
  const ax_model *model = job->request->model;
  const ax_model_outcome *outcome = &model->outcomes[result->outcome];
  ax_json_write_member(w, AX_STR("status"), AX_STR("final"));
  write_category(w, outcome->category);
  ax_json_write_key(w, AX_STR("code"));
  ax_result_codes(w, &outcome->codes, outcome->title);
  ax_result_reference(w, AX_STR("subject"), job->request->subject);
  write_time(w, job, cell);
  ax_result_instant(w, AX_STR("issued"), job->request->authored_ms);
  ax_json_write_key(w, AX_STR("valueQuantity"));
  ax_result_quantity(w, result->score, outcome->unit);
  write_note(w, result->text);
  ax_json_write_key(w, AX_STR("method"));
  ax_result_method(w, model);
  ax_result_device_reference(w, AX_STR("device"), model);
  ax_result_derived_from(w, basis);
}

/* Its identity hangs on the time of what was measured, not on when: the same
 * answers scored again give the same Observation. */
ax_status ax_result_measurement(const ax_result_job *job,
                                const ax_result *result,
                                ax_score_resource *out) {
  const ax_model *model = job->request->model;
  const ax_feature_cell *cell = timed_cell(job, result);
  int64_t time = cell ? cell->time_ms : job->row->as_of_ms;
  ax_buf body = AX_BUF_INIT(AX_RESULT_BODY);
  ax_result_refs basis;
  ax_str id;
  AX_TRY(ax_result_basis(job, result->inputs, &basis));
  AX_TRY(ax_result_identity(job, model->outcomes[result->outcome].name, time,
                            basis, &id));
  ax_json_writer w = ax_json_write_begin(&body);
  ax_result_begin(&w, AX_STR("Observation"), id, job->request);
  ax_result_identifier(&w, id);
  write_body(&w, job, result, cell, basis);
  AX_TRY(ax_result_finish(job->arena, &w, &body, AX_STR("Observation"), id, out,
                          job->err));
  return ax_result_rest(job, basis, out);
}
