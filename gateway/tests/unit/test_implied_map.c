/* Unit tests of gateway/src/validate/implied_map.c. */
#include "support/ax_test.h"

#include "validate/implied_map.h"
#include "json/json_parse.h"

static ax_arena *arena;

static int setup(void **state) {
  (void)state;
  arena = ax_arena_new((size_t)1 << 20);
  return arena ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static const ax_json *parsed(const char *text) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(arena, ax_str_from(text), &tree, &fault),
                   AX_OK);
  return tree;
}

static const char MAP[] =
    "{\"resourceType\":\"ConceptMap\",\"group\":["
    "{\"source\":\"http://hl7.org/fhir/sid/icd-10\",\"target\":\"urn:p\","
    "\"element\":[{\"code\":\"C50\",\"target\":[{\"code\":\"breast\"}]}]},"
    "{\"source\":\"http://loinc.org\",\"target\":\"urn:p\",\"element\":["
    "{\"code\":\"2857-1\",\"target\":[{\"code\":\"marker\"}]}]}]}";

static ax_implied_map *compiled(void) {
  ax_implied_map *map = NULL;
  ax_error err = { 0 };
  assert_int_equal(ax_implied_map_compile(arena, parsed(MAP), &map, &err),
                   AX_OK);
  return map;
}

static size_t find(const char *resource, ax_str profiles[4]) {
  return ax_implied_map_find(compiled(), parsed(resource), profiles, 4);
}

static void a_code_implies_its_profile(void **state) {
  ax_str found[4];
  (void)state;
  assert_int_equal(find("{\"code\":{\"coding\":[{\"system\":\"urn:x\",\"code\":"
                        "\"1\"},{\"system\":\"http://loinc.org\",\"code\":"
                        "\"2857-1\"}]}}",
                        found),
                   1);
  assert_true(ax_str_eq(found[0], AX_STR("urn:p/marker")));
}

static void an_icd_10_code_implies_the_profile_of_its_category(void **state) {
  static const char *const systems[] = {
    "http://hl7.org/fhir/sid/icd-10",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
  };
  ax_str found[4];
  (void)state;
  for (size_t i = 0; i < AX_COUNT(systems); i++) {
    ax_str text = ax_arena_printf(
        arena,
        "{\"code\":{\"coding\":[{\"system\":\"%s\",\"code\":\"C50.911\"}]}}",
        systems[i]);
    assert_int_equal(find(text.ptr, found), 1);
    assert_true(ax_str_eq(found[0], AX_STR("urn:p/breast")));
  }
}

static void other_systems_have_no_categories(void **state) {
  ax_str found[4];
  (void)state;
  assert_int_equal(
      find("{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","
           "\"code\":\"2857-11\"}]}}",
           found),
      0);
}

static void two_codings_of_one_profile_imply_it_once(void **state) {
  ax_str found[4];
  (void)state;
  assert_int_equal(
      find(
          "{\"code\":{\"coding\":[{\"system\":\"http://hl7.org/fhir/sid/"
          "icd-10\","
          "\"code\":\"C50\"},{\"system\":\"http://hl7.org/fhir/sid/icd-10-cm\","
          "\"code\":\"C50.9\"}]}}",
          found),
      1);
}

static void what_has_no_code_implies_nothing(void **state) {
  ax_str found[4];
  (void)state;
  assert_int_equal(find("{\"code\":{\"text\":\"PSA\"}}", found), 0);
  assert_int_equal(find("{\"code\":{\"coding\":[{\"code\":\"C50\"}]}}", found),
                   0);
  assert_int_equal(find("{}", found), 0);
}

static void a_group_without_source_is_refused_by_its_number(void **state) {
  ax_implied_map *map = NULL;
  ax_error err = { 0 };
  (void)state;
  assert_int_equal(
      ax_implied_map_compile(
          arena, parsed("{\"group\":[{\"target\":\"urn:p\",\"element\":[]}]}"),
          &map, &err),
      AX_INVALID);
  assert_string_equal(err.text, "ConceptMap.group[0] has no source");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_code_implies_its_profile),
    cmocka_unit_test(an_icd_10_code_implies_the_profile_of_its_category),
    cmocka_unit_test(other_systems_have_no_categories),
    cmocka_unit_test(two_codings_of_one_profile_imply_it_once),
    cmocka_unit_test(what_has_no_code_implies_nothing),
    cmocka_unit_test(a_group_without_source_is_refused_by_its_number),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
