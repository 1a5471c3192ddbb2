/*
 * tx_answer.h - what a terminology server says to $validate-code: Parameters
 * with `result`, perhaps `display`, and signs that it could not know.
 * Threads: any; no state.
 */
#ifndef AX_TERMINOLOGY_TX_ANSWER_H
#define AX_TERMINOLOGY_TX_ANSWER_H

#include "base/arena.h"
#include "base/error.h"
#include "terminology/builtin.h"

/*
 * Reads `body`. `display` (in the arena, or empty) is the server's name for the
 * code. UNKNOWN: the body is no Parameters with a result, or the result is
 * false because the server does not have the code system or the value set.
 */
ax_membership ax_tx_answer_read(ax_arena *arena, ax_str body, ax_str *display);

#endif
