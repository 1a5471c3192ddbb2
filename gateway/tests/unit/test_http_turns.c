/* Unit tests of gateway/src/http/http_turns.c. */
#include "support/ax_test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "http/http_turns.h"

enum { MOST = 100, SECOND = 1000000000 };

static atomic_int arrived; /* in which order turns came */

typedef struct {
  ax_http_turns *turns;
  size_t bytes;
  pthread_t thread;
  int place; /* 0: not yet */
} taker;

static int64_t soon(void) {
  return ax_clock_mono_ns() + ax_test_ms(20000) * 1000000;
}

static void *take(void *ctx) {
  taker *t = ctx;
  if (ax_http_turns_take(t->turns, t->bytes, soon()))
    t->place = atomic_fetch_add(&arrived, 1) + 1;
  return NULL;
}

/* Starts a thread that takes a turn, and waits until it stands in the line. */
static void start(taker *t, size_t waiting) {
  int64_t until = soon();
  assert_int_equal(pthread_create(&t->thread, NULL, take, t), 0);
  while (ax_http_turns_waiting(t->turns) < waiting &&
         ax_clock_mono_ns() < until)
    ax_clock_sleep_ms(1);
  assert_int_equal(ax_http_turns_waiting(t->turns), waiting);
}

static void as_many_go_as_fit(void **state) {
  (void)state;
  ax_http_turns *turns = ax_http_turns_new(MOST);
  assert_true(ax_http_turns_take(turns, 60, soon()));
  assert_true(ax_http_turns_take(turns, 40, soon()));
  assert_false(ax_http_turns_take(turns, 1, ax_clock_mono_ns() + 1000000));
  ax_http_turns_give(turns, 40);
  assert_true(ax_http_turns_take(turns, 30, soon()));
  ax_http_turns_give(turns, 30);
  ax_http_turns_give(turns, 60);
  assert_int_equal(ax_http_turns_waiting(turns), 0);
  ax_http_turns_free(turns);
}

static void one_that_is_larger_than_all_goes_alone(void **state) {
  (void)state;
  ax_http_turns *turns = ax_http_turns_new(MOST);
  assert_true(ax_http_turns_take(turns, 1000, soon()));
  assert_false(ax_http_turns_take(turns, 1, ax_clock_mono_ns()));
  ax_http_turns_give(turns, 1000);
  assert_true(ax_http_turns_take(turns, 1, soon()));
  assert_false(ax_http_turns_take(turns, 1000, ax_clock_mono_ns()));
  ax_http_turns_give(turns, 1);
  ax_http_turns_free(turns);
}

/* A small one that would fit does not pass a large one: that would never go. */
static void turns_come_in_order(void **state) {
  (void)state;
  ax_http_turns *turns = ax_http_turns_new(MOST);
  taker large = { .turns = turns, .bytes = 90 };
  taker next = { .turns = turns, .bytes = 10 };
  atomic_store(&arrived, 0);
  assert_true(ax_http_turns_take(turns, 50, soon()));
  start(&large, 1);
  start(&next, 2);
  ax_http_turns_give(turns, 50);
  (void)pthread_join(large.thread, NULL);
  (void)pthread_join(next.thread, NULL);
  assert_true(large.place > 0 && next.place > 0); /* both fit now */
  assert_int_equal(ax_http_turns_waiting(turns), 0);
  ax_http_turns_give(turns, 90);
  ax_http_turns_give(turns, 10);
  ax_http_turns_free(turns);
}

/* Whoever gives up leaves the line, and the next one is first. */
static void who_gives_up_holds_up_nobody(void **state) {
  (void)state;
  ax_http_turns *turns = ax_http_turns_new(MOST);
  taker next = { .turns = turns, .bytes = 40 };
  atomic_store(&arrived, 0);
  assert_true(ax_http_turns_take(turns, 60, soon()));
  assert_false(
      ax_http_turns_take(turns, 90, ax_clock_mono_ns() + SECOND / 100));
  start(&next, 0);
  (void)pthread_join(next.thread, NULL);
  assert_int_equal(next.place, 1);
  ax_http_turns_give(turns, 60);
  ax_http_turns_give(turns, 40);
  ax_http_turns_free(turns);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(as_many_go_as_fit),
    cmocka_unit_test(one_that_is_larger_than_all_goes_alone),
    cmocka_unit_test(turns_come_in_order),
    cmocka_unit_test(who_gives_up_holds_up_nobody),
  };
  return cmocka_run_group_tests_name("http_turns", tests, NULL, NULL);
}
