/* Unit tests of elf and lint_model's check digits. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "kit/declared.h"
#include "kit/lint.h"

static ax_str read_module(ax_arena *arena, const char *name) {
  const char *build = getenv("AUSPEX_BUILD");
  ax_error err = { 0 };
  ax_str out, path = ax_arena_printf(arena, "%s/author/%s/author.so",
                                     build ? build : "build", name);
  if (ax_file_read(arena, path.ptr, 8 << 20, &out, &err))
    fail_msg("%s", err.text);
  return out;
}

static void a_good_module_is_hardened_and_exports_one_function(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(32 << 20);
  ax_elf elf;
  ax_error err = { 0 };
  size_t exported = 0;
  if (ax_elf_read(arena, read_module(arena, "none"), &elf, &err))
    fail_msg("%s", err.text);
  assert_true(elf.relro && elf.bind_now && elf.stack_known);
  assert_false(elf.stack_executable || elf.writable_code || elf.textrel);
  for (size_t i = 0; i < elf.symbols.count; i++)
    exported += elf.symbols.items[i].defined;
  assert_int_equal(exported, 1);
  assert_int_equal(elf.constructors, 1);
  ax_arena_free(arena);
}

static void declarations_are_read_without_loading(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(64 << 20);
  ax_elf elf;
  ax_error err = { 0 };
  ax_model *models = NULL;
  size_t count = 0;
  if (ax_elf_read(arena, read_module(arena, "none"), &elf, &err) ||
      ax_declared_read(arena, &elf, &models, &count, &err))
    fail_msg("%s", err.text);
  assert_int_equal(count, 1);
  assert_str(models[0].id, "org.example.author");
  assert_int_equal(models[0].input_count, 2);
  assert_str(models[0].inputs[1].sources.items[0].unit, "kg");
  ax_arena_free(arena);
}

/* Cut anywhere it is refused or read, and nothing else happens. */
static void a_file_that_was_cut_is_survived(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(64 << 20);
  ax_str whole = read_module(arena, "none");
  for (size_t len = 0; len < whole.len; len += 37) {
    ax_arena *one = ax_arena_new(8 << 20);
    char *part = malloc(len + 1); /* so that a sanitizer sees its end */
    ax_elf elf;
    ax_error err = { 0 };
    assert_non_null(part);
    memcpy(part, whole.ptr, len);
    (void)!ax_elf_read(one, (ax_str){ part, len }, &elf, &err);
    free(part);
    ax_arena_free(one);
  }
  ax_arena_free(arena);
}

static ax_str shared; /* the module, for the torture */

static ax_status build(ax_arena *arena) {
  ax_elf elf;
  ax_error err = { 0 };
  return ax_elf_read(arena, shared, &elf, &err);
}

static void reading_survives_failing_allocations(void **state) {
  (void)state;
  ax_arena *keep = ax_arena_new(32 << 20), *arena = ax_arena_new(8 << 20);
  shared = read_module(keep, "none");
  size_t fails = 0;
  for (;; fails++) {
    ax_arena_reset(arena);
    ax_arena_fail_after(arena, fails);
    ax_status status = build(arena);
    if (!status) break;
    assert_int_equal(status, AX_NOMEM);
    assert_true(fails < 100);
  }
  assert_true(fails >= 3);
  ax_arena_free(arena);
  ax_arena_free(keep);
}

static void check_digits_tell_mistyped_codes(void **state) {
  (void)state;
  static const char *const loinc[] = { "718-7",   "29463-7", "2345-7",
                                       "14749-6", "1558-6",  "39156-5",
                                       "82589-3", "88029-4" };
  static const char *const sct[] = { "44054006", "363418001", "404684003",
                                     "13645005", "401201003" };
  for (size_t i = 0; i < sizeof loinc / sizeof loinc[0]; i++)
    assert_true(ax_lint_model_loinc(ax_str_from(loinc[i])));
  for (size_t i = 0; i < sizeof sct / sizeof sct[0]; i++)
    assert_true(ax_lint_model_snomed(ax_str_from(sct[i])));
  static const char *const bad_loinc[] = { "718-8", "7187",  "-7",    "29436-7",
                                           "",      "71a-7", "718-77" };
  static const char *const bad_sct[] = { "44054007", "440540061", "044054006",
                                         "4405",     "",          "4405400x" };
  for (size_t i = 0; i < sizeof bad_loinc / sizeof bad_loinc[0]; i++)
    assert_false(ax_lint_model_loinc(ax_str_from(bad_loinc[i])));
  for (size_t i = 0; i < sizeof bad_sct / sizeof bad_sct[0]; i++)
    assert_false(ax_lint_model_snomed(ax_str_from(bad_sct[i])));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_good_module_is_hardened_and_exports_one_function),
    cmocka_unit_test(declarations_are_read_without_loading),
    cmocka_unit_test(a_file_that_was_cut_is_survived),
    cmocka_unit_test(reading_survives_failing_allocations),
    cmocka_unit_test(check_digits_tell_mistyped_codes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
