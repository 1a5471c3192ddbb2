/* What ALBI needs and gives. */
#include "albi.h"

#include "auspex_oncology.h"
#include "models.h"

enum { IN_BILIRUBIN, IN_ALBUMIN, INPUTS };
enum { SCORE, GRADE, OUTCOMES };
enum { DAYS_APART = 7 };

AUSPEX_DECLARE_SOURCES(bilirubin_from,
                       { AUSPEX_MEASURED(auspex_oncology_bilirubin, "umol/L",
                                         0.5, 1500),
                         .molar_mass = 584.66 });
AUSPEX_DECLARE_SOURCES(albumin_from, { AUSPEX_MEASURED(auspex_oncology_albumin,
                                                       "g/L", 5, 70) });
AUSPEX_DECLARE_SOURCES(cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_malignancy_any) });

static const auspex_input inputs[INPUTS] = {
  [IN_BILIRUBIN] = { AUSPEX_INPUT("bilirubin_umol_l", "Total bilirubin",
                                  bilirubin_from),
                     AUSPEX_LAST_DAYS(30, 14) },
  [IN_ALBUMIN] = { AUSPEX_INPUT("albumin_g_l", "Albumin", albumin_from),
                   AUSPEX_LAST_DAYS(30, 14) },
};

static const auspex_criterion criteria[] = {
  { AUSPEX_WITH(AUSPEX_NEEDS, cancer_from, "no confirmed cancer") },
};

static const auspex_code score_codes[] = {
  AUSPEX_OWN_OUTCOME("albi-score", "ALBI score"),
};
static const auspex_code grade_codes[] = {
  AUSPEX_OWN_OUTCOME("albi-grade", "ALBI grade"),
};
static const auspex_outcome outcomes[OUTCOMES] = {
  [SCORE] = { AUSPEX_MEASURES("albi-score", "ALBI score", score_codes,
                              "{score}", "laboratory") },
  [GRADE] = { AUSPEX_MEASURES("albi-grade", "ALBI grade", grade_codes,
                              "{score}", "laboratory") },
};

static const auspex_factor factors[] = {
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, "bilirubin", "Bilirubin", IN_BILIRUBIN),
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, "albumin", "Albumin", IN_ALBUMIN),
};

const auspex_model albi_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.auspex-gateway.albi",
  .name = "albi",
  .version = "1.0.0",
  .title = "ALBI: liver function from albumin and bilirubin",
  .publisher = "Auspex",
  .population = "People with cancer; made for hepatocellular carcinoma.",
  .source = "Johnson PJ et al. J Clin Oncol 2015, PMC4322258",
  .limits =
      "A present state of the liver, no forecast. Made for hepatocellular "
      "carcinoma, also used in others. Bilirubin and albumin may lie 7 "
      "days apart at most.",
  .licence = "A formula from a journal article.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .max_batch = 64,
  .max_results_per_row = OUTCOMES,
  .max_contributions_per_row = 2,
  .max_text_per_row = 600,
};

void albi_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                uint32_t row) {
  auspex_cells cells;
  if (!auspex_serve_takes(w, &albi_model, batch, row, &cells)) return;
  if (!auspex_cells_within(&cells, IN_BILIRUBIN, IN_ALBUMIN, DAYS_APART)) {
    auspex_serve_missing(w, &cells, IN_ALBUMIN,
                         "Albumin and bilirubin lie more than 7 days apart.");
    return;
  }
  albi_result r =
      albi_compute(table, cells.value[IN_BILIRUBIN], cells.value[IN_ALBUMIN]);
  for (uint32_t outcome = 0; outcome < OUTCOMES; outcome++) {
    auspex_result *result = auspex_write_result(w, row, outcome);
    result->score = outcome == SCORE ? r.score : r.grade->number[0];
    result->input = IN_BILIRUBIN;
    if (outcome == SCORE) {
      auspex_write_contribution(w, 0, r.bilirubin);
      auspex_write_contribution(w, 1, r.albumin);
    }
    auspex_write_text(w,
                      "ALBI score %.3f, %s. Made for hepatocellular carcinoma, "
                      "also used in others.",
                      r.score, r.grade->word);
    auspex_write_done(w);
  }
}
