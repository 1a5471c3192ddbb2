/*
 * Cells from QuestionnaireResponses: one response, one column for each item.
 * Item n is the one whose linkId ends in the number n ("qlq-c30-q07" is 7).
 */
#include "scoring/feature_parts.h"

#include <math.h>

typedef struct {
  AX_VEC(ax_feature_candidate) responses; /* any answer stands for each */
  const ax_fact *older;
} search;

/* Responses without id and URL are told apart by their time. */
static bool same_response(const ax_fact *a, const ax_fact *b) {
  if (a->source_id.len || a->source_url.len || b->source_id.len ||
      b->source_url.len)
    return ax_feature_same_source(a, b);
  return a->has_time == b->has_time && a->lo_ms == b->lo_ms &&
         a->hi_ms == b->hi_ms;
}

static bool is_answer(const ax_fact *fact, const ax_model_source *in) {
  static const ax_model_code none = { .system = AX_STR_INIT("") };
  return fact->kind == AX_FACT_ANSWER && ax_feature_usable(fact, &none) &&
         ax_model_instrument_matches(in->instrument, fact->system);
}

static bool is_known(const search *s, const ax_fact *fact) {
  for (size_t i = s->responses.count; i-- > 0;)
    if (same_response(s->responses.items[i].fact, fact)) return true;
  return false;
}

static search look(ax_feature_work *w, const ax_model_source *in,
                   const ax_feature_window *window) {
  search out = { 0 };
  for (size_t i = 0; window->known && i < w->facts->count; i++) {
    const ax_fact *fact = &w->facts->items[i];
    if (!is_answer(fact, in) || is_known(&out, fact)) continue;
    ax_feature_place where = ax_feature_window_place(w, window, fact);
    if (where == AX_FEATURE_OUTSIDE) {
      if (fact->has_time && fact->lo_ms <= w->row->as_of_ms) out.older = fact;
      continue;
    }
    ax_feature_candidate *one = AX_VEC_PUSH(&out.responses, w->arena);
    if (!one) return w->nomem = true, out;
    *one = (ax_feature_candidate){ .fact = fact,
                                   .lo_ms = fact->lo_ms,
                                   .hi_ms = fact->hi_ms,
                                   .maybe = where == AX_FEATURE_MAYBE };
  }
  return out;
}

/* --- one response
 * ---------------------------------------------------------------
 */

/* The number that the linkId ends in; false: none, or beyond any item. */
static bool item_number(ax_str link, uint32_t *out) {
  size_t at = link.len;
  while (at > 0 && link.ptr[at - 1] >= '0' && link.ptr[at - 1] <= '9') at--;
  while (at < link.len && link.ptr[at] == '0') at++;
  size_t digits = link.len - at;
  bool zero = at == link.len && at > 0 && link.ptr[at - 1] == '0';
  if ((!digits && !zero) || digits > 6) return false;
  *out = 0;
  for (; at < link.len; at++) *out = *out * 10 + (uint32_t)(link.ptr[at] - '0');
  return true;
}

static ax_feature_finding fault(uint8_t state, ax_str detail,
                                const ax_fact *fact) {
  return (ax_feature_finding){ state, detail, fact };
}

static ax_feature_finding take(ax_feature_work *w, const ax_model_source *in,
                               const ax_fact *fact, uint32_t number,
                               ax_feature_cell *cell) {
  if (fact->value_kind == AX_FACT_VALUE_NONE ||
      fact->value_kind == AX_FACT_VALUE_ABSENT)
    return fault(AUSPEX_CELL_PRESENT, AX_STR(""), fact);
  if (fact->value_kind != AX_FACT_VALUE_NUMBER)
    return fault(
        AUSPEX_CELL_IMPLAUSIBLE,
        ax_feature_say(w, "the answer to item %u is not a number", number),
        fact);
  if (fact->comparator || fact->number < in->valid_min ||
      fact->number > in->valid_max)
    return fault(AUSPEX_CELL_IMPLAUSIBLE,
                 ax_feature_say(w, "the answer to item %u is outside %g to %g",
                                number, in->valid_min, in->valid_max),
                 fact);
  if (cell->fact &&
      (cell->fact->group != fact->group || cell->value != fact->number))
    return fault(AUSPEX_CELL_CONFLICT,
                 ax_feature_say(w, "there are two answers to item %u", number),
                 fact);
  cell->value = fact->number;
  cell->state = AUSPEX_CELL_PRESENT;
  cell->fact = fact;
  return fault(AUSPEX_CELL_PRESENT, AX_STR(""), fact);
}

/* Fills `cells` (in->width of them) with the answers of `response`. */
static ax_feature_finding read_response(ax_feature_work *w,
                                        const ax_model_input *input,
                                        const ax_fact *response,
                                        ax_feature_cell *cells) {
  const ax_model_source *in = &input->sources.items[0];
  for (uint32_t c = 0; c < input->width; c++)
    cells[c] = (ax_feature_cell){ .value = (double)NAN,
                                  .time_ms = response->lo_ms,
                                  .low = (double)NAN,
                                  .high = (double)NAN };
  for (size_t i = 0; i < w->facts->count; i++) {
    const ax_fact *fact = &w->facts->items[i];
    uint32_t n = 0;
    if (!is_answer(fact, in) || !same_response(fact, response) ||
        !item_number(fact->code, &n) || n < in->first_item || n > in->last_item)
      continue;
    ax_feature_finding one = take(w, in, fact, n, &cells[n - in->first_item]);
    if (one.state != AUSPEX_CELL_PRESENT) return one;
  }
  return fault(AUSPEX_CELL_PRESENT, AX_STR(""), response);
}

static bool same_answers(const ax_model_input *in, const ax_feature_cell *a,
                         const ax_feature_cell *b) {
  for (uint32_t c = 0; c < in->width; c++)
    if (a[c].state != b[c].state ||
        (a[c].state == AUSPEX_CELL_PRESENT && a[c].value != b[c].value))
      return false;
  return true;
}

/* --- which response
 * -----------------------------------------------------------------
 */

static ax_feature_finding agree(ax_feature_work *w, const ax_model_input *in,
                                ax_feature_group g, ax_feature_cell *cells) {
  size_t chosen = 0;
  while (chosen < g.count && g.items[chosen].maybe) chosen++;
  if (chosen == g.count)
    return fault(AUSPEX_CELL_IMPRECISE,
                 AX_STR("a partial date leaves open which response it is"),
                 NULL);
  ax_feature_finding result = read_response(w, in, g.items[chosen].fact, cells);
  if (result.state != AUSPEX_CELL_PRESENT || g.count == 1) return result;
  ax_feature_cell *others = AX_NEW_ARRAY(w->arena, ax_feature_cell, in->width);
  if (!others) return w->nomem = true, result;
  for (size_t i = 0; i < g.count; i++) {
    if (i == chosen) continue;
    ax_feature_finding one = read_response(w, in, g.items[i].fact, others);
    if (one.state != AUSPEX_CELL_PRESENT) return one;
    if (!same_answers(in, cells, others))
      return fault(g.same_time ? AUSPEX_CELL_CONFLICT : AUSPEX_CELL_IMPRECISE,
                   g.same_time
                       ? AX_STR("two responses of the same time differ")
                       : AX_STR("a partial date leaves open which response "
                                "it is"),
                   g.items[i].fact);
  }
  return result;
}

static ax_feature_finding nothing(const search *s) {
  return s->older ? fault(AUSPEX_CELL_STALE,
                          AX_STR("there is no response in the window, only "
                                 "outside it"),
                          s->older)
                  : fault(AUSPEX_CELL_ABSENT,
                          AX_STR("there is no completed response"), NULL);
}

ax_feature_finding ax_feature_answer_cells(ax_feature_work *w,
                                           const ax_model_input *in,
                                           ax_model_sources from) {
  ax_feature_window window = ax_feature_window_of(w, in);
  search s = look(w, &from.items[0], &window);
  ax_feature_cell *cells = &w->row->cells[in->column];
  ax_feature_group g =
      ax_feature_pick_all(s.responses.items, s.responses.count);
  ax_feature_finding result;
  if (g.imprecise) {
    result =
        fault(AUSPEX_CELL_IMPRECISE,
              AX_STR("a partial date leaves open which response it is"), NULL);
  } else if (!g.count) {
    result = nothing(&s);
  } else {
    int64_t target =
        ax_fhir_date_day_number(window.reference_ms) + in->pick_days;
    result = agree(w, in, ax_feature_pick_one(g, from.items[0].pick, target), cells);
  }
  if (result.state == AUSPEX_CELL_PRESENT) return result;
  /* One bad answer refuses the response: its other answers are not used. */
  for (uint32_t c = 0; c < in->width; c++)
    cells[c] = (ax_feature_cell){ .value = (double)NAN,
                                  .state = result.state,
                                  .time_ms = g.count ? cells[c].time_ms : 0,
                                  .low = (double)NAN,
                                  .high = (double)NAN };
  return result;
}
