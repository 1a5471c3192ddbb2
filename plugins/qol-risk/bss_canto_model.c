/* What the Behavioral Symptoms Score needs and gives, and how its results
 * read. */
#include "bss_canto.h"

#include "auspex_oncology.h"
#include "models.h"

enum { /* inputs: the five scores in the order of the symptoms, then */
       IN_ANSWERS = BSS_CANTO_SYMPTOMS, /* 30 columns */
       INPUTS
};
enum { ANSWERS = 30, DAYS_APART = 14 };

#define SCORE(name, code_, title_)                               \
  AUSPEX_DECLARE_SET(name, title_,                               \
                     AUSPEX_CODE(AUSPEX_SYSTEM_MII_SCORES,       \
                                 "eortc-qlq-c30-" code_, title_, \
                                 AUSPEX_MATCH_EXACT))
SCORE(fatigue, "fa", "EORTC QLQ-C30 fatigue");
SCORE(cognition, "cf", "EORTC QLQ-C30 cognitive functioning");
SCORE(insomnia, "sl", "EORTC QLQ-C30 insomnia");
AUSPEX_DECLARE_SET(anxiety, "HADS anxiety",
                   AUSPEX_OWN_INPUT("hads-anxiety",
                                    "HADS anxiety subscale 0-21"));
AUSPEX_DECLARE_SET(depression, "HADS depression",
                   AUSPEX_OWN_INPUT("hads-depression",
                                    "HADS depression subscale 0-21"));

/* Scores that the gateway computed go before those that were sent. */
#define SCALE(name, set_)                                                   \
  AUSPEX_DECLARE_SOURCES(name,                                              \
                         { AUSPEX_MEASURED(set_, "{score}", 0, 100),        \
                           .flags = AUSPEX_OWN_RESULTS | AUSPEX_OWN_ONLY }, \
                         { AUSPEX_MEASURED(set_, "{score}", 0, 100) })
SCALE(fatigue_from, fatigue);
SCALE(cognition_from, cognition);
SCALE(insomnia_from, insomnia);
AUSPEX_DECLARE_SOURCES(anxiety_from,
                       { AUSPEX_MEASURED(anxiety, "{score}", 0, 21) });
AUSPEX_DECLARE_SOURCES(depression_from,
                       { AUSPEX_MEASURED(depression, "{score}", 0, 21) });
AUSPEX_DECLARE_SOURCES(answers_from, { AUSPEX_SOURCE(AUSPEX_FROM_QUESTIONNAIRE),
                                       .instrument = "qlq-c30", .first_item = 1,
                                       .last_item = ANSWERS, .valid_min = 1,
                                       .valid_max = 7 });

#define RECENT AUSPEX_LAST_DAYS(60, 60)
static const auspex_input inputs[INPUTS] = {
  [BSS_CANTO_FATIGUE] = { AUSPEX_OPTIONAL_INPUT(
                              "fatigue_c30", "QLQ-C30 fatigue", fatigue_from),
                          RECENT },
  [BSS_CANTO_COGNITION] = { AUSPEX_OPTIONAL_INPUT(
                                "cognitive_c30",
                                "QLQ-C30 cognitive functioning",
                                cognition_from),
                            RECENT },
  [BSS_CANTO_ANXIETY] = { AUSPEX_INPUT("hads_anxiety", "HADS anxiety",
                                       anxiety_from),
                          RECENT },
  [BSS_CANTO_DEPRESSION] = { AUSPEX_INPUT("hads_depression", "HADS depression",
                                          depression_from),
                             RECENT },
  [BSS_CANTO_INSOMNIA] = { AUSPEX_OPTIONAL_INPUT("insomnia_c30",
                                                 "QLQ-C30 insomnia",
                                                 insomnia_from),
                           RECENT },
  [IN_ANSWERS] = { AUSPEX_OPTIONAL_INPUT("items", "Answers to the QLQ-C30",
                                         answers_from),
                   RECENT },
};

AUSPEX_DECLARE_SOURCES(cancer_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_breast_cancer) });
AUSPEX_DECLARE_SOURCES(metastasis_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_distant_metastasis),
                         .flags = AUSPEX_EVER });
AUSPEX_DECLARE_SOURCES(m1_from, { AUSPEX_OBSERVED(auspex_oncology_m_code),
                                  .map = &auspex_oncology_m1,
                                  .pick = AUSPEX_PICK_EVER });
static const auspex_criterion criteria[] = {
  { AUSPEX_CRITERION(AUSPEX_NEEDS_SEX, "not a woman"), .min = 1, .max = NAN },
  { AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "younger than 18 years"), .min = 18,
    .max = NAN },
  { AUSPEX_WITH(AUSPEX_NEEDS, cancer_from, "no confirmed breast cancer") },
  { AUSPEX_WITH(AUSPEX_EXCLUDES, metastasis_from,
                "distant metastases are known") },
  { AUSPEX_WITH(AUSPEX_EXCLUDES, m1_from,
                "distant metastases are known (M1)") },
};

/* The cohort was asked four years after diagnosis; nothing else depends on it. */
AUSPEX_DECLARE_SOURCES(diagnosis_from,
                       { AUSPEX_DIAGNOSED(auspex_oncology_breast_cancer),
                         .flags = AUSPEX_NO_RECURRENCE });
static const auspex_anchor diagnosis = {
  .size = sizeof(auspex_anchor),
  .name = "breast-cancer-diagnosis",
  .title = "Diagnosis of breast cancer",
  .sources = AUSPEX_ARRAY(diagnosis_from),
};

static const auspex_code symptoms[] = {
  AUSPEX_OWN_OUTCOME(
      "severe-symptom-cluster",
      "Three or more severe symptoms four years after diagnosis"),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_PREDICTS("severe-symptom-cluster",
                    "Three or more severe symptoms four years after diagnosis",
                    symptoms),
    .horizon_months = 48, .horizon_from = AUSPEX_AT_ANCHOR,
    .comparator = "women of the CANTO cohort without a severe symptom; an odds "
                  "ratio",
    .unit = "{score}" },
};
#define SEVERE(symptom, name_, title_) \
  [symptom] = AUSPEX_FACTOR_OF(AUSPEX_POINTS, name_, title_, symptom)
static const auspex_factor factors[BSS_CANTO_SYMPTOMS] = {
  SEVERE(BSS_CANTO_FATIGUE, "fatigue", "Severe fatigue"),
  SEVERE(BSS_CANTO_COGNITION, "cognition", "Severe cognitive impairment"),
  SEVERE(BSS_CANTO_ANXIETY, "anxiety", "Severe anxiety"),
  SEVERE(BSS_CANTO_DEPRESSION, "depression", "Severe depression"),
  SEVERE(BSS_CANTO_INSOMNIA, "insomnia", "Severe insomnia"),
};
static const auspex_mitigation mitigations[] = {
  AUSPEX_CONSIDER(
      "consider-support",
      "Supportive and psycho-oncological care after treatment could "
      "be considered."),
};

const auspex_model bss_canto_model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE | AUSPEX_MODEL_DATED,
  .id = "org.auspex-gateway.bss-canto",
  .name = "bss-canto",
  .version = "1.0.0",
  .title = "Behavioral Symptoms Score (CANTO)",
  .publisher = "Auspex",
  .population = "Women after treatment of early breast cancer.",
  .source = "Pagliuca M et al. J Natl Cancer Inst 2025;117:89-102, "
            "doi:10.1093/jnci/djae222 (abstract)",
  .limits =
      "No probability: the intercept is not published. Odds ratios for one "
      "and for five severe symptoms only; nothing is interpolated. The "
      "bands are ours. In the cohort 21.2 % had three or more severe "
      "symptoms after four years. AUC 0.73. The paper scored probably at "
      "diagnosis.",
  .licence = "Figures from the abstract of a journal article. Of HADS and "
             "QLQ-C30 only numbers are used.",
  .anchor = &diagnosis,
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = BSS_CANTO_SYMPTOMS,
  .max_text_per_row = 800,
};

/* A scale from the answers; NaN when one is impossible or too few are there. */
static double scale_of(const auspex_cells *cells, const double *items,
                       uint32_t count, int functional) {
  double answers[BSS_CANTO_ITEMS];
  for (uint32_t i = 0; i < count; i++) {
    uint32_t column = IN_ANSWERS + (uint32_t)items[i] - 1;
    answers[i] = auspex_cells_value(cells, column);
    if (!auspex_cells_has(cells, column) && !auspex_cells_lacks(cells, column))
      return NAN;
    if (answers[i] > 4 || answers[i] != floor(answers[i])) {
      if (!isnan(answers[i])) return NAN;
    }
  }
  return bss_canto_scale(answers, count, functional);
}

static int answered(const auspex_cells *cells) {
  for (uint32_t i = 0; i < ANSWERS; i++)
    if (!auspex_cells_lacks(cells, IN_ANSWERS + i)) return 1;
  return 0;
}

/* Scores and their times: of the QLQ-C30 from its answers when there are any,
 * else as they were scored before. */
static void read_scores(const auspex_cells *cells, const bss_canto_table *t,
                        double scores[BSS_CANTO_SYMPTOMS],
                        int64_t times[BSS_CANTO_SYMPTOMS]) {
  for (uint32_t i = 0; i < BSS_CANTO_SYMPTOMS; i++) {
    scores[i] = auspex_cells_value(cells, i);
    times[i] = cells->time_ms[i];
  }
  if (!answered(cells)) return;
  scores[BSS_CANTO_FATIGUE] = scale_of(cells, t->fatigue_items, 3, 0);
  scores[BSS_CANTO_COGNITION] = scale_of(cells, t->cognition_items, 2, 1);
  scores[BSS_CANTO_INSOMNIA] = scale_of(cells, t->insomnia_items, 1, 0);
  times[BSS_CANTO_FATIGUE] = times[BSS_CANTO_COGNITION] =
      times[BSS_CANTO_INSOMNIA] = cells->time_ms[IN_ANSWERS];
}

/* 1: five fit scores at most 14 days apart. */
static int are_fit(auspex_writer *w, const auspex_cells *cells,
                   const double *scores, const int64_t *times) {
  int64_t first = INT64_MAX, last = INT64_MIN;
  for (uint32_t i = 0; i < BSS_CANTO_SYMPTOMS; i++) {
    int hads = i == BSS_CANTO_ANXIETY || i == BSS_CANTO_DEPRESSION;
    if (isnan(scores[i]) || (hads && scores[i] != floor(scores[i]))) {
      auspex_serve_missing(w, cells, i, "%s %s.", inputs[i].title,
                           isnan(scores[i]) ? auspex_serve_why(cells->state[i])
                                            : "is not a whole number");
      return 0;
    }
    int64_t day = auspex_cells_day(times[i]);
    if (day < first) first = day;
    if (day > last) last = day;
  }
  if (last - first <= DAYS_APART) return 1;
  auspex_serve_missing(w, cells, BSS_CANTO_FATIGUE,
                       "The five scores lie more than 14 days apart.");
  return 0;
}

void bss_canto_score(auspex_writer *w, const void *table,
                     const auspex_batch *batch, uint32_t row) {
  const bss_canto_table *t = table;
  auspex_cells cells = auspex_cells_of(batch, row);
  double scores[BSS_CANTO_SYMPTOMS];
  int64_t times[BSS_CANTO_SYMPTOMS];
  read_scores(&cells, t, scores, times);
  if (!are_fit(w, &cells, scores, times)) return;
  bss_canto_result r = bss_canto_compute(t, scores);
  auspex_result *result = auspex_write_result(w, row, 0);
  result->score = r.score;
  result->level = r.band->level;
  if (r.score > 0) result->relative_risk = r.odds_ratio[0]; /* NaN: none */
  result->mitigation = r.score > 0 ? 0 : -1;
  auspex_write_contributions(w, r.severe, BSS_CANTO_SYMPTOMS);
  auspex_write_text(
      w,
      "%.0f of 5 symptoms are severe. In the CANTO cohort %.1f %% "
      "had three or more severe symptoms after four years; that "
      "is a fact about the cohort.",
      r.score, t->base_rate_percent);
  if (r.score > 0 && !isnan(r.odds_ratio[0]))
    auspex_write_text(w,
                      " Odds ratio against no severe symptom %.4g (95 %% "
                      "confidence interval %.4g to %.4g).",
                      r.odds_ratio[0], r.odds_ratio[1], r.odds_ratio[2]);
  auspex_write_text(w,
                    " The bands (none; one or two; three or more) are ours.");
  auspex_write_done(w);
}
