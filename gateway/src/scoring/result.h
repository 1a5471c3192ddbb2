/*
 * result.h - what a plug-in answered, and the FHIR resources made of it:
 * RiskAssessment (result_risk.c), the same said as an Observation where that is
 * wanted (result_observation.c), derived Observation (result_measurement.c),
 * GuidanceResponse (result_guidance.c), Device (result_device.c),
 * DocumentReference (result_card.c). The last two look as the HL7 guide "AI
 * Transparency on FHIR" (1.0.0-ballot) wants them.
 *
 * Identity: the id of a result is the version 5 UUID over the model with its
 * version and digests, what it says, the exact versions of its basis, age and
 * sex as used, and its anchor (the event, for a measurement the time of what
 * was measured, else as-of). Made again it has the same id, so a store that
 * already has the id keeps what it has. A GuidanceResponse is the same for the
 * same gaps of one subject on one day, or about one event.
 *
 * Everything made carries the tag gateway-result, and with an explicit as-of
 * also retrospective, of CodeSystem https://auspex-gateway.org/fhir/
 * CodeSystem/tags.
 *
 * Threads: any; a call touches only its arguments.
 */
#ifndef AX_SCORING_RESULT_H
#define AX_SCORING_RESULT_H

#include "scoring/feature.h"
#include "scoring/score.h"
#include "json/json_write.h"

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
  uint64_t inputs;           /* bit i: rests on input i; 0: on all */
} ax_result;

typedef struct {
  const ax_result *items;
  size_t count;
} ax_results;

/* RiskAssessments (one for each group of predictions whose outcomes have the
 * same first code; with `as_observation` each followed by an Observation) and
 * derived Observations of a scored row; results with
 * another status than SCORED give nothing. `results` are checked: indexes in
 * range, numbers finite or NaN, texts UTF-8. NOMEM, TOO_LARGE. */
ax_status ax_result_resources(ax_arena *arena, const ax_score_request *request,
                              const ax_feature_row *row,
                              const ax_results *results,
                              const ax_score_resource **out, size_t *count,
                              ax_error *err) AX_MUST_USE;

/* The GuidanceResponse (data-required) of a refused row. */
ax_status ax_result_guidance(ax_arena *arena, const ax_score_request *request,
                             const ax_feature_row *row, ax_score_resource *out,
                             ax_error *err) AX_MUST_USE;

/* The Device of a model. It refers to the DocumentReference of its card. */
ax_status ax_result_device(ax_arena *arena, const ax_model *model,
                           ax_score_resource *out, ax_error *err) AX_MUST_USE;

/* Writes the member `key`: a reference to that Device. */
void ax_result_device_reference(ax_json_writer *w, ax_str key,
                                const ax_model *model);

/* The DocumentReference of a model's card: as Markdown for people, as the JSON
 * it was written in for programs. The model must have a card. */
ax_status ax_result_card(ax_arena *arena, const ax_model *model,
                         ax_score_resource *out, ax_error *err) AX_MUST_USE;

#endif
