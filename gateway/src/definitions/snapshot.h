/*
 * snapshot.h - the snapshot of a StructureDefinition that has only a
 * differential (R4 5.1.0.4): the base's snapshot with the differential applied,
 * with types and content references opened where the differential speaks of
 * their insides, slices and re-slices made, choice shorthands ("valueQuantity")
 * turned into type slices.
 *
 * Pure: what other definitions say comes through ax_snapshot_source.
 * Threads: any, each with its own arena.
 */
#ifndef AX_DEFINITIONS_SNAPSHOT_H
#define AX_DEFINITIONS_SNAPSHOT_H

#include "json/json.h"

typedef struct {
  void *ctx;
  /* The StructureDefinition with this canonical, complete with a snapshot, or
   * NULL. It must live as long as the arena. The source guards against
   * definitions that are based on themselves. */
  const ax_json *(*structure)(void *ctx, ax_str url);
} ax_snapshot_source;

/*
 * `*out` is `definition` with a `snapshot`; texts and elements are shared with
 * it and with the definitions it rests on. INVALID with a sentence that names
 * the element: the base is unknown, an element is not in the base, a slice of
 * something that cannot be sliced. NOMEM, TOO_LARGE.
 */
ax_status ax_snapshot_generate(ax_arena *arena, const ax_json *definition,
                               const ax_snapshot_source *source,
                               const ax_json **out, ax_error *err) AX_MUST_USE;

#endif
