/*
 * ucum.h - units of measure: is it one, are two commensurable, convert.
 *
 * The Unified Code for Units of Measure, case-sensitive form (c/s). A unit
 * reduces to a factor (or a special function such as Cel) over base
 * dimensions; arbitrary units ([IU]) are commensurable only with themselves,
 * annotations in braces count as 1. Tables: UCUM essence 2.1 (atoms, prefixes).
 *
 * Threads: any; no state.
 */
#ifndef AX_UCUM_UCUM_H
#define AX_UCUM_UCUM_H

#include "base/error.h"
#include "base/str.h"

typedef struct {
  double factor;      /* to base units; exact where a double can be */
  signed char dim[8]; /* m s g rad K C cd and arbitrary-unit slot */
  unsigned arbitrary; /* which arbitrary unit; 0: none */
  unsigned special;   /* 0: linear; else which function (Cel, pH ...) */
} ax_ucum_unit;

/* Parses `code`. INVALID with the place and what was expected. */
ax_status ax_ucum_parse(ax_str code, ax_ucum_unit *out,
                        ax_error *err) AX_MUST_USE;

bool ax_ucum_commensurable(const ax_ucum_unit *a, const ax_ucum_unit *b);

/*
 * `value` in `from` expressed in `to`. `molar_mass` in g/mol allows the step
 * between mass and amount of substance; 0 forbids it. INVALID names the units
 * and why they do not convert.
 */
ax_status ax_ucum_convert(double value, ax_str from, ax_str to,
                          double molar_mass, double *out,
                          ax_error *err) AX_MUST_USE;

#endif
