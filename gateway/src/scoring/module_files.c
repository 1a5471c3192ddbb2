#include "scoring/module_files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "scoring/broker.h"
#include "scoring/golden.h"
#include "scoring/module_manifest.h"

enum { PATH_MOST = 4096, SUMS_MAX = 1 << 20 };

typedef struct {
  ax_arena *arena, *scratch; /* of the result; of the bytes read */
  const char *folder;        /* its path */
  const ax_map *manifest;    /* NULL: unsigned */
  size_t seen;               /* files that the manifest lists */
  ax_module_files *out;
  ax_error *err;
} opening;

static ax_status nomem(const opening *o) {
  return ax_error_set(o->err, AX_NOMEM, "no memory for a module");
}

static ax_status join(const opening *o, const char *folder, const char *name,
                      char out[PATH_MOST]) {
  int len = snprintf(out, PATH_MOST, "%s/%s", folder, name);
  if (len > 0 && len < PATH_MOST) return AX_OK;
  return ax_error_set(o->err, AX_TOO_LARGE, "the path of '%s' is too long",
                      name);
}

/* Reads `name` below the folder, hashes it and asks the manifest. */
static ax_status take(opening *o, const char *name, ax_str *bytes,
                      char digest[AX_SHA256_HEX + 1]) {
  char path[PATH_MOST];
  AX_TRY(join(o, o->folder, name, path));
  AX_TRY(ax_file_read(o->scratch, path, AX_MODULE_FILES_MAX, bytes, o->err));
  ax_sha256_hex(*bytes, digest);
  if (!o->manifest) return AX_OK;
  o->seen++;
  return ax_module_manifest_check(o->manifest, ax_str_from(name), digest,
                                  o->err);
}

/* --- who vouches
 * ---------------------------------------------------------------
 */

static bool there(const opening *o, const char *name) {
  char path[PATH_MOST];
  return join(o, o->folder, name, path) == AX_OK && ax_file_exists(path);
}

static ax_status verify(opening *o, const ax_module_trust *trust) {
  char path[PATH_MOST];
  ax_str text, file;
  ax_signature signature;
  if (!there(o, AX_MODULE_SIGNATURE)) {
    if (!trust->signed_only) return AX_OK;
    return ax_error_set(o->err, AX_DENIED,
                        "it is not signed (there is no " AX_MODULE_SIGNATURE
                        "), and the configuration takes signed modules only");
  }
  AX_TRY(join(o, o->folder, AX_MODULE_SIGNATURE, path));
  AX_TRY(ax_file_read(o->scratch, path, AX_SIGNATURE_MAX, &file, o->err));
  AX_TRY(join(o, o->folder, AX_MODULE_MANIFEST, path));
  AX_TRY(ax_file_read(o->scratch, path, AX_MODULE_FILES_MANIFEST_MAX, &text,
                      o->err));
  AX_TRY(ax_signature_check(file, text, &trust->keys, &signature, o->err));
  memcpy(o->out->signer, signature.key, sizeof signature.key);
  return ax_module_manifest_read(o->scratch, text, &o->manifest, o->err);
}

/* --- the files
 * -----------------------------------------------------------------
 */

static ax_status find_module(opening *o, const char *const *names,
                             size_t count) {
  const char *found = NULL;
  for (size_t i = 0; i < count; i++) {
    if (!ax_str_ends(ax_str_from(names[i]), AX_STR(".so"))) continue;
    if (found)
      return ax_error_set(o->err, AX_NOT_FOUND,
                          "there are two modules in one folder: %s and %s",
                          found, names[i]);
    found = names[i];
  }
  if (!found)
    return ax_error_set(o->err, AX_NOT_FOUND, "there is no .so in the folder");
  o->out->name = ax_arena_cstr(o->arena, (ax_str){ found, strlen(found) - 3 });
  return o->out->name ? AX_OK : nomem(o);
}

static ax_status seal_module(opening *o) {
  ax_str bytes, name = ax_arena_printf(o->scratch, "%s.so", o->out->name);
  if (!name.ptr) return nomem(o);
  AX_TRY(take(o, name.ptr, &bytes, o->out->digest));
  return ax_broker_seal(o->out->name, bytes, &o->out->order.module, o->err);
}

typedef struct {
  ax_frame_load_file *files;
  ax_buf all, sums; /* bytes of all files; lines like those of sha256sum */
} gathering;

static ax_status gather_one(opening *o, gathering *g, const char *name,
                            size_t i) {
  char digest[AX_SHA256_HEX + 1];
  ax_str bytes, below = ax_arena_printf(o->scratch, "data/%s", name);
  char *kept = ax_arena_cstr(o->arena, ax_str_from(name));
  if (!kept || !below.ptr) return nomem(o);
  AX_TRY(take(o, below.ptr, &bytes, digest));
  g->files[i] =
      (ax_frame_load_file){ ax_str_from(kept), g->all.len, bytes.len };
  ax_buf_append(&g->all, bytes);
  ax_buf_printf(&g->sums, "%s  %s\n", digest, name);
  if (!g->all.status && !g->sums.status) return AX_OK;
  return ax_error_set(o->err, AX_TOO_LARGE, "the data files are too large");
}

static ax_status gather(opening *o, gathering *g, const char *folder) {
  const char *const *names = NULL;
  size_t count = 0;
  AX_TRY(ax_file_list(o->scratch, folder, &names, &count, o->err));
  if (!count) return AX_OK;
  if (count > AX_FRAME_LOAD_FILES)
    return ax_error_set(o->err, AX_TOO_LARGE,
                        "there are more than %d data files",
                        AX_FRAME_LOAD_FILES);
  g->files = AX_NEW_ARRAY(o->arena, ax_frame_load_file, count);
  if (!g->files) return nomem(o);
  for (size_t i = 0; i < count; i++) AX_TRY(gather_one(o, g, names[i], i));
  o->out->order.files = g->files;
  o->out->order.file_count = count;
  return ax_broker_seal("data", ax_buf_view(&g->all), &o->out->order.data,
                        o->err);
}

/* Names in a folder below the module's; none when it is not there. */
static ax_status list_below(opening *o, const char *below,
                            const char *const **names, size_t *count) {
  char path[PATH_MOST];
  *count = 0;
  AX_TRY(join(o, o->folder, below, path));
  if (!ax_file_is_dir(path)) return AX_OK;
  return ax_file_list(o->scratch, path, names, count, o->err);
}

static ax_status seal_libraries(opening *o, gathering *g) {
  const char *const *names = NULL;
  size_t count = 0;
  AX_TRY(list_below(o, "lib", &names, &count));
  if (count > AX_FRAME_LOAD_LIBRARIES)
    return ax_error_set(o->err, AX_TOO_LARGE,
                        "there are more than %d libraries in lib/",
                        AX_FRAME_LOAD_LIBRARIES);
  for (size_t i = 0; i < count; i++) {
    char digest[AX_SHA256_HEX + 1];
    ax_str bytes, name = ax_arena_printf(o->scratch, "lib/%s", names[i]);
    if (!name.ptr) return nomem(o);
    AX_TRY(take(o, name.ptr, &bytes, digest));
    ax_buf_printf(&g->sums, "%s  %s\n", digest, name.ptr);
    AX_TRY(ax_broker_seal(names[i], bytes,
                          &o->out->order.libraries[o->out->order.library_count],
                          o->err));
    o->out->order.library_count++;
  }
  return AX_OK;
}

static ax_status seal_data(opening *o) {
  char path[PATH_MOST];
  AX_TRY(join(o, o->folder, "data", path));
  gathering g = { .all = AX_BUF_INIT(AX_MODULE_FILES_MAX),
                  .sums = AX_BUF_INIT(SUMS_MAX) };
  ax_status status = ax_file_is_dir(path) ? gather(o, &g, path) : AX_OK;
  if (!status) status = seal_libraries(o, &g);
  if (!status && g.sums.len)
    ax_sha256_hex(ax_buf_view(&g.sums), o->out->data_digest);
  ax_buf_free(&g.all);
  ax_buf_free(&g.sums);
  return status;
}

/* The files of a folder beside the module, for their digests only. */
static ax_status take_folder(opening *o, const char *name, const char *path) {
  const char *const *names = NULL;
  size_t count = 0;
  if (!strcmp(name, "data") || !strcmp(name, "lib")) return AX_OK;
  AX_TRY(ax_file_list(o->scratch, path, &names, &count, o->err));
  for (size_t i = 0; i < count; i++) {
    char digest[AX_SHA256_HEX + 1];
    ax_str bytes, below = ax_arena_printf(o->scratch, "%s/%s", name, names[i]);
    if (!below.ptr) return nomem(o);
    AX_TRY(take(o, below.ptr, &bytes, digest));
  }
  return AX_OK;
}

/* Everything else in the folder: golden rows are kept, of the rest only the
 * digest counts, and only where there is a manifest. */
static ax_status take_others(opening *o, const char *const *names,
                             size_t count) {
  for (size_t i = 0; i < count; i++) {
    char path[PATH_MOST], digest[AX_SHA256_HEX + 1];
    ax_str bytes, name = ax_str_from(names[i]);
    bool golden = ax_str_eq(name, AX_STR(AX_GOLDEN_FILE));
    if (ax_str_starts(name, AX_STR(AX_MODULE_MANIFEST)) ||
        ax_str_ends(name, AX_STR(".so")) || (!golden && !o->manifest))
      continue;
    AX_TRY(join(o, o->folder, names[i], path));
    if (ax_file_is_dir(path)) {
      AX_TRY(take_folder(o, names[i], path));
      continue;
    }
    AX_TRY(take(o, names[i], &bytes, digest));
    if (!golden) continue;
    o->out->golden = ax_arena_str(o->arena, bytes);
    if (!o->out->golden.ptr) return nomem(o);
  }
  return AX_OK;
}

static void digest_version(ax_module_files *files) {
  char both[2 * AX_SHA256_HEX + 2];
  int len =
      snprintf(both, sizeof both, "%s %s", files->digest, files->data_digest);
  ax_sha256_hex((ax_str){ both, (size_t)len }, files->version_digest);
}

static ax_status read_all(opening *o, const ax_module_trust *trust) {
  const char *const *names = NULL;
  size_t count = 0;
  AX_TRY(ax_file_list(o->scratch, o->folder, &names, &count, o->err));
  AX_TRY(find_module(o, names, count));
  if (trust) AX_TRY(verify(o, trust));
  AX_TRY(seal_module(o));
  AX_TRY(seal_data(o));
  AX_TRY(take_others(o, names, count));
  digest_version(o->out);
  if (!o->manifest || o->seen == ax_map_count(o->manifest)) return AX_OK;
  return ax_error_set(o->err, AX_INVALID,
                      "the manifest lists %zu files, %zu of them are there",
                      ax_map_count(o->manifest), o->seen);
}

static ax_status open_folder(ax_arena *arena, const char *plugins,
                             const char *folder, const ax_module_trust *trust,
                             ax_module_files *out, ax_error *err) {
  char path[PATH_MOST];
  opening o = { .arena = arena, .folder = path, .out = out, .err = err };
  *out = (ax_module_files){ .name = "",
                            .order = { .module = -1, .data = -1 },
                            .golden = AX_STR("") };
  AX_TRY(join(&o, plugins, folder, path));
  o.scratch = ax_arena_new((size_t)4 * AX_MODULE_FILES_MAX);
  if (!o.scratch) return nomem(&o);
  ax_status status = read_all(&o, trust);
  ax_arena_free(o.scratch);
  if (status) ax_module_files_close(out);
  return status;
}

ax_status ax_module_files_open_trusted(ax_arena *arena, const char *plugins,
                                       const char *folder,
                                       const ax_module_trust *trust,
                                       ax_module_files *out, ax_error *err) {
  return open_folder(arena, plugins, folder, trust, out, err);
}

ax_status ax_module_files_open(ax_arena *arena, const char *plugins,
                               const char *folder, ax_module_files *out,
                               ax_error *err) {
  return open_folder(arena, plugins, folder, NULL, out, err);
}

void ax_module_files_close(ax_module_files *files) {
  if (files->order.module >= 0) close(files->order.module);
  if (files->order.data >= 0) close(files->order.data);
  for (size_t i = 0; i < files->order.library_count; i++)
    close(files->order.libraries[i]);
  files->order.module = files->order.data = -1;
  files->order.library_count = 0;
}
