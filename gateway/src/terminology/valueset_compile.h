/*
 * valueset_compile.h - a ValueSet resource as sets of codes that can be asked
 * (R4 ValueSet.compose: includes, excludes, filters, imports; expansion).
 *
 * A part (one include or exclude) is the AND of its system and its imported
 * value sets, as R4 says. What a part cannot decide it answers UNKNOWN with the
 * reason; OR and AND are three-valued.
 *
 * Lifetime: the arena. Compiled sets are immutable; many threads may ask.
 */
#ifndef AX_TERMINOLOGY_VALUESET_COMPILE_H
#define AX_TERMINOLOGY_VALUESET_COMPILE_H

#include "base/map.h"
#include "terminology/builtin.h"
#include "terminology/codesystem.h"
#include "terminology/valueset.h"

typedef struct ax_valueset ax_valueset;

typedef struct {
  ax_str system; /* "": imports only */
  bool case_sensitive;
  ax_map *codes; /* (lower-case unless case_sensitive); or NULL */
  bool partial;  /* a code that is not in `codes` is UNKNOWN */
  ax_builtin builtin;
  const char *why; /* reason for UNKNOWN */
  const ax_valueset **imports;
  size_t import_count;
} ax_valueset_part;

struct ax_valueset {
  ax_str url;
  const ax_valueset_part *includes, *excludes;
  size_t include_count, exclude_count;
  const char *why; /* not NULL: nothing can be said, for this reason */
};

/* Where other resources come from; called with the owner's lock held. */
typedef struct {
  void *ctx;
  const ax_codesystem *(*codesystem)(void *ctx, ax_str url);
  const ax_valueset *(*valueset)(void *ctx, ax_str url);
} ax_valueset_source;

ax_status ax_valueset_compile(ax_arena *arena, const ax_json *resource,
                              const ax_valueset_source *source,
                              ax_valueset **out) AX_MUST_USE;

/* See ax_valueset_contains(). */
ax_membership ax_valueset_compile_has(const ax_valueset *set,
                                      bool (*is_unit)(ax_str code),
                                      ax_str system, ax_str code,
                                      const char **why);

#endif
