/* FHIRPath 5.5: conversion. What does not convert gives nothing. */
#include "fhirpath/fp_datetime.h"
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_units.h"

/* iif() with an input of several items has no single $this to judge. */
ax_status ax_fp_conversion_iif(ax_fp_call *call) {
  const ax_fp_ast *node = call->node;
  ax_fp_truth truth = AX_FP_FALSE;
  ax_fp_list result = { 0 };
  if (call->input.count > 1)
    return ax_fp_run_fault(call->run, node,
                           "iif() takes at most one item, not a collection of "
                           "%zu",
                           call->input.count);
  ax_fp_scope scope = *call->scope;
  scope.focus = call->input;
  AX_TRY(ax_fp_eval_node(call->run, node->args[0], &scope, &result));
  AX_TRY(ax_fp_run_truth(call->run, node->args[0], &result, &truth));
  if (truth == AX_FP_TRUE)
    return ax_fp_eval_node(call->run, node->args[1], &scope, call->out);
  if (node->arg_count < 3) return AX_OK;
  return ax_fp_eval_node(call->run, node->args[2], &scope, call->out);
}

/* --- one conversion each: false when there is none --------------------------
 */

typedef struct {
  ax_arena *arena;
  ax_fp_item in;  /* System, or a node that stands for nothing */
  ax_fp_item out; /* filled on success */
  ax_status status;
  ax_str unit; /* toQuantity(unit) */
} conversion;

static bool done(conversion *c, ax_fp_item item) {
  c->out = item;
  return true;
}

static bool made(conversion *c, ax_status status) {
  c->status = status;
  return status == AX_OK;
}

static bool is_one_of(ax_str text, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ax_str_eq_nocase(text, ax_str_from(words[i]))) return true;
  return false;
}

static bool number_is(const ax_fp_item *item, int64_t wanted) {
  ax_fhir_decimal value = item->kind == AX_FP_DECIMAL
                              ? *item->u.decimal
                              : ax_fhir_decimal_from_int(item->u.integer);
  return ax_fhir_decimal_compare(value, ax_fhir_decimal_from_int(wanted)) == 0;
}

static bool is_number(const ax_fp_item *item) {
  return item->kind == AX_FP_INTEGER || item->kind == AX_FP_DECIMAL;
}

static bool to_boolean(conversion *c) {
  static const char *const yes[] = { "true", "t", "yes", "y", "1", "1.0" };
  static const char *const no[] = { "false", "f", "no", "n", "0", "0.0" };
  bool text = c->in.kind == AX_FP_STRING;
  if (c->in.kind == AX_FP_BOOLEAN) return done(c, c->in);
  if ((text && is_one_of(c->in.u.text, yes, AX_COUNT(yes))) ||
      (is_number(&c->in) && number_is(&c->in, 1)))
    return done(c, ax_fp_value_boolean(true));
  if ((text && is_one_of(c->in.u.text, no, AX_COUNT(no))) ||
      (is_number(&c->in) && number_is(&c->in, 0)))
    return done(c, ax_fp_value_boolean(false));
  return false;
}

/* (+|-)?\d+(\.\d+)? with decimals only when asked for. */
static bool parse_number(ax_str text, bool with_point, ax_fhir_decimal *out) {
  ax_str rest = text;
  bool negative = rest.len && rest.ptr[0] == '-';
  if (rest.len && (negative || rest.ptr[0] == '+')) rest = ax_str_skip(rest, 1);
  size_t points = 0;
  for (size_t i = 0; i < rest.len; i++) {
    bool point = rest.ptr[i] == '.' && i > 0 && i + 1 < rest.len;
    if (point) points++;
    if (!point && (rest.ptr[i] < '0' || rest.ptr[i] > '9')) return false;
  }
  if (points > (with_point ? 1u : 0u)) return false;
  while (rest.len > 1 && rest.ptr[0] == '0' && rest.ptr[1] != '.')
    rest = ax_str_skip(rest, 1);
  if (!ax_fhir_decimal_parse(rest, out)) return false;
  if (negative) *out = ax_fhir_decimal_negate(*out);
  return true;
}

static bool to_integer(conversion *c) {
  ax_fhir_decimal value;
  int64_t integer;
  if (c->in.kind == AX_FP_INTEGER) return done(c, c->in);
  if (c->in.kind == AX_FP_BOOLEAN)
    return done(c, ax_fp_value_integer(c->in.u.truth));
  if (c->in.kind != AX_FP_STRING || !parse_number(c->in.u.text, false, &value))
    return false;
  if (!ax_fhir_decimal_to_int(value, &integer) || integer > INT32_MAX ||
      integer < INT32_MIN)
    return false;
  return done(c, ax_fp_value_integer(integer));
}

static bool to_decimal(conversion *c) {
  ax_fhir_decimal value;
  if (c->in.kind == AX_FP_DECIMAL) return done(c, c->in);
  if (c->in.kind == AX_FP_INTEGER)
    value = ax_fhir_decimal_from_int(c->in.u.integer);
  else if (c->in.kind == AX_FP_BOOLEAN)
    value = (ax_fhir_decimal){ .digits = c->in.u.truth ? 10 : 0, .scale = 1 };
  else if (c->in.kind != AX_FP_STRING ||
           !parse_number(c->in.u.text, true, &value))
    return false;
  return made(c, ax_fp_value_decimal(c->arena, value, &c->out));
}

static bool to_string(conversion *c) {
  ax_str text;
  if (c->in.kind == AX_FP_NODE || c->in.kind == AX_FP_TYPE_INFO) return false;
  if (!made(c, ax_fp_value_text(c->arena, &c->in, &text))) return false;
  return done(c, ax_fp_value_string(text));
}

static bool is_moment(const ax_fp_item *item) {
  return item->kind == AX_FP_DATE || item->kind == AX_FP_DATETIME ||
         item->kind == AX_FP_TIME;
}

static bool to_moment(conversion *c, ax_fp_kind kind) {
  ax_fp_moment moment;
  if (c->in.kind == kind) return done(c, c->in);
  if (c->in.kind == AX_FP_STRING) {
    if (!ax_fp_datetime_parse(kind, c->in.u.text, &moment)) return false;
    return made(c, ax_fp_value_moment(c->arena, kind, moment, &c->out));
  }
  if (!is_moment(&c->in) || kind == AX_FP_TIME || c->in.kind == AX_FP_TIME)
    return false;
  moment = *c->in.u.moment;
  if (kind == AX_FP_DATE && moment.precision > AX_FP_DAY) {
    moment = (ax_fp_moment){ .precision = AX_FP_DAY,
                             .year = moment.year,
                             .month = moment.month,
                             .day = moment.day };
  }
  return made(c, ax_fp_value_moment(c->arena, kind, moment, &c->out));
}

static bool to_date(conversion *c) {
  return to_moment(c, AX_FP_DATE);
}

static bool to_datetime(conversion *c) {
  return to_moment(c, AX_FP_DATETIME);
}

static bool to_time(conversion *c) {
  return to_moment(c, AX_FP_TIME);
}

/* The end of the number at the front of `text`. */
static size_t number_end(ax_str text) {
  size_t i = 0;
  while (i < text.len &&
         (text.ptr[i] == '+' || text.ptr[i] == '-' || text.ptr[i] == '.' ||
          (text.ptr[i] >= '0' && text.ptr[i] <= '9')))
    i++;
  return i;
}

/* 5.5.7: 4, 4 'mg', 4 days. */
static bool parse_quantity(ax_str text, ax_fp_quantity *out) {
  size_t end = number_end(text);
  ax_str unit = ax_str_trim(ax_str_skip(text, end));
  *out = (ax_fp_quantity){ .unit = AX_STR("1") };
  if (!parse_number((ax_str){ text.ptr, end }, true, &out->value)) return false;
  if (!unit.len) return true;
  if (unit.ptr[0] != '\'') return ax_fp_units_calendar(unit, out);
  if (unit.len < 3 || unit.ptr[unit.len - 1] != '\'') return false;
  out->unit = (ax_str){ unit.ptr + 1, unit.len - 2 };
  ax_fp_units_quoted_calendar(out);
  return ax_str_find(out->unit, AX_STR("'")) == AX_STR_NONE;
}

static bool quantity_of(conversion *c, ax_fp_quantity *out) {
  if (c->in.kind == AX_FP_STRING) return parse_quantity(c->in.u.text, out);
  if (c->in.kind == AX_FP_QUANTITY) {
    *out = *c->in.u.quantity;
    return true;
  }
  *out = (ax_fp_quantity){ .unit = AX_STR("1") };
  if (!is_number(&c->in) && c->in.kind != AX_FP_BOOLEAN) return false;
  if (!to_decimal(c)) return false;
  out->value = *c->out.u.decimal;
  return true;
}

static bool to_quantity(conversion *c) {
  ax_fp_quantity quantity;
  if (!quantity_of(c, &quantity)) return false;
  if (c->unit.len && !ax_fp_units_convert(&quantity, c->unit, &quantity))
    return false;
  return made(c, ax_fp_value_quantity(c->arena, quantity, &c->out));
}

/* --- the functions ---------------------------------------------------------
 */

static ax_status attempt(ax_fp_call *call, bool (*convert)(conversion *c),
                         conversion *c, bool *converted) {
  *c = (conversion){ .arena = call->run->arena };
  if (call->args[0].count) c->unit = call->args[0].items[0].u.text;
  AX_TRY(ax_fp_value_system(c->arena, &call->input.items[0], &c->in));
  *converted = convert(c);
  return c->status;
}

static ax_status to(ax_fp_call *call, bool (*convert)(conversion *c)) {
  conversion c;
  bool converted;
  AX_TRY(attempt(call, convert, &c, &converted));
  return converted ? ax_fp_run_push(call->run, call->out, c.out) : AX_OK;
}

static ax_status is(ax_fp_call *call, bool (*convert)(conversion *c)) {
  conversion c;
  bool converted;
  AX_TRY(attempt(call, convert, &c, &converted));
  return ax_fp_run_push(call->run, call->out, ax_fp_value_boolean(converted));
}

#define CONVERSION(name)                                   \
  ax_status ax_fp_conversion_to_##name(ax_fp_call *call) { \
    return to(call, to_##name);                            \
  }                                                        \
  ax_status ax_fp_conversion_is_##name(ax_fp_call *call) { \
    return is(call, to_##name);                            \
  }

CONVERSION(boolean)
CONVERSION(integer)
CONVERSION(decimal)
CONVERSION(string)
CONVERSION(date)
CONVERSION(datetime)
CONVERSION(time)
CONVERSION(quantity)
