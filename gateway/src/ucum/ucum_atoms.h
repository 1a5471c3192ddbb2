/*
 * ucum_atoms.h - the unit atoms and prefixes of UCUM (essence 2.1, sections 3
 * and 4 of the specification), as data. Only ucum.c reads it.
 *
 * Threads: any; constant tables.
 */
#ifndef AX_UCUM_UCUM_ATOMS_H
#define AX_UCUM_UCUM_ATOMS_H

#include "base/str.h"

typedef enum {
  AX_UCUM_ATOM_BASE,      /* `number` is the dimension */
  AX_UCUM_ATOM_UNIT,      /* number * 10^exponent of `unit` */
  AX_UCUM_ATOM_MOLE,      /* mol: a number of particles, counted apart */
  AX_UCUM_ATOM_CHARGE,    /* eq, osm: mol by definition, but by valence or
                             dissociation in truth */
  AX_UCUM_ATOM_ARBITRARY, /* [IU] ...: commensurable with itself alone */
  /* Special units: a function of a quantity in `unit` (UCUM section 21). */
  AX_UCUM_ATOM_CELSIUS,
  AX_UCUM_ATOM_FAHRENHEIT,
  AX_UCUM_ATOM_REAUMUR,
  AX_UCUM_ATOM_ACIDITY,
  AX_UCUM_ATOM_NEPER,
  AX_UCUM_ATOM_BEL,
  AX_UCUM_ATOM_BEL_FIELD,
  AX_UCUM_ATOM_BIT,
  AX_UCUM_ATOM_TANGENT,
  AX_UCUM_ATOM_ROOT,
  AX_UCUM_ATOM_POTENCY_X,
  AX_UCUM_ATOM_POTENCY_C,
  AX_UCUM_ATOM_POTENCY_M,
  AX_UCUM_ATOM_POTENCY_Q
} ax_ucum_atom_kind;

typedef struct {
  const char *code;
  bool metric; /* may take a prefix */
  ax_ucum_atom_kind kind;
  double number; /* whole where a decimal point can be moved away */
  int exponent;
  const char *unit;
} ax_ucum_atom;

typedef struct {
  const char *code;
  double number;
  int exponent;
} ax_ucum_prefix;

/* The atom with this code, or NULL. */
const ax_ucum_atom *ax_ucum_atoms_find(ax_str code);

/* The `i`th atom in bytewise order of codes, or NULL behind the last. */
const ax_ucum_atom *ax_ucum_atoms_at(size_t i);

/* The prefix with which `symbol` could begin, `length` bytes of it, or NULL. */
const ax_ucum_prefix *ax_ucum_atoms_prefix(ax_str symbol, size_t length);

#endif
