/*
 * golden.h - golden.json: rows with the answers a module must give to them, bit
 * for bit, before it is trusted with anything. It lies in the module's folder:
 *
 *   { "golden": 1,
 *     "rows": [ { "model": "org.example.risk",
 *                 "note": "all inputs at their means",
 *                 "row": { "as_of_ms": ..., "anchor_ms": ...,
 *                          "cells": [ { "state": 1, "value": 7.5, ... } ] },
 *                 "output": { "results": [ ... ] } } ] }
 *
 * `row` and `output` are written exactly as evidence is (score_evidence.h), so
 * a recorded score is a golden row. Doubles have the fewest digits that read
 * back as the same double. "note" may be left out.
 *
 * Threads: any. What is read is foreign input.
 */
#ifndef AX_SCORING_GOLDEN_H
#define AX_SCORING_GOLDEN_H

#include "base/buf.h"
#include "scoring/feature.h"
#include "scoring/result.h"
#include "json/json.h"

#define AX_GOLDEN_FILE "golden.json"

enum { AX_GOLDEN_ROWS = 10000, AX_GOLDEN_MAX = 32 << 20 /* bytes */ };

typedef struct {
  ax_str model; /* id */
  ax_str note;
  const ax_json *row, *output;
} ax_golden_row;

typedef struct {
  const ax_golden_row *rows;
  size_t count;
} ax_golden;

/* Reads the file. INVALID names the place and what would be right; NOMEM. */
ax_status ax_golden_read(ax_arena *arena, ax_str text, ax_golden *out,
                         ax_error *err) AX_MUST_USE;

/* How a row gets its answer: a worker, or in a test anything. */
typedef ax_status (*ax_golden_ask)(void *ctx, ax_arena *arena,
                                   const ax_model *model,
                                   const ax_feature_row *row, ax_results *out,
                                   ax_error *err);

/*
 * Asks for every row and compares. INVALID: the first difference, with the
 * number of the row; a row for a model that is not among `models`; a model
 * without any row. Other failures are those of `ask`.
 */
ax_status ax_golden_check(ax_arena *arena, const ax_golden *golden,
                          const ax_model *const *models, size_t model_count,
                          ax_golden_ask ask, void *ctx,
                          ax_error *err) AX_MUST_USE;

/* One more row of a file being written; `row` and `output` as evidence has
 * them. The first goes between _begin and _end like all others. */
void ax_golden_write_begin(ax_buf *out);
void ax_golden_write_row(ax_buf *out, ax_str model, ax_str note, ax_str row,
                         ax_str output);
ax_status ax_golden_write_end(ax_buf *out) AX_MUST_USE;

#endif
