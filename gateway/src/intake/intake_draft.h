/*
 * intake_draft.h - a request on its way to one commit: a create, a whole
 * transaction, or some entries of a batch.
 *
 * Optimism: everything is decided from what is read now and handed to the
 * store with preconditions; when they no longer hold, the draft starts over
 * from its reading (at most TRIES times).
 *
 * Lifetime: the request's arena. Threads: the request's.
 */
#ifndef AX_INTAKE_INTAKE_DRAFT_H
#define AX_INTAKE_INTAKE_DRAFT_H

#include "base/map.h"
#include "intake/intake_item.h"
#include "intake/intake_service.h"

typedef struct {
  const ax_intake *intake;
  const ax_intake_request *rq;
  const char *action; /* for the audit: "create", "transaction", "batch" */
  ax_intake_item *items;
  size_t count;
  const ax_map *urls; /* fullUrl -> item: references that change; or NULL */
  bool conditional;   /* may hold conditional references */

  ax_adoption *adoptions; /* facts that become another's */
  size_t adoption_count;
  ax_task *tasks; /* planned; with keys once stored */
  size_t task_count;
} ax_intake_draft;

/*
 * Stores all items that write, with everything that belongs to them, or
 * nothing. Items with errors in their issues (before, or found here) stop it:
 * AX_OK, `*stored` false. CONFLICT when others were faster too often;
 * UNAVAILABLE, IO, NOMEM, TOO_LARGE.
 */
ax_status ax_intake_draft_store(ax_intake_draft *draft, bool *stored,
                                ax_error *err) AX_MUST_USE;

/* Does one of the items have errors? */
bool ax_intake_draft_faulty(const ax_intake_draft *draft);

/* Scores what the draft planned, as long as requests wait for it. */
void ax_intake_draft_score(const ax_intake_draft *draft);

#endif
