/* Unit tests of gateway/src/fhir/fhir_fact.c. */
#include "support/ax_test.h"

#include "fhir/fhir_fact.h"
#include "json/json_parse.h"

static int set_up(void **state) {
  *state = ax_arena_new(16u << 20);
  return *state ? 0 : -1;
}

static int tear_down(void **state) {
  ax_arena_free(*state);
  return 0;
}

static ax_facts facts_of(ax_arena *arena, const char *text, ax_str *subject) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_str ignored;
  ax_facts out = { 0 };
  if (ax_json_parse(arena, ax_str_from(text), &tree, &fault) != AX_OK)
    fail_msg("%s: %s", text, fault.text);
  assert_int_equal(
      ax_fhir_fact_extract(arena, tree, &out, subject ? subject : &ignored),
      AX_OK);
  return out;
}

static const ax_fact *only(ax_arena *arena, const char *text) {
  ax_facts facts = facts_of(arena, text, NULL);
  assert_int_equal(facts.count, 1);
  return &facts.items[0];
}

#define LOINC \
  "{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"1-8\"}]}"
#define OBSERVATION(rest)                                                  \
  "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":" LOINC \
  "," rest "}"

static void a_quantity_is_a_number_with_its_unit(void **state) {
  ax_str subject;
  ax_facts facts = facts_of(
      *state,
      "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"status\":\"amended\","
      "\"subject\":{\"reference\":\"Patient/1\"},\"effectiveDateTime\":"
      "\"2024-05-01\",\"issued\":\"2024-05-02T00:00:00Z\",\"code\":{\"coding\":"
      "[{\"system\":\"http://"
      "loinc.org\",\"code\":\"2345-7\"},{\"code\":\"GLU\"}"
      ",{\"display\":\"no code\"}]},\"valueQuantity\":{\"value\":6.30,"
      "\"comparator\":\">=\",\"unit\":\"mmol/l\",\"system\":"
      "\"http://unitsofmeasure.org\",\"code\":\"mmol/L\"},\"referenceRange\":"
      "[{\"low\":{\"value\":3.9,\"code\":\"mmol/L\"},\"high\":{\"value\":100,"
      "\"code\":\"mg/dL\"}}]}",
      &subject);
  assert_str(subject, "Patient/1");
  assert_int_equal(facts.count, 2);
  const ax_fact *f = &facts.items[0];
  assert_int_equal(f->kind, AX_FACT_OBSERVATION);
  assert_int_equal(f->status, AX_FACT_STATUS_FINAL);
  assert_str(f->source_type, "Observation");
  assert_str(f->source_id, "o1");
  assert_str(f->system, "http://loinc.org");
  assert_str(f->code, "2345-7");
  assert_int_equal(f->value_kind, AX_FACT_VALUE_NUMBER);
  assert_true(f->number == 6.3);
  assert_str(f->digits, "6.30");
  assert_int_equal(f->comparator, 'g');
  assert_str(f->unit, "mmol/L");
  assert_true(f->flags & AX_FACT_HAS_UNIT);
  assert_true(f->has_low && f->low == 3.9);
  assert_false(f->has_high);
  assert_int_equal(f->hi_ms - f->lo_ms, 86399999);
  assert_int_equal(f->precision, AX_DATE_DAY);
  assert_true(f->issued_ms == 1714608000000);
  assert_str(facts.items[1].code, "GLU");
  assert_int_equal(facts.items[1].group, f->group);
}

static void a_unit_in_words_is_not_ucum(void **state) {
  const ax_fact *f = only(
      *state, OBSERVATION("\"valueQuantity\":{\"value\":1,\"unit\":\"mg\"}"));
  assert_false(f->flags & AX_FACT_HAS_UNIT);
  assert_str(f->unit, "mg");
  assert_false(f->has_time);
  assert_int_equal(f->comparator, 0);
}

static void every_kind_of_value_is_read(void **state) {
  const ax_fact *f = only(*state, OBSERVATION("\"valueInteger\":-3"));
  assert_true(f->value_kind == AX_FACT_VALUE_NUMBER && f->number == -3);
  f = only(*state, OBSERVATION("\"valueBoolean\":true"));
  assert_true(f->value_kind == AX_FACT_VALUE_BOOL && f->number == 1);
  f = only(*state, OBSERVATION("\"valueString\":\"x\""));
  assert_int_equal(f->value_kind, AX_FACT_VALUE_TEXT);
  assert_str(f->value_code, "x");
  f = only(*state, OBSERVATION("\"valueDateTime\":\"1970-01-02\""));
  assert_true(f->value_kind == AX_FACT_VALUE_TIME && f->number == 86400000);
  f = only(*state, OBSERVATION("\"valueCodeableConcept\":{\"text\":\"pos\"}"));
  assert_int_equal(f->value_kind, AX_FACT_VALUE_TEXT);
  f = only(*state, OBSERVATION("\"dataAbsentReason\":{\"coding\":[{\"code\":"
                               "\"unknown\"}]}"));
  assert_int_equal(f->value_kind, AX_FACT_VALUE_ABSENT);
  assert_str(f->value_code, "unknown");
  f = only(*state, OBSERVATION("\"valueRange\":{}"));
  assert_int_equal(f->value_kind, AX_FACT_VALUE_NONE);
  f = only(*state, OBSERVATION("\"valueQuantity\":{\"value\":1e999}"));
  assert_int_equal(f->value_kind, AX_FACT_VALUE_NONE);
}

static void each_coding_of_a_value_is_a_fact(void **state) {
  ax_facts facts = facts_of(
      *state,
      OBSERVATION("\"valueCodeableConcept\":{\"coding\":[{\"system\":\"a\","
                  "\"code\":\"266919005\"},{\"code\":\"y\",\"extension\":[{"
                  "\"url\":\"http://hl7.org/fhir/StructureDefinition/"
                  "ordinalValue\",\"valueDecimal\":2}]}]}"),
      NULL);
  assert_int_equal(facts.count, 2);
  assert_int_equal(facts.items[0].value_kind, AX_FACT_VALUE_CODE);
  assert_str(facts.items[0].value_system, "a");
  assert_int_equal(facts.items[0].digits.len, 0);
  assert_str(facts.items[1].value_code, "y");
  assert_true(facts.items[1].number == 2);
  assert_int_equal(facts.items[0].group, facts.items[1].group);
}

static void components_are_statements_of_their_own(void **state) {
  ax_facts facts = facts_of(
      *state,
      OBSERVATION("\"effectivePeriod\":{\"start\":\"2020\",\"end\":"
                  "\"2021-01-01T00:00:00Z\"},\"component\":[{\"code\":" LOINC
                  ",\"valueQuantity\":{\"value\":120}},{\"code\":" LOINC
                  ",\"dataAbsentReason\":{\"text\":\"?\"}}]"),
      NULL);
  assert_int_equal(facts.count, 3);
  assert_int_equal(facts.items[0].value_kind, AX_FACT_VALUE_NONE);
  assert_true(facts.items[1].number == 120);
  assert_int_equal(facts.items[1].group, 1);
  assert_int_equal(facts.items[2].value_kind, AX_FACT_VALUE_ABSENT);
  assert_int_equal(facts.items[2].group, 2);
  assert_true(facts.items[2].lo_ms == 1609459200000);
}

static void status_decides_what_counts(void **state) {
  static const struct {
    const char *status;
    ax_fact_status want;
  } rows[] = { { "final", AX_FACT_STATUS_FINAL },
               { "corrected", AX_FACT_STATUS_FINAL },
               { "preliminary", AX_FACT_STATUS_OTHER },
               { "cancelled", AX_FACT_STATUS_OTHER },
               { "entered-in-error", AX_FACT_STATUS_ERROR } };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    ax_str text = ax_arena_printf(
        *state,
        "{\"resourceType\":\"Observation\",\"status\":\"%s\",\"code\":" LOINC
        "}",
        rows[i].status);
    assert_int_equal(only(*state, text.ptr)->status, rows[i].want);
  }
}

static unsigned focus_of(ax_arena *arena, const char *focus) {
  ax_str text = ax_arena_printf(
      arena,
      OBSERVATION("\"subject\":{\"reference\":\"Patient/1\"},\"focus\":[%s]"),
      focus);
  return only(arena, text.ptr)->flags & AX_FACT_HAS_FOCUS;
}

static void a_focus_on_somebody_else_is_seen(void **state) {
  assert_false(focus_of(*state, ""));
  assert_false(focus_of(*state, "{\"reference\":\"Patient/1\"}"));
  assert_false(focus_of(*state, "{\"reference\":\"Condition/1\"}"));
  assert_false(focus_of(
      *state, "{\"reference\":\"urn:uuid:x\",\"type\":\"Condition\"}"));
  assert_true(focus_of(*state, "{\"reference\":\"Patient/2\"}"));
  assert_true(focus_of(*state, "{\"reference\":\"RelatedPerson/2\"}"));
  assert_true(focus_of(*state, "{\"reference\":\"urn:uuid:x\"}"));
}

static void tags_tell_where_a_resource_comes_from(void **state) {
  const ax_fact *f = only(
      *state,
      OBSERVATION("\"meta\":{\"tag\":[{\"system\":\"" AX_FHIR_FACT_MADE_SYSTEM
                  "\",\"code\":\"" AX_FHIR_FACT_MADE_CODE
                  "\"}],\"security\":[{\"code\":\"HTEST\"}],\"lastUpdated\":"
                  "\"1970-01-01T00:00:01Z\"}"));
  assert_true(f->flags & AX_FACT_MADE_HERE);
  assert_true(f->flags & AX_FACT_TEST_DATA);
  assert_true(f->issued_ms == 1000);
}

static void conditions_carry_their_standing(void **state) {
  const ax_fact *f = only(
      *state, "{\"resourceType\":\"Condition\",\"code\":" LOINC
              ",\"onsetDateTime\":\"2020-05\",\"abatementDateTime\":\"2021\"}");
  assert_int_equal(f->flags, AX_FACT_CLINICAL_ACTIVE | AX_FACT_VERIFIED);
  assert_int_equal(f->status, AX_FACT_STATUS_FINAL);
  assert_int_equal(f->precision, AX_DATE_MONTH);
  assert_true(f->has_end);
  f = only(*state,
           "{\"resourceType\":\"Condition\",\"code\":" LOINC
           ",\"clinicalStatus\":{\"coding\":[{\"code\":\"resolved\"}]},"
           "\"verificationStatus\":{\"coding\":[{\"code\":\"refuted\"}]},"
           "\"onsetAge\":{\"value\":50}}");
  assert_int_equal(f->flags, AX_FACT_REFUTED | AX_FACT_ONSET_NOT_DATE);
  assert_false(f->has_time);
  f = only(*state,
           "{\"resourceType\":\"Condition\",\"code\":" LOINC
           ",\"clinicalStatus\":{\"coding\":[{\"code\":\"relapse\"}]},"
           "\"verificationStatus\":{\"coding\":[{\"code\":\"entered-in-error\""
           "}]},\"onsetPeriod\":{\"start\":\"2020-01-01\"}}");
  assert_int_equal(f->status, AX_FACT_STATUS_ERROR);
  assert_int_equal(f->flags, AX_FACT_CLINICAL_ACTIVE | AX_FACT_RECURRENCE);
  assert_true(f->has_time);
}

static void answers_are_found_in_groups(void **state) {
  ax_str subject;
  ax_facts facts = facts_of(
      *state,
      "{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"completed\","
      "\"questionnaire\":\"http://x/qlq-c30|3\",\"subject\":{\"reference\":"
      "\"Patient/7\"},\"authored\":\"2024-01-01T00:00:00Z\",\"item\":[{"
      "\"linkId\":\"g\",\"item\":[{\"linkId\":\"q1\",\"answer\":[{"
      "\"valueInteger\":3}]},{\"linkId\":\"q2\",\"answer\":[{\"valueCoding\":{"
      "\"code\":\"LA1\",\"extension\":[{\"url\":\"http://hl7.org/fhir/"
      "StructureDefinition/iso21090-CO-value\",\"valueDecimal\":4}]},\"item\":"
      "[{\"linkId\":\"q2a\",\"answer\":[{\"valueCoding\":{\"code\":\"2\"}}]}]}]"
      "}]},{\"linkId\":\"q3\",\"answer\":[{\"valueCoding\":{\"code\":"
      "\"266919005\"}},{\"valueDecimal\":1.5}]},{\"linkId\":\"empty\"}]}",
      &subject);
  assert_str(subject, "Patient/7");
  assert_int_equal(facts.count, 5);
  static const double numbers[] = { 3, 4, 2, 0, 1.5 };
  static const char *const links[] = { "q1", "q2", "q2a", "q3", "q3" };
  for (size_t i = 0; i < facts.count; i++) {
    assert_str(facts.items[i].code, links[i]);
    assert_true(facts.items[i].number == numbers[i]);
    assert_str(facts.items[i].system, "http://x/qlq-c30|3");
    assert_int_equal(facts.items[i].kind, AX_FACT_ANSWER);
    assert_int_equal(facts.items[i].value_kind,
                     i == 3 ? AX_FACT_VALUE_CODE : AX_FACT_VALUE_NUMBER);
  }
  assert_int_equal(facts.items[3].group, facts.items[4].group);
  assert_int_not_equal(facts.items[0].group, facts.items[1].group);
}

static void a_patient_is_one_row(void **state) {
  const ax_fact *f =
      only(*state, "{\"resourceType\":\"Patient\",\"id\":\"1\",\"gender\":"
                   "\"female\",\"birthDate\":\"1960\",\"deceasedDateTime\":"
                   "\"2020\",\"active\":false,\"link\":[{\"type\":"
                   "\"replaced-by\"}]}");
  assert_int_equal(f->kind, AX_FACT_PATIENT);
  assert_str(f->code, "female");
  assert_int_equal(f->precision, AX_DATE_YEAR);
  assert_int_equal(f->flags, AX_FACT_PATIENT_DECEASED |
                                 AX_FACT_PATIENT_INACTIVE |
                                 AX_FACT_PATIENT_REPLACED);
  assert_true(f->has_end);
  f = only(*state, "{\"resourceType\":\"Patient\",\"deceasedBoolean\":false,"
                   "\"active\":true}");
  assert_int_equal(f->flags, 0);
  assert_false(f->has_time);
}

static void other_types_and_broken_ones_give_none(void **state) {
  static const char *const texts[] = {
    "{\"resourceType\":\"Device\"}",
    "{\"resourceType\":\"Observation\"}",
    "{\"resourceType\":\"Observation\",\"code\":7,\"component\":{}}",
    "{\"resourceType\":\"Observation\",\"code\":{\"coding\":[7,{}]}}",
    "{\"resourceType\":\"QuestionnaireResponse\",\"item\":[7,{\"answer\":7}]}",
    "[]",
    "7"
  };
  for (size_t i = 0; i < AX_COUNT(texts); i++)
    assert_int_equal(facts_of(*state, texts[i], NULL).count, 0);
}

static bool matches(const char *fact_code, const char *code, int match) {
  ax_fact fact = { .system = AX_STR("http://hl7.org/fhir/sid/icd-10"),
                   .code = ax_str_from(fact_code) };
  ax_fact_code wanted = { .system = AX_STR("http://hl7.org/fhir/sid/icd-10"),
                          .code = ax_str_from(code) };
  wanted.match = match;
  return ax_fhir_fact_matches(&fact, &wanted);
}

static void codes_match_as_asked(void **state) {
  (void)state;
  assert_true(matches("C50", "C50", AX_FACT_MATCH_EXACT));
  assert_false(matches("C50.9", "C50", AX_FACT_MATCH_EXACT));
  assert_true(matches("C50.9", "C50", AX_FACT_MATCH_PREFIX));
  assert_false(matches("C51", "C50", AX_FACT_MATCH_PREFIX));
  assert_true(matches("C81.1", "C81-C86", AX_FACT_MATCH_RANGE));
  assert_true(matches("C86.9", "C81-C86", AX_FACT_MATCH_RANGE));
  assert_false(matches("C87", "C81-C86", AX_FACT_MATCH_RANGE));
  assert_false(matches("C8", "C81-C86", AX_FACT_MATCH_RANGE));
  ax_fact fact = { .system = AX_STR("http://x/EORTC-QLQ-C30|3") };
  ax_fact_code part = { .system = AX_STR("qlq-c30") };
  part.match = AX_FACT_MATCH_CONTAINS;
  assert_true(ax_fhir_fact_matches(&fact, &part));
  part.system = AX_STR("phq-9");
  assert_false(ax_fhir_fact_matches(&fact, &part));
}

static void a_range_in_another_unit_says_which(void **state) {
  const ax_fact *f = only(
      *state,
      OBSERVATION("\"valueQuantity\":{\"value\":110,\"system\":"
                  "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"},"
                  "\"interpretation\":[{\"coding\":[{\"code\":\"H\"}]}],"
                  "\"referenceRange\":[{\"low\":{\"value\":70,\"system\":"
                  "\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"},\"high\":"
                  "{\"value\":5.5,\"system\":\"http://unitsofmeasure.org\","
                  "\"code\":\"mmol/L\"}}]"));
  ax_fact_detail at = { .rest = f->details };
  assert_true(f->has_low && f->low == 70);
  assert_true(f->has_high && f->high == 5.5);
  assert_false(ax_fhir_fact_detail(&at, AX_STR("lowUnit")));
  at.rest = f->details;
  assert_true(ax_fhir_fact_detail(&at, AX_STR("highUnit")));
  assert_str(at.code, "mmol/L");
  at.rest = f->details;
  assert_true(ax_fhir_fact_detail(&at, AX_STR("interpretation")));
}

static void a_medication_elsewhere_gives_its_code(void **state) {
  static const char text[] =
      "{\"resourceType\":\"MedicationAdministration\",\"status\":"
      "\"completed\",\"effectiveDateTime\":\"2024-05-01\","
      "\"medicationReference\":{\"reference\":\"Medication/m1\"}}";
  static const char drug[] =
      "{\"resourceType\":\"Medication\",\"code\":{\"coding\":[{\"system\":"
      "\"http://www.whocc.no/atc\",\"code\":\"L01FF02\"}]}}";
  const ax_json *tree = NULL, *medication = NULL;
  ax_json_fault fault;
  ax_str subject;
  ax_facts with = { 0 }, without = { 0 };
  assert_int_equal(ax_json_parse(*state, ax_str_from(text), &tree, &fault),
                   AX_OK);
  assert_int_equal(
      ax_json_parse(*state, ax_str_from(drug), &medication, &fault), AX_OK);
  assert_str(ax_fhir_fact_medication_elsewhere(tree), "Medication/m1");
  assert_int_equal(
      ax_fhir_fact_extract_with(*state, tree, medication, &with, &subject),
      AX_OK);
  assert_int_equal(with.count, 1);
  assert_str(with.items[0].code, "L01FF02");
  assert_int_equal(ax_fhir_fact_extract(*state, tree, &without, &subject),
                   AX_OK);
  assert_int_equal(without.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_quantity_is_a_number_with_its_unit),
    cmocka_unit_test(a_unit_in_words_is_not_ucum),
    cmocka_unit_test(every_kind_of_value_is_read),
    cmocka_unit_test(each_coding_of_a_value_is_a_fact),
    cmocka_unit_test(components_are_statements_of_their_own),
    cmocka_unit_test(status_decides_what_counts),
    cmocka_unit_test(a_focus_on_somebody_else_is_seen),
    cmocka_unit_test(tags_tell_where_a_resource_comes_from),
    cmocka_unit_test(conditions_carry_their_standing),
    cmocka_unit_test(answers_are_found_in_groups),
    cmocka_unit_test(a_patient_is_one_row),
    cmocka_unit_test(other_types_and_broken_ones_give_none),
    cmocka_unit_test(codes_match_as_asked),
    cmocka_unit_test(a_range_in_another_unit_says_which),
    cmocka_unit_test(a_medication_elsewhere_gives_its_code),
  };
  return cmocka_run_group_tests_name("fhir_fact", tests, set_up, tear_down);
}
