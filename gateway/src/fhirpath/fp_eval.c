#include "fhirpath/fp_eval.h"

#include "base/clock.h"
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_navigate.h"
#include "fhirpath/fp_operator.h"
#include "fhirpath/fp_set.h"
#include "fhirpath/fp_variable.h"

/* --- members ---------------------------------------------------------------
 */

/* A path may begin with the type of its context, or a type that is built on
 * (FHIRPath 3): "Patient.name", "Resource.meta". */
static bool names_type_of(const ax_fp_run *run, const ax_fp_item *item,
                          ax_str name) {
  if (item->kind != AX_FP_NODE) return false;
  const ax_fp_type *type = item->u.node.type;
  if (!type)
    return ax_str_eq(AX_JSON_STR(item->u.node.json, "resourceType"), name);
  if (ax_str_eq(type->name, name)) return true;
  return run->model && ax_fp_model_is(run->model, type,
                                      run->model->type(run->model->ctx, name));
}

static ax_status context_member(ax_fp_run *run, const ax_fp_ast *node,
                                const ax_fp_scope *scope, ax_fp_list *out) {
  if (scope->focus.count == 0) return AX_OK;
  const ax_fp_item *item = &scope->focus.items[0];
  if (node->is_type_like && names_type_of(run, item, node->name))
    return ax_fp_run_push(run, out, *item);
  return ax_fp_navigate_member(run, item, node->name, out);
}

static ax_status member(ax_fp_run *run, const ax_fp_ast *node,
                        const ax_fp_scope *scope, ax_fp_list *out) {
  if (!node->left) return context_member(run, node, scope, out);
  ax_fp_list left = { 0 };
  AX_TRY(ax_fp_eval_node(run, node->left, scope, &left));
  AX_TRY(ax_fp_run_spend(run, node, left.count));
  for (size_t i = 0; i < left.count; i++)
    AX_TRY(ax_fp_navigate_member(run, &left.items[i], node->name, out));
  return AX_OK;
}

static ax_status indexed(ax_fp_run *run, const ax_fp_ast *node,
                         const ax_fp_scope *scope, ax_fp_list *out) {
  ax_fp_list left = { 0 }, index = { 0 };
  AX_TRY(ax_fp_eval_node(run, node->left, scope, &left));
  AX_TRY(ax_fp_eval_node(run, node->right, scope, &index));
  if (index.count == 0) return AX_OK;
  ax_fp_item at = { 0 };
  if (index.count == 1)
    AX_TRY(ax_fp_value_system(run->arena, &index.items[0], &at));
  if (at.kind != AX_FP_INTEGER)
    return ax_fp_run_fault(run, node->right, "an index is a single Integer");
  if (at.u.integer < 0 || (uint64_t)at.u.integer >= left.count) return AX_OK;
  return ax_fp_run_push(run, out, left.items[at.u.integer]);
}

/* --- operators -------------------------------------------------------------
 */

static ax_fp_truth truth_of(bool b) {
  return b ? AX_FP_TRUE : AX_FP_FALSE;
}

static ax_fp_truth inverse(ax_fp_truth truth) {
  if (truth == AX_FP_NEITHER) return truth;
  return truth_of(truth == AX_FP_FALSE);
}

static ax_status equality(ax_fp_run *run, const ax_fp_ast *node,
                          const ax_fp_list *a, const ax_fp_list *b,
                          ax_fp_list *out) {
  ax_fp_truth truth = AX_FP_NEITHER;
  bool same = false;
  if (node->op == AX_FP_OP_EQUAL || node->op == AX_FP_OP_NOT_EQUAL) {
    AX_TRY(ax_fp_equality_equal(run, node, a, b, &truth));
  } else {
    AX_TRY(ax_fp_equality_equivalent(run, node, a, b, &same));
    truth = truth_of(same);
  }
  if (node->op == AX_FP_OP_NOT_EQUAL || node->op == AX_FP_OP_NOT_EQUIVALENT)
    truth = inverse(truth);
  return ax_fp_run_push_truth(run, out, truth);
}

static ax_status both(ax_fp_run *run, const ax_fp_ast *node,
                      const ax_fp_list *a, const ax_fp_list *b,
                      ax_fp_list *out) {
  ax_fp_set set = { .run = run, .node = node };
  AX_TRY(ax_fp_set_unique(&set, a, out));
  return ax_fp_set_unique(&set, b, out);
}

/* 6.4 in: nothing gives nothing, more than one is a fault. */
static ax_status membership(ax_fp_run *run, const ax_fp_ast *node,
                            const ax_fp_list *one, const ax_fp_list *list,
                            ax_fp_list *out) {
  if (one->count == 0) return AX_OK;
  if (one->count > 1)
    return ax_fp_run_fault(run, node,
                           "'%s' looks for a single value, not a collection "
                           "of %zu",
                           node->op == AX_FP_OP_IN ? "in" : "contains",
                           one->count);
  bool found = false;
  AX_TRY(ax_fp_run_spend(run, node, list->count));
  for (size_t i = 0; i < list->count && !found; i++) {
    ax_fp_truth same;
    AX_TRY(ax_fp_equality_items(run, node, &one->items[0], &list->items[i],
                                &same));
    found = same == AX_FP_TRUE;
  }
  return ax_fp_run_push_truth(run, out, truth_of(found));
}

static ax_status ordered(ax_fp_run *run, const ax_fp_ast *node,
                         const ax_fp_list *a, const ax_fp_list *b,
                         ax_fp_list *out) {
  ax_fp_truth truth;
  AX_TRY(ax_fp_compare(run, node, a, b, &truth));
  return ax_fp_run_push_truth(run, out, truth);
}

static ax_status operate(ax_fp_run *run, const ax_fp_ast *node,
                         const ax_fp_list *a, const ax_fp_list *b,
                         ax_fp_list *out) {
  switch (node->op) {
  case AX_FP_OP_EQUAL:
  case AX_FP_OP_NOT_EQUAL:
  case AX_FP_OP_EQUIVALENT:
  case AX_FP_OP_NOT_EQUIVALENT:
    return equality(run, node, a, b, out);
  case AX_FP_OP_LESS:
  case AX_FP_OP_LESS_EQUAL:
  case AX_FP_OP_GREATER:
  case AX_FP_OP_GREATER_EQUAL:
    return ordered(run, node, a, b, out);
  case AX_FP_OP_UNION:
    return both(run, node, a, b, out);
  case AX_FP_OP_IN:
    return membership(run, node, a, b, out);
  case AX_FP_OP_CONTAINS:
    return membership(run, node, b, a, out);
  case AX_FP_OP_MULTIPLY:
  case AX_FP_OP_DIVIDE:
  case AX_FP_OP_DIV:
  case AX_FP_OP_MOD:
  case AX_FP_OP_ADD:
  case AX_FP_OP_SUBTRACT:
  case AX_FP_OP_CONCAT:
    return ax_fp_arithmetic(run, node, a, b, out);
  case AX_FP_OP_AND:
  case AX_FP_OP_OR:
  case AX_FP_OP_XOR:
  case AX_FP_OP_IMPLIES:
  case AX_FP_OP_IS:
  case AX_FP_OP_AS:
    break;
  }
  return AX_INVALID;
}

static bool is_logic(ax_fp_op op) {
  return op == AX_FP_OP_AND || op == AX_FP_OP_OR || op == AX_FP_OP_XOR ||
         op == AX_FP_OP_IMPLIES;
}

static ax_status binary(ax_fp_run *run, const ax_fp_ast *node,
                        const ax_fp_scope *scope, ax_fp_list *out) {
  if (is_logic(node->op)) {
    ax_fp_truth truth;
    AX_TRY(ax_fp_logic(run, node, scope, &truth));
    return ax_fp_run_push_truth(run, out, truth);
  }
  ax_fp_list a = { 0 }, b = { 0 };
  AX_TRY(ax_fp_eval_node(run, node->left, scope, &a));
  AX_TRY(ax_fp_eval_node(run, node->right, scope, &b));
  return operate(run, node, &a, &b, out);
}

static ax_status type_operator(ax_fp_run *run, const ax_fp_ast *node,
                               const ax_fp_scope *scope, ax_fp_list *out) {
  ax_fp_list left = { 0 };
  ax_fp_truth truth;
  AX_TRY(ax_fp_eval_node(run, node->left, scope, &left));
  if (node->op == AX_FP_OP_AS)
    return ax_fp_types_cast(run, node, node->right, &left, out);
  AX_TRY(ax_fp_types_test(run, node, node->right, &left, &truth));
  return ax_fp_run_push_truth(run, out, truth);
}

static ax_status polarity(ax_fp_run *run, const ax_fp_ast *node,
                          const ax_fp_scope *scope, ax_fp_list *out) {
  ax_fp_list left = { 0 };
  AX_TRY(ax_fp_eval_node(run, node->left, scope, &left));
  return ax_fp_arithmetic_negate(run, node, &left, out);
}

/* --- any node --------------------------------------------------------------
 */

ax_status ax_fp_eval_node(ax_fp_run *run, const ax_fp_ast *node,
                          const ax_fp_scope *scope, ax_fp_list *out) {
  AX_TRY(ax_fp_run_spend(run, node, 1));
  switch (node->kind) {
  case AX_FP_AST_EMPTY:
  case AX_FP_AST_TYPE_NAME:
    return AX_OK;
  case AX_FP_AST_LITERAL:
    return ax_fp_run_push(run, out, node->literal);
  case AX_FP_AST_THIS:
    return ax_fp_run_push_all(run, out, &scope->focus);
  case AX_FP_AST_INDEX:
    if (!scope->has_index) return AX_OK;
    return ax_fp_run_push_integer(run, out, scope->index);
  case AX_FP_AST_TOTAL:
    if (!scope->total) return AX_OK;
    return ax_fp_run_push_all(run, out, scope->total);
  case AX_FP_AST_VARIABLE:
    return ax_fp_variable_value(run, node, out);
  case AX_FP_AST_MEMBER:
    return member(run, node, scope, out);
  case AX_FP_AST_CALL:
    return ax_fp_function_call(run, node, scope, out);
  case AX_FP_AST_ITEM:
    return indexed(run, node, scope, out);
  case AX_FP_AST_NEGATE:
  case AX_FP_AST_PLUS:
    return polarity(run, node, scope, out);
  case AX_FP_AST_BINARY:
    return binary(run, node, scope, out);
  case AX_FP_AST_TYPE_OP:
    return type_operator(run, node, scope, out);
  }
  return AX_INVALID;
}

/* --- the whole -------------------------------------------------------------
 */

ax_fp_item ax_fp_eval_root(const ax_fp_model *model, const ax_json *resource) {
  const ax_fp_type *type = NULL;
  if (model)
    type = model->type(model->ctx, AX_JSON_STR(resource, "resourceType"));
  return ax_fp_value_node(resource, NULL, type);
}

static ax_fp_limits limits_of(const ax_fp_input *in) {
  ax_fp_limits limits = in->limits;
  if (!limits.steps) limits.steps = AX_FP_STEPS;
  if (!limits.items) limits.items = AX_FP_ITEMS;
  if (!limits.regex_steps) limits.regex_steps = AX_FP_REGEX_STEPS;
  return limits;
}

ax_status ax_fp_eval(const ax_fp_program *program, const ax_fp_input *in,
                     ax_fp_list *out, ax_fp_fault *fault) {
  ax_fp_fault unwanted = { .status = AX_OK };
  ax_fp_item context = in->context;
  ax_fp_run run = { .in = in,
                    .arena = in->arena,
                    .model = in->model,
                    .program = program,
                    .fault = fault ? fault : &unwanted,
                    .limits = limits_of(in),
                    .now_ms = in->now_ms ? in->now_ms : ax_clock_wall_ms() };
  run.steps_left = run.limits.steps;
  ax_fp_scope scope = { .has_index = false };
  if (!in->no_context) scope.focus = (ax_fp_list){ &context, 1, 1 };
  *out = (ax_fp_list){ 0 };
  return ax_fp_eval_node(&run, program->root, &scope, out);
}

ax_status ax_fp_eval_boolean(const ax_fp_program *program,
                             const ax_fp_input *in, bool *out,
                             ax_fp_fault *fault) {
  ax_fp_fault unwanted = { .status = AX_OK };
  ax_fp_list list = { 0 };
  ax_fp_truth truth;
  ax_fp_run run = { .program = program, .fault = fault ? fault : &unwanted };
  AX_TRY(ax_fp_eval(program, in, &list, run.fault));
  AX_TRY(ax_fp_run_truth(&run, program->root, &list, &truth));
  *out = truth == AX_FP_TRUE;
  return AX_OK;
}
