/* Modified Glasgow Prognostic Score: the rule and its table. */
#include "support/ax_plugin.h"

#include "../mgps.c"

#define FOLDER "plugins/trajectory/data"

static mgps_table table;

static int setup(void **state) {
  (void)state;
  return ax_plugin_table(FOLDER, "mgps.table", mgps_read, &table);
}

/* Run with danielxmed/nobra_calculator (commit 101d1f3a) and looked up again;
 * both agree. */
static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  assert_close(mgps_compute(&table, 10, 20), 0);
  assert_close(mgps_compute(&table, 10.1, 35), 1);
  assert_close(mgps_compute(&table, 80, 34.9), 2);
}

static void a_low_albumin_alone_is_nothing(void **state) {
  (void)state;
  for (double albumin = 5; albumin <= 70; albumin++)
    assert_close(mgps_compute(&table, 3, albumin), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(a_low_albumin_alone_is_nothing),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
