/*
 * fp_shape.h - what static checking knows of a collection: which types its
 * items may have, and whether their order means something.
 * Private to fhirpath/.
 */
#ifndef AX_FHIRPATH_FP_SHAPE_H
#define AX_FHIRPATH_FP_SHAPE_H

#include "fhirpath/fp_value.h"

typedef struct {
  bool unknown;             /* may be anything */
  bool unordered;           /* children(), descendants() */
  unsigned kinds;           /* bit k: System values of ax_fp_kind k */
  const ax_fp_type **types; /* FHIR types */
  size_t type_count, type_capacity;
} ax_fp_shape;

#define AX_FP_SHAPE_BIT(kind) (1u << (unsigned)(kind))

/* Nothing at all: {}. */
bool ax_fp_shape_is_empty(const ax_fp_shape *shape);

ax_fp_shape ax_fp_shape_unknown(void);
ax_fp_shape ax_fp_shape_kind(ax_fp_kind kind);

/* Adds a type, or all that another shape may be. NOMEM. */
ax_status ax_fp_shape_add(ax_arena *arena, ax_fp_shape *shape,
                          const ax_fp_type *type) AX_MUST_USE;
ax_status ax_fp_shape_merge(ax_arena *arena, ax_fp_shape *shape,
                            const ax_fp_shape *more) AX_MUST_USE;

/* The System kinds its items convert to. */
unsigned ax_fp_shape_kinds(const ax_fp_shape *shape);

/* "Patient", "String", "Quantity or string": for messages. */
ax_str ax_fp_shape_name(ax_arena *arena, const ax_fp_shape *shape);

#endif
