/*
 * Models that are data: the same files, read by the same code as the engines
 * read them in a worker, here and now. Of the module nothing runs; what is read
 * is ours to read (plugins/model-file/mf_file.c).
 */
#include <model-file/mf_model.h>
#include <string.h>

#include "base/file.h"
#include "kit/lint.h"
#include "scoring/frame_model.h"

typedef struct {
  ax_findings *out;
  const char *folder;
  auspex_config config;
  mf_memory memory;
  const auspex_model **declared;
  const char **files; /* of each */
  size_t count;
  size_t errors; /* those that were there before */
} data;

/* The engines of this project name the format they read. */
bool ax_lint_data_is_ours(ax_str module) {
  return ax_str_find(module, AX_STR("auspex-model/1")) != AX_STR_NONE;
}

/* --- files -------------------------------------------------------------------
 */

static bool is_data(const char *name) {
  return name[0] != '.' && name[strlen(name) - 1] != '~';
}

static ax_status read_blobs(data *d, ax_error *err) {
  ax_arena *arena = d->out->arena;
  const char *const *names = NULL;
  size_t count = 0;
  ax_str path = ax_arena_printf(arena, "%s/data", d->folder);
  if (!path.ptr) return AX_NOMEM;
  if (!ax_file_is_dir(path.ptr)) return AX_OK;
  AX_TRY(ax_file_list(arena, path.ptr, &names, &count, err));
  auspex_blob *blobs = AX_NEW_ARRAY(arena, auspex_blob, count + 1);
  d->declared = AX_NEW_ARRAY(arena, const auspex_model *, count + 1);
  d->files = AX_NEW_ARRAY(arena, const char *, count + 1);
  if (!blobs || !d->declared || !d->files) return AX_NOMEM;
  d->config.blobs = blobs;
  for (size_t i = 0; i < count; i++) {
    ax_str bytes, file = ax_arena_printf(arena, "%s/%s", path.ptr, names[i]);
    if (!file.ptr) return AX_NOMEM;
    if (!is_data(names[i]) || ax_file_is_dir(file.ptr)) continue;
    AX_TRY(ax_file_read(arena, file.ptr, AX_LINT_FILE_MOST, &bytes, err));
    blobs[d->config.blob_count++] =
        (auspex_blob){ names[i], bytes.ptr, bytes.len };
  }
  return AX_OK;
}

/* "m.json:3:5: what is wrong" becomes a place and a text. */
static void report(data *d, const auspex_blob *blob, const char *message) {
  size_t name = strlen(blob->name);
  const char *text = strstr(message, ": ");
  bool placed = strncmp(message, blob->name, name) == 0 &&
                message[name] == ':' && text != NULL;
  ax_str place = placed ? ax_arena_printf(d->out->arena, "data/%.*s",
                                          (int)(text - message), message)
                        : ax_arena_printf(d->out->arena, "data/%s", blob->name);
  ax_finding_add(d->out, AX_FINDING_ERROR, "model-file",
                 place.ptr ? place : AX_STR("data"), "%s",
                 placed ? text + 2 : message);
}

static ax_status read_models(data *d) {
  for (uint32_t i = 0; i < d->config.blob_count; i++) {
    const auspex_blob *blob = &d->config.blobs[i];
    auspex_error why = { .size = sizeof why };
    mf_model *model = NULL;
    if (!mf_file_named(blob->name)) continue;
    int32_t status = mf_file_read(&d->memory, &d->config, blob, &model, &why);
    if (status == AUSPEX_E_NOMEM) return AX_NOMEM;
    if (status) report(d, blob, why.message);
    if (!model) continue;
    d->files[d->count] = blob->name;
    d->declared[d->count++] = &model->declared;
  }
  return AX_OK;
}

/* --- what they declare -------------------------------------------------------
 */

/* Over the same border as from a worker: the rules of the host hold. */
static ax_status cross(data *d, size_t first, size_t count, ax_model **out,
                       size_t *got) {
  auspex_module module = { .size = sizeof module,
                           .models = d->declared + first,
                           .model_count = (uint32_t)count };
  ax_buf payload = AX_BUF_INIT(AX_FRAME_MAX);
  ax_error why = { 0 };
  ax_frame_model_write(&payload, &module);
  ax_status status = payload.status;
  if (!status)
    status = ax_frame_model_read(d->out->arena, ax_buf_view(&payload), out, got,
                                 &why);
  ax_buf_free(&payload);
  if (status == AX_OK || status == AX_NOMEM) return status;
  ax_str place = ax_arena_printf(d->out->arena, "data/%s",
                                 count == 1 ? d->files[first] : "");
  ax_finding_add(d->out, AX_FINDING_ERROR, "declaration",
                 place.ptr ? place : AX_STR("data"), "%s", why.text);
  return AX_OK;
}

/* One by one, so that each says what is wrong with it; together once they are
 * right. */
static ax_status take_models(data *d, ax_model **out, size_t *count) {
  ax_model *one = NULL;
  size_t got = 0;
  for (size_t i = 0; i < d->count; i++) AX_TRY(cross(d, i, 1, &one, &got));
  if (d->out->errors > d->errors || !d->count) return AX_OK;
  return cross(d, 0, d->count, out, count);
}

ax_status ax_lint_data(ax_findings *out, const char *folder, ax_model **models,
                       size_t *count, ax_error *err) {
  data d = { .out = out,
             .folder = folder,
             .config = { .size = sizeof d.config },
             .errors = out->errors };
  *models = NULL;
  *count = 0;
  AX_TRY(read_blobs(&d, err));
  ax_status status = read_models(&d);
  if (!status) status = take_models(&d, models, count);
  if (!status && !d.count && out->errors == d.errors)
    ax_finding_add(out, AX_FINDING_ERROR, "model-file", AX_STR("data"),
                   "the data folder holds no model: a file NAME.json with "
                   "\"format\": \"auspex-model/1\"");
  mf_memory_free(&d.memory);
  return status ? status : out->nomem ? AX_NOMEM : AX_OK;
}
