/*
 * app_search.h - the search parameters of the loaded packages, with what they
 * ask of definitions and terminology.
 *
 * Lifetime: until ax_app_search_close, before the rules are closed.
 */
#ifndef AX_APP_APP_SEARCH_H
#define AX_APP_APP_SEARCH_H

#include "app/app_rules.h"
#include "app/config.h"
#include "search/search.h"
#include "validate/fp_model_r4.h"

typedef struct {
  ax_fp_model_r4 *model;
  ax_search *search;
} ax_app_search;

/* On failure nothing is left open. */
ax_status ax_app_search_open(const ax_app_rules *rules, const ax_config *config,
                             ax_app_search *out, ax_error *err) AX_MUST_USE;
void ax_app_search_close(ax_app_search *search);

#endif
