/*
 * fp_navigate.h - from a node to its children.
 * Private to fhirpath/.
 */
#ifndef AX_FHIRPATH_FP_NAVIGATE_H
#define AX_FHIRPATH_FP_NAVIGATE_H

#include "fhirpath/fp_run.h"

/* Appends the elements called `name` (FHIRPath names: "value" finds
 * valueQuantity) of one item. */
ax_status ax_fp_navigate_member(ax_fp_run *run, const ax_fp_item *item,
                                ax_str name, ax_fp_list *out) AX_MUST_USE;

/* Appends all child elements. */
ax_status ax_fp_navigate_children(ax_fp_run *run, const ax_fp_item *item,
                                  ax_fp_list *out) AX_MUST_USE;

#endif
