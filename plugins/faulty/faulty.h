/*
 * faulty.h - a plug-in that behaves, until a row says otherwise.
 *
 * One model, "faulty", with one input `x`. A row with x below 1000 gets the
 * measurement 2 * x; with 1000 or more `misbehave` is called, which each file
 * in this folder defines in its own way. For the tests of isolation.
 */
#ifndef FAULTY_H
#define FAULTY_H

#include <auspex_plugin.h>
#include <math.h>
#include <stddef.h>

#ifndef FAULTY_NAME
#define FAULTY_NAME "faulty"
#endif

/* What to do about row `row`; answers like auspex_module.score. What was
 * written for rows before it is in `out`. */
static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out);

static const auspex_code faulty_codes[] = {
  { "http://loinc.org", "718-7", "Hemoglobin", AUSPEX_MATCH_EXACT, 0 },
};

static const auspex_set faulty_set = { .size = sizeof(auspex_set),
                                       .codes = AUSPEX_ARRAY(faulty_codes) };

static const auspex_source faulty_sources[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_OBSERVATION,
    .codes = &faulty_set,
    .unit = "g/dL" },
};

static const auspex_input faulty_inputs[] = {
  { .size = sizeof(auspex_input),
    .missing = AUSPEX_MISSING_REFUSE,
    .name = "x",
    .title = "Number",
    .sources = AUSPEX_ARRAY(faulty_sources),
    .window_from_days = AUSPEX_UNLIMITED },
};

static const auspex_outcome faulty_outcomes[] = {
  { .size = sizeof(auspex_outcome),
    .kind = AUSPEX_MEASUREMENT,
    .name = "twice",
    .title = "Twice the number",
    .codes = faulty_codes,
    .code_count = 1,
    .code_stride = sizeof(auspex_code),
    .unit = "g/dL",
    .category = "laboratory" },
};

static const auspex_model faulty_model = {
  .size = sizeof(auspex_model),
  .id = "org.auspex-gateway." FAULTY_NAME,
  .name = FAULTY_NAME,
  .version = "1.0.0",
  .title = "Misbehaves when asked to",
  .publisher = "Auspex",
  .population = "tests",
  .source = "none",
  .limits = "none",
  .inputs = AUSPEX_ARRAY(faulty_inputs),
  .outcomes = AUSPEX_ARRAY(faulty_outcomes),
  .max_batch = 64,
  .max_results_per_row = 2,
  .max_text_per_row = 64,
};

static const auspex_model *const faulty_models[] = { &faulty_model };

struct auspex_instance {
  const auspex_host *host;
};

static int32_t faulty_create(const auspex_host *host,
                             const auspex_config *config, auspex_instance **out,
                             auspex_error *err) {
  static auspex_instance instance;
  (void)config, (void)err;
  instance.host = host;
  *out = &instance;
  return AUSPEX_OK;
}

static void faulty_answer(auspex_output *out, uint32_t row, double value) {
  out->results[out->result_count++] =
      (auspex_result){ .row = row,
                       .status = AUSPEX_ROW_SCORED,
                       .probability = (double)NAN,
                       .low = (double)NAN,
                       .high = (double)NAN,
                       .relative_risk = (double)NAN,
                       .score = value,
                       .mitigation = -1,
                       .input = 0 };
}

static int32_t faulty_score(auspex_instance *instance, uint32_t model,
                            const auspex_batch *batch, auspex_output *out,
                            auspex_error *err) {
  (void)model, (void)err;
#ifdef FAULTY_BATCHES /* the name of a counter */
  instance->host->counter(instance->host->ctx, FAULTY_BATCHES, 1);
#endif
  for (uint32_t r = 0; r < batch->row_count; r++) {
    double x = batch->value[r * batch->column_count];
    if (x < 1000) {
      faulty_answer(out, r, 2 * x);
      continue;
    }
    int32_t code = misbehave(instance->host, batch, r, out);
    if (code) return code;
  }
  return AUSPEX_OK;
}

#ifndef FAULTY_NO_MODULE
AUSPEX_MODULE(faulty_models, 1, faulty_create, NULL, faulty_score, NULL)
#endif

#define UNUSED_ARGUMENTS (void)host, (void)batch, (void)row, (void)out

#endif
