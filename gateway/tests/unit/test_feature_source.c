/* Unit tests of features: what a value is worth, and where in Observations and
 * QuestionnaireResponses it stands. */
#include "support/feature_sources.h"

#include <math.h>
#include <stdio.h>

ONE_CODE(status, LOINC, "16112-5", AUSPEX_MATCH_EXACT);
ONE_CODE(pressure, LOINC, "8480-6", AUSPEX_MATCH_EXACT);
ONE_CODE(panel, LOINC, "85354-9", AUSPEX_MATCH_EXACT);
ONE_CODE(present, LOINC, "LA9633-4", AUSPEX_MATCH_EXACT);
ONE_CODE(variant, LOINC, "69548-6", AUSPEX_MATCH_EXACT);
ONE_CODE(gene, LOINC, "48018-6", AUSPEX_MATCH_EXACT);
ONE_CODE(origin, LOINC, "48002-0", AUSPEX_MATCH_EXACT);
ONE_CODE(germline, LOINC, "LA6683-2", AUSPEX_MATCH_EXACT);
ONE_CODE(excision, SCT, "787377000", AUSPEX_MATCH_EXACT);

/* --- maps ----------------------------------------------------------------- */

static void a_coded_value_is_worth_what_the_map_says(void **state) {
  static const struct {
    const char *value;
    uint8_t state;
    double number;
  } cases[] = {
    { "'valueCodeableConcept':" CODED(SNOMED, "10828004"), 1, 1 },
    { "'valueCodeableConcept':" CODED(SNOMED, "260385009"), 1, 0 },
    { "'valueCodeableConcept':" CODED(SNOMED, "42425007"), AUSPEX_CELL_UNMAPPED,
      0 }, /* known and refused */
    { "'valueCodeableConcept':" CODED(SNOMED, "1"), AUSPEX_CELL_UNMAPPED, 0 },
    { "'valueCodeableConcept':" CODED("http://x", "10828004"),
      AUSPEX_CELL_UNMAPPED, 0 },
    /* a display never decides, the first coding that fits does */
    { "'valueCodeableConcept':{'coding':[{'system':'http://x','code':'7',"
      "'display':'positiv'},{'system':'" SNOMED "','code':'260385009'}]}",
      1, 0 },
    { "'valueCodeableConcept':{'coding':[{'system':'http://x','code':'7'}],"
      "'text':'positiv'}",
      AUSPEX_CELL_UNMAPPED, 0 },
    { "'valueCodeableConcept':{'text':'POSITIV'}", 1, 1 },
    { "'valueString':'Positiv'", 1, 1 },
    { "'valueString':'positive'", AUSPEX_CELL_UNMAPPED, 0 },
    { "'valueBoolean':true", 1, 1 },
    { "'valueInteger':0", 1, 0 },
    { "'valueInteger':2", AUSPEX_CELL_UNMAPPED, 0 },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status)->map =
        &feature_sources_receptor;
    char text[600];
    (void)snprintf(text, sizeof text, STATUS ",%s}", cases[i].value);
    SEND(text);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, cases[i].number, cases[i].value,
                       (int)i);
    feature_kit_end(&k);
  }
}

static void what_no_row_knows_may_have_a_value_of_its_own(void **state) {
  (void)state;
  feature_kit k;
  ax_model_map map = feature_sources_receptor;
  map.has_otherwise = true;
  map.otherwise = 9;
  feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status)->map = &map;
  SEND(STATUS ",'valueCodeableConcept':" CODED(SNOMED, "1") "}");
  RUN;
  EXPECT_VALUE(&k, 0, 9);
  feature_kit_end(&k);
}

static void a_pattern_is_for_the_whole_text_without_blanks(void **state) {
  static const struct {
    const char *value;
    double stage; /* NaN: unmapped */
  } cases[] = {
    { "'valueString':'Stage III A'", 3 },
    { "'valueString':'(iii)e'", 3 },
    { "'valueString':'IV'", 4 },
    { "'valueString':'IIIB unsure'", (double)NAN },
    { "'valueCodeableConcept':" CODED("http://cancerstaging.org", "IVB"), 4 },
    { "'valueCodeableConcept':" CODED("http://other", "IVB"), (double)NAN },
    { "'valueInteger':3", 3 }, /* digits are a text, too */
  };
  (void)state;
  ax_model_map_row rows[] = {
    { .kind = AUSPEX_MAP_TEXT,
      .match = AUSPEX_MATCH_PATTERN,
      .code = S("(STAGE)?(IV|4)[ABE]*"),
      .value = 4 },
    { .kind = AUSPEX_MAP_TEXT,
      .match = AUSPEX_MATCH_PATTERN,
      .code = S("(STAGE)?(III|3)[ABE]*"),
      .value = 3 },
    { .kind = AUSPEX_MAP_CODE,
      .match = AUSPEX_MATCH_PATTERN,
      .system = S("http://cancerstaging.org"),
      .code = S("IV[AB]?"),
      .value = 4 },
  };
  ax_arena *arena = ax_arena_new(1 << 20);
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_str pattern =
        ax_arena_printf(arena, "(?i)" AX_STR_FMT, AX_STR_ARG(rows[i].code));
    assert_int_equal(ax_regex_compile(arena, pattern, &rows[i].regex, NULL),
                     AX_OK);
  }
  const ax_model_map map = { .rows = rows,
                             .count = AX_COUNT(rows),
                             .fold = AUSPEX_FOLD_CASE | AUSPEX_FOLD_BLANKS };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status)->map = &map;
    char text[600];
    (void)snprintf(text, sizeof text, STATUS ",%s}", cases[i].value);
    SEND(text);
    RUN;
    feature_kit_expect(&k, 0,
                       isnan(cases[i].stage) ? AUSPEX_CELL_UNMAPPED
                                             : AUSPEX_CELL_PRESENT,
                       cases[i].stage, cases[i].value, (int)i);
    feature_kit_end(&k);
  }
  ax_arena_free(arena);
}

static void an_interpretation_counts_only_without_a_value(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status);
  s->map = &feature_sources_receptor;
  SEND(STATUS ",'interpretation':[" CODED(SNOMED, "10828004") "]}");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  s->take = AUSPEX_TAKE_VALUE_OR_INTERPRETATION;
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  k.all.count = 1;
  SEND(STATUS ",'valueBoolean':false,'interpretation':[" CODED(
      SNOMED, "10828004") "]}");
  RUN;
  EXPECT_VALUE(&k, 0, 0);
  feature_kit_end(&k);
}

static void a_body_site_can_be_what_is_asked_for(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status);
  s->map = &feature_sources_receptor;
  s->take = AUSPEX_TAKE_BODY_SITE;
  SEND(STATUS ",'bodySite':" CODED(SNOMED, "10828004") "}");
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  feature_kit_end(&k);
}

/* --- numbers ---------------------------------------------------------------
 */

static void a_limit_may_stand_for_the_value_where_declared(void **state) {
  static const struct {
    const char *comparator;
    double limit;
    uint32_t policy;
    uint8_t state;
  } cases[] = {
    { "<", 5, AUSPEX_COMPARATOR_REFUSE, AUSPEX_CELL_COMPARATOR },
    { "<", 5, AUSPEX_COMPARATOR_AT_MOST, AUSPEX_CELL_PRESENT },
    { "<=", 10, AUSPEX_COMPARATOR_AT_MOST, AUSPEX_CELL_PRESENT },
    { "<", 10.5, AUSPEX_COMPARATOR_AT_MOST, AUSPEX_CELL_COMPARATOR },
    { ">", 5, AUSPEX_COMPARATOR_AT_MOST, AUSPEX_CELL_COMPARATOR },
    { ">", 10, AUSPEX_COMPARATOR_AT_LEAST, AUSPEX_CELL_PRESENT },
    { ">=", 9, AUSPEX_COMPARATOR_AT_LEAST, AUSPEX_CELL_COMPARATOR },
    { ">", 9, AUSPEX_COMPARATOR_LIMIT, AUSPEX_CELL_PRESENT },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    ax_model_source *s =
        feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status);
    s->unit = AX_STR("mg/L");
    s->comparator = cases[i].policy;
    s->comparator_limit = 10;
    char text[400];
    (void)snprintf(text, sizeof text,
                   STATUS ",'valueQuantity':{'value':%g,'comparator':'%s',"
                          "'system':'http://unitsofmeasure.org',"
                          "'code':'mg/L'}}",
                   cases[i].limit, cases[i].comparator);
    SEND(text);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, cases[i].limit,
                       cases[i].comparator, (int)i);
    feature_kit_end(&k);
  }
}

static void a_fraction_is_not_taken_for_a_percentage(void **state) {
  static const struct {
    const char *sent, *wanted;
    uint8_t state;
  } cases[] = {
    { "%", "%", AUSPEX_CELL_PRESENT },
    { "1", "%", AUSPEX_CELL_UNIT_ERROR },
    { "%", "1", AUSPEX_CELL_UNIT_ERROR },
    { "{score}", "%", AUSPEX_CELL_UNIT_ERROR },
    { "1", "{score}", AUSPEX_CELL_PRESENT },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    feature_kit_begin(&k);
    feature_kit_source(&k, &k.inputs[0])->unit = ax_str_from(cases[i].wanted);
    feature_kit_observe(&k, "29463-7", "2024-06-01", 0.12, cases[i].sent);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, 0.12, cases[i].sent, (int)i);
    feature_kit_end(&k);
  }
}

static void bounds_are_of_the_number_before_the_map(void **state) {
  (void)state;
  static const ax_model_map_row rows[] = {
    { .kind = AUSPEX_MAP_NUMBER, .from = 90, .to = 1000, .value = 0 },
    { .kind = AUSPEX_MAP_NUMBER, .from = 0, .to = 1000, .value = 1 },
  };
  static const ax_model_map low = { .rows = rows, .count = 2 };
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &pressure);
  s->unit = AX_STR("mm[Hg]");
  s->map = &low;
  s->valid_min = 30;
  s->valid_max = 300;
  s->pick = AUSPEX_PICK_MAX; /* once below 90 is enough */
  feature_kit_observe(&k, "8480-6", "2024-06-14", 89, "mm[Hg]");
  feature_kit_observe(&k, "8480-6", "2024-06-15", 12, "kPa");
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  feature_kit_observe(&k, "8480-6", "2024-06-13", 500, "mm[Hg]");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_IMPLAUSIBLE);
  feature_kit_end(&k);
}

static void only_a_normal_range_is_a_reference_range(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status);
  s->unit = AX_STR("U/L");
  s->pick = AUSPEX_PICK_SERIES;
  k.inputs[0].wants_range = true;
  SEND(STATUS ",'valueQuantity':{'value':300,'system':"
              "'http://unitsofmeasure.org','code':'U/L'},'referenceRange':["
              "{'type':{'coding':[{'code':'therapeutic'}]},"
              "'high':{'value':1}},{'high':{'value':250}}]}");
  RUN;
  assert_int_equal(k.row.sample_count, 1);
  assert_true(k.row.sample_highs[0] == 250);
  assert_true(isnan(k.row.sample_lows[0]));
  feature_kit_end(&k);
}

/* --- components, members, filters ------------------------------------------
 */

#define SYSTOLIC(value)                                                      \
  "{'code':" CODED("http://loinc.org",                                       \
                   "8480-6") ",'valueQuantity':{"                            \
                             "'value':" value                                \
                             ",'system':'http://unitsofmeasure.org','code':" \
                             "'mm[Hg]'}}"

static void a_component_counts_within_its_panel_or_alone(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &pressure);
  s->unit = AX_STR("mm[Hg]");
  s->within = &panel;
  SEND(OBSERVATION "'effectiveDateTime':'2024-06-01','code':" CODED(
      "http://loinc.org", "85354-9") ",'component':[" SYSTOLIC("120") "]}");
  feature_kit_observe(&k, "8480-6", "2024-06-02", 130, "mm[Hg]");
  RUN;
  EXPECT_VALUE(&k, 0, 120);
  ax_model_source *alone = feature_kit_more(&k, &k.inputs[0], pressure);
  alone->within = NULL;
  RUN;
  EXPECT_VALUE(&k, 0, 120); /* the first source goes first */
  alone->flags = AUSPEX_WITH_PREVIOUS;
  RUN;
  EXPECT_VALUE(&k, 0, 130); /* both compete */
  assert_int_equal(k.row.cells[0].source, 1);
  feature_kit_end(&k);
}

static void a_member_of_a_panel_is_within_it(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &pressure);
  s->unit = AX_STR("mm[Hg]");
  s->within = &panel;
  feature_kit_observe(&k, "8480-6", "2024-06-02", 130, "mm[Hg]");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  SEND(OBSERVATION "'id':'p'," TODAY "'code':" CODED(
      "http://loinc.org",
      "85354-9") ",'hasMember':[{'reference':'Observation/r1/_history/1'}]}");
  RUN;
  EXPECT_VALUE(&k, 0, 130);
  feature_kit_end(&k);
}

#define COMPONENT(code, value)                                                 \
  "{'code':" CODED("http://loinc.org", code) ",'valueCodeableConcept':" CODED( \
      "http://loinc.org", value) "}"
#define VARIANT(value, class)                                                     \
  OBSERVATION TODAY "'code':" CODED(                                              \
      "http://loinc.org",                                                         \
      "69548-6") ",'valueCodeableConcept':" CODED("http://loinc.org",             \
                                                  value) ",'component':"          \
                                                         "[" COMPONENT("48018"    \
                                                                       "-6",      \
                                                                       "x") class \
      "]}"

static void filters_look_at_the_rest_of_the_resource(void **state) {
  static const struct {
    const char *json;
    uint8_t state;
  } cases[] = {
    { VARIANT("LA9633-4", "," COMPONENT("48002-0", "LA6683-2")),
      AUSPEX_CELL_PRESENT },
    { VARIANT("LA9634-2", "," COMPONENT("48002-0", "LA6683-2")),
      AUSPEX_CELL_ABSENT }, /* not present */
    { VARIANT("LA9633-4", "," COMPONENT("48002-0", "LA6684-0")),
      AUSPEX_CELL_ABSENT },                          /* somatic */
    { VARIANT("LA9633-4", ""), AUSPEX_CELL_ABSENT }, /* not said */
  };
  static const ax_model_filter filters[] = {
    { .where = AUSPEX_WHERE_VALUE, .codes = &present },
    { .where = AUSPEX_WHERE_COMPONENT, .codes = &origin, .values = &germline },
  };
  static const ax_model_map_row rows[] = {
    { .kind = AUSPEX_MAP_CODE, .system = LOINC, .code = S("x"), .value = 3 },
  };
  static const ax_model_map map = { .rows = rows, .count = 1 };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    ax_model_source *s =
        feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &gene);
    s->within = &variant;
    s->filters = filters;
    s->filter_count = 2;
    s->map = &map;
    SEND(cases[i].json);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, 3, cases[i].json, (int)i);
    feature_kit_end(&k);
  }
}

static void of_filters_of_one_group_one_is_enough(void **state) {
  static const ax_model_filter filters[] = {
    { .where = AUSPEX_WHERE_SPECIMEN, .group = 1 },
    { .where = AUSPEX_WHERE_METHOD, .group = 1, .codes = &excision },
  };
  static const struct {
    const char *more;
    uint8_t state;
  } cases[] = {
    { "'specimen':{'reference':'Specimen/1'},", AUSPEX_CELL_PRESENT },
    { "'method':" CODED(SNOMED, "787377000") ",", AUSPEX_CELL_PRESENT },
    { "'method':" CODED(SNOMED, "1") ",", AUSPEX_CELL_ABSENT },
    { "", AUSPEX_CELL_ABSENT },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    ax_model_source *s =
        feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status);
    s->filters = filters;
    s->filter_count = 2;
    char text[400];
    (void)snprintf(text, sizeof text,
                   OBSERVATION TODAY "%s'code':" CODED(
                       "http://loinc.org", "16112-5") ","
                                                      "'valueInteger':4}",
                   cases[i].more);
    SEND(text);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, 4, cases[i].more, (int)i);
    feature_kit_end(&k);
  }
}

static void tied_inputs_are_of_one_panel_or_one_day(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &pressure);
  s->unit = AX_STR("mm[Hg]");
  s->pick = AUSPEX_PICK_LATEST_MAX;
  ax_model_input *other =
      feature_kit_input(&k, AUSPEX_FROM_OBSERVATION, status, "");
  other->tied = AUSPEX_TIED_RESOURCE;
  other->tied_to = 0;
#define PANEL(time, systolic, other_)                                                                  \
  OBSERVATION "'effectiveDateTime':'" time "','code':" CODED(                                          \
      "http://loinc.org",                                                                              \
      "85354-9") ",'component':[" SYSTOLIC(systolic) ",{'code':" CODED("http:"                         \
                                                                       "//"                            \
                                                                       "loinc"                         \
                                                                       ".org",                         \
                                                                       "16112"                         \
                                                                       "-5") ",'valueInteger':" other_ \
                                                                             "}]}"
  SEND(PANEL("2024-06-10T08:00:00Z", "140", "1"));
  SEND(PANEL("2024-06-10T09:00:00Z", "120", "2"));
  SEND(PANEL("2024-06-09T09:00:00Z", "200", "3"));
  RUN;
  EXPECT_VALUE(&k, 0, 140); /* the greatest of the latest day */
  EXPECT_VALUE(&k, 1, 1);   /* and what stands beside it */
  other->tied = AUSPEX_TIED_DAY;
  RUN;
  EXPECT_VALUE(&k, 1, 2); /* the latest of that day */
  feature_kit_end(&k);
}

static void what_is_tied_to_an_unfit_value_is_not_called_absent(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &pressure);
  s->unit = AX_STR("mm[Hg]");
  s->valid_min = 30;
  s->valid_max = 300;
  ax_model_input *other =
      feature_kit_input(&k, AUSPEX_FROM_OBSERVATION, status, "");
  k.inputs[0].missing = other->missing = AUSPEX_MISSING_REFUSE;
  other->tied = AUSPEX_TIED_RESOURCE;
  RUN;
  assert_int_equal(k.row.gap_count, 2); /* there is nothing: both are needed */
  SEND(PANEL("2024-06-10T08:00:00Z", "900", "1"));
  RUN;
  assert_int_equal(k.row.verdict, AX_FEATURE_REFUSED);
  assert_int_equal(k.row.gap_count, 1);
  assert_int_equal(k.row.gaps[0].input, 0);
  assert_int_equal(k.row.gaps[0].state, AUSPEX_CELL_IMPLAUSIBLE);
  feature_kit_end(&k);
}

static void why_an_input_that_may_be_missing_is_unfit_is_kept(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &pressure);
  s->unit = AX_STR("mm[Hg]");
  s->valid_min = 30;
  s->valid_max = 300;
  k.inputs[0].missing = AUSPEX_MISSING_PASS;
  RUN;
  assert_int_equal(k.row.unfit_count, 0); /* there is none: no fault of it */
  SEND(PANEL("2024-06-10T08:00:00Z", "900", "1"));
  RUN;
  assert_int_equal(k.row.verdict, AX_FEATURE_READY);
  assert_int_equal(k.row.gap_count, 0);
  assert_int_equal(k.row.unfit_count, 1);
  assert_int_equal(k.row.unfit[0].input, 0);
  assert_int_equal(k.row.unfit[0].state, AUSPEX_CELL_IMPLAUSIBLE);
  assert_str(k.row.unfit[0].detail, "the value is outside 30 to 300 mm[Hg]");
  assert_non_null(k.row.unfit[0].fact);
  feature_kit_end(&k);
}

/* --- questionnaires --------------------------------------------------------
 */

static void a_sum_needs_all_of_its_answers(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_QUESTIONNAIRE_SUM, NULL);
  s->instrument = AX_STR("qlq-c30");
  s->first_item = 1;
  s->last_item = 3;
  feature_kit_answer(&k, "r", "2024-06-01", "q1", 1);
  feature_kit_answer(&k, "r", "2024-06-01", "q2", 2);
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  feature_kit_answer(&k, "r", "2024-06-01", "q3", 3);
  feature_kit_answer(&k, "r", "2024-06-01", "q4", 3);
  RUN;
  EXPECT_VALUE(&k, 0, 6);
  assert_int_equal(k.row.cells[0].time_ms, feature_kit_ms("2024-06-01"));
  feature_kit_end(&k);
}

static void items_may_be_found_by_their_ending(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_QUESTIONNAIRE, NULL);
  s->instrument = AX_STR("qlq-c30");
  s->items = AX_STR("MO|44250-9");
  s->first_item = 1;
  s->last_item = 2;
  feature_kit_answer(&k, "r", "2024-06-01", "eq-q01-MO", 4);
  feature_kit_answer(&k, "r", "2024-06-01", "/44250-9", 2);
  RUN;
  EXPECT_VALUE(&k, 0, 4);
  EXPECT_VALUE(&k, 1, 2);
  feature_kit_end(&k);
}

static void answers_may_be_coded(void **state) {
  (void)state;
  static const ax_model_map_row rows[] = {
    { .kind = AUSPEX_MAP_CODE,
      .system = LOINC,
      .code = S("LA6570-1"),
      .value = 2 },
    { .kind = AUSPEX_MAP_KEEP, .from = 0, .to = 3 },
  };
  static const ax_model_map map = { .rows = rows, .count = 2 };
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_QUESTIONNAIRE, NULL);
  s->instrument = AX_STR("phq-9");
  s->first_item = 1;
  s->last_item = 2;
  s->map = &map;
  SEND("{'resourceType':'QuestionnaireResponse','status':'completed',"
       "'questionnaire':'http://x/PHQ-9','authored':'2024-06-01','item':["
       "{'linkId':'1','answer':[{'valueCoding':{'system':'http://loinc.org',"
       "'code':'LA6570-1'}}]},"
       "{'linkId':'2','answer':[{'valueInteger':3}]}]}");
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  EXPECT_VALUE(&k, 1, 3);
  feature_kit_end(&k);
}

/* --- sets -------------------------------------------------------------------
 */

static void what_a_set_leaves_out_is_not_in_it(void **state) {
  static const ax_model_code codes[] = {
    { .system = S("http://hl7.org/fhir/sid/icd-10"),
      .code = S("C44"),
      .match = AUSPEX_MATCH_PREFIX | AUSPEX_MATCH_EXCEPT },
    { .system = S("http://hl7.org/fhir/sid/icd-10"),
      .code = S("C00-C80"),
      .match = AUSPEX_MATCH_RANGE },
  };
  static const ax_model_codes set = { .items = codes, .count = 2 };
  static const struct {
    const char *code;
    uint8_t state;
  } cases[] = { { "C50.1", AUSPEX_CELL_PRESENT },
                { "C44.3", AUSPEX_CELL_ABSENT },
                { "C80", AUSPEX_CELL_PRESENT },
                { "C81", AUSPEX_CELL_ABSENT } };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    feature_sources_begin(&k, AUSPEX_FROM_CONDITION, &set);
    feature_kit_condition(&k, "http://hl7.org/fhir/sid/icd-10", cases[i].code,
                          "2020-01-01");
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, 1, cases[i].code, (int)i);
    feature_kit_end(&k);
  }
}

static bool is_member(void *ctx, ax_str value_set, ax_str system, ax_str code) {
  (void)ctx, (void)system;
  return ax_str_eq(value_set, AX_STR("http://vs")) &&
         ax_str_eq(code, AX_STR("child"));
}

static void a_value_set_may_bring_hierarchies(void **state) {
  (void)state;
  feature_kit k;
  ax_model_codes set = feature_kit_cancer;
  set.value_set = AX_STR("http://vs");
  feature_sources_begin(&k, AUSPEX_FROM_CONDITION, &set);
  feature_kit_condition(&k, SNOMED, "child", "2020-01-01");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  k.help.member = is_member;
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  feature_kit_end(&k);
}

static void own_results_are_read_only_when_asked_for(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &status);
  feature_kit_observe(&k, "16112-5", "2024-06-01", 1, "");
  feature_kit_observe(&k, "16112-5", "2024-06-02", 2, "")->flags |=
      AX_FACT_MADE_HERE;
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  s->flags = AUSPEX_OWN_RESULTS;
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  s->flags = AUSPEX_OWN_RESULTS | AUSPEX_OWN_ONLY;
  k.facts[2].lo_ms = k.facts[2].hi_ms = feature_kit_ms("2024-05-02");
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  feature_kit_end(&k);
}

/* --- memory
 * -------------------------------------------------------------------- */

static feature_kit *tortured;

static ax_status build_row(ax_arena *arena) {
  return ax_feature_build(arena, &tortured->model, &tortured->all,
                          tortured->as_of_ms, false, &tortured->row);
}

static void every_failing_allocation_is_survived(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_OBSERVATION, &pressure);
  s->unit = AX_STR("mm[Hg]");
  s->pick = AUSPEX_PICK_SERIES;
  SEND(PANEL("2024-06-10T08:00:00Z", "140", "1"));
  SEND(PANEL("2024-06-11T08:00:00Z", "120", "2"));
  feature_kit_answer(&k, "r", "2024-06-01", "q1", 1);
  RUN;
  tortured = &k;
  ax_test_torture(build_row, 15);
  feature_kit_end(&k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_coded_value_is_worth_what_the_map_says),
    cmocka_unit_test(what_no_row_knows_may_have_a_value_of_its_own),
    cmocka_unit_test(a_pattern_is_for_the_whole_text_without_blanks),
    cmocka_unit_test(an_interpretation_counts_only_without_a_value),
    cmocka_unit_test(a_body_site_can_be_what_is_asked_for),
    cmocka_unit_test(a_limit_may_stand_for_the_value_where_declared),
    cmocka_unit_test(a_fraction_is_not_taken_for_a_percentage),
    cmocka_unit_test(bounds_are_of_the_number_before_the_map),
    cmocka_unit_test(only_a_normal_range_is_a_reference_range),
    cmocka_unit_test(a_component_counts_within_its_panel_or_alone),
    cmocka_unit_test(a_member_of_a_panel_is_within_it),
    cmocka_unit_test(filters_look_at_the_rest_of_the_resource),
    cmocka_unit_test(of_filters_of_one_group_one_is_enough),
    cmocka_unit_test(tied_inputs_are_of_one_panel_or_one_day),
    cmocka_unit_test(what_is_tied_to_an_unfit_value_is_not_called_absent),
    cmocka_unit_test(why_an_input_that_may_be_missing_is_unfit_is_kept),
    cmocka_unit_test(a_sum_needs_all_of_its_answers),
    cmocka_unit_test(items_may_be_found_by_their_ending),
    cmocka_unit_test(answers_may_be_coded),
    cmocka_unit_test(what_a_set_leaves_out_is_not_in_it),
    cmocka_unit_test(a_value_set_may_bring_hierarchies),
    cmocka_unit_test(own_results_are_read_only_when_asked_for),
    cmocka_unit_test(every_failing_allocation_is_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
