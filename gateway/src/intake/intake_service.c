/* The life of an intake: made, started, stopped, freed. */
#include "intake/intake_service.h"

#include <stdlib.h>

ax_status ax_intake_new(const ax_intake_options *options, ax_intake **out,
                        ax_error *err) {
  ax_intake *intake = calloc(1, sizeof *intake);
  if (!intake) return AX_NOMEM;
  intake->options = *options;
  if (options->host) {
    ax_status status = ax_intake_scorer_new(options, &intake->scorer, err);
    if (status) {
      free(intake);
      return status;
    }
  }
  ax_status status = ax_intake_jobs_new(intake, &intake->jobs, err);
  if (status) {
    ax_intake_free(intake);
    return status;
  }
  *out = intake;
  return AX_OK;
}

ax_status ax_intake_start(ax_intake *intake, ax_error *err) {
  if (intake->scorer) AX_TRY(ax_intake_scorer_start(intake->scorer, err));
  return ax_intake_jobs_start(intake->jobs, err);
}

ax_status ax_intake_devices(ax_intake *intake, ax_error *err) {
  return intake->scorer ? ax_intake_scorer_devices(intake->scorer, err) : AX_OK;
}

ax_status ax_intake_service_translate(const ax_intake *intake,
                                      const ax_intake_request *rq,
                                      ax_intake_request *out) {
  *out = *rq;
  if (!intake->options.translate) return AX_OK;
  return ax_intake_translate_run(intake->options.translate, rq->arena,
                                 rq->caller, rq->doc, &out->doc);
}

void ax_intake_stop(ax_intake *intake) {
  if (intake->jobs) ax_intake_jobs_stop(intake->jobs); /* they want scores */
  if (intake->scorer) ax_intake_scorer_stop(intake->scorer);
}

void ax_intake_free(ax_intake *intake) {
  if (!intake) return;
  ax_intake_stop(intake);
  ax_intake_jobs_free(intake->jobs);
  ax_intake_scorer_free(intake->scorer);
  free(intake);
}
