/* Unit tests of the circuit breaker. */
#include "support/ax_test.h"

#include "scoring/breaker.h"

static const int64_t ms = 1000000;

static void strike(ax_breaker *b, unsigned times, int64_t now) {
  for (unsigned i = 0; i < times; i++) ax_breaker_strike(b, false, now);
}

static void a_few_strikes_change_nothing(void **state) {
  (void)state;
  ax_breaker b = { 0 };
  strike(&b, AX_BREAKER_PATIENCE - 1, 0);
  assert_true(ax_breaker_lets(&b, 0));
  ax_breaker_success(&b);
  strike(&b, AX_BREAKER_PATIENCE - 1, 0);
  assert_true(ax_breaker_lets(&b, 0));
  strike(&b, 1, 0);
  assert_false(ax_breaker_lets(&b, 0));
  assert_string_equal(ax_breaker_name(b.state), "open");
}

static void after_its_time_one_probe_decides(void **state) {
  (void)state;
  ax_breaker b = { 0 };
  strike(&b, AX_BREAKER_PATIENCE, 0);
  assert_false(ax_breaker_lets(&b, 100 * ms - 1));
  assert_true(ax_breaker_lets(&b, 100 * ms));
  assert_int_equal(b.state, AX_BREAKER_HALF_OPEN);
  strike(&b, 1, 100 * ms); /* the probe fails: longer this time */
  assert_false(ax_breaker_lets(&b, 299 * ms));
  assert_true(ax_breaker_lets(&b, 300 * ms));
  ax_breaker_success(&b);
  assert_int_equal(b.state, AX_BREAKER_CLOSED);
  strike(&b, AX_BREAKER_PATIENCE, 0); /* and all is forgotten */
  assert_true(ax_breaker_lets(&b, 100 * ms));
  assert_int_equal(b.opened, 3);
}

static void it_stays_open_ten_seconds_at_most(void **state) {
  (void)state;
  ax_breaker b = { 0 };
  int64_t now = 0;
  for (int i = 0; i < 100; i++) {
    ax_breaker_strike(&b, true, now);
    assert_true(b.until_ns - now <= 10000 * ms);
    now = b.until_ns;
    assert_true(ax_breaker_lets(&b, now));
  }
  assert_int_equal(b.until_ns - now, 0);
}

static void a_worker_that_does_not_start_opens_it_at_once(void **state) {
  (void)state;
  ax_breaker b = { 0 };
  ax_breaker_strike(&b, true, 5 * ms);
  assert_false(ax_breaker_lets(&b, 104 * ms));
  assert_true(ax_breaker_lets(&b, 105 * ms));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_few_strikes_change_nothing),
    cmocka_unit_test(after_its_time_one_probe_decides),
    cmocka_unit_test(it_stays_open_ten_seconds_at_most),
    cmocka_unit_test(a_worker_that_does_not_start_opens_it_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
