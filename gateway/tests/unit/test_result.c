/* Unit tests of gateway/src/scoring/result*.c: what results look like. */
#include "support/ax_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "auspex_plugin.h"
#include "scoring/result.h"
#include "scoring/result_parts.h"
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
static const ax_model_codes glucose_set = { .items = glucose_codes, .count = 2 };
static const ax_model_codes diabetes_set = { .items = diabetes_codes, .count = 1 };
static const ax_model_source glucose_source = {
  .from = AUSPEX_FROM_OBSERVATION, .codes = &glucose_set, .unit = S("mg/dL")
};
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

static ax_model example_model(void) {
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

static ax_fact stored(const char *type, const char *id, uint64_t version,
                      int64_t time, ax_date_precision precision) {
  return (ax_fact){ .source_type = ax_str_from(type),
                    .source_id = ax_str_from(id),
                    .source_version = version,
                    .has_time = true,
                    .lo_ms = time,
                    .hi_ms = time,
                    .precision = precision };
}

static void set_cell(scene *s, uint32_t column, double value, int64_t time,
                     const ax_fact *fact) {
  s->cells[column] = (ax_feature_cell){ .value = value,
                                        .state = AUSPEX_CELL_PRESENT,
                                        .time_ms = time,
                                        .low = NAN,
                                        .high = NAN,
                                        .fact = fact };
}

static void begin_in(scene *s, ax_arena *arena) {
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

static void begin(scene *s) {
  ax_arena *arena = ax_arena_new(8u << 20);
  assert_non_null(arena);
  begin_in(s, arena);
}

static ax_result blank(uint32_t outcome) {
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

static const ax_score_resource *make(scene *s, const ax_result *results,
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

static const ax_json *parsed(scene *s, const ax_score_resource *resource) {
  const ax_json *tree = NULL;
  ax_json_fault fault;
  assert_int_equal(ax_json_parse(s->arena, resource->body, &tree, &fault),
                   AX_OK);
  assert_true(ax_str_eq(AX_JSON_STR(tree, "resourceType"), resource->type));
  assert_true(ax_str_eq(AX_JSON_STR(tree, "id"), resource->id));
  return tree;
}

/* The value at "prediction.0.outcome.text", or NULL. */
static const ax_json *at(const ax_json *tree, const char *path) {
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
static const ax_json *extension(const ax_json *of, const char *name) {
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

/* --- RiskAssessment ------------------------------------------------------ */

static const ax_json *one_risk(scene *s, ax_result result) {
  return parsed(s, make(s, &result, 1, 1));
}

static void a_prediction_becomes_a_risk_assessment(void **state) {
  (void)state;
  scene s;
  begin(&s);
  static const ax_result_contribution parts[] = { { 0, 3 }, { 1, -0.25 } };
  ax_result r = blank(OUT_CANCER);
  r.score = 3;
  r.level = AUSPEX_LEVEL_HIGH;
  r.relative_risk = 4.4;
  r.contributions = parts;
  r.contribution_count = 2;
  r.text = AX_STR("Because.");
  r.mitigation = 0;
  const ax_json *t = one_risk(&s, r);
  assert_at(t, "resourceType", "RiskAssessment");
  assert_at(t, "status", "preliminary");
  assert_at(t, "identifier.0.system",
            "https://auspex-gateway.org/fhir/NamingSystem/score-id");
  assert_true(ax_json_equal(at(t, "identifier.0.value"), at(t, "id")));
  assert_at(t, "method.coding.0.system",
            "https://auspex-gateway.org/fhir/CodeSystem/model");
  assert_at(t, "method.coding.0.code", "m");
  assert_at(t, "method.coding.0.version", "1.2.0");
  assert_at(t, "method.text", "Example model, version 1.2.0");
  assert_at(t, "code.text", "Malignant tumor of pancreas");
  assert_at(t, "subject.reference", "Patient/p1");
  assert_at(t, "occurrenceDateTime", "2026-06-15T10:30:00.000Z");
  assert_at(t, "prediction.0.outcome.coding.0.code", "363418001");
  assert_at(t, "prediction.0.qualitativeRisk.coding.0.system",
            "http://terminology.hl7.org/CodeSystem/risk-probability");
  assert_at(t, "prediction.0.qualitativeRisk.coding.0.code", "high");
  assert_at(t, "prediction.0.relativeRisk", "4.4");
  assert_at(t, "prediction.0.rationale", "Because.");
  assert_at(t, "mitigation", "Imaging could be considered.");
  assert_null(at(t, "prediction.0.probabilityDecimal"));
  const ax_json *p = at(t, "prediction.0");
  assert_at(extension(p, "score"), "valueQuantity.value", "3");
  assert_at(extension(p, "score"), "valueQuantity.unit", "points");
  assert_at(extension(p, "score"), "valueQuantity.code", "{points}");
  assert_at(extension(p, "comparator"), "valueString", "new-onset diabetes");
  const ax_json *c = extension(p, "contribution");
  assert_at(extension(c, "factor"), "valueString", "Glucose category");
  assert_at(extension(c, "amount"), "valueDecimal", "3");
  assert_at(extension(c, "basis"), "valueCode", "points");
  assert_null(extension(p, "interval"));
  ax_arena_free(s.arena);
}

static void basis_names_exact_versions_once(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.basis[3] = &s.diabetes; /* twice */
  const ax_json *t = one_risk(&s, blank(OUT_PLAIN));
  assert_int_equal(ax_json_count(at(t, "basis")), 3);
  assert_at(t, "basis.0.reference", "Condition/d1/_history/1");
  assert_at(t, "basis.1.reference", "Observation/g1/_history/2");
  assert_at(t, "basis.2.reference", "QuestionnaireResponse/q1/_history/1");
  s.glucose.source_version = 0;
  s.glucose.source_id = AX_STR("");
  s.glucose.source_url = AX_STR("urn:uuid:1b7f");
  t = one_risk(&s, blank(OUT_PLAIN));
  assert_at(t, "basis.1.reference", "urn:uuid:1b7f");
  s.glucose.source_url = AX_STR("");
  t = one_risk(&s, blank(OUT_PLAIN));
  assert_int_equal(ax_json_count(at(t, "basis")), 2);
  ax_arena_free(s.arena);
}

static void a_result_names_only_what_it_rests_on(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r = blank(OUT_PLAIN);
  r.inputs = 1u << IN_ANSWERS;
  const ax_json *t = one_risk(&s, r);
  assert_int_equal(ax_json_count(at(t, "basis")), 2); /* and the anchor */
  assert_at(t, "basis.1.reference", "QuestionnaireResponse/q1/_history/1");
  assert_int_equal(ax_json_count(at(t, "extension")), 1);
  assert_at(extension(extension(t, "data-quality"), "input"), "valueString",
            "Answers");
  ax_arena_free(s.arena);
}

static void quality_of_the_inputs_is_shown(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.cells[5].state = AUSPEX_CELL_UNIT_ERROR;
  const ax_json *t = one_risk(&s, blank(OUT_PLAIN));
  const ax_json *glucose = at(t, "extension.0");
  assert_at(extension(glucose, "state"), "valueCode", "present");
  assert_at(extension(glucose, "value"), "valueQuantity.value", "130");
  assert_at(extension(glucose, "value"), "valueQuantity.code", "mg/dL");
  assert_at(extension(glucose, "time"), "valueDateTime",
            "2026-05-02T00:00:00.000Z");
  assert_at(extension(glucose, "source"), "valueReference.reference",
            "Observation/g1/_history/2");
  assert_null(extension(at(t, "extension.1"), "value"));
  assert_at(extension(at(t, "extension.3"), "state"), "valueCode",
            "unit-error");
  ax_arena_free(s.arena);
}

static void probabilities_become_percent_in_exact_digits(void **state) {
  (void)state;
  static const struct {
    double probability;
    const char *percent;
  } cases[] = {
    { 0, "0" },
    { 1, "100" },
    { 0.07, "7" },
    { 0.29, "29" },
    { 0.5, "50" },
    { 0.145, "14.5" },
    { 0.000168, "0.0168" },
    { 1.0 / 3, "33.333333333" },
    { 0.57, "57" },
    { 0.999999999999, "100" },
    { 1e-9, "0.0000001" },
  };
  scene s;
  begin(&s);
  for (size_t i = 0; i < AX_COUNT(cases); i++) {
    ax_result r = blank(OUT_CANCER);
    r.probability = cases[i].probability;
    const ax_json *t = one_risk(&s, r);
    assert_at(t, "prediction.0.probabilityDecimal", cases[i].percent);
  }
  ax_result r = blank(OUT_CANCER);
  r.probability = 0.2;
  r.low = 0.14;
  r.high = 0.28;
  const ax_json *t = one_risk(&s, r);
  const ax_json *range = extension(at(t, "prediction.0"), "interval");
  assert_at(range, "valueRange.low.value", "14");
  assert_at(range, "valueRange.high.value", "28");
  assert_at(range, "valueRange.high.code", "%");
  ax_arena_free(s.arena);
}

static void horizons_are_calendar_months_from_anchor_or_as_of(void **state) {
  (void)state;
  scene s;
  begin(&s);
  const ax_json *t = one_risk(&s, blank(OUT_CANCER));
  assert_at(t, "prediction.0.whenPeriod.start", "2026-05-01");
  assert_at(t, "prediction.0.whenPeriod.end", "2029-05-01");
  assert_null(at(t, "prediction.0.whenRange"));
  t = one_risk(&s, blank(OUT_CANCER_LATER));
  assert_at(t, "prediction.0.whenPeriod.start", "2026-06-15T10:30:00.000Z");
  assert_at(t, "prediction.0.whenPeriod.end", "2031-06-15T10:30:00.000Z");
  t = one_risk(&s, blank(OUT_PLAIN));
  assert_null(at(t, "prediction.0.whenPeriod"));
  ax_arena_free(s.arena);
}

static void an_outcome_without_its_event_has_no_period(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.model.flags |= AUSPEX_MODEL_DATED;
  s.row.event = s.row.anchor;
  s.row.event_ms = s.row.anchor_ms;
  s.row.anchor = NULL;
  s.row.anchor_ms = s.row.as_of_ms;
  const ax_json *t = one_risk(&s, blank(OUT_CANCER));
  assert_at(t, "prediction.0.whenPeriod.start", "2026-05-01");
  assert_at(t, "prediction.0.whenPeriod.end", "2029-05-01");
  s.row.event = NULL;
  t = one_risk(&s, blank(OUT_CANCER));
  assert_null(at(t, "prediction.0.whenPeriod"));
  ax_arena_free(s.arena);
}

static void horizons_of_one_outcome_share_an_assessment(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r[] = { blank(OUT_CANCER), blank(OUT_PLAIN),
                    blank(OUT_CANCER_LATER) };
  r[2].mitigation = 0;
  const ax_score_resource *made = make(&s, r, 3, 2);
  const ax_json *t = parsed(&s, &made[0]);
  assert_int_equal(ax_json_count(at(t, "prediction")), 2);
  assert_at(t, "prediction.1.whenPeriod.end", "2031-06-15T10:30:00.000Z");
  assert_at(t, "mitigation", "Imaging could be considered.");
  assert_int_equal(ax_json_count(at(parsed(&s, &made[1]), "prediction")), 1);
  ax_arena_free(s.arena);
}

static void what_is_not_scored_gives_nothing(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r[] = { blank(OUT_CANCER), blank(OUT_SCORE), blank(OUT_PLAIN) };
  r[0].status = AUSPEX_ROW_NOT_APPLICABLE;
  r[2].status = AUSPEX_ROW_FAILED; /* and a measurement without a value */
  (void)make(&s, r, 3, 0);
  (void)make(&s, r, 0, 0);
  /* One that is not scored does not swallow its group. */
  ax_result later[] = { r[0], blank(OUT_CANCER_LATER) };
  (void)make(&s, later, 2, 1);
  ax_arena_free(s.arena);
}

static void results_are_tagged_as_made_here(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r[] = { blank(OUT_PLAIN), blank(OUT_SCORE) };
  r[1].score = 1;
  const ax_score_resource *made = make(&s, r, 2, 2);
  for (size_t i = 0; i < 2; i++) {
    const ax_json *t = parsed(&s, &made[i]);
    assert_int_equal(ax_json_count(at(t, "meta.tag")), 1);
    ax_facts facts = { 0 };
    ax_str subject;
    assert_int_equal(ax_fhir_fact_extract(s.arena, t, &facts, &subject), AX_OK);
    for (size_t k = 0; k < facts.count; k++)
      assert_true(facts.items[k].flags & AX_FACT_MADE_HERE);
    assert_int_equal(facts.count, i); /* the Observation gives one */
  }
  s.request.retrospective = true;
  const ax_json *t = one_risk(&s, blank(OUT_PLAIN));
  assert_at(t, "meta.tag.1.code", "retrospective");
  ax_arena_free(s.arena);
}

/* --- identity ------------------------------------------------------------ */

static const char *id_of(scene *s, ax_result result) {
  const char *id = ax_arena_cstr(s->arena, make(s, &result, 1, 1)->id);
  assert_non_null(id);
  return id;
}

static void an_identity_hangs_on_inputs_model_and_anchor_only(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r = blank(OUT_PLAIN);
  const char *first = id_of(&s, r);
  assert_int_equal(strlen(first), 36);
  assert_int_equal(first[14], '5');
  r.score = 7; /* values do not make an identity */
  assert_string_equal(id_of(&s, r), first);
  s.row.as_of_ms += DAY; /* the event is the anchor, not as-of */
  assert_string_equal(id_of(&s, r), first);
  const ax_fact *kept = s.basis[0]; /* nor does the order of the inputs */
  s.basis[0] = s.basis[2];
  s.basis[2] = kept;
  assert_string_equal(id_of(&s, r), first);
  s.glucose.source_version = 3;
  assert_string_not_equal(id_of(&s, r), first);
  s.glucose.source_version = 2;
  s.row.anchor_ms += DAY;
  assert_string_not_equal(id_of(&s, r), first);
  s.row.anchor_ms -= DAY;
  s.patient.source_version = 4; /* a new address, */
  assert_string_equal(id_of(&s, r), first);
  s.cells[4].value = 67; /* another birth date */
  assert_string_not_equal(id_of(&s, r), first);
  s.cells[4].value = 66;
  s.model.data_digest = AX_STR("cc");
  assert_string_not_equal(id_of(&s, r), first);
  s.model.data_digest = AX_STR("bb");
  s.model.version = AX_STR("1.2.1");
  assert_string_not_equal(id_of(&s, r), first);
  s.model.version = AX_STR("1.2.0");
  assert_string_not_equal(id_of(&s, blank(OUT_CANCER)), first);
  assert_string_equal(id_of(&s, r), first);
  ax_arena_free(s.arena);
}

static void two_moments_without_an_event_stay_two(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.model.anchor.sources.count = 0;
  const char *first = id_of(&s, blank(OUT_PLAIN));
  assert_string_equal(id_of(&s, blank(OUT_PLAIN)), first);
  s.row.as_of_ms += 1;
  assert_string_not_equal(id_of(&s, blank(OUT_PLAIN)), first);
  ax_result m = blank(OUT_SCORE); /* a measurement is of its answers' time */
  m.score = 50;
  m.input = IN_ANSWERS;
  m.inputs = 1u << IN_ANSWERS;
  const char *measured = id_of(&s, m);
  s.row.as_of_ms += DAY;
  assert_string_equal(id_of(&s, m), measured);
  ax_arena_free(s.arena);
}

static void patients_without_any_basis_are_told_apart(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.row.basis_count = 0;
  const char *first = id_of(&s, blank(OUT_PLAIN));
  s.request.subject = AX_STR("Patient/p2");
  assert_string_not_equal(id_of(&s, blank(OUT_PLAIN)), first);
  ax_arena_free(s.arena);
}

/* --- Observation --------------------------------------------------------- */

static void a_measurement_becomes_an_observation(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_result r = blank(OUT_SCORE);
  r.score = 200.0 / 3;
  r.input = IN_ANSWERS;
  r.inputs = 1u << IN_ANSWERS;
  const ax_json *t = parsed(&s, make(&s, &r, 1, 1));
  assert_at(t, "resourceType", "Observation");
  assert_at(t, "status", "final");
  assert_at(t, "category.0.coding.0.code", "survey");
  assert_at(t, "code.coding.0.code", "pf");
  assert_at(t, "code.text", "Physical functioning");
  assert_at(t, "subject.reference", "Patient/p1");
  assert_at(t, "effectiveDateTime", "2026-06-14"); /* as precise as it was */
  assert_at(t, "issued", "2026-06-15T10:30:00.005Z");
  assert_at(t, "valueQuantity.value", "66.666666667");
  assert_at(t, "valueQuantity.code", "{score}");
  assert_at(t, "method.coding.0.code", "m");
  assert_int_equal(ax_json_count(at(t, "derivedFrom")), 1);
  assert_at(t, "derivedFrom.0.reference",
            "QuestionnaireResponse/q1/_history/1");
  assert_null(at(t, "note"));
  s.answer.precision = AX_DATE_SECOND;
  t = parsed(&s, make(&s, &r, 1, 1));
  assert_at(t, "effectiveDateTime", "2026-06-14T10:30:00.000Z");
  ax_arena_free(s.arena);
}

/* --- GuidanceResponse ---------------------------------------------------- */

static const ax_json *guidance(scene *s, const ax_feature_gap *gaps,
                               size_t count, ax_str *id) {
  s->row.verdict = AX_FEATURE_REFUSED;
  s->row.gaps = gaps;
  s->row.gap_count = count;
  ax_score_resource out;
  ax_error err = { 0 };
  assert_int_equal(
      ax_result_guidance(s->arena, &s->request, &s->row, &out, &err), AX_OK);
  if (id) *id = out.id;
  return parsed(s, &out);
}

static void every_gap_becomes_a_requirement(void **state) {
  (void)state;
  scene s;
  begin(&s);
  const ax_feature_gap gaps[] = {
    { IN_GLUCOSE, AUSPEX_CELL_UNIT_ERROR, AX_STR("unit 'mg' is no use"),
      &s.glucose },
    { IN_ANSWERS, AUSPEX_CELL_ABSENT, AX_STR("no response"), NULL },
    { IN_AGE, AUSPEX_CELL_IMPRECISE, AX_STR("the birth date is a year"),
      &s.patient },
    { IN_EARLIER, AUSPEX_CELL_STALE, AX_STR(""), NULL },
    { AX_FEATURE_GAP_ANCHOR, AUSPEX_CELL_ABSENT, AX_STR("no onset"), NULL },
    { AX_FEATURE_GAP_PATIENT, AUSPEX_CELL_ABSENT, AX_STR("no birth date"),
      NULL },
  };
  const ax_json *t = guidance(&s, gaps, AX_COUNT(gaps), NULL);
  assert_at(t, "resourceType", "GuidanceResponse");
  assert_at(t, "status", "data-required");
  assert_at(t, "moduleCodeableConcept.coding.0.code", "m");
  assert_at(t, "subject.reference", "Patient/p1");
  assert_at(t, "occurrenceDateTime", "2026-06-15T10:30:00.000Z");
  assert_int_equal(ax_json_count(at(t, "dataRequirement")), 6);
  const ax_json *d = at(t, "dataRequirement.0");
  assert_at(d, "type", "Observation");
  assert_at(d, "codeFilter.0.path", "code");
  assert_at(d, "codeFilter.0.code.1.code", "2345-7");
  assert_at(d, "dateFilter.0.path", "effective");
  assert_at(d, "dateFilter.0.valuePeriod.start", "2026-04-01");
  assert_at(d, "dateFilter.0.valuePeriod.end", "2026-07-30");
  const ax_json *gap = extension(d, "input-gap");
  assert_at(extension(gap, "input"), "valueString", "glucose");
  assert_at(extension(gap, "state"), "valueCode", "unit-error");
  assert_at(extension(gap, "unit"), "valueCode", "mg/dL");
  assert_at(extension(gap, "reason"), "valueString", "unit 'mg' is no use");
  assert_at(extension(gap, "source"), "valueReference.reference",
            "Observation/g1/_history/2");
  assert_at(t, "dataRequirement.1.type", "QuestionnaireResponse");
  assert_at(t, "dataRequirement.1.dateFilter.0.valuePeriod.end", "2026-06-15");
  assert_at(t, "dataRequirement.2.type", "Patient");
  assert_null(at(t, "dataRequirement.2.dateFilter"));
  assert_null(at(t, "dataRequirement.3.dateFilter"));
  assert_at(t, "dataRequirement.4.type", "Condition");
  assert_at(t, "dataRequirement.4.codeFilter.0.code.0.code", "E11");
  assert_at(t, "dataRequirement.5.type", "Patient");
  ax_arena_free(s.arena);
}

static void without_the_anchor_no_window_is_made_up(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.row.anchor = NULL;
  const ax_feature_gap gap = { IN_GLUCOSE, AUSPEX_CELL_ABSENT, AX_STR(""),
                               NULL };
  const ax_json *t = guidance(&s, &gap, 1, NULL);
  assert_null(at(t, "dataRequirement.0.dateFilter"));
  ax_arena_free(s.arena);
}

static void the_same_gaps_on_one_day_are_one_answer(void **state) {
  (void)state;
  scene s;
  begin(&s);
  s.row.anchor = NULL;
  ax_feature_gap gap = { IN_GLUCOSE, AUSPEX_CELL_ABSENT, AX_STR(""), NULL };
  ax_str first, again;
  (void)guidance(&s, &gap, 1, &first);
  s.row.as_of_ms += 1000;
  (void)guidance(&s, &gap, 1, &again);
  assert_true(ax_str_eq(first, again));
  gap.state = AUSPEX_CELL_STALE;
  (void)guidance(&s, &gap, 1, &again);
  assert_false(ax_str_eq(first, again));
  gap.state = AUSPEX_CELL_ABSENT;
  s.row.as_of_ms += DAY;
  (void)guidance(&s, &gap, 1, &again);
  assert_false(ax_str_eq(first, again));
  s.row.as_of_ms = as_of;
  s.request.subject = AX_STR("Patient/p2");
  (void)guidance(&s, &gap, 1, &again);
  assert_false(ax_str_eq(first, again));
  ax_arena_free(s.arena);
}

/* --- Device -------------------------------------------------------------- */

static void a_model_becomes_the_device_its_results_name(void **state) {
  (void)state;
  scene s;
  begin(&s);
  ax_score_resource device;
  ax_error err = { 0 };
  assert_int_equal(ax_result_device(s.arena, &s.model, &device, &err), AX_OK);
  const ax_json *t = parsed(&s, &device);
  assert_at(t, "deviceName.0.name", "Example model");
  assert_at(t, "deviceName.0.type", "model-name");
  assert_at(t, "version.0.value", "1.2.0");
  assert_at(t, "version.1.value", "aa");
  assert_at(t, "identifier.0.value", "org.example.m");
  assert_at(t, "property.1.type.text", "population");
  assert_at(t, "property.1.valueCode.0.text", "Adults.");
  assert_null(at(t, "udiCarrier"));
  const ax_json *risk = one_risk(&s, blank(OUT_PLAIN));
  ax_str performer = AX_JSON_STR(AX_JSON_GET(risk, "performer"), "reference");
  assert_true(ax_str_starts(performer, AX_STR("Device/")));
  assert_true(
      ax_str_eq((ax_str){ performer.ptr + 7, performer.len - 7 }, device.id));
  ax_arena_free(s.arena);
}

/* --- memory -------------------------------------------------------------- */

static ax_status all_kinds(ax_arena *arena) {
  scene s;
  begin_in(&s, arena);
  ax_result r[] = { blank(OUT_CANCER), blank(OUT_SCORE) };
  r[1].score = 1;
  ax_results results = { r, 2 };
  const ax_score_resource *out = NULL;
  size_t count = 0;
  AX_TRY(ax_result_resources(arena, &s.request, &s.row, &results, &out, &count,
                             NULL));
  const ax_feature_gap gap = { IN_GLUCOSE, AUSPEX_CELL_ABSENT, AX_STR(""),
                               NULL };
  s.row.gaps = &gap;
  s.row.gap_count = 1;
  ax_score_resource one;
  AX_TRY(ax_result_guidance(arena, &s.request, &s.row, &one, NULL));
  return ax_result_device(arena, &s.model, &one, NULL);
}

static void running_out_of_memory_is_said_everywhere(void **state) {
  (void)state;
  size_t n = 0;
  ax_status status = AX_NOMEM;
  for (; status == AX_NOMEM && n < 500; n++) {
    ax_arena *arena = ax_arena_new(8u << 20);
    assert_non_null(arena);
    ax_arena_fail_after(arena, n);
    status = all_kinds(arena);
    ax_arena_free(arena);
  }
  assert_int_equal(status, AX_OK);
  assert_true(n > 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_prediction_becomes_a_risk_assessment),
    cmocka_unit_test(basis_names_exact_versions_once),
    cmocka_unit_test(a_result_names_only_what_it_rests_on),
    cmocka_unit_test(quality_of_the_inputs_is_shown),
    cmocka_unit_test(probabilities_become_percent_in_exact_digits),
    cmocka_unit_test(horizons_are_calendar_months_from_anchor_or_as_of),
    cmocka_unit_test(an_outcome_without_its_event_has_no_period),
    cmocka_unit_test(horizons_of_one_outcome_share_an_assessment),
    cmocka_unit_test(what_is_not_scored_gives_nothing),
    cmocka_unit_test(results_are_tagged_as_made_here),
    cmocka_unit_test(an_identity_hangs_on_inputs_model_and_anchor_only),
    cmocka_unit_test(two_moments_without_an_event_stay_two),
    cmocka_unit_test(patients_without_any_basis_are_told_apart),
    cmocka_unit_test(a_measurement_becomes_an_observation),
    cmocka_unit_test(every_gap_becomes_a_requirement),
    cmocka_unit_test(without_the_anchor_no_window_is_made_up),
    cmocka_unit_test(the_same_gaps_on_one_day_are_one_answer),
    cmocka_unit_test(a_model_becomes_the_device_its_results_name),
    cmocka_unit_test(running_out_of_memory_is_said_everywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
