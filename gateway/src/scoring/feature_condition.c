/* Conditions: positive evidence, explicit refutation, and the event that a
 * model is anchored at. Absence of a Condition is unknown, not "no". */
#include "scoring/feature_parts.h"

#include <math.h>

/* A Condition with one of the codes that was there at as-of. */
static bool is_one(const ax_feature_work *w, const ax_fact *fact,
                   const ax_model_codes *codes) {
  if (fact->kind != AX_FACT_CONDITION) return false;
  const ax_model_code *code =
      ax_model_codes_find(codes, fact->system, fact->code);
  return code && ax_feature_usable(fact, code) &&
         (!fact->has_time || fact->lo_ms <= w->row->as_of_ms);
}

const ax_fact *ax_feature_condition_find(ax_feature_work *w,
                                         const ax_model_source *source) {
  bool active = !(source->flags & AUSPEX_EVER);
  for (size_t i = 0; i < w->facts->count; i++) {
    const ax_fact *fact = &w->facts->items[i];
    if (is_one(w, fact, source->codes) && (fact->flags & AX_FACT_VERIFIED) &&
        (!active || (fact->flags & AX_FACT_CLINICAL_ACTIVE)))
      return fact;
  }
  return NULL;
}

/* --- the anchor
 * -----------------------------------------------------------------
 */

static bool to_the_day(const ax_fact *fact) {
  return fact->has_time && fact->precision >= AX_DATE_DAY;
}

/* The earliest onset that is known to the day; `*undated` any other one. */
static const ax_fact *earliest(ax_feature_work *w, const ax_fact **undated) {
  const ax_fact *first = NULL;
  *undated = NULL;
  for (size_t i = 0; i < w->facts->count; i++) {
    const ax_fact *fact = &w->facts->items[i];
    if (!is_one(w, fact, w->model->anchor.sources.items[0].codes) ||
        !(fact->flags & AX_FACT_VERIFIED))
      continue;
    if (!to_the_day(fact))
      *undated = fact;
    else if (!first || fact->lo_ms < first->lo_ms)
      first = fact;
  }
  return first;
}

/* An onset that is not known to the day, but may be before `first`. */
static const ax_fact *perhaps_earlier(ax_feature_work *w,
                                      const ax_fact *first) {
  for (size_t i = 0; i < w->facts->count; i++) {
    const ax_fact *fact = &w->facts->items[i];
    if (!is_one(w, fact, w->model->anchor.sources.items[0].codes) ||
        !(fact->flags & AX_FACT_VERIFIED) || to_the_day(fact))
      continue;
    if ((fact->flags & AX_FACT_ONSET_NOT_DATE) ||
        (fact->has_time && fact->lo_ms < first->lo_ms))
      return fact;
  }
  return NULL;
}

void ax_feature_condition_anchor(ax_feature_work *w) {
  w->anchor = (ax_feature_finding){ .state = AUSPEX_CELL_PRESENT,
                                    .detail = AX_STR("") };
  if (!ax_model_is_anchored(w->model)) return;
  const ax_fact *undated, *first = earliest(w, &undated);
  const ax_fact *rival = first ? perhaps_earlier(w, first) : undated;
  if (rival) {
    bool partial = rival->has_time || (rival->flags & AX_FACT_ONSET_NOT_DATE);
    w->anchor = (ax_feature_finding){
      partial ? AUSPEX_CELL_IMPRECISE : AUSPEX_CELL_ABSENT,
      partial ? AX_STR("an onset is not given to the day")
              : AX_STR("the Condition has no onsetDateTime"),
      rival
    };
  } else if (!first) {
    w->anchor = (ax_feature_finding){
      AUSPEX_CELL_ABSENT,
      AX_STR("there is no confirmed Condition with an onset"), NULL
    };
  } else {
    w->anchor.fact = first;
    w->row->anchor = first;
    w->row->anchor_ms = first->lo_ms;
    ax_feature_rest_on(w, first);
  }
}

/* --- an input
 * ---------------------------------------------------------------------
 */

/* Within the window by its onset; one without onset only when the window has no
 * beginning. */
static ax_feature_place place(const ax_feature_work *w,
                              const ax_model_input *in,
                              const ax_feature_window *window,
                              const ax_fact *fact) {
  if (fact->has_time) return ax_feature_window_place(w, window, fact);
  return in->window_from_days == AUSPEX_UNLIMITED ? AX_FEATURE_INSIDE
                                                  : AX_FEATURE_OUTSIDE;
}

typedef struct {
  const ax_fact *positive, *refuted, *maybe;
} evidence;

static evidence weigh(ax_feature_work *w, const ax_model_input *in,
                      const ax_model_source *source,
                      const ax_feature_window *window) {
  evidence e = { 0 };
  for (size_t i = 0; i < w->facts->count; i++) {
    const ax_fact *fact = &w->facts->items[i];
    if (!is_one(w, fact, source->codes)) continue;
    ax_feature_place where = place(w, in, window, fact);
    if (where == AX_FEATURE_OUTSIDE) continue;
    if (fact->flags & AX_FACT_REFUTED)
      e.refuted = fact;
    else if (!(fact->flags & AX_FACT_VERIFIED))
      continue;
    else if (where == AX_FEATURE_MAYBE)
      e.maybe = fact;
    else if (!e.positive)
      e.positive = fact;
  }
  return e;
}

ax_feature_finding ax_feature_condition_cell(ax_feature_work *w,
                                             const ax_model_input *in,
                                             ax_model_sources from) {
  ax_feature_window window = ax_feature_window_of(w, in);
  ax_feature_cell *cell = &w->row->cells[in->column];
  evidence e = window.known ? weigh(w, in, &from.items[0], &window) : (evidence){ 0 };
  ax_feature_finding finding = { AUSPEX_CELL_PRESENT, AX_STR(""), e.positive };
  if (e.positive && e.refuted)
    finding = (ax_feature_finding){ AUSPEX_CELL_CONFLICT,
                                    AX_STR("it is both confirmed and refuted"),
                                    e.refuted };
  else if (!e.positive && e.maybe)
    finding = (ax_feature_finding){
      AUSPEX_CELL_IMPRECISE,
      AX_STR("a partial date leaves open whether it lies in the window"),
      e.maybe
    };
  else if (!e.positive && e.refuted)
    finding.fact = e.refuted;
  else if (!e.positive)
    finding = (ax_feature_finding){
      AUSPEX_CELL_ABSENT, AX_STR("it is neither confirmed nor refuted"), NULL
    };
  cell->state = finding.state;
  if (finding.state != AUSPEX_CELL_PRESENT) return finding;
  cell->value = e.positive ? 1 : 0;
  cell->fact = finding.fact;
  cell->time_ms = finding.fact->has_time ? finding.fact->lo_ms : 0;
  return finding;
}
