/* FHIRPath 6.5: three-valued logic. */
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_operator.h"

static ax_fp_truth inverse(ax_fp_truth truth) {
  if (truth == AX_FP_NEITHER) return truth;
  return truth == AX_FP_TRUE ? AX_FP_FALSE : AX_FP_TRUE;
}

static ax_fp_truth either(ax_fp_truth a, ax_fp_truth b) {
  if (a == AX_FP_TRUE || b == AX_FP_TRUE) return AX_FP_TRUE;
  if (a == AX_FP_NEITHER || b == AX_FP_NEITHER) return AX_FP_NEITHER;
  return AX_FP_FALSE;
}

static ax_fp_truth exclusive(ax_fp_truth a, ax_fp_truth b) {
  if (a == AX_FP_NEITHER || b == AX_FP_NEITHER) return AX_FP_NEITHER;
  return a == b ? AX_FP_FALSE : AX_FP_TRUE;
}

static ax_fp_truth combine(ax_fp_op op, ax_fp_truth a, ax_fp_truth b) {
  switch ((int)op) {
  case AX_FP_OP_AND:
    return inverse(either(inverse(a), inverse(b)));
  case AX_FP_OP_OR:
    return either(a, b);
  case AX_FP_OP_XOR:
    return exclusive(a, b);
  default:
    return either(inverse(a), b);
  }
}

static bool is_decided(ax_fp_op op, ax_fp_truth left) {
  if (op == AX_FP_OP_OR) return left == AX_FP_TRUE;
  return left == AX_FP_FALSE && op != AX_FP_OP_XOR;
}

static ax_status side(ax_fp_run *run, const ax_fp_ast *node,
                      const ax_fp_scope *scope, ax_fp_truth *out) {
  ax_fp_list list = { 0 };
  AX_TRY(ax_fp_eval_node(run, node, scope, &list));
  return ax_fp_run_truth(run, node, &list, out);
}

ax_status ax_fp_logic(ax_fp_run *run, const ax_fp_ast *node,
                      const ax_fp_scope *scope, ax_fp_truth *out) {
  ax_fp_truth left, right = AX_FP_NEITHER;
  AX_TRY(side(run, node->left, scope, &left));
  if (!is_decided(node->op, left))
    AX_TRY(side(run, node->right, scope, &right));
  *out = combine(node->op, left, right);
  return AX_OK;
}

ax_status ax_fp_logic_not(ax_fp_call *call) {
  ax_fp_truth truth;
  AX_TRY(ax_fp_run_truth(call->run, call->node, &call->input, &truth));
  return ax_fp_run_push_truth(call->run, call->out, inverse(truth));
}
