/*
 * The sample patients, from their Bundles to result resources: the real
 * features, the real modules and the real messages between them, in one
 * process.
 */
#include "support/ax_test.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/dates.h"
#include "base/clock.h"
#include "base/file.h"
#include "scoring/frame_batch.h"
#include "scoring/frame_model.h"
#include "scoring/result.h"
#include "json/json_parse.h"

enum { MEMORY = 64 << 20, FRAME = 8 << 20 };

typedef struct {
  ax_arena *arena;
  void *library;
  auspex_module module;
  auspex_instance *instance;
  ax_model *model;
} modeled;

typedef struct {
  ax_feature_row row;
  const ax_score_resource *resources;
  size_t count;
} scored;

static const char *variable(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value ? value : otherwise;
}

/* --- the module ---------------------------------------------------------- */

static void create_instance(modeled *m, const char *folder, const char *table) {
  char path[512];
  (void)snprintf(path, sizeof path, "%s/data/%s", folder, table);
  ax_str data;
  ax_error err = { 0 };
  assert_int_equal(ax_file_read(m->arena, path, 1 << 20, &data, &err), AX_OK);
  auspex_blob blob = { table, data.ptr, data.len };
  auspex_config config = { sizeof config, 1, &blob };
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  auspex_error fault = { .size = sizeof fault };
  assert_int_equal(m->module.create(&host, &config, &m->instance, &fault),
                   AUSPEX_OK);
}

static void learn_model(modeled *m) {
  ax_buf frame = AX_BUF_INIT(FRAME);
  ax_frame_model_write(&frame, &m->module);
  size_t count = 0;
  ax_error err = { 0 };
  if (ax_frame_model_read(m->arena, ax_buf_view(&frame), &m->model, &count,
                          &err))
    fail_msg("%s", err.text);
  ax_buf_free(&frame);
  assert_int_equal(count, 1);
}

static modeled open_module(const char *name, const char *table) {
  modeled m = { .arena = ax_arena_new(MEMORY) };
  char folder[400], path[600];
  (void)snprintf(folder, sizeof folder, "%s/plugins/%s",
                 variable("AUSPEX_BUILD", "build"), name);
  (void)snprintf(path, sizeof path, "%s/%s.so", folder, name);
  m.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!m.library) fail_msg("%s", dlerror());
  auspex_open_fn open = NULL;
  void *symbol = dlsym(m.library, "auspex_module_open");
  assert_non_null(symbol);
  memcpy(&open, &symbol, sizeof open);
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  m.module.size = sizeof m.module;
  assert_int_equal(open(&host, &m.module), AUSPEX_OK);
  create_instance(&m, folder, table);
  learn_model(&m);
  return m;
}

static void close_module(modeled *m) {
  m->module.destroy(m->instance);
  (void)dlclose(m->library);
  ax_arena_free(m->arena);
}

/* --- from a Bundle to results -------------------------------------------- */

static void add_sample(ax_arena *arena, const char *name, ax_facts *facts) {
  const ax_json *bundle = NULL;
  ax_json_fault fault;
  assert_int_equal(
      ax_json_parse(arena, dates_sample(arena, name), &bundle, &fault), AX_OK);
  const ax_json *entries = AX_JSON_GET(bundle, "entry");
  assert_true(ax_json_count(entries) > 0);
  for (size_t i = 0; i < ax_json_count(entries); i++) {
    const ax_json *entry = ax_json_item(entries, i);
    size_t first = facts->count;
    ax_str subject;
    assert_int_equal(ax_fhir_fact_extract(arena, AX_JSON_GET(entry, "resource"),
                                          facts, &subject),
                     AX_OK);
    for (size_t k = first; k < facts->count; k++)
      facts->items[k].source_url = AX_JSON_STR(entry, "fullUrl");
  }
}

static void score_row(modeled *m, const ax_score_request *request,
                      scored *out) {
  const ax_feature_row *rows[] = { &out->row };
  ax_buf question = AX_BUF_INIT(FRAME), answer = AX_BUF_INIT(FRAME);
  ax_frame_batch_write(&question, m->model, rows, 1);
  ax_frame_batch batch;
  assert_true(ax_frame_batch_read(m->arena, ax_buf_view(&question), &batch));
  auspex_error fault = { .size = sizeof fault };
  assert_int_equal(m->module.score(m->instance, batch.model, &batch.batch,
                                   &batch.output, &fault),
                   AUSPEX_OK);
  assert_true(ax_frame_batch_answer(&answer, &batch.output));
  ax_error err = { 0 };
  ax_results results;
  if (ax_frame_batch_check(m->model, ax_buf_view(&answer), 1, &err))
    fail_msg("%s", err.text);
  assert_int_equal(
      ax_frame_batch_results(m->arena, ax_buf_view(&answer), 0, &results),
      AX_OK);
  assert_int_equal(ax_result_resources(m->arena, request, &out->row, &results,
                                       &out->resources, &out->count, &err),
                   AX_OK);
  ax_buf_free(&question);
  ax_buf_free(&answer);
}

static scored score(modeled *m, const char *const *samples) {
  scored out = { .count = 0 };
  ax_facts facts = { 0 };
  for (; *samples; samples++) add_sample(m->arena, *samples, &facts);
  int64_t now = ax_clock_wall_ms();
  ax_score_request request = { .model = m->model,
                               .subject = AX_STR("Patient/1"),
                               .facts = facts,
                               .as_of_ms = now,
                               .automatic = true,
                               .authored_ms = now };
  assert_int_equal(
      ax_feature_build(m->arena, m->model, &facts, now, true, &out.row), AX_OK);
  ax_error err = { 0 };
  if (out.row.verdict == AX_FEATURE_READY) {
    score_row(m, &request, &out);
  } else if (out.row.verdict == AX_FEATURE_REFUSED) {
    ax_score_resource *one = AX_NEW(m->arena, ax_score_resource);
    assert_non_null(one);
    assert_int_equal(
        ax_result_guidance(m->arena, &request, &out.row, one, &err), AX_OK);
    out.resources = one;
    out.count = 1;
  }
  return out;
}

static scored score_one(modeled *m, const char *sample) {
  const char *const samples[] = { sample, NULL };
  return score(m, samples);
}

static bool says(const ax_score_resource *resource, const char *words) {
  return strstr(resource->body.ptr, words) != NULL;
}

static size_t count_of(const scored *s, const char *type, const char *words) {
  size_t count = 0;
  for (size_t i = 0; i < s->count; i++)
    count += ax_str_eq(s->resources[i].type, ax_str_from(type)) &&
             says(&s->resources[i], words);
  return count;
}

static const ax_json *tree_of(modeled *m, const ax_score_resource *resource) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(m->arena, resource->body, &tree, &fault),
                   AX_OK);
  return tree;
}

/* --- END-PAC ------------------------------------------------------------- */

static void endpac_high_is_found_through_other_units_and_codes(void **state) {
  (void)state;
  modeled m = open_module("early-diagnosis", "endpac.table");
  scored s = score_one(&m, "endpac-high.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_READY);
  assert_int_equal(s.count, 1);
  /* 5.4 to 8.9 mmol/L is +4, 84.2 kg to 171.3 lb is +6, 67 years 0. */
  assert_true(says(s.resources, "END-PAC +10 points, high band"));
  assert_true(says(s.resources, "weight change -6.5 kg: +6"));
  assert_true(says(s.resources, "\"relativeRisk\":4.4"));
  assert_false(says(s.resources, "probabilityDecimal"));
  assert_true(says(s.resources, "whenPeriod"));
  const ax_json *basis = AX_JSON_GET(tree_of(&m, s.resources), "basis");
  assert_int_equal(ax_json_count(basis), 5); /* the onset and 4 values */
  close_module(&m);
}

static void endpac_low_has_neither_relative_risk_nor_mitigation(void **state) {
  (void)state;
  modeled m = open_module("early-diagnosis", "endpac.table");
  scored s = score_one(&m, "endpac-low.json");
  assert_int_equal(s.count, 1);
  assert_true(says(s.resources, "END-PAC -1 points, very low band"));
  assert_true(says(s.resources, "\"code\":\"low\""));
  assert_false(says(s.resources, "relativeRisk"));
  assert_false(says(s.resources, "mitigation"));
  close_module(&m);
}

static void a_missing_weight_is_asked_for_with_its_window(void **state) {
  (void)state;
  modeled m = open_module("early-diagnosis", "endpac.table");
  scored s = score_one(&m, "endpac-missing-weight.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_REFUSED);
  assert_int_equal(s.count, 1);
  const ax_json *tree = tree_of(&m, s.resources);
  const ax_json *wanted = AX_JSON_GET(tree, "dataRequirement");
  assert_int_equal(ax_json_count(wanted), 1);
  assert_true(says(s.resources, "weight_1y_before_kg"));
  assert_true(says(s.resources, "29463-7"));
  char start[64], from[11];
  int64_t onset = ax_clock_wall_ms() - INT64_C(30) * 86400000;
  ax_fhir_date_day(onset - INT64_C(548) * 86400000, from);
  (void)snprintf(start, sizeof start, "\"start\":\"%s\"", from);
  assert_true(says(s.resources, start));
  close_module(&m);
}

static void the_deceased_are_not_scored(void **state) {
  (void)state;
  modeled m = open_module("early-diagnosis", "endpac.table");
  scored s = score_one(&m, "deceased.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_NOT_APPLICABLE);
  assert_int_equal(s.count, 0);
  close_module(&m);
}

static void other_patients_are_not_applicable(void **state) {
  (void)state;
  modeled m = open_module("early-diagnosis", "endpac.table");
  scored s = score_one(&m, "qlq-first.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_NOT_APPLICABLE);
  close_module(&m);
  m = open_module("qol-risk", "qlq-c30.table");
  s = score_one(&m, "endpac-high.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_NOT_APPLICABLE);
  close_module(&m);
}

/* --- QLQ-C30 ------------------------------------------------------------- */

static void a_first_response_gives_its_scores(void **state) {
  (void)state;
  modeled m = open_module("qol-risk", "qlq-c30.table");
  scored s = score_one(&m, "qlq-first.json");
  assert_int_equal(s.row.verdict, AX_FEATURE_READY);
  assert_int_equal(count_of(&s, "Observation", "eortc-qlq-c30-"), 15);
  assert_int_equal(count_of(&s, "Observation", "\"code\":\"summary\""), 1);
  assert_int_equal(s.count, 16);
  for (size_t i = 0; i < s.count; i++) {
    const ax_json *tree = tree_of(&m, &s.resources[i]);
    assert_int_equal(ax_json_count(AX_JSON_GET(tree, "derivedFrom")), 1);
  }
  /* Coded answers with ordinal values count like whole numbers. */
  assert_int_equal(count_of(&s, "Observation", "\"value\":73.333333333"), 1);
  close_module(&m);
}

static void a_worse_response_raises_concerns(void **state) {
  (void)state;
  modeled m = open_module("qol-risk", "qlq-c30.table");
  const char *const both[] = { "qlq-first.json", "qlq-later.json",
                               NULL };
  scored s = score(&m, both);
  assert_int_equal(count_of(&s, "Observation", "\"final\""), 16);
  assert_int_equal(
      count_of(&s, "RiskAssessment", "clinically-important-fatigue"), 1);
  assert_int_equal(
      count_of(&s, "RiskAssessment", "clinically-important-insomnia"), 1);
  assert_int_equal(count_of(&s, "RiskAssessment", "\"deterioration-pf\""), 1);
  assert_int_equal(count_of(&s, "RiskAssessment", "\"deterioration-di\""), 0);
  assert_int_equal(count_of(&s, "RiskAssessment", "probabilityDecimal"), 0);
  for (size_t i = 0; i < s.count; i++) {
    const ax_score_resource *one = &s.resources[i];
    size_t basis = ax_json_count(AX_JSON_GET(tree_of(&m, one), "basis"));
    if (says(one, "\"deterioration-")) assert_int_equal(basis, 2);
    if (says(one, "\"clinically-important-")) assert_int_equal(basis, 1);
  }
  close_module(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(endpac_high_is_found_through_other_units_and_codes),
    cmocka_unit_test(endpac_low_has_neither_relative_risk_nor_mitigation),
    cmocka_unit_test(a_missing_weight_is_asked_for_with_its_window),
    cmocka_unit_test(the_deceased_are_not_scored),
    cmocka_unit_test(other_patients_are_not_applicable),
    cmocka_unit_test(a_first_response_gives_its_scores),
    cmocka_unit_test(a_worse_response_raises_concerns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
