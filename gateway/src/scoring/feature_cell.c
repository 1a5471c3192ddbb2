/* Cells from values: which of several, and do they agree? */
#include "scoring/feature_parts.h"

#include <math.h>

static ax_feature_finding finding(uint8_t state, ax_str detail,
                                  const ax_fact *fact) {
  return (ax_feature_finding){ state, detail, fact };
}

ax_feature_finding ax_feature_cell_nothing(const ax_feature_search *s) {
  if (!s->window.known)
    return finding(AUSPEX_CELL_ABSENT,
                   AX_STR("what its window is relative to is not known"), NULL);
  if (s->withheld)
    return finding(AUSPEX_CELL_WITHHELD,
                   AX_STR("there is a dataAbsentReason instead of a value"),
                   s->withheld);
  if (s->older)
    return finding(AUSPEX_CELL_STALE,
                   AX_STR("there is no value in the window, only outside it"),
                   s->older);
  return finding(AUSPEX_CELL_ABSENT, AX_STR("there is no value"), NULL);
}

static ax_feature_finding open_date(const ax_fact *fact) {
  return finding(AUSPEX_CELL_IMPRECISE,
                 AX_STR("a partial date leaves open which value it is"), fact);
}

static ax_feature_finding differs(bool same_time, const ax_fact *fact) {
  return same_time
             ? finding(AUSPEX_CELL_CONFLICT,
                       AX_STR("there are different values at the same time"),
                       fact)
             : open_date(fact);
}

/* The last in the total order stands for those that say the same. */
ax_feature_finding ax_feature_cell_agree(ax_feature_work *w,
                                         const ax_model_input *in,
                                         ax_feature_group g,
                                         ax_feature_number *out) {
  size_t chosen = g.count;
  for (size_t i = 0; i < g.count; i++)
    if (!g.items[i].maybe) chosen = i;
  if (chosen == g.count) return open_date(NULL);
  ax_feature_finding result =
      ax_feature_value_read(w, in, &g.items[chosen], out);
  if (result.state != AUSPEX_CELL_PRESENT) return result;
  for (size_t i = 0; i < g.count; i++) {
    ax_feature_number other;
    if (i == chosen) continue;
    ax_feature_finding one =
        ax_feature_value_read(w, in, &g.items[i], &other);
    if (one.state != AUSPEX_CELL_PRESENT) return one;
    if (!ax_feature_value_equal(out->value, other.value))
      return differs(g.same_time, g.items[i].fact);
  }
  return result;
}

static uint8_t number_of(const ax_model_input *in,
                         const ax_model_source *source) {
  return (uint8_t)(source - in->sources.items);
}

void ax_feature_cell_fill(const ax_model_input *in, ax_feature_cell *cell,
                          ax_feature_finding f, const ax_feature_number *n) {
  (void)in;
  cell->state = f.state;
  if (f.state != AUSPEX_CELL_PRESENT || !f.fact) return;
  cell->value = n->value;
  cell->low = n->low;
  cell->high = n->high;
  cell->time_ms = f.fact->has_time ? f.fact->lo_ms : 0;
  cell->fact = f.fact;
}

/* --- several values into one
 * ------------------------------------------------------
 */

typedef struct {
  uint32_t pick;
  double sum, count;
  ax_feature_number best, last;
  const ax_fact *best_fact, *last_fact;
  int64_t last_lo_ms, last_hi_ms;
} tally;

static void add_sample(ax_feature_work *w, ax_feature_number n,
                       int64_t time_ms) {
  double *v = AX_VEC_PUSH(&w->sample_values, w->arena);
  int64_t *t = AX_VEC_PUSH(&w->sample_times, w->arena);
  double *low = AX_VEC_PUSH(&w->sample_lows, w->arena);
  double *high = AX_VEC_PUSH(&w->sample_highs, w->arena);
  if (!v || !t || !low || !high) {
    w->nomem = true;
    return;
  }
  *v = n.value;
  *t = time_ms;
  *low = n.low;
  *high = n.high;
}

static bool is_better(const tally *t, double value) {
  switch (t->pick) {
  case AUSPEX_PICK_MIN:
    return value < t->best.value;
  case AUSPEX_PICK_MAX:
  case AUSPEX_PICK_LATEST_MAX:
    return value > t->best.value;
  case AUSPEX_PICK_EVER:
    return value != 0 && t->best.value == 0;
  default:
    return false;
  }
}

static void count_in(ax_feature_work *w, tally *t,
                     const ax_feature_candidate *it, ax_feature_number n,
                     const ax_fact *fact) {
  if (t->count == 0 || is_better(t, n.value)) {
    t->best = n;
    t->best_fact = fact;
  }
  t->sum += n.value;
  t->count++;
  t->last = n;
  t->last_fact = fact;
  t->last_lo_ms = it->lo_ms;
  t->last_hi_ms = it->hi_ms;
  if (t->pick == AUSPEX_PICK_SERIES) add_sample(w, n, it->lo_ms);
  ax_feature_rest_on(w, it->fact);
}

/* Does the pick not mind several different values at one time? */
static bool may_differ(uint32_t pick) {
  return pick == AUSPEX_PICK_EVER || pick == AUSPEX_PICK_LATEST_MAX;
}

/* Goes through the values, oldest first; the same one twice counts once. */
static ax_feature_finding tell(ax_feature_work *w, const ax_model_input *in,
                               ax_feature_group g, tally *t) {
  ax_feature_pick_sort(g);
  for (size_t i = 0; i < g.count; i++) {
    const ax_feature_candidate *it = &g.items[i];
    ax_feature_number n;
    if (it->maybe) return open_date(it->fact);
    ax_feature_finding one = ax_feature_value_read(w, in, it, &n);
    if (one.state != AUSPEX_CELL_PRESENT) return one;
    bool same = t->count && it->lo_ms == t->last_lo_ms &&
                it->hi_ms == t->last_hi_ms && it->fact->has_time;
    bool equal = t->count && ax_feature_value_equal(n.value, t->last.value);
    if (same && equal) continue;
    if (same && !may_differ(t->pick)) return differs(true, it->fact);
    if (t->pick == AUSPEX_PICK_SERIES && t->count &&
        it->lo_ms <= t->last_hi_ms)
      return open_date(it->fact); /* their order is not known */
    count_in(w, t, it, n, one.fact);
  }
  return finding(AUSPEX_CELL_PRESENT, AX_STR(""), t->last_fact);
}

static ax_feature_finding several(ax_feature_work *w, const ax_model_input *in,
                                  uint32_t pick, ax_feature_group g,
                                  ax_feature_cell *cell,
                                  ax_feature_number *out) {
  tally t = { .pick = pick };
  cell->sample_first = (uint32_t)w->sample_values.count;
  ax_feature_finding result = tell(w, in, g, &t);
  if (result.state != AUSPEX_CELL_PRESENT) {
    w->sample_values.count = w->sample_times.count = cell->sample_first;
    w->sample_lows.count = w->sample_highs.count = cell->sample_first;
    return result;
  }
  cell->sample_count = (uint32_t)w->sample_values.count - cell->sample_first;
  *out = t.last;
  if (pick == AUSPEX_PICK_MIN || pick == AUSPEX_PICK_MAX ||
      pick == AUSPEX_PICK_LATEST_MAX) {
    *out = t.best;
    result.fact = t.best_fact;
  } else if (pick == AUSPEX_PICK_MEAN) {
    out->value = t.sum / t.count;
  } else if (pick == AUSPEX_PICK_COUNT) {
    *out = (ax_feature_number){ t.count, (double)NAN, (double)NAN };
  } else if (pick == AUSPEX_PICK_EVER) {
    bool yes = t.best.value != 0;
    *out = (ax_feature_number){ yes, (double)NAN, (double)NAN };
    result.fact = t.best_fact && !t.best_fact->has_time ? t.best_fact
                                                        : t.last_fact;
  }
  return result;
}

static bool picks_one(uint32_t pick) {
  return pick == AUSPEX_PICK_LATEST || pick == AUSPEX_PICK_EARLIEST ||
         pick == AUSPEX_PICK_NEAREST;
}

static const ax_model_source *source_of(const ax_feature_search *s,
                                        const ax_fact *fact) {
  for (size_t i = 0; fact && i < s->found.count; i++)
    if (ax_feature_view_same_source(s->found.items[i].fact, fact) ||
        s->found.items[i].fact == fact)
      return s->found.items[i].source;
  return NULL;
}

ax_feature_finding ax_feature_cell_read(ax_feature_work *w,
                                        const ax_model_input *in,
                                        ax_model_sources from,
                                        ax_feature_cell *cell) {
  uint32_t pick = from.items[0].pick;
  ax_feature_search s = ax_feature_source_search(w, in, from);
  ax_feature_group g = ax_feature_pick_all(s.found.items, s.found.count);
  ax_feature_number n = { 0 };
  ax_feature_finding result;
  if (g.count && pick == AUSPEX_PICK_LATEST_MAX) g = ax_feature_pick_day(g);
  if (g.imprecise) {
    result = open_date(NULL);
  } else if (!g.count) {
    result = ax_feature_cell_nothing(&s);
  } else if (picks_one(pick)) {
    int64_t target =
        ax_fhir_date_day_number(s.window.reference_ms) + in->pick_days;
    result =
        ax_feature_cell_agree(w, in, ax_feature_pick_one(g, pick, target), &n);
  } else {
    result = several(w, in, pick, g, cell, &n);
  }
  ax_feature_cell_fill(in, cell, result, &n);
  const ax_model_source *source = source_of(&s, result.fact);
  if (source) cell->source = number_of(in, source);
  return result;
}
