/*
 * valueset_compile.h - a ValueSet resource as sets of codes that can be asked
 * (R4 ValueSet.compose: includes, excludes, filters, imports; expansion).
 *
 * A part (one include or exclude) is the AND of its system and its imported
 * value sets, as R4 says. What a part cannot decide it answers UNKNOWN with the
 * reason; OR and AND are three-valued.
 *
 * Abstract concepts group others and are no codes for use: they are not in a
 * set that a filter or a whole system makes. A set that lists one by its code
 * wants it. With compose.inactive = false inactive concepts are left out.
 *
 * An expansion that comes with the set is used where the definition does not
 * decide; one that says that it is not whole (a total above what it lists, an
 * offset) decides nothing about a code it does not list.
 *
 * Lifetime: the arena. Compiled sets are immutable; many threads may ask.
 */
#ifndef AX_TERMINOLOGY_VALUESET_COMPILE_H
#define AX_TERMINOLOGY_VALUESET_COMPILE_H

#include "base/map.h"
#include "terminology/builtin.h"
#include "terminology/codesystem.h"

typedef struct ax_valueset ax_valueset;

typedef struct {
  ax_str system; /* "": imports only */
  bool case_sensitive;
  ax_map *codes; /* (lower-case unless case_sensitive) -> the value set's own
                    entry, or a concept that it takes; NULL: see below */
  const char *partial; /* why a code that is not in `codes` is UNKNOWN */
  ax_builtin builtin;  /* judges what `codes` does not hold; NONE: nobody */
  const ax_valueset **imports;
  size_t import_count;
} ax_valueset_part;

struct ax_valueset {
  ax_str url;
  const ax_valueset_part *includes, *excludes;
  size_t include_count, exclude_count;
  const ax_valueset_part *expanded; /* NULL: the definition decides */
  size_t expanded_count;
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

/* All codes of the code system `url`, as a value set; with `some` those that
 * cannot be told here. */
ax_status ax_valueset_compile_all(ax_arena *arena, ax_str url, bool some,
                                  const ax_valueset_source *source,
                                  ax_valueset **out) AX_MUST_USE;

/* See ax_valueset_contains(); `is_unit` may be NULL. */
ax_membership ax_valueset_compile_has(const ax_valueset *set,
                                      bool (*is_unit)(ax_str code),
                                      ax_str system, ax_str code,
                                      const char **why);

/* What the set itself says about a code that it lists (an object with display
 * and designation; imports are looked into), or NULL. */
const ax_json *ax_valueset_compile_entry(const ax_valueset *set, ax_str system,
                                         ax_str code);

#endif
