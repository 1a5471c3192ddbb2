/* Unit tests of gateway/src/intake/intake_refs.c: what changes on the way into
 * the store, and what must not. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "intake/intake_refs.h"
#include "json/json_parse.h"

typedef struct {
  ax_arena *arena;
  ax_map *urls;
  ax_intake_item target, item;
  ax_stored before; /* of the item */
  ax_str type;
  bool alone; /* the item came in no Bundle */
  ax_buf out;
} world;

static int begin(void **state) {
  world *w = calloc(1, sizeof *w);
  w->arena = ax_arena_new(16 << 20);
  w->urls = ax_map_new(w->arena);
  w->out = (ax_buf)AX_BUF_INIT(1 << 20);
  w->target = (ax_intake_item){ .type = AX_STR("Patient"),
                                .reference = AX_STR("Patient/new"),
                                .version = 4 };
  assert_int_equal(AX_OK,
                   ax_map_put(w->urls, AX_STR("urn:uuid:1"), &w->target));
  assert_int_equal(
      AX_OK,
      ax_map_put(w->urls, AX_STR("http://far/fhir/Patient/1"), &w->target));
  *state = w;
  return 0;
}

static int end(void **state) {
  world *w = *state;
  ax_buf_free(&w->out);
  ax_arena_free(w->arena);
  free(w);
  return 0;
}

/* `json` after its references were settled, as text. */
static ax_str settled(world *w, const char *json) {
  ax_json_fault fault;
  ax_intake_refs refs = { .urls = w->alone ? NULL : w->urls };
  const ax_json *tree = NULL;
  assert_int_equal(AX_OK,
                   ax_json_parse(w->arena, ax_str_from(json), &tree, &fault));
  ax_str url = w->item.full_url;
  w->item = (ax_intake_item){ .in_bundle = !w->alone,
                              .i = 3,
                              .full_url = url,
                              .type = w->type,
                              .before = w->before,
                              .resource = tree,
                              .issues = ax_fhir_issues_new(w->arena) };
  assert_int_equal(AX_OK,
                   ax_intake_refs_settle(&refs, w->arena, &w->item, NULL));
  ax_buf_clear(&w->out);
  ax_json_writer writer = ax_json_write_begin(&w->out);
  ax_json_write_tree(&writer, w->item.tree);
  assert_int_equal(AX_OK, ax_json_write_end(&writer));
  return ax_buf_view(&w->out);
}

static void a_reference_to_a_full_url_becomes_type_and_id(void **state) {
  assert_str(settled(*state, "{\"subject\":{\"reference\":\"urn:uuid:1\"}}"),
             "{\"subject\":{\"reference\":\"Patient/new\"}}");
}

static void references_deep_inside_and_in_contained_are_found(void **state) {
  assert_str(
      settled(*state, "{\"contained\":[{\"a\":[{\"x\":{\"reference\":"
                      "\"urn:uuid:1\"}}]}],\"n\":1.50}"),
      "{\"contained\":[{\"a\":[{\"x\":{\"reference\":\"Patient/new\"}}]}],"
      "\"n\":1.50}");
}

static void names_of_things_elsewhere_stay(void **state) {
  const char *same =
      "{\"a\":{\"reference\":\"urn:other:2\"},"
      "\"b\":{\"reference\":\"#p\"},"
      "\"c\":{\"reference\":\"Patient/1\"},"
      "\"d\":{\"identifier\":{\"system\":\"urn:ietf:rfc:3986\","
      "\"value\":\"urn:uuid:2\"}},\"instantiatesUri\":\"urn:uuid:2\"}";
  world *w = *state;
  assert_str(settled(w, same), same);
  assert_int_equal(0, ax_fhir_issues_errors(w->item.issues));
}

static void a_urn_that_no_entry_has_is_a_fault_with_its_place(void **state) {
  world *w = *state;
  (void)settled(w, "{\"a\":{\"reference\":\"urn:uuid:1\"},\"b\":[{"
                   "\"reference\":\"urn:uuid:2\"},{\"reference\":"
                   "\"urn:oid:1.2\"}]}");
  assert_int_equal(2, ax_fhir_issues_errors(w->item.issues));
  const ax_issue *issue = ax_fhir_issues_at(w->item.issues, 0);
  assert_str(issue->path, "Bundle.entry[3].resource.b[0].reference");
  assert_int_equal(AX_ISSUE_NOT_FOUND, issue->type);
  assert_true(ax_str_find(issue->text, AX_STR("\"urn:uuid:2\"")) !=
              AX_STR_NONE);
}

static void a_urn_of_a_resource_that_comes_alone_is_a_fault(void **state) {
  world *w = *state;
  w->alone = true;
  w->type = AX_STR("Observation");
  (void)settled(w, "{\"subject\":{\"reference\":\"urn:uuid:1\"}}");
  assert_int_equal(1, ax_fhir_issues_errors(w->item.issues));
  assert_str(ax_fhir_issues_at(w->item.issues, 0)->path,
             "Observation.subject.reference");
}

static void a_urn_that_stands_there_already_is_no_fault(void **state) {
  static const char again[] = "{\"a\":{\"reference\":\"urn:uuid:2\"}}";
  world *w = *state;
  w->before = (ax_stored){ .version = 1, .body = AX_STR(again) };
  assert_str(settled(w, again), again);
  assert_int_equal(0, ax_fhir_issues_errors(w->item.issues));
}

static void resources_with_others_inside_have_urns_of_their_own(void **state) {
  static const char inner[] = "{\"a\":{\"reference\":\"urn:uuid:2\"}}";
  static const char *const types[] = { "Bundle", "Parameters" };
  world *w = *state;
  for (size_t i = 0; i < 2 * AX_COUNT(types); i++) {
    w->type = ax_str_from(types[i % 2]);
    w->alone = i >= 2;
    assert_str(settled(w, inner), inner);
    assert_int_equal(0, ax_fhir_issues_errors(w->item.issues));
  }
}

static void a_relative_reference_is_read_beside_its_full_url(void **state) {
  world *w = *state;
  w->item.full_url = AX_STR("http://far/fhir/Observation/7");
  assert_str(settled(w, "{\"subject\":{\"reference\":\"Patient/1\"}}"),
             "{\"subject\":{\"reference\":\"Patient/new\"}}");
  w->item.full_url = AX_STR("http://other/fhir/Observation/7");
  assert_str(settled(w, "{\"subject\":{\"reference\":\"Patient/1\"}}"),
             "{\"subject\":{\"reference\":\"Patient/1\"}}");
}

static void a_reference_to_a_version_names_the_new_version(void **state) {
  assert_str(settled(*state, "{\"s\":{\"reference\":"
                             "\"http://far/fhir/Patient/1/_history/9\"}}"),
             "{\"s\":{\"reference\":\"Patient/new/_history/4\"}}");
}

static void other_uris_change_only_as_a_whole(void **state) {
  assert_str(
      settled(*state, "{\"valueUri\":\"urn:uuid:1\","
                      "\"valueCanonical\":\"urn:uuid:1|2\","
                      "\"url\":\"http://far/fhir/Patient/12\"}"),
      "{\"valueUri\":\"Patient/new\",\"valueCanonical\":\"urn:uuid:1|2\","
      "\"url\":\"http://far/fhir/Patient/12\"}");
}

static void identifiers_and_texts_keep_their_urns(void **state) {
  const char *same =
      "{\"identifier\":[{\"system\":\"urn:ietf:rfc:3986\","
      "\"value\":\"urn:uuid:1\"}],\"valueString\":\"urn:uuid:1\","
      "\"display\":\"urn:uuid:1\"}";
  assert_str(settled(*state, same), same);
}

static void links_in_the_narrative_follow(void **state) {
  assert_str(settled(*state, "{\"div\":\"<a href='urn:uuid:1'>urn:uuid:1</a>"
                             "<img src='urn:uuid:1'/><a href='#x'/>\"}"),
             "{\"div\":\"<a href='Patient/new'>urn:uuid:1</a>"
             "<img src='Patient/new'/><a href='#x'/>\"}");
}

static void broken_narrative_links_do_no_harm(void **state) {
  static const char *const cases[] = { " href=", " href=\\\"",
                                       " href='urn:uuid:1", " src=urn:uuid:1",
                                       " href=\\\"\\\"" };
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    char json[100];
    (void)snprintf(json, sizeof json, "{\"div\":\"<p%s\"}", cases[i]);
    assert_non_null(settled(*state, json).ptr);
  }
}

static void
outside_a_transaction_a_condition_is_a_fault_with_its_place(void **state) {
  world *w = *state;
  (void)settled(w, "{\"performer\":[{\"reference\":\"a\"},{\"reference\":"
                   "\"Practitioner?identifier=x|1\"}]}");
  assert_int_equal(1, ax_fhir_issues_errors(w->item.issues));
  const ax_issue *issue = ax_fhir_issues_at(w->item.issues, 0);
  assert_str(issue->path, "Bundle.entry[3].resource.performer[1].reference");
  assert_true(issue->has_place);
  assert_true(ax_str_find(issue->text, AX_STR("Practitioner?identifier=x|1")) !=
              AX_STR_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    T(a_reference_to_a_full_url_becomes_type_and_id),
    T(references_deep_inside_and_in_contained_are_found),
    T(names_of_things_elsewhere_stay),
    T(a_urn_that_no_entry_has_is_a_fault_with_its_place),
    T(a_urn_that_stands_there_already_is_no_fault),
    T(a_urn_of_a_resource_that_comes_alone_is_a_fault),
    T(resources_with_others_inside_have_urns_of_their_own),
    T(a_relative_reference_is_read_beside_its_full_url),
    T(a_reference_to_a_version_names_the_new_version),
    T(other_uris_change_only_as_a_whole),
    T(identifiers_and_texts_keep_their_urns),
    T(links_in_the_narrative_follow),
    T(broken_narrative_links_do_no_harm),
    T(outside_a_transaction_a_condition_is_a_fault_with_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
