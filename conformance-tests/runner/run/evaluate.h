/*
 * evaluate.h - FHIRPath, JSONPath and XPath over the body of a source, with
 * the results as texts. Private to run/.
 */
#ifndef AX_RUN_EVALUATE_H
#define AX_RUN_EVALUATE_H

#include "fhirpath/fp_value.h"
#include "run/source.h"

typedef AX_VEC(ax_str) ax_evaluate_values;

/*
 * A FHIRPath expression over the source's body (which is there). Primitives
 * and System values are texts; what is no single value is its JSON. Variables
 * of the script are there as %name, too. INVALID: no expression, or one that
 * cannot be evaluated here.
 */
ax_status ax_evaluate_expression(ax_state *s, ax_str expression,
                                 const ax_source *source,
                                 ax_evaluate_values *out,
                                 ax_error *err) AX_MUST_USE;

/* Its truth (FHIRPath 4.5); NOT_FOUND: several values, which have none. */
ax_status ax_evaluate_truth(ax_state *s, ax_str expression,
                            const ax_source *source, bool *out,
                            ax_error *err) AX_MUST_USE;

/* The first node that the expression gives; NOT_FOUND: it gives none. */
ax_status ax_evaluate_node(ax_state *s, ax_str expression,
                           const ax_source *source, const ax_json **out,
                           ax_error *err) AX_MUST_USE;

/* The truth over any tree, as gates need it. */
ax_status ax_evaluate_truth_of(ax_state *s, ax_str expression,
                               const ax_json *tree, bool *out,
                               ax_error *err) AX_MUST_USE;

/* JSONPath or XPath, whichever it is. */
ax_status ax_evaluate_path(ax_state *s, ax_str path, const ax_source *source,
                           ax_evaluate_values *out, ax_error *err) AX_MUST_USE;

/* A value as text: strings and numbers themselves, all others as JSON. */
ax_status ax_evaluate_text(ax_arena *arena, const ax_json *value,
                           ax_str *out) AX_MUST_USE;

#endif
