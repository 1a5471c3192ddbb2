/*
 * feature_view.h - a patient's facts, sorted and indexed once for all models.
 *
 * The order is total: facts without a time first, then by effective time,
 * issued, version, id; facts of one resource stay together as they were
 * extracted. Which facts a set of codes finds is worked out once for each set;
 * the sets of a module are shared between its models.
 *
 * Lifetime: the arena's; the facts are pointed at.
 * Threads: one at a time (what was worked out is kept).
 */
#ifndef AX_SCORING_FEATURE_VIEW_H
#define AX_SCORING_FEATURE_VIEW_H

#include "scoring/model.h"

typedef struct ax_feature_view ax_feature_view;

/* One QuestionnaireResponse: its answers, as positions. */
typedef struct {
  uint32_t first, count;
} ax_feature_response;

/* What the host asks of others; every function may be NULL. */
typedef struct {
  void *ctx;
  /* Is (system, code) a member of the ValueSet? For hierarchies. */
  bool (*member)(void *ctx, ax_str value_set, ax_str system, ax_str code);
  /* The site's value of `path`; empty: none. */
  ax_str (*site)(void *ctx, ax_str path);
} ax_feature_help;

/* NULL without memory. */
ax_feature_view *ax_feature_view_new(ax_arena *arena, const ax_facts *facts,
                                     const ax_feature_help *help);

size_t ax_feature_view_count(const ax_feature_view *view);
const ax_fact *ax_feature_view_at(const ax_feature_view *view, size_t i);

/* Positions, in order, of the facts with one of the codes. NULL with
 * *count 0: none, or no memory (see _failed). */
const uint32_t *ax_feature_view_find(ax_feature_view *view,
                                     const ax_model_codes *codes,
                                     size_t *count);

const ax_feature_response *
ax_feature_view_responses(const ax_feature_view *view, size_t *count);

/* The site's value, or empty. */
ax_str ax_feature_view_site(const ax_feature_view *view, ax_str path);

/* Did memory run out? */
bool ax_feature_view_failed(const ax_feature_view *view);

/* Two facts of one resource. */
bool ax_feature_view_same_source(const ax_fact *a, const ax_fact *b);

#endif
