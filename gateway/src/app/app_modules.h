/*
 * app_modules.h - ties the scoring host's acts to the ledger in the data
 * folder: what was recorded gives the versions their states at start, what is
 * done from then on is recorded before it counts.
 *
 * Lifetime: the ledger outlives the host. Threads: opened and closed by one.
 */
#ifndef AX_APP_APP_MODULES_H
#define AX_APP_APP_MODULES_H

#include "app/config.h"
#include "scoring/score_deploy.h"
#include "store/store_modules.h"

/*
 * Opens the ledger in `config->data` (which is there) and begins `host` with
 * it; the modules of `config->activate` become active where nothing was ever
 * recorded of them. CONFLICT: another process has the ledger; INVALID, IO,
 * NOMEM.
 */
ax_status ax_app_modules_begin(const ax_config *config, ax_score_host *host,
                               ax_store_modules **out,
                               ax_error *err) AX_MUST_USE;

/* Logs what the kernel refuses to protect us with; with `sandbox_strict` that is
 * UNAVAILABLE. */
ax_status ax_app_modules_protected(const ax_config *config, ax_score_host *host,
                                   ax_error *err) AX_MUST_USE;

/* The same for looking only: nothing is written, nothing becomes active that
 * was not. */
ax_status ax_app_modules_look(const ax_config *config, ax_score_host *host,
                              ax_error *err) AX_MUST_USE;

#endif
