/* Unit tests of gateway/src/json: reading a tree, changed copies, numbers. */
#include "support/ax_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_edit.h"
#include "json/json_parse.h"
#include "json/json_write.h"

static int set_up(void **state) {
  *state = ax_arena_new(1 << 20);
  return *state ? 0 : -1;
}

static int tear_down(void **state) {
  ax_arena_free(*state);
  return 0;
}

static const ax_json *tree_of(ax_arena *arena, const char *text) {
  const ax_json *tree = NULL;
  assert_int_equal(ax_json_parse(arena, ax_str_from(text), &tree, NULL), AX_OK);
  return tree;
}

static ax_str text_of(ax_arena *arena, const ax_json *tree) {
  ax_buf out = AX_BUF_INIT(1 << 16);
  ax_json_writer w = ax_json_write_begin(&out);
  ax_json_write_tree(&w, tree);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  ax_str text = ax_arena_str(arena, ax_buf_view(&out));
  ax_buf_free(&out);
  return text;
}

static void absent_things_read_as_nothing(void **state) {
  const ax_json *tree = tree_of(*state, "{\"a\":1,\"b\":[],\"c\":\"x\"}");
  assert_null(AX_JSON_GET(tree, "z"));
  assert_null(AX_JSON_GET(NULL, "a"));
  assert_null(ax_json_item(NULL, 0));
  assert_null(ax_json_item(tree, 0));
  assert_int_equal(ax_json_count(NULL), 0);
  assert_int_equal(ax_json_count(AX_JSON_GET(tree, "c")), 0);
  assert_str(ax_json_text(NULL), "");
  assert_str(AX_JSON_STR(tree, "a"), ""); /* a number is no string */
  assert_str(AX_JSON_STR(tree, "c"), "x");
  assert_false(ax_json_is(NULL, AX_JSON_NULL));
}

static bool same(ax_arena *arena, const char *a, const char *b) {
  return ax_json_equal(tree_of(arena, a), tree_of(arena, b));
}

static void equality_ignores_the_order_of_members_only(void **state) {
  assert_true(same(*state, "{\"a\":1,\"b\":[true,null]}",
                   "{\"b\":[true,null],\"a\":1}"));
  assert_false(same(*state, "[1,2]", "[2,1]"));
  assert_false(same(*state, "1.50", "1.5"));
  assert_false(same(*state, "{\"a\":1}", "{\"a\":1,\"b\":1}"));
  assert_false(same(*state, "{\"a\":1}", "{\"b\":1}"));
  assert_false(same(*state, "true", "false"));
  assert_false(same(*state, "\"1\"", "1"));
  assert_true(ax_json_equal(NULL, NULL));
  assert_false(ax_json_equal(NULL, tree_of(*state, "null")));
}

static void places_count_lines_and_bytes(void **state) {
  (void)state;
  ax_str source = AX_STR("ab\n\ncd");
  ax_json_place p = ax_json_place_of(source, 0);
  assert_true(p.line == 1 && p.column == 1);
  p = ax_json_place_of(source, 2);
  assert_true(p.line == 1 && p.column == 3);
  p = ax_json_place_of(source, 3);
  assert_true(p.line == 2 && p.column == 1);
  p = ax_json_place_of(source, 5);
  assert_true(p.line == 3 && p.column == 2);
  p = ax_json_place_of(source, 999);
  assert_true(p.line == 3 && p.column == 3);
}

static void a_tree_is_written_as_it_was_read(void **state) {
  static const char text[] =
      "{\"a\":[1.50,-0,1e5,true,false,null,{}],\"b\":\"\\\"\\\\\\n\\u0001"
      "\xc3\xa4 long enough for eight bytes\"}";
  assert_str(text_of(*state, tree_of(*state, text)), text);
}

static void doubles_take_the_fewest_digits(void **state) {
  (void)state;
  static const struct {
    double value;
    const char *want;
  } rows[] = { { 0, "0" },
               { -0.0, "0" },
               { 1, "1" },
               { -1.5, "-1.5" },
               { 0.1, "0.1" },
               { 1.0 / 3, "0.3333333333333333" },
               { 100, "100" },
               { 123456.789, "123456.789" },
               { 1e15, "1000000000000000" },
               { 0.000001, "0.000001" },
               { 1.5e-6, "0.0000015" },
               { 1e-7, "1e-7" },
               { 1e300, "1e+300" },
               { 5e-324, "5e-324" },
               { 9007199254740993.0, "9007199254740992" } };
  for (size_t i = 0; i < AX_COUNT(rows); i++) {
    char text[AX_JSON_WRITE_DOUBLE];
    ax_str got = { text, ax_json_write_shortest(rows[i].value, text) };
    assert_str(got, rows[i].want);
  }
}

static void every_double_reads_back_the_same(void **state) {
  uint64_t seed = 1;
  for (int i = 0; i < 20000; i++) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    double value = 0;
    memcpy(&value, &seed, sizeof value);
    if (!isfinite(value)) continue;
    char text[AX_JSON_WRITE_DOUBLE + 1];
    size_t len = ax_json_write_shortest(value, text);
    text[len] = '\0';
    assert_true(strtod(text, NULL) == value);
    if (i % 100 == 0)
      (void)tree_of(*state, ax_arena_str(*state, (ax_str){ text, len }).ptr);
  }
}

static void scalars_and_raw_text_are_written(void **state) {
  (void)state;
  ax_buf out = AX_BUF_INIT(1024);
  ax_json_writer w = ax_json_write_begin(&out);
  ax_json_write_array(&w);
  ax_json_write_bool(&w, true);
  ax_json_write_null(&w);
  ax_json_write_int(&w, INT64_MIN);
  ax_json_write_double(&w, 6.3);
  ax_json_write_raw(&w, AX_STR("{\"a\":1}"));
  ax_json_write_object(&w);
  ax_json_write_member(&w, AX_STR("x"), AX_STR("y"));
  ax_json_write_member(&w, AX_STR("empty"), AX_STR(""));
  ax_json_write_close(&w);
  ax_json_write_close(&w);
  assert_int_equal(ax_json_write_end(&w), AX_OK);
  assert_str(ax_buf_view(&out), "[true,null,-9223372036854775808,6.3,"
                                "{\"a\":1},{\"x\":\"y\"}]");
  ax_buf_free(&out);
}

static void members_are_set_replaced_and_removed(void **state) {
  ax_arena *arena = *state;
  const ax_json *tree = tree_of(arena, "{\"a\":1,\"b\":2}");
  ax_json x = ax_json_edit_string(AX_STR("x"));
  assert_str(text_of(arena, ax_json_edit_set(arena, tree, AX_STR("b"), x)),
             "{\"a\":1,\"b\":\"x\"}");
  assert_str(text_of(arena, ax_json_edit_set(arena, tree, AX_STR("c"), x)),
             "{\"a\":1,\"b\":2,\"c\":\"x\"}");
  assert_str(text_of(arena, ax_json_edit_set_after(arena, tree, AX_STR("a"),
                                                   AX_STR("c"), x)),
             "{\"a\":1,\"c\":\"x\",\"b\":2}");
  assert_str(text_of(arena, ax_json_edit_set_after(arena, tree, AX_STR("z"),
                                                   AX_STR("c"), x)),
             "{\"c\":\"x\",\"a\":1,\"b\":2}");
  assert_str(text_of(arena, ax_json_edit_set_after(arena, tree, AX_STR("z"),
                                                   AX_STR("a"), x)),
             "{\"a\":\"x\",\"b\":2}");
  assert_str(text_of(arena, ax_json_edit_remove(arena, tree, AX_STR("a"))),
             "{\"b\":2}");
  assert_ptr_equal(ax_json_edit_remove(arena, tree, AX_STR("z")), tree);
  assert_str(text_of(arena, tree), "{\"a\":1,\"b\":2}");
}

static bool rewrite(void *ctx, ax_str key, ax_str value, ax_str *out) {
  ++*(int *)ctx;
  if (!ax_str_eq(key, AX_STR("reference"))) return false;
  if (!ax_str_starts(value, AX_STR("urn:"))) return false;
  *out = AX_STR("Patient/1");
  return true;
}

static void strings_are_swapped_where_the_rule_says(void **state) {
  ax_arena *arena = *state;
  int asked = 0;
  const ax_json *out = NULL;
  const ax_json *tree =
      tree_of(arena, "{\"keep\":{\"deep\":[\"urn:x\"]},\"s\":[{\"reference\":"
                     "\"urn:x\"},{\"reference\":[\"urn:y\",\"z\",1]}]}");
  assert_int_equal(ax_json_edit_strings(arena, tree, rewrite, &asked, &out),
                   AX_OK);
  assert_int_equal(asked, 4);
  assert_str(text_of(arena, out),
             "{\"keep\":{\"deep\":[\"urn:x\"]},\"s\":[{\"reference\":"
             "\"Patient/1\"},{\"reference\":[\"Patient/1\",\"z\",1]}]}");
  /* what did not change is shared */
  assert_ptr_equal(AX_JSON_GET(out, "keep")->u.members,
                   AX_JSON_GET(tree, "keep")->u.members);
  const ax_json *plain = tree_of(arena, "[\"urn:x\"]");
  assert_int_equal(ax_json_edit_strings(arena, plain, rewrite, &asked, &out),
                   AX_OK);
  assert_ptr_equal(out, plain);
}

static ax_status edit_all(ax_arena *arena) {
  static const ax_json_member member = {
    .key = AX_STR_INIT("reference"),
    .value = { .kind = AX_JSON_STRING, .count = 4, .u.text = "urn:" }
  };
  static const ax_json tree = { .kind = AX_JSON_OBJECT,
                                .count = 1,
                                .u.members = &member };
  int asked = 0;
  const ax_json *out = NULL;
  AX_TRY(ax_json_edit_strings(arena, &tree, rewrite, &asked, &out));
  if (!ax_json_edit_set(arena, &tree, AX_STR("a"), member.value))
    return AX_NOMEM;
  if (!ax_json_edit_remove(arena, &tree, AX_STR("reference"))) return AX_NOMEM;
  return AX_OK;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  ax_test_torture(edit_all, 6);
}

static void many_places_are_found_in_any_order(void **state) {
  (void)state;
  const ax_str source = AX_STR("ab\n\ncd\nefg\n");
  static const uint32_t order[] = { 0, 5, 4, 3, 3, 2,  9, 8, 7, 0, 11,
                                    6, 1, 99, 10, 12, 4, 5, 2, 11 };
  ax_json_places places = { source, 0, 1, 0 };
  for (size_t i = 0; i < AX_COUNT(order); i++) {
    ax_json_place want = ax_json_place_of(source, order[i]);
    ax_json_place got = ax_json_places_find(&places, order[i]);
    if (want.line != got.line || want.column != got.column)
      fail_msg("%u: %u:%u, not %u:%u", order[i], got.line, got.column,
               want.line, want.column);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(many_places_are_found_in_any_order),
    cmocka_unit_test(absent_things_read_as_nothing),
    cmocka_unit_test(equality_ignores_the_order_of_members_only),
    cmocka_unit_test(places_count_lines_and_bytes),
    cmocka_unit_test(a_tree_is_written_as_it_was_read),
    cmocka_unit_test(doubles_take_the_fewest_digits),
    cmocka_unit_test(every_double_reads_back_the_same),
    cmocka_unit_test(scalars_and_raw_text_are_written),
    cmocka_unit_test(members_are_set_replaced_and_removed),
    cmocka_unit_test(strings_are_swapped_where_the_rule_says),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("json", tests, set_up, tear_down);
}
