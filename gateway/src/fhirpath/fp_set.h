/*
 * fp_set.h - items without duplicates, by `=` (FHIRPath 6.1.1): a hash table in
 * the arena of the evaluation, so that distinct() over 100,000 items is not
 * 10,000,000,000 comparisons. Private to fhirpath/.
 */
#ifndef AX_FHIRPATH_FP_SET_H
#define AX_FHIRPATH_FP_SET_H

#include "fhirpath/fp_run.h"

typedef struct {
  uint64_t hash;
  ax_fp_item item;
  bool used;
} ax_fp_set_slot;

typedef struct {
  ax_fp_run *run;
  const ax_fp_ast *node; /* whom a fault is about */
  ax_fp_set_slot *slots;
  size_t count, capacity;
} ax_fp_set;

/* Is an equal item there? */
ax_status ax_fp_set_has(ax_fp_set *set, const ax_fp_item *item,
                        bool *out) AX_MUST_USE;

/* Adds the item; `*added` is false when an equal one was there. */
ax_status ax_fp_set_add(ax_fp_set *set, const ax_fp_item *item,
                        bool *added) AX_MUST_USE;
ax_status ax_fp_set_add_all(ax_fp_set *set, const ax_fp_list *list) AX_MUST_USE;

/* Appends to `out` the items of `list` that are not in the set yet, once each,
 * and adds them. */
ax_status ax_fp_set_unique(ax_fp_set *set, const ax_fp_list *list,
                           ax_fp_list *out) AX_MUST_USE;

#endif
