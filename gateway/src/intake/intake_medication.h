/*
 * intake_medication.h - which drug an administration is of, where that stands
 * in another resource: R4's medicationReference.
 *
 * The Medication is looked for among what is stored in the same commit, then in
 * the store. Facts are taken when a resource is accepted; that the Medication
 * is still as it was read then is a precondition of the commit.
 *
 * A Medication that comes later, is coded anew or is deleted changes what all
 * that refer to it say. There may be many: its commit leaves a task that is no
 * model's, which gives them new facts, some in each commit, with the tasks for
 * the models these concern and for the results that stood on the old ones.
 * Done twice it changes nothing the second time.
 *
 * Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_MEDICATION_H
#define AX_INTAKE_INTAKE_MEDICATION_H

#include "intake/intake_item.h"
#include "intake/intake_service.h"

typedef struct {
  const ax_precondition *items; /* what was read of the store */
  size_t count;
} ax_intake_medication_read;

/* Sets item->medication of all items that refer to one; their references are
 * settled. `base` is our own base URL. NOMEM, IO. */
ax_status ax_intake_medication_find(ax_store *store, ax_arena *arena,
                                    ax_str base, ax_intake_item *items,
                                    size_t count,
                                    ax_intake_medication_read *out,
                                    ax_error *err) AX_MUST_USE;

/* Adds a task for each Medication among the items that says something else than
 * before, and that others may know. NOMEM. */
ax_status ax_intake_medication_plan(ax_arena *arena,
                                    const ax_intake_item *items, size_t count,
                                    ax_task **tasks,
                                    size_t *task_count) AX_MUST_USE;

/* Is it such a task? */
bool ax_intake_medication_is_task(const ax_task *task);

/* Does it and ends it. TIMEOUT: the rest is to be done later. */
ax_status ax_intake_medication_spread(const ax_intake_options *options,
                                      ax_arena *arena, const ax_task *task,
                                      int64_t deadline_ns,
                                      ax_error *err) AX_MUST_USE;

#endif
