/*
 * walk_find.h - where references lead, as far as the document itself tells,
 * and whether what is there conforms to a profile. Each index is built at most
 * once for what it indexes, so that n references cost n look-ups.
 */
#ifndef AX_VALIDATE_WALK_FIND_H
#define AX_VALIDATE_WALK_FIND_H

#include "validate/walk.h"

/* A resource that a reference leads to. */
typedef struct {
  const ax_json *resource;
  bool is_contained;
  const ax_bundle_entry *entry; /* that it stands in; or NULL */
} ax_walk_target;

/* The contained resource `id` of the innermost resource that contains; an empty
 * id is that resource itself. NULL: none. */
const ax_json *ax_walk_find_fragment(ax_walk *walk, ax_str id);

/* The resource in this document that the reference `text` means. */
bool ax_walk_find_target(ax_walk *walk, ax_str text, ax_walk_target *out);

/* The type of the Bundle's entry that the reference `text` means; empty: the
 * Bundle has none, or there is no Bundle. */
ax_str ax_walk_find_type(ax_walk *walk, ax_str text);

/* The type of what cannot be found, as the Reference (`text` is its reference)
 * names it; or empty. */
ax_str ax_walk_type_named(ax_walk *walk, const ax_json *reference, ax_str text);

/*
 * Does the resource, or the value (at `place`, where that is known), conform
 * to the profile? Reports nothing (walk_conform.c). False also when there is no
 * such profile, or it is about another type.
 */
bool ax_walk_target_conforms(ax_walk *walk, const ax_walk_target *target,
                             ax_str canonical);
bool ax_walk_value_conforms(ax_walk *walk, const ax_json *value,
                            const ax_place *place, ax_str canonical);

#endif
