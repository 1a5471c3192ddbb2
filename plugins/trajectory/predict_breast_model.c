/* What PREDICT Breast 3.2 needs and gives. predict_breast_write.c writes its
 * results. */
#include "predict_breast_model.h"
#include "breast.h"
#include "models.h"

AUSPEX_DECLARE_SET(detection, "how the cancer was found",
                   AUSPEX_OWN_INPUT("breast-cancer-detection-mode",
                                    "How the cancer was found"));
AUSPEX_DECLARE_SET(er, "oestrogen receptor",
                   AUSPEX_LOINC("16112-5",
                                "Estrogen receptor [Interpretation] in Tissue"),
                   AUSPEX_LOINC("85337-4", "Estrogen receptor Ag [Presence] in "
                                           "Breast cancer specimen by Immune "
                                           "stain"),
                   AUSPEX_LOINC("40556-3", "Estrogen receptor Ag [Presence] in "
                                           "Tissue by Immune stain"));
AUSPEX_DECLARE_SET(her2, "HER2",
                   AUSPEX_LOINC("48676-1", "HER2 [Interpretation] in Tissue"));
AUSPEX_DECLARE_SET(her2_fish, "HER2 by FISH",
                   AUSPEX_LOINC("85318-4", "HER2 [Presence] by FISH"));
AUSPEX_DECLARE_SET(her2_ihc, "HER2 by immune stain",
                   AUSPEX_LOINC("85319-2", "HER2 [Presence] by Immune stain"));
AUSPEX_DECLARE_SET(pr, "progesterone receptor",
                   AUSPEX_LOINC("16113-3", "Progesterone receptor "
                                           "[Interpretation] in Tissue"),
                   AUSPEX_LOINC("85339-0", "Progesterone receptor Ag "
                                           "[Presence]"),
                   AUSPEX_LOINC("40557-1", "Progesterone receptor Ag "
                                           "[Presence] in Tissue by Immune "
                                           "stain"));
AUSPEX_DECLARE_SET(
    ki67_status, "Ki-67 as judged by the site",
    AUSPEX_OWN_INPUT("ki67-status",
                     "Ki-67 positive/negative as judged by the site"));
AUSPEX_DECLARE_SET(ki67_percent, "Ki-67",
                   AUSPEX_LOINC("29593-1", "Cells.Ki-67 nuclear Ag/cells in "
                                           "Tissue by Immune stain"));
AUSPEX_DECLARE_SET(
    heart, "mean heart dose",
    AUSPEX_OWN_INPUT("mean-heart-dose",
                     "Mean heart dose of the planned radiotherapy"));
AUSPEX_DECLARE_SET(pn, "pathological N category",
                   AUSPEX_LOINC("21900-6", "Regional lymph nodes.pathology "
                                           "[Class] Cancer"),
                   AUSPEX_SCT("371494008", "pN category"));

/* POS and NEG are what R4 binds Observation.interpretation to. */
#define INTERPRETATION \
  "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
#define STATUS                                                     \
  AUSPEX_IS_SCT("10828004", 1), AUSPEX_IS_LOINC("LA6576-8", 1),    \
      AUSPEX_IS_SCT("52101004", 1), AUSPEX_IS_SCT("260385009", 0), \
      AUSPEX_IS_LOINC("LA6577-6", 0), AUSPEX_IS_SCT("2667000", 0), \
      AUSPEX_IS(INTERPRETATION, "POS", 1), AUSPEX_IS(INTERPRETATION, "NEG", 0)
AUSPEX_DECLARE_MAP(needed_status, "receptor status", 0, STATUS);
AUSPEX_DECLARE_MAP_OR(any_status, "receptor status, or 9", 0, 9, STATUS);
/* Above 10 % is positive: a decision of this project, the model leaves it to
 * the site. */
AUSPEX_DECLARE_MAP_OR(ki67, "Ki-67 positive above 10 %, or 9", 0, 9, STATUS,
                      AUSPEX_IS_NUMBER(0, 10, 0), AUSPEX_IS_NUMBER(10, 100, 1));
AUSPEX_DECLARE_MAP(found_by, "how the cancer was found", 0,
                   AUSPEX_IS_KEPT(0, 0), AUSPEX_IS_KEPT(1, 1),
                   AUSPEX_IS_KEPT(2, 2),
                   AUSPEX_IS_OWN("detection-mode-clinical", 0),
                   AUSPEX_IS_OWN("detection-mode-screening", 1),
                   AUSPEX_IS_OWN("detection-mode-unknown", 2));
AUSPEX_DECLARE_MAP(grade, "histologic grade, or 9", 0, BREAST_GRADES(9));
AUSPEX_DECLARE_MAP_OR(micrometastases, "micrometastases only",
                      AUSPEX_FOLD_BLANKS, 0, AUSPEX_IS_STAGE("p?N1mi.*", 1));

#define RECEPTOR(set_, map_)                                           \
  {                                                                    \
    AUSPEX_OBSERVED(set_), .map = &(map_),                             \
                           .take = AUSPEX_TAKE_VALUE_OR_INTERPRETATION \
  }
AUSPEX_DECLARE_SOURCES(age_from, { AUSPEX_AGED });
AUSPEX_DECLARE_SOURCES(detection_from,
                       { AUSPEX_OBSERVED(detection), .map = &found_by });
AUSPEX_DECLARE_SOURCES(size_from, BREAST_SIZES("mm", 1, 250));
AUSPEX_DECLARE_SOURCES(grade_from,
                       { AUSPEX_MEASURED(breast_nottingham, "{score}", 1, 3),
                         .map = &grade },
                       { AUSPEX_MEASURED(breast_histology, "{score}", 1, 3),
                         .map = &grade });
AUSPEX_DECLARE_SOURCES(nodes_from,
                       { AUSPEX_MEASURED(breast_nodes, "{#}", 0, 60) });
AUSPEX_DECLARE_SOURCES(pn_from,
                       { AUSPEX_OBSERVED(pn), .map = &micrometastases });
AUSPEX_DECLARE_SOURCES(er_from, RECEPTOR(er, needed_status));
AUSPEX_DECLARE_SOURCES(her2_from, RECEPTOR(her2, any_status),
                       RECEPTOR(her2_fish, any_status),
                       RECEPTOR(her2_ihc, any_status));
AUSPEX_DECLARE_SOURCES(ki67_from,
                       { AUSPEX_OBSERVED(ki67_status), .map = &ki67 },
                       { AUSPEX_MEASURED(ki67_percent, "%", 0, 100),
                         .map = &ki67 });
AUSPEX_DECLARE_SOURCES(pr_from, RECEPTOR(pr, any_status));
AUSPEX_DECLARE_SOURCES(smoker_from,
                       { AUSPEX_OBSERVED(auspex_oncology_smoking_status),
                         .map = &auspex_oncology_smokes_now,
                         .pick = AUSPEX_PICK_NEAREST });
AUSPEX_DECLARE_SOURCES(heart_from, { AUSPEX_MEASURED(heart, "Gy", 0, 50) });
AUSPEX_DECLARE_SOURCES(pn_known_from,
                       { AUSPEX_OBSERVED(pn), .map = &micrometastases });

#define AROUND_A_YEAR AUSPEX_AROUND_ANCHOR(-365, 365, 365)
static const auspex_input inputs[PREDICT_BREAST_INPUTS] = {
  [PREDICT_BREAST_IN_AGE] = { AUSPEX_INPUT("age", "Age at diagnosis", age_from),
                              .relative_to = AUSPEX_AT_ANCHOR,
                              AUSPEX_ANY_TIME },
  [PREDICT_BREAST_IN_SCREEN] = { AUSPEX_OPTIONAL_INPUT(
                                     "screen", "How the cancer was found",
                                     detection_from),
                                 AROUND_A_YEAR },
  [PREDICT_BREAST_IN_SIZE] = { AUSPEX_INPUT("size", "Size of the tumour",
                                            size_from),
                               BREAST_WINDOW },
  [PREDICT_BREAST_IN_GRADE] = { AUSPEX_OPTIONAL_INPUT(
                                    "grade", "Histologic grade", grade_from),
                                BREAST_WINDOW },
  [PREDICT_BREAST_IN_NODES] = { AUSPEX_OPTIONAL_INPUT("nodes",
                                                      "Positive lymph nodes",
                                                      nodes_from),
                                BREAST_WINDOW },
  [PREDICT_BREAST_IN_PN] = { AUSPEX_OPTIONAL_INPUT("micrometastases",
                                                   "Pathological N category",
                                                   pn_from),
                             BREAST_WINDOW },
  [PREDICT_BREAST_IN_ER] = { AUSPEX_INPUT("er", "Oestrogen receptor", er_from),
                             BREAST_WINDOW },
  [PREDICT_BREAST_IN_HER2] = { AUSPEX_OPTIONAL_INPUT("her2", "HER2", her2_from),
                               BREAST_WINDOW },
  [PREDICT_BREAST_IN_KI67] = { AUSPEX_OPTIONAL_INPUT("ki67", "Ki-67",
                                                     ki67_from),
                               BREAST_WINDOW },
  [PREDICT_BREAST_IN_PR] = { AUSPEX_OPTIONAL_INPUT(
                                 "pr", "Progesterone receptor", pr_from),
                             BREAST_WINDOW },
  [PREDICT_BREAST_IN_SMOKER] = { AUSPEX_INPUT("smoker", "Smokes now",
                                              smoker_from),
                                 AROUND_A_YEAR },
  [PREDICT_BREAST_IN_HEART] = { AUSPEX_OPTIONAL_INPUT(
                                    "heart_gy", "Mean heart dose", heart_from),
                                BREAST_WINDOW },
};

static const auspex_criterion criteria[] = {
  { AUSPEX_CRITERION(AUSPEX_NEEDS_SEX, "not a woman"), .min = 1, .max = NAN },
  { AUSPEX_WITH(AUSPEX_NEEDS, breast_cancer_from,
                "no confirmed breast cancer") },
  /* A count, or micrometastases by category: both come from the specimen. */
  { AUSPEX_WITH(AUSPEX_NEEDS, breast_nodes_known_from,
                "no count of positive lymph nodes: not known to be operated"),
    .group = 1 },
  { AUSPEX_WITH(AUSPEX_NEEDS, pn_known_from,
                "no count of positive lymph nodes: not known to be operated"),
    .group = 1 },
  BREAST_EXCLUSIONS,
  { AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "not 25 to 85 years old at diagnosis"),
    .min = 25, .max = 85 },
};

static const auspex_code of_breast_cancer[] = {
  AUSPEX_OWN_OUTCOME("death-from-breast-cancer", "Death from breast cancer"),
};
static const auspex_code of_other[] = {
  AUSPEX_OWN_OUTCOME("death-from-other-causes",
                     "Death from causes other than the cancer"),
};
static const auspex_code of_any[] = { AUSPEX_SCT("419620001", "Death") };

#define ONE(name_, title_, codes_, years_)                                   \
  {                                                                          \
    AUSPEX_PREDICTS(name_, title_, codes_), .horizon_months = 12 * (years_), \
                                            .horizon_from = AUSPEX_AT_ANCHOR \
  }
#define THREE(name_, title_, codes_, arm_, with_)                             \
  ONE(name_ "-5y-" arm_, title_ " within 5 years, " with_, codes_, 5),        \
      ONE(name_ "-10y-" arm_, title_ " within 10 years, " with_, codes_, 10), \
      ONE(name_ "-15y-" arm_, title_ " within 15 years, " with_, codes_, 15)
#define ARM(arm_, with_) \
  THREE("death", "Death", of_any, arm_, "surgery and " with_)
static const auspex_outcome outcomes[PREDICT_BREAST_OUTCOMES] = {
  THREE("death", "Death", of_any, "surgery", "surgery alone"),
  THREE("breast-death", "Death from breast cancer", of_breast_cancer, "surgery",
        "surgery alone"),
  THREE("other-death", "Death from other causes", of_other, "surgery",
        "surgery alone"),
  ARM("hormone", "5 years of hormone therapy"),
  ARM("hormone-extended", "10 years of hormone therapy"),
  ARM("chemo-2", "chemotherapy of the second generation"),
  ARM("chemo-3", "chemotherapy of the third generation"),
  ARM("trastuzumab", "trastuzumab"),
  ARM("bisphosphonate", "bisphosphonates (after the menopause)"),
  ARM("radiotherapy", "radiotherapy"),
  ARM("all", "all options that apply (5 years of hormones, third generation)"),
};

#define HAZARD(name_, title_, input_) \
  AUSPEX_FACTOR_OF(AUSPEX_LOG_HAZARD, name_, title_, input_)
static const auspex_factor factors[PREDICT_BREAST_FACTORS] = {
  [PREDICT_BREAST_BY_AGE] =
      HAZARD("age", "Age, on death from breast cancer", PREDICT_BREAST_IN_AGE),
  [PREDICT_BREAST_BY_SIZE] =
      HAZARD("size", "Size of the tumour", PREDICT_BREAST_IN_SIZE),
  [PREDICT_BREAST_BY_NODES] = { AUSPEX_FACTOR(AUSPEX_LOG_HAZARD, "nodes",
                                              "Positive lymph nodes"),
                                .inputs = { PREDICT_BREAST_IN_NODES,
                                            PREDICT_BREAST_IN_PN },
                                .input_count = 2 },
  [PREDICT_BREAST_BY_GRADE] =
      HAZARD("grade", "Histologic grade", PREDICT_BREAST_IN_GRADE),
  [PREDICT_BREAST_BY_DETECTION] =
      HAZARD("screen", "How the cancer was found", PREDICT_BREAST_IN_SCREEN),
  [PREDICT_BREAST_BY_HER2] =
      HAZARD("her2", "HER2, in the first year", PREDICT_BREAST_IN_HER2),
  [PREDICT_BREAST_BY_KI67] = HAZARD("ki67", "Ki-67", PREDICT_BREAST_IN_KI67),
  [PREDICT_BREAST_BY_PR] =
      HAZARD("pr", "Progesterone receptor", PREDICT_BREAST_IN_PR),
  [PREDICT_BREAST_OTHER_BY_AGE] = HAZARD(
      "other_age", "Age, on death from other causes", PREDICT_BREAST_IN_AGE),
  [PREDICT_BREAST_OTHER_BY_SMOKING] =
      HAZARD("smoking", "Smoking", PREDICT_BREAST_IN_SMOKER),
  [PREDICT_BREAST_BENEFIT] = { AUSPEX_FACTOR(
      AUSPEX_PROBABILITY, "benefit",
      "Difference of survival to surgery "
      "alone") },
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-adjuvant-options",
                  "Adjuvant options could be talked over in the tumour board "
                  "and with the patient."),
};

const auspex_model predict_breast_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.predict-breast",
  .name = "predict-breast",
  .version = "3.2.0",
  .title = "PREDICT-style re-implementation of PREDICT Breast 3.2",
  .publisher = "Auspex",
  .population =
      "Women of 25 to 85 years operated on for invasive breast cancer, "
      "not metastatic, not treated before surgery.",
  .source =
      "Candido dos Reis FJ et al. Breast Cancer Res 2017;19:58; Grootes I "
      "et al. 2024; WintonCentre/predict-v30-r (MIT)",
  .limits =
      "A re-implementation, not the authors' product. It speaks of death, "
      "not of relapse. Unknown detection, grade, HER2, Ki-67 and PR count "
      "as the authors define; an unknown ER is refused. Ki-67 above 10 % "
      "counts as positive: a decision of this project. Radiotherapy is "
      "left out without a heart dose. External AUC of version 2: 0.752.",
  .licence = "Coefficients of predict-v30-r, MIT. PREDICT is a device of its "
             "owners; this re-implementation is not.",
  .anchor = &breast_anchor,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 32,
  .max_results_per_row = PREDICT_BREAST_OUTCOMES,
  .max_contributions_per_row = 3 * PREDICT_BREAST_TERMS + 3 * 8,
  .max_text_per_row = 8000,
};
