/*
 * intake_once.h - a request under a key is done once: what came of it is kept
 * with the commit that did it, item by item, and a request that comes again is
 * answered from that instead of being done again.
 *
 * Also a batch that broke off half-way goes on where it stopped: what was done
 * is found, the rest is done now. Two equal requests at the same time meet in
 * the store: the second one's commit is a CONFLICT, it looks again, and finds
 * what the first did. Only what had an effect is kept; a refusal has none and
 * is decided anew.
 *
 * Threads: the request's.
 */
#ifndef AX_INTAKE_INTAKE_ONCE_H
#define AX_INTAKE_INTAKE_ONCE_H

#include "base/map.h"
#include "intake/intake.h"
#include "intake/intake_item.h"

typedef struct ax_intake_once {
  const ax_intake_request *rq;
  ax_store *store;
  size_t seen;    /* records */
  ax_map *places; /* "index of the item" -> what came of it; NULL: no key */
  bool other;     /* the key was used for another request */
  ax_str job;     /* the key's request is done later, by this job; or empty */
} ax_intake_once;

/* Looks what was done under the request's key; without one there is nothing.
 * NOMEM, IO. */
ax_status ax_intake_once_look(const ax_intake_request *rq, ax_store *store,
                              ax_intake_once *out, ax_error *err) AX_MUST_USE;

/*
 * The same for a request that is done in many pieces: what was looked up is
 * kept in rq->known, where there is one, and asked for only the first time and
 * `again`, when a piece met a CONFLICT. ax_intake_once_did says that a piece
 * was committed with its record.
 */
ax_status ax_intake_once_known(const ax_intake_request *rq, ax_store *store,
                               bool again, ax_intake_once *out,
                               ax_error *err) AX_MUST_USE;
void ax_intake_once_did(const ax_intake_request *rq);

/* Says that the key belongs to another request. */
void ax_intake_once_refuse(ax_fhir_issues *issues);

/* Was the whole request kept in quarantine, and under which id? */
bool ax_intake_once_held(const ax_intake_once *once, ax_str *id);

/* When the item was done before it is filled as it was then, and nothing is
 * written for it (item->found). NOMEM, IO. */
ax_status ax_intake_once_settle(const ax_intake_once *once, ax_arena *arena,
                                ax_intake_item *item, bool *done,
                                ax_error *err) AX_MUST_USE;

/* What to keep with the commit of `items`; `*keep` false: nothing. NOMEM. */
ax_status ax_intake_once_record(const ax_intake_once *once, ax_arena *arena,
                                const ax_intake_item *items, size_t count,
                                ax_once *out, bool *keep) AX_MUST_USE;

#endif
