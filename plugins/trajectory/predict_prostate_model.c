/* What PREDICT Prostate needs and gives, and how its results read. */
#include "predict_prostate.h"

#include "models.h"
#include "prostate.h"

enum {
  IN_AGE,
  IN_PSA,
  IN_STAGE,
  IN_GRADE,
  IN_PRIMARY,
  IN_SECONDARY,
  IN_SUM,
  IN_CHARLSON,
  IN_BRCA,
  IN_CORES,
  IN_BRCA_DOUBT,
  INPUTS
};

/* ---- codes ---- */
AUSPEX_DECLARE_SET(group_loinc, "grade group",
                   AUSPEX_LOINC("94734-1", "Prostate cancer grade group"));
AUSPEX_DECLARE_SET(group_sct, "grade group",
                   AUSPEX_SCT("385377005", "Gleason grade group"));
AUSPEX_DECLARE_SET(primary, "primary Gleason pattern",
                   AUSPEX_LOINC("44641-9",
                                "Gleason pattern.primary in Prostate tumor"));
AUSPEX_DECLARE_SET(secondary, "secondary Gleason pattern",
                   AUSPEX_LOINC("44642-7",
                                "Gleason pattern.secondary in Prostate tumor"));
AUSPEX_DECLARE_SET(sum, "Gleason sum",
                   AUSPEX_LOINC("35266-6",
                                "Gleason score in Specimen Qualitative"));
AUSPEX_DECLARE_SET(
    charlson, "comorbidity",
    AUSPEX_OWN_INPUT(
        "comorbidity-charlson-1-or-admission-2y",
        "Charlson comorbidity >= 1 or hospital admission in 2 years"));
AUSPEX_DECLARE_MAP(
    grade_group, "grade group, 1 to 5", 0, AUSPEX_IS_KEPT(1, 5),
    AUSPEX_IS_LOINC("LA30794-4", 1), AUSPEX_IS_LOINC("LA30795-1", 2),
    AUSPEX_IS_LOINC("LA30796-9", 3), AUSPEX_IS_LOINC("LA30797-7", 4),
    AUSPEX_IS_LOINC("LA30798-5", 5), AUSPEX_IS_SCT("1279715000", 1),
    AUSPEX_IS_SCT("1279714001", 2), AUSPEX_IS_SCT("1279716004", 3),
    AUSPEX_IS_SCT("1279717008", 4), AUSPEX_IS_SCT("1279718003", 4),
    AUSPEX_IS_SCT("1279719006", 4), AUSPEX_IS_SCT("1279720000", 5),
    AUSPEX_IS_SCT("1279721001", 5), AUSPEX_IS_SCT("1279722008", 5));
/* A sum of 7 does not say which of two groups. */
AUSPEX_DECLARE_MAP(sum_group, "grade group of a Gleason sum", 0,
                   AUSPEX_IS_NUMBER(2, 6, 1), AUSPEX_IS_NUMBER(7, 7, NAN),
                   AUSPEX_IS_NUMBER(8, 8, 4), AUSPEX_IS_NUMBER(9, 10, 5));

enum { BRCA1 = 1, BRCA2 = 2 };
AUSPEX_DECLARE_MAP_OR(brca, "BRCA1 or BRCA2", 0, 0, AUSPEX_IS_HGNC("1100", BRCA1),
                      AUSPEX_IS_HGNC("1101", BRCA2), AUSPEX_IS_TEXT("BRCA1", BRCA1),
                      AUSPEX_IS_TEXT("BRCA2", BRCA2));

/* ---- inputs ---- */
AUSPEX_DECLARE_SOURCES(stage_from, { AUSPEX_OBSERVED(auspex_oncology_ct_code),
                                     .map = &auspex_oncology_ct });
AUSPEX_DECLARE_SOURCES(grade_from,
                       { AUSPEX_MEASURED(group_loinc, "{score}", 1, 5),
                         .map = &grade_group },
                       { AUSPEX_MEASURED(group_sct, "{score}", 1, 5),
                         .map = &grade_group });
AUSPEX_DECLARE_SOURCES(primary_from,
                       { AUSPEX_MEASURED(primary, "{score}", 1, 5),
                         .map = &auspex_oncology_gleason });
AUSPEX_DECLARE_SOURCES(secondary_from,
                       { AUSPEX_MEASURED(secondary, "{score}", 1, 5),
                         .map = &auspex_oncology_gleason });
AUSPEX_DECLARE_SOURCES(sum_from, { AUSPEX_MEASURED(sum, "{score}", 2, 10),
                                   .map = &sum_group });
AUSPEX_DECLARE_SOURCES(charlson_from, { AUSPEX_OBSERVED(charlson),
                                        .map = &auspex_oncology_yes_no });
AUSPEX_DECLARE_SOURCES(brca_from,
                       AUSPEX_GENES(auspex_oncology_germline_variant, brca));
AUSPEX_DECLARE_SOURCES(brca_doubt_from,
                       AUSPEX_GENES(auspex_oncology_germline_doubt, brca));

static const auspex_input inputs[INPUTS] = {
  [IN_AGE] = { AUSPEX_INPUT("age", "Age at diagnosis", prostate_age_from),
               .relative_to = AUSPEX_AT_ANCHOR, AUSPEX_ANY_TIME },
  [IN_PSA] = { AUSPEX_INPUT("psa", "Prostate-specific antigen",
                            prostate_psa_from),
               PROSTATE_PSA_WINDOW },
  [IN_STAGE] = { AUSPEX_INPUT("t_stage", "Clinical T category", stage_from),
                 PROSTATE_WINDOW },
  /* The grade group, or what it can be told from: see grade_of. */
  [IN_GRADE] = { AUSPEX_OPTIONAL_INPUT("grade_group", "Grade group",
                                       grade_from),
                 PROSTATE_WINDOW },
  [IN_PRIMARY] = { AUSPEX_OPTIONAL_INPUT("gleason_primary",
                                         "Primary Gleason pattern",
                                         primary_from),
                   PROSTATE_WINDOW },
  [IN_SECONDARY] = { AUSPEX_OPTIONAL_INPUT("gleason_secondary",
                                           "Secondary Gleason pattern",
                                           secondary_from),
                     PROSTATE_WINDOW, .tied = AUSPEX_TIED_DAY,
                     .tied_to = IN_PRIMARY },
  [IN_SUM] = { AUSPEX_OPTIONAL_INPUT("gleason_sum", "Gleason sum", sum_from),
               PROSTATE_WINDOW },
  [IN_CHARLSON] = { AUSPEX_INPUT("charlson",
                                 "Comorbidity or admission in 2 years",
                                 charlson_from),
                    AUSPEX_AROUND_ANCHOR(-365, 180, 365) },
  [IN_BRCA] = { AUSPEX_OPTIONAL_INPUT("brca", "BRCA variant", brca_from),
                AUSPEX_ANY_TIME },
  [IN_CORES] = { AUSPEX_OPTIONAL_INPUT("ppc", "Positive biopsy cores",
                                       prostate_cores_from),
                 PROSTATE_WINDOW },
  [IN_BRCA_DOUBT] = { AUSPEX_OPTIONAL_INPUT("brca_in_doubt",
                                            "BRCA gene without a pathogenic "
                                            "germline variant",
                                            brca_doubt_from),
                      AUSPEX_ANY_TIME },
};

static const auspex_criterion criteria[] = {
  PROSTATE_CRITERIA,
  { AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "not 35 to 95 years old at diagnosis"),
    .min = 35, .max = 95 },
  { AUSPEX_CRITERION(AUSPEX_EXCLUDES_INPUT_IN,
                     "the PSA is above 100 ng/mL: not in the population"),
    .input = IN_PSA, .min = 100.00000000000001, .max = NAN },
};

/* ---- outcomes: cause x treatment x horizon ---- */
enum { OF_CANCER, OF_OTHER, OF_ANY, CAUSES };
enum { HORIZONS = 2, TREATMENTS = 2 };
static const int horizon_years[HORIZONS] = { 10, 15 };

static uint32_t outcome_of(uint32_t cause, uint32_t treatment,
                           uint32_t horizon) {
  return (treatment * CAUSES + cause) * HORIZONS + horizon;
}

static const auspex_code by_cancer[] = {
  AUSPEX_OWN_OUTCOME("death-from-prostate-cancer",
                     "Death from prostate cancer"),
};
static const auspex_code by_other[] = {
  AUSPEX_OWN_OUTCOME("death-from-other-causes",
                     "Death from causes other than the cancer"),
};
static const auspex_code by_any[] = { AUSPEX_SCT("419620001", "Death") };

#define ONE(name_, title_, codes_, years_)                                   \
  {                                                                          \
    AUSPEX_PREDICTS(name_, title_, codes_), .horizon_months = 12 * (years_), \
                                            .horizon_from = AUSPEX_AT_ANCHOR \
  }
#define BOTH(name_, title_, codes_, with_)                                     \
  ONE(name_ "-10y-" with_, title_ " within 10 years, " with_ " treatment",     \
      codes_, 10),                                                             \
      ONE(name_ "-15y-" with_, title_ " within 15 years, " with_ " treatment", \
          codes_, 15)
#define TREATED(with_)                                                  \
  BOTH("cancer-death", "Death from prostate cancer", by_cancer, with_), \
      BOTH("other-death", "Death from other causes", by_other, with_),  \
      BOTH("death", "Death", by_any, with_)
static const auspex_outcome outcomes[] = { TREATED("conservative"),
                                           TREATED("radical") };

#define HAZARD(name_, title_, input_) \
  AUSPEX_FACTOR_OF(AUSPEX_LOG_HAZARD, name_, title_, input_)
static const auspex_factor factors[PREDICT_PROSTATE_TERMS] = {
  [PREDICT_PROSTATE_BY_AGE] =
      HAZARD("age", "Age, on death from the cancer", IN_AGE),
  [PREDICT_PROSTATE_BY_PSA] =
      HAZARD("psa", "Prostate-specific antigen", IN_PSA),
  [PREDICT_PROSTATE_BY_STAGE] =
      HAZARD("t_stage", "Clinical T category", IN_STAGE),
  [PREDICT_PROSTATE_BY_GRADE] = { AUSPEX_FACTOR(AUSPEX_LOG_HAZARD,
                                                "grade_group", "Grade group"),
                                  .inputs = { IN_GRADE, IN_PRIMARY,
                                              IN_SECONDARY, IN_SUM },
                                  .input_count = 4 },
  [PREDICT_PROSTATE_BY_TREATMENT] = { AUSPEX_FACTOR(AUSPEX_LOG_HAZARD,
                                                    "treatment", "Treatment") },
  [PREDICT_PROSTATE_BY_BRCA] = HAZARD("brca", "BRCA variant", IN_BRCA),
  [PREDICT_PROSTATE_BY_CORES] =
      HAZARD("ppc", "Positive biopsy cores", IN_CORES),
  [PREDICT_PROSTATE_OTHER_BY_AGE] =
      HAZARD("other_age", "Age, on death from other causes", IN_AGE),
  [PREDICT_PROSTATE_OTHER_BY_CHARLSON] =
      HAZARD("charlson", "Comorbidity", IN_CHARLSON),
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER(
      "consider-benefit-and-harm",
      "The benefit of radical treatment could be weighed against its "
      "side effects together with the patient."),
};

const auspex_model predict_prostate_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.predict-prostate",
  .name = "predict-prostate",
  .version = "1.0.0",
  .title = "PREDICT Prostate, re-implemented: death by cause and treatment",
  .publisher = "Auspex",
  .population =
      "Men of 35 to 95 years with non-metastatic prostate cancer, PSA "
      "up to 100 ng/mL, before treatment.",
  .source = "Thurtle DR et al. PLoS Med 2019;16(3):e1002758; release with BRCA "
            "and positive cores, WintonCentre/predict-prostate",
  .limits =
      "A re-implementation, not the authors' product. Years have 365 days. "
      "An unknown share of positive cores counts as 41.9 % and an unknown "
      "BRCA status as no carrier, as the authors do. Comorbidity: Charlson "
      "1 or more or a hospital admission in two years. A Gleason sum of 7 "
      "without patterns is not enough.",
  .licence = "CC BY 4.0 (PLoS Med 2019;16:e1002758); no code was copied.",
  .anchor = &prostate_anchor,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = TREATMENTS * CAUSES * HORIZONS,
  .max_contributions_per_row = TREATMENTS * HORIZONS * PREDICT_PROSTATE_TERMS,
  .max_text_per_row = 5000,
};

/* ---- scores ---- */

static double group_of_patterns(double first, double second) {
  double total = first + second;
  if (total <= 6) return 1;
  if (total == 7) return first == 3 ? 2 : first == 4 ? 3 : NAN;
  return total == 8 ? 4 : 5;
}

/* Grade group, else the pair of patterns of one day, else the sum. The first
 * that is there decides, fit or not; `*by` says which. */
static double grade_of(const auspex_cells *cells, uint32_t *by) {
  *by = IN_GRADE;
  if (!auspex_cells_lacks(cells, IN_GRADE))
    return auspex_cells_value(cells, IN_GRADE);
  *by = IN_PRIMARY;
  if (!auspex_cells_lacks(cells, IN_PRIMARY) &&
      !auspex_cells_lacks(cells, IN_SECONDARY))
    return group_of_patterns(auspex_cells_value(cells, IN_PRIMARY),
                             auspex_cells_value(cells, IN_SECONDARY));
  *by = auspex_cells_lacks(cells, IN_SUM) ? IN_GRADE : IN_SUM;
  return auspex_cells_value(cells, IN_SUM);
}

/* A pathogenic variant of BRCA1 or BRCA2: 1 or 0; -1: refused, because a later
 * report puts one in doubt. */
static int brca_of(auspex_writer *w, const auspex_batch *batch,
                   const auspex_cells *cells) {
  int carrier = 0;
  for (int which = BRCA1; which <= BRCA2; which++) {
    int64_t day = auspex_cells_newest(batch, cells, IN_BRCA, which);
    if (day == INT64_MIN) continue;
    carrier = 1;
    if (auspex_cells_newest(batch, cells, IN_BRCA_DOUBT, which) <= day)
      continue;
    auspex_serve_missing(w, cells, IN_BRCA, AUSPEX_GENE_DOUBT,
                         which == BRCA1 ? "BRCA1" : "BRCA2");
    return -1;
  }
  return carrier;
}

static int read_row(auspex_writer *w, const auspex_batch *batch,
                    const auspex_cells *cells, predict_prostate_input *in) {
  const uint64_t own = 1u << IN_GRADE | 1u << IN_PRIMARY | 1u << IN_SECONDARY |
                       1u << IN_SUM | 1u << IN_BRCA | 1u << IN_BRCA_DOUBT;
  uint32_t by = 0;
  if (auspex_serve_refuses(w, &predict_prostate_model, cells, own)) return 0;
  in->grade = grade_of(cells, &by);
  if (!(in->grade >= 1 && in->grade <= 5) || in->grade != floor(in->grade)) {
    auspex_serve_missing(w, cells, by,
                         "The grade group is not known and cannot be told from "
                         "the Gleason patterns or their sum.");
    return 0;
  }
  in->age = cells->value[IN_AGE];
  in->psa = cells->value[IN_PSA];
  in->stage = cells->value[IN_STAGE];
  in->charlson = cells->value[IN_CHARLSON];
  in->cores = auspex_cells_value(cells, IN_CORES);
  int carrier = brca_of(w, batch, cells);
  in->brca = carrier == 1;
  return carrier >= 0;
}

static void write_treated(auspex_writer *w, uint32_t row, uint32_t treatment,
                          const predict_prostate_result r[TREATMENTS]) {
  static const char *const with[] = { "conservative", "radical" };
  const predict_prostate_result *one = &r[treatment];
  for (uint32_t h = 0; h < HORIZONS; h++)
    for (uint32_t cause = 0; cause < CAUSES; cause++) {
      int year = horizon_years[h], last = year - 1;
      auspex_result *result =
          auspex_write_result(w, row, outcome_of(cause, treatment, h));
      result->probability = cause == OF_CANCER  ? one->cancer[last]
                            : cause == OF_OTHER ? one->other[last]
                                                : 1 - one->alive[last];
      result->mitigation = 0;
      for (uint32_t i = 0; i < PREDICT_PROSTATE_TERMS; i++)
        if (cause == (i < PREDICT_PROSTATE_OTHER_BY_AGE ? OF_CANCER : OF_OTHER))
          auspex_write_contribution(w, i, one->terms[i]);
      auspex_write_text(w,
                        "PREDICT Prostate, %s treatment, %d years: %.2f %% "
                        "alive; the two treatments differ by %.2f percentage "
                        "points.",
                        with[treatment], year, 100 * one->alive[last],
                        100 * fabs(r[1].alive[last] - r[0].alive[last]));
      auspex_write_done(w);
    }
}

void predict_prostate_score(auspex_writer *w, const void *table,
                            const auspex_batch *batch, uint32_t row) {
  auspex_cells cells = auspex_cells_of(batch, row);
  predict_prostate_input in = { .treatment = PREDICT_PROSTATE_CONSERVATIVE };
  if (!read_row(w, batch, &cells, &in)) return;
  predict_prostate_result r[TREATMENTS];
  r[0] = predict_prostate_compute(table, &in);
  in.treatment = PREDICT_PROSTATE_RADICAL;
  r[1] = predict_prostate_compute(table, &in);
  for (uint32_t treatment = 0; treatment < TREATMENTS; treatment++)
    write_treated(w, row, treatment, r);
}
