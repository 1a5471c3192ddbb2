/* The worker's half of frame_model.h. */
#include <string.h>

#include "scoring/frame_model.h"

/* Copies what both sides know of a struct; the rest of `to` is zero. */
static void prefix(void *to, size_t size, const void *from, size_t has) {
  memset(to, 0, size);
  if (from) memcpy(to, from, has < size ? has : size);
}

/* Element `i` of an array whose elements are `stride` apart. */
static const void *element(const void *array, uint32_t stride, size_t size,
                           uint32_t i) {
  return (const char *)array + (size_t)i * (stride ? stride : size);
}

/* A struct that begins with its size, from an array. */
#define SIZED(to, array, stride, i)                                    \
  do {                                                                 \
    const void *from_ = element((array), (stride), sizeof *(to), (i)); \
    uint32_t has_;                                                     \
    memcpy(&has_, from_, sizeof has_);                                 \
    if ((stride) && has_ > (stride)) has_ = (stride);                  \
    prefix((to), sizeof *(to), from_, has_);                           \
  } while (0)

static void put_text(ax_buf *out, const char *text) {
  size_t len = text ? strnlen(text, AX_FRAME_MODEL_TEXT + 1) : 0;
  ax_frame_put_str(out, (ax_str){ text, len });
}

static void put_codes(ax_buf *out, const auspex_code *codes, uint32_t count,
                      uint32_t stride) {
  if (!codes) count = 0;
  ax_frame_put_u32(out, count);
  for (uint32_t i = 0; i < count && !out->status; i++) {
    auspex_code code;
    prefix(&code, sizeof code, element(codes, stride, sizeof code, i),
           stride ? stride : sizeof code);
    put_text(out, code.system);
    put_text(out, code.code);
    put_text(out, code.display);
    ax_frame_put_u32(out, code.match);
    ax_frame_put_u32(out, code.rank);
  }
}

static void put_anchor(ax_buf *out, const auspex_anchor *from) {
  auspex_anchor anchor;
  prefix(&anchor, sizeof anchor, from, from->size);
  ax_frame_put_u32(out, anchor.kind);
  put_text(out, anchor.name);
  put_codes(out, anchor.codes, anchor.code_count, anchor.code_stride);
}

static void put_criterion(ax_buf *out, const auspex_criterion *c) {
  ax_frame_put_u32(out, c->kind);
  ax_frame_put_u32(out, c->input);
  ax_frame_put_u32(out, c->group);
  put_codes(out, c->codes, c->code_count, c->code_stride);
  ax_frame_put_f64(out, c->min);
  ax_frame_put_f64(out, c->max);
  put_text(out, c->reason);
}

static void put_input(ax_buf *out, const auspex_input *in) {
  ax_frame_put_u32(out, in->source);
  ax_frame_put_u32(out, in->pick);
  ax_frame_put_u32(out, in->missing);
  put_text(out, in->name);
  put_text(out, in->title);
  put_codes(out, in->codes, in->code_count, in->code_stride);
  put_text(out, in->instrument);
  ax_frame_put_u32(out, in->first_item);
  ax_frame_put_u32(out, in->last_item);
  put_text(out, in->unit);
  ax_frame_put_f64(out, in->molar_mass);
  ax_frame_put_u32(out, in->relative_to);
  ax_frame_put_u32(out, in->relative_inputs);
  ax_frame_put_i32(out, in->window_from_days);
  ax_frame_put_i32(out, in->window_to_days);
  ax_frame_put_i32(out, in->pick_days);
  ax_frame_put_u32(out, in->freshness_days);
  ax_frame_put_f64(out, in->valid_min);
  ax_frame_put_f64(out, in->valid_max);
  ax_frame_put_f64(out, in->fallback);
  ax_frame_put_f64(out, in->train_mean);
  ax_frame_put_f64(out, in->train_sd);
  ax_frame_put_u8(out, in->wants_reference_range != 0);
}

static void put_outcome(ax_buf *out, const auspex_outcome *o) {
  ax_frame_put_u32(out, o->kind);
  put_text(out, o->name);
  put_text(out, o->title);
  put_codes(out, o->codes, o->code_count, o->code_stride);
  ax_frame_put_u32(out, o->horizon_months);
  ax_frame_put_u32(out, o->horizon_from);
  put_text(out, o->comparator);
  put_text(out, o->unit);
  put_text(out, o->category);
}

static void put_factor(ax_buf *out, const auspex_factor *f) {
  ax_frame_put_u32(out, f->basis);
  put_text(out, f->name);
  put_text(out, f->title);
  ax_frame_put_u32(out, f->input_count);
  for (size_t i = 0; i < sizeof f->inputs / sizeof f->inputs[0]; i++)
    ax_frame_put_u32(out, f->inputs[i]);
}

static void put_mitigation(ax_buf *out, const auspex_mitigation *m) {
  put_text(out, m->name);
  put_text(out, m->text);
}

/* A count and the elements of one of the model's arrays. */
#define PUT_LIST(out, model, list, one, type)                    \
  do {                                                           \
    uint32_t count_ = (model)->list ? (model)->one##_count : 0;  \
    ax_frame_put_u32((out), count_);                             \
    for (uint32_t i_ = 0; i_ < count_ && !(out)->status; i_++) { \
      type item_;                                                \
      SIZED(&item_, (model)->list, (model)->one##_stride, i_);   \
      put_##one((out), &item_);                                  \
    }                                                            \
  } while (0)

static void put_model(ax_buf *out, const auspex_model *m) {
  put_text(out, m->id);
  put_text(out, m->name);
  put_text(out, m->version);
  put_text(out, m->title);
  put_text(out, m->publisher);
  put_text(out, m->population);
  put_text(out, m->source);
  put_text(out, m->limits);
  put_text(out, m->licence);
  put_anchor(out, &m->anchor);
  PUT_LIST(out, m, inputs, input, auspex_input);
  PUT_LIST(out, m, criteria, criterion, auspex_criterion);
  PUT_LIST(out, m, outcomes, outcome, auspex_outcome);
  PUT_LIST(out, m, factors, factor, auspex_factor);
  PUT_LIST(out, m, mitigations, mitigation, auspex_mitigation);
  ax_frame_put_u32(out, m->max_batch);
  ax_frame_put_u32(out, m->max_results_per_row);
  ax_frame_put_u32(out, m->max_contributions_per_row);
  ax_frame_put_u32(out, m->max_text_per_row);
}

void ax_frame_model_write(ax_buf *out, const auspex_module *module) {
  uint32_t count = module->models ? module->model_count : 0;
  ax_frame_put_u32(out, count);
  for (uint32_t i = 0; i < count && !out->status; i++) {
    auspex_model model;
    prefix(&model, sizeof model, module->models[i],
           module->models[i] ? module->models[i]->size : 0);
    put_model(out, &model);
  }
}
