/* One file of the data folder: is it a model, and which? */
#include "mf_model.h"

int mf_file_named(const char *name) {
  size_t length = strlen(name);
  return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

/* XGBoost's own files lie beside the model files that name them. */
static int is_model(const auspex_json *json) {
  return auspex_json_get(json, 0, "format") != 0 ||
         auspex_json_get(json, 0, "learner") == 0;
}

static int32_t read_model(mf_reader *r, const auspex_config *config,
                          mf_model **out) {
  mf_model *model = mf_memory_new(r->memory, 1, sizeof *model);
  if (!model) return mf_read_nomem(r);
  int32_t status = mf_model_read(r, config, model);
  if (status)
    mf_engine_free(&model->engine);
  else
    *out = model;
  return status;
}

int32_t mf_file_read(mf_memory *memory, const auspex_config *config,
                     const auspex_blob *blob, mf_model **out,
                     auspex_error *err) {
  mf_reader r = { .memory = memory, .file = blob->name, .err = err };
  *out = NULL;
  if (!auspex_json_parse(&r.json, blob->data, blob->length))
    return mf_read_fault(&r, 0, "%s", r.json.fault);
  int32_t status = is_model(&r.json) ? read_model(&r, config, out) : AUSPEX_OK;
  auspex_json_free(&r.json);
  return status;
}
