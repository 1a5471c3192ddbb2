/* Unit tests of features: other resources than Observations, and what criteria
 * and anchors read of them. */
#include "support/feature_sources.h"

#include <math.h>
#include <stdio.h>

ONE_CODE(status, LOINC, "16112-5", AUSPEX_MATCH_EXACT);
ONE_CODE(checkpoint, ATC, "L01FF", AUSPEX_MATCH_PREFIX);
ONE_CODE(prostatectomy, SCT, "26294005", AUSPEX_MATCH_EXACT);
ONE_CODE(start, S("https://auspex-gateway.org/fhir/CodeSystem/model-input"),
         "systemic-therapy-start", AUSPEX_MATCH_EXACT);
ONE_CODE(father, S("http://terminology.hl7.org/CodeSystem/v3-RoleCode"), "FTH",
         AUSPEX_MATCH_EXACT);

/* --- other resources -------------------------------------------------------
 */

static void medicines_given_count_from_their_first_time_on(void **state) {
  (void)state;
#define GIVEN(status, time, code)                                          \
  "{'resourceType':'MedicationAdministration','status':'" status "',"      \
  "'medicationCodeableConcept':" CODED(                                    \
      "http://www.whocc.no/atc", code) ","                                 \
                                       "'effectivePeriod':{'start':'" time \
                                       "'}}"
  feature_kit k;
  feature_sources_begin(&k, AUSPEX_FROM_ADMINISTRATION, &checkpoint)->pick =
      AUSPEX_PICK_EARLIEST;
  SEND(GIVEN("not-done", "2024-01-01", "L01FF02"));
  SEND(GIVEN("completed", "2024-01-02", "L01XA01"));
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT); /* unknown, not "no" */
  SEND(GIVEN("in-progress", "2024-03-01", "L01FF02"));
  SEND(GIVEN("completed", "2024-02-01", "L01FF01"));
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  assert_int_equal(k.row.cells[0].time_ms, feature_kit_ms("2024-02-01"));
  feature_kit_end(&k);
}

static void a_medicine_is_taken_while_its_statement_is_active(void **state) {
  static const struct {
    const char *json;
    uint8_t state;
  } cases[] = {
#define TAKEN(type, status, more)                            \
  "{'resourceType':'" type "','status':'" status "'" more    \
  ",'medicationReference':{'reference':'#m'},'contained':[{" \
  "'resourceType':'Medication','id':'m','code':" CODED(      \
      "http://www.whocc.no/atc", "L01FF02") "}]}"
    { TAKEN("MedicationStatement", "active", ""), AUSPEX_CELL_PRESENT },
    { TAKEN("MedicationRequest", "active", ",'authoredOn':'2024-06-01'"),
      AUSPEX_CELL_PRESENT },
    { TAKEN("MedicationRequest", "stopped", ""), AUSPEX_CELL_ABSENT },
    { TAKEN("MedicationStatement", "active",
            ",'effectivePeriod':{'start':'2020','end':'2021-01-01'}"),
      AUSPEX_CELL_ABSENT },
    { TAKEN("MedicationRequest", "active", ",'authoredOn':'2024-06-20'"),
      AUSPEX_CELL_ABSENT },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    feature_sources_begin(&k, AUSPEX_FROM_MEDICATION, &checkpoint);
    SEND(cases[i].json);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, 1, cases[i].json, (int)i);
    feature_kit_end(&k);
  }
}

static void a_source_may_have_a_window_of_its_own(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_ADMINISTRATION, &checkpoint);
  k.inputs[0].window_from_days = -365;
  SEND(GIVEN("completed", "2024-02-01", "L01FF01"));
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  s->flags = AUSPEX_OWN_WINDOW;
  s->window_from_days = -90;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_STALE);
  feature_kit_end(&k);
}

static void a_procedure_counts_when_it_was_done(void **state) {
  (void)state;
#define DONE(status)                              \
  "{'resourceType':'Procedure','status':'" status \
  "','code':" CODED(SNOMED, "26294005") ",'performedDateTime':'2024-01'}"
  feature_kit k;
  feature_sources_begin(&k, AUSPEX_FROM_PROCEDURE, &prostatectomy);
  SEND(DONE("preparation"));
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  SEND(DONE("completed"));
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  feature_kit_end(&k);
}

static void relatives_count_by_kinship_and_never_say_no(void **state) {
  (void)state;
#define RELATIVE(status, kinship, code)                                        \
  "{'resourceType':'FamilyMemberHistory','status':'" status "',"               \
  "'relationship':" CODED(                                                     \
      "http://terminology.hl7.org/CodeSystem/"                                 \
      "v3-RoleCode",                                                           \
      kinship) ",'condition':[{'code':" CODED("http://hl7.org/fhir/sid/"       \
                                              "icd-10",                        \
                                              code) ",'onsetAge':{'value':61," \
                                                    "'system':'http://"        \
                                                    "unitsofmeasure.org','"    \
                                                    "code':"                   \
                                                    "'a'}}]}"
  feature_kit k;
  ax_model_source *s = feature_sources_begin(&k, AUSPEX_FROM_FAMILY_HISTORY,
                                             &feature_kit_cancer);
  s->within = &father;
  SEND(RELATIVE("completed", "UNCLE", "C25.1"));
  SEND(RELATIVE("health-unknown", "FTH", "C25.1"));
  SEND(RELATIVE("completed", "FTH", "C34"));
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  SEND(RELATIVE("partial", "FTH", "C25.1"));
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  s->take = AUSPEX_TAKE_ONSET_AGE;
  s->unit = AX_STR("a");
  s->pick = AUSPEX_PICK_MIN;
  RUN;
  EXPECT_VALUE(&k, 0, 61);
  s->take = AUSPEX_TAKE_PRESENT;
  s->pick = AUSPEX_PICK_COUNT;
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  feature_kit_end(&k);
}

static void a_condition_can_be_worth_its_code_or_stage(void **state) {
  (void)state;
  static const ax_model_map_row rows[] = {
    { .kind = AUSPEX_MAP_CODE,
      .match = AUSPEX_MATCH_PREFIX,
      .system = S("http://hl7.org/fhir/sid/icd-10"),
      .code = S("C25"),
      .value = 2 },
    { .kind = AUSPEX_MAP_CODE, .system = SCT, .code = S("3"), .value = 3 },
  };
  static const ax_model_map map = { .rows = rows, .count = 2 };
  feature_kit k;
  ax_model_source *s =
      feature_sources_begin(&k, AUSPEX_FROM_CONDITION, &feature_kit_cancer);
  s->take = AUSPEX_TAKE_CODE;
  s->map = &map;
  SEND("{'resourceType':'Condition','code':" CODED(
      "http://hl7.org/fhir/sid/icd-10-cm",
      "C25.9") ",'stage':[{'summary':" CODED(SNOMED, "3") "}]}");
  RUN;
  EXPECT_VALUE(&k, 0, 2); /* without an onset, too */
  s->take = AUSPEX_TAKE_STAGE;
  RUN;
  EXPECT_VALUE(&k, 0, 3);
  feature_kit_end(&k);
}

static void the_patient_says_more_in_extensions(void **state) {
#define RACE(first, second)                                                   \
  "{'resourceType':'Patient','id':'p','gender':'male','birthDate':"           \
  "'1960-01-01','extension':[{'url':'http://race','extension':[" first second \
  "]}],'address':[{'use':'old','country':'FR'},"                              \
  "{'use':'home','country':'NL'}]}"
#define OMB(code) \
  "{'url':'omb','valueCoding':{'system':'" SNOMED "','code':'" code "'}}"
  static const struct {
    const char *json;
    uint8_t state;
    double value;
  } cases[] = {
    { RACE(OMB("10828004"), ""), AUSPEX_CELL_PRESENT, 1 },
    { RACE(OMB("260385009"), ""), AUSPEX_CELL_PRESENT, 0 },
    { RACE(OMB("10828004"), "," OMB("260385009")), AUSPEX_CELL_CONFLICT, 0 },
    { "{'resourceType':'Patient','id':'p'}", AUSPEX_CELL_ABSENT, 0 },
  };
  static const ax_model_map_row rows[] = {
    { .kind = AUSPEX_MAP_TEXT, .code = S("NL"), .value = 7 },
  };
  static const ax_model_map countries = { .rows = rows, .count = 1 };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    ax_model_source *s =
        feature_sources_begin(&k, AUSPEX_FROM_PATIENT_EXTENSION, NULL);
    s->path = AX_STR("http://race omb");
    s->map = &feature_sources_receptor;
    k.all.count = 0;
    SEND(cases[i].json);
    RUN;
    feature_kit_expect(&k, 0, cases[i].state, cases[i].value, cases[i].json,
                       (int)i);
    assert_int_equal(k.row.basis_count, 0);
    if (i == 0) {
      s->from = AUSPEX_FROM_PATIENT_COUNTRY;
      s->map = &countries;
      RUN;
      EXPECT_VALUE(&k, 0, 7);
    }
    feature_kit_end(&k);
  }
}

static ax_str site_of(void *ctx, ax_str path) {
  (void)ctx;
  if (ax_str_eq(path, AX_STR("cut"))) return AX_STR("12.5");
  if (ax_str_eq(path, AX_STR("on"))) return AX_STR("true");
  return ax_str_eq(path, AX_STR("odd")) ? AX_STR("twelve") : AX_STR("");
}

static void the_site_can_be_asked_first(void **state) {
  (void)state;
  feature_kit k;
  ax_model_source *s = feature_sources_begin(&k, AUSPEX_FROM_SITE, NULL);
  s->path = AX_STR("cut");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_ABSENT);
  k.help.site = site_of;
  RUN;
  EXPECT_VALUE(&k, 0, 12.5);
  s->path = AX_STR("on");
  RUN;
  EXPECT_VALUE(&k, 0, 1);
  s->path = AX_STR("odd");
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_UNMAPPED);
  feature_kit_end(&k);
}

/* --- criteria ----------------------------------------------------------------
 */

#define EXPECT(verdict_)                         \
  do {                                           \
    RUN;                                         \
    assert_int_equal(k.row.verdict, (verdict_)); \
  } while (0)

static void begin_gate(feature_kit *k) {
  feature_kit_begin(k);
  k->model.input_count = 0;
}

static void enrolment_replaces_evidence_and_nothing_else(void **state) {
  (void)state;
#define ENROLLED(model, more)                               \
  "{'resourceType':'Flag','status':'active','code':" CODED( \
      AX_FHIR_FACT_ENROLMENT_SYSTEM, model) more "}"
  feature_kit k;
  begin_gate(&k);
  (void)feature_kit_criterion(&k, AUSPEX_NEEDS, feature_kit_diabetes);
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  SEND(ENROLLED("another", ""));
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  SEND(ENROLLED("m", ",'period':{'end':'2024-06-01'}"));
  EXPECT(AX_FEATURE_NOT_APPLICABLE); /* over */
  SEND(ENROLLED("m", ",'period':{'start':'2024-06-01'}"));
  EXPECT(AX_FEATURE_READY);
  k.model.criterion_count = 0;
  (void)feature_kit_criterion(&k, AUSPEX_NEEDS_ENROLMENT,
                              (ax_model_codes){ 0 });
  EXPECT(AX_FEATURE_READY);
  ax_model_criterion *age =
      feature_kit_criterion(&k, AUSPEX_NEEDS_AGE, (ax_model_codes){ 0 });
  age->min = 70;
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  age->min = 50;
  (void)feature_kit_criterion(&k, AUSPEX_EXCLUDES, feature_kit_cancer);
  EXPECT(AX_FEATURE_READY);
  feature_kit_condition(&k, "http://hl7.org/fhir/sid/icd-10", "C25", "2020");
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  feature_kit_end(&k);
}

static void a_gate_may_ask_for_a_recent_medicine(void **state) {
  (void)state;
  feature_kit k;
  begin_gate(&k);
  ax_model_criterion *c = feature_kit_criterion(&k, AUSPEX_NEEDS, checkpoint);
  feature_kit_evidence(&k, c)->from = AUSPEX_FROM_ADMINISTRATION;
  SEND(GIVEN("completed", "2023-06-01", "L01FF01"));
  EXPECT(AX_FEATURE_READY);
  assert_int_equal(k.row.basis_count, 1);
  c->max_age_days = 365;
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  SEND(GIVEN("completed", "2023-06-16", "L01FF01"));
  EXPECT(AX_FEATURE_READY);
  feature_kit_end(&k);
}

static void an_observation_that_says_so_excludes(void **state) {
  (void)state;
  feature_kit k;
  begin_gate(&k);
  ax_model_criterion *c = feature_kit_criterion(&k, AUSPEX_EXCLUDES, status);
  feature_kit_evidence(&k, c)->from = AUSPEX_FROM_OBSERVATION;
  feature_kit_evidence(&k, c)->map = &feature_sources_receptor;
  EXPECT(AX_FEATURE_READY);
  SEND(STATUS ",'valueBoolean':false}");
  EXPECT(AX_FEATURE_READY);
  k.all.count = 1;
  SEND(STATUS ",'valueCodeableConcept':" CODED(SNOMED, "10828004") "}");
  EXPECT(AX_FEATURE_NOT_APPLICABLE);
  assert_int_equal(k.row.basis_count, 0);
  feature_kit_end(&k);
}

static void a_gate_may_look_at_the_value_of_an_input(void **state) {
  static const struct {
    uint32_t kind;
    double value;
    ax_feature_verdict verdict;
  } cases[] = {
    { AUSPEX_NEEDS_INPUT_IN, 100, AX_FEATURE_READY },
    { AUSPEX_NEEDS_INPUT_IN, 100.5, AX_FEATURE_NOT_APPLICABLE },
    { AUSPEX_NEEDS_INPUT_IN, 900, AX_FEATURE_REFUSED }, /* implausible */
    { AUSPEX_EXCLUDES_INPUT_IN, 100, AX_FEATURE_NOT_APPLICABLE },
    { AUSPEX_EXCLUDES_INPUT_IN, 101, AX_FEATURE_READY },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    feature_kit k;
    feature_kit_begin(&k);
    feature_kit_source(&k, &k.inputs[0])->valid_max = 500;
    ax_model_criterion *c =
        feature_kit_criterion(&k, cases[i].kind, (ax_model_codes){ 0 });
    c->max = 100;
    feature_kit_observe(&k, "29463-7", "2024-06-01", cases[i].value, "kg");
    EXPECT(cases[i].verdict);
    feature_kit_end(&k);
  }
}

/* --- anchors
 * ------------------------------------------------------------------ */

#define ANCHORED(date)                                       \
  do {                                                       \
    EXPECT(AX_FEATURE_READY);                                \
    assert_int_equal(k.row.anchor_ms, feature_kit_ms(date)); \
  } while (0)

static void begin_anchored(feature_kit *k, uint32_t from, uint32_t pick,
                           ax_model_codes codes) {
  begin_gate(k);
  feature_kit_anchor(k, codes);
  k->anchor_sources[0].from = from;
  k->anchor_sources[0].pick = pick;
  (void)feature_kit_criterion(k, AUSPEX_NEEDS_ANCHOR, (ax_model_codes){ 0 });
}

static void an_anchor_may_be_the_first_dose(void **state) {
  (void)state;
  feature_kit k;
  begin_anchored(&k, AUSPEX_FROM_ADMINISTRATION, AUSPEX_PICK_EARLIEST,
                 checkpoint);
  EXPECT(AX_FEATURE_REFUSED);
  SEND(GIVEN("completed", "2024-03-01", "L01FF01"));
  SEND(GIVEN("completed", "2024-02-01T10:00:00Z", "L01FF01"));
  ANCHORED("2024-02-01T10:00:00Z");
  k.automatic = true;
  k.model.anchor.freshness_days = 100;
  EXPECT(AX_FEATURE_STALE);
  k.model.anchor.freshness_days = 135;
  EXPECT(AX_FEATURE_READY);
  feature_kit_end(&k);
}

static void
an_anchor_may_be_a_date_that_is_told_and_still_to_come(void **state) {
  (void)state;
#define STARTS(date)                                            \
  OBSERVATION TODAY "'code':" CODED(                            \
      "https://auspex-gateway.org/fhir/CodeSystem/model-input", \
      "systemic-therapy-start") ",'valueDateTime':'" date "'}"
  feature_kit k;
  begin_anchored(&k, AUSPEX_FROM_OBSERVATION, AUSPEX_PICK_LATEST, start);
  k.anchor_sources[0].take = AUSPEX_TAKE_VALUE_TIME;
  SEND(STARTS("2024-07-01"));
  EXPECT(AX_FEATURE_REFUSED);
  k.model.anchor.future_days = 30;
  ANCHORED("2024-07-01");
  k.all.count = 1;
  SEND(STARTS("2024-06"));
  EXPECT(AX_FEATURE_REFUSED); /* not to the day */
  feature_kit_end(&k);
}

static void an_anchor_has_fallbacks_in_order(void **state) {
  (void)state;
  feature_kit k;
  begin_anchored(&k, AUSPEX_FROM_CONDITION, AUSPEX_PICK_LATEST,
                 feature_kit_cancer);
  k.anchor_sources[1] =
      (ax_model_source){ .from = AUSPEX_FROM_OBSERVATION, .codes = &status };
  k.model.anchor.sources.count = 2;
  ax_fact *fact =
      feature_kit_condition(&k, "http://hl7.org/fhir/sid/icd-10", "C25", NULL);
  EXPECT(AX_FEATURE_REFUSED);
  feature_kit_observe(&k, "16112-5", "2024-05-05", 1, "");
  ANCHORED("2024-05-05");
  fact->details = AX_STR("recorded\x1f\x1f"
                         "2024-04-04\n");
  ANCHORED("2024-05-05");
  k.anchor_sources[0].flags |= AUSPEX_OR_RECORDED;
  ANCHORED("2024-04-04");
  feature_kit_condition(&k, "http://hl7.org/fhir/sid/icd-10", "C25.1",
                        "2024-04-20")
      ->flags |= AX_FACT_RECURRENCE;
  ANCHORED("2024-04-20");
  k.anchor_sources[0].flags |= AUSPEX_NO_RECURRENCE;
  ANCHORED("2024-04-04");
  feature_kit_end(&k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(medicines_given_count_from_their_first_time_on),
    cmocka_unit_test(a_medicine_is_taken_while_its_statement_is_active),
    cmocka_unit_test(a_source_may_have_a_window_of_its_own),
    cmocka_unit_test(a_procedure_counts_when_it_was_done),
    cmocka_unit_test(relatives_count_by_kinship_and_never_say_no),
    cmocka_unit_test(a_condition_can_be_worth_its_code_or_stage),
    cmocka_unit_test(the_patient_says_more_in_extensions),
    cmocka_unit_test(the_site_can_be_asked_first),
    cmocka_unit_test(enrolment_replaces_evidence_and_nothing_else),
    cmocka_unit_test(a_gate_may_ask_for_a_recent_medicine),
    cmocka_unit_test(an_observation_that_says_so_excludes),
    cmocka_unit_test(a_gate_may_look_at_the_value_of_an_input),
    cmocka_unit_test(an_anchor_may_be_the_first_dose),
    cmocka_unit_test(an_anchor_may_be_a_date_that_is_told_and_still_to_come),
    cmocka_unit_test(an_anchor_has_fallbacks_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
