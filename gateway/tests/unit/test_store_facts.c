/* Unit tests of gateway/src/store: facts of a patient. */
#include "support/ax_test.h"
#include "support/ax_test_store.h"

#include <stdio.h>
#include <string.h>

#define LOINC "http://loinc.org"
#define ICD "http://hl7.org/fhir/sid/icd-10"

static ax_fact fact_at(const char *system, const char *code, int64_t at) {
  return (ax_fact){ .kind = AX_FACT_OBSERVATION,
                    .status = AX_FACT_STATUS_FINAL,
                    .system = ax_str_from(system),
                    .code = ax_str_from(code),
                    .has_time = true,
                    .lo_ms = at,
                    .hi_ms = at,
                    .value_kind = AX_FACT_VALUE_NUMBER,
                    .number = 1.5,
                    .digits = AX_STR("1.50") };
}

static void put(ax_test_store *t, ax_write w, const char *patient,
                const ax_fact *facts, size_t count) {
  w.patient = ax_str_from(patient);
  w.facts = facts;
  w.fact_count = count;
  assert_int_equal(ax_test_store_put(t, w), AX_OK);
}

static ax_facts all_of(ax_test_store *t, const char *patient,
                       const ax_fact_code *filters, size_t count) {
  ax_facts facts;
  ax_status status = ax_store_facts(t->store, t->arena, ax_str_from(patient),
                                    filters, count, &facts, &t->err);
  if (status) fail_msg("%s", t->err.text);
  return facts;
}

/* "id:code id:code ..." in the order given. */
static const char *seen(ax_test_store *t, const char *patient,
                        const ax_fact_code *filters, size_t count) {
  static char text[512];
  size_t n = 0;
  ax_facts facts = all_of(t, patient, filters, count);
  text[0] = '\0';
  for (size_t i = 0; i < facts.count; i++)
    n += (size_t)snprintf(
        text + n, sizeof text - n, "%s" AX_STR_FMT ":" AX_STR_FMT, i ? " " : "",
        AX_STR_ARG(facts.items[i].source_id), AX_STR_ARG(facts.items[i].code));
  return text;
}

static void fill(ax_test_store *t) {
  ax_fact glucose = fact_at(LOINC, "2345-7", 3000);
  ax_fact both[] = { fact_at(ICD, "C50.9", 1000),
                     fact_at("urn:local", "x", 1000) };
  ax_fact none = fact_at(ICD, "C50", 0);
  ax_fact lymphoma = fact_at(ICD, "C83.3", 2000);
  ax_fact other = fact_at(ICD, "C87", 2000);
  none.has_time = false;
  put(t, ax_test_store_write("Observation", "o1", 1, 1), "Patient/a", &glucose,
      1);
  put(t, ax_test_store_write("Condition", "c1", 1, 2), "Patient/a", both, 2);
  put(t, ax_test_store_write("Condition", "c2", 1, 3), "Patient/a", &none, 1);
  put(t, ax_test_store_write("Condition", "c3", 1, 4), "Patient/a", &lymphoma,
      1);
  put(t, ax_test_store_write("Condition", "c4", 1, 5), "Patient/b", &other, 1);
}

static void facts_come_in_order_of_time(void **state) {
  ax_test_store *t = *state;
  fill(t);
  assert_string_equal(seen(t, "Patient/a", NULL, 0),
                      "c2:C50 c1:C50.9 c1:x c3:C83.3 o1:2345-7");
  assert_string_equal(seen(t, "Patient/b", NULL, 0), "c4:C87");
  assert_string_equal(seen(t, "Patient/c", NULL, 0), "");
  assert_string_equal(seen(t, "", NULL, 0), "");
}

static const char *match(ax_test_store *t, int how, const char *system,
                         const char *code) {
  ax_fact_code filter = { .system = ax_str_from(system),
                          .code = ax_str_from(code) };
  filter.match = how;
  return seen(t, "Patient/a", &filter, 1);
}

static void filters_match_in_four_ways(void **state) {
  ax_test_store *t = *state;
  fill(t);
  assert_string_equal(match(t, AX_FACT_MATCH_EXACT, ICD, "C50"), "c2:C50");
  assert_string_equal(match(t, AX_FACT_MATCH_EXACT, LOINC, "C50"), "");
  assert_string_equal(match(t, AX_FACT_MATCH_EXACT, "urn:never", "C50"), "");
  assert_string_equal(match(t, AX_FACT_MATCH_PREFIX, ICD, "C50"),
                      "c2:C50 c1:C50.9");
  assert_string_equal(match(t, AX_FACT_MATCH_PREFIX, ICD, ""),
                      "c2:C50 c1:C50.9 c3:C83.3");
  assert_string_equal(match(t, AX_FACT_MATCH_RANGE, ICD, "C81-C86"),
                      "c3:C83.3");
  assert_string_equal(match(t, AX_FACT_MATCH_RANGE, ICD, "C50-C83"),
                      "c2:C50 c1:C50.9 c3:C83.3");
  assert_string_equal(match(t, AX_FACT_MATCH_RANGE, ICD, "C83"), "c3:C83.3");
  assert_string_equal(match(t, AX_FACT_MATCH_CONTAINS, "ICD-10", ""),
                      "c2:C50 c1:C50.9 c3:C83.3");
  assert_string_equal(match(t, AX_FACT_MATCH_CONTAINS, "snomed", ""), "");
}

static void what_two_filters_find_comes_once(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_fact_code filters[] = {
    { AX_STR_INIT(ICD), AX_STR_INIT("C50"), AX_FACT_MATCH_PREFIX },
    { AX_STR_INIT(ICD), AX_STR_INIT("C50.9"), AX_FACT_MATCH_EXACT },
    { AX_STR_INIT(LOINC), AX_STR_INIT("2345-7"), AX_FACT_MATCH_EXACT },
    { AX_STR_INIT("icd"), AX_STR_INIT(""), AX_FACT_MATCH_CONTAINS },
  };
  assert_string_equal(seen(t, "Patient/a", filters, AX_COUNT(filters)),
                      "c2:C50 c1:C50.9 c3:C83.3 o1:2345-7");
}

static void a_patients_own_row_always_comes(void **state) {
  ax_test_store *t = *state;
  fill(t);
  ax_fact own = { .kind = AX_FACT_PATIENT,
                  .flags = AX_FACT_PATIENT_DECEASED,
                  .code = AX_STR("female"),
                  .has_time = true,
                  .lo_ms = -5000,
                  .hi_ms = -4000,
                  .precision = AX_DATE_YEAR };
  put(t, ax_test_store_write("Patient", "a", 1, 9), "", &own, 1);
  ax_fact_code filter = { AX_STR_INIT(LOINC), AX_STR_INIT("2345-7"),
                          AX_FACT_MATCH_EXACT };
  assert_string_equal(seen(t, "Patient/a", &filter, 1), "a:female o1:2345-7");
  ax_facts facts = all_of(t, "Patient/a", &filter, 1);
  assert_int_equal(facts.items[0].kind, AX_FACT_PATIENT);
  assert_int_equal(facts.items[0].flags, AX_FACT_PATIENT_DECEASED);
  assert_int_equal(facts.items[0].lo_ms, -5000);
  assert_int_equal(facts.items[0].precision, AX_DATE_YEAR);
  assert_str(facts.items[0].system, "");
}

static size_t count_of(ax_test_store *t, const char *type, const char *id,
                       ax_str *patient) {
  ax_facts facts;
  assert_int_equal(ax_store_facts_of(t->store, t->arena, ax_str_from(type),
                                     ax_str_from(id), &facts, patient, &t->err),
                   AX_OK);
  return facts.count;
}

static void a_resource_has_its_facts_and_their_patient(void **state) {
  ax_test_store *t = *state;
  ax_str patient;
  fill(t);
  assert_int_equal(count_of(t, "Condition", "c1", &patient), 2);
  assert_str(patient, "Patient/a");
  assert_int_equal(count_of(t, "Condition", "c4", &patient), 1);
  assert_str(patient, "Patient/b");
  assert_int_equal(count_of(t, "Condition", "o1", &patient), 0);
  assert_str(patient, "");
  assert_int_equal(count_of(t, "Unheard", "of", &patient), 0);
  ax_fact moved = fact_at(ICD, "C25", 7);
  put(t, ax_test_store_write("Condition", "c1", 2, 9), "Patient/b", &moved, 1);
  assert_int_equal(count_of(t, "Condition", "c1", &patient), 1);
  assert_str(patient, "Patient/b");
}

static void everything_about_a_fact_comes_back(void **state) {
  ax_test_store *t = *state;
  ax_fact in = fact_at(LOINC, "1", 1000);
  in.kind = AX_FACT_ANSWER;
  in.status = AX_FACT_STATUS_ERROR;
  in.flags = AX_FACT_VERIFIED | AX_FACT_HAS_UNIT;
  in.group = 7;
  in.hi_ms = 1999;
  in.precision = AX_DATE_MINUTE;
  in.has_end = true;
  in.end_lo_ms = 5;
  in.end_hi_ms = 6;
  in.issued_ms = 8;
  in.comparator = 'l';
  in.unit = AX_STR("mg/dL");
  in.has_low = in.has_high = true;
  in.low = 0.5;
  in.high = -2;
  in.value_system = AX_STR("urn:vs");
  in.value_code = AX_STR("vc");
  in.details = AX_STR("method\x1fs\x1f"
                      "c\n");
  put(t, ax_test_store_write("QuestionnaireResponse", "q", 1, 9), "Patient/a",
      &in, 1);
  ax_facts facts = all_of(t, "Patient/a", NULL, 0);
  assert_int_equal(facts.count, 1);
  const ax_fact *f = &facts.items[0];
  assert_int_equal(f->kind, AX_FACT_ANSWER);
  assert_int_equal(f->status, AX_FACT_STATUS_ERROR);
  assert_int_equal(f->flags, in.flags);
  assert_int_equal(f->group, 7);
  assert_str(f->source_type, "QuestionnaireResponse");
  assert_str(f->source_id, "q");
  assert_int_equal(f->source_version, 1);
  assert_true(f->has_time && f->lo_ms == 1000 && f->hi_ms == 1999);
  assert_int_equal(f->precision, AX_DATE_MINUTE);
  assert_true(f->has_end && f->end_lo_ms == 5 && f->end_hi_ms == 6);
  assert_int_equal(f->issued_ms, 8);
  assert_int_equal(f->value_kind, AX_FACT_VALUE_NUMBER);
  assert_true(f->number == 1.5);
  assert_str(f->digits, "1.50");
  assert_int_equal(f->comparator, 'l');
  assert_str(f->unit, "mg/dL");
  assert_true(f->has_low && f->low == 0.5);
  assert_true(f->has_high && f->high == -2);
  assert_str(f->system, LOINC);
  assert_str(f->value_system, "urn:vs");
  assert_str(f->value_code, "vc");
  assert_str(f->details, "method\x1fs\x1f"
                         "c\n");
}

static void absent_limits_and_truths_stay_as_they_are(void **state) {
  ax_test_store *t = *state;
  ax_fact in[] = { fact_at(LOINC, "1", 1), fact_at(LOINC, "2", 2) };
  in[0].value_kind = AX_FACT_VALUE_BOOL;
  in[0].number = 1;
  in[1].value_kind = AX_FACT_VALUE_CODE;
  in[1].number = 0;
  put(t, ax_test_store_write("Observation", "o", 1, 9), "Patient/a", in, 2);
  ax_facts facts = all_of(t, "Patient/a", NULL, 0);
  assert_int_equal(facts.count, 2);
  assert_true(facts.items[0].number == 1);
  assert_false(facts.items[0].has_low || facts.items[0].has_high);
  assert_false(facts.items[0].has_end);
  assert_int_equal(facts.items[1].value_kind, AX_FACT_VALUE_CODE);
}

static void
a_new_version_replaces_the_facts_and_a_deletion_removes_them(void **state) {
  ax_test_store *t = *state;
  ax_store_stats stats;
  fill(t);
  ax_fact now[] = { fact_at(ICD, "C61", 1000) };
  put(t, ax_test_store_write("Condition", "c1", 2, 9), "Patient/b", now, 1);
  assert_string_equal(seen(t, "Patient/a", NULL, 0),
                      "c2:C50 c3:C83.3 o1:2345-7");
  assert_string_equal(seen(t, "Patient/b", NULL, 0), "c1:C61 c4:C87");
  ax_facts facts = all_of(t, "Patient/b", NULL, 0);
  assert_int_equal(facts.items[0].source_version, 2);
  ax_write w = ax_test_store_write("Condition", "c1", 3, 10);
  w.body = AX_STR("");
  put(t, w, "Patient/b", now, 1);
  assert_string_equal(seen(t, "Patient/b", NULL, 0), "c4:C87");
  assert_int_equal(ax_store_stats_read(t->store, &stats, &t->err), AX_OK);
  assert_int_equal(stats.facts, 4);
}

static void many_systems_each_keep_their_name(void **state) {
  enum { MANY = 150 };
  ax_test_store *t = *state;
  static char texts[MANY][32];
  ax_fact facts[MANY];
  ax_fact_code any = { AX_STR("urn:sys"), AX_STR(""), AX_FACT_MATCH_CONTAINS };
  for (int i = 0; i < MANY; i++)
    (void)snprintf(texts[i], sizeof texts[i], "urn:sys:%d", i);
  for (int i = 0; i < MANY; i++) {
    facts[i] = fact_at(texts[i], "c", i);
    facts[i].value_system = ax_str_from(texts[MANY - 1 - i]);
  }
  put(t, ax_test_store_write("Observation", "o", 1, 1), "Patient/m", facts,
      MANY);
  ax_facts found = all_of(t, "Patient/m", &any, 1);
  assert_int_equal(found.count, MANY);
  for (size_t i = 0; i < MANY; i++) {
    assert_str(found.items[i].system, texts[i]);
    assert_str(found.items[i].value_system, texts[MANY - 1 - i]);
    assert_str(found.items[i].source_type, "Observation");
  }
}

static void equal_times_have_one_order(void **state) {
  ax_test_store *t = *state;
  ax_fact same[] = { fact_at(LOINC, "b", 5), fact_at(LOINC, "a", 5) };
  put(t, ax_test_store_write("Observation", "z", 1, 1), "Patient/a", same, 2);
  put(t, ax_test_store_write("Observation", "a", 1, 2), "Patient/a", same, 2);
  ax_fact_code filters[] = {
    { AX_STR_INIT(LOINC), AX_STR_INIT("a"), AX_FACT_MATCH_EXACT },
    { AX_STR_INIT(LOINC), AX_STR_INIT("b"), AX_FACT_MATCH_EXACT },
  };
  assert_string_equal(seen(t, "Patient/a", NULL, 0), "z:b z:a a:b a:a");
  assert_string_equal(seen(t, "Patient/a", filters, 2), "z:b z:a a:b a:a");
}

#define T(name)                                              \
  cmocka_unit_test_setup_teardown(name, ax_test_store_setup, \
                                  ax_test_store_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(facts_come_in_order_of_time),
    T(filters_match_in_four_ways),
    T(what_two_filters_find_comes_once),
    T(a_patients_own_row_always_comes),
    T(a_resource_has_its_facts_and_their_patient),
    T(everything_about_a_fact_comes_back),
    T(absent_limits_and_truths_stay_as_they_are),
    T(a_new_version_replaces_the_facts_and_a_deletion_removes_them),
    T(many_systems_each_keep_their_name),
    T(equal_times_have_one_order),
  };
  return cmocka_run_group_tests_name("store_facts", tests, NULL, NULL);
}
