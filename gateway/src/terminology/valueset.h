/*
 * valueset.h - is this code in that value set, as far as the loaded packages
 * can tell.
 *
 * Membership is worked out once per value set and kept (an immutable set of
 * codes by system); afterwards a question is a hash lookup.
 * Threads: any; the first question about a value set takes a private lock.
 */
#ifndef AX_TERMINOLOGY_VALUESET_H
#define AX_TERMINOLOGY_VALUESET_H

#include "definitions/registry.h"

typedef struct ax_valuesets ax_valuesets;

typedef enum {
  AX_MEMBER_YES,
  AX_MEMBER_NO,
  AX_MEMBER_UNKNOWN /* cannot be decided from the packages: says nothing */
} ax_membership;

ax_status ax_valueset_new(ax_registry *registry, ax_valuesets **out,
                          ax_error *err) AX_MUST_USE;
void ax_valueset_free(ax_valuesets *sets);

/*
 * Is `system`|`code` in the value set `url`? An empty `system` asks for the
 * code in any system (the binding of a `code` element). `why` (may be NULL)
 * receives a literal reason for UNKNOWN.
 */
ax_membership ax_valueset_contains(ax_valuesets *sets, ax_str url,
                                   ax_str system, ax_str code,
                                   const char **why);

#endif
