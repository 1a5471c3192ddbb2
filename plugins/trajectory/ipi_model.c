/* What IPI, NCCN-IPI and FLIPI need and give, and how their results read. */
#include "ipi.h"

#include "auspex_oncology.h"
#include "models.h"

/* Inputs of all three, then those of one: at most two more. */
enum { IN_AGE, IN_LDH, IN_STAGE, IN_ECOG, IN_EXTRANODAL, INPUTS_IPI };
enum { IN_NODAL = IN_ECOG, IN_HB, INPUTS_FLIPI };

AUSPEX_DECLARE_SET(stage_code, "stage group",
                   AUSPEX_LOINC("21908-9", "Stage group.clinical Cancer"),
                   AUSPEX_SCT("385388004", "Lymphoma stage"),
                   AUSPEX_NCIT("C141138", "Ann Arbor Stage"),
                   AUSPEX_NCIT("C141147", "Lugano Classification"),
                   AUSPEX_LOINC("21902-2", "Stage group.pathology Cancer"));
#define SUFFIX "(A|B|C|E|S|X|1|2|AB|AE|BE|ES)*"
AUSPEX_DECLARE_MAP(ann_arbor, "Ann Arbor stage, 1 to 4",
                   AUSPEX_FOLD_BLANKS | AUSPEX_FOLD_CASE,
                   AUSPEX_IS_STAGE("(STAGE)?(IV|4)" SUFFIX, 4),
                   AUSPEX_IS_STAGE("(STAGE)?(III|3)" SUFFIX, 3),
                   AUSPEX_IS_STAGE("(STAGE)?(II|2)" SUFFIX, 2),
                   AUSPEX_IS_STAGE("(STAGE)?(I|1)" SUFFIX, 1),
                   AUSPEX_IS_SCT("44255004", 3),
                   AUSPEX_IS(AUSPEX_SYSTEM_NCIT, "C171157", 2));
AUSPEX_DECLARE_SET(ecog_code, "ECOG performance status",
                   AUSPEX_LOINC("89247-1", "ECOG Performance Status score"),
                   AUSPEX_SCT("423740007", "ECOG performance status"));
AUSPEX_DECLARE_SET(sites, "extranodal sites",
                   AUSPEX_OWN_INPUT("lymphoma-extranodal-sites",
                                    "Number of extranodal sites"));
AUSPEX_DECLARE_SET(
    major, "major extranodal disease",
    AUSPEX_OWN_INPUT("lymphoma-extranodal-major",
                     "Disease in marrow, CNS, liver/GI tract or lung"));
AUSPEX_DECLARE_SET(
    areas, "nodal areas",
    AUSPEX_OWN_INPUT("lymphoma-nodal-areas",
                     "Number of involved nodal areas (FLIPI map)"));

#define NEAREST .pick = AUSPEX_PICK_NEAREST
AUSPEX_DECLARE_SOURCES(age_from, { AUSPEX_AGED });
AUSPEX_DECLARE_SOURCES(ldh_from,
                       { AUSPEX_MEASURED(auspex_oncology_ldh, "U/L", 10, 20000),
                         NEAREST });
AUSPEX_DECLARE_SOURCES(stage_from, { AUSPEX_OBSERVED(stage_code),
                                     .map = &ann_arbor, NEAREST });
AUSPEX_DECLARE_SOURCES(ecog_from,
                       { AUSPEX_OBSERVED(ecog_code), .unit = "{score}",
                         .map = &auspex_oncology_ecog, NEAREST });
AUSPEX_DECLARE_SOURCES(sites_from,
                       { AUSPEX_MEASURED(sites, "{#}", 0, 20), NEAREST });
AUSPEX_DECLARE_SOURCES(major_from, { AUSPEX_OBSERVED(major),
                                     .map = &auspex_oncology_yes_no, NEAREST });
AUSPEX_DECLARE_SOURCES(areas_from,
                       { AUSPEX_MEASURED(areas, "{#}", 0, 9), NEAREST });
AUSPEX_DECLARE_SOURCES(hb_from, { AUSPEX_MEASURED(auspex_oncology_hemoglobin,
                                                  "g/dL", 2, 25),
                                  .molar_mass = 16114.5, NEAREST });

#define AROUND AUSPEX_AROUND_ANCHOR(-60, 60, 180)
#define SHARED                                                             \
  [IN_AGE] = { AUSPEX_INPUT("age", "Age at diagnosis", age_from),          \
               .relative_to = AUSPEX_AT_ANCHOR, AUSPEX_ANY_TIME },         \
  [IN_LDH] = { AUSPEX_INPUT("ldh_uln", "Lactate dehydrogenase", ldh_from), \
               AROUND, .flags = AUSPEX_WANTS_RANGE },                      \
  [IN_STAGE] = { AUSPEX_INPUT("stage", "Ann Arbor stage", stage_from),     \
                 AROUND }
#define ECOG                                                                \
  [IN_ECOG] = { AUSPEX_INPUT("ecog", "ECOG performance status", ecog_from), \
                AROUND }

static const auspex_input ipi_inputs[INPUTS_IPI] = {
  SHARED,
  ECOG,
  [IN_EXTRANODAL] = { AUSPEX_INPUT("extranodal_sites", "Extranodal sites",
                                   sites_from),
                      AROUND },
};
static const auspex_input nccn_inputs[INPUTS_IPI] = {
  SHARED,
  ECOG,
  [IN_EXTRANODAL] = { AUSPEX_INPUT("extranodal_major",
                                   "Major extranodal disease", major_from),
                      AROUND },
};
static const auspex_input flipi_inputs[INPUTS_FLIPI] = {
  SHARED,
  [IN_NODAL] = { AUSPEX_INPUT("nodal_areas", "Nodal areas", areas_from),
                 AROUND },
  [IN_HB] = { AUSPEX_INPUT("hb_g_dl", "Haemoglobin", hb_from), AROUND },
};

AUSPEX_DECLARE_SOURCES(large_cell_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_dlbcl) });
AUSPEX_DECLARE_SOURCES(
    follicular_from, { AUSPEX_DIAGNOSED(auspex_oncology_follicular_lymphoma) });
AUSPEX_DECLARE_SOURCES(hodgkin_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_hodgkin_lymphoma),
                         .flags = AUSPEX_EVER });

#define ANCHOR(sources_)                                                 \
  {                                                                      \
    .size = sizeof(auspex_anchor), .name = "lymphoma-diagnosis",         \
    .title = "Diagnosis of lymphoma", .sources = AUSPEX_ARRAY(sources_), \
    .freshness_days = 180                                                \
  }
static const auspex_anchor large_cell_anchor = ANCHOR(large_cell_from);
static const auspex_anchor follicular_anchor = ANCHOR(follicular_from);

#define CRITERIA(sources_, reason_)                                           \
  { AUSPEX_WITH(AUSPEX_NEEDS, sources_, reason_) },                           \
      { AUSPEX_WITH(AUSPEX_EXCLUDES, hodgkin_from,                            \
                    "Hodgkin lymphoma is known") },                           \
      { AUSPEX_CRITERION(AUSPEX_NEEDS_ANCHOR,                                 \
                         "the diagnosis is not known to the day") },          \
  {                                                                           \
    AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "younger than 18 years at diagnosis"), \
        .min = 18, .max = NAN                                                 \
  }
static const auspex_criterion large_cell_criteria[] = { CRITERIA(
    large_cell_from, "no confirmed diffuse large B-cell lymphoma") };
static const auspex_criterion follicular_criteria[] = { CRITERIA(
    follicular_from, "no confirmed follicular lymphoma") };

static const auspex_code death[] = { AUSPEX_SCT("419620001", "Death") };
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("death", "Death", death), .horizon_months = 60,
    .horizon_from = AUSPEX_AT_ANCHOR, .unit = "{points}" },
};

#define POINTS(name_, title_, input_) \
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, name_, title_, input_)
static const auspex_factor ipi_factors[INPUTS_IPI] = {
  POINTS("age", "Age", IN_AGE),
  POINTS("ldh", "Lactate dehydrogenase", IN_LDH),
  POINTS("stage", "Ann Arbor stage", IN_STAGE),
  POINTS("ecog", "ECOG performance status", IN_ECOG),
  POINTS("extranodal", "Extranodal disease", IN_EXTRANODAL),
};
static const auspex_factor flipi_factors[INPUTS_FLIPI] = {
  POINTS("age", "Age", IN_AGE),
  POINTS("ldh", "Lactate dehydrogenase", IN_LDH),
  POINTS("stage", "Ann Arbor stage", IN_STAGE),
  POINTS("nodal_areas", "Nodal areas", IN_NODAL),
  POINTS("hemoglobin", "Haemoglobin", IN_HB),
};

static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER("consider-tumour-board",
                  "Treatment and follow-up could be talked over in the tumour "
                  "board with the group in view."),
};

#define MODEL(name_, title_, population_, source_, limits_, licence_, anchor_, \
              criteria_, inputs_, factors_)                                    \
  {                                                                            \
    .size = sizeof(auspex_model), .flags = AUSPEX_MODEL_ADDITIVE,              \
    .id = "org.auspex-gateway." name_, .name = name_, .version = "1.0.0",      \
    .title = title_, .publisher = "Auspex", .population = population_,         \
    .source = source_, .limits = limits_, .licence = licence_,                 \
    .anchor = &(anchor_), .criteria = AUSPEX_ARRAY(criteria_),                 \
    .inputs = AUSPEX_ARRAY(inputs_), .outcomes = AUSPEX_ARRAY(outcomes),       \
    .factors = AUSPEX_ARRAY(factors_),                                         \
    .mitigations = AUSPEX_ARRAY(mitigations), .max_batch = 64,                 \
    .max_results_per_row = 1, .max_contributions_per_row = INPUTS_IPI,         \
    .max_text_per_row = 600                                                    \
  }
#define TABLE_FROM_ARTICLE "A table from a journal article."

const auspex_model ipi_model =
    MODEL("ipi", "International Prognostic Index (IPI)",
          "Adults with diffuse large B-cell lymphoma, before treatment.",
          "International Non-Hodgkin's Lymphoma Prognostic Factors Project. N "
          "Engl J Med 1993;329:987-994",
          "The probability is that of the group with as many points, from the "
          "time before rituximab. The level is ours.",
          TABLE_FROM_ARTICLE, large_cell_anchor, large_cell_criteria,
          ipi_inputs, ipi_factors);
const auspex_model nccn_ipi_model =
    MODEL("nccn-ipi", "NCCN-IPI",
          "Adults with diffuse large B-cell lymphoma, before treatment.",
          "Zhou Z et al. Blood 2014;123:837-842",
          "The probability is that of the group with as many points, from the "
          "time of rituximab. The level is ours.",
          TABLE_FROM_ARTICLE, large_cell_anchor, large_cell_criteria,
          nccn_inputs, ipi_factors);
const auspex_model flipi_model = MODEL(
    "flipi", "FLIPI", "Adults with follicular lymphoma, before treatment.",
    "Solal-Celigny P et al. Blood 2004;104:1258-1265",
    "A group without a probability.", TABLE_FROM_ARTICLE, follicular_anchor,
    follicular_criteria, flipi_inputs, flipi_factors);

static int is_whole(auspex_writer *w, const auspex_cells *cells,
                    uint32_t column) {
  if (cells->value[column] == floor(cells->value[column])) return 1;
  auspex_serve_missing(w, cells, column, "The value must be a whole number.");
  return 0;
}

/* LDH as a multiple of its own sample's upper limit of normal; NaN: refused.
 * 3.39 of 1.13 is 3, which binary division misses. */
static double ldh_of(auspex_writer *w, const auspex_cells *cells) {
  double limit = cells->high[IN_LDH];
  double ratio = round(cells->value[IN_LDH] / limit * 1e9) / 1e9;
  if (limit > 0 && ratio >= 0.05 && ratio <= 50) return ratio;
  auspex_serve_missing(w, cells, IN_LDH, "%s",
                       limit > 0 ? "The ratio of lactate dehydrogenase to its "
                                   "upper limit of normal is not plausible."
                                 : "The upper limit of normal of lactate "
                                   "dehydrogenase is not given.");
  return NAN;
}

static void write_index(auspex_writer *w, const auspex_model *model,
                        const ipi_table *table, uint32_t row,
                        const ipi_input *in, const uint32_t factor_of[],
                        const char *era) {
  ipi_result r = ipi_compute(table, in);
  auspex_result *result = auspex_write_result(w, row, 0);
  result->score = r.score;
  result->level = r.group->level;
  result->probability = 1 - r.survival; /* NaN: none */
  result->mitigation = 0;
  for (uint32_t i = 0; i < model->factor_count; i++)
    auspex_write_contribution(w, i, r.points[factor_of[i]]);
  auspex_write_text(w, "%s %.0f points, group %s.", model->title, r.score,
                    r.group->word);
  if (!isnan(r.survival))
    auspex_write_text(w,
                      " Of the published group%s %.0f %% were alive after 5 "
                      "years (Kaplan-Meier); that is a fact about the group.",
                      era, 100 * r.survival);
  else
    auspex_write_text(w, " A group of prognosis, no probability.");
  auspex_write_done(w);
}

static void score_large_cell(auspex_writer *w, const auspex_model *model,
                             const void *table, const auspex_batch *batch,
                             uint32_t row, const char *era) {
  static const uint32_t factor_of[] = { IPI_BY_AGE, IPI_BY_LDH, IPI_BY_STAGE,
                                        IPI_BY_ECOG, IPI_BY_EXTRANODAL };
  auspex_cells cells = auspex_cells_of(batch, row);
  if (auspex_serve_refuses(w, model, &cells, 0)) return;
  double ldh = ldh_of(w, &cells);
  if (isnan(ldh) || !is_whole(w, &cells, IN_EXTRANODAL)) return;
  ipi_input in = { { [IPI_BY_AGE] = cells.value[IN_AGE],
                     [IPI_BY_LDH] = ldh,
                     [IPI_BY_STAGE] = cells.value[IN_STAGE],
                     [IPI_BY_ECOG] = cells.value[IN_ECOG],
                     [IPI_BY_EXTRANODAL] = cells.value[IN_EXTRANODAL] } };
  write_index(w, model, table, row, &in, factor_of, era);
}

void ipi_score(auspex_writer *w, const void *table, const auspex_batch *batch,
               uint32_t row) {
  score_large_cell(w, &ipi_model, table, batch, row, ", before rituximab,");
}

void nccn_ipi_score(auspex_writer *w, const void *table,
                    const auspex_batch *batch, uint32_t row) {
  score_large_cell(w, &nccn_ipi_model, table, batch, row,
                   ", treated with rituximab,");
}

void flipi_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                 uint32_t row) {
  static const uint32_t factor_of[] = { IPI_BY_AGE, IPI_BY_LDH, IPI_BY_STAGE,
                                        IPI_BY_NODAL_AREAS, IPI_BY_HB };
  auspex_cells cells;
  if (!auspex_serve_takes(w, &flipi_model, batch, row, &cells)) return;
  double ldh = ldh_of(w, &cells);
  if (isnan(ldh) || !is_whole(w, &cells, IN_NODAL)) return;
  ipi_input in = { { [IPI_BY_AGE] = cells.value[IN_AGE],
                     [IPI_BY_LDH] = ldh,
                     [IPI_BY_STAGE] = cells.value[IN_STAGE],
                     [IPI_BY_NODAL_AREAS] = cells.value[IN_NODAL],
                     [IPI_BY_HB] = cells.value[IN_HB] } };
  write_index(w, &flipi_model, table, row, &in, factor_of, "");
}
