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
                                       const ax_model_input *in) {
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
  out.lo_day = in->window_from_days == AUSPEX_UNLIMITED
                   ? INT64_MIN
                   : day + in->window_from_days;
  out.hi_day = day + in->window_to_days;
  if (out.hi_day > today) out.hi_day = today;
  return out;
}

ax_feature_place ax_feature_window_place(const ax_feature_work *w,
                                         const ax_feature_window *window,
                                         const ax_fact *fact) {
  if (!fact->has_time || fact->lo_ms > w->row->as_of_ms)
    return AX_FEATURE_OUTSIDE;
  int64_t lo = ax_fhir_date_day_number(fact->lo_ms);
  int64_t hi = ax_fhir_date_day_number(fact->hi_ms);
  if (hi < window->lo_day || lo > window->hi_day) return AX_FEATURE_OUTSIDE;
  if (lo >= window->lo_day && hi <= window->hi_day) return AX_FEATURE_INSIDE;
  return AX_FEATURE_MAYBE;
}
