/*
 * search_cursor.h - where a page ended, as a text that clients carry and do not
 * read: the position, and a digest that binds it to the question it belongs to.
 * A cursor stays good across restarts; one that was cut, edited or put behind
 * another question is noticed.
 *
 * Pure functions.
 */
#ifndef AX_SEARCH_SEARCH_CURSOR_H
#define AX_SEARCH_SEARCH_CURSOR_H

#include "base/arena.h"
#include "base/error.h"

/* `scope` is everything of the question but the cursor. NOMEM. */
ax_status ax_search_cursor_write(ax_arena *arena, ax_str scope, ax_str position,
                                 ax_str *out) AX_MUST_USE;

/* The position in `token`. INVALID when it is none of ours for this `scope`;
 * NOMEM. */
ax_status ax_search_cursor_read(ax_arena *arena, ax_str scope, ax_str token,
                                ax_str *position) AX_MUST_USE;

#endif
