/*
 * fp_run.h - one evaluation in flight: what the function files share.
 * Private to fhirpath/.
 */
#ifndef AX_FHIRPATH_FP_RUN_H
#define AX_FHIRPATH_FP_RUN_H

#include "fhirpath/fp_eval.h"

typedef struct {
  const ax_fp_input *in;
  ax_arena *arena;
  const ax_fp_model *model;
  const ax_fp_program *program;
  ax_fp_fault *fault;
  ax_fp_limits limits;
  uint64_t steps_left;
  int64_t now_ms;
} ax_fp_run;

/* What $this, $index and $total mean. */
typedef struct {
  ax_fp_list focus; /* $this: none or one item */
  bool has_index;
  int64_t index;
  const ax_fp_list *total; /* NULL outside aggregate() */
} ax_fp_scope;

/* True, false, or empty. */
typedef enum { AX_FP_FALSE, AX_FP_TRUE, AX_FP_NEITHER } ax_fp_truth;

/* A function being called. `input` and `args` are prepared as the function's
 * row in the table says; arguments evaluated by the function itself (kinds e,
 * o, t) are only in node->args. */
enum { AX_FP_CALL_ARGS = 4 };
typedef struct {
  ax_fp_run *run;
  const ax_fp_ast *node;
  const ax_fp_scope *scope;
  ax_fp_list input;
  ax_fp_list args[AX_FP_CALL_ARGS];
  ax_fp_list *out; /* empty at the start */
} ax_fp_call;

/* Reports an execution fault at `node`. */
ax_status ax_fp_run_fault(ax_fp_run *run, const ax_fp_ast *node,
                          const char *fmt, ...) AX_PRINTF(3, 4);

/* Counts `steps`; TOO_LARGE when they are used up. */
ax_status ax_fp_run_spend(ax_fp_run *run, const ax_fp_ast *node,
                          uint64_t steps) AX_MUST_USE;

/* Appends; TOO_LARGE above the greatest size of a collection. */
ax_status ax_fp_run_push(ax_fp_run *run, ax_fp_list *list,
                         ax_fp_item item) AX_MUST_USE;
ax_status ax_fp_run_push_all(ax_fp_run *run, ax_fp_list *list,
                             const ax_fp_list *more) AX_MUST_USE;
ax_status ax_fp_run_push_text(ax_fp_run *run, ax_fp_list *list,
                              ax_str text) AX_MUST_USE;
ax_status ax_fp_run_push_truth(ax_fp_run *run, ax_fp_list *list,
                               ax_fp_truth truth) AX_MUST_USE;
ax_status ax_fp_run_push_integer(ax_fp_run *run, ax_fp_list *list,
                                 int64_t value) AX_MUST_USE;
ax_status ax_fp_run_push_decimal(ax_fp_run *run, ax_fp_list *list,
                                 ax_fhir_decimal value) AX_MUST_USE;

/* Evaluates any node of the tree (fp_eval.c). */
ax_status ax_fp_eval_node(ax_fp_run *run, const ax_fp_ast *node,
                          const ax_fp_scope *scope,
                          ax_fp_list *out) AX_MUST_USE;

/* Singleton evaluation (FHIRPath 4.5): the truth of a collection. */
ax_status ax_fp_run_truth(ax_fp_run *run, const ax_fp_ast *node,
                          const ax_fp_list *list, ax_fp_truth *out) AX_MUST_USE;

/* Argument `arg` of a call, evaluated with `item` as $this and `i` as $index:
 * the whole result, or its truth (memory it took is given back). */
ax_status ax_fp_run_each(const ax_fp_call *call, size_t arg,
                         const ax_fp_item *item, size_t i,
                         ax_fp_list *out) AX_MUST_USE;
ax_status ax_fp_run_test(const ax_fp_call *call, size_t arg,
                         const ax_fp_item *item, size_t i,
                         ax_fp_truth *out) AX_MUST_USE;

/* Prepares input and arguments by the function's row and calls it
 * (fp_function.c). */
ax_status ax_fp_function_call(ax_fp_run *run, const ax_fp_ast *node,
                              const ax_fp_scope *scope,
                              ax_fp_list *out) AX_MUST_USE;

#endif
