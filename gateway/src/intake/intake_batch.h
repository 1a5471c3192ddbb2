/*
 * intake_batch.h - the entries of a batch, each on its own (R4 3.1.0.11.1):
 * one that fails leaves the others alone.
 *
 * For speed, entries that cannot disturb each other are stored in one commit;
 * when that commit does not go through, each of them is tried alone, so that
 * grouping is never seen from outside.
 */
#ifndef AX_INTAKE_INTAKE_BATCH_H
#define AX_INTAKE_INTAKE_BATCH_H

#include "intake/intake_hold.h"
#include "intake/intake_item.h"
#include "intake/intake_service.h"

/* Says of an item that a failure of ours stopped it. */
void ax_intake_batch_fail(ax_intake_item *item, ax_status status,
                          const ax_error *err);

/* Keeps in quarantine what was refused for faults inside its resource; what
 * should be kept and cannot be has failed. NOMEM only. */
ax_status ax_intake_batch_hold(const ax_intake_hold *hold,
                               ax_intake_item *items, size_t count) AX_MUST_USE;

/* Stores and scores what can be. What cannot has errors in its issues and a
 * status. NOMEM only. */
ax_status ax_intake_batch_run(const ax_intake *intake,
                              const ax_intake_request *rq,
                              ax_intake_item *items, size_t count) AX_MUST_USE;

#endif
