/* Unit tests of the messages between gateway and worker. */
#include "support/ax_test.h"

#include <math.h>
#include <string.h>

#include "scoring/broker.h"
#include "scoring/frame_batch.h"
#include "scoring/frame_load.h"
#include "scoring/frame_model.h"

#include <sys/socket.h>
#include <unistd.h>

/* --- reader and writer -------------------------------------------------------
 */

static void what_is_written_is_read(void **state) {
  (void)state;
  ax_buf out = AX_BUF_INIT(4096);
  ax_frame_begin(&out, AX_FRAME_PING, 77);
  ax_frame_put_u8(&out, 200);
  ax_frame_put_i32(&out, -5);
  ax_frame_put_u64(&out, UINT64_MAX);
  ax_frame_put_f64(&out, -0.25);
  ax_frame_put_str(&out, AX_STR("gr\xc3\xbc\xc3\x9f"));
  assert_int_equal(ax_frame_end(&out), AX_OK);

  ax_frame_header head;
  assert_true(ax_frame_header_read((unsigned char *)out.bytes, &head));
  assert_int_equal(head.type, AX_FRAME_PING);
  assert_int_equal(head.sequence, 77);
  assert_int_equal(head.length, out.len - AX_FRAME_HEADER);
  ax_frame f =
      ax_frame_reader((ax_str){ out.bytes + AX_FRAME_HEADER, head.length });
  assert_int_equal(ax_frame_u8(&f), 200);
  assert_int_equal(ax_frame_i32(&f), -5);
  assert_true(ax_frame_u64(&f) == UINT64_MAX);
  assert_true(ax_frame_f64(&f) == -0.25);
  assert_str(ax_frame_str(&f, 100), "gr\xc3\xbc\xc3\x9f");
  assert_true(ax_frame_done(&f));
  ax_buf_free(&out);
}

static void a_reader_that_met_nonsense_stays_bad(void **state) {
  (void)state;
  ax_frame f = ax_frame_reader(AX_STR("\1\2\3"));
  assert_int_equal(ax_frame_u32(&f), 0);
  assert_true(f.bad);
  assert_int_equal(ax_frame_u8(&f), 0);
  assert_false(ax_frame_done(&f));
}

static void a_text_is_bounded_and_utf8(void **state) {
  (void)state;
  static const ax_str wrong[] = {
    AX_STR_INIT("\xff\0\0\0abc"), /* longer than what is there */
    AX_STR_INIT("\3\0\0\0\xff\xfe\xfd"),
    AX_STR_INIT("\3\0\0\0a\0b"),
  };
  for (size_t i = 0; i < AX_COUNT(wrong); i++) {
    ax_frame f = ax_frame_reader(wrong[i]);
    assert_str(ax_frame_str(&f, 1000), "");
    assert_true(f.bad);
  }
  ax_frame f = ax_frame_reader(AX_STR("\3\0\0\0abc"));
  (void)ax_frame_str(&f, 2);
  assert_true(f.bad);
}

static void a_count_must_be_there_in_full(void **state) {
  (void)state;
  ax_frame f = ax_frame_reader(AX_STR("\2\0\0\0\1\2\3\4\5\6\7\10"));
  assert_int_equal(ax_frame_count(&f, 100, 4), 2);
  f = ax_frame_reader(AX_STR("\2\0\0\0\1\2\3\4\5\6\7"));
  assert_int_equal(ax_frame_count(&f, 100, 4), 0);
  assert_true(f.bad);
  f = ax_frame_reader(AX_STR("\xff\xff\xff\xff"));
  assert_int_equal(ax_frame_count(&f, UINT32_MAX, SIZE_MAX), 0);
  assert_true(f.bad);
}

static void a_header_of_somebody_else_is_refused(void **state) {
  (void)state;
  ax_buf out = AX_BUF_INIT(4096);
  ax_frame_begin(&out, AX_FRAME_PING, 1);
  assert_int_equal(ax_frame_end(&out), AX_OK);
  ax_frame_header head;
  unsigned char bytes[AX_FRAME_HEADER];
  for (size_t i = 0; i < 12; i++) { /* magic, version, type */
    memcpy(bytes, out.bytes, sizeof bytes);
    bytes[i] ^= 0x40;
    assert_false(ax_frame_header_read(bytes, &head));
  }
  memcpy(bytes, out.bytes, sizeof bytes);
  bytes[19] = 0x7f; /* length */
  assert_false(ax_frame_header_read(bytes, &head));
  ax_buf_free(&out);
}

/* --- declarations
 * --------------------------------------------------------------
 */

static const auspex_code codes[] = {
  { "http://loinc.org", "29463-7", "Body weight", AUSPEX_MATCH_EXACT, 0 },
  { "http://hl7.org/fhir/sid/icd-10", "C25", NULL, AUSPEX_MATCH_PREFIX, 1 },
};

static const auspex_set set = { .size = sizeof(auspex_set),
                                .codes = AUSPEX_ARRAY(codes),
                                .name = "things" };

static const auspex_map_row map_rows[] = {
  { AUSPEX_MAP_CODE, AUSPEX_MATCH_EXACT, "http://loinc.org", "LA33-6", 0, 0, 1 },
  { AUSPEX_MAP_TEXT, AUSPEX_MATCH_PATTERN, NULL, "I+", 0, 0, (double)NAN },
};
static const auspex_map map = { .size = sizeof(auspex_map),
                                .has_otherwise = 1,
                                .rows = AUSPEX_ARRAY(map_rows),
                                .otherwise = 9,
                                .fold = AUSPEX_FOLD_CASE,
                                .name = "map" };

static const auspex_filter filters[] = {
  { AUSPEX_WHERE_COMPONENT, 3, &set, NULL },
};

static const auspex_source weights[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_OBSERVATION,
    .take = AUSPEX_TAKE_VALUE_OR_INTERPRETATION,
    .flags = AUSPEX_OWN_WINDOW,
    .comparator = AUSPEX_COMPARATOR_AT_MOST,
    .codes = &set,
    .within = &set,
    .filters = AUSPEX_ARRAY(filters),
    .map = &map,
    .unit = "kg",
    .valid_min = (double)NAN,
    .valid_max = 300,
    .comparator_limit = 10,
    .window_from_days = -90 },
};

static const auspex_source answers[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_QUESTIONNAIRE,
    .instrument = "qlq-c30|qlqc30",
    .items = "a|b",
    .first_item = 1,
    .last_item = 30 },
};

static auspex_input an_input(void) {
  return (auspex_input){ .size = sizeof(auspex_input),
                         .missing = AUSPEX_MISSING_REFUSE,
                         .name = "weight",
                         .sources = AUSPEX_ARRAY(weights),
                         .window_from_days = -30 };
}

static const auspex_outcome outcomes[] = {
  { .size = sizeof(auspex_outcome), .kind = AUSPEX_PREDICTION, .name = "risk" },
};

static auspex_model a_model(const auspex_input *inputs, uint32_t count) {
  return (auspex_model){ .size = sizeof(auspex_model),
                         .id = "org.example.m",
                         .name = "m",
                         .version = "1.2.3",
                         .title = "A model",
                         .inputs = inputs,
                         .input_count = count,
                         .input_stride = sizeof *inputs,
                         .outcomes = outcomes,
                         .outcome_count = 1,
                         .outcome_stride = sizeof outcomes[0],
                         .max_batch = 32,
                         .max_results_per_row = 1 };
}

/* Writes, reads back. */
static ax_status round_trip(ax_arena *arena, const auspex_model *model,
                            ax_model **out, ax_error *err) {
  const auspex_model *const models[] = { model };
  auspex_module module = { .size = sizeof module,
                           .models = models,
                           .model_count = 1 };
  ax_buf buf = AX_BUF_INIT(1 << 20);
  ax_frame_model_write(&buf, &module);
  size_t count = 0;
  ax_status status =
      ax_frame_model_read(arena, ax_buf_view(&buf), out, &count, err);
  ax_buf_free(&buf);
  return status;
}

static void a_declaration_arrives_as_it_was(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  auspex_input inputs[] = { an_input(), an_input() };
  inputs[1].name = "items";
  inputs[1].sources = answers;
  inputs[1].flags = AUSPEX_WANTS_RANGE;
  inputs[1].relative_to = AUSPEX_AT_INPUT;
  inputs[1].relative_inputs = 1;
  auspex_model model = a_model(inputs, 2);
  ax_model *m = NULL;
  ax_error err = { 0 };
  if (round_trip(arena, &model, &m, &err)) fail_msg("%s", err.text);
  assert_str(m->id, "org.example.m");
  assert_str(m->version, "1.2.3");
  assert_str(m->limits, "");
  assert_int_equal(m->column_count, 31);
  assert_int_equal(m->inputs[1].column, 1);
  assert_int_equal(m->inputs[1].width, 30);
  const ax_model_source *s = &m->inputs[0].sources.items[0];
  assert_int_equal(s->take, AUSPEX_TAKE_VALUE_OR_INTERPRETATION);
  assert_int_equal(s->flags, AUSPEX_OWN_WINDOW);
  assert_int_equal(s->comparator, AUSPEX_COMPARATOR_AT_MOST);
  assert_str(s->codes->items[1].code, "C25");
  assert_int_equal(s->codes->items[1].match, AUSPEX_MATCH_PREFIX);
  assert_str(s->codes->name, "things");
  assert_ptr_equal(s->within, s->codes); /* shared there, shared here */
  assert_ptr_equal(s->filters[0].codes, s->codes);
  assert_null(s->filters[0].values);
  assert_int_equal(s->filters[0].group, 3);
  assert_int_equal(s->map->count, 2);
  assert_true(s->map->has_otherwise && s->map->otherwise == 9);
  assert_int_equal(s->map->fold, AUSPEX_FOLD_CASE);
  assert_str(s->map->rows[0].code, "LA33-6");
  assert_true(s->map->rows[0].value == 1);
  assert_true(isnan(s->map->rows[1].value));
  assert_true(isnan(s->valid_min));
  assert_true(s->valid_max == 300);
  assert_true(s->comparator_limit == 10);
  assert_int_equal(s->window_from_days, -90);
  const ax_model_source *q = &m->inputs[1].sources.items[0];
  assert_str(q->items, "a|b");
  assert_true(isnan(q->valid_max)); /* both 0: no bounds */
  assert_true(m->inputs[1].wants_range);
  assert_false(m->inputs[0].wants_range);
  assert_int_equal(m->inputs[0].window_from_days, -30);
  /* weight; C25 in three ICD-10 systems; two instruments; enrolment by name and
   * by id */
  assert_int_equal(m->read_count, 8);
  assert_str(m->reads[6].system, AX_FHIR_FACT_ENROLMENT_SYSTEM);
  assert_int_equal(m->reads[5].match, AX_FACT_MATCH_CONTAINS);
  assert_str(m->reads[5].system, "qlqc30");
  ax_arena_free(arena);
}

static void an_older_plugin_has_shorter_structs(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  struct {
    auspex_input input;
    char more[24]; /* and newer ones are longer */
  } inputs[2] = { { an_input(), { 1 } }, { an_input(), { 1 } } };
  inputs[0].input.size = offsetof(auspex_input, fallback);
  inputs[0].input.fallback = 7;
  inputs[1].input.size = sizeof inputs[1];
  inputs[1].input.name = "second";
  auspex_model model = a_model(&inputs[0].input, 2);
  model.input_stride = sizeof inputs[0];
  ax_model *m = NULL;
  ax_error err = { 0 };
  if (round_trip(arena, &model, &m, &err)) fail_msg("%s", err.text);
  assert_true(m->inputs[0].fallback == 0);
  assert_str(m->inputs[1].name, "second");
  ax_arena_free(arena);
}

static void wrong_declarations_are_named(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(4 << 20);
  static const struct {
    size_t field;
    uint32_t value;
    const char *says;
  } wrong[] = {
    { offsetof(auspex_input, missing), 4, "REFUSE" },
    { offsetof(auspex_input, relative_to), AUSPEX_AT_ANCHOR, "anchor" },
    { offsetof(auspex_input, relative_to), AUSPEX_AT_INPUT, "before this one" },
    { offsetof(auspex_input, window_from_days), 3, "window" },
    { offsetof(auspex_input, source_count), 0, "source" },
    { offsetof(auspex_input, tied), AUSPEX_TIED_DAY, "tied" },
  };
  for (size_t i = 0; i < AX_COUNT(wrong); i++) {
    auspex_input input = an_input();
    memcpy((char *)&input + wrong[i].field, &wrong[i].value, 4);
    auspex_model model = a_model(&input, 1);
    ax_model *m = NULL;
    ax_error err = { 0 };
    assert_int_equal(round_trip(arena, &model, &m, &err), AX_INVALID);
    if (!strstr(err.text, wrong[i].says))
      fail_msg("'%s' does not say '%s'", err.text, wrong[i].says);
    assert_non_null(strstr(err.text, "org.example.m"));
  }
  ax_arena_free(arena);
}

static void wrong_sources_are_named(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(4 << 20);
  static const struct {
    size_t field;
    uint32_t value;
    const char *says;
  } wrong[] = {
    { offsetof(auspex_source, from), 99, "source" },
    { offsetof(auspex_source, from), AUSPEX_FROM_SITE, "path" },
    { offsetof(auspex_source, from), AUSPEX_FROM_QUESTIONNAIRE, "instrument" },
    { offsetof(auspex_source, take), 99, "takes" },
    { offsetof(auspex_source, pick), 99, "pick" },
    { offsetof(auspex_source, comparator), 99, "comparator" },
    { offsetof(auspex_source, window_from_days), 3, "window" },
  };
  for (size_t i = 0; i < AX_COUNT(wrong); i++) {
    auspex_source source = weights[0];
    memcpy((char *)&source + wrong[i].field, &wrong[i].value, 4);
    auspex_input input = an_input();
    input.sources = &source;
    auspex_model model = a_model(&input, 1);
    ax_model *m = NULL;
    ax_error err = { 0 };
    assert_int_equal(round_trip(arena, &model, &m, &err), AX_INVALID);
    if (!strstr(err.text, wrong[i].says))
      fail_msg("'%s' does not say '%s'", err.text, wrong[i].says);
  }
  ax_arena_free(arena);
}

static void a_cut_declaration_is_refused_wherever_it_is_cut(void **state) {
  (void)state;
  auspex_input input = an_input();
  auspex_model model = a_model(&input, 1);
  const auspex_model *const models[] = { &model };
  auspex_module module = { .models = models, .model_count = 1 };
  ax_buf buf = AX_BUF_INIT(1 << 20);
  ax_frame_model_write(&buf, &module);
  for (size_t len = 0; len < buf.len; len++) {
    ax_arena *arena = ax_arena_new(1 << 20);
    ax_model *m = NULL;
    size_t count = 0;
    assert_int_equal(ax_frame_model_read(arena, (ax_str){ buf.bytes, len }, &m,
                                         &count, NULL),
                     AX_INVALID);
    ax_arena_free(arena);
  }
  ax_buf_free(&buf);
}

/* --- rows and results
 * ----------------------------------------------------------
 */

static const ax_model_outcome host_outcomes[] = {
  { .kind = AUSPEX_MEASUREMENT }, { .kind = AUSPEX_PREDICTION }
};
static const ax_model_source host_sources[] = {
  { .pick = AUSPEX_PICK_LATEST }, { .pick = AUSPEX_PICK_SERIES }
};
static const ax_model_input host_inputs[] = {
  { .sources = { host_sources, 1 } }, { .sources = { host_sources + 1, 1 } }
};
static const ax_model host_model = { .inputs = host_inputs,
                                     .input_count = 2,
                                     .outcomes = host_outcomes,
                                     .outcome_count = 2,
                                     .factor_count = 3,
                                     .column_count = 2,
                                     .max_batch = 8,
                                     .max_results_per_row = 2,
                                     .max_contributions_per_row = 2,
                                     .max_text_per_row = 10 };

static void rows_arrive_as_they_were(void **state) {
  (void)state;
  ax_feature_cell a[2] = {
    { .value = 1.5, .state = 1, .time_ms = 11, .low = 1, .high = 2,
      .source = 3 },
    { .value = (double)NAN, .state = 0, .sample_count = 2 }
  };
  ax_feature_cell b[2] = {
    { .value = (double)NAN, .state = 5 },
    { .state = 1, .sample_first = 0, .sample_count = 1 }
  };
  const double values[] = { 10, 20 };
  const int64_t times[] = { 100, 200 };
  const double lows[] = { 1, 2 }, highs[] = { 3, 4 };
  ax_feature_row rows[2] = {
    { .as_of_ms = 5,
      .anchor_ms = 4,
      .cells = a,
      .sample_values = values,
      .sample_times = times,
      .sample_lows = lows,
      .sample_highs = highs,
      .sample_count = 2 },
    { .as_of_ms = 6,
      .anchor_ms = 3,
      .cells = b,
      .sample_values = values + 1,
      .sample_times = times + 1,
      .sample_lows = lows + 1,
      .sample_highs = highs + 1,
      .sample_count = 1 },
  };
  const ax_feature_row *const both[] = { &rows[0], &rows[1] };
  ax_buf buf = AX_BUF_INIT(1 << 20);
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_frame_batch_write(&buf, &host_model, both, 2);
  ax_frame_batch got;
  assert_true(ax_frame_batch_read(arena, ax_buf_view(&buf), &got));
  assert_int_equal(got.batch.row_count, 2);
  assert_int_equal(got.batch.as_of_ms[1], 6);
  assert_int_equal(got.batch.anchor_ms[0], 4);
  assert_true(got.batch.value[0] == 1.5);
  assert_true(isnan(got.batch.value[1]));
  assert_int_equal(got.batch.state[2], 5);
  assert_int_equal(got.batch.time_ms[0], 11);
  assert_true(got.batch.high[0] == 2);
  assert_int_equal(got.batch.series[1].count, 2);
  assert_int_equal(got.batch.series[3].first, 2);
  assert_true(got.batch.sample_value[2] == 20);
  assert_int_equal(got.batch.sample_ms[2], 200);
  assert_true(got.batch.sample_low[2] == 2 && got.batch.sample_high[1] == 4);
  assert_int_equal(got.batch.source[0], 3);
  assert_int_equal(got.output.result_capacity, 4);
  assert_int_equal(got.output.text_capacity, 20);
  assert_true(got.batch.seed[0] != got.batch.seed[1]);
  ax_arena_free(arena);
  ax_buf_free(&buf);
}

static auspex_result a_result(uint32_t row) {
  return (auspex_result){ .row = row,
                          .outcome = 1,
                          .probability = 0.5,
                          .low = (double)NAN,
                          .high = (double)NAN,
                          .relative_risk = (double)NAN,
                          .score = (double)NAN,
                          .mitigation = -1,
                          .input = -1 };
}

static ax_status check(const auspex_result *results, uint32_t count) {
  auspex_contribution contributions[] = { { 2, 0, 1.5 } };
  char text[] = "because";
  auspex_output o = { .results = (auspex_result *)(uintptr_t)results,
                      .result_count = count,
                      .result_capacity = count,
                      .contributions = contributions,
                      .contribution_count = 1,
                      .contribution_capacity = 1,
                      .text = text,
                      .text_count = 7,
                      .text_capacity = 7 };
  ax_buf buf = AX_BUF_INIT(1 << 20);
  assert_true(ax_frame_batch_answer(&buf, &o));
  ax_status status =
      ax_frame_batch_check(&host_model, ax_buf_view(&buf), 3, NULL);
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_results read = { 0 };
  if (!status)
    assert_int_equal(ax_frame_batch_results(arena, ax_buf_view(&buf), 2, &read),
                     AX_OK);
  if (read.count) {
    assert_str(read.items[0].text, "because");
    assert_true(read.items[0].contributions[0].amount == 1.5);
  }
  ax_arena_free(arena);
  ax_buf_free(&buf);
  return status;
}

static void results_are_found_by_their_row(void **state) {
  (void)state;
  auspex_result results[2] = { a_result(0), a_result(2) };
  results[1].text_count = 7;
  results[1].contribution_count = 1;
  assert_int_equal(check(results, 2), AX_OK);
}

#define REFUSED(field, value)                     \
  do {                                            \
    auspex_result one = a_result(2);              \
    one.text_count = 7;                           \
    one.contribution_count = 1;                   \
    one.field = (value);                          \
    assert_int_equal(check(&one, 1), AX_INVALID); \
  } while (0)

static void results_out_of_range_are_refused(void **state) {
  (void)state;
  REFUSED(row, 3);
  REFUSED(outcome, 2);
  REFUSED(outcome, 0); /* a measurement without value */
  REFUSED(status, 5);
  REFUSED(level, 6);
  REFUSED(probability, 1.0001);
  REFUSED(probability, -0.1);
  REFUSED(probability, HUGE_VAL);
  REFUSED(low, 1.5);
  REFUSED(high, -1);
  REFUSED(relative_risk, -2);
  REFUSED(score, HUGE_VAL);
  REFUSED(contribution_first, 1);
  REFUSED(contribution_count, 3);
  REFUSED(text_first, 1);
  REFUSED(text_first, UINT32_MAX);
  REFUSED(text_count, 8);
  REFUSED(mitigation, 0);
  REFUSED(mitigation, -2);
  REFUSED(input, 2);
  REFUSED(inputs, 4);
}

static void a_row_has_no_more_results_than_declared(void **state) {
  (void)state;
  auspex_result results[3] = { a_result(1), a_result(1), a_result(1) };
  assert_int_equal(check(results, 2), AX_OK);
  assert_int_equal(check(results, 3), AX_INVALID);
}

/* --- the order to load
 * ----------------------------------------------------------
 */

static void an_order_to_load_arrives_with_its_files(void **state) {
  (void)state;
  int pair[2], pipes[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  assert_int_equal(pipe(pipes), 0);
  ax_frame_load_file files[] = { { AX_STR("a.json"), 0, 10 },
                                 { AX_STR("b.json"), 10, 5 } };
  ax_frame_load order = { .module = pipes[0],
                          .data = -1,
                          .memory = 1 << 30,
                          .files = files,
                          .file_count = 2 };
  ax_buf buf = AX_BUF_INIT(1 << 16);
  assert_int_equal(ax_frame_load_write(&buf, &order), AX_OK);
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_frame_load got;
  /* Without a descriptor it is no order. */
  assert_int_equal(write(pair[0], buf.bytes, buf.len), buf.len);
  assert_int_equal(ax_frame_load_receive(arena, pair[1], &got, NULL),
                   AX_INVALID);
  assert_int_equal(
      ax_broker_send_fds(pair[0], ax_buf_view(&buf), pipes, 1, NULL), AX_OK);
  assert_int_equal(ax_frame_load_receive(arena, pair[1], &got, NULL), AX_OK);
  assert_int_equal(got.file_count, 2);
  assert_str(got.files[1].name, "b.json");
  assert_int_equal(got.files[1].offset, 10);
  assert_int_equal(got.memory, 1 << 30);
  assert_true(got.module >= 0 && got.data == -1);
  close(got.module);
  for (int i = 0; i < 2; i++) close(pair[i]), close(pipes[i]);
  ax_arena_free(arena);
  ax_buf_free(&buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_written_is_read),
    cmocka_unit_test(a_reader_that_met_nonsense_stays_bad),
    cmocka_unit_test(a_text_is_bounded_and_utf8),
    cmocka_unit_test(a_count_must_be_there_in_full),
    cmocka_unit_test(a_header_of_somebody_else_is_refused),
    cmocka_unit_test(a_declaration_arrives_as_it_was),
    cmocka_unit_test(an_older_plugin_has_shorter_structs),
    cmocka_unit_test(wrong_declarations_are_named),
    cmocka_unit_test(wrong_sources_are_named),
    cmocka_unit_test(a_cut_declaration_is_refused_wherever_it_is_cut),
    cmocka_unit_test(rows_arrive_as_they_were),
    cmocka_unit_test(results_are_found_by_their_row),
    cmocka_unit_test(results_out_of_range_are_refused),
    cmocka_unit_test(a_row_has_no_more_results_than_declared),
    cmocka_unit_test(an_order_to_load_arrives_with_its_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
