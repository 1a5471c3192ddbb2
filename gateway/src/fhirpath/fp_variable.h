/*
 * fp_variable.h - %name (FHIRPath 9, R4 2.9.0.3).
 * Private to fhirpath/.
 */
#ifndef AX_FHIRPATH_FP_VARIABLE_H
#define AX_FHIRPATH_FP_VARIABLE_H

#include "fhirpath/fp_run.h"

/* Appends the value of a VARIABLE; a name nobody knows is a fault. */
ax_status ax_fp_variable_value(ax_fp_run *run, const ax_fp_ast *at,
                               ax_fp_list *out) AX_MUST_USE;

/* Is the name one the language itself knows? */
bool ax_fp_variable_known(ax_str name);

#endif
