/* The module: every *.json of the data folder that is a model is one. */
#include "mf_model.h"

enum { MODELS_MOST = 64 };

struct auspex_instance {
  mf_memory memory;
  mf_model *models[MODELS_MOST];
  const auspex_model *declared[MODELS_MOST];
  auspex_models told;
};

static int32_t refuse(auspex_error *err, int32_t code, const char *why) {
  if (err && err->size >= sizeof *err) {
    err->code = code;
    err->row = err->input = -1;
    (void)snprintf(err->message, sizeof err->message, "%s", why);
  }
  return code;
}

static int32_t read_file(auspex_instance *instance, const auspex_config *config,
                         const auspex_blob *blob, auspex_error *err) {
  mf_model *model = NULL;
  int32_t status = mf_file_read(&instance->memory, config, blob, &model, err);
  if (status || !model) return status;
  if (instance->told.count == MODELS_MOST) {
    mf_engine_free(&model->engine);
    return refuse(err, AUSPEX_E_CONFIG, "there are more than 64 models");
  }
  instance->models[instance->told.count] = model;
  instance->declared[instance->told.count++] = &model->declared;
  return AUSPEX_OK;
}

static void destroy(auspex_instance *instance) {
  if (!instance) return;
  for (uint32_t i = 0; i < instance->told.count; i++)
    mf_engine_free(&instance->models[i]->engine);
  mf_memory_free(&instance->memory);
  free(instance);
}

static int32_t create(const auspex_host *host, const auspex_config *config,
                      auspex_instance **out, auspex_error *err) {
  (void)host;
  int32_t status = AUSPEX_OK;
  auspex_instance *instance = calloc(1, sizeof *instance);
  if (!instance) return refuse(err, AUSPEX_E_NOMEM, "out of memory");
  for (uint32_t i = 0; config && i < config->blob_count && !status; i++)
    if (mf_file_named(config->blobs[i].name))
      status = read_file(instance, config, &config->blobs[i], err);
  if (!status && instance->told.count == 0)
    status = refuse(err, AUSPEX_E_CONFIG,
                    "the data folder holds no model: a file NAME.json with "
                    "\"format\": \"auspex-model/1\"");
  if (status) {
    destroy(instance);
    return status;
  }
  instance->told.size = sizeof instance->told;
  instance->told.models = instance->declared;
  *out = instance;
  return AUSPEX_OK;
}

static int32_t score(auspex_instance *instance, uint32_t model,
                     const auspex_batch *batch, auspex_output *out,
                     auspex_error *err) {
  if (model >= instance->told.count)
    return refuse(err, AUSPEX_E_MODEL, "there is no such model");
  const mf_model *m = instance->models[model];
  if (batch->column_count != m->declared.input_count)
    return refuse(err, AUSPEX_E_INPUT, "the number of columns is wrong");
  auspex_writer w = auspex_write_begin(out);
  for (uint32_t row = 0; row < batch->row_count && !w.status; row++)
    mf_score_row(m, batch, row, &w);
  int32_t status = auspex_write_end(&w);
  return status ? refuse(err, status, "the host's buffers do not suffice")
                : AUSPEX_OK;
}

static const void *extension(auspex_instance *instance, const char *id) {
  return strcmp(id, AUSPEX_MODELS) == 0 ? &instance->told : NULL;
}

AUSPEX_MODULE(NULL, 0, create, destroy, score, extension)
