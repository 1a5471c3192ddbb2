/*
 * result.h - what a plug-in answered, checked, and the FHIR resources made of
 * it: RiskAssessment (risk_assessment.c), derived Observation
 * (measurement.c), GuidanceResponse (guidance.c), Device (device.c).
 */
#ifndef AX_SCORING_RESULT_H
#define AX_SCORING_RESULT_H

#include "scoring/feature.h"
#include "scoring/score.h"

typedef struct {
  uint32_t factor;
  double amount;
} ax_result_contribution;

typedef struct { /* one auspex_result, after checking */
  uint32_t outcome, status, level;
  double probability, low, high, relative_risk, score; /* NaN: none */
  const ax_result_contribution *contributions;
  size_t contribution_count;
  ax_str text;
  int32_t mitigation, input; /* -1: none */
  uint32_t inputs;           /* bit i: rests on input i; 0: on all */
} ax_result;

typedef struct {
  const ax_result *items;
  size_t count;
} ax_results;

/* RiskAssessments (one for each group of prediction results that shares an
 * outcome) and derived Observations of a scored row. */
ax_status ax_result_resources(ax_arena *arena, const ax_score_request *request,
                              const ax_feature_row *row,
                              const ax_results *results,
                              const ax_score_resource **out, size_t *count,
                              ax_error *err) AX_MUST_USE;

/* The GuidanceResponse (data-required) of a refused row. */
ax_status ax_result_guidance(ax_arena *arena, const ax_score_request *request,
                             const ax_feature_row *row, ax_score_resource *out,
                             ax_error *err) AX_MUST_USE;

/* The Device of a model. */
ax_status ax_result_device(ax_arena *arena, const ax_model *model,
                           ax_score_resource *out, ax_error *err) AX_MUST_USE;

#endif
