/*
 * implied_map.h - profiles that a package holds resources to by their codes: a
 * table of (system, code) -> profile, so that a sender who claims no profile is
 * still checked.
 *
 * The table is a ConceptMap whose targets are profiles: group.source is the
 * code system, group.target followed by "/" and the target's code is the
 * profile's canonical. For ICD-10 (all its systems count as one) and ATC an
 * entry also stands for the codes below it: C50 for C50.9, L01FF for L01FF02.
 *
 * Read are code.coding, for medications medicationCodeableConcept.coding.
 *
 * Lifetime: the arena it was compiled into. Threads: many may read.
 */
#ifndef AX_VALIDATE_IMPLIED_MAP_H
#define AX_VALIDATE_IMPLIED_MAP_H

#include "base/error.h"
#include "json/json.h"

typedef struct ax_implied_map ax_implied_map;

/* Compiles the ConceptMap `map`. NOMEM; INVALID (a group without source or
 * target, an element without code), which names the place. */
ax_status ax_implied_map_compile(ax_arena *arena, const ax_json *map,
                                 ax_implied_map **out,
                                 ax_error *err) AX_MUST_USE;

enum { AX_IMPLIED_MAP_MOST = 4 }; /* profiles of one resource */

/* The profiles that the codes of `resource` imply, each once, at most `max`;
 * how many. */
size_t ax_implied_map_find(const ax_implied_map *map, const ax_json *resource,
                           ax_str *profiles, size_t max);

#endif
