/* Unit tests of golden rows and of reading evidence back. */
#include "support/ax_test.h"

#include <auspex_plugin.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "scoring/golden.h"
#include "scoring/score_evidence.h"
#include "scoring/score_replay.h"
#include "json/json_parse.h"

enum { COLUMNS = 4 };

static const ax_model model = { .id = AX_STR_INIT("org.example.risk"),
                                .name = AX_STR_INIT("risk"),
                                .column_count = COLUMNS };
static const ax_model *const models[] = { &model };

static ax_arena *arena;

static int begin(void **state) {
  (void)state;
  arena = ax_arena_new(16 << 20);
  return arena ? 0 : -1;
}

static int end(void **state) {
  (void)state;
  ax_arena_free(arena);
  return 0;
}

static const ax_json *tree_of(ax_str text) {
  const ax_json *tree = NULL;
  ax_json_fault fault = { .at = 0 };
  if (ax_json_parse(arena, text, &tree, &fault)) fail_msg("%s", fault.text);
  return tree;
}

/* Doubles that are easily spoilt on the way to text and back. */
static const double awkward[] = { 0.1 + 0.2, -0.0, DBL_MIN / 4, DBL_MAX,
                                  1.0 / 3,   1e22, 4.35,        -5e-324,
                                  0x1p-1074, 1e-5, 123456789e9, 2.5 };

static ax_feature_row awkward_row(size_t i) {
  static ax_feature_cell cells[COLUMNS];
  static const double values[] = { -0.0, 1.0 / 3, 7 };
  static const int64_t times[] = { INT64_MIN, -1, INT64_MAX };
  static const double lows[] = { (double)NAN, -0.0, (double)NAN };
  static const double highs[] = { (double)NAN, 1.0 / 3, 4.35 };
  size_t n = AX_COUNT(awkward);
  for (size_t c = 0; c < COLUMNS; c++)
    cells[c] = (ax_feature_cell){ .value = awkward[(i + c) % n],
                                  .state = AUSPEX_CELL_PRESENT,
                                  .source = (uint8_t)c,
                                  .time_ms = (int64_t)c * 1000 - 1500,
                                  .low = awkward[(i + 5 + c) % n],
                                  .high = (double)NAN };
  cells[2] = (ax_feature_cell){ .value = (double)NAN,
                                .low = (double)NAN,
                                .high = (double)NAN,
                                .state = AUSPEX_CELL_CONFLICT };
  cells[3].sample_first = 1;
  cells[3].sample_count = 2;
  return (ax_feature_row){ .as_of_ms = 1700000000123,
                           .anchor_ms = -5,
                           .cells = cells,
                           .sample_values = values,
                           .sample_times = times,
                           .sample_lows = lows,
                           .sample_highs = highs,
                           .sample_count = 3 };
}

static bool same_bits(double a, double b) {
  return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static void a_row_of_evidence_reads_back_bit_for_bit(void **state) {
  (void)state;
  for (size_t i = 0; i < AX_COUNT(awkward); i++) {
    ax_feature_row row = awkward_row(i), back;
    ax_error err = { 0 };
    ax_str text;
    assert_int_equal(ax_score_evidence_row(arena, &model, &row, &text), AX_OK);
    if (ax_score_replay_row(arena, &model, tree_of(text), &back, &err))
      fail_msg("%s", err.text);
    assert_true(back.as_of_ms == row.as_of_ms &&
                back.anchor_ms == row.anchor_ms);
    for (size_t c = 0; c < COLUMNS; c++) {
      const ax_feature_cell *a = &row.cells[c], *b = &back.cells[c];
      assert_true(same_bits(a->value, b->value) && same_bits(a->low, b->low) &&
                  same_bits(a->high, b->high));
      assert_true(a->state == b->state && a->source == b->source &&
                  a->time_ms == b->time_ms &&
                  a->sample_first == b->sample_first &&
                  a->sample_count == b->sample_count);
    }
    assert_int_equal(back.sample_count, 3);
    for (size_t s = 0; s < 3; s++)
      assert_true(same_bits(row.sample_values[s], back.sample_values[s]) &&
                  row.sample_times[s] == back.sample_times[s] &&
                  same_bits(row.sample_lows[s], back.sample_lows[s]) &&
                  same_bits(row.sample_highs[s], back.sample_highs[s]));
  }
}

static const ax_result_contribution shares[] = { { 0, -0.0 }, { 3, 0.1 } };

static ax_result a_result(void) {
  return (ax_result){ .outcome = 1,
                      .status = AUSPEX_ROW_SCORED,
                      .level = AUSPEX_LEVEL_HIGH,
                      .probability = 0.1 + 0.2,
                      .low = (double)NAN,
                      .high = (double)NAN,
                      .relative_risk = (double)NAN,
                      .score = -0.0,
                      .contributions = shares,
                      .contribution_count = 2,
                      .text = AX_STR("so \"it\" is"),
                      .mitigation = 2,
                      .input = -1,
                      .inputs = 5 };
}

static void an_answer_reads_back_as_the_same_answer(void **state) {
  (void)state;
  ax_result one = a_result();
  ax_results results = { &one, 1 }, back;
  ax_error err = { 0 };
  ax_str text;
  assert_int_equal(ax_score_evidence_output(arena, &results, &text), AX_OK);
  assert_int_equal(ax_score_replay_output(arena, tree_of(text), &back, &err),
                   AX_OK);
  if (!ax_score_replay_same(&results, &back, &err)) fail_msg("%s", err.text);
}

/* -1 is "none", and is not written: another negative number would come back
 * as something else. */
static void an_answer_with_a_number_below_none_is_refused(void **state) {
  (void)state;
  static const char *const members[] = { "mitigation", "input" };
  for (size_t i = 0; i < AX_COUNT(members); i++) {
    char text[80];
    ax_results back;
    ax_error err = { 0 };
    for (int number = -2; number < 0; number++) {
      (void)snprintf(text, sizeof text, "{\"results\":[{\"%s\":%d}]}",
                     members[i], number);
      ax_status status = ax_score_replay_output(
          arena, tree_of(ax_str_from(text)), &back, &err);
      assert_int_equal(status, number == -1 ? AX_OK : AX_INVALID);
      (void)snprintf(text, sizeof text, "output.results[0].%s is not a whole",
                     members[i]);
      if (status) assert_non_null(strstr(err.text, text));
    }
  }
}

static void assert_differs(const ax_result *other, const char *says) {
  ax_result one = a_result();
  ax_results a = { &one, 1 }, b = { other, 1 };
  ax_error err = { 0 };
  assert_false(ax_score_replay_same(&a, &b, &err));
  if (!strstr(err.text, says)) fail_msg("'%s' lacks '%s'", err.text, says);
}

static void any_other_bit_is_another_answer(void **state) {
  (void)state;
  ax_result other = a_result();
  other.score = 0.0;
  assert_differs(&other, "results[0].score");
  other = a_result();
  other.probability = nextafter(other.probability, 1);
  assert_differs(&other, "results[0].probability is 0.3000000000000001, not "
                         "0.30000000000000004");
  other = a_result();
  other.relative_risk = 1;
  assert_differs(&other, "relative_risk is 1, not none");
  other = a_result();
  other.text = AX_STR("");
  assert_differs(&other, "text");
  other = a_result();
  other.contribution_count = 1;
  assert_differs(&other, "contributions");
  other = a_result();
  other.inputs = 4;
  assert_differs(&other, "inputs");
  ax_results none = { NULL, 0 }, one = { &other, 1 };
  assert_false(ax_score_replay_same(&none, &one, NULL));
}

/* --- files -------------------------------------------------------------------
 */

/* A module that answers twice the first cell. */
static ax_status twice(void *ctx, ax_arena *to, const ax_model *m,
                       const ax_feature_row *row, ax_results *out,
                       ax_error *err) {
  (void)m;
  const double *factor = ctx;
  ax_result *one = AX_NEW(to, ax_result);
  if (!one) return ax_error_set(err, AX_NOMEM, "no memory");
  *one = a_result();
  one->score = *factor * row->cells[0].value;
  *out = (ax_results){ one, 1 };
  return AX_OK;
}

static ax_str a_file(size_t rows) {
  static ax_buf file;
  file = (ax_buf)AX_BUF_INIT(AX_GOLDEN_MAX);
  ax_golden_write_begin(&file);
  for (size_t i = 0; i < rows; i++) {
    ax_feature_row row = awkward_row(0);
    row.cells[0].value = (double)i + 0.25;
    ax_results results;
    double two = 2;
    ax_str row_text, output;
    assert_int_equal(twice(&two, arena, &model, &row, &results, NULL), AX_OK);
    assert_int_equal(ax_score_evidence_row(arena, &model, &row, &row_text),
                     AX_OK);
    assert_int_equal(ax_score_evidence_output(arena, &results, &output), AX_OK);
    ax_golden_write_row(&file, model.id, i ? AX_STR("a note") : AX_STR(""),
                        row_text, output);
  }
  assert_int_equal(ax_golden_write_end(&file), AX_OK);
  ax_str kept = ax_arena_str(arena, ax_buf_view(&file));
  ax_buf_free(&file);
  return kept;
}

static void a_written_file_is_read_and_passes(void **state) {
  (void)state;
  ax_golden golden;
  ax_error err = { 0 };
  double two = 2;
  if (ax_golden_read(arena, a_file(3), &golden, &err)) fail_msg("%s", err.text);
  assert_int_equal(golden.count, 3);
  assert_str(golden.rows[1].note, "a note");
  if (ax_golden_check(arena, &golden, models, 1, twice, &two, &err))
    fail_msg("%s", err.text);
}

static void one_answer_that_differs_is_named(void **state) {
  (void)state;
  ax_golden golden;
  ax_error err = { 0 };
  double almost = nextafter(2, 3);
  assert_int_equal(ax_golden_read(arena, a_file(2), &golden, &err), AX_OK);
  assert_int_equal(
      ax_golden_check(arena, &golden, models, 1, twice, &almost, &err),
      AX_INVALID);
  assert_non_null(strstr(err.text, "golden row 0: results[0].score"));
}

static void every_model_needs_a_row_and_every_row_a_model(void **state) {
  (void)state;
  ax_golden golden;
  ax_error err = { 0 }, later = { 0 };
  double two = 2;
  ax_model other = model;
  other.id = AX_STR("org.example.other");
  const ax_model *const both[] = { &model, &other };
  assert_int_equal(ax_golden_read(arena, a_file(1), &golden, &err), AX_OK);
  assert_int_equal(ax_golden_check(arena, &golden, both, 2, twice, &two, &err),
                   AX_INVALID);
  assert_non_null(
      strstr(err.text, "no golden row for model org.example.other"));
  ax_golden_row rows[] = { golden.rows[0], golden.rows[0] };
  rows[1].model = AX_STR("org.example.unknown");
  golden = (ax_golden){ rows, 2 };
  assert_int_equal(
      ax_golden_check(arena, &golden, models, 1, twice, &two, &later),
      AX_INVALID);
  assert_non_null(strstr(later.text, "does not have"));
}

static void what_is_no_golden_file_is_refused_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } bad[] = {
    { "{\"golden\":1,\"rows\":[}", "line 1" },
    { "[]", "\"golden\" is not 1" },
    { "{\"golden\":2,\"rows\":[]}", "\"golden\" is not 1" },
    { "{\"golden\":1,\"rows\":[]}", "\"rows\"" },
    { "{\"golden\":1,\"rows\":{}}", "\"rows\"" },
    { "{\"golden\":1,\"rows\":[{\"model\":\"a\",\"row\":{}}]}", "rows[0]" },
  };
  for (size_t i = 0; i < AX_COUNT(bad); i++) {
    ax_golden golden;
    ax_error err = { 0 };
    assert_int_equal(
        ax_golden_read(arena, ax_str_from(bad[i].text), &golden, &err),
        AX_INVALID);
    if (!strstr(err.text, bad[i].says)) fail_msg("%s", err.text);
  }
}

static void rows_that_do_not_fit_the_model_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *text, *says;
  } bad[] = {
    { "{}", "0 cells" },
    { "{\"cells\":[{},{},{}]}", "3 cells" },
    { "{\"cells\":[{},{},1,{}]}", "row.cells[2] is not an object" },
    { "{\"cells\":[{\"state\":11},{},{},{}]}", "row.cells[0].state" },
    { "{\"cells\":[{\"value\":\"1\"},{},{},{}]}", "row.cells[0].value" },
    { "{\"cells\":[{\"value\":1e999},{},{},{}]}", "a finite number" },
    { "{\"cells\":[{\"samples\":[0,1]},{},{},{}]}", "samples" },
    { "{\"as_of_ms\":1.5,\"cells\":[{},{},{},{}]}", "row.as_of_ms" },
    { "{\"samples\":[[1]],\"cells\":[{},{},{},{}]}", "row.samples" },
  };
  for (size_t i = 0; i < AX_COUNT(bad); i++) {
    ax_feature_row row;
    ax_error err = { 0 };
    assert_int_equal(ax_score_replay_row(arena, &model,
                                         tree_of(ax_str_from(bad[i].text)),
                                         &row, &err),
                     AX_INVALID);
    if (!strstr(err.text, bad[i].says)) fail_msg("%zu: %s", i, err.text);
  }
}

static ax_status read_small(ax_arena *to) {
  static const char text[] =
      "{\"golden\":1,\"rows\":[{\"model\":\"org.example.risk\","
      "\"row\":{\"cells\":[{},{},{},{}]},\"output\":{\"results\":[{}]}}]}";
  ax_golden golden;
  ax_feature_row row;
  ax_results results;
  AX_TRY(ax_golden_read(to, ax_str_from(text), &golden, NULL));
  AX_TRY(ax_score_replay_row(to, &model, golden.rows[0].row, &row, NULL));
  return ax_score_replay_output(to, golden.rows[0].output, &results, NULL);
}

static void reading_survives_every_failing_allocation(void **state) {
  (void)state;
  for (size_t n = 0; n < 64; n++) {
    ax_arena *to = ax_arena_new(1 << 20);
    ax_arena_fail_after(to, n);
    ax_status status = read_small(to);
    ax_arena_free(to);
    if (status == AX_OK) {
      assert_true(n >= 6);
      return;
    }
    assert_int_equal(status, AX_NOMEM);
  }
  fail_msg("it never succeeded");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_row_of_evidence_reads_back_bit_for_bit,
                                    begin, end),
    cmocka_unit_test_setup_teardown(an_answer_reads_back_as_the_same_answer,
                                    begin, end),
    cmocka_unit_test_setup_teardown(
        an_answer_with_a_number_below_none_is_refused, begin, end),
    cmocka_unit_test(any_other_bit_is_another_answer),
    cmocka_unit_test_setup_teardown(a_written_file_is_read_and_passes, begin,
                                    end),
    cmocka_unit_test_setup_teardown(one_answer_that_differs_is_named, begin,
                                    end),
    cmocka_unit_test_setup_teardown(
        every_model_needs_a_row_and_every_row_a_model, begin, end),
    cmocka_unit_test_setup_teardown(
        what_is_no_golden_file_is_refused_with_its_place, begin, end),
    cmocka_unit_test_setup_teardown(rows_that_do_not_fit_the_model_are_refused,
                                    begin, end),
    cmocka_unit_test(reading_survives_every_failing_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
