/* Cursors: what comes back is what was put in, and nothing else passes. */
#include "support/ax_test.h"

#include <string.h>

#include "search/search_cursor.h"

static void a_cursor_brings_its_position_back(void **state) {
  (void)state;
  static const char *const positions[] = { "", "1", "12", "123",
                                           "-9223372036854775808|\x01x" };
  ax_arena *arena = ax_arena_new(1 << 20);
  for (size_t i = 0; i < AX_COUNT(positions); i++) {
    ax_str token, back;
    assert_int_equal(AX_OK,
                     ax_search_cursor_write(arena, AX_STR("scope"),
                                            ax_str_from(positions[i]), &token));
    assert_int_equal(
        AX_OK, ax_search_cursor_read(arena, AX_STR("scope"), token, &back));
    assert_str(back, positions[i]);
    assert_int_equal(AX_INVALID, ax_search_cursor_read(arena, AX_STR("scopf"),
                                                       token, &back));
  }
  ax_arena_free(arena);
}

static void a_changed_cursor_is_noticed(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_str token, back;
  assert_int_equal(AX_OK, ax_search_cursor_write(arena, AX_STR("scope"),
                                                 AX_STR("1234567890"), &token));
  for (size_t i = 0; i < token.len; i++) {
    char *copy = ax_arena_cstr(arena, token);
    copy[i] = copy[i] == 'A' ? 'B' : 'A';
    ax_status status =
        ax_search_cursor_read(arena, AX_STR("scope"), ax_str_from(copy), &back);
    /* The last digit may hold bits that count for nothing. */
    if (status == AX_OK) assert_str(back, "1234567890");
    if (i + 1 < token.len) assert_int_equal(status, AX_INVALID);
  }
  static const char *const odd[] = { "", "A", "****", "AAAAAAAAAAA",
                                     "a b c d e f g" };
  for (size_t i = 0; i < AX_COUNT(odd); i++)
    assert_int_equal(AX_INVALID,
                     ax_search_cursor_read(arena, AX_STR("scope"),
                                           ax_str_from(odd[i]), &back));
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_cursor_brings_its_position_back),
    cmocka_unit_test(a_changed_cursor_is_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
