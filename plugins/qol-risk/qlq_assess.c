/* From the cells of a row to the scores of an assessment. */
#include "qlq.h"

#include <math.h>
#include <string.h>

static const int64_t day_ms = 86400000;

typedef struct { /* the cells of one input in one row */
  const double *value;
  const uint8_t *state;
  const int64_t *time_ms;
  uint32_t count;
} cells;

static cells cells_at(const auspex_batch *batch, uint32_t row, uint32_t first,
                      uint32_t count) {
  size_t at = (size_t)row * QLQ_COLUMNS + first;
  return (cells){ batch->value + at, batch->state + at, batch->time_ms + at,
                  count };
}

/* Unanswered, or older than automatic scoring takes. */
static int is_empty(uint8_t state) {
  return state == AUSPEX_CELL_ABSENT || state == AUSPEX_CELL_STALE ||
         state == AUSPEX_CELL_WITHHELD;
}

static int is_there(cells c) {
  for (uint32_t i = 0; i < c.count; i++)
    if (!is_empty(c.state[i])) return 1;
  return 0;
}

static int64_t newest(cells c) {
  int64_t time = 0;
  for (uint32_t i = 0; i < c.count; i++)
    if (!is_empty(c.state[i]) && (time == 0 || c.time_ms[i] > time))
      time = c.time_ms[i];
  return time;
}

static int64_t day_of(int64_t time_ms) {
  return time_ms / day_ms - (time_ms % day_ms < 0);
}

/* The number of the first item whose answer is impossible, or 0. What the host
 * finds unfit (conflicting, partly dated ...) is the response, not an item. */
static uint32_t first_unfit(cells items) {
  for (uint32_t i = 0; i < items.count; i++) {
    double most = i < 28 ? 4 : 7;
    double x = items.value[i];
    if (is_empty(items.state[i])) continue;
    if (items.state[i] != AUSPEX_CELL_PRESENT) return QLQ_UNFIT;
    if (!(x >= 1 && x <= most) || x != floor(x)) return i + 1;
  }
  return 0;
}

static double scale_score(const qlq_scale *scale, cells items) {
  double sum = 0;
  uint32_t answered = 0;
  for (uint32_t i = 0; i < scale->item_count; i++) {
    uint32_t item = scale->items[i] - 1;
    if (items.state[item] != AUSPEX_CELL_PRESENT) continue;
    sum += items.value[item];
    answered++;
  }
  if (2 * answered < scale->item_count) return NAN;
  double above = sum / answered - 1;
  if (scale->kind == QLQ_FUNCTIONAL) return (1 - above / 3) * 100;
  return above / (scale->kind == QLQ_SYMPTOM ? 3 : 6) * 100;
}

static double summary_of(const qlq_table *table, const double *scores) {
  double sum = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++) {
    if (!table->scales[i].in_summary) continue;
    sum += table->scales[i].kind == QLQ_SYMPTOM ? 100 - scores[i] : scores[i];
    count++;
  }
  return sum / count; /* NaN when one of them is */
}

static void score_items(const qlq_table *table, cells items,
                        qlq_assessment *out) {
  out->unfit_item = first_unfit(items);
  if (out->unfit_item) return;
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++)
    out->scores[i] = scale_score(&table->scales[i], items);
}

static void take_scores(cells scores, qlq_assessment *out) {
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++) {
    double x = scores.value[i];
    if (scores.state[i] == AUSPEX_CELL_PRESENT && x >= 0 && x <= 100)
      out->scores[i] = x;
  }
}

qlq_assessment qlq_assess(const qlq_table *table, const auspex_batch *batch,
                          uint32_t row, uint32_t items_at, uint32_t scores_at,
                          uint32_t first_input) {
  cells items = cells_at(batch, row, items_at, QLQ_ITEM_COUNT);
  cells scores = cells_at(batch, row, scores_at, QLQ_SCALE_COUNT);
  qlq_assessment out;
  memset(&out, 0, sizeof out);
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++) out.scores[i] = NAN;
  int answered = is_there(items);
  int scored = is_there(scores);
  out.there = answered || scored;
  /* Answers go before ready scores of the same day: published scores have been
   * seen to be wrong. Answers of an unknown time may be newer than any. */
  int64_t time = newest(items);
  if (answered &&
      (!scored || time == 0 || day_of(time) >= day_of(newest(scores)))) {
    out.input = first_input;
    out.time_ms = time;
    score_items(table, items, &out);
  } else if (scored) {
    out.input = first_input + 1;
    out.time_ms = newest(scores);
    take_scores(scores, &out);
  }
  out.summary = summary_of(table, out.scores);
  return out;
}

double qlq_assess_difference(double a, double b) {
  return round((a - b) * 1e9) / 1e9;
}
