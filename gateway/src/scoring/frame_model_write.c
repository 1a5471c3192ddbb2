/* The worker's half of frame_model.h. */
#include <stdlib.h>
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

/* Sets and maps are shared by pointer: each is written once, and named by its
 * number + 1 (0: none). */
typedef struct {
  const void *items[AX_FRAME_MODEL_SHARED];
  uint32_t count;
} shared;

typedef struct {
  ax_buf *out;
  shared sets, maps;
} writing;

static uint32_t number_of(shared *all, const void *one) {
  if (!one) return 0;
  for (uint32_t i = 0; i < all->count; i++)
    if (all->items[i] == one) return i + 1;
  if (all->count == AX_FRAME_MODEL_SHARED) return UINT32_MAX; /* is refused */
  all->items[all->count++] = one;
  return all->count;
}

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
  }
}

static void put_set(ax_buf *out, const auspex_set *from) {
  auspex_set set;
  prefix(&set, sizeof set, from, from->size);
  put_text(out, set.name);
  put_text(out, set.value_set);
  put_codes(out, set.codes, set.code_count, set.code_stride);
}

static void put_map(ax_buf *out, const auspex_map *from) {
  auspex_map map;
  prefix(&map, sizeof map, from, from->size);
  put_text(out, map.name);
  ax_frame_put_u8(out, map.has_otherwise != 0);
  ax_frame_put_f64(out, map.otherwise);
  ax_frame_put_u32(out, map.fold);
  uint32_t count = map.rows ? map.row_count : 0;
  ax_frame_put_u32(out, count);
  for (uint32_t i = 0; i < count && !out->status; i++) {
    auspex_map_row row;
    prefix(&row, sizeof row, element(map.rows, map.row_stride, sizeof row, i),
           map.row_stride ? map.row_stride : sizeof row);
    ax_frame_put_u32(out, row.kind);
    ax_frame_put_u32(out, row.match);
    put_text(out, row.system);
    put_text(out, row.code);
    ax_frame_put_f64(out, row.from);
    ax_frame_put_f64(out, row.to);
    ax_frame_put_f64(out, row.value);
  }
}

/* A count and the elements of one of the arrays of a struct. */
#define PUT_LIST(w, owner, list, one, type)                         \
  do {                                                              \
    uint32_t count_ = (owner)->list ? (owner)->one##_count : 0;     \
    ax_frame_put_u32((w)->out, count_);                             \
    for (uint32_t i_ = 0; i_ < count_ && !(w)->out->status; i_++) { \
      type item_;                                                   \
      SIZED(&item_, (owner)->list, (owner)->one##_stride, i_);      \
      put_##one((w), &item_);                                       \
    }                                                               \
  } while (0)

static void put_filters(writing *w, const auspex_source *s) {
  uint32_t count = s->filters ? s->filter_count : 0;
  ax_frame_put_u32(w->out, count);
  for (uint32_t i = 0; i < count && !w->out->status; i++) {
    auspex_filter filter;
    prefix(&filter, sizeof filter,
           element(s->filters, s->filter_stride, sizeof filter, i),
           s->filter_stride ? s->filter_stride : sizeof filter);
    ax_frame_put_u32(w->out, filter.where);
    ax_frame_put_u32(w->out, filter.group);
    ax_frame_put_u32(w->out, number_of(&w->sets, filter.codes));
    ax_frame_put_u32(w->out, number_of(&w->sets, filter.values));
  }
}

static void put_source(writing *w, const auspex_source *s) {
  ax_frame_put_u32(w->out, s->from);
  ax_frame_put_u32(w->out, s->take);
  ax_frame_put_u32(w->out, s->pick);
  ax_frame_put_u32(w->out, s->flags);
  ax_frame_put_u32(w->out, s->comparator);
  ax_frame_put_u32(w->out, number_of(&w->sets, s->codes));
  ax_frame_put_u32(w->out, number_of(&w->sets, s->within));
  ax_frame_put_u32(w->out, number_of(&w->maps, s->map));
  put_filters(w, s);
  put_text(w->out, s->unit);
  ax_frame_put_f64(w->out, s->molar_mass);
  ax_frame_put_f64(w->out, s->valid_min);
  ax_frame_put_f64(w->out, s->valid_max);
  ax_frame_put_f64(w->out, s->comparator_limit);
  ax_frame_put_i32(w->out, s->window_from_days);
  ax_frame_put_i32(w->out, s->window_to_days);
  put_text(w->out, s->instrument);
  put_text(w->out, s->items);
  ax_frame_put_u32(w->out, s->first_item);
  ax_frame_put_u32(w->out, s->last_item);
  put_text(w->out, s->path);
}

static void put_anchor(writing *w, const auspex_anchor *from) {
  auspex_anchor anchor;
  prefix(&anchor, sizeof anchor, from, from ? from->size : 0);
  put_text(w->out, anchor.name);
  put_text(w->out, anchor.title);
  ax_frame_put_u32(w->out, anchor.future_days);
  ax_frame_put_u32(w->out, anchor.freshness_days);
  PUT_LIST(w, &anchor, sources, source, auspex_source);
}

static void put_criterion(writing *w, const auspex_criterion *c) {
  ax_frame_put_u32(w->out, c->kind);
  ax_frame_put_u32(w->out, c->input);
  ax_frame_put_u32(w->out, c->group);
  ax_frame_put_u32(w->out, c->max_age_days);
  ax_frame_put_f64(w->out, c->min);
  ax_frame_put_f64(w->out, c->max);
  put_text(w->out, c->reason);
  PUT_LIST(w, c, sources, source, auspex_source);
}

static void put_input(writing *w, const auspex_input *in) {
  ax_frame_put_u32(w->out, in->missing);
  put_text(w->out, in->name);
  put_text(w->out, in->title);
  PUT_LIST(w, in, sources, source, auspex_source);
  ax_frame_put_u32(w->out, in->flags);
  ax_frame_put_u32(w->out, in->relative_to);
  ax_frame_put_u64(w->out, in->relative_inputs);
  ax_frame_put_i32(w->out, in->window_from_days);
  ax_frame_put_i32(w->out, in->window_to_days);
  ax_frame_put_i32(w->out, in->pick_days);
  ax_frame_put_u32(w->out, in->freshness_days);
  ax_frame_put_f64(w->out, in->fallback);
  ax_frame_put_f64(w->out, in->train_mean);
  ax_frame_put_f64(w->out, in->train_sd);
  ax_frame_put_u32(w->out, in->tied);
  ax_frame_put_u32(w->out, in->tied_to);
}

static void put_outcome(writing *w, const auspex_outcome *o) {
  ax_buf *out = w->out;
  ax_frame_put_u32(out, o->kind);
  put_text(out, o->name);
  put_text(out, o->title);
  put_codes(out, o->codes, o->code_count, o->code_stride);
  ax_frame_put_u32(out, o->horizon_months);
  ax_frame_put_u32(out, o->horizon_from);
  put_text(out, o->comparator);
  put_text(out, o->unit);
  put_text(out, o->category);
  ax_frame_put_u32(out, o->horizon_days);
  ax_frame_put_u8(out, o->horizon_now != 0);
}

static void put_factor(writing *w, const auspex_factor *f) {
  ax_buf *out = w->out;
  ax_frame_put_u32(out, f->basis);
  put_text(out, f->name);
  put_text(out, f->title);
  ax_frame_put_u32(out, f->input_count);
  for (size_t i = 0; i < sizeof f->inputs / sizeof f->inputs[0]; i++)
    ax_frame_put_u32(out, f->inputs[i]);
}

static void put_mitigation(writing *w, const auspex_mitigation *m) {
  put_text(w->out, m->name);
  put_text(w->out, m->text);
}

static void put_model(writing *w, const auspex_model *m) {
  ax_buf *out = w->out;
  put_text(out, m->id);
  put_text(out, m->name);
  put_text(out, m->version);
  put_text(out, m->title);
  put_text(out, m->publisher);
  put_text(out, m->population);
  put_text(out, m->source);
  put_text(out, m->limits);
  put_text(out, m->licence);
  ax_frame_put_u32(out, m->flags);
  put_anchor(w, m->anchor);
  PUT_LIST(w, m, inputs, input, auspex_input);
  PUT_LIST(w, m, criteria, criterion, auspex_criterion);
  PUT_LIST(w, m, outcomes, outcome, auspex_outcome);
  PUT_LIST(w, m, factors, factor, auspex_factor);
  PUT_LIST(w, m, mitigations, mitigation, auspex_mitigation);
  ax_frame_put_u32(out, m->max_batch);
  ax_frame_put_u32(out, m->max_results_per_row);
  ax_frame_put_u32(out, m->max_contributions_per_row);
  ax_frame_put_u32(out, m->max_text_per_row);
}

/* The models come last: what they share is only known behind them. */
void ax_frame_model_write(ax_buf *out, const auspex_module *module) {
  static const size_t ceiling = (size_t)64 << 20;
  uint32_t count = module->models ? module->model_count : 0;
  ax_buf models = AX_BUF_INIT(ceiling);
  writing *w = calloc(1, sizeof *w);
  if (!w) {
    out->status = AX_NOMEM;
    return;
  }
  w->out = &models;
  ax_frame_put_u32(&models, count);
  for (uint32_t i = 0; i < count && !models.status; i++) {
    auspex_model model;
    prefix(&model, sizeof model, module->models[i],
           module->models[i] ? module->models[i]->size : 0);
    put_model(w, &model);
  }
  ax_frame_put_u32(out, w->sets.count);
  for (uint32_t i = 0; i < w->sets.count; i++) put_set(out, w->sets.items[i]);
  ax_frame_put_u32(out, w->maps.count);
  for (uint32_t i = 0; i < w->maps.count; i++) put_map(out, w->maps.items[i]);
  if (models.status) out->status = models.status;
  ax_buf_append(out, ax_buf_view(&models));
  ax_buf_free(&models);
  free(w);
}
