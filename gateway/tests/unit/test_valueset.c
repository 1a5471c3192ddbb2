/* Unit tests of gateway/src/terminology, on the R4 package and one of ours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "base/file.h"
#include "terminology/builtin.h"
#include "terminology/valueset.h"

#define FHIR_VS "http://hl7.org/fhir/ValueSet/"

static char work[] = "/tmp/auspex-valueset-XXXXXX";
static ax_registry *registry;
static ax_valuesets *sets;

static void put(const char *name, const char *text) {
  char path[300];
  ax_error err = { 0 };
  (void)snprintf(path, sizeof path, "%s/%s", work, name);
  assert_int_equal(ax_file_write(path, ax_str_from(text), &err), AX_OK);
}

#define SET(id, compose)                                                   \
  put("ValueSet-" id ".json",                                              \
      "{\"resourceType\":\"ValueSet\",\"id\":\"" id "\",\"url\":\"urn:" id \
      "\",\"compose\":" compose "}")

static void make_package(void) {
  put("package.json", "{\"name\":\"test.codes\",\"version\":\"1.0.0\"}");
  put("CodeSystem-tree.json",
      "{\"resourceType\":\"CodeSystem\",\"id\":\"tree\",\"url\":\"urn:tree\","
      "\"content\":\"complete\",\"caseSensitive\":false,\"concept\":["
      "{\"code\":\"A\",\"display\":\"Aah\",\"concept\":[{\"code\":\"A1\","
      "\"property\":[{\"code\":\"kind\",\"valueCode\":\"leaf\"}]},"
      "{\"code\":\"A2\",\"concept\":[{\"code\":\"A21\"}]}]},"
      "{\"code\":\"B\",\"property\":[{\"code\":\"parent\",\"valueCode\":\"A2\"}"
      ","
      "{\"code\":\"parent\",\"valueCode\":\"B\"}]}]}");
  put("CodeSystem-part.json",
      "{\"resourceType\":\"CodeSystem\",\"id\":\"part\",\"url\":\"urn:part\","
      "\"content\":\"fragment\",\"concept\":[{\"code\":\"known\"}]}");
#define FILTER(property, op, value)                                   \
  "{\"include\":[{\"system\":\"urn:tree\",\"filter\":[{\"property\":" \
  "\"" property "\",\"op\":\"" op "\",\"value\":\"" value "\"}]}]}"
  SET("isa", FILTER("concept", "is-a", "A2"));
  SET("below", FILTER("concept", "descendent-of", "A2"));
  SET("nota", FILTER("concept", "is-not-a", "A2"));
  SET("kind", FILTER("kind", "=", "leaf"));
  SET("has", FILTER("kind", "exists", "true"));
  SET("regex", FILTER("code", "regex", "A[0-9]"));
  SET("in", FILTER("code", "in", "A1, B"));
  SET("odd", FILTER("code", "wonders", "A1"));
  SET("badregex", FILTER("code", "regex", "A[0-9"));
  SET("part", "{\"include\":[{\"system\":\"urn:part\"}]}");
  SET("foreign", "{\"include\":[{\"system\":\"urn:not-here\"}]}");
  SET("less",
      "{\"include\":[{\"system\":\"urn:tree\"}],\"exclude\":[{\"system\":"
      "\"urn:tree\",\"concept\":[{\"code\":\"A1\"}]}]}");
  SET("both", "{\"include\":[{\"valueSet\":[\"urn:isa\",\"urn:in\"]}]}");
  SET("self", "{\"include\":[{\"valueSet\":[\"urn:self\"]}]}");
  SET("gone", "{\"include\":[{\"valueSet\":[\"urn:nowhere\"]}]}");
  put("ValueSet-exp.json",
      "{\"resourceType\":\"ValueSet\",\"id\":\"exp\",\"url\":\"urn:exp\","
      "\"compose\":{\"include\":[{\"system\":\"urn:not-here\"}]},\"expansion\":"
      "{\"contains\":[{\"system\":\"urn:not-here\",\"code\":\"x\",\"contains\":"
      "["
      "{\"system\":\"urn:not-here\",\"code\":\"y\"}]},{\"system\":\"urn:not-"
      "here\","
      "\"code\":\"z\",\"abstract\":true}]}}");
}

static int open_all(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  char r4[400];
  (void)snprintf(r4, sizeof r4, "%s/build/packages/hl7.fhir.r4.examples#4.0.1",
                 root ? root : ".");
  if (!mkdtemp(work)) return -1;
  make_package();
  const char *packages[] = { r4, work };
  ax_error err = { 0 };
  if (ax_registry_open(&(ax_registry_options){ packages, 2, NULL }, &registry,
                       &err))
    return -1;
  return ax_valueset_new(registry, &sets, &err) ? -1 : 0;
}

static int close_all(void **state) {
  (void)state;
  char command[100];
  ax_valueset_free(sets);
  ax_registry_close(registry);
  (void)snprintf(command, sizeof command, "rm -rf %s", work);
  return system(command); // NOLINT: a fixed command of this test
}

static ax_membership ask(const char *set, const char *system,
                         const char *code) {
  const char *why = NULL;
  ax_membership m = ax_valueset_contains(
      sets, ax_str_from(set), ax_str_from(system), ax_str_from(code), &why);
  if (m == AX_MEMBER_UNKNOWN) assert_non_null(why);
  return m;
}

#define yes(set, system, code) \
  assert_int_equal(ask(set, system, code), AX_MEMBER_YES)
#define no(set, system, code) \
  assert_int_equal(ask(set, system, code), AX_MEMBER_NO)
#define unsure(set, system, code) \
  assert_int_equal(ask(set, system, code), AX_MEMBER_UNKNOWN)

static void required_bindings_of_r4_are_decided(void **state) {
  (void)state;
  yes(FHIR_VS "observation-status", "", "final");
  yes(FHIR_VS "observation-status|4.0.1", "", "final");
  no(FHIR_VS "observation-status", "", "Final");
  no(FHIR_VS "observation-status", "", "finished");
  yes(FHIR_VS "administrative-gender",
      "http://hl7.org/fhir/administrative-gender", "female");
  no(FHIR_VS "administrative-gender", "http://hl7.org/fhir/gender", "female");
  yes(FHIR_VS "resource-types", "", "Patient");
  yes(FHIR_VS "all-types", "", "HumanName");
  no(FHIR_VS "all-types", "", "Humanname");
  yes(FHIR_VS "mimetypes", "", "text/plain; charset=utf-8");
  no(FHIR_VS "mimetypes", "", "text");
  yes(FHIR_VS "all-languages", "", "de-AT");
  yes(FHIR_VS "currencies", "", "EUR");
  no(FHIR_VS "currencies", "", "EURO");
}

static void what_is_not_loaded_is_unknown(void **state) {
  (void)state;
  unsure("http://example.org/ValueSet/none", "", "x");
  unsure(FHIR_VS "observation-codes", "http://loinc.org", "1234-5");
  no(FHIR_VS "observation-codes", "urn:other", "1234-5");
  unsure(FHIR_VS "ucum-units", "http://unitsofmeasure.org", "mg/dL");
  unsure("urn:foreign", "urn:not-here", "x");
  unsure("urn:self", "", "x");
  unsure("urn:gone", "", "x");
  unsure("urn:odd", "urn:tree", "A1");
  unsure("urn:badregex", "urn:tree", "A1");
}

static void fragments_say_yes_or_nothing(void **state) {
  (void)state;
  yes("urn:part", "urn:part", "known");
  unsure("urn:part", "urn:part", "other");
}

static void filters_choose(void **state) {
  (void)state;
  yes("urn:isa", "urn:tree", "A2");
  yes("urn:isa", "urn:tree", "A21");
  yes("urn:isa", "urn:tree", "B"); /* by property */
  no("urn:isa", "urn:tree", "A1");
  no("urn:below", "urn:tree", "A2");
  yes("urn:below", "urn:tree", "A21");
  yes("urn:nota", "urn:tree", "A1");
  no("urn:nota", "urn:tree", "A21");
  yes("urn:kind", "urn:tree", "A1");
  no("urn:kind", "urn:tree", "A2");
  yes("urn:has", "urn:tree", "A1");
  no("urn:has", "urn:tree", "A");
  yes("urn:regex", "urn:tree", "A2");
  no("urn:regex", "urn:tree", "A21");
  yes("urn:in", "urn:tree", "B");
  no("urn:in", "urn:tree", "A");
}

static void case_matters_where_the_system_says_so(void **state) {
  (void)state;
  yes("urn:isa", "urn:tree", "a21");
  no(FHIR_VS "observation-status", "", "FINAL");
}

static void parts_combine(void **state) {
  (void)state;
  yes("urn:less", "urn:tree", "A");
  no("urn:less", "urn:tree", "A1");
  yes("urn:both", "urn:tree", "B");
  no("urn:both", "urn:tree", "A1");
  no("urn:both", "urn:tree", "A2");
}

static void an_expansion_helps_where_the_rules_cannot(void **state) {
  (void)state;
  yes("urn:exp", "urn:not-here", "x");
  yes("urn:exp", "urn:not-here", "y");
  no("urn:exp", "urn:not-here", "z");
}

static void codes_are_looked_up(void **state) {
  (void)state;
  ax_str display;
  assert_int_equal(
      ax_valueset_lookup(sets, AX_STR("urn:tree"), AX_STR("A"), &display, NULL),
      AX_MEMBER_YES);
  assert_str(display, "Aah");
  assert_int_equal(
      ax_valueset_lookup(sets, AX_STR("urn:tree"), AX_STR("Q"), &display, NULL),
      AX_MEMBER_NO);
  assert_int_equal(ax_valueset_lookup(sets, AX_STR("http://loinc.org"),
                                      AX_STR("1-8"), NULL, NULL),
                   AX_MEMBER_UNKNOWN);
}

static void language_tags_follow_the_grammar(void **state) {
  (void)state;
  static const char *const good[] = {
    "en",
    "de-CH-1996",
    "zh-cmn-Hans-CN",
    "sl-rozaj-biske",
    "es-419",
    "en-US-x-private",
    "x-own",
    "de-u-co-phonebk",
    "i-klingon",
    "haw",
  };
  static const char *const bad[] = {
    "",  "e",    "en-", "en--US", "en_US", "english-language-of-old",
    "x", "en-u", "12",  "de-A",   "en US",
  };
  for (size_t i = 0; i < AX_COUNT(good); i++)
    if (!ax_builtin_has(AX_BUILTIN_LANGUAGE, ax_str_from(good[i])))
      fail_msg("refused %s", good[i]);
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    if (ax_builtin_has(AX_BUILTIN_LANGUAGE, ax_str_from(bad[i])))
      fail_msg("accepted '%s'", bad[i]);
}

static void mime_types_follow_the_grammar(void **state) {
  (void)state;
  static const char *const good[] = {
    "text/plain",
    "application/fhir+json",
    "image/svg+xml",
    "text/plain;charset=\"utf 8\"; a=b",
    "application/hl7-v3+xml",
  };
  static const char *const bad[] = {
    "",     "/",     "a/",     "/b",    "text plain/x",
    "a/b;", "a/b;c", "a/b;c=", "a/b c", "a/b;c=\"x"
  };
  for (size_t i = 0; i < AX_COUNT(good); i++)
    if (!ax_builtin_has(AX_BUILTIN_MIME, ax_str_from(good[i])))
      fail_msg("refused %s", good[i]);
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    if (ax_builtin_has(AX_BUILTIN_MIME, ax_str_from(bad[i])))
      fail_msg("accepted '%s'", bad[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(required_bindings_of_r4_are_decided),
    cmocka_unit_test(what_is_not_loaded_is_unknown),
    cmocka_unit_test(fragments_say_yes_or_nothing),
    cmocka_unit_test(filters_choose),
    cmocka_unit_test(case_matters_where_the_system_says_so),
    cmocka_unit_test(parts_combine),
    cmocka_unit_test(an_expansion_helps_where_the_rules_cannot),
    cmocka_unit_test(codes_are_looked_up),
    cmocka_unit_test(language_tags_follow_the_grammar),
    cmocka_unit_test(mime_types_follow_the_grammar),
  };
  return cmocka_run_group_tests_name("valueset", tests, open_all, close_all);
}
