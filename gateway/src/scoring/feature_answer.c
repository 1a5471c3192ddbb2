/*
 * Cells from QuestionnaireResponses: one response, one column for each item.
 * Item n is the one whose linkId has the ending that the source names for it,
 * or, in a response where no linkId has such an ending, the one whose linkId
 * ends in the number n ("qlq-c30-q07" is 7).
 */
#include "scoring/feature_parts.h"

#include <math.h>

typedef struct {
  AX_VEC(ax_feature_candidate) responses; /* one answer stands for each */
  const ax_fact *older;
} search;

static search look(ax_feature_work *w, const ax_model_source *s,
                   const ax_feature_window *window) {
  search out = { 0 };
  size_t count = 0;
  const ax_feature_response *all = ax_feature_view_responses(w->view, &count);
  for (size_t i = 0; window->known && i < count; i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, all[i].first);
    if (!ax_feature_source_usable(s, fact) ||
        !ax_model_instrument_matches(s->instrument, fact->system))
      continue;
    ax_feature_time time = ax_feature_window_time(s, fact);
    ax_feature_place where = ax_feature_window_place(w, window, fact, time);
    if (where == AX_FEATURE_OUTSIDE) {
      if (fact->has_time && fact->lo_ms <= w->row->as_of_ms) out.older = fact;
      continue;
    }
    ax_feature_candidate *one = AX_VEC_PUSH(&out.responses, w->arena);
    if (!one) return w->nomem = true, out;
    *one = (ax_feature_candidate){ .fact = fact,
                                   .facts = &all[i].first,
                                   .fact_count = all[i].count,
                                   .lo_ms = fact->lo_ms,
                                   .hi_ms = fact->hi_ms,
                                   .source = s,
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

/* The item that the source's endings name: "MO|SC" are first_item and the next.
 */
static bool item_by_ending(const ax_model_source *s, ax_str link,
                           uint32_t *out) {
  ax_str rest = s->items;
  for (uint32_t n = s->first_item; rest.len; n++) {
    ax_str ending = ax_str_cut(&rest, '|');
    if (ending.len && ending.len <= link.len &&
        ax_str_eq((ax_str){ link.ptr + link.len - ending.len, ending.len },
                  ending))
      return *out = n, true;
  }
  return false;
}

/* Has a linkId of the response one of the endings? Then numbers say nothing:
 * the last digit of a LOINC code is its check digit. */
static bool has_endings(ax_feature_work *w,
                        const ax_feature_candidate *response) {
  const ax_model_source *s = response->source;
  uint32_t n = 0;
  for (size_t i = 0; s->items.len && i < response->fact_count; i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, response->facts[0] + i);
    if (item_by_ending(s, fact->code, &n)) return true;
  }
  return false;
}

static bool item_of(const ax_model_source *s, bool by_ending, ax_str link,
                    uint32_t *out) {
  return (by_ending ? item_by_ending(s, link, out) : item_number(link, out)) &&
         *out >= s->first_item && *out <= s->last_item;
}

static ax_feature_finding fault(uint8_t state, ax_str detail,
                                const ax_fact *fact) {
  return (ax_feature_finding){ state, detail, fact };
}

static ax_feature_finding good(const ax_fact *fact) {
  return fault(AUSPEX_CELL_PRESENT, AX_STR(""), fact);
}

/* The answer as a number. */
static ax_feature_finding number_of(ax_feature_work *w,
                                    const ax_model_source *s,
                                    const ax_fact *fact, uint32_t item,
                                    double *out) {
  bool mapped =
      s->map && fact->value_code.len &&
      (fact->value_kind == AX_FACT_VALUE_TEXT
           ? ax_feature_map_text(w, s->map, fact->value_code, out)
           : ax_feature_map_code(w, s->map, fact->value_system,
                                 fact->value_code, out));
  if (mapped && !isnan(*out)) return good(fact);
  bool number = fact->value_kind == AX_FACT_VALUE_NUMBER ||
                (s->map && fact->value_kind == AX_FACT_VALUE_BOOL);
  if (!number)
    return fault(
        AUSPEX_CELL_IMPLAUSIBLE,
        ax_feature_say(w, "the answer to item %u is not a number", item), fact);
  *out = fact->number;
  if (fact->comparator || *out < s->valid_min || *out > s->valid_max)
    return fault(AUSPEX_CELL_IMPLAUSIBLE,
                 ax_feature_say(w, "the answer to item %u is outside %g to %g",
                                item, s->valid_min, s->valid_max),
                 fact);
  if (s->map && !ax_feature_map_number(w, s->map, *out, fact->digits, out))
    return fault(AUSPEX_CELL_UNMAPPED,
                 ax_feature_say(w, "the answer to item %u is not known", item),
                 fact);
  return good(fact);
}

static ax_feature_finding take(ax_feature_work *w, const ax_model_source *s,
                               const ax_fact *fact, uint32_t item,
                               ax_feature_cell *cell) {
  double value = (double)NAN;
  if (fact->value_kind == AX_FACT_VALUE_NONE ||
      fact->value_kind == AX_FACT_VALUE_ABSENT)
    return good(fact);
  ax_feature_finding one = number_of(w, s, fact, item, &value);
  if (one.state != AUSPEX_CELL_PRESENT) return one;
  if (cell->fact && (cell->fact->group != fact->group || cell->value != value))
    return fault(AUSPEX_CELL_CONFLICT,
                 ax_feature_say(w, "there are two answers to item %u", item),
                 fact);
  cell->value = value;
  cell->state = AUSPEX_CELL_PRESENT;
  cell->fact = fact;
  return good(fact);
}

static void clear(ax_feature_cell *cells, uint32_t count, uint8_t state,
                  int64_t time_ms) {
  for (uint32_t c = 0; c < count; c++)
    cells[c] = (ax_feature_cell){ .value = (double)NAN,
                                  .state = state,
                                  .time_ms = time_ms,
                                  .low = (double)NAN,
                                  .high = (double)NAN };
}

static uint32_t items_of(const ax_model_source *s) {
  return s->last_item - s->first_item + 1;
}

/* Fills `cells`, one for each item, with the answers of `response`. */
static ax_feature_finding read_response(ax_feature_work *w,
                                        const ax_feature_candidate *response,
                                        ax_feature_cell *cells) {
  const ax_model_source *s = response->source;
  bool by_ending = has_endings(w, response);
  clear(cells, items_of(s), AUSPEX_CELL_ABSENT, response->lo_ms);
  for (size_t i = 0; i < response->fact_count; i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, response->facts[0] + i);
    uint32_t n = 0;
    if (!item_of(s, by_ending, fact->code, &n)) continue;
    ax_feature_finding one = take(w, s, fact, n, &cells[n - s->first_item]);
    if (one.state != AUSPEX_CELL_PRESENT) return one;
  }
  return good(response->fact);
}

static bool same_answers(uint32_t count, const ax_feature_cell *a,
                         const ax_feature_cell *b) {
  for (uint32_t c = 0; c < count; c++)
    if (a[c].state != b[c].state ||
        (a[c].state == AUSPEX_CELL_PRESENT && a[c].value != b[c].value))
      return false;
  return true;
}

/* --- which response
 * -----------------------------------------------------------------
 */

static ax_feature_finding agree(ax_feature_work *w, ax_feature_group g,
                                uint32_t count, ax_feature_cell *cells) {
  size_t chosen = 0;
  while (chosen < g.count && g.items[chosen].maybe) chosen++;
  if (chosen == g.count)
    return fault(AUSPEX_CELL_IMPRECISE,
                 AX_STR("a partial date leaves open which response it is"),
                 NULL);
  ax_feature_finding result = read_response(w, &g.items[chosen], cells);
  if (result.state != AUSPEX_CELL_PRESENT || g.count == 1) return result;
  ax_feature_cell *others = AX_NEW_ARRAY(w->arena, ax_feature_cell, count);
  if (!others) return w->nomem = true, result;
  for (size_t i = 0; i < g.count; i++) {
    if (i == chosen) continue;
    ax_feature_finding one = read_response(w, &g.items[i], others);
    if (one.state != AUSPEX_CELL_PRESENT) return one;
    if (!same_answers(count, cells, others))
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

/* The answers of the response that the pick names, or why there are none. */
static ax_feature_finding pick_response(ax_feature_work *w,
                                        const ax_model_input *in,
                                        const ax_model_source *s,
                                        ax_feature_cell *cells) {
  ax_feature_window window = ax_feature_window_of(w, in, s);
  search all = look(w, s, &window);
  ax_feature_group g =
      ax_feature_pick_all(all.responses.items, all.responses.count);
  if (g.imprecise)
    return fault(AUSPEX_CELL_IMPRECISE,
                 AX_STR("a partial date leaves open which response it is"),
                 NULL);
  if (!g.count) return nothing(&all);
  int64_t target = ax_fhir_date_day_number(window.reference_ms) + in->pick_days;
  return agree(w, ax_feature_pick_one(g, s->pick, target), items_of(s), cells);
}

/* All items answered: their sum. */
static ax_feature_finding add_up(ax_feature_work *w, uint32_t count,
                                 const ax_feature_cell *items,
                                 ax_feature_finding found,
                                 ax_feature_cell *cell) {
  double sum = 0;
  for (uint32_t c = 0; c < count; c++) {
    if (items[c].state != AUSPEX_CELL_PRESENT)
      return fault(AUSPEX_CELL_ABSENT,
                   ax_feature_say(w, "an answer is missing: %u are needed",
                                  count),
                   found.fact);
    sum += items[c].value;
  }
  *cell = items[0];
  cell->value = sum;
  return found;
}

static ax_feature_finding read_sum(ax_feature_work *w, const ax_model_input *in,
                                   const ax_model_source *s,
                                   ax_feature_cell *cell) {
  uint32_t count = items_of(s);
  ax_feature_cell *items = AX_NEW_ARRAY(w->arena, ax_feature_cell, count);
  if (!items) return w->nomem = true, fault(AUSPEX_CELL_ABSENT, AX_STR(""), NULL);
  ax_feature_finding result = pick_response(w, in, s, items);
  if (result.state == AUSPEX_CELL_PRESENT)
    result = add_up(w, count, items, result, cell);
  if (result.state != AUSPEX_CELL_PRESENT) cell->state = result.state;
  return result;
}

ax_feature_finding ax_feature_answer_read(ax_feature_work *w,
                                          const ax_model_input *in,
                                          const ax_model_source *source,
                                          ax_feature_cell *cells) {
  uint8_t number = (uint8_t)(source - in->sources.items);
  ax_feature_finding result;
  if (source->from == AUSPEX_FROM_QUESTIONNAIRE_SUM) {
    result = read_sum(w, in, source, cells);
    cells[0].source = number;
    return result;
  }
  result = pick_response(w, in, source, cells);
  /* One bad answer refuses the response: its other answers are not used. */
  if (result.state != AUSPEX_CELL_PRESENT)
    clear(cells, in->width, result.state, cells[0].time_ms);
  for (uint32_t c = 0; c < in->width; c++) cells[c].source = number;
  return result;
}
