#include "kit/playback.h"

#include <auspex_plugin.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attrs.h"
#include "fhir/fhir_date.h"
#include "kit/rows.h"
#include "scoring/score_evidence.h"
#include "scoring/score_replay.h"

enum { SCRATCH = 64 << 20 };

typedef struct {
  ax_trial *trial;
  ax_arena *scratch;
  ax_buf *out;
  ax_error *err;
  bool explain;
  size_t number;
} playing;

#define WRONG(p, ...) wrong((p), __VA_ARGS__)

static ax_status AX_PRINTF(2, 3) wrong(playing *p, const char *format, ...) {
  char text[180];
  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return ax_error_set(p->err, AX_INVALID, "rows[%zu]: %s", p->number, text);
}

/* --- reading
 * ------------------------------------------------------------------
 */

static const ax_model *model_of(playing *p, const ax_json *row) {
  ax_str name = AX_JSON_STR(row, "model");
  if (!name.len && p->trial->count == 1) return &p->trial->models[0];
  for (size_t i = 0; i < p->trial->count; i++)
    if (ax_str_eq(name, p->trial->models[i].name) ||
        ax_str_eq(name, p->trial->models[i].id))
      return &p->trial->models[i];
  return NULL;
}

static bool number_of(const ax_json *value, double *out) {
  char digits[64];
  ax_str text = ax_json_text(value);
  if (!ax_json_is(value, AX_JSON_NUMBER) || text.len >= sizeof digits)
    return false;
  memcpy(digits, text.ptr, text.len);
  digits[text.len] = 0;
  *out = strtod(digits, NULL);
  return isfinite(*out);
}

static ax_status set_cell(playing *p, const ax_model_input *input,
                          ax_feature_cell *cell, const ax_json *value,
                          int64_t time_ms) {
  if (!value || ax_json_is(value, AX_JSON_NULL)) return AX_OK;
  if (!number_of(value, &cell->value))
    return WRONG(p, "inputs." AX_STR_FMT " must be a number or null",
                 AX_STR_ARG(input->name));
  cell->state = AUSPEX_CELL_PRESENT;
  cell->time_ms = time_ms;
  return AX_OK;
}

static ax_status set_input(playing *p, const ax_model_input *input,
                           const ax_json *value, ax_feature_row *row) {
  bool list = ax_json_is(value, AX_JSON_ARRAY);
  if (list && ax_json_count(value) != input->width)
    return WRONG(p, "inputs." AX_STR_FMT " needs %u values",
                 AX_STR_ARG(input->name), input->width);
  if (!list && value && input->width > 1 && !ax_json_is(value, AX_JSON_NULL))
    return WRONG(p, "inputs." AX_STR_FMT " needs a list of %u values",
                 AX_STR_ARG(input->name), input->width);
  for (uint32_t i = 0; i < input->width; i++)
    AX_TRY(set_cell(p, input, &row->cells[input->column + i],
                    list ? ax_json_item(value, i) : value, row->as_of_ms));
  return AX_OK;
}

static ax_status check_names(playing *p, const ax_model *model,
                             const ax_json *inputs) {
  for (size_t i = 0; i < ax_json_count(inputs); i++) {
    bool found = false;
    for (size_t k = 0; k < model->input_count; k++)
      found =
          found || ax_str_eq(inputs->u.members[i].key, model->inputs[k].name);
    if (!found)
      return WRONG(p, "model " AX_STR_FMT " has no input \"" AX_STR_FMT "\"",
                   AX_STR_ARG(model->name),
                   AX_STR_ARG(inputs->u.members[i].key));
  }
  return AX_OK;
}

static ax_status read_as_of(playing *p, const ax_json *row, int64_t *out) {
  ax_str text = AX_JSON_STR(row, "as_of");
  ax_fhir_date date;
  *out = AX_ROWS_AS_OF;
  if (!text.len) return AX_OK;
  if (!ax_fhir_date_parse_datetime(text, &date))
    return WRONG(p, "as_of must be a date");
  *out = date.lo_ms;
  return AX_OK;
}

static ax_status read_plain(playing *p, const ax_model *model,
                            const ax_json *source, ax_feature_row **out) {
  const ax_json *inputs = AX_JSON_GET(source, "inputs");
  if (!ax_json_is(inputs, AX_JSON_OBJECT))
    return WRONG(p, "it needs \"inputs\", an object with numbers");
  AX_TRY(check_names(p, model, inputs));
  ax_feature_row *row = ax_rows_make(p->scratch, model, 0);
  if (!row) return ax_error_set(p->err, AX_NOMEM, "no memory for rows");
  AX_TRY(read_as_of(p, source, &row->as_of_ms));
  row->anchor_ms = row->as_of_ms;
  for (size_t i = 0; i < model->input_count; i++) {
    ax_rows_set_state(model, row, i, AUSPEX_CELL_ABSENT);
    AX_TRY(set_input(p, &model->inputs[i],
                     ax_json_get(inputs, model->inputs[i].name), row));
  }
  *out = row;
  return AX_OK;
}

/* --- writing
 * -------------------------------------------------------------------
 */

static void put_number(ax_buf *out, const char *name, double value) {
  if (!isnan(value)) ax_buf_printf(out, " %s %.6g", name, value);
}

static void explain_result(ax_buf *out, const ax_model *model,
                           const ax_result *r) {
  static const char *const statuses[] = { "scored", "not applicable",
                                          "missing input", "out of domain",
                                          "failed" };
  static const char *const levels[] = { "",         "negligible", "low",
                                        "moderate", "high",       "certain" };
  ax_buf_printf(out, "  " AX_STR_FMT ": %s",
                AX_STR_ARG(model->outcomes[r->outcome].title),
                r->status < AX_COUNT(statuses) ? statuses[r->status] : "?");
  put_number(out, "score", r->score);
  put_number(out, "probability", r->probability);
  put_number(out, "relative risk", r->relative_risk);
  if (r->level && r->level < AX_COUNT(levels))
    ax_buf_printf(out, " level %s", levels[r->level]);
  ax_buf_append_char(out, '\n');
  for (size_t i = 0; i < r->contribution_count; i++)
    ax_buf_printf(out, "    %+10.4g  " AX_STR_FMT "\n",
                  r->contributions[i].amount,
                  AX_STR_ARG(model->factors[r->contributions[i].factor].title));
  if (r->text.len)
    ax_buf_printf(out, "    " AX_STR_FMT "\n", AX_STR_ARG(r->text));
  if (r->mitigation >= 0)
    ax_buf_printf(out, "    consider: " AX_STR_FMT "\n",
                  AX_STR_ARG(model->mitigations[r->mitigation].text));
}

static ax_status answer(playing *p, const ax_model *model,
                        const ax_feature_row *row) {
  ax_results results;
  ax_str text;
  AX_TRY(
      ax_trial_score(p->trial, p->scratch, model, &row, 1, &results, p->err));
  if (p->explain) {
    ax_buf_printf(p->out, "row %zu, model " AX_STR_FMT " " AX_STR_FMT "\n",
                  p->number, AX_STR_ARG(model->name),
                  AX_STR_ARG(model->version));
    for (size_t i = 0; i < results.count; i++)
      explain_result(p->out, model, &results.items[i]);
    return p->out->status;
  }
  AX_TRY(ax_score_evidence_output(p->scratch, &results, &text));
  ax_buf_append(p->out, text);
  ax_buf_append_char(p->out, '\n');
  return p->out->status;
}

static ax_status play(playing *p, const ax_json *source) {
  const ax_model *model = model_of(p, source);
  ax_feature_row *row = NULL;
  if (!model) return WRONG(p, "\"model\" must name one of the module's models");
  const ax_json *exact = AX_JSON_GET(source, "row");
  if (!exact) {
    AX_TRY(read_plain(p, model, source, &row));
    return answer(p, model, row);
  }
  row = AX_NEW(p->scratch, ax_feature_row);
  if (!row) return ax_error_set(p->err, AX_NOMEM, "no memory for rows");
  AX_TRY(ax_score_replay_row(p->scratch, model, exact, row, p->err));
  return answer(p, model, row);
}

ax_status ax_playback(ax_trial *trial, const ax_json *doc, bool explain,
                      ax_buf *out, ax_error *err) {
  playing p = { .trial = trial, .out = out, .err = err, .explain = explain };
  const ax_json *rows = AX_JSON_GET(doc, "rows");
  ax_status status = AX_OK;
  if (!ax_json_is(rows, AX_JSON_ARRAY))
    return ax_error_set(err, AX_INVALID,
                        "it is neither a Bundle nor {\"rows\": [...]}");
  p.scratch = ax_arena_new(SCRATCH);
  if (!p.scratch) return ax_error_set(err, AX_NOMEM, "no memory for rows");
  for (; p.number < ax_json_count(rows) && !status; p.number++) {
    ax_arena_reset(p.scratch);
    status = play(&p, ax_json_item(rows, p.number));
  }
  ax_arena_free(p.scratch);
  return status;
}
