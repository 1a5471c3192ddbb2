/*
 * frame_batch.h - rows on their way to a worker, and its answers.
 *
 * The host writes rows (ax_frame_batch_write) and reads results
 * (ax_frame_results_*); the worker reads rows into an auspex_batch and writes
 * the auspex_output back. Both directions are checked by the reader.
 *
 * Threads: any.
 */
#ifndef AX_SCORING_FRAME_BATCH_H
#define AX_SCORING_FRAME_BATCH_H

#include <auspex_plugin.h>

#include "scoring/feature.h"
#include "scoring/frame.h"
#include "scoring/result.h"

/* The most samples of all SERIES in one batch. */
enum { AX_FRAME_BATCH_SAMPLES = 200000 };

/* --- host ------------------------------------------------------------------
 */

/* Writes the payload of AX_FRAME_SCORE for rows of one model. */
void ax_frame_batch_write(ax_buf *out, const ax_model *model,
                          const ax_feature_row *const *rows, size_t count);

/* What the row's numbers come down to, for auspex_batch.seed. */
uint64_t ax_frame_batch_seed(const ax_model *model, const ax_feature_row *row);

/*
 * Checks a payload of AX_FRAME_RESULTS for `rows` rows of `model`: counts,
 * ranges, indexes, finite numbers. INVALID says what is wrong with it.
 */
ax_status ax_frame_batch_check(const ax_model *model, ax_str payload,
                               size_t rows, ax_error *err) AX_MUST_USE;

/* The results of row `row` out of a checked payload, copied into `arena`. */
ax_status ax_frame_batch_results(ax_arena *arena, ax_str payload, uint32_t row,
                                 ax_results *out) AX_MUST_USE;

/* --- worker ----------------------------------------------------------------
 */

typedef struct {
  uint32_t model;
  auspex_batch batch;   /* points into the arena */
  auspex_output output; /* empty buffers of the sizes the host asked for */
} ax_frame_batch;

/* Reads the payload of AX_FRAME_SCORE. False: malformed or no memory. */
bool ax_frame_batch_read(ax_arena *arena, ax_str payload, ax_frame_batch *out);

/* Writes the payload of AX_FRAME_RESULTS. False when the plug-in claims more
 * than the capacities it was given. */
bool ax_frame_batch_answer(ax_buf *out, const auspex_output *output);

#endif
