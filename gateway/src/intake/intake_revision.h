/*
 * intake_revision.h - corrections: what stood on a resource that has been
 * changed, deleted or entered in error is taken back.
 *
 * A result remembers the exact versions it rests on. A write that makes one of
 * them old plans a task for the same model, patient and as-of (so that the
 * correction and its consequences are one transaction); when that task ends,
 * the results that stand on what is not current any more become
 * entered-in-error in the same transaction as the new results, and a
 * Provenance with the activity of a revision ties them. Merely newer data make
 * no version old and leave results alone. Of a Patient only a version that says
 * something else about the person (birth date, gender, extensions) counts.
 *
 * Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_REVISION_H
#define AX_INTAKE_INTAKE_REVISION_H

#include "intake/intake.h"
#include "intake/intake_item.h"

/* Tasks for what stands on older versions of `items`; those that are in `tasks`
 * already (same model, patient and as-of) are left out. `tasks` has room for
 * `room`; a larger list takes its place when that is too small. */
ax_status ax_intake_revision_plan(const ax_intake_options *options,
                                  ax_arena *arena, const ax_intake_item *items,
                                  size_t count, ax_task **tasks,
                                  size_t *task_count,
                                  ax_error *err) AX_MUST_USE;

typedef struct {
  const ax_model *model; /* the task's; its Device is the agent */
  const ax_str *items;   /* "Type/id" */
  size_t count;
} ax_intake_revision_made;

/*
 * Adds to `commit`, which ends `task`, the writes that take back what the
 * task's results replace, their Provenance, and the tasks that follow from
 * them. `made` are the results that are there after the commit.
 */
ax_status ax_intake_revision_add(const ax_intake_options *options,
                                 ax_arena *arena, const ax_task *task,
                                 const ax_intake_revision_made *made,
                                 ax_commit *commit, ax_error *err) AX_MUST_USE;

/* Was this result, entered in error, taken back by the gateway, not by a
 * person? */
bool ax_intake_revision_took_back(const ax_json *tree);

#endif
