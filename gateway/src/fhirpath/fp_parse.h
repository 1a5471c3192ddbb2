/*
 * fp_parse.h - expression text to a tree (FHIRPath N1, 6.8 and appendix B).
 *
 * A Pratt parser: one table of operators with their precedence. Functions are
 * looked up and their argument counts checked here, so an unknown function is
 * found before anything runs.
 */
#ifndef AX_FHIRPATH_FP_PARSE_H
#define AX_FHIRPATH_FP_PARSE_H

#include "fhirpath/fp_ast.h"
#include "fhirpath/fp_fault.h"

/*
 * Parses `source`, which must outlive the program as must `arena`. INVALID or
 * TOO_LARGE fill `fault` (may be NULL); NOMEM when the arena is exhausted.
 */
ax_status ax_fp_parse(ax_arena *arena, ax_str source, ax_fp_program *out,
                      ax_fp_fault *fault) AX_MUST_USE;

#endif
