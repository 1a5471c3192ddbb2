/* The module early-diagnosis: models that look for a cancer not yet known. */
#include "brock_nodule.h"
#include "endpac.h"
#include "germline.h"
#include "models.h"
#include "pbcg.h"
#include "plcom2012.h"

static const auspex_served served[] = {
  { &endpac_model, "endpac.table", sizeof(endpac_table), endpac_table_read,
    endpac_score },
  { &germline_model, "germline-pancreas.table", sizeof(germline_table),
    germline_read, germline_score },
  { &plcom2012_model, "plcom2012.table", sizeof(plcom2012_table),
    plcom2012_read, plcom2012_score },
  { &brock_nodule_model, "brock-nodule.table", sizeof(brock_nodule_table),
    brock_nodule_read, brock_nodule_score },
  { &pbcg_model, "pbcg-extended-2022.table", sizeof(pbcg_table), pbcg_read,
    pbcg_score },
};

static const auspex_model *const models[] = {
  &endpac_model,       &germline_model, &plcom2012_model,
  &brock_nodule_model, &pbcg_model,
};

AUSPEX_SERVE(served, models)
