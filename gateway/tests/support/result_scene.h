/*
 * result_scene.h - a model with one of each kind of input and outcome, a
 * patient with something for each, and ways to look at the resources that come
 * of a score.
 */
#ifndef AX_TEST_RESULT_SCENE_H
#define AX_TEST_RESULT_SCENE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "auspex_plugin.h"
#include "scoring/result.h"
#include "support/ax_test.h"
#include "json/json_parse.h"

#define DAY INT64_C(86400000)
#define S(text) AX_STR_INIT(text)

/* 2026-05-01 and 2026-06-15T10:30:00Z */
static const int64_t onset = INT64_C(1777593600000);
static const int64_t as_of = INT64_C(1781519400000);

/* --- a model of each kind of thing --------------------------------------- */

static const ax_model_code glucose_codes[] = {
  { S("http://loinc.org"), S("1558-6"), S("Fasting glucose"), 0 },
  { S("http://loinc.org"), S("2345-7"), S("Glucose"), 0 },
};
static const ax_model_code cancer_codes[] = {
  { S("http://snomed.info/sct"), S("363418001"),
    S("Malignant tumor of pancreas"), 0 },
};
static const ax_model_code score_codes[] = {
  { S("https://example.org/scores"), S("pf"), S("PF"), 0 },
};
static const ax_model_code diabetes_codes[] = {
  { S("http://hl7.org/fhir/sid/icd-10"), S("E11"), S("Type 2 diabetes"),
    AUSPEX_MATCH_PREFIX },
};

enum { IN_GLUCOSE, IN_ANSWERS, IN_AGE, IN_EARLIER };
static const ax_model_codes glucose_set = { .items = glucose_codes,
                                            .count = 2 };
static const ax_model_codes diabetes_set = { .items = diabetes_codes,
                                             .count = 1 };
static const ax_model_source glucose_source = { .from = AUSPEX_FROM_OBSERVATION,
                                                .codes = &glucose_set,
                                                .unit = S("mg/dL") };
static const ax_model_source earlier_source = { .from = AUSPEX_FROM_OBSERVATION,
                                                .codes = &glucose_set };
static const ax_model_source items_source = {
  .from = AUSPEX_FROM_QUESTIONNAIRE,
  .instrument = S("qlq-c30"),
  .first_item = 1,
  .last_item = 3,
};
static const ax_model_source age_source = { .from = AUSPEX_FROM_AGE,
                                            .unit = S("a") };
static const ax_model_source onset_source = { .from = AUSPEX_FROM_CONDITION,
                                              .codes = &diabetes_set };

static const ax_model_input inputs[] = {
  { .name = S("glucose"),
    .title = S("Blood glucose"),
    .sources = { &glucose_source, 1 },
    .relative_to = AUSPEX_AT_ANCHOR,
    .window_from_days = -30,
    .window_to_days = 90,
    .column = 0,
    .width = 1 },
  { .name = S("items"),
    .title = S("Answers"),
    .sources = { &items_source, 1 },
    .window_from_days = -3650,
    .column = 1,
    .width = 3 },
  { .name = S("age"),
    .title = S("Age"),
    .sources = { &age_source, 1 },
    .window_from_days = AUSPEX_UNLIMITED,
    .column = 4,
    .width = 1 },
  { .name = S("earlier"),
    .sources = { &earlier_source, 1 },
    .relative_to = AUSPEX_AT_INPUT,
    .relative_inputs = 1,
    .column = 5,
    .width = 1 },
};

enum { OUT_CANCER, OUT_CANCER_LATER, OUT_SCORE, OUT_PLAIN };
static const ax_model_outcome outcomes[] = {
  { .kind = AUSPEX_PREDICTION,
    .name = S("cancer-3y"),
    .title = S("Malignant tumor of pancreas"),
    .codes = { .items = cancer_codes, .count = 1 },
    .horizon_months = 36,
    .horizon_from = AUSPEX_AT_ANCHOR,
    .comparator = S("new-onset diabetes"),
    .unit = S("{points}") },
  { .kind = AUSPEX_PREDICTION,
    .name = S("cancer-5y"),
    .title = S("Malignant tumor of pancreas"),
    .codes = { .items = cancer_codes, .count = 1 },
    .horizon_months = 60,
    .horizon_from = AUSPEX_AT_AS_OF },
  { .kind = AUSPEX_MEASUREMENT,
    .name = S("pf"),
    .title = S("Physical functioning"),
    .codes = { .items = score_codes, .count = 1 },
    .unit = S("{score}"),
    .category = S("survey") },
  { .kind = AUSPEX_PREDICTION, .name = S("plain"), .title = S("Plain") },
};

static const ax_model_factor factors[] = {
  { .basis = AUSPEX_POINTS, .name = S("a"), .title = S("Glucose category") },
  { .basis = AUSPEX_LOG_ODDS, .name = S("b") },
};
static const ax_model_mitigation mitigations[] = {
  { S("consider"), S("Imaging could be considered.") },
};

static inline ax_model example_model(void) {
  return (ax_model){ .id = S("org.example.m"),
                     .name = S("m"),
                     .version = S("1.2.0"),
                     .title = S("Example model"),
                     .publisher = S("Example"),
                     .population = S("Adults."),
                     .source = S("A paper."),
                     .limits = S("Many."),
                     .module = S("examples"),
                     .module_digest = S("aa"),
                     .data_digest = S("bb"),
                     .anchor = { .name = S("diabetes-onset"),
                                 .sources = { &onset_source, 1 } },
                     .inputs = inputs,
                     .input_count = AX_COUNT(inputs),
                     .outcomes = outcomes,
                     .outcome_count = AX_COUNT(outcomes),
                     .factors = factors,
                     .factor_count = AX_COUNT(factors),
                     .mitigations = mitigations,
                     .mitigation_count = AX_COUNT(mitigations),
                     .column_count = 6 };
}

/* --- a patient ----------------------------------------------------------- */

typedef struct {
  ax_arena *arena;
  ax_model model;
  ax_score_request request;
  ax_feature_row row;
  ax_fact glucose, answer, diabetes, patient;
  const ax_fact *basis[4];
  ax_feature_cell cells[6];
} scene;

static inline ax_fact stored(const char *type, const char *id, uint64_t version,
                             int64_t time, ax_date_precision precision) {
  return (ax_fact){ .source_type = ax_str_from(type),
                    .source_id = ax_str_from(id),
                    .source_version = version,
                    .has_time = true,
                    .lo_ms = time,
                    .hi_ms = time,
                    .precision = precision };
}

static inline void set_cell(scene *s, uint32_t column, double value,
                            int64_t time, const ax_fact *fact) {
  s->cells[column] = (ax_feature_cell){ .value = value,
                                        .state = AUSPEX_CELL_PRESENT,
                                        .time_ms = time,
                                        .low = NAN,
                                        .high = NAN,
                                        .fact = fact };
}

static inline void begin_in(scene *s, ax_arena *arena) {
  memset(s, 0, sizeof *s);
  s->arena = arena;
  s->model = example_model();
  s->glucose = stored("Observation", "g1", 2, onset + DAY, AX_DATE_MILLISECOND);
  s->answer =
      stored("QuestionnaireResponse", "q1", 1, as_of - DAY, AX_DATE_DAY);
  s->diabetes = stored("Condition", "d1", 1, onset, AX_DATE_DAY);
  s->patient = stored("Patient", "p1", 3, 0, AX_DATE_DAY);
  s->patient.kind = AX_FACT_PATIENT;
  s->basis[0] = &s->diabetes;
  s->basis[1] = &s->glucose;
  s->basis[2] = &s->answer;
  s->basis[3] = &s->patient;
  for (uint32_t i = 0; i < 6; i++)
    s->cells[i] = (ax_feature_cell){ .value = NAN, .low = NAN, .high = NAN };
  set_cell(s, 0, 130, onset + DAY, &s->glucose);
  set_cell(s, 1, 2, as_of - DAY, &s->answer);
  set_cell(s, 2, 3, as_of - DAY, &s->answer);
  set_cell(s, 4, 66, 0, &s->patient);
  s->request = (ax_score_request){ .model = &s->model,
                                   .subject = AX_STR("Patient/p1"),
                                   .as_of_ms = as_of,
                                   .authored_ms = as_of + 5 };
  s->row = (ax_feature_row){ .as_of_ms = as_of,
                             .anchor_ms = onset,
                             .anchor = &s->diabetes,
                             .cells = s->cells,
                             .basis = s->basis,
                             .basis_count = 4 };
}

static inline void begin(scene *s) {
  ax_arena *arena = ax_arena_new(8u << 20);
  assert_non_null(arena);
  begin_in(s, arena);
}

static inline ax_result blank(uint32_t outcome) {
  return (ax_result){ .outcome = outcome,
                      .status = AUSPEX_ROW_SCORED,
                      .probability = NAN,
                      .low = NAN,
                      .high = NAN,
                      .relative_risk = NAN,
                      .score = NAN,
                      .mitigation = -1,
                      .input = -1 };
}

static inline const ax_score_resource *make(scene *s, const ax_result *results,
                                            size_t count, size_t expected) {
  const ax_score_resource *out = NULL;
  size_t made = 0;
  ax_error err = { 0 };
  ax_results all = { results, count };
  assert_int_equal(ax_result_resources(s->arena, &s->request, &s->row, &all,
                                       &out, &made, &err),
                   AX_OK);
  assert_int_equal(made, expected);
  return out;
}

static inline const ax_json *parsed(scene *s,
                                    const ax_score_resource *resource) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(s->arena, resource->body, &tree, &fault),
                   AX_OK);
  assert_true(ax_str_eq(AX_JSON_STR(tree, "resourceType"), resource->type));
  assert_true(ax_str_eq(AX_JSON_STR(tree, "id"), resource->id));
  return tree;
}

/* The value at "prediction.0.outcome.text", or NULL. */
static inline const ax_json *at(const ax_json *tree, const char *path) {
  ax_str rest = ax_str_from(path);
  while (tree && rest.len) {
    ax_str step = ax_str_cut(&rest, '.');
    bool number = step.ptr[0] >= '0' && step.ptr[0] <= '9';
    tree = number ? ax_json_item(tree, (size_t)(step.ptr[0] - '0'))
                  : ax_json_get(tree, step);
  }
  return tree;
}
#define assert_at(tree, path, want) \
  assert_str(ax_json_text(at((tree), (path))), (want))

/* The extension of ours (or the sub-extension) with this name, or NULL. */
static inline const ax_json *extension(const ax_json *of, const char *name) {
  const ax_json *all = AX_JSON_GET(of, "extension");
  char url[160];
  (void)snprintf(url, sizeof url,
                 "https://auspex-gateway.org/fhir/StructureDefinition/%s",
                 name);
  for (size_t i = 0; i < ax_json_count(all); i++) {
    ax_str have = AX_JSON_STR(ax_json_item(all, i), "url");
    if (ax_str_eq(have, ax_str_from(url)) || ax_str_eq(have, ax_str_from(name)))
      return ax_json_item(all, i);
  }
  return NULL;
}

static inline const ax_json *one_risk(scene *s, ax_result result) {
  return parsed(s, make(s, &result, 1, 1));
}

#endif
