/*
 * intake_scorer.h - does score tasks: at once for a request that waits, or
 * later on a thread of its own for what missed its deadline or was left by a
 * crash.
 *
 * A task ends in one commit that holds its results, their index and facts, the
 * evidence and the task's own end: exactly one result for each task, whatever
 * happens in between. A worker that cannot be had makes the task wait longer
 * each time (BACKOFF), and after ATTEMPTS it has failed for good.
 *
 * Threads: any. No two threads do the same task at once: the claims are a set
 * behind the scorer's mutex.
 */
#ifndef AX_INTAKE_INTAKE_SCORER_H
#define AX_INTAKE_INTAKE_SCORER_H

#include "intake/intake.h"

typedef struct ax_intake_scorer ax_intake_scorer;

ax_status ax_intake_scorer_new(const ax_intake_options *options,
                               ax_intake_scorer **out,
                               ax_error *err) AX_MUST_USE;
void ax_intake_scorer_free(ax_intake_scorer *scorer);

/* Stores the models' Devices where they are missing and begins the thread. */
ax_status ax_intake_scorer_start(ax_intake_scorer *scorer,
                                 ax_error *err) AX_MUST_USE;
/* Stores the models' Devices where they are missing. */
ax_status ax_intake_scorer_devices(ax_intake_scorer *scorer,
                                   ax_error *err) AX_MUST_USE;
void ax_intake_scorer_stop(ax_intake_scorer *scorer);

/* Does stored tasks on the caller's thread, at most score_wait_ms long. What
 * is not done then, the thread will do. */
void ax_intake_scorer_wait(ax_intake_scorer *scorer, const ax_task *tasks,
                           size_t count);

#endif
