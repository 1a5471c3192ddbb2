/*
 * phase.h - set-up, a test, or teardown. Private to run/.
 */
#ifndef AX_RUN_PHASE_H
#define AX_RUN_PHASE_H

#include "run/state.h"

/* Runs all actions of a phase until one ends it (teardown: all of them) and
 * appends them to `out`. NOMEM. */
ax_status ax_phase_run(ax_state *s, const ax_script_phase *phase,
                       ax_result_phase *out) AX_MUST_USE;

/* Appends them as not run. */
ax_status ax_phase_skip(ax_state *s, const ax_script_phase *phase,
                        ax_result_cause cause, ax_str why,
                        ax_result_phase *out) AX_MUST_USE;

/* The fixtures that come and go with the script, as actions of set-up and of
 * teardown. False in `*good`: one could not be created. */
ax_status ax_phase_create_fixtures(ax_state *s, ax_result_phase *out,
                                   bool *good) AX_MUST_USE;
ax_status ax_phase_remove_fixtures(ax_state *s,
                                   ax_result_phase *out) AX_MUST_USE;

/* The kind that follows from the actions. */
void ax_phase_end(ax_result_phase *phase);

#endif
