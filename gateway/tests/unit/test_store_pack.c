/* Unit tests of gateway/src/store/store_pack.c: bodies there and back, and
 * presses that are used again. */
#include "support/ax_test.h"

#include <stdio.h>
#include <string.h>

#include "store/store_pack.h"

enum { CEILING = 64 << 20 };

/* Text that packs, different for each `n`. */
static ax_str text_of(ax_arena *arena, size_t len, unsigned n) {
  char *text = AX_TAKE_ARRAY(arena, char, len + 1);
  assert_non_null(text);
  for (size_t at = 0; at < len; at += 16)
    (void)snprintf(text + at, len + 1 - at, "%08x %6u;", n * 7919u,
                   (unsigned)at / 64);
  return (ax_str){ text, len };
}

static void assert_back(ax_store_press *press, ax_arena *arena, ax_str text) {
  ax_store_packed packed;
  ax_str again;
  assert_int_equal(ax_store_pack(press, arena, text, &packed), AX_OK);
  assert_int_equal(
      ax_store_unpack(arena, packed.codec, packed.bytes, &again, NULL), AX_OK);
  assert_int_equal(again.len, text.len);
  assert_memory_equal(again.ptr, text.ptr, text.len);
}

static void a_press_packs_bodies_of_all_sizes_one_after_another(void **state) {
  static const size_t sizes[] = { 300,  5,   0,       70000, 256, 255,
                                  4000, 299, 3000000, 300,   1,   900 };
  (void)state;
  ax_store_presses *presses = ax_store_pack_open();
  ax_arena *arena = ax_arena_new(CEILING);
  ax_store_press *press = ax_store_pack_borrow(presses);
  assert_non_null(press);
  for (unsigned i = 0; i < AX_COUNT(sizes); i++)
    assert_back(press, arena, text_of(arena, sizes[i], i));
  ax_store_pack_return(presses, press);
  ax_store_pack_close(presses);
  ax_arena_free(arena);
}

static void a_press_gives_the_same_bytes_again(void **state) {
  (void)state;
  ax_store_presses *presses = ax_store_pack_open();
  ax_arena *arena = ax_arena_new(CEILING);
  ax_str text = text_of(arena, 1000, 1);
  ax_store_packed first = { 0 }, again = { 0 };
  ax_store_press *press = ax_store_pack_borrow(presses);
  assert_int_equal(ax_store_pack(press, arena, text, &first), AX_OK);
  assert_int_equal(first.codec, AX_STORE_PACK_WORDS);
  assert_true(first.bytes.len < text.len / 2);
  assert_back(press, arena, text_of(arena, 50000, 2));
  assert_int_equal(ax_store_pack(press, arena, text, &again), AX_OK);
  assert_int_equal(again.bytes.len, first.bytes.len);
  assert_memory_equal(again.bytes.ptr, first.bytes.ptr, first.bytes.len);
  ax_store_pack_return(presses, press);
  ax_store_pack_close(presses);
  ax_arena_free(arena);
}

static void a_returned_press_is_lent_again_and_too_many_are_freed(void **s) {
  enum { MANY = 20 };
  (void)s;
  ax_store_press *press[MANY];
  ax_store_presses *presses = ax_store_pack_open();
  for (int i = 0; i < MANY; i++) {
    press[i] = ax_store_pack_borrow(presses);
    assert_non_null(press[i]);
    for (int n = 0; n < i; n++) assert_ptr_not_equal(press[n], press[i]);
  }
  ax_store_pack_return(presses, press[0]);
  assert_ptr_equal(ax_store_pack_borrow(presses), press[0]);
  for (int i = 0; i < MANY; i++) ax_store_pack_return(presses, press[i]);
  ax_store_pack_close(presses); /* leaks are for the sanitizer to see */
}

static void a_damaged_frame_is_told(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(CEILING);
  ax_error err = { 0 };
  ax_str out;
  assert_int_equal(ax_store_unpack(arena, AX_STORE_PACK_ZSTD,
                                   AX_STR("not a frame"), &out, &err),
                   AX_IO);
  assert_true(strstr(err.text, "damaged") != NULL);
  ax_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_press_packs_bodies_of_all_sizes_one_after_another),
    cmocka_unit_test(a_press_gives_the_same_bytes_again),
    cmocka_unit_test(a_returned_press_is_lent_again_and_too_many_are_freed),
    cmocka_unit_test(a_damaged_frame_is_told),
  };
  return cmocka_run_group_tests_name("store_pack", tests, NULL, NULL);
}
