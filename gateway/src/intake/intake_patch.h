/*
 * intake_patch.h - a PATCH: what is stored, changed by the instructions sent
 * (R4 3.1.0.6): JSON Patch (an array) or FHIRPath Patch (Parameters).
 *
 * Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_PATCH_H
#define AX_INTAKE_INTAKE_PATCH_H

#include "intake/intake_item.h"
#include "intake/intake_service.h"

/*
 * Sets item->resource to item->before with item->patch applied, and validates
 * it. Whatever is wrong with the patch or with what it makes is an issue of
 * the item with status 422 (400 for what is no patch at all); what it makes is
 * accepted with its faults where the sender's mode is to tag. NOMEM.
 */
ax_status ax_intake_patch_apply(const ax_intake *intake,
                                const ax_intake_request *rq,
                                ax_intake_item *item) AX_MUST_USE;

/* The JSON Patch inside a Binary; `*why` is a sentence when there is none.
 * NOMEM. */
ax_status ax_intake_patch_binary(ax_arena *arena, const ax_json *binary,
                                 const ax_json **out,
                                 const char **why) AX_MUST_USE;

#endif
