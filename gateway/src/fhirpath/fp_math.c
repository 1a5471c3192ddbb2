/* FHIRPath 5.7: math. What has no value (the root of -1) gives nothing. */
#include <math.h>
#include <stdio.h>

#include "fhirpath/fp_function.h"
#include "fhirpath/fp_units.h"

static ax_fhir_decimal number_of(const ax_fp_item *item) {
  return item->kind == AX_FP_DECIMAL
             ? *item->u.decimal
             : ax_fhir_decimal_from_int(item->u.integer);
}

static ax_fhir_decimal input_of(const ax_fp_call *call) {
  return number_of(&call->input.items[0]);
}

static double double_of(const ax_fp_call *call) {
  return ax_fhir_decimal_to_double(input_of(call));
}

/* Results of the C library are good for 15 digits. */
static ax_status push_double(ax_fp_call *call, double value) {
  char text[40];
  ax_fhir_decimal decimal;
  if (!isfinite(value)) return AX_OK;
  int n = snprintf(text, sizeof text, "%.15g", value);
  if (n < 0 || !ax_fhir_decimal_parse((ax_str){ text, (size_t)n }, &decimal))
    return AX_OK;
  return ax_fp_run_push_decimal(call->run, call->out, decimal);
}

static ax_status push_whole(ax_fp_call *call, ax_fhir_decimal value) {
  int64_t integer;
  if (!ax_fhir_decimal_to_int(value, &integer) || integer > INT32_MAX ||
      integer < INT32_MIN)
    return AX_OK;
  return ax_fp_run_push_integer(call->run, call->out, integer);
}

ax_status ax_fp_math_abs(ax_fp_call *call) {
  const ax_fp_item *item = &call->input.items[0];
  ax_fp_item result;
  if (item->kind == AX_FP_INTEGER)
    return push_whole(call, ax_fhir_decimal_abs(number_of(item)));
  if (item->kind == AX_FP_DECIMAL)
    return ax_fp_run_push_decimal(call->run, call->out,
                                  ax_fhir_decimal_abs(*item->u.decimal));
  ax_fp_quantity quantity = *item->u.quantity;
  quantity.value = ax_fhir_decimal_abs(quantity.value);
  AX_TRY(ax_fp_value_quantity(call->run->arena, quantity, &result));
  return ax_fp_run_push(call->run, call->out, result);
}

ax_status ax_fp_math_ceiling(ax_fp_call *call) {
  return push_whole(call, ax_fhir_decimal_ceiling(input_of(call)));
}

ax_status ax_fp_math_floor(ax_fp_call *call) {
  return push_whole(call, ax_fhir_decimal_floor(input_of(call)));
}

ax_status ax_fp_math_truncate(ax_fp_call *call) {
  return push_whole(call, ax_fhir_decimal_truncate(input_of(call), 0));
}

ax_status ax_fp_math_exp(ax_fp_call *call) {
  return push_double(call, exp(double_of(call)));
}

ax_status ax_fp_math_ln(ax_fp_call *call) {
  double value = double_of(call);
  return value > 0 ? push_double(call, log(value)) : AX_OK;
}

ax_status ax_fp_math_log(ax_fp_call *call) {
  double value = double_of(call);
  double base = ax_fhir_decimal_to_double(number_of(&call->args[0].items[0]));
  if (value <= 0 || base <= 0 || base == 1) return AX_OK;
  return push_double(call, log(value) / log(base));
}

ax_status ax_fp_math_sqrt(ax_fp_call *call) {
  double value = double_of(call);
  return value >= 0 ? push_double(call, sqrt(value)) : AX_OK;
}

/* By squaring; false when the digits run out. */
static bool exact_power(ax_fhir_decimal base, int64_t exponent,
                        ax_fhir_decimal *out) {
  *out = ax_fhir_decimal_from_int(1);
  while (exponent > 0) {
    if (exponent & 1 && !ax_fhir_decimal_multiply(*out, base, out))
      return false;
    exponent >>= 1;
    if (exponent && !ax_fhir_decimal_multiply(base, base, &base)) return false;
  }
  return true;
}

ax_status ax_fp_math_power(ax_fp_call *call) {
  const ax_fp_item *by = &call->args[0].items[0];
  ax_fhir_decimal exponent = number_of(by), result;
  int64_t whole;
  bool integers =
      by->kind == AX_FP_INTEGER && call->input.items[0].kind == AX_FP_INTEGER;
  if (ax_fhir_decimal_to_int(exponent, &whole) && whole >= 0 &&
      exact_power(input_of(call), whole, &result))
    return integers ? push_whole(call, result)
                    : ax_fp_run_push_decimal(call->run, call->out, result);
  double value = pow(double_of(call), ax_fhir_decimal_to_double(exponent));
  return push_double(call, value);
}

ax_status ax_fp_math_round(ax_fp_call *call) {
  int64_t digits = call->args[0].count ? call->args[0].items[0].u.integer : 0;
  if (digits < 0)
    return ax_fp_run_fault(call->run, call->node,
                           "round() takes a number of digits of 0 or more");
  int scale = digits > AX_FHIR_DECIMAL_MAX ? AX_FHIR_DECIMAL_MAX : (int)digits;
  return ax_fp_run_push_decimal(call->run, call->out,
                                ax_fhir_decimal_round(input_of(call), scale));
}
