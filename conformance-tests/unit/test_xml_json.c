/* Unit tests of script/xml_json.c: what XML becomes in JSON, what is refused,
 * and the official examples there and back. */
#include "script/xml_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "json/json_edit.h"
#include "json/json_parse.h"
#include "json/json_write.h"
#include "support/ax_test.h"

#define PACKAGE "/build/packages/hl7.fhir.r4.examples#4.0.1"
#define FHIR "xmlns=\"http://hl7.org/fhir\""
#define XHTML "xmlns=\"http://www.w3.org/1999/xhtml\""

static ax_arena *arena;
static ax_registry *registry;
static char package[400];

static int open_registry(void **state) {
  (void)state;
  const char *root = getenv("AUSPEX_ROOT");
  ax_error err = { 0 };
  (void)snprintf(package, sizeof package, "%s" PACKAGE, root ? root : ".");
  const char *packages[] = { package };
  arena = ax_arena_new((size_t)2 << 30);
  if (!arena ||
      ax_registry_open(&(ax_registry_options){ packages, 1, NULL }, &registry,
                       &err)) {
    print_error("%s\n", err.text);
    return -1;
  }
  return 0;
}

static int close_registry(void **state) {
  (void)state;
  ax_registry_close(registry);
  ax_arena_free(arena);
  return 0;
}

static int forget(void **state) {
  (void)state;
  ax_arena_reset(arena);
  return 0;
}

static ax_str json_of(const ax_json *tree) {
  ax_buf text = AX_BUF_INIT(16u << 20);
  ax_json_writer w = ax_json_write_begin(&text);
  ax_json_write_tree(&w, tree);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  ax_str kept = ax_arena_str(arena, ax_buf_view(&text));
  ax_buf_free(&text);
  return kept;
}

static void becomes(const char *xml, const char *json) {
  const ax_json *tree = NULL;
  ax_error err = { 0 };
  ax_status status =
      ax_xml_json_read(registry, arena, ax_str_from(xml), &tree, &err);
  if (status) fail_msg("%s: %s", ax_error_name(status), err.text);
  assert_str(json_of(tree), json);
}

static void refused(const char *xml, const char *text) {
  const ax_json *tree = NULL;
  ax_error err = { 0 };
  assert_int_equal(
      ax_xml_json_read(registry, arena, ax_str_from(xml), &tree, &err),
      AX_INVALID);
  assert_string_equal(err.text, text);
}

/* --- shapes ------------------------------------------------------------------
 */

static void primitives_have_their_json_kind(void **state) {
  (void)state;
  becomes("<Patient " FHIR ">\n<active value=\"true\"/>"
          "<birthDate value=\"1970-01-01\"/>"
          "<multipleBirthInteger value=\" 2 \"/></Patient>",
          "{\"resourceType\":\"Patient\",\"active\":true,"
          "\"birthDate\":\"1970-01-01\",\"multipleBirthInteger\":2}");
  becomes("<Observation " FHIR "><valueQuantity><value value=\"1.50e-3\"/>"
          "</valueQuantity></Observation>",
          "{\"resourceType\":\"Observation\","
          "\"valueQuantity\":{\"value\":1.50e-3}}");
  becomes("<Observation " FHIR "><valueTime value=\"12:00:00\"/>"
          "</Observation>",
          "{\"resourceType\":\"Observation\",\"valueTime\":\"12:00:00\"}");
}

static void lists_are_arrays_by_their_definition(void **state) {
  (void)state;
  becomes("<Patient " FHIR "><name><family value=\"A\"/><given value=\"B\"/>"
          "<given value=\"C\"/></name><maritalStatus><text value=\"x\"/>"
          "</maritalStatus></Patient>",
          "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"A\","
          "\"given\":[\"B\",\"C\"]}],\"maritalStatus\":{\"text\":\"x\"}}");
  /* Content references: test.action.operation is setup.action.operation. */
  becomes("<TestScript " FHIR "><test><action><operation>"
          "<encodeRequestUrl value=\"false\"/><requestHeader>"
          "<field value=\"A\"/></requestHeader></operation></action></test>"
          "</TestScript>",
          "{\"resourceType\":\"TestScript\",\"test\":[{\"action\":[{"
          "\"operation\":{\"encodeRequestUrl\":false,\"requestHeader\":[{"
          "\"field\":\"A\"}]}}]}]}");
  becomes("<Questionnaire " FHIR "><item><item><linkId value=\"1\"/></item>"
          "</item></Questionnaire>",
          "{\"resourceType\":\"Questionnaire\",\"item\":[{\"item\":[{"
          "\"linkId\":\"1\"}]}]}");
}

static void ids_and_extensions_stand_beside_primitives(void **state) {
  (void)state;
  becomes("<Patient " FHIR "><birthDate id=\"b\" value=\"1970\"><extension "
          "url=\"http://x.org/t\"><valueTime value=\"10:00:00\"/></extension>"
          "</birthDate></Patient>",
          "{\"resourceType\":\"Patient\",\"birthDate\":\"1970\","
          "\"_birthDate\":{\"id\":\"b\",\"extension\":[{\"url\":"
          "\"http://x.org/t\",\"valueTime\":\"10:00:00\"}]}}");
  becomes("<Patient " FHIR "><name><given value=\"A\"/><given><extension "
          "url=\"u\"><valueCode value=\"unknown\"/></extension></given>"
          "</name></Patient>",
          "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",null],"
          "\"_given\":[null,{\"extension\":[{\"url\":\"u\","
          "\"valueCode\":\"unknown\"}]}]}]}");
  becomes("<Patient " FHIR "><gender id=\"g\"/></Patient>",
          "{\"resourceType\":\"Patient\",\"_gender\":{\"id\":\"g\"}}");
  becomes("<Patient " FHIR "><id value=\"1\"/><name id=\"n\"><text "
          "value=\"x\"/></name></Patient>",
          "{\"resourceType\":\"Patient\",\"id\":\"1\",\"name\":[{\"id\":"
          "\"n\",\"text\":\"x\"}]}");
}

static void narratives_stay_text(void **state) {
  (void)state;
  becomes("<Patient " FHIR "><text><status value=\"generated\"/>\r\n<div "
          XHTML ">\r\n<p class='a'>1 &lt; 2 &#xA0;<br/><!-- c --></p></div>"
          "</text></Patient>",
          "{\"resourceType\":\"Patient\",\"text\":{\"status\":\"generated\","
          "\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">\\n<p "
          "class='a'>1 &lt; 2 &#xA0;<br/><!-- c --></p></div>\"}}");
  becomes("<Patient " FHIR "><text><div " XHTML "/></text></Patient>",
          "{\"resourceType\":\"Patient\",\"text\":{\"div\":\"<div "
          "xmlns=\\\"http://www.w3.org/1999/xhtml\\\"/>\"}}");
}

static void resources_stand_in_resources(void **state) {
  (void)state;
  becomes("<Bundle " FHIR "><entry><resource><Patient><contained><Group>"
          "<id value=\"g\"/></Group></contained></Patient></resource></entry>"
          "</Bundle>",
          "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{"
          "\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":"
          "\"Group\",\"id\":\"g\"}]}}]}");
}

static void what_is_not_content_is_left_out(void **state) {
  (void)state;
  becomes("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?><?x y?>\n"
          "<!-- a --><f:Patient xmlns:f=\"http://hl7.org/fhir\" "
          "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
          "xsi:schemaLocation=\"a b\"><!-- b --><f:id value=\"1\"/>"
          "</f:Patient><!-- c -->",
          "{\"resourceType\":\"Patient\",\"id\":\"1\"}");
  becomes("<Patient " FHIR "><id value=\"&lt;&#65;&amp;&quot;\"/></Patient>",
          "{\"resourceType\":\"Patient\",\"id\":\"<A&\\\"\"}");
}

static void what_r4_does_not_define_keeps_its_shape(void **state) {
  (void)state;
  becomes("<TestScript " FHIR "><fixtureMgr id=\"a\"><autocreate "
          "value=\"true\"/><x value=\"1\"/><x value=\"2\"><extension "
          "url=\"u\"/></x></fixtureMgr></TestScript>",
          "{\"resourceType\":\"TestScript\",\"fixtureMgr\":{\"id\":\"a\","
          "\"autocreate\":true,\"x\":[\"1\",\"2\"],\"_x\":[null,"
          "{\"extension\":{\"url\":\"u\"}}]}}");
  becomes("<Patient " FHIR "><active value=\"${a}\"/></Patient>",
          "{\"resourceType\":\"Patient\",\"active\":\"${a}\"}");
}

/* --- faults ------------------------------------------------------------------
 */

static void wrong_xml_is_refused_with_its_line(void **state) {
  (void)state;
  refused("<Patient " FHIR ">\n<id value=\"1\"/>\n<a></b></Patient>",
          "3: mismatched tag");
  refused("", "1: no element found");
  refused("<!DOCTYPE Patient><Patient " FHIR "/>",
          "1: a document type is not allowed");
  refused("<Patient " FHIR "><id value=\"&nbsp;\"/></Patient>",
          "1: undefined entity");
  refused("<Patient " FHIR ">&nbsp;</Patient>",
          "1: undefined entity");
  refused("<Patient/>", "1: <Patient> is not in the namespace "
                        "http://hl7.org/fhir");
  refused("<x:Patient " FHIR "/>",
          "1: <x:Patient> is not in the namespace http://hl7.org/fhir");
  refused("<Patient " FHIR ">\n<x:a/></Patient>",
          "2: <x:a> is not in the namespace http://hl7.org/fhir");
  refused("<Patient " FHIR "><name xmlns=\"urn:x\"/></Patient>",
          "1: the namespace \"urn:x\" is not FHIR's");
}

static void wrong_resources_are_refused_with_their_line(void **state) {
  (void)state;
  refused("<Sequence " FHIR "/>", "1: \"Sequence\" is no resource type of R4");
  refused("<Patient " FHIR ">\n\n<id valeu=\"1\"/></Patient>",
          "3: <id> has no attribute valeu");
  refused("<Patient " FHIR ">\n<id/></Patient>", "2: <id> is empty");
  refused("<Patient " FHIR ">\n<id value=\"1\"/>x</Patient>",
          "2: text between elements: \"x\"");
  refused("<Patient " FHIR "><id value=\"1\"/>\n<id value=\"2\"/></Patient>",
          "2: <id> may be there only once");
  refused("<Patient " FHIR ">\n<active value=\"yes\"/></Patient>",
          "2: true or false is wanted, not \"yes\"");
  refused("<Patient " FHIR ">\n<multipleBirthInteger value=\"01\"/></Patient>",
          "2: a number is wanted, not \"01\"");
  refused("<Patient " FHIR ">\n<text><div/></text></Patient>",
          "2: <div> declares no namespace http://www.w3.org/1999/xhtml");
  refused("<Patient " FHIR ">\n<contained/></Patient>",
          "2: <contained> is empty");
  refused("<Patient " FHIR "><contained><Group/>\n<Group/></contained>"
          "</Patient>",
          "2: <contained> holds more than one resource");
}

static void depth_is_bounded(void **state) {
  (void)state;
  ax_buf text = AX_BUF_INIT(1u << 20);
  ax_buf_printf(&text, "<Patient " FHIR ">");
  for (int i = 0; i < AX_XML_JSON_DEPTH; i++)
    ax_buf_printf(&text, "<extension url=\"u\">");
  const ax_json *tree;
  ax_error err = { 0 };
  assert_int_equal(
      ax_xml_json_read(registry, arena, ax_buf_view(&text), &tree, &err),
      AX_INVALID);
  assert_string_equal(err.text, "1: elements are nested too deep");
  ax_buf_free(&text);
}

/* --- the official examples, there and back -----------------------------------
 */

static void write_text(ax_buf *out, ax_str text) {
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '<' || c == '&' || c == '"' || (c >= 0 && c < ' '))
      ax_buf_printf(out, "&#%d;", c);
    else
      ax_buf_append_char(out, c);
  }
}

static void write_attribute(ax_buf *out, const char *name,
                            const ax_json *value) {
  if (!value || value->kind == AX_JSON_NULL) return;
  ax_str text = value->kind == AX_JSON_BOOL
                    ? (value->truth ? AX_STR("true") : AX_STR("false"))
                    : ax_json_text(value);
  ax_buf_printf(out, " %s=\"", name);
  write_text(out, text);
  ax_buf_append_char(out, '"');
}

static void write_members(ax_buf *out, const ax_json *object,
                          bool is_extension);

/* Its type comes first; the instances of an ExampleScenario have an element of
 * that name. */
static bool is_resource(const ax_json *object) {
  return ax_json_is(object, AX_JSON_OBJECT) && object->count &&
         ax_str_eq(object->u.members[0].key, AX_STR("resourceType"));
}

static void write_element(ax_buf *out, ax_str name, const ax_json *value,
                          const ax_json *beside);

/* Of a resource: an element, not an attribute. */
static void write_id(ax_buf *out, const ax_json *resource) {
  const ax_json *id = AX_JSON_GET(resource, "id");
  if (id) write_element(out, AX_STR("id"), id, NULL);
}

static void write_element(ax_buf *out, ax_str name, const ax_json *value,
                          const ax_json *beside) {
  bool is_object = ax_json_is(value, AX_JSON_OBJECT);
  bool is_whole = is_resource(value);
  bool is_extension = ax_str_eq(name, AX_STR("extension")) ||
                      ax_str_eq(name, AX_STR("modifierExtension"));
  if (ax_str_eq(name, AX_STR("div"))) {
    ax_buf_append(out, ax_json_text(value));
    return;
  }
  const ax_json *inside = is_object ? value : beside;
  ax_buf_printf(out, "<" AX_STR_FMT, AX_STR_ARG(name));
  if (!is_whole) write_attribute(out, "id", AX_JSON_GET(inside, "id"));
  if (is_extension) write_attribute(out, "url", AX_JSON_GET(inside, "url"));
  if (!is_object) write_attribute(out, "value", value);
  ax_buf_append_char(out, '>');
  if (is_whole) {
    ax_str type = AX_JSON_STR(value, "resourceType");
    ax_buf_printf(out, "<" AX_STR_FMT ">", AX_STR_ARG(type));
    write_id(out, value);
    write_members(out, value, false);
    ax_buf_printf(out, "</" AX_STR_FMT ">", AX_STR_ARG(type));
  } else
    write_members(out, inside, is_extension);
  ax_buf_printf(out, "</" AX_STR_FMT ">", AX_STR_ARG(name));
}

static void write_member(ax_buf *out, ax_str key, const ax_json *value,
                         const ax_json *beside) {
  size_t count = ax_json_is(value, AX_JSON_ARRAY)    ? value->count
                 : ax_json_is(beside, AX_JSON_ARRAY) ? beside->count
                                                     : 0;
  for (size_t i = 0; i < count; i++)
    write_element(out, key, ax_json_item(value, i), ax_json_item(beside, i));
  if (!count) write_element(out, key, value, beside);
}

static void write_members(ax_buf *out, const ax_json *object,
                          bool is_extension) {
  for (size_t i = 0; i < ax_json_count(object); i++) {
    const ax_json_member *m = &object->u.members[i];
    if (ax_str_eq(m->key, AX_STR("id")) ||
        (is_resource(object) && i == 0) ||
        (is_extension && ax_str_eq(m->key, AX_STR("url"))))
      continue;
    ax_str key = m->key;
    bool is_beside = key.ptr[0] == '_';
    key = ax_str_skip(key, is_beside);
    if (is_beside && ax_json_get(object, key)) continue;
    ax_str other = AX_JOIN(arena, AX_STR("_"), key);
    write_member(out, key, is_beside ? NULL : &m->value,
                 ax_json_get(object, other));
  }
}

static void write_xml(ax_buf *out, const ax_json *resource) {
  ax_str type = AX_JSON_STR(resource, "resourceType");
  ax_buf_printf(out, "<" AX_STR_FMT " " FHIR ">", AX_STR_ARG(type));
  write_id(out, resource);
  write_members(out, resource, false);
  ax_buf_printf(out, "</" AX_STR_FMT ">", AX_STR_ARG(type));
}

/* XML has no other line ends than LF. */
static bool without_cr(void *ctx, ax_str key, ax_str value, ax_str *out) {
  (void)ctx;
  if (!ax_str_eq(key, AX_STR("div")) || !memchr(value.ptr, '\r', value.len))
    return false;
  char *bytes = ax_arena_cstr(arena, value);
  size_t n = 0;
  for (size_t i = 0; i < value.len; i++)
    if (value.ptr[i] != '\r') bytes[n++] = value.ptr[i];
  *out = (ax_str){ bytes, n };
  return true;
}

/* The same resource, or a message. */
static bool comes_back(const char *path) {
  ax_str text;
  const ax_json *before, *after;
  ax_json_fault fault;
  ax_error err = { 0 };
  ax_buf xml = AX_BUF_INIT(64u << 20);
  assert_int_equal(ax_file_read(arena, path, 64u << 20, &text, &err), AX_OK);
  if (ax_json_parse(arena, text, &before, &fault) || !is_resource(before))
    return true;
  assert_int_equal(
      ax_json_edit_strings(arena, before, without_cr, NULL, &before), AX_OK);
  write_xml(&xml, before);
  assert_int_equal(xml.status, AX_OK);
  ax_status status =
      ax_xml_json_read(registry, arena, ax_buf_view(&xml), &after, &err);
  bool same = !status && ax_json_equal(before, after);
  if (!same)
    print_message("%s: %s\n", path, status ? err.text : "is not the same");
  ax_buf_free(&xml);
  return same;
}

static void official_examples_come_back(void **state) {
  (void)state;
  char folder[500];
  const char *const *names;
  size_t count, wrong = 0;
  ax_arena *list = ax_arena_new((size_t)16 << 20);
  (void)snprintf(folder, sizeof folder, "%s/package", package);
  assert_int_equal(ax_file_list(list, folder, &names, &count, NULL), AX_OK);
  assert_true(count > 5000);
  for (size_t i = 0; i < count; i++) {
    char path[900];
    ax_str name = ax_str_from(names[i]);
    bool all = getenv("AUSPEX_ALL_XML") != NULL;
    if (!ax_str_ends(name, AX_STR(".json")) || name.ptr[0] == '.' ||
        (!all && i % 8 != 0))
      continue;
    (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    wrong += !comes_back(path);
    ax_arena_reset(arena);
  }
  ax_arena_free(list);
  assert_int_equal(wrong, 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, forget)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(primitives_have_their_json_kind),
    TEST(lists_are_arrays_by_their_definition),
    TEST(ids_and_extensions_stand_beside_primitives),
    TEST(narratives_stay_text),
    TEST(resources_stand_in_resources),
    TEST(what_is_not_content_is_left_out),
    TEST(what_r4_does_not_define_keeps_its_shape),
    TEST(wrong_xml_is_refused_with_its_line),
    TEST(wrong_resources_are_refused_with_their_line),
    TEST(depth_is_bounded),
    TEST(official_examples_come_back),
  };
  return cmocka_run_group_tests_name("xml_json", tests, open_registry,
                                     close_registry);
}
