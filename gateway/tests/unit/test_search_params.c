/* Unit tests of gateway/src/search: the table against the published
 * SearchParameters of the R4 package. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "search/search_params.h"
#include "json/json_parse.h"

static const char *const types[] = {
  "AllergyIntolerance",
  "Bundle",
  "Condition",
  "DiagnosticReport",
  "Encounter",
  "Immunization",
  "Medication",
  "GuidanceResponse",
  "MedicationRequest",
  "Observation",
  "Patient",
  "Practitioner",
  "Procedure",
  "Provenance",
  "Device",
  "Organization",
  "QuestionnaireResponse",
  "ValueSet",
  "Location",
  "RiskAssessment",
};

/* The SearchParameter that `url` names. */
static const ax_json *published(ax_arena *arena, const char *url) {
  char path[512];
  ax_str text;
  ax_json_fault fault;
  const ax_json *tree = NULL;
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1/package/"
                 "SearchParameter-%s.json",
                 root ? root : ".", strrchr(url, '/') + 1);
  if (ax_file_read(arena, path, 1u << 20, &text, NULL))
    fail_msg("%s cannot be read", path);
  assert_int_equal(ax_json_parse(arena, text, &tree, &fault), AX_OK);
  return tree;
}

static bool lists(const ax_json *array, const char *text) {
  for (size_t i = 0; i < ax_json_count(array); i++)
    if (ax_str_eq(ax_json_text(ax_json_item(array, i)), ax_str_from(text)))
      return true;
  return false;
}

/* "Type.first" of the row's path stands in the expression. */
static void compare_path(ax_arena *arena, const ax_search_params_row *row,
                         const ax_json *sp) {
  char want[128];
  size_t len = strcspn(row->path, ".[");
  char *expression = ax_arena_cstr(arena, AX_JSON_STR(sp, "expression"));
  assert_non_null(expression);
  /* A choice is written by its stem: "occurrence as dateTime". */
  (void)snprintf(want, sizeof want, "%s.%.*s", row->type, (int)len, row->path);
  if (strstr(expression, want)) return;
  for (size_t i = 1; i < len; i++)
    if (row->path[i] >= 'A' && row->path[i] <= 'Z') {
      want[strlen(row->type) + 1 + i] = '\0';
      if (strstr(expression, want)) return;
    }
  fail_msg("%s %s: %s", row->type, row->name, expression);
}

static void compare(ax_arena *arena, const ax_search_params_row *row) {
  if (!row->definition) return;
  const ax_json *sp = published(arena, row->definition);
  assert_str(AX_JSON_STR(sp, "url"), row->definition);
  assert_str(AX_JSON_STR(sp, "code"), row->name);
  assert_str(AX_JSON_STR(sp, "type"), ax_search_params_kind(row->kind));
  if (!lists(AX_JSON_GET(sp, "base"), row->type))
    fail_msg("%s is not of %s", row->definition, row->type);
  compare_path(arena, row, sp);
  ax_str rest = ax_str_from(row->targets ? row->targets : "");
  while (rest.len) {
    char *target = ax_arena_cstr(arena, ax_str_cut(&rest, ','));
    if (!lists(AX_JSON_GET(sp, "target"), target))
      fail_msg("%s %s does not refer to %s", row->type, row->name, target);
  }
}

static void every_row_is_as_published(void **state) {
  (void)state;
  const ax_search_params_row *row;
  size_t rows = 0;
  for (size_t t = 0; t < AX_COUNT(types); t++)
    for (size_t i = 0; (row = ax_search_params_at(ax_str_from(types[t]), i));
         i++) {
      ax_arena *arena = ax_arena_new(4u << 20);
      compare(arena, row);
      ax_arena_free(arena);
      rows++;
    }
  assert_true(rows > 75);
}

static void a_row_is_found_by_its_name(void **state) {
  (void)state;
  const ax_search_params_row *row =
      ax_search_params_find(AX_STR("Observation"), AX_STR("code"));
  assert_non_null(row);
  assert_string_equal(row->path, "code");
  assert_null(ax_search_params_find(AX_STR("Observation"), AX_STR("cod")));
  assert_null(ax_search_params_find(AX_STR("Observation"), AX_STR("codex")));
  assert_null(ax_search_params_find(AX_STR("Linkage"), AX_STR("identifier")));
  assert_null(ax_search_params_find(AX_STR(""), AX_STR("identifier")));
  assert_null(ax_search_params_find(AX_STR("Zzz"), AX_STR("identifier")));
  assert_non_null(
      ax_search_params_find(AX_STR("Account"), AX_STR("identifier")));
  assert_non_null(ax_search_params_find(AX_STR("VisionPrescription"),
                                        AX_STR("identifier")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_row_is_as_published),
    cmocka_unit_test(a_row_is_found_by_its_name),
  };
  return cmocka_run_group_tests_name("search_params", tests, NULL, NULL);
}
