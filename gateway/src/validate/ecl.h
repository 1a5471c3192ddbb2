/*
 * ecl.h - is a text an expression of the SNOMED CT Expression Constraint
 * Language (brief syntax 2.2)? Only the form is looked at: which concepts there
 * are, a terminology server knows.
 * Threads: any.
 */
#ifndef AX_VALIDATE_ECL_H
#define AX_VALIDATE_ECL_H

#include "base/str.h"

/* NULL, or what is wrong; `*at` is where (a byte offset). */
const char *ax_ecl_fault(ax_str text, size_t *at);

#endif
