/*
 * intake_service.h - what the files of intake/ share: the intake itself.
 */
#ifndef AX_INTAKE_INTAKE_SERVICE_H
#define AX_INTAKE_INTAKE_SERVICE_H

#include "intake/intake.h"
#include "intake/intake_jobs.h"
#include "intake/intake_scorer.h"

struct ax_intake {
  ax_intake_options options; /* immutable */
  ax_intake_scorer *scorer;  /* NULL: nothing is scored */
  ax_intake_jobs *jobs;
};

/* The request with its document as others understand it, in `*out`. NOMEM. */
ax_status ax_intake_service_translate(const ax_intake *intake,
                                      const ax_intake_request *rq,
                                      ax_intake_request *out) AX_MUST_USE;

#endif
