#include "app/corpora.h"

#include "base/file.h"

enum { FILE_MAX = 256 * 1024 * 1024 };

ax_status ax_corpora_file_read(ax_arena *arena, const char *path,
                               ax_str *source, const ax_json **out,
                               ax_json_fault *fault, ax_error *err) {
  *out = NULL;
  AX_TRY(ax_file_read(arena, path, FILE_MAX, source, err));
  ax_status status = ax_json_parse(arena, *source, out, fault);
  return status ? ax_error_set(err, status, "%s: %s", path, fault->text)
                : AX_OK;
}

ax_status ax_corpora_file_manifest(const ax_corpora *corpora, ax_arena *arena,
                                   const char *part, const ax_json **out,
                                   ax_error *err) {
  ax_str source;
  ax_json_fault fault = { .at = 0 };
  ax_str path =
      ax_arena_printf(arena, "%s/%s/manifest.json", corpora->folder, part);
  if (!path.ptr) return AX_NOMEM;
  return ax_corpora_file_read(arena, path.ptr, &source, out, &fault, err);
}

ax_status ax_corpora_file_report(const ax_corpora *corpora, ax_arena *arena,
                                 const char *part, const ax_buf *report,
                                 ax_error *err) {
  ax_str path = ax_arena_printf(arena, "%s/%s.txt", corpora->output, part);
  if (!path.ptr) return AX_NOMEM;
  AX_TRY(report->status);
  return ax_file_write(path.ptr, ax_buf_view(report), err);
}
