/*
 * app.h - the whole world of a gateway: built from a configuration, taken down
 * in the opposite order.
 *
 * The scoring host comes first: it starts its broker before any thread exists.
 *
 * Threads: opened and closed by one thread; in between its parts are shared.
 */
#ifndef AX_APP_APP_H
#define AX_APP_APP_H

#include "api/api.h"
#include "app/app_help.h"
#include "app/app_modules.h"
#include "app/app_rules.h"
#include "app/app_search.h"
#include "app/app_settings.h"
#include "app/config.h"
#include "intake/intake.h"
#include "intake/intake_reindex.h"
#include "scoring/score.h"
#include "store/store.h"

/* What an operator shows to be one: the text of the file of that name in the
 * data folder, which only its owner can read. */
#define AX_APP_TOKEN_FILE "admin.token"
enum { AX_APP_TOKEN = 43 };

typedef struct {
  const ax_config *config;
  ax_score_host *host;
  ax_store_modules *ledger; /* NULL: opened without a store */
  char admin_token[AX_APP_TOKEN + 1];
  ax_app_rules rules;
  ax_app_help help;
  ax_app_search search;
  ax_store *store; /* NULL: opened without one */
  ax_app_settings settings;
  ax_intake *intake;
  ax_intake_reindex *reindex;
  ax_http_rate *rate; /* NULL: senders are not bounded */
  ax_api api;
} ax_app;

/*
 * Builds the world; with `serving` also the store, and the background scorer
 * begins. On failure nothing is left open and `*exit_code` says which part it
 * was.
 */
ax_status ax_app_open(ax_arena *arena, const ax_config *config, bool serving,
                      ax_app *out, int *exit_code, ax_error *err) AX_MUST_USE;
void ax_app_close(ax_app *app);

/* The table of URLs (routes.c). */
extern const ax_api_route ax_routes[];
extern const size_t ax_routes_count;

#endif
