/* Unit tests of gateway/src/search: what a request's parameters ask for. */
#include "support/search_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static search_kit kit;

static int open_kit(void **state) {
  (void)state;
  kit = search_kit_open(NULL);
  return 0;
}

static int close_kit(void **state) {
  (void)state;
  search_kit_close(&kit);
  return 0;
}

typedef struct {
  ax_arena *arena;
  ax_search_request rq;
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
  assert_int_equal(ax_search_query(kit.search, a->arena,
                                   &(const ax_search_question){
                                       .type = ax_str_from(type),
                                       .pairs = pairs,
                                       .count = count,
                                       .base = AX_STR("http://here/fhir"),
                                       .lenient = false },
                                   &a->rq, a->issues),
                   AX_OK);
  return &a->rq.query;
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
                      "|Group/x |Patient/x");
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
  assert_string_equal(values(state, "Provenance", "target:Patient=x"),
                      "|Patient/x");
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
  q = good(state, "Patient",
           "_lastUpdated=ne1970-01-02&_lastUpdated=lt1971&_lastUpdated=ne1970-03");
  assert_true(q->has_updated);
  assert_int_equal(q->not_updated_count, 2);
  assert_int_equal(q->not_updated[0].lo, 86400000);
  assert_int_equal(q->not_updated[0].hi, 172799999);
  bad(state, "Patient", "_lastUpdated=2024,2025", "is no date");
}

static void paging_is_read_and_bounded(void **state) {
  const ax_query *q = good(state, "Patient", "");
  assert_int_equal(q->limit, 50);
  assert_true(q->newest_first);
  assert_false(q->want_total);
  q = good(state, "Patient",
           "_count=7&_sort=_lastUpdated&_total=accurate"
           "&_format=json&_pretty=true");
  assert_int_equal(q->limit, 7);
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
  bad(state, "Patient", "_after=99999999999999999999", "no page");
  bad(state, "Patient", "_sort=birthdat", "no search parameter");
  q = good(state, "Patient", "_sort=birthdate,-family,-_lastUpdated");
  assert_int_equal(q->sort_count, 2);
  assert_true(q->sorts[1].descending && q->newest_first);
  bad(state, "Patient", "_total=maybe", "none, estimate, accurate");
  bad(state, "Patient", "_summary=some", "count, false");
}

static void a_mistyped_parameter_is_named_with_the_valid_ones(void **state) {
  const ax_issue *issue =
      bad(state, "Observation", "pateint=1", "'pateint' is unknown");
  assert_str(issue->path, "http.pateint");
  assert_string_equal(issue->id, "search-param-unknown");
  bad(state, "Observation", "pateint=1", "_id, _lastUpdated, _profile,");
  bad(state, "Observation", "pateint=1", "patient");
  bad(state, "Linkage", "identifier=1", "author");
  bad(state, "Observation", "onset-date=2024", "is unknown for Observation");
  bad(state, "Observation", "=x", "'' is unknown");
}

static void modifiers_are_refused_not_ignored(void **state) {
  bad(state, "Observation", "code:nut=x", "'code:nut': this modifier");
  bad(state, "Patient", "name:exakt=x", "modifier");
  bad(state, "Patient", "_id:not=x", "modifier");
  bad(state, "Observation", "date:not=2024", "only :missing");
  bad(state, "Observation", "code:missing=maybe", "true nor false");
  bad(state, "Patient", "identifier:of-type=x", "system|code|value");
  bad(state, "Observation", "code:in=http://nowhere", "no value set");
}

static const ax_query_term *term(void **state, const char *type,
                                 const char *text) {
  const ax_query *q = good(state, type, text);
  assert_int_equal(q->term_count, 1);
  return &q->terms[0];
}

static void modifiers_change_what_is_asked(void **state) {
  assert_true(term(state, "Observation", "code:not=x")->negate);
  const ax_query_term *t = term(state, "Observation", "patient:missing=true");
  assert_true(t->negate && t->shape == AX_TERM_PRESENT);
  assert_str(t->param, "subject");
  assert_str(t->only, "Patient");
  t = term(state, "Observation", "code:text=Sugar");
  assert_str(t->param, "code:text");
  assert_int_equal(t->values[0].match, AX_MATCH_CONTAINS);
  t = term(state, "Patient", "family:exact=M%C3%BCller");
  assert_int_equal(t->values[0].match, AX_MATCH_EXACT);
  assert_str(t->values[0].system, "M\xC3\xBCller");
  t = term(state, "Observation", "subject:identifier=s|v");
  assert_str(t->param, "subject:identifier");
  assert_int_equal(t->kind, AX_INDEX_TOKEN);
  t = term(state, "Patient", "identifier:of-type=s|MR|1");
  assert_str(t->values[0].code, "MR|1");
  t = term(state, "Patient",
           "gender:in=http://hl7.org/fhir/ValueSet/administrative-gender");
  assert_int_equal(t->value_count, 4);
  t = term(state, "Observation", "_profile:below=http://x/y");
  assert_int_equal(t->values[0].match, AX_MATCH_BELOW);
}

static void chains_ask_another_resource(void **state) {
  const ax_query_term *t =
      term(state, "Observation", "subject:Patient.family=x");
  assert_int_equal(t->shape, AX_TERM_CHAIN);
  assert_str(t->inner->type, "Patient");
  assert_str(t->inner->terms[0].param, "family");
  t = term(state, "Observation",
           "patient.general-practitioner:Practitioner."
           "name=x");
  assert_int_equal(t->inner->terms[0].shape, AX_TERM_CHAIN);
  t = term(state, "Patient", "_has:Observation:patient:code=x");
  assert_int_equal(t->shape, AX_TERM_HAS);
  assert_str(t->params[0], "subject");
  assert_str(t->inner->type, "Observation");
  bad(state, "Observation", "subject.name=x", "through which type");
  bad(state, "Observation", "subject:Patient.pateint=x", "is unknown");
  bad(state, "Observation", "code.name=x", "no reference");
  bad(state, "Patient", "_has:Observation:code:code=x", "_has:Type");
  bad(state, "Patient",
      "link:Patient.link:Patient.link:Patient.link:Patient.link:Patient.name=x",
      "too many references");
}

static void composites_have_a_value_for_each_part(void **state) {
  const ax_query_term *t = term(
      state, "Observation", "component-code-value-quantity=a$gt5,s|b$lt6||mg");
  assert_int_equal(t->shape, AX_TERM_COMPOSITE);
  assert_int_equal(t->alternatives, 2);
  assert_str(t->parts[2].values[0].code, "b");
  assert_int_equal(t->parts[3].values[0].compare, AX_CMP_LT);
  bad(state, "Observation", "code-value-quantity=a", "one value for each part");
  bad(state, "Observation", "code-value-quantity=a$1$2", "each part");
}

static void digits_say_how_exact_a_number_is(void **state) {
  const ax_query_value *v =
      &term(state, "Observation", "value-quantity=5.40")->values[0];
  assert_true(v->low > 5.39499 && v->low < 5.39501 && v->high > 5.40499);
  v = &term(state, "RiskAssessment", "probability=gt1e2")->values[0];
  assert_true(v->number == 100 && v->low == 50 && v->high == 150);
  v = &term(state, "Observation",
            "value-quantity=1|http://unitsofmeasure.org|kg")
           ->values[0];
  assert_true(v->number == 1000);
  assert_true(v->dim.len > 0);
  bad(state, "Observation", "value-quantity=five", "is no quantity");
  bad(state, "Observation", "value-quantity=5|mg", "is no quantity");
  bad(state, "RiskAssessment", "probability=", "is empty");
}

static void includes_name_references(void **state) {
  asked *a = *state;
  (void)good(state, "Observation",
             "_include=Observation:subject:Patient&"
             "_include:iterate=Patient:link&"
             "_revinclude=Provenance:target");
  assert_int_equal(a->rq.include_count, 3);
  assert_str(a->rq.includes[0].target, "Patient");
  assert_true(a->rq.includes[1].iterate && a->rq.includes[2].reverse);
  bad(state, "Observation", "_include=Observation:code", "no Type:parameter");
  bad(state, "Observation", "_include:all=Observation:subject", "iterate");
}

static void only_what_was_understood_is_part_of_the_question(void **state) {
  asked *a = *state;
  ax_search_pair pairs[] = { { AX_STR("foo"), AX_STR("1") },
                             { AX_STR("code"), AX_STR("x") },
                             { AX_STR("_format"), AX_STR("json") } };
  a->issues = ax_fhir_issues_new(a->arena);
  assert_int_equal(ax_search_query(kit.search, a->arena,
                                   &(const ax_search_question){
                                       .type = AX_STR("Observation"),
                                       .pairs = pairs,
                                       .count = 3,
                                       .base = AX_STR("http://here/fhir"),
                                       .lenient = true },
                                   &a->rq, a->issues),
                   AX_OK);
  assert_int_equal(ax_fhir_issues_errors(a->issues), 0);
  assert_int_equal(ax_fhir_issues_count(a->issues), 1);
  assert_int_equal(a->rq.used_count, 1);
  assert_str(a->rq.used[0].name, "code");
}

static void a_cursor_leads_on_in_the_same_question(void **state) {
  asked *a = *state;
  ax_str cursor;
  (void)good(state, "Observation", "code=x&_sort=date");
  assert_int_equal(AX_OK, ax_search_query_cursor(a->arena, &a->rq, 42,
                                                 AX_STR("i1:7"), &cursor));
  char text[300];
  (void)snprintf(text, sizeof text, "code=x&_sort=date&_after=%.*s",
                 AX_STR_ARG(cursor));
  const ax_query *q = good(state, "Observation", text);
  assert_int_equal(q->after, 42);
  assert_str(q->after_keys, "i1:7");
  (void)snprintf(text, sizeof text, "code=y&_sort=date&_after=%.*s",
                 AX_STR_ARG(cursor));
  bad(state, "Observation", text, "no page");
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
  for (; ax_search_param_at(kit.search, AX_STR("RiskAssessment"), n, &p); n++)
    has_method |= ax_str_eq(p.name, AX_STR("method"));
  assert_true(has_method);
  assert_true(ax_search_param_at(kit.search, AX_STR("RiskAssessment"), 0, &p));
  assert_str(p.name, "_id");
  assert_str(p.kind, "token");
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
    T(modifiers_change_what_is_asked),
    T(chains_ask_another_resource),
    T(composites_have_a_value_for_each_part),
    T(digits_say_how_exact_a_number_is),
    T(includes_name_references),
    T(only_what_was_understood_is_part_of_the_question),
    T(a_cursor_leads_on_in_the_same_question),
    T(every_fault_is_told),
    T(strings_are_folded_like_the_index),
    T(pairs_are_decoded),
    T(the_table_lists_what_can_be_asked),
  };
  return cmocka_run_group_tests_name("search_query", tests, open_kit,
                                     close_kit);
}
