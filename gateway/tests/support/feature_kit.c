#include "support/feature_kit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json/json_parse.h"

#define LOINC AX_STR_INIT("http://loinc.org")
#define SCT AX_STR_INIT("http://snomed.info/sct")
#define ICD AX_STR_INIT("http://hl7.org/fhir/sid/icd-10")

static const ax_model_code weight[] = {
  { LOINC, AX_STR_INIT("29463-7"), AX_STR_INIT(""), AUSPEX_MATCH_EXACT },
};
static const ax_model_code glucose[] = {
  { LOINC, AX_STR_INIT("1558-6"), AX_STR_INIT(""), AUSPEX_MATCH_EXACT },
  { LOINC, AX_STR_INIT("2345-7"), AX_STR_INIT(""), AUSPEX_MATCH_EXACT },
  { LOINC, AX_STR_INIT("14749-6"), AX_STR_INIT(""), AUSPEX_MATCH_EXACT },
};
static const ax_model_code diabetes[] = {
  { SCT, AX_STR_INIT("44054006"), AX_STR_INIT(""), AUSPEX_MATCH_EXACT },
  { ICD, AX_STR_INIT("E11"), AX_STR_INIT(""), AUSPEX_MATCH_PREFIX },
};
static const ax_model_code cancer[] = {
  { ICD, AX_STR_INIT("C25"), AX_STR_INIT(""), AUSPEX_MATCH_PREFIX },
};

const ax_model_codes feature_kit_weight = { .items = weight, .count = 1 };
const ax_model_codes feature_kit_glucose = { .items = glucose, .count = 3 };
const ax_model_codes feature_kit_diabetes = { .items = diabetes, .count = 2 };
const ax_model_codes feature_kit_cancer = { .items = cancer, .count = 1 };

static void set_time(ax_fact *fact, const char *date) {
  ax_fhir_date d;
  if (!date) return;
  if (!ax_fhir_date_parse_datetime(ax_str_from(date), &d))
    fail_msg("'%s' is no date", date);
  fact->has_time = true;
  fact->lo_ms = d.lo_ms;
  fact->hi_ms = d.hi_ms;
  fact->precision = d.precision;
}

int64_t feature_kit_ms(const char *date) {
  ax_fact fact = { 0 };
  set_time(&fact, date);
  return fact.lo_ms;
}

static ax_fact *add(feature_kit *k, ax_fact_kind kind, const char *type) {
  assert_true(k->all.count < AX_COUNT(k->facts));
  ax_fact *fact = &k->facts[k->all.count];
  char id[24];
  (void)snprintf(id, sizeof id, "r%zu", k->all.count++);
  *fact = (ax_fact){ .kind = kind,
                     .status = AX_FACT_STATUS_FINAL,
                     .source_type = ax_str_from(type),
                     .source_version = 1 };
  fact->source_id = ax_str_from(ax_arena_cstr(k->arena, ax_str_from(id)));
  return fact;
}

void feature_kit_begin(feature_kit *k) {
  static const ax_model_outcome outcome = { .kind = AUSPEX_PREDICTION,
                                            .name = AX_STR_INIT("risk") };
  *k = (feature_kit){ .arena = ax_arena_new(4 << 20),
                      .as_of_ms = feature_kit_ms("2024-06-15T12:00:00Z") };
  k->all.items = k->facts;
  k->model = (ax_model){ .id = AX_STR("org.example.m"),
                         .name = AX_STR("m"),
                         .version = AX_STR("1"),
                         .outcomes = &outcome,
                         .outcome_count = 1,
                         .max_batch = 1,
                         .max_results_per_row = 1 };
  ax_fact *patient = add(k, AX_FACT_PATIENT, "Patient");
  patient->code = AX_STR("female");
  set_time(patient, "1960-05-17");
  (void)feature_kit_input(k, AUSPEX_FROM_OBSERVATION, feature_kit_weight, "kg");
}

void feature_kit_end(feature_kit *k) {
  ax_arena_free(k->arena);
}

const ax_model_codes *feature_kit_set(feature_kit *k, ax_model_codes codes) {
  assert_true(k->set_count < AX_COUNT(k->sets));
  k->sets[k->set_count] = codes;
  return &k->sets[k->set_count++];
}

ax_model_input *feature_kit_input(feature_kit *k, uint32_t source,
                                  ax_model_codes codes, const char *unit) {
  size_t at = k->model.input_count++;
  assert_true(at < AX_COUNT(k->inputs));
  k->input_sources[at][0] =
      (ax_model_source){ .from = source,
                         .codes = feature_kit_set(k, codes),
                         .unit = ax_str_from(unit),
                         .valid_min = (double)NAN,
                         .valid_max = (double)NAN };
  k->inputs[at] =
      (ax_model_input){ .missing = AUSPEX_MISSING_REFUSE,
                        .name = at ? ax_arena_printf(k->arena, "x%zu", at + 1)
                                   : AX_STR("x"),
                        .sources = { k->input_sources[at], 1 },
                        .window_from_days = AUSPEX_UNLIMITED };
  return &k->inputs[at];
}

ax_model_source *feature_kit_source(feature_kit *k, const ax_model_input *in) {
  return k->input_sources[in - k->inputs];
}

ax_model_source *feature_kit_more(feature_kit *k, ax_model_input *in,
                                  ax_model_codes codes) {
  ax_model_source *all = feature_kit_source(k, in);
  assert_true(in->sources.count < AX_COUNT(k->input_sources[0]));
  ax_model_source *one = &all[in->sources.count++];
  *one = all[0];
  one->codes = feature_kit_set(k, codes);
  return one;
}

ax_model_source *feature_kit_evidence(feature_kit *k,
                                      const ax_model_criterion *c) {
  return k->criterion_sources[c - k->criteria];
}

void feature_kit_anchor(feature_kit *k, ax_model_codes codes) {
  k->anchor_sources[0] =
      (ax_model_source){ .from = AUSPEX_FROM_CONDITION,
                         .pick = AUSPEX_PICK_EARLIEST,
                         .flags = AUSPEX_EVER,
                         .codes = feature_kit_set(k, codes) };
  k->model.anchor.sources = (ax_model_sources){ k->anchor_sources, 1 };
}

ax_model_criterion *feature_kit_criterion(feature_kit *k, uint32_t kind,
                                          ax_model_codes codes) {
  size_t at = k->model.criterion_count++;
  assert_true(at < AX_COUNT(k->criteria));
  k->criterion_sources[at][0] =
      (ax_model_source){ .from = AUSPEX_FROM_CONDITION,
                         .flags = kind == AUSPEX_EXCLUDES ? AUSPEX_EVER : 0,
                         .codes = feature_kit_set(k, codes) };
  k->criteria[at] =
      (ax_model_criterion){ .kind = kind,
                            .sources = { k->criterion_sources[at],
                                         codes.count ? 1 : 0 },
                            .min = (double)NAN,
                            .max = (double)NAN,
                            .reason = AX_STR("not in the population") };
  return &k->criteria[at];
}

ax_fact *feature_kit_observe(feature_kit *k, const char *code, const char *date,
                             double value, const char *unit) {
  ax_fact *fact = add(k, AX_FACT_OBSERVATION, "Observation");
  fact->system = AX_STR("http://loinc.org");
  fact->code = ax_str_from(code);
  set_time(fact, date);
  fact->value_kind = AX_FACT_VALUE_NUMBER;
  fact->number = value;
  fact->unit = ax_str_from(unit);
  if (fact->unit.len) fact->flags |= AX_FACT_HAS_UNIT;
  return fact;
}

ax_fact *feature_kit_condition(feature_kit *k, const char *system,
                               const char *code, const char *onset) {
  ax_fact *fact = add(k, AX_FACT_CONDITION, "Condition");
  fact->system = ax_str_from(system);
  fact->code = ax_str_from(code);
  fact->flags = AX_FACT_VERIFIED | AX_FACT_CLINICAL_ACTIVE;
  set_time(fact, onset);
  return fact;
}

ax_fact *feature_kit_answer(feature_kit *k, const char *response,
                            const char *authored, const char *link,
                            double value) {
  ax_fact *fact = add(k, AX_FACT_ANSWER, "QuestionnaireResponse");
  fact->group = (uint32_t)k->all.count;
  fact->source_id = ax_str_from(response);
  fact->system = AX_STR("https://example.org/Questionnaire/EORTC-QLQ-C30|3");
  fact->code = ax_str_from(link);
  set_time(fact, authored);
  fact->value_kind = AX_FACT_VALUE_NUMBER;
  fact->number = value;
  return fact;
}

ax_fact *feature_kit_patient(feature_kit *k) {
  return &k->facts[0];
}

void feature_kit_resource(feature_kit *k, const char *json) {
  char *text = ax_arena_cstr(k->arena, ax_str_from(json));
  const ax_json *tree = NULL;
  ax_json_fault fault = { .at = 0 };
  ax_facts facts = { 0 };
  ax_str subject;
  assert_non_null(text);
  for (char *at = text; *at; at++)
    if (*at == '\'') *at = '"';
  if (ax_json_parse(k->arena, ax_str_from(text), &tree, &fault))
    fail_msg("%s in %s", fault.text, text);
  assert_int_equal(ax_fhir_fact_extract(k->arena, tree, &facts, &subject),
                   AX_OK);
  for (size_t i = 0; i < facts.count; i++) {
    assert_true(k->all.count < AX_COUNT(k->facts));
    if (!facts.items[i].source_id.len) { /* each is a resource of its own */
      char id[24];
      (void)snprintf(id, sizeof id, "j%zu", k->all.count - i);
      facts.items[i].source_id =
          ax_str_from(ax_arena_cstr(k->arena, ax_str_from(id)));
    }
    k->facts[k->all.count++] = facts.items[i];
  }
}

void feature_kit_run(feature_kit *k) {
  ax_error err = { 0 };
  k->model.inputs = k->inputs;
  k->model.criteria = k->criteria;
  if (ax_model_finish(k->arena, &k->model, &err)) fail_msg("%s", err.text);
  ax_feature_view *view = ax_feature_view_new(k->arena, &k->all, &k->help);
  assert_non_null(view);
  assert_int_equal(ax_feature_build_view(k->arena, &k->model, view, k->as_of_ms,
                                         k->automatic, &k->row),
                   AX_OK);
}

void feature_kit_expect(const feature_kit *k, uint32_t column, uint8_t state,
                        double value, const char *file, int line) {
  const ax_feature_cell *cell = &k->row.cells[column];
  _assert_int_equal(cell->state, state, file, line);
  if (state == AUSPEX_CELL_PRESENT) {
    if (!(fabs(cell->value - value) < 1e-9))
      print_error("%g instead of %g\n", cell->value, value);
    _assert_int_equal(fabs(cell->value - value) < 1e-9 ? 1u : 0u, 1, file,
                      line);
  } else if (state != AUSPEX_CELL_IMPUTED) {
    _assert_int_equal(isnan(cell->value) ? 1u : 0u, 1, file, line);
  }
}
