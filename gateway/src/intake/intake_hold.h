/*
 * intake_hold.h - quarantine: what validation refuses is kept as it came,
 * apart from the resources, so that somebody can correct and release it, or
 * discard it. While it is there nothing finds, scores or delivers it.
 *
 * A single request and an entry of a batch are kept alone; a transaction is
 * kept whole, since it is done whole or not at all. The sender is told 202 and
 * where to look: BASE/$quarantine/ID. That it is kept is one commit, together
 * with the record of its key, so a repeat under that key is not kept twice.
 *
 * Threads: the request's.
 */
#ifndef AX_INTAKE_INTAKE_HOLD_H
#define AX_INTAKE_INTAKE_HOLD_H

#include "intake/intake_item.h"
#include "intake/intake_once.h"
#include "intake/intake_service.h"

/* item->i of a transaction that is kept whole. */
#define AX_INTAKE_HOLD_WHOLE SIZE_MAX

/* The request as it was sent and as it is understood (codes translated). */
typedef struct {
  const ax_intake *intake;
  const ax_intake_request *sent;
  const ax_intake_request *rq;
} ax_intake_hold;

/*
 * Keeps all items with `hold` set, at most some hundred in a commit: `held`,
 * status 202, and a first issue that says where it is. What was done under the
 * request's key before is as it was. UNAVAILABLE when the quarantine is full;
 * CONFLICT, FULL, IO, NOMEM: those without `held` are not kept.
 */
ax_status ax_intake_hold_items(const ax_intake_hold *hold,
                               ax_intake_item *items, size_t count,
                               ax_error *err) AX_MUST_USE;

/*
 * The same for all items that were refused for faults inside their resources,
 * by validation or when they were to be stored (what a patch makes, references
 * that lead nowhere): `hold` is set for them. Nothing when the sender's mode is
 * another, or the request is a release.
 */
ax_status ax_intake_hold_refused(const ax_intake_hold *hold,
                                 ax_intake_item *items, size_t count,
                                 ax_error *err) AX_MUST_USE;

/* Puts before the issues that the item is kept as item->held. NOMEM. */
ax_status ax_intake_hold_say(const ax_intake_request *rq,
                             ax_intake_item *item) AX_MUST_USE;

/* What the commit of a release says about its end. NOMEM. */
ax_status ax_intake_hold_settled(const ax_intake_options *options,
                                 const ax_intake_request *rq,
                                 const ax_intake_item *items, size_t count,
                                 ax_held *out) AX_MUST_USE;

#endif
