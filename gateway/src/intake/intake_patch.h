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
 * the item with status 422 (400 for what is no patch at all). NOMEM.
 */
ax_status ax_intake_patch_apply(const ax_intake *intake, ax_arena *arena,
                                ax_intake_item *item,
                                ax_error *err) AX_MUST_USE;

/* The JSON Patch inside a Binary; `*why` is a sentence when there is none.
 * NOMEM. */
ax_status ax_intake_patch_binary(ax_arena *arena, const ax_json *binary,
                                 const ax_json **out,
                                 const char **why) AX_MUST_USE;

#endif
