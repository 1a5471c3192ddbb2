/*
 * json_edit.h - changed copies of a tree.
 *
 * Trees are immutable; a change makes a new node for each level above it and
 * shares everything else, so an edit costs the width of the path, not the size
 * of the document. NULL means the arena is exhausted.
 */
#ifndef AX_JSON_JSON_EDIT_H
#define AX_JSON_JSON_EDIT_H

#include "json/json.h"

/* A string value (borrowed text, `at` 0). */
ax_json ax_json_edit_string(ax_str text);

/* `object` with `key` set to `value`: replaced in place, or added at the end.
 */
const ax_json *ax_json_edit_set(ax_arena *arena, const ax_json *object,
                                ax_str key, ax_json value) AX_MUST_USE;

/* The same, but a new member goes behind the member `after` (or first). */
const ax_json *ax_json_edit_set_after(ax_arena *arena, const ax_json *object,
                                      ax_str after, ax_str key,
                                      ax_json value) AX_MUST_USE;

/* `object` without `key`; `object` itself when it has none. */
const ax_json *ax_json_edit_remove(ax_arena *arena, const ax_json *object,
                                   ax_str key) AX_MUST_USE;

/*
 * A copy in which `swap` was asked for every string value (never keys): it
 * returns true and sets `*out` to replace the string, false to leave it.
 * Subtrees without a replacement are shared, not copied. `key` is the member
 * name above the string (through arrays), so a rule can look at "reference".
 */
typedef bool (*ax_json_edit_swap)(void *ctx, ax_str key, ax_str value,
                                  ax_str *out);
ax_status ax_json_edit_strings(ax_arena *arena, const ax_json *tree,
                               ax_json_edit_swap swap, void *ctx,
                               const ax_json **out) AX_MUST_USE;

#endif
