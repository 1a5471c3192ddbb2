/* What UCSF-CAPRA needs and gives, and how its results read. */
#include "capra.h"

#include "models.h"
#include "prostate.h"

enum { IN_PSA, IN_PRIMARY, IN_SECONDARY, IN_STAGE, IN_CORES, IN_AGE, INPUTS };
enum { STAGE_T1_T2 = 0, STAGE_T3A = 1, STAGE_BEYOND = 4 };

AUSPEX_DECLARE_SET(primary, "primary Gleason pattern",
                   AUSPEX_LOINC("44641-9",
                                "Gleason pattern.primary in Prostate tumor"),
                   AUSPEX_SCT("384994009", "Primary Gleason pattern"));
AUSPEX_DECLARE_SET(secondary, "secondary Gleason pattern",
                   AUSPEX_LOINC("44642-7",
                                "Gleason pattern.secondary in Prostate tumor"));
/* T3 without a letter is not enough. */
AUSPEX_DECLARE_MAP(stage, "clinical T category, up to T3a", AUSPEX_FOLD_BLANKS,
                   AUSPEX_IS_STAGE("c?T(1[a-c]?|2[a-c]?)", STAGE_T1_T2),
                   AUSPEX_IS_STAGE("c?T3a", STAGE_T3A),
                   AUSPEX_IS_STAGE("c?T(3b|4[a-d]?)", STAGE_BEYOND),
                   AUSPEX_IS_SCT("1228892002", STAGE_T1_T2),
                   AUSPEX_IS_SCT("1228895000", STAGE_T1_T2),
                   AUSPEX_IS_SCT("1228899006", STAGE_T1_T2),
                   AUSPEX_IS_SCT("1228931008", STAGE_T1_T2));

#define PATTERN(set_) \
  { AUSPEX_MEASURED(set_, "{score}", 1, 5), .map = &auspex_oncology_gleason }
AUSPEX_DECLARE_SOURCES(primary_from, PATTERN(primary));
AUSPEX_DECLARE_SOURCES(secondary_from, PATTERN(secondary));
AUSPEX_DECLARE_SOURCES(stage_from, { AUSPEX_OBSERVED(auspex_oncology_ct_code),
                                     .map = &stage });

static const auspex_input inputs[INPUTS] = {
  [IN_PSA] = { AUSPEX_INPUT("psa", "Prostate-specific antigen",
                            prostate_psa_from),
               PROSTATE_PSA_WINDOW },
  [IN_PRIMARY] = { AUSPEX_INPUT("gleason_primary", "Primary Gleason pattern",
                                primary_from),
                   PROSTATE_WINDOW },
  [IN_SECONDARY] = { AUSPEX_INPUT("gleason_secondary",
                                  "Secondary Gleason pattern", secondary_from),
                     PROSTATE_WINDOW },
  [IN_STAGE] = { AUSPEX_INPUT("t_stage", "Clinical T category", stage_from),
                 PROSTATE_WINDOW },
  [IN_CORES] = { AUSPEX_INPUT("pct_positive_cores", "Positive biopsy cores",
                              prostate_cores_from),
                 PROSTATE_WINDOW },
  [IN_AGE] = { AUSPEX_INPUT("age", "Age at diagnosis", prostate_age_from),
               .relative_to = AUSPEX_AT_ANCHOR, AUSPEX_ANY_TIME },
};

static const auspex_criterion criteria[] = {
  PROSTATE_CRITERIA,
  { AUSPEX_CRITERION(AUSPEX_EXCLUDES_INPUT_IN,
                     "the cancer is beyond cT3a: not in the population"),
    .input = IN_STAGE, .min = STAGE_BEYOND, .max = STAGE_BEYOND },
};

static const auspex_code recurrence[] = {
  AUSPEX_OWN_OUTCOME("biochemical-recurrence",
                     "Biochemical recurrence after radical prostatectomy"),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("recurrence",
                    "Biochemical recurrence after radical prostatectomy",
                    recurrence),
    .horizon_months = 60, .horizon_from = AUSPEX_AT_ANCHOR,
    .unit = "{points}" },
};

#define POINTS(name_, title_, input_) \
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, name_, title_, input_)
static const auspex_factor factors[CAPRA_FACTORS] = {
  [CAPRA_BY_PSA] = POINTS("psa", "Prostate-specific antigen", IN_PSA),
  [CAPRA_BY_GLEASON] = { AUSPEX_FACTOR(AUSPEX_POINTS, "gleason",
                                       "Gleason patterns"),
                         .inputs = { IN_PRIMARY, IN_SECONDARY },
                         .input_count = 2 },
  [CAPRA_BY_STAGE] = POINTS("t_stage", "Clinical T category", IN_STAGE),
  [CAPRA_BY_CORES] = POINTS("cores", "Positive biopsy cores", IN_CORES),
  [CAPRA_BY_AGE] = POINTS("age", "Age at diagnosis", IN_AGE),
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-options",
                  "Options of treatment and of follow-up could be talked over "
                  "with the figure and its interval in view."),
};

const auspex_model capra_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.auspex-gateway.capra",
  .name = "capra",
  .version = "1.0.0",
  .title = "UCSF-CAPRA: recurrence after radical prostatectomy",
  .publisher = "Auspex",
  .population =
      "Men with localised prostate cancer, cT1 to cT3a, before radical "
      "prostatectomy.",
  .source = "Cooperberg MR et al. J Urol 2005;173:1938-1942, PMC2948569; "
            "PMC2777059, table 2",
  .limits = "The probability is that of the group with as many points; the "
            "intervals are wide and not monotone at 4 and 5 points. c 0.66 "
            "(2005), 0.76 in a tertiary centre, whose men did better than the "
            "table: calibration differs by centre. The bands are a later "
            "convention.",
  .licence = "A table from journal articles.",
  .anchor = &prostate_anchor,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = CAPRA_FACTORS,
  .max_text_per_row = 800,
};

/* An input that is not a whole number, or -1. */
static int first_fraction(const auspex_cells *cells) {
  static const uint32_t whole[] = { IN_PRIMARY, IN_SECONDARY };
  for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
    if (cells->value[whole[i]] != floor(cells->value[whole[i]]))
      return (int)whole[i];
  return -1;
}

void capra_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                 uint32_t row) {
  auspex_cells cells;
  if (!auspex_serve_takes(w, &capra_model, batch, row, &cells)) return;
  int fraction = first_fraction(&cells);
  if (fraction >= 0) {
    auspex_serve_missing(w, &cells, fraction,
                         "A Gleason pattern is a whole number.");
    return;
  }
  capra_input in = {
    .psa = cells.value[IN_PSA],
    .gleason_primary = cells.value[IN_PRIMARY],
    .gleason_secondary = cells.value[IN_SECONDARY],
    .is_t3a = cells.value[IN_STAGE] == STAGE_T3A,
    .cores = cells.value[IN_CORES],
    .age = cells.value[IN_AGE],
  };
  capra_result r = capra_compute(table, &in);
  auspex_result *result = auspex_serve_points(w, row, r.score, r.band->level);
  result->probability = 1 - r.free;
  result->low = 1 - r.free_high;
  result->high = 1 - r.free_low;
  auspex_write_contributions(w, r.points, CAPRA_FACTORS);
  auspex_write_text(
      w,
      "CAPRA %.0f points, %s. Of the published group with as many "
      "points %.0f %% (95 %% confidence interval %.0f to %.0f) "
      "were free of recurrence 5 years after surgery.",
      r.score, r.band->word, 100 * r.free, 100 * r.free_low, 100 * r.free_high);
  if (r.below_table)
    auspex_write_text(w,
                      " The PSA lies below the table's first row (2.1 ng/mL) "
                      "and got no points.");
  auspex_write_done(w);
}
