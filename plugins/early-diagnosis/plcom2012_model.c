/* What PLCOm2012 needs and gives, and how its results read. */
#include "plcom2012.h"

#include "auspex_oncology.h"
#include "models.h"

enum {
  IN_AGE,
  IN_ETHNICITY,
  IN_RACE,
  IN_EDUCATION,
  IN_BMI,
  IN_COPD,
  IN_CANCER,
  IN_FAMILY,
  IN_SMOKES,
  IN_CIGARETTES,
  IN_DURATION,
  IN_DURATION_FORMER,
  IN_QUITTING
};

#define RACE_SYSTEM "urn:oid:2.16.840.1.113883.6.238"
AUSPEX_DECLARE_MAP_OR(hispanic, "Hispanic or Latino", 0, 0,
                      AUSPEX_IS(RACE_SYSTEM, "2135-2", 1));
AUSPEX_DECLARE_MAP(race, "US race category", 0,
                   AUSPEX_IS(RACE_SYSTEM, "2106-3", PLCOM2012_WHITE),
                   AUSPEX_IS(RACE_SYSTEM, "2054-5", PLCOM2012_BLACK),
                   AUSPEX_IS(RACE_SYSTEM, "2135-2", PLCOM2012_HISPANIC),
                   AUSPEX_IS(RACE_SYSTEM, "2028-9", PLCOM2012_ASIAN),
                   AUSPEX_IS(RACE_SYSTEM, "1002-5", PLCOM2012_AMERICAN_INDIAN),
                   AUSPEX_IS(RACE_SYSTEM, "2076-8",
                             PLCOM2012_PACIFIC_ISLANDER));
AUSPEX_DECLARE_MAP(education_level, "level of education, 1 to 6", 0,
                   AUSPEX_IS_KEPT(1, 6), AUSPEX_IS_OWN("plco-education-1", 1),
                   AUSPEX_IS_OWN("plco-education-2", 2),
                   AUSPEX_IS_OWN("plco-education-3", 3),
                   AUSPEX_IS_OWN("plco-education-4", 4),
                   AUSPEX_IS_OWN("plco-education-5", 5),
                   AUSPEX_IS_OWN("plco-education-6", 6));

AUSPEX_DECLARE_SET(education, "education",
                   AUSPEX_OWN_INPUT("plco-education",
                                    "Education in PLCO categories 1..6"),
                   AUSPEX_LOINC("82589-3", "Highest level of education"));
AUSPEX_DECLARE_SET(
    copd, "COPD",
    AUSPEX_OWN_INPUT(
        "copd", "COPD, chronic bronchitis or emphysema (explicit yes/no)"));
AUSPEX_DECLARE_SET(
    cancer, "personal history of cancer",
    AUSPEX_OWN_INPUT("personal-history-of-cancer",
                     "Personal history of cancer (explicit yes/no)"));
AUSPEX_DECLARE_SET(
    family, "lung cancer of a first-degree relative",
    AUSPEX_OWN_INPUT(
        "family-history-lung-cancer-first-degree",
        "Lung cancer in a first-degree relative (explicit yes/no)"));
AUSPEX_DECLARE_SET(
    cigarettes, "cigarettes a day, on average",
    AUSPEX_OWN_INPUT(
        "cigarettes-per-day-average",
        "Average number of cigarettes smoked per day while smoking"));
AUSPEX_DECLARE_SET(cigarettes_loinc, "cigarettes a day",
                   AUSPEX_LOINC("64218-1",
                                "How many cigarettes do you smoke per day now "
                                "[PhenX]"));
AUSPEX_DECLARE_SET(duration, "years of smoking",
                   AUSPEX_OWN_INPUT("smoking-duration-years",
                                    "Total years smoked"),
                   AUSPEX_SCT("228487000", "Total time smoked"),
                   AUSPEX_LOINC("88029-4", "Tobacco use duration"));
AUSPEX_DECLARE_SET(quitting, "years since quitting",
                   AUSPEX_OWN_INPUT("years-since-quitting-smoking",
                                    "Years since quitting smoking"),
                   AUSPEX_SCT("228486009", "Time since stopped smoking"));

/* An explicit answer; without one, positive evidence elsewhere. */
#define EXPLICIT(set_) \
  { AUSPEX_OBSERVED(set_), .map = &auspex_oncology_yes_no }
#define EVER(set_)                                                    \
  {                                                                   \
    AUSPEX_DIAGNOSED(set_), .pick = AUSPEX_PICK_EVER,                 \
                            .flags = AUSPEX_EVER | AUSPEX_OWN_WINDOW, \
                            .window_from_days = AUSPEX_UNLIMITED      \
  }
#define PATIENT(path_, map_)                                       \
  {                                                                \
    AUSPEX_SOURCE(AUSPEX_FROM_PATIENT_EXTENSION), .path = (path_), \
                                                  .map = &(map_)   \
  }
#define US_CORE "http://hl7.org/fhir/us/core/StructureDefinition/"

AUSPEX_DECLARE_SOURCES(age_from, { AUSPEX_AGED });
AUSPEX_DECLARE_SOURCES(ethnicity_from,
                       PATIENT(US_CORE "us-core-ethnicity ombCategory",
                               hispanic));
AUSPEX_DECLARE_SOURCES(race_from,
                       PATIENT(US_CORE "us-core-race ombCategory", race));
AUSPEX_DECLARE_SOURCES(education_from,
                       { AUSPEX_OBSERVED(education), .map = &education_level });
#define PLAIN .flags = AUSPEX_PLAIN_NUMBER
AUSPEX_DECLARE_SOURCES(bmi_from, { AUSPEX_MEASURED(auspex_oncology_bmi, "kg/m2",
                                                   12, 70) });
AUSPEX_DECLARE_SOURCES(copd_from, EXPLICIT(copd), EVER(auspex_oncology_copd));
AUSPEX_DECLARE_SOURCES(cancer_from, EXPLICIT(cancer),
                       EVER(auspex_oncology_malignancy_any));
AUSPEX_DECLARE_SOURCES(family_from, EXPLICIT(family),
                       { AUSPEX_SOURCE(AUSPEX_FROM_FAMILY_HISTORY),
                         .codes = &auspex_oncology_lung_cancer,
                         .within = &auspex_oncology_first_degree,
                         .pick = AUSPEX_PICK_EVER, .flags = AUSPEX_OWN_WINDOW,
                         .window_from_days = AUSPEX_UNLIMITED });
AUSPEX_DECLARE_SOURCES(smokes_from,
                       { AUSPEX_OBSERVED(auspex_oncology_smoking_status),
                         .map = &auspex_oncology_smokes_now });
AUSPEX_DECLARE_SOURCES(ever_smoked_from,
                       { AUSPEX_OBSERVED(auspex_oncology_smoking_status),
                         .map = &auspex_oncology_ever_smoked });
AUSPEX_DECLARE_SOURCES(cigarettes_from,
                       { AUSPEX_MEASURED(cigarettes, "/d", 1, 150), PLAIN },
                       { AUSPEX_MEASURED(cigarettes_loinc, "/d", 1, 150),
                         PLAIN });
AUSPEX_DECLARE_SOURCES(duration_from,
                       { AUSPEX_MEASURED(duration, "a", 1, 70), PLAIN });
AUSPEX_DECLARE_SOURCES(quitting_from,
                       { AUSPEX_MEASURED(quitting, "a", 0, 65), PLAIN });
AUSPEX_DECLARE_SOURCES(lung_cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_lung_cancer),
                         .flags = AUSPEX_EVER });

static const auspex_input inputs[] = {
  [IN_AGE] = { AUSPEX_INPUT("age", "Age", age_from), AUSPEX_ANY_TIME },
  [IN_ETHNICITY] = { AUSPEX_OPTIONAL_INPUT("ethnicity", "Ethnicity",
                                           ethnicity_from),
                     AUSPEX_ANY_TIME },
  [IN_RACE] = { AUSPEX_OPTIONAL_INPUT("race", "Race", race_from),
                AUSPEX_ANY_TIME },
  [IN_EDUCATION] = { AUSPEX_INPUT("education", "Level of education",
                                  education_from),
                     AUSPEX_LAST_DAYS(7300, 7300) },
  [IN_BMI] = { AUSPEX_INPUT("bmi", "Body mass index", bmi_from),
               AUSPEX_LAST_DAYS(365, 365) },
  [IN_COPD] = { AUSPEX_INPUT("copd", "COPD", copd_from),
                AUSPEX_LAST_DAYS(3650, 3650) },
  [IN_CANCER] = { AUSPEX_INPUT("personal_cancer", "Cancer before", cancer_from),
                  AUSPEX_LAST_DAYS(3650, 3650) },
  [IN_FAMILY] = { AUSPEX_INPUT("fh_lung",
                               "Lung cancer of a first-degree relative",
                               family_from),
                  AUSPEX_LAST_DAYS(3650, 3650) },
  [IN_SMOKES] = { AUSPEX_INPUT("current_smoker", "Smoking status", smokes_from),
                  AUSPEX_LAST_DAYS(365, 365) },
  [IN_CIGARETTES] = { AUSPEX_INPUT("cigs_per_day", "Cigarettes a day",
                                   cigarettes_from),
                      AUSPEX_LAST_DAYS(1825, 1825) },
  /* Who has stopped has a longer window: the value no longer changes. */
  [IN_DURATION] = { AUSPEX_OPTIONAL_INPUT("duration_years", "Years of smoking",
                                          duration_from),
                    AUSPEX_LAST_DAYS(365, 365) },
  [IN_DURATION_FORMER] = { AUSPEX_OPTIONAL_INPUT(
                               "duration_years_former",
                               "Years of smoking, of one who has stopped",
                               duration_from),
                           AUSPEX_LAST_DAYS(3650, 3650) },
  [IN_QUITTING] = { AUSPEX_OPTIONAL_INPUT("quit_years", "Years since quitting",
                                          quitting_from),
                    AUSPEX_LAST_DAYS(365, 365) },
};

static const auspex_criterion criteria[] = {
  { AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "not 55 to 74 years old"), .min = 55,
    .max = 74 },
  { AUSPEX_WITH(AUSPEX_NEEDS, ever_smoked_from,
                "is not known to smoke or to have smoked") },
  { AUSPEX_WITH(AUSPEX_EXCLUDES, lung_cancer_from,
                "lung cancer is already known") },
};

static const auspex_code lung_cancer[] = {
  AUSPEX_SCT("363358000", "Malignant tumor of lung"),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("lung-cancer", "Malignant tumor of lung", lung_cancer),
    .horizon_months = 72, .horizon_from = AUSPEX_AT_AS_OF },
};

#define TERM(name_, title_, input_) \
  AUSPEX_FACTOR_OF(AUSPEX_LOG_ODDS, name_, title_, input_)
static const auspex_factor factors[PLCOM2012_TERMS] = {
  [PLCOM2012_BY_AGE] = TERM("age", "Age", IN_AGE),
  [PLCOM2012_BY_RACE] = { AUSPEX_FACTOR(AUSPEX_LOG_ODDS, "race",
                                        "Race or ethnicity"),
                          .inputs = { IN_ETHNICITY, IN_RACE },
                          .input_count = 2 },
  [PLCOM2012_BY_EDUCATION] =
      TERM("education", "Level of education", IN_EDUCATION),
  [PLCOM2012_BY_BMI] = TERM("bmi", "Body mass index", IN_BMI),
  [PLCOM2012_BY_COPD] = TERM("copd", "COPD", IN_COPD),
  [PLCOM2012_BY_CANCER] = TERM("personal_cancer", "Cancer before", IN_CANCER),
  [PLCOM2012_BY_FAMILY] =
      TERM("family", "Lung cancer in the family", IN_FAMILY),
  [PLCOM2012_BY_SMOKING] = TERM("smoking", "Smokes now", IN_SMOKES),
  [PLCOM2012_BY_INTENSITY] =
      TERM("intensity", "Cigarettes a day", IN_CIGARETTES),
  [PLCOM2012_BY_DURATION] = { AUSPEX_FACTOR(AUSPEX_LOG_ODDS, "duration",
                                            "Years of smoking"),
                              .inputs = { IN_DURATION, IN_DURATION_FORMER },
                              .input_count = 2 },
  [PLCOM2012_BY_QUITTING] =
      TERM("quitting", "Years since quitting", IN_QUITTING),
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-screening-and-cessation",
                  "Help to stop smoking and a talk about lung screening with "
                  "low-dose CT could be considered where the local pathway "
                  "provides for them."),
};

const auspex_model plcom2012_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.auspex-gateway.plcom2012",
  .name = "plcom2012",
  .version = "1.0.0",
  .title = "PLCOm2012: lung cancer in people who smoke or smoked",
  .publisher = "Auspex",
  .population = "People of 55 to 74 years who smoke or smoked.",
  .source = "Tammemagi MC et al. N Engl J Med 2013;368:728-736, Table 2",
  .limits = "Made with data of the USA. Race terms are US categories; without "
            "them the reference category (white) is used and said. The level "
            "is a policy (1.51 %), not part of the model. Not for people who "
            "never smoked.",
  .licence = "Coefficients published in a journal article.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = PLCOM2012_TERMS,
  .max_text_per_row = 1200,
};

/* Hispanic goes before race; several races, none and unknown ones are the
 * reference category. */
static plcom2012_race race_of(const auspex_cells *cells, int *known) {
  *known = 1;
  if (auspex_cells_value(cells, IN_ETHNICITY) == 1) return PLCOM2012_HISPANIC;
  *known = auspex_cells_has(cells, IN_RACE);
  return *known ? (plcom2012_race)cells->value[IN_RACE] : PLCOM2012_WHITE;
}

static int read_row(auspex_writer *w, const auspex_cells *cells,
                    plcom2012_input *in, int *race_known) {
  const uint64_t own = 1u << IN_ETHNICITY | 1u << IN_RACE | 1u << IN_DURATION |
                       1u << IN_DURATION_FORMER | 1u << IN_QUITTING;
  if (auspex_serve_refuses(w, &plcom2012_model, cells, own)) return 0;
  in->current = cells->value[IN_SMOKES];
  uint32_t years = in->current != 0 ? IN_DURATION : IN_DURATION_FORMER;
  if (!auspex_cells_has(cells, years)) {
    auspex_serve_missing(w, cells, years, "%s %s.", "Years of smoking",
                         auspex_serve_why(cells->state[years]));
    return 0;
  }
  if (in->current == 0 && !auspex_cells_has(cells, IN_QUITTING)) {
    auspex_serve_missing(w, cells, IN_QUITTING, "%s %s.",
                         "The number of years since quitting",
                         auspex_serve_why(cells->state[IN_QUITTING]));
    return 0;
  }
  in->race = race_of(cells, race_known);
  in->age = cells->value[IN_AGE];
  in->education = cells->value[IN_EDUCATION];
  in->bmi = cells->value[IN_BMI];
  in->copd = cells->value[IN_COPD];
  in->cancer = cells->value[IN_CANCER];
  in->family = cells->value[IN_FAMILY];
  in->cigarettes = cells->value[IN_CIGARETTES];
  in->duration = cells->value[years];
  in->quitting = in->current != 0 ? 0 : cells->value[IN_QUITTING];
  if (plcom2012_fits(in)) return 1;
  auspex_serve_missing(w, cells, years,
                       "The years of smoking and since quitting do not fit "
                       "into the age.");
  return 0;
}

void plcom2012_score(auspex_writer *w, const void *table,
                     const auspex_batch *batch, uint32_t row) {
  const plcom2012_table *t = table;
  auspex_cells cells = auspex_cells_of(batch, row);
  plcom2012_input in = { 0 };
  int race_known = 0;
  if (!read_row(w, &cells, &in, &race_known)) return;
  plcom2012_result r = plcom2012_compute(t, &in);
  auspex_result *result = auspex_write_result(w, row, 0);
  int high = 100 * r.risk >= t->high;
  result->probability = r.risk;
  result->level = high ? AUSPEX_LEVEL_HIGH : AUSPEX_LEVEL_LOW;
  result->mitigation = 0;
  auspex_write_contributions(w, r.terms, PLCOM2012_TERMS);
  auspex_write_text(w,
                    "PLCOm2012: %.2f %% for lung cancer within 6 years; %.2f "
                    "%% or more is called high (a screening policy, not part "
                    "of the model). ",
                    100 * r.risk, t->high);
  if (!race_known)
    auspex_write_text(w, "Race is not known or not one category: the reference "
                         "category of the model (white) was used. ");
  auspex_write_text(w, "Contributions are log-odds against the centre of the "
                       "model.");
  auspex_write_done(w);
}
