/*
 * valueset.h - is this code in that value set, as far as the loaded packages
 * can tell.
 *
 * A value set is compiled once (includes, excludes, filters, imports; R4
 * ValueSet.compose) into sets of codes by system and kept; afterwards a
 * question is a hash lookup. Languages (BCP 47), MIME types (BCP 13) and
 * currencies (ISO 4217) are judged by built-in rules.
 *
 * Threads: any; a private read-write lock guards the table of compiled sets.
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

/* INVALID never; NOMEM. The registry must outlive the result. */
ax_status ax_valueset_new(ax_registry *registry, ax_valuesets **out,
                          ax_error *err) AX_MUST_USE;
void ax_valueset_free(ax_valuesets *sets);

/* Who tells whether a code is a UCUM unit (terminology does not include ucum).
 * Until it is set UCUM codes are UNKNOWN. Before threads start. */
void ax_valueset_set_ucum(ax_valuesets *sets, bool (*is_unit)(ax_str code));

/*
 * Is `system`|`code` in the value set `url` (perhaps "url|version")? An empty
 * `system` asks for the code in any system (the binding of a `code` element).
 * `why` (may be NULL) receives a literal reason for UNKNOWN. A value set that
 * is not loaded, includes itself, or rests on a code system that is not loaded
 * or a fragment without the code gives UNKNOWN, never YES.
 */
ax_membership ax_valueset_contains(ax_valuesets *sets, ax_str url,
                                   ax_str system, ax_str code,
                                   const char **why);

/*
 * Does `code` exist in the code system `system`? `display` (may be NULL)
 * receives the concept's display for YES, or an empty text.
 */
ax_membership ax_valueset_lookup(ax_valuesets *sets, ax_str system, ax_str code,
                                 ax_str *display, const char **why);

#endif
