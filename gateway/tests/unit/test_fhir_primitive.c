/* Unit tests of gateway/src/fhir/fhir_primitive.c. */
#include "support/ax_test.h"

#include "fhir/fhir_primitive.h"
#include "json/json_parse.h"

static bool fine(const char *type, const char *json) {
  ax_arena *arena = ax_arena_new(1 << 20);
  const ax_json *value = NULL;
  ax_fhir_primitive primitive = ax_fhir_primitive_named(ax_str_from(type));
  assert_int_not_equal(primitive, AX_FHIR_NOT_PRIMITIVE);
  assert_string_equal(ax_fhir_primitive_name(primitive), type);
  assert_int_equal(ax_json_parse(arena, ax_str_from(json), &value, NULL),
                   AX_OK);
  const char *fault = ax_fhir_primitive_fault(primitive, value);
  ax_arena_free(arena);
  return fault == NULL;
}

static void good_values_pass(void **state) {
  (void)state;
  static const char *const rows[][2] = {
    { "base64Binary", "\"QUJD\"" },
    { "base64Binary", "\"QUJD\\nQUI=\"" },
    { "boolean", "true" },
    { "canonical", "\"http://x/y|1#z\"" },
    { "code", "\"a b\"" },
    { "date", "\"2024-02\"" },
    { "dateTime", "\"2024-02-29T12:00:00.001+14:00\"" },
    { "decimal", "-1.5e400" },
    { "decimal", "1.50" },
    { "id", "\"a-B.9\"" },
    { "instant", "\"2024-02-29T12:00:00Z\"" },
    { "integer", "-2147483648" },
    { "integer", "-0" },
    { "markdown", "\"# a\\n\\tb\"" },
    { "oid", "\"urn:oid:1.2.0.840\"" },
    { "positiveInt", "2147483647" },
    { "string", "\" \"" },
    { "time", "\"23:59:60\"" },
    { "unsignedInt", "0" },
    { "uri", "\"urn:x\"" },
    { "url", "\"mailto:a@b\"" },
    { "uuid", "\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"" },
    { "xhtml", "\"<div/>\"" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++)
    if (!fine(rows[i][0], rows[i][1]))
      fail_msg("%s %s was refused", rows[i][0], rows[i][1]);
}

static void bad_values_do_not(void **state) {
  (void)state;
  static const char *const rows[][2] = {
    { "base64Binary", "\"\"" },
    { "base64Binary", "\"QUJ\"" },
    { "base64Binary", "\"QQ=A\"" },
    { "base64Binary", "\"A===\"" },
    { "base64Binary", "\"QU-D\"" },
    { "boolean", "\"true\"" },
    { "boolean", "null" },
    { "canonical", "\"a b\"" },
    { "code", "\"\"" },
    { "code", "\" a\"" },
    { "code", "\"a \"" },
    { "code", "\"a  b\"" },
    { "date", "\"2024-02-30\"" },
    { "date", "20240230" },
    { "decimal", "\"1.5\"" },
    { "id", "\"\"" },
    { "id", "\"a_b\"" },
    { "id",
      "\"12345678901234567890123456789012345678901234567890123456789012345"
      "\"" },
    { "instant", "\"2024-02-29\"" },
    { "integer", "2147483648" },
    { "integer", "1.0" },
    { "integer", "1e2" },
    { "integer", "\"1\"" },
    { "markdown", "\"\"" },
    { "oid", "\"1.2.3\"" },
    { "oid", "\"urn:oid:3.1\"" },
    { "oid", "\"urn:oid:1\"" },
    { "oid", "\"urn:oid:1.02\"" },
    { "oid", "\"urn:oid:1..2\"" },
    { "oid", "\"urn:oid:1.2.\"" },
    { "positiveInt", "0" },
    { "string", "\"\"" },
    { "string", "\"\\u0001\"" },
    { "string", "{}" },
    { "time", "\"24:00:00\"" },
    { "unsignedInt", "-1" },
    { "unsignedInt", "-0" },
    { "uri", "\"a b\"" },
    { "url", "\"\"" },
    { "uuid", "\"urn:uuid:C757873d-ec9a-4326-a141-556f43239520\"" },
    { "uuid", "\"c757873d-ec9a-4326-a141-556f43239520\"" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++)
    if (fine(rows[i][0], rows[i][1]))
      fail_msg("%s %s was taken", rows[i][0], rows[i][1]);
}

static void other_types_are_not_primitive(void **state) {
  (void)state;
  assert_int_equal(ax_fhir_primitive_named(AX_STR("Quantity")),
                   AX_FHIR_NOT_PRIMITIVE);
  assert_int_equal(ax_fhir_primitive_named(AX_STR("")), AX_FHIR_NOT_PRIMITIVE);
  assert_int_equal(ax_fhir_primitive_named(AX_STR("Date")),
                   AX_FHIR_NOT_PRIMITIVE);
}

static void urns_have_the_form_of_what_they_name(void **state) {
  (void)state;
  static const char *const right[] = {
    "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
    "urn:oid:1.2.3",
    "urn:oid:1.2.3|4",
    "urn:uuid:c757873d-ec9a-4326-a141-556f43239520#a:b",
    "urn:other:x",
    "http://a.example/urn:oid:x"
  };
  static const char *const wrong[] = {
    "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
    "urn:uuid:1",
    "urn:uuid:c757873d-ec9a-4326-a141-556f43239520ab",
    "urn:oid:3.2",
    "urn:oid:1.2.03",
    "urn:oid:"
  };
  for (size_t i = 0; i < AX_COUNT(right); i++)
    assert_null(ax_fhir_primitive_urn_fault(ax_str_from(right[i])));
  for (size_t i = 0; i < AX_COUNT(wrong); i++)
    assert_non_null(ax_fhir_primitive_urn_fault(ax_str_from(wrong[i])));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(urns_have_the_form_of_what_they_name),
    cmocka_unit_test(good_values_pass),
    cmocka_unit_test(bad_values_do_not),
    cmocka_unit_test(other_types_are_not_primitive),
  };
  return cmocka_run_group_tests_name("fhir_primitive", tests, NULL, NULL);
}
