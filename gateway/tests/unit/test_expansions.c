/*
 * Our value sets against the 553 expansions that the R4 package carries
 * (Bundle-valueset-expansions): every code that an expansion lists is in the
 * set, and every code of the systems it speaks of that it does not list is not.
 * Where the two differ, the table below says why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "base/file.h"
#include "base/map.h"
#include "json/json_parse.h"
#include "terminology/codesystem.h"
#include "terminology/valueset.h"
#include "ucum/ucum.h"

static ax_registry *registry;
static ax_valuesets *sets;
static ax_arena *arena;
static const ax_json *bundle;

static bool is_unit(ax_str code) {
  ax_ucum_unit unit;
  return ax_ucum_parse(code, &unit, NULL) == AX_OK;
}

static int open_all(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  ax_error err = { 0 };
  ax_json_fault fault;
  ax_str text;
  arena = ax_arena_new((size_t)1 << 30);
  if (!arena) return -1;
  const char *r4 =
      ax_arena_printf(arena, "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                      root ? root : ".")
          .ptr;
  const char *file =
      ax_arena_printf(arena, "%s/package/Bundle-valueset-expansions.json", r4)
          .ptr;
  if (ax_registry_open(&(ax_registry_options){ &r4, 1, NULL }, &registry,
                       &err) ||
      ax_valueset_new(registry, &sets, &err) ||
      ax_file_read(arena, file, 64 << 20, &text, &err) ||
      ax_json_parse(arena, text, &bundle, &fault))
    return -1;
  ax_valueset_set_ucum(sets, is_unit);
  return 0;
}

static int close_all(void **state) {
  (void)state;
  ax_valueset_free(sets);
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

/* Where we differ, how often, and why. */
static const struct {
  const char *set;
  size_t missing, extra;
  const char *why;
} known[] = {
#define OLDER "the expansion was made from an older version of the code system"
#define CHILDREN                                                            \
  "the code system names children by a property, too (R4 CodeSystem, child); " \
  "the expansion followed nesting alone"
#define RETIRED "a retired code: in a set that does not leave inactive ones out"
  { "http://hl7.org/fhir/ValueSet/currencies", 4, 0,
    "ISO 4217 has no GGP, IMP, JEP, TVD" },
  { "http://hl7.org/fhir/ValueSet/relatedperson-relationshiptype", 0, 4,
    OLDER },
  { "http://hl7.org/fhir/ValueSet/patient-contactrelationship", 0, 4, OLDER },
  { "http://hl7.org/fhir/ValueSet/diagnostic-service-sections", 0, 4, OLDER },
  { "http://terminology.hl7.org/ValueSet/v2-0916", 0, 1, OLDER },
  { "http://terminology.hl7.org/ValueSet/v2-0487", 0, 2, OLDER },
  { "http://hl7.org/fhir/ValueSet/detectedissue-category", 0, 147, CHILDREN },
  { "http://hl7.org/fhir/ValueSet/observation-interpretation", 0, 10,
    CHILDREN },
  { "http://terminology.hl7.org/ValueSet/v3-ActPharmacySupplyType", 0, 4,
    CHILDREN },
  { "http://terminology.hl7.org/ValueSet/v3-ActCode", 0, 1, RETIRED },
};

typedef struct {
  size_t listed, missing, unsure, extra;
} difference;

static ax_membership ask(ax_str set, ax_str system, ax_str code) {
  return ax_valueset_contains(sets, set, system, code, NULL);
}

/* Only where the package does not hold the codes may we not know. */
static bool is_loaded(ax_str system) {
  const ax_json *resource =
      ax_registry_find(registry, AX_DEF_CODE_SYSTEM, system);
  return ax_str_eq(AX_JSON_STR(resource, "content"), AX_STR("complete")) &&
         AX_JSON_GET(resource, "concept");
}

static void look_at_code(ax_str set, ax_str system, ax_str code,
                         difference *d) {
  ax_membership m = ask(set, system, code);
  d->listed++;
  if (m == AX_MEMBER_NO) d->missing++;
  if (m == AX_MEMBER_UNKNOWN) d->unsure++;
  if (m == AX_MEMBER_UNKNOWN && is_loaded(system) &&
      ax_registry_find(registry, AX_DEF_VALUE_SET, set))
    fail_msg("%.*s does not know %.*s|%.*s", AX_STR_ARG(set),
             AX_STR_ARG(system), AX_STR_ARG(code));
}

static void look_at_listed(ax_str set, const ax_json *list, ax_map *seen,
                           difference *d) {
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *item = ax_json_item(list, i);
    ax_str code = AX_JSON_STR(item, "code");
    ax_str system = AX_JSON_STR(item, "system");
    const ax_json *abstract = AX_JSON_GET(item, "abstract");
    ax_str key = AX_JOIN(arena, system, AX_STR("|"), code);
    assert_int_equal(ax_map_put(seen, key, d), AX_OK);
    if (code.len && !(abstract && abstract->truth))
      look_at_code(set, system, code, d);
    look_at_listed(set, AX_JSON_GET(item, "contains"), seen, d);
  }
}

/* Codes of the systems that the set speaks of and the expansion leaves out. */
static void look_at_others(ax_str set, const ax_json *compose,
                           const ax_map *seen, difference *d) {
  const ax_json *includes = AX_JSON_GET(compose, "include");
  for (size_t i = 0; i < ax_json_count(includes); i++) {
    ax_str url = AX_JSON_STR(ax_json_item(includes, i), "system");
    const ax_json *resource =
        ax_registry_find(registry, AX_DEF_CODE_SYSTEM, url);
    ax_codesystem *system = NULL;
    if (!resource) continue;
    assert_int_equal(ax_codesystem_compile(arena, resource, &system), AX_OK);
    for (size_t k = 0; k < ax_map_count(system->codes); k++) {
      const ax_concept *concept = ax_map_at(system->codes, k, NULL);
      ax_str key = AX_JOIN(arena, url, AX_STR("|"), concept->code);
      if (!ax_map_get(seen, key) &&
          ask(set, url, concept->code) == AX_MEMBER_YES)
        d->extra++;
    }
  }
}

static void compare(const ax_json *set, difference *d) {
  ax_str url = AX_JSON_STR(set, "url");
  size_t i = 0;
  ax_map *seen = ax_map_new(arena);
  look_at_listed(url, AX_JSON_GET(AX_JSON_GET(set, "expansion"), "contains"),
                 seen, d);
  look_at_others(url, AX_JSON_GET(set, "compose"), seen, d);
  while (i < AX_COUNT(known) && !ax_str_eq(url, ax_str_from(known[i].set))) i++;
  size_t missing = i < AX_COUNT(known) ? known[i].missing : 0;
  size_t extra = i < AX_COUNT(known) ? known[i].extra : 0;
  if (d->missing != missing || d->extra != extra)
    fail_msg("%.*s: %zu codes missing, %zu too many; expected %zu and %zu",
             AX_STR_ARG(url), d->missing, d->extra, missing, extra);
}

static void expansions_and_our_sets_agree(void **state) {
  (void)state;
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  difference all = { 0 };
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    difference d = { 0 };
    compare(AX_JSON_GET(ax_json_item(entries, i), "resource"), &d);
    all.listed += d.listed;
    all.unsure += d.unsure;
  }
  assert_int_equal(ax_json_count(entries), 553);
  assert_int_equal(all.listed, 55342);
  /* LOINC, SNOMED CT, and others that the package does not hold. */
  assert_int_equal(all.unsure, 44281);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(expansions_and_our_sets_agree),
  };
  return cmocka_run_group_tests_name("expansions", tests, open_all, close_all);
}
