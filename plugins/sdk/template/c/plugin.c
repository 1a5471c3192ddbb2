/*
 * @NAME@ - a plug-in in its smallest form: one model, two inputs, points by a
 * table in data/@NAME@.table. Change it step by step and run `make check`.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auspex_plugin.h"
#include "auspex_table.h"
#include "auspex_write.h"

enum { AGE, WEIGHT, INPUTS };
enum { BY_AGE, BY_WEIGHT };

/* --- what the model needs and gives, declared ------------------------------ */

static const auspex_code weight_codes[] = {
  { "http://loinc.org", "29463-7", "Body weight", AUSPEX_MATCH_EXACT, 0 },
};
static const auspex_set weight_set = { .size = sizeof(auspex_set),
                                       .codes = AUSPEX_ARRAY(weight_codes) };

static const auspex_source age_sources[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_AGE,
    .unit = "a",
    .valid_min = 0,
    .valid_max = 120 },
};
static const auspex_source weight_sources[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_OBSERVATION,
    .codes = &weight_set,
    .unit = "kg",
    .valid_min = 25,
    .valid_max = 350 },
};

static const auspex_input inputs[] = {
  [AGE] = { .size = sizeof(auspex_input),
            .missing = AUSPEX_MISSING_REFUSE,
            .name = "age",
            .title = "Age",
            .sources = AUSPEX_ARRAY(age_sources),
            .window_from_days = AUSPEX_UNLIMITED },
  [WEIGHT] = { .size = sizeof(auspex_input),
               .missing = AUSPEX_MISSING_REFUSE,
               .name = "weight",
               .title = "Body weight",
               .sources = AUSPEX_ARRAY(weight_sources),
               .window_from_days = -365,
               .freshness_days = 365 },
};

static const auspex_criterion criteria[] = {
  { .size = sizeof(auspex_criterion),
    .kind = AUSPEX_NEEDS_AGE,
    .min = 18,
    .max = NAN,
    .reason = "younger than 18 years" },
};

static const auspex_code outcome_codes[] = {
  { "http://snomed.info/sct", "404684003", "Clinical finding",
    AUSPEX_MATCH_EXACT, 0 },
};
static const auspex_outcome outcomes[] = {
  { .size = sizeof(auspex_outcome),
    .kind = AUSPEX_PREDICTION,
    .name = "example",
    .title = "What the points speak of",
    .codes = AUSPEX_ARRAY(outcome_codes),
    .horizon_months = 12,
    .unit = "{points}" },
};

static const auspex_factor factors[] = {
  [BY_AGE] = { .size = sizeof(auspex_factor),
               .basis = AUSPEX_POINTS,
               .name = "age",
               .title = "Age",
               .inputs = { AGE },
               .input_count = 1 },
  [BY_WEIGHT] = { .size = sizeof(auspex_factor),
                  .basis = AUSPEX_POINTS,
                  .name = "weight",
                  .title = "Body weight",
                  .inputs = { WEIGHT },
                  .input_count = 1 },
};

static const auspex_model model = {
  .size = sizeof(auspex_model),
  .flags = AUSPEX_MODEL_ADDITIVE,
  .id = "org.example.@NAME@",
  .name = "@NAME@",
  .version = "0.1.0",
  .title = "An example that means nothing clinically",
  .publisher = "Example Hospital",
  .population = "Adults",
  .source = "None: the points are made up",
  .limits = "An example. Not for use on patients.",
  .licence = "CC0",
  .criteria = AUSPEX_ARRAY(criteria),
  .inputs = AUSPEX_ARRAY(inputs),
  .outcomes = AUSPEX_ARRAY(outcomes),
  .factors = AUSPEX_ARRAY(factors),
  .max_batch = 64,
  .max_results_per_row = 1,
  .max_contributions_per_row = 2,
  .max_text_per_row = 200,
};
static const auspex_model *const models[] = { &model };

/* --- data/@NAME@.table ------------------------------------------------------ */

struct auspex_instance {
  double old_from, old_points, heavy_from, heavy_points, high_from;
  unsigned seen; /* bit for each row of the table */
};

static int32_t refuse(auspex_error *err, int32_t code, uint32_t line,
                      const char *why) {
  if (err && err->size >= sizeof *err) {
    err->code = code;
    err->row = err->input = -1;
    (void)snprintf(err->message, sizeof err->message, "@NAME@.table:%u: %s",
                   line, why);
  }
  return code;
}

/* One row; NULL or what is wrong with it. */
static const char *take(struct auspex_instance *t,
                        const auspex_table_row *row) {
  double *const to[][2] = { { &t->old_from, &t->old_points },
                            { &t->heavy_from, &t->heavy_points },
                            { &t->high_from, NULL } };
  static const char *const names[] = { "age", "weight", "high" };
  for (unsigned i = 0; i < 3; i++) {
    if (!auspex_table_is(row->fields[0], names[i])) continue;
    if (t->seen & 1u << i) return "the row stands there twice";
    t->seen |= 1u << i;
    if (row->count != (to[i][1] ? 3 : 2) ||
        !auspex_table_number(row, 1, to[i][0]) ||
        (to[i][1] && !auspex_table_number(row, 2, to[i][1])))
      return "it needs numbers: age FROM POINTS, weight FROM POINTS, high FROM";
    return NULL;
  }
  return "the row is unknown";
}

static int32_t read_table(struct auspex_instance *t, const auspex_blob *blob,
                          auspex_error *err) {
  auspex_table table;
  auspex_table_row row;
  int got;
  if (!auspex_table_begin(&table, blob->data, (size_t)blob->length))
    return refuse(err, AUSPEX_E_CONFIG, 1, "it does not begin with "
                                           "'auspex-table 1'");
  while ((got = auspex_table_next(&table, &row)) == AUSPEX_TABLE_ROW) {
    const char *why = take(t, &row);
    if (why) return refuse(err, AUSPEX_E_CONFIG, table.line, why);
  }
  if (got == AUSPEX_TABLE_BAD)
    return refuse(err, AUSPEX_E_CONFIG, table.line, "the line is malformed");
  if (t->seen != 7)
    return refuse(err, AUSPEX_E_CONFIG, table.line, "rows are missing");
  return AUSPEX_OK;
}

static int32_t create(const auspex_host *host, const auspex_config *config,
                      auspex_instance **out, auspex_error *err) {
  (void)host;
  auspex_instance *t = calloc(1, sizeof *t);
  if (!t) return refuse(err, AUSPEX_E_NOMEM, 0, "out of memory");
  int32_t status =
      refuse(err, AUSPEX_E_CONFIG, 0, "there is no such file in data/");
  for (uint32_t i = 0; i < config->blob_count; i++)
    if (strcmp(config->blobs[i].name, "@NAME@.table") == 0)
      status = read_table(t, &config->blobs[i], err);
  if (status) {
    free(t);
    return status;
  }
  *out = t;
  return AUSPEX_OK;
}

static void destroy(auspex_instance *t) {
  free(t);
}

/* --- scoring ------------------------------------------------------------------- */

static int has(const auspex_batch *batch, size_t cell) {
  return (batch->state[cell] == AUSPEX_CELL_PRESENT ||
          batch->state[cell] == AUSPEX_CELL_IMPUTED) &&
         isfinite(batch->value[cell]);
}

static void score_row(const auspex_instance *t, const auspex_batch *batch,
                      uint32_t row, auspex_writer *w) {
  size_t first = (size_t)row * INPUTS;
  auspex_result *result = auspex_write_result(w, row, 0);
  for (int32_t i = 0; i < INPUTS; i++) {
    if (has(batch, first + (size_t)i)) continue;
    result->status = AUSPEX_ROW_MISSING_INPUT;
    result->input = i;
    auspex_write_text(w, "The model needs all of its inputs.");
    auspex_write_done(w);
    return;
  }
  double age = batch->value[first + AGE] >= t->old_from ? t->old_points : 0;
  double weight =
      batch->value[first + WEIGHT] >= t->heavy_from ? t->heavy_points : 0;
  result->score = age + weight;
  result->level =
      result->score >= t->high_from ? AUSPEX_LEVEL_HIGH : AUSPEX_LEVEL_LOW;
  auspex_write_contribution(w, BY_AGE, age);
  auspex_write_contribution(w, BY_WEIGHT, weight);
  auspex_write_text(w, "%g points: age %+g, body weight %+g.", age + weight,
                    age, weight);
  auspex_write_done(w);
}

static int32_t score(auspex_instance *t, uint32_t number,
                     const auspex_batch *batch, auspex_output *out,
                     auspex_error *err) {
  (void)err;
  if (number != 0) return AUSPEX_E_MODEL;
  if (batch->column_count != INPUTS) return AUSPEX_E_INPUT;
  auspex_writer w = auspex_write_begin(out);
  for (uint32_t row = 0; row < batch->row_count && !w.status; row++)
    score_row(t, batch, row, &w);
  return auspex_write_end(&w);
}

AUSPEX_MODULE(models, 1, create, destroy, score, NULL)
