/* From outside: the CapabilityStatement of our package says what a running
 * gateway says of itself (GET metadata). */
#include "../support/outside.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "json/json_parse.h"

#define FOLDER "fhir-profiles/package"
#define OURS "https://auspex-gateway.org/fhir/StructureDefinition/"

static outside *gw;
static ax_arena *arena;
static const ax_json *told, *published; /* rest[0] of each */

static const ax_json *parse_file(const char *path) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  char *text = outside_file(path);
  ax_str kept = ax_arena_str(arena, ax_str_from(text));
  free(text);
  assert_int_equal(ax_json_parse(arena, kept, &tree, &fault), AX_OK);
  return tree;
}

static int set_up(void **state) {
  (void)state;
  arena = ax_arena_new(64u << 20);
  gw = outside_start(NULL);
  const outside_answer *a = outside_get(gw, "/metadata");
  assert_int_equal(a->status, 200);
  assert_str(outside_find(a->json, "instantiates[0]"),
             "https://auspex-gateway.org/fhir/CapabilityStatement/auspex");
  told = outside_at(a->json, "rest[0]");
  const ax_json *ours = parse_file(FOLDER "/CapabilityStatement-auspex.json");
  published = outside_at(ours, "rest[0]");
  assert_true(ax_json_equal(AX_JSON_GET(ours, "format"),
                            AX_JSON_GET(a->json, "format")));
  assert_true(ax_json_equal(AX_JSON_GET(ours, "patchFormat"),
                            AX_JSON_GET(a->json, "patchFormat")));
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

static const ax_json *resource_of(const ax_json *rest, ax_str type) {
  const ax_json *all = AX_JSON_GET(rest, "resource");
  for (size_t i = 0; i < ax_json_count(all); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(all, i), "type"), type))
      return ax_json_item(all, i);
  return NULL;
}

static bool has_item(const ax_json *list, const ax_json *item) {
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_json_equal(ax_json_item(list, i), item)) return true;
  return false;
}

/* Every item of `a`[key] is in `b`[key]. */
static void assert_within(const ax_json *a, const ax_json *b, const char *key) {
  const ax_json *list = ax_json_get(a, ax_str_from(key));
  const ax_json *other = ax_json_get(b, ax_str_from(key));
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (!has_item(other, ax_json_item(list, i)))
      fail_msg("%.*s: %s[%zu] (%.*s) is not said by both",
               AX_STR_ARG(AX_JSON_STR(a, "type")), key, i,
               AX_STR_ARG(AX_JSON_STR(ax_json_item(list, i), "name")));
}

static void assert_same_items(const ax_json *a, const ax_json *b,
                              const char *key) {
  assert_within(a, b, key);
  assert_within(b, a, key);
}

static void each_published_type_is_served_as_published(void **state) {
  (void)state;
  static const char *const same[] = { "versioning",        "readHistory",
                                      "updateCreate",      "conditionalCreate",
                                      "conditionalRead",   "conditionalUpdate",
                                      "conditionalDelete", "profile" };
  const ax_json *all = AX_JSON_GET(published, "resource");
  assert_true(ax_json_count(all) >= 16);
  for (size_t i = 0; i < ax_json_count(all); i++) {
    const ax_json *one = ax_json_item(all, i);
    const ax_json *other = resource_of(told, AX_JSON_STR(one, "type"));
    assert_non_null(other);
    assert_same_items(one, other, "interaction");
    assert_same_items(one, other, "searchParam");
    assert_same_items(one, other, "operation");
    for (size_t k = 0; k < AX_COUNT(same); k++)
      assert_true(ax_json_equal(ax_json_get(one, ax_str_from(same[k])),
                                ax_json_get(other, ax_str_from(same[k]))));
  }
}

static void the_system_is_served_as_published(void **state) {
  (void)state;
  assert_same_items(published, told, "interaction");
  assert_same_items(published, told, "operation");
  assert_str(AX_JSON_STR(published, "mode"), "server");
}

static bool is_supported(const ax_json *resource, ax_str url) {
  const ax_json *list = AX_JSON_GET(resource, "supportedProfile");
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_str_eq(ax_json_text(ax_json_item(list, i)), url)) return true;
  return false;
}

/* Both ways: no profile is left out, and none is named that is not there. */
static void all_profiles_of_the_package_are_named(void **state) {
  (void)state;
  const ax_json *index = parse_file(FOLDER "/.index.json");
  const ax_json *files = AX_JSON_GET(index, "files");
  size_t profiles = 0, named = 0;
  for (size_t i = 0; i < ax_json_count(files); i++) {
    const ax_json *file = ax_json_item(files, i);
    ax_str url = AX_JSON_STR(file, "url"), type = AX_JSON_STR(file, "type");
    if (!ax_str_starts(url, AX_STR(OURS)) ||
        !ax_str_eq(AX_JSON_STR(file, "kind"), AX_STR("resource")))
      continue;
    profiles++;
    const ax_json *resource = resource_of(published, type);
    if (!resource || !is_supported(resource, url))
      fail_msg("%.*s is not named", AX_STR_ARG(url));
  }
  const ax_json *all = AX_JSON_GET(published, "resource");
  for (size_t i = 0; i < ax_json_count(all); i++)
    named +=
        ax_json_count(AX_JSON_GET(ax_json_item(all, i), "supportedProfile"));
  assert_true(profiles > 20);
  assert_int_equal(named, profiles);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_published_type_is_served_as_published),
    cmocka_unit_test(the_system_is_served_as_published),
    cmocka_unit_test(all_profiles_of_the_package_are_named),
  };
  return cmocka_run_group_tests_name("capability", tests, set_up, tear_down);
}
