/*
 * intake_subset.h - parts of a resource, for _summary and _elements (R4
 * 3.1.1.5.8, 3.1.1.5.9). Which elements belong to a summary, and which must be
 * there, stands in the StructureDefinition of the type; what is left is marked
 * with the tag SUBSETTED.
 *
 * Lifetime: the arena's. Threads: one at a time.
 */
#ifndef AX_INTAKE_INTAKE_SUBSET_H
#define AX_INTAKE_INTAKE_SUBSET_H

#include "base/map.h"
#include "intake/intake_item.h"
#include "search/search.h"
#include "json/json_write.h"

typedef struct {
  ax_registry *registry;
  ax_summary summary;
  const ax_str *elements;
  size_t element_count;
  ax_map *types; /* type -> map of path -> flags */
} ax_intake_subset;

ax_status ax_intake_subset_make(ax_registry *registry, ax_arena *arena,
                                ax_summary summary, const ax_str *elements,
                                size_t element_count,
                                ax_intake_subset *out) AX_MUST_USE;

/* Writes what is left of the resource in `body`. NOMEM, IO. */
ax_status ax_intake_subset_write(const ax_intake_subset *subset,
                                 ax_arena *arena, ax_str type, ax_str body,
                                 ax_json_writer *w) AX_MUST_USE;

/* What is marked as a part is not the resource: stored, it would take away the
 * rest. That it comes to be stored becomes an issue of the item. */
void ax_intake_subset_refuse(ax_intake_item *item);

#endif
