/* QLQ-C30 as the host sees it. The module is compiled in. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auspex_serve.h"

#include "../qlq.h"

#define FOLDER "plugins/qol-risk/data"
#define DAY INT64_C(86400000)

static const int64_t noon = 20000 * DAY + DAY / 2;

static ax_plugin *open_module(void) {
  return ax_plugin_open(auspex_module_open, FOLDER, "qlq-c30");
}

/* 0: not answered. */
static void answer_row(ax_plugin *p, uint32_t row, uint32_t at,
                       const int *items, int64_t time_ms) {
  for (uint32_t i = 0; i < 30; i++)
    if (items[i]) ax_plugin_set(p, row, at + i, items[i], time_ms);
}

static void answer(ax_plugin *p, uint32_t at, const int *items,
                   int64_t time_ms) {
  answer_row(p, 0, at, items, time_ms);
}

static void fresh_row(ax_plugin *p) {
  ax_plugin_rows(p, 1, QLQ_COLUMNS);
}

static double measured(const ax_plugin *p, uint32_t row, uint32_t outcome) {
  for (uint32_t i = 0; i < p->output.result_count; i++)
    if (p->results[i].row == row && p->results[i].outcome == outcome)
      return p->results[i].score;
  return NAN;
}

static const int best[30] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                              1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 7, 7 };
static const int worst[30] = { 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
                               4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 1, 1 };

/* Model sheet of QLQ-C30: scored with the item map of PROscorer (R) and
 * computed again on its own. The first are the answers of the MII example
 * response, whose own published RF (83.33) is wrong. Items: 0 is not answered.
 * Scores: PF RF EF CF SF FA NV PA DY SL AP CO DI FI QL summary. */
static const struct {
  const char *provenance;
  int items[30];
  double scores[16];
} vectors[] = {
  { "third-party answers (MII example QuestionnaireResponse); scored with P",
    { 2, 3, 2, 1, 1, 2, 2, 1, 2, 3, 2, 2, 1, 1, 1,
      1, 1, 2, 1, 1, 2, 2, 1, 1, 1, 1, 2, 1, 5, 5 },
    { 73.333333333, 66.666666667, 83.333333333, 100, 83.333333333, 44.444444444,
      0, 16.666666667, 0, 33.333333333, 0, 0, 0, 0, 66.666666667,
      85.555555556 } },
  { "PROscorer R item map AND recomputed",
    { 4, 4, 3, 2, 2, 3, 4, 2, 3, 4, 3, 4, 2, 2, 1,
      3, 2, 4, 3, 3, 3, 4, 2, 3, 2, 3, 4, 2, 2, 3 },
    { 33.333333333, 16.666666667, 33.333333333, 50, 16.666666667, 100,
      16.666666667, 66.666666667, 33.333333333, 66.666666667, 33.333333333,
      66.666666667, 33.333333333, 33.333333333, 25, 41.025641026 } },
  { "PROscorer R AND recomputed",
    { 1, 0, 2, 1, 0, 1, 0, 1, 1, 0, 2, 2, 1, 0, 0,
      1, 1, 1, 1, 1, 1, 1, 0, 0, 2, 1, 1, 1, 6, 0 },
    { 88.888888889, 100, 100, 83.333333333, 100, 16.666666667, NAN, 0, 0,
      33.333333333, 0, 0, 0, 0, 83.333333333, NAN } },
  { "best possible",
    { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 7, 7 },
    { 100, 100, 100, 100, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 100 } },
  { "worst possible",
    { 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
      4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 1, 1 },
    { 0, 0, 0, 0, 0, 100, 100, 100, 100, 100, 100, 100, 100, 100, 0, 0 } },
  { "PROscorer R AND recomputed",
    { 2, 2, 1, 1, 0, 2, 1, 1, 0, 2, 3, 0, 1, 1, 2,
      1, 1, 3, 2, 2, 1, 2, 1, 0, 1, 2, 1, 1, 5, 4 },
    { 83.333333333, 83.333333333, 88.888888889, 83.333333333, 83.333333333, 50,
      16.666666667, 33.333333333, 0, 66.666666667, 0, 0, 0, 0, 58.333333333,
      81.196581197 } },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  for (size_t v = 0; v < sizeof vectors / sizeof vectors[0]; v++) {
    fresh_row(p);
    answer(p, QLQ_AT_ITEMS, vectors[v].items, noon);
    ax_plugin_score(p);
    for (uint32_t i = 0; i < 16; i++)
      assert_close(measured(p, 0, i), vectors[v].scores[i]);
  }
  ax_plugin_close(p);
}

static void
measurements_carry_the_time_and_source_of_the_answers(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, vectors[0].items, noon);
  ax_plugin_score(p);
  uint32_t measurements = 0;
  for (uint32_t i = 0; i < p->output.result_count; i++) {
    const auspex_result *r = &p->results[i];
    if (qlq_model.outcomes[r->outcome].kind != AUSPEX_MEASUREMENT) continue;
    assert_int_equal(r->input, QLQ_ITEMS);
    assert_int_equal(r->inputs, 1u << QLQ_ITEMS);
    assert_int_equal(r->level, AUSPEX_LEVEL_NONE);
    measurements++;
  }
  assert_int_equal(measurements, 16);
  ax_plugin_close(p);
}

static void no_probability_is_ever_given(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, worst, noon);
  answer(p, QLQ_AT_PREVIOUS_ITEMS, best, noon - 30 * DAY);
  ax_plugin_score(p);
  assert_int_equal(p->output.result_count, QLQ_OUTCOMES);
  for (uint32_t i = 0; i < p->output.result_count; i++) {
    assert_true(isnan(p->results[i].probability));
    assert_true(isnan(p->results[i].relative_risk));
  }
  ax_plugin_close(p);
}

/* Ready scores of one day; everything else perfect. */
static void score_set(ax_plugin *p, uint32_t row, uint32_t at, int64_t time_ms,
                      uint32_t scale, double score) {
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++) {
    int symptom = i >= QLQ_FA && i <= QLQ_FI;
    ax_plugin_set(p, row, at + i, symptom ? 0 : 100, time_ms);
  }
  ax_plugin_set(p, row, at + scale, score, time_ms);
}

static bool is_important(ax_plugin *p, uint32_t scale, double score,
                         const char *outcome) {
  fresh_row(p);
  score_set(p, 0, QLQ_AT_SCORES, noon, scale, score);
  ax_plugin_score(p);
  const auspex_result *r = ax_plugin_result(p, 0, outcome);
  if (!r) return false;
  assert_int_equal(r->level, AUSPEX_LEVEL_HIGH);
  assert_close(r->score, score);
  assert_int_equal(r->inputs, 1u << QLQ_SCORES);
  return true;
}

static void
clinical_importance_begins_at_the_verified_thresholds(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  assert_true(is_important(p, QLQ_FA, 39, "important-fatigue"));
  assert_true(is_important(p, QLQ_FA, 100, "important-fatigue"));
  assert_false(is_important(p, QLQ_FA, 38.999999, "important-fatigue"));
  assert_false(is_important(p, QLQ_CF, 75, "important-cognition"));
  assert_true(is_important(p, QLQ_CF, 74.999999, "important-cognition"));
  assert_false(is_important(p, QLQ_SL, 50, "important-insomnia"));
  assert_true(is_important(p, QLQ_SL, 50.000001, "important-insomnia"));
  assert_true(is_important(p, QLQ_SL, 66.67, "important-insomnia"));
  ax_plugin_close(p);
}

static void other_scales_have_no_threshold(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  for (uint32_t scale = 0; scale < QLQ_SCALE_COUNT; scale++) {
    if (scale == QLQ_FA || scale == QLQ_CF || scale == QLQ_SL) continue;
    for (double score = 0; score <= 100; score += 50) {
      fresh_row(p);
      score_set(p, 0, QLQ_AT_SCORES, noon, scale, score);
      ax_plugin_score(p);
      assert_int_equal(p->output.result_count, 1); /* the summary */
      assert_int_equal(p->results[0].outcome, QLQ_OUTCOME_SUMMARY);
    }
  }
  ax_plugin_close(p);
}

static uint32_t level_of_change(ax_plugin *p, uint32_t scale, double before,
                                double now) {
  fresh_row(p);
  score_set(p, 0, QLQ_AT_SCORES, noon, scale, now);
  score_set(p, 0, QLQ_AT_PREVIOUS_SCORES, noon - 14 * DAY, scale, before);
  ax_plugin_score(p);
  char name[16];
  (void)snprintf(name, sizeof name, "worse-%s", qlq_model.outcomes[scale].name);
  const auspex_result *r = ax_plugin_result(p, 0, name);
  if (!r) return AUSPEX_LEVEL_NONE;
  assert_int_equal(r->inputs, 1u << QLQ_SCORES | 1u << QLQ_PREVIOUS_SCORES);
  assert_true(ax_plugin_says(p, r, "14 days before"));
  return r->level;
}

static void deterioration_follows_the_direction_of_the_scale(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  for (uint32_t i = 0; i < QLQ_SCALE_COUNT; i++) {
    bool symptom = i >= QLQ_FA && i <= QLQ_FI;
    double good = symptom ? 20 : 80;
    double sign = symptom ? 1 : -1;
    assert_int_equal(level_of_change(p, i, good, good), AUSPEX_LEVEL_NONE);
    assert_int_equal(level_of_change(p, i, good, good + sign * 9.999999),
                     AUSPEX_LEVEL_NONE);
    assert_int_equal(level_of_change(p, i, good, good + sign * 10),
                     AUSPEX_LEVEL_MODERATE);
    assert_int_equal(level_of_change(p, i, good, good + sign * 20),
                     AUSPEX_LEVEL_MODERATE);
    assert_int_equal(level_of_change(p, i, good, good + sign * 20.000001),
                     AUSPEX_LEVEL_HIGH);
    assert_int_equal(level_of_change(p, i, good + sign * 30, good),
                     AUSPEX_LEVEL_NONE); /* an improvement */
  }
  ax_plugin_close(p);
}

static void exact_steps_are_not_blurred_by_binary_numbers(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  /* PF falls by three steps of 20/3: 20 points are moderate, not high. */
  int before[30], now[30];
  for (int shift = 0; shift < 12; shift++) {
    memcpy(before, best, sizeof before);
    for (int k = 0; k < shift; k++) before[k % 5]++;
    memcpy(now, before, sizeof now);
    for (int k = 0, left = 3; k < 5 && left > 0; k++)
      while (left > 0 && now[k] < 4) now[k]++, left--;
    fresh_row(p);
    answer(p, QLQ_AT_ITEMS, now, noon);
    answer(p, QLQ_AT_PREVIOUS_ITEMS, before, noon - 20 * DAY);
    ax_plugin_score(p);
    const auspex_result *r = ax_plugin_result(p, 0, "worse-pf");
    assert_non_null(r);
    assert_int_equal(r->level, AUSPEX_LEVEL_MODERATE);
    assert_close(p->contributions[r->contribution_first + 1].amount, -20);
  }
  ax_plugin_close(p);
}

static void words_for_a_change_break_at_5_10_and_20(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  const qlq_table *t = p->instance->tables[p->model];
  assert_string_equal(qlq_table_word(t, 4.9), "no");
  assert_string_equal(qlq_table_word(t, 5), "little");
  assert_string_equal(qlq_table_word(t, 9.9), "little");
  assert_string_equal(qlq_table_word(t, 10), "moderate");
  assert_string_equal(qlq_table_word(t, 20), "moderate");
  assert_string_equal(qlq_table_word(t, 20.1), "very much");
  ax_plugin_close(p);
}

static void answers_go_before_ready_scores_of_the_same_day(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, vectors[0].items, noon);
  score_set(p, 0, QLQ_AT_SCORES, noon + DAY / 4, QLQ_RF, 83.33);
  ax_plugin_score(p);
  assert_close(measured(p, 0, QLQ_RF), 200.0 / 3);
  /* Scores of a later day are newer. */
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, vectors[0].items, noon);
  score_set(p, 0, QLQ_AT_SCORES, noon + DAY / 2, QLQ_RF, 83.33);
  ax_plugin_score(p);
  assert_true(isnan(measured(p, 0, QLQ_RF)));
  assert_close(measured(p, 0, QLQ_OUTCOME_SUMMARY), 100 - (100 - 83.33) / 13);
  ax_plugin_close(p);
}

static void a_previous_assessment_may_be_answers_or_scores(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, worst, noon);
  score_set(p, 0, QLQ_AT_PREVIOUS_SCORES, noon - 8 * DAY, QLQ_PF, 10);
  ax_plugin_score(p);
  const auspex_result *r = ax_plugin_result(p, 0, "worse-pf");
  assert_non_null(r);
  assert_int_equal(r->level, AUSPEX_LEVEL_MODERATE);
  assert_int_equal(r->inputs, 1u << QLQ_ITEMS | 1u << QLQ_PREVIOUS_SCORES);
  answer(p, QLQ_AT_PREVIOUS_ITEMS, best, noon - 8 * DAY);
  ax_plugin_score(p);
  r = ax_plugin_result(p, 0, "worse-pf");
  assert_int_equal(r->level, AUSPEX_LEVEL_HIGH);
  assert_int_equal(r->inputs, 1u << QLQ_ITEMS | 1u << QLQ_PREVIOUS_ITEMS);
  ax_plugin_close(p);
}

static void scales_that_were_not_scored_before_have_no_change(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  int before[30];
  memcpy(before, best, sizeof before);
  before[0] = before[1] = before[2] = 0; /* 2 of 5: no PF */
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, worst, noon);
  answer(p, QLQ_AT_PREVIOUS_ITEMS, before, noon - 30 * DAY);
  ax_plugin_score(p);
  assert_null(ax_plugin_result(p, 0, "worse-pf"));
  assert_non_null(ax_plugin_result(p, 0, "worse-rf"));
  /* An impossible earlier answer refuses the earlier response as a whole. */
  ax_plugin_set(p, 0, QLQ_AT_PREVIOUS_ITEMS + 7, 5, noon - 30 * DAY);
  ax_plugin_score(p);
  assert_null(ax_plugin_result(p, 0, "worse-rf"));
  assert_close(measured(p, 0, QLQ_PF), 0);
  ax_plugin_close(p);
}

static void half_of_the_answers_make_a_scale(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  for (uint32_t scale = 0; scale < QLQ_SCALE_COUNT; scale++) {
    const qlq_table *t = p->instance->tables[p->model];
    const qlq_scale *s = &t->scales[scale];
    for (uint32_t left_out = 1; left_out <= s->item_count; left_out++) {
      int items[30];
      memcpy(items, best, sizeof items);
      for (uint32_t k = 0; k < left_out; k++) items[s->items[k] - 1] = 0;
      fresh_row(p);
      answer(p, QLQ_AT_ITEMS, items, noon);
      ax_plugin_score(p);
      bool enough = 2 * (s->item_count - left_out) >= s->item_count;
      assert_int_equal(enough, !isnan(measured(p, 0, scale)));
      bool counts = s->in_summary && !enough;
      assert_int_equal(counts, isnan(measured(p, 0, QLQ_OUTCOME_SUMMARY)));
    }
  }
  ax_plugin_close(p);
}

static void an_impossible_answer_refuses_the_response(void **state) {
  (void)state;
  static const struct {
    uint32_t item;
    double value;
    bool fits;
  } cases[] = {
    { 1, 0, false },      { 1, 5, false },   { 28, 5, false },
    { 28, 4, true },      { 29, 7, true },   { 30, 7, true },
    { 29, 8, false },     { 30, 0, false },  { 7, 2.5, false },
    { 12, -1, false },    { 3, NAN, false }, { 9, INFINITY, false },
    { 29, 6.999, false },
  };
  ax_plugin *p = open_module();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fresh_row(p);
    answer(p, QLQ_AT_ITEMS, best, noon);
    ax_plugin_set(p, 0, cases[i].item - 1, cases[i].value, noon);
    ax_plugin_score(p);
    const auspex_result *r = &p->results[0];
    if (cases[i].fits) {
      assert_int_equal(r->status, AUSPEX_ROW_SCORED);
      continue;
    }
    assert_int_equal(p->output.result_count, 1);
    assert_int_equal(r->status, AUSPEX_ROW_MISSING_INPUT);
    assert_int_equal(r->input, QLQ_ITEMS);
    char words[24];
    (void)snprintf(words, sizeof words, "item %u ", cases[i].item);
    assert_true(ax_plugin_says(p, r, words));
  }
  for (uint8_t s = AUSPEX_CELL_IMPLAUSIBLE; s < AUSPEX_CELL_WITHHELD; s++) {
    fresh_row(p);
    answer(p, QLQ_AT_ITEMS, best, noon);
    for (uint32_t i = 0; i < 30; i++) { /* the host refuses it as a whole */
      p->state[i] = s;
      p->value[i] = NAN;
    }
    ax_plugin_score(p);
    assert_int_equal(p->results[0].status, AUSPEX_ROW_MISSING_INPUT);
    assert_true(ax_plugin_says(p, p->results, "cannot be used"));
    /* Its time unknown, it may be newer than any ready scores. */
    memset(p->time_ms, 0, sizeof p->time_ms);
    score_set(p, 0, QLQ_AT_SCORES, noon, QLQ_FA, 44);
    ax_plugin_score(p);
    assert_int_equal(p->results[0].status, AUSPEX_ROW_MISSING_INPUT);
    assert_int_equal(p->results[0].input, QLQ_ITEMS);
  }
  ax_plugin_close(p);
}

static void a_row_without_assessment_asks_for_one(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  ax_plugin_score(p);
  assert_int_equal(p->output.result_count, 1);
  assert_int_equal(p->results[0].status, AUSPEX_ROW_MISSING_INPUT);
  assert_int_equal(p->results[0].input, QLQ_ITEMS);
  /* One answer of five makes no scale. */
  int few[30] = { 2 };
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, few, noon);
  ax_plugin_score(p);
  assert_int_equal(p->output.result_count, 1);
  assert_int_equal(p->results[0].status, AUSPEX_ROW_MISSING_INPUT);
  ax_plugin_close(p);
}

static void stale_answers_leave_the_scores_to_count(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, worst, noon + 5 * DAY);
  for (uint32_t i = 0; i < 30; i++) {
    p->state[i] = AUSPEX_CELL_STALE;
    p->value[i] = NAN;
  }
  score_set(p, 0, QLQ_AT_SCORES, noon, QLQ_FA, 44);
  ax_plugin_score(p);
  assert_non_null(ax_plugin_result(p, 0, "important-fatigue"));
  ax_plugin_close(p);
}

static void scores_out_of_range_do_not_count(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  score_set(p, 0, QLQ_AT_SCORES, noon, QLQ_FA, 44);
  ax_plugin_set(p, 0, QLQ_AT_SCORES + QLQ_PF, 101, noon);
  p->state[QLQ_AT_SCORES + QLQ_CF] = AUSPEX_CELL_IMPLAUSIBLE;
  p->value[QLQ_AT_SCORES + QLQ_CF] = NAN;
  ax_plugin_score(p);
  assert_true(isnan(measured(p, 0, QLQ_OUTCOME_SUMMARY)));
  assert_int_equal(p->output.result_count, 1);
  assert_non_null(ax_plugin_result(p, 0, "important-fatigue"));
  ax_plugin_close(p);
}

static void good_scores_without_a_summary_give_nothing(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  ax_plugin_set(p, 0, QLQ_AT_SCORES + QLQ_QL, 90, noon);
  ax_plugin_score(p);
  assert_int_equal(p->output.result_count, 0);
  ax_plugin_close(p);
}

static void fill(ax_plugin *p, uint32_t row, uint32_t patient) {
  int now[30], before[30];
  for (uint32_t i = 0; i < 30; i++) {
    now[i] = (int)((patient * 7 + i * 3) % 4 + 1);
    before[i] = (int)((patient * 5 + i) % 4 + 1);
    if ((patient + i) % 11 == 0) now[i] = 0;
  }
  answer_row(p, row, QLQ_AT_ITEMS, now, noon);
  if (patient % 3)
    answer_row(p, row, QLQ_AT_PREVIOUS_ITEMS, before, noon - 40 * DAY);
}

static void rows_do_not_know_of_each_other(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  enum { PATIENTS = 64 };
  static double alone[PATIENTS][QLQ_OUTCOMES];
  for (uint32_t i = 0; i < PATIENTS; i++) {
    fresh_row(p);
    fill(p, 0, i);
    ax_plugin_score(p);
    for (uint32_t k = 0; k < QLQ_OUTCOMES; k++) alone[i][k] = measured(p, 0, k);
  }
  for (uint32_t step = 1; step < PATIENTS; step += 6) {
    ax_plugin_rows(p, PATIENTS, QLQ_COLUMNS);
    for (uint32_t i = 0; i < PATIENTS; i++) fill(p, i, i * step % PATIENTS);
    ax_plugin_score(p);
    for (uint32_t i = 0; i < PATIENTS; i++)
      for (uint32_t k = 0; k < QLQ_OUTCOMES; k++)
        assert_close(measured(p, i, k), alone[i * step % PATIENTS][k]);
  }
  ax_plugin_close(p);
}

static void the_same_rows_give_the_same_bytes(void **state) {
  (void)state;
  ax_plugin *p = open_module(), *q = open_module();
  ax_plugin *both[] = { p, q };
  for (size_t k = 0; k < 2; k++) {
    ax_plugin_rows(both[k], 64, QLQ_COLUMNS);
    for (uint32_t i = 0; i < 64; i++) fill(both[k], i, i);
    ax_plugin_score(both[k]);
  }
  assert_memory_equal(p->results, q->results, sizeof p->results);
  assert_memory_equal(p->contributions, q->contributions,
                      sizeof p->contributions);
  assert_memory_equal(p->text, q->text, sizeof p->text);
  ax_plugin_rows(p, 0, QLQ_COLUMNS);
  ax_plugin_score(p);
  assert_int_equal(p->output.result_count, 0);
  ax_plugin_close(p);
  ax_plugin_close(q);
}

static void
small_buffers_are_said_and_the_declared_room_suffices(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  fresh_row(p);
  answer(p, QLQ_AT_ITEMS, worst, noon);
  answer(p, QLQ_AT_PREVIOUS_ITEMS, best, noon - 399 * DAY);
  p->output.result_capacity = qlq_model.max_results_per_row;
  p->output.contribution_capacity = qlq_model.max_contributions_per_row;
  p->output.text_capacity = qlq_model.max_text_per_row;
  assert_int_equal(ax_plugin_try(p), AUSPEX_OK);
  assert_int_equal(p->output.result_count, qlq_model.max_results_per_row);
  assert_int_equal(p->output.contribution_count,
                   qlq_model.max_contributions_per_row);
  uint32_t text = p->output.text_count;
  for (uint32_t room = 0; room <= text; room += 13) {
    p->output.text_capacity = room;
    p->text[room] = '#';
    assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
    assert_int_equal(p->output.result_count, 0);
    assert_int_equal(p->text[room], '#');
  }
  p->output.text_capacity = AX_PLUGIN_TEXT;
  for (uint32_t room = 0; room < qlq_model.max_results_per_row; room++) {
    p->output.result_capacity = room;
    assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
  }
  p->output.result_capacity = qlq_model.max_results_per_row;
  for (uint32_t room = 0; room < qlq_model.max_contributions_per_row; room++) {
    p->output.contribution_capacity = room;
    assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
  }
  ax_plugin_close(p);
}

static void wrong_calls_are_refused(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  ax_plugin_rows(p, 1, QLQ_COLUMNS - 1);
  assert_int_equal(ax_plugin_try(p), AUSPEX_E_INPUT);
  fresh_row(p);
  assert_int_equal(
      p->module.score(p->instance, 99, &p->batch, &p->output, &p->error),
      AUSPEX_E_MODEL);
  ax_plugin_close(p);
}

static void a_table_that_is_not_right_is_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
    "",
    "auspex-table 1\nmodel qlq-c30 1.0.0\n",
    "auspex-table 1\nscale XX functional 1\n",
    "auspex-table 1\nscale PF functional 29\n",
    "auspex-table 1\nscale PF functional 1.5\n",
    "auspex-table 1\nscale PF functional 1 2 3 4 5 6\n",
    "auspex-table 1\nscale PF sideways 1\n",
    "auspex-table 1\nscale PF functional 1\nscale PF functional 2\n",
    "auspex-table 1\nscale QL global 28\n",
    "auspex-table 1\nsummary PF PF\n",
    "auspex-table 1\nimportant FA around 39\n",
    "auspex-table 1\nimportant FA atleast 39\nimportant FA atleast 40\n",
    "auspex-table 1\nchange else x\nchange below 5 y\n",
    "auspex-table 1\nworse atleast 10 low\n",
    "auspex-table 1\nmodel endpac 1.0.0\n",
  };
  ax_plugin *p = open_module();
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(
        ax_plugin_create_with(p, "qlq-c30.table", bad[i], strlen(bad[i])),
        AUSPEX_E_CONFIG);
  ax_plugin_close(p);
}

static void a_damaged_table_never_harms(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  char path[512];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/" FOLDER "/qlq-c30.table",
                 root ? root : ".");
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  static char good[8192];
  size_t length = fread(good, 1, sizeof good, file);
  (void)fclose(file);
  assert_true(length > 500 && length < sizeof good);
  for (size_t n = 0; n + 1 < length; n++) {
    char *cut = malloc(n > 0 ? n : 1);
    assert_non_null(cut);
    memcpy(cut, good, n);
    (void)ax_plugin_create_with(p, "qlq-c30.table", cut, n);
    free(cut);
    char kept = good[n];
    good[n] = '\x7f';
    assert_int_equal(ax_plugin_create_with(p, "qlq-c30.table", good, length),
                     AUSPEX_E_CONFIG);
    good[n] = kept;
  }
  ax_plugin_close(p);
}

static void the_declaration_says_what_the_sheet_says(void **state) {
  (void)state;
  const auspex_model *m = &qlq_model;
  uint32_t columns = 0;
  for (uint32_t i = 0; i < m->input_count; i++) {
    const auspex_input *in = &m->inputs[i];
    assert_int_equal(in->size, sizeof(auspex_input));
    assert_int_equal(in->missing, AUSPEX_MISSING_PASS);
    assert_int_equal(in->source_count, 1);
    const auspex_source *from = &in->sources[0];
    columns += from->from == AUSPEX_FROM_QUESTIONNAIRE
                   ? from->last_item - from->first_item + 1
                   : from->codes->code_count;
    bool previous = i >= QLQ_PREVIOUS_ITEMS;
    assert_int_equal(in->window_from_days, previous ? -400 : -3650);
    assert_int_equal(in->window_to_days, previous ? -7 : 0);
    assert_int_equal(in->freshness_days, previous ? 0 : 30);
  }
  assert_int_equal(columns, QLQ_COLUMNS);
  assert_int_equal(m->outcome_count, QLQ_OUTCOMES);
  for (uint32_t i = 0; i < m->outcome_count; i++) {
    assert_int_equal(m->outcomes[i].size, sizeof(auspex_outcome));
    assert_int_equal(m->outcomes[i].code_count, 1);
  }
  assert_string_equal(m->outcomes[QLQ_QL].codes[0].code, "eortc-qlq-c30-ql");
  assert_string_equal(m->outcomes[QLQ_OUTCOME_WORSE + QLQ_QL].codes[0].code,
                      "deterioration-ql");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(measurements_carry_the_time_and_source_of_the_answers),
    cmocka_unit_test(no_probability_is_ever_given),
    cmocka_unit_test(clinical_importance_begins_at_the_verified_thresholds),
    cmocka_unit_test(other_scales_have_no_threshold),
    cmocka_unit_test(deterioration_follows_the_direction_of_the_scale),
    cmocka_unit_test(exact_steps_are_not_blurred_by_binary_numbers),
    cmocka_unit_test(words_for_a_change_break_at_5_10_and_20),
    cmocka_unit_test(answers_go_before_ready_scores_of_the_same_day),
    cmocka_unit_test(a_previous_assessment_may_be_answers_or_scores),
    cmocka_unit_test(scales_that_were_not_scored_before_have_no_change),
    cmocka_unit_test(half_of_the_answers_make_a_scale),
    cmocka_unit_test(an_impossible_answer_refuses_the_response),
    cmocka_unit_test(a_row_without_assessment_asks_for_one),
    cmocka_unit_test(stale_answers_leave_the_scores_to_count),
    cmocka_unit_test(scores_out_of_range_do_not_count),
    cmocka_unit_test(good_scores_without_a_summary_give_nothing),
    cmocka_unit_test(rows_do_not_know_of_each_other),
    cmocka_unit_test(the_same_rows_give_the_same_bytes),
    cmocka_unit_test(small_buffers_are_said_and_the_declared_room_suffices),
    cmocka_unit_test(wrong_calls_are_refused),
    cmocka_unit_test(a_table_that_is_not_right_is_refused),
    cmocka_unit_test(a_damaged_table_never_harms),
    cmocka_unit_test(the_declaration_says_what_the_sheet_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
