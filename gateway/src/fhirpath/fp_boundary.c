/* lowBoundary(), highBoundary(), precision(), comparable() of the later
 * releases: the least and greatest value that rounds to what was written. */
#include "fhirpath/fp_datetime.h"
#include "fhirpath/fp_function.h"
#include "fhirpath/fp_units.h"

enum {
  DECIMAL_DIGITS = 8,      /* when no precision is asked for */
  DECIMAL_DIGITS_MAX = 31, /* beyond that there is no answer */
  ZONE_FIRST = 14 * 60,    /* the day begins in UTC+14 ... */
  ZONE_LAST = -12 * 60     /* ... and ends in UTC-12 */
};

static bool is_number(const ax_fp_item *item) {
  return item->kind == AX_FP_INTEGER || item->kind == AX_FP_DECIMAL;
}

static ax_fhir_decimal number_of(const ax_fp_item *item) {
  return item->kind == AX_FP_DECIMAL
             ? *item->u.decimal
             : ax_fhir_decimal_from_int(item->u.integer);
}

/* Exactly `scale` digits behind the point. */
static bool pad(ax_fhir_decimal value, int scale, ax_fhir_decimal *out) {
  ax_fhir_decimal zero = { .digits = 0, .scale = scale };
  *out = value;
  return value.scale >= scale || ax_fhir_decimal_add(value, zero, out);
}

/* Half a unit of the last digit away; towards zero what is cut is dropped,
 * away from zero it is rounded. */
static bool decimal_boundary(ax_fhir_decimal value, bool high, int digits,
                             ax_fhir_decimal *out) {
  ax_fhir_decimal half = { .digits = 5, .scale = value.scale + 1 }, moved;
  bool fits = high ? ax_fhir_decimal_add(value, half, &moved)
                   : ax_fhir_decimal_subtract(value, half, &moved);
  if (!fits) return false;
  moved = moved.negative == high ? ax_fhir_decimal_truncate(moved, digits)
                                 : ax_fhir_decimal_round(moved, digits);
  return pad(moved, digits, out);
}

/* --- dates and times -------------------------------------------------------
 */

/* How many digits a precision has: 2014 has 4, 10:30 has 4. */
static int moment_digits(ax_fp_kind kind, ax_fp_precision precision) {
  static const int date[] = { 0, 4, 6, 8, 10, 12, 14, 17 };
  static const int time[] = { 0, 0, 0, 0, 2, 4, 6, 9 };
  return kind == AX_FP_TIME ? time[precision] : date[precision];
}

static bool moment_precision(ax_fp_kind kind, int64_t digits,
                             ax_fp_precision *out) {
  for (int p = AX_FP_YEAR; p <= AX_FP_FRACTION; p++) {
    if (moment_digits(kind, (ax_fp_precision)p) != digits || digits == 0)
      continue;
    *out = (ax_fp_precision)p;
    return kind != AX_FP_DATE || p <= AX_FP_DAY;
  }
  return false;
}

/* R4 dateTimes have no hours without minutes, so T08 is read as T08:00. */
static ax_fp_precision written(ax_fp_kind kind, const ax_fp_moment *m) {
  return kind == AX_FP_DATETIME && m->precision == AX_FP_HOUR ? AX_FP_MINUTE
                                                              : m->precision;
}

static void fill(ax_fp_moment *m, ax_fp_precision from, bool high) {
  if (from < AX_FP_MONTH) m->month = high ? 12 : 1;
  if (from < AX_FP_DAY && m->year)
    m->day = high ? ax_fp_datetime_month_days(m->year, m->month) : 1;
  if (from < AX_FP_HOUR) m->hour = high ? 23 : 0;
  if (from < AX_FP_MINUTE) m->minute = high ? 59 : 0;
  if (from < AX_FP_SECOND) m->second = high ? 59 : 0;
  if (from < AX_FP_FRACTION) m->nanos = high ? 999000000 : 0;
}

static ax_fp_moment cut(ax_fp_moment m, ax_fp_precision to) {
  m.precision = to;
  m.fraction_digits = to == AX_FP_FRACTION ? 3 : 0;
  if (to < AX_FP_FRACTION) m.nanos = 0;
  if (to < AX_FP_SECOND) m.second = 0;
  if (to < AX_FP_MINUTE) m.minute = 0;
  if (to < AX_FP_HOUR) {
    m.hour = 0;
    m.has_zone = false;
  }
  if (to < AX_FP_DAY) m.day = 0;
  if (to < AX_FP_MONTH) m.month = 0;
  return m;
}

static ax_status moment_boundary(ax_fp_call *call, const ax_fp_item *item,
                                 bool high, int64_t digits) {
  ax_fp_precision to;
  ax_fp_item result;
  ax_fp_moment m = *item->u.moment;
  if (!moment_precision(item->kind, digits, &to)) return AX_OK;
  fill(&m, written(item->kind, &m), high);
  if (item->kind == AX_FP_DATETIME && !m.has_zone) {
    m.has_zone = true;
    m.zone_minutes = high ? ZONE_LAST : ZONE_FIRST;
  }
  AX_TRY(ax_fp_value_moment(call->run->arena, item->kind, cut(m, to), &result));
  return ax_fp_run_push(call->run, call->out, result);
}

/* --- the functions ---------------------------------------------------------
 */

static int64_t default_digits(ax_fp_kind kind) {
  return kind == AX_FP_DATE       ? 8
         : kind == AX_FP_DATETIME ? 17
         : kind == AX_FP_TIME     ? 9
                                  : DECIMAL_DIGITS;
}

static ax_status quantity_boundary(ax_fp_call *call, const ax_fp_item *item,
                                   bool high, int digits) {
  ax_fp_quantity quantity = *item->u.quantity;
  ax_fp_item result;
  if (!decimal_boundary(quantity.value, high, digits, &quantity.value))
    return AX_OK;
  AX_TRY(ax_fp_value_quantity(call->run->arena, quantity, &result));
  return ax_fp_run_push(call->run, call->out, result);
}

static ax_status boundary(ax_fp_call *call, bool high) {
  ax_fp_item item;
  ax_fhir_decimal value;
  AX_TRY(ax_fp_value_system(call->run->arena, &call->input.items[0], &item));
  int64_t digits = call->args[0].count ? call->args[0].items[0].u.integer
                                       : default_digits(item.kind);
  if (item.kind == AX_FP_DATE || item.kind == AX_FP_DATETIME ||
      item.kind == AX_FP_TIME)
    return moment_boundary(call, &item, high, digits);
  if (digits < 0 || digits > DECIMAL_DIGITS_MAX) return AX_OK;
  if (item.kind == AX_FP_QUANTITY)
    return quantity_boundary(call, &item, high, (int)digits);
  if (!is_number(&item))
    return ax_fp_run_fault(
        call->run, call->node,
        AX_STR_FMT "() is not defined for a value of type " AX_STR_FMT,
        AX_STR_ARG(call->node->name), AX_STR_ARG(ax_fp_value_type_name(&item)));
  if (!decimal_boundary(number_of(&item), high, (int)digits, &value))
    return AX_OK;
  if (digits == 0) {
    int64_t integer;
    if (ax_fhir_decimal_to_int(value, &integer))
      return ax_fp_run_push_integer(call->run, call->out, integer);
  }
  return ax_fp_run_push_decimal(call->run, call->out, value);
}

ax_status ax_fp_boundary_low(ax_fp_call *call) {
  return boundary(call, false);
}

ax_status ax_fp_boundary_high(ax_fp_call *call) {
  return boundary(call, true);
}

/* Digits behind the point of a number; digits of a date or time. */
ax_status ax_fp_boundary_precision(ax_fp_call *call) {
  ax_fp_item item;
  int digits = 0;
  AX_TRY(ax_fp_value_system(call->run->arena, &call->input.items[0], &item));
  if (is_number(&item))
    digits = number_of(&item).scale;
  else if (item.kind == AX_FP_QUANTITY)
    digits = item.u.quantity->value.scale;
  else if (item.kind == AX_FP_DATE || item.kind == AX_FP_DATETIME ||
           item.kind == AX_FP_TIME)
    digits = moment_digits(item.kind, item.u.moment->precision);
  else
    return ax_fp_run_fault(
        call->run, call->node,
        "precision() is not defined for a value of type " AX_STR_FMT,
        AX_STR_ARG(ax_fp_value_type_name(&item)));
  return ax_fp_run_push_integer(call->run, call->out, digits);
}

static ax_fp_quantity quantity_of(const ax_fp_item *item) {
  if (item->kind == AX_FP_QUANTITY) return *item->u.quantity;
  return (ax_fp_quantity){ .value = number_of(item), .unit = AX_STR("1") };
}

ax_status ax_fp_boundary_comparable(ax_fp_call *call) {
  ax_fp_item other;
  AX_TRY(ax_fp_value_system(call->run->arena, &call->args[0].items[0], &other));
  bool yes = false;
  if (is_number(&other) || other.kind == AX_FP_QUANTITY) {
    ax_fp_quantity a = quantity_of(&call->input.items[0]);
    ax_fp_quantity b = quantity_of(&other);
    yes = ax_fp_units_comparable(&a, &b);
  }
  return ax_fp_run_push(call->run, call->out, ax_fp_value_boolean(yes));
}
