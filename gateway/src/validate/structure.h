/*
 * structure.h - a StructureDefinition as a resource: does it hold together, and
 * with what it is based on (R4 profiling.html, elementdefinition.html)?
 * check_structure.c looks at the whole and makes its snapshot; each element of
 * the differential is looked at beside the base's.
 *
 * Threads: a view belongs to one walk; everything in it dies with `arena`.
 */
#ifndef AX_VALIDATE_STRUCTURE_H
#define AX_VALIDATE_STRUCTURE_H

#include "validate/slicing_path.h"

typedef struct {
  ax_walk *walk;
  ax_arena *arena;
  const ax_json *definition;
  const ax_json *base;     /* the definition it is based on */
  const ax_json *elements; /* of its own snapshot, as generated; or NULL */
  ax_map *base_paths;      /* path -> the base's ElementDefinition */
  ax_map *ids;             /* id -> ElementDefinition of `elements` */
  bool constrains;         /* derivation = constraint */
} ax_structure;

/* Reports what is wrong with one element of the differential. */
ax_status ax_structure_element(const ax_structure *s,
                               const ax_place *element) AX_MUST_USE;

/* The same for its slicing (structure_slicing.c). */
ax_status ax_structure_slicing(const ax_structure *s,
                               const ax_place *element) AX_MUST_USE;

/* The same for its constraints (structure_constraint.c). */
ax_status ax_structure_constraints(const ax_structure *s,
                                   const ax_place *element) AX_MUST_USE;

/* Reports elements of the differential that are out of order, and ids that do
 * not say their paths (structure_order.c). */
void ax_structure_order(const ax_structure *s, const ax_place *place);

/* Reports contexts of an extension that cannot be (structure_context.c). */
ax_status ax_structure_contexts(const ax_structure *s,
                                const ax_place *place) AX_MUST_USE;

/* The definition of `url`, with a snapshot, in the arena; NULL: none. */
const ax_json *ax_structure_load(const ax_structure *s, ax_str url);

#endif
