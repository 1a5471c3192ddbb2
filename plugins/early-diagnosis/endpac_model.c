/* What END-PAC needs and gives, declared. */
#include "endpac.h"

#include <math.h>

#define SCT "http://snomed.info/sct"
#define LOINC "http://loinc.org"
#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))
#define CODES(array)                            \
  .codes = (array), .code_count = COUNT(array), \
  .code_stride = (uint32_t)sizeof(auspex_code)

#define ICD10(code, display)                                                  \
  {                                                                           \
    "http://hl7.org/fhir/sid/icd-10", (code), (display), AUSPEX_MATCH_PREFIX, \
        0                                                                     \
  }

static const auspex_code diabetes[] = {
  { SCT, "44054006", "Diabetes mellitus type 2", AUSPEX_MATCH_EXACT, 0 },
  { SCT, "73211009", "Diabetes mellitus", AUSPEX_MATCH_EXACT, 0 },
  ICD10("E11", "Type 2 diabetes mellitus"),
  ICD10("E14", "Unspecified diabetes mellitus"),
};

static const auspex_code other_diabetes[] = {
  { SCT, "46635009", "Diabetes mellitus type 1", AUSPEX_MATCH_EXACT, 0 },
  ICD10("E10", "Type 1 diabetes mellitus"),
  ICD10("O24", "Diabetes mellitus in pregnancy"),
};

static const auspex_code pancreatic_cancer[] = {
  { SCT, "363418001", "Malignant tumor of pancreas", AUSPEX_MATCH_EXACT, 0 },
  { SCT, "372003004", "Primary malignant neoplasm of pancreas",
    AUSPEX_MATCH_EXACT, 0 },
  { SCT, "700423003", "Adenocarcinoma of pancreas", AUSPEX_MATCH_EXACT, 0 },
  ICD10("C25", "Malignant neoplasm of pancreas"),
};

/* Fasting values go first. */
static const auspex_code glucose[] = {
  { LOINC, "1558-6", "Fasting glucose [Mass/volume] in Serum or Plasma",
    AUSPEX_MATCH_EXACT, 0 },
  { LOINC, "14771-0", "Fasting glucose [Moles/volume] in Serum or Plasma",
    AUSPEX_MATCH_EXACT, 0 },
  { LOINC, "2345-7", "Glucose [Mass/volume] in Serum or Plasma",
    AUSPEX_MATCH_EXACT, 1 },
  { LOINC, "14749-6", "Glucose [Moles/volume] in Serum or Plasma",
    AUSPEX_MATCH_EXACT, 1 },
  { LOINC, "2339-0", "Glucose [Mass/volume] in Blood", AUSPEX_MATCH_EXACT, 1 },
};

static const auspex_code weight[] = {
  { LOINC, "29463-7", "Body weight", AUSPEX_MATCH_EXACT, 0 },
};

/* What all inputs taken from Observations share. */
#define OBSERVED(name_, title_, codes_, unit_)                        \
  .size = sizeof(auspex_input), .source = AUSPEX_FROM_OBSERVATION,    \
  .pick = AUSPEX_PICK_NEAREST, .missing = AUSPEX_MISSING_REFUSE,      \
  .name = (name_), .title = (title_), CODES(codes_), .unit = (unit_), \
  .relative_to = AUSPEX_AT_ANCHOR, .train_mean = NAN, .train_sd = NAN
#define AT_ONSET \
  .window_from_days = -30, .window_to_days = 90, .freshness_days = 365
#define A_YEAR_BEFORE \
  .window_from_days = -548, .window_to_days = -90, .pick_days = -365
#define PLAUSIBLE_GLUCOSE \
  .molar_mass = 180.156, .valid_min = 30, .valid_max = 1500
#define PLAUSIBLE_WEIGHT .valid_min = 25, .valid_max = 350

static const auspex_input inputs[] = {
  [ENDPAC_GLUCOSE_ONSET] = { OBSERVED("glucose_onset_mg_dl",
                                      "Blood glucose at the onset of diabetes",
                                      glucose, "mg/dL"),
                             AT_ONSET, PLAUSIBLE_GLUCOSE },
  [ENDPAC_GLUCOSE_BEFORE] = { OBSERVED("glucose_1y_before_mg_dl",
                                       "Blood glucose about a year before",
                                       glucose, "mg/dL"),
                              A_YEAR_BEFORE, PLAUSIBLE_GLUCOSE },
  [ENDPAC_WEIGHT_ONSET] = { OBSERVED("weight_onset_kg",
                                     "Body weight at the onset of diabetes",
                                     weight, "kg"),
                            AT_ONSET, PLAUSIBLE_WEIGHT },
  [ENDPAC_WEIGHT_BEFORE] = { OBSERVED("weight_1y_before_kg",
                                      "Body weight about a year before", weight,
                                      "kg"),
                             A_YEAR_BEFORE, PLAUSIBLE_WEIGHT },
  [ENDPAC_AGE] = { .size = sizeof(auspex_input),
                   .source = AUSPEX_FROM_AGE,
                   .pick = AUSPEX_PICK_LATEST,
                   .missing = AUSPEX_MISSING_REFUSE,
                   .name = "age_at_onset",
                   .title = "Age at the onset of diabetes",
                   .unit = "a",
                   .relative_to = AUSPEX_AT_ANCHOR,
                   .window_from_days = AUSPEX_UNLIMITED,
                   .valid_min = 0,
                   .valid_max = 120,
                   .train_mean = NAN,
                   .train_sd = NAN },
};

static const auspex_criterion criteria[] = {
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_NEEDS_CONDITION,
    CODES(diabetes),
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
    .kind = AUSPEX_EXCLUDES_CONDITION,
    CODES(pancreatic_cancer),
    .reason = "pancreatic cancer is already known" },
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_EXCLUDES_CONDITION,
    CODES(other_diabetes),
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

#define ROWS(field, array)                            \
  .field##s = (array), .field##_count = COUNT(array), \
  .field##_stride = (uint32_t)sizeof((array)[0])

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
  .anchor = { .size = sizeof(auspex_anchor),
              .kind = AUSPEX_ANCHOR_FIRST_ONSET,
              .name = "diabetes-onset",
              CODES(diabetes) },
  .criteria = criteria,
  .criterion_count = COUNT(criteria),
  .criterion_stride = sizeof(auspex_criterion),
  ROWS(input, inputs),
  ROWS(outcome, outcomes),
  ROWS(factor, factors),
  ROWS(mitigation, mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = ENDPAC_FACTORS,
  .max_text_per_row = 1500,
};
