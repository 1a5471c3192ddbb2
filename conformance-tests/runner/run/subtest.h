/*
 * subtest.h - an action that runs another script in its place: the subtests of
 * the Crucible engine, the imports of NIST's. Private to run/.
 */
#ifndef AX_RUN_SUBTEST_H
#define AX_RUN_SUBTEST_H

#include "run/state.h"

/*
 * Runs the action's subtest, once or for each value of its expression, and
 * fills kind, rule, message and exchange of `out`. Failures: see state.h.
 */
ax_status ax_subtest_run(ax_state *s, const ax_script_action *action,
                         ax_result_action *out, ax_error *err) AX_MUST_USE;

#endif
