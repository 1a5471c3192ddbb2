/* What PBCG extended 2022 needs and gives, and how its results read. */
#include "pbcg.h"

#include "auspex_oncology.h"
#include "models.h"

/* Inputs are in the order of the terms: PBCG_BY_AGE ... PBCG_BY_PRIOR_PSA. */

#define YES_OR_NO(name, code_, title_)                            \
  AUSPEX_DECLARE_SET(name, title_,                                \
                     AUSPEX_OWN_INPUT(code_, title_ " (explicit " \
                                                    "yes or no)"))
YES_OR_NO(ancestry, "african-ancestry", "African ancestry");
YES_OR_NO(biopsy, "prior-negative-prostate-biopsy",
          "Negative prostate biopsy before");
YES_OR_NO(rectal, "dre-abnormal", "Abnormal rectal examination");
YES_OR_NO(first, "family-history-prostate-cancer-first-degree",
          "Prostate cancer of a first-degree relative");
YES_OR_NO(second, "family-history-prostate-cancer-second-degree",
          "Prostate cancer of a second-degree relative");
YES_OR_NO(breast, "family-history-breast-cancer-first-degree",
          "Breast cancer of a first-degree relative");
YES_OR_NO(ari, "five-alpha-reductase-inhibitor-use",
          "Use of a 5-alpha reductase inhibitor");
YES_OR_NO(hispanic, "hispanic-ethnicity", "Hispanic ethnicity");
YES_OR_NO(screened, "prior-psa-screen", "PSA screening before");
AUSPEX_DECLARE_SET(volume, "prostate volume",
                   AUSPEX_OWN_INPUT("prostate-volume",
                                    "Prostate volume (any imaging method)"));
AUSPEX_DECLARE_SET(inhibitors, "5-alpha reductase inhibitors",
                   AUSPEX_ATC("G04CB01", "finasteride"),
                   AUSPEX_ATC("G04CB02", "dutasteride"));

/* Exactly one race category of US Core; more than one is a conflict, which
 * counts as unknown. */
#define RACE_SYSTEM "urn:oid:2.16.840.1.113883.6.238"
AUSPEX_DECLARE_MAP(black, "African ancestry", 0,
                   AUSPEX_IS(RACE_SYSTEM, "2054-5", 1),
                   { AUSPEX_MAP_CODE, AUSPEX_MATCH_ANY, RACE_SYSTEM, NULL, 0, 0,
                     0 });
AUSPEX_DECLARE_MAP(ethnicity, "Hispanic or Latino", 0,
                   AUSPEX_IS(RACE_SYSTEM, "2135-2", 1),
                   AUSPEX_IS(RACE_SYSTEM, "2186-5", 0));
#define US_CORE "http://hl7.org/fhir/us/core/StructureDefinition/"

#define EXPLICIT(set_) \
  { AUSPEX_OBSERVED(set_), .map = &auspex_oncology_yes_no }
#define ANY_TIME \
  .flags = AUSPEX_OWN_WINDOW, .window_from_days = AUSPEX_UNLIMITED
#define RELATIVE_WITH(set_, degree)                                      \
  {                                                                      \
    AUSPEX_SOURCE(AUSPEX_FROM_FAMILY_HISTORY),                           \
        .codes = &(set_), .within = &(degree), .pick = AUSPEX_PICK_EVER, \
        ANY_TIME                                                         \
  }

AUSPEX_DECLARE_SOURCES(age_from, { AUSPEX_AGED });
AUSPEX_DECLARE_SOURCES(psa_from, { AUSPEX_MEASURED(auspex_oncology_psa, "ng/mL",
                                                   0.01, 2000) });
AUSPEX_DECLARE_SOURCES(ancestry_from, EXPLICIT(ancestry),
                       { AUSPEX_SOURCE(AUSPEX_FROM_PATIENT_EXTENSION),
                         .path = US_CORE "us-core-race ombCategory",
                         .map = &black, ANY_TIME });
AUSPEX_DECLARE_SOURCES(biopsy_from, EXPLICIT(biopsy));
AUSPEX_DECLARE_SOURCES(rectal_from, EXPLICIT(rectal));
AUSPEX_DECLARE_SOURCES(first_from, EXPLICIT(first),
                       RELATIVE_WITH(auspex_oncology_prostate_cancer,
                                     auspex_oncology_first_degree));
AUSPEX_DECLARE_SOURCES(second_from, EXPLICIT(second),
                       RELATIVE_WITH(auspex_oncology_prostate_cancer,
                                     auspex_oncology_second_degree));
AUSPEX_DECLARE_SOURCES(breast_from, EXPLICIT(breast),
                       RELATIVE_WITH(auspex_oncology_breast_cancer,
                                     auspex_oncology_first_degree));
AUSPEX_DECLARE_SOURCES(volume_from, { AUSPEX_MEASURED(volume, "mL", 5, 400) });
AUSPEX_DECLARE_SOURCES(ari_from, EXPLICIT(ari),
                       { AUSPEX_SOURCE(AUSPEX_FROM_MEDICATION),
                         .codes = &inhibitors, .pick = AUSPEX_PICK_EVER,
                         ANY_TIME },
                       { AUSPEX_SOURCE(AUSPEX_FROM_ADMINISTRATION),
                         .codes = &inhibitors, .pick = AUSPEX_PICK_EVER,
                         .flags = AUSPEX_OWN_WINDOW, .window_from_days = -90 });
AUSPEX_DECLARE_SOURCES(hispanic_from, EXPLICIT(hispanic),
                       { AUSPEX_SOURCE(AUSPEX_FROM_PATIENT_EXTENSION),
                         .path = US_CORE "us-core-ethnicity ombCategory",
                         .map = &ethnicity, ANY_TIME });
AUSPEX_DECLARE_SOURCES(screened_from, EXPLICIT(screened));
AUSPEX_DECLARE_SOURCES(cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_prostate_cancer),
                         .flags = AUSPEX_EVER });
AUSPEX_DECLARE_SOURCES(removal_from,
                       { AUSPEX_SOURCE(AUSPEX_FROM_PROCEDURE),
                         .codes = &auspex_oncology_prostatectomy });

#define MAYBE(name_, title_, sources_, days_)       \
  {                                                 \
    AUSPEX_OPTIONAL_INPUT(name_, title_, sources_), \
        AUSPEX_LAST_DAYS(days_, days_)              \
  }
static const auspex_input inputs[PBCG_TERMS] = {
  [PBCG_BY_AGE] = { AUSPEX_INPUT("age", "Age", age_from), AUSPEX_ANY_TIME },
  [PBCG_BY_PSA] = { AUSPEX_INPUT("psa", "Prostate-specific antigen", psa_from),
                    AUSPEX_LAST_DAYS(180, 90) },
  [PBCG_BY_RACE] = MAYBE("race", "African ancestry", ancestry_from, 3650),
  [PBCG_BY_PRIOR_BIOPSY] =
      MAYBE("prior_biopsy", "Negative biopsy before", biopsy_from, 3650),
  [PBCG_BY_DRE] =
      MAYBE("dre_abnormal", "Abnormal rectal examination", rectal_from, 365),
  [PBCG_BY_FAMILY_1] =
      MAYBE("famhist_1", "Prostate cancer of a first-degree relative",
            first_from, 3650),
  [PBCG_BY_FAMILY_2] =
      MAYBE("famhist_2", "Prostate cancer of a second-degree relative",
            second_from, 3650),
  [PBCG_BY_FAMILY_BREAST] =
      MAYBE("famhist_bca", "Breast cancer of a first-degree relative",
            breast_from, 3650),
  [PBCG_BY_VOLUME] =
      MAYBE("prostate_volume", "Prostate volume", volume_from, 730),
  [PBCG_BY_ARI] =
      MAYBE("ari_use", "Use of a 5-alpha reductase inhibitor", ari_from, 365),
  [PBCG_BY_HISPANIC] =
      MAYBE("hispanic", "Hispanic ethnicity", hispanic_from, 3650),
  [PBCG_BY_PRIOR_PSA] =
      MAYBE("prior_psa", "PSA screening before", screened_from, 3650),
};

static const auspex_criterion criteria[] = {
  { AUSPEX_CRITERION(AUSPEX_NEEDS_SEX, "not a man"), .min = 0, .max = NAN },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "not 40 to 90 years old"), .min = 40,
    .max = 90 },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_INPUT, "no PSA in the last 180 days"),
    .input = PBCG_BY_PSA },
  { AUSPEX_WITH(AUSPEX_EXCLUDES, cancer_from,
                "prostate cancer is already known") },
  { AUSPEX_WITH(AUSPEX_EXCLUDES, removal_from, "the prostate was removed") },
};

static const auspex_code high_grade[] = {
  AUSPEX_OWN_OUTCOME("high-grade-prostate-cancer",
                     "Prostate cancer of grade group 2 or more at biopsy"),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("high-grade-prostate-cancer",
                    "Prostate cancer of grade group 2 or more at biopsy",
                    high_grade),
    .horizon_now = 1, .horizon_from = AUSPEX_AT_AS_OF },
};

#define TERM(term, name_, title_) \
  [term] = AUSPEX_FACTOR_OF(AUSPEX_LOG_ODDS, name_, title_, term)
static const auspex_factor factors[PBCG_TERMS] = {
  TERM(PBCG_BY_AGE, "age", "Age"),
  TERM(PBCG_BY_PSA, "psa", "Prostate-specific antigen"),
  TERM(PBCG_BY_RACE, "race", "African ancestry"),
  TERM(PBCG_BY_PRIOR_BIOPSY, "prior_biopsy", "Negative biopsy before"),
  TERM(PBCG_BY_DRE, "dre_abnormal", "Rectal examination"),
  TERM(PBCG_BY_FAMILY_1, "famhist_1", "Prostate cancer, first degree"),
  TERM(PBCG_BY_FAMILY_2, "famhist_2", "Prostate cancer, second degree"),
  TERM(PBCG_BY_FAMILY_BREAST, "famhist_bca", "Breast cancer, first degree"),
  TERM(PBCG_BY_VOLUME, "prostate_volume", "Prostate volume"),
  TERM(PBCG_BY_ARI, "ari_use", "5-alpha reductase inhibitor"),
  TERM(PBCG_BY_HISPANIC, "hispanic", "Hispanic ethnicity"),
  TERM(PBCG_BY_PRIOR_PSA, "prior_psa", "PSA screening before"),
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-shared-decision",
                  "Whether to take a biopsy, or an MRI first, could be talked "
                  "over along the local pathway."),
};

const auspex_model pbcg_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.auspex-gateway.pbcg-extended-2022",
  .name = "pbcg-extended-2022",
  .version = "1.0.0",
  .title = "PBCG extended 2022: prostate cancer of high grade at biopsy",
  .publisher = "Auspex",
  .population =
      "Men of 40 to 90 years who are considered for a prostate biopsy.",
  .source = "Neumair M et al. BMC Med Res Methodol 2022;22:200, "
            "doi:10.1186/s12874-022-01674-x, Additional file 2",
  .limits =
      "One of 1024 models, chosen by which of ten optional predictors are "
      "known; unknown and no are not the same. The term of ancestry has "
      "both signs among the models: it is no effect of a population. "
      "External AUC 75.7 % (74.4 to 77.1).",
  .licence = "CC BY 4.0, Neumair M et al. 2022; changed in form only.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = PBCG_TERMS,
  .max_text_per_row = 800,
};

/* The Patient's extensions say more than the model asks; whatever is not
 * exactly yes or no there counts as unknown. */
static uint64_t loose_inputs(const auspex_cells *cells) {
  uint64_t loose = 0;
  if (cells->source && cells->source[PBCG_BY_RACE] == 1)
    loose |= 1u << PBCG_BY_RACE;
  if (cells->source && cells->source[PBCG_BY_HISPANIC] == 1)
    loose |= 1u << PBCG_BY_HISPANIC;
  return loose;
}

void pbcg_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                uint32_t row) {
  auspex_cells cells = auspex_cells_of(batch, row);
  if (auspex_serve_refuses(w, &pbcg_model, &cells, loose_inputs(&cells)))
    return;
  pbcg_input in = { .age = cells.value[PBCG_BY_AGE],
                    .psa = cells.value[PBCG_BY_PSA] };
  for (uint32_t i = 0; i < PBCG_OPTIONAL; i++)
    in.optional[i] = auspex_cells_value(&cells, PBCG_BY_RACE + i);
  pbcg_result r = pbcg_compute(table, &in);
  auspex_result *result = auspex_write_result(w, row, 0);
  result->probability = r.risk;
  result->mitigation = 0;
  for (uint32_t i = 0; i < PBCG_TERMS; i++)
    if (i < PBCG_BY_RACE || !isnan(in.optional[i - PBCG_BY_RACE]))
      auspex_write_contribution(w, i, r.terms[i]);
  auspex_write_text(w,
                    "PBCG extended 2022: %.2f %% for prostate cancer of grade "
                    "group 2 or more if a biopsy were taken now, by the model "
                    "for %u of 10 optional predictors.",
                    100 * r.risk, r.known);
  auspex_write_done(w);
}
