#include "kit/fuzz.h"

#include <auspex_plugin.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "kit/rows.h"
#include "scoring/score_evidence.h"

enum { BATCH = 16, FINDINGS = 3, SCRATCH = 64 << 20, FILES_EVERY = 64 };

typedef struct {
  ax_trial *trial;
  ax_findings *out;
  ax_arena *scratch;
  uint64_t state;
  bool
      impossible; /* the batch holds what no host sends: it must end, no more */
  ax_fuzz_count *count;
} fuzzing;

/* PCG's multiplier (Knuth's MMIX); the upper bits are good enough for dice. */
static uint32_t dice(fuzzing *f, uint32_t sides) {
  f->state = f->state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(f->state >> 33) % sides;
}

/* Any bits; every fourth number is a small one. */
static double any_number(fuzzing *f) {
  double x;
  uint64_t bits =
      (uint64_t)dice(f, UINT32_MAX / 2) << 33 | dice(f, UINT32_MAX / 2);
  if (dice(f, 4) == 0) return (double)dice(f, 400) - 100;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static ax_feature_row *any_row(fuzzing *f, const ax_model *model) {
  ax_feature_row *row = ax_rows_make(f->scratch, model, f->count->rows++);
  for (size_t i = 0; row && i < model->input_count; i++) {
    uint32_t die = dice(f, 12);
    if (die < 2) ax_rows_set_state(model, row, i, (uint8_t)dice(f, 12));
    if (die < 2 || die >= 5) continue;
    double x = any_number(f);
    ax_rows_set_value(model, row, i, x);
    f->impossible = f->impossible || !ax_rows_possible(&model->inputs[i], x);
  }
  return row;
}

/* --- rows
 * ---------------------------------------------------------------------
 */

static void show(fuzzing *f, const ax_model *model, const ax_feature_row *row,
                 const char *why) {
  ax_str text = AX_STR("");
  char place[160];
  (void)snprintf(place, sizeof place, "model " AX_STR_FMT,
                 AX_STR_ARG(model->name));
  if (ax_score_evidence_row(f->scratch, model, row, &text)) text.len = 0;
  ax_finding_add(f->out, AX_FINDING_ERROR, "fuzz", ax_str_from(place),
                 "%s; the row: " AX_STR_FMT, why,
                 (int)(text.len < 700 ? text.len : 700), text.ptr);
}

/* Which row of the batch was it? Each alone, once more. */
static void find_row(fuzzing *f, const ax_model *model,
                     const ax_feature_row *const *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    ax_results results;
    ax_error err = { 0 };
    char why[320];
    ax_status status = ax_trial_score(f->trial, f->scratch, model, &rows[i], 1,
                                      &results, &err);
    if (status == AX_OK || status == AX_INVALID) continue;
    (void)snprintf(why, sizeof why, "%.150s (the worker %.150s)", err.text,
                   f->trial->ending);
    show(f, model, rows[i], why);
    return;
  }
  ax_finding_add(f->out, AX_FINDING_ERROR, "fuzz", model->name,
                 "a batch of %zu rows ended the worker (it %s), none of its "
                 "rows does alone",
                 count, f->trial->ending);
}

static ax_status try_batch(fuzzing *f, const ax_model *model, ax_error *err) {
  const ax_feature_row *rows[BATCH];
  ax_results results[BATCH];
  ax_error why = { 0 };
  size_t most =
      model->max_batch && model->max_batch < BATCH ? model->max_batch : BATCH;
  size_t count = 1 + dice(f, (uint32_t)most);
  if (count > most) count = most;
  ax_arena_reset(f->scratch);
  f->impossible = false;
  for (size_t i = 0; i < count; i++)
    if (!(rows[i] = any_row(f, model)))
      return ax_error_set(err, AX_NOMEM, "no memory for rows");
  f->count->batches++;
  ax_status status =
      ax_trial_score(f->trial, f->scratch, model, rows, count, results, &why);
  if (status == AX_NOMEM) return status;
  if (f->impossible && status != AX_TIMEOUT) return AX_OK;
  if (status && status != AX_INVALID) find_row(f, model, rows, count);
  return AX_OK;
}

/* --- data files
 * ------------------------------------------------------------------
 */

static void damage(fuzzing *f, ax_buf *all) {
  uint32_t times = 1 + dice(f, 8);
  for (uint32_t i = 0; i < times; i++)
    all->bytes[dice(f, (uint32_t)all->len)] = (char)dice(f, 256);
}

static void try_files(fuzzing *f) {
  ax_frame_load order = f->trial->files.order;
  ax_error err = { 0 };
  ax_buf all = AX_BUF_INIT(AX_MODULE_FILES_MAX);
  size_t size = 0;
  bool same;
  for (size_t i = 0; i < order.file_count; i++)
    size += (size_t)order.files[i].length;
  if (size == 0 || size > INT32_MAX) return;
  void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, order.data, 0);
  if (data == MAP_FAILED) return;
  ax_buf_append(&all, (ax_str){ data, size });
  (void)munmap(data, size);
  if (!all.status) {
    damage(f, &all);
    f->count->files++;
    if (ax_broker_seal("data", ax_buf_view(&all), &order.data, &err) == AX_OK) {
      ax_status status = ax_trial_create_with(f->trial, &order, &same, &err);
      if (status == AX_UNAVAILABLE || status == AX_TIMEOUT)
        ax_finding_add(f->out, AX_FINDING_ERROR, "fuzz", AX_STR("data"),
                       "create does not survive damaged files: %s", err.text);
      close(order.data);
    }
  }
  ax_buf_free(&all);
}

ax_status ax_fuzz(ax_trial *trial, uint64_t seed, int64_t deadline_ns,
                  ax_findings *out, ax_fuzz_count *count, ax_error *err) {
  fuzzing f = { .trial = trial, .out = out, .state = seed, .count = count };
  ax_status status = AX_OK;
  *count = (ax_fuzz_count){ 0 };
  f.scratch = ax_arena_new(SCRATCH);
  if (!f.scratch) return ax_error_set(err, AX_NOMEM, "no memory for rows");
  while (!status && out->errors < FINDINGS &&
         ax_clock_mono_ns() < deadline_ns) {
    status =
        try_batch(&f, &trial->models[dice(&f, (uint32_t)trial->count)], err);
    if (count->batches % FILES_EVERY == 1) try_files(&f);
  }
  ax_arena_free(f.scratch);
  return status;
}
