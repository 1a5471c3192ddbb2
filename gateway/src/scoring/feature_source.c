/* Which facts a source reads: kind, status, within, filters, ties. */
#include "scoring/feature_parts.h"

int ax_feature_source_kind(const ax_model_source *source) {
  switch (source->from) {
  case AUSPEX_FROM_OBSERVATION:
  case AUSPEX_FROM_OBSERVATION_SET:
    return AX_FACT_OBSERVATION;
  case AUSPEX_FROM_CONDITION:
    return AX_FACT_CONDITION;
  case AUSPEX_FROM_ADMINISTRATION:
    return AX_FACT_ADMINISTRATION;
  case AUSPEX_FROM_MEDICATION:
    return AX_FACT_MEDICATION;
  case AUSPEX_FROM_PROCEDURE:
    return AX_FACT_PROCEDURE;
  case AUSPEX_FROM_FAMILY_HISTORY:
    return AX_FACT_FAMILY;
  case AUSPEX_FROM_PATIENT_EXTENSION:
  case AUSPEX_FROM_PATIENT_COUNTRY:
    return AX_FACT_EXTENSION;
  default:
    return 0;
  }
}

bool ax_feature_source_is_evidence(const ax_model_source *source) {
  switch (source->from) {
  case AUSPEX_FROM_CONDITION:
  case AUSPEX_FROM_ADMINISTRATION:
  case AUSPEX_FROM_MEDICATION:
  case AUSPEX_FROM_PROCEDURE:
  case AUSPEX_FROM_FAMILY_HISTORY:
    return (source->take == AUSPEX_TAKE_DEFAULT ||
            source->take == AUSPEX_TAKE_PRESENT) &&
           source->pick != AUSPEX_PICK_COUNT &&
           source->pick != AUSPEX_PICK_SERIES;
  default:
    return false;
  }
}

/* --- codings of other elements ------------------------------------------------
 */

/* Has the fact a detail of that name with one of the codes (NULL: any)? */
static bool has_detail(const ax_fact *fact, ax_str name,
                       const ax_model_codes *codes) {
  ax_fact_detail at = { .rest = fact->details };
  while (ax_fhir_fact_detail(&at, name))
    if (!codes || ax_model_codes_find(codes, at.system, at.code)) return true;
  return false;
}

/* Does the panel name `id` as one of its members? */
static bool names_member(const ax_fact *panel, const ax_fact *fact) {
  ax_fact_detail at = { .rest = panel->details };
  while (ax_fhir_fact_detail(&at, AX_STR("member"))) {
    ax_str rest = at.code;
    if (fact->source_url.len && ax_str_eq(at.code, fact->source_url))
      return true;
    ax_str type = ax_str_cut(&rest, '/');
    ax_str id = ax_str_cut(&rest, '/'); /* perhaps with a version behind */
    if (fact->source_id.len && ax_str_eq(type, fact->source_type) &&
        ax_str_eq(id, fact->source_id))
      return true;
  }
  return false;
}

/* Is the fact a member of a panel with one of the codes? */
static bool is_member(ax_feature_work *w, const ax_fact *fact,
                      const ax_model_codes *panels) {
  size_t count = 0;
  const uint32_t *found = ax_feature_view_find(w->view, panels, &count);
  for (size_t i = 0; i < count; i++) {
    const ax_fact *panel = ax_feature_view_at(w->view, found[i]);
    if (panel->kind == AX_FACT_OBSERVATION && panel->group == 0 &&
        panel->status == AX_FACT_STATUS_FINAL && names_member(panel, fact))
      return true;
  }
  return false;
}

static bool lies_within(ax_feature_work *w, const ax_model_source *s,
                        const ax_fact *fact) {
  if (!s->within) return true;
  if (s->from == AUSPEX_FROM_FAMILY_HISTORY)
    return has_detail(fact, AX_STR("relationship"), s->within);
  return has_detail(fact, AX_STR("within"), s->within) ||
         (fact->group == 0 && is_member(w, fact, s->within));
}

/* A coded value, or a positive boolean where no values are named. */
static bool value_fits(const ax_fact *fact, const ax_model_codes *values) {
  if (fact->value_kind == AX_FACT_VALUE_CODE)
    return !values || ax_model_codes_find(values, fact->value_system,
                                          fact->value_code) != NULL;
  return !values && fact->value_kind != AX_FACT_VALUE_NONE &&
         fact->value_kind != AX_FACT_VALUE_ABSENT;
}

/* A fact of the same resource: group 0, the Observation itself, or, with
 * `codes`, a component. Facts of one resource lie together in the view. */
static bool sibling_fits(ax_feature_work *w, const ax_fact *fact,
                         const ax_model_codes *codes,
                         const ax_model_codes *values) {
  for (size_t i = 0; i < ax_feature_view_count(w->view); i++) {
    const ax_fact *one = ax_feature_view_at(w->view, i);
    if (one->kind != fact->kind || !ax_feature_view_same_source(one, fact) ||
        (codes ? one->group == 0 ||
                     !ax_model_codes_find(codes, one->system, one->code)
               : one->group != 0))
      continue;
    if (value_fits(one, values)) return true;
  }
  return false;
}

static bool fits(ax_feature_work *w, const ax_model_filter *f,
                 const ax_fact *fact) {
  static const char *const names[] = {
    [AUSPEX_WHERE_METHOD] = "method",
    [AUSPEX_WHERE_BODY_SITE] = "bodySite",
    [AUSPEX_WHERE_CATEGORY] = "category",
    [AUSPEX_WHERE_INTERPRETATION] = "interpretation",
    [AUSPEX_WHERE_SPECIMEN] = "specimen",
    [AUSPEX_WHERE_DEVICE] = "device",
  };
  switch (f->where) {
  case AUSPEX_WHERE_VALUE:
    return sibling_fits(w, fact, NULL, f->codes);
  case AUSPEX_WHERE_COMPONENT:
    return sibling_fits(w, fact, f->codes, f->values);
  case AUSPEX_WHERE_SPECIMEN:
  case AUSPEX_WHERE_DEVICE:
    return has_detail(fact, ax_str_from(names[f->where]), NULL);
  default:
    return has_detail(fact, ax_str_from(names[f->where]), f->codes);
  }
}

/* Of filters of one group other than 0 one is enough. */
static bool passes(ax_feature_work *w, const ax_model_source *s,
                   const ax_fact *fact) {
  for (size_t i = 0; i < s->filter_count; i++) {
    uint32_t group = s->filters[i].group;
    bool good = false;
    for (size_t k = 0; k < s->filter_count && !good; k++)
      good = (k == i || (group && s->filters[k].group == group)) &&
             fits(w, &s->filters[k], fact);
    if (!good) return false;
  }
  return true;
}

/* --- one fact --------------------------------------------------------------
 */

bool ax_feature_source_usable(const ax_model_source *source,
                              const ax_fact *fact) {
  bool own = (fact->flags & AX_FACT_MADE_HERE) != 0;
  if (fact->status != AX_FACT_STATUS_FINAL) return false;
  if (fact->flags & (AX_FACT_HAS_FOCUS | AX_FACT_TEST_DATA)) return false;
  if (source->flags & AUSPEX_OWN_ONLY) return own;
  return !own || (source->flags & AUSPEX_OWN_RESULTS) ||
         ax_str_starts(fact->system, AX_STR("https://auspex-gateway.org/"));
}

static bool condition_counts(const ax_model_source *s, const ax_fact *fact) {
  unsigned flags = fact->flags;
  if (flags & AX_FACT_REFUTED) return true;
  if (!(flags & AX_FACT_VERIFIED)) return false;
  bool ever = (s->flags & AUSPEX_EVER) || s->pick == AUSPEX_PICK_EVER;
  if (!ever && !(flags & AX_FACT_CLINICAL_ACTIVE)) return false;
  return !((s->flags & AUSPEX_NO_RECURRENCE) && (flags & AX_FACT_RECURRENCE));
}

bool ax_feature_source_takes(ax_feature_work *w, const ax_model_source *s,
                             const ax_fact *fact) {
  if ((int)fact->kind != ax_feature_source_kind(s) ||
      !ax_feature_source_usable(s, fact))
    return false;
  if (fact->has_time && fact->lo_ms > w->row->as_of_ms) return false;
  if (fact->kind == AX_FACT_CONDITION && !condition_counts(s, fact))
    return false;
  if (fact->kind == AX_FACT_MEDICATION && fact->has_end &&
      fact->end_hi_ms < w->row->as_of_ms)
    return false;
  return lies_within(w, s, fact) && passes(w, s, fact);
}

/* --- all of them -------------------------------------------------------------
 */

/* The input that this one is tied to: same resource, or the same day. */
static bool tie_holds(const ax_feature_work *w, const ax_model_input *in,
                      const ax_fact *fact) {
  if (!in->tied) return true;
  const ax_model_input *to = &w->model->inputs[in->tied_to];
  const ax_feature_cell *cell = &w->row->cells[to->column];
  if (!cell->fact) return false;
  if (in->tied == AUSPEX_TIED_RESOURCE && cell->fact->group)
    return ax_feature_view_same_source(cell->fact, fact);
  return fact->has_time && ax_fhir_date_day_number(fact->lo_ms) ==
                               ax_fhir_date_day_number(cell->time_ms);
}

/* Times of what has none: before everything. */
static const int64_t long_ago = INT64_MIN / 4;

static void consider(ax_feature_work *w, ax_feature_candidate one,
                     const ax_feature_window *window, ax_feature_search *out) {
  ax_feature_time time = ax_feature_window_time(one.source, one.fact);
  ax_feature_place where =
      ax_feature_window_place(w, window, one.fact, time);
  if (where == AX_FEATURE_OUTSIDE) {
    if (time.known && time.lo_ms <= w->row->as_of_ms) out->older = one.fact;
    return;
  }
  bool there = false, absent = false;
  for (size_t i = 0; i < one.fact_count && !there; i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, one.facts[i]);
    there = ax_feature_source_is_evidence(one.source) ||
            ax_feature_value_is_there(one.source, fact);
    absent |= fact->value_kind == AX_FACT_VALUE_ABSENT;
  }
  if (absent && !there) out->withheld = one.fact;
  if (!there) return;
  one.lo_ms = time.known ? time.lo_ms : long_ago;
  one.hi_ms = time.known ? time.hi_ms : long_ago;
  one.maybe = where == AX_FEATURE_MAYBE;
  ax_feature_candidate *slot = AX_VEC_PUSH(&out->found, w->arena);
  if (slot)
    *slot = one;
  else
    w->nomem = true;
}

/* Has one of the sources before `s` taken the fact already? */
static bool is_taken(ax_feature_work *w, ax_model_sources from,
                     const ax_model_source *s, const ax_fact *fact) {
  for (const ax_model_source *one = from.items; one < s; one++)
    if (ax_model_codes_find(one->codes, fact->system, fact->code) &&
        ax_feature_source_takes(w, one, fact))
      return true;
  return false;
}

static bool same_statement(const ax_fact *a, const ax_fact *b) {
  return a->group == b->group && a->kind == b->kind &&
         ax_feature_view_same_source(a, b);
}

/* The code that EXTENSION facts have. */
static ax_str path_of(const ax_model_source *s) {
  return s->from == AUSPEX_FROM_PATIENT_COUNTRY ? AX_STR(AX_FHIR_FACT_COUNTRY)
                                                : s->path;
}

static void search_extensions(ax_feature_work *w, const ax_model_source *s,
                              const ax_feature_window *window,
                              ax_feature_search *out) {
  for (size_t i = 0; i < ax_feature_view_count(w->view); i++) {
    const ax_fact *fact = ax_feature_view_at(w->view, i);
    if (fact->kind != AX_FACT_EXTENSION ||
        !ax_str_eq(fact->code, path_of(s)))
      continue;
    uint32_t *position = AX_NEW(w->arena, uint32_t);
    if (!position) {
      w->nomem = true;
      return;
    }
    *position = (uint32_t)i;
    consider(w,
             (ax_feature_candidate){ .fact = fact,
                                     .facts = position,
                                     .fact_count = 1,
                                     .source = s },
             window, out);
  }
}

static void search_source(ax_feature_work *w, const ax_model_input *in,
                          ax_model_sources from, const ax_model_source *s,
                          ax_feature_search *out) {
  ax_feature_window window = ax_feature_window_of(w, in, s);
  if (s == from.items) out->window = window;
  if (!window.known) return;
  if (ax_feature_source_kind(s) == AX_FACT_EXTENSION) {
    search_extensions(w, s, &window, out);
    return;
  }
  size_t count = 0, next;
  const uint32_t *found = ax_feature_view_find(w->view, s->codes, &count);
  for (size_t i = 0; i < count; i = next) {
    const ax_fact *fact = ax_feature_view_at(w->view, found[i]);
    for (next = i + 1; next < count; next++)
      if (!same_statement(fact, ax_feature_view_at(w->view, found[next])))
        break;
    if (!ax_feature_source_takes(w, s, fact) || !tie_holds(w, in, fact) ||
        is_taken(w, from, s, fact))
      continue;
    consider(w,
             (ax_feature_candidate){ .fact = fact,
                                     .facts = found + i,
                                     .fact_count = next - i,
                                     .source = s },
             &window, out);
  }
}

ax_feature_search ax_feature_source_search(ax_feature_work *w,
                                           const ax_model_input *in,
                                           ax_model_sources from) {
  ax_feature_search out = { 0 };
  for (size_t i = 0; i < from.count; i++)
    search_source(w, in, from, &from.items[i], &out);
  return out;
}
