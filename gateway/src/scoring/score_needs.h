/*
 * score_needs.h - a cheap look ahead: Conditions that a model's population must
 * have, each of them. A patient without any Condition of one such set is
 * outside the population, whatever else is known; nothing more has to be read.
 *
 * Who is not ruled out here may still be: the gate (feature.h) decides.
 *
 * Threads: any; pure functions.
 */
#ifndef AX_SCORING_SCORE_NEEDS_H
#define AX_SCORING_SCORE_NEEDS_H

#include "scoring/model.h"

enum { AX_SCORE_NEEDS_SYSTEMS = 16 };

/* Adds filters for the systems of the codes that the model needs to `out`,
 * which has `*count` of at most AX_SCORE_NEEDS_SYSTEMS, each system once.
 * False: the model needs none, or there are more. */
bool ax_score_needs_systems(const ax_model *model, ax_fact_code *out,
                            size_t *count);

/* May the model apply? `facts` hold at least all Conditions in these systems.
 * When not, `why` is the model's reason. */
bool ax_score_needs_met(const ax_model *model, const ax_facts *facts,
                        ax_str *why);

#endif
