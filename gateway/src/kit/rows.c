#include "kit/rows.h"

#include <auspex_plugin.h>
#include <math.h>

enum { SAMPLES = 6, MAP_VALUES = 32 };
static const int64_t day_ms = INT64_C(86400000);

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static double unit(uint64_t *state) {
  return (double)(draw(state) >> 11) / 9007199254740992.0;
}

/* --- values
 * -------------------------------------------------------------------
 */

/* One of the values that a map can give; NaN when it gives none. */
static double mapped(const ax_model_map *map, uint64_t *state) {
  double values[MAP_VALUES];
  size_t count = 0;
  for (size_t i = 0; i < map->count && count < MAP_VALUES; i++) {
    const ax_model_map_row *row = &map->rows[i];
    double value = row->kind == AUSPEX_MAP_KEEP ? row->from : row->value;
    if (!isnan(value)) values[count++] = value;
  }
  return count ? values[draw(state) % count] : (double)NAN;
}

static double ranged(double low, double high, uint64_t *state) {
  double x = low + unit(state) * (high - low);
  /* Half of them with one decimal, as people write them. */
  return draw(state) & 1 ? fmin(fmax(round(x * 10) / 10, low), high) : x;
}

static double plain(const ax_model_source *source, uint64_t *state) {
  switch (source->from) {
  case AUSPEX_FROM_AGE:
    return floor(30 + 55 * unit(state));
  case AUSPEX_FROM_SEX:
    return (double)(draw(state) & 1);
  case AUSPEX_FROM_QUESTIONNAIRE:
    return floor(1 + 4 * unit(state));
  case AUSPEX_FROM_CONDITION:
  case AUSPEX_FROM_ADMINISTRATION:
  case AUSPEX_FROM_MEDICATION:
  case AUSPEX_FROM_PROCEDURE:
  case AUSPEX_FROM_FAMILY_HISTORY:
    return (double)(draw(state) & 1);
  default:
    return ranged(0, 100, state);
  }
}

static double value_of(const ax_model_input *input, uint64_t *state) {
  const ax_model_source *source = &input->sources.items[0];
  bool whole = source->from == AUSPEX_FROM_AGE ||
               source->from == AUSPEX_FROM_QUESTIONNAIRE ||
               source->from == AUSPEX_FROM_QUESTIONNAIRE_SUM;
  if (source->pick == AUSPEX_PICK_EVER || source->take == AUSPEX_TAKE_PRESENT)
    return (double)(draw(state) & 1);
  if (source->pick == AUSPEX_PICK_COUNT) return (double)(draw(state) % 8);
  if (source->map) {
    double value = mapped(source->map, state);
    if (!isnan(value)) return value;
  }
  if (isnan(source->valid_min) || isnan(source->valid_max))
    return plain(source, state);
  double x = ranged(source->valid_min, source->valid_max, state);
  return whole ? round(x) : x;
}

/* --- times
 * --------------------------------------------------------------------
 */

static int64_t time_of(const ax_model_input *input, const ax_feature_row *row,
                       bool together, uint64_t *state) {
  int64_t from = input->window_from_days, to = input->window_to_days;
  int64_t base =
      input->relative_to == AUSPEX_AT_ANCHOR ? row->anchor_ms : row->as_of_ms;
  if (from < to - 300) from = to - 300;
  /* In every other row all that can be is of one day. */
  int64_t days = from + (int64_t)(unit(state) * (double)(to - from + 1));
  if (together) days = from > -10 ? from : to < -10 ? to : -10;
  int64_t at = base + days * day_ms;
  return at > row->as_of_ms ? row->as_of_ms : at;
}

/* --- rows
 * ---------------------------------------------------------------------
 */

typedef struct {
  ax_arena *arena;
  const ax_model *model;
  ax_feature_row *row;
  double *values, *lows, *highs;
  int64_t *times;
  uint64_t state;
  bool together, whole; /* one day; whole numbers */
} making;

static void fill_series(making *m, const ax_model_input *input,
                        ax_feature_cell *cell) {
  uint32_t count = 1 + (uint32_t)(draw(&m->state) % SAMPLES);
  cell->sample_first = (uint32_t)m->row->sample_count;
  cell->sample_count = count;
  for (uint32_t i = 0; i < count; i++) {
    size_t at = m->row->sample_count++;
    m->values[at] = value_of(input, &m->state);
    m->lows[at] = input->wants_range ? m->values[at] * 0.8 : (double)NAN;
    m->highs[at] = input->wants_range ? m->values[at] * 1.1 : (double)NAN;
    m->times[at] = m->row->as_of_ms - (int64_t)(count - i) * 20 * day_ms;
  }
  cell->value = m->values[m->row->sample_count - 1];
  cell->time_ms = m->times[m->row->sample_count - 1];
}

/* Whole where that stays plausible. */
static double cell_value(making *m, const ax_model_input *input) {
  double x = value_of(input, &m->state);
  return m->whole && ax_rows_possible(input, round(x)) ? round(x) : x;
}

static void fill_input(making *m, const ax_model_input *input) {
  int64_t at = time_of(input, m->row, m->together, &m->state);
  for (uint32_t c = input->column; c < input->column + input->width; c++) {
    ax_feature_cell *cell = &m->row->cells[c];
    *cell = (ax_feature_cell){ .value = cell_value(m, input),
                               .state = AUSPEX_CELL_PRESENT,
                               .time_ms = at,
                               .low = (double)NAN,
                               .high = (double)NAN };
    if (input->wants_range) {
      cell->low = cell->value * 0.8;
      cell->high = cell->value * 1.1;
    }
    if (ax_model_input_picks(input, AUSPEX_PICK_SERIES))
      fill_series(m, input, cell);
  }
}

ax_feature_row *ax_rows_make(ax_arena *arena, const ax_model *model,
                             uint64_t number) {
  making m = { .arena = arena,
               .model = model,
               .state = number * 7919 + 1,
               .together = number % 2 == 0,
               .whole = number % 3 != 2 };
  size_t samples = model->column_count * (size_t)SAMPLES + 1;
  m.row = AX_NEW(arena, ax_feature_row);
  m.values = AX_NEW_ARRAY(arena, double, samples);
  m.lows = AX_NEW_ARRAY(arena, double, samples);
  m.highs = AX_NEW_ARRAY(arena, double, samples);
  m.times = AX_NEW_ARRAY(arena, int64_t, samples);
  if (!m.row || !m.values || !m.lows || !m.highs || !m.times) return NULL;
  m.row->cells = AX_NEW_ARRAY(arena, ax_feature_cell, model->column_count + 1u);
  if (!m.row->cells) return NULL;
  m.row->as_of_ms = AX_ROWS_AS_OF;
  m.row->anchor_ms = AX_ROWS_AS_OF;
  if (ax_model_is_anchored(model)) m.row->anchor_ms -= 60 * day_ms;
  m.row->sample_values = m.values;
  m.row->sample_times = m.times;
  m.row->sample_lows = m.lows;
  m.row->sample_highs = m.highs;
  for (size_t i = 0; i < model->input_count; i++)
    fill_input(&m, &model->inputs[i]);
  return m.row;
}

void ax_rows_set_state(const ax_model *model, ax_feature_row *row, size_t input,
                       uint8_t state) {
  const ax_model_input *in = &model->inputs[input];
  for (uint32_t c = in->column; c < in->column + in->width; c++)
    row->cells[c] = (ax_feature_cell){ .value = (double)NAN,
                                       .state = state,
                                       .low = (double)NAN,
                                       .high = (double)NAN };
}

void ax_rows_set_value(const ax_model *model, ax_feature_row *row, size_t input,
                       double value) {
  const ax_model_input *in = &model->inputs[input];
  for (uint32_t c = in->column; c < in->column + in->width; c++) {
    row->cells[c].value = value;
    row->cells[c].state = AUSPEX_CELL_PRESENT;
  }
}

static bool gives(const ax_model_source *source, double value) {
  const ax_model_map *map = source->map;
  if (source->pick == AUSPEX_PICK_EVER || source->take == AUSPEX_TAKE_PRESENT)
    return value == 0 || value == 1;
  if (source->pick == AUSPEX_PICK_COUNT) return value >= 0 && value < 1e6;
  if (!map) return !(value < source->valid_min) && !(value > source->valid_max);
  for (size_t i = 0; i < map->count; i++) {
    const ax_model_map_row *row = &map->rows[i];
    if (row->kind == AUSPEX_MAP_KEEP ? value >= row->from && value <= row->to
                                     : value == row->value)
      return true;
  }
  return map->has_otherwise && value == map->otherwise;
}

bool ax_rows_possible(const ax_model_input *input, double value) {
  for (size_t i = 0; isfinite(value) && i < input->sources.count; i++) {
    const ax_model_source *source = &input->sources.items[i];
    /* These are 0 or 1, or an age, whatever else is declared. */
    bool flag = source->from == AUSPEX_FROM_SEX ||
                (source->from != AUSPEX_FROM_OBSERVATION && !source->map &&
                 source->from >= AUSPEX_FROM_ADMINISTRATION &&
                 source->from <= AUSPEX_FROM_FAMILY_HISTORY) ||
                (source->from == AUSPEX_FROM_CONDITION && !source->map);
    if (flag ? value == 0 || value == 1 : gives(source, value)) return true;
  }
  return false;
}
