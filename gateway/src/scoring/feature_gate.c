/* Criteria: is the patient one of those the model was made for? */
#include "scoring/feature_parts.h"

#include <math.h>

typedef enum { FAILS, UNKNOWN, HOLDS } answer;

/* Which input asks for the same of the Patient, so that one gap names it. */
static uint32_t gap_for(const ax_model *model, uint32_t source) {
  for (uint32_t i = 0; i < model->input_count; i++)
    if (ax_model_input_is_from(&model->inputs[i], source)) return i;
  return AX_FEATURE_GAP_PATIENT;
}

static answer unknown_anchor(ax_feature_work *w) {
  ax_feature_miss(w, AX_FEATURE_GAP_ANCHOR, w->anchor);
  return UNKNOWN;
}

/* NaN bounds are no bounds: comparisons with them are false. */
static bool outside(int years, const ax_model_criterion *k) {
  return years < k->min || years > k->max;
}

static answer needs_age(ax_feature_work *w, const ax_model_criterion *k) {
  if (w->anchor.state != AUSPEX_CELL_PRESENT) return unknown_anchor(w);
  int least = 0, greatest = 0;
  ax_feature_finding age = ax_feature_patient_age(w, &least, &greatest);
  if (age.state == AUSPEX_CELL_PRESENT) {
    if (!outside(least, k) && !outside(greatest, k)) return HOLDS;
    if (greatest < k->min || least > k->max) return FAILS;
    age.state = AUSPEX_CELL_IMPRECISE;
    age.detail = ax_feature_say(w, "the birth date leaves %d to %d years open",
                                least, greatest);
  }
  ax_feature_miss(w, gap_for(w->model, AUSPEX_FROM_AGE), age);
  return UNKNOWN;
}

static answer needs_sex(ax_feature_work *w, const ax_model_criterion *k) {
  double sex = 0;
  ax_feature_finding found = ax_feature_patient_sex(w, &sex);
  if (found.state == AUSPEX_CELL_PRESENT) return sex == k->min ? HOLDS : FAILS;
  ax_feature_miss(w, gap_for(w->model, AUSPEX_FROM_SEX), found);
  return UNKNOWN;
}

/* A value, fit or not; what is only old, withheld or imputed is none. */
static answer needs_input(const ax_feature_work *w,
                          const ax_model_criterion *k) {
  const ax_model_input *in = &w->model->inputs[k->input];
  for (uint32_t c = in->column; c < in->column + in->width; c++) {
    uint8_t state = w->row->cells[c].state;
    if (state != AUSPEX_CELL_ABSENT && state != AUSPEX_CELL_STALE &&
        state != AUSPEX_CELL_WITHHELD && state != AUSPEX_CELL_IMPUTED)
      return HOLDS;
  }
  return FAILS;
}

/* Has the input a fit value between the bounds? */
static bool is_in(const ax_feature_work *w, const ax_model_criterion *k) {
  const ax_model_input *in = &w->model->inputs[k->input];
  for (uint32_t c = in->column; c < in->column + in->width; c++) {
    const ax_feature_cell *cell = &w->row->cells[c];
    if (cell->state == AUSPEX_CELL_PRESENT && !(cell->value < k->min) &&
        !(cell->value > k->max))
      return true;
  }
  return false;
}

/* An unfit value may be one inside: the input's own gap asks for a better
 * one. */
static answer needs_input_in(const ax_feature_work *w,
                             const ax_model_criterion *k) {
  const ax_model_input *in = &w->model->inputs[k->input];
  const ax_feature_cell *cell = &w->row->cells[in->column];
  if (is_in(w, k)) return HOLDS;
  if (cell->state == AUSPEX_CELL_PRESENT || needs_input(w, k) == FAILS)
    return FAILS;
  return in->missing == AUSPEX_MISSING_REFUSE ? UNKNOWN : FAILS;
}

/* Positive evidence by the criterion's sources, read as an input would be. */
static bool has_evidence(ax_feature_work *w, const ax_model_criterion *k) {
  ax_model_input in = { .sources = k->sources,
                        .window_from_days = k->max_age_days
                                                ? -(int32_t)k->max_age_days
                                                : AUSPEX_UNLIMITED,
                        .width = 1 };
  ax_feature_cell cell = { .value = (double)NAN };
  size_t samples = w->sample_values.count, basis = w->basis.count;
  (void)ax_feature_read(w, &in, &cell);
  w->sample_values.count = w->sample_times.count = samples;
  w->sample_lows.count = w->sample_highs.count = samples;
  bool positive = cell.state == AUSPEX_CELL_PRESENT && cell.value != 0;
  if (!positive || k->kind == AUSPEX_EXCLUDES) w->basis.count = basis;
  if (positive && k->kind != AUSPEX_EXCLUDES) ax_feature_rest_on(w, cell.fact);
  return positive;
}

static answer not_old(ax_feature_work *w, const ax_model_criterion *k) {
  if (w->anchor.state != AUSPEX_CELL_PRESENT) return unknown_anchor(w);
  int64_t days = ax_fhir_date_day_number(w->row->as_of_ms) -
                 ax_fhir_date_day_number(w->row->anchor_ms);
  return (double)days > k->max ? FAILS : HOLDS;
}

static answer ask_as_is(ax_feature_work *w, const ax_model_criterion *k) {
  switch (k->kind) {
  case AUSPEX_NEEDS:
    return has_evidence(w, k) ? HOLDS : FAILS;
  case AUSPEX_NEEDS_ANCHOR:
    return w->anchor.state == AUSPEX_CELL_PRESENT ? HOLDS : unknown_anchor(w);
  case AUSPEX_NEEDS_INPUT:
    return needs_input(w, k);
  case AUSPEX_NEEDS_INPUT_IN:
    return needs_input_in(w, k);
  case AUSPEX_NEEDS_AGE:
    return needs_age(w, k);
  case AUSPEX_NEEDS_SEX:
    return needs_sex(w, k);
  case AUSPEX_NEEDS_ENROLMENT:
    return w->enrolled ? HOLDS : FAILS;
  case AUSPEX_EXCLUDES:
    return has_evidence(w, k) ? FAILS : HOLDS;
  case AUSPEX_EXCLUDES_INPUT_IN:
    return is_in(w, k) ? FAILS : HOLDS;
  default:
    return not_old(w, k);
  }
}

/* The site's enrolment stands for positive evidence that is not there, never
 * for a value that speaks against it. */
static answer ask(ax_feature_work *w, const ax_model_criterion *k) {
  answer one = ask_as_is(w, k);
  bool replaced =
      k->kind == AUSPEX_NEEDS || k->kind == AUSPEX_NEEDS_INPUT ||
      (k->kind == AUSPEX_NEEDS_INPUT_IN && needs_input(w, k) == FAILS);
  return one == FAILS && w->enrolled && replaced ? HOLDS : one;
}

/* The best answer of the criteria in one group. When one holds, nobody needs to
 * know what the others could not decide. */
static answer ask_group(ax_feature_work *w, uint32_t group) {
  answer best = FAILS;
  size_t gaps = w->gaps.count;
  for (size_t i = 0; i < w->model->criterion_count; i++) {
    const ax_model_criterion *k = &w->model->criteria[i];
    if (k->group != group) continue;
    answer one = ask(w, k);
    if (one > best) best = one;
  }
  if (best == HOLDS) w->gaps.count = gaps;
  return best;
}

bool ax_feature_gate(ax_feature_work *w, ax_str *why) {
  for (size_t i = 0; i < w->model->criterion_count; i++) {
    const ax_model_criterion *k = &w->model->criteria[i];
    answer one = k->group ? ask_group(w, k->group) : ask(w, k);
    if (one != FAILS) continue;
    *why = k->reason.len ? k->reason
                         : AX_STR("the patient is not in the population");
    return false;
  }
  return true;
}
