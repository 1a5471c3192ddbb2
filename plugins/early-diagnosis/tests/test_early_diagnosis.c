/* END-PAC as the host sees it. The module is compiled in. */
#include "support/ax_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../endpac.h"

#define FOLDER "plugins/early-diagnosis/data"

static ax_plugin *open_module(void) {
  return ax_plugin_open(auspex_module_open, FOLDER, "endpac");
}

static void put(ax_plugin *p, uint32_t row, double onset, double before,
                double weight_onset, double weight_before, double age) {
  const double values[] = { onset, before, weight_onset, weight_before, age };
  for (uint32_t i = 0; i < 5; i++)
    ax_plugin_set(p, row, i, values[i], 1750000000000);
}

static const auspex_result *only(ax_plugin *p, double onset, double before,
                                 double weight_onset, double weight_before,
                                 double age) {
  ax_plugin_rows(p, 1, 5);
  put(p, 0, onset, before, weight_onset, weight_before, age);
  ax_plugin_score(p);
  assert_int_equal(p->output.result_count, 1);
  return p->results;
}

/* Model sheet of END-PAC: run with the code of CancerVerse (commit 3be8a194)
 * and computed again on its own from Table 1 of Sharma 2018; both agree. */
static const struct {
  double onset, before, weight_change, age;
  double glucose_points, weight_points, age_points, total;
  uint32_t level;
} vectors[] = {
  { 130, 120, 0, 55, 1, 0, -1, 0, AUSPEX_LEVEL_LOW },
  { 130, 120, -2, 65, 1, 2, 0, 3, AUSPEX_LEVEL_HIGH },
  { 165, 98, -6.5, 72, 4, 6, 1, 11, AUSPEX_LEVEL_HIGH },
  { 126, 125, 3, 69, 1, -2, 0, -1, AUSPEX_LEVEL_LOW },
  { 161, 109, -3.9, 59, 3, 2, -1, 4, AUSPEX_LEVEL_HIGH },
};

static void every_vector_of_the_sheet_comes_out(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    const auspex_result *r =
        only(p, vectors[i].onset, vectors[i].before,
             80 + vectors[i].weight_change, 80, vectors[i].age);
    assert_int_equal(r->status, AUSPEX_ROW_SCORED);
    assert_close(r->score, vectors[i].total);
    assert_int_equal(r->level, vectors[i].level);
    assert_int_equal(r->contribution_count, 3);
    assert_close(p->contributions[0].amount, vectors[i].glucose_points);
    assert_close(p->contributions[1].amount, vectors[i].weight_points);
    assert_close(p->contributions[2].amount, vectors[i].age_points);
    for (uint32_t k = 0; k < 3; k++)
      assert_int_equal(p->contributions[k].factor, k);
  }
  ax_plugin_close(p);
}

static void only_the_high_band_has_a_relative_risk(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  const auspex_result *r = only(p, 130, 120, 78, 80, 65); /* 3 points */
  assert_close(r->relative_risk, 4.4);
  assert_int_equal(r->mitigation, ENDPAC_CONSIDER_IMAGING);
  assert_true(ax_plugin_says(p, r, "3.6 %"));
  assert_non_null(endpac_model.outcomes[0].comparator);
  r = only(p, 130, 120, 78, 80, 55); /* 2 points */
  assert_int_equal(r->level, AUSPEX_LEVEL_MODERATE);
  assert_true(isnan(r->relative_risk));
  assert_int_equal(r->mitigation, -1);
  assert_false(ax_plugin_says(p, r, "3.6 %"));
  r = only(p, 130, 120, 80, 80, 55); /* 0 points: very low, not intermediate */
  assert_int_equal(r->level, AUSPEX_LEVEL_LOW);
  assert_true(ax_plugin_says(p, r, "very low band"));
  r = only(p, 130, 120, 80, 80, 65); /* 1 point */
  assert_int_equal(r->level, AUSPEX_LEVEL_MODERATE);
  ax_plugin_close(p);
}

static void no_probability_is_ever_given(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  for (double before = 90; before < 200; before += 7)
    for (double change = -8; change <= 8; change += 0.5) {
      const auspex_result *r = only(p, 150, before, 90 + change, 90, 66);
      assert_true(isnan(r->probability) && isnan(r->low) && isnan(r->high));
    }
  ax_plugin_close(p);
}

static void glucose_categories_break_where_printed(void **state) {
  (void)state;
  static const struct {
    double glucose, category;
  } cases[] = { { 30, 1 },     { 99.9, 1 },   { 99.999999, 1 }, { 100, 2 },
                { 109.9, 2 },  { 109.99, 2 }, { 110, 3 },       { 125.9, 3 },
                { 125.99, 3 }, { 126, 4 },    { 160, 4 },       { 160.0001, 5 },
                { 161, 5 },    { 1500, 5 } };
  ax_plugin *p = open_module();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    (void)only(p, cases[i].glucose, 50, 80, 80, 65);
    assert_close(p->contributions[0].amount, cases[i].category - 1);
    (void)only(p, 300, cases[i].glucose, 80, 80, 65);
    assert_close(p->contributions[0].amount, 5 - cases[i].category);
  }
  ax_plugin_close(p);
}

static void weight_bands_leave_no_hole(void **state) {
  (void)state;
  static const struct {
    double change, points;
  } cases[] = { { -60, 6 },    { -6.01, 6 },  { -6, 6 },     { -5.999, 4 },
                { -5.95, 4 },  { -5.9, 4 },   { -4, 4 },     { -3.999, 2 },
                { -3.95, 2 },  { -2, 2 },     { -1.999, 0 }, { -1.95, 0 },
                { 0, 0 },      { 1.95, 0 },   { 1.999, 0 },  { 2, -2 },
                { 3.95, -2 },  { 3.999, -2 }, { 4, -4 },     { 5.95, -4 },
                { 5.999, -4 }, { 6, -6 },     { 60, -6 } };
  ax_plugin *p = open_module();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const auspex_result *r = only(p, 130, 120, 100 + cases[i].change, 100, 65);
    assert_int_equal(r->status, AUSPEX_ROW_SCORED);
    assert_close(p->contributions[1].amount, cases[i].points);
  }
  ax_plugin_close(p);
}

static void decimal_weights_subtract_as_written(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  assert_true(58.1 - 64.1 > -6); /* what binary numbers make of it */
  (void)only(p, 130, 120, 58.1, 64.1, 65);
  assert_close(p->contributions[1].amount, 6);
  (void)only(p, 130, 120, 64.1, 62.1, 65);
  assert_close(p->contributions[1].amount, -2);
  ax_plugin_close(p);
}

static void age_points_change_at_60_and_70(void **state) {
  (void)state;
  static const struct {
    double age, points;
  } cases[] = { { 50, -1 }, { 59, -1 }, { 60, 0 },
                { 69, 0 },  { 70, 1 },  { 120, 1 } };
  ax_plugin *p = open_module();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    (void)only(p, 130, 120, 80, 80, cases[i].age);
    assert_close(p->contributions[2].amount, cases[i].points);
  }
  const auspex_result *r = only(p, 130, 120, 80, 80, 49);
  assert_int_equal(r->status, AUSPEX_ROW_NOT_APPLICABLE);
  ax_plugin_close(p);
}

static void a_high_earlier_glucose_warns_and_scores(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  const auspex_result *r = only(p, 165, 126, 78, 80, 65);
  assert_int_equal(r->status, AUSPEX_ROW_SCORED);
  assert_close(r->score, 3);
  assert_true(ax_plugin_says(p, r, "Caution: the earlier glucose"));
  r = only(p, 165, 125.9, 78, 80, 65);
  assert_false(ax_plugin_says(p, r, "Caution"));
  ax_plugin_close(p);
}

static void any_unfit_cell_is_named_and_not_scored(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  for (uint32_t input = 0; input < 5; input++)
    for (uint8_t s = AUSPEX_CELL_ABSENT; s <= AUSPEX_CELL_WITHHELD; s++) {
      if (s == AUSPEX_CELL_PRESENT) continue;
      ax_plugin_rows(p, 1, 5);
      put(p, 0, 130, 120, 78, 80, 65);
      p->state[input] = s;
      ax_plugin_score(p);
      assert_int_equal(p->results[0].status, AUSPEX_ROW_MISSING_INPUT);
      assert_int_equal(p->results[0].input, input);
      assert_true(isnan(p->results[0].score));
    }
  const double bad[] = { NAN, INFINITY, -INFINITY };
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(only(p, 130, bad[i], 78, 80, 65)->status,
                     AUSPEX_ROW_MISSING_INPUT);
  ax_plugin_close(p);
}

static void an_impossible_weight_change_is_refused(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  const auspex_result *r = only(p, 130, 120, 80, 140.1, 65);
  assert_int_equal(r->status, AUSPEX_ROW_MISSING_INPUT);
  assert_int_equal(r->input, ENDPAC_WEIGHT_ONSET);
  assert_int_equal(only(p, 130, 120, 80, 140, 65)->status, AUSPEX_ROW_SCORED);
  ax_plugin_close(p);
}

static void fill(ax_plugin *p, uint32_t row, uint32_t patient) {
  put(p, row, 100 + patient * 3, 90 + patient * 2 % 50, 90 - patient % 17, 85,
      50 + patient % 40);
}

static void rows_do_not_know_of_each_other(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  double alone[64];
  char texts[64][2000];
  for (uint32_t i = 0; i < 64; i++) {
    ax_plugin_rows(p, 1, 5);
    fill(p, 0, i);
    ax_plugin_score(p);
    alone[i] = p->results[0].score;
    memcpy(texts[i], p->text, p->output.text_count);
    texts[i][p->output.text_count] = 0;
  }
  for (uint32_t step = 1; step < 64; step += 2) { /* odd: permutations */
    ax_plugin_rows(p, 64, 5);
    for (uint32_t i = 0; i < 64; i++) fill(p, i, i * step % 64);
    ax_plugin_score(p);
    assert_int_equal(p->output.result_count, 64);
    for (uint32_t i = 0; i < 64; i++) {
      assert_int_equal(p->results[i].row, i);
      assert_close(p->results[i].score, alone[i * step % 64]);
      assert_memory_equal(p->text + p->results[i].text_first,
                          texts[i * step % 64], p->results[i].text_count);
    }
  }
  ax_plugin_close(p);
}

static void an_empty_batch_is_no_trouble(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  ax_plugin_rows(p, 0, 5);
  ax_plugin_score(p);
  assert_int_equal(p->output.result_count, 0);
  ax_plugin_close(p);
}

static void the_same_rows_give_the_same_bytes(void **state) {
  (void)state;
  ax_plugin *p = open_module(), *q = open_module();
  ax_plugin *both[] = { p, q };
  for (size_t k = 0; k < 2; k++) {
    ax_plugin_rows(both[k], 64, 5);
    for (uint32_t i = 0; i < 64; i++) fill(both[k], i, i);
    ax_plugin_score(both[k]);
  }
  assert_memory_equal(p->results, q->results, sizeof p->results);
  assert_memory_equal(p->contributions, q->contributions,
                      sizeof p->contributions);
  assert_memory_equal(p->text, q->text, p->output.text_count);
  ax_plugin_close(p);
  ax_plugin_close(q);
}

static void small_buffers_are_said_and_not_overrun(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  ax_plugin_rows(p, 1, 5);
  put(p, 0, 130, 120, 78, 80, 65);
  ax_plugin_score(p);
  uint32_t text = p->output.text_count;
  assert_true(text < endpac_model.max_text_per_row);
  for (uint32_t room = 0; room <= text; room++) {
    p->output.text_capacity = room;
    memset(p->text, '#', sizeof p->text);
    assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
    assert_int_equal(p->output.result_count, 0);
    assert_int_equal(p->text[room], '#');
  }
  p->output.text_capacity = text + 1;
  assert_int_equal(ax_plugin_try(p), AUSPEX_OK);
  p->output.contribution_capacity = 2;
  assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
  p->output.contribution_capacity = 3;
  p->output.result_capacity = 0;
  assert_int_equal(ax_plugin_try(p), AUSPEX_E_SPACE);
  p->output.result_capacity = 1;
  assert_int_equal(ax_plugin_try(p), AUSPEX_OK);
  ax_plugin_close(p);
}

static void declared_room_suffices_for_full_batches(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  uint32_t rows = endpac_model.max_batch;
  ax_plugin_rows(p, rows, 5);
  for (uint32_t i = 0; i < rows; i++)
    put(p, i, 1499.6, 1498.7, 349.9, 290.25, 119);
  p->output.result_capacity = rows * endpac_model.max_results_per_row;
  p->output.contribution_capacity =
      rows * endpac_model.max_contributions_per_row;
  p->output.text_capacity = rows * 900;
  assert_true(endpac_model.max_text_per_row >= 900);
  assert_int_equal(ax_plugin_try(p), AUSPEX_OK);
  ax_plugin_close(p);
}

static void wrong_calls_are_refused(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  ax_plugin_rows(p, 1, 4);
  assert_int_equal(ax_plugin_try(p), AUSPEX_E_INPUT);
  ax_plugin_rows(p, 1, 5);
  assert_int_equal(
      p->module.score(p->instance, 99, &p->batch, &p->output, &p->error),
      AUSPEX_E_MODEL);
  auspex_host host = { .size = sizeof host, .abi = (9u << 16) };
  auspex_module module = { .size = sizeof module };
  assert_int_equal(auspex_module_open(&host, &module), AUSPEX_E_ABI);
  ax_plugin_close(p);
}

static void a_table_that_is_not_right_is_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
    "",
    "auspex-table 2\n",
    "auspex-table 1\n",
    "auspex-table 1\nmodel endpac 1.0.0\n",
    "auspex-table 1\nmodel endpac 9.0.0\n",
    "auspex-table 1\nsurprise 1\n",
    "auspex-table 1\nglucose_category below 1o0 1\n",
    "auspex-table 1\nglucose_category below nan 1\n",
    "auspex-table 1\nglucose_category below 0x10 1\n",
    "auspex-table 1\nglucose_category below 1e999 1\n",
    "auspex-table 1\nglucose_category around 100 1\n",
    "auspex-table 1\nglucose_category below 100\n",
    "auspex-table 1\nglucose_category below 100 1 2\n",
    "auspex-table 1\nglucose_category below 100 1\nglucose_category below 100 "
    "2\n",
    "auspex-table 1\nglucose_category else 1\nglucose_category below 100 2\n",
    "auspex-table 1\nband else \"unclosed high\n",
    "auspex-table 1\nband else high enormous\n",
    "auspex-table 1\nrelative_risk high 4.4\n",
    "auspex-table 1\nmodel endpac 1.0.0\nmodel endpac 1.0.0\n",
    "auspex-table 1\nmodel\x01 endpac 1.0.0\n",
    "auspex-table 1\na b c d e f g h i j k l m n o p q\n",
  };
  ax_plugin *p = open_module();
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(
        ax_plugin_create_with(p, "endpac.table", bad[i], strlen(bad[i])),
        AUSPEX_E_CONFIG);
    assert_true(strlen(p->error.message) > 10);
  }
  uint32_t files = p->blob_count;
  p->blob_count = 0;
  assert_int_equal(ax_plugin_create_with(p, "other", "x", 1), AUSPEX_E_CONFIG);
  p->blob_count = files;
  ax_plugin_close(p);
}

/* Every prefix and every changed byte of the real table is either refused or
 * still scores, and never reads out of bounds (for the sanitizers). */
static void a_damaged_table_never_harms(void **state) {
  (void)state;
  ax_plugin *p = open_module();
  char path[512];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/" FOLDER "/endpac.table",
                 root ? root : ".");
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  static char good[8192];
  size_t length = fread(good, 1, sizeof good, file);
  (void)fclose(file);
  assert_true(length > 500 && length < sizeof good);
  size_t refused = 0;
  for (size_t n = 0; n < length; n++) {
    char *cut = malloc(n > 0 ? n : 1);
    assert_non_null(cut);
    memcpy(cut, good, n);
    refused += ax_plugin_create_with(p, "endpac.table", cut, n) != AUSPEX_OK;
    free(cut);
    char kept = good[n];
    good[n] = '\0';
    assert_int_equal(ax_plugin_create_with(p, "endpac.table", good, length),
                     AUSPEX_E_CONFIG);
    good[n] = kept;
  }
  assert_true(refused > length / 2);
  ax_plugin_close(p);
}

static void the_declaration_says_what_the_sheet_says(void **state) {
  (void)state;
  const auspex_model *m = &endpac_model;
  assert_int_equal(m->input_count, 5);
  assert_int_equal(m->anchor->source_count, 1);
  assert_int_equal(m->anchor->sources[0].from, AUSPEX_FROM_CONDITION);
  assert_int_equal(m->anchor->sources[0].pick, AUSPEX_PICK_EARLIEST);
  for (uint32_t i = 0; i < 5; i++) {
    assert_int_equal(m->inputs[i].size, sizeof(auspex_input));
    assert_int_equal(m->inputs[i].relative_to, AUSPEX_AT_ANCHOR);
    assert_int_equal(m->inputs[i].missing, AUSPEX_MISSING_REFUSE);
  }
  for (uint32_t i = 0; i < 4; i += 2) {
    assert_int_equal(m->inputs[i].window_from_days, -30);
    assert_int_equal(m->inputs[i].window_to_days, 90);
    assert_int_equal(m->inputs[i].freshness_days, 365);
    assert_int_equal(m->inputs[i + 1].window_from_days, -548);
    assert_int_equal(m->inputs[i + 1].window_to_days, -90);
    assert_int_equal(m->inputs[i + 1].pick_days, -365);
    assert_int_equal(m->inputs[i + 1].freshness_days, 0);
  }
  assert_int_equal(m->inputs[0].source_count, 2); /* fasting goes first */
  const auspex_source *fasting = &m->inputs[0].sources[0];
  assert_close(fasting[0].molar_mass, 180.156);
  assert_int_equal(fasting[0].codes->code_count, 2);
  assert_string_equal(fasting[0].codes->codes[0].code, "1558-6");
  assert_int_equal(fasting[1].codes->code_count, 3);
  assert_int_equal(fasting[1].flags & AUSPEX_WITH_PREVIOUS, 0);
  assert_int_equal(m->criterion_count, 6);
  assert_close(m->criteria[5].max, 1095);
  assert_int_equal(m->outcomes[0].horizon_months, 36);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_vector_of_the_sheet_comes_out),
    cmocka_unit_test(only_the_high_band_has_a_relative_risk),
    cmocka_unit_test(no_probability_is_ever_given),
    cmocka_unit_test(glucose_categories_break_where_printed),
    cmocka_unit_test(weight_bands_leave_no_hole),
    cmocka_unit_test(decimal_weights_subtract_as_written),
    cmocka_unit_test(age_points_change_at_60_and_70),
    cmocka_unit_test(a_high_earlier_glucose_warns_and_scores),
    cmocka_unit_test(any_unfit_cell_is_named_and_not_scored),
    cmocka_unit_test(an_impossible_weight_change_is_refused),
    cmocka_unit_test(rows_do_not_know_of_each_other),
    cmocka_unit_test(an_empty_batch_is_no_trouble),
    cmocka_unit_test(the_same_rows_give_the_same_bytes),
    cmocka_unit_test(small_buffers_are_said_and_not_overrun),
    cmocka_unit_test(declared_room_suffices_for_full_batches),
    cmocka_unit_test(wrong_calls_are_refused),
    cmocka_unit_test(a_table_that_is_not_right_is_refused),
    cmocka_unit_test(a_damaged_table_never_harms),
    cmocka_unit_test(the_declaration_says_what_the_sheet_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
