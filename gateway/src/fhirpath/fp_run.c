#include "fhirpath/fp_run.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/vec.h"

ax_status ax_fp_run_fault(ax_fp_run *run, const ax_fp_ast *node,
                          const char *fmt, ...) {
  char text[sizeof run->fault->text];
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return ax_fp_fault_set(run->fault, AX_FP_EXECUTION, run->program->source,
                         node->at, "%s", text);
}

ax_status ax_fp_run_spend(ax_fp_run *run, const ax_fp_ast *node,
                          uint64_t steps) {
  if (steps <= run->steps_left) {
    run->steps_left -= steps;
    return AX_OK;
  }
  run->steps_left = 0;
  return ax_fp_fault_set(run->fault, AX_FP_LIMIT, run->program->source,
                         node->at, "the evaluation takes more than %llu steps",
                         (unsigned long long)run->limits.steps);
}

ax_status ax_fp_run_push(ax_fp_run *run, ax_fp_list *list, ax_fp_item item) {
  if (list->count >= run->limits.items)
    return ax_fp_fault_set(run->fault, AX_FP_LIMIT, run->program->source, 0,
                           "a collection grows above %zu items",
                           run->limits.items);
  if (list->count == 0 && list->capacity == 0) {
    /* Most collections hold one item. */
    list->items = AX_TAKE_ARRAY(run->arena, ax_fp_item, 1);
    if (!list->items) return AX_NOMEM;
    list->capacity = 1;
    list->items[list->count++] = item;
    return AX_OK;
  }
  ax_fp_item *slot = AX_VEC_PUSH(list, run->arena);
  if (!slot) return AX_NOMEM;
  *slot = item;
  return AX_OK;
}

ax_status ax_fp_run_push_all(ax_fp_run *run, ax_fp_list *list,
                             const ax_fp_list *more) {
  for (size_t i = 0; i < more->count; i++)
    AX_TRY(ax_fp_run_push(run, list, more->items[i]));
  return AX_OK;
}

ax_status ax_fp_run_push_text(ax_fp_run *run, ax_fp_list *list, ax_str text) {
  return text.ptr ? ax_fp_run_push(run, list, ax_fp_value_string(text))
                  : AX_NOMEM;
}

ax_status ax_fp_run_push_truth(ax_fp_run *run, ax_fp_list *list,
                               ax_fp_truth truth) {
  if (truth == AX_FP_NEITHER) return AX_OK;
  return ax_fp_run_push(run, list, ax_fp_value_boolean(truth == AX_FP_TRUE));
}

ax_status ax_fp_run_push_integer(ax_fp_run *run, ax_fp_list *list,
                                 int64_t value) {
  return ax_fp_run_push(run, list, ax_fp_value_integer(value));
}

ax_status ax_fp_run_push_decimal(ax_fp_run *run, ax_fp_list *list,
                                 ax_fhir_decimal value) {
  ax_fp_item item;
  AX_TRY(ax_fp_value_decimal(run->arena, value, &item));
  return ax_fp_run_push(run, list, item);
}

ax_status ax_fp_run_truth(ax_fp_run *run, const ax_fp_ast *node,
                          const ax_fp_list *list, ax_fp_truth *out) {
  *out = AX_FP_NEITHER;
  if (list->count == 0) return AX_OK;
  if (list->count > 1)
    return ax_fp_run_fault(
        run, node, "a single true or false is wanted, not a collection of %zu",
        list->count);
  const ax_fp_item *item = &list->items[0];
  *out = AX_FP_TRUE;
  if (item->kind == AX_FP_BOOLEAN)
    *out = item->u.truth ? AX_FP_TRUE : AX_FP_FALSE;
  else if (item->kind == AX_FP_NODE &&
           ax_json_is(item->u.node.json, AX_JSON_BOOL))
    *out = item->u.node.json->truth ? AX_FP_TRUE : AX_FP_FALSE;
  return AX_OK;
}

ax_status ax_fp_run_each(const ax_fp_call *call, size_t arg,
                         const ax_fp_item *item, size_t i, ax_fp_list *out) {
  ax_fp_item focus = *item;
  ax_fp_scope scope = { .focus = { &focus, 1, 1 },
                        .has_index = true,
                        .index = (int64_t)i,
                        .total = call->scope->total };
  return ax_fp_eval_node(call->run, call->node->args[arg], &scope, out);
}

ax_status ax_fp_run_test(const ax_fp_call *call, size_t arg,
                         const ax_fp_item *item, size_t i, ax_fp_truth *out) {
  ax_fp_list result = { 0 };
  ax_arena_mark mark = ax_arena_mark_here(call->run->arena);
  ax_status status = ax_fp_run_each(call, arg, item, i, &result);
  if (!status)
    status = ax_fp_run_truth(call->run, call->node->args[arg], &result, out);
  ax_arena_rewind(call->run->arena, mark);
  return status;
}
