/*
 * operation.h - runs one operation of a script. Private to run/.
 */
#ifndef AX_RUN_OPERATION_H
#define AX_RUN_OPERATION_H

#include "run/state.h"

/*
 * Sends what the operation describes (or waits for it, when a client is under
 * test and the operation names an origin), registers requestId and responseId,
 * and fills rule and exchange of `out`. An answer of any status is AX_OK;
 * failures: see state.h.
 */
ax_status ax_operation_run(ax_state *s, const ax_script_action *action,
                           ax_result_action *out, ax_error *err) AX_MUST_USE;

/* Creates a fixture on a destination (autocreate), and deletes what was made of
 * fixtures marked so (autodelete); each is told as an action. */
ax_status ax_operation_create(ax_state *s, const ax_script_fixture *fixture,
                              unsigned destination, ax_result_action *out,
                              ax_error *err) AX_MUST_USE;
ax_status ax_operation_remove(ax_state *s, const ax_state_made *made,
                              ax_result_action *out, ax_error *err) AX_MUST_USE;

/* Is a base URL known for this very destination? */
bool ax_operation_knows(const ax_state *s, unsigned destination);

/* The base URL of destination `index`; 0: none was named, which is INVALID
 * where the script has several and their URLs are known (R4). */
ax_status ax_operation_base(ax_state *s, unsigned index, ax_str place,
                            ax_str *out, ax_error *err) AX_MUST_USE;

#endif
