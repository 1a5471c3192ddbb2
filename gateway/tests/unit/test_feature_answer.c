/* Unit tests of features from QuestionnaireResponses. */
#include "support/feature_kit.h"

#include <math.h>

/* Items 1 to 4 of "qlq-c30", answers 1 to 4. */
static void begin(feature_kit *k) {
  feature_kit_begin(k);
  ax_model_input *in = &k->inputs[0];
  feature_kit_source(k, in)->from = AUSPEX_FROM_QUESTIONNAIRE;
  feature_kit_source(k, in)->instrument = AX_STR("phq-9|qlq-c30");
  feature_kit_source(k, in)->first_item = 1;
  feature_kit_source(k, in)->last_item = 4;
  feature_kit_source(k, in)->valid_min = 1;
  feature_kit_source(k, in)->valid_max = 4;
}

#define ANSWER(response, authored, link, value) \
  feature_kit_answer(&k, response, authored, link, value)
#define RUN feature_kit_run(&k)

static void items_are_found_by_the_number_their_link_ends_in(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ANSWER("r", "2024-06-01", "qlq-c30-q1", 2);
  ANSWER("r", "2024-06-01", "qlq-c30-q11", 4); /* beyond the last item */
  ANSWER("r", "2024-06-01", "section.003", 3);
  ANSWER("r", "2024-06-01", "4", 1);
  ANSWER("r", "2024-06-01", "comment", 99);
  ANSWER("r", "2024-06-01", "q2b", 99);
  ANSWER("r", "2024-06-01", "q99999999999999999999", 99);
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  EXPECT_STATE(&k, 1, AUSPEX_CELL_ABSENT); /* not answered */
  EXPECT_VALUE(&k, 2, 3);
  EXPECT_VALUE(&k, 3, 1);
  assert_int_equal(k.row.verdict, AX_FEATURE_READY);
  for (int c = 0; c < 4; c++)
    assert_int_equal(k.row.cells[c].time_ms, feature_kit_ms("2024-06-01"));
  assert_int_equal(k.row.basis_count, 1); /* one response, not three answers */
  feature_kit_end(&k);
}

static void a_response_with_endings_is_not_read_by_numbers(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  feature_kit_source(&k, &k.inputs[0])->items =
      AX_STR("44250-9|44255-8|44259-0|44254-1");
  ANSWER("r", "2024-06-01", "/44250-9", 2);
  ANSWER("r", "2024-06-01", "/44255-8", 3);
  ANSWER("r", "2024-06-01", "/44254-1", 4); /* the fourth item, not the first */
  ANSWER("r", "2024-06-01", "/69728-4", 1); /* another question */
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  EXPECT_VALUE(&k, 1, 3);
  EXPECT_STATE(&k, 2, AUSPEX_CELL_ABSENT);
  EXPECT_VALUE(&k, 3, 4);
  feature_kit_end(&k);
  begin(&k);
  feature_kit_source(&k, &k.inputs[0])->items =
      AX_STR("44250-9|44255-8|44259-0|44254-1");
  ANSWER("r", "2024-06-01", "q4", 3); /* no ending anywhere: the number */
  RUN;
  EXPECT_VALUE(&k, 3, 3);
  feature_kit_end(&k);
}

static void the_latest_response_is_taken_whole(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ANSWER("new", "2024-06-01", "q1", 2);
  ANSWER("old", "2024-05-01", "q1", 3);
  ANSWER("old", "2024-05-01", "q2", 4);
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  EXPECT_STATE(&k, 1, AUSPEX_CELL_ABSENT); /* not filled in from the old one */
  feature_kit_end(&k);
}

static void only_finished_responses_to_the_instrument_count(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ANSWER("a", "2024-06-01", "q1", 2);
  ANSWER("b", "2024-06-02", "q1", 3)->status = AX_FACT_STATUS_OTHER;
  ANSWER("c", "2024-06-03", "q1", 4)->status = AX_FACT_STATUS_ERROR;
  ANSWER("d", "2024-06-04", "q1", 4)->system = AX_STR("http://x/QLQ-BR23");
  ANSWER("e", "2024-06-16", "q1", 4); /* after as-of */
  ANSWER("f", NULL, "q1", 4);
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  k.facts[1].system = AX_STR("http://x/Questionnaire/my-PHQ-9-de");
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  feature_kit_end(&k);
}

static void two_items_with_one_number_refuse_the_response(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ANSWER("r", "2024-06-01", "q1", 2);
  ANSWER("r", "2024-06-01", "part2-q01", 2);
  ANSWER("r", "2024-06-01", "q2", 3);
  RUN;
  for (uint32_t c = 0; c < 4; c++) EXPECT_STATE(&k, c, AUSPEX_CELL_CONFLICT);
  assert_int_equal(k.row.verdict, AX_FEATURE_REFUSED);
  assert_str(k.row.gaps[0].detail, "there are two answers to item 1");
  feature_kit_end(&k);
}

static void two_codings_of_one_answer_are_one_answer(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ax_fact *one = ANSWER("r", "2024-06-01", "q1", 2);
  ax_fact *two = ANSWER("r", "2024-06-01", "q1", 2);
  two->group = one->group;
  RUN;
  EXPECT_VALUE(&k, 0, 2);
  two->number = 3;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_CONFLICT);
  feature_kit_end(&k);
}

static void an_answer_out_of_range_refuses_the_response(void **state) {
  (void)state;
  static const double wrong[] = { 0, 5, -1, 0.99 };
  for (size_t i = 0; i < AX_COUNT(wrong); i++) {
    feature_kit k;
    begin(&k);
    ANSWER("old", "2024-05-01", "q1", 3); /* is not tried instead */
    ANSWER("r", "2024-06-01", "q1", 2);
    ANSWER("r", "2024-06-01", "q2", wrong[i]);
    RUN;
    EXPECT_STATE(&k, 0, AUSPEX_CELL_IMPLAUSIBLE);
    assert_int_equal(k.row.verdict, AX_FEATURE_REFUSED);
    assert_int_equal(k.row.cells[0].time_ms, feature_kit_ms("2024-06-01"));
    feature_kit_end(&k);
  }
}

static void an_answer_in_words_is_not_a_number(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ANSWER("r", "2024-06-01", "q1", 2)->value_kind = AX_FACT_VALUE_TEXT;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_IMPLAUSIBLE);
  feature_kit_end(&k);
}

static void two_responses_of_one_time_must_agree(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ANSWER("a", "2024-06-01T10:00:00Z", "q1", 2);
  ax_fact *fact = ANSWER("b", "2024-06-01T10:00:00Z", "q1", 2);
  RUN;
  EXPECT_VALUE(&k, 0, 2); /* sent twice */
  fact->number = 3;
  RUN;
  EXPECT_STATE(&k, 0, AUSPEX_CELL_CONFLICT);
  feature_kit_end(&k);
}

static void
an_earlier_response_is_looked_for_before_the_current_one(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  ax_model_input *before = &k.inputs[k.model.input_count++];
  *before = k.inputs[0];
  before->name = AX_STR("before");
  before->missing = AUSPEX_MISSING_PASS;
  before->relative_to = AUSPEX_AT_INPUT;
  before->relative_inputs = 1;
  before->window_from_days = -400;
  before->window_to_days = -7;
  ANSWER("now", "2024-06-08T10:00:00Z", "q2", 2);
  ANSWER("late", "2024-06-02T08:00:00Z", "q2", 3); /* six days before */
  RUN;
  EXPECT_STATE(&k, 5, AUSPEX_CELL_STALE);
  assert_int_equal(k.row.cells[5].time_ms, 0);
  ANSWER("then", "2024-06-01T23:00:00Z", "q2", 4); /* seven, by the calendar */
  RUN;
  EXPECT_VALUE(&k, 1, 2);
  EXPECT_VALUE(&k, 5, 4);
  assert_int_equal(k.row.basis_count, 2);
  feature_kit_end(&k);
}

static void no_response_is_a_gap_without_a_time(void **state) {
  (void)state;
  feature_kit k;
  begin(&k);
  RUN;
  EXPECT_STATE(&k, 3, AUSPEX_CELL_ABSENT);
  assert_int_equal(k.row.cells[3].time_ms, 0);
  assert_int_equal(k.row.verdict, AX_FEATURE_REFUSED);
  feature_kit_end(&k);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(items_are_found_by_the_number_their_link_ends_in),
    cmocka_unit_test(a_response_with_endings_is_not_read_by_numbers),
    cmocka_unit_test(the_latest_response_is_taken_whole),
    cmocka_unit_test(only_finished_responses_to_the_instrument_count),
    cmocka_unit_test(two_items_with_one_number_refuse_the_response),
    cmocka_unit_test(two_codings_of_one_answer_are_one_answer),
    cmocka_unit_test(an_answer_out_of_range_refuses_the_response),
    cmocka_unit_test(an_answer_in_words_is_not_a_number),
    cmocka_unit_test(two_responses_of_one_time_must_agree),
    cmocka_unit_test(an_earlier_response_is_looked_for_before_the_current_one),
    cmocka_unit_test(no_response_is_a_gap_without_a_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
