/* The module trajectory: how a known cancer may go on, and the state that
 * prognosis rests on. */
#include "albi.h"
#include "capra.h"
#include "ipi.h"
#include "mgps.h"
#include "models.h"
#include "npi.h"
#include "predict_breast.h"
#include "predict_prostate.h"

static const auspex_served served[] = {
  { &predict_breast_model, "predict-breast.table", sizeof(predict_breast_table),
    predict_breast_read, predict_breast_score },
  { &predict_prostate_model, "predict-prostate.table",
    sizeof(predict_prostate_table), predict_prostate_read,
    predict_prostate_score },
  { &capra_model, "capra.table", sizeof(capra_table), capra_read, capra_score },
  { &npi_model, "npi.table", sizeof(npi_table), npi_read, npi_score },
  { &ipi_model, "ipi.table", sizeof(ipi_table), ipi_read_ipi, ipi_score },
  { &nccn_ipi_model, "nccn-ipi.table", sizeof(ipi_table), ipi_read_nccn,
    nccn_ipi_score },
  { &flipi_model, "flipi.table", sizeof(ipi_table), ipi_read_flipi,
    flipi_score },
  { &mgps_model, "mgps.table", sizeof(mgps_table), mgps_read, mgps_score },
  { &albi_model, "albi.table", sizeof(albi_table), albi_read, albi_score },
};

static const auspex_model *const models[] = {
  &predict_breast_model,
  &predict_prostate_model,
  &capra_model,
  &npi_model,
  &ipi_model,
  &nccn_ipi_model,
  &flipi_model,
  &mgps_model,
  &albi_model,
};

AUSPEX_SERVE(served, models)
