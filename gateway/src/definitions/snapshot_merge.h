/*
 * snapshot_merge.h - one ElementDefinition changed by another, member by
 * member (R4 ElementDefinition; 5.1.0.5 on what a differential may say).
 */
#ifndef AX_DEFINITIONS_SNAPSHOT_MERGE_H
#define AX_DEFINITIONS_SNAPSHOT_MERGE_H

#include "json/json.h"

/*
 * `base` with what `diff` says: constraints, mappings, conditions, aliases,
 * codes and examples are added (a constraint with the same key replaces);
 * a binding or slicing is merged member by member; a text that begins with
 * "..." is added to the base's; everything else replaces. `base` may be NULL.
 * NULL without memory.
 */
const ax_json *ax_snapshot_merge(ax_arena *arena, const ax_json *base,
                                 const ax_json *diff) AX_MUST_USE;

#endif
