/* What LIPI needs and gives, and how its results read. */
#include "lipi.h"

#include "auspex_oncology.h"
#include "models.h"

enum { IN_LEUKOCYTES, IN_NEUTROPHILS, IN_LDH, INPUTS };

AUSPEX_DECLARE_SET(start, "start of systemic treatment",
                   AUSPEX_OWN_INPUT("systemic-therapy-start",
                                    "Start of systemic therapy"));
AUSPEX_DECLARE_SET(stage_code, "stage group",
                   AUSPEX_LOINC("21908-9", "Stage group.clinical Cancer"),
                   AUSPEX_LOINC("21902-2", "Stage group.pathology Cancer"),
                   AUSPEX_SCT("399537006", "Clinical TNM stage grouping"),
                   AUSPEX_SCT("399588009", "Pathologic TNM stage grouping"));
AUSPEX_DECLARE_MAP_OR(advanced, "stage III or IV",
                      AUSPEX_FOLD_BLANKS | AUSPEX_FOLD_CASE, 0,
                      AUSPEX_IS_STAGE("(STAGE)?(III|IV|3|4)[A-C]?[0-9]?", 1));

AUSPEX_DECLARE_SOURCES(leukocytes_from,
                       { AUSPEX_MEASURED(auspex_oncology_leukocytes, "10*9/L",
                                         0.1, 800) });
AUSPEX_DECLARE_SOURCES(neutrophils_from,
                       { AUSPEX_MEASURED(auspex_oncology_neutrophils, "10*9/L",
                                         0, 700) });
AUSPEX_DECLARE_SOURCES(ldh_from, { AUSPEX_MEASURED(auspex_oncology_ldh, "U/L",
                                                   10, 20000) });
#define BEFORE AUSPEX_AROUND_ANCHOR(-30, 0, 42)
static const auspex_input inputs[INPUTS] = {
  [IN_LEUKOCYTES] = { AUSPEX_INPUT("wbc", "Leukocytes", leukocytes_from),
                      BEFORE },
  [IN_NEUTROPHILS] = { AUSPEX_INPUT("neut", "Neutrophils", neutrophils_from),
                       BEFORE },
  [IN_LDH] = { AUSPEX_INPUT("ldh", "Lactate dehydrogenase", ldh_from), BEFORE,
               .flags = AUSPEX_WANTS_RANGE },
};

AUSPEX_DECLARE_SOURCES(cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_nsclc) });
AUSPEX_DECLARE_SOURCES(stage_from,
                       { AUSPEX_OBSERVED(stage_code), .map = &advanced });
AUSPEX_DECLARE_SOURCES(m1_from, { AUSPEX_OBSERVED(auspex_oncology_m_code),
                                  .map = &auspex_oncology_m1,
                                  .pick = AUSPEX_PICK_EVER });
AUSPEX_DECLARE_SOURCES(metastasis_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_distant_metastasis),
                         .flags = AUSPEX_EVER });
AUSPEX_DECLARE_SOURCES(first_dose_from,
                       { AUSPEX_SOURCE(AUSPEX_FROM_ADMINISTRATION),
                         .codes = &auspex_oncology_checkpoint_inhibitor,
                         .pick = AUSPEX_PICK_EARLIEST },
                       { AUSPEX_OBSERVED(start),
                         .take = AUSPEX_TAKE_VALUE_TIME });
static const auspex_anchor anchor = {
  .size = sizeof(auspex_anchor),
  .name = "first-checkpoint-inhibitor-dose",
  .title = "First dose of a checkpoint inhibitor",
  .sources = AUSPEX_ARRAY(first_dose_from),
};
#define ADVANCED "not known to be advanced (stage III or IV)"
static const auspex_criterion criteria[] = {
  { AUSPEX_WITH(AUSPEX_NEEDS, cancer_from,
                "no confirmed non-small-cell lung cancer") },
  { AUSPEX_WITH(AUSPEX_NEEDS, stage_from, ADVANCED), .group = 1 },
  { AUSPEX_WITH(AUSPEX_NEEDS, m1_from, ADVANCED), .group = 1 },
  { AUSPEX_WITH(AUSPEX_NEEDS, metastasis_from, ADVANCED), .group = 1 },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_ANCHOR,
                     "the first dose of a checkpoint inhibitor is not known to "
                     "the day") },
};

static const auspex_code death[] = { AUSPEX_SCT("419620001", "Death") };
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("death", "Death", death), .unit = "{points}" },
};
static const auspex_factor factors[] = {
  { AUSPEX_FACTOR(AUSPEX_POINTS, "dnlr", "Derived neutrophil ratio"),
    .inputs = { IN_LEUKOCYTES, IN_NEUTROPHILS }, .input_count = 2 },
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, "ldh", "Lactate dehydrogenase", IN_LDH),
};

const auspex_model lipi_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.auspex-gateway.lipi",
  .name = "lipi",
  .version = "1.0.0",
  .title = "Lung Immune Prognostic Index (LIPI)",
  .publisher = "Auspex",
  .population = "People with advanced non-small-cell lung cancer who begin a "
                "checkpoint inhibitor.",
  .source = "Mezquita L et al. JAMA Oncol 2018;4:351-357",
  .limits = "A group of prognosis without a probability and without a horizon; "
            "it does not say who benefits. Not for other cancers.",
  .licence = "A rule from a journal article.",
  .anchor = &anchor,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = 2,
  .max_text_per_row = 500,
};

/* 1: the values go together. */
static int fits(auspex_writer *w, const auspex_cells *cells) {
  if (!auspex_cells_within(cells, IN_LEUKOCYTES, IN_NEUTROPHILS, 0)) {
    auspex_serve_missing(w, cells, IN_NEUTROPHILS,
                         "Neutrophils and leukocytes are not of the same day.");
    return 0;
  }
  if (cells->value[IN_NEUTROPHILS] >= cells->value[IN_LEUKOCYTES]) {
    auspex_serve_missing(w, cells, IN_NEUTROPHILS,
                         "Neutrophils are not fewer than leukocytes, which is "
                         "not plausible.");
    return 0;
  }
  double limit = cells->high[IN_LDH];
  if (limit >= 50 && limit <= 1000) return 1;
  auspex_serve_missing(w, cells, IN_LDH,
                       "The upper limit of normal of lactate dehydrogenase is "
                       "not given or not plausible.");
  return 0;
}

void lipi_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                uint32_t row) {
  auspex_cells cells = auspex_cells_of(batch, row);
  if (auspex_serve_refuses(w, &lipi_model, &cells, 0) || !fits(w, &cells))
    return;
  lipi_result r = lipi_compute(table, cells.value[IN_LEUKOCYTES],
                               cells.value[IN_NEUTROPHILS], cells.value[IN_LDH],
                               cells.high[IN_LDH]);
  auspex_result *result = auspex_write_result(w, row, 0);
  result->score = r.score;
  result->level = r.group->level;
  auspex_write_contribution(w, 0, r.ratio_points);
  auspex_write_contribution(w, 1, r.ldh_points);
  auspex_write_text(
      w,
      "LIPI %.0f points, group %s: derived neutrophil ratio %.2f, "
      "lactate dehydrogenase %.2f times its upper limit of "
      "normal. A group of prognosis, no probability.",
      r.score, r.group->word, r.ratio,
      cells.value[IN_LDH] / cells.high[IN_LDH]);
  auspex_write_done(w);
}
