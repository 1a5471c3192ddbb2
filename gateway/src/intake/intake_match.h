/*
 * intake_match.h - what a condition finds: If-None-Exist
 * ("identifier=system|value") and conditional references
 * ("Practitioner?identifier=system|value", R4 3.1.0.11.2).
 *
 * Each distinct query is asked once in the life of a match (a Bundle may hold
 * thousands of equal ones). Whatever was read from the store stands in the
 * list of preconditions, so that the commit notices when it no longer holds.
 *
 * Lifetime: one try of one request. Threads: one at a time.
 */
#ifndef AX_INTAKE_INTAKE_MATCH_H
#define AX_INTAKE_INTAKE_MATCH_H

#include "intake/intake_item.h"

typedef struct ax_intake_match ax_intake_match;

typedef enum {
  AX_INTAKE_MATCH_NONE,
  AX_INTAKE_MATCH_ONE,
  AX_INTAKE_MATCH_SEVERAL,
  AX_INTAKE_MATCH_WRONG /* not a usable query: `why` */
} ax_intake_matches;

typedef struct {
  ax_query query;
  ax_intake_matches count;    /* in the store */
  ax_stored stored;           /* ONE */
  bool looked;                /* at the items, too */
  ax_intake_matches all;      /* in store and items */
  const ax_intake_item *item; /* the one, where it is an item */
  const ax_intake_item *before; /* SEVERAL: an item besides, or NULL */
  ax_str why;
} ax_intake_found;

/* `items` are those that conditional references may mean besides stored ones;
 * they live as long as the match. NULL: no memory. */
ax_intake_match *ax_intake_match_new(ax_arena *arena, ax_store *store,
                                     ax_search *search, ax_str base,
                                     const ax_intake_item *items,
                                     size_t count) AX_MUST_USE;

/* What `query` on `type` finds in the store. NOMEM, IO. */
ax_status ax_intake_match_stored(ax_intake_match *match, ax_str type,
                                 ax_str query, const ax_intake_found **out,
                                 ax_error *err) AX_MUST_USE;

/* The same among stored resources and items: `all` and `item` are set. */
ax_status ax_intake_match_any(ax_intake_match *match, ax_str type, ax_str query,
                              const ax_intake_found **out,
                              ax_error *err) AX_MUST_USE;

/* Does an item delete this resource? Deletions of a transaction come before all
 * else (R4 3.1.0.11.2): what they take away is not found any more. */
bool ax_intake_match_goes_away(const ax_intake_match *match, ax_str type,
                               ax_str id);

/* Everything that was read so far, as preconditions of a commit. */
ax_status ax_intake_match_preconditions(const ax_intake_match *match,
                                        ax_arena *arena,
                                        const ax_precondition **out,
                                        size_t *count) AX_MUST_USE;

/* Understands the conditions `text` on `type`; when they are not usable, `why`
 * says so and is not empty. NOMEM. */
ax_status ax_intake_match_read(ax_search *search, ax_arena *arena, ax_str type,
                               ax_str text, ax_str base, ax_query *query,
                               ax_str *why) AX_MUST_USE;

/* Do a resource's own rows decide whether `query` finds it? Not when it asks
 * for other resources (chains, _has) or for the time of update. */
bool ax_intake_match_decides(const ax_query *query);

/* Would `query` find a resource with this id and these index rows? Terms over
 * other resources and times of update never match here. */
bool ax_intake_match_rows(const ax_query *query, ax_str id,
                          const ax_index_row *rows, size_t count);

#endif
