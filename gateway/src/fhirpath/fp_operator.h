/*
 * fp_operator.h - the operators of chapter 6, and the sets built on equality.
 * Private to fhirpath/.
 */
#ifndef AX_FHIRPATH_FP_OPERATOR_H
#define AX_FHIRPATH_FP_OPERATOR_H

#include "fhirpath/fp_run.h"

typedef enum {
  AX_FP_BEFORE = -1,
  AX_FP_SAME = 0,
  AX_FP_AFTER = 1,
  AX_FP_NO_ORDER = 2 /* precision or units do not decide it */
} ax_fp_order;

/* 6.1.1 equals: of collections (empty ones give empty) and of two items. */
ax_status ax_fp_equality_equal(ax_fp_run *run, const ax_fp_ast *node,
                               const ax_fp_list *a, const ax_fp_list *b,
                               ax_fp_truth *out) AX_MUST_USE;
ax_status ax_fp_equality_items(ax_fp_run *run, const ax_fp_ast *node,
                               const ax_fp_item *a, const ax_fp_item *b,
                               ax_fp_truth *out) AX_MUST_USE;

/* 6.1.2 equivalent: always true or false. */
ax_status ax_fp_equality_equivalent(ax_fp_run *run, const ax_fp_ast *node,
                                    const ax_fp_list *a, const ax_fp_list *b,
                                    bool *out) AX_MUST_USE;

/* Equal items have equal hashes. */
ax_status ax_fp_equality_hash(ax_fp_run *run, const ax_fp_item *item,
                              uint64_t *out) AX_MUST_USE;

/* 6.2: single values with an order; faults name the types that have none. */
ax_status ax_fp_compare(ax_fp_run *run, const ax_fp_ast *node,
                        const ax_fp_list *a, const ax_fp_list *b,
                        ax_fp_truth *out) AX_MUST_USE;
ax_status ax_fp_compare_items(ax_fp_run *run, const ax_fp_ast *node,
                              const ax_fp_item *a, const ax_fp_item *b,
                              ax_fp_order *out) AX_MUST_USE;

/* 6.6 and polarity. */
ax_status ax_fp_arithmetic(ax_fp_run *run, const ax_fp_ast *node,
                           const ax_fp_list *a, const ax_fp_list *b,
                           ax_fp_list *out) AX_MUST_USE;
ax_status ax_fp_arithmetic_negate(ax_fp_run *run, const ax_fp_ast *node,
                                  const ax_fp_list *a,
                                  ax_fp_list *out) AX_MUST_USE;

/* 6.5: `and`, `or`, `xor`, `implies`. The right side is not evaluated when the
 * left one decides. */
ax_status ax_fp_logic(ax_fp_run *run, const ax_fp_ast *node,
                      const ax_fp_scope *scope, ax_fp_truth *out) AX_MUST_USE;

/* 6.3: is the item of the type that a TYPE_NAME names? With `exactly`,
 * primitives match their own type only, as as() and ofType() want it. An
 * unknown type is a fault. */
ax_status ax_fp_types_match(ax_fp_run *run, const ax_fp_ast *type,
                            const ax_fp_item *item, bool exactly,
                            bool *out) AX_MUST_USE;
ax_status ax_fp_types_filter(ax_fp_run *run, const ax_fp_ast *type,
                             const ax_fp_list *input,
                             ax_fp_list *out) AX_MUST_USE;
ax_status ax_fp_types_test(ax_fp_run *run, const ax_fp_ast *node,
                           const ax_fp_ast *type, const ax_fp_list *input,
                           ax_fp_truth *out) AX_MUST_USE;
ax_status ax_fp_types_cast(ax_fp_run *run, const ax_fp_ast *node,
                           const ax_fp_ast *type, const ax_fp_list *input,
                           ax_fp_list *out) AX_MUST_USE;

#endif
