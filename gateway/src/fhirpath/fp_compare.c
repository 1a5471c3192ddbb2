/* FHIRPath 6.2: < <= > >=. */
#include "fhirpath/fp_datetime.h"
#include "fhirpath/fp_operator.h"
#include "fhirpath/fp_units.h"

static bool is_number(const ax_fp_item *item) {
  return item->kind == AX_FP_INTEGER || item->kind == AX_FP_DECIMAL;
}

static bool is_date(const ax_fp_item *item) {
  return item->kind == AX_FP_DATE || item->kind == AX_FP_DATETIME;
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

static ax_fp_order order_of(int order) {
  return order < 0 ? AX_FP_BEFORE : order > 0 ? AX_FP_AFTER : AX_FP_SAME;
}

static ax_status no_order(ax_fp_run *run, const ax_fp_ast *node,
                          const ax_fp_item *a, const ax_fp_item *b) {
  return ax_fp_run_fault(run, node,
                         "a value of type " AX_STR_FMT
                         " and one of type " AX_STR_FMT " have no order",
                         AX_STR_ARG(ax_fp_value_type_name(a)),
                         AX_STR_ARG(ax_fp_value_type_name(b)));
}

static bool are_quantities(const ax_fp_item *a, const ax_fp_item *b) {
  return (a->kind == AX_FP_QUANTITY || is_number(a)) &&
         (b->kind == AX_FP_QUANTITY || is_number(b));
}

/* A primitive without a value, or a Quantity that is no single amount, has no
 * place in an order but is no mistake either. */
static bool is_valueless(const ax_fp_item *item) {
  return item->kind == AX_FP_NODE &&
         (!item->u.node.json ||
          ax_fp_model_is_quantity(NULL, item->u.node.type));
}

ax_status ax_fp_compare_items(ax_fp_run *run, const ax_fp_ast *node,
                              const ax_fp_item *a, const ax_fp_item *b,
                              ax_fp_order *out) {
  ax_fp_item x, y;
  AX_TRY(ax_fp_run_spend(run, node, 1));
  AX_TRY(ax_fp_value_system(run->arena, a, &x));
  AX_TRY(ax_fp_value_system(run->arena, b, &y));
  if (is_number(&x) && is_number(&y)) {
    *out = order_of(ax_fhir_decimal_compare(number_of(&x), number_of(&y)));
  } else if (are_quantities(&x, &y)) {
    ax_fp_quantity p = quantity_of(&x), q = quantity_of(&y);
    *out = ax_fp_units_compare(&p, &q);
  } else if (x.kind == AX_FP_STRING && y.kind == AX_FP_STRING) {
    *out = order_of(ax_str_compare(x.u.text, y.u.text));
  } else if ((is_date(&x) && is_date(&y)) ||
             (x.kind == AX_FP_TIME && y.kind == AX_FP_TIME)) {
    *out = ax_fp_datetime_compare(x.u.moment, y.u.moment);
  } else if (is_valueless(&x) || is_valueless(&y)) {
    *out = AX_FP_NO_ORDER;
  } else {
    return no_order(run, node, &x, &y);
  }
  return AX_OK;
}

static bool decide(ax_fp_op op, ax_fp_order order) {
  switch ((int)op) {
  case AX_FP_OP_LESS:
    return order == AX_FP_BEFORE;
  case AX_FP_OP_LESS_EQUAL:
    return order != AX_FP_AFTER;
  case AX_FP_OP_GREATER:
    return order == AX_FP_AFTER;
  default:
    return order != AX_FP_BEFORE;
  }
}

ax_status ax_fp_compare(ax_fp_run *run, const ax_fp_ast *node,
                        const ax_fp_list *a, const ax_fp_list *b,
                        ax_fp_truth *out) {
  *out = AX_FP_NEITHER;
  if (!a->count || !b->count) return AX_OK;
  if (a->count > 1 || b->count > 1)
    return ax_fp_run_fault(
        run, node, "single values are compared, not a collection of %zu",
        a->count > 1 ? a->count : b->count);
  ax_fp_order order = AX_FP_NO_ORDER;
  AX_TRY(ax_fp_compare_items(run, node, &a->items[0], &b->items[0], &order));
  if (order == AX_FP_NO_ORDER) return AX_OK;
  *out = decide(node->op, order) ? AX_FP_TRUE : AX_FP_FALSE;
  return AX_OK;
}
