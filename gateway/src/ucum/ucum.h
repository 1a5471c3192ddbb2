/*
 * ucum.h - units of measure: is it one, are two commensurable, convert.
 *
 * The Unified Code for Units of Measure, case-sensitive form (c/s). A unit
 * reduces to a factor (or a special function such as Cel) over base
 * dimensions; arbitrary units ([IU]) are commensurable only with themselves,
 * annotations in braces count as 1 (blanks in them are taken, though UCUM 2.1 2
 * leaves them out: R4's value set ucum-units lists such codes). Tables: UCUM essence 2.1 (atoms, prefixes).
 *
 * Threads: any; no state.
 */
#ifndef AX_UCUM_UCUM_H
#define AX_UCUM_UCUM_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum { AX_UCUM_LENGTH = 256, AX_UCUM_DEPTH = 16 };

/*
 * A unit in base units: factor * 10^exponent * N_A^moles * m^dim[0] * s^dim[1]
 * ... The parts are kept apart so that mg/dL to g/L is one exact step and
 * moles cancel against moles. A special unit is a function of such a quantity.
 */
typedef struct {
  double factor;
  int exponent;
  signed char dim[7]; /* m s g rad K C cd */
  signed char moles;
  uint32_t arbitrary; /* which product of arbitrary units; 0: none */
  bool charge;        /* contains eq or osm */
  unsigned special;   /* 0: linear; else which function (Cel, pH ...) */
  double scale;       /* of a special unit: its prefix (dB: 0.1) */
} ax_ucum_unit;

/* Parses `code`. INVALID with the place and what was expected. */
ax_status ax_ucum_parse(ax_str code, ax_ucum_unit *out,
                        ax_error *err) AX_MUST_USE;

/* Do both measure the same kind of quantity? ("mol" and "1" do: UCUM counts
 * particles as numbers; mass and amount of substance do not.) */
bool ax_ucum_commensurable(const ax_ucum_unit *a, const ax_ucum_unit *b);

/*
 * `value` in `from` expressed in `to`. `molar_mass` in g/mol allows the step
 * between mass and amount of substance (never to eq or osm); 0 forbids it.
 * INVALID names the units and why they do not convert, or that the value is
 * outside of what the unit can express (the logarithm of a negative number).
 */
ax_status ax_ucum_convert(double value, ax_str from, ax_str to,
                          double molar_mass, double *out,
                          ax_error *err) AX_MUST_USE;

/* The same between parsed units; false where ax_ucum_convert says INVALID. */
bool ax_ucum_convert_parsed(double value, const ax_ucum_unit *from,
                            const ax_ucum_unit *to, double molar_mass,
                            double *out) AX_MUST_USE;

#endif
