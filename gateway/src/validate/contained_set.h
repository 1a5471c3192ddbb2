/*
 * contained_set.h - value sets that are at hand as resources: contained in a
 * Questionnaire or a profile, or read from a package for their texts. Their
 * lists of codes, whole systems and expansions are looked at; what they import
 * or filter is not.
 *
 * Threads: any; what is returned belongs to the tree given.
 */
#ifndef AX_VALIDATE_CONTAINED_SET_H
#define AX_VALIDATE_CONTAINED_SET_H

#include "json/json.h"
#include "validate/validate_host.h"

/* The value set `id` that `resource` contains, or NULL. */
const ax_json *ax_contained_set_of(const ax_json *resource, ax_str id);

/* Is the code in `set`? `*concept` is what the set says of it (code, display,
 * designation), or NULL. */
ax_code_answer ax_contained_set_find(const ax_validate_host *host,
                                     const ax_json *set, ax_str system,
                                     ax_str code, const ax_json **concept);

/* Is `text` the display or a designation of the concept (may be NULL)? */
bool ax_contained_set_names(const ax_json *concept, ax_str text);

#endif
