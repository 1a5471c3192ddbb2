/*
 * placeholder.h - `${name}` in texts and trees of a script.
 *
 * Who knows the values is the caller's business. "${" without a "}" behind it,
 * and "${}", are text like any other.
 *
 * Lifetime: results live in the arena or are the text that was given.
 * Threads: a call touches only its arguments.
 */
#ifndef AX_RUN_PLACEHOLDER_H
#define AX_RUN_PLACEHOLDER_H

#include "json/json.h"

/* The value of `name`. Whatever it returns but AX_OK ends the replacement. */
typedef ax_status (*ax_placeholder_value)(void *ctx, ax_str name, ax_str *out,
                                          ax_error *err);

typedef struct {
  ax_placeholder_value value;
  void *ctx;
} ax_placeholder_source;

/* Bytes of one text after the replacement. */
enum { AX_PLACEHOLDER_MAX = 16 << 20 };

/* `text` with every placeholder replaced. What `source` returns; TOO_LARGE,
 * NOMEM. */
ax_status ax_placeholder_fill(ax_arena *arena, ax_str text,
                              const ax_placeholder_source *source, ax_str *out,
                              ax_error *err) AX_MUST_USE;

/* A copy of `tree` in which the strings are filled; the tree itself when none
 * holds a placeholder. */
ax_status ax_placeholder_fill_tree(ax_arena *arena, const ax_json *tree,
                                   const ax_placeholder_source *source,
                                   const ax_json **out,
                                   ax_error *err) AX_MUST_USE;

#endif
