/*
 * feature_parts.h - the steps of ax_feature_build, one idea per file:
 *
 *   feature.c           the order of things, gaps, freshness
 *   feature_view.c      the facts in order; which ones a set of codes finds
 *   feature_patient.c   who is scored; age; sex; enrolment; the site
 *   feature_anchor.c    the event a model is anchored at
 *   feature_gate.c      criteria
 *   feature_source.c    which facts a source reads
 *   feature_window.c    where a time lies
 *   feature_pick.c      which of several values
 *   feature_value.c     units, comparators, plausibility
 *   feature_map.c       what codes and texts are worth
 *   feature_cell.c      cells from values
 *   feature_set.c       cells from the values of one day
 *   feature_evidence.c  cells from statements that something is or was so
 *   feature_answer.c    cells from QuestionnaireResponses
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
  ax_feature_view *view;
  bool automatic;
  bool nomem;        /* sticky; texts and lists are incomplete then */
  bool stale, fresh; /* was there an input too old, one young enough? */
  bool enrolled;     /* the site has enrolled the patient for the model */
  ax_feature_row *row;
  const ax_fact *patient;
  ax_feature_finding anchor; /* PRESENT: row->anchor_ms stands */
  AX_VEC(ax_feature_gap) gaps, unfit;
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

/* Reads the sources of `in` into `cells` (in->width of them), which are empty:
 * the first group of sources that has something in the window decides. */
ax_feature_finding ax_feature_read(ax_feature_work *w, const ax_model_input *in,
                                   ax_feature_cell *cells);

/* --- patient -------------------------------------------------------------- */

/* Finds the Patient and the enrolment; false: nobody to score, `*why` says
 * why. */
bool ax_feature_patient_find(ax_feature_work *w, ax_str *why);

/* Sets the row's persons. NOMEM. */
ax_status ax_feature_patient_list(ax_feature_work *w) AX_MUST_USE;

/* Completed years at the anchor: least and greatest. PRESENT also when they
 * differ; ABSENT and CONFLICT without a birth date. */
ax_feature_finding ax_feature_patient_age(ax_feature_work *w, int *least,
                                          int *greatest);

/* 0 male, 1 female. */
ax_feature_finding ax_feature_patient_sex(ax_feature_work *w, double *sex);

/* The cell of an AGE, SEX or SITE input. */
ax_feature_finding ax_feature_patient_cell(ax_feature_work *w,
                                           ax_model_sources from,
                                           ax_feature_cell *cell);

/* --- anchor, gate -----------------------------------------------------------
 */

/* Sets w->anchor and the row's anchor. */
void ax_feature_anchor(ax_feature_work *w);

/* False: not applicable, `*why` says why. Adds gaps for what is unknown. Uses
 * the cells of the inputs. */
bool ax_feature_gate(ax_feature_work *w, ax_str *why);

/* --- windows ---------------------------------------------------------------
 */

typedef struct {
  bool known;             /* false: what it is relative to is not there */
  int64_t lo_day, hi_day; /* both inside; never after as-of; INT64_MIN: open */
  int64_t reference_ms;
} ax_feature_window;

typedef enum {
  AX_FEATURE_OUTSIDE,
  AX_FEATURE_INSIDE,
  AX_FEATURE_MAYBE /* a partial date leaves it open */
} ax_feature_place;

typedef struct {
  bool known;
  int64_t lo_ms, hi_ms;
  bool to_the_day;
} ax_feature_time;

/* When a fact was, for a source (OR_RECORDED). */
ax_feature_time ax_feature_window_time(const ax_model_source *source,
                                       const ax_fact *fact);
ax_feature_window ax_feature_window_of(const ax_feature_work *w,
                                       const ax_model_input *in,
                                       const ax_model_source *source);
ax_feature_place ax_feature_window_place(const ax_feature_work *w,
                                         const ax_feature_window *window,
                                         const ax_fact *fact,
                                         ax_feature_time time);

/* --- sources, picks ---------------------------------------------------------
 */

typedef struct {         /* one statement: a resource or a component of one */
  const ax_fact *fact;   /* the first of its facts */
  const uint32_t *facts; /* positions in the view; NULL: `fact` alone */
  size_t fact_count;
  int64_t lo_ms, hi_ms; /* long ago where it has no time */
  const ax_model_source *source;
  bool maybe; /* perhaps not in the window */
} ax_feature_candidate;

typedef struct {
  AX_VEC(ax_feature_candidate) found;
  ax_feature_window window; /* of the first source */
  const ax_fact *older;     /* one outside the window */
  const ax_fact *withheld;  /* one with a dataAbsentReason instead */
} ax_feature_search;

/* The kind of facts a source reads; 0: none of the view's. */
int ax_feature_source_kind(const ax_model_source *source);

/* Does the source speak of what is or was so (1, 0) rather than of values? */
bool ax_feature_source_is_evidence(const ax_model_source *source);

/* May the fact, found by the source's codes, count for it at as-of? Without
 * the window and the tie of an input. */
bool ax_feature_source_takes(ax_feature_work *w, const ax_model_source *source,
                             const ax_fact *fact);

/* May the fact feed a model at all? */
bool ax_feature_source_usable(const ax_model_source *source,
                              const ax_fact *fact);

/* All statements that the sources read, in the view's order. */
ax_feature_search ax_feature_source_search(ax_feature_work *w,
                                           const ax_model_input *in,
                                           ax_model_sources from);

typedef struct {
  ax_feature_candidate *items; /* NULL: none */
  size_t count;
  bool imprecise; /* which ones compete cannot be told */
  bool same_time; /* all of them at the same time */
} ax_feature_group;

/* All of them; imprecise when none lies in the window for certain. */
ax_feature_group ax_feature_pick_all(ax_feature_candidate *items, size_t count);

/*
 * Narrows a group to those among which LATEST, EARLIEST or NEAREST (to
 * `target_day`) has to be: one, or several at the same time, or several whose
 * partial dates do not tell which. Reorders the items.
 */
ax_feature_group ax_feature_pick_one(ax_feature_group all, uint32_t pick,
                                     int64_t target_day);

/* Those of the latest day; imprecise when a partial date may be of a later
 * one. */
ax_feature_group ax_feature_pick_day(ax_feature_group all);

/* Oldest first. */
void ax_feature_pick_sort(ax_feature_group all);

/* --- values -----------------------------------------------------------------
 */

typedef struct {
  double value, low, high;
} ax_feature_number;

/* Does the fact carry something that the source can make a number of? */
bool ax_feature_value_is_there(const ax_model_source *s, const ax_fact *fact);

/* The number in the source's unit, or what its map says; state says what is
 * wrong with it. */
ax_feature_finding ax_feature_value_read(ax_feature_work *w,
                                         const ax_model_input *input,
                                         const ax_feature_candidate *from,
                                         ax_feature_number *out);

/* Equal but for what conversion of units loses. */
bool ax_feature_value_equal(double a, double b);

/* What the map makes of a coding, a text, a number (with the digits that were
 * written); false: no row fits. */
bool ax_feature_map_code(ax_feature_work *w, const ax_model_map *map,
                         ax_str system, ax_str code, double *out);
bool ax_feature_map_text(ax_feature_work *w, const ax_model_map *map,
                         ax_str text, double *out);
bool ax_feature_map_number(ax_feature_work *w, const ax_model_map *map,
                           double number, ax_str digits, double *out);

/* --- cells
 * --------------------------------------------------------------------- `from`:
 * sources that compete as one; `cells`: those of the input.
 */

ax_feature_finding ax_feature_cell_read(ax_feature_work *w,
                                        const ax_model_input *in,
                                        ax_model_sources from,
                                        ax_feature_cell *cell);
/* Why a search found nothing that competes. */
ax_feature_finding ax_feature_cell_nothing(const ax_feature_search *s);
/* All of the group must say the same. */
ax_feature_finding ax_feature_cell_agree(ax_feature_work *w,
                                         const ax_model_input *in,
                                         ax_feature_group g,
                                         ax_feature_number *out);
void ax_feature_cell_fill(const ax_model_input *in, ax_feature_cell *cell,
                          ax_feature_finding f, const ax_feature_number *n);

ax_feature_finding ax_feature_set_read(ax_feature_work *w,
                                       const ax_model_input *in,
                                       ax_model_sources from,
                                       ax_feature_cell *cells);
ax_feature_finding ax_feature_evidence_read(ax_feature_work *w,
                                            const ax_model_input *in,
                                            ax_model_sources from,
                                            ax_feature_cell *cell);
ax_feature_finding ax_feature_answer_read(ax_feature_work *w,
                                          const ax_model_input *in,
                                          const ax_model_source *source,
                                          ax_feature_cell *cells);

#endif
