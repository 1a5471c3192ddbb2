#include "fhir/fhir_decimal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef ax_fhir_decimal_digits u128;

/* Intermediate results: 38 digits times 10^114 need 505 bits. */
enum { LIMBS = 16 };
typedef struct {
  uint32_t limb[LIMBS]; /* least significant first */
} wide;

/* --- wide whole numbers -------------------------------------------------- */

static wide wide_from(u128 value) {
  wide w = { { 0 } };
  for (size_t i = 0; i < 4; i++, value >>= 32) w.limb[i] = (uint32_t)value;
  return w;
}

/* w = w * by + plus; false when it does not fit. */
static bool wide_multiply(wide *w, uint32_t by, uint32_t plus) {
  uint64_t carry = plus;
  for (size_t i = 0; i < LIMBS; i++) {
    carry += (uint64_t)w->limb[i] * by;
    w->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  return carry == 0;
}

static bool wide_shift_ten(wide *w, int places) {
  for (int i = 0; i < places; i++)
    if (!wide_multiply(w, 10, 0)) return false;
  return true;
}

/* w = w / 10; the digit that fell off. */
static unsigned wide_drop_digit(wide *w) {
  uint64_t rest = 0;
  for (size_t i = LIMBS; i-- > 0;) {
    rest = rest << 32 | w->limb[i];
    w->limb[i] = (uint32_t)(rest / 10);
    rest %= 10;
  }
  return (unsigned)rest;
}

static wide wide_product(u128 a, u128 b) {
  wide x = wide_from(a), y = wide_from(b), out = { { 0 } };
  for (size_t i = 0; i < 4; i++) {
    uint64_t carry = 0;
    for (size_t j = 0; j < 4; j++) {
      carry += (uint64_t)x.limb[i] * y.limb[j] + out.limb[i + j];
      out.limb[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
    out.limb[i + 4] = (uint32_t)carry;
  }
  return out;
}

static int wide_compare(const wide *a, const wide *b) {
  for (size_t i = LIMBS; i-- > 0;)
    if (a->limb[i] != b->limb[i]) return a->limb[i] > b->limb[i] ? 1 : -1;
  return 0;
}

static void wide_add(wide *a, const wide *b) {
  uint64_t carry = 0;
  for (size_t i = 0; i < LIMBS; i++) {
    carry += (uint64_t)a->limb[i] + b->limb[i];
    a->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
}

/* a -= b, where a >= b. */
static void wide_subtract(wide *a, const wide *b) {
  int64_t borrow = 0;
  for (size_t i = 0; i < LIMBS; i++) {
    int64_t rest = (int64_t)a->limb[i] - b->limb[i] - borrow;
    borrow = rest < 0;
    a->limb[i] = (uint32_t)rest;
  }
}

/* Binary long division: quotient and, in `*a`, the remainder. */
static wide wide_divide(wide *a, const wide *b) {
  wide quotient = { { 0 } }, rest = { { 0 } };
  size_t top = LIMBS;
  while (top && a->limb[top - 1] == 0) top--;
  for (size_t bit = top * 32; bit-- > 0;) {
    (void)wide_multiply(&rest, 2, a->limb[bit / 32] >> (bit % 32) & 1);
    if (wide_compare(&rest, b) < 0) continue;
    wide_subtract(&rest, b);
    quotient.limb[bit / 32] |= UINT32_C(1) << (bit % 32);
  }
  *a = rest;
  return quotient;
}

/* --- between wide numbers and decimals ----------------------------------- */

static u128 ten_to(int places) {
  u128 power = 1;
  while (places-- > 0) power *= 10;
  return power;
}

static bool fits(const wide *w) {
  static const wide none = { { 0 } };
  if (memcmp(w->limb + 4, none.limb, (LIMBS - 4) * sizeof w->limb[0]) != 0)
    return false;
  wide largest = wide_from(ten_to(AX_FHIR_DECIMAL_MAX) - 1);
  return wide_compare(w, &largest) <= 0;
}

/* Rounds away what does not fit, as long as it stands behind the point. */
static bool settle(wide w, int scale, bool negative, ax_fhir_decimal *out) {
  unsigned dropped = 0;
  static const wide one = { { 1 } };
  for (;;) {
    while (scale > AX_FHIR_DECIMAL_MAX || (!fits(&w) && scale > 0)) {
      dropped = wide_drop_digit(&w);
      scale--;
    }
    if (dropped < 5) break;
    wide_add(&w, &one);
    dropped = 0;
  }
  if (!fits(&w)) return false;
  u128 digits = 0;
  for (size_t i = 4; i-- > 0;) digits = digits << 32 | w.limb[i];
  *out = (ax_fhir_decimal){ digits, scale, negative && digits != 0 };
  return true;
}

/* --- reading and writing ------------------------------------------------- */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Reads "digits[.digits]"; at least one digit on each side of a point. */
static bool take_digits(ax_str *rest, ax_fhir_decimal *d) {
  static const u128 full = (u128)-1;
  bool point = false;
  size_t run = 0;
  for (; rest->len; *rest = ax_str_skip(*rest, 1)) {
    char c = rest->ptr[0];
    if (c == '.' && !point && run) {
      point = true;
      run = 0;
      continue;
    }
    if (!is_digit(c)) break;
    if (d->digits > (full - 9) / 10) return false;
    d->digits = d->digits * 10 + (unsigned)(c - '0');
    d->scale += point;
    run++;
  }
  return run > 0;
}

static bool take_exponent(ax_str rest, int *out) {
  int64_t value = 0;
  if (rest.len == 0) return true;
  if (rest.ptr[0] != 'e' && rest.ptr[0] != 'E') return false;
  rest = ax_str_skip(rest, 1);
  if (rest.len && rest.ptr[0] == '+') {
    rest = ax_str_skip(rest, 1);
    if (rest.len && rest.ptr[0] == '-') return false;
  }
  if (!ax_str_int64(rest, -1000, 1000, &value)) return false;
  *out = (int)value;
  return true;
}

/* Moves the point by `exponent` places to the right. */
static bool shift(ax_fhir_decimal *d, int exponent) {
  d->scale -= exponent;
  if (d->digits == 0 && d->scale < 0) d->scale = 0;
  while (d->scale < 0) {
    if (d->digits >= ten_to(AX_FHIR_DECIMAL_MAX - 1)) return false;
    d->digits *= 10;
    d->scale++;
  }
  while (d->scale > AX_FHIR_DECIMAL_MAX) {
    if (d->digits % 10) return false;
    d->digits /= 10;
    d->scale--;
  }
  return true;
}

bool ax_fhir_decimal_parse(ax_str text, ax_fhir_decimal *out) {
  ax_fhir_decimal d = { 0 };
  int exponent = 0;
  d.negative = text.len && text.ptr[0] == '-';
  text = ax_str_skip(text, d.negative);
  if (!take_digits(&text, &d) || !take_exponent(text, &exponent)) return false;
  if (!shift(&d, exponent)) return false;
  if (d.digits >= ten_to(AX_FHIR_DECIMAL_MAX)) return false;
  if (d.digits == 0) d.negative = false;
  *out = d;
  return true;
}

ax_fhir_decimal ax_fhir_decimal_from_int(int64_t value) {
  uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  return (ax_fhir_decimal){ size, 0, value < 0 };
}

bool ax_fhir_decimal_from_double(double value, ax_fhir_decimal *out) {
  char text[40] = "";
  if (!isfinite(value)) return false;
  for (int precision = 0; precision < 17; precision++) {
    (void)snprintf(text, sizeof text, "%.*e", precision, value);
    if (strtod(text, NULL) == value) break;
  }
  ax_fhir_decimal d;
  if (!ax_fhir_decimal_parse(ax_str_from(text), &d)) return false;
  *out = ax_fhir_decimal_trim(d);
  return true;
}

size_t ax_fhir_decimal_text(ax_fhir_decimal d, char out[AX_FHIR_DECIMAL_TEXT]) {
  char reversed[AX_FHIR_DECIMAL_TEXT];
  size_t count = 0, len = 0;
  for (int place = 0; d.digits || place <= d.scale; place++) {
    if (place == d.scale && place) reversed[count++] = '.';
    reversed[count++] = (char)('0' + (int)(d.digits % 10));
    d.digits /= 10;
  }
  if (d.negative) out[len++] = '-';
  while (count) out[len++] = reversed[--count];
  out[len] = '\0';
  return len;
}

double ax_fhir_decimal_to_double(ax_fhir_decimal d) {
  char text[AX_FHIR_DECIMAL_TEXT];
  (void)ax_fhir_decimal_text(d, text);
  return strtod(text, NULL);
}

bool ax_fhir_decimal_to_int(ax_fhir_decimal d, int64_t *out) {
  d = ax_fhir_decimal_trim(d);
  u128 most = (u128)INT64_MAX + d.negative;
  if (d.scale != 0 || d.digits > most) return false;
  uint64_t size = (uint64_t)d.digits;
  *out = d.negative ? (int64_t)(0 - size) : (int64_t)size;
  return true;
}

/* --- comparing ----------------------------------------------------------- */

int ax_fhir_decimal_compare(ax_fhir_decimal a, ax_fhir_decimal b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  wide x = wide_from(a.digits), y = wide_from(b.digits);
  (void)wide_shift_ten(&x, b.scale); /* 76 digits fit */
  (void)wide_shift_ten(&y, a.scale);
  int order = wide_compare(&x, &y);
  return a.negative ? -order : order;
}

bool ax_fhir_decimal_equivalent(ax_fhir_decimal a, ax_fhir_decimal b) {
  a = ax_fhir_decimal_trim(a);
  b = ax_fhir_decimal_trim(b);
  int scale = a.scale < b.scale ? a.scale : b.scale;
  return ax_fhir_decimal_compare(ax_fhir_decimal_round(a, scale),
                                 ax_fhir_decimal_round(b, scale)) == 0;
}

int ax_fhir_decimal_precision(ax_fhir_decimal d) {
  int digits = 0;
  for (; d.digits; d.digits /= 10) digits++;
  return digits ? digits : 1;
}

ax_fhir_decimal ax_fhir_decimal_trim(ax_fhir_decimal d) {
  while (d.scale > 0 && d.digits % 10 == 0) {
    d.digits /= 10;
    d.scale--;
  }
  return d;
}

/* --- arithmetic ---------------------------------------------------------- */

bool ax_fhir_decimal_add(ax_fhir_decimal a, ax_fhir_decimal b,
                         ax_fhir_decimal *out) {
  int scale = a.scale > b.scale ? a.scale : b.scale;
  wide x = wide_from(a.digits), y = wide_from(b.digits);
  (void)wide_shift_ten(&x, scale - a.scale);
  (void)wide_shift_ten(&y, scale - b.scale);
  if (a.negative == b.negative) {
    wide_add(&x, &y);
    return settle(x, scale, a.negative, out);
  }
  if (wide_compare(&x, &y) >= 0) {
    wide_subtract(&x, &y);
    return settle(x, scale, a.negative, out);
  }
  wide_subtract(&y, &x);
  return settle(y, scale, b.negative, out);
}

bool ax_fhir_decimal_subtract(ax_fhir_decimal a, ax_fhir_decimal b,
                              ax_fhir_decimal *out) {
  return ax_fhir_decimal_add(a, ax_fhir_decimal_negate(b), out);
}

bool ax_fhir_decimal_multiply(ax_fhir_decimal a, ax_fhir_decimal b,
                              ax_fhir_decimal *out) {
  return settle(wide_product(a.digits, b.digits), a.scale + b.scale,
                a.negative != b.negative, out);
}

/* The whole number |a| * 10^places / |b|, and what is left over. */
static wide scaled_quotient(ax_fhir_decimal a, ax_fhir_decimal b, int places,
                            wide *rest, wide *divisor) {
  wide x = wide_from(a.digits);
  *divisor = wide_from(b.digits);
  (void)wide_shift_ten(&x, places + b.scale); /* at most 38 * 3 digits */
  (void)wide_shift_ten(divisor, a.scale);
  wide quotient = wide_divide(&x, divisor);
  *rest = x;
  return quotient;
}

bool ax_fhir_decimal_divide(ax_fhir_decimal a, ax_fhir_decimal b, int scale,
                            ax_fhir_decimal *out) {
  if (b.digits == 0 || scale < 0 || scale > AX_FHIR_DECIMAL_MAX) return false;
  static const wide one = { { 1 } };
  wide rest, divisor;
  wide quotient = scaled_quotient(a, b, scale, &rest, &divisor);
  wide_add(&rest, &rest);
  if (wide_compare(&rest, &divisor) >= 0) wide_add(&quotient, &one);
  return settle(quotient, scale, a.negative != b.negative, out);
}

bool ax_fhir_decimal_quotient(ax_fhir_decimal a, ax_fhir_decimal b,
                              ax_fhir_decimal *out) {
  if (b.digits == 0) return false;
  wide rest, divisor;
  wide quotient = scaled_quotient(a, b, 0, &rest, &divisor);
  return settle(quotient, 0, a.negative != b.negative, out);
}

bool ax_fhir_decimal_remainder(ax_fhir_decimal a, ax_fhir_decimal b,
                               ax_fhir_decimal *out) {
  if (b.digits == 0) return false;
  int scale = a.scale > b.scale ? a.scale : b.scale;
  wide x = wide_from(a.digits), y = wide_from(b.digits);
  (void)wide_shift_ten(&x, scale - a.scale);
  (void)wide_shift_ten(&y, scale - b.scale);
  (void)wide_divide(&x, &y);
  return settle(x, scale, a.negative, out);
}

ax_fhir_decimal ax_fhir_decimal_negate(ax_fhir_decimal d) {
  d.negative = !d.negative && d.digits != 0;
  return d;
}

ax_fhir_decimal ax_fhir_decimal_abs(ax_fhir_decimal d) {
  d.negative = false;
  return d;
}

/* --- rounding ------------------------------------------------------------ */

/* Drops digits behind `scale`; adds one in the last place where `up` says so
 * for what was dropped (0..power-1 of power). */
static ax_fhir_decimal cut(ax_fhir_decimal d, int scale,
                           bool (*up)(u128 dropped, u128 power)) {
  if (scale < 0) scale = 0;
  if (d.scale <= scale) return d;
  u128 power = ten_to(d.scale - scale);
  bool add = up && up(d.digits % power, power);
  d.digits = d.digits / power + add;
  d.scale = scale;
  if (d.digits == 0) d.negative = false;
  return d;
}

static bool half_or_more(u128 dropped, u128 power) {
  return dropped >= power / 2;
}

static bool anything(u128 dropped, u128 power) {
  (void)power;
  return dropped != 0;
}

ax_fhir_decimal ax_fhir_decimal_round(ax_fhir_decimal d, int scale) {
  return cut(d, scale, half_or_more);
}

ax_fhir_decimal ax_fhir_decimal_truncate(ax_fhir_decimal d, int scale) {
  return cut(d, scale, NULL);
}

ax_fhir_decimal ax_fhir_decimal_floor(ax_fhir_decimal d) {
  return cut(d, 0, d.negative ? anything : NULL);
}

ax_fhir_decimal ax_fhir_decimal_ceiling(ax_fhir_decimal d) {
  return cut(d, 0, d.negative ? NULL : anything);
}
