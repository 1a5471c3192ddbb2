/* Unit tests of gateway/src/scoring/score_needs.c: whom a look ahead rules out.
 */
#include "support/feature_kit.h"

#include "scoring/score_needs.h"

static feature_kit kit;

static int set_up(void **state) {
  (void)state;
  feature_kit_begin(&kit);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  feature_kit_end(&kit);
  return 0;
}

static size_t systems(bool *needs) {
  ax_fact_code out[AX_SCORE_NEEDS_SYSTEMS];
  size_t count = 0;
  kit.model.criteria = kit.criteria;
  *needs = ax_score_needs_systems(&kit.model, out, &count);
  return count;
}

static bool met(ax_str *why) {
  return ax_score_needs_met(&kit.model, &kit.all, why);
}

static void a_needed_condition_names_its_systems(void **state) {
  (void)state;
  bool needs = false;
  (void)feature_kit_criterion(&kit, AUSPEX_NEEDS, feature_kit_diabetes);
  assert_int_equal(systems(&needs), 2); /* SNOMED CT and ICD-10 */
  assert_true(needs);
}

static void without_the_condition_nobody_is_meant(void **state) {
  (void)state;
  bool needs = false;
  ax_str why = AX_STR("");
  ax_model_criterion *c =
      feature_kit_criterion(&kit, AUSPEX_NEEDS, feature_kit_diabetes);
  c->reason = AX_STR("no diabetes");
  (void)systems(&needs);
  assert_false(met(&why));
  assert_str(why, "no diabetes");
  (void)feature_kit_condition(&kit, "http://hl7.org/fhir/sid/icd-10", "C25.0",
                              "2024-01-01");
  assert_false(met(&why));
  (void)feature_kit_condition(&kit, "http://hl7.org/fhir/sid/icd-10", "E11.9",
                              "2024-01-01");
  assert_true(met(&why));
}

/* One of a group is enough, so none of them can rule anybody out; nor can what
 * excludes. */
static void what_is_not_needed_rules_nobody_out(void **state) {
  (void)state;
  bool needs = true;
  ax_str why = AX_STR("");
  ax_model_criterion *c =
      feature_kit_criterion(&kit, AUSPEX_NEEDS, feature_kit_diabetes);
  c->group = 1;
  c = feature_kit_criterion(&kit, AUSPEX_NEEDS, feature_kit_cancer);
  c->group = 1;
  (void)feature_kit_criterion(&kit, AUSPEX_EXCLUDES, feature_kit_cancer);
  assert_int_equal(systems(&needs), 0);
  assert_false(needs);
  assert_true(met(&why));
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    T(a_needed_condition_names_its_systems),
    T(without_the_condition_nobody_is_meant),
    T(what_is_not_needed_rules_nobody_out),
  };
  return cmocka_run_group_tests_name("score_needs", tests, NULL, NULL);
}
