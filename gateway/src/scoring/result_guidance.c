/* GuidanceResponse: what a model lacks, one dataRequirement for each input. */
#include "fhir/fhir_make.h"
#include "scoring/result_parts.h"
#include <auspex_plugin.h>

static const int64_t day_ms = 86400000;

typedef struct {                   /* what a requirement says */
  ax_str type;                     /* resource type */
  const ax_model_sources *sources; /* whose codes; NULL: none */
  ax_str date_path;                /* empty: no window */
  ax_str name, title, unit;
} requirement;

static const struct {
  uint32_t from;
  const char *type, *date_path;
} kinds[] = {
  { AUSPEX_FROM_OBSERVATION, "Observation", "effective" },
  { AUSPEX_FROM_OBSERVATION_SET, "Observation", "effective" },
  { AUSPEX_FROM_CONDITION, "Condition", "onset" },
  { AUSPEX_FROM_QUESTIONNAIRE, "QuestionnaireResponse", "authored" },
  { AUSPEX_FROM_QUESTIONNAIRE_SUM, "QuestionnaireResponse", "authored" },
  { AUSPEX_FROM_ADMINISTRATION, "MedicationAdministration", "effective" },
  { AUSPEX_FROM_MEDICATION, "MedicationStatement", "effective" },
  { AUSPEX_FROM_PROCEDURE, "Procedure", "performed" },
  { AUSPEX_FROM_FAMILY_HISTORY, "FamilyMemberHistory", "" },
};

/* What an input, or the anchor, asks for first; others are the Patient's. */
static requirement of_sources(const ax_model_sources *sources, ax_str name,
                              ax_str title) {
  requirement r = { .type = AX_STR("Patient"), .name = name, .title = title };
  if (!sources->count) return r;
  for (size_t i = 0; i < AX_COUNT(kinds); i++) {
    if (kinds[i].from != sources->items[0].from) continue;
    r.type = ax_str_from(kinds[i].type);
    r.date_path = ax_str_from(kinds[i].date_path);
    r.sources = sources;
  }
  return r;
}

static requirement of_input(const ax_model_input *input) {
  requirement r = of_sources(&input->sources, input->name, input->title);
  r.unit = ax_model_input_unit(input);
  return r;
}

static requirement of_gap(const ax_model *model, const ax_feature_gap *gap) {
  const ax_model_anchor *anchor = &model->anchor;
  if (gap->input < model->input_count)
    return of_input(&model->inputs[gap->input]);
  if (gap->input == AX_FEATURE_GAP_ANCHOR)
    return of_sources(&anchor->sources, anchor->name,
                      anchor->title.len ? anchor->title : anchor->name);
  return of_sources(&(ax_model_sources){ 0 }, AX_STR("patient"),
                    AX_STR("Patient"));
}

static void write_text_part(ax_json_writer *w, const char *name, ax_str key,
                            ax_str text) {
  if (!text.len) return;
  ax_result_sub_extension(w, name);
  ax_json_write_member(w, key, text);
  ax_json_write_close(w);
}

static void write_gap(ax_json_writer *w, const ax_result_job *job,
                      const requirement *r, const ax_feature_gap *gap) {
  ax_json_write_key(w, AX_STR("extension"));
  ax_json_write_array(w);
  ax_result_extension(w, "input-gap");
  ax_json_write_key(w, AX_STR("extension"));
  ax_json_write_array(w);
  write_text_part(w, "input", AX_STR("valueString"), r->name);
  write_text_part(w, "title", AX_STR("valueString"), r->title);
  write_text_part(w, "state", AX_STR("valueCode"),
                  ax_str_from(ax_result_state(gap->state)));
  write_text_part(w, "unit", AX_STR("valueCode"), r->unit);
  write_text_part(w, "reason", AX_STR("valueString"), gap->detail);
  ax_result_source(w, job->arena, gap->fact);
  ax_json_write_close(w);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

/* The codes of all sources that read the same kind of resource. */
static size_t each_code(ax_json_writer *w, const ax_model_sources *sources) {
  size_t count = 0;
  for (size_t s = 0; s < sources->count; s++) {
    const ax_model_codes *codes = sources->items[s].codes;
    if (sources->items[s].from != sources->items[0].from) continue;
    for (size_t i = 0; codes && i < codes->count; i++) {
      if (codes->items[i].match & AUSPEX_MATCH_EXCEPT) continue;
      count++;
      if (w)
        ax_fhir_make_coding(w, (ax_coding){ codes->items[i].system,
                                            codes->items[i].code,
                                            codes->items[i].display });
    }
  }
  return count;
}

static void write_codes(ax_json_writer *w, const ax_model_sources *sources) {
  if (!sources || !each_code(NULL, sources)) return;
  ax_json_write_key(w, AX_STR("codeFilter"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("path"), AX_STR("code"));
  ax_json_write_key(w, AX_STR("code"));
  ax_json_write_array(w);
  (void)each_code(w, sources);
  ax_json_write_close(w);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

/* The window as days, where it hangs on a moment that is known. */
static void write_window(ax_json_writer *w, const ax_result_job *job,
                         const requirement *r, const ax_feature_gap *gap) {
  const ax_model *model = job->request->model;
  if (!r->date_path.len || gap->input >= model->input_count) return;
  const ax_model_input *input = &model->inputs[gap->input];
  bool at_anchor = input->relative_to == AUSPEX_AT_ANCHOR;
  if (input->relative_to == AUSPEX_AT_INPUT || (at_anchor && !job->row->anchor))
    return;
  int64_t from = at_anchor ? job->row->anchor_ms : job->row->as_of_ms;
  ax_json_write_key(w, AX_STR("dateFilter"));
  ax_json_write_array(w);
  ax_json_write_object(w);
  ax_json_write_member(w, AX_STR("path"), r->date_path);
  ax_json_write_key(w, AX_STR("valuePeriod"));
  ax_json_write_object(w);
  if (input->window_from_days != AUSPEX_UNLIMITED)
    ax_result_day(w, AX_STR("start"), from + input->window_from_days * day_ms);
  ax_result_day(w, AX_STR("end"), from + input->window_to_days * day_ms);
  ax_json_write_close(w);
  ax_json_write_close(w);
  ax_json_write_close(w);
}

static void write_requirement(ax_json_writer *w, const ax_result_job *job,
                              const ax_feature_gap *gap) {
  requirement r = of_gap(job->request->model, gap);
  ax_json_write_object(w);
  write_gap(w, job, &r, gap);
  ax_json_write_member(w, AX_STR("type"), r.type);
  write_codes(w, r.sources);
  write_window(w, job, &r, gap);
  ax_json_write_close(w);
}

/* The same gaps on the same day (or about the same event) are one answer. */
static ax_status identity(const ax_result_job *job, ax_str *id) {
  const ax_feature_row *row = job->row;
  ax_buf kind = AX_BUF_INIT(1 << 16);
  ax_buf_append(&kind, AX_STR("data-required"));
  for (size_t i = 0; i < row->gap_count; i++) {
    ax_buf_append_char(&kind, ' ');
    ax_buf_append(&kind, of_gap(job->request->model, &row->gaps[i]).name);
    ax_buf_append_char(&kind, '=');
    ax_buf_append(&kind, ax_str_from(ax_result_state(row->gaps[i].state)));
  }
  ax_str subject = job->request->subject;
  ax_result_refs basis = { &subject, 1 };
  int64_t at = row->anchor ? row->anchor_ms
                           : ax_fhir_date_day_number(row->as_of_ms) * day_ms;
  ax_status status = kind.status;
  if (!status)
    status = ax_result_identity(job, ax_buf_view(&kind), at, basis, id);
  ax_buf_free(&kind);
  return status;
}

static void write_body(ax_json_writer *w, const ax_result_job *job) {
  const ax_model *model = job->request->model;
  ax_json_write_key(w, AX_STR("moduleCodeableConcept"));
  ax_result_method(w, model);
  ax_json_write_member(w, AX_STR("status"), AX_STR("data-required"));
  ax_result_reference(w, AX_STR("subject"), job->request->subject);
  ax_result_instant(w, AX_STR("occurrenceDateTime"), job->row->as_of_ms);
  ax_result_device_reference(w, AX_STR("performer"), model);
  if (!job->row->gap_count) return;
  ax_json_write_key(w, AX_STR("dataRequirement"));
  ax_json_write_array(w);
  for (size_t i = 0; i < job->row->gap_count; i++)
    write_requirement(w, job, &job->row->gaps[i]);
  ax_json_write_close(w);
}

/* It stands on what is unfit: a correction of that takes it back. */
static ax_status rest_on_unfit(const ax_result_job *job,
                               ax_score_resource *out) {
  const ax_feature_row *row = job->row;
  ax_str *refs = AX_NEW_ARRAY(job->arena, ax_str, row->gap_count + 1);
  ax_result_refs unfit = { refs, 0 };
  if (!refs) return AX_NOMEM;
  for (size_t i = 0; i < row->gap_count; i++) {
    const ax_fact *fact = row->gaps[i].fact;
    if (!fact || fact->kind == AX_FACT_PATIENT ||
        fact->kind == AX_FACT_EXTENSION)
      continue;
    refs[unfit.count] = ax_result_ref(job->arena, fact);
    if (!refs[unfit.count].ptr) return AX_NOMEM;
    unfit.count++;
  }
  return ax_result_rest(job, unfit, out);
}

ax_status ax_result_guidance(ax_arena *arena, const ax_score_request *request,
                             const ax_feature_row *row, ax_score_resource *out,
                             ax_error *err) {
  ax_result_job job = { arena, request, row, err };
  ax_buf body = AX_BUF_INIT(AX_RESULT_BODY);
  ax_str id;
  AX_TRY(identity(&job, &id));
  ax_json_writer w = ax_json_write_begin(&body);
  ax_result_begin(&w, AX_STR("GuidanceResponse"), id, request);
  ax_result_identifier(&w, id);
  write_body(&w, &job);
  AX_TRY(ax_result_finish(arena, &w, &body, AX_STR("GuidanceResponse"), id, out,
                          err));
  return rest_on_unfit(&job, out);
}
