/*
 * intake_verdict.h - what validation found about an item, and what that comes
 * to where the sender's mode is not to reject (intake_mode.h).
 *
 * Only faults inside the resource can be put up with: a request that is not
 * understood, an id that is not the URL's or a condition that does not hold is
 * refused in every mode.
 *
 * A resource that is accepted in spite of its faults carries the meta.tag
 * AX_INTAKE_VERDICT_TAG; the gateway alone sets and removes it, so a resource
 * without it was found right when it was stored.
 *
 * Lifetime: the request's arena. Threads: the request's.
 */
#ifndef AX_INTAKE_INTAKE_VERDICT_H
#define AX_INTAKE_INTAKE_VERDICT_H

#include "intake/intake.h"
#include "intake/intake_item.h"

#define AX_INTAKE_VERDICT_SYSTEM \
  "https://auspex-gateway.org/fhir/CodeSystem/tags"
#define AX_INTAKE_VERDICT_TAG "validation-failed"

/* Do all errors in `issues` lie inside the item's resource, and does the item
 * bring one (POST, PUT) or make one (PATCH)? */
bool ax_intake_verdict_bearable(const ax_intake_item *item,
                                const ax_fhir_issues *issues);

/* Accepts the item with its faults: they become item->findings, item->issues
 * is a new empty list, the resource gets the tag. NOMEM. */
ax_status ax_intake_verdict_tag(ax_arena *arena, ax_intake_item *item,
                                ax_fhir_issues *findings) AX_MUST_USE;

/* Takes the tag from the resource of an item that was found right. NOMEM. */
ax_status ax_intake_verdict_clean(ax_arena *arena,
                                  ax_intake_item *item) AX_MUST_USE;

/* Validates item->resource alone (Bundles validate all entries in one run) and
 * applies the mode: without errors it is clean; in mode TAG errors become
 * findings; else they are issues of the item. NOMEM. */
ax_status ax_intake_verdict_settle(const ax_intake_options *options,
                                   const ax_intake_request *rq,
                                   ax_intake_item *item) AX_MUST_USE;

/* The record that goes with a tagged item's commit. NOMEM, TOO_LARGE. */
ax_status ax_intake_verdict_record(const ax_intake_request *rq,
                                   const ax_intake_item *item,
                                   ax_held *out) AX_MUST_USE;

#endif
