/*
 * invariant.h - ElementDefinition.constraint, compiled.
 *
 * A constraint of the base types is, where R4 published it wrong, replaced by
 * what is meant; where it is hot, answered in C first; where another check says
 * the same, left to that. All others are FHIRPath programs, compiled with the
 * schema and run with %resource, %rootResource and %context.
 *
 * Lifetime: in the arena of the schema. Threads: immutable.
 */
#ifndef AX_VALIDATE_INVARIANT_H
#define AX_VALIDATE_INVARIANT_H

#include "fhirpath/fp_eval.h"
#include "validate/walk.h"

/* What C can say without the expression. */
typedef enum {
  AX_INVARIANT_HOLDS,
  AX_INVARIANT_FAILS,
  AX_INVARIANT_ASK /* the expression must tell */
} ax_invariant_answer;

typedef ax_invariant_answer (*ax_invariant_native)(const ax_json *value,
                                                   const ax_json *resource);

/* A constraint of the base types that is treated specially. */
typedef struct {
  const char *key;
  ax_invariant_native native; /* NULL: none */
  const char *instead;        /* the repaired expression; NULL: the published */
  bool elsewhere;             /* another check answers for it */
} ax_invariant_known;

/* NULL: nothing special (invariant_native.c). */
const ax_invariant_known *ax_invariant_known_as(ax_str key);

typedef struct {
  ax_str key, human;
  ax_severity severity;
  const ax_invariant_known *known; /* or NULL */
  ax_fp_program program;
  const char *broken; /* why it does not compile; or NULL */
} ax_invariant;

/* Compiles one constraint of a base type (`is_base`) or a profile. `*out` is
 * NULL when there is nothing to run. NOMEM. */
ax_status ax_invariant_compile(ax_arena *arena, const ax_json *constraint,
                               bool is_base, ax_invariant **out) AX_MUST_USE;

/* Holds the value at `place`, an element of the FHIRPath type `type` (NULL: not
 * known), to it and reports what is wrong. */
void ax_invariant_run(const ax_invariant *invariant, ax_walk *walk,
                      const ax_place *place, const ax_fp_type *type);

/* What an expression may ask of a walk (invariant_host.c). */
ax_fp_host ax_invariant_host(ax_walk *walk);

#endif
