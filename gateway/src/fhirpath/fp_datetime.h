/*
 * fp_datetime.h - dates and times with their precision (FHIRPath 4.1.6,
 * 6.2 comparison, 6.7 arithmetic).
 *
 * A value is only as precise as it was written: comparing 2014 with 2014-05
 * has no answer. Seconds and their decimals count as one precision.
 * Threads: any; no state.
 */
#ifndef AX_FHIRPATH_FP_DATETIME_H
#define AX_FHIRPATH_FP_DATETIME_H

#include "fhirpath/fp_operator.h"

/* Reads the text of a Date (2014-05), DateTime (2014-05T, 2014-05-25T14:30Z)
 * or Time (14:30:00.5). Days that do not exist are refused. */
bool ax_fp_datetime_parse(ax_fp_kind kind, ax_str text, ax_fp_moment *out);

/* The text again, in its precision. NOMEM. */
ax_status ax_fp_datetime_text(ax_arena *arena, ax_fp_kind kind,
                              const ax_fp_moment *moment,
                              ax_str *out) AX_MUST_USE;

/* Which comes first; NO_ORDER when the precision, or a time zone that only one
 * of them has, leaves it open. */
ax_fp_order ax_fp_datetime_compare(const ax_fp_moment *a,
                                   const ax_fp_moment *b);

/*
 * Adds a time-valued quantity (`sign` -1 subtracts). False with `*why` NULL:
 * the result is out of range, so empty; else `*why` says what is wrong.
 */
bool ax_fp_datetime_add(ax_fp_kind kind, const ax_fp_moment *moment,
                        const ax_fp_quantity *quantity, int sign,
                        ax_fp_moment *out, const char **why);

/* The moment of a wall clock in UTC, to the millisecond. */
ax_fp_moment ax_fp_datetime_of_clock(int64_t wall_ms);

/* Days in a month of a year. */
int ax_fp_datetime_month_days(int year, int month);

#endif
