#include "run/compare.h"

#include "fhir/fhir_date.h"
#include "fhir/fhir_decimal.h"

static const char *const names[] = {
#define X(name, code) code,
  AX_COMPARE_OPERATORS(X)
#undef X
};

bool ax_compare_named(ax_str code, ax_compare_operator *out) {
  *out = AX_COMPARE_EQUALS;
  if (!code.len) return true;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (ax_str_eq(code, ax_str_from(names[i]))) {
      *out = (ax_compare_operator)i;
      return true;
    }
  return false;
}

const char *ax_compare_name(ax_compare_operator op) {
  return names[op];
}

bool ax_compare_wants_value(ax_compare_operator op) {
  return op != AX_COMPARE_EMPTY && op != AX_COMPARE_NOT_EMPTY &&
         op != AX_COMPARE_EVAL;
}

static bool equal(ax_str a, ax_str b) {
  ax_fhir_decimal x, y;
  if (ax_str_eq(a, b)) return true;
  return ax_fhir_decimal_parse(a, &x) && ax_fhir_decimal_parse(b, &y) &&
         ax_fhir_decimal_compare(x, y) == 0;
}

static bool greater(ax_str a, ax_str b) {
  ax_fhir_decimal x, y;
  ax_fhir_date from, to;
  if (ax_fhir_decimal_parse(a, &x) && ax_fhir_decimal_parse(b, &y))
    return ax_fhir_decimal_compare(x, y) > 0;
  return ax_fhir_date_parse_datetime(a, &from) &&
         ax_fhir_date_parse_datetime(b, &to) && from.lo_ms > to.hi_ms;
}

static bool in_list(ax_str value, ax_str list) {
  while (list.len)
    if (equal(value, ax_str_trim(ax_str_cut(&list, ',')))) return true;
  return false;
}

static bool one_holds(ax_compare_operator op, ax_str value, ax_str expected) {
  switch ((int)op) {
  case AX_COMPARE_EQUALS:
    return equal(value, expected);
  case AX_COMPARE_IN:
    return in_list(value, expected);
  case AX_COMPARE_GREATER_THAN:
    return greater(value, expected);
  case AX_COMPARE_LESS_THAN:
    return greater(expected, value);
  case AX_COMPARE_CONTAINS:
    return ax_str_find(value, expected) != AX_STR_NONE;
  default: /* NOT_EMPTY */
    return value.len > 0;
  }
}

static size_t holding(ax_compare_operator op, const ax_str *values,
                      size_t count, ax_str expected) {
  size_t n = 0;
  for (size_t i = 0; i < count; i++)
    if (one_holds(op, values[i], expected)) n++;
  return n;
}

bool ax_compare_holds(ax_compare_operator op, const ax_str *values,
                      size_t count, ax_str expected, bool any) {
  switch (op) {
  case AX_COMPARE_NOT_EQUALS:
    return !ax_compare_holds(AX_COMPARE_EQUALS, values, count, expected, any);
  case AX_COMPARE_NOT_IN:
    return !holding(AX_COMPARE_IN, values, count, expected);
  case AX_COMPARE_EMPTY:
    return !holding(AX_COMPARE_NOT_EMPTY, values, count, expected);
  case AX_COMPARE_NOT_CONTAINS:
    return !holding(AX_COMPARE_CONTAINS, values, count, expected);
  case AX_COMPARE_NOT_EMPTY:
  case AX_COMPARE_CONTAINS:
    return holding(op, values, count, expected) > 0;
  case AX_COMPARE_EQUALS:
  case AX_COMPARE_GREATER_THAN:
  case AX_COMPARE_LESS_THAN:
    if (!any && count != 1) return false;
    return holding(op, values, count, expected) > 0;
  case AX_COMPARE_IN:
  case AX_COMPARE_EVAL:
    break;
  }
  size_t n = holding(AX_COMPARE_IN, values, count, expected);
  return n > 0 && (any || n == count);
}
