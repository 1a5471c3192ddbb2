/*
 * app_worker.h - where the worker program is, and the options of the scoring
 * host as the configuration has them. For serve and every command that asks a
 * plug-in.
 *
 * Lifetime: texts live in the arena or the configuration. Threads: any.
 */
#ifndef AX_APP_APP_WORKER_H
#define AX_APP_APP_WORKER_H

#include "app/config.h"
#include "scoring/score.h"

/* auspex-worker: as configured, else beside our own program. */
const char *ax_app_worker_path(ax_arena *arena, const ax_config *config);

ax_score_options ax_app_worker_options(ax_arena *arena,
                                       const ax_config *config);

#endif
