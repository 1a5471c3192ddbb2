#include "app/app_rules.h"

#include <string.h>

#include "base/file.h"
#include "base/vec.h"
#include "ucum/ucum.h"

typedef AX_VEC(const char *) path_list;

static ax_status add_path(ax_arena *arena, path_list *list, const char *path) {
  const char **slot = AX_VEC_PUSH(list, arena);
  if (!slot) return AX_NOMEM;
  *slot = path;
  return AX_OK;
}

static bool has_package(ax_arena *arena, const char *folder) {
  ax_str direct = ax_arena_printf(arena, "%s/package.json", folder);
  ax_str inside = ax_arena_printf(arena, "%s/package/package.json", folder);
  return (direct.ptr && ax_file_exists(direct.ptr)) ||
         (inside.ptr && ax_file_exists(inside.ptr));
}

static bool is_archive(const char *name) {
  size_t len = strlen(name);
  return len > 4 && strcmp(name + len - 4, ".tgz") == 0;
}

static ax_status list_packages(ax_arena *arena, const char *folder,
                               path_list *out, ax_error *err) {
  const char *const *names = NULL;
  size_t count = 0;
  if (has_package(arena, folder)) return add_path(arena, out, folder);
  ax_error why = { 0 };
  ax_status status = ax_file_list(arena, folder, &names, &count, &why);
  if (status)
    return ax_error_set(err, status,
                        "there are no FHIR packages: %s (run `make packages`, "
                        "or name a folder with --packages)",
                        why.text);
  for (size_t i = 0; i < count; i++) {
    ax_str path = ax_arena_printf(arena, "%s/%s", folder, names[i]);
    if (!path.ptr) return AX_NOMEM;
    bool cached = strchr(names[i], '#') && has_package(arena, path.ptr);
    if (cached || is_archive(names[i]))
      AX_TRY(add_path(arena, out, path.ptr));
  }
  return AX_OK;
}

static ax_code_answer code_in_value_set(void *ctx, ax_str value_set,
                                        ax_str system, ax_str code,
                                        const char **why) {
  switch (ax_valueset_contains(ctx, value_set, system, code, why)) {
  case AX_MEMBER_YES:
    return AX_CODE_IN;
  case AX_MEMBER_NO:
    return AX_CODE_NOT_IN;
  case AX_MEMBER_UNKNOWN:
    break;
  }
  return AX_CODE_UNDECIDED;
}

static bool is_ucum_unit(ax_str code) {
  ax_ucum_unit unit;
  return ax_ucum_parse(code, &unit, NULL) == AX_OK;
}

static ax_status open_all(const path_list *paths, const ax_config *config,
                          ax_app_rules *out, ax_error *err) {
  ax_registry_options options = {
    .packages = paths->items,
    .package_count = paths->count,
    .cache = config->cache[0] ? config->cache : NULL,
  };
  AX_TRY(ax_registry_open(&options, &out->registry, err));
  AX_TRY(ax_valueset_new(out->registry, &out->valuesets, err));
  ax_valueset_set_ucum(out->valuesets, is_ucum_unit);
  ax_validate_host host = { out->valuesets, code_in_value_set };
  ax_validate_options how = { .unknown_profile = AX_WARNING,
                              .unknown_extension = AX_WARNING };
  return ax_validate_new(out->registry, &host, &how, &out->validator, err);
}

ax_status ax_app_rules_open(ax_arena *arena, const ax_config *config,
                            const char *const *more, size_t more_count,
                            ax_app_rules *out, ax_error *err) {
  *out = (ax_app_rules){ 0 };
  path_list paths = { 0 };
  AX_TRY(list_packages(arena, config->packages, &paths, err));
  if (config->profiles[0] && has_package(arena, config->profiles))
    AX_TRY(add_path(arena, &paths, config->profiles));
  for (size_t i = 0; i < more_count; i++)
    AX_TRY(add_path(arena, &paths, more[i]));
  if (paths.count == 0)
    return ax_error_set(err, AX_NOT_FOUND,
                        "there are no FHIR packages in %s (run `make "
                        "packages`, or name a folder with --packages)",
                        config->packages);
  ax_status status = open_all(&paths, config, out, err);
  if (status) ax_app_rules_close(out);
  return status;
}

void ax_app_rules_close(ax_app_rules *rules) {
  if (rules->validator) ax_validate_free(rules->validator);
  if (rules->valuesets) ax_valueset_free(rules->valuesets);
  if (rules->registry) ax_registry_close(rules->registry);
  *rules = (ax_app_rules){ 0 };
}
