/*
 * intake_service.h - what the files of intake/ share: the intake itself.
 */
#ifndef AX_INTAKE_INTAKE_SERVICE_H
#define AX_INTAKE_INTAKE_SERVICE_H

#include "intake/intake.h"
#include "intake/intake_scorer.h"

struct ax_intake {
  ax_intake_options options; /* immutable */
  ax_intake_scorer *scorer;  /* NULL: nothing is scored */
};

#endif
