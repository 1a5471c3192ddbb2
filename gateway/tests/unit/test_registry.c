/* Unit tests of gateway/src/definitions: packages and the registry. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/ax_test.h"

#include "base/file.h"
#include "definitions/package_archive.h"
#include "definitions/registry.h"
#include "json/json_parse.h"

static char work[] = "/tmp/auspex-registry-XXXXXX";
static char r4[400];

static int make_work(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(r4, sizeof r4, "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  return mkdtemp(work) ? 0 : -1;
}

static void put(const char *path, const char *text) {
  ax_error err = { 0 };
  char full[500], folder[500];
  (void)snprintf(full, sizeof full, "%s/%s", work, path);
  (void)snprintf(folder, sizeof folder, "%s", full);
  *strrchr(folder, '/') = 0;
  assert_int_equal(ax_file_make_dirs(folder, &err), AX_OK);
  assert_int_equal(ax_file_write(full, ax_str_from(text), &err), AX_OK);
}

static ax_status open_these(const char *const *packages, size_t count,
                            ax_registry **out, ax_error *err) {
  static char cache[500];
  (void)snprintf(cache, sizeof cache, "%s/cache", work);
  return ax_registry_open(&(ax_registry_options){ packages, count, cache }, out,
                          err);
}

static ax_registry *open_r4(const char *second) {
  const char *packages[] = { r4, second };
  ax_registry *r = NULL;
  ax_error err = { 0 };
  ax_status status = open_these(packages, second ? 2 : 1, &r, &err);
  if (status) print_error("%s\n", err.text);
  assert_int_equal(status, AX_OK);
  return r;
}

static void the_r4_package_gives_its_definitions(void **state) {
  (void)state;
  for (int round = 0; round < 2;
       round++) { /* the second reads the saved index */
    ax_registry *r = open_r4(NULL);
    assert_int_equal(ax_registry_count(r, AX_DEF_STRUCTURE), 653);
    assert_true(ax_registry_count(r, AX_DEF_VALUE_SET) > 1300);
    assert_true(ax_registry_count(r, AX_DEF_CODE_SYSTEM) > 1000);
    assert_true(ax_registry_is_resource(r, AX_STR("Patient")));
    assert_false(ax_registry_is_resource(r, AX_STR("DomainResource")));
    assert_false(ax_registry_is_resource(r, AX_STR("HumanName")));
    assert_false(ax_registry_is_resource(r, AX_STR("patient")));
    assert_non_null(ax_registry_type(r, AX_STR("string")));
    assert_str(AX_JSON_STR(ax_registry_type(r, AX_STR("Observation")), "url"),
               "http://hl7.org/fhir/StructureDefinition/Observation");
    assert_str(ax_registry_package(r, 0), "hl7.fhir.r4.examples#4.0.1");
    assert_int_equal(ax_registry_note_count(r), 0);
    ax_registry_close(r);
  }
}

static void types_can_be_read_without_being_kept(void **state) {
  (void)state;
  ax_registry *r = open_r4(NULL);
  ax_arena *arena = ax_arena_new((size_t)16 << 20);
  const ax_json *tree = NULL;
  ax_error err = { 0 };
  assert_true(ax_registry_has_type(r, AX_STR("HumanName")));
  assert_false(ax_registry_has_type(r, AX_STR("NoSuch")));
  assert_int_equal(
      ax_registry_load_type(r, arena, AX_STR("HumanName"), &tree, &err), AX_OK);
  assert_str(AX_JSON_STR(tree, "type"), "HumanName");
  assert_ptr_not_equal(tree, ax_registry_type(r, AX_STR("HumanName")));
  assert_int_equal(
      ax_registry_load_type(r, arena, AX_STR("NoSuch"), &tree, &err),
      AX_NOT_FOUND);
  assert_string_equal(err.text, "no loaded package defines NoSuch");
  ax_arena_free(arena);
  ax_registry_close(r);
}

static void canonicals_may_carry_versions(void **state) {
  (void)state;
  ax_registry *r = open_r4(NULL);
#define VS "http://hl7.org/fhir/ValueSet/observation-status"
  const ax_json *any = ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR(VS));
  assert_non_null(any);
  assert_ptr_equal(any,
                   ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR(VS "|4.0.1")));
  assert_ptr_equal(any,
                   ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR(VS "|4.0")));
  assert_null(ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR(VS "|4.1")));
  assert_null(ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR(VS "|4.0.12")));
  assert_null(ax_registry_find(r, AX_DEF_CODE_SYSTEM, AX_STR(VS)));
  assert_null(ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR("")));
  ax_registry_close(r);
}

static void a_later_package_adds_and_wins(void **state) {
  (void)state;
  put("ig/package/package.json",
      "{\"name\":\"an.ig\",\"version\":\"1.0.0\",\"dependencies\":"
      "{\"hl7.fhir.r4.core\":\"4.0.1\",\"somewhere.else\":\"2.0.0\"}}");
  put("ig/package/StructureDefinition-mine.json",
      "{\"resourceType\":\"StructureDefinition\",\"id\":\"mine\",\"url\":"
      "\"urn:mine\",\"kind\":\"resource\",\"abstract\":false,\"type\":"
      "\"Patient\",\"baseDefinition\":"
      "\"http://hl7.org/fhir/StructureDefinition/Patient\",\"derivation\":"
      "\"constraint\",\"differential\":{\"element\":[{\"path\":"
      "\"Patient.name\",\"min\":1}]}}");
  put("ig/package/oddly-named.json",
      "{\"resourceType\":\"ValueSet\",\"id\":\"v\",\"url\":"
      "\"http://hl7.org/fhir/ValueSet/observation-status\",\"version\":\"9\"}");
  put("ig/package/ValueSet-broken.json", "{\"resourceType\":\"ValueSet\",");
  put("ig/package/loop.json",
      "{\"resourceType\":\"StructureDefinition\",\"id\":\"l\",\"url\":"
      "\"urn:loop\",\"type\":\"Patient\",\"derivation\":\"constraint\","
      "\"baseDefinition\":\"urn:loop\",\"differential\":{\"element\":[]}}");
  char ig[500];
  (void)snprintf(ig, sizeof ig, "%s/ig", work);
  ax_registry *r = open_r4(ig);
  const ax_json *mine =
      ax_registry_find(r, AX_DEF_STRUCTURE, AX_STR("urn:mine"));
  assert_non_null(AX_JSON_GET(mine, "snapshot"));
  assert_true(ax_registry_is_resource(r, AX_STR("Patient")));
  const ax_json *vs = ax_registry_find(
      r, AX_DEF_VALUE_SET,
      AX_STR("http://hl7.org/fhir/ValueSet/observation-status"));
  assert_str(AX_JSON_STR(vs, "version"), "9");
  assert_int_equal(ax_registry_note_count(r), 2);
  assert_true(
      ax_str_find(ax_registry_note(r, 0), AX_STR("ValueSet-broken.json:1:")) <
      ax_registry_note(r, 0).len);
  assert_str(
      ax_registry_note(r, 1),
      "package an.ig#1.0.0 depends on somewhere.else#2.0.0, which is not "
      "loaded");
  assert_null(AX_JSON_GET(
      ax_registry_find(r, AX_DEF_STRUCTURE, AX_STR("urn:loop")), "snapshot"));
  assert_int_equal(ax_registry_note_count(r), 3);
  ax_registry_close(r);
}

/* The one saved index of the package `prefix`. */
static void change_saved_index(const char *prefix, const char *from,
                               const char *to) {
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_error err = { 0 };
  const char *const *names;
  size_t count, changed = 0;
  char cache[500], path[800];
  (void)snprintf(cache, sizeof cache, "%s/cache", work);
  assert_int_equal(ax_file_list(arena, cache, &names, &count, &err), AX_OK);
  for (size_t i = 0; i < count; i++) {
    ax_str text;
    if (strncmp(names[i], prefix, strlen(prefix)) != 0) continue;
    (void)snprintf(path, sizeof path, "%s/%s", cache, names[i]);
    assert_int_equal(ax_file_read(arena, path, 1 << 19, &text, &err), AX_OK);
    size_t at = ax_str_find(text, ax_str_from(from));
    assert_int_not_equal(at, AX_STR_NONE);
    ax_str new_text =
        AX_JOIN(arena, ((ax_str){ text.ptr, at }), ax_str_from(to),
                ax_str_skip(text, at + strlen(from)));
    assert_int_equal(ax_file_write(path, new_text, &err), AX_OK);
    changed++;
  }
  assert_int_equal(changed, 1);
  ax_arena_free(arena);
}

static void the_second_start_reads_the_saved_index_and_no_files(void **state) {
  (void)state;
  char path[500];
  (void)snprintf(path, sizeof path, "%s/saved", work);
  const char *packages[] = { path };
  ax_registry *r = NULL;
  put("saved/package/package.json",
      "{\"name\":\"a.saved\",\"version\":\"1.0.0\"}");
  put("saved/package/ValueSet-v.json",
      "{\"resourceType\":\"ValueSet\",\"id\":\"v\",\"url\":\"urn:first\"}");
  put("saved/package/CodeSystem-s.json",
      "{\"resourceType\":\"CodeSystem\",\"id\":\"s\",\"url\":\"urn:more\","
      "\"content\":\"supplement\",\"supplements\":\"urn:base|2.0\"}");
  for (int round = 0; round < 2; round++) {
    assert_int_equal(open_these(packages, 1, &r, NULL), AX_OK);
    assert_non_null(ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR("urn:first")));
    assert_non_null(ax_registry_supplement(r, AX_STR("urn:base"), 0));
    assert_null(ax_registry_supplement(r, AX_STR("urn:base"), 1));
    assert_null(ax_registry_supplement(r, AX_STR("urn:other"), 0));
    ax_registry_close(r);
  }
  change_saved_index("a.saved", "urn:first", "urn:second");
  assert_int_equal(open_these(packages, 1, &r, NULL), AX_OK);
  assert_non_null(ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR("urn:second")));
  ax_registry_close(r);
  change_saved_index("a.saved", "\"format\":", "\"format\":9");
  assert_int_equal(open_these(packages, 1, &r, NULL), AX_OK);
  assert_non_null(ax_registry_find(r, AX_DEF_VALUE_SET, AX_STR("urn:first")));
  ax_registry_close(r);
}

static void what_is_no_package_is_refused(void **state) {
  (void)state;
  ax_registry *r = NULL;
  put("empty/nothing.txt", "");
  put("bad/package.json", "{\"name\":");
  put("junk.tgz", "this is no archive");
  static const struct {
    const char *path;
    ax_status status;
  } rows[] = { { "missing", AX_NOT_FOUND },
               { "empty", AX_INVALID },
               { "bad", AX_INVALID },
               { "junk.tgz", AX_INVALID } };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    char path[500];
    (void)snprintf(path, sizeof path, "%s/%s", work, rows[i].path);
    const char *packages[] = { path };
    ax_error err = { 0 };
    assert_int_equal(open_these(packages, 1, &r, &err), rows[i].status);
    assert_true(err.text[0]);
  }
}

static ax_status unpack(const char *make, ax_error *err) {
  char command[1200], path[500], cache[500];
  const char *folder = NULL;
  (void)snprintf(command, sizeof command,
                 "cd %s && rm -rf t x.tgz && mkdir t && (%s)", work, make);
  assert_int_equal(system(command), 0); // NOLINT: a fixed command of this test
  (void)snprintf(path, sizeof path, "%s/x.tgz", work);
  (void)snprintf(cache, sizeof cache, "%s/unpacked", work);
  ax_arena *arena = ax_arena_new(64u << 20);
  ax_status status =
      ax_package_archive_unpack(arena, path, cache, &folder, err);
  if (status == AX_OK) {
    assert_true(ax_file_is_dir(folder));
    assert_int_equal(
        ax_package_archive_unpack(arena, path, cache, &folder, err), AX_OK);
  }
  ax_arena_free(arena);
  return status;
}

static void archives_are_unpacked_and_bad_ones_refused(void **state) {
  (void)state;
  ax_error err = { 0 };
  assert_int_equal(
      unpack("mkdir t/package && echo '{}' > t/package/package.json && "
             "tar -czf x.tgz -C t package",
             &err),
      AX_OK);
  assert_int_equal(
      unpack("touch outside && cd t && tar -czPf ../x.tgz ../outside", &err),
      AX_INVALID);
  assert_non_null(strstr(err.text, "leads out"));
  err = (ax_error){ 0 };
  assert_int_equal(
      unpack("ln -s /etc/passwd t/link && tar -czf x.tgz -C t .", &err),
      AX_INVALID);
  assert_non_null(strstr(err.text, "not a plain file"));
  err = (ax_error){ 0 };
  assert_int_equal(unpack("head -c 20000000 /dev/zero > t/bomb && "
                          "tar -czf x.tgz -C t .",
                          &err),
                   AX_TOO_LARGE);
  char cache[500];
  (void)snprintf(cache, sizeof cache, "%s/unpacked", work);
  ax_arena *arena = ax_arena_new(1u << 20);
  const char *const *names;
  size_t count;
  assert_int_equal(ax_file_list(arena, cache, &names, &count, &err), AX_OK);
  assert_int_equal(count, 1); /* nothing of the refused ones stays */
  ax_arena_free(arena);
}

static int remove_work(void **state) {
  (void)state;
  char command[600];
  (void)snprintf(command, sizeof command, "rm -rf %s", work);
  return system(command); // NOLINT: a fixed command of this test
}

static const ax_json *tree_of(ax_arena *arena, const char *text) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(arena, ax_str_from(text), &tree, &fault),
                   AX_OK);
  return tree;
}

static void an_overlay_adds_to_its_base_and_leaves_it_as_it_was(void **state) {
  (void)state;
  ax_registry *base = open_r4(NULL), *over = NULL;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_error err = { 0 };
  const ax_json *trees[] = {
    tree_of(arena,
            "{\"resourceType\":\"StructureDefinition\",\"id\":\"p\","
            "\"url\":\"http://a.example/p\",\"type\":\"Patient\","
            "\"kind\":\"resource\",\"derivation\":\"constraint\","
            "\"baseDefinition\":\"http://hl7.org/fhir/"
            "StructureDefinition/Patient\",\"differential\":{\"element\":"
            "[{\"id\":\"Patient\",\"path\":\"Patient\"},{\"id\":"
            "\"Patient.name\",\"path\":\"Patient.name\",\"min\":1}]}}"),
    tree_of(arena, "{\"resourceType\":\"CodeSystem\",\"version\":\"9\","
                   "\"url\":\"http://hl7.org/fhir/administrative-gender\","
                   "\"content\":\"complete\"}"),
    tree_of(arena, "{\"resourceType\":\"Patient\"}"),
  };
  const ax_str profile = AX_STR("http://a.example/p");
  const ax_str gender = AX_STR("http://hl7.org/fhir/administrative-gender");
  assert_int_equal(ax_registry_overlay(base, trees, 3, &over, &err), AX_OK);
  const ax_json *found = ax_registry_find(over, AX_DEF_STRUCTURE, profile);
  assert_non_null(AX_JSON_GET(found, "snapshot"));
  assert_null(ax_registry_find(base, AX_DEF_STRUCTURE, profile));
  found = ax_registry_find(over, AX_DEF_CODE_SYSTEM, gender);
  assert_str(AX_JSON_STR(found, "version"), "9");
  found = ax_registry_find(over, AX_DEF_CODE_SYSTEM,
                           AX_STR("http://hl7.org/fhir/administrative-gender"
                                  "|4.0.1"));
  assert_str(AX_JSON_STR(found, "version"), "4.0.1");
  assert_true(ax_registry_is_resource(over, AX_STR("Patient")));
  assert_non_null(ax_registry_type(over, AX_STR("HumanName")));
  assert_int_equal(ax_registry_count(over, AX_DEF_STRUCTURE),
                   ax_registry_count(base, AX_DEF_STRUCTURE) + 1);
  assert_str(ax_registry_url(over, AX_DEF_STRUCTURE, 0), "http://a.example/p");
  ax_registry_close(over);
  assert_non_null(ax_registry_find(base, AX_DEF_CODE_SYSTEM, gender));
  ax_registry_close(base);
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_r4_package_gives_its_definitions),
    cmocka_unit_test(an_overlay_adds_to_its_base_and_leaves_it_as_it_was),
    cmocka_unit_test(types_can_be_read_without_being_kept),
    cmocka_unit_test(canonicals_may_carry_versions),
    cmocka_unit_test(a_later_package_adds_and_wins),
    cmocka_unit_test(the_second_start_reads_the_saved_index_and_no_files),
    cmocka_unit_test(what_is_no_package_is_refused),
    cmocka_unit_test(archives_are_unpacked_and_bad_ones_refused),
  };
  return cmocka_run_group_tests_name("registry", tests, make_work, remove_work);
}
