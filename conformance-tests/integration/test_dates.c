/* Dates of samples: the script and its twin for tests agree, on every sample
 * and across leap days. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/dates.h"
#include "base/file.h"
#include "fhir/fhir_date.h"

static const char *root(void) {
  const char *root = getenv("AUSPEX_ROOT");
  return root ? root : ".";
}

static ax_str run_script(ax_arena *arena, const char *today, const char *path) {
  char command[700];
  (void)snprintf(command, sizeof command, "%s/deploy/fill-dates.sh -t %s '%s'",
                 root(), today, path);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  size_t max = 1 << 20;
  char *text = AX_NEW_ARRAY(arena, char, max);
  assert_non_null(text);
  size_t length = fread(text, 1, max, pipe);
  assert_int_equal(pclose(pipe), 0);
  return (ax_str){ text, length };
}

static void compare_on(const char *today, const char *path) {
  ax_arena *arena = ax_arena_new(8u << 20);
  ax_error err = { 0 };
  ax_str text;
  assert_int_equal(ax_file_read(arena, path, 1 << 20, &text, &err), AX_OK);
  ax_fhir_date date;
  assert_true(ax_fhir_date_parse_date(ax_str_from(today), &date));
  ax_str ours = dates_fill(arena, text, date.lo_ms + 1);
  ax_str theirs = run_script(arena, today, path);
  assert_int_equal(ours.len, theirs.len);
  assert_memory_equal(ours.ptr, theirs.ptr, ours.len);
  assert_null(strstr(ours.ptr, "{{"));
  ax_arena_free(arena);
}

static void every_sample_is_filled_alike(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1u << 20);
  char folder[512], path[800];
  (void)snprintf(folder, sizeof folder, "%s/fhir-profiles/examples", root());
  const char *const *names = NULL;
  size_t count = 0, samples = 0;
  ax_error err = { 0 };
  assert_int_equal(ax_file_list(arena, folder, &names, &count, &err), AX_OK);
  for (size_t i = 0; i < count; i++) {
    if (!strstr(names[i], ".json")) continue;
    (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    compare_on("2026-11-23", path);
    compare_on("2024-02-29", path);
    compare_on("2000-03-01", path);
    samples++;
  }
  assert_true(samples >= 7);
  ax_arena_free(arena);
}

static void only_what_is_a_placeholder_changes(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1u << 20);
  ax_str text = AX_STR("{{today}} {{today+1d}} {{today-1d}} {{today-}} "
                       "{{today-1}} {{yesterday}} {{today");
  ax_fhir_date date;
  assert_true(ax_fhir_date_parse_date(AX_STR("2024-02-29"), &date));
  assert_str(dates_fill(arena, text, date.hi_ms),
             "2024-02-29 2024-03-01 2024-02-28 {{today-}} {{today-1}} "
             "{{yesterday}} {{today");
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_sample_is_filled_alike),
    cmocka_unit_test(only_what_is_a_placeholder_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
