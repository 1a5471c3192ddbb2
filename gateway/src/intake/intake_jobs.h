/*
 * intake_jobs.h - Bundles that are done later (Prefer: respond-async; the
 * asynchronous bundle pattern of R5).
 *
 * What is accepted is on disk, whole, before its sender is told 202; a thread
 * does one after the other. Each is done exactly once, whatever happens in
 * between: its entries are done under a key of its own (intake_once.h), so a
 * crash makes it go on where it stopped. When the store cannot be used it waits
 * and tries again. The answer is kept for a time.
 *
 * A job that is cancelled while it waits is never done. One that is being done
 * stops: a transaction as a whole or not at all, a batch between two commits.
 *
 * Threads: any; one thread of its own between start and stop.
 */
#ifndef AX_INTAKE_INTAKE_JOBS_H
#define AX_INTAKE_INTAKE_JOBS_H

#include "intake/intake.h"

typedef struct ax_intake_jobs ax_intake_jobs;

ax_status ax_intake_jobs_new(ax_intake *intake, ax_intake_jobs **out,
                             ax_error *err) AX_MUST_USE;
void ax_intake_jobs_free(ax_intake_jobs *jobs);
ax_status ax_intake_jobs_start(ax_intake_jobs *jobs, ax_error *err) AX_MUST_USE;
/* Stops soon; what is not done goes on at the next start. */
void ax_intake_jobs_stop(ax_intake_jobs *jobs);

#endif
