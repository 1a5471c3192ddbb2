/* Unit tests of gateway/src/search: which rows a resource gives. */
#include "support/search_kit.h"

#include <stdio.h>
#include <string.h>

#include "search/search_text.h"
#include "json/json_parse.h"

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

/* The rows of `json` that `param` has, as "system|code" or "lo..hi", in the
 * order they came. */
static const char *rows(const char *json, const char *param) {
  static char text[1024];
  ax_arena *arena = ax_arena_new(1u << 20);
  ax_json_fault fault;
  const ax_json *tree = NULL;
  ax_index_row *list = NULL;
  size_t count = 0, n = 0;
  if (ax_json_parse(arena, ax_str_from(json), &tree, &fault))
    fail_msg("%s", fault.text);
  assert_int_equal(ax_search_index(kit.search, arena, tree, AX_STR("http://b"),
                                   &list, &count),
                   AX_OK);
  text[0] = '\0';
  for (size_t i = 0; i < count; i++) {
    const ax_index_row *r = &list[i];
    if (!ax_str_eq(r->param, ax_str_from(param))) continue;
    const char *gap = n ? " " : "";
    if (r->kind == AX_INDEX_NUMBER || r->kind == AX_INDEX_QUANTITY)
      n += (size_t)snprintf(
          text + n, sizeof text - n,
          "%s%g..%g " AX_STR_FMT " %g..%g " AX_STR_FMT " in %u", gap, r->number,
          r->high, AX_STR_ARG(r->code), r->canon, r->canon_high,
          AX_STR_ARG(r->dim), r->group);
    else if (r->kind == AX_INDEX_DATE)
      n += (size_t)snprintf(text + n, sizeof text - n, "%s%lld..%lld", gap,
                            (long long)r->lo, (long long)r->hi);
    else
      n += (size_t)snprintf(text + n, sizeof text - n,
                            "%s" AX_STR_FMT "|" AX_STR_FMT, gap,
                            AX_STR_ARG(r->system), AX_STR_ARG(r->code));
  }
  ax_arena_free(arena);
  return text;
}

#define OBS(rest) "{\"resourceType\":\"Observation\"," rest "}"

static void every_coding_of_a_concept_is_a_token(void **state) {
  (void)state;
  const char *json =
      OBS("\"code\":{\"text\":\"Glucose\",\"coding\":[{\"system\":\"http://"
          "loinc.org\",\"code\":\"2345-7\"},{\"code\":\"GLU\"},{\"system\":"
          "\"urn:x\",\"display\":\"no code\"}]}");
  assert_string_equal(rows(json, "code"), "http://loinc.org|2345-7 |GLU");
}

static void identifiers_are_tokens_alone_or_in_a_list(void **state) {
  (void)state;
  assert_string_equal(
      rows("{\"resourceType\":\"Practitioner\",\"identifier\":[{\"system\":"
           "\"npi\",\"value\":\"99\"},{\"value\":\"x\"},{\"system\":\"s\"}]}",
           "identifier"),
      "npi|99 |x");
  assert_string_equal(
      rows("{\"resourceType\":\"QuestionnaireResponse\",\"identifier\":{"
           "\"system\":\"s\",\"value\":\"v\"}}",
           "identifier"),
      "s|v");
  assert_string_equal(
      rows("{\"resourceType\":\"Linkage\",\"identifier\":{\"value\":\"v\"}}",
           "identifier"),
      "");
}

static void codes_carry_the_system_of_their_element(void **state) {
  (void)state;
  assert_string_equal(rows(OBS("\"status\":\"final\""), "status"),
                      "http://hl7.org/fhir/observation-status|final");
  assert_string_equal(
      rows("{\"resourceType\":\"Patient\",\"gender\":\"female\",\"active\":"
           "true}",
           "gender"),
      "http://hl7.org/fhir/administrative-gender|female");
  assert_string_equal(
      rows("{\"resourceType\":\"Patient\",\"active\":true}", "active"),
      "|true");
}

static void
references_lose_their_version_and_fragments_are_left_out(void **state) {
  (void)state;
  const char *json =
      OBS("\"subject\":{\"reference\":\"Patient/a/_history/3\"}");
  assert_string_equal(rows(json, "subject"), "|Patient/a");
  json = OBS("\"subject\":{\"reference\":\"#p\"}");
  assert_string_equal(rows(json, "subject"), "");
  json = OBS("\"subject\":{\"reference\":\"http://ehr/fhir/Patient/a\"}");
  assert_string_equal(rows(json, "subject"), "|http://ehr/fhir/Patient/a");
  json = OBS("\"subject\":{\"reference\":\"http://b/Patient/a/_history/3\"}");
  assert_string_equal(rows(json, "subject"), "|Patient/a"); /* our own base */
  json = OBS("\"subject\":{\"display\":\"somebody\"}");
  assert_string_equal(rows(json, "subject"), "");
}

static void canonicals_are_found_with_and_without_version(void **state) {
  (void)state;
  assert_string_equal(
      rows("{\"resourceType\":\"QuestionnaireResponse\",\"questionnaire\":"
           "\"http://q|2\"}",
           "questionnaire"),
      "|http://q|2 |http://q");
}

static void every_kind_of_time_is_an_interval(void **state) {
  (void)state;
  assert_string_equal(rows(OBS("\"effectiveDateTime\":\"1970-01-02\""), "date"),
                      "86400000..172799999");
  assert_string_equal(
      rows(OBS("\"effectiveInstant\":\"1970-01-01T00:00:01.500Z\""), "date"),
      "1500..1500");
  assert_string_equal(
      rows(OBS("\"effectivePeriod\":{\"start\":\"1970-01-01\",\"end\":"
               "\"1970-01-01\"}"),
           "date"),
      "0..86399999");
  assert_string_equal(
      rows(OBS("\"effectiveTiming\":{\"event\":[\"1970-01-01T00:00:00Z\","
               "\"1970-01-01T00:00:01Z\"]}"),
           "date"),
      "0..999 1000..1999");
}

static void open_periods_reach_to_the_end_of_time(void **state) {
  (void)state;
  assert_string_equal(
      rows("{\"resourceType\":\"Condition\",\"onsetPeriod\":{\"start\":\"1970-"
           "01-01\"}}",
           "onset-date"),
      "0..9223372036854775807");
  assert_string_equal(
      rows("{\"resourceType\":\"Condition\",\"onsetPeriod\":{\"end\":\"1970-01-"
           "01\"}}",
           "onset-date"),
      "-9223372036854775808..86399999");
  assert_string_equal(
      rows("{\"resourceType\":\"Condition\",\"onsetPeriod\":{}}", "onset-date"),
      "");
  assert_string_equal(
      rows("{\"resourceType\":\"Condition\",\"onsetAge\":{\"value\":5}}",
           "onset-date"),
      "");
}

static void names_are_folded(void **state) {
  (void)state;
  const char *json =
      "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"M\xC3\xBCller-"
      "L\xC3\xBC"
      "denscheidt\",\"given\":[\"Zo\xC3\xAB\",\"ANN\"]}]}";
  assert_string_equal(rows(json, "family"), "M\xC3\xBCller-L\xC3\xBC"
                                            "denscheidt|muller ludenscheidt");
  assert_string_equal(rows(json, "given"), "Zo\xC3\xAB|zoe ANN|ann");
  assert_string_equal(rows(json, "phonetic"), "|m460 |l352 |z000 |a500");
}

static const char *folded(const char *text) {
  static char out[128];
  ax_str got;
  ax_arena *arena = ax_arena_new(1u << 16);
  assert_int_equal(ax_search_text_fold(arena, ax_str_from(text), &got), AX_OK);
  (void)snprintf(out, sizeof out, AX_STR_FMT, AX_STR_ARG(got));
  ax_arena_free(arena);
  return out;
}

static void folding_knows_letters_and_broken_bytes(void **state) {
  (void)state;
  assert_string_equal(folded("  A  b\t. c "), "a b c");
  assert_string_equal(folded("\xC3\x86ther Stra\xC3\x9F"
                             "e \xC5\x81\xC3\xB3"
                             "d\xC5\xBA"),
                      "aether strasse lodz");
  assert_string_equal(folded("e\xCC\x81"), "e");
  assert_string_equal(folded("\xD0\x98\xD0\xB2"), "\xD0\xB8\xD0\xB2");
  assert_string_equal(folded("\xFF\xFE"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  assert_string_equal(folded("..."), "");
}

static void senseless_resources_give_no_rows(void **state) {
  (void)state;
  assert_string_equal(rows("{}", "code"), "");
  assert_string_equal(rows("[]", "code"), "");
  assert_string_equal(rows(OBS("\"code\":[[[1]]],\"subject\":7,"
                               "\"effectiveDateTime\":{\"start\":3},"
                               "\"effective\":\"x\",\"category\":null"),
                           "code"),
                      "");
  assert_string_equal(rows(OBS("\"effectiveDateTime\":\"2024-02-30\""), "date"),
                      "");
}

static void quantities_stand_in_base_units_too(void **state) {
  (void)state;
#define UCUM "\"system\":\"http://unitsofmeasure.org\",\"code\":"
  assert_string_equal(
      rows(OBS("\"valueQuantity\":{\"value\":5.4," UCUM "\"g\"}"),
           "value-quantity"),
      "5.4..5.4 g 5.4..5.4 g1n0a0 in 0");
  assert_string_equal(
      rows(OBS("\"valueQuantity\":{\"value\":37," UCUM "\"Cel\"}"),
           "value-quantity"),
      "37..37 Cel 310.15..310.15 K1n0a0 in 0");
  assert_string_equal(
      rows(OBS("\"valueQuantity\":{\"value\":2,\"unit\":\"cups\"}"),
           "value-quantity"),
      "2..2 cups 0..0  in 0");
  assert_string_equal(
      rows("{\"resourceType\":\"RiskAssessment\",\"prediction\":[{"
           "\"probabilityDecimal\":0.5},{\"probabilityRange\":{\"low\":{"
           "\"value\":1},\"high\":{\"value\":3}}}]}",
           "probability"),
      "0.5..0.5  0..0  in 0 1..3  0..0  in 0");
}

static void parts_of_one_component_share_a_group(void **state) {
  (void)state;
  const char *json = OBS("\"component\":[{\"valueQuantity\":{\"value\":1}},{"
                         "\"valueQuantity\":{\"value\":2}}]");
  assert_string_equal(rows(json, "component-value-quantity"),
                      "1..1  0..0  in 1 2..2  0..0  in 2");
}

static void modifiers_have_rows_of_their_own(void **state) {
  (void)state;
  assert_string_equal(
      rows(OBS("\"code\":{\"text\":\"Blood Sugar\",\"coding\":[{\"code\":"
               "\"1\",\"display\":\"Glucose\"},{\"code\":\"2\","
               "\"display\":\"Glucose\"}]}"),
           "code:text"),
      "|blood sugar\nglucose");
  assert_string_equal(
      rows(OBS("\"subject\":{\"identifier\":{\"system\":\"s\",\"value\":"
               "\"v\"}}"),
           "subject:identifier"),
      "s|v");
  assert_string_equal(
      rows("{\"resourceType\":\"Patient\",\"identifier\":[{\"type\":{"
           "\"coding\":[{\"system\":\"t\",\"code\":\"MR\"}]},"
           "\"value\":\"v\"}]}",
           "identifier:of-type"),
      "t|MR|v");
}

static void what_does_not_walk_is_evaluated(void **state) {
  (void)state;
  assert_string_equal(
      rows("{\"resourceType\":\"Patient\",\"deceasedBoolean\":true}",
           "deceased"),
      "|true");
  assert_string_equal(rows("{\"resourceType\":\"Patient\"}", "deceased"),
                      "|false");
}

static ax_status index_one(ax_arena *arena) {
  static const char json[] =
      OBS("\"status\":\"final\",\"subject\":{\"reference\":\"Patient/a\"}");
  ax_arena *other = ax_arena_new(1u << 20);
  ax_json_fault fault;
  const ax_json *tree = NULL;
  ax_index_row *list = NULL;
  size_t count = 0;
  assert_int_equal(ax_json_parse(other, ax_str_from(json), &tree, &fault),
                   AX_OK);
  ax_status status = ax_search_index(kit.search, arena, tree,
                                     AX_STR("http://b"), &list, &count);
  ax_arena_free(other);
  return status;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  ax_test_torture(index_one, 1); /* the list */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_coding_of_a_concept_is_a_token),
    cmocka_unit_test(identifiers_are_tokens_alone_or_in_a_list),
    cmocka_unit_test(codes_carry_the_system_of_their_element),
    cmocka_unit_test(references_lose_their_version_and_fragments_are_left_out),
    cmocka_unit_test(canonicals_are_found_with_and_without_version),
    cmocka_unit_test(every_kind_of_time_is_an_interval),
    cmocka_unit_test(open_periods_reach_to_the_end_of_time),
    cmocka_unit_test(names_are_folded),
    cmocka_unit_test(folding_knows_letters_and_broken_bytes),
    cmocka_unit_test(senseless_resources_give_no_rows),
    cmocka_unit_test(quantities_stand_in_base_units_too),
    cmocka_unit_test(parts_of_one_component_share_a_group),
    cmocka_unit_test(modifiers_have_rows_of_their_own),
    cmocka_unit_test(what_does_not_walk_is_evaluated),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("search_index", tests, open_kit,
                                     close_kit);
}
