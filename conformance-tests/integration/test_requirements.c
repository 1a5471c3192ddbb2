/*
 * The table of requirements, the suite that shows them and the gateway's
 * CapabilityStatement say the same: tests name keys that are there, a key has
 * tests or a reason why not, and whatever the CapabilityStatement claims is
 * covered by a requirement and a test. When this fails, see
 * conformance-tests/suites/source/requirements.mjs.
 */
#include "../support/outside.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "json/json_parse.h"

#define SUITES "conformance-tests/suites"
#define LINK "https://auspex-gateway.org/fhir/StructureDefinition/requirement"
enum { SCRIPTS_MAX = 400, AT_ONCE = 16 };

typedef struct {
  ax_str source;
  bool has_tests, has_reason, is_shown;
} requirement;

static ax_arena *arena;
static outside *gw;
static ax_map *keys;   /* key to requirement */
static ax_map *claims; /* "interaction:read" to a requirement with tests */
static const ax_json *parameters; /* the script that asks all of them */
static size_t faults;
static const char *paths[SCRIPTS_MAX];
static size_t scripts;

#define FAULT(...) (print_error(__VA_ARGS__), print_error("\n"), faults++)

static const ax_json *file_of(const char *path) {
  char *text = outside_file(path);
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_str kept = ax_arena_str(arena, ax_str_from(text));
  free(text);
  if (ax_json_parse(arena, kept, &tree, &fault))
    fail_msg("%s:%u: %s", path, fault.place.line, fault.text);
  return tree;
}

/* --- the table ------------------------------------------------------------ */

static void take_claims(const ax_json *item, requirement *r) {
  const ax_json *list = AX_JSON_GET(item, "claims");
  for (size_t i = 0; i < ax_json_count(list); i++)
    assert_int_equal(
        AX_OK, ax_map_put(claims, ax_json_text(ax_json_item(list, i)), r));
}

static void read_table(void) {
  const ax_json *list =
      AX_JSON_GET(file_of(SUITES "/requirements.json"), "requirements");
  assert_true(ax_json_count(list) > 100);
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *item = ax_json_item(list, i);
    ax_str key = AX_JSON_STR(item, "key");
    requirement *r = AX_NEW(arena, requirement);
    assert_non_null(r);
    r->source = AX_JSON_STR(item, "source");
    r->has_tests = ax_json_count(AX_JSON_GET(item, "tests")) > 0;
    r->has_reason = AX_JSON_STR(item, "untested").len > 0;
    if (ax_map_get(keys, key))
      FAULT("the key " AX_STR_FMT " is there twice", AX_STR_ARG(key));
    if (!AX_JSON_STR(item, "statement").len || !r->source.len)
      FAULT(AX_STR_FMT " has no statement or no source", AX_STR_ARG(key));
    assert_int_equal(AX_OK, ax_map_put(keys, key, r));
    take_claims(item, r);
  }
}

/* --- the scripts ---------------------------------------------------------- */

static void take_test(const char *file, const ax_json *test) {
  const ax_json *list = AX_JSON_GET(test, "extension");
  ax_str name = AX_JSON_STR(test, "name");
  size_t found = 0;
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *one = ax_json_item(list, i);
    if (!ax_str_eq(AX_JSON_STR(one, "url"), AX_STR(LINK))) continue;
    ax_str key = AX_JSON_STR(one, "valueString");
    requirement *r = ax_map_get(keys, key);
    found++;
    if (r)
      r->is_shown = true;
    else
      FAULT("%s, \"" AX_STR_FMT "\": no requirement has the key " AX_STR_FMT,
            file, AX_STR_ARG(name), AX_STR_ARG(key));
  }
  if (!found)
    FAULT("%s, \"" AX_STR_FMT "\" names no requirement", file,
          AX_STR_ARG(name));
}

static void read_script(const char *file) {
  const ax_json *script = file_of(file);
  const ax_json *tests = AX_JSON_GET(script, "test");
  assert_true(ax_json_count(tests) > 0);
  for (size_t i = 0; i < ax_json_count(tests); i++)
    take_test(file, ax_json_item(tests, i));
  if (ax_str_eq(AX_JSON_STR(script, "id"), AX_STR("gateway-search-parameters")))
    parameters = tests;
}

static void read_scripts(const char *folder) {
  char path[600];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/%s", root ? root : ".", folder);
  DIR *all = opendir(path);
  assert_non_null(all);
  for (struct dirent *one; (one = readdir(all));) {
    if (!strstr(one->d_name, ".json")) continue;
    (void)snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
    read_script(path);
    (void)snprintf(path, sizeof path, "%s/%s/%s", root ? root : ".", folder,
                   one->d_name);
    assert_true(scripts < SCRIPTS_MAX);
    paths[scripts++] = ax_arena_str(arena, ax_str_from(path)).ptr;
  }
  closedir(all);
}

static bool is_covered(const char *claim) {
  requirement *r = ax_map_get(claims, ax_str_from(claim));
  return r && r->is_shown;
}

/* --- what the gateway claims ---------------------------------------------- */

static void need(const char *kind, ax_str name) {
  char claim[200];
  (void)snprintf(claim, sizeof claim, "%s:" AX_STR_FMT, kind, AX_STR_ARG(name));
  if (!is_covered(claim))
    FAULT("the CapabilityStatement claims %s, and no tested requirement does",
          claim);
}

static void need_each(const char *kind, const ax_json *list, ax_str member) {
  for (size_t i = 0; i < ax_json_count(list); i++)
    need(kind, ax_json_str(ax_json_item(list, i), member));
}

/* Everything else that a type may claim is a condition of some kind. */
static void need_conditions(const ax_json *type) {
  static const char *const said[] = { "type",        "profile",   "interaction",
                                      "searchParam", "operation", NULL };
  for (size_t i = 0; i < ax_json_count(type); i++) {
    ax_str name = type->u.members[i].key;
    bool other = true;
    for (size_t n = 0; said[n]; n++)
      if (ax_str_eq(name, ax_str_from(said[n]))) other = false;
    if (other) need("conditional", name);
  }
}

static const ax_json *test_of_type(ax_str type) {
  for (size_t i = 0; i < ax_json_count(parameters); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(parameters, i), "name"), type))
      return ax_json_item(parameters, i);
  return NULL;
}

static void need_parameters(const ax_json *type) {
  const ax_json *list = AX_JSON_GET(type, "searchParam");
  ax_str name = AX_JSON_STR(type, "type");
  const ax_json *test = test_of_type(name);
  ax_str asked = outside_find(test, "action[0].operation.params");
  for (size_t i = 0; i < ax_json_count(list); i++) {
    ax_str code = AX_JSON_STR(ax_json_item(list, i), "name");
    ax_str part = ax_arena_printf(arena, "&" AX_STR_FMT "=", AX_STR_ARG(code));
    need("param", AX_JSON_STR(ax_json_item(list, i), "type"));
    if (ax_str_find(asked, part) == AX_STR_NONE)
      FAULT("the CapabilityStatement claims the search parameter " AX_STR_FMT
            "." AX_STR_FMT ", and no test asks it",
            AX_STR_ARG(name), AX_STR_ARG(code));
  }
}

/* --- tests ---------------------------------------------------------------- */

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new((size_t)256 << 20);
  keys = ax_map_new(arena);
  claims = ax_map_new(arena);
  assert_non_null(keys);
  assert_non_null(claims);
  gw = outside_start(NULL);
  read_table();
  read_scripts(SUITES "/gateway");
  read_scripts(SUITES "/configured");
  read_scripts(SUITES "/server");
  read_scripts(SUITES "/sender");
  read_scripts(SUITES "/plugin");
  return 0;
}

static int end(void **state) {
  (void)state;
  outside_stop(gw);
  ax_arena_free(arena);
  return 0;
}

static void every_test_names_requirements_that_are_there(void **state) {
  (void)state;
  assert_int_equal(faults, 0);
}

static void every_requirement_has_a_test_or_a_reason(void **state) {
  const ax_json *list =
      AX_JSON_GET(file_of(SUITES "/requirements.json"), "requirements");
  (void)state;
  faults = 0;
  for (size_t i = 0; i < ax_json_count(list); i++) {
    ax_str key = AX_JSON_STR(ax_json_item(list, i), "key");
    const requirement *r = ax_map_get(keys, key);
    assert_non_null(r);
    if (r->is_shown == r->has_reason)
      FAULT(AX_STR_FMT " has %s", AX_STR_ARG(key),
            r->has_reason ? "a test and a reason why it has none"
                          : "neither a test nor a reason why not");
    if (r->is_shown != r->has_tests)
      FAULT(AX_STR_FMT ": the table and the scripts differ: make suites",
            AX_STR_ARG(key));
  }
  assert_int_equal(faults, 0);
}

static void everything_that_is_claimed_is_tested(void **state) {
  const ax_json *rest =
      outside_at(outside_get(gw, "/metadata")->json, "rest[0]");
  const ax_json *types = AX_JSON_GET(rest, "resource");
  (void)state;
  faults = 0;
  assert_true(ax_json_count(types) > 100);
  need_each("system", AX_JSON_GET(rest, "interaction"), AX_STR("code"));
  need_each("operation", AX_JSON_GET(rest, "operation"), AX_STR("name"));
  for (size_t i = 0; i < ax_json_count(types) && faults < 40; i++) {
    const ax_json *type = ax_json_item(types, i);
    need_each("interaction", AX_JSON_GET(type, "interaction"), AX_STR("code"));
    need_each("operation", AX_JSON_GET(type, "operation"), AX_STR("name"));
    need_conditions(type);
    need_parameters(type);
  }
  assert_int_equal(faults, 0);
}

static void every_script_is_valid(void **state) {
  (void)state;
  assert_true(scripts > 60);
  for (size_t i = 0; i < scripts;) {
    const char *args[AT_ONCE + 2] = { "validate" };
    for (size_t n = 1; n <= AT_ONCE && i < scripts; n++) args[n] = paths[i++];
    outside_run_result r = outside_run(args, NULL);
    if (r.code != 0) print_error("%s%s\n", r.out, r.err);
    assert_int_equal(r.code, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_test_names_requirements_that_are_there),
    cmocka_unit_test(every_requirement_has_a_test_or_a_reason),
    cmocka_unit_test(everything_that_is_claimed_is_tested),
    cmocka_unit_test(every_script_is_valid),
  };
  return cmocka_run_group_tests_name("requirements", tests, begin, end);
}
