/* Unit tests of gateway/src/definitions/package_set.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "base/file.h"
#include "definitions/package_set.h"

static char work[] = "/tmp/auspex-packages-XXXXXX";

static void put(const char *path, const char *text) {
  char full[500], folder[500];
  (void)snprintf(full, sizeof full, "%s/%s", work, path);
  (void)snprintf(folder, sizeof folder, "%s", full);
  *strrchr(folder, '/') = 0;
  assert_int_equal(ax_file_make_dirs(folder, NULL), AX_OK);
  assert_int_equal(ax_file_write(full, ax_str_from(text), NULL), AX_OK);
}

/* In the cache; `depends` is the inside of the object. */
static void put_package(const char *name, const char *version,
                        const char *depends) {
  char path[300], text[600];
  (void)snprintf(path, sizeof path, "cache/%s#%s/package/package.json", name,
                 version);
  (void)snprintf(text, sizeof text,
                 "{\"name\":\"%s\",\"version\":\"%s\",\"dependencies\":{%s}}",
                 name, version, depends);
  put(path, text);
}

static int make_work(void **state) {
  (void)state;
  if (!mkdtemp(work)) return -1;
  put_package("top", "1.0.0",
              "\"middle\":\"2.0.x\",\"hl7.fhir.r4.core\":\"4.0.1\","
              "\"nowhere\":\"1.2.3\",\"other\":\"9.0.0\"");
  put_package("middle", "2.0.1", "\"bottom\":\"latest\"");
  put_package("middle", "2.0.10", "\"bottom\":\"latest\",\"top\":\"1.0.0\"");
  put_package("middle", "2.1.0", "");
  put_package("bottom", "0.9.0", "");
  put_package("bottom", "0.10.0", "\"middle\":\"2.0.x\"");
  put_package("other", "8.0.0", "\"broken\":\"1.0.0\"");
  put("cache/broken#1.0.0/package/package.json", "{\"name\":");
  put("cache/nonsense", "a file");
  return 0;
}

static int remove_work(void **state) {
  (void)state;
  char command[100];
  (void)snprintf(command, sizeof command, "rm -rf %s", work);
  return system(command); // NOLINT: a fixed command of this test
}

static const char *in_work(ax_arena *arena, const char *path) {
  return ax_arena_printf(arena, "%s/%s", work, path).ptr;
}

static bool has_note(const ax_package_set *set, const char *part) {
  for (size_t i = 0; i < set->note_count; i++)
    if (ax_str_find(set->notes[i], ax_str_from(part)) != AX_STR_NONE)
      return true;
  return false;
}

static void dependencies_come_from_the_cache_and_before(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(16 << 20);
  ax_package_set set;
  ax_error err = { 0 };
  const char *given[] = { in_work(arena, "cache/top#1.0.0") };
  const ax_registry_options options = { given, 1, NULL };
  assert_int_equal(ax_package_set_open(arena, &options,
                                       in_work(arena, "cache"), &set, &err),
                   AX_OK);
  static const char *const want[] = { "bottom#0.10.0", "middle#2.0.10",
                                      "other#8.0.0", "top#1.0.0" };
  assert_int_equal(set.count, AX_COUNT(want));
  for (size_t i = 0; i < set.count; i++) assert_str(set.names[i], want[i]);
  assert_true(has_note(&set, "top#1.0.0 depends on nowhere#1.2.3, which is "
                             "not loaded"));
  assert_true(has_note(&set, "top#1.0.0 depends on hl7.fhir.r4.core#4.0.1, "
                             "which is not loaded"));
  assert_true(has_note(&set, "depends on other#9.0.0; version 8.0.0 is loaded "
                             "in its place"));
  assert_true(has_note(&set, "other#8.0.0 depends on broken#1.0.0, which is "
                             "not loaded"));
  assert_true(has_note(&set, "broken#1.0.0/package/package.json:1:"));
  ax_arena_free(arena);
}

static void what_is_given_is_not_looked_for(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(16 << 20);
  ax_package_set set;
  const char *given[] = { in_work(arena, "cache/middle#2.1.0"),
                          in_work(arena, "cache/top#1.0.0") };
  const ax_registry_options options = { given, 2, NULL };
  assert_int_equal(ax_package_set_open(arena, &options,
                                       in_work(arena, "cache"), &set, NULL),
                   AX_OK);
  assert_int_equal(set.count, 3);
  assert_str(set.names[0], "middle#2.1.0");
  assert_str(set.names[1], "other#8.0.0"); /* over what was given before */
  assert_str(set.names[2], "top#1.0.0");
  assert_true(has_note(&set, "middle#2.0.x; version 2.1.0 is loaded"));
  ax_arena_free(arena);
}

static void without_a_cache_everything_missing_is_named(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(16 << 20);
  ax_package_set set;
  const char *given[] = { in_work(arena, "cache/top#1.0.0") };
  const ax_registry_options options = { given, 1, NULL };
  assert_int_equal(ax_package_set_open(arena, &options, NULL, &set, NULL),
                   AX_OK);
  assert_int_equal(set.count, 1);
  assert_int_equal(set.note_count, 4);
  ax_arena_free(arena);
}

static void versions_are_picked_as_numbers_and_never_climb(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  const char *cache = in_work(arena, "cache");
  static const struct {
    const char *wanted, *found; /* NULL: nothing */
  } rows[] = {
    { "middle#2.0.1", "cache/middle#2.0.1" },
    { "middle#2.0.x", "cache/middle#2.0.10" },
    { "middle#latest", "cache/middle#2.1.0" },
    { "bottom#current", "cache/bottom#0.10.0" },
    { "middle#2.0", NULL },
    { "middle#", NULL },
    { "none#1.0.0", NULL },
    { "../cache/middle#2.0.1", NULL },
    { "middle#../../x", NULL },
    { "nonsense", NULL },
    { "", NULL },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    const char *got =
        ax_package_set_find(arena, cache, ax_str_from(rows[i].wanted));
    const char *want =
        rows[i].found ? in_work(arena, rows[i].found) : "(nothing)";
    if (strcmp(got ? got : "(nothing)", want) != 0)
      fail_msg("%s: %s", rows[i].wanted, got ? got : "nothing");
  }
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(dependencies_come_from_the_cache_and_before),
    cmocka_unit_test(what_is_given_is_not_looked_for),
    cmocka_unit_test(without_a_cache_everything_missing_is_named),
    cmocka_unit_test(versions_are_picked_as_numbers_and_never_climb),
  };
  return cmocka_run_group_tests(tests, make_work, remove_work);
}
