/*
 * intake_outbox.h - who is to be told of a result: configured targets and R4
 * Subscriptions. What is decided here is written in the result's own commit;
 * delivery/ sends it.
 *
 * Against alert fatigue a target is told when the level differs from that of
 * the patient's result before by the same method, or is high for the first
 * time; never of a repeated level, unless it asks for every result. A result
 * without a level has nothing to compare and is always told. What takes a
 * result back (entered-in-error) is told to whoever was told of the result.
 *
 * Threads: any.
 */
#ifndef AX_INTAKE_INTAKE_OUTBOX_H
#define AX_INTAKE_INTAKE_OUTBOX_H

#include "search/search.h"
#include "store/store.h"

typedef struct {
  ax_str name;
  const ax_str *models; /* codes of RiskAssessment.method; count 0: all */
  size_t model_count;
  const ax_str *levels; /* codes of qualitativeRisk; count 0: all */
  size_t level_count;
  ax_str group; /* "Group/id": only its members; empty: everybody */
  bool every;   /* every result, not only changes of level */
} ax_intake_target;

typedef struct {
  const ax_intake_target *targets;
  size_t target_count;
  bool subscriptions; /* look at the stored Subscriptions */
  /* May a Subscription's endpoint be talked to? NULL: none may. */
  bool (*allows)(void *ctx, ax_str endpoint);
  void *ctx;
} ax_intake_outbox;

/*
 * Adds to `commit` the rows that its RiskAssessments are worth; `task` caused
 * it (0: none). Without rules nothing is done. NOMEM, IO.
 */
ax_status ax_intake_outbox_plan(const ax_intake_outbox *rules, ax_store *store,
                                ax_search *search, ax_arena *arena,
                                uint64_t task, ax_commit *commit,
                                ax_error *err) AX_MUST_USE;

#endif
