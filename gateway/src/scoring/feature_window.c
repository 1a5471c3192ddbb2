/* Windows: days on UTC calendar dates, both ends inside, never after as-of. */
#include "scoring/feature_parts.h"

/* The newest time of the inputs named by the bits; 0: none. */
static int64_t newest_of(const ax_feature_work *w, uint64_t bits) {
  int64_t newest = 0;
  for (uint32_t i = 0;
       i < w->model->input_count && i < AX_MODEL_NAMED_INPUTS; i++) {
    const ax_model_input *in = &w->model->inputs[i];
    if (!(bits >> i & 1)) continue;
    for (uint32_t c = in->column; c < in->column + in->width; c++)
      if (w->row->cells[c].time_ms > newest) newest = w->row->cells[c].time_ms;
  }
  return newest;
}

ax_feature_window ax_feature_window_of(const ax_feature_work *w,
                                       const ax_model_input *in,
                                       const ax_model_source *source) {
  bool own = (source->flags & AUSPEX_OWN_WINDOW) != 0;
  int32_t from = own ? source->window_from_days : in->window_from_days;
  int32_t to = own ? source->window_to_days : in->window_to_days;
  ax_feature_window out = { .known = true, .reference_ms = w->row->as_of_ms };
  if (in->relative_to == AUSPEX_AT_ANCHOR) {
    out.known = w->anchor.state == AUSPEX_CELL_PRESENT;
    out.reference_ms = w->row->anchor_ms;
  } else if (in->relative_to == AUSPEX_AT_INPUT) {
    out.reference_ms = newest_of(w, in->relative_inputs);
    out.known = out.reference_ms != 0;
  }
  int64_t day = ax_fhir_date_day_number(out.reference_ms);
  int64_t today = ax_fhir_date_day_number(w->row->as_of_ms);
  out.lo_day = from == AUSPEX_UNLIMITED ? INT64_MIN : day + from;
  out.hi_day = day + to;
  if (out.hi_day > today) out.hi_day = today;
  return out;
}

ax_feature_time ax_feature_window_time(const ax_model_source *source,
                                       const ax_fact *fact) {
  if (fact->has_time)
    return (ax_feature_time){ true, fact->lo_ms, fact->hi_ms,
                              fact->precision >= AX_DATE_DAY };
  ax_fact_detail at = { .rest = fact->details };
  ax_fhir_date date;
  if (!(source->flags & AUSPEX_OR_RECORDED) ||
      !ax_fhir_fact_detail(&at, AX_STR("recorded")) ||
      !ax_fhir_date_parse_datetime(at.code, &date))
    return (ax_feature_time){ .known = false };
  return (ax_feature_time){ true, date.lo_ms, date.hi_ms,
                            date.precision >= AX_DATE_DAY };
}

/* A state that is recorded has begun: a partial date of it ends at as-of, and
 * one without a time lies in every window that has no beginning. */
ax_feature_place ax_feature_window_place(const ax_feature_work *w,
                                         const ax_feature_window *window,
                                         const ax_fact *fact,
                                         ax_feature_time time) {
  bool value =
      fact->kind == AX_FACT_OBSERVATION || fact->kind == AX_FACT_ANSWER;
  if (fact->kind == AX_FACT_EXTENSION) return AX_FEATURE_INSIDE;
  if (!time.known)
    return !value && window->lo_day == INT64_MIN ? AX_FEATURE_INSIDE
                                                 : AX_FEATURE_OUTSIDE;
  if (time.lo_ms > w->row->as_of_ms) return AX_FEATURE_OUTSIDE;
  int64_t today = ax_fhir_date_day_number(w->row->as_of_ms);
  int64_t lo = ax_fhir_date_day_number(time.lo_ms);
  int64_t hi = ax_fhir_date_day_number(time.hi_ms);
  if (!value && hi > today) hi = today;
  if (hi < window->lo_day || lo > window->hi_day) return AX_FEATURE_OUTSIDE;
  if (lo >= window->lo_day && hi <= window->hi_day) return AX_FEATURE_INSIDE;
  return AX_FEATURE_MAYBE;
}
