/* Unit tests of gateway/src/fhir/fhir_xhtml. */
#include <string.h>

#include "support/ax_test.h"

#include "fhir/fhir_xhtml.h"

#define DIV "<div xmlns=\"http://www.w3.org/1999/xhtml\">"

static ax_arena *arena;

static int open_arena(void **state) {
  (void)state;
  arena = ax_arena_new(1u << 20);
  return arena ? 0 : -1;
}

static int close_arena(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static ax_xhtml check(const char *text) {
  ax_xhtml found;
  assert_int_equal(ax_fhir_xhtml_check(arena, ax_str_from(text), &found),
                   AX_OK);
  return found;
}

static void only_fault(const char *text, ax_xhtml_rule rule, const char *name) {
  ax_xhtml found = check(text);
  assert_int_equal(found.fault_count, 1);
  assert_int_equal(found.faults[0].rule, rule);
  assert_str(found.faults[0].name, name);
}

static void plain_narrative_is_fine(void **state) {
  (void)state;
  ax_xhtml found =
      check(DIV "<p>Creatinine <b>1.2</b> mg/dL&#160;&lt; limit<br/>"
                "</p><table border=\"1\"><tr><td colspan=\"2\">x"
                "</td></tr></table></div>");
  assert_int_equal(found.fault_count, 0);
  assert_true(found.has_content);
}

static void data_for_tools_is_let_pass(void **state) {
  (void)state;
  ax_xhtml found =
      check(DIV "<table data-fhir=\"generated\"><tr><td>x</td></tr></table>"
                "</div>");
  assert_int_equal(found.fault_count, 0);
  only_fault(DIV "<p data=\"x\">x</p></div>", AX_XHTML_ATTRIBUTE, "data");
}

static void active_content_is_named(void **state) {
  (void)state;
  only_fault(DIV "<script>x</script></div>", AX_XHTML_ELEMENT, "script");
  only_fault(DIV "<iframe/>x</div>", AX_XHTML_ELEMENT, "iframe");
  only_fault(DIV "<form>x</form></div>", AX_XHTML_ELEMENT, "form");
  only_fault(DIV "<p onclick=\"x()\">x</p></div>", AX_XHTML_ATTRIBUTE,
             "onclick");
  only_fault(DIV "<p href=\"x\">x</p></div>", AX_XHTML_ATTRIBUTE, "href");
}

static void broken_xml_has_its_place(void **state) {
  (void)state;
  ax_xhtml found = check(DIV "<p>x</div>");
  assert_int_equal(found.fault_count, 1);
  assert_int_equal(found.faults[0].rule, AX_XHTML_SYNTAX);
  assert_in_range(found.faults[0].at, sizeof DIV - 1, sizeof DIV + 8);
  assert_int_equal(check("").faults[0].rule, AX_XHTML_SYNTAX);
  assert_int_equal(check(DIV "&lt</div>").faults[0].rule, AX_XHTML_SYNTAX);
}

static void entities_are_those_of_xml(void **state) {
  (void)state;
  assert_int_equal(
      check(DIV "&amp;&lt;&gt;&quot;&apos;&#8486;</div>").fault_count, 0);
  only_fault(DIV "a&nbsp;b</div>", AX_XHTML_ENTITY, "nbsp");
  only_fault(DIV "&bogus;</div>", AX_XHTML_ENTITY, "bogus");
}

static void elements_stand_where_html_has_them(void **state) {
  (void)state;
  ax_xhtml found = check(
      DIV "<ul>\n<li><p>x</p></li></ul><dl><dt>x</dt><dd>y</dd></dl>"
          "<table><caption>x</caption><colgroup><col/></colgroup><thead><tr>"
          "<th>x</th></tr></thead><tbody><tr><td><ul><li>y</li></ul></td></tr>"
          "</tbody></table><p>x <b>y</b></p><b><p>z</p></b></div>");
  assert_int_equal(found.fault_count, 0);
  only_fault(DIV "<li>x</li></div>", AX_XHTML_PLACE, "li");
  only_fault(DIV "<ul><p>x</p></ul></div>", AX_XHTML_PLACE, "p");
  only_fault(DIV "<ul>x</ul></div>", AX_XHTML_PLACE, "text");
  only_fault(DIV "<table><td>x</td></table></div>", AX_XHTML_PLACE, "td");
  only_fault(DIV "<p>x<div>y</div></p></div>", AX_XHTML_PLACE, "div");
  only_fault(DIV "<p>x<p>y</p></p></div>", AX_XHTML_PLACE, "p");
  assert_str(check(DIV "<dd>x</dd></div>").faults[0].element, "div");
}

static void namespaces_may_be_named_again(void **state) {
  (void)state;
  ax_xhtml found = check("<div xmlns=\"http://www.w3.org/1999/xhtml\" "
                         "xmlns:x=\"http://a.example\"><p "
                         "xmlns=\"http://www.w3.org/1999/xhtml\">x</p></div>");
  assert_int_equal(found.fault_count, 0);
  only_fault(DIV "<p xmlns=\"http://a.example\">x</p></div>",
             AX_XHTML_ATTRIBUTE, "xmlns");
}

static void the_root_must_be_an_xhtml_div(void **state) {
  (void)state;
  only_fault("<div>x</div>", AX_XHTML_ROOT, "div");
  ax_xhtml found = check("<p xmlns=\"http://www.w3.org/1999/xhtml\">x</p>");
  assert_int_equal(found.faults[0].rule, AX_XHTML_ROOT);
  assert_str(found.faults[0].name, "p");
}

static void entity_bombs_are_refused_at_the_declaration(void **state) {
  (void)state;
  only_fault("<!DOCTYPE div [<!ENTITY a \"aaaaaaaaaa\">"
             "<!ENTITY b \"&a;&a;&a;&a;\">]><div>&b;</div>",
             AX_XHTML_DECLARATION, "div");
}

static void nothing_to_read_is_no_content(void **state) {
  (void)state;
  assert_false(check(DIV " \n\t<p> </p></div>").has_content);
  assert_true(check(DIV "<img src=\"#x\" alt=\"\"/></div>").has_content);
  assert_true(check(DIV "&#937;</div>").has_content);
}

static void links_come_with_path_and_text(void **state) {
  (void)state;
  ax_xhtml found =
      check(DIV "<p id=\"one\"><a href=\"#one\">go <b>there</b></a>"
                "</p><a name=\"two\"/>x</div>");
  assert_int_equal(found.fault_count, 0);
  assert_int_equal(found.link_count, 1);
  assert_str(found.links[0].target, "#one");
  assert_str(found.links[0].path, "div/p/a");
  assert_str(found.links[0].text, "go there");
  assert_int_equal(found.id_count, 2);
  assert_str(found.ids[1], "two");
}

static void deep_nesting_ends(void **state) {
  (void)state;
  char text[8 * 2000 + sizeof DIV];
  size_t n = sizeof DIV - 1;
  memcpy(text, DIV, n);
  for (int i = 0; i < 2000; i++, n += 3) memcpy(text + n, "<b>", 3);
  text[n] = 0;
  assert_int_equal(check(text).faults[0].rule, AX_XHTML_SYNTAX);
}

static void many_faults_are_cut(void **state) {
  (void)state;
  char text[9 * 500 + sizeof DIV + 8];
  size_t n = sizeof DIV - 1;
  memcpy(text, DIV, n);
  for (int i = 0; i < 500; i++, n += 4) memcpy(text + n, "<x/>", 4);
  memcpy(text + n, "</div>", 7);
  assert_int_equal(check(text).fault_count, AX_XHTML_FAULTS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plain_narrative_is_fine),
    cmocka_unit_test(data_for_tools_is_let_pass),
    cmocka_unit_test(active_content_is_named),
    cmocka_unit_test(broken_xml_has_its_place),
    cmocka_unit_test(entities_are_those_of_xml),
    cmocka_unit_test(elements_stand_where_html_has_them),
    cmocka_unit_test(namespaces_may_be_named_again),
    cmocka_unit_test(the_root_must_be_an_xhtml_div),
    cmocka_unit_test(entity_bombs_are_refused_at_the_declaration),
    cmocka_unit_test(nothing_to_read_is_no_content),
    cmocka_unit_test(links_come_with_path_and_text),
    cmocka_unit_test(deep_nesting_ends),
    cmocka_unit_test(many_faults_are_cut),
  };
  return cmocka_run_group_tests_name("fhir_xhtml", tests, open_arena,
                                     close_arena);
}
