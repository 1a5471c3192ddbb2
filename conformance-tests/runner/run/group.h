/*
 * group.h - groups of asserts of which one must hold. Private to run/.
 */
#ifndef AX_RUN_GROUP_H
#define AX_RUN_GROUP_H

#include "run/state.h"

/*
 * Called when the action `at` of a phase has been judged and belongs to a
 * group: `results` are those of the phase's actions up to it, changeable. As
 * long as the group is open, a member that does not hold passes for now; when
 * its last member does not hold either, all of them fail. NOMEM.
 */
ax_status ax_group_settle(ax_state *s, const ax_script_phase *phase, size_t at,
                          ax_result_action *results) AX_MUST_USE;

#endif
