/*
 * app_help.h - what scoring asks of others: members of value sets (models that
 * declare hierarchies) and what the site has configured for its models
 * (option `site`).
 *
 * Threads: the functions it sets may be called from any thread.
 */
#ifndef AX_APP_APP_HELP_H
#define AX_APP_APP_HELP_H

#include "scoring/feature_view.h"
#include "terminology/valueset.h"

typedef struct {
  const char *site; /* "eq5d5l.value_set=Netherlands; a.b=1.5" */
  ax_valuesets *valuesets;
} ax_app_help;

/* The table of functions over `help`, which must stay. */
ax_feature_help ax_app_help_of(ax_app_help *help);

/* The value of `path` in such a text; empty: none. */
ax_str ax_app_help_site(ax_str text, ax_str path);

#endif
