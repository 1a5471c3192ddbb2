/*
 * score_view.h - what is offered at one moment: the models of active modules,
 * and those of shadow modules beside them. A view never changes; a deployment
 * makes another one. Whoever works with models holds the view they came from:
 * as long as it is held, they and their workers stay.
 *
 * Threads: any.
 */
#ifndef AX_SCORING_SCORE_VIEW_H
#define AX_SCORING_SCORE_VIEW_H

#include "scoring/score.h"

typedef struct ax_score_view ax_score_view;

/* The view of now. It is let go when `arena` dies or is reset, which must be
 * before the host is freed. NOMEM. */
ax_status ax_score_view_hold(ax_score_host *host, ax_arena *arena,
                             const ax_score_view **out) AX_MUST_USE;

/* Models of active modules. */
size_t ax_score_view_count(const ax_score_view *view);
const ax_model *ax_score_view_model(const ax_score_view *view, size_t i);

/* Models of shadow modules: scored for evidence, never given out. Their tasks
 * carry `*name`, by which ax_score_view_named finds them again. */
size_t ax_score_view_shadow_count(const ax_score_view *view);
const ax_model *ax_score_view_shadow(const ax_score_view *view, size_t i,
                                     ax_str *name);

/* By id ("org.auspex-gateway.endpac"), short name ("endpac") or name of a
 * shadow task; NULL. */
const ax_model *ax_score_view_named(const ax_score_view *view, ax_str name);

/* Is `name` that of a shadow task? */
bool ax_score_view_is_shadow(ax_str name);

#endif
