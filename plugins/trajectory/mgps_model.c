/* What the modified Glasgow Prognostic Score needs and gives. */
#include "mgps.h"

#include "auspex_oncology.h"
#include "models.h"

enum { IN_CRP, IN_ALBUMIN, INPUTS };
enum { DAYS_APART = 7 };

AUSPEX_DECLARE_SET(crp, "C-reactive protein",
                   AUSPEX_LOINC("1988-5", "C reactive protein [Mass/volume] in "
                                          "Serum or Plasma"));
/* "<5" is known well enough: the score only asks whether it is above 10. */
AUSPEX_DECLARE_SOURCES(crp_from, { AUSPEX_MEASURED(crp, "mg/L", 0, 700),
                                   .comparator = AUSPEX_COMPARATOR_AT_MOST,
                                   .comparator_limit = 10 });
AUSPEX_DECLARE_SOURCES(albumin_from, { AUSPEX_MEASURED(auspex_oncology_albumin,
                                                       "g/L", 5, 70) });
AUSPEX_DECLARE_SOURCES(cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_malignancy_solid) });

static const auspex_input inputs[INPUTS] = {
  [IN_CRP] = { AUSPEX_INPUT("crp_mg_l", "C-reactive protein", crp_from),
               AUSPEX_LAST_DAYS(30, 14) },
  [IN_ALBUMIN] = { AUSPEX_INPUT("albumin_g_l", "Albumin", albumin_from),
                   AUSPEX_LAST_DAYS(30, 14) },
};

static const auspex_criterion criteria[] = {
  { AUSPEX_WITH(AUSPEX_NEEDS, cancer_from, "no confirmed solid tumour") },
};

static const auspex_code codes[] = {
  AUSPEX_OWN_OUTCOME("mgps", "Modified Glasgow Prognostic Score"),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_MEASURES("mgps", "Modified Glasgow Prognostic Score", codes,
                    "{score}", "laboratory") },
};

const auspex_model mgps_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.mgps",
  .name = "mgps",
  .version = "1.0.0",
  .title = "Modified Glasgow Prognostic Score",
  .publisher = "Auspex",
  .population = "People with a solid tumour.",
  .source = "Modified Glasgow Prognostic Score, as in danielxmed/"
            "nobra_calculator (commit 101d1f3a)",
  .limits = "A present state of inflammation, no forecast. C-reactive protein "
            "and albumin may lie 7 days apart at most. A low albumin alone is "
            "0.",
  .licence = "A published rule.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = 0,
  .max_text_per_row = 300,
};

void mgps_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                uint32_t row) {
  const mgps_table *t = table;
  auspex_cells cells;
  if (!auspex_serve_takes(w, &mgps_model, batch, row, &cells)) return;
  if (!auspex_cells_within(&cells, IN_CRP, IN_ALBUMIN, DAYS_APART)) {
    auspex_serve_missing(w, &cells, IN_ALBUMIN,
                         "Albumin and C-reactive protein lie more than 7 days "
                         "apart.");
    return;
  }
  double score = mgps_compute(t, cells.value[IN_CRP], cells.value[IN_ALBUMIN]);
  auspex_result *result = auspex_write_result(w, row, 0);
  result->score = score;
  result->input = IN_CRP;
  auspex_write_text(w,
                    "Modified Glasgow Prognostic Score %.0f, inflammation "
                    "group %s.",
                    score, auspex_params_step(&t->group, score)->word);
  auspex_write_done(w);
}
