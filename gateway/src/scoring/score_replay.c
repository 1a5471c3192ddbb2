#include "scoring/score_replay.h"

#include <auspex_plugin.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_write.h"

enum { DIGITS = 400, PATH = 80, SAMPLES = 200000 };

typedef struct {
  ax_arena *arena;
  ax_error *err;
  char path[PATH]; /* of the object that is read */
} reading;

static ax_status wrong(const reading *r, const char *member,
                       const char *wanted) {
  return ax_error_set(r->err, AX_INVALID, "%s%s%s is not %s", r->path,
                      *member ? "." : "", member, wanted);
}

/* --- members -----------------------------------------------------------------
 */

/* strtod wants a NUL; no double needs more digits than DIGITS to be exact. */
static bool to_double(const ax_json *value, double *out) {
  char digits[DIGITS];
  ax_str text = ax_json_text(value);
  if (!ax_json_is(value, AX_JSON_NUMBER) || text.len >= sizeof digits)
    return false;
  memcpy(digits, text.ptr, text.len);
  digits[text.len] = '\0';
  *out = strtod(digits, NULL);
  return isfinite(*out);
}

static ax_status number(const reading *r, const ax_json *object,
                        const char *member, double *out) {
  const ax_json *value = ax_json_get(object, ax_str_from(member));
  *out = (double)NAN;
  if (!value || to_double(value, out)) return AX_OK;
  return wrong(r, member, "a finite number");
}

static ax_status integer(const reading *r, const ax_json *object,
                         const char *member, int64_t min, int64_t max,
                         int64_t *out) {
  const ax_json *value = ax_json_get(object, ax_str_from(member));
  if (!value) return AX_OK;
  if (ax_json_is(value, AX_JSON_NUMBER) &&
      ax_str_int64(ax_json_text(value), min, max, out))
    return AX_OK;
  return wrong(r, member, "a whole number in its range");
}

static ax_status unsigned_32(const reading *r, const ax_json *object,
                             const char *member, uint32_t *out) {
  int64_t value = *out;
  AX_TRY(integer(r, object, member, 0, UINT32_MAX, &value));
  *out = (uint32_t)value;
  return AX_OK;
}

/* -1: none of them, and then the evidence says nothing. */
static ax_status index_or_none(const reading *r, const ax_json *object,
                               const char *member, int32_t *out) {
  int64_t value = *out;
  AX_TRY(integer(r, object, member, -1, INT32_MAX, &value));
  *out = (int32_t)value;
  return AX_OK;
}

/* --- rows ------------------------------------------------------------------
 */

static ax_status slice(const reading *r, const ax_json *tree,
                       const ax_feature_row *row, ax_feature_cell *cell) {
  const ax_json *pair = AX_JSON_GET(tree, "samples");
  int64_t first = 0, count = 0;
  if (!pair) return AX_OK;
  if (ax_json_count(pair) != 2 ||
      !ax_str_int64(ax_json_text(ax_json_item(pair, 0)), 0, SAMPLES, &first) ||
      !ax_str_int64(ax_json_text(ax_json_item(pair, 1)), 0, SAMPLES, &count) ||
      (size_t)(first + count) > row->sample_count)
    return wrong(r, "samples", "[first, count] of the row's samples");
  cell->sample_first = (uint32_t)first;
  cell->sample_count = (uint32_t)count;
  return AX_OK;
}

static ax_status read_cell(const reading *r, const ax_json *tree,
                           const ax_feature_row *row, ax_feature_cell *out) {
  int64_t state = 0;
  if (!ax_json_is(tree, AX_JSON_OBJECT)) return wrong(r, "", "an object");
  AX_TRY(integer(r, tree, "state", 0, AUSPEX_CELL_UNMAPPED, &state));
  AX_TRY(number(r, tree, "value", &out->value));
  AX_TRY(number(r, tree, "low", &out->low));
  AX_TRY(number(r, tree, "high", &out->high));
  AX_TRY(integer(r, tree, "time_ms", INT64_MIN, INT64_MAX, &out->time_ms));
  int64_t source = 0;
  AX_TRY(integer(r, tree, "source", 0, AX_MODEL_SOURCES, &source));
  out->state = (uint8_t)state;
  out->source = (uint8_t)source;
  return slice(r, tree, row, out);
}

/* [time_ms, value], or [time_ms, value, low, high] with null for none. */
static bool read_sample(const ax_json *tree, int64_t *time, double *value,
                        double *low, double *high) {
  size_t count = ax_json_count(tree);
  const ax_json *bounds[] = { ax_json_item(tree, 2), ax_json_item(tree, 3) };
  double *to[] = { low, high };
  if ((count != 2 && count != 4) ||
      !ax_str_int64(ax_json_text(ax_json_item(tree, 0)), INT64_MIN, INT64_MAX,
                    time) ||
      !to_double(ax_json_item(tree, 1), value))
    return false;
  *low = *high = (double)NAN;
  for (size_t i = 0; count == 4 && i < 2; i++)
    if (!ax_json_is(bounds[i], AX_JSON_NULL) && !to_double(bounds[i], to[i]))
      return false;
  return true;
}

static ax_status read_samples(const reading *r, const ax_json *tree,
                              ax_feature_row *out) {
  const ax_json *samples = AX_JSON_GET(tree, "samples");
  size_t count = ax_json_count(samples);
  if (count > SAMPLES) return wrong(r, "samples", "a list of that many");
  double *values = AX_NEW_ARRAY(r->arena, double, count + 1);
  int64_t *times = AX_NEW_ARRAY(r->arena, int64_t, count + 1);
  double *lows = AX_NEW_ARRAY(r->arena, double, count + 1);
  double *highs = AX_NEW_ARRAY(r->arena, double, count + 1);
  if (!values || !times || !lows || !highs)
    return ax_error_set(r->err, AX_NOMEM, "no memory for samples");
  for (size_t i = 0; i < count; i++)
    if (!read_sample(ax_json_item(samples, i), &times[i], &values[i], &lows[i],
                     &highs[i]))
      return wrong(r, "samples",
                   "a list of [time_ms, value] or [time_ms, value, low, high]");
  out->sample_lows = lows;
  out->sample_highs = highs;
  out->sample_values = values;
  out->sample_times = times;
  out->sample_count = count;
  return AX_OK;
}

ax_status ax_score_replay_row(ax_arena *arena, const ax_model *model,
                              const ax_json *tree, ax_feature_row *out,
                              ax_error *err) {
  reading r = { .arena = arena, .err = err, .path = "row" };
  const ax_json *cells = AX_JSON_GET(tree, "cells");
  *out = (ax_feature_row){ .why = AX_STR("") };
  if (!ax_json_is(cells, AX_JSON_ARRAY) ||
      ax_json_count(cells) != model->column_count)
    return ax_error_set(
        err, AX_INVALID,
        "row.cells has %zu cells, model " AX_STR_FMT " has %u columns",
        ax_json_count(cells), AX_STR_ARG(model->id), model->column_count);
  AX_TRY(integer(&r, tree, "as_of_ms", INT64_MIN, INT64_MAX, &out->as_of_ms));
  AX_TRY(integer(&r, tree, "anchor_ms", INT64_MIN, INT64_MAX, &out->anchor_ms));
  AX_TRY(read_samples(&r, tree, out));
  out->cells = AX_NEW_ARRAY(arena, ax_feature_cell, model->column_count + 1);
  if (!out->cells) return ax_error_set(err, AX_NOMEM, "no memory for cells");
  for (uint32_t i = 0; i < model->column_count; i++) {
    (void)snprintf(r.path, sizeof r.path, "row.cells[%u]", i);
    AX_TRY(read_cell(&r, ax_json_item(cells, i), out, &out->cells[i]));
  }
  return AX_OK;
}

/* --- answers ---------------------------------------------------------------
 */

static ax_status read_contributions(const reading *r, const ax_json *tree,
                                    ax_result *out) {
  const ax_json *list = AX_JSON_GET(tree, "contributions");
  size_t count = ax_json_count(list);
  ax_result_contribution *items =
      AX_NEW_ARRAY(r->arena, ax_result_contribution, count + 1);
  if (!items) return ax_error_set(r->err, AX_NOMEM, "no memory for an answer");
  for (size_t i = 0; i < count; i++) {
    const ax_json *pair = ax_json_item(list, i);
    int64_t factor;
    if (ax_json_count(pair) != 2 ||
        !ax_str_int64(ax_json_text(ax_json_item(pair, 0)), 0, UINT32_MAX,
                      &factor) ||
        !to_double(ax_json_item(pair, 1), &items[i].amount))
      return wrong(r, "contributions", "a list of [factor, amount]");
    items[i].factor = (uint32_t)factor;
  }
  out->contributions = items;
  out->contribution_count = count;
  return AX_OK;
}

static ax_status read_result(const reading *r, const ax_json *tree,
                             ax_result *out) {
  *out = (ax_result){ .mitigation = -1, .input = -1 };
  if (!ax_json_is(tree, AX_JSON_OBJECT)) return wrong(r, "", "an object");
  AX_TRY(unsigned_32(r, tree, "outcome", &out->outcome));
  AX_TRY(unsigned_32(r, tree, "status", &out->status));
  AX_TRY(unsigned_32(r, tree, "level", &out->level));
  AX_TRY(number(r, tree, "probability", &out->probability));
  AX_TRY(number(r, tree, "low", &out->low));
  AX_TRY(number(r, tree, "high", &out->high));
  AX_TRY(number(r, tree, "relative_risk", &out->relative_risk));
  AX_TRY(number(r, tree, "score", &out->score));
  AX_TRY(index_or_none(r, tree, "mitigation", &out->mitigation));
  AX_TRY(index_or_none(r, tree, "input", &out->input));
  int64_t inputs = 0; /* 64 bits, perhaps with the sign */
  AX_TRY(integer(r, tree, "inputs", INT64_MIN, INT64_MAX, &inputs));
  out->inputs = (uint64_t)inputs;
  out->text = AX_JSON_STR(tree, "text");
  return read_contributions(r, tree, out);
}

ax_status ax_score_replay_output(ax_arena *arena, const ax_json *tree,
                                 ax_results *out, ax_error *err) {
  reading r = { .arena = arena, .err = err, .path = "output" };
  const ax_json *list = AX_JSON_GET(tree, "results");
  size_t count = ax_json_count(list);
  *out = (ax_results){ 0 };
  if (!ax_json_is(list, AX_JSON_ARRAY)) return wrong(&r, "results", "a list");
  ax_result *items = AX_NEW_ARRAY(arena, ax_result, count + 1);
  if (!items) return ax_error_set(err, AX_NOMEM, "no memory for an answer");
  for (size_t i = 0; i < count; i++) {
    (void)snprintf(r.path, sizeof r.path, "output.results[%zu]", i);
    AX_TRY(read_result(&r, ax_json_item(list, i), &items[i]));
  }
  *out = (ax_results){ items, count };
  return AX_OK;
}

/* --- comparing -------------------------------------------------------------
 */

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* The same bits; one NaN is as good as another, because none is written. */
static bool same_double(double a, double b) {
  return (isnan(a) && isnan(b)) || bits_of(a) == bits_of(b);
}

static bool differ(ax_error *err, const char *path, const char *member,
                   double wanted, double got) {
  char want[AX_JSON_WRITE_DOUBLE + 1] = "none",
                                   have[AX_JSON_WRITE_DOUBLE + 1] = "none";
  if (!isnan(wanted)) want[ax_json_write_shortest(wanted, want)] = '\0';
  if (!isnan(got)) have[ax_json_write_shortest(got, have)] = '\0';
  (void)ax_error_set(err, AX_INVALID, "%s.%s is %s, not %s", path, member, have,
                     want);
  return false;
}

static bool same_contributions(const ax_result *a, const ax_result *b,
                               const char *path, ax_error *err) {
  if (a->contribution_count != b->contribution_count)
    return differ(err, path, "contributions.count()",
                  (double)a->contribution_count, (double)b->contribution_count);
  for (size_t i = 0; i < a->contribution_count; i++) {
    const ax_result_contribution *x = &a->contributions[i],
                                 *y = &b->contributions[i];
    if (x->factor != y->factor)
      return differ(err, path, "contributions.factor", x->factor, y->factor);
    if (!same_double(x->amount, y->amount))
      return differ(err, path, "contributions.amount", x->amount, y->amount);
  }
  return true;
}

static bool same_result(const ax_result *a, const ax_result *b,
                        const char *path, ax_error *err) {
  const struct {
    const char *name;
    double a, b;
  } members[] = { { "outcome", a->outcome, b->outcome },
                  { "status", a->status, b->status },
                  { "level", a->level, b->level },
                  { "probability", a->probability, b->probability },
                  { "low", a->low, b->low },
                  { "high", a->high, b->high },
                  { "relative_risk", a->relative_risk, b->relative_risk },
                  { "score", a->score, b->score },
                  { "mitigation", a->mitigation, b->mitigation },
                  { "input", a->input, b->input },
                  { "inputs", (double)a->inputs, (double)b->inputs } };
  for (size_t i = 0; i < AX_COUNT(members); i++)
    if (!same_double(members[i].a, members[i].b))
      return differ(err, path, members[i].name, members[i].a, members[i].b);
  if (!ax_str_eq(a->text, b->text)) {
    (void)ax_error_set(err, AX_INVALID, "%s.text is another", path);
    return false;
  }
  return same_contributions(a, b, path, err);
}

bool ax_score_replay_same(const ax_results *wanted, const ax_results *got,
                          ax_error *err) {
  if (wanted->count != got->count)
    return differ(err, "output", "results.count()", (double)wanted->count,
                  (double)got->count);
  for (size_t i = 0; i < wanted->count; i++) {
    char path[PATH];
    (void)snprintf(path, sizeof path, "results[%zu]", i);
    if (!same_result(&wanted->items[i], &got->items[i], path, err))
      return false;
  }
  return true;
}
