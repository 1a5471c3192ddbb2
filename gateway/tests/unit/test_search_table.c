/* The compiled search parameters: what walks natively gives the same nodes as
 * the published FHIRPath expression, over all published examples. */
#include "support/search_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fhir/fhir_reference.h"
#include "fhirpath/fp_eval.h"
#include "fhirpath/fp_parse.h"
#include "search/search_table.h"
#include "json/json_parse.h"

static search_kit kit;

static int set_up(void **state) {
  (void)state;
  kit = search_kit_open(NULL);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  search_kit_close(&kit);
  return 0;
}

enum { NODES = 4096 };

typedef struct {
  const ax_json *items[NODES];
  size_t count;
} node_list;

static ax_status take(void *to, const ax_json *v, unsigned group) {
  node_list *list = to;
  (void)group;
  if (ax_str_starts(AX_JSON_STR(v, "reference"), AX_STR("#"))) return AX_OK;
  assert_true(list->count < NODES);
  list->items[list->count++] = v;
  return AX_OK;
}

/* A resource of the type that a reference names, so that `is` can tell. */
static const ax_json *resolve(void *ctx, ax_arena *arena, ax_str text,
                              const ax_json *from) {
  (void)ctx;
  (void)from;
  ax_str type = ax_fhir_reference_parse(text).type;
  const ax_json *tree = NULL;
  if (type.len == 0) return NULL;
  ax_str body =
      ax_arena_printf(arena, "{\"resourceType\":\"%.*s\"}", AX_STR_ARG(type));
  return ax_json_parse(arena, body, &tree, NULL) ? NULL : tree;
}

static bool holds(const node_list *list, const ax_json *node) {
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i] == node) return true;
  return false;
}

static size_t compared; /* nodes */

static void compare(ax_arena *arena, const ax_search_def *def,
                    ax_str expression, const ax_json *resource,
                    const char *file) {
  static node_list native;
  ax_fp_program program;
  ax_fp_list list = { 0 };
  const ax_fp_host host = { .resolve = resolve };
  native.count = 0;
  for (size_t i = 0; i < def->path_count; i++)
    assert_int_equal(
        AX_OK, ax_search_index_walk(&def->paths[i], resource, take, &native));
  assert_int_equal(AX_OK, ax_fp_parse(arena, expression, &program, NULL));
  const ax_fp_input in = { .arena = arena,
                           .model = kit.model,
                           .host = &host,
                           .context = ax_fp_eval_root(kit.model, resource),
                           .as_filters = true };
  assert_int_equal(AX_OK, ax_fp_eval(&program, &in, &list, NULL));
  size_t expected = 0;
  for (size_t i = 0; i < list.count; i++) {
    const ax_json *node = list.items[i].u.node.json;
    assert_int_equal(list.items[i].kind, AX_FP_NODE);
    if (!node) continue; /* only an extension of a primitive */
    /* What is contained cannot be searched for: no rows either way. */
    if (ax_str_starts(AX_JSON_STR(node, "reference"), AX_STR("#"))) continue;
    expected++;
    if (!holds(&native, node))
      fail_msg("%s: " AX_STR_FMT " misses a node", file, AX_STR_ARG(def->name));
  }
  /* A union drops equal nodes: each of ours is one of theirs, or equal to it
   * (1.0 equals 1.00: the one example with such digits is left out). */
  for (size_t n = 0; n < native.count; n++) {
    bool found = strcmp(file, "Observation-decimal.json") == 0;
    for (size_t i = 0; i < list.count && !found; i++)
      found = ax_json_equal(list.items[i].u.node.json, native.items[n]);
    if (!found)
      fail_msg("%s: " AX_STR_FMT " has a node too many", file,
               AX_STR_ARG(def->name));
  }
  compared += expected;
}

static ax_str expression_of(ax_arena *arena, ax_str url) {
  const ax_json *tree = NULL;
  assert_int_equal(AX_OK,
                   ax_registry_load(kit.registry, arena,
                                    AX_DEF_SEARCH_PARAMETER, url, &tree, NULL));
  return AX_JSON_STR(tree, "expression");
}

static const char *const types[] = {
  "Observation",      "Condition",
  "RiskAssessment",   "Patient",
  "Device",           "Provenance",
  "AuditEvent",       "QuestionnaireResponse",
  "Encounter",        "Practitioner",
  "DiagnosticReport", "MedicationRequest",
  "Procedure",        "Immunization",
  "Location",         "Organization",
  "GuidanceResponse", "AllergyIntolerance",
  "CarePlan",         "List"
};

static bool is_of_type(const char *name, const char *type) {
  size_t len = strlen(type);
  return strncmp(name, type, len) == 0 && name[len] == '-';
}

static void
native_steps_give_the_nodes_of_the_published_expressions(void **state) {
  (void)state;
  char folder[512], path[1024];
  const char *root = getenv("AUSPEX_ROOT");
  const char *const *names = NULL;
  size_t count = 0;
  ax_arena *all = ax_arena_new(64u << 20);
  (void)snprintf(folder, sizeof folder,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1/package",
                 root ? root : ".");
  assert_int_equal(AX_OK, ax_file_list(all, folder, &names, &count, NULL));
  for (size_t t = 0; t < AX_COUNT(types); t++) {
    const ax_search_table *table =
        ax_search_table_of(kit.search, ax_str_from(types[t]));
    assert_non_null(table);
    ax_str *expressions = AX_NEW_ARRAY(all, ax_str, table->count);
    for (size_t i = 0; i < table->count; i++)
      expressions[i] = expression_of(all, table->defs[i].url);
    for (size_t n = 0; n < count; n++) {
      if (!is_of_type(names[n], types[t])) continue;
      ax_arena *arena = ax_arena_new(64u << 20);
      ax_str text;
      const ax_json *tree = NULL;
      (void)snprintf(path, sizeof path, "%s/%s", folder, names[n]);
      assert_int_equal(AX_OK,
                       ax_file_read(arena, path, 16u << 20, &text, NULL));
      assert_int_equal(AX_OK, ax_json_parse(arena, text, &tree, NULL));
      for (size_t i = 0; i < table->count; i++)
        if (!table->defs[i].composite && table->defs[i].program_count == 0)
          compare(arena, &table->defs[i], expressions[i], tree, names[n]);
      ax_arena_free(arena);
    }
  }
  ax_arena_free(all);
  assert_true(compared > 2000);
}

static const ax_search_def *def_of(const char *type, const char *name) {
  const ax_search_table *table =
      ax_search_table_of(kit.search, ax_str_from(type));
  const ax_search_def *def = ax_search_table_find(table, ax_str_from(name));
  if (!def) fail_msg("%s has no %s", type, name);
  return def;
}

static void hot_expressions_walk_and_do_not_evaluate(void **state) {
  (void)state;
  for (size_t t = 0; t < AX_COUNT(types); t++) {
    const ax_search_table *table =
        ax_search_table_of(kit.search, ax_str_from(types[t]));
    for (size_t i = 0; i < table->count; i++) {
      const ax_search_def *def = &table->defs[i];
      bool deceased = ax_str_eq(def->name, AX_STR("deceased"));
      bool item = ax_str_eq(def->name, AX_STR("item-subject"));
      if (def->program_count && !deceased && !item)
        fail_msg("%s." AX_STR_FMT " is evaluated", types[t],
                 AX_STR_ARG(def->name));
    }
  }
}

static void parameters_of_the_same_nodes_share_their_rows(void **state) {
  (void)state;
  const ax_search_def *patient = def_of("Observation", "patient");
  assert_int_equal(patient->name_count, 1);
  assert_str(patient->names[0], "subject");
  assert_str(patient->only, "Patient");
  const ax_search_def *combo = def_of("Observation", "combo-code");
  assert_int_equal(combo->name_count, 2);
  assert_int_equal(def_of("Observation", "combo-value-quantity")->name_count,
                   2);
  assert_int_equal(def_of("Observation", "code")->alias_count, 0);
  assert_int_equal(def_of("AuditEvent", "patient")->name_count, 2);
  assert_int_equal(def_of("Patient", "phonetic")->alias_count, 0);
}

static void parts_of_a_composite_meet_in_one_element(void **state) {
  (void)state;
  const ax_search_def *whole =
      def_of("Observation", "component-code-value-quantity");
  assert_int_equal(whole->part_count, 2);
  assert_int_equal(def_of("Observation", "component-code")->paths[0].group, 1);
  assert_int_equal(def_of("Observation", "code")->paths[0].group, 0);
}

static void every_parameter_of_the_main_types_is_there(void **state) {
  (void)state;
  for (size_t t = 0; t < 8; t++) {
    const ax_search_table *table =
        ax_search_table_of(kit.search, ax_str_from(types[t]));
    ax_search_param param;
    ax_str type = ax_str_from(types[t]);
    for (size_t i = 2; ax_search_param_at(kit.search, type, i, &param); i++)
      if (!ax_search_table_find(table, param.name))
        fail_msg("%s." AX_STR_FMT " is offered but not compiled", types[t],
                 AX_STR_ARG(param.name));
  }
}

/* R4 writes the expression of InsurancePlan-name without the type. */
static void a_path_that_names_no_type_begins_at_the_resource(void **state) {
  (void)state;
  const ax_search_def *def = def_of("InsurancePlan", "name");
  assert_int_equal(def->path_count + def->program_count, 2);
}

static void what_is_excluded_is_neither_offered_nor_indexed(void **state) {
  (void)state;
  search_kit small = search_kit_open("Patient.phonetic "
                                     "*.category Basic.*");
  ax_search_param param;
  for (size_t i = 0;
       ax_search_param_at(small.search, AX_STR("Observation"), i, &param); i++)
    assert_false(ax_str_eq(param.name, AX_STR("category")));
  assert_null(ax_search_table_find(
      ax_search_table_of(small.search, AX_STR("Patient")), AX_STR("phonetic")));
  assert_int_equal(ax_search_table_of(small.search, AX_STR("Basic"))->count, 0);
  char a[65], b[65];
  ax_search_digest(small.search, a);
  ax_search_digest(kit.search, b);
  assert_string_not_equal(a, b);
  search_kit_close(&small);
  /* Of an inherited one, too; and the same set has the same digest. */
  small = search_kit_open("Patient._tag");
  ax_search_digest(small.search, a);
  assert_string_not_equal(a, b);
  search_kit_close(&small);
  small = search_kit_open("");
  ax_search_digest(small.search, a);
  assert_string_equal(a, b);
  search_kit_close(&small);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(native_steps_give_the_nodes_of_the_published_expressions),
    cmocka_unit_test(hot_expressions_walk_and_do_not_evaluate),
    cmocka_unit_test(parameters_of_the_same_nodes_share_their_rows),
    cmocka_unit_test(parts_of_a_composite_meet_in_one_element),
    cmocka_unit_test(every_parameter_of_the_main_types_is_there),
    cmocka_unit_test(a_path_that_names_no_type_begins_at_the_resource),
    cmocka_unit_test(what_is_excluded_is_neither_offered_nor_indexed),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
