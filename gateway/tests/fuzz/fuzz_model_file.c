/*
 * libFuzzer target: whatever stands in a model file, reading it and scoring a
 * row with it ends, inside all bounds. The bytes are an XGBoost file as well as
 * a model file that may name it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "auspex_plugin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CELLS = 256, TEXT = 32768 };

static void score(const auspex_module *module, auspex_instance *instance,
                  uint32_t number, const auspex_model *model) {
  static double value[CELLS];
  static uint8_t state[CELLS];
  static auspex_result results[64];
  static auspex_contribution contributions[1024];
  static char text[TEXT];
  static const int64_t now = 1790000000000;
  static const uint64_t seed = 1;
  for (int i = 0; i < CELLS; i++) {
    value[i] = i % 3 ? (double)i * 1.5 - 7 : (double)NAN;
    state[i] = i % 3 ? AUSPEX_CELL_PRESENT : AUSPEX_CELL_ABSENT;
  }
  auspex_batch batch = { .size = sizeof batch,
                         .row_count = 1,
                         .column_count = model->input_count,
                         .as_of_ms = &now,
                         .anchor_ms = &now,
                         .seed = &seed,
                         .value = value,
                         .state = state };
  auspex_output out = { .size = sizeof out,
                        .result_stride = sizeof results[0],
                        .contribution_stride = sizeof contributions[0],
                        .results = results,
                        .result_capacity = model->max_results_per_row,
                        .contributions = contributions,
                        .contribution_capacity =
                            model->max_contributions_per_row,
                        .text = text,
                        .text_capacity = model->max_text_per_row };
  auspex_error err = { .size = sizeof err };
  /* The room it declares must be enough. */
  if (module->score(instance, number, &batch, &out, &err) == AUSPEX_E_SPACE)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auspex_blob blobs[] = { { "m.json", data, size }, { "b.json", data, size } };
  const char *second = memchr(data, '\n', size);
  if (second) { /* two files, one in each line */
    size_t first = (size_t)(second - (const char *)data);
    blobs[0].length = first;
    blobs[1].data = second + 1;
    blobs[1].length = size - first - 1;
  }
  auspex_host host = { .size = sizeof host, .abi = AUSPEX_ABI };
  auspex_config config = { sizeof config, second ? 2 : 1, blobs };
  auspex_module module = { .size = sizeof module };
  auspex_error err = { .size = sizeof err };
  auspex_instance *instance = NULL;
  if (auspex_module_open(&host, &module)) abort();
  if (module.create(&host, &config, &instance, &err)) return 0;
  const auspex_models *told = module.extension(instance, AUSPEX_MODELS);
  for (uint32_t i = 0; i < told->count; i++)
    score(&module, instance, i, told->models[i]);
  module.destroy(instance);
  return 0;
}
