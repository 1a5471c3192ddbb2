/*
 * breast.h - what the models of operated breast cancer share: whom they are
 * for, the day of diagnosis, size, nodes and grade.
 */
#ifndef TRAJECTORY_BREAST_H
#define TRAJECTORY_BREAST_H

#include "auspex_oncology.h"

AUSPEX_DECLARE_SET(breast_nodes, "positive lymph nodes",
                   AUSPEX_LOINC("21893-3",
                                "Regional lymph nodes positive [#] in "
                                "Specimen"));
AUSPEX_DECLARE_SET(breast_size, "size of the tumour",
                   AUSPEX_LOINC("21889-1", "Size Tumor"));
AUSPEX_DECLARE_SET(breast_dimension, "largest dimension",
                   AUSPEX_LOINC("33728-7", "Size.maximum dimension in Tumor"));
AUSPEX_DECLARE_SET(breast_gross, "gross examination",
                   AUSPEX_SCT("787377000", "Gross examination and sampling of "
                                           "tissue specimen"));
AUSPEX_DECLARE_SET(breast_nottingham, "Nottingham grade",
                   AUSPEX_LOINC("44648-4",
                                "Histologic grade [Score] in Breast cancer "
                                "specimen by Nottingham"));
AUSPEX_DECLARE_SET(breast_histology, "histologic grade",
                   AUSPEX_LOINC("33732-9",
                                "Histology grade [Identifier] in Cancer "
                                "specimen"));
AUSPEX_DECLARE_SET(breast_neoadjuvant, "treatment before surgery",
                   AUSPEX_OWN_INPUT("neoadjuvant-therapy",
                                    "Neoadjuvant therapy (explicit yes/no)"));
AUSPEX_DECLARE_SET(breast_pathology, "pathological T or N category",
                   AUSPEX_LOINC("21899-0",
                                "Primary tumor.pathology [Class] Cancer"),
                   AUSPEX_LOINC("21900-6",
                                "Regional lymph nodes.pathology [Class] "
                                "Cancer"),
                   AUSPEX_SCT("371494008", "pN category"));
AUSPEX_DECLARE_MAP_OR(breast_yp, "category after treatment", AUSPEX_FOLD_BLANKS,
                      0, AUSPEX_IS_STAGE("yp.*", 1));

/* Grade 1 to 3; `unknown` is what GX is worth. A Nottingham sum of 4 to 9 is no
 * grade. */
#define BREAST_SYSTEM_MII_GRADE                                      \
  "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/" \
  "CodeSystem/mii-cs-onko-grading"
#define BREAST_GRADES(unknown)                                            \
  AUSPEX_IS_KEPT(1, 3), AUSPEX_IS_TEXT("G1", 1), AUSPEX_IS_TEXT("G2", 2), \
      AUSPEX_IS_TEXT("G3", 3), AUSPEX_IS_TEXT("GX", (unknown)),           \
      AUSPEX_IS(BREAST_SYSTEM_MII_GRADE, "1", 1),                         \
      AUSPEX_IS(BREAST_SYSTEM_MII_GRADE, "2", 2),                         \
      AUSPEX_IS(BREAST_SYSTEM_MII_GRADE, "3", 3),                         \
      AUSPEX_IS(BREAST_SYSTEM_MII_GRADE, "X", (unknown)),                 \
      AUSPEX_IS_SCT("1155708003", 1), AUSPEX_IS_SCT("1286893008", 2),     \
      AUSPEX_IS_SCT("1155707008", 3), AUSPEX_IS_SCT("373375007", 1),      \
      AUSPEX_IS_SCT("373377004", 2), AUSPEX_IS_SCT("373373000", 3),       \
      AUSPEX_IS_SCT("1155705000", (unknown))

/* Sizes from the specimen or by gross examination go before others. */
static const auspex_filter breast_of_specimen[] = {
  { AUSPEX_WHERE_SPECIMEN, 1, NULL, NULL },
  { AUSPEX_WHERE_METHOD, 1, &breast_gross, NULL },
};
#define BREAST_SIZES(unit_, min_, max_)                                    \
  { AUSPEX_MEASURED(breast_dimension, unit_, min_, max_),                  \
    .within = &breast_size, .filters = AUSPEX_ARRAY(breast_of_specimen) }, \
      { AUSPEX_MEASURED(breast_size, unit_, min_, max_),                   \
        .filters = AUSPEX_ARRAY(breast_of_specimen),                       \
        .flags = AUSPEX_WITH_PREVIOUS },                                   \
      { AUSPEX_MEASURED(breast_dimension, unit_, min_, max_),              \
        .within = &breast_size },                                          \
  {                                                                        \
    AUSPEX_MEASURED(breast_size, unit_, min_, max_),                       \
        .flags = AUSPEX_WITH_PREVIOUS                                      \
  }

/* The day of diagnosis: of the latest primary, else of the lymph nodes. */
AUSPEX_DECLARE_SOURCES(breast_onset_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_breast_cancer),
                         .flags = AUSPEX_NO_RECURRENCE },
                       { AUSPEX_OBSERVED(breast_nodes) });
static const auspex_anchor breast_anchor = {
  .size = sizeof(auspex_anchor),
  .name = "breast-cancer-diagnosis",
  .title = "Diagnosis of breast cancer",
  .sources = AUSPEX_ARRAY(breast_onset_from),
  .freshness_days = 365,
};
#define BREAST_WINDOW AUSPEX_AROUND_ANCHOR(-30, 365, 365)

AUSPEX_DECLARE_SOURCES(breast_cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_breast_cancer) });
AUSPEX_DECLARE_SOURCES(breast_nodes_known_from,
                       { AUSPEX_OBSERVED(breast_nodes),
                         .take = AUSPEX_TAKE_PRESENT });
AUSPEX_DECLARE_SOURCES(breast_metastasis_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_distant_metastasis),
                         .flags = AUSPEX_EVER });
AUSPEX_DECLARE_SOURCES(breast_m1_from,
                       { AUSPEX_OBSERVED(auspex_oncology_m_code),
                         .map = &auspex_oncology_m1,
                         .pick = AUSPEX_PICK_EVER });
AUSPEX_DECLARE_SOURCES(breast_neoadjuvant_from,
                       { AUSPEX_OBSERVED(breast_neoadjuvant),
                         .map = &auspex_oncology_yes_no,
                         .pick = AUSPEX_PICK_EVER });
AUSPEX_DECLARE_SOURCES(breast_yp_from,
                       { AUSPEX_OBSERVED(breast_pathology), .map = &breast_yp,
                         .pick = AUSPEX_PICK_EVER });

#define BREAST_EXCLUSIONS                                          \
  { AUSPEX_WITH(AUSPEX_EXCLUDES, breast_metastasis_from,           \
                "distant metastases are known") },                 \
      { AUSPEX_WITH(AUSPEX_EXCLUDES, breast_m1_from,               \
                    "distant metastases are known (M1)") },        \
      { AUSPEX_WITH(AUSPEX_EXCLUDES, breast_neoadjuvant_from,      \
                    "was treated before surgery") },               \
      { AUSPEX_WITH(AUSPEX_EXCLUDES, breast_yp_from,               \
                    "was treated before surgery (yp category)") }, \
  {                                                                \
    AUSPEX_CRITERION(AUSPEX_NEEDS_ANCHOR,                          \
                     "the diagnosis is not known to the day")      \
  }

#endif
