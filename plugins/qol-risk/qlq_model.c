/* What QLQ-C30 needs and gives, declared. */
#include "qlq.h"

#include <math.h>

#define MII                                                         \
  "https://www.medizininformatik-initiative.de/fhir/ext/modul-pro/" \
  "CodeSystem/mii-cs-pro-score-catalogue"
#define OURS "https://auspex-gateway.org/fhir/CodeSystem/qlq-c30"

const char *const qlq_model_codes[QLQ_SCALE_COUNT] = {
#define X(code, small, title) #code,
  QLQ_SCALES(X)
#undef X
};

const char *const qlq_model_titles[QLQ_SCALE_COUNT] = {
#define X(code, small, title) title,
  QLQ_SCALES(X)
#undef X
};

static const auspex_code score_codes[QLQ_SCALE_COUNT] = {
#define X(code, small, title)                                                \
  { MII, "eortc-qlq-c30-" small, "EORTC QLQ-C30 " #code, AUSPEX_MATCH_EXACT, \
    0 },
  QLQ_SCALES(X)
#undef X
};

static const auspex_code worse_codes[QLQ_SCALE_COUNT] = {
#define X(code, small, title)                                \
  { OURS, "deterioration-" small, "Deterioration of " title, \
    AUSPEX_MATCH_EXACT, 0 },
  QLQ_SCALES(X)
#undef X
};

static const auspex_code summary_codes[] = {
  { OURS, "summary", "EORTC QLQ-C30 summary score", AUSPEX_MATCH_EXACT, 0 },
};
static const auspex_code fatigue_codes[] = {
  { OURS, "clinically-important-fatigue", "Clinically important fatigue",
    AUSPEX_MATCH_EXACT, 0 },
};
static const auspex_code cognition_codes[] = {
  { OURS, "clinically-important-cognitive-impairment",
    "Clinically important cognitive impairment", AUSPEX_MATCH_EXACT, 0 },
};
static const auspex_code insomnia_codes[] = {
  { OURS, "clinically-important-insomnia", "Clinically important insomnia",
    AUSPEX_MATCH_EXACT, 0 },
};

static const auspex_set score_code_set = { .size = sizeof(auspex_set),
                                           .codes = AUSPEX_ARRAY(score_codes),
                                           .name = "eortc-qlq-c30" };

static const auspex_source answers[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_QUESTIONNAIRE,
    .instrument = "qlq-c30",
    .first_item = 1,
    .last_item = QLQ_ITEM_COUNT,
    .valid_min = 1,
    .valid_max = 7 },
};
static const auspex_source scores[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_OBSERVATION_SET,
    .codes = &score_code_set,
    .unit = "{score}",
    .valid_min = 0,
    .valid_max = 100 },
};

#define ANSWERS                                                 \
  .size = sizeof(auspex_input), .missing = AUSPEX_MISSING_PASS, \
  .sources = AUSPEX_ARRAY(answers)
#define SCORES                                                  \
  .size = sizeof(auspex_input), .missing = AUSPEX_MISSING_PASS, \
  .sources = AUSPEX_ARRAY(scores)
#define CURRENT                                              \
  .relative_to = AUSPEX_AT_AS_OF, .window_from_days = -3650, \
  .freshness_days = 30
#define PREVIOUS                                         \
  .relative_to = AUSPEX_AT_INPUT,                        \
  .relative_inputs = 1u << QLQ_ITEMS | 1u << QLQ_SCORES, \
  .window_from_days = -400, .window_to_days = -7

static const auspex_input inputs[] = {
  [QLQ_ITEMS] = { ANSWERS, CURRENT, .name = "items",
                  .title = "Answers to the QLQ-C30" },
  [QLQ_SCORES] = { SCORES, CURRENT, .name = "score_observations",
                   .title = "Scores of the QLQ-C30" },
  [QLQ_PREVIOUS_ITEMS] = { ANSWERS, PREVIOUS, .name = "previous_items",
                           .title = "Earlier answers to the QLQ-C30" },
  [QLQ_PREVIOUS_SCORES] = { SCORES, PREVIOUS,
                            .name = "previous_score_observations",
                            .title = "Earlier scores of the QLQ-C30" },
};

/* Answers or ready scores: one of them is enough. */
static const auspex_criterion criteria[] = {
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_NEEDS_INPUT,
    .input = QLQ_ITEMS,
    .group = 1,
    .reason = "no completed QLQ-C30 response" },
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_NEEDS_INPUT,
    .input = QLQ_SCORES,
    .group = 1,
    .reason = "no QLQ-C30 scores" },
};

#define MEASURED                                              \
  .size = sizeof(auspex_outcome), .kind = AUSPEX_MEASUREMENT, \
  .unit = "{score}", .category = "survey"
#define CONCERN \
  .size = sizeof(auspex_outcome), .kind = AUSPEX_PREDICTION, .unit = "{score}"
#define ONE_CODE(code) \
  .codes = (code), .code_count = 1, .code_stride = sizeof(auspex_code)

static const auspex_outcome outcomes[QLQ_OUTCOMES] = {
#define X(code_, small, title_)                                                \
  [QLQ_##code_] = { MEASURED, .name = small, .title = "EORTC QLQ-C30 " title_, \
                    ONE_CODE(score_codes + QLQ_##code_) },                     \
  [QLQ_OUTCOME_WORSE + QLQ_##code_] = { CONCERN, .name = "worse-" small,       \
                                        .title = "Deterioration of " title_,   \
                                        ONE_CODE(worse_codes + QLQ_##code_) },
  QLQ_SCALES(X)
#undef X
      [QLQ_OUTCOME_SUMMARY] = { MEASURED, .name = "summary",
                                .title = "EORTC QLQ-C30 summary score",
                                ONE_CODE(summary_codes) },
  [QLQ_OUTCOME_FATIGUE] = { CONCERN, .name = "important-fatigue",
                            .title = "Clinically important fatigue",
                            ONE_CODE(fatigue_codes) },
  [QLQ_OUTCOME_COGNITION] = { CONCERN, .name = "important-cognition",
                              .title =
                                  "Clinically important cognitive impairment",
                              ONE_CODE(cognition_codes) },
  [QLQ_OUTCOME_INSOMNIA] = { CONCERN, .name = "important-insomnia",
                             .title = "Clinically important insomnia",
                             ONE_CODE(insomnia_codes) },
};

static const auspex_factor factors[] = {
  [QLQ_FACTOR_SCORE] = { .size = sizeof(auspex_factor),
                         .basis = AUSPEX_POINTS,
                         .name = "score",
                         .title = "Score of the scale",
                         .inputs = { QLQ_ITEMS, QLQ_SCORES },
                         .input_count = 2 },
  [QLQ_FACTOR_CHANGE] = { .size = sizeof(auspex_factor),
                          .basis = AUSPEX_POINTS,
                          .name = "change",
                          .title = "Change since the assessment before",
                          .inputs = { QLQ_ITEMS, QLQ_SCORES, QLQ_PREVIOUS_ITEMS,
                                      QLQ_PREVIOUS_SCORES },
                          .input_count = 4 },
};

static const auspex_mitigation mitigations[] = {
  { .size = sizeof(auspex_mitigation),
    .name = "talk-about-it",
    .text = "The result could be talked over with the patient, and supportive "
            "care considered where the local pathway provides for it." },
};

const auspex_model qlq_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.qlq-c30",
  .name = "qlq-c30",
  .version = "1.0.0",
  .title = "EORTC QLQ-C30 version 3: scores, clinical importance, change",
  .publisher = "Auspex",
  .population = "People with cancer and survivors who answered version 3 of "
                "the questionnaire.",
  .source = "Scales as in PROscorer (R/qlq_c30.R); thresholds Giesinger 2020, "
            "J Clin Epidemiol 118:1-8; change classes Osoba 1998",
  .limits = "Scores describe the present and forecast nothing. Thresholds of "
            "clinical importance are given for fatigue, cognitive functioning "
            "and insomnia only. A scale needs half of its answers, the summary "
            "score all of its scales.",
  .licence = "The questionnaire and its wording belong to the EORTC, whose "
             "permission its users need; only numbers of items are used here.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = QLQ_OUTCOMES,
  .max_contributions_per_row = 3 + 2 * QLQ_SCALE_COUNT,
  .max_text_per_row = 6000,
};
