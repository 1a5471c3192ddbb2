#include "definitions/package.h"

#include <string.h>

#include "base/file.h"
#include "base/vec.h"
#include "definitions/package_archive.h"
#include "definitions/package_index.h"
#include "json/json_parse.h"

static const char *const kind_names[AX_DEF_KINDS] = {
  [AX_DEF_STRUCTURE] = "StructureDefinition",
  [AX_DEF_VALUE_SET] = "ValueSet",
  [AX_DEF_CODE_SYSTEM] = "CodeSystem",
  [AX_DEF_SEARCH_PARAMETER] = "SearchParameter",
  [AX_DEF_CONCEPT_MAP] = "ConceptMap",
  [AX_DEF_OPERATION] = "OperationDefinition",
  [AX_DEF_COMPARTMENT] = "CompartmentDefinition",
  [AX_DEF_QUESTIONNAIRE] = "Questionnaire",
  [AX_DEF_MEASURE] = "Measure",
  [AX_DEF_LIBRARY] = "Library",
};

const char *ax_package_kind_name(ax_def_kind kind) {
  return kind_names[kind];
}

ax_def_kind ax_package_kind(ax_str type) {
  for (int k = 0; k < AX_DEF_KINDS; k++)
    if (ax_str_eq(type, ax_str_from(kind_names[k]))) return (ax_def_kind)k;
  return AX_DEF_KINDS;
}

/* The folder that holds package.json, or NULL. */
static const char *package_folder(ax_arena *arena, const char *path) {
  static const char *const inside[] = { "", "/package" };
  for (size_t i = 0; i < AX_COUNT(inside); i++) {
    ax_str folder = ax_arena_printf(arena, "%s%s", path, inside[i]);
    ax_str file = ax_arena_printf(arena, "%s%s/package.json", path, inside[i]);
    if (folder.ptr && file.ptr && ax_file_exists(file.ptr)) return folder.ptr;
  }
  return NULL;
}

static ax_status locate(ax_arena *arena, const char *path, const char *cache,
                        const char **folder, ax_error *err) {
  if (!ax_file_exists(path))
    return ax_error_set(err, AX_NOT_FOUND, "package '%s' does not exist", path);
  if (!ax_file_is_dir(path))
    AX_TRY(ax_package_archive_unpack(arena, path, cache, &path, err));
  *folder = package_folder(arena, path);
  if (!*folder)
    return ax_error_set(err, AX_INVALID,
                        "'%s' is not a FHIR package: no package.json", path);
  return AX_OK;
}

static ax_status read_dependencies(ax_arena *arena, const ax_json *object,
                                   ax_package *out) {
  size_t count = ax_json_is(object, AX_JSON_OBJECT) ? ax_json_count(object) : 0;
  ax_str *list = AX_NEW_ARRAY(arena, ax_str, count + 1);
  if (!list) return AX_NOMEM;
  for (size_t i = 0; i < count; i++) {
    const ax_json_member *m = &object->u.members[i];
    list[i] =
        ax_arena_printf(arena, AX_STR_FMT "#" AX_STR_FMT, AX_STR_ARG(m->key),
                        AX_STR_ARG(ax_json_text(&m->value)));
    if (!list[i].ptr) return AX_NOMEM;
  }
  out->dependencies = list;
  out->dependency_count = count;
  return AX_OK;
}

static ax_status read_manifest(ax_arena *arena, ax_package *out,
                               ax_error *err) {
  ax_str path = ax_arena_printf(arena, "%s/package.json", out->folder);
  if (!path.ptr) return AX_NOMEM;
  ax_str text;
  AX_TRY(ax_file_read(arena, path.ptr, 1u << 20, &text, err));
  const ax_json *doc;
  ax_json_fault fault;
  ax_status status = ax_json_parse(arena, text, &doc, &fault);
  if (status == AX_NOMEM) return status;
  if (status)
    return ax_error_set(err, AX_INVALID, "%s:%u:%u: %s", path.ptr,
                        fault.place.line, fault.place.column, fault.text);
  out->name = AX_JSON_STR(doc, "name");
  out->version = AX_JSON_STR(doc, "version");
  if (!out->name.len || !out->version.len)
    return ax_error_set(err, AX_INVALID, "%s has no name or no version",
                        path.ptr);
  return read_dependencies(arena, AX_JSON_GET(doc, "dependencies"), out);
}

ax_status ax_package_open(ax_arena *arena, const char *path, const char *cache,
                          ax_package *out, ax_error *err) {
  *out = (ax_package){ 0 };
  AX_TRY(locate(arena, path, cache, &out->folder, err));
  AX_TRY(read_manifest(arena, out, err));
  return ax_package_index_load(arena, cache, out, err);
}
