/*
 * mf_xgboost and mf_trees against libxgboost itself: models are trained here,
 * saved as JSON, and every prediction must have the same bits.
 */
#include "support/ax_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

#include "../mf_memory.c"
#include "../mf_read.c"
#include "../mf_trees.c"
#include "../mf_xgboost.c"

enum { FEATURES = 12, TRAINED = 1500, ROWS = 6000, CLASSES = 3 };

/* SplitMix64: the same rows on every machine. */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static float uniform(uint64_t *state) {
  return (float)(next_random(state) >> 40) / 16777216.0f;
}

/* A tenth is missing, some are whole numbers so that thresholds are met
 * exactly, some are huge or tiny. */
static float make_value(uint64_t *state) {
  float u = uniform(state);
  if (u < 0.1f) return NAN;
  float x = uniform(state) * 20.0f - 10.0f;
  if (u < 0.4f) return floorf(x);
  if (u < 0.42f) return x * 1e30f;
  if (u < 0.44f) return x * 1e-30f;
  return x;
}

static void make_rows(float *rows, size_t count, uint64_t seed) {
  for (size_t i = 0; i < count * FEATURES; i++) rows[i] = make_value(&seed);
}

static float clean(float x) {
  return isnan(x) ? 0 : fmaxf(-10, fminf(10, x));
}

static void check(int code) {
  if (code) fail_msg("libxgboost: %s", XGBGetLastError());
}

typedef struct {
  const char *objective;
  const char *extra[4][2];
  int rounds;
} recipe;

static float make_label(const recipe *c, const float *row, uint64_t *state) {
  float s = clean(row[0]) - clean(row[1]) * clean(row[2]) * 0.1f;
  if (strcmp(c->objective, "binary:logistic") == 0)
    return s + uniform(state) * 4 - 2 > 0 ? 1 : 0;
  if (strcmp(c->objective, "count:poisson") == 0) return floorf(fabsf(s));
  if (strcmp(c->objective, "survival:cox") == 0)
    return (uniform(state) < 0.3f ? -1.0f : 1.0f) *
           (1 + fabsf(s) + uniform(state));
  if (strcmp(c->objective, "multi:softprob") == 0)
    return s < -3 ? 0 : s < 3 ? 1 : 2;
  return s + uniform(state);
}

static int by_size(const void *a, const void *b) {
  float x = fabsf(*(const float *)a), y = fabsf(*(const float *)b);
  return (x > y) - (x < y);
}

static BoosterHandle train(const recipe *c, DMatrixHandle *data) {
  float *rows = malloc(sizeof(float) * TRAINED * FEATURES);
  float *labels = malloc(sizeof(float) * TRAINED);
  uint64_t state = 7;
  assert_non_null(rows);
  assert_non_null(labels);
  make_rows(rows, TRAINED, 42);
  for (int i = 0; i < TRAINED; i++)
    labels[i] = make_label(c, rows + (size_t)i * FEATURES, &state);
  if (strcmp(c->objective, "survival:cox") == 0) /* wants them in order */
    qsort(labels, TRAINED, sizeof *labels, by_size);
  check(XGDMatrixCreateFromMat(rows, TRAINED, FEATURES, NAN, data));
  check(XGDMatrixSetFloatInfo(*data, "label", labels, TRAINED));
  BoosterHandle booster;
  check(XGBoosterCreate(data, 1, &booster));
  check(XGBoosterSetParam(booster, "objective", c->objective));
  check(XGBoosterSetParam(booster, "nthread", "1"));
  check(XGBoosterSetParam(booster, "seed", "1"));
  check(XGBoosterSetParam(booster, "verbosity", "0"));
  for (int i = 0; i < 4 && c->extra[i][0]; i++)
    check(XGBoosterSetParam(booster, c->extra[i][0], c->extra[i][1]));
  for (int i = 0; i < c->rounds; i++)
    check(XGBoosterUpdateOneIter(booster, i, *data));
  free(rows);
  free(labels);
  return booster;
}

static const char *const names[FEATURES] = { "f0", "f1", "f2",  "f3",
                                             "f4", "f5", "f6",  "f7",
                                             "f8", "f9", "f10", "f11" };

static void read_model(mf_memory *memory, const char *text, size_t length,
                       mf_forest *out) {
  auspex_error err = { .size = sizeof err };
  mf_reader r = { .memory = memory, .file = "model.json", .err = &err };
  if (!auspex_json_parse(&r.json, text, length))
    fail_msg("%s at %u", r.json.fault, r.json.at);
  if (mf_xgboost_read(&r, names, FEATURES, out)) fail_msg("%s", err.message);
  auspex_json_free(&r.json);
}

static const float *predict(BoosterHandle booster, DMatrixHandle data, int type,
                            uint64_t *count) {
  char config[160];
  uint64_t const *shape;
  uint64_t dim;
  const float *out;
  (void)snprintf(config, sizeof config,
                 "{\"type\":%d,\"training\":false,\"iteration_begin\":0,"
                 "\"iteration_end\":0,\"strict_shape\":true}",
                 type);
  check(XGBoosterPredictFromDMatrix(booster, data, config, &shape, &dim, &out));
  *count = 1;
  for (uint64_t i = 0; i < dim; i++) *count *= shape[i];
  return out;
}

static void compare(const mf_forest *f, BoosterHandle booster,
                    DMatrixHandle data, const float *rows) {
  uint64_t count;
  float got[MF_CLASSES], parts[FEATURES + 1];
  size_t differ = 0;
  const float *want = predict(booster, data, 0, &count);
  assert_int_equal(count, (uint64_t)ROWS * f->class_count);
  for (size_t i = 0; i < ROWS; i++) {
    mf_trees_margins(f, rows + i * FEATURES, got);
    mf_trees_predict(f, got);
    differ += memcmp(got, want + i * f->class_count,
                     f->class_count * sizeof *got) != 0;
  }
  assert_int_equal(differ, 0);
  want = predict(booster, data, 3, &count); /* approximate contributions */
  assert_int_equal(count, (uint64_t)ROWS * f->class_count * (FEATURES + 1));
  for (size_t i = 0; i < ROWS; i += 50)
    for (uint32_t c = 0; c < f->class_count; c++) {
      mf_trees_contributions(f, c, rows + i * FEATURES, parts);
      const float *theirs = want + (i * f->class_count + c) * (FEATURES + 1);
      for (int k = 0; k <= FEATURES; k++)
        assert_true(fabsf(parts[k] - theirs[k]) <
                    1e-4f * fmaxf(1, fabsf(theirs[k])));
    }
}

static const recipe recipes[] = {
  { "reg:squarederror", { { "max_depth", "6" }, { "eta", "0.3" } }, 40 },
  { "reg:squarederror", { { "base_score", "-3.7" }, { "max_depth", "3" } }, 5 },
  { "binary:logistic", { { "max_depth", "5" }, { "eta", "0.1" } }, 60 },
  { "binary:logistic",
    { { "base_score", "0.03" }, { "subsample", "0.5" }, { "max_depth", "8" } },
    30 },
  { "binary:logistic",
    { { "num_parallel_tree", "4" }, { "subsample", "0.7" } },
    5 },
  { "binary:logistic",
    { { "gamma", "5" }, { "max_depth", "9" }, { "tree_method", "exact" } },
    20 },
  { "binary:logistic",
    { { "tree_method", "hist" },
      { "grow_policy", "lossguide" },
      { "max_leaves", "40" },
      { "max_depth", "0" } },
    20 },
  { "count:poisson", { { "max_depth", "4" } }, 25 },
  { "count:poisson", { { "base_score", "1.5" } }, 10 },
  { "survival:cox", { { "max_depth", "3" }, { "eta", "0.1" } }, 25 },
  { "multi:softprob", { { "num_class", "3" }, { "max_depth", "4" } }, 15 },
};

static void predictions_have_the_bits_of_libxgboost(void **state) {
  (void)state;
  float *rows = malloc(sizeof(float) * ROWS * FEATURES);
  DMatrixHandle data;
  assert_non_null(rows);
  make_rows(rows, ROWS, 4711);
  check(XGDMatrixCreateFromMat(rows, ROWS, FEATURES, NAN, &data));
  for (size_t i = 0; i < sizeof recipes / sizeof recipes[0]; i++) {
    DMatrixHandle trained;
    mf_memory memory = { 0 };
    mf_forest forest;
    const char *text;
    uint64_t length;
    BoosterHandle booster = train(&recipes[i], &trained);
    check(XGBoosterSaveModelToBuffer(booster, "{\"format\":\"json\"}", &length,
                                     &text));
    read_model(&memory, text, length, &forest);
    assert_true(forest.tree_count >= 5);
    compare(&forest, booster, data, rows);
    mf_memory_free(&memory);
    check(XGBoosterFree(booster));
    check(XGDMatrixFree(trained));
  }
  check(XGDMatrixFree(data));
  free(rows);
}

/* --- what is refused ---------------------------------------------------------
 */

static const char small[] =
    "{\"learner\":{\"feature_names\":[],\"feature_types\":[],"
    "\"gradient_booster\":{\"name\":\"gbtree\",\"model\":{"
    "\"tree_info\":[0],\"trees\":[{\"left_children\":[1,-1,-1],"
    "\"right_children\":[2,-1,-1],\"default_left\":[1,0,0],"
    "\"split_indices\":[3,0,0],\"split_conditions\":[0.5,-1,1],"
    "\"split_type\":[0,0,0],\"sum_hessian\":[4,1,3]}]}},"
    "\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\","
    "\"num_feature\":\"12\",\"num_target\":\"1\"},"
    "\"objective\":{\"name\":\"binary:logistic\"}},\"version\":[1,7,4]}";

static int32_t read_changed(const char *from, const char *to, char *message) {
  static char text[4096];
  const char *at = strstr(small, from);
  assert_non_null(at);
  (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - small), small, to,
                 at + strlen(from));
  mf_memory memory = { 0 };
  auspex_error err = { .size = sizeof err };
  mf_reader r = { .memory = &memory, .file = "model.json", .err = &err };
  mf_forest forest;
  if (!auspex_json_parse(&r.json, text, strlen(text)))
    fail_msg("%s", r.json.fault);
  int32_t status = mf_xgboost_read(&r, names, FEATURES, &forest);
  memcpy(message, err.message, sizeof err.message);
  auspex_json_free(&r.json);
  mf_memory_free(&memory);
  return status;
}

static void expect_refused(const char *from, const char *to, const char *says) {
  char message[240] = "";
  assert_int_equal(read_changed(from, to, message), AUSPEX_E_CONFIG);
  if (!strstr(message, says)) fail_msg("'%s' is not '%s'", message, says);
  assert_non_null(strstr(message, "model.json:1:"));
}

static void what_is_not_computed_is_refused_with_its_place(void **state) {
  (void)state;
  char message[240];
  assert_int_equal(read_changed("gbtree", "gbtree", message), AUSPEX_OK);
  assert_int_equal(read_changed("5E-1", "[5E-1]", message), AUSPEX_OK);
  expect_refused("\"split_type\":[0,", "\"split_type\":[1,", "categories");
  expect_refused("gbtree", "dart", "gblinear and dart");
  expect_refused("binary:logistic", "rank:ndcg", "rank:ndcg is not computed");
  expect_refused("binary:logistic", "multi:softprob", "does not suit");
  expect_refused("5E-1", "0", "base_score 0 does not suit");
  expect_refused("5E-1", "[5E-1,1]", "one number in quotes");
  expect_refused("\"12\"", "\"13\"", "13 features, the declaration 12");
  expect_refused("\"num_target\":\"1\"", "\"num_target\":\"2\"", "targets");
  expect_refused("\"feature_names\":[]", "\"feature_names\":[\"a\"]",
                 "must have 12");
  expect_refused("\"feature_names\":[]",
                 "\"feature_names\":[\"f0\",\"f2\",\"f1\",\"f3\",\"f4\",\"f5\","
                 "\"f6\",\"f7\",\"f8\",\"f9\",\"f10\",\"f11\"]",
                 "feature 1 is \"f2\"");
  expect_refused("[1,-1,-1]", "[3,-1,-1]", "left_children is out of range");
  expect_refused("[1,-1,-1]", "[0,-1,-1]", "reached twice");
  expect_refused("[1,-1,-1]", "[2,-1,-1]", "reached twice");
  expect_refused("[3,0,0]", "[12,0,0]", "one of 12 features");
  expect_refused("[3,0,0]", "[3,0]", "has 2 items, not 3");
  expect_refused("[0.5,-1,1]", "[0.5,\"x\",1]", "is no number");
  expect_refused("\"tree_info\":[0]", "\"tree_info\":[1]", "one of 1 classes");
  expect_refused("\"learner\"", "\"lerner\"", "learner is missing");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(predictions_have_the_bits_of_libxgboost),
    cmocka_unit_test(what_is_not_computed_is_refused_with_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
