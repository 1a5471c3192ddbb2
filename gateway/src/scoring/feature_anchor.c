/* The event that a model is anchored at. */
#include "scoring/feature_parts.h"

typedef struct {
  const ax_fact *fact;
  ax_feature_time time;
} moment;

typedef struct {
  const ax_model_source *source;
  AX_VEC(moment) dated;   /* to the day, or to a month or year */
  const ax_fact *undated; /* one that says no date at all */
} moments;

static const int64_t day_ms = 86400000;

/* When the statement was, or what its value names. */
static ax_feature_time time_of(const ax_model_source *source,
                               const ax_fact *fact) {
  ax_fhir_date date;
  if (source->take != AUSPEX_TAKE_VALUE_TIME)
    return ax_feature_window_time(source, fact);
  if (fact->value_kind != AX_FACT_VALUE_TIME ||
      !ax_fhir_date_parse_datetime(fact->value_code, &date))
    return (ax_feature_time){ .known = false };
  return (ax_feature_time){ true, date.lo_ms, date.hi_ms,
                            date.precision >= AX_DATE_DAY };
}

static void take(ax_feature_work *w, moments *m, const ax_fact *fact) {
  ax_feature_time time = time_of(m->source, fact);
  int64_t latest = w->row->as_of_ms;
  if (m->source->take == AUSPEX_TAKE_VALUE_TIME)
    latest += (int64_t)w->model->anchor.future_days * day_ms;
  if (!time.known) {
    m->undated = fact;
    return;
  }
  if (time.lo_ms > latest) return;
  moment *slot = AX_VEC_PUSH(&m->dated, w->arena);
  if (slot)
    *slot = (moment){ fact, time };
  else
    w->nomem = true;
}

static void take_responses(ax_feature_work *w, moments *m) {
  size_t count = 0;
  const ax_feature_response *all = ax_feature_view_responses(w->view, &count);
  for (size_t i = 0; i < count; i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, all[i].first);
    if (ax_feature_source_usable(m->source, fact) &&
        ax_model_instrument_matches(m->source->instrument, fact->system))
      take(w, m, fact);
  }
}

static moments collect(ax_feature_work *w, const ax_model_source *source) {
  moments m = { .source = source };
  size_t count = 0;
  if (source->from == AUSPEX_FROM_QUESTIONNAIRE) take_responses(w, &m);
  const uint32_t *found = ax_feature_view_find(w->view, source->codes, &count);
  for (size_t i = 0; i < count; i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, found[i]);
    if (!(fact->flags & AX_FACT_REFUTED) &&
        ax_feature_source_takes(w, source, fact))
      take(w, &m, fact);
  }
  return m;
}

static bool is_before(const moments *m, int64_t a, int64_t b) {
  return m->source->pick == AUSPEX_PICK_EARLIEST ? a < b : a > b;
}

/* The first or last that is known to the day. */
static const moment *best_of(const moments *m) {
  const moment *best = NULL;
  for (size_t i = 0; i < m->dated.count; i++) {
    const moment *one = &m->dated.items[i];
    if (one->time.to_the_day &&
        (!best || is_before(m, one->time.lo_ms, best->time.lo_ms)))
      best = one;
  }
  return best;
}

/* One that is not known to the day, but may go before `best`. */
static const ax_fact *rival_of(const moments *m, const moment *best) {
  bool earliest = m->source->pick == AUSPEX_PICK_EARLIEST;
  for (size_t i = 0; i < m->dated.count; i++) {
    const moment *one = &m->dated.items[i];
    if (one->time.to_the_day) continue;
    if (!best || is_before(m, earliest ? one->time.lo_ms : one->time.hi_ms,
                           best->time.lo_ms))
      return one->fact;
  }
  if (m->undated && (!best || (m->undated->flags & AX_FACT_ONSET_NOT_DATE)))
    return m->undated;
  return NULL;
}

static ax_feature_finding unknown(const moments *m, const ax_fact *rival) {
  if (!rival)
    return (ax_feature_finding){
      AUSPEX_CELL_ABSENT,
      m->source->from == AUSPEX_FROM_CONDITION
          ? AX_STR("there is no confirmed Condition with an onset")
          : AX_STR("nothing with a date tells of it"),
      NULL
    };
  if (rival->has_time || (rival->flags & AX_FACT_ONSET_NOT_DATE) ||
      m->source->take == AUSPEX_TAKE_VALUE_TIME)
    return (ax_feature_finding){
      AUSPEX_CELL_IMPRECISE,
      m->source->from == AUSPEX_FROM_CONDITION
          ? AX_STR("an onset is not given to the day")
          : AX_STR("its date is not given to the day"),
      rival
    };
  return (ax_feature_finding){
    AUSPEX_CELL_ABSENT,
    m->source->from == AUSPEX_FROM_CONDITION
        ? AX_STR("the Condition has no onsetDateTime")
        : AX_STR("it has no date"),
    rival
  };
}

/* False: this source does not know. */
static bool try_source(ax_feature_work *w, const ax_model_source *source,
                       ax_feature_finding *finding) {
  moments m = collect(w, source);
  const moment *best = best_of(&m);
  const ax_fact *rival = rival_of(&m, best);
  if (!best || rival) return *finding = unknown(&m, rival), false;
  *finding =
      (ax_feature_finding){ AUSPEX_CELL_PRESENT, AX_STR(""), best->fact };
  w->row->anchor = best->fact;
  w->row->anchor_ms = best->time.lo_ms;
  ax_feature_rest_on(w, best->fact);
  return true;
}

static void find(ax_feature_work *w) {
  const ax_model_sources *all = &w->model->anchor.sources;
  w->anchor = (ax_feature_finding){ .state = AUSPEX_CELL_PRESENT,
                                    .detail = AX_STR("") };
  for (size_t i = 0; i < all->count; i++) {
    ax_feature_finding one;
    if (try_source(w, &all->items[i], &one)) {
      w->anchor = one;
      return;
    }
    if (i == 0 || (w->anchor.fact == NULL && one.fact)) w->anchor = one;
  }
}

/* What only dates outcomes is no anchor of the row. */
void ax_feature_anchor(ax_feature_work *w) {
  find(w);
  if (!(w->model->flags & AUSPEX_MODEL_DATED)) return;
  w->row->event = w->row->anchor;
  w->row->event_ms = w->row->anchor_ms;
  w->row->anchor = NULL;
  w->row->anchor_ms = w->row->as_of_ms;
  w->anchor = (ax_feature_finding){ .state = AUSPEX_CELL_PRESENT,
                                    .detail = AX_STR("") };
}
