/*
 * delivery_refs.h - references in what is delivered. A relative one
 * ("Patient/1") means something on this server only: at a target it would name
 * somebody else's resource, or nothing. So it becomes absolute, below our
 * published base; one to a resource that travels along in the same transaction
 * stays relative, without its version, and means the copy there.
 *
 * Lifetime: the arena given. Threads: any.
 */
#ifndef AX_DELIVERY_DELIVERY_REFS_H
#define AX_DELIVERY_DELIVERY_REFS_H

#include "base/map.h"
#include "json/json.h"

/* `tree` with its relative references below `base`; those whose "Type/id" is a
 * key of `along` (which may be NULL) stay. References into the resource ("#x"),
 * URNs and absolute URLs are left as they are. NOMEM. */
ax_status ax_delivery_refs_settle(ax_arena *arena, const ax_json *tree,
                                  ax_str base, const ax_map *along,
                                  const ax_json **out) AX_MUST_USE;

#endif
