/* Unit tests of gateway/src/intake/intake_lines.c: lines of NDJSON. */
#include "support/ax_test.h"

#include "intake/intake_lines.h"

static void lines_end_in_either_way_and_blank_ones_are_passed_over(void **s) {
  (void)s;
  static const struct {
    const char *text;
    size_t number;
  } want[] = { { "{}", 1 }, { "{\"a\":1}", 2 }, { "x", 5 }, { "last", 7 } };
  ax_intake_lines lines = {
    .text = AX_STR("{}\n {\"a\":1}\t\r\n\n \r\nx\r\n\n\tlast")
  };
  ax_str line;
  for (size_t i = 0; i < AX_COUNT(want); i++) {
    assert_true(ax_intake_lines_next(&lines, &line));
    assert_str(line, want[i].text);
    assert_int_equal(lines.number, want[i].number);
  }
  assert_false(ax_intake_lines_next(&lines, &line));
  assert_int_equal(lines.at, lines.text.len);
}

static void no_text_has_no_lines(void **s) {
  (void)s;
  ax_str line;
  ax_intake_lines none = { .text = AX_STR("") }, blank = { .text = AX_STR("\n\n") };
  assert_false(ax_intake_lines_next(&none, &line));
  assert_false(ax_intake_lines_next(&blank, &line));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_end_in_either_way_and_blank_ones_are_passed_over),
    cmocka_unit_test(no_text_has_no_lines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
