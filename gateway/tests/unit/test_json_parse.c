/* Unit tests of gateway/src/json/json_parse.c and json_fault.c. */
#include "support/ax_test.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "json/json_comment.h"
#include "json/json_parse.h"

static int set_up(void **state) {
  *state = ax_arena_new(64u << 20);
  return *state ? 0 : -1;
}

static int tear_down(void **state) {
  ax_arena_free(*state);
  return 0;
}

static const ax_json *parsed(ax_arena *arena, const char *text) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_status status = ax_json_parse(arena, ax_str_from(text), &tree, &fault);
  if (status != AX_OK) fail_msg("%s: %s", text, fault.text);
  return tree;
}

static void refused(ax_arena *arena, ax_str text, ax_status status,
                    uint32_t line, uint32_t column, const char *why) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(arena, text, &tree, &fault), status);
  assert_null(tree);
  assert_string_equal(fault.text, why);
  assert_int_equal(fault.place.line, line);
  assert_int_equal(fault.place.column, column);
}

static void a_tree_keeps_order_digits_and_places(void **state) {
  const ax_json *tree =
      parsed(*state, "{\"b\": 1.50, \"a\": [true, null, \"x\"],\n \"c\": {}}");
  assert_int_equal(ax_json_count(tree), 3);
  assert_str(tree->u.members[0].key, "b");
  assert_int_equal(tree->u.members[0].at, 1);
  assert_str(ax_json_text(AX_JSON_GET(tree, "b")), "1.50");
  assert_int_equal(AX_JSON_GET(tree, "b")->at, 6);
  const ax_json *a = AX_JSON_GET(tree, "a");
  assert_int_equal(a->at, 17);
  assert_int_equal(ax_json_item(a, 0)->at, 18);
  assert_true(ax_json_item(a, 0)->truth);
  assert_int_equal(ax_json_item(a, 1)->at, 24);
  assert_int_equal(ax_json_item(a, 2)->at, 30);
  assert_null(ax_json_item(a, 3));
  assert_int_equal(AX_JSON_GET(tree, "c")->at, 42);
}

static void a_scalar_may_be_the_whole_text(void **state) {
  assert_str(ax_json_text(parsed(*state, " 12")), "12");
  assert_int_equal(parsed(*state, "  -0.5e+10 ")->at, 2);
  assert_str(ax_json_text(parsed(*state, "\"x\"")), "x");
  assert_true(parsed(*state, "true")->truth);
  assert_int_equal(parsed(*state, "null")->kind, AX_JSON_NULL);
}

static void escapes_are_decoded(void **state) {
  const ax_json *tree =
      parsed(*state, "[\"a\\\\\\\"\\/\\b\\f\\n\\r\\tz\", \"\\\\\", "
                     "\"\\u00e4\\u20ac\\uD83D\\uDE00\", \"\\\\u0000\"]");
  assert_str(ax_json_text(ax_json_item(tree, 0)), "a\\\"/\b\f\n\r\tz");
  assert_str(ax_json_text(ax_json_item(tree, 1)), "\\");
  assert_str(ax_json_text(ax_json_item(tree, 2)),
             "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  assert_str(ax_json_text(ax_json_item(tree, 3)), "\\u0000");
  assert_int_equal(ax_json_item(tree, 1)->at, 23);
}

static void plain_text_points_into_the_source(void **state) {
  const char *source = "{\"k\":\"value\"}";
  const ax_json *tree = parsed(*state, source);
  assert_ptr_equal(ax_json_text(AX_JSON_GET(tree, "k")).ptr, source + 6);
}

static void a_byte_order_mark_is_skipped(void **state) {
  const ax_json *tree = parsed(*state, "\xEF\xBB\xBF{\"a\":\"\\n\"}");
  assert_int_equal(tree->at, 3);
  assert_int_equal(AX_JSON_GET(tree, "a")->at, 8);
}

static void syntax_faults_name_their_exact_place(void **state) {
  static const struct {
    const char *text;
    uint32_t line, column;
    const char *why;
  } rows[] = {
    { "", 1, 1, "expected a value, found the end of the text" },
    { "{\"a\":1,}", 1, 8, "expected a key in double quotes, found '}'" },
    { "{\"a\" 1}", 1, 6, "expected ':' after the key, found '1'" },
    { "{\n  \"a\": 1\n  \"b\": 2}", 3, 3, "expected ',' or '}', found '\"'" },
    { "[1 2]", 1, 4, "expected ',' or ']', found '2'" },
    { "[1,]", 1, 4, "expected a value, found ']'" },
    { "[01]", 1, 2, "expected a number without leading zeros, found '0'" },
    { "[1.]", 1, 4, "expected a digit, found ']'" },
    { "[-]", 1, 3, "expected a digit, found ']'" },
    { "[1e]", 1, 4, "expected a digit, found ']'" },
    { "[nul]", 1, 2, "expected a value, found 'n'" },
    { "[NaN]", 1, 2, "expected a value, found 'N'" },
    { "['a']", 1, 2, "expected a value, found '''" },
    { "// x\n{}", 1, 1, "expected a value, found '/'" },
    { "{} {}", 1, 4, "expected nothing after the value, found '{'" },
    { "1 2", 1, 3, "expected nothing after the value, found '2'" },
    { "{} \"a", 1, 4, "expected nothing after the value, found '\"'" },
    { "[1]\n\"}", 2, 1, "expected nothing after the value, found '\"'" },
    { "\"a\"\"", 1, 4, "expected nothing after the value, found '\"'" },
    { "[\"abc", 1, 2, "this string is never closed" },
    { "[\"a\tb\"]", 1, 4,
      "expected an escape (\\n, \\t, \\u....), found byte 0x09" },
    { "[\"\\x\"]", 1, 4,
      "expected one of \" \\ / b f n r t u after a backslash, found 'x'" },
    { "[\"\\u12G4\"]", 1, 7, "expected four hex digits after \\u, found 'G'" },
    { "{\"a\":{\"b\":[", 1, 12, "expected a value, found the end of the text" },
    { "\t\v2", 1, 2, "expected a value, found byte 0x0b" },
    { "[1,\f2]", 1, 4, "expected a value, found byte 0x0c" },
    { "]", 1, 1, "expected a value, found ']'" },
    { "[}", 1, 2, "expected a value, found '}'" },
    { "{]", 1, 2, "expected a key in double quotes, found ']'" },
  };
  for (size_t i = 0; i < AX_COUNT(rows); i++)
    refused(*state, ax_str_from(rows[i].text), AX_INVALID, rows[i].line,
            rows[i].column, rows[i].why);
}

static void what_fhir_cannot_hold_is_refused(void **state) {
  refused(*state, AX_STR("[\"ab\\u0000\"]"), AX_INVALID, 1, 5,
          "U+0000 is not allowed in a string");
  refused(*state, AX_STR("[\"\\ud83d\"]"), AX_INVALID, 1, 3,
          "\\ud83d is half of a surrogate pair, not a character");
  refused(*state, AX_STR("[\"\\ud83d\\u0041\"]"), AX_INVALID, 1, 3,
          "\\ud83d is half of a surrogate pair, not a character");
  refused(*state, AX_STR("{\"\\udc00\":1}"), AX_INVALID, 1, 3,
          "\\udc00 is half of a surrogate pair, not a character");
  refused(*state, AX_STR("[\"\xff\"]"), AX_INVALID, 1, 3,
          "byte 0xff is not UTF-8");
  refused(*state, AX_STR("[\"\xed\xa0\x80\"]"), AX_INVALID, 1, 3,
          "byte 0xed is not UTF-8");
  refused(*state, AX_STR("[\"\xc0\x80\"]"), AX_INVALID, 1, 3,
          "byte 0xc0 is not UTF-8");
  refused(*state, AX_STR("[1\0]"), AX_INVALID, 1, 3,
          "expected ',' or ']', found byte 0x00");
}

static void a_key_may_occur_once_in_an_object(void **state) {
  refused(*state, AX_STR("{\"a\":1,\n\"b\":2,\"a\":3}"), AX_INVALID, 2, 7,
          "the key \"a\" occurs twice in one object");
  refused(*state, AX_STR("{\"a\":1,\"\\u0061\":3}"), AX_INVALID, 1, 8,
          "the key \"a\" occurs twice in one object");
  (void)parsed(*state, "{\"a\":{\"a\":1},\"b\":{\"a\":1}}");
}

/* `count` members, the last one again called k0 when asked for. */
static ax_str wide_object(ax_arena *arena, int count, bool twice) {
  ax_buf buf = AX_BUF_INIT(SIZE_MAX);
  for (int i = 0; i < count; i++)
    ax_buf_printf(&buf, "%c\"k%d\":%d", i ? ',' : '{', i, i);
  ax_buf_append(&buf, twice ? AX_STR(",\"k0\":0}") : AX_STR("}"));
  ax_str text = ax_arena_str(arena, ax_buf_view(&buf));
  ax_buf_free(&buf);
  return text;
}

static void wide_objects_are_checked_too(void **state) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_str good = wide_object(*state, 100000, false);
  assert_int_equal(ax_json_parse(*state, good, &tree, &fault), AX_OK);
  assert_int_equal(ax_json_count(tree), 100000);
  ax_str bad = wide_object(*state, 1000, true);
  assert_int_equal(ax_json_parse(*state, bad, &tree, &fault), AX_INVALID);
  assert_int_equal(fault.at, bad.len - 7);
}

static void nesting_has_a_limit(void **state) {
  char text[2 * AX_LIMIT_JSON_DEPTH + 3];
  size_t depth = AX_LIMIT_JSON_DEPTH;
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  text[2 * depth] = '\0';
  (void)parsed(*state, text);
  memset(text, '[', depth + 1);
  memset(text + depth + 1, ']', depth + 1);
  refused(*state, (ax_str){ text, 2 * depth + 2 }, AX_TOO_LARGE, 1,
          (uint32_t)depth + 1, "nested deeper than 128 levels");
}

static void an_endless_bracket_run_is_harmless(void **state) {
  char *text = AX_NEW_ARRAY(*state, char, 1000000);
  memset(text, '[', 1000000);
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(
      ax_json_parse(*state, (ax_str){ text, 1000000 }, &tree, &fault),
      AX_TOO_LARGE);
}

static void the_arena_ceiling_bounds_a_document(void **state) {
  ax_arena *small = ax_arena_new(4096);
  ax_str text = wide_object(*state, 1000, false);
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(small, text, &tree, &fault), AX_NOMEM);
  ax_arena_free(small);
}

static void a_part_of_a_text_has_the_places_of_the_whole(void **state) {
  (void)state;
  const ax_json *tree = NULL;
  ax_json_fault fault;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_str part = AX_STR("{\"a\":[1,\"x\"]}");
  assert_int_equal(ax_json_parse_part(arena, part, 100, &tree, &fault), AX_OK);
  const ax_json *a = AX_JSON_GET(tree, "a");
  assert_int_equal(tree->at, 100);
  assert_int_equal(a->at, 105);
  assert_int_equal(ax_json_item(a, 1)->at, 108);
  assert_int_equal(ax_json_parse_part(arena, AX_STR("{\"a\":1,\"a\":2}"), 100,
                                      &tree, &fault),
                   AX_INVALID);
  assert_int_equal(fault.at, 107);
  assert_int_equal(fault.place.column, 8);
  assert_int_equal(
      ax_json_parse_part(arena, AX_STR("{\"a\":}"), 100, &tree, &fault),
      AX_INVALID);
  assert_int_equal(fault.at, 105);
  ax_arena_free(arena);
}

static ax_status build_tree(ax_arena *arena) {
  const ax_json *tree = NULL;
  return ax_json_parse(arena, AX_STR("{\"a\":[1,\"\\n\"],\"b\":{}}"), &tree,
                       NULL);
}

static void blanked(ax_arena *arena, const char *text, const char *wanted) {
  ax_str got = ax_json_comment_blank(arena, ax_str_from(text));
  assert_int_equal(got.len, strlen(wanted));
  assert_memory_equal(got.ptr, wanted, got.len);
}

static void comments_become_blanks(void **state) {
  blanked(*state, "[1, // one\n2]", "[1,       \n2]");
  blanked(*state, "[/* a\nb */1]", "[    \n    1]");
  blanked(*state, "[\"http://a\", \"/*\\\"//\"]//",
          "[\"http://a\", \"/*\\\"//\"]  ");
  blanked(*state, "[1] /* open", "[1] /* open");
  blanked(*state, "[1/2]", "[1/2]");
  blanked(*state, "\"open \\", "\"open \\");
  blanked(*state, "", "");
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  ax_test_torture(build_tree, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_tree_keeps_order_digits_and_places),
    cmocka_unit_test(a_scalar_may_be_the_whole_text),
    cmocka_unit_test(escapes_are_decoded),
    cmocka_unit_test(plain_text_points_into_the_source),
    cmocka_unit_test(a_byte_order_mark_is_skipped),
    cmocka_unit_test(syntax_faults_name_their_exact_place),
    cmocka_unit_test(what_fhir_cannot_hold_is_refused),
    cmocka_unit_test(a_key_may_occur_once_in_an_object),
    cmocka_unit_test(wide_objects_are_checked_too),
    cmocka_unit_test(nesting_has_a_limit),
    cmocka_unit_test(a_part_of_a_text_has_the_places_of_the_whole),
    cmocka_unit_test(an_endless_bracket_run_is_harmless),
    cmocka_unit_test(the_arena_ceiling_bounds_a_document),
    cmocka_unit_test(comments_become_blanks),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("json_parse", tests, set_up, tear_down);
}
