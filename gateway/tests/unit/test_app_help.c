/* Unit tests of what a site configures for its models. */
#include "app/app_help.h"
#include "support/ax_test.h"

static void a_value_is_found_by_its_path(void **state) {
  static const char text[] = "eq5d5l.value_set = Netherlands ;a.b=1.5;c=;d";
  static const struct {
    const char *path, *value;
  } cases[] = {
    { "eq5d5l.value_set", "Netherlands" }, { "a.b", "1.5" }, { "c", "" },
    { "d", "" },  { "b", "" }, { "", "" },
  };
  (void)state;
  for (size_t i = 0; i < AX_COUNT(cases); i++)
    assert_str(ax_app_help_site(AX_STR(text), ax_str_from(cases[i].path)),
               cases[i].value);
  assert_str(ax_app_help_site(AX_STR(""), AX_STR("a")), "");
}

static void scoring_asks_through_a_table(void **state) {
  ax_app_help help = { .site = "on=true" };
  ax_feature_help table = ax_app_help_of(&help);
  (void)state;
  assert_str(table.site(table.ctx, AX_STR("on")), "true");
  assert_non_null(table.member);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_value_is_found_by_its_path),
    cmocka_unit_test(scoring_asks_through_a_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
