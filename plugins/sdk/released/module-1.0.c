/* A module as somebody wrote it for ABI 1.0. Never changed: see README.md. */
#include <auspex_plugin.h>

#include <math.h>

static const auspex_code codes[] = {
  { "http://loinc.org", "718-7", "Hemoglobin", AUSPEX_MATCH_EXACT, 0 },
};
static const auspex_set hemoglobin = { .size = sizeof(auspex_set),
                                       .codes = AUSPEX_ARRAY(codes),
                                       .name = "hemoglobin" };
static const auspex_source sources[] = {
  { .size = sizeof(auspex_source),
    .from = AUSPEX_FROM_OBSERVATION,
    .pick = AUSPEX_PICK_SERIES,
    .codes = &hemoglobin,
    .unit = "g/dL",
    .valid_min = 2,
    .valid_max = 25 },
};
static const auspex_input inputs[] = {
  { .size = sizeof(auspex_input),
    .missing = AUSPEX_MISSING_REFUSE,
    .name = "hb",
    .title = "Hemoglobin",
    .sources = AUSPEX_ARRAY(sources),
    .flags = AUSPEX_WANTS_RANGE,
    .window_from_days = -3650 },
};
static const auspex_outcome outcomes[] = {
  { .size = sizeof(auspex_outcome),
    .kind = AUSPEX_MEASUREMENT,
    .name = "fall",
    .title = "Fall of hemoglobin",
    .codes = AUSPEX_ARRAY(codes),
    .unit = "g/dL",
    .category = "laboratory" },
};
static const auspex_factor factors[] = {
  { .size = sizeof(auspex_factor),
    .basis = AUSPEX_POINTS,
    .name = "samples",
    .title = "Number of samples",
    .inputs = { 0 },
    .input_count = 1 },
};
static const auspex_model fall = { .size = sizeof(auspex_model),
                                   .id = "org.example.fall",
                                   .name = "fall",
                                   .version = "1.0.0",
                                   .title = "Fall of hemoglobin",
                                   .publisher = "Example",
                                   .population = "Everybody.",
                                   .source = "None.",
                                   .limits = "An example.",
                                   .inputs = AUSPEX_ARRAY(inputs),
                                   .outcomes = AUSPEX_ARRAY(outcomes),
                                   .factors = AUSPEX_ARRAY(factors),
                                   .max_batch = 16,
                                   .max_results_per_row = 1,
                                   .max_contributions_per_row = 1,
                                   .max_text_per_row = 100 };
static const auspex_model *const models[] = { &fall };

struct auspex_instance {
  const auspex_host *host;
};

static int32_t create(const auspex_host *host, const auspex_config *config,
                      auspex_instance **out, auspex_error *err) {
  static auspex_instance instance;
  (void)config, (void)err;
  instance.host = host;
  host->log(host->ctx, AUSPEX_LOG_INFO, "a module of ABI 1.0");
  *out = &instance;
  return AUSPEX_OK;
}

static int32_t score(auspex_instance *instance, uint32_t model,
                     const auspex_batch *batch, auspex_output *out,
                     auspex_error *err) {
  (void)model, (void)err;
  for (uint32_t r = 0; r < batch->row_count; r++) {
    auspex_slice s = batch->series[r * batch->column_count];
    const double *v = batch->sample_value + s.first;
    if (instance->host->cancelled(instance->host->ctx))
      return AUSPEX_E_CANCELLED;
    if (out->result_count == out->result_capacity ||
        out->contribution_count == out->contribution_capacity)
      return AUSPEX_E_SPACE;
    out->contributions[out->contribution_count] =
        (auspex_contribution){ 0, 0, s.count };
    out->results[out->result_count++] =
        (auspex_result){ .row = r,
                         .probability = (double)NAN,
                         .low = (double)NAN,
                         .high = batch->sample_high[s.first],
                         .relative_risk = (double)NAN,
                         .score = v[0] - v[s.count - 1],
                         .contribution_first = out->contribution_count++,
                         .contribution_count = 1,
                         .mitigation = -1,
                         .input = 0 };
  }
  return AUSPEX_OK;
}

AUSPEX_MODULE(models, 1, create, NULL, score, NULL)
