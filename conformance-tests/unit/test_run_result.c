/* test_run_result.c - counts and completeness, on which all reports rest. */
#include "run/result.h"

#include "support/ax_test.h"

static ax_result_action setup_actions[1], test_actions[3];
static ax_result_phase phases[2];
static ax_script loaded;

static ax_result_script script_of(ax_result_kind setup, ax_result_kind a,
                                  ax_result_kind b) {
  setup_actions[0] = (ax_result_action){.kind = setup};
  test_actions[0] = (ax_result_action){.kind = AX_RESULT_PASS};
  test_actions[1] = (ax_result_action){.kind = a, .is_assert = true};
  test_actions[2] = (ax_result_action){.kind = b, .is_assert = true};
  phases[0] = (ax_result_phase){.phase = AX_RESULT_SETUP, .kind = setup};
  phases[0].actions.items = setup_actions;
  phases[0].actions.count = 1;
  phases[1] = (ax_result_phase){.phase = AX_RESULT_TEST, .kind = a > b ? a : b};
  phases[1].actions.items = test_actions;
  phases[1].actions.count = 3;
  ax_result_script script = {.script = &loaded, .kind = phases[1].kind};
  script.phases.items = phases;
  script.phases.count = 2;
  return script;
}

static void totals_count_every_action_once(void **state) {
  (void)state;
  ax_result_script script =
      script_of(AX_RESULT_PASS, AX_RESULT_FAIL, AX_RESULT_SKIP);
  ax_result_run run = {0};
  run.scripts.items = &script;
  run.scripts.count = 1;
  ax_result_totals totals = ax_result_count(&run);
  assert_int_equal(totals.scripts.of[AX_RESULT_FAIL], 1);
  assert_int_equal(totals.tests.all, 1);
  assert_int_equal(totals.asserts.all, 2);
  assert_int_equal(totals.asserts.of[AX_RESULT_SKIP], 1);
  assert_int_equal(totals.operations.of[AX_RESULT_PASS], 2);
}

static void skipped_after_a_failure_is_complete(void **state) {
  (void)state;
  ax_result_script script =
      script_of(AX_RESULT_PASS, AX_RESULT_FAIL, AX_RESULT_SKIP);
  assert_true(ax_result_complete(&script));
}

static void skipped_without_a_failure_is_not_complete(void **state) {
  (void)state;
  ax_result_script script =
      script_of(AX_RESULT_PASS, AX_RESULT_PASS, AX_RESULT_SKIP);
  assert_false(ax_result_complete(&script));
}

static void unsupported_is_not_complete(void **state) {
  (void)state;
  ax_result_script script =
      script_of(AX_RESULT_PASS, AX_RESULT_UNSUPPORTED, AX_RESULT_PASS);
  assert_false(ax_result_complete(&script));
}

static void what_the_target_lacks_is_told_apart(void **state) {
  (void)state;
  ax_result_script script =
      script_of(AX_RESULT_PASS, AX_RESULT_UNSUPPORTED, AX_RESULT_SKIP);
  test_actions[1].cause = AX_RESULT_BY_TARGET;
  test_actions[2].cause = AX_RESULT_BY_TARGET;
  assert_false(ax_result_complete(&script));
  assert_true(ax_result_target_lacks(&script));
  test_actions[2] = (ax_result_action){ .kind = AX_RESULT_UNSUPPORTED };
  assert_false(ax_result_target_lacks(&script));
}

static void a_script_that_was_not_begun_says_why(void **state) {
  (void)state;
  ax_result_script script = { .script = &loaded,
                              .kind = AX_RESULT_UNSUPPORTED,
                              .cause = AX_RESULT_BY_TARGET };
  assert_false(ax_result_complete(&script));
  assert_true(ax_result_target_lacks(&script));
  script.cause = AX_RESULT_NO_CAUSE;
  assert_false(ax_result_target_lacks(&script));
  script.script = NULL;
  script.cause = AX_RESULT_BY_TARGET;
  assert_false(ax_result_target_lacks(&script));
}

static void a_test_for_another_version_keeps_nothing_from_being_complete(
    void **state) {
  (void)state;
  ax_result_script script =
      script_of(AX_RESULT_PASS, AX_RESULT_PASS, AX_RESULT_PASS);
  phases[1].actions.count = 0;
  phases[1].kind = AX_RESULT_SKIP;
  assert_false(ax_result_complete(&script));
  phases[1].cause = AX_RESULT_BY_SCRIPT;
  assert_true(ax_result_complete(&script));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(totals_count_every_action_once),
      cmocka_unit_test(skipped_after_a_failure_is_complete),
      cmocka_unit_test(skipped_without_a_failure_is_not_complete),
      cmocka_unit_test(unsupported_is_not_complete),
      cmocka_unit_test(what_the_target_lacks_is_told_apart),
      cmocka_unit_test(a_script_that_was_not_begun_says_why),
      cmocka_unit_test(
          a_test_for_another_version_keeps_nothing_from_being_complete),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
