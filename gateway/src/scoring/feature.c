#include "scoring/feature.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scoring/feature_parts.h"

/* --- lists and sentences
 * ------------------------------------------------------
 */

ax_str ax_feature_say(ax_feature_work *w, const char *fmt, ...) {
  char text[400];
  va_list args;
  va_start(args, fmt);
  int len = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (len < 0) return AX_STR("");
  size_t size = (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
  char *copy = ax_arena_cstr(w->arena, (ax_str){ text, size });
  if (!copy) return w->nomem = true, AX_STR("");
  return (ax_str){ copy, size };
}

void ax_feature_rest_on(ax_feature_work *w, const ax_fact *fact) {
  if (!fact || fact->kind == AX_FACT_PATIENT || fact->kind == AX_FACT_EXTENSION)
    return;
  for (size_t i = 0; i < w->basis.count; i++)
    if (ax_feature_view_same_source(w->basis.items[i], fact)) return;
  const ax_fact **slot = AX_VEC_PUSH(&w->basis, w->arena);
  if (slot)
    *slot = fact;
  else
    w->nomem = true;
}

void ax_feature_miss(ax_feature_work *w, uint32_t input,
                     ax_feature_finding finding) {
  for (size_t i = 0; i < w->gaps.count; i++)
    if (w->gaps.items[i].input == input) return;
  ax_feature_gap *gap = AX_VEC_PUSH(&w->gaps, w->arena);
  if (gap)
    *gap = (ax_feature_gap){ .input = input,
                             .state = finding.state,
                             .detail = finding.detail,
                             .fact = finding.fact };
  else
    w->nomem = true;
}

/* --- one input
 * ----------------------------------------------------------------
 */

static ax_feature_finding read_sources(ax_feature_work *w,
                                       const ax_model_input *in,
                                       ax_model_sources from,
                                       ax_feature_cell *cells) {
  switch (from.items[0].from) {
  case AUSPEX_FROM_OBSERVATION_SET:
    return ax_feature_set_read(w, in, from, cells);
  case AUSPEX_FROM_QUESTIONNAIRE:
  case AUSPEX_FROM_QUESTIONNAIRE_SUM:
    return ax_feature_answer_read(w, in, from.items, cells);
  case AUSPEX_FROM_AGE:
  case AUSPEX_FROM_SEX:
  case AUSPEX_FROM_SITE:
    cells->source = (uint8_t)(from.items - in->sources.items);
    return ax_feature_patient_cell(w, from, cells);
  default:
    return ax_feature_source_is_evidence(from.items)
               ? ax_feature_evidence_read(w, in, from, cells)
               : ax_feature_cell_read(w, in, from, cells);
  }
}

/* The source at `first` and those that compete with it as one. */
static ax_model_sources rivals(const ax_model_sources *all, size_t first) {
  size_t end = first + 1;
  while (end < all->count && (all->items[end].flags & AUSPEX_WITH_PREVIOUS))
    end++;
  return (ax_model_sources){ all->items + first, end - first };
}

/* A finding that leaves the input to the next source. */
static bool leaves_it(uint8_t state) {
  return state == AUSPEX_CELL_ABSENT || state == AUSPEX_CELL_STALE ||
         state == AUSPEX_CELL_WITHHELD;
}

ax_feature_finding ax_feature_read(ax_feature_work *w, const ax_model_input *in,
                                   ax_feature_cell *cells) {
  ax_feature_finding best = { .state = AUSPEX_CELL_ABSENT };
  for (size_t i = 0; i < in->sources.count;) {
    ax_model_sources from = rivals(&in->sources, i);
    ax_feature_finding one = read_sources(w, in, from, cells);
    if (!leaves_it(one.state)) return one;
    if (i == 0 ||
        (best.state == AUSPEX_CELL_ABSENT && one.state != AUSPEX_CELL_ABSENT))
      best = one;
    i += from.count;
  }
  for (uint32_t c = 0; c < in->width; c++) cells[c].state = best.state;
  if (best.state == AUSPEX_CELL_ABSENT && in->sources.count > 1 &&
      in->sources.items[0].from == AUSPEX_FROM_SITE)
    best.detail = AX_STR("neither the site's configuration nor the patient's "
                         "data say it");
  return best;
}

static void empty(ax_feature_work *w, const ax_model_input *in, uint8_t state) {
  for (uint32_t c = in->column; c < in->column + in->width; c++)
    w->row->cells[c] = (ax_feature_cell){ .value = (double)NAN,
                                          .state = state,
                                          .low = (double)NAN,
                                          .high = (double)NAN };
}

/* The newest time among the input's cells; 0: none. */
static int64_t time_of(const ax_feature_work *w, const ax_model_input *in) {
  int64_t time = 0;
  for (uint32_t c = in->column; c < in->column + in->width; c++)
    if (w->row->cells[c].time_ms > time) time = w->row->cells[c].time_ms;
  return time;
}

static bool older_than(const ax_feature_work *w, int64_t time_ms,
                       uint32_t days) {
  return ax_fhir_date_day_number(w->row->as_of_ms) -
             ax_fhir_date_day_number(time_ms) >
         (int64_t)days;
}

/* Freshness (automatic scoring only): of the value, or of the event that the
 * window is relative to. */
static void check_age(ax_feature_work *w, const ax_model_input *in,
                      ax_feature_finding *finding) {
  if (!w->automatic || !in->freshness_days) return;
  bool by_event = in->relative_to == AUSPEX_AT_ANCHOR;
  if (by_event && w->anchor.state != AUSPEX_CELL_PRESENT) return;
  int64_t time = by_event ? w->row->anchor_ms : time_of(w, in);
  if (!by_event && !time) return;
  if (!older_than(w, time, in->freshness_days)) {
    w->fresh = true;
  } else if (in->missing == AUSPEX_MISSING_REFUSE) {
    w->stale = true;
    w->row->verdict = AX_FEATURE_STALE;
  } else {
    w->stale = true;
    empty(w, in, AUSPEX_CELL_STALE);
    *finding = (ax_feature_finding){ .state = AUSPEX_CELL_STALE,
                                     .detail = AX_STR(
                                         "it is too old for automatic scoring"),
                                     .fact = finding->fact };
  }
}

static void add_sources(ax_feature_work *w, const ax_model_input *in) {
  for (uint32_t c = in->column; c < in->column + in->width; c++)
    ax_feature_rest_on(w, w->row->cells[c].fact);
}

/* Is the input tied to one that is there and unfit? Then it cannot be looked
 * for, and saying that there is none would not be true. */
static bool hangs_on_unfit(const ax_feature_work *w, const ax_model_input *in) {
  if (!in->tied) return false;
  const ax_model_input *to = &w->model->inputs[in->tied_to];
  uint8_t state = w->row->cells[to->column].state;
  return to->missing == AUSPEX_MISSING_REFUSE &&
         state > AUSPEX_CELL_STALE && state != AUSPEX_CELL_WITHHELD;
}

/* The model is told the state alone; should it refuse, this is why. */
static void keep_unfit(ax_feature_work *w, uint32_t i,
                       ax_feature_finding finding) {
  if (leaves_it(finding.state)) return;
  ax_feature_gap *gap = AX_VEC_PUSH(&w->unfit, w->arena);
  if (gap)
    *gap = (ax_feature_gap){ i, finding.state, finding.detail, finding.fact };
  else
    w->nomem = true;
}

static void build_input(ax_feature_work *w, uint32_t i) {
  const ax_model_input *in = &w->model->inputs[i];
  empty(w, in, AUSPEX_CELL_ABSENT);
  ax_feature_finding finding =
      ax_feature_read(w, in, &w->row->cells[in->column]);
  check_age(w, in, &finding);
  if (finding.state == AUSPEX_CELL_PRESENT) {
    add_sources(w, in);
  } else if (in->missing == AUSPEX_MISSING_PASS) {
    keep_unfit(w, i, finding);
  } else if (in->missing == AUSPEX_MISSING_DEFAULT) {
    empty(w, in, AUSPEX_CELL_IMPUTED);
    for (uint32_t c = in->column; c < in->column + in->width; c++)
      w->row->cells[c].value = in->fallback;
  } else if (in->missing == AUSPEX_MISSING_REFUSE && !hangs_on_unfit(w, in)) {
    /* Without its event the input cannot be looked for: one gap will do. */
    bool event = in->relative_to == AUSPEX_AT_ANCHOR &&
                 w->anchor.state != AUSPEX_CELL_PRESENT;
    ax_feature_miss(w, event ? AX_FEATURE_GAP_ANCHOR : i,
                    event ? w->anchor : finding);
  }
}

/* --- the row
 * --------------------------------------------------------------------
 */

static void judge(ax_feature_work *w) {
  ax_feature_row *row = w->row;
  ax_str why = AX_STR("");
  bool in_population = ax_feature_gate(w, &why);
  if (row->verdict == AX_FEATURE_STALE || (w->stale && !w->fresh)) {
    row->verdict = AX_FEATURE_STALE;
    row->why = AX_STR("the inputs are too old for automatic scoring");
  } else if (!in_population) {
    row->verdict = AX_FEATURE_NOT_APPLICABLE;
    row->why = why;
  } else if (w->gaps.count) {
    row->verdict = AX_FEATURE_REFUSED;
    row->why = AX_STR("inputs are missing or unfit");
  }
}

/* Automatic scoring: the event may be too long ago for the model. */
static void check_anchor(ax_feature_work *w) {
  uint32_t days = w->model->anchor.freshness_days;
  if (w->automatic && days && w->anchor.state == AUSPEX_CELL_PRESENT &&
      older_than(w, w->row->anchor_ms, days)) {
    w->stale = true;
    w->row->verdict = AX_FEATURE_STALE;
  }
}

ax_status ax_feature_build_view(ax_arena *arena, const ax_model *model,
                                ax_feature_view *view, int64_t as_of_ms,
                                bool automatic, ax_feature_row *out) {
  ax_feature_work w = { .arena = arena,
                        .model = model,
                        .view = view,
                        .automatic = automatic,
                        .row = out };
  *out = (ax_feature_row){ .as_of_ms = as_of_ms,
                           .anchor_ms = as_of_ms,
                           .why = AX_STR("") };
  out->cells = AX_NEW_ARRAY(arena, ax_feature_cell, model->column_count);
  if (model->column_count && !out->cells) return AX_NOMEM;
  for (uint32_t i = 0; i < model->input_count; i++)
    empty(&w, &model->inputs[i], AUSPEX_CELL_ABSENT);
  if (!ax_feature_patient_find(&w, &out->why)) {
    out->verdict = AX_FEATURE_NOT_APPLICABLE;
    return w.nomem ? AX_NOMEM : AX_OK;
  }
  ax_feature_anchor(&w);
  for (uint32_t i = 0; i < model->input_count; i++) build_input(&w, i);
  check_anchor(&w);
  judge(&w);
  out->gaps = w.gaps.items;
  out->gap_count = w.gaps.count;
  out->unfit = w.unfit.items;
  out->unfit_count = w.unfit.count;
  out->basis = w.basis.items;
  out->basis_count = w.basis.count;
  AX_TRY(ax_feature_patient_list(&w));
  out->sample_values = w.sample_values.items;
  out->sample_times = w.sample_times.items;
  out->sample_lows = w.sample_lows.items;
  out->sample_highs = w.sample_highs.items;
  out->sample_count = w.sample_values.count;
  return w.nomem || ax_feature_view_failed(view) ? AX_NOMEM : AX_OK;
}

ax_status ax_feature_build(ax_arena *arena, const ax_model *model,
                           const ax_facts *facts, int64_t as_of_ms,
                           bool automatic, ax_feature_row *out) {
  ax_feature_view *view = ax_feature_view_new(arena, facts, NULL);
  if (!view) return AX_NOMEM;
  return ax_feature_build_view(arena, model, view, as_of_ms, automatic, out);
}
