/*
 * intake_refs.h - references that change on the way into the store
 * (R4 3.1.0.11.2): what names an entry of the Bundle by its fullUrl becomes
 * Type/id of what was stored, and a conditional reference becomes Type/id of
 * the one resource it finds. A `urn:uuid:` or `urn:oid:` in a `reference` that
 * names no entry of the same transaction is a fault, also in a resource that
 * comes alone: nobody else knows what it means.
 *
 * Looked at: `reference` members everywhere in a resource; every other string
 * that may be a uri, url, canonical, oid or uuid when the whole of it is a
 * fullUrl of the Bundle; href and src in the narrative.
 *
 * Threads: one at a time.
 */
#ifndef AX_INTAKE_INTAKE_REFS_H
#define AX_INTAKE_INTAKE_REFS_H

#include "base/map.h"
#include "intake/intake_match.h"

typedef struct {
  const ax_map *urls;     /* fullUrl -> ax_intake_item; NULL: none */
  ax_intake_match *match; /* for conditional references; NULL: they are
                             refused (only a transaction may hold them) */
} ax_intake_refs;

/* Sets item->tree to item->resource with settled references; what cannot be
 * settled is an issue of the item. NOMEM, IO. */
ax_status ax_intake_refs_settle(const ax_intake_refs *refs, ax_arena *arena,
                                ax_intake_item *item,
                                ax_error *err) AX_MUST_USE;

#endif
