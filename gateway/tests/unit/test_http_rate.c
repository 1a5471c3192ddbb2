/* Unit tests of gateway/src/http/http_rate.c. */
#include "support/ax_test.h"

#include <stdio.h>

#include "http/http_rate.h"

enum { SECOND = 1000000000 };

static void a_burst_passes_and_then_the_rate_holds(void **state) {
  (void)state;
  ax_http_rate *rate = ax_http_rate_new(10, 3);
  ax_str lab = AX_STR("lab");
  for (int i = 0; i < 3; i++)
    assert_int_equal(ax_http_rate_take(rate, lab, SECOND), 0);
  assert_int_equal(ax_http_rate_take(rate, lab, SECOND), 100);
  assert_int_equal(ax_http_rate_take(rate, lab, SECOND + 50000000), 50);
  assert_int_equal(ax_http_rate_take(rate, lab, SECOND + 100000000), 0);
  assert_int_equal(ax_http_rate_take(rate, lab, SECOND + 100000000), 100);
  ax_http_rate_free(rate);
}

static void one_sender_does_not_slow_another(void **state) {
  (void)state;
  ax_http_rate *rate = ax_http_rate_new(1, 1);
  assert_int_equal(ax_http_rate_take(rate, AX_STR("a"), SECOND), 0);
  assert_int_equal(ax_http_rate_take(rate, AX_STR("a"), SECOND), 1000);
  assert_int_equal(ax_http_rate_take(rate, AX_STR("b"), SECOND), 0);
  ax_http_rate_free(rate);
}

static void a_pause_saves_no_more_than_the_burst(void **state) {
  (void)state;
  ax_http_rate *rate = ax_http_rate_new(1000, 2);
  ax_str lab = AX_STR("lab");
  int64_t later = INT64_C(100000) * SECOND;
  assert_int_equal(ax_http_rate_take(rate, lab, SECOND), 0);
  for (int i = 0; i < 2; i++)
    assert_int_equal(ax_http_rate_take(rate, lab, later), 0);
  assert_int_equal(ax_http_rate_take(rate, lab, later), 1);
  ax_http_rate_free(rate);
}

static void a_clock_that_stands_or_goes_back_gives_nothing(void **state) {
  (void)state;
  ax_http_rate *rate = ax_http_rate_new(1, 1);
  ax_str lab = AX_STR("lab");
  assert_int_equal(ax_http_rate_take(rate, lab, 5 * (int64_t)SECOND), 0);
  assert_true(ax_http_rate_take(rate, lab, 3 * (int64_t)SECOND) > 0);
  ax_http_rate_free(rate);
}

static void more_senders_than_places_are_served(void **state) {
  (void)state;
  ax_http_rate *rate = ax_http_rate_new(1, 1);
  for (int i = 0; i < 20000; i++) {
    char name[20];
    (void)snprintf(name, sizeof name, "sender-%d", i);
    assert_int_equal(ax_http_rate_take(rate, ax_str_from(name), SECOND + i), 0);
  }
  ax_http_rate_free(rate);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_burst_passes_and_then_the_rate_holds),
    cmocka_unit_test(one_sender_does_not_slow_another),
    cmocka_unit_test(a_pause_saves_no_more_than_the_burst),
    cmocka_unit_test(a_clock_that_stands_or_goes_back_gives_nothing),
    cmocka_unit_test(more_senders_than_places_are_served),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
