/*
 * The engine onnx: networks are written here, as ONNX's protobuf says, run by
 * ONNX Runtime inside the module, and compared with the same sums done in C.
 * Without the library (`make onnxruntime` fetches it) the tests are skipped.
 */
#include "support/ax_test.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auspex_plugin.h"
#include "base/clock.h"
#include "base/file.h"
#include "kit/trial.h"

/* --- a writer of onnx.proto
 * ---------------------------------------------------- */

typedef struct {
  unsigned char bytes[65536];
  size_t len;
} proto;

static void put_varint(proto *p, uint64_t x) {
  for (; x >= 0x80; x >>= 7) p->bytes[p->len++] = (unsigned char)(x | 0x80);
  p->bytes[p->len++] = (unsigned char)x;
}

static void put_int(proto *p, unsigned field, uint64_t x) {
  put_varint(p, (uint64_t)field << 3);
  put_varint(p, x);
}

static void put_bytes(proto *p, unsigned field, const void *bytes, size_t len) {
  put_varint(p, (uint64_t)field << 3 | 2);
  put_varint(p, len);
  memcpy(p->bytes + p->len, bytes, len);
  p->len += len;
}

static void put_text(proto *p, unsigned field, const char *text) {
  put_bytes(p, field, text, strlen(text));
}

static void put_proto(proto *p, unsigned field, const proto *inner) {
  put_bytes(p, field, inner->bytes, inner->len);
}

/* AttributeProto */
static void put_ints(proto *node, const char *name, const int64_t *x,
                     size_t n) {
  proto a = { .len = 0 };
  put_text(&a, 1, name);
  for (size_t i = 0; i < n; i++) put_int(&a, 8, (uint64_t)x[i]);
  put_int(&a, 20, 7);
  put_proto(node, 5, &a);
}
static void put_floats(proto *node, const char *name, const float *x,
                       size_t n) {
  proto a = { .len = 0 };
  put_text(&a, 1, name);
  for (size_t i = 0; i < n; i++) {
    put_varint(&a, 7u << 3 | 5);
    memcpy(a.bytes + a.len, &x[i], 4);
    a.len += 4;
  }
  put_int(&a, 20, 6);
  put_proto(node, 5, &a);
}
static void put_strings(proto *node, const char *name, const char *const *x,
                        size_t n) {
  proto a = { .len = 0 };
  put_text(&a, 1, name);
  for (size_t i = 0; i < n; i++) put_text(&a, 9, x[i]);
  put_int(&a, 20, 8);
  put_proto(node, 5, &a);
}
static void put_string(proto *node, const char *name, const char *x) {
  proto a = { .len = 0 };
  put_text(&a, 1, name);
  put_text(&a, 4, x);
  put_int(&a, 20, 3);
  put_proto(node, 5, &a);
}

/* ValueInfoProto of a tensor [1, n] of float */
static void put_value(proto *graph, unsigned field, const char *name,
                      uint64_t n) {
  proto v = { .len = 0 }, type = { .len = 0 }, tensor = { .len = 0 },
        shape = { .len = 0 }, dim = { .len = 0 };
  put_int(&dim, 1, 1);
  put_proto(&shape, 1, &dim);
  dim.len = 0;
  put_int(&dim, 1, n);
  put_proto(&shape, 1, &dim);
  put_int(&tensor, 1, 1);
  put_proto(&tensor, 2, &shape);
  put_proto(&type, 1, &tensor);
  put_text(&v, 1, name);
  put_proto(&v, 2, &type);
  put_proto(graph, field, &v);
}

/* TensorProto */
static void put_tensor(proto *graph, const char *name, int64_t rows,
                       int64_t columns, const float *x) {
  proto t = { .len = 0 };
  if (rows) put_int(&t, 1, (uint64_t)rows);
  put_int(&t, 1, (uint64_t)columns);
  put_int(&t, 2, 1);
  put_text(&t, 8, name);
  put_bytes(&t, 9, x, sizeof *x * (size_t)((rows ? rows : 1) * columns));
  put_proto(graph, 5, &t);
}

static proto begin_node(const char *op, const char *domain, const char *a,
                        const char *b, const char *c, const char *out) {
  proto n = { .len = 0 };
  put_text(&n, 1, a);
  if (b) put_text(&n, 1, b);
  if (c) put_text(&n, 1, c);
  put_text(&n, 2, out);
  put_text(&n, 4, op);
  if (domain) put_text(&n, 7, domain);
  return n;
}

static void put_node(proto *graph, const char *op, const char *a, const char *b,
                     const char *c, const char *out) {
  proto n = begin_node(op, NULL, a, b, c, out);
  put_proto(graph, 1, &n);
}

static proto finish_model(proto *graph) {
  proto model = { .len = 0 }, opset = { .len = 0 };
  put_text(graph, 2, "g");
  put_int(&model, 1, 8);
  put_proto(&model, 7, graph);
  put_text(&opset, 1, "");
  put_int(&opset, 2, 13);
  put_proto(&model, 8, &opset);
  opset.len = 0;
  put_text(&opset, 1, "ai.onnx.ml");
  put_int(&opset, 2, 3);
  put_proto(&model, 8, &opset);
  return model;
}

/* --- three networks
 * --------------------------------------------------------------- */

static const float weights[] = { 0.05f, -0.02f };
static const float bias[] = { -1.5f };

/* sigmoid(X W + b) */
static proto logistic(void) {
  proto g = { .len = 0 };
  put_node(&g, "Gemm", "X", "W", "b", "z");
  put_node(&g, "Sigmoid", "z", NULL, NULL, "p");
  put_tensor(&g, "W", 2, 1, weights);
  put_tensor(&g, "b", 0, 1, bias);
  put_value(&g, 11, "X", 2);
  put_value(&g, 12, "p", 1);
  return finish_model(&g);
}

static const float w1[] = { 0.1f, -0.2f, 0.3f, 0.05f, 0.02f, -0.04f };
static const float b1[] = { 0.5f, 1.0f, -2.0f };
static const float w2[] = { 0.2f, -0.1f, 0.4f, 0.3f, -0.5f, 0.1f };
static const float b2[] = { 0.1f, -0.1f };

/* softmax(relu(X W1 + b1) W2 + b2), two classes */
static proto perceptron(void) {
  proto g = { .len = 0 };
  put_node(&g, "Gemm", "X", "W1", "b1", "h");
  put_node(&g, "Relu", "h", NULL, NULL, "a");
  put_node(&g, "Gemm", "a", "W2", "b2", "z");
  put_node(&g, "Softmax", "z", NULL, NULL, "p");
  put_tensor(&g, "W1", 2, 3, w1);
  put_tensor(&g, "b1", 0, 3, b1);
  put_tensor(&g, "W2", 3, 2, w2);
  put_tensor(&g, "b2", 0, 2, b2);
  put_value(&g, 11, "X", 2);
  put_value(&g, 12, "p", 2);
  return finish_model(&g);
}

/* One stump: x0 < 60 ? -1 : 2; a missing value goes to the left. */
static proto stump(void) {
  static const int64_t ids[] = { 0, 1, 2 }, zeros[] = { 0, 0, 0 },
                       yes[] = { 1, 0, 0 }, no[] = { 2, 0, 0 },
                       missing[] = { 1, 0, 0 };
  static const float values[] = { 60, 0, 0 }, leaves[] = { -1, 2 };
  static const char *const modes[] = { "BRANCH_LT", "LEAF", "LEAF" };
  proto g = { .len = 0 };
  proto n =
      begin_node("TreeEnsembleRegressor", "ai.onnx.ml", "X", NULL, NULL, "y");
  put_ints(&n, "nodes_treeids", zeros, 3);
  put_ints(&n, "nodes_nodeids", ids, 3);
  put_ints(&n, "nodes_featureids", zeros, 3);
  put_strings(&n, "nodes_modes", modes, 3);
  put_floats(&n, "nodes_values", values, 3);
  put_ints(&n, "nodes_truenodeids", yes, 3);
  put_ints(&n, "nodes_falsenodeids", no, 3);
  put_ints(&n, "nodes_missing_value_tracks_true", missing, 3);
  put_ints(&n, "target_treeids", zeros, 2);
  put_ints(&n, "target_nodeids", ids + 1, 2);
  put_ints(&n, "target_ids", zeros, 2);
  put_floats(&n, "target_weights", leaves, 2);
  put_string(&n, "aggregate_function", "SUM");
  static const int64_t one[] = { 1 };
  proto a = { .len = 0 };
  put_text(&a, 1, "n_targets");
  put_int(&a, 3, (uint64_t)one[0]);
  put_int(&a, 20, 2);
  put_proto(&n, 5, &a);
  put_proto(&g, 1, &n);
  put_value(&g, 11, "X", 2);
  put_value(&g, 12, "y", 1);
  return finish_model(&g);
}

/* --- the module, in this process
 * ------------------------------------------------------ */

static const char *library(void) {
  static char path[400];
  const char *root = getenv("AUSPEX_ROOT");
  (void)snprintf(path, sizeof path, "%s/build/onnxruntime/libonnxruntime.so.1",
                 root ? root : ".");
  return access(path, R_OK) == 0 ? path : NULL;
}

#define NEED_LIBRARY()                                                      \
  do {                                                                      \
    if (!library()) {                                                       \
      print_message("# skipped: libonnxruntime is not in build/onnxruntime; " \
                    "`make onnxruntime` fetches it\n");                     \
      skip();                                                               \
    }                                                                       \
  } while (0)

/* %s: model.output and more; the outcome's class. */
static const char form[] =
    "{\"format\":\"auspex-model/1\",\"id\":\"org.example.net\","
    "\"name\":\"net\",\"version\":\"1.0.0\",\"title\":\"Net\","
    "\"publisher\":\"P\",\"population\":\"p\",\"source\":\"s\","
    "\"limits\":\"l\",\"licence\":\"n\",\"inputs\":["
    "{\"name\":\"age\",\"title\":\"Age\",\"missing\":\"%s\","
    "\"sources\":[{\"from\":\"age\",\"unit\":\"a\",\"valid\":[0,120]}]},"
    "{\"name\":\"weight\",\"title\":\"Weight\",\"sources\":["
    "{\"from\":\"observation\",\"unit\":\"kg\",\"valid\":[25,350],"
    "\"codes\":[{\"system\":\"http://loinc.org\",\"code\":\"29463-7\"}]}]}],"
    "\"model\":{\"kind\":\"onnx\",\"file\":\"net.onnx\","
    "\"features\":[\"age\",\"weight\"]%s},"
    "\"outcomes\":[{\"name\":\"o\",\"title\":\"O\",\"kind\":\"prediction\","
    "\"horizonMonths\":12,\"codes\":[{\"system\":\"http://snomed.info/sct\","
    "\"code\":\"404684003\"}],\"gives\":\"%s\"%s}]}";

typedef struct {
  auspex_module module;
  auspex_instance *instance;
  auspex_error err;
} fixture;

static int32_t open_net(fixture *f, const proto *net, const char *json) {
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  auspex_blob blobs[] = { { "m.json", json, strlen(json) },
                          { "net.onnx", net->bytes, net->len } };
  auspex_config config = { sizeof config, 2, blobs };
  memset(f, 0, sizeof *f);
  f->module.size = sizeof f->module;
  f->err.size = sizeof f->err;
  if (library() && !dlopen(library(), RTLD_NOW | RTLD_GLOBAL))
    fail_msg("%s", dlerror());
  assert_int_equal(auspex_module_open(&host, &f->module), AUSPEX_OK);
  return f->module.create(&host, &config, &f->instance, &f->err);
}

static auspex_result score(fixture *f, double age, double weight) {
  static const int64_t now = 1790000000000;
  static const uint64_t seed = 1;
  static char text[4096];
  auspex_result result = { .row = 9 };
  double value[] = { age, weight };
  uint8_t state[] = { AUSPEX_CELL_PRESENT, AUSPEX_CELL_PRESENT };
  if (isnan(age)) state[0] = AUSPEX_CELL_ABSENT;
  auspex_batch batch = { .size = sizeof batch,
                         .row_count = 1,
                         .column_count = 2,
                         .as_of_ms = &now,
                         .anchor_ms = &now,
                         .seed = &seed,
                         .value = value,
                         .state = state };
  auspex_output out = { .size = sizeof out,
                        .result_stride = sizeof result,
                        .contribution_stride = sizeof(auspex_contribution),
                        .results = &result,
                        .result_capacity = 1,
                        .text = text,
                        .text_capacity = sizeof text };
  if (f->module.score(f->instance, 0, &batch, &out, &f->err))
    fail_msg("%s", f->err.message);
  assert_int_equal(out.result_count, 1);
  return result;
}

static const char *json_for(const char *missing, const char *model,
                            const char *gives, const char *outcome) {
  static char text[4096];
  (void)snprintf(text, sizeof text, form, missing, model, gives, outcome);
  return text;
}

static void a_logistic_regression_gives_its_probability(void **state) {
  (void)state;
  NEED_LIBRARY();
  fixture f;
  proto net = logistic();
  if (open_net(&f, &net, json_for("refuse", "", "probability", "")))
    fail_msg("%s", f.err.message);
  for (double age = 20; age < 100; age += 7.5) {
    double z = 0.05 * age - 0.02 * 80.5 - 1.5;
    double got = score(&f, age, 80.5).probability;
    assert_true(fabs(got - 1 / (1 + exp(-z))) < 1e-6);
  }
  assert_int_equal(score(&f, NAN, 80).status, AUSPEX_ROW_MISSING_INPUT);
  f.module.destroy(f.instance);
}

static void a_perceptron_gives_the_probability_of_a_class(void **state) {
  (void)state;
  NEED_LIBRARY();
  fixture f;
  proto net = perceptron();
  if (open_net(&f, &net,
               json_for("refuse", ",\"input\":\"X\",\"output\":\"p\"",
                        "probability", ",\"class\":1")))
    fail_msg("%s", f.err.message);
  for (double age = 20; age < 100; age += 7.5) {
    double x[] = { age, 80.5 }, h[3], z[2];
    for (int i = 0; i < 3; i++)
      h[i] = fmax(0, x[0] * (double)w1[i] + x[1] * (double)w1[3 + i] +
                         (double)b1[i]);
    for (int i = 0; i < 2; i++)
      z[i] = h[0] * (double)w2[i] + h[1] * (double)w2[2 + i] +
             h[2] * (double)w2[4 + i] + (double)b2[i];
    double want = 1 / (1 + exp(z[0] - z[1]));
    assert_true(fabs(score(&f, age, 80.5).probability - want) < 1e-5);
  }
  f.module.destroy(f.instance);
}

static void trees_take_missing_values(void **state) {
  (void)state;
  NEED_LIBRARY();
  fixture f;
  proto net = stump();
  if (open_net(&f, &net, json_for("pass", "", "score", "")))
    fail_msg("%s", f.err.message);
  assert_true(score(&f, 59.9, 80).score == -1);
  assert_true(score(&f, 60, 80).score == 2);
  assert_true(score(&f, NAN, 80).score == -1);
  f.module.destroy(f.instance);
}

static void expect_refused(const proto *net, const char *json,
                           const char *says) {
  fixture f;
  assert_int_equal(open_net(&f, net, json), AUSPEX_E_CONFIG);
  if (!strstr(f.err.message, says))
    fail_msg("'%s' is not '%s'", f.err.message, says);
  assert_non_null(strstr(f.err.message, "m.json:1:"));
}

static void what_does_not_fit_is_refused(void **state) {
  (void)state;
  NEED_LIBRARY();
  proto net = perceptron(), cut = net;
  cut.len /= 2;
  expect_refused(&cut, json_for("refuse", "", "score", ",\"class\":0"),
                 "not taken by ONNX Runtime");
  expect_refused(
      &net, json_for("refuse", ",\"output\":\"q\"", "score", ",\"class\":0"),
      "none with this name");
  expect_refused(&net, json_for("refuse", "", "score", ",\"class\":2"),
                 "class must be a whole number from 0 to 1");
  expect_refused(&net, json_for("refuse", "", "score", ""), "class is missing");
  char json[4096];
  (void)snprintf(json, sizeof json, "%s",
                 json_for("refuse", "", "score", ",\"class\":0"));
  char *two = strstr(json, "[\"age\",\"weight\"]");
  memcpy(two, "[\"age\"]          ", 16);
  expect_refused(&net, json, "does not take these features");
}

/* --- in a worker, under the sandbox
 * ------------------------------------------------------ */

static void a_worker_loads_it_with_its_library_in_time(void **state) {
  (void)state;
  NEED_LIBRARY();
  enum { READY_US = 100000 };
  char folder[] = "/tmp/auspex-onnx-XXXXXX", line[2000], worker[400];
  const char *build = getenv("AUSPEX_BUILD");
  if (!build) build = "build";
  assert_non_null(mkdtemp(folder));
  (void)snprintf(line, sizeof line,
                 "cd %s && mkdir -p net/data net/lib && cd - >/dev/null && "
                 "cp %s/engines/onnx/onnx.so %s/net/net.so && "
                 "cp %s %s/net/lib/",
                 folder, build, folder, library(), folder);
  assert_int_equal(system(line), 0);
  proto net = logistic();
  ax_error err = { 0 };
  (void)snprintf(line, sizeof line, "%s/net/data/net.onnx", folder);
  assert_int_equal(
      ax_file_write(line, (ax_str){ (const char *)net.bytes, net.len }, &err),
      AX_OK);
  (void)snprintf(line, sizeof line, "%s/net/data/net.json", folder);
  assert_int_equal(
      ax_file_write(
          line, ax_str_from(json_for("refuse", "", "probability", "")), &err),
      AX_OK);
  ax_arena *arena = ax_arena_new((size_t)512 << 20);
  ax_trial trial;
  (void)snprintf(worker, sizeof worker, "%s/bin/auspex-worker", build);
  (void)snprintf(line, sizeof line, "%s/net", folder);
  if (ax_trial_open(arena, worker, line, &trial, &err))
    fail_msg("%s", err.text);
  print_message("# ready after %lld us (wanted: %d)\n", (long long)trial.start_us,
                READY_US);
  ax_feature_cell cells[] = {
    { .value = 60, .state = AUSPEX_CELL_PRESENT, .time_ms = 1 },
    { .value = 80.5, .state = AUSPEX_CELL_PRESENT, .time_ms = 1 }
  };
  ax_feature_row row = { .as_of_ms = 1790000000000,
                         .anchor_ms = 1790000000000,
                         .cells = cells };
  const ax_feature_row *rows[] = { &row };
  ax_results results;
  if (ax_trial_score(&trial, arena, &trial.models[0], rows, 1, &results, &err))
    fail_msg("%s; the worker %s", err.text, trial.ending);
  assert_int_equal(results.count, 1);
  double z = 0.05 * 60 - 0.02 * 80.5 - 1.5;
  assert_true(fabs(results.items[0].probability - 1 / (1 + exp(-z))) < 1e-6);
  ax_trial_close(&trial);
  ax_arena_free(arena);
  (void)snprintf(line, sizeof line, "rm -rf %s", folder);
  (void)!system(line);
}

static void without_the_library_it_says_what_is_missing(void **state) {
  (void)state;
  if (library()) { /* it stays in the process once it is there */
    print_message("# skipped: the library is there\n");
    skip();
  }
  proto net = logistic();
  expect_refused(&net, json_for("refuse", "", "probability", ""),
                 "put it into the module's folder lib/");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_logistic_regression_gives_its_probability),
    cmocka_unit_test(a_perceptron_gives_the_probability_of_a_class),
    cmocka_unit_test(trees_take_missing_values),
    cmocka_unit_test(what_does_not_fit_is_refused),
    cmocka_unit_test(a_worker_loads_it_with_its_library_in_time),
    cmocka_unit_test(without_the_library_it_says_what_is_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
