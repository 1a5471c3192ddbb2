/*
 * fp_units.h - units of quantities: calendar words and UCUM (FHIRPath 4.1.8,
 * 6.6.7). Threads: any; no state.
 */
#ifndef AX_FHIRPATH_FP_UNITS_H
#define AX_FHIRPATH_FP_UNITS_H

#include "fhirpath/fp_operator.h"

/* How long a unit of time is: whole months, or milliseconds. */
typedef struct {
  int months;
  int64_t milliseconds;
} ax_fp_duration;

/* `word` ("days") as a calendar unit: sets the unit to its singular. */
bool ax_fp_units_calendar(ax_str word, ax_fp_quantity *quantity);

/* The same for a quoted unit, which stays what it is when it is no such word:
 * 1 'month' is met where 1 month is meant. */
void ax_fp_units_quoted_calendar(ax_fp_quantity *quantity);

/* R4 2.9.0.1.1: UCUM's a, mo, d, h, min and s of a FHIR Quantity are calendar
 * units. */
void ax_fp_units_from_ucum(ax_fp_quantity *quantity);

/* False: not a unit of time. */
bool ax_fp_units_duration(const ax_fp_quantity *quantity, ax_fp_duration *out);

/* Is the text a UCUM code? */
bool ax_fp_units_valid(ax_str unit);

/* Same dimension? (calendar years and months count as UCUM's) */
bool ax_fp_units_comparable(const ax_fp_quantity *a, const ax_fp_quantity *b);

/* NO_ORDER: different dimensions, or calendar against definite years. */
ax_fp_order ax_fp_units_compare(const ax_fp_quantity *a,
                                const ax_fp_quantity *b);
bool ax_fp_units_equivalent(const ax_fp_quantity *a, const ax_fp_quantity *b);

/* False: the units do not go together, or the value does not fit. Sums have
 * the finer unit; products are in base units ("m2"). */
bool ax_fp_units_add(const ax_fp_quantity *a, const ax_fp_quantity *b,
                     bool subtract, ax_fp_quantity *out);
bool ax_fp_units_multiply(ax_arena *arena, const ax_fp_quantity *a,
                          const ax_fp_quantity *b, bool divide,
                          ax_fp_quantity *out);

/* `value` in another unit (a UCUM code or a calendar word). */
bool ax_fp_units_convert(const ax_fp_quantity *value, ax_str unit,
                         ax_fp_quantity *out);

/* a / b, exact where the digits allow, at least 8 digits behind the point. */
bool ax_fp_units_quotient(ax_fhir_decimal a, ax_fhir_decimal b,
                          ax_fhir_decimal *out);

#endif
