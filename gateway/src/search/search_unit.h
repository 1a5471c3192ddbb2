/*
 * search_unit.h - quantities in base units, so that 5.4 mmol/L and 0.0054 mol/L
 * are found by each other. Private to search/.
 */
#ifndef AX_SEARCH_SEARCH_UNIT_H
#define AX_SEARCH_SEARCH_UNIT_H

#include "base/arena.h"
#include "base/error.h"

enum { AX_SEARCH_DIM = 64 };

typedef struct {
  double factor; /* value in base units = value * factor + offset */
  double offset;
  char dim[AX_SEARCH_DIM]; /* the dimension as a text; empty: none */
} ax_search_unit;

/* Reads a UCUM code. False for what is no unit, or has no linear scale. */
bool ax_search_unit_read(ax_str code, ax_search_unit *out);

/* `value` in base units, rounded to 12 digits so that two ways to the same
 * quantity give the same number. */
double ax_search_unit_canon(const ax_search_unit *unit, double value);

#endif
