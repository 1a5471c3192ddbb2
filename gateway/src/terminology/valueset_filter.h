/*
 * valueset_filter.h - one ValueSet.compose.include.filter against one concept
 * (R4 filter-operator: =, is-a, descendent-of, is-not-a, regex, in, not-in,
 * generalizes, exists).
 */
#ifndef AX_TERMINOLOGY_VALUESET_FILTER_H
#define AX_TERMINOLOGY_VALUESET_FILTER_H

#include "terminology/codesystem.h"

/* False: this operator or this expression is not understood. */
bool ax_valueset_filter_usable(const ax_json *filter);

/* Does `concept` pass? Only for usable filters. */
bool ax_valueset_filter_pass(const ax_codesystem *system, const ax_json *filter,
                             const ax_concept *concept);

#endif
