#include "scoring/result.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scoring/result_parts.h"
#include <auspex_plugin.h>

static const ax_model_outcome *outcome_of(const ax_result_job *job,
                                          const ax_result *result) {
  return &job->request->model->outcomes[result->outcome];
}

/* Outcomes with the same first code belong to one RiskAssessment (several
 * horizons of one thing); without codes the name decides. */
static bool same_outcome(const ax_model_outcome *a, const ax_model_outcome *b) {
  if (!a->codes.count || !b->codes.count) return ax_str_eq(a->name, b->name);
  return ax_str_eq(a->codes.items[0].system, b->codes.items[0].system) &&
         ax_str_eq(a->codes.items[0].code, b->codes.items[0].code);
}

/* Is it a prediction whose group no result before it has begun? */
static bool begins_group(const ax_result_job *job, const ax_results *results,
                         size_t i) {
  for (size_t k = 0; k < i; k++)
    if (results->items[k].status == AUSPEX_ROW_SCORED &&
        outcome_of(job, &results->items[k])->kind == AUSPEX_PREDICTION &&
        same_outcome(outcome_of(job, &results->items[k]),
                     outcome_of(job, &results->items[i])))
      return false;
  return true;
}

static ax_status make_group(const ax_result_job *job, const ax_results *results,
                            size_t first, ax_score_resource *out,
                            size_t *made) {
  const ax_result **group =
      AX_NEW_ARRAY(job->arena, const ax_result *, results->count);
  if (!group) return AX_NOMEM;
  size_t count = 0;
  for (size_t i = first; i < results->count; i++) {
    const ax_result *result = &results->items[i];
    if (result->status == AUSPEX_ROW_SCORED &&
        outcome_of(job, result)->kind == AUSPEX_PREDICTION &&
        same_outcome(outcome_of(job, result),
                     outcome_of(job, &results->items[first])))
      group[count++] = result;
  }
  AX_TRY(ax_result_risk(job, group, count, &out[(*made)++]));
  if (!job->request->as_observation) return AX_OK;
  AX_TRY(
      ax_result_observation(job, group, count, &out[*made - 1], &out[*made]));
  ++*made;
  return AX_OK;
}

ax_status ax_result_resources(ax_arena *arena, const ax_score_request *request,
                              const ax_feature_row *row,
                              const ax_results *results,
                              const ax_score_resource **out, size_t *count,
                              ax_error *err) {
  ax_result_job job = { arena, request, row, err };
  *out = NULL;
  *count = 0;
  if (!results->count) return AX_OK;
  ax_score_resource *made =
      AX_NEW_ARRAY(arena, ax_score_resource, 2 * results->count);
  if (!made) return AX_NOMEM;
  for (size_t i = 0; i < results->count; i++) {
    const ax_result *result = &results->items[i];
    if (result->status != AUSPEX_ROW_SCORED) continue;
    if (outcome_of(&job, result)->kind == AUSPEX_MEASUREMENT) {
      if (isnan(result->score)) continue;
      AX_TRY(ax_result_measurement(&job, result, &made[(*count)++]));
    } else if (begins_group(&job, results, i)) {
      AX_TRY(make_group(&job, results, i, made, count));
    }
  }
  *out = made;
  return AX_OK;
}
