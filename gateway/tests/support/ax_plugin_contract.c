/* What holds for every model of every module. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 500 };

static uint64_t next(uint64_t *seed) { /* splitmix64 */
  uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static double between(uint64_t *seed, double from, double to) {
  double share = (double)(next(seed) >> 11) / 9007199254740992.0;
  double x = from + share * (to - from);
  return next(seed) % 2 ? x : fmin(fmax(round(x), from), to);
}

static double mapped(uint64_t *seed, const auspex_map *map) {
  uint64_t count = map->row_count + (map->has_otherwise ? 1 : 0);
  uint64_t pick = next(seed) % count;
  if (pick == map->row_count) return map->otherwise;
  const auspex_map_row *row = &map->rows[pick];
  return row->kind == AUSPEX_MAP_KEEP ? round(between(seed, row->from, row->to))
                                      : row->value;
}

static double value_of(uint64_t *seed, const auspex_source *source) {
  if (source->from == AUSPEX_FROM_SEX) return (double)(next(seed) % 2);
  if (source->map) return mapped(seed, source->map);
  if (source->valid_min < source->valid_max)
    return between(seed, source->valid_min, source->valid_max);
  return (double)(next(seed) % 2);
}

static void fill_cell(ax_plugin *p, uint32_t row, uint32_t column,
                      const auspex_input *input, uint64_t *seed) {
  const auspex_source *source = &input->sources[0];
  double value = value_of(seed, source);
  size_t cell = (size_t)row * p->batch.column_count + column;
  if (isnan(value)) {
    ax_plugin_lack(p, row, column, AUSPEX_CELL_UNMAPPED);
  } else if (input->missing == AUSPEX_MISSING_PASS && next(seed) % 3 == 0) {
    ax_plugin_lack(p, row, column, AUSPEX_CELL_ABSENT);
  } else if (source->pick == AUSPEX_PICK_SERIES) {
    ax_plugin_sample(p, row, column, value, p->as_of_ms[row]);
  } else {
    ax_plugin_set(p, row, column, value,
                  p->anchor_ms[row] + INT64_C(86400000) * 19);
    p->low[cell] = value * 0.5;
    p->high[cell] = next(seed) % 2 ? value * 1.1 : value * 0.6;
  }
}

static void fill(ax_plugin *p, uint32_t row, uint64_t number) {
  const auspex_model *model = p->module.models[p->model];
  uint64_t seed = number * 7919 + 1;
  uint32_t column = 0;
  p->anchor_ms[row] = p->as_of_ms[row] - INT64_C(86400000) * 20;
  for (uint32_t i = 0; i < model->input_count; i++) {
    const auspex_source *source = &model->inputs[i].sources[0];
    uint32_t width = source->from == AUSPEX_FROM_QUESTIONNAIRE
                         ? source->last_item - source->first_item + 1
                     : source->from == AUSPEX_FROM_OBSERVATION_SET
                         ? source->codes->code_count
                         : 1;
    for (uint32_t k = 0; k < width; k++)
      fill_cell(p, row, column++, &model->inputs[i], &seed);
  }
}

typedef struct {
  uint32_t results, contributions, text, reserved;
  uint64_t sum;
} told; /* what a row said */

/* Of a batch of one row. */
static told told_by(const ax_plugin *p) {
  told t = { p->output.result_count, p->output.contribution_count,
             p->output.text_count, 0, 0 };
  for (uint32_t i = 0; i < p->output.result_count; i++) {
    const auspex_result *r = &p->results[i];
    double numbers[] = { r->probability, r->low, r->high, r->relative_risk,
                         r->score };
    const unsigned char *bytes = (const unsigned char *)numbers;
    for (size_t k = 0; k < sizeof numbers; k++) t.sum = t.sum * 31 + bytes[k];
    t.sum = t.sum * 31 + r->outcome * 7 + r->status * 3 + r->level;
  }
  for (uint32_t i = 0; i < p->output.text_count; i++)
    t.sum = t.sum * 31 + (unsigned char)p->text[i];
  return t;
}

static void check_result(const ax_plugin *p, const auspex_result *r) {
  const auspex_model *model = p->module.models[p->model];
  assert_in_range(r->outcome, 0, model->outcome_count - 1);
  assert_true(r->mitigation < (int32_t)model->mitigation_count);
  if (r->status != AUSPEX_ROW_SCORED) {
    assert_true(isnan(r->probability) && isnan(r->score));
    assert_true(r->text_count > 10);
    return;
  }
  if (!isnan(r->probability))
    assert_true(r->probability >= 0 && r->probability <= 1);
  if (!isnan(r->low)) assert_true(r->low <= r->probability);
  if (!isnan(r->high)) assert_true(r->high >= r->probability);
  if (model->outcomes[r->outcome].kind == AUSPEX_MEASUREMENT)
    assert_true(isfinite(r->score) && isnan(r->probability));
  else
    assert_true(!isnan(r->probability) || r->level != AUSPEX_LEVEL_NONE ||
                !isnan(r->relative_risk));
  for (uint32_t i = 0; i < r->contribution_count; i++) {
    const auspex_contribution *c = &p->contributions[r->contribution_first + i];
    assert_in_range(c->factor, 0, model->factor_count - 1);
    assert_true(isfinite(c->amount));
  }
}

static told score_alone(ax_plugin *p, uint64_t number) {
  ax_plugin_rows(p, 1, ax_plugin_columns(p));
  fill(p, 0, number);
  ax_plugin_score(p);
  return told_by(p);
}

/* Every row within the room that the model declares, and refused one byte, one
 * result or one contribution below what it took. */
static void check_room(ax_plugin *p, told t) {
  const auspex_model *model = p->module.models[p->model];
  assert_true(t.results <= model->max_results_per_row);
  assert_true(t.contributions <= model->max_contributions_per_row);
  assert_true(t.text < model->max_text_per_row);
  if (t.results == 0) return;
  p->output.result_capacity = t.results - 1;
  assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
  assert_int_equal(p->output.result_count, 0);
  p->output.result_capacity = t.results;
  if (t.contributions > 0) {
    p->output.contribution_capacity = t.contributions - 1;
    assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
  }
  p->output.contribution_capacity = t.contributions;
  p->output.text_capacity = t.text;
  assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
  p->output.text_capacity = t.text + 1;
  assert_int_equal(ax_plugin_try(p), AUSPEX_OK);
}

static void check_batch(ax_plugin *p, const told *alone) {
  enum { BATCH = 8 };
  for (uint32_t first = 0; first + BATCH <= ROWS; first += BATCH) {
    ax_plugin_rows(p, BATCH, ax_plugin_columns(p));
    for (uint32_t i = 0; i < BATCH; i++) fill(p, i, first + i);
    ax_plugin_score(p);
    uint32_t results = 0, text = 0;
    for (uint32_t i = 0; i < BATCH; i++) {
      results += alone[first + i].results;
      text += alone[first + i].text;
    }
    assert_int_equal(p->output.result_count, results);
    assert_int_equal(p->output.text_count, text);
  }
}

static void check_empty_row(ax_plugin *p) {
  ax_plugin_rows(p, 1, ax_plugin_columns(p));
  ax_plugin_score(p);
  for (uint32_t i = 0; i < p->output.result_count; i++)
    assert_int_not_equal(p->results[i].status, AUSPEX_ROW_SCORED);
  assert_true(p->output.result_count > 0);
  ax_plugin_rows(p, 0, ax_plugin_columns(p));
  ax_plugin_score(p);
  assert_int_equal(p->output.result_count, 0);
  ax_plugin_rows(p, 1, ax_plugin_columns(p) + 1);
  assert_int_equal(ax_plugin_try(p), AUSPEX_E_INPUT);
}

void ax_plugin_keeps_contract(ax_plugin *p, uint32_t scored) {
  told *alone = calloc(ROWS, sizeof *alone);
  uint32_t got = 0;
  assert_non_null(alone);
  for (uint32_t i = 0; i < ROWS; i++) {
    alone[i] = score_alone(p, i);
    int any = 0;
    for (uint32_t k = 0; k < p->output.result_count; k++) {
      check_result(p, &p->results[k]);
      any |= p->results[k].status == AUSPEX_ROW_SCORED;
    }
    got += any ? 1 : 0;
    check_room(p, alone[i]);
    told again = score_alone(p, i);
    assert_memory_equal(&again, &alone[i], sizeof again);
  }
  check_batch(p, alone);
  check_empty_row(p);
  free(alone);
  if (got < scored)
    fail_msg("only %u of %d rows were scored", (unsigned)got, ROWS);
}
