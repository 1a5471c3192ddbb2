/*
 * intake_tasks.h - which models what was accepted concerns: one task for each
 * patient and model of a commit, with the moment of acceptance as as-of. Where
 * the model reads a value that lies ahead by no more than clocks differ
 * (AX_LIMIT_CLOCK_AHEAD_MS), the task is for the moment of that value, and done
 * then: a result never rests on what has not been yet.
 *
 * Only subjects that are a Patient; Observations whose focus is somebody else
 * do not count; what the gateway made does not unless the model asks for its
 * code. Whether the patient may be scored at all (stored, alive, active, no
 * test) is decided when the task is done: a Patient that arrives later than
 * its Observations, or may be scored from now on, brings tasks for all models
 * with it; one whose birth date or sex is corrected for those that ask for it.
 * What a resource said before the write counts as what it says now: a value
 * that is deleted, coded anew or moved to another patient may have kept a model
 * from the one it was about. A write that makes
 * versions old on which results stand brings tasks that take those back
 * (intake_revision.h).
 *
 * Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_TASKS_H
#define AX_INTAKE_INTAKE_TASKS_H

#include "intake/intake.h"
#include "intake/intake_item.h"

ax_status ax_intake_tasks_plan(const ax_intake_options *options,
                               ax_arena *arena, const ax_intake_item *items,
                               size_t count, ax_task **tasks,
                               size_t *task_count, ax_error *err) AX_MUST_USE;

#endif
