/* What the Brock models need and give, and how their results read. */
#include "brock_nodule.h"

#include "auspex_oncology.h"
#include "models.h"

enum {
  IN_AGE,
  IN_FEMALE,
  IN_FAMILY,
  IN_EMPHYSEMA,
  IN_SIZE,
  IN_TYPE,
  IN_UPPER,
  IN_COUNT,
  IN_SPICULATION
};

AUSPEX_DECLARE_SET(panel, "lung nodule",
                   AUSPEX_OWN_INPUT("lung-nodule", "Lung nodule (panel)"));
AUSPEX_DECLARE_SET(size, "size of the nodule",
                   AUSPEX_OWN_INPUT("nodule-size",
                                    "Largest diameter of the nodule"));
AUSPEX_DECLARE_SET(tumour_size, "size of a tumour",
                   AUSPEX_LOINC("21889-1", "Size Tumor"));
AUSPEX_DECLARE_SET(dimension, "largest dimension",
                   AUSPEX_LOINC("33728-7", "Size.maximum dimension in Tumor"));
AUSPEX_DECLARE_SET(type, "type of the nodule",
                   AUSPEX_OWN_INPUT("nodule-type", "Nodule attenuation type"));
AUSPEX_DECLARE_SET(upper, "upper lobe",
                   AUSPEX_OWN_INPUT("nodule-upper-lobe",
                                    "Nodule in an upper lobe"));
AUSPEX_DECLARE_SET(nodules, "number of nodules",
                   AUSPEX_OWN_INPUT("nodule-count",
                                    "Number of nodules on this CT"));
AUSPEX_DECLARE_SET(spiculation, "spiculation",
                   AUSPEX_OWN_INPUT("nodule-spiculation",
                                    "Spiculation present"));
AUSPEX_DECLARE_SET(
    family, "family history of lung cancer",
    AUSPEX_OWN_INPUT("family-history-lung-cancer",
                     "Family history of lung cancer (explicit yes/no)"));
AUSPEX_DECLARE_SET(
    emphysema, "emphysema",
    AUSPEX_OWN_INPUT("emphysema",
                     "Emphysema on CT or as diagnosis (explicit yes/no)"));

AUSPEX_DECLARE_MAP(in_upper_lobe, "upper lobe", 0, AUSPEX_IS_SCT("42400003", 1),
                   AUSPEX_IS_SCT("44714003", 1), AUSPEX_IS_SCT("45653009", 1));
AUSPEX_DECLARE_MAP(nodule_type, "type of nodule", 0,
                   AUSPEX_IS_OWN("nodule-type-solid", BROCK_NODULE_SOLID),
                   AUSPEX_IS_OWN("nodule-type-part-solid",
                                 BROCK_NODULE_PART_SOLID),
                   AUSPEX_IS_OWN("nodule-type-nonsolid", BROCK_NODULE_NONSOLID),
                   AUSPEX_IS_TEXT("solid", BROCK_NODULE_SOLID),
                   AUSPEX_IS_TEXT("part-solid", BROCK_NODULE_PART_SOLID),
                   AUSPEX_IS_TEXT("nonsolid", BROCK_NODULE_NONSOLID),
                   AUSPEX_IS_TEXT("ground-glass", BROCK_NODULE_NONSOLID),
                   AUSPEX_IS_TEXT("pure ground-glass", BROCK_NODULE_NONSOLID));

/* Size is the largest of the latest day; the rest comes from the same panel, or
 * from Observations of the same day. A tumour size stands in only for people
 * with a diagnosed lung nodule: see the criteria. */
#define IN_PANEL(set_) AUSPEX_OBSERVED(set_), .within = &panel
#define MILLIMETRES .unit = "mm", .valid_min = 1, .valid_max = 30
#define LARGEST .pick = AUSPEX_PICK_LATEST_MAX
AUSPEX_DECLARE_SOURCES(age_from, { AUSPEX_AGED });
AUSPEX_DECLARE_SOURCES(female_from, { AUSPEX_SOURCE(AUSPEX_FROM_SEX) });
AUSPEX_DECLARE_SOURCES(
    family_from, { AUSPEX_OBSERVED(family), .map = &auspex_oncology_yes_no },
    { AUSPEX_SOURCE(AUSPEX_FROM_FAMILY_HISTORY),
      .codes = &auspex_oncology_lung_cancer,
      .within = &auspex_oncology_relatives, .pick = AUSPEX_PICK_EVER,
      .flags = AUSPEX_OWN_WINDOW, .window_from_days = AUSPEX_UNLIMITED });
AUSPEX_DECLARE_SOURCES(emphysema_from,
                       { AUSPEX_OBSERVED(emphysema),
                         .map = &auspex_oncology_yes_no },
                       { AUSPEX_DIAGNOSED(auspex_oncology_emphysema),
                         .pick = AUSPEX_PICK_EVER,
                         .flags = AUSPEX_EVER | AUSPEX_OWN_WINDOW,
                         .window_from_days = AUSPEX_UNLIMITED });
AUSPEX_DECLARE_SOURCES(size_from, { IN_PANEL(size), LARGEST, MILLIMETRES },
                       { AUSPEX_OBSERVED(size), LARGEST, MILLIMETRES },
                       { AUSPEX_OBSERVED(dimension), .within = &tumour_size,
                         LARGEST, MILLIMETRES },
                       { AUSPEX_OBSERVED(tumour_size), LARGEST, MILLIMETRES });
/* The CT from which the years count: the day of the size. */
AUSPEX_DECLARE_SOURCES(ct_from, { IN_PANEL(size) }, { AUSPEX_OBSERVED(size) },
                       { AUSPEX_OBSERVED(dimension), .within = &tumour_size },
                       { AUSPEX_OBSERVED(tumour_size) });
AUSPEX_DECLARE_SOURCES(type_from, { IN_PANEL(type), .map = &nodule_type },
                       { AUSPEX_OBSERVED(type), .map = &nodule_type });
AUSPEX_DECLARE_SOURCES(
    upper_from, { IN_PANEL(upper), .map = &auspex_oncology_yes_no },
    { AUSPEX_OBSERVED(upper), .map = &auspex_oncology_yes_no },
    { AUSPEX_OBSERVED(panel), .take = AUSPEX_TAKE_BODY_SITE,
      .map = &in_upper_lobe },
    { AUSPEX_OBSERVED(size), .take = AUSPEX_TAKE_BODY_SITE,
      .map = &in_upper_lobe },
    { AUSPEX_OBSERVED(tumour_size), .take = AUSPEX_TAKE_BODY_SITE,
      .map = &in_upper_lobe });
#define COUNTED .unit = "{#}", .valid_min = 1, .valid_max = 50
AUSPEX_DECLARE_SOURCES(count_from, { IN_PANEL(nodules), COUNTED },
                       { AUSPEX_OBSERVED(nodules), COUNTED });
AUSPEX_DECLARE_SOURCES(
    spiculation_from, { IN_PANEL(spiculation), .map = &auspex_oncology_yes_no },
    { AUSPEX_OBSERVED(spiculation), .map = &auspex_oncology_yes_no });
AUSPEX_DECLARE_SOURCES(ever_smoked_from,
                       { AUSPEX_OBSERVED(auspex_oncology_smoking_status),
                         .map = &auspex_oncology_ever_smoked });
AUSPEX_DECLARE_SOURCES(nodule_from,
                       { AUSPEX_OBSERVED(size), .take = AUSPEX_TAKE_PRESENT });
AUSPEX_DECLARE_SOURCES(diagnosis_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_lung_nodule) });
AUSPEX_DECLARE_SOURCES(lung_cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_lung_cancer),
                         .flags = AUSPEX_EVER });

#define OF_NODULE(name_, title_, sources_)                         \
  AUSPEX_INPUT(name_, title_, sources_), AUSPEX_LAST_DAYS(90, 90), \
      .tied = AUSPEX_TIED_RESOURCE, .tied_to = IN_SIZE

static const auspex_input inputs[] = {
  [IN_AGE] = { AUSPEX_INPUT("age", "Age", age_from), AUSPEX_ANY_TIME },
  [IN_FEMALE] = { AUSPEX_INPUT("female", "Sex", female_from), AUSPEX_ANY_TIME },
  [IN_FAMILY] = { AUSPEX_INPUT("fh_lung", "Lung cancer in the family",
                               family_from),
                  AUSPEX_LAST_DAYS(3650, 3650) },
  [IN_EMPHYSEMA] = { AUSPEX_INPUT("emphysema", "Emphysema", emphysema_from),
                     AUSPEX_LAST_DAYS(3650, 3650) },
  [IN_SIZE] = { AUSPEX_INPUT("size_mm", "Size of the nodule", size_from),
                AUSPEX_LAST_DAYS(90, 90) },
  [IN_TYPE] = { OF_NODULE("nodule_type", "Type of the nodule", type_from) },
  [IN_UPPER] = { OF_NODULE("upper_lobe", "Nodule in an upper lobe",
                           upper_from) },
  [IN_COUNT] = { OF_NODULE("nodule_count", "Number of nodules", count_from) },
  [IN_SPICULATION] = { AUSPEX_OPTIONAL_INPUT("spiculation", "Spiculation",
                                             spiculation_from),
                       AUSPEX_LAST_DAYS(90, 90), .tied = AUSPEX_TIED_RESOURCE,
                       .tied_to = IN_SIZE },
};

static const auspex_criterion criteria[] = {
  { AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "not 50 to 75 years old"), .min = 50,
    .max = 75 },
  { AUSPEX_WITH(AUSPEX_NEEDS, ever_smoked_from,
                "is not known to smoke or to have smoked") },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_INPUT, "no lung nodule was measured"),
    .input = IN_SIZE },
  { AUSPEX_WITH(AUSPEX_NEEDS, nodule_from, "no lung nodule is known"),
    .group = 1, .max_age_days = 90 },
  { AUSPEX_WITH(AUSPEX_NEEDS, diagnosis_from, "no lung nodule is known"),
    .group = 1 },
  { AUSPEX_WITH(AUSPEX_EXCLUDES, lung_cancer_from,
                "lung cancer is already known") },
};

static const auspex_code lung_cancer[] = {
  AUSPEX_SCT("363358000", "Malignant tumor of lung"),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("lung-cancer", "Malignant tumor of lung", lung_cancer),
    .horizon_months = 48, .horizon_from = AUSPEX_AT_ANCHOR },
};
static const auspex_anchor ct = {
  .size = sizeof(auspex_anchor),
  .name = "nodule-measured",
  .title = "CT on which the nodule was measured",
  .sources = AUSPEX_ARRAY(ct_from),
};

#define TERM(name_, title_, input_) \
  AUSPEX_FACTOR_OF(AUSPEX_LOG_ODDS, name_, title_, input_)
static const auspex_factor factors[BROCK_NODULE_TERMS] = {
  [BROCK_NODULE_BY_AGE] = TERM("age", "Age", IN_AGE),
  [BROCK_NODULE_BY_SEX] = TERM("sex", "Sex", IN_FEMALE),
  [BROCK_NODULE_BY_FAMILY] =
      TERM("family", "Lung cancer in the family", IN_FAMILY),
  [BROCK_NODULE_BY_EMPHYSEMA] = TERM("emphysema", "Emphysema", IN_EMPHYSEMA),
  [BROCK_NODULE_BY_SIZE] = TERM("size", "Size of the nodule", IN_SIZE),
  [BROCK_NODULE_BY_TYPE] = TERM("type", "Type of the nodule", IN_TYPE),
  [BROCK_NODULE_BY_LOBE] = TERM("upper_lobe", "Upper lobe", IN_UPPER),
  [BROCK_NODULE_BY_COUNT] = TERM("count", "Number of nodules", IN_COUNT),
  [BROCK_NODULE_BY_SPICULATION] =
      TERM("spiculation", "Spiculation", IN_SPICULATION),
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-nodule-pathway",
                  "Follow-up by the local pathway for pulmonary nodules could "
                  "be considered."),
};

const auspex_model brock_nodule_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE | AUSPEX_MODEL_DATED,
  .id = "org.auspex-gateway.brock-nodule",
  .name = "brock-nodule",
  .version = "1.0.0",
  .title = "Brock (PanCan): malignancy of a pulmonary nodule",
  .publisher = "Auspex",
  .population =
      "People of 50 to 75 years who smoke or smoked, with a nodule on "
      "a first screening CT.",
  .source = "McWilliams A et al. N Engl J Med 2013;369:910-919, full models 2a "
            "and 2b; coefficients as in PMC6717521",
  .limits =
      "Without a statement on spiculation model 2a is used, with one model "
      "2b. Coefficients with four decimals. Nodules of 1 to 30 mm; larger "
      "ones are masses. The horizon is that of the studies' follow-up, two "
      "to four years.",
  .licence = "Coefficients published in a journal article.",
  .anchor = &ct,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = BROCK_NODULE_TERMS,
  .max_text_per_row = 800,
};

void brock_nodule_score(auspex_writer *w, const void *table,
                        const auspex_batch *batch, uint32_t row) {
  auspex_cells cells;
  if (!auspex_serve_takes(w, &brock_nodule_model, batch, row, &cells)) return;
  double count = cells.value[IN_COUNT];
  if (count != floor(count)) {
    auspex_serve_missing(w, &cells, IN_COUNT,
                         "The number of nodules must be a whole number.");
    return;
  }
  brock_nodule_input in = {
    .age = cells.value[IN_AGE],
    .female = cells.value[IN_FEMALE],
    .family = cells.value[IN_FAMILY],
    .emphysema = cells.value[IN_EMPHYSEMA],
    .size_mm = cells.value[IN_SIZE],
    .upper = cells.value[IN_UPPER],
    .count = count,
    .type = (brock_nodule_type)cells.value[IN_TYPE],
    .spiculation = auspex_cells_value(&cells, IN_SPICULATION),
  };
  int known = !isnan(in.spiculation);
  brock_nodule_result r = brock_nodule_compute(table, &in);
  auspex_result *result = auspex_write_result(w, row, 0);
  result->probability = r.risk;
  result->mitigation = 0;
  auspex_write_contributions(w, r.terms, BROCK_NODULE_TERMS);
  auspex_write_text(w,
                    "Brock model %s: %.2f %% that the nodule of %.4g mm is "
                    "cancer.%s Contributions are log-odds against the centre "
                    "of the model.",
                    known ? "2b" : "2a", 100 * r.risk, in.size_mm,
                    known ? "" : " Spiculation is not known.");
  auspex_write_done(w);
}
