/*
 * fhir_decimal.h - exact decimals (R4 decimal; FHIRPath 1.3 Decimal).
 *
 * A value is sign, at most 38 digits, and how many of them stand behind the
 * point; "1.50" keeps its two. What does not fit is refused by parsing, and
 * arithmetic gives false instead of a wrong number. Results that would need
 * more than 38 digits behind the point are rounded, half away from zero.
 *
 * Threads: any; plain values.
 */
#ifndef AX_FHIR_FHIR_DECIMAL_H
#define AX_FHIR_FHIR_DECIMAL_H

#include <stdint.h>

#include "base/attrs.h"
#include "base/str.h"

__extension__ typedef unsigned __int128 ax_fhir_decimal_digits;

enum { AX_FHIR_DECIMAL_MAX = 38, AX_FHIR_DECIMAL_TEXT = 44 };

/* value = digits / 10^scale, negated when `negative` (never for 0). */
typedef struct {
  ax_fhir_decimal_digits digits;
  int scale; /* 0 .. AX_FHIR_DECIMAL_MAX */
  bool negative;
} ax_fhir_decimal;

/* Reads "-0.50" or "1.5e3" (JSON numbers; a leading '+' is none of them).
 * False when it is no number or needs more digits than there are. */
bool ax_fhir_decimal_parse(ax_str text, ax_fhir_decimal *out) AX_MUST_USE;
ax_fhir_decimal ax_fhir_decimal_from_int(int64_t value);

/* The shortest decimal that reads back as `value`; false when it does not fit
 * or is not finite. */
bool ax_fhir_decimal_from_double(double value,
                                 ax_fhir_decimal *out) AX_MUST_USE;

/* Writes all digits ("1.50") and a NUL; returns the length. */
size_t ax_fhir_decimal_text(ax_fhir_decimal d, char out[AX_FHIR_DECIMAL_TEXT]);
double ax_fhir_decimal_to_double(ax_fhir_decimal d);

/* The value when it is whole (1.00 is) and fits, else false. */
bool ax_fhir_decimal_to_int(ax_fhir_decimal d, int64_t *out) AX_MUST_USE;

/* Negative, 0 or positive; 1.5 and 1.50 are equal. */
int ax_fhir_decimal_compare(ax_fhir_decimal a, ax_fhir_decimal b);

/* Equal after both are rounded to the lesser of their scales, trailing zeros
 * not counted (FHIRPath 6.1.2): 1.54 is equivalent to 1.5, and 1.5 to 1.50. */
bool ax_fhir_decimal_equivalent(ax_fhir_decimal a, ax_fhir_decimal b);

/* All digits that were written: 0.050 has 2 (the precision as XML Schema's
 * totalDigits counts it). */
int ax_fhir_decimal_precision(ax_fhir_decimal d);

/* Without the zeros at the end of the fraction. */
ax_fhir_decimal ax_fhir_decimal_trim(ax_fhir_decimal d);

/* Arithmetic; false: the result does not fit (or the divisor is 0).
 * add and subtract keep the greater scale, multiply adds the scales. */
bool ax_fhir_decimal_add(ax_fhir_decimal a, ax_fhir_decimal b,
                         ax_fhir_decimal *out) AX_MUST_USE;
bool ax_fhir_decimal_subtract(ax_fhir_decimal a, ax_fhir_decimal b,
                              ax_fhir_decimal *out) AX_MUST_USE;
bool ax_fhir_decimal_multiply(ax_fhir_decimal a, ax_fhir_decimal b,
                              ax_fhir_decimal *out) AX_MUST_USE;

/* a / b with `scale` digits behind the point, the last one rounded. */
bool ax_fhir_decimal_divide(ax_fhir_decimal a, ax_fhir_decimal b, int scale,
                            ax_fhir_decimal *out) AX_MUST_USE;

/* The whole part of a / b (towards zero), and a - b * that. */
bool ax_fhir_decimal_quotient(ax_fhir_decimal a, ax_fhir_decimal b,
                              ax_fhir_decimal *out) AX_MUST_USE;
bool ax_fhir_decimal_remainder(ax_fhir_decimal a, ax_fhir_decimal b,
                               ax_fhir_decimal *out) AX_MUST_USE;

ax_fhir_decimal ax_fhir_decimal_negate(ax_fhir_decimal d);
ax_fhir_decimal ax_fhir_decimal_abs(ax_fhir_decimal d);

/* To at most `scale` digits behind the point: half away from zero; towards
 * zero; down; up. A value with fewer is returned as it is. */
ax_fhir_decimal ax_fhir_decimal_round(ax_fhir_decimal d, int scale);
ax_fhir_decimal ax_fhir_decimal_truncate(ax_fhir_decimal d, int scale);
ax_fhir_decimal ax_fhir_decimal_floor(ax_fhir_decimal d);
ax_fhir_decimal ax_fhir_decimal_ceiling(ax_fhir_decimal d);

#endif
