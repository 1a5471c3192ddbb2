/* The worker's half of frame_batch.h. */
#include <string.h>

#include "scoring/frame_batch.h"

typedef struct {
  ax_arena *arena;
  ax_frame f;
  bool nomem;
} reading;

/* An aligned copy of the next `count` things. */
static void *get_array(reading *r, size_t count, size_t size, size_t align) {
  const unsigned char *from = ax_frame_bytes(&r->f, count, size);
  if (!from) return NULL;
  void *to = ax_arena_alloc(r->arena, count ? count : 1, size, align);
  if (!to) return r->nomem = true, NULL;
  if (count) memcpy(to, from, count * size);
  return to;
}

#define GET_ARRAY(r, type, count) \
  ((type *)get_array((r), (count), sizeof(type), alignof(type)))

static bool series_ok(const auspex_batch *b) {
  size_t cells = (size_t)b->row_count * b->column_count;
  for (size_t i = 0; b->series && i < cells; i++)
    if (b->series[i].count > b->sample_count ||
        b->series[i].first > b->sample_count - b->series[i].count)
      return false;
  return true;
}

static bool get_output(reading *r, ax_frame_batch *out) {
  auspex_output *o = &out->output;
  o->size = sizeof *o;
  o->result_stride = sizeof(auspex_result);
  o->contribution_stride = sizeof(auspex_contribution);
  o->result_capacity = ax_frame_u32(&r->f);
  o->contribution_capacity = ax_frame_u32(&r->f);
  o->text_capacity = ax_frame_u32(&r->f);
  o->results = AX_NEW_ARRAY(r->arena, auspex_result, o->result_capacity);
  o->contributions =
      AX_NEW_ARRAY(r->arena, auspex_contribution, o->contribution_capacity);
  o->text = AX_NEW_ARRAY(r->arena, char, o->text_capacity + (size_t)1);
  return o->results && o->text &&
         (o->contributions || !o->contribution_capacity);
}

bool ax_frame_batch_read(ax_arena *arena, ax_str payload, ax_frame_batch *out) {
  reading r = { .arena = arena, .f = ax_frame_reader(payload) };
  *out = (ax_frame_batch){ .model = ax_frame_u32(&r.f) };
  auspex_batch *b = &out->batch;
  b->size = sizeof *b;
  b->row_count = ax_frame_u32(&r.f);
  b->column_count = ax_frame_u32(&r.f);
  b->sample_count = ax_frame_u32(&r.f);
  bool series = ax_frame_u32(&r.f) != 0;
  if (b->row_count > AX_MODEL_BATCH || b->column_count > AX_MODEL_COLUMNS ||
      b->sample_count > AX_FRAME_BATCH_SAMPLES || !get_output(&r, out))
    return false;
  size_t cells = (size_t)b->row_count * b->column_count;
  b->as_of_ms = GET_ARRAY(&r, int64_t, b->row_count);
  b->anchor_ms = GET_ARRAY(&r, int64_t, b->row_count);
  b->seed = GET_ARRAY(&r, uint64_t, b->row_count);
  b->value = GET_ARRAY(&r, double, cells);
  b->time_ms = GET_ARRAY(&r, int64_t, cells);
  b->low = GET_ARRAY(&r, double, cells);
  b->high = GET_ARRAY(&r, double, cells);
  b->state = GET_ARRAY(&r, uint8_t, cells);
  b->source = GET_ARRAY(&r, uint8_t, cells);
  if (series) b->series = GET_ARRAY(&r, auspex_slice, cells);
  b->sample_value = GET_ARRAY(&r, double, b->sample_count);
  b->sample_ms = GET_ARRAY(&r, int64_t, b->sample_count);
  b->sample_low = GET_ARRAY(&r, double, b->sample_count);
  b->sample_high = GET_ARRAY(&r, double, b->sample_count);
  return !r.nomem && ax_frame_done(&r.f) && series_ok(b);
}

bool ax_frame_batch_answer(ax_buf *out, const auspex_output *o) {
  if (o->result_count > o->result_capacity ||
      o->contribution_count > o->contribution_capacity ||
      o->text_count > o->text_capacity)
    return false;
  ax_frame_put_u32(out, o->result_count);
  ax_frame_put_u32(out, o->contribution_count);
  ax_frame_put_u32(out, o->text_count);
  ax_frame_put_bytes(out, o->results, o->result_count * sizeof *o->results);
  ax_frame_put_bytes(out, o->contributions,
                     o->contribution_count * sizeof *o->contributions);
  ax_frame_put_bytes(out, o->text, o->text_count);
  return true;
}
