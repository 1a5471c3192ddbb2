#include "kit/rehearse.h"

#include <auspex_plugin.h>
#include <stdio.h>

#include "kit/rows.h"
#include "scoring/golden.h"
#include "scoring/score_evidence.h"

enum { SCRATCH = 64 << 20 };

typedef struct {
  ax_trial *trial;
  const ax_model *model;
  ax_arena *scratch;
  ax_buf *out;
  size_t *rows;
} rehearsal;

static ax_status write_row(rehearsal *r, const ax_feature_row *row,
                           const char *note, ax_error *err) {
  ax_results results;
  ax_str cells, answer;
  ax_status status =
      ax_trial_score(r->trial, r->scratch, r->model, &row, 1, &results, err);
  if (status) return status;
  AX_TRY(ax_score_evidence_row(r->scratch, r->model, row, &cells));
  AX_TRY(ax_score_evidence_output(r->scratch, &results, &answer));
  ax_golden_write_row(r->out, r->model->id, ax_str_from(note), cells, answer);
  ++*r->rows;
  return AX_OK;
}

static ax_status rehearse_model(rehearsal *r, size_t ordinary, ax_error *err) {
  char note[160];
  for (size_t i = 0; i < ordinary; i++) {
    ax_arena_reset(r->scratch);
    ax_feature_row *row = ax_rows_make(r->scratch, r->model, i);
    if (!row) return ax_error_set(err, AX_NOMEM, "no memory for rows");
    (void)snprintf(note, sizeof note, "plausible values, row %zu", i);
    AX_TRY(write_row(r, row, note, err));
  }
  for (size_t i = 0; i < r->model->input_count; i++) {
    const ax_model_input *input = &r->model->inputs[i];
    if (input->missing != AUSPEX_MISSING_PASS) continue;
    ax_arena_reset(r->scratch);
    ax_feature_row *row = ax_rows_make(r->scratch, r->model, i);
    if (!row) return ax_error_set(err, AX_NOMEM, "no memory for rows");
    ax_rows_set_state(r->model, row, i, AUSPEX_CELL_ABSENT);
    (void)snprintf(note, sizeof note, "without " AX_STR_FMT,
                   AX_STR_ARG(input->name));
    AX_TRY(write_row(r, row, note, err));
  }
  return AX_OK;
}

ax_status ax_rehearse(ax_trial *trial, size_t ordinary, ax_buf *out,
                      size_t *rows, ax_error *err) {
  rehearsal r = { .trial = trial, .out = out, .rows = rows };
  ax_status status = AX_OK;
  *rows = 0;
  r.scratch = ax_arena_new(SCRATCH);
  if (!r.scratch) return ax_error_set(err, AX_NOMEM, "no memory for rows");
  ax_golden_write_begin(out);
  for (size_t i = 0; i < trial->count && !status; i++) {
    r.model = &trial->models[i];
    status = rehearse_model(&r, ordinary, err);
  }
  if (!status) status = ax_golden_write_end(out);
  ax_arena_free(r.scratch);
  return status;
}
