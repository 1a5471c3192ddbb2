/* Unit tests of gateway/src/intake/intake_match.c: would a query find a
 * resource that is not stored yet? */
#include "support/ax_test.h"
#include "support/search_kit.h"

#include "intake/intake_match.h"
#include "json/json_parse.h"

static search_kit kit;
static ax_arena *arena;

static int set_up(void **state) {
  (void)state;
  kit = search_kit_open(NULL);
  arena = ax_arena_new(64 << 20);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  search_kit_close(&kit);
  ax_arena_free(arena);
  return 0;
}

static bool finds(const char *type, const char *query, const char *resource) {
  const ax_json *tree = NULL;
  ax_index_row *rows = NULL;
  size_t count = 0;
  ax_query q;
  ax_str why;
  assert_int_equal(ax_json_parse(arena, ax_str_from(resource), &tree, NULL),
                   AX_OK);
  assert_int_equal(ax_search_index(kit.search, arena, tree, AX_STR("http://b"),
                                   &rows, &count),
                   AX_OK);
  assert_int_equal(ax_intake_match_read(kit.search, arena, ax_str_from(type),
                                        ax_str_from(query), AX_STR("http://b"),
                                        &q, &why),
                   AX_OK);
  if (why.len) fail_msg("%s: %.*s", query, AX_STR_ARG(why));
  return ax_intake_match_rows(&q, AX_STR("1"), rows, count);
}

static bool decides(const char *type, const char *query) {
  ax_query q;
  ax_str why;
  assert_int_equal(ax_intake_match_read(kit.search, arena, ax_str_from(type),
                                        ax_str_from(query), AX_STR("http://b"),
                                        &q, &why),
                   AX_OK);
  return ax_intake_match_decides(&q);
}

static void
what_other_resources_say_is_not_decided_by_the_rows_of_one(void **s) {
  (void)s;
  assert_true(decides("Observation", "code=x&date=2020&subject=Patient/1"));
  assert_false(decides("Observation", "code=x&patient.identifier=y"));
  assert_false(decides("Patient", "_has:Observation:patient:code=x"));
  assert_false(decides("Patient", "identifier=x&_lastUpdated=gt2020"));
}

static const char panel[] =
    "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":"
    "[{\"system\":\"http://loinc.org\",\"code\":\"55284-4\"}]},\"component\":[{"
    "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"8480-6\"}]},"
    "\"valueQuantity\":{\"value\":120,\"system\":\"http://unitsofmeasure.org\","
    "\"code\":\"mm[Hg]\"}},{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","
    "\"code\":\"8462-4\"}]},\"valueQuantity\":{\"value\":80,\"system\":"
    "\"http://unitsofmeasure.org\",\"code\":\"mm[Hg]\"}}]}";

static void parts_of_a_composite_meet_in_one_element(void **s) {
  (void)s;
  static const struct {
    const char *query;
    bool found;
  } want[] = {
    { "component-code-value-quantity=8480-6$120", true },
    { "component-code-value-quantity=8480-6$gt100", true },
    { "component-code-value-quantity=8480-6$80", false },
    { "component-code-value-quantity=8462-4$80,8480-6$1", true },
    { "component-code-value-quantity=8462-4$120", false },
    { "status=final&component-code-value-quantity=8462-4$80", true },
    { "status=amended&component-code-value-quantity=8462-4$80", false },
  };
  for (size_t i = 0; i < AX_COUNT(want); i++)
    if (finds("Observation", want[i].query, panel) != want[i].found)
      fail_msg("%s", want[i].query);
}

static void urls_lie_under_others_by_whole_steps(void **s) {
  (void)s;
  static const char set[] =
      "{\"resourceType\":\"ValueSet\",\"status\":\"active\","
      "\"url\":\"http://a.org/fhir/sets/x\"}";
  assert_true(finds("ValueSet", "url=http://a.org/fhir/sets/x", set));
  assert_true(finds("ValueSet", "url:below=http://a.org/fhir", set));
  assert_true(finds("ValueSet", "url:below=http://a.org/fhir/", set));
  assert_false(finds("ValueSet", "url:below=http://a.org/fh", set));
  assert_true(finds("ValueSet", "url:above=http://a.org/fhir/sets/x/y", set));
  assert_false(finds("ValueSet", "url:above=http://a.org/fhir/sets", set));
}

static void plain_values_and_their_absence(void **s) {
  (void)s;
  static const char patient[] =
      "{\"resourceType\":\"Patient\",\"gender\":\"male\",\"name\":[{\"family\":"
      "\"Muster\"}],\"birthDate\":\"1980-05-06\"}";
  assert_true(finds("Patient", "gender=male&name=mus", patient));
  assert_false(finds("Patient", "gender:not=male", patient));
  assert_true(finds("Patient", "birthdate=lt1981&birthdate=ge1980", patient));
  assert_true(finds("Patient", "identifier:missing=true", patient));
  assert_false(finds("Patient", "organization.name=x", patient));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(
        what_other_resources_say_is_not_decided_by_the_rows_of_one),
    cmocka_unit_test(parts_of_a_composite_meet_in_one_element),
    cmocka_unit_test(urls_lie_under_others_by_whole_steps),
    cmocka_unit_test(plain_values_and_their_absence),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
