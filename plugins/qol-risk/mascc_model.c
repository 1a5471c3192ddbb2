/* What the MASCC index needs and gives, and how its results read. */
#include "mascc.h"

#include "auspex_oncology.h"
#include "models.h"

enum {
  IN_BURDEN,
  IN_HYPOTENSION,
  IN_COPD,
  IN_DEHYDRATION,
  IN_TUMOUR,
  IN_OUTPATIENT,
  IN_AGE,
  INPUTS
};

AUSPEX_DECLARE_SET(burden, "burden of illness",
                   AUSPEX_OWN_INPUT("febrile-neutropenia-burden",
                                    "Burden of illness"));
AUSPEX_DECLARE_SET(hypotension, "hypotension",
                   AUSPEX_OWN_INPUT("hypotension",
                                    "Hypotension (explicit yes/no)"));
AUSPEX_DECLARE_SET(systolic, "systolic blood pressure",
                   AUSPEX_LOINC("8480-6", "Systolic blood pressure"));
AUSPEX_DECLARE_SET(
    copd, "COPD",
    AUSPEX_OWN_INPUT(
        "copd", "COPD, chronic bronchitis or emphysema (explicit yes/no)"));
AUSPEX_DECLARE_SET(dehydration, "dehydration",
                   AUSPEX_OWN_INPUT("dehydration-requiring-iv-fluids",
                                    "Dehydration requiring parenteral fluids"));
AUSPEX_DECLARE_SET(
    tumour, "solid tumour or no fungal infection before",
    AUSPEX_OWN_INPUT("solid-tumour-or-no-previous-fungal-infection",
                     "Solid tumour, or haematological malignancy without "
                     "previous fungal infection"));
AUSPEX_DECLARE_SET(outpatient, "outpatient at the onset of fever",
                   AUSPEX_OWN_INPUT("outpatient-at-onset-of-fever",
                                    "Outpatient status at onset of fever"));
AUSPEX_DECLARE_MAP(degree, "burden of illness", 0,
                   AUSPEX_IS_OWN("burden-none-mild", 0),
                   AUSPEX_IS_OWN("burden-moderate", 1),
                   AUSPEX_IS_OWN("burden-severe", 2),
                   AUSPEX_IS_TEXT("none-mild", 0),
                   AUSPEX_IS_TEXT("moderate", 1), AUSPEX_IS_TEXT("severe", 2));
/* Below 90 mm[Hg]; the lowest in the window decides, so 1 goes before 0. */
AUSPEX_DECLARE_MAP(low_pressure, "systolic pressure below 90", 0,
                   AUSPEX_IS_NUMBER(90, 300, 0), AUSPEX_IS_NUMBER(0, 90, 1));

#define EXPLICIT(set_) \
  { AUSPEX_OBSERVED(set_), .map = &auspex_oncology_yes_no }
AUSPEX_DECLARE_SOURCES(burden_from,
                       { AUSPEX_OBSERVED(burden), .map = &degree });
AUSPEX_DECLARE_SOURCES(hypotension_from, EXPLICIT(hypotension),
                       { AUSPEX_MEASURED(systolic, "mm[Hg]", 30, 300),
                         .map = &low_pressure, .pick = AUSPEX_PICK_MAX });
AUSPEX_DECLARE_SOURCES(copd_from, EXPLICIT(copd),
                       { AUSPEX_DIAGNOSED(auspex_oncology_copd),
                         .pick = AUSPEX_PICK_EVER,
                         .flags = AUSPEX_EVER | AUSPEX_OWN_WINDOW,
                         .window_from_days = AUSPEX_UNLIMITED });
AUSPEX_DECLARE_SOURCES(dehydration_from, EXPLICIT(dehydration));
AUSPEX_DECLARE_SOURCES(tumour_from, EXPLICIT(tumour));
AUSPEX_DECLARE_SOURCES(outpatient_from, EXPLICIT(outpatient));
AUSPEX_DECLARE_SOURCES(age_from, { AUSPEX_AGED });

#define EPISODE AUSPEX_AROUND_ANCHOR(-1, 2, 1)
static const auspex_input inputs[INPUTS] = {
  [IN_BURDEN] = { AUSPEX_INPUT("burden", "Burden of illness", burden_from),
                  EPISODE },
  [IN_HYPOTENSION] = { AUSPEX_INPUT("hypotension", "Hypotension",
                                    hypotension_from),
                       EPISODE },
  [IN_COPD] = { AUSPEX_INPUT("copd", "COPD", copd_from),
                AUSPEX_LAST_DAYS(3650, 3650) },
  [IN_DEHYDRATION] = { AUSPEX_INPUT("dehydration", "Dehydration",
                                    dehydration_from),
                       EPISODE },
  [IN_TUMOUR] = { AUSPEX_INPUT("solid_or_no_fungal",
                               "Solid tumour or no fungal infection before",
                               tumour_from),
                  EPISODE },
  [IN_OUTPATIENT] = { AUSPEX_INPUT("outpatient",
                                   "Outpatient at the onset of fever",
                                   outpatient_from),
                      EPISODE },
  [IN_AGE] = { AUSPEX_INPUT("age", "Age at the onset of fever", age_from),
               .relative_to = AUSPEX_AT_ANCHOR, AUSPEX_ANY_TIME },
};

AUSPEX_DECLARE_SOURCES(episode_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_febrile_neutropenia),
                         .flags = AUSPEX_OR_RECORDED });
static const auspex_anchor anchor = {
  .size = sizeof(auspex_anchor),
  .name = "febrile-neutropenia-onset",
  .title = "Onset of febrile neutropenia",
  .sources = AUSPEX_ARRAY(episode_from),
};
static const auspex_criterion criteria[] = {
  { AUSPEX_WITH(AUSPEX_NEEDS, episode_from,
                "no confirmed episode of febrile neutropenia") },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_ANCHOR,
                     "the onset of fever is not known to the day") },
};

static const auspex_code complications[] = {
  AUSPEX_OWN_OUTCOME("febrile-neutropenia-complications",
                     "Serious complications of febrile neutropenia"),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("complications",
                    "Serious complications of febrile neutropenia",
                    complications),
    .horizon_days = 30, .horizon_from = AUSPEX_AT_ANCHOR, .unit = "{points}" },
};
#define POINTS(name_, title_, input_) \
  AUSPEX_FACTOR_OF(AUSPEX_POINTS, name_, title_, input_)
static const auspex_factor factors[MASCC_FACTORS] = {
  [MASCC_BY_BURDEN] = POINTS("burden", "Burden of illness", IN_BURDEN),
  [MASCC_BY_PRESSURE] =
      POINTS("no_hypotension", "No hypotension", IN_HYPOTENSION),
  [MASCC_BY_COPD] = POINTS("no_copd", "No COPD", IN_COPD),
  [MASCC_BY_TUMOUR] =
      POINTS("solid_or_no_fungal", "Solid tumour or no fungal infection before",
             IN_TUMOUR),
  [MASCC_BY_HYDRATION] =
      POINTS("no_dehydration", "No dehydration", IN_DEHYDRATION),
  [MASCC_BY_OUTPATIENT] = POINTS("outpatient", "Outpatient", IN_OUTPATIENT),
  [MASCC_BY_AGE] = POINTS("age", "Younger than 60 years", IN_AGE),
};
static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER(
      "consider-setting",
      "In which setting to treat could be weighed with the index in "
      "view; it does not replace the clinical judgement."),
};

const auspex_model mascc_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.auspex-gateway.mascc",
  .name = "mascc",
  .version = "1.0.0",
  .title = "MASCC index of febrile neutropenia",
  .publisher = "Auspex",
  .population = "People with an episode of febrile neutropenia.",
  .source = "MASCC risk index, as in danielxmed/nobra_calculator (commit "
            "101d1f3a)",
  .limits =
      "The more points the better: 21 or more are low risk. A class without "
      "a probability. The horizon of 30 days is a decision of this "
      "project.",
  .licence = "A published table of points.",
  .anchor = &anchor,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = MASCC_FACTORS,
  .max_text_per_row = 300,
};

void mascc_score(auspex_writer *w, const void *table, const auspex_batch *batch,
                 uint32_t row) {
  auspex_cells cells;
  if (!auspex_serve_takes(w, &mascc_model, batch, row, &cells)) return;
  mascc_input in = {
    .burden = cells.value[IN_BURDEN],
    .hypotension = cells.value[IN_HYPOTENSION],
    .copd = cells.value[IN_COPD],
    .solid_or_no_fungal = cells.value[IN_TUMOUR],
    .dehydration = cells.value[IN_DEHYDRATION],
    .outpatient = cells.value[IN_OUTPATIENT],
    .age = cells.value[IN_AGE],
  };
  mascc_result r = mascc_compute(table, &in);
  (void)auspex_serve_points(w, row, r.score, r.group->level);
  auspex_write_contributions(w, r.points, MASCC_FACTORS);
  auspex_write_text(
      w,
      "MASCC index %.0f of 26, %s. The more points the better; 21 "
      "or more are low risk.",
      r.score, r.group->word);
  auspex_write_done(w);
}
