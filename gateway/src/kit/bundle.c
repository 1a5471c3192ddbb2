#include "kit/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "kit/folder.h"

enum { PATH = 4096, BLOCK = 512, NAME = 100 };

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

/* --- ustar (POSIX.1-2008, pax, "ustar Interchange Format") -------------------
 */

typedef struct {
  char name[NAME], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type,
      link[NAME], magic[6], version[2], user[32], group[32], major[8], minor[8],
      prefix[155], pad[12];
} ustar;
_Static_assert(sizeof(ustar) == BLOCK, "a header is one block");

static void put_entry(ax_buf *out, const char *name, ax_str bytes) {
  static const char zeros[BLOCK];
  ustar h;
  unsigned sum = 0;
  unsigned char raw[BLOCK];
  char digits[16];
  memset(&h, 0, sizeof h);
  memcpy(h.name, name, strlen(name));
  memcpy(h.mode, "0000644", 8);
  memcpy(h.uid, "0000000", 8);
  memcpy(h.gid, "0000000", 8);
  (void)snprintf(digits, sizeof digits, "%011zo", bytes.len);
  memcpy(h.size, digits, 12);
  memcpy(h.mtime, "00000000000", 12);
  memset(h.sum, ' ', sizeof h.sum);
  h.type = '0';
  memcpy(h.magic, "ustar", 6);
  memcpy(h.version, "00", 2);
  memcpy(raw, &h, sizeof raw);
  for (size_t i = 0; i < sizeof raw; i++) sum += raw[i];
  (void)snprintf(digits, sizeof digits, "%06o", sum);
  memcpy(h.sum, digits, 7);
  memcpy(raw, &h, sizeof raw);
  ax_buf_append(out, (ax_str){ (const char *)raw, sizeof raw });
  ax_buf_append(out, bytes);
  if (bytes.len % BLOCK)
    ax_buf_append(out, (ax_str){ zeros, BLOCK - bytes.len % BLOCK });
}

static ax_status put_file(bundle *b, ax_buf *out, ax_str file, ax_str bytes) {
  char name[PATH];
  int len = snprintf(name, sizeof name, AX_STR_FMT "/" AX_STR_FMT,
                     AX_STR_ARG(b->name), AX_STR_ARG(file));
  if (len <= 0 || len >= NAME)
    return ax_error_set(b->err, AX_TOO_LARGE,
                        "the name " AX_STR_FMT " is too long for an archive",
                        AX_STR_ARG(file));
  put_entry(out, name, bytes);
  return out->status;
}

ax_status ax_bundle_archive(ax_arena *arena, const char *folder,
                            ax_str manifest, ax_buf *out, ax_error *err) {
  static const char end[2 * BLOCK];
  bundle b = { .arena = arena, .folder = folder, .err = err };
  ax_str bytes;
  AX_TRY(collect(&b));
  for (size_t i = 0; i < b.files.count; i++) {
    AX_TRY(read_file(&b, arena, b.files.items[i], &bytes));
    AX_TRY(put_file(&b, out, b.files.items[i], bytes));
  }
  AX_TRY(put_file(&b, out, AX_STR(AX_BUNDLE_MANIFEST), manifest));
  if (is_there(&b, AX_BUNDLE_SIGNATURE)) {
    AX_TRY(read_file(&b, arena, AX_STR(AX_BUNDLE_SIGNATURE), &bytes));
    AX_TRY(put_file(&b, out, AX_STR(AX_BUNDLE_SIGNATURE), bytes));
  }
  ax_buf_append(out, (ax_str){ end, sizeof end });
  return out->status;
}
