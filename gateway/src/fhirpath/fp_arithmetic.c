/* FHIRPath 6.6 arithmetic, 6.7 dates and times, 6.6.7 string concatenation. */
#include "fhirpath/fp_datetime.h"
#include "fhirpath/fp_operator.h"
#include "fhirpath/fp_units.h"

static bool is_number(const ax_fp_item *item) {
  return item->kind == AX_FP_INTEGER || item->kind == AX_FP_DECIMAL;
}

static bool is_moment(const ax_fp_item *item) {
  return item->kind == AX_FP_DATE || item->kind == AX_FP_DATETIME ||
         item->kind == AX_FP_TIME;
}

static ax_fhir_decimal number_of(const ax_fp_item *item) {
  return item->kind == AX_FP_DECIMAL
             ? *item->u.decimal
             : ax_fhir_decimal_from_int(item->u.integer);
}

static ax_fp_quantity quantity_of(const ax_fp_item *item) {
  if (item->kind == AX_FP_QUANTITY) return *item->u.quantity;
  return (ax_fp_quantity){ .value = number_of(item), .unit = AX_STR("1") };
}

static const char *symbol_of(ax_fp_op op) {
  static const char *const symbols[] = {
    "*", "/", "div", "mod", "+", "-", "&"
  };
  return symbols[op];
}

static ax_status refused(ax_fp_run *run, const ax_fp_ast *node,
                         const ax_fp_item *a, const ax_fp_item *b) {
  return ax_fp_run_fault(run, node,
                         "'%s' is not defined for a value of type " AX_STR_FMT
                         " and one of type " AX_STR_FMT,
                         symbol_of(node->op),
                         AX_STR_ARG(ax_fp_value_type_name(a)),
                         AX_STR_ARG(ax_fp_value_type_name(b)));
}

/* --- numbers ---------------------------------------------------------------
 */

/* An Integer outside 32 bits does not exist: the result is empty. */
static ax_status push_integer(ax_fp_run *run, ax_fp_list *out, int64_t value) {
  if (value > INT32_MAX || value < INT32_MIN) return AX_OK;
  return ax_fp_run_push_integer(run, out, value);
}

static ax_status integers(ax_fp_run *run, ax_fp_op op, int64_t a, int64_t b,
                          ax_fp_list *out) {
  switch ((int)op) {
  case AX_FP_OP_ADD:
    return push_integer(run, out, a + b);
  case AX_FP_OP_SUBTRACT:
    return push_integer(run, out, a - b);
  case AX_FP_OP_MULTIPLY:
    return push_integer(run, out, a * b);
  case AX_FP_OP_DIV:
    return b ? push_integer(run, out, a / b) : AX_OK;
  default:
    return b ? push_integer(run, out, a % b) : AX_OK;
  }
}

static ax_status div_decimals(ax_fp_run *run, ax_fhir_decimal a,
                              ax_fhir_decimal b, ax_fp_list *out) {
  ax_fhir_decimal whole;
  int64_t integer;
  if (!ax_fhir_decimal_quotient(a, b, &whole) ||
      !ax_fhir_decimal_to_int(whole, &integer))
    return AX_OK;
  return push_integer(run, out, integer);
}

static ax_status decimals(ax_fp_run *run, ax_fp_op op, ax_fhir_decimal a,
                          ax_fhir_decimal b, ax_fp_list *out) {
  ax_fhir_decimal value;
  bool fits = false;
  switch ((int)op) {
  case AX_FP_OP_ADD:
    fits = ax_fhir_decimal_add(a, b, &value);
    break;
  case AX_FP_OP_SUBTRACT:
    fits = ax_fhir_decimal_subtract(a, b, &value);
    break;
  case AX_FP_OP_MULTIPLY:
    fits = ax_fhir_decimal_multiply(a, b, &value);
    break;
  case AX_FP_OP_DIVIDE:
    fits = ax_fp_units_quotient(a, b, &value);
    break;
  case AX_FP_OP_MOD:
    fits = ax_fhir_decimal_remainder(a, b, &value);
    break;
  default:
    return div_decimals(run, a, b, out);
  }
  return fits ? ax_fp_run_push_decimal(run, out, value) : AX_OK;
}

static ax_status numbers(ax_fp_run *run, const ax_fp_ast *node,
                         const ax_fp_item *a, const ax_fp_item *b,
                         ax_fp_list *out) {
  if (a->kind == AX_FP_INTEGER && b->kind == AX_FP_INTEGER &&
      node->op != AX_FP_OP_DIVIDE)
    return integers(run, node->op, a->u.integer, b->u.integer, out);
  return decimals(run, node->op, number_of(a), number_of(b), out);
}

/* --- quantities, times, text -----------------------------------------------
 */

static ax_status quantities(ax_fp_run *run, const ax_fp_ast *node,
                            const ax_fp_item *a, const ax_fp_item *b,
                            ax_fp_list *out) {
  ax_fp_quantity x = quantity_of(a), y = quantity_of(b), result;
  bool defined;
  if (node->op == AX_FP_OP_ADD || node->op == AX_FP_OP_SUBTRACT)
    defined = ax_fp_units_add(&x, &y, node->op == AX_FP_OP_SUBTRACT, &result);
  else if (node->op == AX_FP_OP_MULTIPLY || node->op == AX_FP_OP_DIVIDE)
    defined = ax_fp_units_multiply(run->arena, &x, &y,
                                   node->op == AX_FP_OP_DIVIDE, &result);
  else
    return refused(run, node, a, b);
  if (!defined) return AX_OK;
  ax_fp_item item;
  AX_TRY(ax_fp_value_quantity(run->arena, result, &item));
  return ax_fp_run_push(run, out, item);
}

static ax_status moments(ax_fp_run *run, const ax_fp_ast *node,
                         const ax_fp_item *a, const ax_fp_item *b,
                         ax_fp_list *out) {
  const char *why;
  ax_fp_moment moved;
  int sign = node->op == AX_FP_OP_ADD ? 1 : -1;
  if (b->kind != AX_FP_QUANTITY) return refused(run, node, a, b);
  if (!ax_fp_datetime_add(a->kind, a->u.moment, b->u.quantity, sign, &moved,
                          &why))
    return why ? ax_fp_run_fault(run, node, "%s", why) : AX_OK;
  ax_fp_item item;
  AX_TRY(ax_fp_value_moment(run->arena, a->kind, moved, &item));
  return ax_fp_run_push(run, out, item);
}

static ax_status join(ax_fp_run *run, ax_str a, ax_str b, ax_fp_list *out) {
  char *text = AX_TAKE_ARRAY(run->arena, char, a.len + b.len + 1);
  if (!text) return AX_NOMEM;
  for (size_t i = 0; i < a.len; i++) text[i] = a.ptr[i];
  for (size_t i = 0; i < b.len; i++) text[a.len + i] = b.ptr[i];
  return ax_fp_run_push_text(run, out, (ax_str){ text, a.len + b.len });
}

static bool is_sum(ax_fp_op op) {
  return op == AX_FP_OP_ADD || op == AX_FP_OP_SUBTRACT;
}

static ax_status operate(ax_fp_run *run, const ax_fp_ast *node,
                         const ax_fp_item *a, const ax_fp_item *b,
                         ax_fp_list *out) {
  if (is_number(a) && is_number(b)) return numbers(run, node, a, b, out);
  if (is_moment(a) && is_sum(node->op)) return moments(run, node, a, b, out);
  if ((a->kind == AX_FP_QUANTITY || is_number(a)) &&
      (b->kind == AX_FP_QUANTITY || is_number(b)))
    return quantities(run, node, a, b, out);
  if (a->kind == AX_FP_STRING && b->kind == AX_FP_STRING &&
      node->op == AX_FP_OP_ADD)
    return join(run, a->u.text, b->u.text, out);
  return refused(run, node, a, b);
}

/* --- the operators ---------------------------------------------------------
 */

static ax_status single(ax_fp_run *run, const ax_fp_ast *node,
                        const ax_fp_list *list, ax_fp_item *out) {
  if (list->count > 1)
    return ax_fp_run_fault(run, node,
                           "'%s' takes single values, not a collection of %zu",
                           symbol_of(node->op), list->count);
  if (list->count == 0) return AX_OK;
  return ax_fp_value_system(run->arena, &list->items[0], out);
}

/* 6.6.7: & takes an empty collection as empty text. */
static ax_status concatenate(ax_fp_run *run, const ax_fp_ast *node,
                             const ax_fp_item *a, const ax_fp_item *b,
                             ax_fp_list *out) {
  if (a->kind != AX_FP_STRING || b->kind != AX_FP_STRING)
    return refused(run, node, a, b);
  return join(run, a->u.text, b->u.text, out);
}

static bool is_valueless(const ax_fp_item *item) {
  return item->kind == AX_FP_NODE && !item->u.node.json;
}

ax_status ax_fp_arithmetic(ax_fp_run *run, const ax_fp_ast *node,
                           const ax_fp_list *a, const ax_fp_list *b,
                           ax_fp_list *out) {
  ax_fp_item x = ax_fp_value_string(AX_STR("")), y = x;
  AX_TRY(single(run, node, a, &x));
  AX_TRY(single(run, node, b, &y));
  if (node->op == AX_FP_OP_CONCAT) return concatenate(run, node, &x, &y, out);
  if (!a->count || !b->count || is_valueless(&x) || is_valueless(&y))
    return AX_OK;
  return operate(run, node, &x, &y, out);
}

static ax_status negated(ax_fp_run *run, const ax_fp_item *item,
                         ax_fp_list *out) {
  ax_fp_item result;
  if (item->kind == AX_FP_INTEGER)
    return push_integer(run, out, -item->u.integer);
  if (item->kind == AX_FP_DECIMAL)
    return ax_fp_run_push_decimal(run, out,
                                  ax_fhir_decimal_negate(*item->u.decimal));
  ax_fp_quantity quantity = *item->u.quantity;
  quantity.value = ax_fhir_decimal_negate(quantity.value);
  AX_TRY(ax_fp_value_quantity(run->arena, quantity, &result));
  return ax_fp_run_push(run, out, result);
}

ax_status ax_fp_arithmetic_negate(ax_fp_run *run, const ax_fp_ast *node,
                                  const ax_fp_list *a, ax_fp_list *out) {
  ax_fp_item item;
  const char *sign = node->kind == AX_FP_AST_NEGATE ? "-" : "+";
  if (a->count == 0) return AX_OK;
  if (a->count > 1)
    return ax_fp_run_fault(run, node, "'%s' takes a single number", sign);
  AX_TRY(ax_fp_value_system(run->arena, &a->items[0], &item));
  if (!is_number(&item) && item.kind != AX_FP_QUANTITY)
    return ax_fp_run_fault(
        run, node, "'%s' takes a number, not a value of type " AX_STR_FMT, sign,
        AX_STR_ARG(ax_fp_value_type_name(&item)));
  if (node->kind == AX_FP_AST_NEGATE) return negated(run, &item, out);
  return ax_fp_run_push(run, out, item);
}
