/* Unit tests of gateway/src/base/xml. */
#include "base/xml.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "support/ax_test.h"

static ax_buf told;
static const char *stop_at;

static void on_start(void *ctx, ax_xml *xml, const char *name,
                     const char *const *attributes) {
  (void)ctx;
  ax_buf_printf(&told, "<%s", name);
  for (size_t i = 0; attributes[i]; i += 2)
    ax_buf_printf(&told, " %s=%s", attributes[i], attributes[i + 1]);
  ax_buf_printf(&told, "@%zu>", ax_xml_at(xml));
  if (stop_at && strcmp(name, stop_at) == 0) ax_xml_stop(xml);
}

static void on_end(void *ctx, ax_xml *xml, const char *name) {
  (void)ctx;
  ax_buf_printf(&told, "</%s@%zu>", name, ax_xml_end(xml));
}

static void on_text(void *ctx, ax_xml *xml, ax_str text) {
  (void)ctx, (void)xml;
  ax_buf_append(&told, text);
}

static void on_name(void *ctx, ax_xml *xml, const char *name) {
  (void)ctx;
  ax_buf_printf(&told, "[%s:%u]", name, ax_xml_line(xml));
}

static const ax_xml_calls calls = { .start = on_start,
                                    .end = on_end,
                                    .text = on_text };

static ax_status read_with(const ax_xml_calls *with, const char *text,
                           ax_xml_fault *fault) {
  ax_buf_clear(&told);
  return ax_xml_read(ax_str_from(text), 4, with, NULL, fault);
}

static void tells(const ax_xml_calls *with, const char *text,
                  const char *wanted) {
  ax_xml_fault fault;
  assert_int_equal(read_with(with, text, &fault), AX_OK);
  assert_str(ax_buf_view(&told), wanted);
}

static void fails(const char *text, unsigned line, unsigned column,
                  const char *sentence) {
  ax_xml_fault fault;
  assert_int_equal(read_with(&calls, text, &fault), AX_INVALID);
  assert_string_equal(fault.text, sentence);
  assert_int_equal(fault.line, line);
  assert_int_equal(fault.column, column);
}

static void elements_are_told_with_their_places(void **state) {
  (void)state;
  tells(&calls, "<a><b c=\"1\" d='&lt;'/>x&amp;<![CDATA[<y>]]></a>",
        "<a@0><b c=1 d=<@3></b@22>x&<y></a@47>");
}

static void other_things_are_told_to_those_who_listen(void **state) {
  (void)state;
  ax_xml_calls all = calls;
  all.entity = all.doctype = all.instruction = on_name;
  tells(&all, "<?p q?>\n<a>&nbsp;</a>", "[p:1]<a@8>[nbsp:2]</a@21>");
  tells(&all, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "[a:1]");
  tells(&calls, "<?p q?><a/><!-- x -->", "<a@7></a@11>");
}

static void a_call_can_stop(void **state) {
  (void)state;
  stop_at = "b";
  tells(&calls, "<a><b/><c></a>", "<a@0><b@3>");
  stop_at = NULL;
}

static void what_is_not_well_formed_has_its_place(void **state) {
  (void)state;
  fails("<a>\n <b></a>", 2, 7, "mismatched tag");
  fails("", 1, 1, "no element found");
  fails("<a>&nbsp;</a>", 1, 4, "undefined entity");
  fails("<a b=\"&nbsp;\"/>", 1, 1, "undefined entity");
  fails("<a>\xFF</a>", 1, 4, "not well-formed (invalid token)");
}

static void what_is_dangerous_is_a_fault(void **state) {
  (void)state;
  fails("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", 1, 40,
        "a document type is not allowed");
  fails("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", 1, 13,
        "a document type is not allowed");
  fails("<a><b><c><d><e/></d></c></b></a>", 1, 13,
        "elements are nested too deep");
}

static int begin(void **state) {
  (void)state;
  told = (ax_buf)AX_BUF_INIT(1u << 16);
  return 0;
}

static int end(void **state) {
  (void)state;
  ax_buf_free(&told);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(elements_are_told_with_their_places),
    cmocka_unit_test(other_things_are_told_to_those_who_listen),
    cmocka_unit_test(a_call_can_stop),
    cmocka_unit_test(what_is_not_well_formed_has_its_place),
    cmocka_unit_test(what_is_dangerous_is_a_fault),
  };
  return cmocka_run_group_tests_name("xml", tests, begin, end);
}
