#include "fhirpath/fp_units.h"

#include <stdio.h>

#include "ucum/ucum.h"

static const struct {
  const char *word, *plural, *ucum;
  ax_fp_duration length;
} calendar[] = {
  { "year", "years", "a", { 12, 0 } },
  { "month", "months", "mo", { 1, 0 } },
  { "week", "weeks", "wk", { 0, 604800000 } },
  { "day", "days", "d", { 0, 86400000 } },
  { "hour", "hours", "h", { 0, 3600000 } },
  { "minute", "minutes", "min", { 0, 60000 } },
  { "second", "seconds", "s", { 0, 1000 } },
  { "millisecond", "milliseconds", "ms", { 0, 1 } },
};

bool ax_fp_units_calendar(ax_str word, ax_fp_quantity *quantity) {
  for (size_t i = 0; i < AX_COUNT(calendar); i++) {
    if (!ax_str_eq(word, ax_str_from(calendar[i].word)) &&
        !ax_str_eq(word, ax_str_from(calendar[i].plural)))
      continue;
    quantity->unit = ax_str_from(calendar[i].word);
    quantity->is_calendar = true;
    return true;
  }
  return false;
}

void ax_fp_units_quoted_calendar(ax_fp_quantity *quantity) {
  (void)ax_fp_units_calendar(quantity->unit, quantity);
}

void ax_fp_units_from_ucum(ax_fp_quantity *quantity) {
  static const char *const mapped[] = { "a", "mo", "d", "h", "min", "s" };
  for (size_t i = 0; i < AX_COUNT(mapped); i++) {
    if (!ax_str_eq(quantity->unit, ax_str_from(mapped[i]))) continue;
    for (size_t k = 0; k < AX_COUNT(calendar); k++)
      if (ax_str_eq(quantity->unit, ax_str_from(calendar[k].ucum))) {
        quantity->unit = ax_str_from(calendar[k].word);
        quantity->is_calendar = true;
        return;
      }
  }
}

bool ax_fp_units_duration(const ax_fp_quantity *quantity, ax_fp_duration *out) {
  for (size_t i = 0; i < AX_COUNT(calendar); i++) {
    const char *name =
        quantity->is_calendar ? calendar[i].word : calendar[i].ucum;
    if (!ax_str_eq(quantity->unit, ax_str_from(name))) continue;
    *out = calendar[i].length;
    return true;
  }
  return false;
}

/* --- UCUM ------------------------------------------------------------------
 */

/* The UCUM code a unit stands for. */
static ax_str ucum_code(const ax_fp_quantity *quantity) {
  if (!quantity->is_calendar) return quantity->unit;
  for (size_t i = 0; i < AX_COUNT(calendar); i++)
    if (ax_str_eq(quantity->unit, ax_str_from(calendar[i].word)))
      return ax_str_from(calendar[i].ucum);
  return quantity->unit;
}

bool ax_fp_units_valid(ax_str unit) {
  ax_ucum_unit parsed;
  return ax_ucum_parse(unit, &parsed, NULL) == AX_OK;
}

static bool parse(const ax_fp_quantity *quantity, ax_ucum_unit *out) {
  return ax_ucum_parse(ucum_code(quantity), out, NULL) == AX_OK;
}

/* A factor is a double that came from decimal tables: 15 digits are what the
 * tables said. */
static bool factor_of(double value, ax_fhir_decimal *out) {
  char text[40];
  int n = snprintf(text, sizeof text, "%.15g", value);
  return n > 0 && ax_fhir_decimal_parse((ax_str){ text, (size_t)n }, out);
}

/* 10^exponent as a decimal; false when it has too many digits. */
static bool power_of_ten(int exponent, ax_fhir_decimal *out) {
  char text[16];
  int n = snprintf(text, sizeof text, "1e%d", exponent);
  return n > 0 && ax_fhir_decimal_parse((ax_str){ text, (size_t)n }, out);
}

/* value * factor * 10^exponent. */
static bool scale(ax_fhir_decimal value, double factor, int exponent,
                  ax_fhir_decimal *out) {
  ax_fhir_decimal by, ten;
  return factor_of(factor, &by) && power_of_ten(exponent, &ten) &&
         ax_fhir_decimal_multiply(value, by, out) &&
         ax_fhir_decimal_multiply(ax_fhir_decimal_trim(*out), ten, out);
}

/* Multiplies before it divides, so that 28 days are exactly 4 weeks. */
static bool convert_linear(ax_fhir_decimal value, const ax_ucum_unit *from,
                           const ax_ucum_unit *to, ax_fhir_decimal *out) {
  ax_fhir_decimal product, by;
  int exponent = from->exponent - to->exponent;
  if (from->factor == to->factor) return scale(value, 1, exponent, out);
  if (scale(value, from->factor, exponent, &product) &&
      factor_of(to->factor, &by) && ax_fp_units_quotient(product, by, out))
    return true;
  return scale(value, from->factor / to->factor, exponent, out);
}

/* Two units that measure the same, ready to convert either way. */
typedef struct {
  bool is_duration; /* whole months or milliseconds: no UCUM needed */
  int64_t length_a, length_b;
  ax_ucum_unit a, b;
} bridge;

static bool join_units(const ax_fp_quantity *a, const ax_fp_quantity *b,
                       bridge *out) {
  ax_fp_duration x, y;
  if (ax_fp_units_duration(a, &x) && ax_fp_units_duration(b, &y) &&
      !x.months == !y.months) {
    out->is_duration = true;
    out->length_a = x.months ? x.months : x.milliseconds;
    out->length_b = y.months ? y.months : y.milliseconds;
    return true;
  }
  out->is_duration = false;
  return parse(a, &out->a) && parse(b, &out->b) &&
         ax_ucum_commensurable(&out->a, &out->b);
}

static bool is_linear(const bridge *units) {
  return !units->a.special && !units->b.special &&
         units->a.moles == units->b.moles;
}

/* `value` of the unit a in the unit b, or with `back` the other way. */
static bool across(const bridge *units, bool back, ax_fhir_decimal value,
                   ax_fhir_decimal *out) {
  const ax_ucum_unit *from = back ? &units->b : &units->a;
  const ax_ucum_unit *to = back ? &units->a : &units->b;
  ax_fhir_decimal product;
  double result;
  if (units->is_duration)
    return ax_fhir_decimal_multiply(
               value,
               ax_fhir_decimal_from_int(back ? units->length_b
                                             : units->length_a),
               &product) &&
           ax_fp_units_quotient(product,
                                ax_fhir_decimal_from_int(
                                    back ? units->length_a : units->length_b),
                                out);
  if (is_linear(units) && to->factor > 0)
    return convert_linear(value, from, to, out);
  return ax_ucum_convert_parsed(ax_fhir_decimal_to_double(value), from, to, 0,
                                &result) &&
         factor_of(result, out);
}

/* `value` of the unit `from` in the unit `to`. */
static bool convert(ax_fhir_decimal value, const ax_fp_quantity *from,
                    const ax_fp_quantity *to, ax_fhir_decimal *out) {
  bridge units;
  return join_units(from, to, &units) && across(&units, false, value, out);
}

static bool same_unit(const ax_fp_quantity *a, const ax_fp_quantity *b) {
  return a->is_calendar == b->is_calendar && ax_str_eq(a->unit, b->unit);
}

/* Calendar years and months against anything but each other: how long they are
 * depends on the calendar. */
static bool calendar_gap(const ax_fp_quantity *a, const ax_fp_quantity *b) {
  ax_fp_duration x = { 0 }, y = { 0 };
  bool known = ax_fp_units_duration(a, &x) && ax_fp_units_duration(b, &y);
  if (!known) return false;
  bool long_a = x.months && a->is_calendar, long_b = y.months && b->is_calendar;
  return long_a != long_b;
}

bool ax_fp_units_comparable(const ax_fp_quantity *a, const ax_fp_quantity *b) {
  ax_ucum_unit x, y;
  return same_unit(a, b) ||
         (parse(a, &x) && parse(b, &y) && ax_ucum_commensurable(&x, &y));
}

static ax_fp_order order_of(ax_fhir_decimal a, ax_fhir_decimal b) {
  int order = ax_fhir_decimal_compare(a, b);
  return order < 0 ? AX_FP_BEFORE : order > 0 ? AX_FP_AFTER : AX_FP_SAME;
}

/* Both values in a common unit small enough that nothing is divided. */
static bool in_common_unit(const ax_fp_quantity *a, const ax_fp_quantity *b,
                           ax_fhir_decimal *x, ax_fhir_decimal *y) {
  bridge units;
  if (!join_units(a, b, &units)) return false;
  if (units.is_duration)
    return ax_fhir_decimal_multiply(
               a->value, ax_fhir_decimal_from_int(units.length_a), x) &&
           ax_fhir_decimal_multiply(
               b->value, ax_fhir_decimal_from_int(units.length_b), y);
  if (is_linear(&units)) {
    int low = units.a.exponent < units.b.exponent ? units.a.exponent
                                                  : units.b.exponent;
    return scale(a->value, units.a.factor, units.a.exponent - low, x) &&
           scale(b->value, units.b.factor, units.b.exponent - low, y);
  }
  *x = a->value;
  return across(&units, true, b->value, y);
}

ax_fp_order ax_fp_units_compare(const ax_fp_quantity *a,
                                const ax_fp_quantity *b) {
  ax_fhir_decimal x, y;
  if (same_unit(a, b)) return order_of(a->value, b->value);
  if (calendar_gap(a, b) || !in_common_unit(a, b, &x, &y))
    return AX_FP_NO_ORDER;
  return order_of(x, y);
}

bool ax_fp_units_equivalent(const ax_fp_quantity *a, const ax_fp_quantity *b) {
  ax_fhir_decimal other = b->value;
  if (!same_unit(a, b) && !convert(b->value, b, a, &other)) return false;
  if (same_unit(a, b)) return ax_fhir_decimal_equivalent(a->value, other);
  return ax_fhir_decimal_compare(a->value, other) == 0 ||
         ax_fhir_decimal_equivalent(a->value, ax_fhir_decimal_trim(other));
}

bool ax_fp_units_convert(const ax_fp_quantity *value, ax_str unit,
                         ax_fp_quantity *out) {
  ax_fp_quantity to = { .unit = unit };
  ax_fp_units_quoted_calendar(&to);
  to.value = value->value;
  if (!same_unit(value, &to) && (calendar_gap(value, &to) ||
                                 !convert(value->value, value, &to, &to.value)))
    return false;
  *out = to;
  return true;
}

/* --- arithmetic ------------------------------------------------------------
 */

static bool sum(ax_fhir_decimal a, ax_fhir_decimal b, bool subtract,
                ax_fhir_decimal *out) {
  return subtract ? ax_fhir_decimal_subtract(a, b, out)
                  : ax_fhir_decimal_add(a, b, out);
}

bool ax_fp_units_add(const ax_fp_quantity *a, const ax_fp_quantity *b,
                     bool subtract, ax_fp_quantity *out) {
  ax_fhir_decimal x = a->value, y = b->value;
  *out = *a;
  if (same_unit(a, b)) return sum(x, y, subtract, &out->value);
  if (calendar_gap(a, b)) return false;
  ax_fhir_decimal one = ax_fhir_decimal_from_int(1), ratio;
  if (!convert(one, a, b, &ratio)) return false;
  if (ax_fhir_decimal_compare(ratio, one) > 0) {
    *out = *b;
    if (!convert(a->value, a, b, &x)) return false;
  } else if (!convert(b->value, b, a, &y)) {
    return false;
  }
  return sum(x, y, subtract, &out->value);
}

bool ax_fp_units_quotient(ax_fhir_decimal a, ax_fhir_decimal b,
                          ax_fhir_decimal *out) {
  static const int scales[] = { 16, 12, 8, 4, 0 };
  for (size_t i = 0; i < AX_COUNT(scales); i++) {
    if (!ax_fhir_decimal_divide(a, b, scales[i], out)) continue;
    *out = ax_fhir_decimal_trim(*out);
    return true;
  }
  return false;
}

/* The base units of a product: "g.m2.s-2"; "1" when they cancel out. */
static ax_str base_unit(ax_arena *arena, const int dim[8]) {
  static const char *const names[] = { "m", "s", "g",  "rad",
                                       "K", "C", "cd", "mol" };
  char text[96];
  size_t len = 0;
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    if (!dim[i]) continue;
    int n = dim[i] == 1 ? snprintf(text + len, sizeof text - len, "%s%s",
                                   len ? "." : "", names[i])
                        : snprintf(text + len, sizeof text - len, "%s%s%d",
                                   len ? "." : "", names[i], dim[i]);
    if (n < 0 || (size_t)n >= sizeof text - len) return AX_STR("1");
    len += (size_t)n;
  }
  if (!len) return AX_STR("1");
  return ax_arena_str(arena, (ax_str){ text, len });
}

static bool is_one(const ax_fp_quantity *q) {
  return !q->is_calendar && ax_str_eq(q->unit, AX_STR("1"));
}

bool ax_fp_units_multiply(ax_arena *arena, const ax_fp_quantity *a,
                          const ax_fp_quantity *b, bool divide,
                          ax_fp_quantity *out) {
  ax_ucum_unit x, y;
  ax_fhir_decimal value;
  int dim[8];
  bool fine = divide ? ax_fp_units_quotient(a->value, b->value, &value)
                     : ax_fhir_decimal_multiply(a->value, b->value, &value);
  if (!fine) return false;
  *out = *a;
  out->value = value;
  if (is_one(b)) return true;
  if (divide && same_unit(a, b)) {
    out->unit = AX_STR("1");
    out->is_calendar = false;
    return true;
  }
  if (!divide && is_one(a)) {
    *out = *b;
    out->value = value;
    return true;
  }
  if (!parse(a, &x) || !parse(b, &y) || x.special || y.special || x.arbitrary ||
      y.arbitrary)
    return false;
  int sign = divide ? -1 : 1;
  for (size_t i = 0; i < 7; i++) dim[i] = x.dim[i] + sign * y.dim[i];
  dim[7] = x.moles + sign * y.moles;
  if (!scale(value, divide ? x.factor / y.factor : x.factor * y.factor,
             x.exponent + sign * y.exponent, &out->value))
    return false;
  out->unit = base_unit(arena, dim);
  out->is_calendar = false;
  return out->unit.ptr != NULL;
}
