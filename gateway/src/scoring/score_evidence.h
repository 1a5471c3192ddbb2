/*
 * score_evidence.h - a row and an answer as JSON, exact to the bit: enough to
 * ask the same module again and compare. For score.c.
 */
#ifndef AX_SCORING_SCORE_EVIDENCE_H
#define AX_SCORING_SCORE_EVIDENCE_H

#include "scoring/feature.h"
#include "scoring/result.h"

/* {"as_of_ms","anchor_ms","seed","cells":[{"state","value","time_ms","low",
 * "high","samples"}],"samples":[[time_ms,value]]}; what is not there is left
 * out. TOO_LARGE, NOMEM. */
ax_status ax_score_evidence_row(ax_arena *arena, const ax_model *model,
                                const ax_feature_row *row,
                                ax_str *out) AX_MUST_USE;

/* {"results":[{"outcome","status","level","probability","low","high",
 * "relative_risk","score","contributions":[[factor,amount]],"text",
 * "mitigation","input","inputs"}]} */
ax_status ax_score_evidence_output(ax_arena *arena, const ax_results *results,
                                   ax_str *out) AX_MUST_USE;

/* {"failed":"why"}: what stands in place of an answer that never came. */
ax_status ax_score_evidence_failure(ax_arena *arena, ax_str why,
                                    ax_str *out) AX_MUST_USE;

#endif
