#include "scoring/module_files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "scoring/broker.h"

enum { PATH_MOST = 4096, DATA_SCRATCH = 16 << 10 };

static ax_status join(char *out, size_t size, ax_error *err, const char *folder,
                      const char *name, const char *tail) {
  int len = snprintf(out, size, "%s/%s%s", folder, name, tail);
  if (len > 0 && (size_t)len < size) return AX_OK;
  return ax_error_set(err, AX_TOO_LARGE, "the path of module '%s' is too long",
                      name);
}

static ax_status seal_module(const char *folder, const char *name,
                             ax_module_files *out, ax_error *err) {
  char path[PATH_MOST];
  AX_TRY(join(path, sizeof path, err, folder, name, ".so"));
  ax_arena *scratch = ax_arena_new(AX_MODULE_FILES_MAX + (size_t)DATA_SCRATCH);
  if (!scratch) return ax_error_set(err, AX_NOMEM, "no memory for a module");
  ax_str bytes;
  ax_status status =
      ax_file_read(scratch, path, AX_MODULE_FILES_MAX, &bytes, err);
  if (!status) {
    ax_sha256_hex(bytes, out->digest);
    status = ax_broker_seal(name, bytes, &out->order.module, err);
  }
  ax_arena_free(scratch);
  return status;
}

typedef struct {
  ax_arena *arena, *scratch;
  ax_frame_load_file *files;
  ax_buf all, sums; /* bytes of all files; lines like those of sha256sum */
} gathering;

static ax_status gather_one(gathering *g, const char *folder, const char *name,
                            size_t i, ax_error *err) {
  char path[PATH_MOST], digest[AX_SHA256_HEX + 1];
  ax_str bytes;
  AX_TRY(join(path, sizeof path, err, folder, name, ""));
  AX_TRY(ax_file_read(g->scratch, path, AX_MODULE_FILES_MAX, &bytes, err));
  char *kept = ax_arena_cstr(g->arena, ax_str_from(name));
  if (!kept) return ax_error_set(err, AX_NOMEM, "no memory for data files");
  g->files[i] =
      (ax_frame_load_file){ ax_str_from(kept), g->all.len, bytes.len };
  ax_buf_append(&g->all, bytes);
  ax_sha256_hex(bytes, digest);
  ax_buf_append(&g->sums, ax_str_from(digest));
  ax_buf_append(&g->sums, AX_STR("  "));
  ax_buf_append(&g->sums, ax_str_from(name));
  ax_buf_append_char(&g->sums, '\n');
  if (!g->all.status && !g->sums.status) return AX_OK;
  return ax_error_set(err, AX_TOO_LARGE, "the data files are too large");
}

static ax_status gather(gathering *g, const char *folder, ax_module_files *out,
                        ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0;
  AX_TRY(ax_file_list(g->scratch, folder, &names, &count, err));
  if (!count) return AX_OK;
  if (count > AX_FRAME_LOAD_FILES)
    return ax_error_set(err, AX_TOO_LARGE, "there are more than %d data files",
                        AX_FRAME_LOAD_FILES);
  g->files = AX_NEW_ARRAY(g->arena, ax_frame_load_file, count);
  if (!g->files) return ax_error_set(err, AX_NOMEM, "no memory for data files");
  for (size_t i = 0; i < count; i++)
    AX_TRY(gather_one(g, folder, names[i], i, err));
  out->order.files = g->files;
  out->order.file_count = count;
  ax_sha256_hex(ax_buf_view(&g->sums), out->data_digest);
  return ax_broker_seal("data", ax_buf_view(&g->all), &out->order.data, err);
}

static ax_status seal_data(ax_arena *arena, const char *folder,
                           ax_module_files *out, ax_error *err) {
  char path[PATH_MOST];
  AX_TRY(join(path, sizeof path, err, folder, "data", ""));
  if (!ax_file_is_dir(path)) return AX_OK;
  gathering g = { .arena = arena,
                  .scratch = ax_arena_new((size_t)2 * AX_MODULE_FILES_MAX),
                  .all = AX_BUF_INIT(AX_MODULE_FILES_MAX),
                  .sums = AX_BUF_INIT(1 << 20) };
  if (!g.scratch)
    return ax_error_set(err, AX_NOMEM, "no memory for data files");
  ax_status status = gather(&g, path, out, err);
  ax_buf_free(&g.all);
  ax_buf_free(&g.sums);
  ax_arena_free(g.scratch);
  return status;
}

ax_status ax_module_files_open(ax_arena *arena, const char *plugins,
                               const char *name, ax_module_files *out,
                               ax_error *err) {
  char folder[PATH_MOST];
  *out = (ax_module_files){ .order = { .module = -1, .data = -1 } };
  AX_TRY(join(folder, sizeof folder, err, plugins, name, ""));
  ax_status status = seal_module(folder, name, out, err);
  if (!status) status = seal_data(arena, folder, out, err);
  if (status) ax_module_files_close(out);
  return status;
}

void ax_module_files_close(ax_module_files *files) {
  if (files->order.module >= 0) close(files->order.module);
  if (files->order.data >= 0) close(files->order.data);
  files->order.module = files->order.data = -1;
}
