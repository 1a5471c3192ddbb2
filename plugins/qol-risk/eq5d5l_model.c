/* What the EQ-5D-5L index needs and gives. */
#include "eq5d5l.h"

#include "auspex_oncology.h"
#include "models.h"

enum { IN_SET, IN_MO, INPUTS = IN_MO + EQ5D5L_DIMENSIONS };

AUSPEX_DECLARE_SET(profile, "EQ-5D-5L profile",
                   AUSPEX_CODE(AUSPEX_SYSTEM_MII_SCORES,
                               "euroqol-eq5d5l-profile",
                               "EuroQol EQ-5D-5L profile", AUSPEX_MATCH_EXACT));

/* The site's choice is the name of a value set; a country chooses its own. Two
 * and three letters; GB alone says nothing. */
#define X(set, name, two, three) AUSPEX_IS_TEXT(name, EQ5D5L_##set),
AUSPEX_DECLARE_MAP(chosen, "EQ-5D-5L value set", 0,
                   EQ5D5L_SETS(X) AUSPEX_IS_TEXT("none", NAN));
#undef X
AUSPEX_DECLARE_MAP(
    country, "country with a value set", 0,
    AUSPEX_IS_TEXT("NL", EQ5D5L_NETHERLANDS),
    AUSPEX_IS_TEXT("NLD", EQ5D5L_NETHERLANDS),
    AUSPEX_IS_TEXT("DE", EQ5D5L_GERMANY), AUSPEX_IS_TEXT("DEU", EQ5D5L_GERMANY),
    AUSPEX_IS_TEXT("ES", EQ5D5L_SPAIN), AUSPEX_IS_TEXT("ESP", EQ5D5L_SPAIN),
    AUSPEX_IS_TEXT("FR", EQ5D5L_FRANCE), AUSPEX_IS_TEXT("FRA", EQ5D5L_FRANCE),
    AUSPEX_IS_TEXT("IT", EQ5D5L_ITALY), AUSPEX_IS_TEXT("ITA", EQ5D5L_ITALY),
    AUSPEX_IS_TEXT("PT", EQ5D5L_PORTUGAL),
    AUSPEX_IS_TEXT("PRT", EQ5D5L_PORTUGAL),
    AUSPEX_IS_TEXT("BE", EQ5D5L_BELGIUM), AUSPEX_IS_TEXT("BEL", EQ5D5L_BELGIUM),
    AUSPEX_IS_TEXT("GB-ENG", EQ5D5L_ENGLAND));

/* One digit of a profile such as 21232, `before` and `after` it so many. */
#define DIGIT(name, before, after)                                  \
  AUSPEX_DECLARE_MAP(                                               \
      name, "level, from a profile", 0,                             \
      AUSPEX_IS_TEXT_LIKE("[1-5]{" before "}1[1-5]{" after "}", 1), \
      AUSPEX_IS_TEXT_LIKE("[1-5]{" before "}2[1-5]{" after "}", 2), \
      AUSPEX_IS_TEXT_LIKE("[1-5]{" before "}3[1-5]{" after "}", 3), \
      AUSPEX_IS_TEXT_LIKE("[1-5]{" before "}4[1-5]{" after "}", 4), \
      AUSPEX_IS_TEXT_LIKE("[1-5]{" before "}5[1-5]{" after "}", 5))
DIGIT(digit_1, "0", "4");
DIGIT(digit_2, "1", "3");
DIGIT(digit_3, "2", "2");
DIGIT(digit_4, "3", "1");
DIGIT(digit_5, "4", "0");

#define LEVEL(name, number, ending, digit)                                     \
  AUSPEX_DECLARE_SOURCES(name,                                                 \
                         { AUSPEX_SOURCE(AUSPEX_FROM_QUESTIONNAIRE),           \
                           .instrument = "eq5d5l|eq-5d-5l", .items = (ending), \
                           .first_item = (number), .last_item = (number),      \
                           .valid_min = 1, .valid_max = 5 },                   \
                         { AUSPEX_OBSERVED(profile), .map = &(digit) })
LEVEL(mo_from, 1, "MO", digit_1);
LEVEL(sc_from, 2, "SC", digit_2);
LEVEL(ua_from, 3, "UA", digit_3);
LEVEL(pd_from, 4, "PD", digit_4);
LEVEL(ad_from, 5, "AD", digit_5);
AUSPEX_DECLARE_SOURCES(set_from,
                       { AUSPEX_SOURCE(AUSPEX_FROM_SITE),
                         .path = "eq5d5l.value_set", .map = &chosen },
                       { AUSPEX_SOURCE(AUSPEX_FROM_PATIENT_COUNTRY),
                         .map = &country });

#define ANSWERED AUSPEX_LAST_DAYS(3650, 30)
static const auspex_input inputs[INPUTS] = {
  [IN_SET] = { AUSPEX_INPUT("country", "Country with a value set", set_from),
               AUSPEX_ANY_TIME },
  [IN_MO] = { AUSPEX_INPUT("mo", "Mobility", mo_from), ANSWERED },
  [IN_MO + 1] = { AUSPEX_INPUT("sc", "Self-care", sc_from), ANSWERED },
  [IN_MO + 2] = { AUSPEX_INPUT("ua", "Usual activities", ua_from), ANSWERED },
  [IN_MO + 3] = { AUSPEX_INPUT("pd", "Pain or discomfort", pd_from), ANSWERED },
  [IN_MO + 4] = { AUSPEX_INPUT("ad", "Anxiety or depression", ad_from),
                  ANSWERED },
};

#define ANY_OF(input_)                                                  \
  {                                                                     \
    AUSPEX_CRITERION(AUSPEX_NEEDS_INPUT, "no answers to the EQ-5D-5L"), \
        .input = (input_), .group = 1                                   \
  }
static const auspex_criterion criteria[] = {
  ANY_OF(IN_MO),     ANY_OF(IN_MO + 1), ANY_OF(IN_MO + 2),
  ANY_OF(IN_MO + 3), ANY_OF(IN_MO + 4),
};

static const auspex_code index_codes[] = {
  AUSPEX_CODE(AUSPEX_SYSTEM_MII_SCORES, "euroqol-eq5d5l-index",
              "EuroQol EQ-5D-5L index", AUSPEX_MATCH_EXACT),
};
static const auspex_outcome outcomes[] = {
  { AUSPEX_MEASURES("index", "EQ-5D-5L index", index_codes, "{score}",
                    "survey") },
};

const auspex_model eq5d5l_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway.eq5d5l",
  .name = "eq5d5l",
  .version = "1.0.0",
  .title = "EQ-5D-5L index by country",
  .publisher = "Auspex",
  .population =
      "Anybody who answered the EQ-5D-5L and whose country has a value "
      "set.",
  .source =
      "R package eq5d, data-raw/VT.csv (MIT, fragla/eq5d), which names each "
      "country's publication",
  .limits = "A present state. Without a value set for the country there is no "
            "index; never another country's set. Half-way sums may differ by "
            "0.001 from published tables.",
  .licence = "Value sets: MIT package. The questionnaire needs a registration "
             "with EuroQol; nothing of its wording is used.",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = 0,
  .max_text_per_row = 300,
};

/* All five of one response, or of one profile. */
static int are_together(const auspex_cells *cells) {
  for (uint32_t i = IN_MO + 1; i < INPUTS; i++) {
    if (cells->time_ms[i] != cells->time_ms[IN_MO]) return 0;
    if (cells->source && cells->source[i] != cells->source[IN_MO]) return 0;
  }
  return 1;
}

void eq5d5l_score(auspex_writer *w, const void *table,
                  const auspex_batch *batch, uint32_t row) {
  auspex_cells cells = auspex_cells_of(batch, row);
  int levels[EQ5D5L_DIMENSIONS];
  if (auspex_serve_refuses(w, &eq5d5l_model, &cells, 0)) return;
  if (!are_together(&cells)) {
    auspex_serve_missing(w, &cells, IN_MO,
                         "The five answers are not of one response.");
    return;
  }
  for (uint32_t i = 0; i < EQ5D5L_DIMENSIONS; i++) {
    double level = cells.value[IN_MO + i];
    if (!(level >= 1 && level <= EQ5D5L_LEVELS) || level != floor(level)) {
      auspex_serve_missing(w, &cells, IN_MO + i,
                           "A level is a whole number from 1 to 5.");
      return;
    }
    levels[i] = (int)level;
  }
  eq5d5l_set set = (eq5d5l_set)cells.value[IN_SET];
  auspex_result *result = auspex_write_result(w, row, 0);
  result->score = eq5d5l_compute(table, set, levels);
  result->input = IN_MO;
  auspex_write_text(w, "EQ-5D-5L %d%d%d%d%d, value set %s: index %.3f.",
                    levels[0], levels[1], levels[2], levels[3], levels[4],
                    eq5d5l_set_names[set], result->score);
  auspex_write_done(w);
}
