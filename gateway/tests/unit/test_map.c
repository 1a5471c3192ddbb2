/* Unit tests of gateway/src/base/map.c. */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"

static void finds_what_was_put_and_nothing_else(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_map *map = ax_map_new(arena);
  int one = 1, two = 2;
  assert_null(ax_map_get(map, AX_STR("a")));
  assert_int_equal(ax_map_put(map, AX_STR("a"), &one), AX_OK);
  assert_int_equal(ax_map_put(map, AX_STR(""), &two), AX_OK);
  assert_ptr_equal(ax_map_get(map, AX_STR("a")), &one);
  assert_ptr_equal(ax_map_get(map, AX_STR("")), &two);
  assert_null(ax_map_get(map, AX_STR("A")));
  assert_int_equal(ax_map_put(map, AX_STR("a"), &two), AX_OK);
  assert_ptr_equal(ax_map_get(map, AX_STR("a")), &two);
  assert_int_equal(ax_map_count(map), 2);
  ax_arena_free(arena);
}

static void keeps_ten_thousand_in_order(void **state) {
  (void)state;
  enum { N = 10000 };
  ax_arena *arena = ax_arena_new(1 << 24);
  ax_map *map = ax_map_new(arena);
  static int values[N];
  for (int i = 0; i < N; i++) {
    ax_str key = ax_arena_printf(arena, "http://hl7.org/fhir/%d", i);
    assert_int_equal(ax_map_put(map, key, &values[i]), AX_OK);
  }
  assert_int_equal(ax_map_count(map), N);
  for (int i = 0; i < N; i++) {
    ax_str key = { 0 };
    assert_ptr_equal(ax_map_at(map, (size_t)i, &key), &values[i]);
    assert_ptr_equal(ax_map_get(map, key), &values[i]);
  }
  assert_null(ax_map_at(map, N, NULL));
  ax_arena_free(arena);
}

static ax_status build_map(ax_arena *arena) {
  static int value;
  static const char *const keys[] = { "a", "b", "c", "d", "e",
                                      "f", "g", "h", "i" };
  ax_map *map = ax_map_new(arena);
  if (!map) return AX_NOMEM;
  for (size_t i = 0; i < AX_COUNT(keys); i++)
    AX_TRY(ax_map_put(map, ax_str_from(keys[i]), &value));
  return AX_OK;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  ax_test_torture(build_map, 5); /* the map, and twice pairs and slots */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(finds_what_was_put_and_nothing_else),
    cmocka_unit_test(keeps_ten_thousand_in_order),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
