/*
 * score_host.h - what a score host is made of. For score*.c only.
 *
 * Two locks. `acts` is held through a whole act (loading, golden rows,
 * recording), so that acts come one after the other; only who holds it changes
 * the list of versions. `lock` guards what requests look at (the view and
 * counters) and is held for moments; it is taken inside `acts`, never around
 * it, and never while talking to a worker or the store.
 */
#ifndef AX_SCORING_SCORE_HOST_H
#define AX_SCORING_SCORE_HOST_H

#include <pthread.h>

#include "base/map.h"
#include "scoring/golden.h"
#include "scoring/mitigation.h"
#include "scoring/module_files.h"
#include "scoring/poison.h"
#include "scoring/score_deploy.h"
#include "scoring/score_stats.h"
#include "scoring/score_view.h"
#include "scoring/worker_pool.h"

enum {
  AX_SCORE_HOST_WHY = 240,
  AX_SCORE_HOST_BY = 120,
  AX_SCORE_HOST_KILLED = 256,
  AX_SCORE_HOST_ARENA = 64 << 20 /* declarations of one module */
};

typedef struct ax_score_version ax_score_version;

typedef struct {
  ax_model model; /* first: a model's address leads to its version */
  ax_score_version *version;
  ax_score_stats *stats;
  ax_str shadow_name; /* of its tasks while it is a shadow */
} ax_score_host_model;

struct ax_score_version {
  ax_arena *arena;
  const char *folder;
  ax_module_files files;
  ax_golden golden;            /* rows live in the arena */
  ax_score_host_model *models; /* of a module that could be loaded */
  size_t model_count;
  bool present; /* its folder was there at the last look */
  bool noted;   /* an earlier life recorded that it was staged */

  /* Under `lock`. */
  ax_worker_pool *pool; /* NULL: nobody to ask */
  ax_module_state state;
  char why[AX_SCORE_HOST_WHY], by[AX_SCORE_HOST_BY];
  int64_t since_ms;
  uint64_t turn; /* order of becoming active; 0: never was */
  bool finished; /* its models are known, so it may be listed; under `lock` */
  unsigned views;
};

typedef struct { /* was active, or is listed to be, and is not there */
  char module[AX_SCORE_HOST_BY], version[AX_SCORE_HOST_BY];
  char digest[AX_SHA256_HEX + 1]; /* empty: the configuration lists it */
  char why[AX_SCORE_HOST_WHY];
} ax_score_missing;

typedef struct {
  ax_score_host_model *model;
  bool shadow;
} ax_score_view_entry;

struct ax_score_view {
  ax_score_host *host;
  unsigned holders;            /* under `lock` */
  ax_score_version **versions; /* that it keeps */
  size_t version_count;
  size_t count;
  ax_score_view_entry entries[];
};

struct ax_score_host {
  ax_broker *broker;
  const char *plugins;
  ax_module_trust trust;
  int64_t deadline_ms;
  uint64_t worker_memory;
  ax_poison *poison;
  ax_feature_help help;
  const ax_json *mitigations;
  bool staged;     /* what is found waits for an act */
  ax_arena *arena; /* options; as long as the host */

  pthread_mutex_t acts;
  ax_score_version **versions; /* in order of appearance; changed under both */
  size_t version_count, version_room;
  ax_score_record record;
  void *record_ctx;
  ax_map *noted; /* what was found and recorded in this life */

  pthread_mutex_t lock;
  pthread_cond_t tidy; /* a version may be put away */
  ax_score_view *view;
  uint64_t turns;
  char *killed[AX_SCORE_HOST_KILLED]; /* ids of models that are off */
  size_t killed_count;
  ax_score_missing *missing[AX_SCORE_HOST_KILLED]; /* what should be active and
                                                      was not found */
  size_t missing_count;
  pthread_t keeper;
  bool keeping, stopping, untidy;
};

/* --- score_version.c: one version --------------------------------------------
 */

/* Reads and verifies. NULL without memory only: what is wrong is its state
 * QUARANTINED with `why`. */
ax_score_version *ax_score_version_new(ax_score_host *host, const char *folder);
/* Begins to load. */
void ax_score_version_start(ax_score_host *host, ax_score_version *version);
/* Waits for the models and asks the golden rows; then STAGED or QUARANTINED. */
void ax_score_version_finish(ax_score_host *host, ax_score_version *version);
/* Starts workers for a retired version again; `acts` is held. */
ax_status ax_score_version_wake(ax_score_host *host, ax_score_version *version,
                                ax_error *err) AX_MUST_USE;
/* Ends its workers. */
void ax_score_version_sleep(ax_score_host *host, ax_score_version *version);
void ax_score_version_free(ax_score_version *version);
/* What people call its version: that of its first model. */
ax_str ax_score_version_label(const ax_score_version *version);

/* --- score_deploy.c
 * ------------------------------------------------------------
 */

/* May it become active beside what is active? CONFLICT names the model. */
ax_status ax_score_deploy_fits(const ax_score_host *host,
                               const ax_score_version *version,
                               ax_error *err) AX_MUST_USE;
bool ax_score_deploy_is_killed(const ax_score_host *host, ax_str id);
/* Switches a model off or on, without a record. NOMEM. */
ax_status ax_score_deploy_mark(ax_score_host *host, ax_str id,
                               bool killed) AX_MUST_USE;
/* A row ended two workers: it is not sent again, also in later lives. */
void ax_score_deploy_poison(ax_score_host *host,
                            const ax_score_version *version,
                            const ax_model *model, const ax_feature_row *row,
                            ax_str why);
/* Records what was found, from version number `first` on. */
ax_status ax_score_deploy_note(ax_score_host *host, size_t first,
                               ax_error *err) AX_MUST_USE;

/* --- score_missing.c
 * ------------------------------------------------------------
 */

/* Remembers and logs one; `act` has module, version and digest. */
void ax_score_missing_add(ax_score_host *host, const ax_score_act *act,
                          ax_str why);
/* The one that an act's target ("name", "name@...") means, or NULL. */
const ax_score_missing *ax_score_missing_find(const ax_score_host *host,
                                              ax_str target);
/* Is it one of them? */
bool ax_score_missing_was(const ax_score_host *host,
                          const ax_score_version *version);
void ax_score_missing_forget(ax_score_host *host, const ax_score_missing *gone);
void ax_score_missing_free(ax_score_host *host); /* all */

/* --- score_view.c
 * --------------------------------------------------------------
 */

/* Makes the view anew from the states; `acts` is held. NOMEM. */
ax_status ax_score_view_renew(ax_score_host *host) AX_MUST_USE;
void ax_score_view_let_go(ax_score_view *view);

/* --- score_host.c
 * --------------------------------------------------------------
 */

/* Looks through the folder; `acts` is held. */
ax_status ax_score_host_scan(ax_score_host *host, size_t *found,
                             ax_error *err) AX_MUST_USE;
/* How the workers of version number `i` are doing; `lock` is held. */
ax_status ax_score_host_look(const ax_score_host *host, size_t i,
                             ax_arena *arena, ax_score_module *out) AX_MUST_USE;
/* Has the keeper look for versions that nobody needs; `lock` is held. */
void ax_score_host_tidy(ax_score_host *host);
/* Sets a state under `lock`. */
void ax_score_host_state(ax_score_host *host, ax_score_version *version,
                         ax_module_state state, ax_str by, ax_str why);

#endif
