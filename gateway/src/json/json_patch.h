/*
 * json_patch.h - JSON Patch (RFC 6902) with JSON Pointers (RFC 6901), over
 * immutable trees: what is not touched is shared.
 *
 * Pure functions. Threads: any.
 */
#ifndef AX_JSON_JSON_PATCH_H
#define AX_JSON_JSON_PATCH_H

#include "json/json.h"

/*
 * Applies the operations of `patch` (an array) to `tree`, in order. INVALID
 * names the operation and what is wrong with it, or that a test failed;
 * nothing is changed then. TOO_LARGE for more than AX_JSON_PATCH_OPS
 * operations or a pointer that is too deep; NOMEM.
 */
enum { AX_JSON_PATCH_OPS = 1000, AX_JSON_PATCH_DEPTH = 128 };
ax_status ax_json_patch_apply(ax_arena *arena, const ax_json *tree,
                              const ax_json *patch, const ax_json **out,
                              ax_error *err) AX_MUST_USE;

#endif
