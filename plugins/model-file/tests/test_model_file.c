/* model-file as the host sees it: every kind of model, and what is refused. */
#include "support/ax_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auspex_plugin.h"
#include "base/file.h"

enum { COLUMNS = 16, RESULTS = 16, CONTRIBUTIONS = 256, TEXT = 16384 };

typedef struct {
  auspex_module module;
  auspex_instance *instance;
  const auspex_model *model;
  double value[COLUMNS];
  uint8_t state[COLUMNS];
  auspex_result results[RESULTS];
  auspex_contribution contributions[CONTRIBUTIONS];
  char text[TEXT];
  auspex_output out;
  auspex_error err;
} fixture;

static int32_t create(fixture *f, const auspex_blob *blobs, uint32_t count) {
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  auspex_config config = { sizeof config, count, blobs };
  memset(f, 0, sizeof *f);
  f->module.size = sizeof f->module;
  f->err.size = sizeof f->err;
  assert_int_equal(auspex_module_open(&host, &f->module), AUSPEX_OK);
  int32_t status = f->module.create(&host, &config, &f->instance, &f->err);
  if (status) return status;
  const auspex_models *told = f->module.extension(f->instance, AUSPEX_MODELS);
  assert_non_null(told);
  assert_int_equal(told->count, 1);
  f->model = told->models[0];
  for (int i = 0; i < COLUMNS; i++) {
    f->value[i] = NAN;
    f->state[i] = AUSPEX_CELL_ABSENT;
  }
  return AUSPEX_OK;
}

static void open_text(fixture *f, const char *text) {
  auspex_blob blob = { "m.json", text, strlen(text) };
  if (create(f, &blob, 1)) fail_msg("%s", f->err.message);
}

static void finish(fixture *f) {
  f->module.destroy(f->instance);
}

static void put(fixture *f, int column, double x) {
  f->value[column] = x;
  f->state[column] = AUSPEX_CELL_PRESENT;
}

static int32_t score(fixture *f) {
  static const int64_t as_of = 1790000000000;
  static const uint64_t seed = 1;
  auspex_batch batch = { .size = sizeof batch,
                         .row_count = 1,
                         .column_count = f->model->input_count,
                         .as_of_ms = &as_of,
                         .anchor_ms = &as_of,
                         .seed = &seed,
                         .value = f->value,
                         .state = f->state };
  f->out = (auspex_output){ .size = sizeof f->out,
                            .result_stride = sizeof f->results[0],
                            .contribution_stride = sizeof f->contributions[0],
                            .results = f->results,
                            .result_capacity = RESULTS,
                            .contributions = f->contributions,
                            .contribution_capacity = CONTRIBUTIONS,
                            .text = f->text,
                            .text_capacity = TEXT };
  return f->module.score(f->instance, 0, &batch, &f->out, &f->err);
}

static const auspex_result *one(fixture *f) {
  if (score(f)) fail_msg("%s", f->err.message);
  assert_true(f->out.result_count >= 1);
  return f->results;
}

static void close_to(double got, double want) {
  if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
    fail_msg("%.17g is not %.17g", got, want);
}

static int says(const fixture *f, const auspex_result *result,
                const char *words) {
  static char text[TEXT + 1];
  memcpy(text, f->text + result->text_first, result->text_count);
  text[result->text_count] = 0;
  return strstr(text, words) != NULL;
}

/* --- a published model
 * -------------------------------------------------------- */

static ax_str read_data(ax_arena *arena, const char *name) {
  const char *root = getenv("AUSPEX_ROOT");
  ax_str out;
  ax_error err = { 0 };
  ax_str path = ax_arena_printf(arena, "%s/plugins/model-file/tests/data/%s",
                                root ? root : ".", name);
  if (ax_file_read(arena, path.ptr, 1 << 20, &out, &err))
    fail_msg("%s", err.text);
  return out;
}

/* Tammemagi 2013; the first row is the example in the README of the R package
 * PLCOm2012 of resplab, the others were run with the code of CancerVerse
 * (commit 3be8a194) and computed again on their own. */
static void plcom2012_as_a_file_gives_the_published_risks(void **state) {
  (void)state;
  static const struct {
    double x[11], lp, percent;
  } rows[] = {
    { { 62, 0, 4, 27, 0, 0, 0, 0, 80, 27, 10 }, -4.027363163, 1.75092234 },
    { { 66, 0, 3, 24, 1, 1, 0, 1, 20, 45, 0 }, -2.281964313, 9.262772474 },
    { { 58, 3, 6, 30, 0, 0, 1, 0, 10, 15, 20 }, -6.747254813, 0.117272143 },
    { { 74, 1, 1, 20, 1, 0, 1, 1, 40, 50, 0 }, -0.249665813, 43.790575571 },
  };
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_str text = read_data(arena, "plcom2012.json");
  auspex_blob blob = { "plcom2012.json", text.ptr, text.len };
  fixture f;
  if (create(&f, &blob, 1)) fail_msg("%s", f.err.message);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    for (int c = 0; c < 11; c++) put(&f, c, rows[i].x[c]);
    const auspex_result *r = one(&f);
    assert_int_equal(f.out.result_count, 2);
    assert_true(fabs(r[0].probability * 100 - rows[i].percent) < 1e-8);
    assert_true(fabs(r[1].score - rows[i].lp) < 1e-8);
    assert_int_equal(r[0].level, rows[i].percent < 1.51 ? AUSPEX_LEVEL_LOW
                                                        : AUSPEX_LEVEL_HIGH);
    assert_int_equal(r[0].mitigation, rows[i].percent < 1.51 ? -1 : 0);
    double sum = -4.532506;
    for (uint32_t k = 0; k < r[0].contribution_count; k++)
      sum += f.contributions[r[0].contribution_first + k].amount;
    assert_true(fabs(sum - rows[i].lp) < 1e-8);
  }
  /* Cigarettes a day are in the denominator: never-smokers are outside. */
  put(&f, 8, 0);
  const auspex_result *r = one(&f);
  assert_int_equal(r->status, AUSPEX_ROW_OUT_OF_DOMAIN);
  assert_true(says(&f, r, "Cigarettes a day"));
  f.state[8] = AUSPEX_CELL_ABSENT;
  r = one(&f);
  assert_int_equal(r->status, AUSPEX_ROW_MISSING_INPUT);
  assert_int_equal(r->input, 8);
  finish(&f);
  ax_arena_free(arena);
}

static void the_declaration_is_what_the_file_says(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_str text = read_data(arena, "plcom2012.json");
  auspex_blob blob = { "plcom2012.json", text.ptr, text.len };
  fixture f;
  if (create(&f, &blob, 1)) fail_msg("%s", f.err.message);
  const auspex_model *m = f.model;
  assert_string_equal(m->name, "plcom2012-file");
  assert_int_equal(m->input_count, 11);
  assert_int_equal(m->inputs[0].sources[0].from, AUSPEX_FROM_AGE);
  close_to(m->inputs[0].sources[0].valid_max, 74);
  assert_int_equal(m->inputs[1].missing, AUSPEX_MISSING_DEFAULT);
  assert_int_equal(m->inputs[1].sources[0].map->row_count, 3);
  assert_string_equal(m->inputs[2].sources[0].codes->name, "Education");
  assert_int_equal(m->inputs[3].window_from_days, -365);
  assert_int_equal(m->inputs[4].window_from_days, AUSPEX_UNLIMITED);
  assert_int_equal(m->inputs[5].sources[0].flags, AUSPEX_EVER);
  assert_int_equal(m->criterion_count, 1);
  assert_int_equal(m->outcomes[0].horizon_months, 72);
  assert_int_equal(m->factors[8].inputs[0], 8);
  assert_int_equal(m->factors[8].basis, AUSPEX_LOG_ODDS);
  assert_true(m->flags & AUSPEX_MODEL_ADDITIVE);
  finish(&f);
  ax_arena_free(arena);
}

static void the_example_of_the_readme_is_a_model(void **state) {
  (void)state;
  ax_arena *arena = ax_arena_new(1 << 20);
  ax_str text = read_data(arena, "../../README.md");
  text = ax_str_skip(text, ax_str_find(text, AX_STR("```json\n")) + 8);
  text.len = ax_str_find(text, AX_STR("```"));
  auspex_blob blob = { "example.json", text.ptr, text.len };
  fixture f;
  if (create(&f, &blob, 1)) fail_msg("%s", f.err.message);
  put(&f, 0, 60);
  put(&f, 1, 100.5);
  close_to(one(&f)->score, 3);
  finish(&f);
  ax_arena_free(arena);
}

/* --- kinds of terms and models
 * -------------------------------------------------- */

#define HEAD                                                                  \
  "{\"format\":\"auspex-model/1\",\"id\":\"org.example.m\",\"name\":\"m\","   \
  "\"version\":\"1.0.0\",\"title\":\"M\",\"publisher\":\"P\","                \
  "\"population\":\"p\",\"source\":\"s\",\"limits\":\"l\",\"licence\":\"n\"," \
  "\"inputs\":[{\"name\":\"x\",\"title\":\"X\",\"missing\":\"pass\","         \
  "\"sources\":[{\"from\":\"observation\",\"codes\":[{\"system\":"            \
  "\"http://loinc.org\",\"code\":\"718-7\"}]}]},"                             \
  "{\"name\":\"y\",\"title\":\"Y\",\"missing\":\"pass\","                     \
  "\"sources\":[{\"from\":\"age\"}]}],"
#define OUTCOME(more)                                                        \
  "\"outcomes\":[{\"name\":\"o\",\"title\":\"O\",\"kind\":\"prediction\","   \
  "\"codes\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"1\"}]," more \
  "}]}"
#define TERM "{\"name\":\"t\",\"title\":\"T\",\"input\":\"x\","
#define GLM(link, term)                               \
  HEAD "\"model\":{\"kind\":\"glm\",\"link\":\"" link \
       "\",\"intercept\":0.5,\"terms\":[" term "}]},"

static double run(const char *text, double x, double y) {
  fixture f;
  open_text(&f, text);
  if (!isnan(x)) put(&f, 0, x);
  if (!isnan(y)) put(&f, 1, y);
  const auspex_result *r = one(&f);
  assert_int_equal(r->status, AUSPEX_ROW_SCORED);
  double got = !isnan(r->score)         ? r->score
               : !isnan(r->probability) ? r->probability
                                        : r->relative_risk;
  finish(&f);
  return got;
}

static void transforms_run_in_order(void **state) {
  (void)state;
  static const char text[] =
      GLM("identity",
          TERM "\"transform\":[{\"atLeast\":2},{\"multiply\":3},\"log\","
               "{\"subtract\":1},{\"power\":2}],\"coefficient\":2")
          OUTCOME("\"gives\":\"score\"");
  close_to(run(text, 7, NAN), 0.5 + 2 * pow(log(21) - 1, 2));
  close_to(run(text, 1, NAN), 0.5 + 2 * pow(log(6) - 1, 2));
}

static void products_multiply_transformed_inputs(void **state) {
  (void)state;
  static const char text[] =
      GLM("identity",
          "{\"name\":\"t\",\"title\":\"T\",\"product\":[{\"input\":\"x\","
          "\"transform\":[{\"subtract\":1}]},{\"input\":\"y\"}],"
          "\"coefficient\":3") OUTCOME("\"gives\":\"score\"");
  close_to(run(text, 5, 7), 0.5 + 3 * 4 * 7);
}

static void links_are_inverted(void **state) {
  (void)state;
#define LINEAR TERM "\"coefficient\":1"
#define MEAN OUTCOME("\"gives\":\"mean\"")
  close_to(run(GLM("identity", LINEAR) MEAN, 0.2, NAN), 0.7);
  close_to(run(GLM("log", LINEAR) MEAN, 0.2, NAN), exp(0.7));
  close_to(run(GLM("logit", LINEAR) MEAN, 0.2, NAN), 1 / (1 + exp(-0.7)));
  /* 0.758036347776927 is Phi(0.7), from a table of the normal distribution */
  close_to(run(GLM("probit", LINEAR) MEAN, 0.2, NAN), 0.758036347776927);
  close_to(run(GLM("cloglog", LINEAR) MEAN, 0.2, NAN), 1 - exp(-exp(0.7)));
}

static uint32_t flags_of(const char *text) {
  fixture f;
  open_text(&f, text);
  uint32_t flags = f.model->flags;
  finish(&f);
  return flags;
}

/* Terms add up to the predictor; to its mean only where that is the same. */
static void
contributions_add_up_to_what_is_given_or_are_not_said_to(void **state) {
  (void)state;
#define SCORE OUTCOME("\"gives\":\"score\"")
  assert_true(flags_of(GLM("identity", LINEAR) MEAN) & AUSPEX_MODEL_ADDITIVE);
  assert_true(flags_of(GLM("logit", LINEAR) SCORE) & AUSPEX_MODEL_ADDITIVE);
  assert_true(
      flags_of(GLM("logit", LINEAR) OUTCOME("\"gives\":\"probability\"")) &
      AUSPEX_MODEL_ADDITIVE);
  assert_false(flags_of(GLM("logit", LINEAR) MEAN) & AUSPEX_MODEL_ADDITIVE);
  assert_false(flags_of(GLM("log", LINEAR) MEAN) & AUSPEX_MODEL_ADDITIVE);
}

/* Knots 1, 3, 6, 10. Between the knots the value is that of the formula; beyond
 * the last one the curve is a line. */
static void splines_are_restricted(void **state) {
  (void)state;
  static const char text[] =
      GLM("identity",
          TERM "\"spline\":{\"knots\":[1,3,6,10],\"coefficients\":[0.5,2,-3]}")
          OUTCOME("\"gives\":\"score\"");
  close_to(run(text, 0, NAN), 0.5);
  /* (4-1)^3 = 27, (4-3)^3 = 1, nothing else is positive; 81 = (10-1)^2 */
  close_to(run(text, 4, NAN), 0.5 + 2 + 2 * 27 / 81.0 - 3 * 1 / 81.0);
  double a = run(text, 12, NAN), b = run(text, 15, NAN), c = run(text, 18, NAN);
  close_to(b - a, c - b);
  static const char raw[] =
      GLM("identity", TERM "\"spline\":{\"knots\":[1,3,6,10],"
                           "\"coefficients\":[0.5,2,-3],\"normalised\":false}")
          OUTCOME("\"gives\":\"score\"");
  close_to(run(raw, 4, NAN), 0.5 + 2 + 2 * 27 - 3 * 1);
}

static void fractional_polynomials_have_logarithms(void **state) {
  (void)state;
  static const char text[] =
      GLM("identity",
          TERM "\"transform\":[{\"divide\":10}],\"fractionalPolynomial\":["
               "{\"power\":-0.5,\"subtract\":0.1,\"coefficient\":2},"
               "{\"power\":0,\"coefficient\":3},"
               "{\"power\":2,\"timesLog\":true,\"coefficient\":-1}]")
          OUTCOME("\"gives\":\"score\"");
  double x = 3.5;
  close_to(run(text, 35, NAN),
           0.5 + 2 * (1 / sqrt(x) - 0.1) + 3 * log(x) - x * x * log(x));
}

static void points_come_from_levels_and_bands_speak_of_the_total(void **state) {
  (void)state;
  static const char text[] = HEAD
      "\"mitigations\":[{\"name\":\"look\",\"text\":\"Look.\"}],"
      "\"model\":{\"kind\":\"points\",\"terms\":["
      "{\"name\":\"a\",\"title\":\"A\",\"input\":\"x\",\"levels\":["
      "{\"below\":10,\"value\":0},{\"upTo\":20,\"value\":1},{\"value\":3}]},"
      "{\"name\":\"b\",\"title\":\"B\",\"input\":\"y\",\"absent\":0,"
      "\"levels\":[{\"is\":1,\"value\":2},{\"value\":0}]}]}," OUTCOME(
          "\"gives\":\"score\",\"bands\":[{\"below\":3,\"level\":\"low\"},"
          "{\"level\":\"high\",\"probability\":0.4,\"low\":0.3,"
          "\"high\":0.5,\"relativeRisk\":4,\"text\":\"Many.\","
          "\"mitigation\":\"look\"}]");
  close_to(run(text, 9.99, 0), 0);
  close_to(run(text, 10, NAN), 1);
  close_to(run(text, 20, 1), 3);
  close_to(run(text, 20.01, 1), 5);
  fixture f;
  open_text(&f, text);
  put(&f, 0, 30);
  const auspex_result *r = one(&f);
  assert_int_equal(r->level, AUSPEX_LEVEL_HIGH);
  close_to(r->probability, 0.4);
  close_to(r->low, 0.3);
  close_to(r->high, 0.5);
  close_to(r->relative_risk, 4);
  assert_int_equal(r->mitigation, 0);
  assert_int_equal(r->contribution_count, 2);
  assert_true(says(&f, r, "Many."));
  assert_true(says(&f, r, "Not available: Y."));
  f.state[0] = AUSPEX_CELL_STALE;
  r = one(&f);
  assert_int_equal(r->status, AUSPEX_ROW_MISSING_INPUT);
  assert_int_equal(r->input, 0);
  finish(&f);
}

static void cox_models_have_a_baseline_and_a_centre(void **state) {
  (void)state;
#define COX \
  HEAD "\"model\":{\"kind\":\"cox\",\"centre\":1.25,\"terms\":[" LINEAR "}]},"
  double lp = 2 - 1.25;
  close_to(run(COX OUTCOME("\"gives\":\"probability\","
                           "\"baselineSurvival\":0.9"),
               2, NAN),
           1 - pow(0.9, exp(lp)));
  close_to(run(COX OUTCOME("\"gives\":\"relative-risk\""), 2, NAN), exp(lp));
  close_to(run(COX OUTCOME("\"gives\":\"score\""), 2, NAN), lp);
}

/* One stump on x at 0.5 (missing goes left) and one on y. */
#define TREES                                                             \
  HEAD "\"model\":{\"kind\":\"trees\",\"objective\":\"binary:logistic\"," \
       "\"baseScore\":0.5,\"features\":[\"x\",\"y\"],\"trees\":["         \
       "{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],"       \
       "\"default_left\":[1,0,0],\"split_indices\":[0,0,0],"              \
       "\"split_conditions\":[0.5,-1,1],\"sum_hessian\":[4,1,3]},"        \
       "{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],"       \
       "\"default_left\":[0,0,0],\"split_indices\":[1,0,0],"              \
       "\"split_conditions\":[50,-0.25,0.75],\"sum_hessian\":[4,2,2]}]},"

static void trees_in_the_file_send_missing_values_their_way(void **state) {
  (void)state;
  static const char text[] = TREES OUTCOME("\"gives\":\"score\"");
  close_to(run(text, 0.25, 60), -1 + 0.75);
  close_to(run(text, 0.5, 49), 1 - 0.25);
  close_to(run(text, NAN, NAN), -1 + 0.75);
  fixture f;
  open_text(&f, TREES OUTCOME("\"gives\":\"probability\""));
  put(&f, 0, 1);
  put(&f, 1, 60);
  const auspex_result *r = one(&f);
  close_to(r->probability, (double)(1.0f / (1.0f + expf(-1.75f))));
  /* Means: 0.5 and 0.25; the paths lead to 1 and 0.75. */
  assert_int_equal(r->contribution_count, 2);
  close_to(f.contributions[0].amount, 0.5);
  close_to(f.contributions[1].amount, 0.5);
  assert_true(says(&f, r, "Saabas"));
  finish(&f);
}

static const char xgboost[] =
    "{\"learner\":{\"feature_names\":[\"X\",\"y\"],"
    "\"gradient_booster\":{\"name\":\"gbtree\",\"model\":{\"tree_info\":[0],"
    "\"trees\":[{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],"
    "\"default_left\":[1,0,0],\"split_indices\":[0,0,0],"
    "\"split_conditions\":[0.5,-1,1],\"sum_hessian\":[4,1,3]}]}},"
    "\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\","
    "\"num_feature\":\"2\"},\"objective\":{\"name\":\"reg:squarederror\"}}}";

static void an_xgboost_file_lies_beside_its_model_file(void **state) {
  (void)state;
#define XGBOOST(features)                                           \
  HEAD "\"model\":{\"kind\":\"xgboost\",\"file\":\"booster.json\"," \
       "\"features\":[" features "]}," OUTCOME("\"gives\":\"mean\"")
  static const char text[] = XGBOOST("{\"input\":\"x\",\"name\":\"X\"},\"y\"");
  auspex_blob blobs[] = { { "booster.json", xgboost, sizeof xgboost - 1 },
                          { "m.json", text, sizeof text - 1 } };
  fixture f;
  if (create(&f, blobs, 2)) fail_msg("%s", f.err.message);
  put(&f, 0, 3);
  close_to(one(&f)->score, 1.5);
  finish(&f);
  static const char other[] = XGBOOST("\"y\",\"x\"");
  blobs[1] = (auspex_blob){ "m.json", other, sizeof other - 1 };
  assert_int_equal(create(&f, blobs, 2), AUSPEX_E_CONFIG);
  assert_non_null(strstr(f.err.message, "booster.json:1:"));
  assert_non_null(strstr(f.err.message, "feature 0 is \"X\" here and \"y\""));
}

/* --- what is refused
 * --------------------------------------------------------------- */

static void expect_refused(const char *from, const char *to,
                           const char *says_) {
  static const char good[] =
      GLM("logit", TERM "\"levels\":[{\"below\":1,\"value\":0},{\"value\":1}]")
          OUTCOME("\"gives\":\"probability\",\"bands\":[{\"below\":0.5,"
                  "\"level\":\"low\"},{\"level\":\"high\"}]");
  char text[4096];
  fixture f;
  const char *at = strstr(good, from);
  assert_non_null(at);
  (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to,
                 at + strlen(from));
  auspex_blob blob = { "m.json", text, strlen(text) };
  assert_int_equal(create(&f, &blob, 1), AUSPEX_E_CONFIG);
  if (!strstr(f.err.message, says_))
    fail_msg("'%s' is not '%s'", f.err.message, says_);
  assert_non_null(strstr(f.err.message, "m.json:1:"));
}

static void faults_name_file_place_and_what_is_right(void **state) {
  (void)state;
  expect_refused("auspex-model/1", "auspex-model/2", "format must be");
  expect_refused("\"publisher\":\"P\"", "\"publishers\":\"P\"",
                 "the model has no member \"publishers\"");
  expect_refused("\"publisher\":\"P\",", "", "the model.publisher is missing");
  expect_refused("\"publisher\":\"P\"", "\"publisher\":\"\"", "is empty");
  expect_refused("\"from\":\"age\"", "\"from\":\"birthday\"",
                 "inputs[1].sources[0].from is \"birthday\"; it must be "
                 "observation, condition");
  expect_refused("\"name\":\"y\"", "\"name\":\"x\"",
                 "there is an input \"x\" already");
  expect_refused("\"codes\":[{\"system\":\"http://loinc.org\","
                 "\"code\":\"718-7\"}]",
                 "\"codes\":\"lab\"", "there is no set \"lab\"");
  expect_refused("\"missing\":\"pass\"", "\"missing\":\"default\"",
                 "inputs[0].fallback is missing");
  expect_refused("\"input\":\"x\"", "\"input\":\"z\"",
                 "model.terms[0] must be the name of an input");
  expect_refused("\"levels\":[{", "\"coefficient\":1,\"levels\":[{",
                 "needs one of coefficient, levels");
  expect_refused("{\"below\":1,\"value\":0},{\"value\":1}",
                 "{\"below\":1,\"value\":0},{\"below\":1,\"value\":1}",
                 "can never be reached");
  expect_refused("{\"below\":1,\"value\":0},{\"value\":1}",
                 "{\"value\":1},{\"below\":1,\"value\":0}", "must be the last");
  expect_refused("\"below\":1,", "\"below\":1,\"is\":1,",
                 "more than one of is, below, upTo");
  expect_refused("\"logit\"", "\"identity\"",
                 "outcomes[0].gives: this kind of model has no probability");
  expect_refused("\"glm\"", "\"neural\"", "it must be points, glm, cox, trees");
  expect_refused("\"intercept\":0.5", "\"intercept\":\"0.5\"",
                 "model.intercept must be a number");
  expect_refused("\"kind\":\"prediction\"", "\"kind\":\"measurement\"",
                 "outcomes[0].unit is missing");
  expect_refused("\"level\":\"low\"", "\"level\":\"medium\"",
                 "it must be negligible, low, moderate, high or certain");
  expect_refused("\"level\":\"low\"", "\"mitigation\":\"x\"",
                 "not the name of a mitigation");
  expect_refused("\"gives\":\"probability\",", "",
                 "outcomes[0].gives is missing");
  expect_refused("\"intercept\":0.5", "\"intercept\":1e999", "too large");
  expect_refused("{\"format\"", "{,\"format\"", "a key is expected here");
}

static void a_folder_without_models_is_refused(void **state) {
  (void)state;
  fixture f;
  assert_int_equal(create(&f, NULL, 0), AUSPEX_E_CONFIG);
  assert_non_null(strstr(f.err.message, "holds no model"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plcom2012_as_a_file_gives_the_published_risks),
    cmocka_unit_test(the_declaration_is_what_the_file_says),
    cmocka_unit_test(the_example_of_the_readme_is_a_model),
    cmocka_unit_test(transforms_run_in_order),
    cmocka_unit_test(products_multiply_transformed_inputs),
    cmocka_unit_test(links_are_inverted),
    cmocka_unit_test(contributions_add_up_to_what_is_given_or_are_not_said_to),
    cmocka_unit_test(splines_are_restricted),
    cmocka_unit_test(fractional_polynomials_have_logarithms),
    cmocka_unit_test(points_come_from_levels_and_bands_speak_of_the_total),
    cmocka_unit_test(cox_models_have_a_baseline_and_a_centre),
    cmocka_unit_test(trees_in_the_file_send_missing_values_their_way),
    cmocka_unit_test(an_xgboost_file_lies_beside_its_model_file),
    cmocka_unit_test(faults_name_file_place_and_what_is_right),
    cmocka_unit_test(a_folder_without_models_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
