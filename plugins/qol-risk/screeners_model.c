/* What the screeners need and give, and how their results read. */
#include "screeners.h"

#include "auspex_oncology.h"
#include "models.h"

enum { /* inputs: the totals in the order of screeners_tool, then */
       IN_ITEM_9 = SCREENERS_TOOLS,
       IN_ANSWERS, /* a column for each answer, also of GAD-7 */
       IN_GAD7_ANSWERS,
       INPUTS
};
enum { ANSWERS = 9, IN_ANSWER_9 = IN_ANSWERS + 8 };
enum { GAD7_ANSWERS = 7, AT_GAD7_ANSWERS = IN_ANSWERS + ANSWERS };
enum { /* outcomes: bands in that order, then concerns, then */
       CONCERN = SCREENERS_TOOLS,
       ITEM_9 = CONCERN + SCREENERS_TOOLS,
       OUTCOMES
};

AUSPEX_DECLARE_SET(phq9, "PHQ-9 total",
                   AUSPEX_LOINC("44261-6",
                                "Patient Health Questionnaire 9 item "
                                "(PHQ-9) total score [Reported]"));
AUSPEX_DECLARE_SET(phq9_item_9, "PHQ-9 item 9",
                   AUSPEX_LOINC("44260-8", "PHQ-9 item 9"));
AUSPEX_DECLARE_SET(gad7, "GAD-7 total",
                   AUSPEX_LOINC("70274-6",
                                "Generalized anxiety disorder 7 item "
                                "(GAD-7) total score "
                                "[Reported.PHQ]"));
AUSPEX_DECLARE_SET(hads_a, "HADS anxiety",
                   AUSPEX_OWN_INPUT("hads-anxiety",
                                    "HADS anxiety subscale 0-21"));
AUSPEX_DECLARE_SET(hads_d, "HADS depression",
                   AUSPEX_OWN_INPUT("hads-depression",
                                    "HADS depression subscale 0-21"));
AUSPEX_DECLARE_SET(fatigue, "fatigue, 0 to 10",
                   AUSPEX_OWN_INPUT("fatigue-nrs",
                                    "Fatigue numeric rating scale 0-10"));
AUSPEX_DECLARE_MAP(answer, "answer, 0 to 3", 0, AUSPEX_IS_KEPT(0, 3),
                   AUSPEX_IS_LOINC("LA6568-5", 0),
                   AUSPEX_IS_LOINC("LA6569-3", 1),
                   AUSPEX_IS_LOINC("LA6570-1", 2),
                   AUSPEX_IS_LOINC("LA6571-9", 3));

/* Answers by their LOINC codes, else by the number that the linkId ends in. */
#define PHQ9_ITEMS                                                         \
  "44250-9|44255-8|44259-0|44254-1|44251-7|44258-2|44252-5|44253-3|44260-" \
  "8"
#define GAD7_ITEMS "69725-0|68509-9|69733-4|69734-2|69735-9|69689-8|69736-7"
#define TOTAL(set_, max_) \
  { AUSPEX_MEASURED(set_, "{score}", 0, max_) }
#define SUM(instrument_, last_)                                           \
  AUSPEX_SOURCE(AUSPEX_FROM_QUESTIONNAIRE_SUM),                           \
      .instrument = (instrument_), .first_item = 1, .last_item = (last_), \
      .map = &answer
AUSPEX_DECLARE_SOURCES(phq9_from, TOTAL(phq9, 27),
                       { SUM("phq-9|phq9", 9), .items = PHQ9_ITEMS });
AUSPEX_DECLARE_SOURCES(item_9_from,
                       { AUSPEX_MEASURED(phq9_item_9, "{score}", 0, 3),
                         .map = &answer });
AUSPEX_DECLARE_SOURCES(answers_from, { AUSPEX_SOURCE(AUSPEX_FROM_QUESTIONNAIRE),
                                       .instrument = "phq-9|phq9",
                                       .items = PHQ9_ITEMS, .first_item = 1,
                                       .last_item = ANSWERS, .map = &answer });
AUSPEX_DECLARE_SOURCES(gad7_from, TOTAL(gad7, 21),
                       { SUM("gad-7|gad7", 7), .items = GAD7_ITEMS });
AUSPEX_DECLARE_SOURCES(gad7_answers_from,
                       { AUSPEX_SOURCE(AUSPEX_FROM_QUESTIONNAIRE),
                         .instrument = "gad-7|gad7", .items = GAD7_ITEMS,
                         .first_item = 1, .last_item = GAD7_ANSWERS,
                         .map = &answer });
AUSPEX_DECLARE_SOURCES(hads_a_from, TOTAL(hads_a, 21));
AUSPEX_DECLARE_SOURCES(hads_d_from, TOTAL(hads_d, 21));
AUSPEX_DECLARE_SOURCES(fatigue_from, TOTAL(fatigue, 10));

#define TWO_WEEKS AUSPEX_LAST_DAYS(14, 14)
static const auspex_input inputs[INPUTS] = {
  [SCREENERS_PHQ9] = { AUSPEX_OPTIONAL_INPUT("phq9", "PHQ-9 total", phq9_from),
                       TWO_WEEKS },
  [SCREENERS_GAD7] = { AUSPEX_OPTIONAL_INPUT("gad7", "GAD-7 total", gad7_from),
                       TWO_WEEKS },
  [SCREENERS_HADS_A] = { AUSPEX_OPTIONAL_INPUT("hads_a", "HADS anxiety",
                                               hads_a_from),
                         TWO_WEEKS },
  [SCREENERS_HADS_D] = { AUSPEX_OPTIONAL_INPUT("hads_d", "HADS depression",
                                               hads_d_from),
                         TWO_WEEKS },
  [SCREENERS_FATIGUE] = { AUSPEX_OPTIONAL_INPUT(
                              "fatigue_nrs", "Fatigue, 0 to 10", fatigue_from),
                          TWO_WEEKS },
  [IN_ITEM_9] = { AUSPEX_OPTIONAL_INPUT("phq9_item9", "PHQ-9 item 9",
                                        item_9_from),
                  TWO_WEEKS },
  [IN_ANSWERS] = { AUSPEX_OPTIONAL_INPUT("phq9_answers", "Answers to the PHQ-9",
                                         answers_from),
                   TWO_WEEKS },
  [IN_GAD7_ANSWERS] = { AUSPEX_OPTIONAL_INPUT("gad7_answers",
                                              "Answers to the GAD-7",
                                              gad7_answers_from),
                        TWO_WEEKS },
};

#define ANY_OF(input_)                                                    \
  {                                                                       \
    AUSPEX_CRITERION(AUSPEX_NEEDS_INPUT, "no total of a screener in the " \
                                         "last 14 days"),                 \
        .input = (input_), .group = 1                                     \
  }
static const auspex_criterion criteria[] = {
  ANY_OF(SCREENERS_PHQ9),
  ANY_OF(SCREENERS_GAD7),
  ANY_OF(SCREENERS_HADS_A),
  ANY_OF(SCREENERS_HADS_D),
  ANY_OF(SCREENERS_FATIGUE),
  /* Item 9 counts also without a total. */
  ANY_OF(IN_ITEM_9),
  ANY_OF(IN_ANSWERS),
  ANY_OF(IN_GAD7_ANSWERS),
  { AUSPEX_CRITERION(AUSPEX_NEEDS_AGE, "younger than 18 years"), .min = 18,
    .max = NAN },
};

/* tool, name, title, what the concern is about */
#define TOOLS(X)                                                          \
  X(PHQ9, "phq9", "PHQ-9", "Symptoms of depression (PHQ-9)")              \
  X(GAD7, "gad7", "GAD-7", "Symptoms of anxiety (GAD-7)")                 \
  X(HADS_A, "hads-a", "HADS anxiety", "Symptoms of anxiety (HADS)")       \
  X(HADS_D, "hads-d", "HADS depression", "Symptoms of depression (HADS)") \
  X(FATIGUE, "fatigue", "Fatigue 0 to 10", "Fatigue (numeric rating)")

static const char *const titles[SCREENERS_TOOLS] = {
#define X(tool, name, title, about) title,
  TOOLS(X)
#undef X
};
static const auspex_code band_codes[SCREENERS_TOOLS] = {
#define X(tool, name, title, about) \
  AUSPEX_OWN_OUTCOME(name "-band", "Band of " title),
  TOOLS(X)
#undef X
};
static const auspex_code concern_codes[SCREENERS_TOOLS] = {
#define X(tool, name, title, about) AUSPEX_OWN_OUTCOME(name "-concern", about),
  TOOLS(X)
#undef X
};
static const auspex_code item_9_codes[] = {
  AUSPEX_OWN_OUTCOME("phq9-item-9", "PHQ-9 item 9 above 0"),
};
static const auspex_outcome outcomes[OUTCOMES] = {
#define X(tool, name_, title_, about)                                      \
  [SCREENERS_##tool] = { AUSPEX_MEASURES(name_ "-band", "Band of " title_, \
                                         band_codes + SCREENERS_##tool,    \
                                         "{band}", "survey") },            \
  [CONCERN + SCREENERS_##                                                  \
      tool] = { AUSPEX_PREDICTS(name_ "-concern", about,                   \
                                concern_codes + SCREENERS_##tool),         \
                .horizon_now = 1, .unit = "{score}" },
  TOOLS(X)
#undef X
      [ITEM_9] = { AUSPEX_PREDICTS("phq9-item-9", "PHQ-9 item 9 above 0",
                                   item_9_codes),
                   .horizon_now = 1, .unit = "{score}" },
};

enum { TALK, ASSESS_TODAY };
static const auspex_mitigation mitigations[] = {
  [TALK] = AUSPEX_CONSIDER("consider-assessment",
                           "A clinical assessment and psycho-oncological "
                           "support could be considered. Screening is no "
                           "diagnosis."),
  [ASSESS_TODAY] = AUSPEX_CONSIDER("consider-assessment-today",
                                   "An assessment of suicide risk on the same "
                                   "day is to be considered."),
};

const auspex_model screeners_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.screeners",
  .name = "screeners",
  .version = "1.0.0",
  .title = "Screening scores: PHQ-9, GAD-7, HADS, fatigue",
  .publisher = "Auspex",
  .population = "Adults who answered one of the screeners in the last 14 days.",
  .source = "PHQ-9: Kroenke 2001; GAD-7: cut-offs 5, 10, 15; HADS 11 or more: "
            "CANTO, JNCI 2025;117:89-102; fatigue 4 and 7: PMC3949157",
  .limits = "Screening is no diagnosis. A band of 'borderline' of HADS is a "
            "convention and raises no concern alone. Distress thermometer and "
            "FACIT-Fatigue are left out: their cut-offs were not verified.",
  .licence =
      "PHQ-9 and GAD-7 need no permission; the wording of HADS does. Only "
      "totals are used.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .mitigations = AUSPEX_ARRAY(mitigations),
  .max_batch = 64,
  .max_results_per_row = OUTCOMES,
  .max_contributions_per_row = 0,
  .max_text_per_row = 3000,
};

/* PHQ-9 item 9: the newest answer to it; of one day the greater. `*from` is the
 * input that it comes from. NaN: not known. */
static double item_9_of(const auspex_cells *cells, uint32_t *from) {
  double alone = auspex_cells_value(cells, IN_ITEM_9);
  double answered = auspex_cells_value(cells, IN_ANSWER_9);
  int64_t alone_day = auspex_cells_day(cells->time_ms[IN_ITEM_9]);
  int64_t answered_day = auspex_cells_day(cells->time_ms[IN_ANSWER_9]);
  int take = isnan(answered) || alone_day > answered_day ||
             (alone_day == answered_day && alone > answered);
  *from = !isnan(alone) && take ? IN_ITEM_9 : IN_ANSWERS;
  return *from == IN_ITEM_9 ? alone : answered;
}

static int is_total(const auspex_cells *cells, uint32_t tool) {
  return auspex_cells_has(cells, tool) &&
         cells->value[tool] == floor(cells->value[tool]);
}

/* Is there a response, with or without all of its answers? */
static int is_answered(const auspex_cells *cells, uint32_t first,
                       uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (auspex_cells_has(cells, first + i)) return 1;
  return 0;
}

/* Why a tool that was used has no total; NULL: it has one, or was not used. */
static const char *uncounted(const auspex_cells *cells, uint32_t tool) {
  uint32_t first = tool == SCREENERS_PHQ9 ? IN_ANSWERS : AT_GAD7_ANSWERS;
  uint32_t count = tool == SCREENERS_PHQ9   ? ANSWERS
                   : tool == SCREENERS_GAD7 ? GAD7_ANSWERS
                                            : 0;
  if (is_total(cells, tool)) return NULL;
  if (auspex_cells_has(cells, tool)) return "is not a whole number";
  if (!auspex_cells_lacks(cells, tool))
    return auspex_serve_why(cells->state[tool]);
  return is_answered(cells, first, count) ? "has questions left open" : NULL;
}

/* A band beside them must not look like all there is. */
static void name_uncounted(auspex_writer *w, const auspex_cells *cells) {
  for (uint32_t tool = 0; tool < SCREENERS_TOOLS; tool++)
    if (uncounted(cells, tool))
      auspex_write_text(w, " Not counted: %s, which %s.", titles[tool],
                        uncounted(cells, tool));
}

static void write_band(auspex_writer *w, const auspex_cells *cells,
                       const auspex_steps *bands, uint32_t tool) {
  double total = cells->value[tool];
  uint32_t from = 0;
  const auspex_step *band = auspex_params_step(bands, total);
  auspex_result *result = auspex_write_result(w, cells->row, tool);
  result->score = (double)(band - bands->items);
  result->input = (int32_t)tool;
  result->inputs = (uint64_t)1 << tool;
  auspex_write_text(w, "%s %.0f: %s (band %.0f of 0 to %u).", titles[tool],
                    total, band->word, result->score,
                    (unsigned)(bands->count - 1));
  if (tool == SCREENERS_PHQ9 && isnan(item_9_of(cells, &from)))
    auspex_write_text(w, " The answer to item 9 is not known.");
  name_uncounted(w, cells);
  auspex_write_done(w);
}

/* A moderate band is a concern, but for HADS, whose middle band is not
 * verified. */
static void write_concern(auspex_writer *w, const auspex_cells *cells,
                          const auspex_steps *bands, uint32_t tool) {
  double total = cells->value[tool];
  const auspex_step *band = auspex_params_step(bands, total);
  int hads = tool == SCREENERS_HADS_A || tool == SCREENERS_HADS_D;
  if (band->level < (hads ? AUSPEX_LEVEL_HIGH : AUSPEX_LEVEL_MODERATE)) return;
  auspex_result *result = auspex_write_result(w, cells->row, CONCERN + tool);
  result->level = band->level;
  result->score = total;
  result->inputs = (uint64_t)1 << tool;
  result->mitigation = TALK;
  auspex_write_text(w, "%s %.0f: %s. Screening is no diagnosis.", titles[tool],
                    total, band->word);
  auspex_write_done(w);
}

/* 1: there was something to say. */
static int write_item_9(auspex_writer *w, const auspex_cells *cells) {
  uint32_t from = 0;
  double item = item_9_of(cells, &from);
  if (!(item > 0)) return 0;
  auspex_result *result = auspex_write_result(w, cells->row, ITEM_9);
  result->level = AUSPEX_LEVEL_HIGH;
  result->score = item;
  result->inputs = (uint64_t)1 << from;
  result->mitigation = ASSESS_TODAY;
  auspex_write_text(w, "PHQ-9 item 9 is above 0, whatever the total says.");
  if (!is_total(cells, SCREENERS_PHQ9))
    auspex_write_text(w, " The total is not known.");
  auspex_write_done(w);
  return 1;
}

static void refuse(auspex_writer *w, const auspex_cells *cells) {
  uint32_t tool = 0;
  while (tool < SCREENERS_TOOLS && auspex_cells_lacks(cells, tool)) tool++;
  if (tool < SCREENERS_TOOLS)
    auspex_serve_missing(w, cells, tool, "%s %s.", inputs[tool].title,
                         auspex_cells_has(cells, tool)
                             ? "is not a whole number"
                             : auspex_serve_why(cells->state[tool]));
  else if (is_answered(cells, IN_ANSWERS, ANSWERS))
    auspex_serve_missing(w, cells, SCREENERS_PHQ9,
                         "The PHQ-9 has no total: not all of its nine "
                         "questions were answered.");
  else if (is_answered(cells, AT_GAD7_ANSWERS, GAD7_ANSWERS))
    auspex_serve_missing(w, cells, SCREENERS_GAD7,
                         "The GAD-7 has no total: not all of its seven "
                         "questions were answered.");
  else if (!auspex_cells_lacks(cells, IN_ITEM_9) &&
           !auspex_cells_has(cells, IN_ITEM_9))
    auspex_serve_missing(w, cells, IN_ITEM_9, "%s %s.", inputs[IN_ITEM_9].title,
                         auspex_serve_why(cells->state[IN_ITEM_9]));
  else {
    auspex_write_result(w, cells->row, 0)->status = AUSPEX_ROW_NOT_APPLICABLE;
    auspex_write_text(w, "no total of a screener in the last 14 days");
    auspex_write_done(w);
  }
}

void screeners_score(auspex_writer *w, const void *table,
                     const auspex_batch *batch, uint32_t row) {
  const screeners_table *t = table;
  auspex_cells cells = auspex_cells_of(batch, row);
  int scored = write_item_9(w, &cells); /* first: it cannot wait */
  for (uint32_t tool = 0; tool < SCREENERS_TOOLS; tool++) {
    if (!is_total(&cells, tool)) continue;
    scored = 1;
    write_band(w, &cells, &t->bands[tool], tool);
    write_concern(w, &cells, &t->bands[tool], tool);
  }
  if (!scored) refuse(w, &cells);
}
