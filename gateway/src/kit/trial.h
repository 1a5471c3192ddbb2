/*
 * trial.h - one module in a worker of its own, for the author's tools: open the
 * folder, ask for its models, score rows, start it anew after it died.
 *
 * For command-line tools: opening starts a broker, so the caller has one
 * thread. Lifetime: until ax_trial_close; models live in the arena.
 */
#ifndef AX_KIT_TRIAL_H
#define AX_KIT_TRIAL_H

#include "scoring/module_files.h"
#include "scoring/result.h"
#include "scoring/worker_proc.h"

enum { AX_TRIAL_ENDING = 240 };

typedef struct {
  ax_arena *arena;
  const char *name; /* of the module and its folder */
  const char *folder;
  ax_broker *broker;
  ax_module_files files;
  ax_worker_proc *worker; /* NULL: it died and was not started again */
  ax_model *models;
  size_t count;
  ax_str declared;  /* as the worker told it */
  unsigned starts;  /* of workers that are guarded */
  bool plain;       /* the next ones are as in a gateway (worker/guard.h) */
  int64_t start_us; /* what loading took the last time */
  int64_t batch_ms; /* allowed for one batch */
  char ending[AX_TRIAL_ENDING]; /* how the last worker ended */
} ax_trial;

/* Opens the module in `folder` and starts a worker. `worker` is the path of
 * auspex-worker, NULL: beside this program. On failure there is nothing to
 * close; statuses as in module_files.h and worker_proc.h. */
ax_status ax_trial_open(ax_arena *arena, const char *worker, const char *folder,
                        ax_trial *out, ax_error *err) AX_MUST_USE;
void ax_trial_close(ax_trial *trial);

/* Ends the worker if there is one and starts another. */
ax_status ax_trial_restart(ax_trial *trial, ax_error *err) AX_MUST_USE;

/* The same with other data files than those of the folder: what create makes of
 * them. OK: it took them, `same` says whether it declares the same models as
 * before; INVALID: it refused, `err` says how; others: it died. The worker of
 * the trial is not touched. */
ax_status ax_trial_create_with(ax_trial *trial, const ax_frame_load *order,
                               bool *same, ax_error *err) AX_MUST_USE;

/* Scores rows; each row's results go to `out[row]`, copied into `arena`. As
 * ax_worker_proc_score; a worker that cannot be trusted any more is ended and
 * `trial->ending` says how. */
ax_status ax_trial_score(ax_trial *trial, ax_arena *arena,
                         const ax_model *model,
                         const ax_feature_row *const *rows, size_t count,
                         ax_results *out, ax_error *err) AX_MUST_USE;

/* Resident memory of the worker in bytes; 0: not known. */
uint64_t ax_trial_memory(const ax_trial *trial);

#endif
