/* Cells from Observations. */
#include "scoring/feature_parts.h"

#include <math.h>

/* What was found for an input before anything is picked. */
typedef struct {
  AX_VEC(ax_feature_candidate) found;
  const ax_fact *older;    /* one outside the window */
  const ax_fact *withheld; /* one with a dataAbsentReason instead */
} search;

static ax_feature_finding finding(uint8_t state, ax_str detail,
                                  const ax_fact *fact) {
  return (ax_feature_finding){ state, detail, fact };
}

static void consider(ax_feature_work *w, const ax_feature_window *window,
                     const ax_fact *fact, const ax_model_source *source,
                     search *out) {
  ax_feature_place where = ax_feature_window_place(w, window, fact);
  if (where == AX_FEATURE_OUTSIDE) {
    if (fact->has_time && fact->lo_ms <= w->row->as_of_ms) out->older = fact;
  } else if (fact->value_kind == AX_FACT_VALUE_ABSENT) {
    out->withheld = fact;
  } else if (ax_feature_value_is_number(fact)) {
    ax_feature_candidate *one = AX_VEC_PUSH(&out->found, w->arena);
    if (!one) {
      w->nomem = true;
      return;
    }
    *one = (ax_feature_candidate){ .fact = fact,
                                   .lo_ms = fact->lo_ms,
                                   .hi_ms = fact->hi_ms,
                                   .source = source,
                                   .maybe = where == AX_FEATURE_MAYBE };
  }
}

/* The first of the sources whose codes and rules the fact fulfils, or NULL. */
static const ax_model_source *source_of(ax_model_sources from,
                                        const ax_fact *fact) {
  for (size_t i = 0; i < from.count; i++) {
    const ax_model_code *code =
        ax_model_codes_find(from.items[i].codes, fact->system, fact->code);
    if (code && ax_feature_usable(fact, code)) return &from.items[i];
  }
  return NULL;
}

static search look(ax_feature_work *w, ax_model_sources from,
                   const ax_feature_window *window) {
  search out = { 0 };
  for (size_t i = 0; window->known && i < w->facts->count; i++) {
    const ax_fact *fact = &w->facts->items[i];
    if (fact->kind != AX_FACT_OBSERVATION) continue;
    const ax_model_source *source = source_of(from, fact);
    if (source) consider(w, window, fact, source, &out);
  }
  return out;
}

/* Why nothing competes. */
static ax_feature_finding nothing(const search *s,
                                  const ax_feature_window *window) {
  if (!window->known)
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

/* All of the group must say the same. */
static ax_feature_finding agree(ax_feature_work *w, const ax_model_input *in,
                                ax_feature_group g, ax_feature_number *out) {
  size_t chosen = 0;
  while (chosen < g.count && g.items[chosen].maybe) chosen++;
  if (chosen == g.count) return open_date(NULL);
  const ax_fact *fact = g.items[chosen].fact;
  ax_feature_finding result = ax_feature_value_read(w, in, g.items[chosen].source, fact, out);
  if (result.state != AUSPEX_CELL_PRESENT) return result;
  for (size_t i = 0; i < g.count; i++) {
    ax_feature_number other;
    if (g.items[i].fact == fact) continue;
    ax_feature_finding one =
        ax_feature_value_read(w, in, g.items[i].source, g.items[i].fact, &other);
    if (one.state != AUSPEX_CELL_PRESENT) return one;
    if (!ax_feature_value_equal(out->value, other.value))
      return differs(g.same_time, g.items[i].fact);
  }
  return result;
}

static void fill(ax_feature_cell *cell, ax_feature_finding f,
                 const ax_feature_number *n) {
  cell->state = f.state;
  if (f.state != AUSPEX_CELL_PRESENT || !f.fact) return;
  cell->value = n->value;
  cell->low = n->low;
  cell->high = n->high;
  cell->time_ms = f.fact->lo_ms;
  cell->fact = f.fact;
}

/* --- several values into one
 * ------------------------------------------------------
 */

typedef struct {
  double sum, count;
  ax_feature_number best, last;
  const ax_fact *best_fact, *last_fact;
  int64_t last_hi_ms;
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

static void count_in(ax_feature_work *w, uint32_t pick, tally *t,
                     const ax_feature_candidate *it, ax_feature_number n) {
  bool better = t->count == 0 ||
                (pick == AUSPEX_PICK_MIN && n.value < t->best.value) ||
                (pick == AUSPEX_PICK_MAX && n.value > t->best.value);
  if (better) {
    t->best = n;
    t->best_fact = it->fact;
  }
  t->sum += n.value;
  t->count++;
  t->last = n;
  t->last_fact = it->fact;
  t->last_hi_ms = it->hi_ms;
  if (pick == AUSPEX_PICK_SERIES) add_sample(w, n, it->lo_ms);
  ax_feature_rest_on(w, it->fact);
}

/* Goes through the values, oldest first; the same one twice counts once. */
static ax_feature_finding tell(ax_feature_work *w, const ax_model_input *in,
                               uint32_t pick, ax_feature_group g, tally *t) {
  ax_feature_pick_sort(g);
  for (size_t i = 0; i < g.count; i++) {
    const ax_feature_candidate *it = &g.items[i];
    ax_feature_number n;
    if (it->maybe) return open_date(it->fact);
    ax_feature_finding one = ax_feature_value_read(w, in, it->source, it->fact, &n);
    if (one.state != AUSPEX_CELL_PRESENT) return one;
    bool same = t->last_fact && it->lo_ms == t->last_fact->lo_ms &&
                it->hi_ms == t->last_fact->hi_ms;
    bool equal = t->count && ax_feature_value_equal(n.value, t->last.value);
    if (same && equal) continue;
    if (same) return differs(true, it->fact);
    if (pick == AUSPEX_PICK_SERIES && t->count &&
        it->lo_ms <= t->last_hi_ms)
      return open_date(it->fact); /* their order is not known */
    count_in(w, pick, t, it, n);
  }
  return finding(AUSPEX_CELL_PRESENT, AX_STR(""), t->last_fact);
}

static ax_feature_finding several(ax_feature_work *w, const ax_model_input *in,
                                  uint32_t pick, ax_feature_group g,
                                  ax_feature_number *out) {
  tally t = { 0 };
  ax_feature_cell *cell = &w->row->cells[in->column];
  cell->sample_first = (uint32_t)w->sample_values.count;
  ax_feature_finding result = tell(w, in, pick, g, &t);
  if (result.state != AUSPEX_CELL_PRESENT) {
    w->sample_values.count = w->sample_times.count = cell->sample_first;
    w->sample_lows.count = w->sample_highs.count = cell->sample_first;
    return result;
  }
  cell->sample_count = (uint32_t)w->sample_values.count - cell->sample_first;
  *out = t.last;
  if (pick == AUSPEX_PICK_MIN || pick == AUSPEX_PICK_MAX) {
    *out = t.best;
    result.fact = t.best_fact;
  } else if (pick == AUSPEX_PICK_MEAN) {
    out->value = t.sum / t.count;
  } else if (pick == AUSPEX_PICK_COUNT) {
    *out = (ax_feature_number){ t.count, (double)NAN, (double)NAN };
  } else if (pick == AUSPEX_PICK_EVER) {
    *out = (ax_feature_number){ t.best.value != 0, (double)NAN, (double)NAN };
  }
  return result;
}

static bool picks_one(uint32_t pick) {
  return pick == AUSPEX_PICK_LATEST || pick == AUSPEX_PICK_EARLIEST ||
         pick == AUSPEX_PICK_NEAREST;
}

ax_feature_finding ax_feature_observation_cell(ax_feature_work *w,
                                               const ax_model_input *in,
                                               ax_model_sources from) {
  uint32_t pick = from.items[0].pick;
  ax_feature_window window = ax_feature_window_of(w, in);
  search s = look(w, from, &window);
  ax_feature_group g = ax_feature_pick_all(s.found.items, s.found.count);
  ax_feature_number n = { 0 };
  ax_feature_finding result;
  if (g.imprecise) {
    result = open_date(NULL);
  } else if (!g.count) {
    result = nothing(&s, &window);
  } else if (picks_one(pick)) {
    int64_t target =
        ax_fhir_date_day_number(window.reference_ms) + in->pick_days;
    result = agree(w, in, ax_feature_pick_one(g, pick, target), &n);
  } else {
    result = several(w, in, pick, g, &n);
  }
  fill(&w->row->cells[in->column], result, &n);
  return result;
}

/* --- a set: one column for each code, all of one day
 * ---------------------------------
 */

/* The newest day that has one of the codes for certain; `*open` when a partial
 * date may be newer. */
static bool newest_day(const search *s, int64_t *day, const ax_fact **open) {
  bool found = false;
  for (size_t i = 0; i < s->found.count; i++) {
    const ax_feature_candidate *it = &s->found.items[i];
    int64_t lo = ax_fhir_date_day_number(it->lo_ms);
    if (it->maybe || (found && lo <= *day)) continue;
    *day = lo;
    found = true;
  }
  *open = NULL;
  for (size_t i = 0; i < s->found.count; i++) {
    const ax_feature_candidate *it = &s->found.items[i];
    int64_t lo = ax_fhir_date_day_number(it->lo_ms);
    int64_t hi = ax_fhir_date_day_number(it->hi_ms);
    if (lo != hi && (!found || hi >= *day)) *open = it->fact;
  }
  return found;
}

/* The value of one code on that day. */
static ax_feature_finding member(ax_feature_work *w, const ax_model_input *in,
                                 const search *s, int64_t day, size_t which) {
  search own = { 0 };
  for (size_t i = 0; i < s->found.count; i++) {
    const ax_feature_candidate *it = &s->found.items[i];
    if (!it->fact || ax_fhir_date_day_number(it->lo_ms) != day ||
        !ax_model_code_matches(&in->sources.items[0].codes->items[which], it->fact->system,
                               it->fact->code))
      continue;
    ax_feature_candidate *one = AX_VEC_PUSH(&own.found, w->arena);
    if (one)
      *one = *it;
    else
      w->nomem = true;
  }
  if (!own.found.count)
    return finding(AUSPEX_CELL_ABSENT, AX_STR("there is no value"), NULL);
  ax_feature_number n = { 0 };
  ax_feature_group g = { .items = own.found.items, .count = own.found.count };
  ax_feature_finding result =
      agree(w, in, ax_feature_pick_one(g, AUSPEX_PICK_LATEST, 0), &n);
  fill(&w->row->cells[in->column + which], result, &n);
  return result;
}

/* Every cell of the set carries the newest time of its day. */
static void set_times(ax_feature_work *w, const ax_model_input *in,
                      const search *s, int64_t day) {
  int64_t newest = 0;
  for (size_t i = 0; i < s->found.count; i++)
    if (ax_fhir_date_day_number(s->found.items[i].lo_ms) == day &&
        s->found.items[i].lo_ms > newest)
      newest = s->found.items[i].lo_ms;
  for (uint32_t c = 0; c < in->width; c++)
    w->row->cells[in->column + c].time_ms = newest;
}

ax_feature_finding ax_feature_observation_set(ax_feature_work *w,
                                              const ax_model_input *in,
                                              ax_model_sources from) {
  ax_feature_window window = ax_feature_window_of(w, in);
  search s = look(w, from, &window);
  int64_t day = 0;
  const ax_fact *open = NULL;
  bool found = newest_day(&s, &day, &open);
  ax_feature_finding result = finding(AUSPEX_CELL_PRESENT, AX_STR(""), NULL);
  if (open)
    result = open_date(open);
  else if (!found)
    result = nothing(&s, &window);
  if (result.state != AUSPEX_CELL_PRESENT) {
    for (uint32_t c = 0; c < in->width; c++)
      w->row->cells[in->column + c].state = result.state;
    return result;
  }
  for (size_t c = 0; c < in->width; c++) {
    ax_feature_finding one = member(w, in, &s, day, c);
    if (one.state != AUSPEX_CELL_PRESENT && one.state != AUSPEX_CELL_ABSENT)
      result = one;
  }
  set_times(w, in, &s, day);
  return result;
}
