/*
 * action.h - runs one action, whatever comes of it. Private to run/.
 */
#ifndef AX_RUN_ACTION_H
#define AX_RUN_ACTION_H

#include "run/state.h"

/* Runs an action of `phase` and fills `out` completely. NOMEM only. */
ax_status ax_action_run(ax_state *s, const ax_script_phase *phase,
                        const ax_script_action *action,
                        ax_result_action *out) AX_MUST_USE;

/* What `out` is without being run: names, place, requirement (its own, else
 * that of its phase). */
void ax_action_describe(const ax_script_phase *phase,
                        const ax_script_action *action, ax_result_action *out);

/* Turns a failure into the kind and message of an action (state.h). NOMEM is
 * given back. */
ax_status ax_action_judge(ax_state *s, ax_status status, const ax_error *why,
                          ax_result_action *out) AX_MUST_USE;

/* Must the actions behind this one not be run? */
bool ax_action_ends(const ax_script_action *action,
                    const ax_result_action *result);

#endif
