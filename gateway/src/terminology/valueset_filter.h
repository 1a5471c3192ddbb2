/*
 * valueset_filter.h - one ValueSet.compose.include.filter against concepts (R4
 * filter-operator: =, is-a, descendent-of, is-not-a, regex, in, not-in,
 * generalizes, exists).
 *
 * Lifetime: the arena it was compiled into, the ValueSet and the code system.
 * A compiled filter is immutable.
 */
#ifndef AX_TERMINOLOGY_VALUESET_FILTER_H
#define AX_TERMINOLOGY_VALUESET_FILTER_H

#include "terminology/codesystem.h"

typedef struct ax_valueset_filter ax_valueset_filter;

/* `*out` is NULL, with a literal reason in `*why`, for an operator that is not
 * known, a regular expression that is none, and a property that the code system
 * does not have. NOMEM. */
ax_status ax_valueset_filter_compile(ax_arena *arena, const ax_json *filter,
                                     const ax_codesystem *system,
                                     const ax_valueset_filter **out,
                                     const char **why) AX_MUST_USE;

/* Does `concept` pass? `scratch` is left as it was. A regular expression that
 * takes too many steps does not match. */
bool ax_valueset_filter_pass(const ax_valueset_filter *filter,
                             ax_arena *scratch, const ax_concept *concept);

#endif
