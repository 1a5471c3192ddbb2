/*
 * run_inner.h - a script that is run by an action of another one.
 * Private to run/.
 */
#ifndef AX_RUN_RUN_INNER_H
#define AX_RUN_RUN_INNER_H

#include "run/state.h"

/* What the inner script gets from outside. */
typedef struct {
  const ax_run_setting *bound;
  size_t bound_count;
  ax_map *fixtures, *responses; /* may be NULL */
} ax_run_loan;

/*
 * Runs `script` with its own set-up, tests and teardown in the surroundings of
 * `outer`. What became of it is in `out`, and `inner` holds its answers.
 * NOMEM.
 */
ax_status ax_run_inner(const ax_state *outer, const ax_script *script,
                       const ax_run_loan *loan, ax_state *inner,
                       ax_result_script *out) AX_MUST_USE;

#endif
