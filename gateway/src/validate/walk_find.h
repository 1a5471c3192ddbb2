/*
 * walk_find.h - where references lead, as far as the document itself tells.
 * Each index is built at most once for what it indexes, so that n references
 * cost n look-ups.
 */
#ifndef AX_VALIDATE_WALK_FIND_H
#define AX_VALIDATE_WALK_FIND_H

#include "validate/walk.h"

/* The contained resource `id` of the innermost resource that contains; an empty
 * id is that resource itself. NULL: none. */
const ax_json *ax_walk_find_fragment(ax_walk *walk, ax_str id);

/* The type of the Bundle's entry that the reference `text` means; empty: the
 * Bundle has none, or there is no Bundle. */
ax_str ax_walk_find_type(ax_walk *walk, ax_str text);

#endif
