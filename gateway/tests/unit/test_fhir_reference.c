/* Unit tests of gateway/src/fhir/fhir_reference.c and fhir_bundle.c. */
#include "support/ax_test.h"

#include "fhir/fhir_bundle.h"
#include "json/json_parse.h"

static void shape(const char *text, ax_reference_kind kind, const char *base,
                  const char *type, const char *id, const char *version) {
  ax_reference ref = ax_fhir_reference_parse(ax_str_from(text));
  if (ref.kind != kind) fail_msg("%s: kind %d", text, (int)ref.kind);
  assert_str(ref.base, base);
  assert_str(ref.type, type);
  assert_str(ref.id, id);
  assert_str(ref.version, version);
}

static void references_are_taken_apart(void **state) {
  (void)state;
  shape("Patient/1", AX_REF_RELATIVE, "", "Patient", "1", "");
  shape("Patient/1/_history/2", AX_REF_RELATIVE, "", "Patient", "1", "2");
  shape("#p", AX_REF_FRAGMENT, "", "", "p", "");
  shape("#", AX_REF_FRAGMENT, "", "", "", "");
  shape("http://x.org/fhir/Patient/1", AX_REF_ABSOLUTE, "http://x.org/fhir",
        "Patient", "1", "");
  shape("https://x.org/Patient/1/_history/9", AX_REF_ABSOLUTE, "https://x.org",
        "Patient", "1", "9");
  shape("http://x.org/", AX_REF_URL, "", "", "", "");
  shape("http://Patient/1", AX_REF_URL, "", "", "", "");
  shape("http://x.org/fhir/Patient/1?a=b", AX_REF_URL, "", "", "", "");
  shape("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", AX_REF_URN, "", "", "",
        "");
  shape("mailto:a@b", AX_REF_URL, "", "", "", "");
  shape("Patient?identifier=a|b", AX_REF_CONDITIONAL, "", "Patient", "", "");
  assert_str(ax_fhir_reference_parse(AX_STR("Patient?a=b?c")).query, "a=b?c");
}

static void other_text_is_no_reference(void **state) {
  (void)state;
  static const char *const bad[] = { "",
                                     "Patient",
                                     "/Patient/1",
                                     "Patient/",
                                     "Patient/a b",
                                     "patient/1",
                                     "Patient/1/2",
                                     "Patient/1/_history/",
                                     "Patient/_history/1",
                                     "Patient/a_b",
                                     "../Patient/1",
                                     "a/Patient/1" };
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    shape(bad[i], AX_REF_INVALID, "", "", "", "");
}

static void a_base_is_one_of_a_list_with_or_without_its_slash(void **state) {
  (void)state;
  static const char list[] = "https://a/fhir/, https://b/r4  https://c";
  assert_true(ax_fhir_reference_is_below(list, AX_STR("https://a/fhir")));
  assert_true(ax_fhir_reference_is_below(list, AX_STR("https://b/r4")));
  assert_true(ax_fhir_reference_is_below(list, AX_STR("https://c")));
  assert_false(ax_fhir_reference_is_below(list, AX_STR("https://a")));
  assert_false(ax_fhir_reference_is_below(list, AX_STR("")));
  assert_false(ax_fhir_reference_is_below(NULL, AX_STR("https://a")));
}

static const char BUNDLE[] =
    "{\"entry\":["
    "{\"fullUrl\":\"http://x/f/Patient/1\",\"resource\":{\"resourceType\":"
    "\"Patient\",\"id\":\"1\"}},"
    "{\"fullUrl\":\"urn:uuid:a\",\"resource\":{\"resourceType\":\"Patient\","
    "\"id\":\"2\"}},"
    "{\"fullUrl\":\"http://x/f/Observation/3\",\"resource\":{\"resourceType\":"
    "\"Observation\",\"id\":\"3\",\"meta\":{\"versionId\":\"1\"}}},"
    "{\"fullUrl\":\"http://x/f/Observation/3\",\"resource\":{\"resourceType\":"
    "\"Observation\",\"id\":\"3\",\"meta\":{\"versionId\":\"2\"}}},"
    "{\"fullUrl\":\"http://y/f/Patient/1\",\"resource\":{\"resourceType\":"
    "\"Patient\",\"id\":\"7\"}},"
    "7, {\"resource\":[]}, {}]}";

static ax_fhir_bundle *indexed(ax_arena *arena, const char *text) {
  const ax_json *tree = NULL;
  ax_fhir_bundle *bundle = NULL;
  assert_int_equal(ax_json_parse(arena, ax_str_from(text), &tree, NULL), AX_OK);
  assert_int_equal(ax_fhir_bundle_index(arena, tree, &bundle), AX_OK);
  return bundle;
}

static void leads(const ax_fhir_bundle *b, size_t from, const char *text,
                  ax_bundle_match match, size_t to) {
  const ax_bundle_entry *found = NULL;
  ax_bundle_match got = ax_fhir_bundle_resolve(b, ax_fhir_bundle_at(b, from),
                                               ax_str_from(text), &found);
  if (got != match) fail_msg("%s from %zu: %d", text, from, (int)got);
  if (match == AX_BUNDLE_NOT_THERE)
    assert_null(found);
  else
    assert_int_equal(found->i, to);
}

static void references_lead_as_the_specification_says(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_fhir_bundle *b = indexed(arena, BUNDLE);
  assert_int_equal(ax_fhir_bundle_count(b), 8);
  leads(b, 2, "Patient/1", AX_BUNDLE_BY_URL, 0);
  leads(b, 4, "Patient/1", AX_BUNDLE_BY_URL, 4);
  leads(b, 1, "Patient/1", AX_BUNDLE_BY_ID, 0);
  leads(b, 2, "Patient/2", AX_BUNDLE_BY_ID, 1);
  leads(b, 0, "urn:uuid:a", AX_BUNDLE_BY_URL, 1);
  leads(b, 0, "http://y/f/Patient/1", AX_BUNDLE_BY_URL, 4);
  leads(b, 0, "Observation/3", AX_BUNDLE_AMBIGUOUS, 2);
  leads(b, 0, "Observation/3/_history/2", AX_BUNDLE_BY_URL, 3);
  leads(b, 0, "Observation/3/_history/5", AX_BUNDLE_NOT_THERE, 0);
  leads(b, 0, "Patient/9", AX_BUNDLE_NOT_THERE, 0);
  leads(b, 0, "#a", AX_BUNDLE_NOT_THERE, 0);
  leads(b, 0, "Patient?a=b", AX_BUNDLE_NOT_THERE, 0);
  leads(b, 99, "Patient/1", AX_BUNDLE_BY_ID, 0);
  ax_arena_free(arena);
}

static void full_urls_have_rules(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_fhir_bundle *b =
      indexed(arena, "{\"entry\":[{\"fullUrl\":\"Patient/1\"},"
                     "{\"fullUrl\":\"http://x/Patient/1/_history/1\"},"
                     "{\"fullUrl\":\"http://x/Patient/1\",\"resource\":{"
                     "\"resourceType\":\"Patient\",\"id\":\"2\"}},"
                     "{\"fullUrl\":\"http://x/Patient/2\",\"resource\":{"
                     "\"resourceType\":\"Patient\",\"id\":\"2\"}},"
                     "{\"fullUrl\":\"urn:uuid:x\"},{}]}");
  for (size_t i = 0; i < 3; i++)
    assert_non_null(ax_fhir_bundle_url_fault(ax_fhir_bundle_at(b, i)));
  for (size_t i = 3; i < 6; i++)
    assert_null(ax_fhir_bundle_url_fault(ax_fhir_bundle_at(b, i)));
  ax_arena_free(arena);
}

static void what_is_no_bundle_has_no_entries(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  assert_int_equal(ax_fhir_bundle_count(indexed(arena, "{\"entry\":{}}")), 0);
  assert_int_equal(ax_fhir_bundle_count(indexed(arena, "[]")), 0);
  ax_arena_free(arena);
}

static ax_status build_index(ax_arena *arena) {
  static const ax_json entry = { .kind = AX_JSON_OBJECT };
  static const ax_json list = { .kind = AX_JSON_ARRAY,
                                .count = 1,
                                .u.items = &entry };
  static const ax_json_member member = { .key = AX_STR_INIT("entry") };
  ax_json_member filled = member;
  filled.value = list;
  ax_json bundle = { .kind = AX_JSON_OBJECT, .count = 1 };
  bundle.u.members = &filled;
  ax_fhir_bundle *out = NULL;
  return ax_fhir_bundle_index(arena, &bundle, &out);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  ax_test_torture(build_index, 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(references_are_taken_apart),
    cmocka_unit_test(other_text_is_no_reference),
    cmocka_unit_test(a_base_is_one_of_a_list_with_or_without_its_slash),
    cmocka_unit_test(references_lead_as_the_specification_says),
    cmocka_unit_test(full_urls_have_rules),
    cmocka_unit_test(what_is_no_bundle_has_no_entries),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("fhir_reference", tests, NULL, NULL);
}
