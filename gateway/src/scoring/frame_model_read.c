/* The host's half of frame_model.h. */
#include <string.h>

#include "scoring/frame_model.h"

typedef struct {
  ax_arena *arena;
  ax_frame f;
  bool nomem;
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
      GET_LIST(r, ax_model_code, AX_FRAME_MODEL_ITEMS, 20, &codes.count);
  for (size_t i = 0; i < codes.count && !r->f.bad; i++) {
    items[i].system = get_text(r);
    items[i].code = get_text(r);
    items[i].display = get_text(r);
    items[i].match = ax_frame_u32(&r->f);
    items[i].rank = ax_frame_u32(&r->f);
  }
  codes.items = items;
  return codes;
}

static void get_input(reading *r, ax_model_input *in) {
  in->source = ax_frame_u32(&r->f);
  in->pick = ax_frame_u32(&r->f);
  in->missing = ax_frame_u32(&r->f);
  in->name = get_text(r);
  in->title = get_text(r);
  in->codes = get_codes(r);
  in->instrument = get_text(r);
  in->first_item = ax_frame_u32(&r->f);
  in->last_item = ax_frame_u32(&r->f);
  in->unit = get_text(r);
  in->molar_mass = ax_frame_f64(&r->f);
  in->relative_to = ax_frame_u32(&r->f);
  in->relative_inputs = ax_frame_u32(&r->f);
  in->window_from_days = ax_frame_i32(&r->f);
  in->window_to_days = ax_frame_i32(&r->f);
  in->pick_days = ax_frame_i32(&r->f);
  in->freshness_days = ax_frame_u32(&r->f);
  in->valid_min = ax_frame_f64(&r->f);
  in->valid_max = ax_frame_f64(&r->f);
  in->fallback = ax_frame_f64(&r->f);
  in->train_mean = ax_frame_f64(&r->f);
  in->train_sd = ax_frame_f64(&r->f);
  in->wants_reference_range = ax_frame_u8(&r->f) != 0;
}

static void get_criterion(reading *r, ax_model_criterion *c) {
  c->kind = ax_frame_u32(&r->f);
  c->input = ax_frame_u32(&r->f);
  c->group = ax_frame_u32(&r->f);
  c->codes = get_codes(r);
  c->min = ax_frame_f64(&r->f);
  c->max = ax_frame_f64(&r->f);
  c->reason = get_text(r);
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
      GET_LIST(r, ax_model_input, AX_FRAME_MODEL_INPUTS, 100, &m->input_count);
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
  m->anchor_kind = ax_frame_u32(&r->f);
  m->anchor_name = get_text(r);
  m->anchor_codes = get_codes(r);
  get_lists(r, m);
  m->max_batch = ax_frame_u32(&r->f);
  m->max_results_per_row = ax_frame_u32(&r->f);
  m->max_contributions_per_row = ax_frame_u32(&r->f);
  m->max_text_per_row = ax_frame_u32(&r->f);
}

ax_status ax_frame_model_read(ax_arena *arena, ax_str payload, ax_model **out,
                              size_t *count, ax_error *err) {
  reading r = { .arena = arena, .f = ax_frame_reader(payload) };
  ax_model *models = GET_LIST(&r, ax_model, AX_FRAME_MODEL_MODELS, 100, count);
  for (size_t i = 0; i < *count && !r.f.bad && !r.nomem; i++) {
    get_model(&r, &models[i]);
    models[i].number = (uint32_t)i;
    if (r.f.bad)
      return ax_error_set(err, AX_INVALID,
                          "the declaration of model %zu is malformed: a text "
                          "that is not UTF-8 or too long, or a list too long",
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
