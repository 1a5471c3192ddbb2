/*
 * score_deploy.h - the life of a module's versions while the gateway serves.
 *
 * A version is one module file with its data files, known by a digest over
 * both. Found in the folder of plug-ins it is verified, started beside
 * whatever runs, and STAGED when its golden rows come out bit for bit;
 * otherwise QUARANTINED, with the reason. From there only explicit acts move
 * it, each by somebody, for a reason, recorded before it takes effect:
 *
 *     staged --shadow--> SHADOW --activate--> ACTIVE --(another)--> DRAINING
 *        `-----------activate------------------^  ^                    |
 *                                                 `---rollback--- RETIRED
 *
 * A module has at most one active version; activating another one switches its
 * route between two batches. The version before stays warm, so that rolling
 * back is one step. A model can be switched off by itself (kill).
 *
 * Threads: any; acts are done one after the other.
 */
#ifndef AX_SCORING_SCORE_DEPLOY_H
#define AX_SCORING_SCORE_DEPLOY_H

#include "scoring/score.h"

#define AX_MODULE_STATES(X) \
  X(STAGED, "staged")       \
  X(SHADOW, "shadow")       \
  X(ACTIVE, "active")       \
  X(DRAINING, "draining")   \
  X(RETIRED, "retired")     \
  X(QUARANTINED, "quarantined")

typedef enum {
#define X(name, text) AX_MODULE_##name,
  AX_MODULE_STATES(X)
#undef X
} ax_module_state;

/* "staged" ... */
const char *ax_score_deploy_state_name(ax_module_state state);

#define AX_SCORE_ACTS(X)                                      \
  X(ACTIVATE, "activate", "give out the scores of a version") \
  X(SHADOW, "shadow", "record its scores, give none out")     \
  X(ROLLBACK, "rollback", "back to the version before")       \
  X(RETIRE, "retire", "take a version out of service")        \
  X(KILL, "kill", "switch one model off")                     \
  X(REVIVE, "revive", "switch a killed model on again")       \
  X(STAGE, "stage", "found, verified, golden rows pass")      \
  X(QUARANTINE, "quarantine", "found, and not to be trusted") \
  X(POISON, "poison", "a row ended two workers")

typedef enum {
#define X(name, text, help) AX_SCORE_ACT_##name,
  AX_SCORE_ACTS(X)
#undef X
      AX_SCORE_ACT_COUNT
} ax_score_act_kind;

const char *ax_score_deploy_act_name(ax_score_act_kind kind);
/* False: there is no such act. */
bool ax_score_deploy_act_named(ax_str name, ax_score_act_kind *out);

typedef struct {
  ax_score_act_kind kind;
  ax_str module;  /* name */
  ax_str version; /* of its first model, for people */
  ax_str digest;  /* of the version: module and data files */
  ax_str model;   /* KILL, REVIVE, POISON: id */
  ax_str row;     /* POISON: what it is known by (poison.h) */
  ax_str who, why;
  int64_t at_ms;
} ax_score_act;

/* Keeps an act for good; a failure means that it is not done. */
typedef ax_status (*ax_score_record)(void *ctx, const ax_score_act *act,
                                     ax_error *err);

typedef struct {
  const ax_score_act *acts; /* what was recorded in earlier lives, in order */
  size_t act_count;
  const char *activate; /* modules that become active although nothing was ever
                           recorded of them: names, separated by spaces or
                           commas; "name@version" where there are several */
  const char *suspects; /* file of rows that ended one worker (poison.h); NULL:
                           they are forgotten */
  ax_score_record record;
  void *ctx;
} ax_score_history;

/*
 * For a host that was made with `staged`: gives the versions that were found
 * the states they had, and activates what the configuration names. Once,
 * before requests come. What does not fit (a module that should be active is
 * not there) is logged and shows in ax_score_deploy_missing.
 */
ax_status ax_score_deploy_begin(ax_score_host *host,
                                const ax_score_history *history,
                                ax_error *err) AX_MUST_USE;

typedef struct {
  ax_score_act_kind kind;
  ax_str target;
  ax_str who, why;
} ax_score_order;

/*
 * Does an act. The target is a module's name, or "name@" with the beginning of
 * a digest (at least 8 digits) or the version of its first model; for KILL and
 * REVIVE a model's id or short name. NOT_FOUND: no such module, version or
 * model, or nothing to roll back to; CONFLICT: the state does not allow it,
 * or several versions fit; what `record` gives. `done` (may be NULL) receives
 * what was done, in `arena`. A version that was active and is gone can be
 * retired: then nobody misses it any more.
 */
ax_status ax_score_deploy_do(ax_score_host *host, const ax_score_order *order,
                             ax_arena *arena, ax_score_act *done,
                             ax_error *err) AX_MUST_USE;

/* Looks through the folder of plug-ins for new versions, loads and judges
 * them. One that was active in an earlier life and was missed is active again,
 * as the act that made it so still stands. `found` (may be NULL): how many were
 * new. IO, NOMEM. */
ax_status ax_score_deploy_rescan(ax_score_host *host, size_t *found,
                                 ax_error *err) AX_MUST_USE;

typedef struct {
  ax_str model, module_digest, data_digest;
  ax_str row, output;
} ax_score_recorded;

/*
 * Asks the model with these digests for a row again, and compares: AX_OK and
 * `*same`; NOT_FOUND when no such version is loaded; INVALID when the record
 * cannot be read. `row` and `output` as evidence has them (score_evidence.h).
 */
ax_status ax_score_deploy_replay(ax_score_host *host, ax_arena *arena,
                                 const ax_score_recorded *recorded, bool *same,
                                 ax_error *err) AX_MUST_USE;

/* --- looking ---------------------------------------------------------------
 */

typedef struct {
  ax_str id, name, version, title;
  bool killed;
} ax_score_deployed_model;

typedef struct {
  ax_str module, folder, digest, module_digest, data_digest;
  ax_str signer; /* of the signature; empty: unsigned */
  ax_module_state state;
  ax_str why, by; /* of the state */
  int64_t since_ms;
  bool standby; /* retired, but ready to be rolled back to */
  bool golden;  /* has golden rows, and they came out right */
  const ax_score_deployed_model *models;
  size_t model_count;
  ax_score_module workers; /* how its processes are doing */
} ax_score_deployed;

/* All versions there are, in order of module and appearance. NOMEM. */
ax_status ax_score_deploy_list(ax_score_host *host, ax_arena *arena,
                               ax_score_deployed **out,
                               size_t *count) AX_MUST_USE;

/* Writes an array: for each model of each version that was started, what
 * score_stats.h says of it. */
void ax_score_deploy_stats(ax_score_host *host, ax_json_writer *w);

typedef struct {
  ax_str module, version, digest; /* without a digest: listed as `activate` */
  ax_str why;                     /* a sentence, with what to do */
  bool gone;                      /* it is not there; else it has no worker */
} ax_score_missed;

/* What should be active and is not, or is active and cannot score; for
 * readiness. A version that was active and is gone stays in the list until it
 * is back, another one of its module is active, or it is retired. NOMEM. */
ax_status ax_score_deploy_missing(ax_score_host *host, ax_arena *arena,
                                  ax_score_missed **out,
                                  size_t *count) AX_MUST_USE;

#endif
