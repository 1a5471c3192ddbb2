#include "scoring/module_manifest.h"

static bool is_digest(ax_str text) {
  for (size_t i = 0; i < text.len; i++)
    if (!strchr("0123456789abcdef", text.ptr[i])) return false;
  return text.len == AX_SHA256_HEX;
}

/* "a", "data/a": no root, no "..", no empty part, no NUL. */
static bool is_name(ax_str name) {
  bool fine = name.len > 0 && name.len < 512 && !memchr(name.ptr, 0, name.len);
  for (ax_str rest = name; fine && rest.len;) {
    ax_str part = ax_str_cut(&rest, '/');
    fine = part.len && !ax_str_eq(part, AX_STR(".")) &&
           !ax_str_eq(part, AX_STR(".."));
  }
  return fine && name.ptr[name.len - 1] != '/';
}

/* "<digest> <space or *><name>" */
static bool read_line(ax_str line, ax_str *digest, ax_str *name) {
  if (line.len < AX_SHA256_HEX + 3 || line.ptr[AX_SHA256_HEX] != ' ' ||
      !strchr(" *", line.ptr[AX_SHA256_HEX + 1]))
    return false;
  *digest = (ax_str){ line.ptr, AX_SHA256_HEX };
  *name = ax_str_skip(line, AX_SHA256_HEX + 2);
  return is_digest(*digest) && is_name(*name);
}

ax_status ax_module_manifest_read(ax_arena *arena, ax_str text,
                                  const ax_map **out, ax_error *err) {
  ax_map *map = ax_map_new(arena);
  if (!map) return ax_error_set(err, AX_NOMEM, "no memory for a manifest");
  for (unsigned number = 1; text.len; number++) {
    ax_str digest, name, line = ax_str_cut(&text, '\n');
    if (!read_line(line, &digest, &name))
      return ax_error_set(err, AX_INVALID,
                          "line %u of the manifest is not as sha256sum prints "
                          "it (64 hex digits, two spaces, a name below the "
                          "folder)",
                          number);
    if (ax_map_get(map, name))
      return ax_error_set(err, AX_INVALID,
                          "line %u of the manifest lists a file again", number);
    if (ax_map_count(map) == AX_MODULE_MANIFEST_FILES)
      return ax_error_set(err, AX_TOO_LARGE,
                          "the manifest lists more than %d files",
                          AX_MODULE_MANIFEST_FILES);
    char *kept = ax_arena_cstr(arena, digest);
    if (!kept || ax_map_put(map, name, kept))
      return ax_error_set(err, AX_NOMEM, "no memory for a manifest");
  }
  *out = map;
  return AX_OK;
}

ax_status ax_module_manifest_check(const ax_map *manifest, ax_str name,
                                   const char *digest, ax_error *err) {
  const char *listed = ax_map_get(manifest, name);
  if (!listed)
    return ax_error_set(err, AX_INVALID,
                        "the manifest does not list '%.*s', which lies in the "
                        "folder",
                        (int)(name.len < 100 ? name.len : 100), name.ptr);
  if (strcmp(listed, digest) == 0) return AX_OK;
  return ax_error_set(err, AX_INVALID,
                      "'%.*s' is not the file that was signed: its SHA-256 is "
                      "%.16s..., the manifest says %.16s...",
                      (int)(name.len < 100 ? name.len : 100), name.ptr, digest,
                      listed);
}
