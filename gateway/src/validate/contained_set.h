/*
 * contained_set.h - value sets that a Questionnaire contains, which may itself
 * be contained and then has no URL. Their lists of codes, whole systems and
 * expansions are looked at; what they import or filter is not.
 *
 * Threads: any; what is returned belongs to the tree given.
 */
#ifndef AX_VALIDATE_CONTAINED_SET_H
#define AX_VALIDATE_CONTAINED_SET_H

#include "json/json.h"
#include "validate/validate_host.h"

/* The value set `id` that `resource` contains, or NULL. */
const ax_json *ax_contained_set_of(const ax_json *resource, ax_str id);

/* Is the code in `set`? */
ax_code_answer ax_contained_set_find(const ax_validate_host *host,
                                     const ax_json *set, ax_str system,
                                     ax_str code);

#endif
