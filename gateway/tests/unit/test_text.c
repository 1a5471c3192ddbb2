/* Unit tests of gateway/src/base: str, buf, utf8, and the texts of arenas. */
#include "support/ax_test.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

static void order_is_bytewise_and_prefixes_come_first(void **state) {
  (void)state;
  assert_true(ax_str_compare(AX_STR("a"), AX_STR("b")) < 0);
  assert_true(ax_str_compare(AX_STR("ab"), AX_STR("a")) > 0);
  assert_true(ax_str_compare(AX_STR("\xff"), AX_STR("a")) > 0);
  assert_int_equal(ax_str_compare(AX_STR("x"), AX_STR("x")), 0);
  assert_int_equal(ax_str_compare((ax_str){ 0 }, AX_STR("")), 0);
}

static void both_ends_can_be_asked_for(void **state) {
  (void)state;
  assert_true(ax_str_starts(AX_STR("Patient/1"), AX_STR("Patient/")));
  assert_false(ax_str_starts(AX_STR("Pat"), AX_STR("Patient")));
  assert_true(ax_str_ends(AX_STR("a.json"), AX_STR(".json")));
  assert_true(ax_str_ends(AX_STR("a"), AX_STR("")));
  assert_false(ax_str_ends(AX_STR("n"), AX_STR("json")));
}

static void case_is_ignored_for_ascii_only(void **state) {
  (void)state;
  assert_true(ax_str_eq_nocase(AX_STR("Content-Type"), AX_STR("content-TYPE")));
  assert_false(ax_str_eq_nocase(AX_STR("a"), AX_STR("ab")));
  assert_false(ax_str_eq_nocase(AX_STR("\xc3\x84"), AX_STR("\xc3\xa4")));
  assert_false(ax_str_eq_nocase(AX_STR("["), AX_STR("{")));
}

static void text_is_found_where_it_first_stands(void **state) {
  (void)state;
  assert_int_equal(ax_str_find(AX_STR("aab"), AX_STR("ab")), 1);
  assert_int_equal(ax_str_find(AX_STR("abc"), AX_STR("")), 0);
  assert_true(ax_str_find(AX_STR("ab"), AX_STR("abc")) == AX_STR_NONE);
  assert_true(ax_str_find(AX_STR(""), AX_STR("a")) == AX_STR_NONE);
  assert_true(ax_str_find((ax_str){ 0 }, AX_STR("a")) == AX_STR_NONE);
  assert_int_equal(
      ax_str_find_nocase(AX_STR("http://x/QLQ-C30"), AX_STR("qlq-c30")), 9);
  assert_true(ax_str_find_nocase(AX_STR("x"), AX_STR("y")) == AX_STR_NONE);
}

static void space_is_trimmed_at_both_ends(void **state) {
  (void)state;
  assert_str(ax_str_trim(AX_STR(" \t a b\r\n")), "a b");
  assert_str(ax_str_trim(AX_STR(" \n ")), "");
  assert_str(ax_str_skip(AX_STR("abc"), 1), "bc");
  assert_str(ax_str_skip(AX_STR("abc"), 9), "");
}

static void numbers_are_read_within_bounds(void **state) {
  (void)state;
  static const char *const bad[] = { "",
                                     "-",
                                     "+1",
                                     " 1",
                                     "1 ",
                                     "0x1",
                                     "1.0",
                                     "9223372036854775808",
                                     "-9223372036854775809",
                                     "99999999999999999999999" };
  int64_t value = 7;
  uint64_t size = 7;
  for (size_t i = 0; i < AX_COUNT(bad); i++)
    assert_false(
        ax_str_int64(ax_str_from(bad[i]), INT64_MIN, INT64_MAX, &value));
  assert_int_equal(value, 7);
  assert_true(ax_str_int64(AX_STR("-9223372036854775808"), INT64_MIN, INT64_MAX,
                           &value));
  assert_true(value == INT64_MIN);
  assert_true(ax_str_int64(AX_STR("007"), 0, 7, &value));
  assert_false(ax_str_int64(AX_STR("8"), 0, 7, &value));
  assert_false(ax_str_int64(AX_STR("-1"), 0, 7, &value));
  assert_true(ax_str_uint64(AX_STR("18446744073709551615"), UINT64_MAX, &size));
  assert_true(size == UINT64_MAX);
  assert_false(
      ax_str_uint64(AX_STR("18446744073709551616"), UINT64_MAX, &size));
  assert_false(ax_str_uint64(AX_STR("-1"), UINT64_MAX, &size));
}

static void buffers_take_numbers_and_formats(void **state) {
  (void)state;
  ax_buf buf = AX_BUF_INIT(1024);
  ax_buf_append_int(&buf, INT64_MIN);
  ax_buf_append_char(&buf, ' ');
  ax_buf_append_uint(&buf, UINT64_MAX);
  ax_buf_printf(&buf, " %s-%d", "x", 5);
  assert_str(ax_buf_view(&buf),
             "-9223372036854775808 18446744073709551615 x-5");
  ax_buf_clear(&buf);
  assert_str(ax_buf_view(&buf), "");
  ax_buf_append_int(&buf, 0);
  assert_str(ax_buf_view(&buf), "0");
  ax_buf_free(&buf);
}

static void a_format_past_the_ceiling_fails_the_buffer(void **state) {
  (void)state;
  ax_buf buf = AX_BUF_INIT(8);
  ax_buf_printf(&buf, "%s", "12345678");
  assert_int_equal(buf.status, AX_TOO_LARGE);
  ax_buf_clear(&buf);
  ax_buf_printf(&buf, "%s", "1234567");
  assert_str(ax_buf_view(&buf), "1234567");
  ax_buf_free(&buf);
}

static void room_is_counted_when_it_was_used(void **state) {
  (void)state;
  ax_buf buf = AX_BUF_INIT(100);
  char *to = ax_buf_room(&buf, 50);
  assert_non_null(to);
  memcpy(to, "abc", 3);
  ax_buf_wrote(&buf, 3);
  assert_str(ax_buf_view(&buf), "abc");
  assert_null(ax_buf_room(&buf, 98));
  assert_int_equal(buf.status, AX_TOO_LARGE);
  ax_buf_free(&buf);
}

static void arenas_copy_and_format_texts(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(100);
  ax_str copy = ax_arena_str(arena, AX_STR("abc"));
  assert_str(copy, "abc");
  assert_int_equal(copy.ptr[3], '\0');
  assert_non_null(ax_arena_str(arena, AX_STR("")).ptr);
  assert_str(ax_arena_printf(arena, "%s[%d]", "x", 3), "x[3]");
  assert_null(ax_arena_printf(arena, "%200d", 3).ptr);
  assert_null(ax_arena_str(arena, (ax_str){ copy.ptr, SIZE_MAX }).ptr);
  ax_arena_free(arena);
}

static void utf8_is_checked_strictly(void **state) {
  (void)state;
  static const char *const good[] = { "",
                                      "abcdefghijklmnop",
                                      "\xc2\x80",
                                      "\xdf\xbf",
                                      "\xe0\xa0\x80",
                                      "\xed\x9f\xbf",
                                      "\xee\x80\x80",
                                      "\xf0\x90\x80\x80",
                                      "\xf4\x8f\xbf\xbf",
                                      "abcdefgh\xc3\xa4" };
  static const struct {
    const char *text;
    size_t at;
  } bad[] = { { "\x80", 0 },
              { "a\xc0\x80", 1 },
              { "\xc1\xbf", 0 },
              { "\xe0\x9f\xbf", 0 },
              { "\xed\xa0\x80", 0 },
              { "\xf0\x8f\xbf\xbf", 0 },
              { "\xf4\x90\x80\x80", 0 },
              { "\xf5\x80\x80\x80", 0 },
              { "\xc3", 0 },
              { "12345678\xe2\x82", 8 },
              { "\xc3\x41", 0 },
              { "\xff", 0 } };
  for (size_t i = 0; i < AX_COUNT(good); i++)
    assert_true(ax_utf8_valid(ax_str_from(good[i]), NULL));
  for (size_t i = 0; i < AX_COUNT(bad); i++) {
    size_t at = 99;
    assert_false(ax_utf8_valid(ax_str_from(bad[i].text), &at));
    assert_int_equal(at, bad[i].at);
  }
}

static void code_points_go_both_ways(void **state) {
  (void)state;
  static const uint32_t points[] = { 'a',    0x7F,   0x80,    0x7FF,   0x800,
                                     0xFFFD, 0xFFFF, 0x10000, 0x10FFFF };
  for (size_t i = 0; i < AX_COUNT(points); i++) {
    char text[4];
    ax_str s = { text, ax_utf8_encode(points[i], text) };
    assert_true(ax_utf8_valid(s, NULL));
    assert_int_equal(ax_utf8_length(s), 1);
    assert_int_equal(ax_utf8_next(&s), points[i]);
    assert_int_equal(s.len, 0);
  }
  ax_str broken = AX_STR("\xc3x");
  assert_int_equal(ax_utf8_next(&broken), 0xFFFD);
  assert_int_equal(ax_utf8_next(&broken), 'x');
  assert_int_equal(ax_utf8_next(&broken), 0xFFFD);
}

static void arenas_join_parts_and_refuse_past_their_ceiling(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(4096);
  assert_str(AX_JOIN(arena, AX_STR("Patient"), AX_STR("/"), AX_STR("1")),
             "Patient/1");
  ax_str nothing = AX_JOIN(arena, AX_STR(""), (ax_str){ 0 });
  assert_non_null(nothing.ptr);
  assert_int_equal(nothing.len, 0);
  assert_int_equal(nothing.ptr[0], '\0');
  char many[3000] = "";
  ax_str large = { many, sizeof many };
  assert_null(AX_JOIN(arena, large, large).ptr);
  assert_null(AX_JOIN(arena, large, (ax_str){ many, SIZE_MAX - 10 }).ptr);
  ax_arena_free(arena);
}

static void formats_longer_than_the_first_try_are_whole(void **state) {
  (void)state;
  char many[1000];
  memset(many, 'x', sizeof many);
  ax_arena *arena = ax_arena_new(1 << 16);
  for (int len = 250; len < 262; len++) {
    ax_str text = ax_arena_printf(arena, "%.*s", len, many);
    assert_int_equal(text.len, len);
    assert_int_equal(strlen(text.ptr), len);
    ax_buf buf = AX_BUF_INIT(4096);
    ax_buf_append(&buf, AX_STR("a"));
    ax_buf_printf(&buf, "%.*s|", len, many);
    ax_buf_printf(&buf, "%d", len);
    assert_int_equal(buf.len, len + 5);
    assert_int_equal(buf.bytes[len + 1], '|');
    ax_buf_free(&buf);
  }
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(order_is_bytewise_and_prefixes_come_first),
    cmocka_unit_test(both_ends_can_be_asked_for),
    cmocka_unit_test(case_is_ignored_for_ascii_only),
    cmocka_unit_test(text_is_found_where_it_first_stands),
    cmocka_unit_test(space_is_trimmed_at_both_ends),
    cmocka_unit_test(numbers_are_read_within_bounds),
    cmocka_unit_test(buffers_take_numbers_and_formats),
    cmocka_unit_test(a_format_past_the_ceiling_fails_the_buffer),
    cmocka_unit_test(room_is_counted_when_it_was_used),
    cmocka_unit_test(arenas_copy_and_format_texts),
    cmocka_unit_test(arenas_join_parts_and_refuse_past_their_ceiling),
    cmocka_unit_test(formats_longer_than_the_first_try_are_whole),
    cmocka_unit_test(utf8_is_checked_strictly),
    cmocka_unit_test(code_points_go_both_ways),
  };
  return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
