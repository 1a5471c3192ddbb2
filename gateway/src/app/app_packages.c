#include "app/app_packages.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/vec.h"
#include "definitions/package_set.h"

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
    if (cached || is_archive(names[i])) AX_TRY(add_path(arena, out, path.ptr));
  }
  return AX_OK;
}

/* Where the package cache is: a site's, else what is beside the others. */
static const char *cache_of(const ax_config *config) {
  const char *cache = config->package_cache;
  return cache && cache[0] ? cache : config->packages;
}

/* A path, or NAME#VERSION: then the folder that holds it. */
static const char *located(ax_arena *arena, const ax_config *config,
                           const char *name) {
  const char *const folders[] = { cache_of(config), config->packages };
  for (size_t i = 0; !ax_file_exists(name) && i < AX_COUNT(folders); i++) {
    const char *found =
        ax_package_set_find(arena, folders[i], ax_str_from(name));
    if (found) return found;
  }
  return name;
}

static ax_status list_all(ax_arena *arena, const ax_config *config,
                          const char *const *more, size_t more_count,
                          path_list *out, ax_error *err) {
  AX_TRY(list_packages(arena, config->packages, out, err));
  if (config->profiles[0] && has_package(arena, config->profiles))
    AX_TRY(add_path(arena, out, config->profiles));
  for (size_t i = 0; i < more_count; i++)
    AX_TRY(add_path(arena, out, located(arena, config, more[i])));
  if (out->count) return AX_OK;
  return ax_error_set(err, AX_NOT_FOUND,
                      "there are no FHIR packages in %s (run `make "
                      "packages`, or name a folder with --packages)",
                      config->packages);
}

ax_status ax_app_packages_open(ax_arena *arena, const ax_config *config,
                               const char *const *more, size_t more_count,
                               ax_registry **out, ax_error *err) {
  path_list paths = { 0 };
  AX_TRY(list_all(arena, config, more, more_count, &paths, err));
  ax_registry_options options = {
    .packages = paths.items,
    .package_count = paths.count,
    .cache = config->cache[0] ? config->cache : NULL,
  };
  return ax_registry_open_with(&options, cache_of(config), out, err);
}

void ax_app_packages_warn(ax_registry *registry) {
  for (size_t i = 0; i < ax_registry_note_count(registry); i++)
    (void)fprintf(stderr, "auspex: warning: " AX_STR_FMT "\n",
                  AX_STR_ARG(ax_registry_note(registry, i)));
}
