/* What the Khorana score needs and gives, and how its results read. */
#include "khorana.h"

#include "auspex_oncology.h"
#include "models.h"

enum { IN_SITE, IN_PLATELETS, IN_HB, IN_ESA, IN_LEUKOCYTES, IN_BMI, INPUTS };

AUSPEX_DECLARE_SET(start, "start of systemic treatment",
                   AUSPEX_OWN_INPUT("systemic-therapy-start",
                                    "Start of systemic therapy"));
AUSPEX_DECLARE_SET(
    esa, "erythropoiesis-stimulating agent",
    AUSPEX_OWN_INPUT(
        "erythropoiesis-stimulating-agent-use",
        "Uses an erythropoiesis-stimulating agent (explicit yes/no)"));
AUSPEX_DECLARE_SET(agents, "erythropoiesis-stimulating agents",
                   AUSPEX_ATC("B03XA01", "erythropoietin"),
                   AUSPEX_ATC("B03XA02", "darbepoetin alfa"),
                   AUSPEX_ATC("B03XA03",
                              "methoxy polyethylene glycol-epoetin beta"));

#define IS_ICD10(code_, match_, site_)                                       \
  {                                                                          \
    AUSPEX_MAP_CODE, AUSPEX_MATCH_##match_, AUSPEX_SYSTEM_ICD10, (code_), 0, \
        0, KHORANA_##site_                                                   \
  }
/* The site by code; 363346000 (cancer without a site) says nothing. */
AUSPEX_DECLARE_MAP(
    site, "site of the cancer", 0, IS_ICD10("C25", PREFIX, PANCREAS),
    IS_ICD10("C16", PREFIX, STOMACH), IS_ICD10("C34", PREFIX, LUNG),
    IS_ICD10("C81-C86", RANGE, LYMPHOMA), IS_ICD10("C88", PREFIX, LYMPHOMA),
    IS_ICD10("C51-C58", RANGE, GYNAECOLOGICAL),
    IS_ICD10("C67", PREFIX, BLADDER), IS_ICD10("C62", PREFIX, TESTIS),
    IS_ICD10("C50", PREFIX, BREAST), IS_ICD10("C00-C96", RANGE, OTHER),
    AUSPEX_IS_SCT("363418001", KHORANA_PANCREAS),
    AUSPEX_IS_SCT("372003004", KHORANA_PANCREAS),
    AUSPEX_IS_SCT("372014001", KHORANA_STOMACH),
    AUSPEX_IS_SCT("363358000", KHORANA_LUNG),
    AUSPEX_IS_SCT("254637007", KHORANA_LUNG),
    AUSPEX_IS_SCT("254632001", KHORANA_LUNG),
    AUSPEX_IS_SCT("118600007", KHORANA_LYMPHOMA),
    AUSPEX_IS_SCT("109969005", KHORANA_LYMPHOMA),
    AUSPEX_IS_SCT("308121000", KHORANA_LYMPHOMA),
    AUSPEX_IS_SCT("363443007", KHORANA_GYNAECOLOGICAL),
    AUSPEX_IS_SCT("93934004", KHORANA_GYNAECOLOGICAL),
    AUSPEX_IS_SCT("371973000", KHORANA_GYNAECOLOGICAL),
    AUSPEX_IS_SCT("399326009", KHORANA_BLADDER),
    AUSPEX_IS_SCT("254837009", KHORANA_BREAST),
    AUSPEX_IS_SCT("399068003", KHORANA_OTHER),
    AUSPEX_IS_SCT("93761005", KHORANA_OTHER),
    AUSPEX_IS_SCT("109838007", KHORANA_OTHER), AUSPEX_IS_SCT("363346000", NAN));

/* Sites that the map knows and the set of malignancies does not name. */
#define SITES                                                        \
  AUSPEX_SCT("372014001", "Primary malignant neoplasm of stomach"),  \
      AUSPEX_SCT("363443007", "Malignant tumor of ovary"),           \
      AUSPEX_SCT("93934004", "Primary malignant neoplasm of ovary"), \
      AUSPEX_SCT("371973000", "Malignant neoplasm of uterus"),       \
      AUSPEX_SCT("399326009", "Bladder cancer")
AUSPEX_DECLARE_SET(more_sites, "cancers with a site", SITES);

#define OF_TWO_THE_GREATER(set_)                                  \
  AUSPEX_DIAGNOSED(set_), .take = AUSPEX_TAKE_CODE, .map = &site, \
                          .pick = AUSPEX_PICK_MAX
AUSPEX_DECLARE_SOURCES(site_from,
                       { OF_TWO_THE_GREATER(auspex_oncology_malignancy_any) },
                       { OF_TWO_THE_GREATER(more_sites),
                         .flags = AUSPEX_WITH_PREVIOUS });
AUSPEX_DECLARE_SOURCES(platelets_from,
                       { AUSPEX_MEASURED(auspex_oncology_platelets, "10*9/L", 1,
                                         3000) });
AUSPEX_DECLARE_SOURCES(hb_from, { AUSPEX_MEASURED(auspex_oncology_hemoglobin,
                                                  "g/dL", 2, 25),
                                  .molar_mass = 16114.5 });
AUSPEX_DECLARE_SOURCES(esa_from,
                       { AUSPEX_OBSERVED(esa), .map = &auspex_oncology_yes_no },
                       { AUSPEX_SOURCE(AUSPEX_FROM_MEDICATION),
                         .codes = &agents, .pick = AUSPEX_PICK_EVER,
                         .flags = AUSPEX_OWN_WINDOW,
                         .window_from_days = AUSPEX_UNLIMITED },
                       { AUSPEX_SOURCE(AUSPEX_FROM_ADMINISTRATION),
                         .codes = &agents, .pick = AUSPEX_PICK_EVER });
AUSPEX_DECLARE_SOURCES(leukocytes_from,
                       { AUSPEX_MEASURED(auspex_oncology_leukocytes, "10*9/L",
                                         0.1, 800) });
AUSPEX_DECLARE_SOURCES(bmi_from, { AUSPEX_MEASURED(auspex_oncology_bmi, "kg/m2",
                                                   12, 70) });

#define BEFORE(days) AUSPEX_AROUND_ANCHOR(-(days), 0, days)
static const auspex_input inputs[INPUTS] = {
  [IN_SITE] = { AUSPEX_INPUT("site", "Site of the cancer", site_from),
                AUSPEX_ANY_TIME },
  [IN_PLATELETS] = { AUSPEX_INPUT("platelets", "Platelets", platelets_from),
                     BEFORE(30) },
  [IN_HB] = { AUSPEX_INPUT("hb_g_dl", "Haemoglobin", hb_from), BEFORE(30) },
  [IN_ESA] = { AUSPEX_INPUT("on_esa",
                            "Use of an erythropoiesis-stimulating agent",
                            esa_from),
               BEFORE(90) },
  [IN_LEUKOCYTES] = { AUSPEX_INPUT("wbc", "Leukocytes", leukocytes_from),
                      BEFORE(30) },
  [IN_BMI] = { AUSPEX_INPUT("bmi", "Body mass index", bmi_from), BEFORE(90) },
};

AUSPEX_DECLARE_SOURCES(cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_malignancy_any) },
                       { AUSPEX_DIAGNOSED(more_sites) });
AUSPEX_DECLARE_SOURCES(
    start_from, { AUSPEX_OBSERVED(start), .take = AUSPEX_TAKE_VALUE_TIME },
    { AUSPEX_SOURCE(AUSPEX_FROM_ADMINISTRATION),
      .codes = &auspex_oncology_antineoplastic, .pick = AUSPEX_PICK_EARLIEST });
static const auspex_anchor anchor = {
  .size = sizeof(auspex_anchor),
  .name = "systemic-therapy-start",
  .title = "Start of systemic treatment",
  .sources = AUSPEX_ARRAY(start_from),
  .future_days = 30,
};
static const auspex_criterion criteria[] = {
  { AUSPEX_WITH(AUSPEX_NEEDS, cancer_from, "no confirmed cancer") },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_ANCHOR,
                     "the start of systemic treatment is not known to the "
                     "day") },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "younger than 18 years"), .min = 18,
    .max = NAN },
};

static const auspex_code thrombosis[] = {
  AUSPEX_OWN_OUTCOME("venous-thromboembolism", "Venous thromboembolism"),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("venous-thromboembolism", "Venous thromboembolism",
                    thrombosis),
    .horizon_months = 6, .horizon_from = AUSPEX_AT_ANCHOR, .unit = "{points}" },
};

#define POINTS(name_, title_, input_) \
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, name_, title_, input_)
static const auspex_factor factors[KHORANA_FACTORS] = {
  [KHORANA_BY_SITE] = POINTS("site", "Site of the cancer", IN_SITE),
  [KHORANA_BY_PLATELETS] = POINTS("platelets", "Platelets", IN_PLATELETS),
  [KHORANA_BY_HB] = { AUSPEX_FACTOR(AUSPEX_POINTS, "hemoglobin",
                                    "Haemoglobin or its treatment"),
                      .inputs = { IN_HB, IN_ESA }, .input_count = 2 },
  [KHORANA_BY_LEUKOCYTES] = POINTS("leukocytes", "Leukocytes", IN_LEUKOCYTES),
  [KHORANA_BY_BMI] = POINTS("bmi", "Body mass index", IN_BMI),
};
static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-prophylaxis",
                  "Risk and benefit of prophylaxis against thrombosis could be "
                  "weighed along the local guideline."),
};

const auspex_model khorana_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.auspex-gateway.khorana",
  .name = "khorana",
  .version = "1.0.0",
  .title = "Khorana score: venous thromboembolism under chemotherapy",
  .publisher = "Auspex",
  .population = "Ambulatory adults with cancer who begin chemotherapy.",
  .source = "Khorana AA et al. Blood 2008;111:4902-4907; incidences: Mulder FI "
            "et al. Haematologica 2019;104:1277-1287",
  .limits =
      "The probability is the incidence of the group within 6 months. Only "
      "laboratory values up to the day of the first dose count. The "
      "original score: variants give other sites points.",
  .licence = "A table from journal articles.",
  .anchor = &anchor,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = KHORANA_FACTORS,
  .max_text_per_row = 500,
};

void khorana_score(auspex_writer *w, const void *table,
                   const auspex_batch *batch, uint32_t row) {
  auspex_cells cells;
  if (!auspex_serve_takes(w, &khorana_model, batch, row, &cells)) return;
  khorana_input in = {
    .site = (khorana_site)cells.value[IN_SITE],
    .platelets = cells.value[IN_PLATELETS],
    .hb = cells.value[IN_HB],
    .esa = cells.value[IN_ESA],
    .leukocytes = cells.value[IN_LEUKOCYTES],
    .bmi = cells.value[IN_BMI],
  };
  khorana_result r = khorana_compute(table, &in);
  auspex_result *result = auspex_serve_points(w, row, r.score, r.band->level);
  result->probability = r.band->number[0] / 100;
  auspex_write_contributions(w, r.points, KHORANA_FACTORS);
  auspex_write_text(
      w,
      "Khorana score %.0f, %s. Of the group with as many points "
      "%.1f %% had venous thromboembolism within 6 months (Mulder "
      "2019); that is a fact about the group.",
      r.score, r.band->word, r.band->number[0]);
  auspex_write_done(w);
}
