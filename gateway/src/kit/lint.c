#include "kit/lint.h"

#include "base/file.h"
#include "kit/declared.h"
#include "kit/folder.h"

/* "x/author.so" and "author.so" for a folder x or a file; the name is NULL when
 * there is nothing to judge, which was reported. */
typedef struct {
  const char *folder; /* NULL: a file was named */
  ax_str path, name;
} module;

static ax_status find(const char *path, ax_findings *out, module *m) {
  ax_error err = { 0 };
  *m = (module){ .path = ax_str_from(path), .name = ax_str_from(path) };
  if (!ax_file_is_dir(path)) return AX_OK;
  m->folder = path;
  ax_status status = ax_folder_module(out->arena, path, &m->name, &err);
  if (status == AX_NOMEM) return status;
  if (status) {
    ax_finding_add(out, AX_FINDING_ERROR, "folder", ax_str_from(path), "%s",
                   err.text);
    m->name = (ax_str){ NULL, 0 };
    return AX_OK;
  }
  m->path =
      ax_arena_printf(out->arena, "%s/" AX_STR_FMT, path, AX_STR_ARG(m->name));
  return m->path.ptr ? AX_OK : AX_NOMEM;
}

/* Libraries of the folder's own, which the worker loads for it. */
static bool has_libraries(const char *folder, ax_findings *out) {
  ax_str lib = ax_arena_printf(out->arena, "%s/lib", folder);
  return lib.ptr && ax_file_is_dir(lib.ptr);
}

/* Models that come with the data of somebody else's engine are known to it
 * alone. */
static ax_status find_models(const module *m, ax_str bytes, const ax_elf *elf,
                             ax_findings *out, ax_model **models, size_t *count,
                             ax_error *err) {
  ax_error why = { 0 };
  ax_status status = ax_declared_read(out->arena, elf, models, count, &why);
  if (status == AX_NOMEM) return status;
  if (status) {
    ax_finding_add(out, AX_FINDING_ERROR, "declaration", m->name, "%s",
                   why.text);
    return AX_OK;
  }
  if (*count) return AX_OK;
  if (m->folder && ax_lint_data_is_ours(bytes))
    return ax_lint_data(out, m->folder, models, count, err);
  ax_finding_add(out, AX_FINDING_NOTE, "declaration", m->name,
                 "its models come with its data; `auspex plugin check` looks "
                 "at them");
  return AX_OK;
}

static ax_status lint_models(const module *m, ax_str bytes, const ax_elf *elf,
                             ax_findings *out, ax_error *err) {
  ax_model *models = NULL;
  size_t count = 0, before = out->errors;
  AX_TRY(find_models(m, bytes, elf, out, &models, &count, err));
  ax_lint_models(out, models, count);
  if (m->folder && (count || out->errors == before))
    ax_lint_folder(out, m->folder, models, count);
  return AX_OK;
}

static ax_status lint(const char *path, bool whole, ax_findings *out,
                      ax_error *err) {
  module m;
  ax_str bytes;
  ax_elf elf;
  AX_TRY(find(path, out, &m));
  if (!m.name.ptr) return AX_OK;
  AX_TRY(ax_file_read(out->arena, m.path.ptr, AX_LINT_FILE_MOST, &bytes, err));
  bool libraries = m.folder && has_libraries(m.folder, out);
  if (ax_lint_file(out, m.name, bytes, libraries, &elf) && whole)
    AX_TRY(lint_models(&m, bytes, &elf, out, err));
  return out->nomem ? AX_NOMEM : AX_OK;
}

ax_status ax_lint(const char *path, ax_findings *out, ax_error *err) {
  return lint(path, true, out, err);
}

ax_status ax_lint_module(const char *folder, ax_findings *out, ax_error *err) {
  return lint(folder, false, out, err);
}
