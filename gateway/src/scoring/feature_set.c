/* A set: one column for each code, all of one day. */
#include "scoring/feature_parts.h"

static ax_feature_finding finding(uint8_t state, const char *detail,
                                  const ax_fact *fact) {
  return (ax_feature_finding){ state, ax_str_from(detail), fact };
}

/* The newest day that has one of the codes for certain; `*open` when a partial
 * date may be newer. */
static bool newest_day(const ax_feature_search *s, int64_t *day,
                       const ax_fact **open) {
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

/* Those facts of a statement that have the code: it may have several. */
static bool has_code(const ax_feature_work *w, const ax_feature_candidate *it,
                     const ax_model_code *code) {
  for (size_t i = 0; i < it->fact_count; i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, it->facts[i]);
    if (ax_model_code_matches(code, fact->system, fact->code)) return true;
  }
  return false;
}

/* The value of one code on that day. */
static ax_feature_finding member(ax_feature_work *w, const ax_model_input *in,
                                 const ax_feature_search *s, int64_t day,
                                 const ax_model_code *code,
                                 ax_feature_cell *cell) {
  ax_feature_search own = { 0 };
  for (size_t i = 0; i < s->found.count; i++) {
    const ax_feature_candidate *it = &s->found.items[i];
    if (ax_fhir_date_day_number(it->lo_ms) != day || !has_code(w, it, code))
      continue;
    ax_feature_candidate *one = AX_VEC_PUSH(&own.found, w->arena);
    if (one)
      *one = *it;
    else
      w->nomem = true;
  }
  if (!own.found.count)
    return finding(AUSPEX_CELL_ABSENT, "there is no value", NULL);
  ax_feature_number n = { 0 };
  ax_feature_group g = { .items = own.found.items, .count = own.found.count };
  ax_feature_finding result = ax_feature_cell_agree(
      w, in, ax_feature_pick_one(g, AUSPEX_PICK_LATEST, 0), &n);
  ax_feature_cell_fill(in, cell, result, &n);
  return result;
}

/* Every cell of the set carries the newest time of its day. */
static void set_times(const ax_model_input *in, const ax_feature_search *s,
                      int64_t day, ax_feature_cell *cells) {
  int64_t newest = 0;
  for (size_t i = 0; i < s->found.count; i++)
    if (ax_fhir_date_day_number(s->found.items[i].lo_ms) == day &&
        s->found.items[i].lo_ms > newest)
      newest = s->found.items[i].lo_ms;
  for (uint32_t c = 0; c < in->width; c++) cells[c].time_ms = newest;
}

ax_feature_finding ax_feature_set_read(ax_feature_work *w,
                                       const ax_model_input *in,
                                       ax_model_sources from,
                                       ax_feature_cell *cells) {
  ax_feature_search s = ax_feature_source_search(w, in, from);
  int64_t day = 0;
  const ax_fact *open = NULL;
  bool found = newest_day(&s, &day, &open);
  ax_feature_finding result = finding(AUSPEX_CELL_PRESENT, "", NULL);
  if (open)
    result = finding(AUSPEX_CELL_IMPRECISE,
                     "a partial date leaves open which value it is", open);
  else if (!found)
    result = ax_feature_cell_nothing(&s);
  if (result.state != AUSPEX_CELL_PRESENT) {
    for (uint32_t c = 0; c < in->width; c++) cells[c].state = result.state;
    return result;
  }
  for (size_t c = 0; c < in->width; c++) {
    ax_feature_finding one =
        member(w, in, &s, day, &from.items[0].codes->items[c], &cells[c]);
    if (one.state != AUSPEX_CELL_PRESENT && one.state != AUSPEX_CELL_ABSENT)
      result = one;
  }
  set_times(in, &s, day, cells);
  return result;
}
