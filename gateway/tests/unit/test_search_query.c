/* Unit tests of gateway/src/search: what a request's parameters ask for. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/search.h"

typedef struct {
  ax_arena *arena;
  ax_query query;
  ax_fhir_issues *issues;
} asked;

static int setup(void **state) {
  asked *a = calloc(1, sizeof *a);
  if (!a) return -1;
  a->arena = ax_arena_new(16u << 20);
  *state = a;
  return 0;
}

static int teardown(void **state) {
  asked *a = *state;
  ax_arena_free(a->arena);
  free(a);
  return 0;
}

static const ax_query *ask(asked *a, const char *type, const char *string) {
  ax_search_pair *pairs = NULL;
  size_t count = 0;
  ax_error err = { 0 };
  a->issues = ax_fhir_issues_new(a->arena);
  assert_non_null(a->issues);
  assert_int_equal(
      ax_search_pairs(a->arena, ax_str_from(string), &pairs, &count, &err),
      AX_OK);
  assert_int_equal(ax_search_query(a->arena, ax_str_from(type), pairs, count,
                                   AX_STR("http://here/fhir"), &a->query,
                                   a->issues),
                   AX_OK);
  return &a->query;
}

/* Asks and expects no fault. */
static const ax_query *good(void **state, const char *type, const char *text) {
  asked *a = *state;
  const ax_query *q = ask(a, type, text);
  if (ax_fhir_issues_count(a->issues))
    fail_msg("%s: " AX_STR_FMT, text,
             AX_STR_ARG(ax_fhir_issues_at(a->issues, 0)->text));
  return q;
}

/* Asks and expects one fault that says `says`. */
static const ax_issue *bad(void **state, const char *type, const char *text,
                           const char *says) {
  asked *a = *state;
  (void)ask(a, type, text);
  assert_int_equal(ax_fhir_issues_errors(a->issues), 1);
  const ax_issue *issue = ax_fhir_issues_at(a->issues, 0);
  char *said = ax_arena_cstr(a->arena, issue->text);
  if (!strstr(said, says)) fail_msg("\"%s\" does not say \"%s\"", said, says);
  return issue;
}

/* The values of the only term, as "system|code" with '*' for "any". */
static const char *values(void **state, const char *type, const char *text) {
  static char out[512];
  size_t n = 0;
  const ax_query *q = good(state, type, text);
  assert_int_equal(q->term_count, 1);
  out[0] = '\0';
  for (size_t i = 0; i < q->terms[0].value_count; i++) {
    const ax_query_value *v = &q->terms[0].values[i];
    ax_str any = AX_STR("*");
    ax_str system = v->any_system ? any : v->system;
    ax_str code = v->any_code ? any : v->code;
    n += (size_t)snprintf(out + n, sizeof out - n,
                          "%s" AX_STR_FMT "|" AX_STR_FMT, i ? " " : "",
                          AX_STR_ARG(system), AX_STR_ARG(code));
  }
  return out;
}

static void tokens_have_four_forms(void **state) {
  assert_string_equal(values(state, "Observation", "code=1234-5"), "*|1234-5");
  assert_string_equal(
      values(state, "Observation", "code=http://loinc.org|1234-5"),
      "http://loinc.org|1234-5");
  assert_string_equal(values(state, "Observation", "code=|x"), "|x");
  assert_string_equal(values(state, "Observation", "code=urn:x|"), "urn:x|*");
  bad(state, "Observation", "code=|", "is no token");
  bad(state, "Observation", "code=", "is empty");
}

static void commas_mean_or_and_can_be_escaped(void **state) {
  assert_string_equal(values(state, "Observation", "code=a,b%2Cs|c"),
                      "*|a *|b s|c");
  assert_string_equal(values(state, "Observation", "code=a%5C,b"), "*|a,b");
  assert_string_equal(values(state, "Observation", "code=s%5C|t|a%5C%5C"),
                      "s|t|a\\");
  assert_string_equal(values(state, "Observation", "code=a\\"), "*|a\\");
  bad(state, "Observation", "code=a,,b", "'' is empty");
  bad(state, "Observation", "code=a,", "'' is empty");
}

static void repetition_means_and(void **state) {
  const ax_query *q =
      good(state, "Observation", "code=a&code=b&patient=1&status=final");
  assert_int_equal(q->term_count, 4);
  assert_str(q->terms[0].param, "code");
  assert_int_equal(q->terms[2].kind, AX_INDEX_REFERENCE);
}

static void
conditional_references_of_real_bundles_are_understood(void **state) {
  assert_string_equal(values(state, "Practitioner",
                             "identifier=http://hl7.org/fhir/sid/us-npi|"
                             "9999999999"),
                      "http://hl7.org/fhir/sid/us-npi|9999999999");
}

static void references_have_many_forms(void **state) {
  assert_string_equal(values(state, "Observation", "patient=x-1"),
                      "|Patient/x-1");
  assert_string_equal(values(state, "Observation", "patient=Patient/x"),
                      "|Patient/x");
  assert_string_equal(
      values(state, "Observation", "patient=Patient/x/_history/2"),
      "|Patient/x");
  assert_string_equal(
      values(state, "Observation", "patient=http://here/fhir/Patient/x"),
      "|Patient/x");
  assert_string_equal(
      values(state, "Observation", "patient=http://there/fhir/Patient/x"),
      "|http://there/fhir/Patient/x");
  assert_string_equal(
      values(state, "Observation",
             "patient=urn:uuid:0c3a2b5e-0000-4000-8000-000000000001"),
      "|urn:uuid:0c3a2b5e-0000-4000-8000-000000000001");
  assert_string_equal(values(state, "Condition", "subject=x"),
                      "|Patient/x |Group/x");
  assert_string_equal(values(state, "Condition", "subject:Group=x"),
                      "|Group/x");
  assert_string_equal(values(state, "Condition", "subject:Patient=Patient/x"),
                      "|Patient/x");
}

static void wrong_references_are_named(void **state) {
  bad(state, "Observation", "patient=Group/x", "never refers to");
  bad(state, "Observation", "patient=a/b/c d", "is no reference");
  bad(state, "Observation", "patient=%23contained", "is no reference");
  bad(state, "Condition", "subject:Patient=Group/x", "of another type");
  bad(state, "Condition", "subject:Device=x", "modifier is not supported");
  bad(state, "Provenance", "target=x", "write Type/id");
  bad(state, "Provenance", "target:Patient=x", "modifier is not supported");
}

static const ax_query_value *date_of(void **state, const char *text) {
  const ax_query *q = good(state, "Observation", text);
  assert_int_equal(q->term_count, 1);
  return &q->terms[0].values[0];
}

static void dates_have_prefixes_and_precision(void **state) {
  const ax_query_value *v = date_of(state, "date=1970-01-02");
  assert_int_equal(v->compare, AX_CMP_EQ);
  assert_int_equal(v->lo, 86400000);
  assert_int_equal(v->hi, 172799999);
  v = date_of(state, "date=ge1970");
  assert_int_equal(v->compare, AX_CMP_GE);
  assert_int_equal(v->lo, 0);
  v = date_of(state, "date=sa1970-01-01T00:00:01Z");
  assert_int_equal(v->compare, AX_CMP_SA);
  assert_int_equal(v->lo, 1000);
  assert_int_equal(v->hi, 1999);
  v = date_of(state, "date=ap2000");
  assert_int_equal(v->compare, AX_CMP_AP);
  assert_true(v->lo < 946684800000 && v->hi > 978307199999);
}

static void dates_may_lack_seconds_and_zones(void **state) {
  const ax_query_value *v = date_of(state, "date=1970-01-01T00:01");
  assert_int_equal(v->lo, 60000);
  assert_int_equal(v->hi, 119999);
  v = date_of(state, "date=1970-01-01T00:01:01");
  assert_int_equal(v->lo, 61000);
  v = date_of(state, "date=1970-01-01T02:01:00%2B02:00");
  assert_int_equal(v->lo, 60000);
  /* A '+' that was not escaped arrives as a space. */
  v = date_of(state, "date=lt1970-01-01T02:01:00+02:00");
  assert_int_equal(v->lo, 60000);
  v = date_of(state, "date=1970-01-01T02:01-02:00");
  assert_int_equal(v->lo, 4 * 3600000 + 60000);
  assert_int_equal(v->hi, 4 * 3600000 + 119999);
}

static void what_is_no_date_is_refused(void **state) {
  static const char *const wrong[] = { "date=yesterday",    "date=xx2024",
                                       "date=2023-02-29",   "date=2024-13",
                                       "date=ge",           "date=24",
                                       "date=2024-01-01T",  "date=1970-01-01T1",
                                       "date=2024-01-01T10" };
  for (size_t i = 0; i < AX_COUNT(wrong); i++)
    bad(state, "Observation", wrong[i], "is no date");
}

static void ids_are_listed_and_intersected(void **state) {
  const ax_query *q = good(state, "Patient", "_id=a,b,c");
  assert_int_equal(q->id_count, 3);
  q = good(state, "Patient", "_id=a,b,c&_id=c,a");
  assert_int_equal(q->id_count, 2);
  q = good(state, "Patient", "_id=a&_id=b");
  assert_int_equal(q->id_count, 1); /* nobody's id: finds nothing */
  assert_str(q->ids[0], "");
  bad(state, "Patient", "_id=a/b", "is no id");
}

static void updates_are_limited_from_both_sides(void **state) {
  const ax_query *q = good(state, "Patient", "_lastUpdated=1970-01-02");
  assert_true(q->has_updated);
  assert_int_equal(q->updated_lo, 86400000);
  assert_int_equal(q->updated_hi, 172799999);
  q = good(state, "Patient",
           "_lastUpdated=ge1970-01-02&_lastUpdated=lt1970-01-03");
  assert_int_equal(q->updated_lo, 86400000);
  assert_int_equal(q->updated_hi, 172799999);
  q = good(state, "Patient", "_lastUpdated=gt1970-01-01");
  assert_int_equal(q->updated_lo, 86400000);
  assert_true(q->updated_hi == INT64_MAX);
  bad(state, "Patient", "_lastUpdated=ne2024", "prefix ne");
  bad(state, "Patient", "_lastUpdated=2024,2025", "is no date");
}

static void paging_is_read_and_bounded(void **state) {
  const ax_query *q = good(state, "Patient", "");
  assert_int_equal(q->limit, 50);
  assert_true(q->newest_first);
  assert_false(q->want_total);
  q = good(state, "Patient",
           "_count=7&_after=18446744073709&_sort=_lastUpdated&_total=accurate"
           "&_format=json&_pretty=true");
  assert_int_equal(q->limit, 7);
  assert_true(q->after == 18446744073709);
  assert_false(q->newest_first);
  assert_true(q->want_total);
  assert_int_equal(good(state, "Patient", "_count=100000")->limit, 1000);
  q = good(state, "Patient", "_count=0");
  assert_int_equal(q->limit, 0);
  assert_true(q->want_total);
  q = good(state, "Patient", "_summary=count");
  assert_int_equal(q->limit, 0);
  bad(state, "Patient", "_count=-1", "is no number");
  bad(state, "Patient", "_count=1e3", "is no number");
  bad(state, "Patient", "_after=99999999999999999999", "no place");
  bad(state, "Patient", "_sort=birthdate", "cannot be sorted by");
  bad(state, "Patient", "_total=maybe", "none, estimate, accurate");
  bad(state, "Patient", "_summary=text", "count, false");
}

static void a_mistyped_parameter_is_named_with_the_valid_ones(void **state) {
  const ax_issue *issue =
      bad(state, "Observation", "pateint=1", "'pateint' is unknown");
  assert_str(issue->path, "http.pateint");
  assert_string_equal(issue->id, "search-param-unknown");
  bad(state, "Observation", "pateint=1", "_id, _lastUpdated, identifier,");
  bad(state, "Observation", "pateint=1", "patient");
  bad(state, "Linkage", "identifier=1", "_id, _lastUpdated and _count");
  bad(state, "Observation", "onset-date=2024", "is unknown for Observation");
  bad(state, "Observation", "subject.name=x", "looks into another resource");
  bad(state, "Patient", "_has:Observation:patient:code=x",
      "looks into another resource");
  bad(state, "Observation", "=x", "'' is unknown");
}

static void modifiers_are_refused_not_ignored(void **state) {
  bad(state, "Observation", "code:not=x", "'code:not': this modifier");
  bad(state, "Observation", "code:missing=true", "modifier");
  bad(state, "Patient", "name:exact=x", "modifier");
  bad(state, "Patient", "_id:not=x", "modifier");
  bad(state, "Observation", "subject:identifier=x", "modifier");
}

static void every_fault_is_told(void **state) {
  asked *a = *state;
  (void)ask(a, "Observation", "foo=1&date=x,y&_count=z&code=ok");
  assert_int_equal(ax_fhir_issues_errors(a->issues), 4);
}

static void strings_are_folded_like_the_index(void **state) {
  assert_string_equal(values(state, "Patient", "family=M%C3%BCLLER"),
                      "|muller");
  bad(state, "Patient", "family=...", "no letter or digit");
}

static void pairs_are_decoded(void **state) {
  asked *a = *state;
  ax_search_pair *p = NULL;
  size_t n = 0;
  ax_error err = { 0 };
  assert_int_equal(ax_search_pairs(a->arena,
                                   AX_STR("a=1+2%203&&b&c=%C3%bc=x&=v"), &p, &n,
                                   &err),
                   AX_OK);
  assert_int_equal(n, 4);
  assert_str(p[0].name, "a");
  assert_str(p[0].value, "1 2 3");
  assert_str(p[1].name, "b");
  assert_str(p[1].value, "");
  assert_str(p[2].value, "\xC3\xBC=x");
  assert_str(p[3].name, "");
  static const char *const wrong[] = { "a=%",   "a=%4",  "a=%zz",
                                       "%00=1", "a=%ff", "a=\xC3" };
  for (size_t i = 0; i < AX_COUNT(wrong); i++)
    assert_int_equal(
        ax_search_pairs(a->arena, ax_str_from(wrong[i]), &p, &n, &err),
        AX_INVALID);
}

static void the_table_lists_what_can_be_asked(void **state) {
  (void)state;
  ax_search_param p;
  size_t n = 0;
  bool has_method = false;
  for (; ax_search_param_at(AX_STR("RiskAssessment"), n, &p); n++)
    has_method |= strcmp(p.name, "method") == 0;
  assert_true(has_method);
  assert_true(ax_search_param_at(AX_STR("RiskAssessment"), 0, &p));
  assert_string_equal(p.name, "_id");
  assert_string_equal(p.kind, "token");
  assert_true(ax_search_param_at(AX_STR("Account"), 2, &p));
  assert_string_equal(p.definition,
                      "http://hl7.org/fhir/SearchParameter/Account-identifier");
  assert_false(ax_search_param_at(AX_STR("Account"), 3, &p));
  assert_false(ax_search_param_at(AX_STR("Linkage"), 2, &p));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(tokens_have_four_forms),
    T(commas_mean_or_and_can_be_escaped),
    T(repetition_means_and),
    T(conditional_references_of_real_bundles_are_understood),
    T(references_have_many_forms),
    T(wrong_references_are_named),
    T(dates_have_prefixes_and_precision),
    T(dates_may_lack_seconds_and_zones),
    T(what_is_no_date_is_refused),
    T(ids_are_listed_and_intersected),
    T(updates_are_limited_from_both_sides),
    T(paging_is_read_and_bounded),
    T(a_mistyped_parameter_is_named_with_the_valid_ones),
    T(modifiers_are_refused_not_ignored),
    T(every_fault_is_told),
    T(strings_are_folded_like_the_index),
    T(pairs_are_decoded),
    T(the_table_lists_what_can_be_asked),
  };
  return cmocka_run_group_tests_name("search_query", tests, NULL, NULL);
}
