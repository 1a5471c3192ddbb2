/* Unit tests of gateway/src/intake/intake_mode.c: what becomes of faults, by
 * sender. */
#include "support/ax_test.h"

#include "intake/intake_mode.h"

static ax_arena *arena;

static ax_status read_modes(const char *standard, const char *senders,
                            ax_intake_modes *out, ax_error *err) {
  *err = (ax_error){ 0 };
  return ax_intake_mode_read(arena, standard, senders, out, err);
}

static void each_sender_has_its_mode_and_the_rest_the_standard(void **s) {
  (void)s;
  ax_intake_modes modes;
  ax_error err;
  assert_int_equal(read_modes("tag", " lab a = quarantine ;10.0.0.7=reject;"
                                     "2001:db8::1=quarantine; ",
                              &modes, &err),
                   AX_OK);
  assert_int_equal(modes.count, 3);
  assert_int_equal(ax_intake_mode_of(&modes, AX_STR("lab a")),
                   AX_INTAKE_QUARANTINE);
  assert_int_equal(ax_intake_mode_of(&modes, AX_STR("10.0.0.7")),
                   AX_INTAKE_REJECT);
  assert_int_equal(ax_intake_mode_of(&modes, AX_STR("2001:db8::1")),
                   AX_INTAKE_QUARANTINE);
  assert_int_equal(ax_intake_mode_of(&modes, AX_STR("lab")), AX_INTAKE_TAG);
  assert_int_equal(ax_intake_mode_of(&modes, AX_STR("")), AX_INTAKE_TAG);
}

static void without_a_table_faults_are_refused(void **s) {
  (void)s;
  assert_int_equal(ax_intake_mode_of(NULL, AX_STR("lab")), AX_INTAKE_REJECT);
}

static void what_is_not_understood_is_an_error(void **s) {
  (void)s;
  static const struct {
    const char *standard, *senders, *part;
  } wrong[] = {
    { "", "", "no mode" },
    { "Reject", "", "\"Reject\"" },
    { "reject", "lab=accept", "\"accept\"" },
    { "reject", "lab", "SENDER=MODE" },
    { "reject", "=tag", "SENDER=MODE" },
    { "reject", "lab=", "no mode" },
    { "reject", "lab=tag;lab=tag", "twice" },
  };
  for (size_t i = 0; i < AX_COUNT(wrong); i++) {
    ax_intake_modes modes;
    ax_error err;
    assert_int_equal(
        read_modes(wrong[i].standard, wrong[i].senders, &modes, &err),
        AX_INVALID);
    assert_non_null(strstr(err.text, wrong[i].part));
  }
}

static int set_up(void **s) {
  (void)s;
  arena = ax_arena_new(1 << 20);
  return arena ? 0 : -1;
}

static int tear_down(void **s) {
  (void)s;
  ax_arena_free(arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_sender_has_its_mode_and_the_rest_the_standard),
    cmocka_unit_test(without_a_table_faults_are_refused),
    cmocka_unit_test(what_is_not_understood_is_an_error),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
