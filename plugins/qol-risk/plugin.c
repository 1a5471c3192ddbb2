/* The module qol-risk: quality of life as patients report it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auspex_plugin.h"
#include "qlq.h"

static const auspex_model *const models[] = { &qlq_model };

struct auspex_instance {
  qlq_table qlq;
};

static int32_t refuse(auspex_error *err, int32_t code, const char *why) {
  if (err && err->size >= sizeof *err) {
    err->code = code;
    err->row = err->input = -1;
    (void)snprintf(err->message, sizeof err->message, "%s", why);
  }
  return code;
}

static const auspex_blob *find_blob(const auspex_config *config,
                                    const char *name) {
  for (uint32_t i = 0; config && i < config->blob_count; i++)
    if (strcmp(config->blobs[i].name, name) == 0) return &config->blobs[i];
  return NULL;
}

static int32_t create(const auspex_host *host, const auspex_config *config,
                      auspex_instance **out, auspex_error *err) {
  (void)host;
  const auspex_blob *blob = find_blob(config, "qlq-c30.table");
  if (!blob) return refuse(err, AUSPEX_E_CONFIG, "qlq-c30.table is missing");
  auspex_instance *instance = calloc(1, sizeof *instance);
  if (!instance) return refuse(err, AUSPEX_E_NOMEM, "out of memory");
  int32_t status =
      qlq_table_read(blob->data, (size_t)blob->length, &instance->qlq, err);
  if (status) {
    free(instance);
    return status;
  }
  *out = instance;
  return AUSPEX_OK;
}

static void destroy(auspex_instance *instance) {
  free(instance);
}

static int32_t score(auspex_instance *instance, uint32_t model,
                     const auspex_batch *batch, auspex_output *out,
                     auspex_error *err) {
  if (model != 0) return refuse(err, AUSPEX_E_MODEL, "there is one model, 0");
  if (batch->column_count != QLQ_COLUMNS)
    return refuse(err, AUSPEX_E_INPUT, "QLQ-C30 takes 90 columns");
  int32_t status = qlq_score(&instance->qlq, batch, out);
  return status ? refuse(err, status, "the host's buffers do not suffice")
                : AUSPEX_OK;
}

AUSPEX_MODULE(models, 1, create, destroy, score, NULL)
