/*
 * codesystem.h - the concepts of a code system as a loaded package gives them.
 *
 * A compiled code system is immutable. What can be said about a code depends
 * on CodeSystem.content: in a complete one a code that is not there does not
 * exist; in a fragment, an example or a system that is not loaded nothing is
 * known about it.
 *
 * What a concept is comes from its properties as R4 defines them: notSelectable
 * (or a property declared with its URI) makes it abstract; inactive, or a
 * status of retired or inactive, make it inactive.
 *
 * Lifetime: the arena it was compiled into. Threads: many may read.
 */
#ifndef AX_TERMINOLOGY_CODESYSTEM_H
#define AX_TERMINOLOGY_CODESYSTEM_H

#include "base/map.h"
#include "base/vec.h"
#include "json/json.h"
#include "terminology/builtin.h"

typedef struct ax_concept ax_concept;

struct ax_concept {
  ax_str code, display;
  const ax_json *source;    /* the concept object: designations, properties;
                               NULL in a list of ours */
  const ax_concept *parent; /* that it is nested in; NULL: none */
  AX_VEC(ax_str) more_parents; /* codes named by properties */
  bool inactive;               /* its use should be reviewed */
  bool abstract;               /* it only groups others: no code for use */
};

typedef struct {
  ax_str url, version;
  const ax_json *source; /* the resource; NULL in a list of ours */
  const char *partial;   /* why a code that is not there may exist; NULL: the
                            content is complete */
  bool case_sensitive;   /* absent counts as true */
  ax_map *codes;       /* (lower-case, unless case-sensitive) -> ax_concept */
  size_t count;
} ax_codesystem;

/* Compiles the CodeSystem `resource`. NOMEM, TOO_LARGE (nested too deep). */
ax_status ax_codesystem_compile(ax_arena *arena, const ax_json *resource,
                                ax_codesystem **out) AX_MUST_USE;

/* The same from a closed list (ISO 3166, ISO 4217; see builtin.h). */
ax_status ax_codesystem_compile_list(ax_arena *arena, ax_str url,
                                     ax_builtin list,
                                     ax_codesystem **out) AX_MUST_USE;

/* The concept with this code, or NULL. */
const ax_concept *ax_codesystem_find(const ax_codesystem *system, ax_str code);

/* Is `concept` `ancestor` itself or below it, by nesting and by the properties
 * parent, subsumedBy and child? Bounded: a cycle ends the search. */
bool ax_codesystem_is_a(const ax_codesystem *system, const ax_concept *concept,
                        ax_str ancestor);

/* The concept's property `name` (its value as text), the `i`th of that name;
 * false past the end. */
bool ax_codesystem_property(const ax_concept *concept, ax_str name, size_t i,
                            ax_str *value);

/* Can concepts have the property `name`: one that FHIR defines, one that the
 * system declares, or one that some concept has? */
bool ax_codesystem_has_property(const ax_codesystem *system, ax_str name);

#endif
