#include "definitions/package_index.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "json/json_parse.h"
#include "json/json_write.h"

enum { INDEX_FORMAT = 5, INDEX_MAX = 64 << 20, SCAN_MEMORY = 512 << 20 };

typedef AX_VEC(ax_package_entry) entry_list;
typedef AX_VEC(ax_str) text_list;

/* --- which files
 * -------------------------------------------------------------- */

/* The type that a file name claims: "ValueSet-x.json" -> "ValueSet". */
static ax_str claimed_type(ax_str name) {
  size_t n = 0;
  while (n < name.len && isalpha((unsigned char)name.ptr[n])) n++;
  bool typed = n > 0 && n < name.len && name.ptr[n] == '-' &&
               isupper((unsigned char)name.ptr[0]);
  return typed ? (ax_str){ name.ptr, n } : AX_STR("");
}

static bool may_define(ax_str name) {
  if (!ax_str_ends(name, AX_STR(".json")) ||
      ax_str_eq(name, AX_STR("package.json")) || name.ptr[0] == '.')
    return false;
  ax_str type = claimed_type(name);
  return type.len == 0 || ax_package_kind(type) != AX_DEF_KINDS;
}

static bool is_example(ax_str id) {
  return ax_str_eq(id, AX_STR("example")) ||
         ax_str_starts(id, AX_STR("example-")) ||
         ax_str_starts(id, AX_STR("example2"));
}

static ax_status list_files(ax_arena *arena, const char *folder,
                            const char *const **names, size_t *count,
                            char digest[AX_SHA256_HEX + 1], ax_error *err) {
  AX_TRY(ax_file_list(arena, folder, names, count, err));
  ax_buf all = AX_BUF_INIT(64u << 20);
  for (size_t i = 0; i < *count; i++) {
    if (!may_define(ax_str_from((*names)[i]))) continue;
    char path[4096];
    struct stat st = { 0 };
    int n = snprintf(path, sizeof path, "%s/%s", folder, (*names)[i]);
    if (n > 0 && (size_t)n < sizeof path) (void)stat(path, &st);
    ax_buf_printf(&all, "%s %lld %lld.%ld\n", (*names)[i],
                  (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                  st.st_mtim.tv_nsec);
  }
  ax_status status = all.status;
  if (status == AX_OK) ax_sha256_hex(ax_buf_view(&all), digest);
  ax_buf_free(&all);
  return status;
}

/* --- reading the files
 * ----------------------------------------------------------- */

bool ax_package_describe(const ax_json *doc, ax_package_entry *out) {
  ax_def_kind kind = ax_package_kind(AX_JSON_STR(doc, "resourceType"));
  if (kind == AX_DEF_KINDS || AX_JSON_STR(doc, "url").len == 0) return false;
  *out = (ax_package_entry){ .kind = kind,
                             .url = AX_JSON_STR(doc, "url"),
                             .version = AX_JSON_STR(doc, "version"),
                             .id = AX_JSON_STR(doc, "id") };
  if (kind == AX_DEF_CODE_SYSTEM) {
    ax_str version = AX_JSON_STR(doc, "supplements");
    out->base = ax_str_cut(&version, '|');
    version = AX_JSON_STR(doc, "valueSet");
    out->name = ax_str_cut(&version, '|');
  }
  if (kind != AX_DEF_STRUCTURE) return true;
  const ax_json *abstract = AX_JSON_GET(doc, "abstract");
  out->name = AX_JSON_STR(doc, "type");
  out->base = AX_JSON_STR(doc, "baseDefinition");
  out->is_type =
      !ax_str_eq(AX_JSON_STR(doc, "derivation"), AX_STR("constraint"));
  out->is_resource = out->is_type &&
                     ax_str_eq(AX_JSON_STR(doc, "kind"), AX_STR("resource")) &&
                     !(abstract && abstract->truth);
  return true;
}

static bool keep_entry(ax_arena *arena, entry_list *out,
                       const ax_package_entry *entry, const char *file) {
  ax_package_entry *e = AX_VEC_PUSH(out, arena);
  if (!e) return false;
  *e = *entry;
  e->url = ax_arena_str(arena, entry->url);
  e->version = ax_arena_str(arena, entry->version);
  e->id = ax_arena_str(arena, entry->id);
  e->name = ax_arena_str(arena, entry->name);
  e->base = ax_arena_str(arena, entry->base);
  e->file = ax_arena_str(arena, ax_str_from(file));
  return e->url.ptr && e->version.ptr && e->file.ptr && e->id.ptr &&
         e->name.ptr && e->base.ptr;
}

/* Reads one file into `scratch` (reset before the next) and keeps what it
 * defines in `arena`. */
static ax_status scan_file(ax_arena *arena, ax_arena *scratch,
                           const ax_package *package, const char *file,
                           entry_list *out, text_list *broken) {
  char path[4096];
  int n = snprintf(path, sizeof path, "%s/%s", package->folder, file);
  if (n < 0 || (size_t)n >= sizeof path) return AX_OK;
  ax_error err = { 0 };
  ax_str text;
  const ax_json *doc = NULL;
  ax_json_fault fault = { 0 };
  ax_status status =
      ax_file_read(scratch, path, AX_PACKAGE_FILE_MAX, &text, &err);
  if (status == AX_OK) status = ax_json_parse(scratch, text, &doc, &fault);
  if (status) {
    ax_str *slot = AX_VEC_PUSH(broken, arena);
    if (!slot) return AX_NOMEM;
    *slot = ax_arena_printf(arena, "%s:%u:%u: %s", path, fault.place.line,
                            fault.place.column,
                            fault.text[0] ? fault.text : err.text);
    return slot->ptr ? AX_OK : AX_NOMEM;
  }
  ax_package_entry entry;
  if (!ax_package_describe(doc, &entry) || is_example(entry.id)) return AX_OK;
  return keep_entry(arena, out, &entry, file) ? AX_OK : AX_NOMEM;
}

static ax_status scan(ax_arena *arena, ax_package *package,
                      const char *const *names, size_t count) {
  ax_arena *scratch = ax_arena_new(SCAN_MEMORY);
  if (!scratch) return AX_NOMEM;
  entry_list entries = { 0 };
  text_list broken = { 0 };
  ax_status status = AX_OK;
  for (size_t i = 0; status == AX_OK && i < count; i++) {
    if (!may_define(ax_str_from(names[i]))) continue;
    status = scan_file(arena, scratch, package, names[i], &entries, &broken);
    ax_arena_reset(scratch);
  }
  ax_arena_free(scratch);
  package->entries = entries.items;
  package->entry_count = entries.count;
  package->broken = broken.items;
  package->broken_count = broken.count;
  return status;
}

/* --- the saved index
 * --------------------------------------------------------------- */

static void write_entry(ax_json_writer *w, const ax_package_entry *e) {
  ax_json_write_array(w);
  ax_json_write_int(w, (int64_t)e->kind);
  ax_json_write_str(w, e->url);
  ax_json_write_str(w, e->version);
  ax_json_write_str(w, e->id);
  ax_json_write_str(w, e->name);
  ax_json_write_str(w, e->base);
  ax_json_write_str(w, e->file);
  ax_json_write_bool(w, e->is_type);
  ax_json_write_bool(w, e->is_resource);
  ax_json_write_close(w);
}

static void save(const char *path, const ax_package *package) {
  ax_buf text = AX_BUF_INIT(INDEX_MAX);
  ax_json_writer w = ax_json_write_begin(&text);
  ax_json_write_object(&w);
  ax_json_write_key(&w, AX_STR("format"));
  ax_json_write_int(&w, INDEX_FORMAT);
  ax_json_write_key(&w, AX_STR("broken"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < package->broken_count; i++)
    ax_json_write_str(&w, package->broken[i]);
  ax_json_write_close(&w);
  ax_json_write_key(&w, AX_STR("entries"));
  ax_json_write_array(&w);
  for (size_t i = 0; i < package->entry_count; i++)
    write_entry(&w, &package->entries[i]);
  ax_json_write_close(&w);
  ax_json_write_close(&w);
  if (ax_json_write_end(&w) == AX_OK) {
    ax_error ignored = { 0 };
    if (ax_file_write(path, ax_buf_view(&text), &ignored)) { /* as before */
    }
  }
  ax_buf_free(&text);
}

static bool read_entry(const ax_json *row, ax_package_entry *e) {
  int64_t kind;
  if (ax_json_count(row) != 9 ||
      !ax_str_int64(ax_json_text(ax_json_item(row, 0)), 0, AX_DEF_KINDS - 1,
                    &kind))
    return false;
  *e = (ax_package_entry){
    .kind = (ax_def_kind)kind,
    .url = ax_json_text(ax_json_item(row, 1)),
    .version = ax_json_text(ax_json_item(row, 2)),
    .id = ax_json_text(ax_json_item(row, 3)),
    .name = ax_json_text(ax_json_item(row, 4)),
    .base = ax_json_text(ax_json_item(row, 5)),
    .file = ax_json_text(ax_json_item(row, 6)),
    .is_type = ax_json_item(row, 7)->truth,
    .is_resource = ax_json_item(row, 8)->truth,
  };
  /* The file name goes into a path: no climbing out through a damaged index. */
  return e->url.len && e->file.len && !memchr(e->file.ptr, '/', e->file.len);
}

/* True when the saved index was there and good. */
static bool load_saved(ax_arena *arena, const char *path, ax_package *package) {
  ax_error err = { 0 };
  ax_str text;
  const ax_json *doc;
  ax_json_fault fault;
  int64_t format;
  if (ax_file_read(arena, path, INDEX_MAX, &text, &err) ||
      ax_json_parse(arena, text, &doc, &fault) ||
      !ax_str_int64(ax_json_text(AX_JSON_GET(doc, "format")), INDEX_FORMAT,
                    INDEX_FORMAT, &format))
    return false;
  const ax_json *rows = AX_JSON_GET(doc, "entries");
  const ax_json *broken = AX_JSON_GET(doc, "broken");
  size_t count = ax_json_count(rows), faults = ax_json_count(broken);
  ax_package_entry *entries = AX_NEW_ARRAY(arena, ax_package_entry, count + 1);
  ax_str *texts = AX_NEW_ARRAY(arena, ax_str, faults + 1);
  if (!entries || !texts) return false;
  for (size_t i = 0; i < count; i++)
    if (!read_entry(ax_json_item(rows, i), &entries[i])) return false;
  for (size_t i = 0; i < faults; i++)
    texts[i] = ax_json_text(ax_json_item(broken, i));
  package->entries = entries;
  package->entry_count = count;
  package->broken = texts;
  package->broken_count = faults;
  return true;
}

ax_status ax_package_index_load(ax_arena *arena, const char *cache,
                                ax_package *package, ax_error *err) {
  const char *const *names;
  size_t count;
  char digest[AX_SHA256_HEX + 1];
  AX_TRY(list_files(arena, package->folder, &names, &count, digest, err));
  if (!cache) return scan(arena, package, names, count);
  ax_str path = ax_arena_printf(
      arena, "%s/" AX_STR_FMT "-" AX_STR_FMT "-%.16s.index", cache,
      AX_STR_ARG(package->name), AX_STR_ARG(package->version), digest);
  if (!path.ptr) return AX_NOMEM;
  if (load_saved(arena, path.ptr, package)) return AX_OK;
  AX_TRY(scan(arena, package, names, count));
  ax_error ignored = { 0 };
  if (ax_file_make_dirs(cache, &ignored) == AX_OK) save(path.ptr, package);
  return AX_OK;
}
