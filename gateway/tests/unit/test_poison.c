/* Unit tests of rows that are not to be sent again. */
#include "support/ax_test.h"

#include <auspex_plugin.h>

#include <math.h>
#include <stdio.h>

#include "scoring/poison.h"

static const ax_model model = { .id = AX_STR_INIT("org.example.risk"),
                                .column_count = 2 };

static void key_of(const char *version, double a, double b, int64_t as_of,
                   char out[AX_POISON_KEY + 1]) {
  ax_feature_cell cells[2] = { { .value = a,
                                 .state = AUSPEX_CELL_PRESENT,
                                 .time_ms = as_of - 5,
                                 .low = (double)NAN,
                                 .high = (double)NAN },
                               { .value = b,
                                 .state = AUSPEX_CELL_PRESENT,
                                 .low = (double)NAN,
                                 .high = (double)NAN } };
  ax_feature_row row = { .as_of_ms = as_of, .cells = cells };
  ax_poison_key(version, &model, &row, out);
}

static void a_row_is_known_by_its_values_and_version(void **state) {
  (void)state;
  char one[AX_POISON_KEY + 1], later[AX_POISON_KEY + 1];
  char swapped[AX_POISON_KEY + 1], other[AX_POISON_KEY + 1];
  key_of("v1", 1, 2, 1000, one);
  key_of("v1", 1, 2, 99000, later);
  key_of("v1", 2, 1, 1000, swapped);
  key_of("v2", 1, 2, 1000, other);
  assert_string_equal(one, later);
  assert_string_not_equal(one, swapped);
  assert_string_not_equal(one, other);
}

static void what_was_added_is_known_and_nothing_else(void **state) {
  (void)state;
  enum { MANY = 500 };
  ax_poison *p = ax_poison_new();
  char key[AX_POISON_KEY + 1];
  assert_false(ax_poison_any(p));
  for (int i = 0; i < MANY; i++) {
    key_of("v", i * 7919 % MANY, 0, 0, key);
    assert_true(ax_poison_add(p, ax_str_from(key)));
    assert_false(ax_poison_add(p, ax_str_from(key)));
  }
  assert_true(ax_poison_any(p));
  for (int i = 0; i < MANY; i++) {
    key_of("v", i, 0, 0, key);
    assert_true(ax_poison_known(p, ax_str_from(key)));
    key_of("v", i + 0.5, 0, 0, key);
    assert_false(ax_poison_known(p, ax_str_from(key)));
  }
  assert_false(ax_poison_add(p, AX_STR("short")));
  assert_false(ax_poison_known(p, AX_STR("")));
  ax_poison_free(p);
}

static void strikes_are_counted_until_somebody_is_acquitted(void **state) {
  (void)state;
  ax_poison *p = ax_poison_new();
  char a[AX_POISON_KEY + 1], b[AX_POISON_KEY + 1];
  key_of("v", 1, 0, 0, a);
  key_of("v", 2, 0, 0, b);
  assert_false(ax_poison_suspects(p));
  ax_poison_strike(p, ax_str_from(a));
  ax_poison_strike(p, ax_str_from(b));
  ax_poison_strike(p, ax_str_from(b));
  assert_true(ax_poison_suspects(p));
  assert_int_equal(ax_poison_strikes(p, ax_str_from(a)), 1);
  assert_int_equal(ax_poison_strikes(p, ax_str_from(b)), 2);
  ax_poison_acquit(p, ax_str_from(a));
  assert_int_equal(ax_poison_strikes(p, ax_str_from(a)), 0);
  /* Known for good: no suspect any more, and no less held against it. */
  assert_true(ax_poison_add(p, ax_str_from(b)));
  ax_poison_acquit(p, ax_str_from(b));
  assert_int_equal(ax_poison_strikes(p, ax_str_from(b)), AX_POISON_STRIKES);
  ax_poison_free(p);
}

static void the_oldest_suspects_are_forgotten_first(void **state) {
  (void)state;
  ax_poison *p = ax_poison_new();
  char key[AX_POISON_KEY + 1];
  for (int i = 0; i <= AX_POISON_SUSPECTS; i++) {
    key_of("v", i, 0, 0, key);
    ax_poison_strike(p, ax_str_from(key));
  }
  assert_int_equal(ax_poison_strikes(p, ax_str_from(key)), 1);
  key_of("v", 0, 0, 0, key);
  assert_int_equal(ax_poison_strikes(p, ax_str_from(key)), 0);
  key_of("v", 1, 0, 0, key);
  assert_int_equal(ax_poison_strikes(p, ax_str_from(key)), 1);
  ax_poison_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_row_is_known_by_its_values_and_version),
    cmocka_unit_test(what_was_added_is_known_and_nothing_else),
    cmocka_unit_test(strikes_are_counted_until_somebody_is_acquitted),
    cmocka_unit_test(the_oldest_suspects_are_forgotten_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
