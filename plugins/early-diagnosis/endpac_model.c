/* What END-PAC needs and gives, declared. */
#include "endpac.h"

#include <math.h>

#define SCT "http://snomed.info/sct"
#define LOINC "http://loinc.org"
#define EXACT AUSPEX_MATCH_EXACT
#define SET(array)                                                      \
  static const auspex_set array##_set = { .size = sizeof(auspex_set),   \
                                          .codes = AUSPEX_ARRAY(array), \
                                          .name = #array }

#define ICD10(code, display)                                                  \
  {                                                                           \
    "http://hl7.org/fhir/sid/icd-10", (code), (display), AUSPEX_MATCH_PREFIX, \
        0                                                                     \
  }

static const auspex_code diabetes[] = {
  { SCT, "44054006", "Diabetes mellitus type 2", EXACT, 0 },
  { SCT, "73211009", "Diabetes mellitus", EXACT, 0 },
  ICD10("E11", "Type 2 diabetes mellitus"),
  ICD10("E14", "Unspecified diabetes mellitus"),
};

static const auspex_code other_diabetes[] = {
  { SCT, "46635009", "Diabetes mellitus type 1", EXACT, 0 },
  ICD10("E10", "Type 1 diabetes mellitus"),
  ICD10("O24", "Diabetes mellitus in pregnancy"),
};

static const auspex_code pancreatic_cancer[] = {
  { SCT, "363418001", "Malignant tumor of pancreas", EXACT, 0 },
  { SCT, "372003004", "Primary malignant neoplasm of pancreas", EXACT, 0 },
  { SCT, "700423003", "Adenocarcinoma of pancreas", EXACT, 0 },
  ICD10("C25", "Malignant neoplasm of pancreas"),
};

static const auspex_code fasting_glucose[] = {
  { LOINC, "1558-6", "Fasting glucose [Mass/volume] in Serum or Plasma", EXACT,
    0 },
  { LOINC, "14771-0", "Fasting glucose [Moles/volume] in Serum or Plasma",
    EXACT, 0 },
};
static const auspex_code glucose[] = {
  { LOINC, "2345-7", "Glucose [Mass/volume] in Serum or Plasma", EXACT, 0 },
  { LOINC, "14749-6", "Glucose [Moles/volume] in Serum or Plasma", EXACT, 0 },
  { LOINC, "2339-0", "Glucose [Mass/volume] in Blood", EXACT, 0 },
};

static const auspex_code weight[] = {
  { LOINC, "29463-7", "Body weight", EXACT, 0 },
};

SET(diabetes);
SET(other_diabetes);
SET(pancreatic_cancer);
SET(fasting_glucose);
SET(glucose);
SET(weight);

#define NEAREST                                                   \
  .size = sizeof(auspex_source), .from = AUSPEX_FROM_OBSERVATION, \
  .pick = AUSPEX_PICK_NEAREST
#define GLUCOSE                                                     \
  NEAREST, .unit = "mg/dL", .molar_mass = 180.156, .valid_min = 30, \
           .valid_max = 1500

/* Fasting values go first. */
static const auspex_source glucose_sources[] = {
  { GLUCOSE, .codes = &fasting_glucose_set },
  { GLUCOSE, .codes = &glucose_set },
};
static const auspex_source weight_sources[] = {
  { NEAREST, .codes = &weight_set, .unit = "kg", .valid_min = 25,
    .valid_max = 350 },
};
static const auspex_source age_sources[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_AGE,
    .unit = "a",
    .valid_min = 0,
    .valid_max = 120 },
};

#define CONDITION .size = sizeof(auspex_source), .from = AUSPEX_FROM_CONDITION
static const auspex_source onset_sources[] = {
  { CONDITION, .codes = &diabetes_set, .pick = AUSPEX_PICK_EARLIEST,
    .flags = AUSPEX_EVER },
};
static const auspex_source diabetes_sources[] = {
  { CONDITION, .codes = &diabetes_set },
};
static const auspex_source other_diabetes_sources[] = {
  { CONDITION, .codes = &other_diabetes_set, .flags = AUSPEX_EVER },
};
static const auspex_source cancer_sources[] = {
  { CONDITION, .codes = &pancreatic_cancer_set, .flags = AUSPEX_EVER },
};

/* What all inputs taken from Observations share. */
#define OBSERVED(name_, title_, sources_)                                \
  .size = sizeof(auspex_input), .missing = AUSPEX_MISSING_REFUSE,        \
  .name = (name_), .title = (title_), .sources = AUSPEX_ARRAY(sources_), \
  .relative_to = AUSPEX_AT_ANCHOR
#define AT_ONSET \
  .window_from_days = -30, .window_to_days = 90, .freshness_days = 365
#define A_YEAR_BEFORE \
  .window_from_days = -548, .window_to_days = -90, .pick_days = -365

static const auspex_input inputs[] = {
  [ENDPAC_GLUCOSE_ONSET] = { OBSERVED("glucose_onset_mg_dl",
                                      "Blood glucose at the onset of diabetes",
                                      glucose_sources),
                             AT_ONSET },
  [ENDPAC_GLUCOSE_BEFORE] = { OBSERVED("glucose_1y_before_mg_dl",
                                       "Blood glucose about a year before",
                                       glucose_sources),
                              A_YEAR_BEFORE },
  [ENDPAC_WEIGHT_ONSET] = { OBSERVED("weight_onset_kg",
                                     "Body weight at the onset of diabetes",
                                     weight_sources),
                            AT_ONSET },
  [ENDPAC_WEIGHT_BEFORE] = { OBSERVED("weight_1y_before_kg",
                                      "Body weight about a year before",
                                      weight_sources),
                             A_YEAR_BEFORE },
  [ENDPAC_AGE] = { OBSERVED("age_at_onset", "Age at the onset of diabetes",
                            age_sources),
                   .window_from_days = AUSPEX_UNLIMITED },
};

static const auspex_criterion criteria[] = {
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_NEEDS,
    .sources = AUSPEX_ARRAY(diabetes_sources),
    .reason = "no confirmed diabetes mellitus of type 2 or unspecified type" },
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_NEEDS_ANCHOR,
    .reason = "the onset of diabetes is not known to the day" },
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_NEEDS_AGE,
    .min = 50,
    .max = NAN,
    .reason = "younger than 50 years at the onset of diabetes" },
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_EXCLUDES,
    .sources = AUSPEX_ARRAY(cancer_sources),
    .reason = "pancreatic cancer is already known" },
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_EXCLUDES,
    .sources = AUSPEX_ARRAY(other_diabetes_sources),
    .reason = "the diabetes is of type 1 or of pregnancy" },
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_EXCLUDES_OLD_ANCHOR,
    .max = 1095,
    .reason = "the onset of diabetes is more than 1095 days ago" },
};

static const auspex_outcome outcomes[] = {
  { .size = sizeof(auspex_outcome),
    .kind = AUSPEX_PREDICTION,
    .name = "pancreatic-cancer",
    .title = "Malignant tumor of pancreas",
    .codes = pancreatic_cancer,
    .code_count = 1,
    .code_stride = sizeof(auspex_code),
    .horizon_months = 36,
    .horizon_from = AUSPEX_AT_ANCHOR,
    .comparator = "all of the validation cohort of Sharma 2018: new-onset "
                  "diabetes at 50 years or older",
    .unit = "{points}" },
};

static const auspex_factor factors[] = {
  [ENDPAC_BY_GLUCOSE] = { .size = sizeof(auspex_factor),
                          .basis = AUSPEX_POINTS,
                          .name = "glucose",
                          .title = "Change of the glucose category",
                          .inputs = { ENDPAC_GLUCOSE_ONSET,
                                      ENDPAC_GLUCOSE_BEFORE },
                          .input_count = 2 },
  [ENDPAC_BY_WEIGHT] = { .size = sizeof(auspex_factor),
                         .basis = AUSPEX_POINTS,
                         .name = "weight",
                         .title = "Change of body weight",
                         .inputs = { ENDPAC_WEIGHT_ONSET,
                                     ENDPAC_WEIGHT_BEFORE },
                         .input_count = 2 },
  [ENDPAC_BY_AGE] = { .size = sizeof(auspex_factor),
                      .basis = AUSPEX_POINTS,
                      .name = "age",
                      .title = "Age at the onset of diabetes",
                      .inputs = { ENDPAC_AGE },
                      .input_count = 1 },
};

static const auspex_mitigation mitigations[] = {
  [ENDPAC_CONSIDER_IMAGING] = { .size = sizeof(auspex_mitigation),
                                .name = "consider-pancreas-work-up",
                                .text = "Where the local pathway provides for "
                                        "it, CA 19-9 and imaging of "
                                        "the pancreas (CT with a pancreas "
                                        "protocol or endoscopic "
                                        "ultrasound) could be considered. The "
                                        "score marks a group at "
                                        "higher risk; it is not a diagnosis." },
};

static const auspex_anchor diabetes_onset = {
  .size = sizeof(auspex_anchor),
  .name = "diabetes-onset",
  .title = "Onset of diabetes",
  .sources = AUSPEX_ARRAY(onset_sources),
};

const auspex_model endpac_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.endpac",
  .name = "endpac",
  .version = "1.0.0",
  .title = "END-PAC: pancreatic cancer in new-onset diabetes",
  .publisher = "Auspex",
  .population = "Adults of 50 years or older with new-onset diabetes, defined "
                "by blood glucose. Not a screen for everybody.",
  .source = "Sharma A et al. Gastroenterology 2018;155:730-739.e3, "
            "doi:10.1053/j.gastro.2018.05.023, Table 1",
  .limits = "A point score without a probability. Validation: 3 or more points "
            "in 7 of 9 cancers (sensitivity 78 %), specificity 82 %; external "
            "Israeli cohort AUC 0.69. HbA1c is not an input. The onset is the "
            "recorded one, not derived from glucose.",
  .licence = "The point table is a fact from a journal article.",
  .flags = AUSPEX_MODEL_ADDITIVE,
  .anchor = &diabetes_onset,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = ENDPAC_FACTORS,
  .max_text_per_row = 1500,
};
