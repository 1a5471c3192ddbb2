/*
 * fp_check.h - static checking: does the expression fit the types it will meet?
 *
 * Types are inferred from the model, without data: an element that no possible
 * type has, a function or operator on values it is not defined for, a type
 * that does not exist, a variable nobody knows, first() and its like on
 * collections without order. What cannot be known (the result of resolve())
 * is left to the evaluation.
 *
 * Threads: any; a call touches only its arguments.
 */
#ifndef AX_FHIRPATH_FP_CHECK_H
#define AX_FHIRPATH_FP_CHECK_H

#include "fhirpath/fp_ast.h"
#include "fhirpath/fp_fault.h"
#include "fhirpath/fp_host.h"

/*
 * Checks `program` for a context of type `context` (NULL: nothing is known).
 * INVALID fills `fault` with kind SEMANTIC; NOMEM.
 */
ax_status ax_fp_check(ax_arena *arena, const ax_fp_program *program,
                      const ax_fp_model *model, const ax_fp_type *context,
                      const ax_fp_host *host, ax_fp_fault *fault) AX_MUST_USE;

#endif
