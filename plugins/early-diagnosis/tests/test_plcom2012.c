/* PLCOm2012: the formula and its table. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdlib.h>

#include "../plcom2012.c"

static plcom2012_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table("plugins/early-diagnosis/data", "plcom2012.table",
                         plcom2012_read, &table);
}

/* The first is the published example of the package resplab/PLCOm2012; the
 * others were run with the code of CancerVerse (commit 3be8a194) and computed
 * again on their own; both agree. */
static const struct {
  plcom2012_input in;
  double lp, percent;
} vectors[] = {
  { { PLCOM2012_WHITE, 62, 4, 27, 0, 0, 0, 0, 80, 27, 10 },
    -4.027363163,
    1.75092234 },
  { { PLCOM2012_WHITE, 66, 3, 24, 1, 1, 0, 1, 20, 45, 0 },
    -2.281964313,
    9.262772474 },
  { { PLCOM2012_ASIAN, 58, 6, 30, 0, 0, 1, 0, 10, 15, 20 },
    -6.747254813,
    0.117272143 },
  { { PLCOM2012_BLACK, 74, 1, 20, 1, 0, 1, 1, 40, 50, 0 },
    -0.249665813,
    43.790575571 },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    plcom2012_result r = plcom2012_compute(&table, &vectors[i].in);
    assert_close(r.lp, vectors[i].lp);
    assert_close(100 * r.risk, vectors[i].percent);
    double sum = table.intercept;
    for (size_t k = 0; k < PLCOM2012_TERMS; k++) sum += r.terms[k];
    assert_close(sum, r.lp);
  }
}

static void the_published_example_comes_out_as_printed(void **state) {
  (void)state;
  plcom2012_result r = plcom2012_compute(&table, &vectors[0].in);
  assert_true(fabs(r.risk - 0.01750922) < 5e-9);
}

static void the_hispanic_coefficient_is_the_right_one(void **state) {
  (void)state;
  assert_close(table.race[PLCOM2012_HISPANIC], -0.7434744);
}

static void more_cigarettes_are_worse_and_flatten(void **state) {
  (void)state;
  plcom2012_input in = vectors[1].in;
  double last = -INFINITY, step = INFINITY;
  for (in.cigarettes = 10; in.cigarettes <= 60; in.cigarettes += 10) {
    double lp = plcom2012_compute(&table, &in).lp;
    assert_true(lp > last);
    if (isfinite(last)) {
      assert_true(lp - last < step);
      step = lp - last;
    }
    last = lp;
  }
}

static void who_smokes_has_stopped_for_no_years(void **state) {
  (void)state;
  plcom2012_input in = vectors[1].in;
  double lp = plcom2012_compute(&table, &in).lp;
  in.quitting = 12;
  assert_close(plcom2012_compute(&table, &in).lp, lp);
}

static void years_must_fit_into_a_life(void **state) {
  (void)state;
  plcom2012_input in = vectors[0].in; /* 62 years, 27 + 10 */
  assert_true(plcom2012_fits(&in));
  in.duration = 47;
  assert_true(plcom2012_fits(&in));
  in.duration = 47.5;
  assert_false(plcom2012_fits(&in));
  in.current = 1; /* what is said about stopping does not count then */
  assert_true(plcom2012_fits(&in));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(the_published_example_comes_out_as_printed),
    cmocka_unit_test(the_hispanic_coefficient_is_the_right_one),
    cmocka_unit_test(more_cigarettes_are_worse_and_flatten),
    cmocka_unit_test(who_smokes_has_stopped_for_no_years),
    cmocka_unit_test(years_must_fit_into_a_life),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
