/*
 * fp_regex.h - the regular expressions of the language, over base/regex.h.
 *
 * A literal pattern is compiled once, when the expression is parsed. A pattern
 * that is none, or whose match takes too long, is a fault of the expression;
 * the time of matches counts as steps of the evaluation.
 */
#ifndef AX_FHIRPATH_FP_REGEX_H
#define AX_FHIRPATH_FP_REGEX_H

#include "fhirpath/fp_run.h"

/* Compiles the literal pattern of matches(), matchesFull() and
 * replaceMatches() into `node->regex`. Other calls are left alone. */
ax_status ax_fp_regex_prepare(ax_arena *arena, ax_fp_ast *node, ax_str source,
                              ax_fp_fault *fault) AX_MUST_USE;

/* Does the first argument of the call match `text`, somewhere or as a whole? */
ax_status ax_fp_regex_match(ax_fp_call *call, ax_str pattern, ax_str text,
                            bool whole, bool *out) AX_MUST_USE;

/* `text` with all matches replaced; $1 or ${name} in `with` are groups. */
ax_status ax_fp_regex_replace(ax_fp_call *call, ax_str pattern, ax_str text,
                              ax_str with, ax_str *out) AX_MUST_USE;

#endif
