#include "cli/cli_requirements.h"

#include <string.h>

#include "base/file.h"
#include "json/json_parse.h"

enum { FILE_MAX = 16 << 20, LEVELS = 4 };

static const char file_name[] = "requirements.json";

/* The file beside `path`, or up to LEVELS folders above it; NULL: none. */
static const char *beside(ax_arena *arena, const char *path) {
  ax_str folder = ax_str_from(path);
  for (unsigned level = 0; level <= LEVELS; level++) {
    const char *file = folder.len
                           ? ax_arena_printf(arena, AX_STR_FMT "/%s",
                                             AX_STR_ARG(folder), file_name)
                                 .ptr
                           : file_name;
    if (file && ax_file_exists(file)) return file;
    if (!folder.len) return NULL;
    while (folder.len && folder.ptr[folder.len - 1] != '/') folder.len--;
    while (folder.len && folder.ptr[folder.len - 1] == '/') folder.len--;
  }
  return NULL;
}

static const char *find_file(ax_arena *arena, const ax_cli_options *options) {
  if (options->requirements) return options->requirements;
  for (size_t i = 0; i < options->paths.count; i++) {
    const char *file = beside(arena, options->paths.items[i]);
    if (file) return file;
  }
  return NULL;
}

static ax_status take(ax_map *table, ax_arena *arena, const ax_json *item,
                      const char *file, ax_error *err) {
  ax_str key = AX_JSON_STR(item, "key");
  if (!key.len)
    return ax_error_set(err, AX_INVALID, "%.150s: a requirement has no key",
                        file);
  if (ax_map_get(table, key))
    return ax_error_set(err, AX_INVALID,
                        "%.150s: the key " AX_STR_FMT " is there twice", file,
                        AX_STR_ARG(key));
  ax_str *source = AX_NEW(arena, ax_str);
  if (!source) return AX_NOMEM;
  *source = AX_JSON_STR(item, "source");
  return ax_map_put(table, key, source);
}

ax_status ax_cli_requirements_read(ax_arena *arena,
                                   const ax_cli_options *options, ax_map **out,
                                   ax_error *err) {
  const char *file = find_file(arena, options);
  ax_str text;
  const ax_json *tree = NULL;
  ax_json_fault fault;
  *out = ax_map_new(arena);
  if (!*out) return AX_NOMEM;
  if (!file) return AX_OK;
  AX_TRY(ax_file_read(arena, file, FILE_MAX, &text, err));
  ax_status status = ax_json_parse(arena, text, &tree, &fault);
  if (status && status != AX_NOMEM)
    return ax_error_set(err, status, "%.100s:%u:%u: %.100s", file,
                        fault.place.line, fault.place.column, fault.text);
  AX_TRY(status);
  const ax_json *list = AX_JSON_GET(tree, "requirements");
  if (!ax_json_is(list, AX_JSON_ARRAY))
    return ax_error_set(err, AX_INVALID,
                        "%.150s: there is no array \"requirements\"", file);
  for (size_t i = 0; i < ax_json_count(list); i++)
    AX_TRY(take(*out, arena, ax_json_item(list, i), file, err));
  return AX_OK;
}

static void link_action(const ax_map *table, ax_result_action *action) {
  if (!action->requirement.len || action->requirement_url.len) return;
  const ax_str *source = ax_map_get(table, action->requirement);
  if (source) action->requirement_url = *source;
}

void ax_cli_requirements_link(const ax_map *table, ax_result_script *script) {
  for (size_t p = 0; p < script->phases.count; p++)
    for (size_t a = 0; a < script->phases.items[p].actions.count; a++)
      link_action(table, &script->phases.items[p].actions.items[a]);
}
