/* Writes what a QLQ-C30 assessment gives. */
#include "qlq.h"

#include <math.h>

#include "auspex_write.h"

typedef struct {
  auspex_writer *w;
  const qlq_table *table;
  uint32_t row;
  qlq_assessment now, before;
} assessed;

static void write_measurement(const assessed *a, uint32_t outcome,
                              double score) {
  if (isnan(score)) return;
  auspex_result *result = auspex_write_result(a->w, a->row, outcome);
  result->score = score;
  result->input = (int32_t)a->now.input;
  result->inputs = 1u << a->now.input;
  auspex_write_done(a->w);
}

static void write_measurements(const assessed *a) {
  /* Ready scores are measurements already. */
  for (uint32_t i = 0; a->now.input == QLQ_ITEMS && i < QLQ_SCALE_COUNT; i++)
    write_measurement(a, i, a->now.scores[i]);
  write_measurement(a, QLQ_OUTCOME_SUMMARY, a->now.summary);
}

static const char *direction(const assessed *a, uint32_t scale) {
  return a->table->scales[scale].kind == QLQ_SYMPTOM ? "higher is worse"
                                                     : "higher is better";
}

/* The sides of "below 75", "39 or more". */
static const char *before_bound(qlq_relation relation) {
  return relation == QLQ_BELOW   ? "below "
         : relation == QLQ_ABOVE ? "above "
                                 : "";
}
static const char *behind_bound(qlq_relation relation) {
  return relation == QLQ_UPTO      ? " or less"
         : relation == QLQ_ATLEAST ? " or more"
                                   : "";
}

static void write_important(const assessed *a, uint32_t outcome,
                            uint32_t scale) {
  qlq_limit limit = a->table->scales[scale].important;
  double score = a->now.scores[scale];
  if (isnan(score) || !qlq_table_within(limit, score)) return;
  auspex_result *result = auspex_write_result(a->w, a->row, outcome);
  result->level = AUSPEX_LEVEL_HIGH;
  result->score = score;
  result->mitigation = 0;
  result->inputs = 1u << a->now.input;
  auspex_write_contribution(a->w, QLQ_FACTOR_SCORE, score);
  auspex_write_text(
      a->w,
      "QLQ-C30 %s %.1f of 100 (%s); clinically important is %s%g%s. "
      "A present state, not a forecast; no probability is given.",
      qlq_model_titles[scale], score, direction(a, scale),
      before_bound(limit.relation), limit.bound, behind_bound(limit.relation));
  auspex_write_done(a->w);
}

static void write_worse(const assessed *a, uint32_t scale) {
  double now = a->now.scores[scale], before = a->before.scores[scale];
  if (isnan(now) || isnan(before)) return;
  double change = qlq_assess_difference(now, before);
  int symptom = a->table->scales[scale].kind == QLQ_SYMPTOM;
  double worse = symptom ? change : -change;
  if (!qlq_table_within(a->table->worse_moderate, worse)) return;
  int high = qlq_table_within(a->table->worse_high, worse);
  auspex_result *result =
      auspex_write_result(a->w, a->row, QLQ_OUTCOME_WORSE + scale);
  result->level = high ? AUSPEX_LEVEL_HIGH : AUSPEX_LEVEL_MODERATE;
  result->score = now;
  result->mitigation = 0;
  result->inputs = 1u << a->now.input | 1u << a->before.input;
  auspex_write_contribution(a->w, QLQ_FACTOR_SCORE, now);
  auspex_write_contribution(a->w, QLQ_FACTOR_CHANGE, change);
  auspex_write_text(
      a->w,
      "QLQ-C30 %s %.1f after %.1f, %.0f days before (%s): %+.1f points, %s "
      "change for the worse. A present state, not a forecast; no probability "
      "is given.",
      qlq_model_titles[scale], now, before,
      (double)(a->now.time_ms - a->before.time_ms) / 86400000.0,
      direction(a, scale), change, qlq_table_word(a->table, worse));
  auspex_write_done(a->w);
}

static void write_refused(const assessed *a) {
  auspex_result *result = auspex_write_result(a->w, a->row, 0);
  result->status = AUSPEX_ROW_MISSING_INPUT;
  result->input = a->now.there ? (int32_t)a->now.input : QLQ_ITEMS;
  if (a->now.unfit_item == QLQ_UNFIT)
    auspex_write_text(a->w, "%s",
                      "The newest response cannot be used: an answer is "
                      "impossible or contradicts another, or it is not known "
                      "which response is the newest.");
  else if (a->now.unfit_item)
    auspex_write_text(a->w,
                      "The answer to item %u is not a whole number from 1 to "
                      "%u, so the response is not scored.",
                      a->now.unfit_item, a->now.unfit_item < 29 ? 4u : 7u);
  else
    auspex_write_text(a->w, "%s",
                      a->now.there ? "Too few answers for any scale."
                                   : "There is no response and no score.");
  auspex_write_done(a->w);
}

static int has_scores(const qlq_assessment *assessment) {
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++)
    if (!isnan(assessment->scores[i])) return 1;
  return 0;
}

void qlq_score(auspex_writer *w, const void *table, const auspex_batch *batch,
               uint32_t row) {
  assessed a = { w, table, row,
                 qlq_assess(table, batch, row, QLQ_AT_ITEMS, QLQ_AT_SCORES,
                            QLQ_ITEMS),
                 qlq_assess(table, batch, row, QLQ_AT_PREVIOUS_ITEMS,
                            QLQ_AT_PREVIOUS_SCORES, QLQ_PREVIOUS_ITEMS) };
  if (!has_scores(&a.now)) {
    write_refused(&a);
    return;
  }
  write_measurements(&a);
  write_important(&a, QLQ_OUTCOME_FATIGUE, QLQ_FA);
  write_important(&a, QLQ_OUTCOME_COGNITION, QLQ_CF);
  write_important(&a, QLQ_OUTCOME_INSOMNIA, QLQ_SL);
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++) write_worse(&a, i);
}
