/* The host's half of frame_model.h. */
#include <math.h>
#include <string.h>

#include "scoring/frame_model.h"

typedef struct {
  ax_arena *arena;
  ax_frame f;
  bool nomem;
  const ax_model_codes *sets;
  const ax_model_map *maps;
  size_t set_count, map_count;
} reading;

static ax_str get_text(reading *r) {
  ax_str text = ax_frame_str(&r->f, AX_FRAME_MODEL_TEXT);
  if (!text.len) return AX_STR("");
  char *copy = ax_arena_cstr(r->arena, text);
  if (!copy) return r->nomem = true, AX_STR("");
  return (ax_str){ copy, text.len };
}

/* Room for a list; each of its things takes at least `each` bytes. */
#define GET_LIST(r, type, max, each, count) \
  ((type *)get_list((r), (max), (each), sizeof(type), alignof(type), (count)))

static void *get_list(reading *r, uint32_t max, size_t each, size_t size,
                      size_t align, size_t *count) {
  uint32_t n = ax_frame_count(&r->f, max, each);
  void *items = n ? ax_arena_alloc(r->arena, n, size, align) : NULL;
  if (n && !items) r->nomem = true;
  *count = items ? n : 0;
  return items;
}

static ax_model_codes get_codes(reading *r) {
  ax_model_codes codes = { 0 };
  ax_model_code *items =
      GET_LIST(r, ax_model_code, AX_FRAME_MODEL_ITEMS, 16, &codes.count);
  for (size_t i = 0; i < codes.count && !r->f.bad; i++) {
    items[i].system = get_text(r);
    items[i].code = get_text(r);
    items[i].display = get_text(r);
    items[i].match = ax_frame_u32(&r->f);
  }
  codes.items = items;
  return codes;
}

static void get_sets(reading *r) {
  ax_model_codes *sets = GET_LIST(r, ax_model_codes, AX_FRAME_MODEL_SHARED, 12,
                                  &r->set_count);
  for (size_t i = 0; i < r->set_count && !r->f.bad; i++) {
    ax_str name = get_text(r), value_set = get_text(r);
    sets[i] = get_codes(r);
    sets[i].name = name;
    sets[i].value_set = value_set;
  }
  r->sets = sets;
}

/* A pattern that is none, or too long, makes the declaration malformed. */
static void get_pattern(reading *r, const ax_model_map *map,
                        ax_model_map_row *row) {
  bool any_case = (map->fold & AUSPEX_FOLD_CASE) != 0;
  ax_str pattern = ax_arena_printf(r->arena, "%s" AX_STR_FMT,
                                   any_case ? "(?i)" : "",
                                   AX_STR_ARG(row->code));
  if (!pattern.ptr) {
    r->nomem = true;
    return;
  }
  ax_status status = ax_regex_compile(r->arena, pattern, &row->regex, NULL);
  if (status == AX_NOMEM) r->nomem = true;
  if (status && status != AX_NOMEM) r->f.bad = true;
}

static void get_map(reading *r, ax_model_map *map) {
  map->name = get_text(r);
  map->has_otherwise = ax_frame_u8(&r->f) != 0;
  map->otherwise = ax_frame_f64(&r->f);
  map->fold = ax_frame_u32(&r->f);
  ax_model_map_row *rows = GET_LIST(r, ax_model_map_row, AX_FRAME_MODEL_ITEMS,
                                    40, &map->count);
  for (size_t i = 0; i < map->count && !r->f.bad; i++) {
    rows[i].kind = ax_frame_u32(&r->f);
    rows[i].match = ax_frame_u32(&r->f);
    rows[i].system = get_text(r);
    rows[i].code = get_text(r);
    rows[i].from = ax_frame_f64(&r->f);
    rows[i].to = ax_frame_f64(&r->f);
    rows[i].value = ax_frame_f64(&r->f);
    if (rows[i].match == AUSPEX_MATCH_PATTERN) get_pattern(r, map, &rows[i]);
  }
  map->rows = rows;
}

static void get_maps(reading *r) {
  ax_model_map *maps =
      GET_LIST(r, ax_model_map, AX_FRAME_MODEL_SHARED, 21, &r->map_count);
  for (size_t i = 0; i < r->map_count && !r->f.bad; i++) get_map(r, &maps[i]);
  r->maps = maps;
}

/* 0: none. */
static const ax_model_codes *get_set(reading *r) {
  uint32_t number = ax_frame_u32(&r->f);
  if (number > r->set_count) r->f.bad = true;
  return number && !r->f.bad ? &r->sets[number - 1] : NULL;
}

static const ax_model_map *get_map_number(reading *r) {
  uint32_t number = ax_frame_u32(&r->f);
  if (number > r->map_count) r->f.bad = true;
  return number && !r->f.bad ? &r->maps[number - 1] : NULL;
}

static void get_filters(reading *r, ax_model_source *s) {
  ax_model_filter *filters = GET_LIST(r, ax_model_filter, AX_FRAME_MODEL_ITEMS,
                                      16, &s->filter_count);
  for (size_t i = 0; i < s->filter_count && !r->f.bad; i++) {
    filters[i].where = ax_frame_u32(&r->f);
    filters[i].group = ax_frame_u32(&r->f);
    filters[i].codes = get_set(r);
    filters[i].values = get_set(r);
  }
  s->filters = filters;
}

static void get_source(reading *r, ax_model_source *s) {
  static const ax_model_codes none = { 0 };
  s->from = ax_frame_u32(&r->f);
  s->take = ax_frame_u32(&r->f);
  s->pick = ax_frame_u32(&r->f);
  s->flags = ax_frame_u32(&r->f);
  s->comparator = ax_frame_u32(&r->f);
  s->codes = get_set(r);
  if (!s->codes) s->codes = &none;
  s->within = get_set(r);
  s->map = get_map_number(r);
  get_filters(r, s);
  s->unit = get_text(r);
  s->molar_mass = ax_frame_f64(&r->f);
  s->valid_min = ax_frame_f64(&r->f);
  s->valid_max = ax_frame_f64(&r->f);
  s->comparator_limit = ax_frame_f64(&r->f);
  s->window_from_days = ax_frame_i32(&r->f);
  s->window_to_days = ax_frame_i32(&r->f);
  s->instrument = get_text(r);
  s->items = get_text(r);
  s->first_item = ax_frame_u32(&r->f);
  s->last_item = ax_frame_u32(&r->f);
  s->path = get_text(r);
  if (s->valid_min == 0 && s->valid_max == 0)
    s->valid_min = s->valid_max = (double)NAN;
}

static ax_model_sources get_sources(reading *r) {
  ax_model_sources all = { 0 };
  ax_model_source *items =
      GET_LIST(r, ax_model_source, AX_MODEL_SOURCES, 112, &all.count);
  for (size_t i = 0; i < all.count && !r->f.bad; i++) get_source(r, &items[i]);
  all.items = items;
  return all;
}

static void get_anchor(reading *r, ax_model_anchor *a) {
  a->name = get_text(r);
  a->title = get_text(r);
  a->future_days = ax_frame_u32(&r->f);
  a->freshness_days = ax_frame_u32(&r->f);
  a->sources = get_sources(r);
}

static void get_input(reading *r, ax_model_input *in) {
  in->missing = ax_frame_u32(&r->f);
  in->name = get_text(r);
  in->title = get_text(r);
  in->sources = get_sources(r);
  in->wants_range = (ax_frame_u32(&r->f) & AUSPEX_WANTS_RANGE) != 0;
  in->relative_to = ax_frame_u32(&r->f);
  in->relative_inputs = ax_frame_u64(&r->f);
  in->window_from_days = ax_frame_i32(&r->f);
  in->window_to_days = ax_frame_i32(&r->f);
  in->pick_days = ax_frame_i32(&r->f);
  in->freshness_days = ax_frame_u32(&r->f);
  in->fallback = ax_frame_f64(&r->f);
  in->train_mean = ax_frame_f64(&r->f);
  in->train_sd = ax_frame_f64(&r->f);
  in->tied = ax_frame_u32(&r->f);
  in->tied_to = ax_frame_u32(&r->f);
}

static void get_criterion(reading *r, ax_model_criterion *c) {
  c->kind = ax_frame_u32(&r->f);
  c->input = ax_frame_u32(&r->f);
  c->group = ax_frame_u32(&r->f);
  c->max_age_days = ax_frame_u32(&r->f);
  c->min = ax_frame_f64(&r->f);
  c->max = ax_frame_f64(&r->f);
  c->reason = get_text(r);
  c->sources = get_sources(r);
}

static void get_outcome(reading *r, ax_model_outcome *o) {
  o->kind = ax_frame_u32(&r->f);
  o->name = get_text(r);
  o->title = get_text(r);
  o->codes = get_codes(r);
  o->horizon_months = ax_frame_u32(&r->f);
  o->horizon_from = ax_frame_u32(&r->f);
  o->comparator = get_text(r);
  o->unit = get_text(r);
  o->category = get_text(r);
  o->horizon_days = ax_frame_u32(&r->f);
  o->horizon_now = ax_frame_u8(&r->f) != 0;
}

static void get_factor(reading *r, ax_model_factor *f) {
  f->basis = ax_frame_u32(&r->f);
  f->name = get_text(r);
  f->title = get_text(r);
  f->input_count = ax_frame_u32(&r->f);
  for (size_t i = 0; i < AX_COUNT(f->inputs); i++)
    f->inputs[i] = ax_frame_u32(&r->f);
}

static void get_lists(reading *r, ax_model *m) {
  ax_model_input *inputs =
      GET_LIST(r, ax_model_input, AX_MODEL_INPUTS, 88, &m->input_count);
  for (size_t i = 0; i < m->input_count; i++) get_input(r, &inputs[i]);
  m->inputs = inputs;
  ax_model_criterion *criteria = GET_LIST(
      r, ax_model_criterion, AX_FRAME_MODEL_ITEMS, 36, &m->criterion_count);
  for (size_t i = 0; i < m->criterion_count; i++)
    get_criterion(r, &criteria[i]);
  m->criteria = criteria;
  ax_model_outcome *outcomes = GET_LIST(
      r, ax_model_outcome, AX_FRAME_MODEL_ITEMS, 36, &m->outcome_count);
  for (size_t i = 0; i < m->outcome_count; i++) get_outcome(r, &outcomes[i]);
  m->outcomes = outcomes;
  ax_model_factor *factors =
      GET_LIST(r, ax_model_factor, AX_FRAME_MODEL_ITEMS, 32, &m->factor_count);
  for (size_t i = 0; i < m->factor_count; i++) get_factor(r, &factors[i]);
  m->factors = factors;
  ax_model_mitigation *texts = GET_LIST(
      r, ax_model_mitigation, AX_FRAME_MODEL_ITEMS, 8, &m->mitigation_count);
  for (size_t i = 0; i < m->mitigation_count; i++) {
    texts[i].name = get_text(r);
    texts[i].text = get_text(r);
  }
  m->mitigations = texts;
}

static void get_model(reading *r, ax_model *m) {
  m->id = get_text(r);
  m->name = get_text(r);
  m->version = get_text(r);
  m->title = get_text(r);
  m->publisher = get_text(r);
  m->population = get_text(r);
  m->source = get_text(r);
  m->limits = get_text(r);
  m->licence = get_text(r);
  m->flags = ax_frame_u32(&r->f);
  get_anchor(r, &m->anchor);
  get_lists(r, m);
  m->max_batch = ax_frame_u32(&r->f);
  m->max_results_per_row = ax_frame_u32(&r->f);
  m->max_contributions_per_row = ax_frame_u32(&r->f);
  m->max_text_per_row = ax_frame_u32(&r->f);
}

ax_status ax_frame_model_read(ax_arena *arena, ax_str payload, ax_model **out,
                              size_t *count, ax_error *err) {
  reading r = { .arena = arena, .f = ax_frame_reader(payload) };
  get_sets(&r);
  get_maps(&r);
  ax_model *models = GET_LIST(&r, ax_model, AX_FRAME_MODEL_MODELS, 100, count);
  for (size_t i = 0; i < *count && !r.f.bad && !r.nomem; i++) {
    get_model(&r, &models[i]);
    models[i].number = (uint32_t)i;
    if (r.f.bad)
      return ax_error_set(err, AX_INVALID,
                          "the declaration of model %zu is malformed: a text "
                          "that is not UTF-8 or too long, a list too long, or a "
                          "pattern that is no regular expression",
                          i);
    if (r.nomem) break;
    AX_TRY(ax_model_finish(arena, &models[i], err));
  }
  if (r.nomem) return ax_error_set(err, AX_NOMEM, "no memory for models");
  if (!ax_frame_done(&r.f) || *count == 0)
    return ax_error_set(err, AX_INVALID, "the module declares no model");
  *out = models;
  return AX_OK;
}
