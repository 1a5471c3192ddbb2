/*
 * feature_parts.h - the steps of ax_feature_build, one idea per file:
 *
 *   feature.c              the order of things, gaps, freshness
 *   feature_patient.c      who is scored; age; sex
 *   feature_condition.c    evidence, the anchor
 *   feature_gate.c         criteria
 *   feature_window.c       where a time lies
 *   feature_pick.c         which of several values
 *   feature_value.c        units, comparators, plausibility
 *   feature_observation.c  cells from Observations
 *   feature_answer.c       cells from QuestionnaireResponses
 *
 * For these files only.
 */
#ifndef AX_SCORING_FEATURE_PARTS_H
#define AX_SCORING_FEATURE_PARTS_H

#include <auspex_plugin.h>

#include "base/vec.h"
#include "scoring/feature.h"

/* How fit something is, and why. */
typedef struct {
  uint8_t state; /* AUSPEX_CELL_* */
  ax_str detail; /* a sentence; empty when PRESENT */
  const ax_fact *fact;
} ax_feature_finding;

typedef struct {
  ax_arena *arena;
  const ax_model *model;
  const ax_facts *facts;
  bool automatic;
  bool nomem;        /* sticky; texts and lists are incomplete then */
  bool stale, fresh; /* was there an input too old, one young enough? */
  ax_feature_row *row;
  const ax_fact *patient;
  ax_feature_finding anchor; /* PRESENT: row->anchor_ms stands */
  AX_VEC(ax_feature_gap) gaps;
  AX_VEC(const ax_fact *) basis;
  AX_VEC(double) sample_values;
  AX_VEC(int64_t) sample_times;
  AX_VEC(double) sample_lows;
  AX_VEC(double) sample_highs;
} ax_feature_work;

/* A sentence in the arena. */
ax_str ax_feature_say(ax_feature_work *w, const char *fmt, ...) AX_PRINTF(2, 3);

/* Adds the fact's resource to the basis, once. NULL is fine. */
void ax_feature_rest_on(ax_feature_work *w, const ax_fact *fact);

/* Adds a gap, once for each `input`. */
void ax_feature_miss(ax_feature_work *w, uint32_t input,
                     ax_feature_finding finding);

/* Two facts of one resource. */
bool ax_feature_same_source(const ax_fact *a, const ax_fact *b);

/* --- patient -------------------------------------------------------------- */

/* Finds the Patient; false: nobody to score, `*why` says why. */
bool ax_feature_patient_find(ax_feature_work *w, ax_str *why);

/* Completed years at the anchor: least and greatest. PRESENT also when they
 * differ; ABSENT and CONFLICT without a birth date. */
ax_feature_finding ax_feature_patient_age(ax_feature_work *w, int *least,
                                          int *greatest);

/* 0 male, 1 female. */
ax_feature_finding ax_feature_patient_sex(ax_feature_work *w, double *sex);

/* The cell of an AGE or SEX input. */
ax_feature_finding ax_feature_patient_cell(ax_feature_work *w,
                                           const ax_model_input *in,
                                           ax_model_sources from);

/* --- conditions ------------------------------------------------------------
 */

/* Positive evidence of the source up to as-of: confirmed, and clinically active
 * unless the source says EVER. NULL: none. */
const ax_fact *ax_feature_condition_find(ax_feature_work *w,
                                         const ax_model_source *source);

/* Sets w->anchor and the row's anchor. */
void ax_feature_condition_anchor(ax_feature_work *w);

/* The cell of a CONDITION input. */
ax_feature_finding ax_feature_condition_cell(ax_feature_work *w,
                                             const ax_model_input *in,
                                             ax_model_sources from);

/* --- gate ------------------------------------------------------------------
 */

/* False: not applicable, `*why` says why. Adds gaps for what is unknown. Uses
 * the cells of the inputs. */
bool ax_feature_gate(ax_feature_work *w, ax_str *why);

/* --- windows ---------------------------------------------------------------
 */

typedef struct {
  bool known;             /* false: what it is relative to is not there */
  int64_t lo_day, hi_day; /* both inside; never after as-of */
  int64_t reference_ms;
} ax_feature_window;

typedef enum {
  AX_FEATURE_OUTSIDE,
  AX_FEATURE_INSIDE,
  AX_FEATURE_MAYBE /* a partial date leaves it open */
} ax_feature_place;

ax_feature_window ax_feature_window_of(const ax_feature_work *w,
                                       const ax_model_input *in);
ax_feature_place ax_feature_window_place(const ax_feature_work *w,
                                         const ax_feature_window *window,
                                         const ax_fact *fact);

/* --- picks ------------------------------------------------------------------
 */

typedef struct {
  const ax_fact *fact;
  int64_t lo_ms, hi_ms;
  const ax_model_source *source;
  bool maybe; /* perhaps not in the window */
} ax_feature_candidate;

typedef struct {
  ax_feature_candidate *items; /* NULL: none */
  size_t count;
  bool imprecise; /* which ones compete cannot be told */
  bool same_time; /* all of them at the same time */
} ax_feature_group;

/* All of them; imprecise when none lies in the window for certain. */
ax_feature_group ax_feature_pick_all(ax_feature_candidate *items,
                                      size_t count);

/*
 * Narrows a group to those among which LATEST, EARLIEST or NEAREST (to
 * `target_day`) has to be: one, or several at the same time, or several whose
 * partial dates do not tell which. Reorders the items.
 */
ax_feature_group ax_feature_pick_one(ax_feature_group all, uint32_t pick,
                                     int64_t target_day);

/* Oldest first. */
void ax_feature_pick_sort(ax_feature_group all);

/* --- values -----------------------------------------------------------------
 */

typedef struct {
  double value, low, high;
} ax_feature_number;

/* Does the fact carry something that can be a number? */
bool ax_feature_value_is_number(const ax_fact *fact);

/* The number in the source's unit; state says what is wrong with it. */
ax_feature_finding ax_feature_value_read(ax_feature_work *w,
                                         const ax_model_input *in,
                                         const ax_model_source *source,
                                         const ax_fact *fact,
                                         ax_feature_number *out);

/* Equal but for what conversion of units loses. */
bool ax_feature_value_equal(double a, double b);

/* --- cells -------------------------------------------------------------------
 */

/* May the fact feed a model at all? `code`: what it was found by. */
bool ax_feature_usable(const ax_fact *fact, const ax_model_code *code);

/* `from`: sources that compete as one. */
ax_feature_finding ax_feature_observation_cell(ax_feature_work *w,
                                               const ax_model_input *in,
                                               ax_model_sources from);
ax_feature_finding ax_feature_observation_set(ax_feature_work *w,
                                              const ax_model_input *in,
                                              ax_model_sources from);
ax_feature_finding ax_feature_answer_cells(ax_feature_work *w,
                                           const ax_model_input *in,
                                           ax_model_sources from);

#endif
