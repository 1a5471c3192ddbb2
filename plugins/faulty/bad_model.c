/* Declares an input that makes no sense. */
#define FAULTY_NO_MODULE
#include "faulty.h"

static int32_t misbehave(const auspex_host *host, const auspex_batch *batch,
                         uint32_t row, auspex_output *out) {
  UNUSED_ARGUMENTS;
  return AUSPEX_OK;
}

static auspex_input input;
static auspex_model model;
static const auspex_model *const models[] = { &model };

static int32_t create(const auspex_host *host, const auspex_config *config,
                      auspex_instance **out, auspex_error *err) {
  input = faulty_inputs[0];
  input.relative_to = AUSPEX_AT_INPUT;
  input.relative_inputs = 1u << 5;
  model = faulty_model;
  model.inputs = &input;
  return faulty_create(host, config, out, err);
}

AUSPEX_MODULE(models, 1, create, NULL, faulty_score, NULL)
