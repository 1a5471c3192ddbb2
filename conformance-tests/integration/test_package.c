/*
 * Our FHIR package against what uses it: every definition that results and
 * modules name is in it, and it loads without a complaint.
 */
#include "support/ax_test.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <auspex_plugin.h>

#include "definitions/registry.h"

#define BASE "https://auspex-gateway.org/fhir"

static ax_registry *registry;
static const char *const modules[] = { "early-diagnosis", "trajectory",
                                       "qol-risk", "external-biomarker" };
static void *libraries[AX_COUNT(modules)];

static const char *variable(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value ? value : otherwise;
}

static int open_packages(void **state) {
  (void)state;
  char core[512], ours[512];
  const char *root = variable("AUSPEX_ROOT", ".");
  (void)snprintf(core, sizeof core,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1", root);
  (void)snprintf(ours, sizeof ours, "%s/fhir-profiles/package", root);
  const char *const packages[] = { core, ours };
  ax_registry_options options = { .packages = packages, .package_count = 2 };
  ax_error err = { 0 };
  if (ax_registry_open(&options, &registry, &err))
    return print_error("%s\n", err.text), 1;
  return 0;
}

static int close_packages(void **state) {
  (void)state;
  ax_registry_close(registry);
  return 0;
}

static auspex_module open_module(size_t i) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/plugins/%s/%s.so",
                 variable("AUSPEX_BUILD", "build"), modules[i], modules[i]);
  libraries[i] = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!libraries[i]) fail_msg("%s", dlerror());
  auspex_open_fn open = NULL;
  void *symbol = dlsym(libraries[i], "auspex_module_open");
  assert_non_null(symbol);
  memcpy(&open, &symbol, sizeof open);
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  auspex_module module = { .size = sizeof module };
  assert_int_equal(open(&host, &module), AUSPEX_OK);
  return module;
}

static bool has_code(const char *system, const char *code) {
  const ax_json *found =
      ax_registry_find(registry, AX_DEF_CODE_SYSTEM, ax_str_from(system));
  if (!found) fail_msg("%s is not in the package", system);
  const ax_json *concepts = AX_JSON_GET(found, "concept");
  assert_int_equal(ax_json_count(concepts),
                   atoi(ax_json_text(AX_JSON_GET(found, "count")).ptr));
  for (size_t i = 0; i < ax_json_count(concepts); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(concepts, i), "code"),
                  ax_str_from(code)))
      return true;
  return false;
}

static void the_package_loads_without_complaint(void **state) {
  (void)state;
  for (size_t i = 0; i < ax_registry_note_count(registry); i++)
    print_error("%.*s\n", AX_STR_ARG(ax_registry_note(registry, i)));
  assert_int_equal(ax_registry_note_count(registry), 0);
  assert_int_equal(ax_registry_package_count(registry), 2);
}

static void every_extension_of_results_is_defined(void **state) {
  (void)state;
  static const char *const names[] = { "score",        "interval",
                                       "contribution", "comparator",
                                       "data-quality", "input-gap" };
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    char url[128];
    (void)snprintf(url, sizeof url, BASE "/StructureDefinition/%s", names[i]);
    const ax_json *found =
        ax_registry_find(registry, AX_DEF_STRUCTURE, ax_str_from(url));
    assert_non_null(found);
    const ax_json *snapshot =
        AX_JSON_GET(AX_JSON_GET(found, "snapshot"), "element");
    const ax_json *differential =
        AX_JSON_GET(AX_JSON_GET(found, "differential"), "element");
    assert_true(ax_json_count(snapshot) >= 5);
    assert_true(ax_json_count(differential) >= 3);
    for (size_t k = 0; k < ax_json_count(differential); k++) {
      ax_str id = AX_JSON_STR(ax_json_item(differential, k), "id");
      size_t at = 0;
      while (at < ax_json_count(snapshot) &&
             !ax_str_eq(AX_JSON_STR(ax_json_item(snapshot, at), "id"), id))
        at++;
      assert_true(at < ax_json_count(snapshot));
    }
  }
}

static void expect_code(const char *system, const char *code) {
  if (!has_code(system, code)) fail_msg("%s is not in %s", code, system);
}

/* The codes of ours that a model names are in the package; how many outcomes
 * have one. */
static size_t codes_of(const auspex_model *model) {
  size_t ours = 0;
  expect_code(BASE "/CodeSystem/model", model->name);
  for (uint32_t i = 0; i < model->input_count; i++)
    expect_code(BASE "/CodeSystem/model-input", model->inputs[i].name);
  for (uint32_t i = 0; i < model->outcome_count; i++) {
    const auspex_code *code = &model->outcomes[i].codes[0];
    if (strncmp(code->system, BASE, strlen(BASE)) != 0) continue;
    expect_code(code->system, code->code);
    ours++;
  }
  return ours;
}

static void every_code_of_ours_is_in_its_code_system(void **state) {
  (void)state;
  size_t ours = 0;
  for (size_t m = 0; m < AX_COUNT(modules); m++) {
    auspex_module module = open_module(m);
    for (uint32_t i = 0; i < module.model_count; i++)
      ours += codes_of(module.models[i]);
    (void)dlclose(libraries[m]);
  }
  assert_true(ours >= 60);
  assert_true(has_code(BASE "/CodeSystem/tags", "gateway-result"));
  assert_true(has_code(BASE "/CodeSystem/tags", "retrospective"));
  assert_true(has_code(BASE "/CodeSystem/input-state", "unit-error"));
  assert_true(has_code(BASE "/CodeSystem/contribution-basis", "points"));
}

static void the_operations_are_published(void **state) {
  (void)state;
  static const char *const names[] = { "score", "validate" };
  for (size_t i = 0; i < AX_COUNT(names); i++) {
    char url[128];
    (void)snprintf(url, sizeof url, BASE "/OperationDefinition/%s", names[i]);
    const ax_json *found =
        ax_registry_find(registry, AX_DEF_OPERATION, ax_str_from(url));
    assert_non_null(found);
    assert_str(AX_JSON_STR(found, "code"), names[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_package_loads_without_complaint),
    cmocka_unit_test(every_extension_of_results_is_defined),
    cmocka_unit_test(every_code_of_ours_is_in_its_code_system),
    cmocka_unit_test(the_operations_are_published),
  };
  return cmocka_run_group_tests(tests, open_packages, close_packages);
}
