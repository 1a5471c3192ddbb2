#include "kit/bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "kit/folder.h"

enum { PATH = 4096, NAME = 100 };

typedef struct {
  ax_arena *arena;
  const char *folder;
  ax_str name;          /* of the module */
  AX_VEC(ax_str) files; /* below the folder */
  ax_error *err;
} bundle;

static ax_status add(bundle *b, ax_str file) {
  ax_str *slot = AX_VEC_PUSH(&b->files, b->arena);
  if (!slot || !file.ptr) return ax_error_set(b->err, AX_NOMEM, "no memory");
  *slot = file;
  return AX_OK;
}

static ax_status read_file(bundle *b, ax_arena *arena, ax_str file,
                           ax_str *out) {
  ax_str path =
      ax_arena_printf(arena, "%s/" AX_STR_FMT, b->folder, AX_STR_ARG(file));
  if (!path.ptr) return ax_error_set(b->err, AX_NOMEM, "no memory");
  return ax_file_read(arena, path.ptr, AX_BUNDLE_MOST, out, b->err);
}

static bool is_there(const bundle *b, const char *name) {
  char path[PATH];
  int len = snprintf(path, sizeof path, "%s/%s", b->folder, name);
  return len > 0 && (size_t)len < sizeof path && ax_file_exists(path) &&
         !ax_file_is_dir(path);
}

/* Everything below `folder`/`below`; editors' leavings are no part of it. */
static ax_status add_folder(bundle *b, const char *below) {
  const char *const *names = NULL;
  size_t count = 0;
  ax_str path = ax_arena_printf(b->arena, "%s/%s", b->folder, below);
  if (!path.ptr) return ax_error_set(b->err, AX_NOMEM, "no memory");
  if (!ax_file_is_dir(path.ptr)) return AX_OK;
  AX_TRY(ax_file_list(b->arena, path.ptr, &names, &count, b->err));
  for (size_t i = 0; i < count; i++) {
    if (names[i][0] == '.' || names[i][strlen(names[i]) - 1] == '~') continue;
    AX_TRY(add(b, ax_arena_printf(b->arena, "%s/%s", below, names[i])));
  }
  return AX_OK;
}

static int by_name(const void *a, const void *b) {
  return ax_str_compare(*(const ax_str *)a, *(const ax_str *)b);
}

static ax_status collect(bundle *b) {
  char full[AX_FOLDER_PATH];
  ax_str so;
  AX_TRY(ax_folder_module(b->arena, b->folder, &so, b->err));
  if (!ax_folder_full(b->folder, full))
    return ax_error_set(b->err, AX_NOT_FOUND, "there is no folder \"%.150s\"",
                        b->folder);
  b->name = ax_arena_str(b->arena, ax_str_from(strrchr(full, '/') + 1));
  if (!b->name.ptr) return ax_error_set(b->err, AX_NOMEM, "no memory");
  AX_TRY(add(b, so));
  if (is_there(b, "golden.json")) AX_TRY(add(b, AX_STR("golden.json")));
  AX_TRY(add_folder(b, "data"));
  AX_TRY(add_folder(b, "cards"));
  AX_TRY(add_folder(b, "lib"));
  qsort(b->files.items, b->files.count, sizeof *b->files.items, by_name);
  return AX_OK;
}

ax_status ax_bundle_manifest(ax_arena *arena, const char *folder, ax_buf *out,
                             ax_error *err) {
  bundle b = { .arena = arena, .folder = folder, .err = err };
  AX_TRY(collect(&b));
  for (size_t i = 0; i < b.files.count; i++) {
    ax_str bytes;
    char digest[AX_SHA256_HEX + 1];
    AX_TRY(read_file(&b, arena, b.files.items[i], &bytes));
    ax_sha256_hex(bytes, digest);
    ax_buf_printf(out, "%s  " AX_STR_FMT "\n", digest,
                  AX_STR_ARG(b.files.items[i]));
  }
  return out->status;
}

/* --- the archive -------------------------------------------------------------
 */

typedef struct {
  bundle *b;
  struct archive *archive;
  ax_buf *out;
} packing;

static la_ssize_t take_bytes(struct archive *archive, void *ctx,
                             const void *bytes, size_t count) {
  (void)archive;
  ax_buf *out = ctx;
  ax_buf_append(out, (ax_str){ bytes, count });
  return out->status ? -1 : (la_ssize_t)count;
}

static ax_status failed(packing *p) {
  if (p->out->status) return p->out->status;
  return ax_error_set(p->b->err, AX_IO, "the archive cannot be written: %.200s",
                      archive_error_string(p->archive));
}

/* No times, no owners. */
static ax_status put_entry(packing *p, const char *name, ax_str bytes) {
  struct archive_entry *entry = archive_entry_new2(p->archive);
  if (!entry) return ax_error_set(p->b->err, AX_NOMEM, "no memory");
  archive_entry_set_pathname(entry, name);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, (la_int64_t)bytes.len);
  archive_entry_set_mtime(entry, 0, 0);
  bool fine = archive_write_header(p->archive, entry) == ARCHIVE_OK &&
              archive_write_data(p->archive, bytes.ptr, bytes.len) ==
                  (la_ssize_t)bytes.len;
  archive_entry_free(entry);
  return fine ? AX_OK : failed(p);
}

static ax_status put_file(packing *p, ax_str file, ax_str bytes) {
  char name[PATH];
  int len = snprintf(name, sizeof name, AX_STR_FMT "/" AX_STR_FMT,
                     AX_STR_ARG(p->b->name), AX_STR_ARG(file));
  if (len <= 0 || len > NAME)
    return ax_error_set(p->b->err, AX_TOO_LARGE,
                        "the name " AX_STR_FMT " is too long for an archive",
                        AX_STR_ARG(file));
  return put_entry(p, name, bytes);
}

static ax_status put_files(packing *p, ax_str manifest) {
  bundle *b = p->b;
  ax_str bytes;
  for (size_t i = 0; i < b->files.count; i++) {
    AX_TRY(read_file(b, b->arena, b->files.items[i], &bytes));
    AX_TRY(put_file(p, b->files.items[i], bytes));
  }
  AX_TRY(put_file(p, AX_STR(AX_BUNDLE_MANIFEST), manifest));
  if (!is_there(b, AX_BUNDLE_SIGNATURE)) return AX_OK;
  AX_TRY(read_file(b, b->arena, AX_STR(AX_BUNDLE_SIGNATURE), &bytes));
  return put_file(p, AX_STR(AX_BUNDLE_SIGNATURE), bytes);
}

/* gzip would put the time of day into its header. */
static ax_status open_archive(packing *p) {
  if (archive_write_set_format_ustar(p->archive) == ARCHIVE_OK &&
      archive_write_add_filter_gzip(p->archive) == ARCHIVE_OK &&
      archive_write_set_filter_option(p->archive, "gzip", "timestamp", NULL) ==
          ARCHIVE_OK &&
      archive_write_set_bytes_in_last_block(p->archive, 1) == ARCHIVE_OK &&
      archive_write_open(p->archive, p->out, NULL, take_bytes, NULL) ==
          ARCHIVE_OK)
    return AX_OK;
  return failed(p);
}

ax_status ax_bundle_archive(ax_arena *arena, const char *folder,
                            ax_str manifest, ax_buf *out, ax_error *err) {
  bundle b = { .arena = arena, .folder = folder, .err = err };
  packing p = { .b = &b, .out = out };
  AX_TRY(collect(&b));
  p.archive = archive_write_new();
  if (!p.archive) return ax_error_set(err, AX_NOMEM, "no memory");
  ax_status status = open_archive(&p);
  if (!status) status = put_files(&p, manifest);
  if (!status && archive_write_close(p.archive) != ARCHIVE_OK)
    status = failed(&p);
  (void)archive_write_free(p.archive);
  return status ? status : out->status;
}
