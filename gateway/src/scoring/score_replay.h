/*
 * score_replay.h - reads what score_evidence.h wrote: a row of evidence (or of
 * golden.json) back into the very bits the plug-in saw, and an answer back into
 * results that can be compared. What is read is foreign input.
 *
 * Numbers come back as the same doubles: they were written with the fewest
 * digits that do so. What was left out is NaN, 0 or none.
 *
 * Lifetime: results live in the arena; texts in the tree. Threads: any.
 */
#ifndef AX_SCORING_SCORE_REPLAY_H
#define AX_SCORING_SCORE_REPLAY_H

#include "scoring/feature.h"
#include "scoring/result.h"
#include "json/json.h"

/* INVALID names the member and what would be right; NOMEM. The row is READY,
 * without basis and gaps. */
ax_status ax_score_replay_row(ax_arena *arena, const ax_model *model,
                              const ax_json *tree, ax_feature_row *out,
                              ax_error *err) AX_MUST_USE;

/* INVALID, NOMEM. */
ax_status ax_score_replay_output(ax_arena *arena, const ax_json *tree,
                                 ax_results *out, ax_error *err) AX_MUST_USE;

/* Do two answers agree bit for bit? Where not, `err` names the first
 * difference: "results[1].score is 2.5, not 2.25". */
bool ax_score_replay_same(const ax_results *wanted, const ax_results *got,
                          ax_error *err);

#endif
