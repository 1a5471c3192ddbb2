/*
 * trial.h - one mutant against the suite: a fresh gateway, the faulty proxy in
 * front of it, and scripts until one of them notices.
 *
 * Noticed is a script that fails or cannot be judged; a script that is skipped
 * or unsupported notices nothing.
 */
#ifndef AX_MUTANTS_TRIAL_H
#define AX_MUTANTS_TRIAL_H

#include "app/app_rules.h"
#include "mutant.h"

typedef struct {
  const ax_script *script;
  AX_VEC(ax_str) requirements; /* keys of its tests */
  bool red;                    /* fails without a fault: it is left out */
  /* How the gateway must be served: auspex.conf beside it; NULL: as it is. */
  const char *config;
} ax_trial_script;

/* What all trials share; immutable while they run. */
typedef struct {
  const char *build, *root;
  ax_app_rules rules;
  const ax_fp_model *model;
  ax_trial_script *scripts;
  size_t script_count;
} ax_trial_bench;

typedef struct {
  bool killed;
  ax_str script, test; /* that noticed */
  ax_str why;          /* its first message */
  size_t ran;          /* scripts */
  int64_t took_ms;
} ax_trial_verdict;

/* Scripts for a configured gateway are run against faults of one, the others
 * against all other faults, in this order: `last` (what noticed it before; may
 * be empty), those with a test of the mutant's requirement, the others. Texts
 * live in `arena`. Threads: any. */
ax_status ax_trial_run(const ax_trial_bench *bench, const ax_mutant *mutant,
                       ax_str last, ax_arena *arena, ax_trial_verdict *out,
                       ax_error *err) AX_MUST_USE;

/* Runs all scripts through a proxy that changes nothing and marks those that
 * fail; `tell` is called with each of them. Before any trial. */
typedef void (*ax_trial_tell)(const ax_trial_verdict *red);
ax_status ax_trial_baseline(ax_trial_bench *bench, ax_arena *arena,
                            ax_trial_tell tell, ax_trial_verdict *out,
                            ax_error *err) AX_MUST_USE;

/* Loads the TestScripts of a folder. */
ax_status ax_trial_load(ax_arena *arena, const char *const *folders,
                        size_t folder_count, ax_trial_bench *bench,
                        ax_error *err) AX_MUST_USE;

#endif
