/* The host's half of frame_batch.h. */
#include "scoring/frame_batch.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

/* --- rows out ---------------------------------------------------------------
 */

/* Room for one value of `size` bytes per cell, to be filled by the caller. */
static char *cells_room(ax_buf *out, size_t count, size_t size) {
  char *to = ax_buf_room(out, count * size);
  if (to) ax_buf_wrote(out, count * size);
  return to;
}

/* Writes one member of every cell, row by row. */
#define PUT_CELLS(out, model, rows, count, type, member)                  \
  do {                                                                    \
    char *to_ =                                                           \
        cells_room((out), (count) * (model)->column_count, sizeof(type)); \
    for (size_t r_ = 0; to_ && r_ < (count); r_++)                        \
      for (uint32_t c_ = 0; c_ < (model)->column_count; c_++) {           \
        type value_ = (rows)[r_]->cells[c_].member;                       \
        memcpy(to_, &value_, sizeof value_);                              \
        to_ += sizeof value_;                                             \
      }                                                                   \
  } while (0)

static bool has_series(const ax_model *model) {
  for (size_t i = 0; i < model->input_count; i++)
    if (ax_model_input_picks(&model->inputs[i], AUSPEX_PICK_SERIES))
      return true;
  return false;
}

static void put_series(ax_buf *out, const ax_model *model,
                       const ax_feature_row *const *rows, size_t count) {
  uint32_t base = 0;
  for (size_t r = 0; r < count; r++) {
    for (uint32_t c = 0; c < model->column_count; c++) {
      const ax_feature_cell *cell = &rows[r]->cells[c];
      ax_frame_put_u32(out, base + cell->sample_first);
      ax_frame_put_u32(out, cell->sample_count);
    }
    base += (uint32_t)rows[r]->sample_count;
  }
  for (size_t r = 0; r < count; r++)
    ax_frame_put_bytes(out, rows[r]->sample_values,
                       rows[r]->sample_count * sizeof(double));
  for (size_t r = 0; r < count; r++)
    ax_frame_put_bytes(out, rows[r]->sample_times,
                       rows[r]->sample_count * sizeof(int64_t));
  for (size_t r = 0; r < count; r++)
    ax_frame_put_bytes(out, rows[r]->sample_lows,
                       rows[r]->sample_count * sizeof(double));
  for (size_t r = 0; r < count; r++)
    ax_frame_put_bytes(out, rows[r]->sample_highs,
                       rows[r]->sample_count * sizeof(double));
}

void ax_frame_batch_write(ax_buf *out, const ax_model *model,
                          const ax_feature_row *const *rows, size_t count) {
  size_t samples = 0;
  for (size_t r = 0; r < count; r++) samples += rows[r]->sample_count;
  ax_frame_put_u32(out, model->number);
  ax_frame_put_u32(out, (uint32_t)count);
  ax_frame_put_u32(out, model->column_count);
  ax_frame_put_u32(out, (uint32_t)samples);
  ax_frame_put_u32(out, has_series(model));
  ax_frame_put_u32(out, (uint32_t)(count * model->max_results_per_row));
  ax_frame_put_u32(out, (uint32_t)(count * model->max_contributions_per_row));
  ax_frame_put_u32(out, (uint32_t)(count * model->max_text_per_row));
  for (size_t r = 0; r < count; r++) ax_frame_put_i64(out, rows[r]->as_of_ms);
  for (size_t r = 0; r < count; r++) ax_frame_put_i64(out, rows[r]->anchor_ms);
  for (size_t r = 0; r < count; r++)
    ax_frame_put_u64(out, ax_frame_batch_seed(model, rows[r]));
  PUT_CELLS(out, model, rows, count, double, value);
  PUT_CELLS(out, model, rows, count, int64_t, time_ms);
  PUT_CELLS(out, model, rows, count, double, low);
  PUT_CELLS(out, model, rows, count, double, high);
  PUT_CELLS(out, model, rows, count, uint8_t, state);
  PUT_CELLS(out, model, rows, count, uint8_t, source);
  if (has_series(model)) put_series(out, model, rows, count);
}

/* FNV-1a: stable, cheap, and nothing depends on its being hard to guess. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t len) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ at[i]) * UINT64_C(1099511628211);
  return hash;
}

uint64_t ax_frame_batch_seed(const ax_model *model, const ax_feature_row *row) {
  uint64_t hash = UINT64_C(14695981039346656037);
  hash = mix(hash, &row->as_of_ms, sizeof row->as_of_ms);
  for (uint32_t c = 0; c < model->column_count; c++) {
    const ax_feature_cell *cell = &row->cells[c];
    hash = mix(hash, &cell->state, sizeof cell->state);
    if (!isnan(cell->value)) hash = mix(hash, &cell->value, sizeof cell->value);
  }
  return hash;
}

/* --- results in -------------------------------------------------------------
 */

typedef struct { /* the parts of a payload of AX_FRAME_RESULTS */
  const unsigned char *results, *contributions, *text;
  uint32_t result_count, contribution_count, text_count;
} answer;

static bool take_answer(ax_str payload, answer *a) {
  ax_frame f = ax_frame_reader(payload);
  a->result_count = ax_frame_u32(&f);
  a->contribution_count = ax_frame_u32(&f);
  a->text_count = ax_frame_u32(&f);
  a->results = ax_frame_bytes(&f, a->result_count, sizeof(auspex_result));
  a->contributions =
      ax_frame_bytes(&f, a->contribution_count, sizeof(auspex_contribution));
  a->text = ax_frame_bytes(&f, a->text_count, 1);
  return ax_frame_done(&f);
}

static auspex_result result_at(const answer *a, uint32_t i) {
  auspex_result one;
  memcpy(&one, a->results + i * sizeof one, sizeof one);
  return one;
}

static auspex_contribution contribution_at(const answer *a, uint32_t i) {
  auspex_contribution one;
  memcpy(&one, a->contributions + i * sizeof one, sizeof one);
  return one;
}

static bool slice_ok(uint32_t first, uint32_t count, uint32_t all,
                     uint32_t most) {
  return count <= most && count <= all && first <= all - count;
}

static bool number_ok(double value, double min, double max) {
  return isnan(value) || (value >= min && value <= max && isfinite(value));
}

/* FHIR strings hold no control characters but tab and line ends. */
static bool text_ok(const unsigned char *text, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (text[i] < 0x20 && !strchr("\t\r\n", text[i])) return false;
  for (uint32_t i = 0; i < count; i++)
    if (text[i] == 0) return false;
  return ax_utf8_valid((ax_str){ (const char *)text, count }, NULL);
}

static const char *numbers_fault(const ax_model *model,
                                 const auspex_result *one) {
  if (!number_ok(one->probability, 0, 1))
    return "the probability is not between 0 and 1";
  if (!number_ok(one->low, -HUGE_VAL, HUGE_VAL) ||
      !number_ok(one->high, -HUGE_VAL, HUGE_VAL) || one->low > one->high)
    return "the interval is not one";
  if (!isnan(one->probability) &&
      (!number_ok(one->low, 0, 1) || !number_ok(one->high, 0, 1)))
    return "the interval of the probability is not between 0 and 1";
  if (!number_ok(one->relative_risk, 0, HUGE_VAL))
    return "the relative risk is negative or infinite";
  if (!number_ok(one->score, -HUGE_VAL, HUGE_VAL))
    return "the score is infinite";
  if (one->status == AUSPEX_ROW_SCORED && isnan(one->score) &&
      model->outcomes[one->outcome].kind == AUSPEX_MEASUREMENT)
    return "a measurement has no value";
  return NULL;
}

static const char *contributions_fault(const ax_model *model, const answer *a,
                                       const auspex_result *one) {
  if (!slice_ok(one->contribution_first, one->contribution_count,
                a->contribution_count, model->max_contributions_per_row))
    return "the contributions are out of range";
  for (uint32_t i = 0; i < one->contribution_count; i++) {
    auspex_contribution c = contribution_at(a, one->contribution_first + i);
    if (c.factor >= model->factor_count)
      return "a contribution names a factor that is not declared";
    if (!isfinite(c.amount)) return "a contribution is not a finite number";
  }
  return NULL;
}

/* What is wrong with one result, or NULL. */
static const char *result_fault(const ax_model *model, const answer *a,
                                const auspex_result *one, size_t rows) {
  int32_t mitigations = (int32_t)model->mitigation_count;
  int32_t inputs = (int32_t)model->input_count;
  if (one->row >= rows) return "the row does not exist";
  if (one->outcome >= model->outcome_count) return "the outcome does not exist";
  if (one->status > AUSPEX_ROW_FAILED) return "the status does not exist";
  if (one->level > AUSPEX_LEVEL_CERTAIN) return "the level does not exist";
  if (one->mitigation < -1 || one->mitigation >= mitigations)
    return "the mitigation does not exist";
  if (one->input < -1 || one->input >= inputs)
    return "the input does not exist";
  if (one->status == AUSPEX_ROW_MISSING_INPUT && one->input < 0)
    return "it does not say which input is missing";
  if (inputs < AX_MODEL_NAMED_INPUTS && one->inputs >> inputs) return "an input does not exist";
  if (!slice_ok(one->text_first, one->text_count, a->text_count,
                model->max_text_per_row))
    return "the text is out of range";
  if (!text_ok(a->text + one->text_first, one->text_count))
    return "the text is not UTF-8 or holds control characters";
  const char *fault = numbers_fault(model, one);
  return fault ? fault : contributions_fault(model, a, one);
}

ax_status ax_frame_batch_check(const ax_model *model, ax_str payload,
                               size_t rows, ax_error *err) {
  answer a;
  if (!take_answer(payload, &a))
    return ax_error_set(err, AX_INVALID, "the answer is cut or too long");
  if (a.result_count > rows * model->max_results_per_row)
    return ax_error_set(err, AX_INVALID, "the answer has %u results",
                        a.result_count);
  uint32_t per_row[AX_MODEL_BATCH] = { 0 };
  for (uint32_t i = 0; i < a.result_count; i++) {
    auspex_result one = result_at(&a, i);
    const char *fault = result_fault(model, &a, &one, rows);
    if (!fault && ++per_row[one.row] > model->max_results_per_row)
      fault = "the row has more results than declared";
    if (fault) return ax_error_set(err, AX_INVALID, "result %u: %s", i, fault);
  }
  return AX_OK;
}

static ax_status copy_result(ax_arena *arena, const answer *a,
                             const auspex_result *from, ax_result *to) {
  *to = (ax_result){ .outcome = from->outcome,
                     .status = from->status,
                     .level = from->level,
                     .probability = from->probability,
                     .low = from->low,
                     .high = from->high,
                     .relative_risk = from->relative_risk,
                     .score = from->score,
                     .mitigation = from->mitigation,
                     .input = from->input,
                     .inputs = from->inputs };
  ax_result_contribution *items =
      AX_NEW_ARRAY(arena, ax_result_contribution, from->contribution_count);
  if (from->contribution_count && !items) return AX_NOMEM;
  for (uint32_t i = 0; i < from->contribution_count; i++) {
    auspex_contribution c = contribution_at(a, from->contribution_first + i);
    items[i] = (ax_result_contribution){ c.factor, c.amount };
  }
  to->contributions = items;
  to->contribution_count = from->contribution_count;
  to->text = AX_STR("");
  if (!from->text_count) return AX_OK;
  char *text =
      ax_arena_cstr(arena, (ax_str){ (const char *)a->text + from->text_first,
                                     from->text_count });
  if (!text) return AX_NOMEM;
  to->text = (ax_str){ text, from->text_count };
  return AX_OK;
}

ax_status ax_frame_batch_results(ax_arena *arena, ax_str payload, uint32_t row,
                                 ax_results *out) {
  answer a;
  *out = (ax_results){ 0 };
  if (!take_answer(payload, &a)) return AX_INVALID;
  size_t count = 0;
  for (uint32_t i = 0; i < a.result_count; i++)
    count += result_at(&a, i).row == row;
  ax_result *items = AX_NEW_ARRAY(arena, ax_result, count);
  if (count && !items) return AX_NOMEM;
  size_t at = 0;
  for (uint32_t i = 0; i < a.result_count; i++) {
    auspex_result one = result_at(&a, i);
    if (one.row == row) AX_TRY(copy_result(arena, &a, &one, &items[at++]));
  }
  *out = (ax_results){ items, count };
  return AX_OK;
}
