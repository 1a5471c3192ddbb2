/* The module external-biomarker as the host sees it. */
#include "support/ax_plugin.h"

#include <math.h>

static ax_plugin *begin(void) {
  ax_plugin *p =
      ax_plugin_open(auspex_module_open, "plugins/external-biomarker/tests",
                     "external-biomarker");
  ax_plugin_rows(p, 1, ax_plugin_columns(p));
  return p;
}

static void it_keeps_the_contract(void **state) {
  (void)state;
  ax_plugin *p = begin();
  ax_plugin_keeps_contract(p, 100);
  ax_plugin_close(p);
}

static void a_percentage_is_passed_on_as_it_is(void **state) {
  (void)state;
  ax_plugin *p = begin();
  ax_plugin_put(p, "value", 0.12);
  ax_plugin_put(p, "outcome", 1);
  ax_plugin_score(p);
  const auspex_result *r = ax_plugin_result(p, 0, "lung-cancer");
  assert_close(r->probability, 0.0012);
  assert_int_equal(r->level, AUSPEX_LEVEL_NONE);
  ax_plugin_close(p);
}

static void what_it_is_about_must_be_said(void **state) {
  (void)state;
  ax_plugin *p = begin();
  ax_plugin_put(p, "value", 12);
  ax_plugin_score(p);
  ax_plugin_expect_refusal(p, "outcome");
  ax_plugin_close(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_keeps_the_contract),
    cmocka_unit_test(a_percentage_is_passed_on_as_it_is),
    cmocka_unit_test(what_it_is_about_must_be_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
