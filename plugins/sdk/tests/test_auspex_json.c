/* Unit tests of auspex_json.h. */
#include "support/ax_test.h"

#include <string.h>

#include "auspex_json.h"

static auspex_json parse(const char *text) {
  auspex_json json;
  if (!auspex_json_parse(&json, text, strlen(text)))
    fail_msg("%s: %s at %u", text, json.fault, json.at);
  return json;
}

static void values_follow_each_other_as_in_the_file(void **state) {
  (void)state;
  auspex_json json = parse(" {\"a\":[1,[],{\"b\":null}],\"c\":true} ");
  uint32_t a = auspex_json_get(&json, 0, "a");
  assert_int_equal(json.values[a].kind, AUSPEX_JSON_ARRAY);
  assert_int_equal(json.values[a].count, 3);
  uint32_t i = a + 1;
  assert_int_equal(json.values[i].kind, AUSPEX_JSON_NUMBER);
  i = json.values[i].next;
  assert_int_equal(json.values[i].kind, AUSPEX_JSON_ARRAY);
  i = json.values[i].next;
  assert_int_equal(json.values[i].kind, AUSPEX_JSON_OBJECT);
  assert_int_equal(auspex_json_get(&json, i, "b"), i + 2);
  assert_int_equal(json.values[i].next, json.values[a].next);
  uint32_t c = auspex_json_get(&json, 0, "c");
  assert_int_equal(json.values[c].kind, AUSPEX_JSON_BOOL);
  assert_int_equal(auspex_json_get(&json, 0, "d"), 0);
  assert_int_equal(json.values[0].next, json.count);
  auspex_json_free(&json);
}

static void numbers_are_rounded_once(void **state) {
  (void)state;
  /* By way of a double it would become 1.00000011920928955: the digits lie
   * just above the middle of two floats, and the double on it. */
  auspex_json json = parse("[1.00000017881393432617187499,0.1,-3,1e400,7.5]");
  float f = 0;
  double d = 0;
  int64_t n = 0;
  assert_true(auspex_json_float(&json, 1, &f));
  assert_true(f == 0x1.000002p0f);
  assert_true(auspex_json_number(&json, 2, &d));
  assert_true(d == 0.1);
  assert_true(auspex_json_integer(&json, 3, -3, 0, &n));
  assert_int_equal(n, -3);
  assert_false(auspex_json_integer(&json, 3, -2, 0, &n));
  assert_false(auspex_json_number(&json, 4, &d));
  assert_false(auspex_json_integer(&json, 5, 0, 10, &n));
  auspex_json_free(&json);
}

static void texts_are_unescaped(void **state) {
  (void)state;
  char out[64];
  auspex_json json = parse("[\"a\\n\\u00e9\\ud83d\\ude00\\\"\\/\xc3\xa9\"]");
  auspex_json_text(&json, 1, out);
  assert_string_equal(out, "a\n\xc3\xa9\xf0\x9f\x98\x80\"/\xc3\xa9");
  auspex_json_free(&json);
}

static void what_is_not_json_is_refused_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *text, *why;
    uint32_t at;
  } cases[] = {
    { "", "a value is expected here", 0 },
    { "[1,]", "a value is expected here", 3 },
    { "[01]", "a comma or ] is expected here", 2 },
    { "[-]", "a value is expected here", 2 },
    { "[1.]", "a number is malformed", 3 },
    { "[1e]", "a number is malformed", 3 },
    { "[nul]", "a value is expected here", 1 },
    { "{\"a\":1,\"a\":2}", "a key stands twice in one object", 8 },
    { "{\"\\u0061\":1}", "a key holds an escape", 2 },
    { "{a:1}", "a key is expected here", 1 },
    { "{\"a\" 1}", "a colon is expected here", 5 },
    { "{\"a\":1", "a comma or } is expected here", 6 },
    { "[\"a", "a string does not end", 3 },
    { "[\"\\u0000\"]", "an escape is malformed or U+0000", 4 },
    { "[\"\\udc00\"]", "a surrogate stands alone", 8 },
    { "[\"\\ud800x\"]", "a surrogate stands alone", 8 },
    { "[\"\x80\"]", "the text is not UTF-8", 2 },
    { "[\"\xed\xa0\x80\"]", "the text is not UTF-8", 2 },
    { "[\"\xc0\xaf\"]", "the text is not UTF-8", 2 },
    { "[\"\x01\"]", "a string holds a control character", 2 },
    { "[\"\\x\"]", "an escape is unknown", 4 },
    { "1 2", "something follows the value", 2 },
    { "\xef\xbb\xbf"
      "1",
      "a value is expected here", 0 },
    { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "it is nested deeper than 32", 32 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auspex_json json;
    assert_false(
        auspex_json_parse(&json, cases[i].text, strlen(cases[i].text)));
    if (strcmp(json.fault, cases[i].why) != 0 || json.at != cases[i].at)
      fail_msg("%s: %s at %u", cases[i].text, json.fault, json.at);
  }
}

static void places_are_lines_and_columns(void **state) {
  (void)state;
  uint32_t line, column;
  auspex_json json = parse("{\n \"a\": 1 }");
  auspex_json_place(&json, json.values[2].at, &line, &column);
  assert_int_equal(line, 2);
  assert_int_equal(column, 7);
  auspex_json_free(&json);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_follow_each_other_as_in_the_file),
    cmocka_unit_test(numbers_are_rounded_once),
    cmocka_unit_test(texts_are_unescaped),
    cmocka_unit_test(what_is_not_json_is_refused_with_its_place),
    cmocka_unit_test(places_are_lines_and_columns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
