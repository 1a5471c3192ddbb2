/* libFuzzer target: features of any FHIR resources. Whatever is sent, a row
 * comes out: cells in range, values only where they are said to be present, and
 * the same row the second time. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <auspex_plugin.h>

#include "json/json_parse.h"
#include "scoring/feature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define S(text) AX_STR_INIT(text)
#define CODES(name, system_, code_, match_)                                \
  static const ax_model_code name##_code = { .system = S(system_),         \
                                             .code = S(code_),             \
                                             .match = match_ };            \
  static const ax_model_codes name = { .items = &name##_code, .count = 1 }

CODES(loinc, "http://loinc.org", "", AUSPEX_MATCH_ANY);
CODES(snomed, "http://snomed.info/sct", "", AUSPEX_MATCH_ANY);
CODES(icd, "http://hl7.org/fhir/sid/icd-10", "C00-C80", AUSPEX_MATCH_RANGE);
CODES(atc, "http://www.whocc.no/atc", "L01", AUSPEX_MATCH_PREFIX);

static const ax_model_map_row rows[] = {
  { .kind = AUSPEX_MAP_CODE, .match = AUSPEX_MATCH_ANY,
    .system = S("http://snomed.info/sct"), .value = 1 },
  { .kind = AUSPEX_MAP_TEXT, .match = AUSPEX_MATCH_PREFIX, .code = S("T"),
    .value = 2 },
  { .kind = AUSPEX_MAP_KEEP, .from = -1e9, .to = 1e9 },
};
static const ax_model_map map = {
  .rows = rows, .count = 3, .fold = AUSPEX_FOLD_CASE | AUSPEX_FOLD_BLANKS
};
static const ax_model_filter filters[] = {
  { .where = AUSPEX_WHERE_METHOD, .group = 1, .codes = &snomed },
  { .where = AUSPEX_WHERE_VALUE, .group = 1 },
  { .where = AUSPEX_WHERE_COMPONENT, .group = 1, .codes = &loinc },
};

enum { INPUTS = 12 };
static const struct {
  uint32_t from, take, pick, tied;
  const ax_model_codes *codes, *within;
  bool filtered;
} kinds[INPUTS] = {
  { AUSPEX_FROM_OBSERVATION, 0, AUSPEX_PICK_LATEST, 0, &loinc, NULL, false },
  { AUSPEX_FROM_OBSERVATION, 0, AUSPEX_PICK_SERIES, 0, &loinc, NULL, false },
  { AUSPEX_FROM_OBSERVATION, 0, AUSPEX_PICK_LATEST_MAX, AUSPEX_TIED_RESOURCE,
    &loinc, &loinc, true },
  { AUSPEX_FROM_OBSERVATION, AUSPEX_TAKE_VALUE_OR_INTERPRETATION,
    AUSPEX_PICK_NEAREST, AUSPEX_TIED_DAY, &snomed, NULL, false },
  { AUSPEX_FROM_CONDITION, 0, AUSPEX_PICK_EVER, 0, &icd, NULL, false },
  { AUSPEX_FROM_CONDITION, AUSPEX_TAKE_STAGE, AUSPEX_PICK_MAX, 0, &icd, NULL,
    false },
  { AUSPEX_FROM_ADMINISTRATION, 0, AUSPEX_PICK_EARLIEST, 0, &atc, NULL, false },
  { AUSPEX_FROM_MEDICATION, 0, 0, 0, &atc, NULL, false },
  { AUSPEX_FROM_FAMILY_HISTORY, 0, AUSPEX_PICK_COUNT, 0, &icd, NULL, false },
  { AUSPEX_FROM_QUESTIONNAIRE, 0, 0, 0, &loinc, NULL, false },
  { AUSPEX_FROM_PATIENT_EXTENSION, 0, 0, 0, &loinc, NULL, false },
  { AUSPEX_FROM_AGE, 0, 0, 0, &loinc, NULL, false },
};

static void make_model(ax_model *model, ax_model_input *inputs,
                       ax_model_source *sources) {
  static const ax_model_outcome outcome = { .kind = AUSPEX_PREDICTION,
                                            .name = S("risk") };
  for (size_t i = 0; i < INPUTS; i++) {
    sources[i] = (ax_model_source){ .from = kinds[i].from,
                                    .take = kinds[i].take,
                                    .pick = kinds[i].pick,
                                    .codes = kinds[i].codes,
                                    .within = kinds[i].within,
                                    .filters = filters,
                                    .filter_count = kinds[i].filtered ? 3 : 0,
                                    .map = i ? &map : NULL,
                                    .unit = AX_STR("mg/dL"),
                                    .molar_mass = 100,
                                    .valid_min = (double)NAN,
                                    .valid_max = (double)NAN,
                                    .instrument = AX_STR("q"),
                                    .items = AX_STR("MO|SC"),
                                    .first_item = 1,
                                    .last_item = 4,
                                    .path = AX_STR("http://a b") };
    inputs[i] = (ax_model_input){ .name = AX_STR("x"),
                                  .missing = AUSPEX_MISSING_PASS,
                                  .sources = { &sources[i], 1 },
                                  .wants_range = true,
                                  .tied = kinds[i].tied,
                                  .window_from_days = AUSPEX_UNLIMITED };
  }
  *model = (ax_model){ .id = AX_STR("m"),
                       .name = AX_STR("m"),
                       .version = AX_STR("1"),
                       .outcomes = &outcome,
                       .outcome_count = 1,
                       .inputs = inputs,
                       .input_count = INPUTS,
                       .max_batch = 1,
                       .max_results_per_row = 1 };
}

static void check_row(const ax_model *model, const ax_feature_row *row) {
  for (uint32_t c = 0; c < model->column_count; c++) {
    const ax_feature_cell *cell = &row->cells[c];
    bool has = cell->state == AUSPEX_CELL_PRESENT ||
               cell->state == AUSPEX_CELL_IMPUTED;
    if (cell->state > AUSPEX_CELL_UNMAPPED) abort();
    if (!has && !isnan(cell->value)) abort();
    if (cell->sample_first + cell->sample_count > row->sample_count) abort();
  }
}

static void build_twice(ax_arena *arena, const ax_facts *facts) {
  ax_model model;
  ax_model_input inputs[INPUTS];
  ax_model_source sources[INPUTS];
  ax_feature_row a, b;
  make_model(&model, inputs, sources);
  if (ax_model_finish(arena, &model, NULL)) return;
  int64_t now = INT64_C(1750000000000);
  if (ax_feature_build(arena, &model, facts, now, false, &a) ||
      ax_feature_build(arena, &model, facts, now, false, &b))
    return;
  if (!a.cells || a.verdict != b.verdict) return;
  check_row(&model, &a);
  for (uint32_t c = 0; c < model.column_count; c++)
    if (a.cells[c].state != b.cells[c].state ||
        memcmp(&a.cells[c].value, &b.cells[c].value, sizeof(double)) != 0)
      abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ax_str text = { (const char *)data, size };
  ax_arena *arena = ax_arena_new((size_t)16 << 20);
  const ax_json *tree = NULL;
  ax_facts facts = { 0 };
  ax_str subject;
  if (!arena) return 0;
  ax_fact patient = { .kind = AX_FACT_PATIENT,
                      .status = AX_FACT_STATUS_FINAL,
                      .source_id = AX_STR("p"),
                      .code = AX_STR("male") };
  if (ax_json_parse(arena, text, &tree, NULL) == AX_OK &&
      ax_fhir_fact_extract(arena, tree, &facts, &subject) == AX_OK) {
    const ax_json *entries = AX_JSON_GET(tree, "entry");
    for (size_t i = 0; i < ax_json_count(entries) && i < 20; i++)
      if (ax_fhir_fact_extract(
              arena, AX_JSON_GET(ax_json_item(entries, i), "resource"), &facts,
              &subject))
        break;
    ax_fact *all = AX_NEW_ARRAY(arena, ax_fact, facts.count + 1);
    if (all) {
      if (facts.count)
        memcpy(all, facts.items, facts.count * sizeof *all);
      all[facts.count] = patient;
      ax_facts both = { .items = all, .count = facts.count + 1 };
      build_twice(arena, &both);
    }
  }
  ax_arena_free(arena);
  return 0;
}
