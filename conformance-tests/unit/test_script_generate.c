/* Unit tests of script_generate.c: a generated resource of every type is valid
 * by the base definition, and the same on each run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_rules.h"
#include "script/script.h"
#include "support/ax_test.h"

static ax_arena *arena;
static ax_registry *registry;
static ax_app_rules rules;

static int open_rules(void **state) {
  (void)state;
  static char package[400];
  const char *root = getenv("AUSPEX_ROOT");
  ax_error err = { 0 };
  (void)snprintf(package, sizeof package,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  const char *packages[] = { package };
  const ax_validate_options how = { .unknown_profile = AX_WARNING,
                                    .unknown_extension = AX_WARNING,
                                    .wrong_display = AX_ERROR };
  arena = ax_arena_new((size_t)256 << 20);
  if (!arena ||
      ax_registry_open(&(ax_registry_options){ packages, 1, NULL }, &registry,
                       &err) ||
      ax_app_rules_over(registry, &how, &rules, &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  return 0;
}

static int close_rules(void **state) {
  (void)state;
  ax_app_rules_close(&rules);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

static const ax_json *generated(ax_str type) {
  const ax_json *made = NULL;
  ax_error err = { 0 };
  ax_status status = ax_script_generate(registry, type, arena, &made, &err);
  if (status)
    fail_msg(AX_STR_FMT ": %s %s", AX_STR_ARG(type), ax_error_name(status),
             err.text);
  return made;
}

static unsigned errors_of(ax_str type, const ax_json *made) {
  ax_fhir_issues *issues = ax_fhir_issues_new(arena);
  assert_int_equal(
      ax_validate_run(rules.validator, made, type, NULL, 0, issues), AX_OK);
  if (!ax_fhir_issues_errors(issues)) return 0;
  ax_buf text = AX_BUF_INIT(1u << 20);
  ax_json_writer w = ax_json_write_begin(&text);
  ax_json_write_tree(&w, made);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  print_message(AX_STR_FMT "\n", AX_STR_ARG(ax_buf_view(&text)));
  ax_buf_free(&text);
  for (size_t i = 0; i < ax_fhir_issues_count(issues); i++) {
    const ax_issue *issue = ax_fhir_issues_at(issues, i);
    if (issue->severity > AX_ERROR) continue;
    print_message("  " AX_STR_FMT ": " AX_STR_FMT " " AX_STR_FMT "\n",
                  AX_STR_ARG(issue->path), AX_STR_ARG(issue->text),
                  AX_STR_ARG(issue->rule));
  }
  return 1;
}

static void every_type_is_valid(void **state) {
  (void)state;
  unsigned types = 0, invalid = 0;
  for (size_t i = 0; i < ax_registry_count(registry, AX_DEF_STRUCTURE); i++) {
    ax_str url = ax_registry_url(registry, AX_DEF_STRUCTURE, i);
    ax_str prefix = AX_STR("http://hl7.org/fhir/StructureDefinition/");
    if (!ax_str_starts(url, prefix)) continue;
    ax_str type = ax_str_skip(url, prefix.len);
    ax_str_cut(&type, '|');
    type = ax_str_skip(url, prefix.len);
    type = ax_str_cut(&type, '|');
    if (!ax_registry_is_resource(registry, type)) continue;
    types++;
    invalid += errors_of(type, generated(type));
  }
  assert_int_equal(types, 146);
  assert_int_equal(invalid, 0);
}

static void what_is_made_is_always_the_same(void **state) {
  (void)state;
  const ax_json *a = generated(AX_STR("Invoice"));
  const ax_json *b = generated(AX_STR("Invoice"));
  assert_true(ax_json_equal(a, b));
  assert_str(AX_JSON_STR(a, "resourceType"), "Invoice");
  assert_str(AX_JSON_STR(a, "status"), "draft");
}

static void unknown_types_are_refused(void **state) {
  (void)state;
  static const char *const names[] = { "DomainResource", "Quantity", "Sequence",
                                       "" };
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    const ax_json *made;
    ax_error err = { 0 };
    assert_int_equal(ax_script_generate(registry, ax_str_from(names[i]), arena,
                                        &made, &err),
                     AX_NOT_FOUND);
    assert_non_null(strstr(err.text, "no resource type of R4"));
  }
}

static void want_of_memory_is_told(void **state) {
  (void)state;
  for (size_t n = 0;; n++) {
    const ax_json *made;
    ax_arena *own = ax_arena_new((size_t)16 << 20);
    ax_arena_fail_after(own, n);
    ax_status status = ax_script_generate(registry, AX_STR("Appointment"), own,
                                          &made, NULL);
    ax_arena_free(own);
    if (status == AX_OK) {
      assert_true(n > 10);
      return;
    }
    assert_int_equal(status, AX_NOMEM);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_type_is_valid),
    cmocka_unit_test(what_is_made_is_always_the_same),
    cmocka_unit_test(unknown_types_are_refused),
    cmocka_unit_test(want_of_memory_is_told),
  };
  return cmocka_run_group_tests_name("script_generate", tests, open_rules,
                                     close_rules);
}
