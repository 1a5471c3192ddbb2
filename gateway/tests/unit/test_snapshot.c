/*
 * Unit tests of gateway/src/definitions/snapshot: every published R4 profile is
 * made again from its differential and compared with its published snapshot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "base/file.h"
#include "base/map.h"
#include "definitions/snapshot.h"
#include "json/json_parse.h"

#define PACKAGE "build/packages/hl7.fhir.r4.examples#4.0.1/package"

static ax_arena *arena;
static ax_map *by_url;

static const ax_json *structure(void *ctx, ax_str url) {
  (void)ctx;
  return ax_map_get(by_url, url);
}

static const ax_snapshot_source source = { NULL, structure };

static const ax_json *parse(ax_str text) {
  const ax_json *doc = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(arena, text, &doc, &fault), AX_OK);
  return doc;
}

static void load(const char *folder, const char *name) {
  char path[512];
  ax_str text;
  ax_error err = { 0 };
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(ax_file_read(arena, path, 64u << 20, &text, &err), AX_OK);
  const ax_json *doc = parse(text);
  union {
    const ax_json *in;
    void *out;
  } value = { doc };
  assert_int_equal(ax_map_put(by_url, AX_JSON_STR(doc, "url"), value.out),
                   AX_OK);
}

static int load_package(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  char folder[400];
  (void)snprintf(folder, sizeof folder, "%s/%s", root ? root : ".", PACKAGE);
  arena = ax_arena_new((size_t)2 << 30);
  by_url = arena ? ax_map_new(arena) : NULL;
  const char *const *names;
  size_t count;
  ax_error err = { 0 };
  if (!by_url || ax_file_list(arena, folder, &names, &count, &err)) return -1;
  for (size_t i = 0; i < count; i++)
    if (strncmp(names[i], "StructureDefinition-", 20) == 0)
      load(folder, names[i]);
  return 0;
}

static int unload(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static const ax_json *generate(const ax_json *definition) {
  const ax_json *out = NULL;
  ax_error err = { 0 };
  ax_status status =
      ax_snapshot_generate(arena, definition, &source, &out, &err);
  if (status) print_error("%s\n", err.text);
  assert_int_equal(status, AX_OK);
  return AX_JSON_GET(AX_JSON_GET(out, "snapshot"), "element");
}

static const ax_json *element(const ax_json *list, const char *id) {
  for (size_t i = 0; i < ax_json_count(list); i++)
    if (ax_str_eq(AX_JSON_STR(ax_json_item(list, i), "id"), ax_str_from(id)))
      return ax_json_item(list, i);
  return NULL;
}

/* --- against the published snapshots -----------------------------------------
 */

static bool same(const ax_json *a, const ax_json *b, const char *key) {
  const ax_json *x = ax_json_get(a, ax_str_from(key));
  const ax_json *y = ax_json_get(b, ax_str_from(key));
  return (!x && !y) || (x && y && ax_json_equal(x, y));
}

/* Where the published snapshot opens an element that its differential does not
 * speak of, points a content reference at a slice, or (blood pressure) narrows
 * a choice inside a slice where it makes a type slice everywhere else. */
static bool known(ax_str profile, const char *id) {
  return (ax_str_eq(profile, AX_STR("elementdefinition-de")) &&
          strstr(id, ".extension:")) ||
         (ax_str_eq(profile, AX_STR("provenance-relevant-history")) &&
          strcmp(id, "Provenance.entity.agent") == 0) ||
         (ax_str_eq(profile, AX_STR("bp")) && strstr(id, "BP.value[x]."));
}

static size_t differences(const ax_json *definition, const ax_json *made) {
  static const char *const keys[] = { "min", "max", "sliceName",
                                      "contentReference", "mustSupport" };
  const ax_json *list =
      AX_JSON_GET(AX_JSON_GET(definition, "snapshot"), "element");
  size_t count = 0;
  for (size_t i = 0; i < ax_json_count(list); i++) {
    const ax_json *want = ax_json_item(list, i);
    char id[300];
    (void)snprintf(id, sizeof id, AX_STR_FMT,
                   AX_STR_ARG(AX_JSON_STR(want, "id")));
    const ax_json *got = element(made, id);
    if (known(AX_JSON_STR(definition, "id"), id)) continue;
    if (!got) {
      count++;
      print_message("%.*s: no %s\n", AX_STR_ARG(AX_JSON_STR(definition, "id")),
                    id);
      continue;
    }
    for (size_t k = 0; k < AX_COUNT(keys); k++)
      if (!same(want, got, keys[k])) {
        count++;
        print_message("%.*s: %s %s\n",
                      AX_STR_ARG(AX_JSON_STR(definition, "id")), id, keys[k]);
      }
  }
  return count;
}

static void published_profiles_come_out_the_same(void **state) {
  (void)state;
  size_t profiles = 0, wrong = 0;
  for (size_t i = 0; i < ax_map_count(by_url); i++) {
    const ax_json *d = ax_map_at(by_url, i, NULL);
    if (!ax_str_eq(AX_JSON_STR(d, "derivation"), AX_STR("constraint")) ||
        !AX_JSON_GET(d, "snapshot"))
      continue;
    profiles++;
    wrong += differences(d, generate(d));
  }
  print_message("%zu profiles, %zu differences\n", profiles, wrong);
  assert_true(profiles > 300);
  assert_int_equal(wrong, 0);
}

/* --- what the published profiles do not show
 * ----------------------------------- */

static const ax_json *profile(const char *type, const char *elements) {
  char text[4000];
  (void)snprintf(text, sizeof text,
                 "{\"resourceType\":\"StructureDefinition\",\"url\":\"urn:x\","
                 "\"type\":\"%s\",\"derivation\":\"constraint\","
                 "\"baseDefinition\":"
                 "\"http://hl7.org/fhir/StructureDefinition/%s\","
                 "\"differential\":{\"element\":[%s]}}",
                 type, type, elements);
  return parse(ax_arena_str(arena, ax_str_from(text)));
}

static void refused(const char *type, const char *elements, const char *why) {
  const ax_json *out = NULL;
  ax_error err = { 0 };
  assert_int_equal(
      ax_snapshot_generate(arena, profile(type, elements), &source, &out, &err),
      AX_INVALID);
  assert_non_null(strstr(err.text, why));
}

static void has(const ax_json *list, const char *id, const char *key,
                const char *want) {
  const ax_json *e = element(list, id);
  assert_non_null(e);
  assert_str(ax_json_text(ax_json_get(e, ax_str_from(key))), want);
}

static void slices_go_without_ids(void **state) {
  (void)state;
  const ax_json *list = generate(profile(
      "Patient",
      "{\"path\":\"Patient\"},"
      "{\"path\":\"Patient.identifier\",\"slicing\":{\"rules\":\"open\"}},"
      "{\"path\":\"Patient.identifier\",\"sliceName\":\"a\",\"min\":1},"
      "{\"path\":\"Patient.identifier.system\",\"fixedUri\":\"urn:a\"},"
      "{\"path\":\"Patient.identifier\",\"sliceName\":\"b\"},"
      "{\"path\":\"Patient.identifier.value\",\"min\":1},"
      "{\"path\":\"Patient.name\",\"min\":1}"));
  has(list, "Patient.identifier:a", "min", "1");
  has(list, "Patient.identifier:a.system", "fixedUri", "urn:a");
  has(list, "Patient.identifier:b", "min", "0");
  has(list, "Patient.identifier:b.value", "min", "1");
  assert_null(element(list, "Patient.identifier.value"));
  has(list, "Patient.name", "min", "1");
}

static void slices_are_sliced_again(void **state) {
  (void)state;
  const ax_json *list = generate(profile(
      "Observation",
      "{\"path\":\"Observation.category\",\"slicing\":{\"rules\":\"open\"}},"
      "{\"path\":\"Observation.category\",\"sliceName\":\"lab\",\"max\":\"3\"},"
      "{\"path\":\"Observation.category.text\",\"min\":1},"
      "{\"path\":\"Observation.category\",\"sliceName\":\"lab/blood\"}"));
  has(list, "Observation.category:lab", "max", "3");
  has(list, "Observation.category:lab/blood", "max", "3");
  has(list, "Observation.category:lab/blood.text", "min", "1");
}

static void content_references_are_opened(void **state) {
  (void)state;
  const ax_json *list = generate(profile(
      "Observation", "{\"path\":\"Observation.component.referenceRange.low\","
                     "\"min\":1}"));
  has(list, "Observation.component.referenceRange.low", "min", "1");
  assert_null(AX_JSON_GET(element(list, "Observation.component.referenceRange"),
                          "contentReference"));
}

static void shorthand_opens_the_type(void **state) {
  (void)state;
  const ax_json *list = generate(
      profile("Observation",
              "{\"path\":\"Observation.valueQuantity.code\",\"min\":1}"));
  has(list, "Observation.value[x]:valueQuantity", "sliceName", "valueQuantity");
  has(list, "Observation.value[x]:valueQuantity.code", "min", "1");
}

static void broken_differentials_are_named(void **state) {
  (void)state;
  refused("Patient", "{\"path\":\"Patient.nickname\",\"min\":1}", "nickname");
  refused("Patient", "{\"path\":\"Observation.code\"}", "not in the base");
  refused("Patient", "{\"path\":\"Patient\"},{\"path\":\"Device.id\"}",
          "one root");
  refused("Patient", "{\"min\":1}", "one root");
  refused("Nothing", "{\"path\":\"Nothing\"}", "not loaded");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(published_profiles_come_out_the_same),
    cmocka_unit_test(slices_go_without_ids),
    cmocka_unit_test(slices_are_sliced_again),
    cmocka_unit_test(content_references_are_opened),
    cmocka_unit_test(shorthand_opens_the_type),
    cmocka_unit_test(broken_differentials_are_named),
  };
  return cmocka_run_group_tests_name("snapshot", tests, load_package, unload);
}
