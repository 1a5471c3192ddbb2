/*
 * intake_outcome.h - one score task from beginning to end: may the patient be
 * scored, what do the stored facts say, what does the model make of them, and
 * the commit that makes it all true at once.
 *
 * Threads: any; no two on the same task (see intake_scorer.h).
 */
#ifndef AX_INTAKE_INTAKE_OUTCOME_H
#define AX_INTAKE_INTAKE_OUTCOME_H

#include "intake/intake.h"
#include "intake/intake_ends.h"
#include "scoring/score_needs.h"
#include "scoring/score_view.h"

/* What the tasks of one request share: the facts of their patient, read once.
 * `arena` NULL: nothing is shared. */
typedef struct {
  ax_arena *arena;
  const ax_score_view *view; /* held by the arena */
  const ax_fact_code *codes; /* that the tasks' models read */
  size_t code_count;
  ax_str patient; /* whose facts these are; empty: none yet */
  ax_facts facts;
  /* The same for the few facts that often are enough (score_needs.h). */
  ax_fact_code need_systems[AX_SCORE_NEEDS_SYSTEMS];
  size_t need_count;
  ax_str needs_patient;
  ax_facts needs;
  ax_intake_ends *ends; /* NULL: each task ends in its own commit */
} ax_intake_outcome_shared;

/*
 * Does `task`. AX_OK: it is finished, by us or somebody else, or put off with
 * a later time. TIMEOUT: `deadline_ns` (monotonic) passed, nothing was
 * changed. Other failures: it could not even be put off.
 */
ax_status ax_intake_outcome_of(const ax_intake_options *options,
                               ax_intake_outcome_shared *shared,
                               ax_arena *arena, const ax_task *task,
                               int64_t deadline_ns, ax_error *err) AX_MUST_USE;

/* Stores the Device of each model where it is not there yet. */
ax_status ax_intake_outcome_devices(const ax_intake_options *options,
                                    ax_arena *arena, ax_error *err) AX_MUST_USE;

#endif
