/* What the model of external biomarkers needs and gives. */
#include "external.h"

#include "auspex_declare.h"

enum { IN_VALUE, IN_OUTCOME, INPUTS };

AUSPEX_DECLARE_SET(
    biomarker, "probability of an external model",
    AUSPEX_OWN_INPUT(
        "external-biomarker-probability",
        "Probability given by an external model or imaging biomarker"));
AUSPEX_DECLARE_SET(about, "what the probability is of",
                   AUSPEX_OWN_INPUT("external-biomarker-outcome",
                                    "What an external biomarker speaks of"));
#define X(outcome, name, title, code) AUSPEX_IS_SCT(code, EXTERNAL_##outcome),
AUSPEX_DECLARE_MAP(outcome_number, "outcome of an external model", 0,
                   EXTERNAL_OUTCOMES(X) AUSPEX_IS_TEXT("none", NAN));
#undef X

/* Where it comes from must be said. */
static const auspex_filter with_provenance[] = {
  { AUSPEX_WHERE_METHOD, 0, NULL, NULL },
  { AUSPEX_WHERE_DEVICE, 0, NULL, NULL },
};
#define PROVENANCE .filters = AUSPEX_ARRAY(with_provenance)

AUSPEX_DECLARE_SOURCES(value_from,
                       { AUSPEX_MEASURED(biomarker, "%", 0, 100), PROVENANCE });
AUSPEX_DECLARE_SOURCES(outcome_from,
                       { AUSPEX_OBSERVED(about), .within = &biomarker,
                         .map = &outcome_number, PROVENANCE });

static const auspex_input inputs[INPUTS] = {
  [IN_VALUE] = { AUSPEX_INPUT("value", "Probability of an external model",
                              value_from),
                 AUSPEX_LAST_DAYS(90, 90) },
  [IN_OUTCOME] = { AUSPEX_INPUT("outcome", "What the probability is of",
                                outcome_from),
                   AUSPEX_LAST_DAYS(90, 90), .tied = AUSPEX_TIED_RESOURCE,
                   .tied_to = IN_VALUE },
};

static const auspex_criterion criteria[] = {
  { AUSPEX_CRITERION(AUSPEX_NEEDS_INPUT,
                     "no probability of an external model with its method and "
                     "device"),
    .input = IN_VALUE },
};

static const auspex_code codes[EXTERNAL_OUTCOME_COUNT] = {
#define X(outcome, name, title, code) AUSPEX_SCT(code, title),
  EXTERNAL_OUTCOMES(X)
#undef X
};
static const auspex_outcome outcomes[EXTERNAL_OUTCOME_COUNT] = {
#define X(outcome, name_, title_, code) \
  { AUSPEX_PREDICTS(name_, title_, codes + EXTERNAL_##outcome) },
  EXTERNAL_OUTCOMES(X)
#undef X
};

const auspex_model external_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.external-biomarker",
  .name = "external-biomarker",
  .version = "1.0.0",
  .title = "Probability of an external model, passed on",
  .publisher = "Auspex",
  .population = "People with an Observation of an external model or imaging "
                "biomarker that names its method and device.",
  .source = "The Observation itself: its method, device and performer",
  .limits =
      "Nothing is computed: the value is repeated with its provenance. It "
      "is as good as the system that made it. The latest value counts; "
      "values of several devices are never mixed.",
  .licence = "None needed.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = 0,
  .max_text_per_row = 300,
};

void external_score(auspex_writer *w, const void *table,
                    const auspex_batch *batch, uint32_t row) {
  (void)table;
  auspex_cells cells;
  if (!auspex_serve_takes(w, &external_model, batch, row, &cells)) return;
  auspex_result *result =
      auspex_write_result(w, row, (uint32_t)cells.value[IN_OUTCOME]);
  result->probability = cells.value[IN_VALUE] / 100;
  auspex_write_text(w,
                    "%.4g %% as given by an external model; nothing was "
                    "computed here. Its method and device stand in the "
                    "Observation.",
                    cells.value[IN_VALUE]);
  auspex_write_done(w);
}
