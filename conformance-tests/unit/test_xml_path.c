/* Unit tests of conformance-tests/runner/run/xml_path*.c: XPaths over JSON. */
#include "run/xml_path.h"

#include <stdio.h>
#include <string.h>

#include "support/ax_test.h"
#include "json/json_parse.h"

static ax_arena *arena;
static const ax_json *tree;

static const char document[] =
    "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":2,"
    "\"entry\":[{\"fullUrl\":\"u1\",\"resource\":{\"resourceType\":\"Patient\","
    "\"id\":\"a\",\"active\":true,\"name\":[{\"use\":\"official\",\"family\":"
    "\"Ant\",\"given\":[\"Al\",\"Bo\"]},{\"use\":\"usual\",\"family\":\"Tiny\"}"
    "],\"birthDate\":\"1975-01-02\",\"_birthDate\":{\"id\":\"bd\","
    "\"extension\":[{\"url\":\"http://x/t\",\"valueDateTime\":\"1975-01-02T03\""
    "}]},\"_gender\":{\"extension\":[{\"url\":\"http://x/g\",\"valueCode\":"
    "\"u\"}]},\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\"}]"
    "}},{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"b\"}}]}";

static int begin(void **state) {
  (void)state;
  ax_json_fault fault;
  arena = ax_arena_new(16 << 20);
  if (!arena) return -1;
  return ax_json_parse(arena, ax_str_from(document), &tree, &fault) ? -1 : 0;
}

static int end(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

/* The values with commas. */
static void expect(const char *path, const char *want, int line) {
  char got[1024] = "";
  size_t at = 0;
  ax_error err = { 0 };
  ax_json_path_nodes nodes = { 0 };
  if (ax_xml_path_select(arena, ax_str_from(path), tree, &nodes, &err))
    fail_msg("line %d: %s: %s", line, path, err.text);
  for (size_t i = 0; i < nodes.count; i++) {
    const ax_json *one = nodes.items[i];
    ax_str text = ax_json_text(one);
    if (one->kind == AX_JSON_OBJECT) text = AX_STR("{}");
    if (one->kind == AX_JSON_BOOL) text = AX_STR("bool");
    at += (size_t)snprintf(got + at, sizeof got - at, "%s" AX_STR_FMT,
                           i ? "," : "", AX_STR_ARG(text));
  }
  if (strcmp(got, want) != 0)
    fail_msg("line %d: %s gives %s and not %s", line, path, got, want);
}
#define SELECTS(path, want) expect((path), (want), __LINE__)

static void plain_child_paths(void **state) {
  (void)state;
  SELECTS("fhir:Bundle/fhir:type/@value", "searchset");
  SELECTS("/fhir:Bundle/fhir:total/@value", "2");
  SELECTS("/Bundle/total", "2");
  SELECTS("f:Bundle/f:entry/f:fullUrl/@value", "u1");
  SELECTS("fhir:Bundle/fhir:entry/fhir:resource/fhir:Patient/fhir:id/@value",
          "a");
  SELECTS("Bundle/entry/resource/Patient/name/given", "Al,Bo");
  SELECTS("Bundle/entry/resource/*/id", "a,b");
  SELECTS("Bundle/entry/resource/Patient/active/@value", "bool");
  SELECTS("Bundle/entry/resource/Patient/contained/Organization/id/@value",
          "o");
  SELECTS("/Patient/id", "");
  SELECTS("Bundle/entry/resource/id", "");
  SELECTS("Bundle/nothing/@value", "");
}

static void positions_count_from_one_in_each_parent(void **state) {
  (void)state;
  SELECTS("Bundle/entry[1]/resource/*/id", "a");
  SELECTS("Bundle/entry[2]/resource/*/id", "b");
  SELECTS("Bundle/entry[last()]/resource/*/id", "b");
  SELECTS("Bundle/entry[3]/resource/*/id", "");
  SELECTS("Bundle/entry/resource/Patient/name[1]/given[2]/@value", "Bo");
}

static void conditions(void **state) {
  (void)state;
  SELECTS("//name[use='usual']/family", "Tiny");
  SELECTS("//name[use/@value = 'official']/family/@value", "Ant");
  SELECTS("//name[use != 'usual']/family", "Ant");
  SELECTS("//name[given]/family", "Ant");
  SELECTS("//name[not(given)]/family", "Tiny");
  SELECTS("//name[given and use='official']/family", "Ant");
  SELECTS("//name[given or use='usual']/family", "Ant,Tiny");
  SELECTS("//name[(use='usual')][1]/family", "Tiny");
  SELECTS("Bundle[total = 2]/type", "searchset");
}

static void ids_and_extensions_of_primitives(void **state) {
  (void)state;
  SELECTS("//Patient/birthDate/@id", "bd");
  SELECTS("//Patient/birthDate/extension[@url='http://x/t']/"
          "valueDateTime/@value",
          "1975-01-02T03");
  SELECTS("//Patient/birthDate/extension[@url='http://x/u']/valueDateTime", "");
  SELECTS("//Patient/gender/extension/valueCode/@value", "u");
  SELECTS("//Patient/gender/@value", "");
  SELECTS("//Patient/@id", "");
  SELECTS("//Patient", "{}");
}

static void
a_path_without_its_beginning_is_looked_for_everywhere(void **state) {
  (void)state;
  SELECTS("Patient/id", "a");
  SELECTS("fhir:Patient/fhir:name[2]/fhir:family/@value", "Tiny");
  SELECTS("Organization/id/@value", "o");
  SELECTS("Patient/photo", "");
}

static void all_descendants(void **state) {
  (void)state;
  SELECTS("//family/@value", "Ant,Tiny");
  SELECTS("/Bundle//given", "Al,Bo");
  SELECTS("//Organization/id", "o");
}

static void refused(const char *path, ax_status want, const char *part) {
  ax_error err = { 0 };
  ax_json_path_nodes nodes = { 0 };
  ax_status got =
      ax_xml_path_select(arena, ax_str_from(path), tree, &nodes, &err);
  if (got != want || !strstr(err.text, part))
    fail_msg("%s: %s: %s", path, ax_error_name(got), err.text);
}

static void the_rest_of_xpath_is_named(void **state) {
  (void)state;
  refused("count(//entry)", AX_UNSUPPORTED, "XPath with the function count");
  refused("//name[contains(family,'A')]", AX_UNSUPPORTED,
          "the function contains");
  refused("Bundle/entry/..", AX_UNSUPPORTED, "steps to the parent");
  refused("Bundle/child::entry", AX_UNSUPPORTED, "the axis child");
  refused("//text/xhtml:div", AX_UNSUPPORTED, "the prefix xhtml");
  refused("//name[family = given]", AX_UNSUPPORTED,
          "a comparison of two paths");
  refused("Bundle[total > 1]", AX_UNSUPPORTED, "comparisons by size");
  refused("Bundle/total + 1", AX_UNSUPPORTED, "+ 1");
}

static void what_is_no_xpath_says_where(void **state) {
  (void)state;
  refused("", AX_INVALID, "character 1");
  refused("Bundle/", AX_INVALID, "a name is due");
  refused("Bundle[1", AX_INVALID, "']' is due");
  refused("Bundle[type='x]", AX_INVALID, "quotation mark");
  refused("Bundle[0]", AX_INVALID, "a position is due");
  refused("Bundle[((((((((((((((((((((((((((((((((((a", AX_TOO_LARGE, "nests");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(plain_child_paths, begin, end),
    cmocka_unit_test_setup_teardown(positions_count_from_one_in_each_parent,
                                    begin, end),
    cmocka_unit_test_setup_teardown(conditions, begin, end),
    cmocka_unit_test_setup_teardown(ids_and_extensions_of_primitives, begin,
                                    end),
    cmocka_unit_test_setup_teardown(
        a_path_without_its_beginning_is_looked_for_everywhere, begin, end),
    cmocka_unit_test_setup_teardown(all_descendants, begin, end),
    cmocka_unit_test_setup_teardown(the_rest_of_xpath_is_named, begin, end),
    cmocka_unit_test_setup_teardown(what_is_no_xpath_says_where, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
