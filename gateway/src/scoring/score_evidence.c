#include "scoring/score_evidence.h"

#include <math.h>
#include <stdio.h>

#include "scoring/frame_batch.h"
#include "json/json_write.h"

enum { MOST = 8 << 20 };

/* The sign of a zero is a bit, too. */
static void exact(ax_json_writer *w, double value) {
  if (value == 0 && signbit(value))
    ax_json_write_number(w, AX_STR("-0.0"));
  else
    ax_json_write_double(w, value);
}

static void bound(ax_json_writer *w, double value) {
  if (isnan(value))
    ax_json_write_null(w);
  else
    exact(w, value);
}

static void number(ax_json_writer *w, ax_str key, double value) {
  if (isnan(value)) return;
  ax_json_write_key(w, key);
  exact(w, value);
}

static void integer(ax_json_writer *w, ax_str key, int64_t value) {
  ax_json_write_key(w, key);
  ax_json_write_int(w, value);
}

/* What was built, moved into the arena. */
static ax_status keep(ax_arena *arena, ax_json_writer *w, ax_buf *body,
                      ax_str *out) {
  ax_status status = ax_json_write_end(w);
  ax_str text = ax_buf_view(body);
  char *copy = status ? NULL : ax_arena_cstr(arena, text);
  if (!status && !copy) status = AX_NOMEM;
  if (!status) *out = (ax_str){ copy, text.len };
  ax_buf_free(body);
  return status;
}

static void write_cell(ax_json_writer *w, const ax_feature_cell *cell) {
  ax_json_write_object(w);
  integer(w, AX_STR("state"), cell->state);
  if (cell->source) integer(w, AX_STR("source"), cell->source);
  number(w, AX_STR("value"), cell->value);
  if (cell->time_ms) integer(w, AX_STR("time_ms"), cell->time_ms);
  number(w, AX_STR("low"), cell->low);
  number(w, AX_STR("high"), cell->high);
  if (cell->sample_count) {
    ax_json_write_key(w, AX_STR("samples"));
    ax_json_write_array(w);
    ax_json_write_int(w, cell->sample_first);
    ax_json_write_int(w, cell->sample_count);
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

static void write_samples(ax_json_writer *w, const ax_feature_row *row) {
  if (!row->sample_count) return;
  ax_json_write_key(w, AX_STR("samples"));
  ax_json_write_array(w);
  for (size_t i = 0; i < row->sample_count; i++) {
    ax_json_write_array(w);
    ax_json_write_int(w, row->sample_times[i]);
    exact(w, row->sample_values[i]);
    if (!isnan(row->sample_lows[i]) || !isnan(row->sample_highs[i])) {
      bound(w, row->sample_lows[i]);
      bound(w, row->sample_highs[i]);
    }
    ax_json_write_close(w);
  }
  ax_json_write_close(w);
}

ax_status ax_score_evidence_row(ax_arena *arena, const ax_model *model,
                                const ax_feature_row *row, ax_str *out) {
  char seed[24];
  int len = snprintf(seed, sizeof seed, "%016llx",
                     (unsigned long long)ax_frame_batch_seed(model, row));
  ax_buf body = AX_BUF_INIT(MOST);
  ax_json_writer w = ax_json_write_begin(&body);
  ax_json_write_object(&w);
  integer(&w, AX_STR("as_of_ms"), row->as_of_ms);
  integer(&w, AX_STR("anchor_ms"), row->anchor_ms);
  ax_json_write_member(&w, AX_STR("seed"), (ax_str){ seed, (size_t)len });
  ax_json_write_key(&w, AX_STR("cells"));
  ax_json_write_array(&w);
  for (uint32_t c = 0; c < model->column_count; c++)
    write_cell(&w, &row->cells[c]);
  ax_json_write_close(&w);
  write_samples(&w, row);
  ax_json_write_close(&w);
  return keep(arena, &w, &body, out);
}

static void write_result(ax_json_writer *w, const ax_result *r) {
  ax_json_write_object(w);
  integer(w, AX_STR("outcome"), r->outcome);
  integer(w, AX_STR("status"), r->status);
  integer(w, AX_STR("level"), r->level);
  number(w, AX_STR("probability"), r->probability);
  number(w, AX_STR("low"), r->low);
  number(w, AX_STR("high"), r->high);
  number(w, AX_STR("relative_risk"), r->relative_risk);
  number(w, AX_STR("score"), r->score);
  if (r->contribution_count) {
    ax_json_write_key(w, AX_STR("contributions"));
    ax_json_write_array(w);
    for (size_t i = 0; i < r->contribution_count; i++) {
      ax_json_write_array(w);
      ax_json_write_int(w, r->contributions[i].factor);
      exact(w, r->contributions[i].amount);
      ax_json_write_close(w);
    }
    ax_json_write_close(w);
  }
  ax_json_write_member(w, AX_STR("text"), r->text);
  if (r->mitigation >= 0) integer(w, AX_STR("mitigation"), r->mitigation);
  if (r->input >= 0) integer(w, AX_STR("input"), r->input);
  if (r->inputs) integer(w, AX_STR("inputs"), (int64_t)r->inputs);
  ax_json_write_close(w);
}

ax_status ax_score_evidence_output(ax_arena *arena, const ax_results *results,
                                   ax_str *out) {
  ax_buf body = AX_BUF_INIT(MOST);
  ax_json_writer w = ax_json_write_begin(&body);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("results"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < results->count; i++)
    write_result(&w, &results->items[i]);
  ax_json_write_close(&w);
  ax_json_write_close(&w);
  return keep(arena, &w, &body, out);
}

ax_status ax_score_evidence_failure(ax_arena *arena, ax_str why, ax_str *out) {
  ax_buf body = AX_BUF_INIT(MOST);
  ax_json_writer w = ax_json_write_begin(&body);
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("failed"), why);
  ax_json_write_close(&w);
  return keep(arena, &w, &body, out);
}
