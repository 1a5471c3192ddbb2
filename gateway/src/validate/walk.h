/*
 * walk.h - one pass of a resource through schemas.
 *
 * First the resource goes through the schema of its type, which looks at every
 * member; then through each profile's, which visits only what it constrains.
 * Nothing is allocated while nothing is wrong.
 *
 * Threads: a walk belongs to one thread.
 */
#ifndef AX_VALIDATE_WALK_H
#define AX_VALIDATE_WALK_H

#include "base/map.h"
#include "base/vec.h"
#include "fhir/fhir_bundle.h"
#include "fhir/fhir_issue.h"
#include "fhirpath/fp_model.h"
#include "validate/implied_map.h"
#include "validate/place.h"
#include "validate/schema.h"
#include "validate/validate.h"

/* A display that is no name of its code. It waits until the whole resource was
 * walked: a value set that the code is bound to may give the name. */
typedef struct {
  const ax_json *coding; /* NULL: excused */
  ax_issue issue;
} ax_walk_display;

typedef struct {
  ax_validator *validator;
  const ax_schema *(*find_schema)(ax_validator *validator, ax_str canonical);
  const ax_validate_host *host;
  ax_validate_options options;
  ax_registry *registry;
  const ax_implied_map *implied; /* NULL: none */
  bool claimed_only;             /* codes imply no profiles */
  const ax_fp_model *model;      /* of the types, for FHIRPath */
  ax_fhir_issues *issues;
  const ax_schema *schema;  /* whose rules are looked at */
  const ax_json *resource;  /* innermost that is not contained */
  const ax_json *contained; /* that the walk is inside of; or NULL */
  ax_arena *scratch;        /* made when first needed */
  ax_fhir_bundle *bundle;   /* index of the outermost Bundle, or NULL */
  const ax_json *bundle_json;
  const ax_bundle_entry *entry;
  const ax_json *fragments_of; /* whose contained ids `fragments` holds */
  ax_map *fragments;           /* id -> contained resource */
  unsigned depth;
  unsigned quiet;   /* > 0: faults are counted, not reported */
  size_t faults;    /* errors of the quiet walk */
  size_t undecided; /* codes that a slice asked for and nobody could judge */
  ax_map *verdicts; /* walk_conform.c */
  ax_str told[8];   /* walk_unchecked.c */
  unsigned told_count;
  AX_VEC(ax_walk_display) displays; /* to be reported, unless excused */
  bool no_memory;
} ax_walk;

/* A member of an object together with its `_` sibling. */
typedef struct {
  const ax_place *up;
  const ax_schema_field *field;
  const ax_json *value, *sibling; /* one of them may be NULL */
} ax_walk_member;

/* Walks a resource: base type, meta.profile, and `profiles`
 * (walk_resource.c). */
void ax_walk_resource(ax_walk *walk, const ax_place *place,
                      const ax_str *profiles, size_t profile_count);

/* Walks an object through the schema of its type. */
void ax_walk_base(ax_walk *walk, const ax_place *place,
                  const ax_schema *schema);

/* Walks a value that is already known to be of the schema's type through the
 * profile `schema`. */
void ax_walk_profile(ax_walk *walk, const ax_place *place,
                     const ax_schema *schema);

/* Holds one value to an element of the present schema; `type` may be NULL. */
void ax_walk_value(ax_walk *walk, const ax_place *place,
                   const ax_schema_element *element, ax_schema_type *type);

/* The place of the member's `i`th value. */
ax_place ax_walk_item(const ax_walk_member *member, size_t i);

/* Reports a fault of the value at `place` under the present schema. */
void ax_walk_issue(ax_walk *walk, ax_severity severity, ax_issue_type type,
                   const char *id, const ax_place *place, const char *fmt, ...)
    AX_PRINTF(6, 7);

/* The same for an issue that says more of itself, with a rule of its own where
 * it has one. `at` is its place in the source; NULL: none. */
void ax_walk_report(ax_walk *walk, ax_issue issue, const ax_place *place,
                    const ax_json *at, const char *text);

/* Says, as the options want it, that the code `code` of `source` (a code system
 * or a value set) could not be checked and why (walk_unchecked.c). */
void ax_walk_unchecked(ax_walk *walk, const ax_place *place, ax_str source,
                       ax_str code, const char *why);
/* Reports the fault of a display when the resource has been walked, and excuses
 * that of `coding`. */
void ax_walk_display_fault(ax_walk *walk, ax_issue issue, const ax_place *place,
                           const ax_json *coding, const char *text);
void ax_walk_display_excuse(ax_walk *walk, const ax_json *coding);

/* Whether `coding` has such a fault; reporting those from the `first` on. */
bool ax_walk_display_waits(const ax_walk *walk, const ax_json *coding);
void ax_walk_display_report(ax_walk *walk, size_t first);

/* A short-lived arena of this walk, or NULL (then no_memory is set). */
ax_arena *ax_walk_scratch(ax_walk *walk);

/* The schema of `canonical`; NULL: not loaded. A broken one has `broken`. */
const ax_schema *ax_walk_schema(ax_walk *walk, ax_str canonical);

/* Up to 80 bytes of a primitive value, for messages. */
ax_str ax_walk_shown(const ax_json *value);

#endif
