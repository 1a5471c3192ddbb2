#include "fhirpath/fp_function.h"

#include <string.h>

static const ax_fp_function functions[] = {
#define X(name, input, args, result, run) { name, input, args, result, run },
  AX_FP_FUNCTIONS(X)
#undef X
};

const ax_fp_function *ax_fp_function_named(ax_str name) {
  for (size_t i = 0; i < AX_COUNT(functions); i++)
    if (ax_str_eq(name, ax_str_from(functions[i].name))) return &functions[i];
  return NULL;
}

size_t ax_fp_function_least(const ax_fp_function *function) {
  return strcspn(function->args, "?+");
}

size_t ax_fp_function_most(const ax_fp_function *function) {
  if (strchr(function->args, '+')) return 100;
  return strlen(function->args) - (strchr(function->args, '?') ? 1 : 0);
}

char ax_fp_function_arg(const ax_fp_function *function, size_t i) {
  char last = '\0';
  for (const char *at = function->args; *at; at++) {
    if (*at == '?') continue;
    if (*at == '+') return last;
    last = *at;
    if (i-- == 0) return last;
  }
  return '\0';
}

/* --- preparing input and arguments -----------------------------------------
 */

static bool fits(char want, ax_fp_kind kind) {
  switch (want) {
  case 's':
    return kind == AX_FP_STRING;
  case 'i':
  case 'j':
    return kind == AX_FP_INTEGER;
  case 'n':
    return kind == AX_FP_INTEGER || kind == AX_FP_DECIMAL;
  case 'q':
    return kind == AX_FP_INTEGER || kind == AX_FP_DECIMAL ||
           kind == AX_FP_QUANTITY;
  default:
    return true;
  }
}

static const char *wanted(char want) {
  return want == 's'                  ? "a String"
         : want == 'i' || want == 'j' ? "an Integer"
         : want == 'n'                ? "a number"
                                      : "a number or a Quantity";
}

/* Makes `list` the single value of kind `want`. */
static ax_status prepare_one(ax_fp_call *call, char want, const char *what,
                             ax_fp_list *list) {
  if (list->count == 0) return AX_OK;
  ax_str name = call->node->name;
  if (list->count > 1)
    return ax_fp_run_fault(call->run, call->node,
                           AX_STR_FMT
                           "() takes a single %s, not a collection of %zu",
                           AX_STR_ARG(name), what, list->count);
  ax_fp_item item;
  if (want == '1') return AX_OK;
  AX_TRY(ax_fp_value_system(call->run->arena, &list->items[0], &item));
  if (item.kind == AX_FP_NODE && !item.u.node.json) {
    list->count = 0; /* a primitive without a value */
    return AX_OK;
  }
  if (!fits(want, item.kind))
    return ax_fp_run_fault(call->run, call->node,
                           AX_STR_FMT "() takes %s as its %s, not a value of "
                                      "type " AX_STR_FMT,
                           AX_STR_ARG(name), wanted(want), what,
                           AX_STR_ARG(ax_fp_value_type_name(&item)));
  *list = (ax_fp_list){ 0 };
  return ax_fp_run_push(call->run, list, item);
}

/* Evaluates the arguments that are values; `*missing` tells that one of them
 * is empty, so that the result is empty too. */
static ax_status prepare_args(ax_fp_call *call, bool *missing) {
  const ax_fp_ast *node = call->node;
  for (size_t i = 0; i < node->arg_count && i < AX_FP_CALL_ARGS; i++) {
    char kind = ax_fp_function_arg(node->function, i);
    if (kind == 'e' || kind == 'o' || kind == 't') continue;
    AX_TRY(
        ax_fp_eval_node(call->run, node->args[i], call->scope, &call->args[i]));
    if (kind == 'c') continue;
    AX_TRY(prepare_one(call, kind, "argument", &call->args[i]));
    if (call->args[i].count == 0 && kind != 'j') *missing = true;
  }
  return AX_OK;
}

ax_status ax_fp_function_call(ax_fp_run *run, const ax_fp_ast *node,
                              const ax_fp_scope *scope, ax_fp_list *out) {
  ax_fp_call call = {
    .run = run, .node = node, .scope = scope, .out = out, .input = scope->focus
  };
  if (node->left) {
    call.input = (ax_fp_list){ 0 };
    AX_TRY(ax_fp_eval_node(run, node->left, scope, &call.input));
  }
  AX_TRY(ax_fp_run_spend(run, node, call.input.count));
  bool missing = false;
  char want = node->function->input[0];
  if (want != '*') {
    AX_TRY(prepare_one(&call, want, "input", &call.input));
    missing = call.input.count == 0;
  }
  AX_TRY(prepare_args(&call, &missing));
  return missing ? AX_OK : node->function->run(&call);
}
