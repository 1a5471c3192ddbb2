/* Unit tests of gateway/src/base/arena.c and vec.c: reset, marks, growth. */
#include "support/ax_test.h"

#include <string.h>

#include "base/vec.h"

static void memory_is_zero_also_after_a_reset(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  for (int round = 0; round < 3; round++) {
    char *bytes = AX_NEW_ARRAY(arena, char, 1000);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(bytes[i], 0);
    memset(bytes, 0x5A, 1000);
    ax_arena_reset(arena);
    assert_int_equal(ax_arena_used(arena), 0);
  }
  ax_arena_free(arena);
}

static void a_reset_arena_has_its_whole_ceiling_again(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  for (int round = 0; round < 20; round++) {
    assert_non_null(AX_TAKE_ARRAY(arena, char, 600000));
    assert_non_null(AX_TAKE_ARRAY(arena, char, 400000));
    assert_null(AX_TAKE_ARRAY(arena, char, 100000));
    ax_arena_reset(arena);
  }
  assert_int_equal(ax_arena_left(arena), 1 << 20);
  ax_arena_free(arena);
}

static void count_up(void *what) {
  ++*(int *)what;
}

static void rewinding_gives_back_what_came_after_the_mark(void **state) {
  (void)state;
  int early = 0, late = 0;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_arena_mark empty = ax_arena_mark_here(arena);
  char *kept = AX_NEW_ARRAY(arena, char, 100);
  memset(kept, 7, 100);
  assert_int_equal(ax_arena_defer(arena, count_up, &early), 0);
  size_t used = ax_arena_used(arena);
  ax_arena_mark mark = ax_arena_mark_here(arena);
  assert_int_equal(ax_arena_defer(arena, count_up, &late), 0);
  for (int i = 0; i < 50; i++) assert_non_null(AX_NEW_ARRAY(arena, char, 9000));
  ax_arena_rewind(arena, mark);
  assert_int_equal(late, 1);
  assert_int_equal(early, 0);
  assert_int_equal(ax_arena_used(arena), used);
  assert_int_equal(kept[99], 7);
  ax_arena_rewind(arena, empty);
  assert_int_equal(early, 1);
  assert_int_equal(ax_arena_used(arena), 0);
  assert_non_null(AX_NEW_ARRAY(arena, char, 100));
  ax_arena_free(arena);
  assert_int_equal(late, 1);
}

static void a_reset_runs_deferred_calls_once(void **state) {
  (void)state;
  int calls = 0;
  ax_arena *arena = ax_arena_new(4096);
  assert_int_equal(ax_arena_defer(arena, count_up, &calls), 0);
  ax_arena_reset(arena);
  assert_int_equal(calls, 1);
  ax_arena_free(arena);
  assert_int_equal(calls, 1);
}

static void pieces_are_aligned(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  for (int i = 0; i < 100; i++) {
    assert_non_null(AX_NEW_ARRAY(arena, char, 3));
    assert_int_equal((uintptr_t)AX_NEW(arena, uint64_t) % alignof(uint64_t), 0);
    assert_int_equal(
        (uintptr_t)AX_NEW(arena, max_align_t) % alignof(max_align_t), 0);
  }
  ax_arena_free(arena);
}

static void a_vector_keeps_its_items_while_it_grows(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  AX_VEC(int) v = { 0 };
  for (int i = 0; i < 1000; i++) {
    int *slot = AX_VEC_PUSH(&v, arena);
    assert_int_equal(*slot, 0);
    *slot = i;
  }
  for (int i = 0; i < 1000; i++) assert_int_equal(v.items[i], i);
  ax_arena_fail_after(arena, 0);
  while (v.count < v.capacity) assert_non_null(AX_VEC_PUSH(&v, arena));
  assert_null(AX_VEC_PUSH(&v, arena));
  assert_int_equal(v.items[999], 999);
  ax_arena_free(arena);
}

/* --- pools ---------------------------------------------------------------- */

enum { MEGABYTE = 1 << 20 };

static bool fill(ax_arena *arena, size_t bytes) {
  for (size_t i = 0; i < bytes / 1024; i++)
    if (!ax_arena_alloc(arena, 1, 1024, 1)) return false;
  return true;
}

static void arenas_of_a_pool_share_its_ceiling(void **state) {
  (void)state;
  ax_arena_pool *pool = ax_arena_pool_new(8 * MEGABYTE);
  ax_arena *a = ax_arena_new_in(pool, SIZE_MAX);
  ax_arena *b = ax_arena_new_in(pool, SIZE_MAX);
  assert_true(fill(a, 6 * MEGABYTE));
  assert_false(fill(b, 4 * MEGABYTE));
  assert_true(ax_arena_starved(b));
  assert_false(ax_arena_starved(a));
  assert_true(ax_arena_pool_held(pool) <= 8 * MEGABYTE + AX_ARENA_ALWAYS);
  ax_arena_free(a);
  assert_true(fill(b, 3 * MEGABYTE)); /* what a had is there again */
  ax_arena_reset(b);
  assert_false(ax_arena_starved(b));
  ax_arena_free(b);
  assert_int_equal(ax_arena_pool_held(pool), 0);
  ax_arena_pool_free(pool);
}

static void a_little_is_given_from_an_empty_pool(void **state) {
  (void)state;
  ax_arena_pool *pool = ax_arena_pool_new(2 * MEGABYTE);
  ax_arena *large = ax_arena_new_in(pool, SIZE_MAX);
  ax_arena *small = ax_arena_new_in(pool, SIZE_MAX);
  assert_false(fill(large, 4 * MEGABYTE));
  assert_true(fill(small, AX_ARENA_ALWAYS / 2));
  assert_false(ax_arena_starved(small));
  ax_arena_mark mark = ax_arena_mark_here(small);
  ax_arena_rewind(small, mark);
  ax_arena_free(large);
  ax_arena_free(small);
  assert_int_equal(ax_arena_pool_held(pool), 0);
  ax_arena_pool_free(pool);
}

/* An arena at its own ceiling will not fare better later. */
static void its_own_ceiling_starves_nobody(void **state) {
  (void)state;
  ax_arena_pool *pool = ax_arena_pool_new(64 * MEGABYTE);
  ax_arena *arena = ax_arena_new_in(pool, MEGABYTE);
  assert_false(fill(arena, 2 * MEGABYTE));
  assert_false(ax_arena_starved(arena));
  ax_arena_free(arena);
  ax_arena_pool_free(pool);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(memory_is_zero_also_after_a_reset),
    cmocka_unit_test(a_reset_arena_has_its_whole_ceiling_again),
    cmocka_unit_test(rewinding_gives_back_what_came_after_the_mark),
    cmocka_unit_test(a_reset_runs_deferred_calls_once),
    cmocka_unit_test(pieces_are_aligned),
    cmocka_unit_test(a_vector_keeps_its_items_while_it_grows),
    cmocka_unit_test(arenas_of_a_pool_share_its_ceiling),
    cmocka_unit_test(a_little_is_given_from_an_empty_pool),
    cmocka_unit_test(its_own_ceiling_starves_nobody),
  };
  return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
