/*
 * feature.h - from a patient's facts to one row of a model, or the reasons why
 * not: gate, anchor, windows, picks, unit conversion, plausibility, freshness.
 *
 * Pure: no I/O, no clock. The rules of safe automatic scoring that concern
 * data (design: partial dates are intervals, duplicates count once, conflicts
 * refuse, positive evidence, administrative gender ...) are kept here and
 * nowhere else.
 */
#ifndef AX_SCORING_FEATURE_H
#define AX_SCORING_FEATURE_H

#include "scoring/feature_view.h"

typedef struct {
  double value;     /* NaN unless PRESENT or IMPUTED */
  uint8_t state;    /* AUSPEX_CELL_* */
  int64_t time_ms;  /* 0: none */
  double low, high; /* reference range in the input's unit; NaN: none */
  uint32_t sample_first, sample_count; /* SERIES: slice of the row's samples */
  uint8_t source;                      /* which of the input's it is from */
  const ax_fact *fact;                 /* where it came from; NULL: nowhere */
} ax_feature_cell;

/* What a gap is about when it is not about an input of the model. */
enum {
  AX_FEATURE_GAP_ANCHOR = 0xffff, /* the anchor's event */
  AX_FEATURE_GAP_PATIENT = 0xfffe /* birth date or sex, for the gate */
};

/* State of a gap that only the model found: the value is there and right in
 * itself. No cell has it. */
enum { AX_FEATURE_GAP_UNFIT = 0xff };

typedef struct {
  uint32_t input; /* index, or AX_FEATURE_GAP_* */
  uint8_t state;  /* why: AUSPEX_CELL_* or AX_FEATURE_GAP_UNFIT */
  ax_str detail;  /* a sentence: "unit 'mg' cannot be converted to mg/dL" */
  const ax_fact *fact; /* the unfit one, or NULL */
} ax_feature_gap;

typedef enum {
  AX_FEATURE_READY,          /* the row can be scored */
  AX_FEATURE_REFUSED,        /* gaps say what is missing or unfit */
  AX_FEATURE_NOT_APPLICABLE, /* outside the population; `why` */
  AX_FEATURE_STALE           /* automatic, and older than the freshness */
} ax_feature_verdict;

typedef struct {
  ax_feature_verdict verdict;
  ax_str why;
  int64_t as_of_ms, anchor_ms;
  const ax_fact *anchor;       /* the Condition; NULL when as-of */
  const ax_fact *event; /* of a model whose anchor only dates outcomes; NULL: not
                           known */
  int64_t event_ms;
  ax_feature_cell *cells;      /* model->column_count */
  const double *sample_values; /* of all SERIES inputs, oldest first */
  const int64_t *sample_times;
  const double *sample_lows, *sample_highs; /* their reference ranges */
  size_t sample_count;
  const ax_feature_gap *gaps;
  size_t gap_count;
  const ax_feature_gap *unfit; /* of inputs that the model may do without: what
                                  is there and cannot be used, and why */
  size_t unfit_count;
  const ax_fact *const *basis; /* one fact of each resource used: anchor and
                                  gate Conditions, then inputs in order */
  size_t basis_count;
  const ax_fact *const *persons; /* Patients: who was scored, and what they say
                                    of age and sex; no part of the basis */
  size_t person_count;
} ax_feature_row;

/* Builds the row. NOMEM only; everything about the data is a verdict. */
ax_status ax_feature_build_view(ax_arena *arena, const ax_model *model,
                                ax_feature_view *view, int64_t as_of_ms,
                                bool automatic,
                                ax_feature_row *out) AX_MUST_USE;

/* The same for one model alone. */
ax_status ax_feature_build(ax_arena *arena, const ax_model *model,
                           const ax_facts *facts, int64_t as_of_ms,
                           bool automatic, ax_feature_row *out) AX_MUST_USE;

#endif
