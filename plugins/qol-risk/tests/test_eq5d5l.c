/* EQ-5D-5L index values: the sum and its table. */
#include "support/ax_plugin.h"

#include <math.h>

#include "../eq5d5l.c"

static eq5d5l_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/qol-risk/data", "eq5d5l.table", eq5d5l_read,
                         &table);
}

/* Unit tests of the R package eq5d (tests/testthat/test-eq5d5l.R, MIT). */
static const struct {
  eq5d5l_set set;
  int levels[EQ5D5L_DIMENSIONS];
  double index;
} vectors[] = {
  { EQ5D5L_BELGIUM, { 2, 2, 2, 2, 2 }, 0.755 },
  { EQ5D5L_BELGIUM, { 3, 3, 3, 3, 3 }, 0.577 },
  { EQ5D5L_BELGIUM, { 4, 4, 4, 4, 4 }, -0.215 },
  { EQ5D5L_BELGIUM, { 1, 5, 3, 4, 2 }, 0.309 },
  { EQ5D5L_BELGIUM, { 5, 4, 3, 2, 1 }, 0.491 },
  { EQ5D5L_BELGIUM, { 5, 5, 5, 5, 5 }, -0.532 },
  { EQ5D5L_ENGLAND, { 2, 3, 2, 4, 5 }, 0.247 },
  { EQ5D5L_ENGLAND, { 1, 1, 1, 1, 2 }, 0.922 },
  { EQ5D5L_ENGLAND, { 1, 1, 1, 2, 1 }, 0.937 },
  { EQ5D5L_ENGLAND, { 1, 1, 2, 1, 1 }, 0.95 },
  { EQ5D5L_ENGLAND, { 1, 2, 1, 1, 1 }, 0.95 },
  { EQ5D5L_ENGLAND, { 2, 1, 1, 1, 1 }, 0.942 },
  { EQ5D5L_ENGLAND, { 5, 5, 5, 5, 5 }, -0.285 },
  { EQ5D5L_FRANCE, { 2, 2, 2, 2, 2 }, 0.85 },
  { EQ5D5L_FRANCE, { 3, 3, 3, 3, 3 }, 0.768 },
  { EQ5D5L_FRANCE, { 4, 4, 4, 4, 4 }, 0.028 },
  { EQ5D5L_FRANCE, { 5, 4, 3, 2, 1 }, 0.441 },
  { EQ5D5L_FRANCE, { 5, 5, 5, 5, 5 }, -0.525 },
  { EQ5D5L_GERMANY, { 2, 1, 1, 1, 1 }, 0.974 },
  { EQ5D5L_GERMANY, { 1, 2, 1, 1, 1 }, 0.95 },
  { EQ5D5L_GERMANY, { 1, 1, 2, 1, 1 }, 0.964 },
  { EQ5D5L_GERMANY, { 1, 1, 1, 2, 1 }, 0.943 },
  { EQ5D5L_GERMANY, { 1, 1, 1, 1, 2 }, 0.97 },
  { EQ5D5L_GERMANY, { 1, 2, 3, 4, 5 }, 0.141 },
  { EQ5D5L_BELGIUM, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_DENMARK, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_DENMARK, { 1, 3, 2, 2, 4 }, 0.439 },
  { EQ5D5L_DENMARK, { 5, 5, 5, 5, 5 }, -0.758 },
  { EQ5D5L_ENGLAND, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_FRANCE, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_GERMANY, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_GERMANY, { 5, 5, 5, 5, 5 }, -0.661 },
  { EQ5D5L_HUNGARY, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_HUNGARY, { 2, 1, 1, 1, 1 }, 0.965 },
  { EQ5D5L_HUNGARY, { 1, 2, 1, 1, 1 }, 0.955 },
  { EQ5D5L_HUNGARY, { 1, 1, 2, 1, 1 }, 0.965 },
  { EQ5D5L_HUNGARY, { 1, 1, 1, 2, 1 }, 0.957 },
  { EQ5D5L_HUNGARY, { 1, 1, 1, 1, 2 }, 0.96 },
  { EQ5D5L_HUNGARY, { 1, 2, 3, 4, 5 }, 0.242 },
  { EQ5D5L_HUNGARY, { 3, 3, 3, 3, 3 }, 0.571 },
  { EQ5D5L_HUNGARY, { 4, 5, 5, 5, 5 }, -0.656 },
  { EQ5D5L_HUNGARY, { 5, 4, 5, 5, 5 }, -0.723 },
  { EQ5D5L_HUNGARY, { 5, 5, 4, 5, 5 }, -0.789 },
  { EQ5D5L_HUNGARY, { 5, 5, 5, 4, 5 }, -0.725 },
  { EQ5D5L_HUNGARY, { 5, 5, 5, 5, 4 }, -0.769 },
  { EQ5D5L_HUNGARY, { 5, 5, 5, 5, 5 }, -0.848 },
  { EQ5D5L_IRELAND, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_IRELAND, { 1, 1, 2, 1, 1 }, 0.951 },
  { EQ5D5L_IRELAND, { 2, 3, 2, 4, 3 }, 0.225 },
  { EQ5D5L_IRELAND, { 5, 5, 5, 5, 5 }, -0.974 },
  { EQ5D5L_ITALY, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_ITALY, { 1, 1, 2, 1, 1 }, 0.95 },
  { EQ5D5L_ITALY, { 1, 2, 3, 4, 5 }, 0.215 },
  { EQ5D5L_ITALY, { 5, 5, 5, 5, 5 }, -0.571 },
  { EQ5D5L_NETHERLANDS, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_NETHERLANDS, { 2, 1, 1, 1, 1 }, 0.918 },
  { EQ5D5L_NETHERLANDS, { 5, 5, 5, 1, 1 }, 0.39 },
  { EQ5D5L_NETHERLANDS, { 4, 4, 4, 4, 4 }, -0.289 },
  { EQ5D5L_NETHERLANDS, { 5, 5, 5, 5, 5 }, -0.446 },
  { EQ5D5L_NORWAY, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_NORWAY, { 1, 5, 4, 3, 2 }, 0.46 },
  { EQ5D5L_NORWAY, { 2, 2, 2, 2, 2 }, 0.779 },
  { EQ5D5L_NORWAY, { 3, 3, 3, 3, 3 }, 0.539 },
  { EQ5D5L_NORWAY, { 4, 4, 4, 4, 4 }, -0.126 },
  { EQ5D5L_NORWAY, { 5, 5, 5, 5, 5 }, -0.453 },
  { EQ5D5L_POLAND, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_POLAND, { 1, 1, 1, 1, 2 }, 0.982 },
  { EQ5D5L_POLAND, { 1, 2, 3, 4, 5 }, 0.436 },
  { EQ5D5L_POLAND, { 2, 2, 2, 2, 2 }, 0.873 },
  { EQ5D5L_POLAND, { 3, 3, 3, 3, 3 }, 0.8 },
  { EQ5D5L_POLAND, { 4, 4, 4, 4, 4 }, 0.296 },
  { EQ5D5L_POLAND, { 5, 5, 5, 5, 5 }, -0.59 },
  { EQ5D5L_PORTUGAL, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_PORTUGAL, { 1, 1, 1, 1, 2 }, 0.964 },
  { EQ5D5L_PORTUGAL, { 1, 1, 1, 2, 1 }, 0.959 },
  { EQ5D5L_PORTUGAL, { 1, 4, 2, 3, 5 }, 0.415 },
  { EQ5D5L_PORTUGAL, { 3, 3, 3, 3, 3 }, 0.589 },
  { EQ5D5L_PORTUGAL, { 4, 4, 4, 4, 4 }, 0.061 },
  { EQ5D5L_PORTUGAL, { 5, 5, 5, 5, 5 }, -0.603 },
  { EQ5D5L_ROMANIA, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_ROMANIA, { 1, 1, 1, 1, 2 }, 0.962 },
  { EQ5D5L_ROMANIA, { 1, 2, 3, 4, 5 }, 0.52 },
  { EQ5D5L_ROMANIA, { 2, 2, 2, 2, 2 }, 0.783 },
  { EQ5D5L_ROMANIA, { 3, 3, 3, 3, 3 }, 0.698 },
  { EQ5D5L_ROMANIA, { 4, 4, 4, 4, 4 }, 0.418 },
  { EQ5D5L_ROMANIA, { 5, 5, 5, 5, 5 }, -0.323 },
  { EQ5D5L_SLOVENIA, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_SLOVENIA, { 2, 2, 2, 2, 2 }, 0.764 },
  { EQ5D5L_SLOVENIA, { 3, 3, 3, 3, 3 }, 0.505 },
  { EQ5D5L_SLOVENIA, { 4, 4, 4, 4, 4 }, -0.36 },
  { EQ5D5L_SLOVENIA, { 5, 5, 5, 5, 5 }, -1.09 },
  { EQ5D5L_SPAIN, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_SPAIN, { 2, 1, 1, 1, 1 }, 0.916 },
  { EQ5D5L_SPAIN, { 1, 2, 1, 1, 1 }, 0.95 },
  { EQ5D5L_SPAIN, { 1, 1, 2, 1, 1 }, 0.956 },
  { EQ5D5L_SPAIN, { 1, 1, 1, 2, 1 }, 0.922 },
  { EQ5D5L_SPAIN, { 1, 1, 1, 1, 2 }, 0.919 },
  { EQ5D5L_SPAIN, { 5, 5, 5, 5, 5 }, -0.416 },
  { EQ5D5L_SWEDEN, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_SWEDEN, { 2, 2, 2, 2, 2 }, 0.896 },
  { EQ5D5L_SWEDEN, { 3, 3, 3, 3, 3 }, 0.701 },
  { EQ5D5L_SWEDEN, { 4, 4, 4, 4, 4 }, 0.073 },
  { EQ5D5L_SWEDEN, { 1, 2, 3, 4, 5 }, 0.22 },
  { EQ5D5L_SWEDEN, { 5, 5, 5, 5, 5 }, -0.314 },
  { EQ5D5L_UK, { 1, 1, 1, 1, 1 }, 1.0 },
  { EQ5D5L_UK, { 2, 2, 2, 2, 2 }, 0.784 },
  { EQ5D5L_UK, { 3, 3, 3, 3, 3 }, 0.604 },
  { EQ5D5L_UK, { 4, 4, 4, 4, 4 }, -0.209 },
  { EQ5D5L_UK, { 5, 5, 5, 5, 5 }, -0.567 },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    double got = eq5d5l_compute(&table, vectors[i].set, vectors[i].levels);
    if (fabs(got - vectors[i].index) > 0.0011)
      fail_msg("%s: got %g, want %g", eq5d5l_set_names[vectors[i].set], got,
               vectors[i].index);
  }
}

static void full_health_is_one_everywhere(void **state) {
  (void)state;
  const int best[] = { 1, 1, 1, 1, 1 };
  for (int set = 0; set < EQ5D5L_SET_COUNT; set++)
    assert_close(eq5d5l_compute(&table, (eq5d5l_set)set, best), 1);
}

static void worse_answers_never_give_a_better_index(void **state) {
  (void)state;
  for (int set = 0; set < EQ5D5L_SET_COUNT; set++)
    for (size_t d = 0; d < EQ5D5L_DIMENSIONS; d++) {
      int levels[] = { 2, 2, 2, 2, 2 };
      double last = INFINITY;
      for (levels[d] = 1; levels[d] <= 5; levels[d]++) {
        double index = eq5d5l_compute(&table, (eq5d5l_set)set, levels);
        assert_true(index <= last);
        last = index;
      }
    }
}

static void an_index_has_three_decimals(void **state) {
  (void)state;
  const int levels[] = { 3, 3, 3, 3, 3 };
  for (int set = 0; set < EQ5D5L_SET_COUNT; set++) {
    double index = eq5d5l_compute(&table, (eq5d5l_set)set, levels);
    assert_close(round(index * 1000), index * 1000);
  }
}

static void a_table_that_is_not_right_is_refused(void **state) {
  (void)state;
#define HEAD                                       \
  "auspex-table 1\nmodel eq5d5l 1.0.0\nsource s\n" \
  "population p\nlicence l\n"
  static const char *const bad[] = {
    "",
    HEAD,
    HEAD "start 1\n",
    HEAD "value_set Atlantis\n",
    HEAD "value_set UK\nvalue_set UK\n",
    HEAD "value_set UK\nMO 0 1 2 3\n",
    HEAD "value_set UK\nMO 0 1 2 3 4\n",
    HEAD "value_set UK\nXX 0\n",
    HEAD "value_set UK\nstart 1\nstart 1\n",
    HEAD "value_set UK\nstart one\n",
  };
  static eq5d5l_table read;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    auspex_error err = { .size = sizeof err };
    assert_int_equal(eq5d5l_read(bad[i], strlen(bad[i]), &read, &err),
                     AUSPEX_E_CONFIG);
    assert_true(strlen(err.message) > 10);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(full_health_is_one_everywhere),
    cmocka_unit_test(worse_answers_never_give_a_better_index),
    cmocka_unit_test(an_index_has_three_decimals),
    cmocka_unit_test(a_table_that_is_not_right_is_refused),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
