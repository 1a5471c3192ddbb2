/* Unit tests of rows that are not to be sent again. */
#include "support/ax_test.h"

#include <auspex_plugin.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* --- kept in a file ----------------------------------------------------------
 */

static char path[] = "/tmp/auspex-poison-XXXXXX";

static int with_file(void **state) {
  (void)state;
  int fd = mkstemp(path);
  return fd < 0 ? -1 : close(fd);
}

static int without_file(void **state) {
  (void)state;
  (void)unlink(path);
  memcpy(path + sizeof path - 7, "XXXXXX", 6);
  return 0;
}

static ax_poison *kept(void) {
  ax_error err = { 0 };
  ax_poison *p = ax_poison_new();
  if (ax_poison_keep(p, path, &err)) fail_msg("%s", err.text);
  return p;
}

static void a_killed_process_forgets_no_strike(void **state) {
  (void)state;
  char a[AX_POISON_KEY + 1], b[AX_POISON_KEY + 1], c[AX_POISON_KEY + 1];
  key_of("v", 1, 0, 0, a);
  key_of("v", 2, 0, 0, b);
  key_of("v", 3, 0, 0, c);
  ax_poison *first = kept();
  ax_poison_strike(first, ax_str_from(a));
  ax_poison_strike(first, ax_str_from(b));
  ax_poison_strike(first, ax_str_from(c));
  ax_poison_strike(first, ax_str_from(c));
  ax_poison_acquit(first, ax_str_from(a));
  ax_poison *second = kept(); /* the first one never ended */
  assert_int_equal(ax_poison_strikes(second, ax_str_from(a)), 0);
  assert_int_equal(ax_poison_strikes(second, ax_str_from(b)), 1);
  assert_int_equal(ax_poison_strikes(second, ax_str_from(c)), 2);
  ax_poison_strike(second, ax_str_from(a)); /* into a free place */
  ax_poison_acquit(second, ax_str_from(b));
  ax_poison *third = kept();
  assert_int_equal(ax_poison_strikes(third, ax_str_from(a)), 1);
  assert_int_equal(ax_poison_strikes(third, ax_str_from(b)), 0);
  assert_int_equal(ax_poison_strikes(third, ax_str_from(c)), 2);
  ax_poison_free(first);
  ax_poison_free(second);
  ax_poison_free(third);
}

static void the_file_never_holds_more_than_there_may_be(void **state) {
  (void)state;
  char key[AX_POISON_KEY + 1];
  struct stat st;
  ax_poison *p = kept();
  for (int i = 0; i < AX_POISON_SUSPECTS + 10; i++) {
    key_of("v", i, 0, 0, key);
    ax_poison_strike(p, ax_str_from(key));
  }
  ax_poison_free(p);
  p = kept();
  assert_int_equal(ax_poison_strikes(p, ax_str_from(key)), 1);
  key_of("v", 9, 0, 0, key);
  assert_int_equal(ax_poison_strikes(p, ax_str_from(key)), 0);
  key_of("v", 10, 0, 0, key);
  assert_int_equal(ax_poison_strikes(p, ax_str_from(key)), 1);
  ax_poison_free(p);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_size, AX_POISON_SUSPECTS * (AX_POISON_KEY + 3));
}

static void lines_that_are_none_are_passed_over(void **state) {
  (void)state;
  char key[AX_POISON_KEY + 1];
  key_of("v", 1, 0, 0, key);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  (void)fprintf(f, "%032d x\n%s 0\n%.31sg 1\n%s\t1\n%s 1\n%s 2\n%s", 0, key,
                key, key, key, key, "cut off");
  (void)fclose(f);
  ax_poison *p = kept();
  assert_int_equal(ax_poison_strikes(p, ax_str_from(key)), 1);
  ax_poison_acquit(p, ax_str_from(key));
  assert_false(ax_poison_suspects(p));
  ax_poison_free(p);
}

static void a_file_that_cannot_be_is_told(void **state) {
  (void)state;
  ax_error err = { 0 };
  ax_poison *p = ax_poison_new();
  assert_int_equal(ax_poison_keep(p, "/nowhere/suspects", &err), AX_IO);
  assert_non_null(strstr(err.text, "/nowhere/suspects: "));
  ax_poison_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_row_is_known_by_its_values_and_version),
    cmocka_unit_test(what_was_added_is_known_and_nothing_else),
    cmocka_unit_test(strikes_are_counted_until_somebody_is_acquitted),
    cmocka_unit_test(the_oldest_suspects_are_forgotten_first),
#define T(f) cmocka_unit_test_setup_teardown(f, with_file, without_file)
    T(a_killed_process_forgets_no_strike),
    T(the_file_never_holds_more_than_there_may_be),
    T(lines_that_are_none_are_passed_over),
    T(a_file_that_cannot_be_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
