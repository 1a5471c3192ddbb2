/*
 * prostate.h - what the models of prostate cancer before its treatment share:
 * whom they are for, the day of diagnosis, PSA, biopsy.
 */
#ifndef TRAJECTORY_PROSTATE_H
#define TRAJECTORY_PROSTATE_H

#include "auspex_oncology.h"

AUSPEX_DECLARE_SET(prostate_cores, "positive biopsy cores",
                   AUSPEX_OWN_INPUT("percent-positive-biopsy-cores",
                                    "Percentage of biopsy cores with cancer"));

AUSPEX_DECLARE_SOURCES(prostate_onset_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_prostate_cancer),
                         .pick = AUSPEX_PICK_EARLIEST,
                         .flags = AUSPEX_NO_RECURRENCE });
static const auspex_anchor prostate_anchor = {
  .size = sizeof(auspex_anchor),
  .name = "prostate-cancer-diagnosis",
  .title = "Diagnosis of prostate cancer",
  .sources = AUSPEX_ARRAY(prostate_onset_from),
  .freshness_days = 365,
};
#define PROSTATE_WINDOW AUSPEX_AROUND_ANCHOR(-180, 180, 365)
#define PROSTATE_PSA_WINDOW AUSPEX_AROUND_ANCHOR(-180, 30, 365)

AUSPEX_DECLARE_SOURCES(prostate_age_from, { AUSPEX_AGED });
AUSPEX_DECLARE_SOURCES(prostate_psa_from,
                       { AUSPEX_MEASURED(auspex_oncology_psa, "ng/mL", 0.01,
                                         5000),
                         .pick = AUSPEX_PICK_NEAREST });
AUSPEX_DECLARE_SOURCES(prostate_cores_from,
                       { AUSPEX_MEASURED(prostate_cores, "%", 0, 100),
                         .flags = AUSPEX_PLAIN_NUMBER });

AUSPEX_DECLARE_SOURCES(prostate_cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_prostate_cancer) });
AUSPEX_DECLARE_SOURCES(prostate_ct_known_from,
                       { AUSPEX_OBSERVED(auspex_oncology_ct_code),
                         .take = AUSPEX_TAKE_PRESENT });
AUSPEX_DECLARE_SOURCES(prostate_metastasis_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_distant_metastasis),
                         .flags = AUSPEX_EVER });
AUSPEX_DECLARE_SOURCES(prostate_m1_from,
                       { AUSPEX_OBSERVED(auspex_oncology_m_code),
                         .map = &auspex_oncology_m1,
                         .pick = AUSPEX_PICK_EVER });
AUSPEX_DECLARE_SOURCES(prostate_removal_from,
                       { AUSPEX_SOURCE(AUSPEX_FROM_PROCEDURE),
                         .codes = &auspex_oncology_prostatectomy });

#define PROSTATE_CRITERIA                                                    \
  { AUSPEX_CRITERION(AUSPEX_NEEDS_SEX, "not a man"), .min = 0, .max = NAN }, \
      { AUSPEX_WITH(AUSPEX_NEEDS, prostate_cancer_from,                      \
                    "no confirmed prostate cancer") },                       \
      { AUSPEX_WITH(AUSPEX_NEEDS, prostate_ct_known_from,                    \
                    "no clinical T category is known") },                    \
      { AUSPEX_WITH(AUSPEX_EXCLUDES, prostate_metastasis_from,               \
                    "distant metastases are known") },                       \
      { AUSPEX_WITH(AUSPEX_EXCLUDES, prostate_m1_from,                       \
                    "distant metastases are known (M1)") },                  \
      { AUSPEX_WITH(AUSPEX_EXCLUDES, prostate_removal_from,                  \
                    "the prostate was removed: the decision is taken") },    \
  {                                                                          \
    AUSPEX_CRITERION(AUSPEX_NEEDS_ANCHOR,                                    \
                     "the diagnosis is not known to the day")                \
  }

#endif
