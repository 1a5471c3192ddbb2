/*
 * search_kit.h - the search parameters of the R4 package, for tests: opened
 * once for a group. Functions of its own in each test that includes it: tests
 * that replace the registry must not meet it.
 */
#ifndef AX_TESTS_SEARCH_KIT_H
#define AX_TESTS_SEARCH_KIT_H

#include <stdio.h>
#include <stdlib.h>

#include "search/search.h"
#include "support/ax_test.h"
#include "terminology/valueset.h"
#include "validate/fp_model_r4.h"

typedef struct {
  ax_registry *registry;
  ax_search *search;
  const ax_fp_model *model;
  void *model_owner, *valuesets;
} search_kit;

/* What app/ finds in the packages. */
static ax_str search_kit_system(void *ctx, ax_str path) {
  (void)ctx;
  if (ax_str_eq(path, AX_STR("Observation.status")))
    return AX_STR("http://hl7.org/fhir/observation-status");
  if (ax_str_eq(path, AX_STR("Patient.gender")))
    return AX_STR("http://hl7.org/fhir/administrative-gender");
  return AX_STR("");
}

static bool search_kit_expand(void *ctx, ax_search_set set, ax_str a, ax_str b,
                              bool (*each)(void *to, ax_str system,
                                           ax_str code),
                              void *to) {
  if (set == AX_SEARCH_IN) return ax_valueset_each(ctx, a, each, to);
  return ax_valueset_family(ctx, a, b, set == AX_SEARCH_ABOVE, each, to);
}

static search_kit search_kit_open(const char *exclude) {
  char path[512];
  search_kit kit = { 0 };
  ax_fp_model_r4 *model = NULL;
  ax_valuesets *sets = NULL;
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path,
                 "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  const char *packages[] = { path };
  const ax_registry_options options = { .packages = packages,
                                        .package_count = 1 };
  assert_int_equal(AX_OK, ax_registry_open(&options, &kit.registry, NULL));
  assert_int_equal(AX_OK, ax_fp_model_r4_new(kit.registry, &model, NULL));
  assert_int_equal(AX_OK, ax_valueset_new(kit.registry, &sets, NULL));
  kit.model_owner = model;
  kit.valuesets = sets;
  kit.model = ax_fp_model_r4_table(model);
  const ax_search_options search = { .model = kit.model,
                                     .host = { .ctx = sets,
                                               .code_system = search_kit_system,
                                               .expand = search_kit_expand },
                                     .exclude = exclude };
  assert_int_equal(AX_OK, ax_search_new(&search, &kit.search, NULL));
  assert_int_equal(AX_OK, ax_search_load(kit.search, kit.registry, NULL));
  return kit;
}

static void search_kit_close(search_kit *kit) {
  ax_search_free(kit->search);
  ax_fp_model_r4_free(kit->model_owner);
  ax_valueset_free(kit->valuesets);
  ax_registry_close(kit->registry);
}

#endif
