/* Unit tests of conformance-tests/runner/script: what is loaded, where fixtures
 * are found, what is noted. */
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "support/ax_test.h"

#define R4 "/build/packages/hl7.fhir.r4.examples#4.0.1"

static ax_arena *arena;
static ax_registry *registry;
static ax_script_options options;
static char folder[] = "/tmp/auspex-script-XXXXXX";

static int open_all(void **state) {
  (void)state;
  static char package[400];
  const char *root = getenv("AUSPEX_ROOT");
  ax_error err = { 0 };
  (void)snprintf(package, sizeof package, "%s" R4, root ? root : ".");
  const char *packages[] = { package };
  if (ax_registry_open(&(ax_registry_options){ packages, 1, NULL }, &registry,
                       &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  options.registry = registry;
  return mkdtemp(folder) ? 0 : -1;
}

static int close_all(void **state) {
  (void)state;
  ax_registry_close(registry);
  char command[100];
  (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new((size_t)64 << 20);
  options.fixture_folders = NULL;
  options.fixture_folder_count = 0;
  return arena ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

#define PART(name, value) \
  "{\"url\":\"" name "\",\"valueString\":\"" value "\"}"

/* --- helpers -----------------------------------------------------------------
 */

static const char *path_of(const char *name) {
  return ax_arena_printf(arena, "%s/%s", folder, name).ptr;
}

static void put(const char *name, const char *text) {
  ax_str path = ax_str_from(path_of(name));
  size_t n = path.len;
  while (path.ptr[n - 1] != '/') n--;
  ax_str around = ax_arena_str(arena, (ax_str){ path.ptr, n - 1 });
  assert_int_equal(ax_file_make_dirs(around.ptr, NULL), AX_OK);
  assert_int_equal(ax_file_write(path.ptr, ax_str_from(text), NULL), AX_OK);
}

static ax_script *load(const char *name) {
  ax_script *script = NULL;
  ax_error err = { 0 };
  ax_status status =
      ax_script_load(path_of(name), &options, arena, &script, &err);
  if (status) fail_msg("%s: %s", ax_error_name(status), err.text);
  return script;
}

static ax_script *load_text(const char *text) {
  put("script.json", text);
  return load("script.json");
}

/* Of a script with these members. */
static ax_script *load_members(const char *members) {
  ax_str text = ax_arena_printf(
      arena,
      "{\"resourceType\":\"TestScript\",\"url\":\"http://x.org/T\","
      "\"name\":\"T\",\"status\":\"draft\",%s}",
      members);
  return load_text(text.ptr);
}

static void refused(const char *text, ax_status status, const char *part) {
  ax_script *script;
  ax_error err = { 0 };
  put("refused.json", text);
  assert_int_equal(ax_script_load(path_of("refused.json"), &options, arena,
                                  &script, &err),
                   status);
  if (!strstr(err.text, part)) fail_msg("%s", err.text);
  assert_non_null(strstr(err.text, "refused.json"));
}

static const ax_script_notice *notice(const ax_script *s, const char *part) {
  for (size_t i = 0; i < s->notices.count; i++)
    if (strstr(s->notices.items[i].text.ptr, part)) return &s->notices.items[i];
  return NULL;
}

static void noted(const ax_script *s, const char *place, const char *part) {
  const ax_script_notice *n = notice(s, part);
  if (!n) {
    for (size_t i = 0; i < s->notices.count; i++)
      print_message("%s: %s\n", s->notices.items[i].place.ptr,
                    s->notices.items[i].text.ptr);
    fail_msg("nothing says: %s", part);
    return;
  }
  assert_str(n->place, place);
}

/* --- a plain script ----------------------------------------------------------
 */

static void parts_are_read(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"id\":\"t1\",\"title\":\"A title\",\"version\":\"1\","
      "\"meta\":{\"tag\":[{\"code\":\"smoke\"},{\"code\":\"slow\"}]},"
      "\"origin\":[{\"index\":1,\"profile\":{\"code\":\"FHIR-Client\"}}],"
      "\"destination\":[{\"index\":1,\"profile\":{\"code\":\"FHIR-Server\"}},"
      "{\"index\":2,\"profile\":{\"code\":\"FHIR-Server\"}}],"
      "\"profile\":[{\"id\":\"p\",\"reference\":\"http://x.org/P\"}],"
      "\"variable\":[{\"name\":\"a\",\"defaultValue\":\"\"},"
      "{\"name\":\"b\",\"sourceId\":\"r\",\"expression\":\"Patient.id\"}],"
      "\"setup\":{\"action\":[{\"operation\":{\"type\":{\"code\":\"read\"},"
      "\"encodeRequestUrl\":true,\"params\":\"/1\",\"label\":\"L\"}}]},"
      "\"test\":[{\"id\":\"one\",\"name\":\"One\",\"description\":\"d\","
      "\"action\":[{\"assert\":{\"response\":\"okay\","
      "\"warningOnly\":false}}]}],"
      "\"teardown\":{\"action\":[{\"operation\":{\"targetId\":\"r\","
      "\"encodeRequestUrl\":true}}]}");
  assert_str(s->id, "t1");
  assert_str(s->url, "http://x.org/T");
  assert_str(s->title, "A title");
  assert_str(s->status, "draft");
  assert_int_equal(s->tags.count, 2);
  assert_str(s->tags.items[1], "slow");
  assert_int_equal(s->origins.count, 1);
  assert_int_equal(s->destinations.items[1].index, 2);
  assert_str(s->destinations.items[0].profile, "FHIR-Server");
  assert_str(ax_script_find_profile(s, AX_STR("p"))->canonical,
             "http://x.org/P");
  assert_true(ax_script_find_variable(s, AX_STR("a"))->has_default);
  assert_str(ax_script_find_variable(s, AX_STR("b"))->expression,
             "Patient.id");
  assert_null(ax_script_find_variable(s, AX_STR("c")));
  assert_str(s->setup.actions.items[0].label, "L");
  assert_str(s->setup.actions.items[0].place,
             "TestScript.setup.action[0].operation");
  assert_str(s->tests.items[0].name, "One");
  assert_true(s->tests.items[0].actions.items[0].is_assert);
  assert_str(s->tests.items[0].actions.items[0].place,
             "TestScript.test[0].action[0].assert");
  assert_int_equal(s->teardown.actions.count, 1);
  assert_int_equal(s->notices.count, 0);
}

static void what_is_no_script_is_refused(void **state) {
  (void)state;
  refused("{\"resourceType\":\"Patient\"}", AX_INVALID, "Patient");
  refused("{\"resourceType\":", AX_INVALID, ":1:");
  refused("[]", AX_INVALID, "resourceType");
  refused("", AX_INVALID, "refused.json");
  ax_script *script;
  assert_int_equal(
      ax_script_load(path_of("none.json"), &options, arena, &script, NULL),
      AX_NOT_FOUND);
}

static void scripts_are_told_from_fixtures(void **state) {
  (void)state;
  put("a.json", "\xEF\xBB\xBF{\"id\":\"x\",\n \"resourceType\" : "
                "\"TestScript\"}");
  put("b.json", "{\"resourceType\":\"Patient\",\"id\":\"TestScript\"}");
  put("c.xml", "<?xml version=\"1.0\"?>\n<TestScript xmlns=\"x\"/>");
  put("d.xml", "<Patient><TestScripted/></Patient>");
  put("e.txt", "\"resourceType\":\"TestScript\"");
  put("f.json", "{\"a\":[{\"resourceType\":\"Patient\",\"b\":\"\\\"}\"}],"
                "\"resourceType\":\"TestScript\"}");
  put("g.json", "{\"contained\":[{\"resourceType\":\"TestScript\"}]}");
  put("h.xml", "<!-- <TestScript> --><!DOCTYPE x>\n<f:TestScript\n/>");
  assert_true(ax_script_is(path_of("a.json")));
  assert_false(ax_script_is(path_of("b.json")));
  assert_true(ax_script_is(path_of("c.xml")));
  assert_false(ax_script_is(path_of("d.xml")));
  assert_false(ax_script_is(path_of("e.txt")));
  assert_true(ax_script_is(path_of("f.json")));
  assert_false(ax_script_is(path_of("g.json")));
  assert_true(ax_script_is(path_of("h.xml")));
  assert_false(ax_script_is(path_of("none.json")));
}

static void actions_that_are_neither_have_a_fault(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"test\":[{\"action\":[{},{\"operation\":{},\"assert\":{}},"
      "{\"assert\":7}]}]");
  const ax_script_action *a = s->tests.items[0].actions.items;
  assert_true(a[0].fault.len && a[1].fault.len && a[2].fault.len);
  assert_null(a[0].json);
  assert_null(a[2].json);
  noted(s, "TestScript.test[0].action[0]", "tst-1, tst-2");
}

static void actions_of_other_versions_are_unsupported(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"test\":[{\"action\":[{\"assert\":{\"rule\":{\"ruleId\":\"r\"}}},"
      "{\"assert\":{\"ruleset\":{}}},{\"common\":{\"keyRef\":\"k\"}},"
      "{\"assert\":{\"response\":\"okay\",\"stopTestOnFail\":true}}]}]");
  const ax_script_action *a = s->tests.items[0].actions.items;
  assert_str(a[0].unsupported, "rule (STU3)");
  assert_str(a[1].unsupported, "ruleset (STU3)");
  assert_str(a[2].unsupported, "common (R6)");
  assert_int_equal(a[3].unsupported.len, 0);
}

static void unknown_modifiers_are_unsupported(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"test\":[{\"action\":[{\"assert\":{\"modifierExtension\":[{\"url\":"
      "\"http://x.org/never\"}]}},{\"assert\":{\"modifierExtension\":[{\"url\":"
      "\"http://x.org/TestScript-OncePerType\"}]}}]},{\"modifierExtension\":[{"
      "\"url\":\"http://x.org/maybe\"}],\"action\":[{\"operation\":{}}]}]");
  const ax_script_phase *t = s->tests.items;
  assert_str(t[0].actions.items[0].unsupported,
             "modifierExtension http://x.org/never");
  assert_int_equal(t[0].actions.items[1].unsupported.len, 0);
  assert_str(t[1].actions.items[0].unsupported,
             "modifierExtension http://x.org/maybe");
  s = load_members("\"modifierExtension\":[{\"url\":\"u\"}],"
                   "\"setup\":{\"action\":[{\"operation\":{}}]}");
  assert_str(s->setup.actions.items[0].unsupported, "modifierExtension u");
}

/* --- fixtures ----------------------------------------------------------------
 */

static const ax_script_fixture *fixture(const char *element) {
  ax_str members =
      ax_arena_printf(arena, "\"fixture\":[{\"id\":\"f\",%s}]", element);
  ax_script *s = load_members(members.ptr);
  return ax_script_find_fixture(s, AX_STR("f"));
}

static void found_as(const char *reference, const char *id) {
  ax_str element = ax_arena_printf(
      arena, "\"resource\":{\"reference\":\"%s\"}", reference);
  const ax_script_fixture *f = fixture(element.ptr);
  if (!f->resource) fail_msg("%s", f->missing.ptr);
  assert_str(AX_JSON_STR(f->resource, "id"), id);
}

static void is_missing(const char *element, const char *part) {
  const ax_script_fixture *f = fixture(element);
  assert_null(f->resource);
  if (!f->missing.len || !strstr(f->missing.ptr, part))
    fail_msg("%s", f->missing.ptr);
}

static void fixtures_are_found_in_files(void **state) {
  (void)state;
  put("fx/p1.json", "{\"resourceType\":\"Patient\",\"id\":\"p1\"}");
  put("fx/Patient/p2.json", "{\"resourceType\":\"Patient\",\"id\":\"p2\"}");
  put("far/Patient-p3.json", "{\"resourceType\":\"Patient\",\"id\":\"p3\"}");
  put("far/any name.json", "{\"resourceType\":\"Patient\",\"id\":\"p4\"}");
  put("far/patient-p5.json", "{\"resourceType\":\"Patient\",\"id\":\"p5\"}");
  const char *folders[] = { path_of("nowhere"), path_of("far") };
  found_as("fx/p1.json", "p1");
  found_as("./fx/../fx/p1.json", "p1");
  found_as("fx/p1.xml", "p1");
  found_as("fx/Patient/p2", "p2");
  options.fixture_folders = folders;
  options.fixture_folder_count = 2;
  found_as("fx/p1.json", "p1");
  found_as("Patient/p3", "p3");
  found_as("elsewhere/Patient/p3.xml", "p3");
  found_as("http://x.org/fhir/Patient/p3/_history/2", "p3");
  found_as("Patient/p4", "p4");
  found_as("http://x.org/fhir/Patient-P5.json", "p5");
}

static void fixtures_are_found_from_the_root_of_a_collection(void **state) {
  (void)state;
  put("fx/p1.json", "{\"resourceType\":\"Patient\",\"id\":\"p1\"}");
  put("a/b/script.json",
      "{\"resourceType\":\"TestScript\",\"fixture\":[{\"id\":\"f\","
      "\"resource\":{\"reference\":\"fx/p1.json\"}}]}");
  ax_script *s = load("a/b/script.json");
  assert_non_null(s->fixtures.items[0].resource);
  noted(s, "TestScript.fixture[0]", "found from the folder");
}

static void a_reference_by_type_and_id_has_no_ending_to_be_wrong(void **state) {
  (void)state;
  put("Patient/beside.json", "{\"resourceType\":\"Patient\",\"id\":\"pb\"}");
  const ax_script *s =
      load_members("\"fixture\":[{\"id\":\"f\",\"resource\":{\"reference\":"
                   "\"Patient/beside\"}}]");
  assert_non_null(s->fixtures.items[0].resource);
  assert_null(notice(s, "ending"));
  s = load_members("\"fixture\":[{\"id\":\"f\",\"resource\":{\"reference\":"
                   "\"Patient/beside.xml\"}}]");
  assert_non_null(s->fixtures.items[0].resource);
  assert_non_null(notice(s, "ending"));
}

static void fixtures_that_are_missing_say_why(void **state) {
  (void)state;
  put("fx/broken.json", "{\"resourceType\":\"Patient\",}");
  put("fx/text.json", "\"x\"");
  is_missing("\"resource\":{\"reference\":\"fx/none.json\"}", "fx/none.json");
  is_missing("\"resource\":{\"reference\":\"fx/broken.json\"}",
             "broken.json:1:");
  is_missing("\"resource\":{\"reference\":\"fx/text.json\"}",
             "neither an object nor a list");
  is_missing("\"resource\":{\"reference\":\"/etc/passwd\"}", "not relative");
  is_missing("\"resource\":{\"reference\":\"fx\"}", "fx");
  is_missing("\"resource\":{\"display\":\"x\"}", "names no resource");
  is_missing("\"autocreate\":true", "names no resource");
  is_missing("\"resource\":{\"reference\":\"#c\"}", "contained");
}

static void fixtures_stand_in_the_script(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"c\"}],"
      "\"fixture\":[{\"id\":\"a\",\"autocreate\":\"true\","
      "\"autodelete\":false,\"resource\":{\"reference\":\"#c\"}},"
      "{\"id\":\"b\",\"autocreate\":false,\"autodelete\":true,"
      "\"resource\":{\"resourceType\":\"Group\",\"id\":\"g\"}},"
      "{\"id\":\"c\",\"autocreate\":false,\"autodelete\":false,\"resource\":"
      "{\"extension\":[{\"url\":\"http://x.org/testscript/fhirfakes\","
      "\"valueCode\":\"Invoice\"}]}},"
      "{\"id\":\"d\",\"autocreate\":false,\"autodelete\":false,\"resource\":"
      "{\"extension\":[{\"url\":\"http://x.org/testscript/fhirfakes\","
      "\"valueCode\":\"Sequence\"}]}}]");
  const ax_script_fixture *f = s->fixtures.items;
  assert_true(f[0].autocreate);
  assert_false(f[0].autodelete);
  assert_str(AX_JSON_STR(f[0].resource, "id"), "c");
  assert_str(AX_JSON_STR(f[1].resource, "id"), "g");
  noted(s, "TestScript.fixture[1]", "in the fixture itself");
  assert_str(f[2].generate, "Invoice");
  assert_null(f[2].resource);
  assert_int_equal(f[2].missing.len, 0);
  assert_non_null(strstr(f[3].missing.ptr, "no resource type of R4"));
}

static void fixtures_need_not_be_resources(void **state) {
  (void)state;
  put("fx/patch.json", "[{\"op\":\"remove\",\"path\":\"/active\"}]");
  assert_true(ax_json_is(
      fixture("\"resource\":{\"reference\":\"fx/patch.json\"}")->resource,
      AX_JSON_ARRAY));
  assert_true(
      ax_json_is(fixture("\"resource\":[]")->resource, AX_JSON_ARRAY));
  const ax_script_fixture *f = fixture("\"resource\":{}");
  assert_true(ax_json_is(f->resource, AX_JSON_OBJECT));
  assert_int_equal(f->missing.len, 0);
  noted(load("script.json"), "TestScript.fixture[0]",
        "what it holds is no resource");
}

static void fixtures_can_be_parts_of_others(void **state) {
  (void)state;
  const ax_script_fixture *f = fixture(
      "\"extension\":[{\"url\":\"urn:subFixture\",\"extension\":["
      "{\"url\":\"urn:sourceId\",\"valueString\":\"r\"},"
      "{\"url\":\"urn:fhirPath\",\"valueString\":\"Bundle.entry[0].resource\"}"
      "]}]");
  assert_str(f->part_of, "r");
  assert_str(f->part_expression, "Bundle.entry[0].resource");
  assert_int_equal(f->missing.len, 0);
  is_missing("\"extension\":[{\"url\":\"urn:subFixture\"}]",
             "no fixture or no expression");
}

/* --- XML ---------------------------------------------------------------------
 */

#define FHIR "xmlns=\"http://hl7.org/fhir\""

static void xml_is_the_same_script(void **state) {
  (void)state;
  put("fx/p.xml", "<Patient " FHIR "><id value=\"px\"/><active "
                  "value=\"true\"/></Patient>");
  put("s.xml",
      "<?xml version=\"1.0\"?>\n<TestScript " FHIR "><url "
      "value=\"http://x.org/T\"/><name value=\"T\"/><status value=\"draft\"/>"
      "<fixture id=\"f\"><autocreate value=\"false\"/><autodelete "
      "value=\"true\"/><resource><reference value=\"fx/p.xml\"/></resource>"
      "</fixture><profile id=\"p\"><reference value=\"http://x.org/P\"/>"
      "</profile><variable><name value=\"v\"/></variable><test id=\"t\">"
      "<name value=\"A test\"/><action><assert><response value=\"okay\"/>"
      "<warningOnly value=\"false\"/></assert></action></test>"
      "</TestScript>");
  ax_script *xml = load("s.xml");
  ax_script *json = load_members(
      "\"fixture\":[{\"id\":\"f\",\"autocreate\":false,\"autodelete\":true,"
      "\"resource\":{\"reference\":\"fx/p.xml\"}}],"
      "\"profile\":[{\"id\":\"p\",\"reference\":\"http://x.org/P\"}],"
      "\"variable\":[{\"name\":\"v\"}],"
      "\"test\":[{\"id\":\"t\",\"name\":\"A test\",\"action\":[{\"assert\":{"
      "\"response\":\"okay\",\"warningOnly\":false}}]}]");
  assert_true(xml->was_xml);
  assert_false(json->was_xml);
  assert_true(ax_json_equal(xml->resource, json->resource));
  assert_int_equal(xml->notices.count, 0);
  assert_true(xml->fixtures.items[0].autodelete);
  assert_str(AX_JSON_STR(xml->fixtures.items[0].resource, "id"), "px");
  assert_str(json->tests.items[0].id, "t");
}

static void broken_xml_has_file_and_line(void **state) {
  (void)state;
  refused("<TestScript " FHIR ">\n<test>\n</TestScript>", AX_INVALID,
          "refused.json:3: mismatched tag");
  refused("<Patient " FHIR "><id value=\"1\"/></Patient>", AX_INVALID,
          "this is a Patient");
  put("fx/bad.xml", "<Patient " FHIR "><id/></Patient>");
  is_missing("\"resource\":{\"reference\":\"fx/bad.xml\"}",
             "bad.xml:1: <id> is empty");
}

/* --- leniencies --------------------------------------------------------------
 */

static void leniencies_are_noted(void **state) {
  (void)state;
  ax_script *s = load_text(
      "{\"resourceType\":\"TestScript\",\"fixtureMgr\":{},"
      "\"fixture\":{\"resource\":{\"resourceType\":\"Basic\"},"
      "\"autocreate\":false},"
      "\"profile\":[{\"reference\":\"http://x.org/P\"}],"
      "\"variable\":[{\"name\":\"v\",\"path\":\"a\",\"expression\":\"b\"}],"
      "\"metadata\":{\"rule\":[]},"
      "\"test\":[{\"_name\":{\"id\":\"x\"},\"action\":[{\"operation\":"
      "{\"type\":{\"code\":\"read\"}}},"
      "{\"assert\":{\"stopTestOnFail\":true,\"response\":\"okay\","
      "\"resource\":\"Patient\",\"direction\":\"request\","
      "\"compareToSourceId\":\"x\"}},{\"assert\":{\"response\":\"okay\"}},"
      "{\"assert\":{\"response\":\"okay\"}}]}]}");
  noted(s, "TestScript", "`url` is missing");
  noted(s, "TestScript", "`name` is missing");
  noted(s, "TestScript", "`status` is missing");
  noted(s, "TestScript", "no element `fixtureMgr`");
  noted(s, "TestScript", "`fixture` is no list");
  noted(s, "TestScript.fixture", "`autodelete` is missing");
  noted(s, "TestScript.fixture[0]", "without id");
  noted(s, "TestScript.profile", "profile without id");
  noted(s, "TestScript.variable[0]", "tst-3");
  noted(s, "TestScript.metadata", "`rule` is an element of STU3");
  noted(s, "TestScript.test[0].action[0].operation",
        "`encodeRequestUrl` is missing");
  noted(s, "TestScript.test[0].action[0].operation", "tst-8");
  noted(s, "TestScript.test[0].action[1].assert",
        "`stopTestOnFail` is an element of R5");
  noted(s, "TestScript.test[0].action[1].assert",
        "`warningOnly` is missing (and at 2 other places)");
  noted(s, "TestScript.test[0].action[1].assert", "tst-6");
  noted(s, "TestScript.test[0].action[1].assert", "tst-11");
  noted(s, "TestScript.test[0].action[1].assert", "tst-13");
  assert_null(notice(s, "_name"));
}

static void profiles_of_r5_are_read(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"profile\":[\"http://x.org/A\",\"http://x.org/B\"],"
      "\"_profile\":[null,{\"id\":\"b\"}]");
  assert_str(ax_script_find_profile(s, AX_STR("b"))->canonical,
             "http://x.org/B");
}

/* --- composition -------------------------------------------------------------
 */

static void tests_are_run_for_each_value(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"test\":[{\"name\":\"Dates\",\"extension\":[{\"url\":"
      "\"http://x.org/testscript/parametrize\",\"extension\":["
      "{\"url\":\"variable\",\"valueString\":\"d\"},"
      "{\"url\":\"values\",\"valueString\":\"1, 2,x\"}]}],"
      "\"action\":[{\"assert\":{\"response\":\"okay\"}}]},"
      "{\"name\":\"Plain\",\"action\":[]}]");
  assert_int_equal(s->tests.count, 4);
  const ax_script_phase *t = s->tests.items;
  assert_str(t[1].name, "Dates [d=2]");
  assert_int_equal(t[1].bindings.count, 1);
  assert_str(t[1].bindings.items[0].inner, "d");
  assert_str(t[1].bindings.items[0].value, "2");
  assert_str(t[2].bindings.items[0].value, "x");
  assert_int_equal(t[2].actions.count, 1);
  assert_str(t[3].name, "Plain");
  assert_int_equal(t[3].bindings.count, 0);
}

static void parameters_multiply(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"test\":[{\"extension\":["
      "{\"url\":\"parametrize\",\"extension\":[" PART("variable", "a") ","
      PART("values", "1,2") "]},{\"url\":\"parametrize\",\"extension\":["
      PART("variable", "b") "," PART("values", "3,4") "]}],\"action\":[]}]");
  static const char *const names[] = { "[a=1] [b=3]", "[a=1] [b=4]",
                                       "[a=2] [b=3]", "[a=2] [b=4]" };
  assert_int_equal(s->tests.count, 4);
  for (size_t i = 0; i < 4; i++) {
    const ax_script_phase *t = &s->tests.items[i];
    assert_str(t->name, names[i]);
    assert_int_equal(t->bindings.count, 2);
    assert_str(t->bindings.items[0].value, i < 2 ? "1" : "2");
    assert_str(t->bindings.items[1].value, i % 2 ? "4" : "3");
  }
}

#define CONDITIONAL \
  "\"modifierExtension\":[{\"url\":\"https://x.org/TestScript-Conditional\"," \
  "\"valueReference\":{\"reference\":\"#c\"}}]"

static void conditions_are_contained_scripts(void **state) {
  (void)state;
  ax_script *s = load_members(
      "\"contained\":[{\"resourceType\":\"TestScript\",\"id\":\"c\",\"test\":["
      "{\"action\":[{\"operation\":{\"label\":\"L\"}}]},{\"action\":[]}]}],"
      "\"test\":[{" CONDITIONAL ",\"action\":[{\"operation\":{}}]}]");
  const ax_script *condition = s->tests.items[0].condition;
  assert_int_equal(condition->tests.count, 2);
  assert_str(condition->tests.items[0].actions.items[0].label, "L");
  assert_int_equal(s->tests.items[0].actions.items[0].unsupported.len, 0);
  s = load_members("\"test\":[{" CONDITIONAL
                   ",\"action\":[{\"operation\":{}}]}]");
  assert_null(s->tests.items[0].condition);
  assert_str(s->tests.items[0].actions.items[0].unsupported,
             "a condition that is not contained");
}

#define SUBTEST "https://x.org/StructureDefinition/assert-subtest"
#define INNER "{\"resourceType\":\"TestScript\",\"name\":\"Inner\",\"test\":["

static ax_script *outer(const char *extension) {
  ax_str members = ax_arena_printf(
      arena, "\"test\":[{\"action\":[{\"assert\":{\"extension\":[%s]}}]}]",
      extension);
  return load_members(members.ptr);
}

static void subtests_are_loaded(void **state) {
  (void)state;
  put("below/deeper/inner.json", INNER "{\"action\":[]}]}");
  ax_script *s = outer(
      "{\"url\":\"" SUBTEST "\",\"extension\":[{\"url\":\"testName\","
      "\"valueString\":\"Inner\"},{\"url\":\"bindVariable\",\"extension\":["
      "{\"url\":\"bindSource\",\"valueString\":\"o\"},"
      "{\"url\":\"bindTarget\",\"valueString\":\"i\"}]}]}");
  const ax_script_action *a = &s->tests.items[0].actions.items[0];
  assert_int_equal(a->fault.len, 0);
  assert_str(a->subtest->script->name, "Inner");
  assert_str(a->subtest->bindings.items[0].inner, "i");
  assert_str(a->subtest->bindings.items[0].outer, "o");
  assert_int_equal(a->subtest->each.len, 0);
  s = outer("{\"url\":\"" SUBTEST "-each\",\"extension\":[{\"url\":"
            "\"testName\",\"valueString\":\"Inner\"},{\"url\":"
            "\"bindEachTarget\",\"valueString\":\"i\"},{\"url\":"
            "\"allMustPass\",\"valueBoolean\":false}]}");
  a = &s->tests.items[0].actions.items[0];
  assert_str(a->subtest->each, "i");
  assert_false(a->subtest->all_must_pass);
}

static void subtests_that_cannot_be_loaded_are_faults(void **state) {
  (void)state;
  /* Nobody writes into this pipe: who reads it waits for ever. */
  char pipe[300];
  (void)snprintf(pipe, sizeof pipe, "%s/pipe.json", folder);
  assert_int_equal(mkfifo(pipe, 0600), 0);
  ax_script *s = outer("{\"url\":\"" SUBTEST "\",\"extension\":[{\"url\":"
                       "\"testName\",\"valueString\":\"Nobody\"}]}");
  const ax_script_action *a = &s->tests.items[0].actions.items[0];
  assert_null(a->subtest);
  assert_non_null(strstr(a->fault.ptr, "\"Nobody\" was not found"));
  put("loop.json",
      "{\"resourceType\":\"TestScript\",\"name\":\"Loop\",\"test\":[{"
      "\"action\":[{\"assert\":{\"extension\":[{\"url\":\"" SUBTEST "\","
      "\"extension\":[{\"url\":\"testName\",\"valueString\":\"Loop\"}]}]"
      "}}]}]}");
  s = load("loop.json");
  a = &s->tests.items[0].actions.items[0];
  while (a->subtest)
    a = &a->subtest->script->tests.items[0].actions.items[0];
  assert_non_null(a->fault.ptr);
  assert_non_null(strstr(a->fault.ptr, "nested too deep"));
}

#define IMPORT "https://x.org/wiki/TestScript-Import"
static const ax_script_action *import(const char *parts) {
  ax_str members = ax_arena_printf(
      arena,
      "\"test\":[{\"action\":[{\"operation\":{\"modifierExtension\":[{"
      "\"url\":\"" IMPORT "\",\"extension\":[%s]}]}}]}]",
      parts);
  return &load_members(members.ptr)->tests.items[0].actions.items[0];
}

static void imports_are_loaded_and_bound(void **state) {
  (void)state;
  put("lib/part.json",
      "{\"resourceType\":\"TestScript\",\"name\":\"Part\","
      "\"modifierExtension\":[{\"url\":\"" IMPORT "\",\"extension\":["
      PART("urn:fixture-in", "in") "," PART("urn:variable-in", "v1") ","
      PART("urn:variable-in", "v2") "," PART("urn:fixture-out", "out")
      "]}]}");
  const ax_script_action *a = import(
      PART("component", "lib/part.json") "," PART("urn:fixture-in", "mine") ","
      PART("urn:variable-in", "'a text'") "," PART("urn:variable-in", "w") ","
      PART("urn:variable-in-no-translation", "same") ","
      PART("urn:fixture-out", "result"));
  if (!a->subtest) fail_msg("%s", a->fault.ptr);
  assert_false(a->is_assert);
  assert_str(a->subtest->script->name, "Part");
  assert_int_equal(a->subtest->bindings.count, 5);
  const ax_script_binding *b = a->subtest->bindings.items;
  assert_true(b[0].is_fixture && !b[0].is_out);
  assert_str(b[0].inner, "in");
  assert_str(b[0].outer, "mine");
  assert_true(b[1].is_fixture && b[1].is_out);
  assert_str(b[1].outer, "result");
  assert_str(b[2].inner, "v1");
  assert_str(b[2].value, "a text");
  assert_int_equal(b[2].outer.len, 0);
  assert_str(b[3].outer, "w");
  assert_str(b[4].inner, "same");
  assert_str(b[4].outer, "same");
}

static void imports_that_do_not_fit_are_faults(void **state) {
  (void)state;
  static const struct {
    const char *parts, *fault;
  } wrong[] = {
    { PART("component", "lib/none.json"), "cannot be loaded" },
    { PART("urn:fixture-in", "mine"), "names no component" },
    { PART("component", "lib/part.json"), "declares more parameters" },
    { PART("component", "lib/part.json") "," PART("fixture-in", "a") ","
      PART("fixture-in", "b"),
      "declares fewer parameters" },
  };
  for (size_t i = 0; i < AX_COUNT(wrong); i++) {
    const ax_script_action *a = import(wrong[i].parts);
    assert_null(a->subtest);
    if (!strstr(a->fault.ptr, wrong[i].fault)) fail_msg("%s", a->fault.ptr);
  }
}

/* --- without memory ----------------------------------------------------------
 */

/* Fails the first allocation, the second and so on until all succeed. */
static void never_half_loaded(const char *name) {
  const char *path = path_of(name);
  for (size_t n = 0;; n++) {
    ax_script *script;
    ax_error err = { 0 };
    ax_arena *own = ax_arena_new((size_t)64 << 20);
    ax_arena_fail_after(own, n);
    ax_status status = ax_script_load(path, &options, own, &script, &err);
    ax_arena_free(own);
    if (status == AX_OK) {
      assert_true(n > 50);
      return;
    }
    if (status != AX_NOMEM)
      fail_msg("%zu: %s %s", n, ax_error_name(status), err.text);
  }
}

static void want_of_memory_is_told(void **state) {
  (void)state;
  put("m/Patient-1.json", "{\"resourceType\":\"Patient\",\"id\":\"1\"}");
  put("m/2.xml", "<Patient " FHIR "><id value=\"2\"/><text><div xmlns="
                 "\"http://www.w3.org/1999/xhtml\"/></text><active "
                 "value=\"true\"><extension url=\"u\"/></active></Patient>");
  put("m/inner.json", INNER "{\"action\":[]}]}");
  put("m/all.json",
      "{\"resourceType\":\"TestScript\",\"meta\":{\"tag\":[{\"code\":\"a\"}]},"
      "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"c\"}],"
      "\"fixture\":[{\"id\":\"a\",\"resource\":{\"reference\":\"Patient/1\"}},"
      "{\"id\":\"b\",\"resource\":{\"reference\":\"Patient/2\"}},"
      "{\"resource\":{\"reference\":\"#d\"}},"
      "{\"id\":\"e\",\"resource\":{\"reference\":\"2.json\"}}],"
      "\"origin\":[{}],\"destination\":[{}],\"profile\":[\"x\"],"
      "\"variable\":[{\"x\":1}],\"setup\":{\"action\":[{\"operation\":{}}]},"
      "\"test\":[{\"extension\":[{\"url\":\"parametrize\",\"extension\":["
      PART("variable", "v") "," PART("values", "1,2") "]}],\"action\":["
      "{\"assert\":{\"extension\":[{\"url\":\"" SUBTEST "\",\"extension\":["
      PART("testName", "Inner") "]}]}}]}]}");
  put("m/all.xml", "<TestScript " FHIR "><name value=\"x\"/><fixture id=\"f\">"
                   "<resource><reference value=\"2.xml\"/></resource>"
                   "</fixture><rule value=\"1\"/><rule value=\"2\"/>"
                   "</TestScript>");
  never_half_loaded("m/all.json");
  never_half_loaded("m/all.xml");
}

/* --- the public scripts ------------------------------------------------------
 */

static size_t loaded, without;

static void load_one(const char *path) {
  ax_script *script;
  ax_error err = { 0 };
  ax_arena *own = ax_arena_new((size_t)64 << 20);
  ax_status status = ax_script_load(path, &options, own, &script, &err);
  if (status) fail_msg("%s: %s", ax_error_name(status), err.text);
  loaded++;
  for (size_t i = 0; i < script->fixtures.count; i++)
    without += script->fixtures.items[i].missing.len > 0;
  ax_arena_free(own);
}

/* The folders of CORPORA are few and shallow. */
static void load_tree(const char *tree) {
  const char *const *names;
  size_t count;
  assert_int_equal(ax_file_list(arena, tree, &names, &count, NULL), AX_OK);
  for (size_t i = 0; i < count; i++) {
    ax_str path = ax_arena_printf(arena, "%s/%s", tree, names[i]);
    if (ax_file_is_dir(path.ptr))
      load_tree(path.ptr);
    else if (ax_script_is(path.ptr))
      load_one(path.ptr);
  }
}

static void public_scripts_are_loaded(void **state) {
  (void)state;
  const char *corpora = getenv("CORPORA");
  if (!corpora) skip();
  load_tree(ax_arena_printf(arena, "%s/testscripts", corpora).ptr);
  print_message("%zu scripts, %zu fixtures missing\n", loaded, without);
  assert_true(loaded > 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(parts_are_read),
    TEST(what_is_no_script_is_refused),
    TEST(scripts_are_told_from_fixtures),
    TEST(actions_that_are_neither_have_a_fault),
    TEST(actions_of_other_versions_are_unsupported),
    TEST(unknown_modifiers_are_unsupported),
    TEST(fixtures_are_found_in_files),
    TEST(fixtures_are_found_from_the_root_of_a_collection),
    TEST(a_reference_by_type_and_id_has_no_ending_to_be_wrong),
    TEST(fixtures_that_are_missing_say_why),
    TEST(fixtures_stand_in_the_script),
    TEST(fixtures_need_not_be_resources),
    TEST(fixtures_can_be_parts_of_others),
    TEST(xml_is_the_same_script),
    TEST(broken_xml_has_file_and_line),
    TEST(leniencies_are_noted),
    TEST(profiles_of_r5_are_read),
    TEST(tests_are_run_for_each_value),
    TEST(parameters_multiply),
    TEST(conditions_are_contained_scripts),
    TEST(subtests_are_loaded),
    TEST(subtests_that_cannot_be_loaded_are_faults),
    TEST(imports_are_loaded_and_bound),
    TEST(imports_that_do_not_fit_are_faults),
    TEST(want_of_memory_is_told),
    TEST(public_scripts_are_loaded),
  };
  return cmocka_run_group_tests_name("script", tests, open_all, close_all);
}
