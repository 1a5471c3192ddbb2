/* Unit tests of gateway/src/terminology, on the R4 package and one of ours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ax_test.h"

#include "base/file.h"
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
  put("CodeSystem-kinds.json",
      "{\"resourceType\":\"CodeSystem\",\"id\":\"kinds\",\"url\":\"urn:kinds\","
      "\"version\":\"2\",\"valueSet\":\"urn:all-kinds\","
      "\"content\":\"complete\","
      "\"property\":[{\"code\":\"group\",\"uri\":\"http://hl7.org/fhir/"
      "concept-properties#notSelectable\",\"type\":\"boolean\"}],\"concept\":["
      "{\"code\":\"top\",\"property\":[{\"code\":\"group\",\"valueBoolean\":"
      "true}],\"concept\":[{\"code\":\"leaf\",\"display\":\"Leaf  of a tree\","
      "\"designation\":[{\"language\":\"de\",\"value\":\"Bl\xc3\xa4tt\"}]},"
      "{\"code\":\"old\",\"property\":[{\"code\":\"status\",\"valueCode\":"
      "\"retired\"}]}]}]}");
  put("CodeSystem-more.json",
      "{\"resourceType\":\"CodeSystem\",\"id\":\"more\",\"url\":\"urn:more\","
      "\"content\":\"supplement\",\"supplements\":\"urn:kinds|2\",\"concept\":["
      "{\"code\":\"leaf\",\"designation\":[{\"language\":\"nl\",\"value\":"
      "\"blad\"}]}]}");
  SET("kinds", "{\"include\":[{\"system\":\"urn:kinds\"}]}");
  SET("active",
      "{\"inactive\":false,\"include\":[{\"system\":\"urn:kinds\"}]}");
  SET("named",
      "{\"include\":[{\"system\":\"urn:kinds\",\"concept\":[{\"code\":\"top\","
      "\"display\":\"Our word\"}]}]}");
  SET("v2", "{\"include\":[{\"system\":\"urn:kinds\",\"version\":\"2\"}]}");
  SET("v3", "{\"include\":[{\"system\":\"urn:kinds\",\"version\":\"3\"}]}");
  SET("noprop",
      "{\"include\":[{\"system\":\"urn:kinds\",\"filter\":[{\"property\":"
      "\"colour\",\"op\":\"=\",\"value\":\"red\"}]}]}");
  SET("child",
      "{\"include\":[{\"system\":\"urn:tree\",\"filter\":[{\"property\":"
      "\"child\",\"op\":\"=\",\"value\":\"A1\"}]}]}");
  SET("parent",
      "{\"include\":[{\"system\":\"urn:tree\",\"filter\":[{\"property\":"
      "\"parent\",\"op\":\"=\",\"value\":\"A2\"}]}]}");
  SET("general", FILTER("concept", "generalizes", "A21"));
  SET("notin", FILTER("code", "not-in", "A1,B"));
  SET("hasnot", FILTER("kind", "exists", "false"));
  put("ValueSet-page.json",
      "{\"resourceType\":\"ValueSet\",\"id\":\"page\",\"url\":\"urn:page\","
      "\"expansion\":{\"total\":5,\"contains\":[{\"system\":\"urn:not-here\","
      "\"code\":\"x\"}]}}");
  put("StructureDefinition-holder.json",
      "{\"resourceType\":\"StructureDefinition\",\"id\":\"holder\",\"url\":"
      "\"urn:holder\",\"type\":\"Patient\",\"kind\":\"resource\","
      "\"derivation\":"
      "\"constraint\",\"baseDefinition\":\"http://hl7.org/fhir/"
      "StructureDefinition/Patient\",\"contained\":[{\"resourceType\":"
      "\"ValueSet\",\"id\":\"in\",\"compose\":{\"include\":[{\"system\":"
      "\"urn:kinds\",\"concept\":[{\"code\":\"leaf\"}]}]}}],\"differential\":{"
      "\"element\":[{\"id\":\"Patient\",\"path\":\"Patient\"}]}}");
  for (int i = 0; i < 100; i++) {
    char name[40], text[300];
    (void)snprintf(name, sizeof name, "ValueSet-chain%d.json", i);
    (void)snprintf(text, sizeof text,
                   "{\"resourceType\":\"ValueSet\",\"id\":\"chain%d\",\"url\":"
                   "\"urn:chain%d\",\"compose\":{\"include\":[{\"valueSet\":["
                   "\"urn:chain%d\"]}]}}",
                   i, i, i + 1);
    put(name, text);
  }
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
  unsure(FHIR_VS "observation-codes", "http://loinc.org", "1234-4");
  no(FHIR_VS "observation-codes", "http://loinc.org", "1234-5");
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

static void filters_that_ask_for_relatives(void **state) {
  (void)state;
  yes("urn:child", "urn:tree", "A");
  no("urn:child", "urn:tree", "A2");
  yes("urn:parent", "urn:tree", "A21");
  yes("urn:parent", "urn:tree", "B");
  no("urn:parent", "urn:tree", "A1");
  yes("urn:general", "urn:tree", "A");
  no("urn:general", "urn:tree", "A1");
  yes("urn:notin", "urn:tree", "A2");
  no("urn:notin", "urn:tree", "B");
  yes("urn:hasnot", "urn:tree", "A");
  no("urn:hasnot", "urn:tree", "A1");
  unsure("urn:noprop", "urn:kinds", "leaf");
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

static void abstract_and_inactive_concepts_are_told_apart(void **state) {
  (void)state;
  const char *why = NULL;
  no("urn:kinds", "urn:kinds", "top");
  yes("urn:named", "urn:kinds", "top"); /* asked for by its code */
  yes("urn:kinds", "urn:kinds", "old");
  no("urn:active", "urn:kinds", "old");
  yes("urn:active", "urn:kinds", "leaf");
  assert_int_equal(ax_valueset_lookup(sets, AX_STR("urn:kinds"), AX_STR("old"),
                                      NULL, &why),
                   AX_MEMBER_YES);
  assert_non_null(strstr(why, "inactive"));
  assert_int_equal(ax_valueset_lookup(sets, AX_STR("urn:kinds"), AX_STR("leaf"),
                                      NULL, &why),
                   AX_MEMBER_YES);
  assert_null(why);
}

static void versions_choose_the_system(void **state) {
  (void)state;
  yes("urn:v2", "urn:kinds", "leaf");
  no("urn:v2", "urn:kinds", "branch");
  yes("urn:v3", "urn:kinds", "leaf");
  unsure("urn:v3", "urn:kinds", "branch"); /* another version is loaded */
}

static void a_page_of_an_expansion_does_not_exclude(void **state) {
  (void)state;
  yes("urn:page", "urn:not-here", "x");
  unsure("urn:page", "urn:not-here", "y");
}

static void sets_may_be_implicit_or_contained(void **state) {
  (void)state;
  yes("urn:all-kinds", "urn:kinds", "leaf");
  yes("urn:all-kinds|2", "urn:kinds", "leaf");
  no("urn:all-kinds", "urn:kinds", "branch");
  yes("urn:holder#in", "urn:kinds", "leaf");
  no("urn:holder#in", "urn:kinds", "old");
  unsure("urn:holder#out", "urn:kinds", "leaf");
  unsure("http://loinc.org/vs", "http://loinc.org", "8480-6");
  no("http://loinc.org/vs", "http://loinc.org", "8480-7");
  no("http://loinc.org/vs", "http://snomed.info/sct", "8480-6");
  unsure("http://snomed.info/sct?fhir_vs", "http://snomed.info/sct",
         "254837009");
  unsure("http://snomed.info/sct?fhir_vs=isa/138875005",
         "http://snomed.info/sct", "254837009");
  no("http://snomed.info/sct?fhir_vs=isa/138875005", "http://snomed.info/sct",
     "254837008");
}

static void sets_that_import_each_other_without_end_are_unknown(void **state) {
  (void)state;
  unsure("urn:chain0", "urn:kinds", "leaf");
}

static ax_membership named(const char *code, const char *display, ax_buf *b) {
  ax_buf_clear(b);
  return ax_valueset_display(sets, AX_STR("urn:kinds"), AX_STR("2"),
                             ax_str_from(code), ax_str_from(display), b);
}

static void names_come_from_system_supplements_and_set(void **state) {
  (void)state;
  ax_buf right = AX_BUF_INIT(1000);
  assert_int_equal(named("leaf", "leaf of a tree", &right), AX_MEMBER_YES);
  assert_int_equal(named("leaf", " BL\xc3\x84TT ", &right), AX_MEMBER_YES);
  assert_int_equal(named("leaf", "Blad", &right), AX_MEMBER_YES);
  assert_int_equal(named("leaf", "tree", &right), AX_MEMBER_NO);
  assert_str(ax_buf_view(&right),
             "'Leaf  of a tree', 'Bl\xc3\xa4tt' (de), 'blad' (nl)");
  assert_int_equal(named("old", "Old", &right), AX_MEMBER_UNKNOWN);
  assert_int_equal(named("gone", "Gone", &right), AX_MEMBER_UNKNOWN);
  ax_buf_free(&right);
  assert_true(ax_valueset_display_in(sets, AX_STR("urn:named"),
                                     AX_STR("urn:kinds"), AX_STR("top"),
                                     AX_STR("our word")));
  assert_false(ax_valueset_display_in(sets, AX_STR("urn:named"),
                                      AX_STR("urn:kinds"), AX_STR("top"),
                                      AX_STR("their word")));
}

static ax_membership above(const char *a, const char *b) {
  return ax_valueset_subsumes(sets, AX_STR("urn:tree"), ax_str_from(a),
                              ax_str_from(b));
}

static void concepts_subsume_what_is_below_them(void **state) {
  (void)state;
  assert_int_equal(above("A", "A21"), AX_MEMBER_YES);
  assert_int_equal(above("A2", "B"), AX_MEMBER_YES);
  assert_int_equal(above("B", "B"), AX_MEMBER_YES);
  assert_int_equal(above("A21", "A"), AX_MEMBER_NO);
  assert_int_equal(above("A", "Q"), AX_MEMBER_UNKNOWN);
  assert_int_equal(above("Q", "A"), AX_MEMBER_UNKNOWN);
}

/* What a sender invents must not fill the memory. */
static void made_up_systems_are_not_remembered(void **state) {
  (void)state;
  size_t before = ax_valueset_memory(sets);
  for (int i = 0; i < 100; i++) {
    char url[40];
    (void)snprintf(url, sizeof url, "urn:made-up:%d", i);
    assert_int_equal(
        ax_valueset_lookup(sets, ax_str_from(url), AX_STR("x"), NULL, NULL),
        AX_MEMBER_UNKNOWN);
  }
  assert_int_equal(ax_valueset_memory(sets), before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(required_bindings_of_r4_are_decided),
    cmocka_unit_test(what_is_not_loaded_is_unknown),
    cmocka_unit_test(fragments_say_yes_or_nothing),
    cmocka_unit_test(filters_choose),
    cmocka_unit_test(filters_that_ask_for_relatives),
    cmocka_unit_test(case_matters_where_the_system_says_so),
    cmocka_unit_test(parts_combine),
    cmocka_unit_test(an_expansion_helps_where_the_rules_cannot),
    cmocka_unit_test(codes_are_looked_up),
    cmocka_unit_test(abstract_and_inactive_concepts_are_told_apart),
    cmocka_unit_test(versions_choose_the_system),
    cmocka_unit_test(a_page_of_an_expansion_does_not_exclude),
    cmocka_unit_test(sets_may_be_implicit_or_contained),
    cmocka_unit_test(sets_that_import_each_other_without_end_are_unknown),
    cmocka_unit_test(names_come_from_system_supplements_and_set),
    cmocka_unit_test(concepts_subsume_what_is_below_them),
    cmocka_unit_test(made_up_systems_are_not_remembered),
  };
  return cmocka_run_group_tests_name("valueset", tests, open_all, close_all);
}
